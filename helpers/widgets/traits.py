"""Traits that take what a reader of the course would give, and refuse the rest in plain words."""

from __future__ import annotations

import math
from numbers import Integral
from typing import Any

import traitlets as t

from helpers import shapes
from helpers.words import say

#: the least that each number of a layer can be
LEAST = {"kernel": 1, "stride": 1, "padding": 0, "dilation": 1}

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


class Planes(t.TraitType[Any, Any]):
    """A list of matrices of one size (rank 3), or of such lists (rank 4), from a tensor, an array or nested lists.

    Held as nested tuples. Refuses what `Matrix` refuses, other ranks, planes of different sizes, and more than
    `channels` entries in the dimensions before rows and columns.
    """

    def __init__(self, rank: int, channels: int, maximum: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rank, self.channels, self.plane = rank, channels, Matrix(maximum)

    def validate(self, obj: Any, value: Any) -> Any:
        name = self.name or "value"
        if hasattr(value, "detach"):
            value = value.detach().cpu()
        shape = tuple(getattr(value, "shape", ()))
        if shape and len(shape) != self.rank:
            raise self._rank(name, "×".join(map(str, shape)))
        return self._checked(obj, name, value.tolist() if hasattr(value, "tolist") else value, self.rank)

    def _rank(self, name: str, shape: str) -> Refused:
        axes = say(f"channels.axes{self.rank}")
        return Refused(say("channels.not_rank", name=name, rank=self.rank, axes=axes, shape=shape))

    def _checked(self, obj: Any, name: str, value: Any, rank: int) -> Any:
        if rank == 2:
            if isinstance(value, list | tuple) and value and not isinstance(value[0], list | tuple):
                raise self._rank(self.name or name, _brief(value))
            self.plane.name = name
            return self.plane.validate(obj, value)
        if not isinstance(value, list | tuple) or not value:
            raise self._rank(name, _brief(value))
        if len(value) > self.channels:
            raise Refused(say("channels.too_many", name=name, maximum=self.channels, value=len(value)))
        parts = tuple(self._checked(obj, f"{name}[{n}]", part, rank - 1) for n, part in enumerate(value))
        for part in parts[1:]:
            if _shape(part) != _shape(parts[0]):
                first, other = ("×".join(map(str, _shape(one))) for one in (parts[0], part))
                raise Refused(say("channels.differ", name=name, first=first, other=other))
        return parts


def _shape(value: Any) -> tuple[int, ...]:
    return (len(value), *_shape(value[0])) if isinstance(value, tuple) else ()


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


class Whole(t.TraitType[int, Any]):
    """A whole number from minimum to maximum."""

    def __init__(self, minimum: int, maximum: int, **kwargs: Any) -> None:
        super().__init__(default_value=minimum, **kwargs)
        self.minimum, self.maximum = minimum, maximum

    def validate(self, obj: Any, value: Any) -> int:
        return whole(value, self.name or "value", self.minimum, self.maximum)


class Layers(t.TraitType[tuple[tuple[int, int, int, int], ...], Any]):
    """Layers along one axis: (kernel, stride[, padding[, dilation]]) each, held as tuples of four.

    `limits` holds the most of each number, and of "layers".
    """

    def __init__(self, limits: dict[str, int], **kwargs: Any) -> None:
        super().__init__(default_value=((1, 1, 0, 1),), **kwargs)
        self.limits = limits

    def validate(self, obj: Any, value: Any) -> tuple[tuple[int, int, int, int], ...]:
        layers = value.tolist() if hasattr(value, "tolist") else value
        most = self.limits["layers"]
        if not isinstance(layers, list | tuple) or not all(isinstance(layer, list | tuple) for layer in layers):
            raise RefusedType(say("field.bad.layers", maximum=most, value=_brief(value)))
        if not 1 <= len(layers) <= most or not all(2 <= len(layer) <= 4 for layer in layers):
            raise Refused(say("field.bad.layers", maximum=most, value=_brief(value)))
        held = []
        for n, layer in enumerate(layers, start=1):
            full = (*layer, *(1, 1, 0, 1)[len(layer) :])
            k, s, p, d = (
                whole(number, say(f"field.layer.{name}", layer=n), least, self.limits[name])
                for number, (name, least) in zip(full, LEAST.items(), strict=True)
            )
            held.append((k, s, p, d))
        return tuple(held)


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


def whole(value: Any, name: str, minimum: float, maximum: float) -> int:
    """A whole number from minimum to maximum; raises `RefusedType` for anything else, `Refused` out of range."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise RefusedType(say("widget.not_whole", name=name, value=_brief(value)))
    value = int(value)
    if value < minimum:
        raise Refused(say("shapes.at_least", name=name, minimum=minimum, value=value))
    if value > maximum:
        raise Refused(say("shapes.at_most", name=name, maximum=maximum, value=value))
    return value


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
