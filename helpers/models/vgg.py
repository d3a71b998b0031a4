"""VGG: a network of equal blocks, written as a table.

Source: K. Simonyan, A. Zisserman: Very deep convolutional networks for large-scale image recognition, ICLR 2015,
arXiv:1409.1556.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from helpers.words import say

#: (convolutions, channels) of each block of VGG-11, the paper's configuration A
VGG_11 = ((1, 64), (1, 128), (2, 256), (2, 512), (2, 512))


def vgg_block(convolutions: int, in_channels: int, out_channels: int) -> nn.Sequential:
    """3×3 convolutions that keep the size, each with a ReLU, then a maximum that halves it.

    Takes (batch, in_channels, h, w) and gives (batch, out_channels, h // 2, w // 2). Raises ValueError if convolutions
    is below 1. Taught in chapter 7.
    """
    if convolutions < 1:
        raise ValueError(say("models.bad.convolutions", value=convolutions))
    layers: list[nn.Module] = []
    for _ in range(convolutions):
        layers += [nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1), nn.ReLU()]
        in_channels = out_channels
    return nn.Sequential(*layers, nn.MaxPool2d(kernel_size=2, stride=2))


def vgg(
    conv_arch: Sequence[tuple[int, int]] = VGG_11,
    *,
    size: int = 224,
    units: int = 4096,
    dropout: float = 0.5,
    in_channels: int = 1,
    classes: int = 10,
) -> nn.Sequential:
    """The blocks of a table, then three fully connected layers; VGG-11 with its 128,806,154 parameters as it is.

    Parameters: conv_arch, (convolutions, channels) of each block; size, side of the square input, which each block
    halves; units, of the first two fully connected layers; dropout, after these two.
    Takes images of shape (batch, in_channels, size, size) and gives logits of shape (batch, classes).
    Raises ValueError if nothing is left of the input after the last block.
    """
    side = size >> len(conv_arch)
    if side < 1:
        raise ValueError(say("models.bad.size", least=1 << len(conv_arch), value=size))
    net, channels = nn.Sequential(), in_channels
    for i, (convolutions, out_channels) in enumerate(conv_arch, start=1):
        net.add_module(f"block{i}", vgg_block(convolutions, channels, out_channels))
        channels = out_channels
    classifier = nn.Sequential(
        nn.Flatten(),
        nn.Linear(channels * side * side, units), nn.ReLU(), nn.Dropout(dropout),
        nn.Linear(units, units), nn.ReLU(), nn.Dropout(dropout),
        nn.Linear(units, classes),
    )  # fmt: skip
    net.add_module("classifier", classifier)
    return net


def narrow_vgg(divide: int = 8, size: int = 224, *, dropout: float = 0.5) -> nn.Sequential:
    """VGG-11 with all widths divided by a number: 2,018,346 parameters with 8, as the notes train it.

    Parameters: divide, a divisor of 64; size, side of the square input, at least 32; dropout, after the first two
    fully connected layers. Takes images of shape (batch, 1, size, size) and gives logits of shape (batch, 10).
    Raises ValueError where divide or size does not fit.
    """
    if divide < 1 or 64 % divide:
        raise ValueError(say("models.bad.divide_vgg", value=divide))
    arch = [(convolutions, channels // divide) for convolutions, channels in VGG_11]
    return vgg(arch, size=size, units=4096 // divide, dropout=dropout)


def paired_vgg(*, single: bool = False, between: bool = True) -> nn.Sequential:
    """The paper's configuration B, two convolutions in each block, with an eighth of the widths, for 32×32 images.

    Parameters: single, one 5×5 convolution in the place of each pair of 3×3, which sees as much; between, whether a
    ReLU stands between the two of a pair. Weights start as `start_with` makes them, without a deviation: as He's.
    Takes images of shape (batch, 1, 32, 32) and gives logits of shape (batch, 10). An experiment of chapter 7.
    """
    net = vgg([(1 if single else 2, channels // 8) for _, channels in VGG_11], size=32, units=512)
    for name, block in list(net.named_children())[:-1]:
        layers = list(block.children())
        if single:
            conv = layers[0]
            assert isinstance(conv, nn.Conv2d)
            layers[0] = nn.Conv2d(conv.in_channels, conv.out_channels, kernel_size=5, padding=2)
        elif not between:
            del layers[1]
        setattr(net, name, nn.Sequential(*layers))
    return start_with(net)


def deep_vgg(*, deviation: float | None = None, glorot: bool = False, default: bool = False) -> nn.Sequential:
    """The paper's configuration D, 16 layers, with an eighth of the widths, for 32×32 images.

    Parameters: deviation and glorot, of the first weights, as `start_with` takes them; default, whether they are
    PyTorch's instead. Takes images of shape (batch, 1, 32, 32) and gives logits of shape (batch, 10). An experiment of
    chapter 7.
    """
    net = vgg([(2, 8), (2, 16), (3, 32), (3, 64), (3, 64)], size=32, units=512)
    return net if default else start_with(net, deviation, glorot)


def start_with(net: nn.Sequential, deviation: float | None = None, glorot: bool = False) -> nn.Sequential:
    """The network with fresh weights from a normal distribution around 0, and biases of 0.

    Parameters: deviation, the same standard deviation for all layers; None, as He and others (2015) take it for each
    layer, the square root of 2 / inputs of a unit; glorot, as Glorot and Bengio (2010) take it instead, with the mean
    of a unit's inputs and outputs, and 1 in the place of 2.
    """
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            if deviation is not None:
                nn.init.normal_(layer.weight, std=deviation)
            elif glorot:
                nn.init.xavier_normal_(layer.weight)
            else:
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return net
