"""A chapter says how long its main line takes: what is computed here, and at most an hour."""

from __future__ import annotations

import re

import pytest

from tests.chapters.reading import Chapter, chapter_named

#: what is not read in a row: exercises, which have minutes of their own, and sources
APART = ("starter", "test", "solution", "hidden")
EXPLORER = re.compile(r"\b(?:\w+Explorer|ImageKernels|KernelLearner|ShapePuzzle|ColourMixer)\(")


def minutes(chapter: Chapter) -> float:
    """Words / 200 + code cells / 2 + explorers · 4 + quiz questions, of what is neither folded nor an exercise.

    Formulas that stand alone are no words.
    """
    words = code = explorers = questions = 0
    ids = list(chapter.cells)
    for cell_id in ids[: ids.index("exercises")] + ids[ids.index("summary") : ids.index("references")]:
        cell, source = chapter.cells[cell_id], chapter.sources[cell_id]
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type == "markdown":
            text = re.sub(r"<details>.*?</details>|\$\$.*?\$\$|^\[Open in Colab.*?$", "", source, flags=re.S | re.M)
            words += len(re.sub(r"\]\([^)]*\)", "", text).split())
        elif quiz := re.search(r"Quiz\('\w+', (\d+) questions\)", str(cell.outputs)):
            questions += int(quiz[1])
        elif EXPLORER.search(source):
            explorers += 1
        elif not tags & {"hide-input", "hide-cell", "remove-input", "remove-cell", *APART}:
            code += 1
    return words / 200 + code / 2 + 4 * explorers + questions


@pytest.mark.parametrize(
    "name",
    [
        "01_conv2d",
        "02_padding_stride",
        "03_channels",
        "04_pooling",
        "05_lenet",
        "06_alexnet",
        "07_vgg",
        "08_nin",
        "09_googlenet",
        "10_five_networks",
    ],
)
def test_the_time_told_is_the_time_computed_and_an_hour_at_most(name):
    chapter = chapter_named(name)
    (told,) = re.findall(r"\*Time\*: (\d+) minutes", chapter.prose["title"])
    assert int(told) == 5 * round(minutes(chapter) / 5) <= 60


def test_what_is_folded_takes_no_time():
    chapter = chapter_named("01_conv2d")
    before = minutes(chapter)
    folded = next(cell for cell in chapter.cells.values() if "hide-cell" in cell.metadata.get("tags", []))
    folded.metadata["tags"].remove("hide-cell")
    try:
        assert minutes(chapter) == before + 0.5
    finally:
        folded.metadata["tags"].append("hide-cell")
