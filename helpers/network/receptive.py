"""What one output element of a layer sees along one axis, windows of different sizes included."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from helpers.network.layers import Layer


class Axis(NamedTuple):
    """What one output element sees along one axis, in elements of the input.

    size: of the largest field; jump: from one output element to the next, None where there is no single one; extent:
    what all output elements see together. Size and extent are None where windows follow windows of different sizes.
    """

    size: int | None
    jump: int | None
    extent: int | None


def axis_after(layer: Layer, axis: Axis, a: int, n: int, o: int) -> Axis:
    """The field along axis a (0: rows), where the layer makes o elements of n."""
    adaptive = layer["kind"].startswith("Adaptive")
    if layer["kind"] == "Linear" or (adaptive and o == 1):
        return Axis(axis.extent, None, axis.extent)
    if adaptive:
        return _adaptive(axis, n, o)
    if "kernel_size" not in layer:
        return axis
    k, s, p, d = (layer[key][a] for key in ("kernel_size", "stride", "padding", "dilation"))
    return _window(axis, k, s, p, d, o)


def _window(axis: Axis, k: int, s: int, p: int, d: int, o: int) -> Axis:
    """r' = r + d (k − 1) j, j' = j s, as in `helpers.shapes.receptive_field`."""
    if axis.size is None or axis.jump is None:
        return axis if (k, s, p) == (1, 1, 0) else _blurred(axis)
    size, jump = axis.size + d * (k - 1) * axis.jump, axis.jump * s
    return Axis(size, jump, size + (o - 1) * jump)


def _adaptive(axis: Axis, n: int, o: int) -> Axis:
    """Window i of adaptive pooling goes from floor(i n / o) to ceil((i + 1) n / o)."""
    if o == n:
        return axis
    if axis.size is None or axis.jump is None:
        return _blurred(axis)
    starts = [i * n // o for i in range(o)]
    lengths = {-(-(i + 1) * n // o) - start for i, start in enumerate(starts)}
    steps = {b - a for a, b in pairwise(starts)}
    if len(lengths) == len(steps) == 1 and steps != {0}:
        return _window(axis, lengths.pop(), steps.pop(), 0, 1, o)
    return Axis(axis.size + (max(lengths) - 1) * axis.jump, None, axis.extent)


def _blurred(axis: Axis) -> Axis:
    """After windows without a single jump: known only where every element sees all that is seen."""
    return axis if axis.size == axis.extent else Axis(None, None, None)
