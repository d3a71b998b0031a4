"""Chapter 4 says what is true: its definitions, its numbers, its exercises' checks and its quiz."""

from __future__ import annotations

import inspect
import json
import re

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers import ops
from helpers.widgets.explorers.quiz import FOLDER as QUIZZES
from tests.chapters.reading import chapter_named, definition


@pytest.fixture(scope="module")
def chapter():
    return chapter_named("04_pooling")


@pytest.fixture(scope="module")
def names(chapter):
    return chapter.names


def test_chapter_and_helpers_define_the_same(chapter):
    assert definition(chapter.sources["pool2d"]) == definition(inspect.getsource(ops.pool2d))


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
    assert f"4/9 ≈ {F.avg_pool2d(ones, 3, 2, 1)[0, 0, 0, 0]:.4f}: the effect" in chapter.prose["border-avg-words"]
    corner = F.avg_pool2d(ones, 3, 2, 1, ceil_mode=True)[0, 0, 0, 2]
    assert f"{corner:.4f}, not 2/9" in chapter.prose["ceil"]
    said = "a window of 3 takes a padding of at most 1, even when dilation makes it span 5"
    assert said in chapter.prose["border-avg-words"]
    for refuse in (
        lambda p: F.max_pool2d(ones, 3, padding=p, dilation=2),
        lambda p: ops.pool2d(ones[0, 0], (3, 3), padding=(p, p)),
    ):
        refuse(1)
        with pytest.raises((RuntimeError, ValueError)):
            refuse(2)


def test_so_many_pooled_numbers_of_the_boot_change_by_one_step(chapter, names):
    boot = names["boot"].float()[None, None]
    told = chapter.prose["shift-answer"]
    for pool, said in ((F.max_pool2d, "changes {} to {} of the {} numbers"), (F.avg_pool2d, "the average, {} to {}.")):
        before = pool(boot, 2)
        steps = [boot.roll(step, axis) for axis in (2, 3) for step in (1, -1)]
        changed = [int((pool(moved, 2) != before).sum()) for moved in steps]
        assert said.format(min(changed), max(changed), before.numel()) in told
        assert f"{int((before != 0).sum())} of the 196 numbers are not 0" in told


def test_the_edge_is_lost_and_kept_as_the_chapter_says(chapter):
    row = torch.tensor([[0.0, 1, 0, 0, 0, -1, 0]])
    as_it_is, absolute = (ops.pool2d(one, (1, 2), stride=(1, 1)).int().tolist()[0] for one in (row, row.abs()))
    [told] = [output.text for output in chapter.cells["edge-code"].outputs]
    assert [line.split()[-6:] for line in told.splitlines()] == [[*map(str, as_it_is)], [*map(str, absolute)]]
    said = "The first edge appears twice, once in each window that holds it. The second one is gone"
    assert said in chapter.prose["edge-words"]
    assert as_it_is == [1, 1, 0, 0, 0, 0]
    assert absolute == [1, 1, 0, 0, 1, 1]


def test_an_element_can_win_in_all_four_windows(chapter):
    """As the chapter tells under the explorer of gradients."""
    said = chapter.prose["backward-answer"]
    [told] = re.findall(r"a (\d+) for instance: its gradient is (\d+), and all others are 0", said)
    middle, gradient = map(int, told)
    X = torch.tensor([[1.0, 3, 2], [3, middle, 1], [2, 2, 3]], requires_grad=True)
    F.max_pool2d(X[None, None], 2, 1).sum().backward()
    assert X.grad.tolist() == [[0, 0, 0], [0, gradient, 0], [0, 0, 0]]


def test_what_touching_the_first_explorer_shows(chapter):
    said = chapter.prose["touch-tasks"]
    assert "Only the last output changes, from 8 to 7" in said
    assert "To the right or down, all four outputs change; to the left or up, two." in said
    X = torch.arange(9.0).reshape(3, 3)
    changed = X.clone()
    changed[2, 2] = 0
    before, after = (ops.pool2d(one, (2, 2), stride=(1, 1)).flatten().tolist() for one in (X, changed))
    assert (before, after) == ([4, 5, 7, 8], [4, 5, 7, 7])
    changed = X.clone()
    changed[0, 0] = 3.5
    assert ops.pool2d(changed, (2, 2), stride=(1, 1)).flatten().tolist() == before
    for step, changed in [(1, 4), (-1, 2)]:  # right and down, left and up
        for axis in (0, 1):
            moved = ops.pool2d(X.roll(step, axis), (2, 2), stride=(1, 1)).flatten()
            assert (moved != torch.tensor(before)).sum() == changed


