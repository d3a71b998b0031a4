"""Chapter 2 says what is true: its definition, its numbers, its exercises' checks and its quiz."""

from __future__ import annotations

import inspect
import json
import math
import re

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


def printed(chapter, cell):
    return "".join(output.get("text", "") for output in chapter.cells[cell].outputs)


def test_chapter_and_helpers_define_the_same(chapter):
    assert definition(chapter.sources["corr2d-strided-def"]) == definition(inspect.getsource(ops.corr2d_strided))


def test_the_notes_four_shapes(chapter):
    picture = torch.rand(1, 1, 8, 8)
    told = [line for cell in ("padding-same", "stride-shapes") for line in printed(chapter, cell).splitlines()]
    cases = [(3, 1, 1, (8, 8)), ((5, 3), (2, 1), 1, (8, 8)), (3, 1, 2, (4, 4)), ((3, 5), (0, 1), (3, 4), (2, 2))]
    for line, (kernel, padding, stride, shape) in zip(told, cases, strict=True):
        assert torch.nn.Conv2d(1, 1, kernel, stride, padding)(picture).shape[2:] == shape
        assert line.startswith(f"kernel {kernel} padding {padding} ")
        assert line.endswith(f" -> {shape}")


def test_the_numbers_in_the_prose(chapter, names):
    """What no cell prints."""
    windows = ops.corr2d_strided(names["X"], names["K"], (1, 1), (2, 2))
    kept = " and ".join(", ".join(map(str, windows.int().flatten().tolist())).rsplit(", ", 1))
    work = {strides: names["work"]([int(s) for s in strides]) for strides in ("1" * 10, "2" + "1" * 9, "2121211111")}
    (all_, few), (quarter, more), (least, most) = work.values()
    assert quarter == all_ / 4
    assert (round(all_ / least), math.isclose(all_ / least, 14, rel_tol=0.01)) == (14, True)
    rows = shapes.window_counts(6, 3)
    claims = {
        "touch-tasks": [f"the numbers {kept}."],
        "shrinking-area": ["Ten 5×5 layers take a picture of 240×240 pixels to 200×200"],
        "stride-why-explained": [f"sees {more}×{more} instead of {few}×{few}", f"{most}×{most}, for a fourteenth"],
        "gaps-use": ["spans 13 columns and reads 7", f"{7**2} elements of {13**2}", "a span of 15 without gaps"],
        "dilation-explained": [f"of the 5×5 elements that are spanned, {5**2 - 3**2} are not read"],
        "counts-predict": ["the middle nine times, one in the corner once"],
        "leak-explained": [f"four layers give {sum(range(1, 6))} distinct values"],
        "alias-trade": ["25 stripes, which come back as 23"],
        "even-explained": ["it adds (0, 1)"],
    }
    assert (min(rows) ** 2, max(rows) ** 2) == (1, 9)
    assert names["tensorflow_same_solution"](8, 3, 2) == (0, 1)
    for cell, sentences in claims.items():
        for sentence in sentences:
            assert sentence in chapter.prose[cell], (cell, sentence)


def test_every_element_lies_in_four_windows_of_the_first_explorer():
    counts = {padding: shapes.window_counts(3, 2, padding) for padding in (0, 1)}
    assert counts == {0: [1, 2, 1], 1: [2, 2, 2]}


def test_full_padding_is_fair_and_valid_reads_whole_windows():
    for k in range(1, 6):
        assert set(shapes.window_counts(7, k, k - 1)) == {k}


