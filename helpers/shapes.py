"""Sizes of sliding windows in plain integers: outputs, receptive fields, parameters, multiply-adds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from numbers import Integral
from typing import Any, NamedTuple

from helpers.words import say

Size = tuple[int, int]


def output_size(n: int, k: int, padding: int = 0, stride: int = 1, dilation: int = 1) -> int:
    """Number of output elements of a sliding window along one axis.

    floor((n + 2 padding - dilation (k - 1) - 1) / stride) + 1, as in torch.nn.Conv2d.

    Parameters: n, input elements; k, kernel elements; padding, elements added on *each* side;
    stride, elements between windows; dilation, elements between kernel taps.
    Raises ValueError if the dilated kernel does not fit into the padded input, or a setting is out of range, TypeError
    where something is no whole number.

    >>> output_size(8, 3, padding=1, stride=3)
    3
    """
    n, k = whole(n, "input", 1), whole(k, "kernel", 1)
    padding, stride, dilation = whole(padding, "padding"), whole(stride, "stride", 1), whole(dilation, "dilation", 1)
    return conv2d_shape((n, n), (k, k), padding, stride, dilation)[0]


def whole(value: Any, name: str, minimum: int = 0) -> int:
    """A whole number of at least `minimum`.

    Raises TypeError for anything but a whole number (booleans, text and pairs among it), ValueError below the minimum.

    >>> whole(3, "stride", 1)
    3
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(say("widget.not_whole", name=name, value=repr(value)))
    if int(value) < minimum:
        raise ValueError(say("shapes.at_least", name=name, minimum=minimum, value=value))
    return int(value)


def pair(value: Any, name: str) -> Size:
    """A setting for rows and columns as (rows, columns), from such a pair or from one whole number for both.

    Raises TypeError for anything but whole numbers (booleans and text among them).

    >>> pair(2, "stride"), pair((1, 0), "padding")
    ((2, 2), (1, 0))
    """
    both = (value, value) if not isinstance(value, tuple | list) else tuple(value)
    if len(both) != 2 or not all(isinstance(n, Integral) and not isinstance(n, bool) for n in both):
        raise TypeError(say("shapes.not_whole", name=name, value=repr(value)))
    return int(both[0]), int(both[1])


def _pair(value: Any, name: str, minimum: int) -> Size:
    """A setting for rows and columns, both of at least `minimum`."""
    rows, columns = pair(value, name)
    return whole(rows, name, minimum), whole(columns, name, minimum)


def _size(value: Any, name: str) -> Size:
    """A height and a width of at least 1: never one number for both, but whatever holds two, such as an array."""
    both = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(both, tuple | list) or len(both) != 2:
        raise TypeError(say("shapes.not_size", name=name, value=repr(value)))
    return _pair(both, name, 1)


