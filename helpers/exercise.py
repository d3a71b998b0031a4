"""Checks that tell readers how their answers do, and quizzes."""

from __future__ import annotations

import dis
import functools
import html
import traceback
from collections.abc import Callable, Iterator
from types import CodeType
from typing import TYPE_CHECKING, Any

from helpers.words import say, sentences

if TYPE_CHECKING:
    from helpers.widgets.explorers.exercise import Declared
    from helpers.widgets.explorers.quiz import Quiz


class Verdict:
    """What a check says: `state` is "open", "right" or "wrong".

    `on_page` puts something around its HTML that a page without a kernel makes more of.
    """

    def __init__(self, state: str, text: str, on_page: Callable[[str], str] | None = None) -> None:
        self.state, self.text, self._on_page = state, text, on_page

    def _repr_html_(self) -> str:
        head = f"<strong>{html.escape(say(f'check.{self.state}'))}</strong>"
        lines = "<br>".join(html.escape(line) for line in self.text.splitlines())
        told = f'<div class="course-check course-check-{self.state}">{sentences(head, lines)}</div>'
        return self._on_page(told) if self._on_page else told

    def __repr__(self) -> str:
        return sentences(say(f"check.{self.state}"), self.text).strip()


def check(test: Callable[[Any], None], answer: Any) -> Verdict:
    """Apply a test to a reader's answer and say how it did: not answered yet, right, or what is wrong. Never raises.

    An answer is not given yet where it is None, `...`, or a function without a body. A test that stands as data, as
    `declared` gives it, brings a form along, in which a page without a kernel takes the answer.

    >>> def test(answer): expect(answer, 19)
    >>> check(test, None)
    Not answered yet. Write your answer in the cell above, run it, then run this one.
    >>> check(test, 18)
    Not right yet. The answer should be 19; it is 18.
    >>> check(test, 19)
    Right.
    """
    return Verdict(*_judged(test, answer), getattr(test, "on_page", None))


def _judged(test: Callable[[Any], None], answer: Any) -> tuple[str, str]:
    """A verdict's state and text."""
    if not answered(answer):
        return "open", say("check.how")
    try:
        test(answer)
    except AssertionError as error:
        return "wrong", str(error) or say("check.no_reason")
    except Exception as error:  # whatever the answer does wrong is told
        return "wrong", _told(error, test, answer)
    return "right", ""


def answered(answer: Any) -> bool:
    """Whether a reader has written something yet."""
    if answer is None or answer is ...:
        return False
    code = getattr(answer, "__code__", None)
    return code is None or not _operations(code) <= _idle()


@functools.cache
def _idle() -> frozenset[tuple[str, Any]]:
    """The operations of functions that do nothing, in the words of the Python that runs."""
    ends = ("pass", "...", "return", "return None", "return ...")
    bodies = [(*start, end) for start in ((), ('"""Words."""',), ("pass", "...")) for end in ends]
    functions: dict[str, Any] = {}
    exec("\n".join("\n    ".join((f"def f{n}(x):", *body)) for n, body in enumerate(bodies)), functions)
    return frozenset().union(*(_operations(functions[f"f{n}"].__code__) for n in range(len(bodies))))


def _operations(code: CodeType) -> frozenset[tuple[str, Any]]:
    """What a function does, in no order: operations, and the constants that they use."""
    return frozenset((i.opname, i.argval if i.opcode in dis.hasconst else i.arg) for i in dis.get_instructions(code))


def expect(actual: Any, expected: Any, of: str | None = None, tolerance: float = 1e-5) -> None:
    """Raise AssertionError, in the course's words, unless the actual value is the expected one.

    Tensors are compared by shape, then element by element (within the tolerance, relative and absolute); `of` names the
    value in the message.
    """
    import torch

    name = of or say("check.the_answer")
    if not isinstance(expected, torch.Tensor):
        if isinstance(expected, int | float) and isinstance(actual, int | float):
            same = abs(actual - expected) <= tolerance * max(1.0, abs(expected))
        else:
            same = type(actual) is type(expected) and actual == expected
        if not same:
            raise AssertionError(say("check.value", name=name, expected=expected, actual=actual))
        return
    if not isinstance(actual, torch.Tensor):
        raise AssertionError(say("check.tensor", name=name, kind=type(actual).__name__))
    if actual.shape != expected.shape:
        raise AssertionError(say("check.shape", name=name, expected=tuple(expected.shape), actual=tuple(actual.shape)))
    a, e = actual.detach().double(), expected.detach().double()
    wrong = (~torch.isclose(a, e, rtol=tolerance, atol=tolerance)).nonzero()
    if len(wrong):
        place = tuple(wrong[0].tolist())
        where = f"{name}[{', '.join(map(str, place))}]"
        raise AssertionError(say("check.value", name=where, expected=f"{e[place]:g}", actual=f"{a[place]:g}"))


def declared(chapter: str, exercise: str) -> Declared:
    """The check of an exercise that `helpers/exercises/CHAPTER.json` declares as data; a page evaluates it as well.

    It raises AssertionError, in the course's words, for a wrong answer or one of the wrong kind, and names what kind
    would fit, never the answer. Raises ValueError with the names there are if there is no such chapter or exercise.

    >>> check(declared("05_lenet", "larger"), "many")
    Not right yet. The answer should be a single number, not "many".
    """
    from helpers.widgets.explorers.exercise import Declared

    return Declared(chapter, exercise)


def quiz(name: str) -> Quiz:
    """The quiz `helpers/quizzes/NAME.json`, with feedback in the page."""
    from helpers.widgets.explorers.quiz import Quiz

    return Quiz(name)


def _told(error: Exception, test: Callable[[Any], None], answer: Any) -> str:
    """An exception with the line of the answer that raised it; a line of the test would give away how it asks."""
    files, asking = {code.co_filename for code in _codes(answer)}, set(_codes(test))
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    own = [
        summary.line
        for frame, summary in zip(frames, traceback.extract_tb(error.__traceback__), strict=True)
        if frame.f_code.co_filename in files and frame.f_code not in asking
    ]
    line = f"\n{own[-1]}" if own and own[-1] else ""
    return say("check.raised", kind=type(error).__name__, message=str(error)) + line


def _codes(value: Any) -> Iterator[CodeType]:
    """The code of a function, or of the functions of an object's class, and all code within it."""
    if (code := getattr(value, "__code__", None)) is not None:
        waiting = [code]
    else:
        members = vars(value if isinstance(value, type) else type(value)).values()
        waiting = [code for member in members if (code := getattr(member, "__code__", None)) is not None]
    while waiting:
        yield (code := waiting.pop())
        waiting += [one for one in code.co_consts if isinstance(one, CodeType)]
