"""Map, table and facts of the chapters follow from the chapters, and what the plans say of them is true."""

import re
from pathlib import Path

import pytest

from extensions import lessons
from helpers import words
from tests.conftest import ROOT
from tools import assignment, notebooks, states
from tools.edition import Edition

FOLDER = Path(assignment.CHAPTERS)
PLANS = (FOLDER / lessons.PLANS).read_text(encoding="utf-8")
SECTIONS = {found[1]: one for one in lessons.sections(PLANS) if (found := lessons.CHAPTER.search(one))}
WORDS = {name: words.table()[f"site.lessons.{name}"]["en"] for name in lessons.WORDS}

#: numbers that the plans name and that no chapter has: a section of AlexNet's paper, a made example
OWN_NUMBERS = {"06_alexnet": {"3.5"}}


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
    made = lessons.filled(text, FOLDER, "| a | b | c | d | e | f | g |", "{chapter} needs {needed}")
    assert "5 needs 1, 2, 3, 4" in made
    (row,) = [line for line in made.splitlines() if "02_padding_stride.ipynb" in line]
    there = assignment.exercises(chapter("02"))
    counts = f"| {len(there)} | {sum(one.points for one in there):g} | {sum(one.minutes for one in there)} |"
    assert row.startswith("| [2 · Padding and stride](02_padding_stride.ipynb) | 1 | ")
    assert row.endswith(counts)
    assert f"| {lessons.planned(FOLDER)['02_padding_stride']} |" in row
    assert lessons.filled("# Other", FOLDER, "", "") == "# Other"


# --- chapter by chapter


def test_every_chapter_has_a_section_and_a_part_in_class_that_fits_a_meeting():
    chapters = [
        path for path in sorted(FOLDER.glob("[0-9][0-9]_*.ipynb")) if assignment.exercises(notebooks.read(path))
    ]
    assert [path.stem for path in chapters] == list(SECTIONS)
    for name, minutes in lessons.planned(FOLDER).items():
        assert 30 <= minutes <= 45, name
        assert minutes % 5 == 0, name


def test_a_section_begins_with_the_facts_and_objectives_of_its_chapter():
    made = lessons.plans(PLANS, FOLDER, WORDS, Edition())
    assert "<!-- chapter" not in made
    (section,) = [one for one in lessons.sections(made) if "[8 · Network in network](08_nin.ipynb)" in one]
    there = assignment.exercises(chapter("08"))
    minutes = lessons.TIME.search(chapter("08").cells[0].source)[1]
    told = f"builds on 3, 4, 5, 6. Reading: {minutes} minutes. In class: {lessons.planned(FOLDER)['08_nin']} minutes. "
    points, long = sum(one.points for one in there), sum(one.minutes for one in there)
    assert told + f"Exercises: {len(there)}, for {points:g} points, {long} minutes." in section
    assert "- compute class activation maps, and say what they show and what they do not;\n" in section
    assert "builds on no other chapter." in made
    assert "| 4. Find the dead maps | `dead` | 2 | 15 | find out why a training run is stuck, and free it |" in section
    assert "| 2. What a block costs | `block` | 1 | 5 | " in section
    assert section.count("| on the page, too |") == 3
    every = [one.name for number in range(1, 11) for one in assignment.exercises(chapter(str(number)))]
    assert re.findall(r"\| `([\w-]+)` \|", made) == every


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_shows_asks_warns_and_answers(name):
    section = SECTIONS[name]
    parts = ["**Show and ask**", "**What you may hear**", "**Questions**"]
    assert re.findall(r"^\*\*.+\*\*$", section, re.M) == parts
    show, hear, ask = (part.strip() for part in re.split("|".join(map(re.escape, parts)), section)[1:])
    for line in show.splitlines():
        assert re.fullmatch(r"- .+ \(\d+ min\)", line), line
    for line in show.splitlines():  # a state comes with something to ask before anything is pressed
        assert "](state:" not in line or "?*" in line, line
    for line in hear.splitlines():
        assert re.fullmatch(r"- \*[A-Z0-9].+\.\* .+ \(section \*.+\*\)\.", line), line
    assert len(hear.splitlines()) >= 3
    answers = re.findall(r"<details><summary>[^<]+\?</summary>\n\n(.+?)\n\n</details>", ask, re.S)
    assert len(answers) >= 2
    assert len(answers) == ask.count("<details>")
    assert all(len(answer.split()) > 25 for answer in answers)


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_names_headings_and_numbers_that_its_chapter_has(name):
    cells = notebooks.read(FOLDER / f"{name}.ipynb").cells
    headings = {
        one for cell in cells if cell.cell_type == "markdown" for one in re.findall(r"(?m)^#+ (.+)$", cell.source)
    }
    named = re.findall(r"\(section \*(.+?)\*\)", SECTIONS[name])
    assert set(named) <= headings
    outputs = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs]
    printed = [
        "".join(output.get("text", "")) + "".join(output.get("data", {}).get("text/plain", "")) for output in outputs
    ]
    text = "\n".join([*(cell.source for cell in cells), *printed])
    said = re.sub(r"\]\([^)]*\)|\(\d+ min\)|<!--.*?-->|^## .*", "", SECTIONS[name], flags=re.M)
    numbers = set(re.findall(r"(?<![\w.,])\d[\d.,]*\d", said)) - OWN_NUMBERS.get(name, set())
    known = set(re.findall(r"(?<![\w.,])\d[\d.,]*\d", text))
    assert numbers <= known, sorted(numbers - known)