def test_the_table_of_the_summary_holds():
    for n in range(4, 30, 2):
        assert {shapes.output_size(n, 3, 1, 2), shapes.output_size(n, 4, 1, 2)} == {n // 2}
    for d in (1, 2, 4):
        assert shapes.output_size(20, 3, d * (3 - 1) // 2, 1, d) == 20
    assert set(shapes.window_counts(12, 3, 0, 3)) == {1}


def test_only_circular_borders_keep_equivariance(chapter):
    torch.manual_seed(0)
    X, K = torch.rand(1, 1, 6, 6).double(), torch.rand(1, 1, 3, 3).double()
    keeping = []
    for mode in ("constant", "reflect", "replicate", "circular"):
        first, last = (F.conv2d(F.pad(one, (1, 1, 1, 1), mode=mode), K) for one in (X.roll(2, -1), X))
        keeping += [mode] if torch.allclose(first, last.roll(2, -1)) else []
    [mode] = keeping
    assert f"Of the four, only `{mode}` keeps it, for shifts that wrap around." in chapter.prose["leak-explained"]


def test_padding_of_half_the_kernel_divides_and_rounds_up():
    for n in range(1, 40):
        for k in (1, 3, 5, 7):
            for s in range(1, 6):
                assert shapes.output_size(n, k, (k - 1) // 2, s) == -(-n // s)


def test_the_window_of_an_odd_kernel_is_centred_on_the_input_element():
    X = torch.rand(6, 7)
    for k_h, k_w in [(1, 3), (5, 3), (3, 7)]:
        middle = torch.zeros(k_h, k_w)
        middle[k_h // 2, k_w // 2] = 1
        assert torch.equal(ops.corr2d_strided(X, middle, (k_h // 2, k_w // 2)), X)


def test_doubling_the_channels_uses_up_what_the_stride_saves():
    assert shapes.conv2d_multiply_adds(64, 64, 3, (56, 56)) == shapes.conv2d_multiply_adds(128, 128, 3, (28, 28))


def test_zeros_tell_every_place_apart_up_to_the_picture_s_symmetries(chapter):
    Y = torch.ones(1, 1, 9, 9).double()
    for _ in range(4):
        Y = F.conv2d(Y, torch.ones(1, 1, 3, 3).double(), padding=1)
    quarter = [Y[0, 0, i, j].item() for i in range(5) for j in range(i, 5)]
    assert len(set(quarter)) == len(quarter) == len(Y.unique())  # the rest of the map mirrors this eighth
    assert f"four layers give {len(quarter)} distinct values" in chapter.prose["leak-explained"]


def test_the_stride_of_the_figure_leaves_a_gap_and_a_remainder():
    assert shapes.window_counts(5, 2, 0, 3) == [1, 1, 0, 1, 1]
    assert shapes.window_counts(5, 2, 0, 2) == [1, 1, 1, 1, 0]


def test_what_the_prose_says_of_borders():
    assert shapes.window_counts(6, 3) == [1, 2, 3, 3, 2, 1]  # corner 1, edge at most 3, middle 9
    assert shapes.unused(8, 3, stride=3) == 2
    assert shapes.unused(8, 5, padding=1, stride=4) == 1


def test_the_explorer_of_the_stride_is_pytorchs(names):
    Y = F.conv2d(
        names["numbers"][None, None].double(), names["ends"][None, None].double(), padding=(0, 1), stride=(3, 4)
    )
    assert Y.shape == (1, 1, 2, 2)


def test_smoothing_leaves_of_the_finest_stripes_what_theory_says(chapter, names):
    """A kernel (1, 2, 1)/4 scales a wave of frequency f by (1 + cos 2 pi f) / 2."""
    left = {stripes: (1 + math.cos(2 * math.pi * stripes / 96)) / 2 for stripes in range(1, 49)}
    told, words = printed(chapter, "alias-smooth"), chapter.prose["alias-trade"]
    strengths = {int(stripes): float(s) for stripes, s in re.findall(r"^(\d+) stripes .* with ([\d.]+) of", told, re.M)}
    assert strengths == {stripes: round(left[stripes], 3) for stripes in (12, 20, 25, 28, 44)}
    assert words.startswith("Of the finest stripes next to nothing is left.")
    assert min(strengths) < max(strengths) == min(strengths, key=strengths.get)  # the finest, next to nothing
    assert (
        "keep almost half of their strength, and 20, which could have been kept as they are, lose more than a third"
        in (words)
    )
    assert 0.4 < strengths[25] < 0.5
    assert 1 - strengths[20] > 1 / 3
    answers = [stripes for stripes in range(25, 49) if left[stripes] ** 2 > 0.2]  # (1, 4, 6, 4, 1)/16 smooths twice
    assert answers == [names["counterexample_solution"]]


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


def test_every_source_of_the_chapter_stands_in_the_bibliography_and_is_linked_in_the_text(chapter):
    bibliography = (chapter.path.parent / "bibliography.md").read_text(encoding="utf-8")
    link = re.compile(r"\((https://(?:doi|arxiv)\.org/[^)]+)\)")
    sources = set(link.findall(chapter.prose["references"]))
    text = {url for cell, prose in chapter.prose.items() if cell != "references" for url in link.findall(prose)}
    assert sources <= set(link.findall(bibliography))
    assert sources <= text


def test_the_quiz_s_smoothing_weakens_what_its_wrong_answer_does_not():
    questions = json.loads((QUIZZES / "02_padding_stride.json").read_text(encoding="utf-8"))["questions"]
    [options] = [question["options"] for question in questions if question["id"] == "alias"]
    correct = {option["text"]["en"]: option["correct"] for option in options}
    x = torch.arange(96).double()
    wave = torch.cos(2 * torch.pi * 44 * x / 96)
    averaged = F.avg_pool1d(wave[None], 2)[0]
    late = (wave[::2].roll(1) + 2 * wave[::2] + wave[::2].roll(-1)) / 4
    early = ((wave.roll(1) + 2 * wave + wave.roll(-1)) / 4)[::2]
    for smoothed, answer in (
        (early, "Smooth the picture before the stride."),
        (averaged, "Use stride 1, then average blocks of 2×2."),
        (late, "Smooth after the stride."),
    ):
        assert correct[answer] == (smoothed.abs().max().item() < 0.2)
    assert late.abs().max() > 0.9


def test_one_dilation_leaves_gaps_and_growing_ones_do_not():
    from helpers.widgets import ReceptiveFieldExplorer

    same, growing = (
        ReceptiveFieldExplorer([(3, 1, 2, 2)] * 3, 40),
        ReceptiveFieldExplorer([(3, 1, d, d) for d in (1, 2, 4)], 40),
    )
    read = [explorer.paths().count_nonzero().item() for explorer in (same, growing)]
    assert (same.fields[-1].size, read[0]) == (13, 7)  # every second element
    assert growing.fields[-1].size == read[1] == 15
