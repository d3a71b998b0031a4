"""Chapter 3 says what is true: its definitions, its numbers, its exercises' checks and its quiz."""

from __future__ import annotations

import inspect
import itertools
import json

import pytest
import torch
from torch import nn

from helpers import ops, shapes
from helpers.widgets.explorers.quiz import FOLDER as QUIZZES
from tests.chapters.reading import chapter_named, definition


@pytest.fixture(scope="module")
def chapter():
    return chapter_named("03_channels")


@pytest.fixture(scope="module")
def names(chapter):
    return chapter.names


@pytest.mark.parametrize(
    ("cell", "of_helpers"),
    [
        ("multi-in-code", ops.corr2d_multi_in),
        ("multi-out-code", ops.corr2d_multi_in_out),
        ("one-code", ops.corr2d_1x1),
        ("im2col-code", ops.im2col),
        ("im2col-conv", ops.conv2d_im2col),
    ],
)
def test_chapter_and_helpers_define_the_same(chapter, cell, of_helpers):
    assert definition(chapter.sources[cell]) == definition(inspect.getsource(of_helpers))


def test_the_notes_results(names):
    assert ops.corr2d_multi_in(names["X"], names["K"]).tolist() == [[56, 72], [104, 120]]
    assert names["Y"].tolist() == [[[56, 72], [104, 120]], [[76, 100], [148, 172]], [[96, 128], [192, 224]]]


def test_the_numbers_in_the_prose(chapter, names):
    block = names["X"][:, :2, :2]
    assert (
        "+".join(str(n) for n in block.flatten().tolist()) + " = " + str(block.sum().item())
        in chapter.prose["multi-out-explained"]
    )
    assert shapes.conv2d_parameters(256, 256, 3, bias=False) > 500_000  # "more than half a million weights"
    assert nn.Conv2d(2, 3, 2).weight.shape == (3, 2, 2, 2)
    work = {shapes.conv2d_multiply_adds(c, 2 * c, 3, (n, n)) for c, n in [(64, 56), (128, 28), (256, 14)]}
    assert len(work) == 1
    parameters = [shapes.conv2d_parameters(c, 2 * c, 3) for c in (64, 128, 256)]
    assert all(3.9 < b / a < 4.1 for a, b in itertools.pairwise(parameters))


def test_the_messages_that_the_chapter_shows_are_pytorchs(chapter, names):
    assert "expected input[1, 3, 8, 8] to have 1 channels" in str(chapter.raised["wrong-channels"])
    assert isinstance(chapter.raised["wrong-int-code"], RuntimeError)


def test_the_quiz_knows_the_answers():
    questions = json.loads((QUIZZES / "03_channels.json").read_text(encoding="utf-8"))["questions"]
    answers = {question["id"]: question.get("answer") for question in questions}
    X, K = torch.ones(2, 2, 2), torch.full((2, 2, 2), 2.5)
    assert answers["parts"] == ops.corr2d_multi_in(X, K).item()
    assert answers["parameters"] == sum(p.numel() for p in nn.Conv2d(3, 16, 3).parameters())
    assert answers["groups"] == nn.Conv2d(16, 32, 3, groups=4).weight.shape[1]
    picture = torch.rand(480, 640, 3)
    assert picture.permute(2, 0, 1).shape == (3, 480, 640)
    assert picture.transpose(0, 2).shape == (3, 640, 480)
