"""NiN with one thing changed at a time: the networks of chapter 8's experiments."""

from __future__ import annotations

import torch
from torch import nn

from helpers import weights
from helpers.models.nin import nin
from helpers.models.vgg import start_with


def varied_nin(
    divide: int = 8, size: int = 99, *, pointwise: bool = True, between: bool = True, last: bool = False,
    units: int = 0, dropout: float = 0.0,
) -> nn.Sequential:  # fmt: skip
    """NiN whose 1×1 convolutions, last ReLU or head are others; weights start as He and others (2015) take them.

    Parameters: divide, of `nin`; size, side of the square input; pointwise, whether blocks have their 1×1 convolutions;
    between, whether these have ReLUs before them, or each block one at its end alone; last, whether a ReLU stands
    before the average; units, of two fully connected layers with ReLUs that stand with a third in the place of the last
    block and the average, none if 0; dropout, before the last block, or after each of these two layers.
    Takes images of shape (batch, 1, size, size) and gives logits of shape (batch, 10). Raises ValueError where divide
    does not fit.
    """
    layers = list(nin(divide, last=last, dropout=dropout).children())
    blocks = [_varied(layer, pointwise, between) if isinstance(layer, nn.Sequential) else layer for layer in layers]
    if units:
        features = nn.Sequential(*blocks[:6])
        with torch.no_grad():
            inputs = features(torch.zeros(1, 1, size, size)).numel()
        blocks = [*features, nn.Flatten(), *_dense(inputs, units, dropout)]
    return start_with(nn.Sequential(*blocks))


def _varied(block: nn.Sequential, pointwise: bool, between: bool) -> nn.Sequential:
    """A block of NiN with the layers that are wanted."""
    conv, _, second, _, third, *relu = block
    if not pointwise:
        return nn.Sequential(conv, *relu)
    return block if between else nn.Sequential(conv, second, third, *relu)


def _dense(inputs: int, units: int, dropout: float) -> list[nn.Module]:
    """Three fully connected layers, as AlexNet's."""
    return [
        nn.Linear(inputs, units), nn.ReLU(), nn.Dropout(dropout),
        nn.Linear(units, units), nn.ReLU(), nn.Dropout(dropout), nn.Linear(units, 10),
    ]  # fmt: skip


def stuck_nin() -> nn.Sequential:
    """The network of the first run of the recording "nin-relu", in evaluation mode, on the CPU: parts of it are stuck.

    Takes images of shape (batch, 1, 99, 99) with values from 0 to 1 and gives logits of shape (batch, 10).
    Raises FileNotFoundError if the file of weights is not there.
    """
    from safetensors.torch import load_file

    net = nin(divide=8)
    net.load_state_dict({key: value.float() for key, value in load_file(weights.file("nin-relu")).items()})
    return net.eval()
