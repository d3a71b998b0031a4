"""Chapter 3 says what is true: its definitions, its numbers, its exercises' checks and its quiz."""

from __future__ import annotations

import inspect
import itertools
import json
import re

import pytest
import torch
from torch import nn
from torch.nn import functional as F

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
    sizes = {2: "c_i", 3: "c_o", 4: "k_h", 5: "k_w"}
    order = r" \times ".join(sizes[size] for size in nn.Conv2d(2, 3, (4, 5)).weight.shape)
    assert f"${order}.$" in chapter.prose["multi-out"]
    work = {shapes.conv2d_multiply_adds(c, 2 * c, 3, (n, n)) for c, n in [(64, 56), (128, 28), (256, 14)]}
    assert len(work) == 1
    parameters = [shapes.conv2d_parameters(c, 2 * c, 3) for c in (64, 128, 256)]
    assert all(3.9 < b / a < 4.1 for a, b in itertools.pairwise(parameters))
    out = [2 * c * n * n for c, n in [(64, 56), (128, 28), (256, 14)]]
    assert all(b == a / 2 for a, b in itertools.pairwise(out))


def test_what_touching_the_first_explorer_shows(chapter, names):
    X, K = names["X"], names["K"]
    parts = [(X[c, :2, :2] * K[c]).sum().item() for c in (0, 1)]
    assert (sum(parts), parts) == (56, [19, 37])
    for c in (0, 1):
        pairs = zip(X[c, :2, :2].flatten().tolist(), K[c].flatten().tolist(), strict=True)
        assert " + ".join(f"{a}·{b}" for a, b in pairs) in chapter.prose["touch-tasks"]
    assert ops.corr2d(X[0], K[0]).flatten().tolist() == [19, 25, 37, 43]


def test_im2col_holds_the_input_once_for_each_place_in_the_window():
    X = torch.rand(64, 56, 56)
    assert ops.im2col(X, (3, 3), padding=(1, 1)).numel() == 9 * X.numel()


def test_a_separable_pair_needs_up_to_nine_times_fewer_products():
    def factor(c_i, c_o):
        full = shapes.conv2d_multiply_adds(c_i, c_o, 3, (8, 8))
        pair = shapes.conv2d_multiply_adds(c_i, c_i, 3, (8, 8), groups=c_i)
        return full / (pair + shapes.conv2d_multiply_adds(c_i, c_o, 1, (8, 8)))

    assert f"{factor(128, 128):.1f}" == "8.4"
    assert factor(128, 9) < 5
    assert all(8.9 < factor(c, 2000) < 9 for c in (8, 128))


def test_a_separable_pair_has_one_pattern_for_each_input_channel(chapter, names):
    assert r"$K_{o,c} = P_{o,c}\,D_c$" in chapter.prose["depthwise-words"]
    P, D = torch.randn(5, 3, 1, 1), torch.randn(3, 1, 2, 4)
    X = torch.randn(1, 3, 6, 7)
    K = P * D.transpose(0, 1)
    torch.testing.assert_close(F.conv2d(F.conv2d(X, D, groups=3), P), F.conv2d(X, K), atol=1e-4, rtol=0)
    assert names["factors_solution"](K)  # the exercise's judge of what such a pair can do
    assert not names["factors_solution"](torch.randn(5, 3, 2, 4))


def test_a_bias_before_a_normalisation_does_nothing_in_training_only(chapter):
    (output,) = chapter.cells["wrong-bias-code"].outputs
    assert output.text == "training - the output changes: False\nevaluation - the output changes: True\n"


def test_every_source_of_the_chapter_stands_in_the_bibliography(chapter):
    bibliography = (chapter.path.parent / "bibliography.md").read_text(encoding="utf-8")
    sources = set(re.findall(r"\((https://[^)]+)\)", chapter.prose["references"]))
    assert len(sources) >= 7
    assert sources <= set(re.findall(r"\((https://[^)]+)\)", bibliography))


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
    [options] = [question["options"] for question in questions if question["id"] == "order"]
    picture = torch.rand(480, 640, 3)
    for option in options:
        got, feedback = eval(f"picture.{option['text']['en'].strip('`')}"), option["feedback"]["en"]
        fits = got.shape == (3, 480, 640)
        assert option["correct"] == (fits and torch.equal(got[:, 7, 5], picture[7, 5]))
        assert fits or f"gives {tuple(got.shape)}" in feedback
