"""Weights of trained networks, as safetensors, each made by `python -m helpers.recordings make NAME`."""

from pathlib import Path

FOLDER = Path(__file__).parent

#: LeNet's: the first seed of the recording "lenet-modern", trained on all 60,000 images
LENET = FOLDER / "lenet.safetensors"

#: 200 test images of Fashion-MNIST and their labels, on which pages count: written by `python -m tools.test_images`
TEST_IMAGES = FOLDER / "test-images.safetensors"


def file(network: str) -> Path:
    """The weights of a trained network, by its name in `helpers.models.TRAINED`."""
    return FOLDER / f"{network}.safetensors"
