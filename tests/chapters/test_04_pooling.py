"""Chapter 4 says what is true: its definitions, its numbers, its exercises' checks and its quiz."""

from __future__ import annotations

import inspect
import json

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers import ops
from helpers.exercise import check
from helpers.widgets.quiz import FOLDER as QUIZZES
from tests.chapters.reading import Chapter, check_of, definition, exercises, solution_of

WRONG = {
    "shape": {"one pooling only": "(56, 56)", "stride 1 in the second": "(55, 55)", "three halvings": "(14, 14)"},
    "minimum": {
        "the maximum": "lambda X, k: F.max_pool2d(X, k)",
        "negated once": "lambda X, k: F.max_pool2d(-X, k)",
        "negated behind": "lambda X, k: -F.max_pool2d(X, k)",
    },
    "average": {
        "stride 1": "lambda X, k: F.conv2d(X, X.new_full((X.shape[1], 1, k, k), 1 / k**2), groups=X.shape[1])",
        "a sum": "lambda X, k: average_solution(X, k) * k**2",
        "channels added up": "lambda X, k: F.conv2d(X, X.new_full((X.shape[1], X.shape[1], k, k), 1 / k**2), stride=k)",
    },
    "unpool": {
        "every place filled": "lambda Y, i, size: F.interpolate(Y[None, None], size)[0, 0]",
        "at the corner of each window": "lambda Y, i, size: Y.new_zeros(size).index_put("
        "(torch.arange(0, size[0], 2)[:, None], torch.arange(0, size[1], 2)), Y)",
    },
}


@pytest.fixture(scope="module")
def chapter():
    return Chapter("04_pooling")


@pytest.fixture(scope="module")
def names(chapter):
    return chapter.run()


def test_chapter_and_helpers_define_the_same(chapter):
    assert definition(chapter.sources["pool2d"]) == definition(inspect.getsource(ops.pool2d))


def test_every_exercise_has_typical_wrong_answers_and_a_promised_objective(chapter):
    assert list(exercises(chapter)) == list(WRONG)
    assert all(objective in chapter.prose["title"] for objective in exercises(chapter).values())


@pytest.mark.parametrize("exercise", WRONG)
def test_the_check_passes_the_solution(chapter, names, exercise):
    verdict = check(check_of(chapter, names, exercise), solution_of(chapter, names, exercise))
    assert (verdict.state, verdict.text) == ("right", "")


@pytest.mark.parametrize(("exercise", "wrong"), [(e, w) for e, answers in WRONG.items() for w in answers])
def test_the_check_finds_what_is_wrong(chapter, names, exercise, wrong):
    verdict = check(check_of(chapter, names, exercise), eval(WRONG[exercise][wrong], names))
    assert verdict.state == "wrong"
    assert verdict.text


def test_the_notes_results():
    X, four = torch.arange(9.0).reshape(3, 3), torch.arange(16.0).reshape(4, 4)
    pool = ops.pool2d
    assert pool(X, (2, 2), stride=(1, 1)).tolist() == [[4, 5], [7, 8]]
    assert pool(X, (2, 2), "avg", stride=(1, 1)).tolist() == [[2, 3], [5, 6]]
    assert pool(four, (3, 3)).tolist() == [[10]]
    assert pool(four, (3, 3), padding=(1, 1), stride=(2, 2)).tolist() == [[5, 7], [13, 15]]
    assert pool(four, (2, 4), padding=(1, 2), stride=(2, 3)).tolist() == [[1, 3], [9, 11], [13, 15]]


def test_the_numbers_in_the_prose(chapter):
    ones = torch.ones(1, 1, 4, 4)
    assert f"{F.avg_pool2d(ones, 3, 2, 1)[0, 0, 0, 0]:.4f}" == "0.4444"
    corner = F.avg_pool2d(ones, 3, 2, 1, ceil_mode=True)[0, 0, 0, 2]
    assert f"{corner:.4f}, not 2/9" in chapter.prose["ceil-words"]
    assert "a window of 3 takes padding 1, also when dilation makes it span 5" in chapter.prose["border-avg-words"]
    with pytest.raises(RuntimeError):
        F.max_pool2d(ones, 3, padding=2, dilation=2)


def test_the_edge_is_lost_and_kept_as_the_chapter_says():
    row = torch.tensor([[0.0, 1, 0, 0, 0, -1, 0]])
    assert ops.pool2d(row, (1, 2), stride=(1, 1)).tolist() == [[1, 1, 0, 0, 0, 0]]
    assert ops.pool2d(row.abs(), (1, 2), stride=(1, 1)).tolist() == [[1, 1, 0, 0, 1, 1]]


def test_an_element_can_win_in_all_four_windows():
    """As the last task of the chapter asks."""
    X = torch.tensor([[1.0, 3, 2], [3, 4, 1], [2, 2, 3]], requires_grad=True)
    F.max_pool2d(X[None, None], 2, 1).sum().backward()
    assert X.grad[1, 1] == 4


def test_the_quiz_knows_the_answers():
    questions = json.loads((QUIZZES / "04_pooling.json").read_text(encoding="utf-8"))["questions"]
    answers = {question["id"]: question.get("answer") for question in questions}
    assert answers["default"] == nn.MaxPool2d(3)(torch.rand(1, 1, 12, 12)).shape[2]
    assert answers["corner"] == F.avg_pool2d(torch.ones(1, 1, 4, 4), 2, 2, 1)[0, 0, 0, 0]
    assert answers["relu"] == max(-1, 0)
