"""Layers as PyTorch's modules, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from helpers.network.checking import checked
from helpers.network.counting import steps
from helpers.network.layers import KINDS, WEIGHTED, Layer
from helpers.words import say

if TYPE_CHECKING:
    from torch import nn


def build(layers: Any, input_shape: Any) -> nn.Sequential:
    """A network of these layers with fresh weights; what a layer does not say is as PyTorch has it.

    Blocks and branches are nn.Sequential in turn, an empty branch too, and what is parallel is a
    `helpers.network.parallel.Parallel`. Raises ValueError where `table` does.

    >>> build([{"kind": "Flatten"}, {"kind": "Linear", "out_features": 10}], (1, 28, 28))[1].in_features
    784
    """
    layers = checked(layers)
    channels = (shape[0] for _, shape in steps(layers, input_shape))
    return _sequential(layers, channels)


def _sequential(items: Any, channels: Iterator[int]) -> nn.Sequential:
    """Items one after the other; channels that come into each row, in the order in which they run."""
    from torch import nn

    return nn.Sequential(*(_built(item, channels) for item in items))


def _built(item: Layer, channels: Iterator[int]) -> nn.Module:
    if item["kind"] == "Block":
        return _sequential(item["layers"], channels)
    if item["kind"] == "Parallel":
        from helpers.network.parallel import Parallel

        branches = [_sequential(branch, channels) for branch in item["branches"]]
        next(channels)  # the join's own row
        return Parallel(branches, item["join"])
    return module(item, next(channels))


def module(layer: Mapping[str, Any], channels: int) -> nn.Module:
    """The module of one layer (as `checked` gives it) for so many channels or features coming in."""
    from torch import nn

    kind = layer["kind"]
    settings = {key: layer[key] for key in KINDS[kind]}
    if kind == "AvgPool2d":
        del settings["dilation"]  # PyTorch's has none
    if kind.endswith("Softmax"):
        settings["dim"] = 1
    return getattr(nn, kind)(*([channels] if kind in WEIGHTED else []), **settings)


def model_like(value: Any) -> bool:
    """Whether something is a PyTorch module."""
    from torch import nn

    return isinstance(value, nn.Module)


class Refusal(ValueError):
    """A model that is no tree of layers that we know."""


def settings_of(module: Any, name: str, rank: int) -> dict[str, Any]:
    """The settings of a module that its `KINDS` lists.

    Parameters: module, one of a kind of `KINDS`; name, its place in the model; rank, axes of its input with the batch.
    Raises `Refusal` where it has a setting that a layer cannot say.

    >>> from torch import nn
    >>> settings_of(nn.Linear(84, 10), "classifier", 2)
    {'out_features': 10, 'bias': True}
    """
    kind = type(module).__name__
    for what, fits in _unsayable(module, kind, rank):
        raise Refusal(say("network.bad.option", name=name, kind=kind, what=what, fits=fits))
    found = {key: getattr(module, key) for key in KINDS[kind] if hasattr(module, key)}
    if kind in ("Conv2d", "Linear"):
        found["bias"] = module.bias is not None
    if found.get("padding") == "valid":
        found["padding"] = (0, 0)
    elif found.get("padding") == "same":
        found["padding"] = tuple(total // 2 for total in _spans(module))
    if "p" in found:
        found["p"] = round(float(found["p"]), 4)
    return found


def _unsayable(module: Any, kind: str, rank: int) -> Iterator[tuple[str, str]]:
    """What a module is set to that a layer cannot say, and what would fit."""
    if kind == "Conv2d" and module.padding == "same" and any(total % 2 for total in _spans(module)):
        yield f"padding='same', kernel_size={module.kernel_size}", say("network.fits.odd")
    if kind == "Flatten" and (module.start_dim, module.end_dim) not in ((1, -1), (1, rank - 1)):
        yield f"start_dim={module.start_dim}, end_dim={module.end_dim}", "start_dim=1, end_dim=-1"
    if kind.startswith("BatchNorm") and module.affine and module.bias is None:
        yield "bias=False", "bias=True"
    if kind.endswith("Softmax") and module.dim not in (None, 1, 1 - rank):
        yield f"dim={module.dim}", "dim=1"
    if kind.startswith("Adaptive") and (module.output_size is None or None in _both(module.output_size)):
        yield f"output_size={module.output_size}", "output_size=1"
    if getattr(module, "return_indices", False):
        yield "return_indices=True", "return_indices=False"


def _spans(module: Any) -> list[int]:
    """d (k − 1) along rows and columns: what padding "same" adds in total, half of it on either side."""
    return [d * (k - 1) for d, k in zip(module.dilation, module.kernel_size, strict=True)]


def _both(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value, value)
