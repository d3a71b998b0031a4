"""Network in network, in AlexNet's size.

Source: M. Lin, Q. Chen, S. Yan: Network in network, ICLR 2014, arXiv:1312.4400. The paper's network has three blocks
for 32×32 pictures; this one, with AlexNet's windows and widths, is the notes' and many books'.
"""

from __future__ import annotations

from torch import nn

from helpers.words import say


def nin_block(in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, padding: int = 0, *,
              last: bool = True) -> nn.Sequential:  # fmt: skip
    """A convolution, then two 1×1 convolutions: the same small network at every pixel, each layer with a ReLU.

    Takes (batch, in_channels, h, w) and gives (batch, out_channels, o_h, o_w), as a convolution of that kernel_size,
    stride and padding does. Without `last`, the final ReLU is left out: outputs can be negative.
    """
    layers: list[nn.Module] = [
        nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding), nn.ReLU(),
        nn.Conv2d(out_channels, out_channels, kernel_size=1), nn.ReLU(),
        nn.Conv2d(out_channels, out_channels, kernel_size=1),
    ]  # fmt: skip
    return nn.Sequential(*layers, nn.ReLU()) if last else nn.Sequential(*layers)


def nin(divide: int = 1, *, last: bool = True, dropout: float = 0.5, in_channels: int = 1,
        classes: int = 10) -> nn.Sequential:  # fmt: skip
    """Four NiN blocks and an average over each class's map; 1,992,166 parameters as it is.

    Parameters: divide, a divisor of 32 for all widths; last, whether the ReLU before the average stands, with which no
    logit can be negative; dropout, before the last block.
    Takes images of shape (batch, in_channels, h, w), of at least 67×67, and gives logits of shape (batch, classes).
    Raises ValueError where divide does not fit.
    """
    if divide not in (1, 2, 4, 8, 16, 32):
        raise ValueError(say("models.bad.divide", value=divide))
    c1, c2, c3 = 96 // divide, 256 // divide, 384 // divide
    return nn.Sequential(
        nin_block(in_channels, c1, kernel_size=11, stride=4), nn.MaxPool2d(3, stride=2),
        nin_block(c1, c2, kernel_size=5, padding=2), nn.MaxPool2d(3, stride=2),
        nin_block(c2, c3, kernel_size=3, padding=1), nn.MaxPool2d(3, stride=2),
        nn.Dropout(dropout),
        nin_block(c3, classes, kernel_size=3, padding=1, last=last),
        nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(),
    )  # fmt: skip
