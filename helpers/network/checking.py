"""What people give for layers, inputs and batches: checked, completed and put into one form."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any

from helpers import shapes
from helpers.network.layers import CONTAINERS, JOINS, KINDS, LIMITS, SETTINGS, Layer
from helpers.words import listed, say


def checked_shape(input_shape: Any) -> tuple[int, int, int]:
    """Channels, height and width of the input; raises ValueError out of range, TypeError for no whole numbers."""
    if not isinstance(input_shape, list | tuple) or len(input_shape) != 3:
        raise ValueError(say("network.bad.input", value=repr(input_shape)))
    c, h, w = input_shape
    return (
        _whole(c, say("network.input.channels"), 1, LIMITS["channels"]),
        _whole(h, say("ui.field.input_height"), 1, LIMITS["side"]),
        _whole(w, say("ui.field.input_width"), 1, LIMITS["side"]),
    )


def checked_batch(batch: Any) -> int:
    """The batch size; raises as `checked_shape` does."""
    return _whole(batch, say("network.batch"), 1, LIMITS["batch"])


def checked(layers: Any) -> tuple[Layer, ...]:
    """The items of a network with all their settings, pairs as tuples.

    Parameters: layers, mappings with a `kind` of `KINDS`, a `name` if they have one, and those settings that differ
    from PyTorch's own (a pooling layer's stride is its window); or with a kind of `CONTAINERS` and the items that they
    hold. Raises ValueError for other kinds and settings, for numbers out of range, and for more rows (layers and joins
    of branches, as `table` counts them) or a greater depth than `LIMITS` has; TypeError for what is no whole number or
    no list. Layers are numbered in the order in which they run.

    >>> checked([{"kind": "MaxPool2d", "kernel_size": 2}])[0]["stride"]
    (2, 2)
    >>> checked([{"kind": "Parallel", "branches": [[], [{"kind": "ReLU"}]], "join": "add"}])[0]["branches"][0]
    ()
    """
    most = LIMITS["layers"]
    if not _items(layers):
        raise TypeError(say("network.bad.layers", maximum=most))
    if not 1 <= len(layers) <= most:
        raise ValueError(say("network.bad.layers", maximum=most))
    return _Reader().items(layers, 0)


def _items(value: Any) -> bool:
    """Whether something is a list of mappings."""
    return isinstance(value, list | tuple) and all(isinstance(item, Mapping) for item in value)


class _Reader:
    """Reads items in the order in which they run; n counts the rows so far."""

    def __init__(self) -> None:
        self.n = 0

    def items(self, items: Any, depth: int) -> tuple[Layer, ...]:
        return tuple(self.item(item, depth) for item in items)

    def item(self, item: Mapping[str, Any], depth: int) -> Layer:
        if item.get("kind") == "Block":
            return self.block(item, depth)
        made = self.parallel(item, depth) if item.get("kind") == "Parallel" else _checked(item, self.n + 1)
        self.n += 1
        if self.n > LIMITS["layers"]:
            raise ValueError(say("network.bad.layers", maximum=LIMITS["layers"]))
        return made

    def block(self, item: Mapping[str, Any], depth: int) -> Layer:
        name, n = self.container(item, depth), self.n + 1
        layers: Any = item.get("layers")
        if not _items(layers):
            raise TypeError(say("network.bad.block", layer=n, value=type(layers).__name__))
        if not layers:
            raise ValueError(say("network.bad.block", layer=n, value="[]"))
        return Layer(name=name, kind="Block", layers=self.items(layers, depth + 1))

    def parallel(self, item: Mapping[str, Any], depth: int) -> Layer:
        name, n = self.container(item, depth), self.n + 1
        branches, join = item.get("branches"), item.get("join", "concat")
        if not isinstance(join, str) or join not in JOINS:
            raise ValueError(say("network.bad.join", layer=n, value=repr(join)))
        most = LIMITS["branches"]
        if not isinstance(branches, list | tuple) or not all(map(_items, branches)):
            raise TypeError(say("network.bad.branches", layer=n, maximum=most, value=type(branches).__name__))
        if not LIMITS["least_branches"] <= len(branches) <= most:
            raise ValueError(say("network.bad.branches", layer=n, maximum=most, value=len(branches)))
        read = tuple(self.items(branch, depth + 1) for branch in branches)
        return Layer(name=name, kind="Parallel", branches=read, join=join)

    def container(self, item: Mapping[str, Any], depth: int) -> str:
        """The name of an item that holds others."""
        if depth == LIMITS["depth"]:
            raise ValueError(say("network.bad.depth", layer=self.n + 1, maximum=LIMITS["depth"]))
        _known(item, item["kind"], CONTAINERS[item["kind"]], self.n + 1)
        return _name(item, self.n + 1)


def _checked(layer: Mapping[str, Any], n: int) -> Layer:
    kind = layer.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(say("network.bad.kind", layer=n, value=repr(kind), kinds=listed([*KINDS, *CONTAINERS])))
    _known(layer, kind, KINDS[kind], n)
    name = _name(layer, n)
    if "Pool2d" in kind and "stride" not in layer:
        layer = {**layer, "stride": layer.get("kernel_size", SETTINGS["kernel_size"].usual)}
    return Layer(name=name, kind=kind, **{key: _setting(n, key, layer.get(key)) for key in KINDS[kind]})


def _known(item: Mapping[str, Any], kind: str, keys: tuple[str, ...], n: int) -> None:
    """Raises ValueError for a setting that such an item does not have."""
    if odd := sorted(item.keys() - {"kind", "name", *keys}, key=str):
        raise ValueError(say("network.bad.setting", layer=n, kind=kind, value=odd[0], settings=listed(keys) or "–"))


def _name(item: Mapping[str, Any], n: int) -> str:
    name = item.get("name", "")
    if not isinstance(name, str):
        raise TypeError(say("network.bad.name", layer=n, value=repr(name)))
    return name


def _setting(n: int, key: str, value: Any) -> Any:
    """The value of layer n's setting in the type of the usual one, which stands for None."""
    usual, least, most = SETTINGS[key]
    if value is None:
        return usual
    if isinstance(usual, tuple):
        rows, columns = shapes.pair(tuple(value) if isinstance(value, list) else value, key)
        return (
            _whole(rows, say(f"network.{key}.rows", layer=n), least, most),
            _whole(columns, say(f"network.{key}.columns", layer=n), least, most),
        )
    name = say(f"network.{key}", layer=n)
    if isinstance(usual, bool):
        return _switch(value, name)
    return _probability(value, name) if isinstance(usual, float) else _whole(value, name, least, most)


def _whole(value: Any, name: str, least: int, most: int) -> int:
    number = shapes.whole(value, name, least)
    if number > most:
        raise ValueError(say("shapes.at_most", name=name, maximum=most, value=number))
    return number


def _switch(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise TypeError(say("network.bad.switch", name=name, value=repr(value)))
    return value


def _probability(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(say("network.bad.p", name=name, value=repr(value)))
    p = float(value)
    if not 0 <= p <= 1 or round(p, 4) != p:
        raise ValueError(say("network.bad.p", name=name, value=value))
    return p
