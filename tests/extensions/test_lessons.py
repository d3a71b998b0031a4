"""Map and table of the chapters follow from the chapters."""

import re
from pathlib import Path

from extensions import lessons
from tools import assignment, notebooks

FOLDER = Path(assignment.CHAPTERS)


def chapter(name):
    return notebooks.read(assignment.chapter_path(name))


def test_what_a_chapter_needs_is_what_it_names_ranges_included():
    assert lessons.needs(chapter("01")) == set()
    assert lessons.needs(chapter("02")) == {1}
    assert lessons.needs(chapter("05")) == {1, 2, 3, 4}


def test_an_arrow_is_left_out_where_another_way_leads_there():
    assert lessons.direct({1: set(), 2: {1}, 3: {1, 2}, 4: {1}}) == [(1, 2), (2, 3), (1, 4)]


def test_the_map_has_every_chapter_an_arrow_for_each_need_and_says_them():
    made = lessons.drawn({1: set(), 2: {1}, 3: {1, 2}, 4: {1}}, "a & b")
    assert re.findall(r"<text[^>]*>(\d)</text>", made) == ["1", "2", "3", "4"]
    assert made.count('marker-end="url(#lessons-tip)"') == 3
    assert 'aria-label="a &amp; b"' in made


def test_the_page_is_filled_and_every_other_page_stays():
    text = f"# Plans\n\n{lessons.MAP}\n\n{lessons.TABLE}\n"
    made = lessons.filled(text, FOLDER, "| a | b | c | d | e | f |", "{chapter} needs {needed}")
    assert "5 needs 1, 2, 3, 4" in made
    (row,) = [line for line in made.splitlines() if "02_padding_stride.ipynb" in line]
    there = assignment.exercises(chapter("02"))
    counts = f"| {len(there)} | {sum(one.points for one in there):g} | {sum(one.minutes for one in there)} |"
    assert row.startswith("| [2 · Padding and stride](02_padding_stride.ipynb) | 1 | ")
    assert row.endswith(counts)
    assert lessons.filled("# Other", FOLDER, "", "") == "# Other"
