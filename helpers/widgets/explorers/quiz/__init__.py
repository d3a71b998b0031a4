"""A quiz with instant feedback in the page, and folded answers where no script runs."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import traitlets as t

from helpers.widgets.base import CourseWidget
from helpers.words import language, listed, say, spoken

FOLDER = Path(__file__).parents[3] / "quizzes"


class Quiz(CourseWidget):
    """The questions of `helpers/quizzes/NAME.json`, in the course's language.

    Kinds of question: `choice` (one right option), `multiple` (any number of them), `number`.
    Raises ValueError with the names there are if there is no such quiz.

    >>> Quiz("01_conv2d")  # doctest: +ELLIPSIS
    Quiz('01_conv2d', ... questions)
    """

    _state = ("questions",)

    questions = t.List(t.Dict()).tag(sync=True)

    def __init__(self, name: str) -> None:
        path = FOLDER / f"{name}.json"
        if not path.is_file():
            known = listed(sorted(file.stem for file in FOLDER.glob("*.json")))
            raise ValueError(say("quiz.bad.name", name=repr(name), known=known))
        self._name = name
        questions = json.loads(path.read_text(encoding="utf-8"))["questions"]
        super().__init__(id=f"quiz-{name}", questions=[spoken(question, language()) for question in questions])

    def _fallback(self) -> str:
        return "<ol>" + "".join(f"<li>{_question(question)}</li>" for question in self.questions) + "</ol>"

    def __repr__(self) -> str:
        return f"Quiz({self._name!r}, {len(self.questions)} questions)"


def _question(question: dict[str, Any]) -> str:
    if question["type"] == "number":
        answer = f"<strong>{question['answer']}</strong> {_text(question['feedback']['right'])}"
        options = ""
    else:
        options = "".join(f"<li>{_text(option['text'])}</li>" for option in question["options"])
        options = f"<ul>{options}</ul>"
        right = [option for option in question["options"] if option["correct"]]
        answer = " ".join(f"<strong>{_text(option['text'])}</strong> {_text(option['feedback'])}" for option in right)
    summary = html.escape(say("quiz.answer"))
    return f"<p>{_text(question['prompt'])}</p>{options}<details><summary>{summary}</summary><p>{answer}</p></details>"


def _text(text: str) -> str:
    """Plain text with `code` as HTML."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text, quote=False))
