"""LeNet for 28×28 grey pictures, in two dresses, and two networks without any convolution to compare it with.

Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition, Proceedings
of the IEEE 86, 1998, https://doi.org/10.1109/5.726791. The paper's LeNet-5 differs: 32×32 inputs, a scaled tanh, maps
of the second convolution that read only some of the first's (1,516 parameters instead of 2,416), a trained average for
pooling, and radial basis functions for its output.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn


def _lenet(activation: Callable[[], nn.Module], pooling: type[nn.Module]) -> nn.Sequential:
    """Five layers with 61,706 parameters: two convolutions, three fully connected ones."""
    return nn.Sequential(
        nn.Conv2d(1, 6, kernel_size=5, padding=2), activation(), pooling(kernel_size=2, stride=2),
        nn.Conv2d(6, 16, kernel_size=5), activation(), pooling(kernel_size=2, stride=2),
        nn.Flatten(),
        nn.Linear(16 * 5 * 5, 120), activation(),
        nn.Linear(120, 84), activation(),
        nn.Linear(84, 10),
    )  # fmt: skip


def classical_lenet() -> nn.Sequential:
    """LeNet with sigmoids and average pooling, as the notes and many books have it.

    Takes images of shape (batch, 1, 28, 28) and gives logits of shape (batch, 10); 61,706 parameters.
    """
    return _lenet(nn.Sigmoid, nn.AvgPool2d)


def modern_lenet() -> nn.Sequential:
    """The same five layers with ReLU and maximum pooling: other functions, the same 61,706 parameters.

    Takes images of shape (batch, 1, 28, 28) and gives logits of shape (batch, 10).
    """
    return _lenet(nn.ReLU, nn.MaxPool2d)


def rectified_lenet() -> nn.Sequential:
    """A step between the two: ReLU in the sigmoids' place, and average pooling as before; 61,706 parameters."""
    return _lenet(nn.ReLU, nn.AvgPool2d)


class ScaledSigmoid(nn.Module):
    """scale · (σ(z) − offset), element by element.

    With scale 4 its slope at 0 is 1, as tanh's is; with offset 1/2 it is 0 at 0. With both it is 2 tanh(z/2).

    >>> ScaledSigmoid(4, 0.5)(torch.zeros(2)).tolist()
    [0.0, 0.0]
    """

    def __init__(self, scale: float = 1.0, offset: float = 0.0) -> None:
        super().__init__()
        self.scale, self.offset = scale, offset

    def forward(self, Z: Tensor) -> Tensor:
        """Keeps the shape."""
        return self.scale * (torch.sigmoid(Z) - self.offset)

    def extra_repr(self) -> str:
        """What stands between the brackets of its repr."""
        return f"scale={self.scale:g}, offset={self.offset:g}"


def tried_lenet(
    activation: Callable[[], nn.Module] | None = None, *, scale: float = 1.0, offset: float = 0.0, glorot: bool = False
) -> nn.Sequential:
    """LeNet with average pooling and an activation of your choice, for chapter 5's experiments; 61,706 parameters.

    Parameters: activation, such as nn.Tanh; without one it is `ScaledSigmoid(scale, offset)`. With glorot, the weights
    start as Glorot and Bengio (2010) propose, uniform with variance 2 / (fan in + fan out), and the biases as PyTorch
    draws them; otherwise both start as PyTorch draws them.
    """
    net = _lenet(activation or (lambda: ScaledSigmoid(scale, offset)), nn.AvgPool2d)
    if glorot:
        for layer in net:
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
    return net


def linear_classifier() -> nn.Sequential:
    """One fully connected layer from the 784 pixels to the ten classes: 7,850 parameters."""
    return nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 10))


def hidden_layer(units: int = 77) -> nn.Sequential:
    """One hidden layer of ReLUs; with 77 units it has 61,225 parameters, as near to LeNet's as whole units come."""
    return nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, units), nn.ReLU(), nn.Linear(units, 10))
