"""Small Sphinx extensions that make the book's site: live widgets, nothing from other hosts, languages, search."""

from __future__ import annotations

from typing import Any

from helpers import words

PARALLEL = {"parallel_read_safe": True, "parallel_write_safe": True}


def language(app: Any) -> str:
    """The language of the book that is built: "en" or "zh"."""
    return "zh" if (app.config.language or "en").startswith("zh") else "en"


def say(app: Any, key: str) -> str:
    """A text of `helpers/vocabulary` in the book's language, with its {placeholders} as they are."""
    return words.table()[key][language(app)]
