"""Write the test images on which pages count right answers: twenty of each class, from the sample.

python -m tools.test_images
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.weights import TEST_IMAGES

if TYPE_CHECKING:
    import torch

EACH = 20


def chosen() -> dict[str, torch.Tensor]:
    """The images, uint8 of shape (200, 28, 28), and their labels, uint8 of shape (200,), class by class."""
    import torch

    from helpers.data import sample

    test = sample().test
    places = torch.cat([(test.labels == label).nonzero().flatten()[:EACH] for label in range(10)])
    picked = test.take(places)
    return {"images": picked.images.contiguous(), "labels": picked.labels.to(torch.uint8)}


def main() -> None:
    from safetensors.torch import save_file

    save_file(chosen(), TEST_IMAGES)
    print(f"{TEST_IMAGES.name}: {TEST_IMAGES.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
