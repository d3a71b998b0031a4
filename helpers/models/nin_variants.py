"""NiN with one thing changed at a time: the networks of chapter 8's experiments."""

from __future__ import annotations

import torch
from torch import nn

from helpers.models.nin import nin
from helpers.models.vgg import start_with
from helpers.words import say

#: what a block may do after its first convolution: as in NiN, its 1×1 convolutions without ReLUs between, or nothing
POINTWISE = ("block", "linear", "none")


def varied_nin(
    divide: int = 8, size: int = 99, *, pointwise: str = "block", last: bool = False, units: int = 0,
    dropout: float = 0.0,
) -> nn.Sequential:  # fmt: skip
    """NiN whose 1×1 convolutions, last ReLU or head are others; weights start as He and others (2015) take them.

    Parameters: divide and size, of `nin`; pointwise, "block" as NiN has them, "linear" with one ReLU at the end of each
    block alone, "none" for a convolution and a ReLU in the place of each block; last, whether a ReLU stands before the
    average; units, of two fully connected layers with ReLUs that stand with a third in the place of the last block and
    the average, none if 0; dropout, before the last block, or after each of these two layers.
    Takes images of shape (batch, 1, size, size) and gives logits of shape (batch, 10). Raises ValueError where divide
    or pointwise does not fit.
    """
    if pointwise not in POINTWISE:
        raise ValueError(say("models.bad.pointwise", value=repr(pointwise), known=", ".join(map(repr, POINTWISE))))
    layers = list(nin(divide, last=last, dropout=dropout).children())
    blocks = [_varied(layer, pointwise) if isinstance(layer, nn.Sequential) else layer for layer in layers]
    if units:
        features = nn.Sequential(*blocks[:6])
        with torch.no_grad():
            inputs = features(torch.zeros(1, 1, size, size)).numel()
        blocks = [*features, nn.Flatten(), *_dense(inputs, units, dropout)]
    return start_with(nn.Sequential(*blocks))


def _varied(block: nn.Sequential, pointwise: str) -> nn.Sequential:
    """A block of NiN with the 1×1 convolutions that are wanted."""
    conv, _, second, _, third, *relu = block
    if pointwise == "block":
        return block
    return nn.Sequential(conv, *([second, third] if pointwise == "linear" else []), *relu)


def _dense(inputs: int, units: int, dropout: float) -> list[nn.Module]:
    """Three fully connected layers, as AlexNet's."""
    return [
        nn.Linear(inputs, units), nn.ReLU(), nn.Dropout(dropout),
        nn.Linear(units, units), nn.ReLU(), nn.Dropout(dropout), nn.Linear(units, 10),
    ]  # fmt: skip
