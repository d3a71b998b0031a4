"""What one output element of a layer sees along one axis, windows of different sizes and branches included."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from helpers.network.layers import Layer


class Axis(NamedTuple):
    """What one output element sees along one axis, in elements of the input.

    size: of the largest field; jump: from one output element to the next, None where there is no single one; extent:
    what all output elements see together; least: size of the smallest field, 0 where a window reads only padding;
    first: the first input element that any of them sees, below 0 in the padding before the input. With a jump, output
    element i sees from first + i jump to first + i jump + size − 1. As usual, sizes are counted as if the input went on
    beyond its edges: padding is included, and so is what the last window of ceil_mode hangs over. size and least are
    None where windows follow windows of different sizes: which of them a stride, a dilation or padding picks is not
    kept. Then extent and first are None too, unless all windows of several branches together are still known.
    """

    size: int | None
    jump: int | None
    extent: int | None
    least: int | None
    first: int | None


UNKNOWN = Axis(None, None, None, None, None)


def axis_before(n: int) -> Axis:
    """Of the input itself, where each of its n elements is what it sees."""
    return Axis(1, 1, n, 1, 0)


def axis_after(layer: Layer, axis: Axis, a: int, n: int, o: int) -> Axis:
    """The field along axis a (0: rows), where the layer makes o elements of n; n and o are 0 for vectors."""
    kind = layer["kind"]
    adaptive = kind.startswith("Adaptive")
    mixing = kind == "Linear" or (kind.endswith("Softmax") and o == 0)  # over channels on maps, over all on vectors
    if mixing or (adaptive and o == 1):
        return Axis(axis.extent, None, axis.extent, axis.extent, axis.first)
    if adaptive:
        return _adaptive(axis, n, o)
    if "kernel_size" not in layer:
        return axis
    k, s, p, d = (layer[key][a] for key in ("kernel_size", "stride", "padding", "dilation"))
    return _window(axis, k, s, p, d, n, o)


def _window(axis: Axis, k: int, s: int, p: int, d: int, n: int, o: int) -> Axis:
    """r' = r + d (k − 1) j, j' = j s, as in `helpers.shapes.receptive_field`; the first window begins p j earlier."""
    if axis.size is None or axis.first is None or axis.jump is None:
        return axis if (k, s, p) == (1, 1, 0) else _after_uneven(axis, k, s, p, d, n, o)
    size, jump = axis.size + d * (k - 1) * axis.jump, axis.jump * s
    return Axis(size, jump, size + (o - 1) * jump, size, axis.first - p * axis.jump)


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
    return Axis(largest, None, axis.extent, smallest, axis.first)


def _after_uneven(axis: Axis, k: int, s: int, p: int, d: int, n: int, o: int) -> Axis:
    """After windows without a single jump: known only where every element sees all that is seen."""
    if axis.least != axis.extent:
        return UNKNOWN
    reading = sum(any(0 <= i * s - p + u * d < n for u in range(k)) for i in range(o))
    if reading == 0:
        return UNKNOWN  # padding only
    return axis if reading == o else axis._replace(least=0)


def axis_joined(axes: Sequence[Axis], before: Axis | None, o: int, join: str) -> Axis:
    """The field of what joins branches, from theirs: from the first element that any branch sees to the last.

    Parameters: axes, of what the branches give; before, of what they all read, or None where they make vectors of maps,
    so that elements no longer correspond; o, elements that each branch gives, 0 for vectors; join, "concat" or "add".

    On maps a place of the output has the channels of all branches, so that its field is the union for both joins. In
    concatenated vectors each element comes from one branch and keeps its field. What is not known exactly is None: the
    size where a branch's windows are of different sizes, unless another branch sees all that they see; the jump where
    the branches' jumps differ.
    """
    if before is not None and all(axis is before for axis in axes):
        return before  # element by element, all see what they saw
    seen = [
        (axis.first, axis.first + axis.extent) for axis in axes if axis.first is not None and axis.extent is not None
    ]
    if len(seen) < len(axes):
        return UNKNOWN
    first = min(start for start, _ in seen)
    extent = max(end for _, end in seen) - first
    jump = axes[0].jump if len({axis.jump for axis in axes}) == 1 else None
    if o == 0 and join == "concat":
        sizes = [axis.size for axis in axes if axis.size is not None]
        leasts = [axis.least for axis in axes if axis.least is not None]
        if len(sizes) < len(axes):
            return Axis(None, None, extent, None, first)
        return Axis(max(sizes), jump, extent, min(leasts), first)
    whole = [axis for axis in axes if axis.least == axis.extent]  # where every element sees all that the branch sees
    if len(whole) == len(axes) or any(axis.extent == extent for axis in whole):
        return Axis(extent, jump, extent, extent, first)
    if o == 0 or any(axis.jump is None and axis not in whole for axis in axes):
        return Axis(None, None, extent, None, first)
    spans = [_span(axes, i) for i in range(1 if jump is not None else o)]
    return Axis(max(spans), jump, extent, min(spans), first)


def _span(axes: Sequence[Axis], i: int) -> int:
    """From the first input element that output element i sees through any branch to the last.

    Each branch has a jump, or its elements all see the same.
    """
    starts = [(axis.first or 0) + i * (axis.jump or 0) for axis in axes]
    return max(start + (axis.size or 0) for start, axis in zip(starts, axes)) - min(starts)
