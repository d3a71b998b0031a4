"""The shape puzzle: find kernel, padding and stride that take an input's shape to an output's."""

from __future__ import annotations

from itertools import product
from typing import Any

from helpers.shapes import conv2d_shape
from helpers.widgets.base import CourseWidget, facts
from helpers.widgets.traits import Pair
from helpers.words import say, sentences

#: the largest values that it takes
LIMITS = facts(__file__, "limits.json")


class ShapePuzzle(CourseWidget):
    """A puzzle that is checked at every change; readers ask for new ones as often as they like.

    Parameters: input and output, the first puzzle's shapes as pairs (rows, columns); id, the HTML id.
    Raises ValueError if no kernel up to 5, padding up to 2 and stride up to 4 solves it.

    >>> ShapePuzzle((8, 8), (4, 2))
    ShapePuzzle(8×8 -> 4×2)
    """

    _state = ("input", "output")

    input = Pair(LIMITS["side"], 1, default_value=(8, 8)).tag(sync=True)
    output = Pair(LIMITS["side"], 1, default_value=(4, 4)).tag(sync=True)

    def __init__(self, input: Any, output: Any, *, id: str | None = None) -> None:
        super().__init__(id=id, input=input, output=output)
        for axis, (n, o) in enumerate(zip(self.input, self.output, strict=True)):
            if not _solvable(n, o):
                raise ValueError(say("puzzle.unsolvable", axis=say(f"puzzle.axis{axis}"), n=n, o=o, **LIMITS))

    def _fallback(self) -> str:
        (n_h, n_w), (o_h, o_w) = self.input, self.output
        task = say("puzzle.task", n_h=n_h, n_w=n_w, o_h=o_h, o_w=o_w)
        return f"<p>{sentences(task, say('puzzle.limits', **LIMITS))}</p>"

    def __repr__(self) -> str:
        (n_h, n_w), (o_h, o_w) = self.input, self.output
        return f"ShapePuzzle({n_h}×{n_w} -> {o_h}×{o_w})"


def _solvable(n: int, o: int) -> bool:
    settings = product(range(1, LIMITS["kernel"] + 1), range(LIMITS["padding"] + 1), range(1, LIMITS["stride"] + 1))
    return any(n + 2 * p >= k and conv2d_shape((n, n), (k, k), p, s)[0] == o for k, p, s in settings)
