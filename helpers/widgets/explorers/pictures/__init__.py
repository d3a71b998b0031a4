"""Kernels on a picture, of the course or of the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets as t

from helpers import plot, shapes
from helpers.pictures import LARGEST
from helpers.widgets.base import CourseWidget, facts, table
from helpers.widgets.traits import Matrix, Refused
from helpers.words import say

if TYPE_CHECKING:
    import torch

#: the largest values that it takes
LIMITS = facts(__file__, "limits.json")


class ImageKernels(CourseWidget):
    """A picture and what a kernel makes of it: cross-correlation without padding, at stride 1.

    Parameters: picture, grey levels from 0 (black) to 255 (white), of shape (n_h, n_w), at most 256×256;
    kernel, of shape (k_h, k_w), at most 7×7; id, the HTML id. Both are traits; a picture that the reader drops into the
    page arrives in `picture`.
    Raises ValueError for grey levels out of range, NaN, or a kernel larger than the picture; TypeError for text and
    booleans.

    >>> ImageKernels([[0, 255, 0]], [[1, -1]]).output
    tensor([[-255.,  255.]], dtype=torch.float64)
    """

    _state = ("picture", "kernel")

    picture = Matrix(LARGEST).tag(sync=True)
    kernel = Matrix(LIMITS["kernel"]).tag(sync=True)

    def __init__(self, picture: Any, kernel: Any, *, id: str | None = None) -> None:
        super().__init__(id=id, picture=picture, kernel=kernel)

    @t.validate("picture", "kernel")
    def _fits(self, proposal: Any) -> Any:
        values = {"picture": self.picture, "kernel": self.kernel, proposal["trait"].name: proposal["value"]}
        for row in values["picture"]:
            for value in row:
                if not 0 <= value <= 255:
                    raise Refused(say("picture.bad.level", value=value))
        try:
            shapes.conv2d_shape(_size(values["picture"]), _size(values["kernel"]))
        except ValueError as error:
            raise Refused(str(error)) from None
        return proposal["value"]

    @property
    def output(self) -> torch.Tensor:
        """What PyTorch computes for what is on the screen: a float64 tensor of shape (n_h - k_h + 1, n_w - k_w + 1)."""
        import torch
        import torch.nn.functional as F

        X, K = (torch.tensor(rows, dtype=torch.float64)[None, None] for rows in (self.picture, self.kernel))
        return F.conv2d(X, K)[0, 0]

    def _fallback(self) -> str:
        import torch

        title = say("ui.sized", name=say("ui.input"), h=len(self.picture), w=len(self.picture[0]))
        picture = plot.pictures(torch.tensor(self.picture) / 255, titles=[title])
        return picture._repr_html_() + table(say("ui.kernel"), self.kernel)

    def __repr__(self) -> str:
        return "ImageKernels({}×{}, kernel {}×{})".format(*_size(self.picture), *_size(self.kernel))


def _size(rows: Any) -> tuple[int, int]:
    return len(rows), len(rows[0])