def test_a_maximum_of_two_is_made_of_relus(chapter):
    said, ReLU = chapter.prose["open-question"], torch.relu
    a, b = torch.randn(2, 100).double()
    [formula] = re.findall(r"Show that \$\\max\(a, b\) = ([^$]+)\$", said)
    torch.testing.assert_close(
        eval(formula.replace(r"\text{ReLU}", "ReLU"), {"ReLU": ReLU, "a": a, "b": b}), torch.maximum(a, b)
    )
    assert r"three channels, $\text{ReLU}(a - b)$ and these two" in said  # which are told before: ReLU(b), ReLU(-b)
    assert r"carried as $\text{ReLU}(b)$ and $\text{ReLU}(-b)$" in said
    [signs] = re.findall(r"with the signs \$([+-])\$, \$([+-])\$ and \$([+-])\$", said)
    parts = [int(f"{sign}1") * part for sign, part in zip(signs, (ReLU(a - b), ReLU(b), ReLU(-b)), strict=True)]
    torch.testing.assert_close(sum(parts), torch.maximum(a, b))


def test_softmax_pooling_lies_between_the_two(chapter):
    said = chapter.prose["open-question"]
    assert r"$\sum_i x_i e^{\beta x_i} / \sum_i e^{\beta x_i}$" in said
    assert r"For $\beta = 0$ all weights are equal, and it is the average" in said
    assert r"as $\beta$ grows, the weight gathers on the largest element, and it approaches the maximum" in said
    x = torch.randn(16).double()
    pooled = [((x * (beta * x).exp()).sum() / (beta * x).exp().sum()).item() for beta in (0, 1, 5, 200)]
    assert pooled == sorted(pooled)
    assert pooled[0] == pytest.approx(x.mean().item())
    assert pooled[-1] == pytest.approx(x.max().item())


def test_the_chapter_s_claims_about_the_trained_network(chapter, names):
    from helpers.recipes import RECIPES

    assert (RECIPES["lenet-modern"].flips, RECIPES["lenet-modern"].shift) == (True, 0)
    assert "mirrored pictures, but with no shifted ones" in chapter.prose["shift-network"]
    for one, _, _, four, *_ in names["shares"].values():
        assert one < 0.15
        assert four > 0.5


def test_the_networks_with_other_windows_differ_in_nothing_else(chapter):
    from dataclasses import replace

    from helpers import models, recordings
    from helpers.recipes import RECIPES

    made = {window: recordings.load(f"lenet-window-{window}") for window in (1, 2, 4)}
    recipes = {window: replace(recording.recipe, settings={}) for window, recording in made.items()}
    assert recipes[1] == recipes[2] == recipes[4] == replace(RECIPES["lenet-max"], network="windowed_lenet", shifts=4)
    text = chapter.prose["shift-windows"]
    assert "They saw 54,000 pictures ten times, neither mirrored nor shifted" in text
    assert (recipes[1].flips, recipes[1].shift, recipes[1].epochs) == (False, 0, 10)
    for window, recording in made.items():
        assert recording.recipe.settings == {"window": window}
        assert [run["seed"] for run in recording.runs] == [0, 1, 2]
        parameters = sum(p.numel() for p in models.windowed_lenet(window).parameters())
        assert f"each network has {parameters:,} parameters" in text


def test_every_source_of_the_chapter_stands_in_the_bibliography(chapter):
    bibliography = (chapter.path.parent / "bibliography.md").read_text(encoding="utf-8")
    sources = set(re.findall(r"\((https://[^)]+)\)", chapter.prose["references"]))
    assert len(sources) >= 9
    assert sources <= set(re.findall(r"\((https://[^)]+)\)", bibliography))


def test_the_quiz_knows_the_answers():
    questions = json.loads((QUIZZES / "04_pooling.json").read_text(encoding="utf-8"))["questions"]
    answers = {question["id"]: question.get("answer") for question in questions}
    assert answers["default"] == nn.MaxPool2d(3)(torch.rand(1, 1, 12, 12)).shape[2]
    assert answers["corner"] == F.avg_pool2d(torch.ones(1, 1, 4, 4), 2, 2, 1)[0, 0, 0, 0]
    assert answers["relu"] == max(-1, 0)
