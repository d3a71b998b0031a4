"""What people give for layers, inputs and batches: checked, completed and put into one form."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any

from helpers import shapes
from helpers.network.layers import KINDS, LIMITS, SETTINGS, Layer
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
    """Layers with all their settings, pairs as tuples.

    Parameters: layers, mappings with a `kind` of `KINDS`, a `name` if they have one, and those settings that differ
    from PyTorch's own (a pooling layer's stride is its window). Raises ValueError for other kinds and settings and for
    numbers out of range, TypeError for what is no whole number.

    >>> checked([{"kind": "MaxPool2d", "kernel_size": 2}])[0]["stride"]
    (2, 2)
    """
    most = LIMITS["layers"]
    if not isinstance(layers, list | tuple) or not all(isinstance(layer, Mapping) for layer in layers):
        raise TypeError(say("network.bad.layers", maximum=most))
    if not 1 <= len(layers) <= most:
        raise ValueError(say("network.bad.layers", maximum=most))
    return tuple(_checked(layer, n) for n, layer in enumerate(layers, start=1))


def _checked(layer: Mapping[str, Any], n: int) -> Layer:
    kind = layer.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(say("network.bad.kind", layer=n, value=repr(kind), kinds=listed(KINDS)))
    if odd := sorted(layer.keys() - {"kind", "name", *KINDS[kind]}, key=str):
        settings = listed(KINDS[kind]) or "–"
        raise ValueError(say("network.bad.setting", layer=n, kind=kind, value=odd[0], settings=settings))
    name = layer.get("name", "")
    if not isinstance(name, str):
        raise TypeError(say("network.bad.name", layer=n, value=repr(name)))
    if "Pool2d" in kind and "stride" not in layer:
        layer = {**layer, "stride": layer.get("kernel_size", SETTINGS["kernel_size"].usual)}
    return Layer(name=name, kind=kind, **{key: _setting(n, key, layer.get(key)) for key in KINDS[kind]})


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
