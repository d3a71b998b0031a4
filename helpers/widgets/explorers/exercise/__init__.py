"""An exercise that is answered and checked in the page, by the data that the notebook's check has."""

from __future__ import annotations

import html
from typing import Any

import traitlets as t

from helpers.widgets.base import CourseWidget
from helpers.widgets.explorers.exercise import answers
from helpers.words import language, say


class Exercise(CourseWidget):
    """The form of an exercise that `helpers/exercises/CHAPTER.json` declares, in the course's language.

    Raises ValueError with the names there are if there is no such chapter or exercise.

    >>> Exercise("05_lenet", "larger")
    Exercise('05_lenet', 'larger')
    """

    _state = ("exercise",)

    exercise = t.Dict().tag(sync=True)

    def __init__(self, chapter: str, name: str) -> None:
        self._names = chapter, name
        super().__init__(id=f"exercise-{name}", exercise=answers.exercise(chapter, name, language()))

    def around(self, verdict: str) -> str:
        """A verdict as HTML, whose place the form takes on a page; a notebook shows the verdict."""
        return self._html(verdict + self._fallback().replace("<p ", "<p hidden ", 1))

    def _fallback(self) -> str:
        return f'<p class="exercise-asleep">{html.escape(say("exercise.asleep"))}</p>'

    def __repr__(self) -> str:
        return f"Exercise({', '.join(map(repr, self._names))})"


class Declared:
    """A check that stands as data: called with an answer, it raises AssertionError if that is wrong.

    What it says helps, and does not give the answer away.
    """

    def __init__(self, chapter: str, name: str) -> None:
        self._names = chapter, name
        self.exercise: dict[str, Any] = answers.exercise(chapter, name, language())

    def __call__(self, answer: Any) -> None:
        if (wrong := answers.fault(self.exercise, answer)) is not None:
            raise AssertionError(wrong)

    def on_page(self, verdict: str) -> str:
        """A verdict as HTML, whose place the exercise's form takes on a page."""
        form = Exercise(*self._names)
        try:
            return form.around(verdict)
        finally:
            form.close()

    def __repr__(self) -> str:
        return f"declared({', '.join(map(repr, self._names))})"
