"""Monday to Friday: a teacher picks a chapter, adds to it, hands it out to a class of 30, and grades it."""

from __future__ import annotations

import csv
import json
import re
import zipfile

import nbformat
import nbformat.v4 as nb
import pytest

from tests.chapters.wrong import of_02_padding_stride
from tests.tools.test_grading import CHEATS, HOSTILE, LIMITS, needs_isolation
from tools import assignment, edition, notebooks, private
from tools.grading.__main__ import grade_all
from tools.grading.judge import Course

CHAPTER = assignment.chapter_path("02")
PUBLIC = assignment.exercises(notebooks.read(CHAPTER))
POINTS = sum(one.points for one in PUBLIC) + 2
SIZES = [3, 5, 7]

OWN = [
    nb.new_markdown_cell(
        "### 20. Your own size\n\nThe rows of the output for 32 rows, a kernel of `k` rows, padding 1 and stride `s`.",
        id="own-size-task",
        metadata={"exercise": {"id": "own-size", "points": 2, "minutes": 5, "objective": "compute a shape"}},
    ),
    nb.new_code_cell(
        "k = 3\ns = 2", id="own-numbers", metadata={"tags": ["numbers"], "choices": {"k": SIZES, "s": [1, 2, 3]}}
    ),
    nb.new_code_cell("own_size = ...", id="own-size-starter", metadata={"tags": ["starter"]}),
    nb.new_code_cell(
        "def test_own_size(own_size):\n    assert own_size == len(range(0, 34 - k + 1, s)), 'Count again.'\n\n"
        "check(test_own_size, own_size)",
        id="own-size-test",
        metadata={"tags": ["test"]},
    ),
    nb.new_code_cell(
        "own_size_solution = (32 + 2 - k) // s + 1", id="own-size-solution", metadata={"tags": ["solution"]}
    ),
    nb.new_code_cell(
        "assert own_size_solution == shapes.output_size(32, k, 1, s)",
        id="own-size-hidden",
        metadata={"tags": ["test", "hidden"]},
    ),
    nb.new_code_cell(
        "assert same_padding_solution(101, 3) == 150",
        id="padding-further",
        metadata={"tags": ["test", "hidden"], "of": "same-padding"},
    ),
]

#: students by name: what each adds to a solved notebook, the points lost, and a word of the notes; hostile ones last
CLASS = {
    "anna": ("", 0, ""),
    "bela": ("own_size += 1", 2, ""),
    "cora": ("same_padding = lambda k, d: None if k > 99 else same_padding_solution(k, d)", 0.5, ""),
    "dora": ("raise ValueError('my own fault')", 0, "my own fault"),
    "emil": ("k, s = 1, 1", 0, ""),
}
QUICK = ["anna", "bela", "cora", "untouched", "forger", "exit", "unreadable"]


def everyone():
    """All 30: what each hands in beside the solutions (None for an untouched notebook), points lost, a note's word."""
    told = dict(CLASS)
    for name, (code, word) in HOSTILE.items():
        told[name] = (code, 0, word)
    for name, code in CHEATS.items():
        told[name] = (code, PUBLIC[0].points, "")
    for turn, code in enumerate(of_02_padding_stride.WRONG["unread"].values()):
        told[f"wrong{turn}"] = (f"unread = {code}", next(one.points for one in PUBLIC if one.name == "unread"), "")
    told |= {"untouched": (None, POINTS, ""), "unreadable": (None, POINTS, "no notebook")}
    for turn in range(30 - len(told)):
        told[f"right{turn}"] = ("", 0, "")
    return told


@pytest.fixture
def own(tmp_path):
    """The teacher's private folder."""
    folder = tmp_path / "private"
    folder.mkdir()
    nbformat.write(nb.new_notebook(cells=OWN), folder / "02.ipynb")
    return folder


def answered(path, code):
    """What a student makes of the notebook that was handed out: answers below, and some mischief at the end."""
    cells = [one.source for one in notebooks.read(path).cells if one.cell_type == "code"]
    if code is not None:
        solved = [one.cells["solution"].source + f"\n{one.answer} = {one.answer}_solution" for one in PUBLIC]
        cells += [*solved, "own_size = (32 + 2 - k) // s + 1", code]
    return json.dumps({"cells": [{"cell_type": "code", "source": source} for source in cells]})


