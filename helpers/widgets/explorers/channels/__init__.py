"""Convolution over several channels, with PyTorch as its judge in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets as t

from helpers import shapes
from helpers.widgets.base import CourseWidget, facts, table
from helpers.widgets.traits import Pair, Planes, Refused, RefusedType, Whole, number
from helpers.words import say

if TYPE_CHECKING:
    import torch

#: the largest values that it takes
LIMITS = facts(__file__, "limits.json")

_SETTINGS = ("input", "kernel", "groups", "padding", "stride", "dilation", "bias")


class ChannelExplorer(CourseWidget):
    """A convolution with several channels in and out, plane by plane.

    Parameters
    ----------
    input : of shape (c_i, n_h, n_w), at most 4 channels of 12×12: a tensor, an array or nested lists
    kernel : of shape (c_o, c_i / groups, k_h, k_w), at most 4 channels out, at most 5×5
    groups : divides the channels in and out; every output channel reads the input channels of its group
    padding, stride, dilation : whole numbers, or pairs (rows, columns); padding counts per side
    bias : one number for each output channel, or None
    id : HTML id, and the name by which links open a state

    All are traits. Raises ValueError where PyTorch would refuse them, TypeError for text and booleans; nothing is
    changed then.

    >>> ChannelExplorer([[[0, 1, 2]], [[3, 4, 5]]], [[[[1, 1]], [[10, 0]]]]).output
    tensor([[[31., 43.]]], dtype=torch.float64)
    """

    _state = _SETTINGS

    input = Planes(3, LIMITS["channels"], LIMITS["input"]).tag(sync=True)
    kernel = Planes(4, LIMITS["channels"], LIMITS["kernel"]).tag(sync=True)
    groups = Whole(1, LIMITS["channels"]).tag(sync=True)
    padding = Pair(LIMITS["padding"], 0, default_value=(0, 0)).tag(sync=True)
    stride = Pair(LIMITS["stride"], 1, default_value=(1, 1)).tag(sync=True)
    dilation = Pair(LIMITS["dilation"], 1, default_value=(1, 1)).tag(sync=True)
    bias = t.Any(default_value=None, allow_none=True).tag(sync=True)

    def __init__(
        self,
        input: Any,
        kernel: Any,
        groups: int = 1,
        padding: Any = 0,
        stride: Any = 1,
        dilation: Any = 1,
        *,
        bias: Any = None,
        id: str | None = None,
    ) -> None:
        super().__init__(
            id=id,
            input=input,
            kernel=kernel,
            groups=groups,
            padding=padding,
            stride=stride,
            dilation=dilation,
            bias=bias,
        )

    @t.validate(*_SETTINGS)
    def _fits(self, proposal: Any) -> Any:
        values = {name: getattr(self, name) for name in _SETTINGS}
        name, value = proposal["trait"].name, proposal["value"]
        values[name] = value = _bias(value) if name == "bias" else value
        values["bias"] = _bias(values["bias"])
        c_i, c_o, groups = len(values["input"]), len(values["kernel"]), values["groups"]
        if c_i % groups or c_o % groups:
            raise Refused(say("shapes.groups", c_i=c_i, c_o=c_o, groups=groups))
        planes = len(values["kernel"][0])
        if planes != c_i // groups:
            raise Refused(say("channels.bad.kernel", c_i=c_i, groups=groups, needed=c_i // groups, planes=planes))
        if values["bias"] is not None and len(values["bias"]) != c_o:
            raise Refused(say("channels.bad.bias", c_o=c_o, value=list(values["bias"])))
        try:
            _sizes(values)
        except ValueError as error:
            raise Refused(str(error)) from None
        return value

    @property
    def output(self) -> torch.Tensor:
        """What PyTorch computes for what is on the screen: a float64 tensor of shape (c_o, o_h, o_w), on the CPU."""
        import torch
        import torch.nn.functional as F

        X, K = (torch.tensor(planes, dtype=torch.float64) for planes in (self.input, self.kernel))
        b = None if self.bias is None else torch.tensor(self.bias, dtype=torch.float64)
        return F.conv2d(X[None], K, b, self.stride, self.padding, self.dilation, self.groups)[0]

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        kernel = (len(self.kernel[0][0]), len(self.kernel[0][0][0]))
        return shapes.conv2d_parameters(len(self.input), len(self.kernel), kernel, self.bias is not None, self.groups)

    def _fallback(self) -> str:
        planes = [(say("channels.input", channel=c + 1), plane) for c, plane in enumerate(self.input)]
        for o, kernel in enumerate(self.kernel):
            for c, plane in enumerate(kernel):
                planes.append((say("channels.kernel_of", output=o + 1, channel=c + 1), plane))
        planes += [(say("channels.output", channel=o + 1), plane) for o, plane in enumerate(self.output.tolist())]
        return "".join(table(name, rows) for name, rows in planes)

    def __repr__(self) -> str:
        (h, w), (k_h, k_w) = _sizes({name: getattr(self, name) for name in _SETTINGS})[1:]
        return (
            f"ChannelExplorer({len(self.input)}×{h}×{w}, kernel {len(self.kernel)}×{len(self.kernel[0])}×{k_h}×{k_w}"
            f"{'' if self.groups == 1 else f', groups {self.groups}'})"
        )


def _sizes(values: dict[str, Any]) -> list[tuple[int, int]]:
    """Output, input and kernel size; raises ValueError where they do not fit."""
    plane, kernel = values["input"][0], values["kernel"][0][0]
    n, k = (len(plane), len(plane[0])), (len(kernel), len(kernel[0]))
    return [shapes.conv2d_shape(n, k, values["padding"], values["stride"], values["dilation"]), n, k]


def _bias(value: Any) -> tuple[float, ...] | None:
    if value is None:
        return None
    rows = value.detach().cpu().tolist() if hasattr(value, "detach") else value
    if not isinstance(rows, list | tuple):
        raise RefusedType(say("channels.bad.bias", c_o="c_o", value=repr(value)))
    return tuple(number(one, f"bias[{n}]") for n, one in enumerate(rows))
