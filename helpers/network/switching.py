"""Parts of a network switched off, as the pages' explorers do it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from helpers.network.counting import steps
from helpers.network.layers import ACTIVATIONS, Layer
from helpers.network.tracing import trace
from helpers.words import say

if TYPE_CHECKING:
    import torch
    from torch import nn

#: between a layer and its activation there may be one of these
_BETWEEN = ("BatchNorm2d", "BatchNorm1d", "Dropout", "Dropout2d")


def without(model: nn.Module, parts: Iterable[str], input_shape: Any) -> nn.Module:
    """A copy of a model in eval mode with parts switched off; the model itself stays as it is.

    Parameters: model, as `trace` takes it; input_shape, (channels, height, width); parts, by the names of their layers:

    - "features.0:3": unit 3 (from 0) of a layer with weights is off: after the activation that follows, or where none
      does, after the layer, its channel or number is 0;
    - "features.4": a layer is left out: it hands on what it reads, which needs the same shape in and out;
    - "mixed/1": branch 1 (from 0) of the join of that name gives zeros: of a module `Parallel`, or of a join that the
      model's own code makes, where the branch ends with a module that nothing else uses.

    Raises ValueError for a part that the model does not have, and where shapes do not agree.

    >>> import torch
    >>> from torch import nn
    >>> net = nn.Sequential(nn.Conv2d(1, 2, 1), nn.Sigmoid())
    >>> without(net, ["0:1"], (1, 8, 8))(torch.zeros(1, 1, 8, 8))[0, 1].any()
    tensor(False)
    """
    layers = trace(model, input_shape)
    switch = _Switch(copy.deepcopy(model).eval(), layers, input_shape)
    for part in sorted(parts, key=lambda part: ":" in part):  # a unit stays off where its activation is left out
        switch.off(part)
    return switch.twin


class _Switch:
    """Hooks on a copy of a model, one for each part that is off."""

    def __init__(self, twin: nn.Module, layers: Sequence[Layer], input_shape: Any) -> None:
        self.twin = twin
        self.layers, self.modules = layers, dict(twin.named_modules())
        self.chains = list(_chains(layers))
        self.known = {layer["name"]: layer for chain in self.chains for layer in chain}
        self.shapes = {row.name: (before, row.shape) for row, before in steps(layers, input_shape)}

    def off(self, part: str) -> None:
        name, colon, unit = part.rpartition(":")
        above, slash, branch = part.rpartition("/")
        if colon and unit.isdecimal():
            self._unit(part, name, int(unit))
        elif slash and branch.isdecimal():
            self._branch(part, above, int(branch))
        else:
            self._layer(part)

    def _module(self, part: str, name: str) -> nn.Module:
        if name not in self.known or name not in self.modules:
            raise ValueError(say("network.bad.part", part=repr(part)))
        return self.modules[name]

    def _unit(self, part: str, name: str, unit: int) -> None:
        self._module(part, name)
        layer = self.known[name]
        count = layer.get("out_channels", layer.get("out_features", 0))
        if not unit < count:
            raise ValueError(say("network.bad.unit", part=repr(part), count=count))
        last = self._activation(name)
        self._module(part, last).register_forward_hook(_changing(lambda Y, _: _zeroed(Y, unit)))

    def _activation(self, name: str) -> str:
        """The layer whose output is the unit's: its activation's, if it has one."""
        chain = next(chain for chain in self.chains if any(layer["name"] == name for layer in chain))
        start = next(n for n, layer in enumerate(chain) if layer["name"] == name)
        for layer in chain[start + 1 :]:
            if layer["kind"] in ACTIVATIONS:
                return str(layer["name"])
            if layer["kind"] not in _BETWEEN:
                break
        return name

    def _layer(self, part: str) -> None:
        module = self._module(part, part)
        shape, after = self.shapes[part]
        if shape != after:
            told = {"before": "×".join(map(str, shape)), "after": "×".join(map(str, after))}
            raise ValueError(say("network.bad.skip", part=repr(part), **told))
        module.register_forward_hook(_changing(lambda Y, X: X))

    def _branch(self, part: str, name: str, branch: int) -> None:
        from helpers.network.parallel import Parallel

        named = (self.modules.get(one) for one in (name, name.rpartition(".")[0]))  # of "mixed.cat" too
        branches: Any = next((module.branches for module in named if isinstance(module, Parallel)), ())
        last = branches[branch] if branch < len(branches) else self._last(part, name, branch)
        last.register_forward_hook(_changing(lambda Y, _: Y * 0))

    def _last(self, part: str, name: str, branch: int) -> nn.Module:
        """The module that gives what a branch gives, where a model joins its branches itself."""
        branches = next((item["branches"] for item in _items(self.layers) if item["name"] == name), ())
        end = branches[branch][-1] if branch < len(branches) and branches[branch] else None
        names = [item["name"] for item in _items(self.layers)]
        if end is None or "branches" in end or "layers" in end or names.count(end["name"]) != 1:
            raise ValueError(say("network.bad.part", part=repr(part)))
        return self._module(part, end["name"])


def _items(layers: Sequence[Layer]) -> Iterator[Layer]:
    """Every item of a tree."""
    for item in layers:
        yield item
        for part in (item.get("layers", ()), *item.get("branches", ())):
            yield from _items(part)


def _chains(items: Sequence[Layer]) -> Iterator[list[Layer]]:
    """The layers of a tree as lists of those that follow each other without a fork or join between."""
    chain: list[Layer] = []
    for item in _unfolded(items):
        if item["kind"] == "Parallel":
            yield chain
            chain = []
            for branch in item["branches"]:
                yield from _chains(branch)
        else:
            chain.append(item)
    yield chain


def _unfolded(items: Sequence[Layer]) -> Iterator[Layer]:
    for item in items:
        if item["kind"] == "Block":
            yield from _unfolded(item["layers"])
        else:
            yield item


def _changing(change: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Callable[..., torch.Tensor]:
    """A forward hook that gives something else, from the output and the first input."""
    return lambda module, inputs, output: change(output, inputs[0])


def _zeroed(Y: torch.Tensor, unit: int) -> torch.Tensor:
    Y = Y.clone()
    Y[:, unit] = 0
    return Y
