"""AlexNet for one channel and ten classes, with the choices that chapter 6 weighs against each other.

Source: A. Krizhevsky, I. Sutskever, G. Hinton: ImageNet classification with deep convolutional neural networks, NeurIPS
2012, https://proceedings.neurips.cc/paper/2012/hash/c399862d3b9d6b76c8436e924a68c45b-Abstract.html. The paper's network
has three channels in, 1,000 classes, local response normalisation after the first two convolutions, and its second,
fourth and fifth convolution in two groups: `alexnet(size=227, normalised=True, groups=2, in_channels=3, classes=1000)`
has the 60,965,224 parameters that follow from its text.
"""

from __future__ import annotations

from torch import nn

from helpers.shapes import output_size
from helpers.words import say

#: the smallest side from which every window still fits
LEAST = 67


def alexnet(
    divide: int = 1,
    size: int = 224,
    *,
    activation: type[nn.Module] = nn.ReLU,
    dropout: float = 0.5,
    window: int = 3,
    normalised: bool = False,
    groups: int = 1,
    in_channels: int = 1,
    classes: int = 10,
) -> nn.Sequential:
    """Five convolutions and three fully connected layers; 46,764,746 parameters as it is.

    Parameters
    ----------
    divide : all widths (96, 256, 384, 384, 256 channels, 4096 units) are divided by it; a divisor of 32
    size : side of the square input, at least 67
    activation : after every layer but the last
    dropout : probability of a zero after the first two fully connected layers, in training
    window : side of the pooling windows, whose stride is 2: 3 overlap, 2 do not
    normalised : local response normalisation after the first two activations, with the paper's constants. PyTorch
        divides alpha by the number of channels summed over, the paper does not: its 0.0001 is 0.0005 here
    groups : 2 for the paper's two GPUs, each of which sees half of the channels in convolutions 2, 4 and 5

    Takes images of shape (batch, in_channels, size, size) and gives logits of shape (batch, classes).
    Raises ValueError where divide or size does not fit.
    """
    if divide not in (1, 2, 4, 8, 16, 32):
        raise ValueError(say("models.bad.divide", value=divide))
    if size < LEAST:
        raise ValueError(say("models.bad.size", least=LEAST, value=size))
    c1, c2, c3, units = (width // divide for width in (96, 256, 384, 4096))
    side = output_size(size, 11, stride=4)
    for _ in range(3):
        side = output_size(side, window, stride=2)

    def normalisation() -> list[nn.Module]:
        return [nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)] if normalised else []

    return nn.Sequential(
        nn.Conv2d(in_channels, c1, kernel_size=11, stride=4), activation(), *normalisation(),
        nn.MaxPool2d(window, stride=2),
        nn.Conv2d(c1, c2, kernel_size=5, padding=2, groups=groups), activation(), *normalisation(),
        nn.MaxPool2d(window, stride=2),
        nn.Conv2d(c2, c3, kernel_size=3, padding=1), activation(),
        nn.Conv2d(c3, c3, kernel_size=3, padding=1, groups=groups), activation(),
        nn.Conv2d(c3, c2, kernel_size=3, padding=1, groups=groups), activation(),
        nn.MaxPool2d(window, stride=2),
        nn.Flatten(),
        nn.Linear(c2 * side * side, units), activation(), nn.Dropout(dropout),
        nn.Linear(units, units), activation(), nn.Dropout(dropout),
        nn.Linear(units, classes),
    )  # fmt: skip
