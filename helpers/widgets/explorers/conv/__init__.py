"""The convolution explorer: live in a page without a kernel, with PyTorch as its judge in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets as t

from helpers import shapes
from helpers.widgets.base import CourseWidget, facts, table
from helpers.widgets.traits import Matrix, Number, Pair, Refused
from helpers.words import say

if TYPE_CHECKING:
    import torch

#: the largest values that it takes
LIMITS = facts(__file__, "limits.json")


class ConvExplorer(CourseWidget):
    """A 2-D cross-correlation in which every number can be changed.

    Parameters
    ----------
    input, kernel : matrices of finite numbers, of shapes (n_h, n_w) and (k_h, k_w): tensors, arrays or nested lists
    padding, stride, dilation : whole numbers, or pairs (rows, columns); padding counts per side
    bias : a number added to every output element; None shows no bias at all
    flip : True or False shows a switch between cross-correlation and convolution, which flips the kernel; None, none
    presets : {name: kernel} to choose from, instead of the usual kernels
    id : HTML id, and the name by which links open a state of this explorer

    All of them are traits, kept in step with what the reader sees. Raises ValueError where PyTorch would refuse the
    settings or a value is no finite number, TypeError for text, booleans and fractions of a pixel; nothing is changed
    then.
    To change several that only fit together: `with explorer.hold_trait_notifications(): …`.

    >>> ConvExplorer([[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[0, 1], [2, 3]]).output
    tensor([[19., 25.],
            [37., 43.]], dtype=torch.float64)
    """

    _state = ("input", "kernel", "padding", "stride", "dilation", "bias", "flip", "presets")

    input = Matrix(LIMITS["input"]).tag(sync=True)
    kernel = Matrix(LIMITS["kernel"]).tag(sync=True)
    padding = Pair(LIMITS["padding"], 0, default_value=(0, 0)).tag(sync=True)
    stride = Pair(LIMITS["stride"], 1, default_value=(1, 1)).tag(sync=True)
    dilation = Pair(LIMITS["dilation"], 1, default_value=(1, 1)).tag(sync=True)
    bias = Number(default_value=None, allow_none=True).tag(sync=True)
    flip = t.Bool(default_value=None, allow_none=True).tag(sync=True)
    presets = t.Dict(value_trait=Matrix(LIMITS["kernel"]), default_value=None, allow_none=True).tag(sync=True)

    def __init__(
        self,
        input: Any,
        kernel: Any,
        padding: Any = 0,
        stride: Any = 1,
        dilation: Any = 1,
        *,
        bias: Any = None,
        flip: bool | None = None,
        presets: dict[str, Any] | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(
            id=id, input=input, kernel=kernel, padding=padding, stride=stride, dilation=dilation,
            bias=bias, flip=flip, presets=presets,
        )  # fmt: skip

    @t.validate("input", "kernel", "padding", "stride", "dilation")
    def _fits(self, proposal: Any) -> Any:
        values = {name: getattr(self, name) for name in ("input", "kernel", "padding", "stride", "dilation")}
        values[proposal["trait"].name] = proposal["value"]
        try:
            _shape(**values)
        except ValueError as error:
            raise Refused(str(error)) from None
        return proposal["value"]

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the output."""
        return _shape(self.input, self.kernel, self.padding, self.stride, self.dilation)

    @property
    def output(self) -> torch.Tensor:
        """What PyTorch computes for what is on the screen: a float64 tensor of shape (o_h, o_w), on the CPU."""
        import torch
        import torch.nn.functional as F

        X = torch.tensor(self.input, dtype=torch.float64)
        K = torch.tensor(self.kernel, dtype=torch.float64)
        if self.flip:
            K = K.flip(0, 1)
        b = None if self.bias is None else torch.tensor([self.bias], dtype=torch.float64)
        Y = F.conv2d(X[None, None], K[None, None], b, padding=self.padding, stride=self.stride, dilation=self.dilation)
        return Y[0, 0]

    def _fallback(self) -> str:
        o_h, o_w = self.shape
        tables = [("ui.input", self.input), ("ui.kernel", self.kernel), ("ui.output", self.output.tolist())]
        return "".join(table(say(key), rows) for key, rows in tables) + f"<p>{say('ui.shape', h=o_h, w=o_w)}</p>"

    def __repr__(self) -> str:
        parts = [_size(self.input), f"kernel {_size(self.kernel)}"]
        for name, usual in (("padding", 0), ("stride", 1), ("dilation", 1)):
            rows, columns = getattr(self, name)
            if (rows, columns) != (usual, usual):
                parts.append(f"{name} {rows}" if rows == columns else f"{name} {rows}×{columns}")
        return f"ConvExplorer({', '.join(parts)})"


def _shape(input: Any, kernel: Any, padding: Any, stride: Any, dilation: Any) -> tuple[int, int]:
    return shapes.conv2d_shape(
        (len(input), len(input[0])), (len(kernel), len(kernel[0])), padding=padding, stride=stride, dilation=dilation
    )


def _size(rows: Any) -> str:
    return f"{len(rows)}×{len(rows[0])}"
