"""The table of a network: shapes, parameters, multiply-adds, memory and receptive fields, or why a layer cannot be."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from helpers import shapes
from helpers.network.checking import checked, checked_batch, checked_shape
from helpers.network.layers import LIMITS, Layer, Shape
from helpers.network.receptive import Axis, axis_after
from helpers.network.writing import grouped, shape_text, text
from helpers.words import say

_MAPS = (
    "Conv2d", "MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "BatchNorm2d", "LocalResponseNorm",
)  # fmt: skip
_VECTORS = {"Linear": "network.bad.flatten", "BatchNorm1d": "network.bad.norm1d"}

Axes = tuple[Axis, Axis]  # along rows and along columns


class Row(NamedTuple):
    """One layer: its output for one image, what it costs, and what an element of its output sees (rows, columns)."""

    name: str
    text: str
    shape: Shape
    parameters: int
    multiply_adds: int
    memory: int
    field: tuple[int | None, int | None]
    jump: tuple[int | None, int | None]


def table(layers: Any, input_shape: Any, batch: int = 1) -> list[Row]:
    """What every layer of a network gives and costs.

    Parameters: layers, as `trace` gives them or `checked` takes them; input_shape, (channels, height, width); batch,
    images at a time. Rows: shape without the batch; parameters; multiply-adds for one image, biases left out; memory,
    bytes of the layer's output in float32 for the whole batch; receptive field and jump along rows and columns.
    Raises ValueError that names the first layer that is impossible and says why.

    >>> row = table([{"kind": "Conv2d", "out_channels": 6, "kernel_size": 5, "padding": 2}], (1, 28, 28))[0]
    >>> row.text, row.shape, row.parameters, row.multiply_adds, row.memory, row.field
    ('Conv2d(1, 6, kernel_size=5, padding=2)', (6, 28, 28), 156, 117600, 18816, (5, 5))
    """
    shape: Shape = checked_shape(input_shape)
    batch = checked_batch(batch)
    axes = (Axis(1, 1, shape[1], 1), Axis(1, 1, shape[2], 1))
    rows = []
    for n, layer in enumerate(checked(layers), start=1):
        try:
            row, axes = _row(layer, shape, axes, batch)
        except ValueError as error:
            raise ValueError(say("network.bad.layer", layer=n, kind=layer["kind"], text=error)) from None
        rows.append(row)
        shape = row.shape
    return rows


def _row(layer: Layer, shape: Shape, axes: Axes, batch: int) -> tuple[Row, Axes]:
    """A layer's row and its axes, from the shape and the axes before it."""
    _fits(layer["kind"], shape)
    parameters = _parameters(layer, shape[0])
    after = _shape_after(layer, shape)
    multiply_adds = _multiply_adds(layer, shape[0], after)
    h, w = axes = _axes_after(layer, axes, shape, after)
    _countable(after, multiply_adds, axes)
    written, memory = text(layer, shape[0]), 4 * batch * math.prod(after)
    row = Row(layer["name"], written, after, parameters, multiply_adds, memory, (h.size, w.size), (h.jump, w.jump))
    return row, axes


def _fits(kind: str, shape: Shape) -> None:
    """Raises ValueError where a layer needs maps and gets vectors, or the other way round."""
    vector = len(shape) == 1
    if kind in _VECTORS and not vector:
        raise ValueError(say(_VECTORS[kind], shape=shape_text(shape)))
    if kind in _MAPS and vector:
        raise ValueError(say("network.bad.maps", kind=kind, count=shape[0]))


def _parameters(layer: Layer, c_i: int) -> int:
    kind = layer["kind"]
    if kind == "Conv2d":
        return shapes.conv2d_parameters(c_i, *(layer[key] for key in ("out_channels", "kernel_size", "bias", "groups")))
    if kind == "Linear":
        return shapes.linear_parameters(c_i, layer["out_features"], layer["bias"])
    return 2 * c_i if layer.get("affine") else 0


def _shape_after(layer: Layer, shape: Shape) -> Shape:
    kind = layer["kind"]
    if kind == "Conv2d":
        settings = (layer[key] for key in ("kernel_size", "padding", "stride", "dilation"))
        return (layer["out_channels"], *shapes.conv2d_shape((shape[1], shape[2]), *settings))
    if kind in ("MaxPool2d", "AvgPool2d"):
        if kind == "AvgPool2d" and layer["dilation"] != (1, 1):
            raise ValueError(say("pool.bad.dilation"))
        settings = (layer[key] for key in ("kernel_size", "stride", "padding", "dilation", "ceil_mode"))
        return (shape[0], *shapes.pool2d_shape((shape[1], shape[2]), *settings))
    if kind.startswith("Adaptive"):
        return (shape[0], *layer["output_size"])
    if kind == "Flatten":
        return (math.prod(shape),)
    return (layer["out_features"],) if kind == "Linear" else shape


def _multiply_adds(layer: Layer, c_i: int, after: Shape) -> int:
    """For one image: one for every weight and place of the output, biases left out."""
    if layer["kind"] == "Conv2d":
        size = (after[1], after[2])
        return shapes.conv2d_multiply_adds(c_i, after[0], layer["kernel_size"], size, layer["groups"])
    return shapes.linear_parameters(c_i, after[0], bias=False) if layer["kind"] == "Linear" else 0


def _axes_after(layer: Layer, axes: Axes, before: Shape, after: Shape) -> Axes:
    if len(after) == 1:
        before = after = (0, 0, 0)  # a vector has no rows and columns
    h, w = axes
    return axis_after(layer, h, 0, before[1], after[1]), axis_after(layer, w, 1, before[2], after[2])


def _countable(shape: Shape, multiply_adds: int, axes: Axes) -> None:
    """Raises ValueError for numbers beyond `LIMITS`, which a page could not count exactly."""
    seen = max(number or 0 for axis in axes for number in axis)
    found = {"elements": math.prod(shape), "multiply_adds": multiply_adds, "field": seen}
    for what, value in found.items():
        if value > LIMITS[what]:
            raise ValueError(say("network.bad.large", what=say(f"network.what.{what}"), maximum=grouped(LIMITS[what])))
