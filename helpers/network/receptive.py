"""What one output element of a layer sees along one axis, windows of different sizes included."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from helpers.network.layers import Layer


class Axis(NamedTuple):
    """What one output element sees along one axis, in elements of the input.

    size: of the largest field; jump: from one output element to the next, None where there is no single one; extent:
    what all output elements see together; least: size of the smallest field, 0 where a window reads only padding. As
    usual, sizes are counted as if the input went on beyond its edges: padding is included, and so is what the last
    window of ceil_mode hangs over. All but jump are None where windows follow windows of different sizes: which of
    them a stride, a dilation or padding picks is not kept.
    """

    size: int | None
    jump: int | None
    extent: int | None
    least: int | None


UNKNOWN = Axis(None, None, None, None)


def axis_after(layer: Layer, axis: Axis, a: int, n: int, o: int) -> Axis:
    """The field along axis a (0: rows), where the layer makes o elements of n; n and o are 0 for vectors."""
    kind = layer["kind"]
    adaptive = kind.startswith("Adaptive")
    mixing = kind == "Linear" or (kind.endswith("Softmax") and o == 0)  # over channels on maps, over all on vectors
    if mixing or (adaptive and o == 1):
        return Axis(axis.extent, None, axis.extent, axis.extent)
    if adaptive:
        return _adaptive(axis, n, o)
    if "kernel_size" not in layer:
        return axis
    k, s, p, d = (layer[key][a] for key in ("kernel_size", "stride", "padding", "dilation"))
    return _window(axis, k, s, p, d, n, o)


def _window(axis: Axis, k: int, s: int, p: int, d: int, n: int, o: int) -> Axis:
    """r' = r + d (k − 1) j, j' = j s, as in `helpers.shapes.receptive_field`."""
    if axis.size is None or axis.extent is None or axis.jump is None:
        return axis if (k, s, p) == (1, 1, 0) else _after_uneven(axis, k, s, p, d, n, o)
    size, jump = axis.size + d * (k - 1) * axis.jump, axis.jump * s
    return Axis(size, jump, size + (o - 1) * jump, size)


def _adaptive(axis: Axis, n: int, o: int) -> Axis:
    """Window i of adaptive pooling goes from floor(i n / o) to ceil((i + 1) n / o)."""
    if o == n:
        return axis
    starts = [i * n // o for i in range(o)]
    lengths = {-(-(i + 1) * n // o) - start for i, start in enumerate(starts)}
    steps = {b - a for a, b in pairwise(starts)}
    if axis.size is None or axis.jump is None:
        return axis if axis.least == axis.extent else UNKNOWN
    if len(lengths) == len(steps) == 1 and steps != {0}:
        return _window(axis, lengths.pop(), steps.pop(), 0, 1, n, o)
    largest, smallest = (axis.size + (length - 1) * axis.jump for length in (max(lengths), min(lengths)))
    return Axis(largest, None, axis.extent, smallest)


def _after_uneven(axis: Axis, k: int, s: int, p: int, d: int, n: int, o: int) -> Axis:
    """After windows without a single jump: known only where every element sees all that is seen."""
    if axis.least != axis.extent:
        return UNKNOWN
    reading = sum(any(0 <= i * s - p + u * d < n for u in range(k)) for i in range(o))
    if reading == 0:
        return UNKNOWN  # padding only
    return axis if reading == o else axis._replace(least=0)
