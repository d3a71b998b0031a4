"""GoogLeNet: Inception blocks, four branches side by side.

Source: C. Szegedy and others: Going deeper with convolutions, CVPR 2015, arXiv:1409.4842, table 1; without its
auxiliary classifiers and local response normalisation.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from helpers.models.vgg import start_with
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


class Supervised(nn.Module):
    """A GoogLeNet that also has to answer on the way, after its blocks 4a and 4d, while it is trained.

    In training mode `asides` holds the logits of two auxiliary classifiers for the last batch; otherwise they are not
    computed. Each is as in the paper: a mean over 5×5 with stride 3, a 1×1 convolution to 128 channels, 1,024 units,
    dropout of 0.7 and a linear layer; all widths are divided as net's.

    Parameters: net and divide, as `googlenet` makes it; size, side of the square input, at least 65; weight, of the
    auxiliary losses, 0.3 in the paper.
    Takes images of shape (batch, 1, size, size) and gives logits of shape (batch, 10). An experiment of chapter 9.
    """

    def __init__(self, net: nn.Sequential, divide: int, size: int, weight: float) -> None:
        super().__init__()
        self.net, self.weight = net, weight
        side = (-(-size // 16) - 5) // 3 + 1
        self.heads = nn.ModuleList(
            nn.Sequential(
                nn.AvgPool2d(kernel_size=5, stride=3), nn.Conv2d(channels // divide, 128 // divide, kernel_size=1),
                nn.ReLU(), nn.Flatten(), nn.Linear(128 // divide * side * side, 1024 // divide), nn.ReLU(),
                nn.Dropout(0.7), nn.Linear(1024 // divide, 10),
            )
            for channels in (512, 528)
        )  # fmt: skip
        self.asides: list[Tensor] = []

    def forward(self, X: Tensor) -> Tensor:
        """The network's logits; in training mode, `asides` are computed on the way."""
        X, self.asides = self.net[:3](X), []
        for n, layer in enumerate(self.net[3].children()):
            X = layer(X)
            if self.training and n in (0, 3):
                self.asides.append(self.heads[len(self.asides)](X))
        return self.net[4:](X)

    def loss(self, own: Callable[[Tensor, Tensor], Tensor]) -> Callable[[Tensor, Tensor], Tensor]:
        """A loss of logits and labels with the weighted losses of `asides` added."""
        return lambda logits, y: sum((self.weight * own(aside, y) for aside in self.asides), own(logits, y))


def supervised_googlenet(
    divide: int = 8, size: int = 96, *, weight: float = 0.0, he: bool = False
) -> nn.Sequential | Supervised:
    """A GoogLeNet as chapter 9's experiments train it, for 1 channel and 10 classes.

    Parameters: divide, a divisor of 8 for all widths; size, side of the square input; weight, of two auxiliary
    classifiers' losses, 0 for none of them; he, whether the network's weights start as `start_with` makes them.
    The network itself starts from the same weights with and without them. Raises ValueError where divide does not fit.
    """
    net = googlenet(divide)
    if he:
        start_with(net)
    return Supervised(net, divide, size, weight) if weight else net
