"""Sizes of sliding windows in plain integers: outputs, receptive fields, parameters, multiply-adds."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral
from typing import Any, NamedTuple

from helpers.words import say

Size = tuple[int, int]


def output_size(n: int, k: int, padding: int = 0, stride: int = 1, dilation: int = 1) -> int:
    """Number of output elements of a sliding window along one axis.

    floor((n + 2 padding - dilation (k - 1) - 1) / stride) + 1, as in torch.nn.Conv2d.

    Parameters: n, input elements; k, kernel elements; padding, elements added on *each* side;
    stride, elements between windows; dilation, elements between kernel taps.
    Raises ValueError if the dilated kernel does not fit into the padded input, or a setting is out of range.

    >>> output_size(8, 3, padding=1, stride=3)
    3
    """
    return conv2d_shape((n, n), (k, k), padding, stride, dilation)[0]


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
    sizes = {"input": pair(tuple(input), "input"), "kernel": pair(tuple(kernel), "kernel")}
    p, s, d = pair(padding, "padding"), pair(stride, "stride"), pair(dilation, "dilation")
    limits = [(name, both, 1) for name, both in sizes.items()]
    for name, both, minimum in [*limits, ("padding", p, 0), ("stride", s, 1), ("dilation", d, 1)]:
        for value in both:
            if value < minimum:
                raise ValueError(say("shapes.at_least", name=name, minimum=minimum, value=value))
    (n_h, n_w), (k_h, k_w) = sizes["input"], sizes["kernel"]
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
    n, k = pair(tuple(input), "input"), pair(kernel_size, "kernel_size")
    s = k if stride is None else pair(stride, "stride")
    p, d = pair(padding, "padding"), pair(dilation, "dilation")
    for name, both, minimum in (("input", n, 1), ("kernel_size", k, 1), ("padding", p, 0), ("stride", s, 1), ("dilation", d, 1)):  # fmt: skip  # noqa: E501
        for value in both:
            if value < minimum:
                raise ValueError(say("shapes.at_least", name=name, minimum=minimum, value=value))
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
    counts = [0] * n
    for i in range(output_size(n, k, padding, stride, dilation)):
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
    padding.

    >>> receptive_field([(2, 1), (2, 1)])
    [ReceptiveField(size=2, jump=1, start=0), ReceptiveField(size=3, jump=1, start=0)]
    """
    size, jump, start, fields = 1, 1, 0, []
    for layer in layers:
        kernel, stride, padding, dilation = (*layer, *(1, 1, 0, 1)[len(layer) :])
        for name, value, minimum in (("kernel", kernel, 1), ("stride", stride, 1), ("padding", padding, 0), ("dilation", dilation, 1)):  # fmt: skip  # noqa: E501
            if value < minimum:
                raise ValueError(say("shapes.at_least", name=name, minimum=minimum, value=value))
        size += dilation * (kernel - 1) * jump
        start -= padding * jump
        jump *= stride
        fields.append(ReceptiveField(size, jump, start))
    return fields


def conv2d_parameters(c_i: int, c_o: int, kernel: int | Size, bias: bool = True, groups: int = 1) -> int:
    """Weights and biases of a 2-D convolutional layer: c_o (c_i / groups) k_h k_w + c_o.

    Raises ValueError if groups divides c_i and c_o not.

    >>> conv2d_parameters(1, 1, (1, 2))
    3
    """
    if groups < 1 or c_i % groups or c_o % groups:
        raise ValueError(say("shapes.groups", c_i=c_i, c_o=c_o, groups=groups))
    k_h, k_w = pair(kernel, "kernel")
    return c_o * (c_i // groups) * k_h * k_w + (c_o if bias else 0)


def linear_parameters(inputs: int, outputs: int, bias: bool = True) -> int:
    """Weights and biases of a fully connected layer.

    >>> linear_parameters(9, 4, bias=False)
    36
    """
    return outputs * inputs + (outputs if bias else 0)


def conv2d_multiply_adds(c_i: int, c_o: int, kernel: int | Size, output: Size, groups: int = 1) -> int:
    """Multiply-adds of a 2-D convolutional layer: one for every weight and place of the output, biases left out.

    >>> conv2d_multiply_adds(1, 1, 2, (2, 2))
    16
    """
    return conv2d_parameters(c_i, c_o, kernel, bias=False, groups=groups) * output[0] * output[1]
