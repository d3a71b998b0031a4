"""Checks tell readers what is wrong, and never stop a notebook."""

import pytest
import torch

from helpers.exercise import answered, check, expect
from helpers.words import use_language


def wants_nineteen(answer):
    expect(answer, 19)


def idle(x): ...


def idle_with_words(x):
    """Only words."""


def idle_in_many_lines(x, *more, y=2, **others) -> int:
    """Only words.

    And more of them.
    """
    pass
    ...
    return None


class Idle:
    def method(self, x): ...


def make_idle(y):
    def inner(x):
        """Inside another function."""
        return

    return inner


def test_an_answer_not_yet_written_is_open():
    written_nowhere = (idle, idle_with_words, idle_in_many_lines, Idle.method, Idle().method, make_idle(1))
    for nothing in (None, ..., *written_nowhere, lambda: None, lambda x: ...):
        assert not answered(nothing)
        assert check(wants_nineteen, nothing).state == "open"


def returns_a_name(x):
    return returns_a_name


def only_raises(x):
    raise NotImplementedError


def generates(x):
    yield


async def waits(x): ...


@pytest.mark.parametrize(
    "answer",
    [
        0, False, torch.zeros(1), lambda x: x, lambda: 0, lambda: "", lambda: False, lambda: (), returns_a_name,
        only_raises, generates, waits, print, idle.__call__,
    ],
)  # fmt: skip
def test_anything_written_is_an_answer(answer):
    assert answered(answer)


def test_right_and_wrong_answers_are_told_apart():
    assert check(wants_nineteen, 19).state == "right"
    wrong = check(wants_nineteen, 18)
    assert wrong.state == "wrong"
    assert "should be 19; it is 18" in wrong.text
    assert "Not right yet" in wrong._repr_html_()


def test_an_exception_in_the_answer_is_told_with_its_line():
    def divides(x):
        return x / 0

    def test(answer):
        answer(1)

    verdict = check(test, divides)
    assert verdict.state == "wrong"
    assert "ZeroDivisionError: division by zero" in verdict.text
    assert "return x / 0" in verdict.text


def test_a_line_of_the_test_is_never_told():
    def test(answer):
        secret = [row + 41 for row in answer(1)]
        assert secret

    def forgets_to_return(x):
        x + 1

    class Answer:
        def __call__(self, x):
            return x.nothing

    for answer, line in ((forgets_to_return, None), (Answer(), "return x.nothing")):
        verdict = check(test, answer)
        assert verdict.state == "wrong"
        assert "Error" in verdict.text
        assert "41" not in verdict.text
        assert verdict.text.splitlines()[1:] == ([line] if line else [])

    def values(answer):
        assert answer.wanted == 3

    assert check(values, 3).text.splitlines()[1:] == []


def test_the_first_wrong_element_is_named():
    with pytest.raises(AssertionError, match=r"Y\[1, 0\] should be 37; it is 36"):
        expect(torch.tensor([[19, 25], [36, 0]]), torch.tensor([[19, 25], [37, 43]]), of="Y")


@pytest.mark.parametrize(
    ("actual", "message"),
    [
        (torch.ones(3, 2), r"should have the shape \(2, 2\); it has \(3, 2\)"),
        ([[1]], "should be a tensor; it is of type list"),
    ],
)
def test_shape_and_kind_are_told_before_values(actual, message):
    with pytest.raises(AssertionError, match=message):
        expect(actual, torch.ones(2, 2))


def test_text_of_an_answer_never_becomes_html():
    assert "<script>" not in check(wants_nineteen, "<script>")._repr_html_()


def test_checks_speak_chinese():
    use_language("zh")
    assert repr(check(wants_nineteen, 18)) == "还不对。答案应为19，实际是18。"
