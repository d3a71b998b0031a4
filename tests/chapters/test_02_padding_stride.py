"""Chapter 2 says what is true: its definition, its numbers, its exercises' checks and its quiz."""

from __future__ import annotations

import inspect
import json

import pytest
import torch
import torch.nn.functional as F

from helpers import ops, shapes
from helpers.widgets.explorers.quiz import FOLDER as QUIZZES
from tests.chapters.reading import chapter_named, definition


@pytest.fixture(scope="module")
def chapter():
    return chapter_named("02_padding_stride")


@pytest.fixture(scope="module")
def names(chapter):
    return chapter.names


def test_chapter_and_helpers_define_the_same(chapter):
    assert definition(chapter.sources["corr2d-strided-def"]) == definition(inspect.getsource(ops.corr2d_strided))


def test_the_notes_four_shapes():
    picture = torch.rand(1, 1, 8, 8)
    cases = [(3, 1, 1, (8, 8)), ((5, 3), (2, 1), 1, (8, 8)), (3, 1, 2, (4, 4)), ((3, 5), (0, 1), (3, 4), (2, 2))]
    for kernel, padding, stride, shape in cases:
        assert torch.nn.Conv2d(1, 1, kernel, stride, padding)(picture).shape[2:] == shape


def test_what_the_prose_says_of_borders():
    assert shapes.window_counts(6, 3) == [1, 2, 3, 3, 2, 1]  # corner 1, edge at most 3, middle 9
    assert shapes.unused(8, 3, stride=3) == 2
    assert shapes.unused(8, 5, padding=1, stride=4) == 1


def test_the_explorer_of_the_stride_is_pytorchs(names):
    Y = F.conv2d(names["X8"][None, None].double(), names["K35"][None, None].double(), padding=(0, 1), stride=(3, 4))
    assert Y.shape == (1, 1, 2, 2)


def test_smoothing_leaves_of_the_finest_stripes_what_theory_says():
    """A kernel (1, 2, 1)/4 scales a wave of frequency f by (1 + cos 2 pi f) / 2."""
    theory = (1 + torch.cos(torch.tensor(2 * torch.pi * 44 / 96))) / 2
    assert f"{theory:.3f}" == "0.017"


def test_the_quiz_knows_the_answers():
    questions = json.loads((QUIZZES / "02_padding_stride.json").read_text(encoding="utf-8"))["questions"]
    answers = {question["id"]: question.get("answer") for question in questions}
    assert shapes.output_size(20, 7, padding=answers["same"]) == 20
    assert answers["floor"] == shapes.output_size(32, 5, stride=2)
    assert answers["span"] == 4 * (3 - 1) + 1
    assert answers["corner"] == shapes.window_counts(6, 3, padding=1)[0] ** 2
    assert shapes.unused(8, 3, stride=2) == 1
    for question in questions:
        if question["type"] != "number":
            assert any(option["correct"] for option in question["options"])
            assert all(set(option["feedback"]) == {"en", "zh"} for option in question["options"])


def test_one_dilation_leaves_gaps_and_growing_ones_do_not():
    from helpers.widgets import ReceptiveFieldExplorer

    same, growing = (
        ReceptiveFieldExplorer([(3, 1, 2, 2)] * 3, 40),
        ReceptiveFieldExplorer([(3, 1, d, d) for d in (1, 2, 4)], 40),
    )
    read = [explorer.paths().count_nonzero().item() for explorer in (same, growing)]
    assert (same.fields[-1].size, read[0]) == (13, 7)  # every second element
    assert growing.fields[-1].size == read[1] == 15