def week(tmp_path, own, names):
    """Grade the named students of the class; returns the rows of the table by name, and the folder."""
    there = everyone()
    assert len(there) == 30
    assert edition.main(["--chapters", "2"], tmp_path) == 0  # Monday
    ids = {name: str(1000 + number) for number, name in enumerate(there)}
    assignment.write("02", (), tmp_path / "dist", [ids[name] for name in names], own)  # Tuesday
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as packed:  # Thursday night, by Canvas
        for name in names:
            path = tmp_path / "dist" / "02" / "students" / ids[name] / CHAPTER.name
            text = "{" if name == "unreadable" else answered(path, there[name][0])
            packed.writestr(f"{name}_{ids[name]}_77_{CHAPTER.name}", text)
    table = grade_all("02", tmp_path / "class.zip", tmp_path / "grades", LIMITS, own=own)  # Friday
    with table.open(encoding="utf-8", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert {name: rows[name]["id"] for name in names} == {name: ids[name] for name in names}
    with table.with_name("canvas.csv").open(encoding="utf-8", newline="") as file:
        totals = {row["ID"]: float(row[CHAPTER.stem]) for row in csv.DictReader(file)}
    assert totals == {row["id"]: float(row["total"]) for row in rows.values()}
    return rows


def judged(rows, tmp_path):
    """Whether each has the points and the note that the class tells of, and no feedback tells of what is hidden."""
    there = everyone()
    assert {name: float(row["total"]) for name, row in rows.items()} == {name: POINTS - there[name][1] for name in rows}
    for name, row in rows.items():
        assert there[name][2] in row["notes"]
    hidden = [line for line in assignment.secret_lines(private.read(CHAPTER, tmp_path / "private")) if "assert" in line]
    assert "assert same_padding_solution(101, 3) == 150" in hidden
    for page in (tmp_path / "grades" / "feedback").iterdir():
        text = edition.bare(page.read_text(encoding="utf-8"))
        assert not [line for line in hidden if edition.bare(line) in text], page.name


@needs_isolation
@pytest.mark.slow
def test_a_week_of_a_few_students(tmp_path, own):
    judged(week(tmp_path, own, QUICK), tmp_path)


@needs_isolation
@pytest.mark.slow
@pytest.mark.everywhere
def test_a_week_of_a_class_of_30(tmp_path, own):
    judged(week(tmp_path, own, list(everyone())), tmp_path)


def test_numbers_differ_between_students_and_secrets_and_stay_the_same(own):
    told = private.read(CHAPTER, own)
    draws = {(key, one): private.drawn(told, one, key) for key in ("a", "b") for one in map(str, range(60))}
    assert {numbers["k"] for numbers in draws.values()} == set(SIZES)
    assert [draws["a", str(n)] for n in range(60)] != [draws["b", str(n)] for n in range(60)]
    assert private.drawn(told, "7", "a") == draws["a", "7"]
    secret = private.secret(own)
    assert private.secret(own) == secret
    assert (own / "secret").stat().st_mode & 0o777 == 0o600


def test_each_student_gets_a_notebook_of_their_own_numbers_and_no_solution(tmp_path, own):
    written = assignment.write("02", (), tmp_path, ["12", "jane"], own)
    assert [path.parent.name for path in written] == ["student", "instructor", "12", "jane"]
    told = private.read(CHAPTER, own)
    for path in written[2:]:
        given = notebooks.read(path)
        (cell,) = (cell for cell in given.cells if cell.id == "own-numbers")
        numbers = private.drawn(told, path.parent.name, private.secret(own))
        assert cell.source == f"k = {numbers['k']}\ns = {numbers['s']}"
        assert assignment.leaks(given, told) == []
        assert "choices" not in cell.metadata
    instructor = written[1].read_text(encoding="utf-8")
    assert "same_padding_solution(101, 3) == 150" in instructor
    assert "own_size_solution" in instructor


def test_a_draw_that_cannot_be_solved_is_named(own):
    Course(CHAPTER, own).refuse_unsolvable()
    cells = [nb.new_code_cell(one.source, id=one.id, metadata=dict(one.metadata)) for one in OWN[1:]]
    cells[0].metadata["choices"] = {"k": [3, 5, 40], "s": [1]}
    nbformat.write(nb.new_notebook(cells=[OWN[0], *cells]), own / "02.ipynb")
    with pytest.raises(ValueError, match=r"own-size cannot be solved with {'k': 40, 's': 1}"):
        Course(CHAPTER, own).refuse_unsolvable()


@pytest.mark.parametrize(
    ("metadata", "told"),
    [
        ({"tags": ["test", "hidden"], "of": "nothing"}, "a hidden check of 'nothing' fits none of same-padding"),
        ({"tags": ["test"], "of": "unread"}, "a hidden check of 'unread' fits none"),
    ],
)
def test_private_checks_that_fit_nowhere_are_refused(own, metadata, told):
    nbformat.write(nb.new_notebook(cells=[nb.new_code_cell("assert True", metadata=metadata)]), own / "02.ipynb")
    with pytest.raises(ValueError, match=told):
        private.read(CHAPTER, own)


def changed(number, source=None):
    """The teacher's own exercise with other code in one cell; without the cell where there is none."""
    cells = [nb.new_code_cell(one.source, id=one.id, metadata=dict(one.metadata)) for one in OWN[1:6]]
    if source is None:
        del cells[number]
    else:
        cells[number].source = source
    return nb.new_notebook(cells=[OWN[0], *cells])


@pytest.mark.parametrize(
    ("notebook", "told"),
    [
        (changed(4), r"02\.ipynb: the last exercise lacks hidden"),
        (changed(1), r"02\.ipynb: cell own-size-test: test stands out of its order"),
        (
            changed(2, source="def test_own_size(n): pass\n\ncheck(test_own_size, 1)\ncheck(test_own_size, 2)"),
            "here 2 times",
        ),
        (changed(2, source="def test_own_size(n): pass"), r"check\(test, answer\) is called once.* here 0 times"),
    ],
)
def test_an_exercise_that_would_be_graded_wrongly_or_not_at_all_is_refused(own, notebook, told):
    nbformat.write(notebook, own / "02.ipynb")
    with pytest.raises(ValueError, match=told):
        private.read(CHAPTER, own)


def test_a_solution_of_another_name_is_refused(own):
    nbformat.write(changed(3, source="right = (32 + 2 - k) // s + 1"), own / "02.ipynb")
    with pytest.raises(ValueError, match="own-size: name the solution like the answer, with _solution after it"):
        assignment.write("02", (), own, (), own)


def test_a_further_check_of_a_teachers_own_makes_no_line_public(own):
    solution = "same_padding_solution(101, 3) == 150"
    told = private.read(CHAPTER, own)
    (task,) = [cell for cell in told.cells if cell.metadata.get("exercise", {}).get("id") == "same-padding"]
    task.source += f"\n\nThe check is: assert {solution}"
    with pytest.raises(assignment.LeakError, match=re.escape(solution)):
        assignment.for_students(told, "https://github.com/me/course")


@pytest.mark.parametrize("one", ["../elsewhere", "..", "a/b", ""])
def test_an_id_that_is_no_name_of_a_folder_is_refused(tmp_path, own, one):
    with pytest.raises(ValueError, match="an id is made of letters"):
        assignment.write("02", (), tmp_path, [one], own)


def test_numbers_without_choices_and_too_many_draws_are_refused():
    cell = nb.new_code_cell("k = 3", id="n", metadata={"tags": ["numbers"]})
    with pytest.raises(ValueError, match="it needs the metadata choices"):
        private.choices(nb.new_notebook(cells=[cell]))
    cell.metadata["choices"] = {"k": list(range(40)), "s": list(range(40))}
    with pytest.raises(ValueError, match="there are 1600 draws"):
        private.all_draws(nb.new_notebook(cells=[cell]))