def test_the_plans_by_weeks_name_the_minutes_that_the_chapters_have_and_every_chapter():
    text = (FOLDER / "instructors-lessons.md").read_text(encoding="utf-8")
    told = re.findall(r"\]\((\d\d_\w+)\.ipynb\), (\d+) minutes(?:, and its exercises, (\d+) minutes)?", text)
    assert {name for name, *_ in told} == set(SECTIONS)
    for name, reading, working in told:
        one = chapter(name)
        assert lessons.TIME.search(one.cells[0].source)[1] == reading, name
        assert not working or sum(task.minutes for task in assignment.exercises(one)) == int(working), name
    judged = {"05_lenet": ["fifth", "ninth"], "07_vgg": ["fifth"], "08_nin": ["sixth"], "09_googlenet": ["fourth"]}
    places = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]
    for name, ordinals in {**judged, "10_five_networks": ["third"]}.items():
        titles = [
            line for cell in chapter(name).cells for line in cell.source.splitlines() if re.match(r"### \d", line)
        ]
        for ordinal in ordinals:
            assert ordinal in text
            assert re.search("Judge|real|show", titles[places.index(ordinal)]), (name, ordinal)


# --- links to states


def test_a_link_to_a_state_gets_its_address_and_one_without_a_state_is_told():
    known = {"a": {"page": "08_nin", "link": "#maps?c=0,0,4,4&o=9"}}
    made, unknown = lessons.linked("See [it](state:a) and [that](state:b).", known, Edition())
    assert made == 'See <a class="course-state" href="08_nin.html#maps?c=0,0,4,4&amp;o=9">it</a> and that.'
    assert unknown == ["b"]


def test_a_picked_book_has_the_sections_of_its_chapters_and_plain_words_for_other_states():
    plan = Edition(chapters=("08_nin",))
    made = lessons.plans(PLANS, FOLDER, WORDS, plan)
    assert re.findall(r"(?m)^## (.+)$", made) == ["Chapter 8"]
    linked, unknown = lessons.linked(made, states.read(), plan)
    assert unknown == []
    assert set(re.findall(r'href="(\w+)\.html#', linked)) == {"08_nin"}
    assert lessons.linked("[a single 1](state:a-single-one)", states.read(), plan) == ("a single 1", [])
    assert lessons.linked(PLANS, states.read(), Edition())[0].count('class="course-state"') == len(states.read())


def test_the_course_is_cited_by_its_present_version():
    (version,) = re.findall(r'(?m)^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert f"version {version}, 20" in (FOLDER / "instructors.md").read_text(encoding="utf-8")


def test_the_plans_are_no_part_of_a_students_site():
    assert not Edition(student=True).has(lessons.PLANS.removesuffix(".md"))
