"""The words of widgets, checks, figures, data, training and errors, in every language, from one table."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache, reduce
from pathlib import Path
from string import Formatter
from typing import Any

LANGUAGES = ("en", "zh")
FOLDER = Path(__file__).parent / "vocabulary"
EXPLORERS = Path(__file__).parent / "widgets" / "explorers"

_language = "en"


def use_language(code: str) -> None:
    """Choose the language of everything that `helpers` says from here on: "en" or "zh".

    Raises ValueError for any other code.
    """
    global _language
    if code not in LANGUAGES:
        raise ValueError(say("ui.bad.language", value=repr(code)))
    _language = code


def language() -> str:
    """The language that `helpers` speaks now."""
    return _language


def files() -> list[Path]:
    """The files with words: those that several parts share, and each explorer's own."""
    return sorted(FOLDER.glob("*.json")) + sorted(EXPLORERS.glob("*/words.json"))


@cache
def table() -> dict[str, dict[str, str]]:
    """Every key of `vocabulary/*.json` and of the explorers' `words.json` with its texts.

    Raises ValueError if a key stands in two files.
    """
    words: dict[str, dict[str, str]] = {}
    for path in files():
        more = json.loads(path.read_text(encoding="utf-8"))
        if twice := words.keys() & more.keys():
            raise ValueError(f"{path.parent.name}/{path.name}: {sorted(twice)} stand in another file too")
        words |= more
    return words


def say(key: str, **params: Any) -> str:
    """The text of a key in the present language, with its {placeholders} filled in.

    Raises KeyError if the key or a placeholder's value is missing.

    >>> say("shapes.at_least", name="stride", minimum=1, value=0)
    'stride must be at least 1; 0 was given.'
    """
    return table()[key][_language].format(**params)


def spoken(value: Any, lang: str) -> Any:
    """A value as JSON gives it, with every {"en": …, "zh": …} in it replaced by its text in one language.

    >>> spoken({"options": [{"text": {"en": "red", "zh": "红"}}]}, "zh")
    {'options': [{'text': '红'}]}
    """
    if isinstance(value, list):
        return [spoken(item, lang) for item in value]
    if not isinstance(value, dict):
        return value
    if value and value.keys() <= set(LANGUAGES):
        return value[lang]
    return {key: spoken(item, lang) for key, item in value.items()}


def beginning(start: str) -> list[dict[str, str]]:
    """The texts, in every language, of the keys that begin in some way.

    >>> beginning("ui.comma")
    [{'en': ', ', 'zh': '、'}]
    """
    return [table()[key] for key in table() if key.startswith(start)]


def listed(names: Iterable[Any]) -> str:
    """Names in a row, with the comma between them that the present language has.

    >>> listed(["red", "green"])
    'red, green'
    """
    return say("ui.comma").join(map(str, names))


def sentences(*texts: str) -> str:
    """Sentences one after the other: with a space between them where the present language has one.

    >>> sentences("Right.", "Now the next.")
    'Right. Now the next.'
    """
    return reduce(lambda first, second: say("ui.sentences", first=first, second=second), texts)


def placeholders(text: str) -> set[str]:
    """The names in braces of a text.

    >>> sorted(placeholders("{name} row {row}"))
    ['name', 'row']
    """
    return {name for _, name, _, _ in Formatter().parse(text) if name}
