"""Answers that are values, and checks of them that stand as data; `arithmetic.js` evaluates them alike.

`helpers/exercises/NN_name.json` holds, for each exercise, the kind of its answer, a salt, and hashes: of the right
answer, and of typical wrong ones, each with a message. `python -m tools.exercises write` makes the hashes.

Equal answers have one text (`canonical`), and the hash is SHA-256 of the salt and that text. What this is good for: a
reader who looks into the page or into the file meets no answer by accident, and a site without solutions holds none.
What it is not good for: whoever wants an answer can try all that are likely. There are few whole numbers below a
million, and fewer matrices of zeros and ones; a script finds such an answer in seconds. The salt only keeps one table
of hashes from serving all exercises. Marks that must count need checks that nobody else has.
"""

from __future__ import annotations

import hashlib
import json
import math
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from helpers.widgets.numbers import format_number
from helpers.words import listed, say, spoken

FOLDER = Path(__file__).parents[3] / "exercises"

#: what an answer can be: a number to some decimals, a whole number, a tuple of such, a matrix, one of several options
KINDS = ("number", "whole", "shape", "matrix", "choice")

#: the largest whole number below which a double, in Python and in JavaScript, holds every other
LARGEST = 2**53 - 1

#: what is as near to a whole number as this counts as one: floating-point arithmetic seldom hits it
NEAR = 1e-4

#: a value is shown with at most so many letters
BRIEF = 40


class UnfitError(ValueError):
    """An answer of another kind than the exercise asks for; its text says what would fit."""


def chapter(name: str) -> dict[str, dict[str, Any]]:
    """The declared exercises of a chapter, by id, in all languages.

    Raises ValueError with the names there are if there is no such file.
    """
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        known = listed(sorted(file.stem for file in FOLDER.glob("*.json")))
        raise ValueError(say("exercise.bad.chapter", name=repr(name), known=known))
    exercises: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["exercises"]
    return exercises


def exercise(chapter_name: str, name: str, lang: str) -> dict[str, Any]:
    """One exercise in one language, as pages hold it: its wrong answers have no names.

    Raises ValueError with the names there are if there is no such chapter or exercise.
    """
    exercises = chapter(chapter_name)
    if name not in exercises:
        known = listed(exercises)
        raise ValueError(say("exercise.bad.name", name=repr(name), chapter=chapter_name, known=known))
    found: dict[str, Any] = spoken(exercises[name], lang)
    return found | {"wrong": list(found["wrong"].values())}


def fault(exercise: dict[str, Any], answer: Any) -> str | None:
    """What is wrong with an answer, in the course's words, or None where it is right; the answer may be anything.

    `exercise` is as the function of that name gives it.
    """
    try:
        found = digest(exercise, canonical(exercise, answer))
    except UnfitError as error:
        return str(error)
    if found == exercise["right"]:
        return None
    known = (wrong["text"] for wrong in exercise["wrong"] if wrong["hash"] == found)
    return next(known, exercise.get("otherwise") or say("exercise.otherwise"))


def digest(exercise: dict[str, Any], text: str) -> str:
    """The hash of an answer's text with the exercise's salt."""
    return hashlib.sha256(f"{exercise['salt']}:{text}".encode()).hexdigest()


def canonical(exercise: dict[str, Any], answer: Any) -> str:
    """The one text of all answers that are equal: tensors, arrays, lists and tuples of the same numbers.

    Raises UnfitError for what cannot be an answer.

    >>> canonical({"kind": "whole"}, 3.0), canonical({"kind": "number", "decimals": 2}, 0.333)
    ('3', '33')
    >>> canonical({"kind": "shape", "length": 2}, [28, 28.0])
    '28,28'
    >>> canonical({"kind": "matrix", "rows": 2, "columns": 2, "decimals": 0}, ((0, 1), (1, 0)))
    '0,1;1,0'
    """
    value = plain(answer)
    if exercise["kind"] == "choice":
        return _option(exercise, value)
    if exercise["kind"] == "matrix":
        return _matrix(exercise, value)
    if exercise["kind"] == "shape":
        return _shape(exercise, value)
    return _number(exercise, value)


