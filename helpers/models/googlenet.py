"""GoogLeNet: Inception blocks, four branches side by side.

Source: C. Szegedy and others: Going deeper with convolutions, CVPR 2015, arXiv:1409.4842, table 1; without its
auxiliary classifiers and local response normalisation.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from helpers.words import say


class Inception(nn.Module):
    """Four branches over one input, joined as channels: 1×1; 1×1 then 3×3; 1×1 then 5×5; maximum then 1×1.

    Parameters: in_channels; c1, channels of the first branch; c2 and c3, (reduced, out) of the second and third; c4, of
    the fourth. Takes (batch, in_channels, h, w) and gives (batch, c1 + c2[1] + c3[1] + c4, h, w).
    """

    def __init__(self, in_channels: int, c1: int, c2: tuple[int, int], c3: tuple[int, int], c4: int) -> None:
        super().__init__()
        self.branch1 = nn.Sequential(nn.Conv2d(in_channels, c1, kernel_size=1), nn.ReLU())
        self.branch2 = nn.Sequential(
            nn.Conv2d(in_channels, c2[0], kernel_size=1), nn.ReLU(),
            nn.Conv2d(c2[0], c2[1], kernel_size=3, padding=1), nn.ReLU(),
        )  # fmt: skip
        self.branch3 = nn.Sequential(
            nn.Conv2d(in_channels, c3[0], kernel_size=1), nn.ReLU(),
            nn.Conv2d(c3[0], c3[1], kernel_size=5, padding=2), nn.ReLU(),
        )  # fmt: skip
        self.branch4 = nn.Sequential(
            nn.MaxPool2d(kernel_size=3, stride=1, padding=1), nn.Conv2d(in_channels, c4, kernel_size=1), nn.ReLU()
        )

    def forward(self, X: Tensor) -> Tensor:
        """The four branches' outputs, one after the other along the channels."""
        return torch.cat((self.branch1(X), self.branch2(X), self.branch3(X), self.branch4(X)), dim=1)


#: (c1, c2, c3, c4) of the paper's blocks, stage by stage; between stages the size is halved
INCEPTIONS = (
    ((64, (96, 128), (16, 32), 32), (128, (128, 192), (32, 96), 64)),
    (
        (192, (96, 208), (16, 48), 64), (160, (112, 224), (24, 64), 64), (128, (128, 256), (24, 64), 64),
        (112, (144, 288), (32, 64), 64), (256, (160, 320), (32, 128), 128),
    ),
    ((256, (160, 320), (32, 128), 128), (384, (192, 384), (48, 128), 128)),
)  # fmt: skip


def googlenet(divide: int = 1, *, in_channels: int = 1, classes: int = 10) -> nn.Sequential:
    """A stem and nine Inception blocks in five stages b1 to b5, then one linear layer; 5,977,530 parameters as it is.

    Parameters: divide, a divisor of 8 for all widths. Takes images of shape (batch, in_channels, h, w) and gives
    logits of shape (batch, classes). With 3 channels and 1,000 classes it has 6,998,552 parameters.
    Raises ValueError where divide does not fit.
    """
    if divide not in (1, 2, 4, 8):
        raise ValueError(say("models.bad.divide_googlenet", value=divide))
    channels = 192 // divide
    net = nn.Sequential()
    net.add_module("b1", nn.Sequential(
        nn.Conv2d(in_channels, 64 // divide, kernel_size=7, stride=2, padding=3), nn.ReLU(),
        nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
    ))  # fmt: skip
    net.add_module("b2", nn.Sequential(
        nn.Conv2d(64 // divide, 64 // divide, kernel_size=1), nn.ReLU(),
        nn.Conv2d(64 // divide, channels, kernel_size=3, padding=1), nn.ReLU(),
        nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
    ))  # fmt: skip
    for n, stage in enumerate(INCEPTIONS, start=3):
        layers: list[nn.Module] = []
        for c1, c2, c3, c4 in stage:
            block = Inception(
                channels, c1 // divide, (c2[0] // divide, c2[1] // divide), (c3[0] // divide, c3[1] // divide),
                c4 // divide,
            )  # fmt: skip
            layers.append(block)
            channels = (c1 + c2[1] + c3[1] + c4) // divide
        if n < 5:
            layers.append(nn.MaxPool2d(kernel_size=3, stride=2, padding=1))
        else:
            layers += [nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten()]
        net.add_module(f"b{n}", nn.Sequential(*layers))
    net.add_module("classifier", nn.Linear(channels, classes))
    return net
