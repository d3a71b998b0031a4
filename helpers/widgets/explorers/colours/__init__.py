"""A colour picture, taken apart into channels and mixed by a 1×1 convolution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets as t

from helpers import plot
from helpers.pictures import LARGEST
from helpers.widgets.base import CourseWidget, table
from helpers.widgets.traits import Matrix, Planes, Refused
from helpers.words import say

if TYPE_CHECKING:
    import torch


class ColourMixer(CourseWidget):
    """A colour picture and what a 1×1 kernel makes of it.

    Parameters: picture, levels from 0 to 255 of shape (3, h, w), red, green and blue, at most 256×256; kernel, a 3×3
    matrix with one row for each channel of the output; id, the HTML id. Both are traits; a picture that the reader
    drops into the page arrives in `picture`. Raises ValueError for levels out of range or other shapes.

    >>> ColourMixer([[[10]], [[20]], [[30]]], [[0, 0, 1], [0, 1, 0], [1, 0, 0]]).output.flatten()
    tensor([30., 20., 10.], dtype=torch.float64)
    """

    _state = ("picture", "kernel")

    picture = Planes(3, 4, LARGEST).tag(sync=True)
    kernel = Matrix(3).tag(sync=True)

    def __init__(self, picture: Any, kernel: Any, *, id: str | None = None) -> None:
        super().__init__(id=id, picture=picture, kernel=kernel)

    @t.validate("picture")
    def _levels(self, proposal: Any) -> Any:
        planes = proposal["value"]
        if len(planes) != 3:
            raise Refused(say("colour.bad.planes", count=len(planes)))
        for value in (value for plane in planes for row in plane for value in row):
            if not 0 <= value <= 255:
                raise Refused(say("picture.bad.level", value=value))
        return planes

    @t.validate("kernel")
    def _square(self, proposal: Any) -> Any:
        h, w = len(proposal["value"]), len(proposal["value"][0])
        if (h, w) != (3, 3):
            raise Refused(say("colour.bad.kernel", h=h, w=w))
        return proposal["value"]

    @property
    def output(self) -> torch.Tensor:
        """What PyTorch's 1×1 convolution makes of the picture: a float64 tensor of shape (3, h, w)."""
        import torch
        import torch.nn.functional as F

        X, K = torch.tensor(self.picture, dtype=torch.float64), torch.tensor(self.kernel, dtype=torch.float64)
        return F.conv2d(X[None], K[:, :, None, None])[0]

    def _fallback(self) -> str:
        import torch

        picture = plot.pictures(torch.tensor(self.picture) / 255, titles=[say("colour.before")])
        return picture._repr_html_() + table(say("ui.kernel"), self.kernel)

    def __repr__(self) -> str:
        return f"ColourMixer(3×{len(self.picture[0])}×{len(self.picture[0][0])})"
