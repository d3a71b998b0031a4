"""The table of a network: shapes, parameters, multiply-adds, memory and receptive fields, or why a layer cannot be."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from helpers import shapes
from helpers.network.checking import checked, checked_batch, checked_shape
from helpers.network.layers import JOINS, LIMITS, Layer, Shape
from helpers.network.receptive import Axis, axis_after, axis_before, axis_joined
from helpers.network.writing import grouped, shape_text, text
from helpers.words import say

_MAPS = (
    "Conv2d", "MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "BatchNorm2d", "LocalResponseNorm",
)  # fmt: skip
_VECTORS = {"Linear": "network.bad.flatten", "BatchNorm1d": "network.bad.norm1d"}

Axes = tuple[Axis, Axis]  # along rows and along columns


class Row(NamedTuple):
    """One layer: its output for one image, what it costs, and what an element of its output sees (rows, columns).

    path: the layer's place in the network, the index of each item on the way to it; in what is parallel, the branch's
    index comes first. The row of a join has the path of its Parallel.
    """

    name: str
    text: str
    shape: Shape
    parameters: int
    multiply_adds: int
    memory: int
    field: tuple[int | None, int | None]
    jump: tuple[int | None, int | None]
    path: tuple[int, ...] = ()


def table(layers: Any, input_shape: Any, batch: int = 1) -> list[Row]:
    """What every layer of a network gives and costs, in the order in which they run.

    Parameters: layers, as `trace` gives them or `checked` takes them; input_shape, (channels, height, width); batch,
    images at a time. Rows: each layer of each branch, then one for their join, "Concat" or "Add"; blocks have none of
    their own. Shape without the batch; parameters; multiply-adds for one image, biases and additions left out; memory,
    bytes of the layer's output in float32 for the whole batch; receptive field and jump along rows and columns.
    Branches are concatenated along channels, so that they need the same rows and columns, or vectors throughout; to be
    added they need the same shape (PyTorch would stretch a length of 1).
    Raises ValueError that names the first layer that is impossible and says why.

    >>> row = table([{"kind": "Conv2d", "out_channels": 6, "kernel_size": 5, "padding": 2}], (1, 28, 28))[0]
    >>> row.text, row.shape, row.parameters, row.multiply_adds, row.memory, row.field
    ('Conv2d(1, 6, kernel_size=5, padding=2)', (6, 28, 28), 156, 117600, 18816, (5, 5))
    >>> shortcut = {"kind": "Parallel", "branches": [[{"kind": "Conv2d", "padding": 1}], []], "join": "add"}
    >>> [(row.text, row.path, row.field) for row in table([shortcut], (1, 28, 28))]
    [('Conv2d(1, 1, kernel_size=3, padding=1)', (0, 0, 0), (3, 3)), ('Add', (0,), (3, 3))]
    """
    return [row for row, _ in steps(layers, input_shape, batch)]


def steps(layers: Any, input_shape: Any, batch: int = 1) -> list[tuple[Row, Shape]]:
    """The rows of `table`, and the shape that comes into each; into a join, into its branches."""
    shape, walk = checked_shape(input_shape), _Walk(checked_batch(batch))
    walk.chain(checked(layers), shape, (axis_before(shape[1]), axis_before(shape[2])), ())
    return walk.steps


class _Walk:
    """Takes the steps through a network one after the other."""

    def __init__(self, batch: int) -> None:
        self.batch = batch
        self.steps: list[tuple[Row, Shape]] = []
        self.all = {"all_multiply_adds": 0, "all_memory": 0}

    def chain(self, items: Any, shape: Shape, axes: Axes, path: tuple[int, ...]) -> tuple[Shape, Axes]:
        for i, item in enumerate(items):
            shape, axes = self.item(item, shape, axes, (*path, i))
        return shape, axes

    def item(self, item: Layer, shape: Shape, axes: Axes, path: tuple[int, ...]) -> tuple[Shape, Axes]:
        """What an item gives, from the shape and the axes before it."""
        if item["kind"] == "Block":
            return self.chain(item["layers"], shape, axes, path)
        if item["kind"] == "Parallel":
            ends = [self.chain(branch, shape, axes, (*path, b)) for b, branch in enumerate(item["branches"])]
            return self.step(JOINS[item["join"]], lambda: _joined(item, shape, axes, ends), shape, path)
        return self.step(item["kind"], lambda: _row(item, shape, axes), shape, path)

    def step(self, kind: str, make: Any, before: Shape, path: tuple[int, ...]) -> tuple[Shape, Axes]:
        try:
            row, axes = make()
            row = row._replace(memory=4 * self.batch * math.prod(row.shape), path=path)
            self.count(row)
        except ValueError as error:
            raise ValueError(say("network.bad.layer", layer=len(self.steps) + 1, kind=kind, text=error)) from None
        self.steps.append((row, before))
        return row.shape, axes

    def count(self, row: Row) -> None:
        self.all["all_multiply_adds"] += row.multiply_adds
        self.all["all_memory"] += row.memory
        _within(self.all)


def _row(layer: Layer, shape: Shape, axes: Axes) -> tuple[Row, Axes]:
    """A layer's row, without its memory and path, and its axes, from the shape and the axes before it."""
    _fits(layer["kind"], shape)
    parameters = _parameters(layer, shape[0])
    after = _shape_after(layer, shape)
    multiply_adds = _multiply_adds(layer, shape[0], after)
    axes = _axes_after(layer, axes, shape, after)
    return _made(layer["name"], text(layer, shape[0]), after, parameters, multiply_adds, axes), axes


def _joined(item: Layer, shape: Shape, axes: Axes, ends: list[tuple[Shape, Axes]]) -> tuple[Row, Axes]:
    """The same for the join of branches, from the shape and the axes before them and those that they end with."""
    join, after = item["join"], _shape_joined(item["join"], [end for end, _ in ends])
    matching = len(shape) == len(after)  # else the branches make vectors of maps, each in its own way
    h, w = (
        axis_joined(
            [end[a] for _, end in ends], axes[a] if matching else None, 0 if len(after) == 1 else after[1 + a], join
        )
        for a in (0, 1)
    )
    return _made(item["name"], JOINS[join], after, 0, 0, (h, w)), (h, w)


def _made(name: str, written: str, after: Shape, parameters: int, multiply_adds: int, axes: Axes) -> Row:
    h, w = axes
    seen = max(number or 0 for axis in axes for number in (axis.size, axis.jump, axis.extent))
    _within({"elements": math.prod(after), "multiply_adds": multiply_adds, "field": seen})
    return Row(name, written, after, parameters, multiply_adds, 0, (h.size, w.size), (h.jump, w.jump))


def _shape_joined(join: str, ends: list[Shape]) -> Shape:
    """Raises ValueError for the first branch that does not fit the first."""
    first = ends[0]
    for n, shape in enumerate(ends, start=1):
        if (shape != first) if join == "add" else (shape[1:] != first[1:]):
            told = {"branch": n, "shape": shape_text(shape), "first": shape_text(first)}
            raise ValueError(say(f"network.bad.{join}", **told))
    return first if join == "add" else (sum(shape[0] for shape in ends), *first[1:])


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


def _within(found: dict[str, int]) -> None:
    """Raises ValueError for numbers beyond `LIMITS`, which a page could not count exactly."""
    for what, value in found.items():
        if value > LIMITS[what]:
            raise ValueError(say("network.bad.large", what=say(f"network.what.{what}"), maximum=grouped(LIMITS[what])))
