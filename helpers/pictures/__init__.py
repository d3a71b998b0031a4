"""Real pictures for examples, free of rights; README.md says where they come from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

#: rows and columns of a picture that is given to an explorer in Python
LARGEST = 256


def grace_hopper(grey: bool = True) -> Tensor:
    """A portrait of Grace Hopper, values from 0 to 1: shape (96, 96) in grey, (3, 96, 96) in colour.

    Grey is 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601).

    >>> grace_hopper().shape, grace_hopper(grey=False).shape
    (torch.Size([96, 96]), torch.Size([3, 96, 96]))
    """
    import torch
    from matplotlib.image import imread

    image = torch.tensor(imread(Path(__file__).parent / "grace_hopper.png")[..., :3]).permute(2, 0, 1)
    if not grey:
        return image
    return (image * torch.tensor([0.299, 0.587, 0.114])[:, None, None]).sum(0)


def ankle_boot() -> Tensor:
    """The first test image of Fashion-MNIST, an ankle boot: shape (28, 28), grey levels from 0 to 255.

    >>> ankle_boot().shape
    torch.Size([28, 28])
    """
    import torch
    from matplotlib.image import imread

    return (torch.tensor(imread(Path(__file__).parent / "ankle_boot.png")) * 255).round()