def plain(value: Any) -> Any:
    """A value as the page's script would know it: numbers, truth values, texts, lists; the rest is left as it is.

    >>> plain((1, range(2), "a", True))
    [1, [0, 1], 'a', True]
    """
    if hasattr(value, "tolist"):  # a tensor or an array
        value = value.tolist()
    if isinstance(value, list | tuple | range):
        return [plain(item) for item in value]
    if isinstance(value, bool) or not isinstance(value, Real):
        return value
    try:
        number = float(value)
    except OverflowError:
        return -math.inf if str(value).startswith("-") else math.inf  # a whole number of hundreds of digits
    return int(number) if isinstance(value, Integral) and abs(number) <= LARGEST else number


def shown(value: Any) -> str:
    """A value as a message names it, briefly.

    >>> shown([28, 0.5]), shown("a"), shown(...), shown({})
    ('(28, 0.5)', '"a"', '...', 'dict')
    """
    text = _shown(value)
    return text if len(text) <= BRIEF else text[: BRIEF - 1] + "…"


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"({', '.join(map(_shown, value))})"
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int | float):
        return format_number(float(value))
    if isinstance(value, str):
        return f'"{value}"'
    return "..." if value is ... else type(value).__name__


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _finite(value: Any) -> bool:
    return _is_number(value) and abs(value) <= LARGEST  # NaN is not


def _rounded(value: float, decimals: int) -> str:
    """A number counted in units of its last decimal place, halves up."""
    power = float(10 ** abs(decimals))
    count = math.floor((value * power if decimals >= 0 else value / power) + 0.5)
    if abs(count) > LARGEST:
        raise UnfitError(say("exercise.bad.large", given=shown(value)))
    return str(count)


def _whole(value: Any) -> int | None:
    """The whole number that a value is, or None."""
    if not _finite(value):
        return None
    count = math.floor(value + 0.5)
    return count if abs(value - count) <= NEAR else None


def _number(exercise: dict[str, Any], value: Any) -> str:
    if not _is_number(value):
        raise UnfitError(say("exercise.bad.number", given=shown(value)))
    if not _finite(value):
        large = math.inf > abs(value) > LARGEST
        raise UnfitError(say("exercise.bad.large" if large else "exercise.bad.finite", given=shown(value)))
    if exercise["kind"] == "number":
        return _rounded(float(value), exercise["decimals"])
    count = _whole(value)
    if count is None:
        raise UnfitError(say("exercise.bad.whole", given=shown(value)))
    return str(count)


def _shape(exercise: dict[str, Any], value: Any) -> str:
    if not isinstance(value, list) or len(value) != exercise["length"]:
        raise UnfitError(say("exercise.bad.shape", count=exercise["length"], given=shown(value)))
    counts = [_whole(item) for item in value]
    for item, count in zip(value, counts, strict=True):
        if count is None or count < 0:
            raise UnfitError(say("exercise.bad.part", given=shown(item)))
    return ",".join(map(str, counts))


def _matrix(exercise: dict[str, Any], value: Any) -> str:
    rows = value if isinstance(value, list) and value and all(isinstance(row, list) for row in value) else []
    if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
        raise UnfitError(say("exercise.bad.matrix", given=shown(value)))
    h, w = len(rows), len(rows[0])
    if "largest" in exercise:
        most = exercise["largest"]
        if h > most[0] or w > most[1]:
            raise UnfitError(say("exercise.bad.largest", rows=most[0], columns=most[1], h=h, w=w))
    elif (h, w) != (exercise["rows"], exercise["columns"]):
        raise UnfitError(say("exercise.bad.size", rows=exercise["rows"], columns=exercise["columns"], h=h, w=w))
    for i, row in enumerate(rows):
        for j, item in enumerate(row):
            if not _finite(item):
                raise UnfitError(say("exercise.bad.element", row=i + 1, column=j + 1, given=shown(item)))
    return ";".join(",".join(_rounded(float(item), exercise["decimals"]) for item in row) for row in rows)


def _option(exercise: dict[str, Any], value: Any) -> str:
    name = value.strip().lower() if isinstance(value, str) else None
    if name not in exercise["options"]:
        options = listed(f'"{option}"' for option in exercise["options"])
        raise UnfitError(say("exercise.bad.option", options=options, given=shown(value)))
    return str(name)
