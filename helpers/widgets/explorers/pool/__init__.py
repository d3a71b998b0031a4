"""The pooling explorer, with PyTorch as its judge in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets as t

from helpers.shapes import pool2d_shape
from helpers.widgets.base import CourseWidget, facts, table
from helpers.widgets.traits import Matrix, Pair, Refused
from helpers.words import say

if TYPE_CHECKING:
    import torch

#: the largest values that it takes
LIMITS = facts(__file__, "limits.json")

_SETTINGS = ("kernel_size", "stride", "padding", "dilation", "ceil_mode", "mode")


class PoolExplorer(CourseWidget):
    """Maximum or average pooling of a matrix, in which every number can be changed.

    Parameters
    ----------
    input : matrix of finite numbers, of shape (n_h, n_w), at most 64×64
    kernel_size : height and width of the window
    mode : "max" or "avg"
    stride : the window's own size if None, as in nn.MaxPool2d
    padding : per side, at most half of the window; −∞ for a maximum, 0 for an average
    dilation : for the maximum only
    ceil_mode, count_include_pad : as in nn.MaxPool2d and nn.AvgPool2d
    id : HTML id, and the name by which links open a state

    All are traits. Raises ValueError where PyTorch would refuse the settings, TypeError for text, booleans and
    fractions; nothing is changed then.

    >>> PoolExplorer([[0, 1, 2], [3, 4, 5], [6, 7, 8]], 2, stride=1).output
    tensor([[4., 5.],
            [7., 8.]], dtype=torch.float64)
    """

    _state = ("input", *_SETTINGS, "count_include_pad")

    input = Matrix(LIMITS["input"]).tag(sync=True)
    mode = t.Unicode("max").tag(sync=True)
    kernel_size = Pair(LIMITS["kernel_size"], 1, default_value=(1, 1)).tag(sync=True)
    stride = Pair(LIMITS["stride"], 1, default_value=(1, 1)).tag(sync=True)
    padding = Pair(LIMITS["padding"], 0, default_value=(0, 0)).tag(sync=True)
    dilation = Pair(LIMITS["dilation"], 1, default_value=(1, 1)).tag(sync=True)
    ceil_mode = t.Bool(False).tag(sync=True)
    count_include_pad = t.Bool(True).tag(sync=True)

    def __init__(
        self,
        input: Any,
        kernel_size: Any,
        mode: str = "max",
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(
            id=id, input=input, kernel_size=kernel_size, mode=mode, stride=kernel_size if stride is None else stride,
            padding=padding, dilation=dilation, ceil_mode=ceil_mode, count_include_pad=count_include_pad,
        )  # fmt: skip

    @t.validate("input", *_SETTINGS)
    def _fits(self, proposal: Any) -> Any:
        values = {name: getattr(self, name) for name in ("input", *_SETTINGS)}
        values[proposal["trait"].name] = proposal["value"]
        try:
            _shape(**values)
        except ValueError as error:
            raise Refused(str(error)) from None
        return proposal["value"]

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the output."""
        return _shape(**{name: getattr(self, name) for name in ("input", *_SETTINGS)})

    @property
    def output(self) -> torch.Tensor:
        """What PyTorch computes for what is on the screen: a float64 tensor of shape (o_h, o_w), on the CPU."""
        import torch
        import torch.nn.functional as F

        X = torch.tensor(self.input, dtype=torch.float64)[None, None]
        k, s, p = self.kernel_size, self.stride, self.padding
        if self.mode == "max":
            return F.max_pool2d(X, k, s, p, self.dilation, self.ceil_mode)[0, 0]
        return F.avg_pool2d(X, k, s, p, self.ceil_mode, self.count_include_pad)[0, 0]

    def _fallback(self) -> str:
        o_h, o_w = self.shape
        tables = [("ui.input", self.input), ("ui.output", self.output.tolist())]
        return "".join(table(say(key), rows) for key, rows in tables) + f"<p>{say('ui.shape', h=o_h, w=o_w)}</p>"

    def __repr__(self) -> str:
        k_h, k_w = self.kernel_size
        return f"PoolExplorer({len(self.input)}×{len(self.input[0])}, {self.mode} {k_h}×{k_w})"


def _shape(input: Any, mode: str, **settings: Any) -> tuple[int, int]:
    if mode not in ("max", "avg"):
        raise ValueError(say("pool.bad.mode", value=repr(mode)))
    if mode == "avg" and tuple(settings["dilation"]) != (1, 1):
        raise ValueError(say("pool.bad.dilation"))
    return pool2d_shape((len(input), len(input[0])), **settings)