def _switch(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise TypeError(say("network.bad.switch", name=name, value=repr(value)))
    return value


def conv2d_shape(
    input: Size,
    kernel: Size,
    padding: int | Size = 0,
    stride: int | Size = 1,
    dilation: int | Size = 1,
) -> Size:
    """Height and width of the output of a 2-D convolution.

    Parameters: input, (n_h, n_w); kernel, (k_h, k_w); the others whole numbers or pairs (rows, columns),
    padding per side.
    Raises ValueError where torch.nn.functional.conv2d refuses on a CPU, TypeError where a setting is no whole number.

    >>> conv2d_shape((8, 8), (3, 5), padding=(0, 1), stride=(3, 4))
    (2, 2)
    """
    (n_h, n_w), (k_h, k_w) = _size(input, "input"), _size(kernel, "kernel")
    p, s, d = _pair(padding, "padding", 0), _pair(stride, "stride", 1), _pair(dilation, "dilation", 1)
    spans = (d[0] * (k_h - 1) + 1, d[1] * (k_w - 1) + 1)
    padded = (n_h + 2 * p[0], n_w + 2 * p[1])
    if spans[0] > padded[0] or spans[1] > padded[1]:
        raise ValueError(_too_large((k_h, k_w), p, d, spans, padded))
    return (padded[0] - spans[0]) // s[0] + 1, (padded[1] - spans[1]) // s[1] + 1


def _too_large(kernel: Size, padding: Size, dilation: Size, spans: Size, padded: Size) -> str:
    more = [max(0, -(-(span - n) // 2)) for span, n in zip(spans, padded, strict=True)]
    largest = [min(k, (n - 1) // d + 1) for k, n, d in zip(kernel, padded, dilation, strict=True)]
    enough = _brief((padding[0] + more[0], padding[1] + more[1]))
    cure = say("shapes.cure_smaller", padding=enough, k_h=largest[0], k_w=largest[1])
    if dilation == (1, 1):
        return say(
            "shapes.kernel_too_large_plain", k_h=kernel[0], k_w=kernel[1], n_h=padded[0], n_w=padded[1], cure=cure
        )
    return say(
        "shapes.kernel_too_large", k_h=kernel[0], k_w=kernel[1], dilation=_brief(dilation),
        span_h=spans[0], span_w=spans[1], n_h=padded[0], n_w=padded[1], cure=cure,
    )  # fmt: skip


def _brief(both: Size) -> str:
    return str(both[0]) if both[0] == both[1] else f"{both[0]}×{both[1]}"


def pool2d_shape(
    input: Size,
    kernel_size: int | Size,
    stride: int | Size | None = None,
    padding: int | Size = 0,
    dilation: int | Size = 1,
    ceil_mode: bool = False,
) -> Size:
    """Height and width of the output of 2-D pooling.

    With ceil_mode the division is rounded up, but a window that would start beyond the input and its first padding is
    left out. Parameters: input, (n_h, n_w); kernel_size, the window; stride, the window's own size if None; padding per
    side. Raises ValueError where torch.nn.functional.max_pool2d refuses on a CPU (padding above half of the window, no
    room for a window), TypeError where a setting is no whole number.

    >>> pool2d_shape((4, 4), 3, stride=2, padding=1), pool2d_shape((4, 4), 3, stride=2, padding=1, ceil_mode=True)
    ((2, 2), (3, 3))
    """
    n, k = _size(input, "input"), _pair(kernel_size, "kernel_size", 1)
    s = k if stride is None else _pair(stride, "stride", 1)
    p, d = _pair(padding, "padding", 0), _pair(dilation, "dilation", 1)
    _switch(ceil_mode, "ceil_mode")
    for a in (0, 1):
        if 2 * p[a] > k[a]:
            raise ValueError(say("pool.bad.padding", padding=p[a], kernel=k[a], most=k[a] // 2))
    spans = [d[a] * (k[a] - 1) + 1 for a in (0, 1)]
    padded = [n[a] + 2 * p[a] for a in (0, 1)]
    sizes = []
    for a in (0, 1):
        room = padded[a] - spans[a]
        size = (-(-room // s[a]) if ceil_mode else room // s[a]) + 1
        if ceil_mode and (size - 1) * s[a] >= n[a] + p[a]:
            size -= 1
        sizes.append(size)
    if min(sizes) < 1:
        raise ValueError(say("pool.bad.window", span_h=spans[0], span_w=spans[1], n_h=padded[0], n_w=padded[1]))
    return sizes[0], sizes[1]


def unused(n: int, k: int, padding: int = 0, stride: int = 1, dilation: int = 1) -> int:
    """Elements at the far edge of the padded input that no window reaches: what the floor in `output_size` drops.

    >>> unused(8, 3, stride=2)
    1
    """
    output_size(n, k, padding, stride, dilation)
    return (n + 2 * padding - dilation * (k - 1) - 1) % stride


def window_counts(n: int, k: int, padding: int = 0, stride: int = 1, dilation: int = 1) -> list[int]:
    """How many windows read each of the n input elements of one axis; in two dimensions the counts multiply.

    >>> window_counts(4, 3, padding=1)
    [2, 3, 3, 2]
    """
    windows = output_size(n, k, padding, stride, dilation)
    counts = [0] * n
    for i in range(windows):
        for u in range(k):
            place = i * stride - padding + u * dilation
            if 0 <= place < n:
                counts[place] += 1
    return counts


class ReceptiveField(NamedTuple):
    """What one output element sees along one axis, in elements of the input.

    size: how many elements it spans; jump: how far it moves from one output element to the next;
    start: where it begins for output element 0 (negative: in the padding).
    """

    size: int
    jump: int
    start: int


def receptive_field(layers: Iterable[tuple[int, ...]]) -> list[ReceptiveField]:
    """The receptive field after each layer of a stack, along one axis.

    A layer is (kernel, stride), (kernel, stride, padding) or (kernel, stride, padding, dilation). With r the size and
    j the jump before it: r' = r + dilation (kernel - 1) j, j' = j stride, start' = start - padding j
    (Araujo, Norris, Sim: Computing Receptive Fields of Convolutional Neural Networks, Distill 2019,
    https://doi.org/10.23915/distill.00021). Raises ValueError for a kernel, stride or dilation below 1, or a negative
    padding, TypeError for anything but whole numbers and for layers of another form.

    >>> receptive_field([(2, 1), (2, 1)])
    [ReceptiveField(size=2, jump=1, start=0), ReceptiveField(size=3, jump=1, start=0)]
    """
    size, jump, start, fields = 1, 1, 0, []
    for kernel, stride, padding, dilation in _layers(layers):
        size += dilation * (kernel - 1) * jump
        start -= padding * jump
        jump *= stride
        fields.append(ReceptiveField(size, jump, start))
    return fields


def _layers(layers: Any) -> Iterator[tuple[int, int, int, int]]:
    """All four numbers of every layer."""
    layers = layers.tolist() if hasattr(layers, "tolist") else layers
    if not isinstance(layers, Iterable) or isinstance(layers, str | bytes | Mapping):
        raise TypeError(say("shapes.not_layers", value=repr(layers)))
    for layer in layers:
        if not isinstance(layer, tuple | list) or not 2 <= len(layer) <= 4:
            raise TypeError(say("shapes.not_layers", value=repr(layer)))
        kernel, stride, padding, dilation = list(layer) + [1, 1, 0, 1][len(layer) :]
        k, s = whole(kernel, "kernel", 1), whole(stride, "stride", 1)
        yield k, s, whole(padding, "padding"), whole(dilation, "dilation", 1)


def conv2d_parameters(c_i: int, c_o: int, kernel: int | Size, bias: bool = True, groups: int = 1) -> int:
    """Weights and biases of a 2-D convolutional layer: c_o (c_i / groups) k_h k_w + c_o.

    Raises ValueError unless groups divides c_i and c_o, and for numbers out of range, TypeError where something is no
    whole number.

    >>> conv2d_parameters(1, 1, (1, 2))
    3
    """
    c_i, c_o, groups = whole(c_i, "c_i"), whole(c_o, "c_o"), whole(groups, "groups", 1)
    if c_i % groups or c_o % groups:
        raise ValueError(say("shapes.groups", c_i=c_i, c_o=c_o, groups=groups))
    k_h, k_w = _pair(kernel, "kernel", 1)
    return c_o * (c_i // groups) * k_h * k_w + (c_o if _switch(bias, "bias") else 0)


def linear_parameters(inputs: int, outputs: int, bias: bool = True) -> int:
    """Weights and biases of a fully connected layer.

    Raises ValueError for negative numbers, TypeError where something is no whole number.

    >>> linear_parameters(9, 4, bias=False)
    36
    """
    inputs, outputs = whole(inputs, "inputs"), whole(outputs, "outputs")
    return outputs * inputs + (outputs if _switch(bias, "bias") else 0)


def conv2d_multiply_adds(c_i: int, c_o: int, kernel: int | Size, output: Size, groups: int = 1) -> int:
    """Multiply-adds of a 2-D convolutional layer: one for every weight and place of the output, biases left out.

    Raises what `conv2d_parameters` raises, and TypeError where output is no (o_h, o_w).

    >>> conv2d_multiply_adds(1, 1, 2, (2, 2))
    16
    """
    o_h, o_w = _size(output, "output")
    return conv2d_parameters(c_i, c_o, kernel, bias=False, groups=groups) * o_h * o_w
