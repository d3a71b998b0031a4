"""Traits that take what a reader of the course would give, and refuse the rest in plain words."""

from __future__ import annotations

import math
from typing import Any

import traitlets as t

from helpers import shapes
from helpers.words import say

Rows = tuple[tuple[float, ...], ...]


class Refused(t.TraitError, ValueError):
    """A value that was refused; traitlets takes back every change made together with it."""


class RefusedType(t.TraitError, TypeError):
    """A value of a kind that was refused."""


class Matrix(t.TraitType[Rows, Any]):
    """A matrix of finite numbers from a tensor, an array or nested lists, held as a tuple of rows.

    A tuple, since a change inside a list would be noticed by nobody. Raises `Refused` (a ValueError) for other ranks,
    ragged rows, NaN, infinities and more than `maximum` rows or columns, `RefusedType` (a TypeError) for text and
    booleans.
    """

    def __init__(self, maximum: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.maximum = maximum

    def validate(self, obj: Any, value: Any) -> Rows:
        name = self.name or "value"
        if hasattr(value, "detach"):
            value = value.detach().cpu()
        shape = tuple(getattr(value, "shape", ()))
        if shape and len(shape) != 2:
            raise Refused(say("widget.not_2d", name=name, rank=len(shape), shape="×".join(map(str, shape))))
        rows = value.tolist() if hasattr(value, "tolist") else value
        if not isinstance(rows, list | tuple):
            raise RefusedType(say("widget.not_a_matrix", name=name, value=_brief(value)))
        if not rows or not all(isinstance(row, list | tuple) for row in rows):
            raise Refused(say("widget.not_2d_list", name=name, value=_brief(value)))
        return self._checked(name, rows)

    def _checked(self, name: str, rows: Any) -> Rows:
        width = len(rows[0])
        for i, row in enumerate(rows):
            if len(row) != width:
                text = say("ui.bad.ragged", first=width, row=i + 1, count=len(row))
                raise Refused(say("ui.bad.where", where=name, text=text))
        if width == 0:
            raise Refused(say("widget.not_2d_list", name=name, value=_brief(rows)))
        if max(len(rows), width) > self.maximum:
            text = say("ui.bad.too_many", h=len(rows), w=width, maximum=self.maximum)
            raise Refused(say("ui.bad.where", where=name, text=text))
        return tuple(
            tuple(number(value, f"{name}[{i}, {j}]") for j, value in enumerate(row)) for i, row in enumerate(rows)
        )


class Pair(t.TraitType[tuple[int, int], Any]):
    """A pair (rows, columns) of whole numbers, from a pair or from one number for both."""

    def __init__(self, maximum: int, minimum: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.maximum, self.minimum = maximum, minimum

    def validate(self, obj: Any, value: Any) -> tuple[int, int]:
        name = self.name or "value"
        try:
            both = shapes.pair(value, name)
        except TypeError as error:
            raise RefusedType(str(error)) from None
        for n in both:
            if n < self.minimum:
                raise Refused(say("shapes.at_least", name=name, minimum=self.minimum, value=n))
            if n > self.maximum:
                raise Refused(say("shapes.at_most", name=name, maximum=self.maximum, value=n))
        return both


class Number(t.TraitType[float | None, Any]):
    """A finite number, or None."""

    def validate(self, obj: Any, value: Any) -> float | None:
        if value is None:
            return None
        return number(value.item() if hasattr(value, "item") else value, self.name or "value")


def number(value: Any, name: str) -> float:
    """A finite float; raises `RefusedType` for text and booleans, `Refused` for NaN and infinities."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RefusedType(say("widget.not_a_number", name=name, value=_brief(value)))
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise Refused(say("widget.not_finite", name=name, value=_brief(value)))
    return result


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
