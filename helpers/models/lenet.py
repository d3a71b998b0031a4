"""LeNet for 28×28 grey pictures, in two dresses, and two networks without any convolution to compare it with.

Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner: Gradient-based learning applied to document recognition, Proceedings
of the IEEE 86, 1998, https://doi.org/10.1109/5.726791. The paper's LeNet-5 differs: 32×32 inputs, a scaled tanh, maps
of the second convolution that read only some of the first's (1,516 parameters instead of 2,416), a trained average for
pooling, and radial basis functions for its output.
"""

from __future__ import annotations

from torch import nn

from helpers.words import say


def _lenet(activation: type[nn.Module], pooling: type[nn.Module]) -> nn.Sequential:
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


def tanh_lenet() -> nn.Sequential:
    """LeNet with tanh in the sigmoids' place, and average pooling as before; 61,706 parameters."""
    return _lenet(nn.Tanh, nn.AvgPool2d)


def rectified_lenet() -> nn.Sequential:
    """A step between the two: ReLU in the sigmoids' place, and average pooling as before; 61,706 parameters."""
    return _lenet(nn.ReLU, nn.AvgPool2d)


def windowed_lenet(window: int = 2) -> nn.Sequential:
    """`modern_lenet` whose two max poolings have windows of this side, 1 to 5, still at stride 2; 61,706 parameters.

    Where the window is larger than 2, a border of minus infinity keeps the maps at 14×14 and 5×5. A window of 1 keeps
    one number in four, and pools nothing. Takes images of shape (batch, 1, 28, 28), gives logits of shape (batch, 10).

    Raises ValueError for a window outside 1 to 5.
    """
    if window not in range(1, 6):
        raise ValueError(say("models.bad.window", value=repr(window)))
    net = modern_lenet()
    for place in (2, 5):
        net[place] = nn.MaxPool2d(window, stride=2, padding=(window - 1) // 2)
    return net


def linear_classifier() -> nn.Sequential:
    """One fully connected layer from the 784 pixels to the ten classes: 7,850 parameters."""
    return nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 10))


def hidden_layer(units: int = 77) -> nn.Sequential:
    """One hidden layer of ReLUs; with 77 units it has 61,225 parameters, as near to LeNet's as whole units come."""
    return nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, units), nn.ReLU(), nn.Linear(units, 10))
