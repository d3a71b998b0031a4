"""What an element of a stack of layers sees; PyTorch's gradient is the judge."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import traitlets as t

from helpers import shapes
from helpers.widgets.base import CourseWidget, facts, table
from helpers.widgets.traits import Layers, Refused, RefusedType, Whole, whole
from helpers.words import say

if TYPE_CHECKING:
    import torch

#: the largest values that it takes
LIMITS = facts(__file__, "limits.json")


class ReceptiveFieldExplorer(CourseWidget):
    """A stack of layers along one axis, and what any of its elements sees.

    Parameters: layers, a list of (kernel, stride[, padding[, dilation]]) as `helpers.shapes.receptive_field` takes it,
    at most 8; size, elements of the input, at most 64; at, (layer, element) to look from (layer 0 is the input), the
    middle of the last layer if None; id, the HTML id. `layers`, `size` and `at` are traits; where a change takes away
    the element that one looks from, `at` is None again.
    Raises ValueError where PyTorch would refuse a layer, or has no such element, TypeError where something is no whole
    number.

    >>> explorer = ReceptiveFieldExplorer([(3, 1), (3, 2)], size=9)
    >>> explorer.sizes, explorer.fields[-1].size, explorer.paths().tolist()
    ([9, 7, 3], 5, [0.0, 0.0, 1.0, 2.0, 3.0, 2.0, 1.0, 0.0, 0.0])
    """

    _state = ("layers", "size", "at")

    layers = Layers(LIMITS).tag(sync=True)
    size = Whole(1, LIMITS["size"]).tag(sync=True)
    at = t.Any(None, allow_none=True, help="(layer, element), or None").tag(sync=True)

    def __init__(
        self, layers: Any, size: Any = 12, at: tuple[int, int] | None = None, *, id: str | None = None
    ) -> None:
        super().__init__(id=id, layers=layers, size=size)
        self.at = at

    @t.validate("layers", "size")
    def _fits(self, proposal: Any) -> Any:
        values = {"layers": self.layers, "size": self.size, proposal["trait"].name: proposal["value"]}
        try:
            _sizes(**values)
        except ValueError as error:
            raise Refused(str(error)) from None
        return proposal["value"]

    @t.validate("at")
    def _exists(self, proposal: Any) -> Any:
        return None if proposal["value"] is None else self._place(proposal["value"])

    @t.observe("layers", "size")
    def _still_exists(self, change: Any) -> None:
        try:
            self._exists({"value": self.at})
        except Refused:
            self.at = None

    def _place(self, at: Any) -> tuple[int, int]:
        """A layer and an element of it, checked."""
        at = at.tolist() if hasattr(at, "tolist") else at
        if not isinstance(at, list | tuple) or len(at) != 2:
            raise RefusedType(self._nowhere(at, len(self.layers)))
        layer, element = (whole(number, "at", -math.inf, math.inf) for number in at)
        if not 0 <= layer <= len(self.layers) or not 0 <= element < self.sizes[layer]:
            raise Refused(self._nowhere(at, layer if 0 <= layer <= len(self.layers) else len(self.layers)))
        return layer, element

    def _nowhere(self, at: Any, layer: int) -> str:
        return say("field.bad.at", layers=len(self.layers), elements=self.sizes[layer] - 1, value=repr(at))

    @property
    def sizes(self) -> list[int]:
        """Elements of the input and of each layer's output."""
        return _sizes(self.layers, self.size)

    @property
    def fields(self) -> list[shapes.ReceptiveField]:
        """The receptive field after each layer."""
        return shapes.receptive_field(self.layers)

    def paths(self, layer: int | None = None, element: int | None = None) -> torch.Tensor:
        """How many paths lead from each input element to an element: a float64 tensor of shape (size,).

        Without arguments it is the element that the explorer starts from, with a layer alone that layer's middle. The
        count is PyTorch's gradient where every weight is 1. Raises what a wrong `at` raises.
        """
        import torch
        import torch.nn.functional as F

        last = len(self.layers)
        chosen = self.at or (last, (self.sizes[last] - 1) // 2)
        layer = chosen[0] if layer is None else layer
        if element is None:
            element = chosen[1] if layer == chosen[0] else (self.sizes[self._place((layer, 0))[0]] - 1) // 2
        layer, element = self._place((layer, element))
        X = torch.ones(1, 1, self.size, dtype=torch.float64, requires_grad=True)
        Y = X
        for k, s, p, d in self.layers[:layer]:
            Y = F.conv1d(Y, torch.ones(1, 1, k, dtype=torch.float64), None, s, p, d)
        return torch.autograd.grad(Y[0, 0, element], X)[0][0, 0]

    def _fallback(self) -> str:
        rows = [
            (n, *layer, size, *field)
            for n, (layer, size, field) in enumerate(
                zip(self.layers, self.sizes[1:], self.fields, strict=True), start=1
            )
        ]
        return table(say("field.table"), rows)

    def __repr__(self) -> str:
        return f"ReceptiveFieldExplorer({len(self.layers)} layers on {self.size} elements)"


def _sizes(layers: Any, size: int) -> list[int]:
    """The size of each level; raises ValueError that names the layer."""
    sizes = [size]
    for n, (k, s, p, d) in enumerate(layers, start=1):
        try:
            sizes.append(shapes.output_size(sizes[-1], k, p, s, d))
        except ValueError as error:
            where = say("field.layer", layer=n)
            raise ValueError(say("ui.bad.where", where=where, text=error)) from None
    return sizes
