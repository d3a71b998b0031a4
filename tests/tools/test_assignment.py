"""Notebooks to hand out hold nothing that is kept back, and run by themselves."""

from __future__ import annotations

import re
import shutil

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from tests.tools.test_commands import dry
from tools import assignment, notebooks

CHAPTERS = [path.stem for path in sorted(assignment.CHAPTERS.glob("[0-9]*.ipynb")) if path.stem[:2] != "00"]
ADDRESS = "https://github.com/me/course"

each_chapter = pytest.mark.parametrize("name", CHAPTERS)


def chapter(name):
    return notebooks.read(assignment.chapter_path(name))


@each_chapter
def test_a_students_notebook_holds_no_solution_no_hidden_check_no_output_and_no_way_to_the_full_one(name):
    given = assignment.for_students(chapter(name), ADDRESS)
    assert not assignment.leaks(given, chapter(name))
    text = "\n".join(cell.source for cell in given.cells)
    assert "_solution" not in text
    assert f"{name}.ipynb" not in text
    assert not re.search(r"\]\((?!https?:|#)[^)]*\.(?:ipynb|md)", text)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in given.cells)
    assert "CC BY-SA 4.0" in given.cells[0].source
    kept = [assignment.part_of(cell) for cell in given.cells if assignment.part_of(cell)]
    assert kept == ["starter", "test"] * len(assignment.exercises(chapter(name)))


@pytest.mark.slow
@each_chapter
def test_an_untouched_students_notebook_runs_and_says_that_nothing_is_answered(name, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_BUDGET", "smoke")
    monkeypatch.chdir(tmp_path)
    given = assignment.for_students(chapter(name), ADDRESS)
    names, verdicts = {"__name__": "handed_out"}, []
    for cell in given.cells:
        if cell.cell_type == "code":
            lines = TransformerManager().transform_cell(cell.source).rstrip().splitlines()
            if assignment.part_of(cell) == "test":
                lines[-1] = f"verdict = {lines[-1]}"
            try:
                exec("\n".join(lines), names)
            except Exception:
                assert "raises-exception" in cell.metadata.get("tags", [])
            if assignment.part_of(cell) == "test":
                verdicts.append(names["verdict"].state)
    assert verdicts == ["open"] * len(assignment.exercises(chapter(name)))


@each_chapter
def test_an_instructors_notebook_tells_points_and_minutes_of_every_exercise(name):
    given = assignment.for_instructors(chapter(name))
    (overview,) = (cell.source for cell in given.cells if cell.id == "marking")
    for one in assignment.exercises(chapter(name)):
        assert f"| {one.name} | {one.points} | {one.minutes} | `{one.answer}` |" in overview
    solutions = [cell for cell in given.cells if assignment.part_of(cell) == "solution"]
    assert len(solutions) == len(assignment.exercises(chapter(name)))


@pytest.mark.parametrize("place", ["prose", "check", "metadata", "starter"])
def test_a_notebook_that_would_give_a_solution_away_is_refused(place):
    told = chapter("02")
    one = assignment.exercises(told)[2]
    line = "read = {i * s - p + u for i in range(shapes.output_size(n, k, p, s)) for u in range(k)}"
    assert line in one.cells["solution"].source
    if place == "prose":
        one.cells["task"].source += f"\n\nTry this: `{line}`"
    elif place == "check":
        one.cells["test"].source = f"# {line}\n" + one.cells["test"].source
    elif place == "metadata":
        one.cells["starter"].metadata["was"] = [line]
    else:
        one.cells["starter"].source += "\n" + one.cells["solution"].source
    with pytest.raises(assignment.LeakError, match="would hold what is kept back"):
        assignment.for_students(told, ADDRESS)


def test_both_notebooks_are_written_and_exercises_are_chosen_by_name(tmp_path):
    student, instructor = assignment.write("2", ["unread", "mirror"], tmp_path, own=tmp_path / "private")
    assert student == tmp_path / "02" / "student" / "02_padding_stride.ipynb"
    for path in (student, instructor):
        tasks = [cell.metadata["exercise"]["id"] for cell in notebooks.read(path).cells if "exercise" in cell.metadata]
        assert tasks == ["unread", "mirror"]
    assert "unread_solution" in instructor.read_text(encoding="utf-8")


def test_unknown_chapters_and_exercises_are_named_beside_those_there_are(tmp_path):
    with pytest.raises(ValueError, match="no chapter '77'; there are 01_conv2d, "):
        assignment.write("77", (), tmp_path, own=tmp_path / "private")
    with pytest.raises(ValueError, match="no exercise is called nothing; there are same-padding, "):
        assignment.write("02", ["nothing"], tmp_path, own=tmp_path / "private")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not shutil.which("make"), reason="there is no make on this machine")
@pytest.mark.parametrize("target", ["assignment", "grade"])
def test_make_hands_the_chosen_exercises_to_both_commands(target):
    done = dry(target, "CHAPTER=02", "EXERCISES=unread mirror", "SUBMISSIONS=class")
    assert done.returncode == 0, done.stderr
    assert " --exercises unread mirror" in done.stdout.splitlines()[-1]


def test_several_chapters_are_written_by_one_command_but_exercises_are_chosen_from_one(tmp_path, capsys):
    assert assignment.main(["02", "04", "--out", str(tmp_path)], tmp_path / "private") == 0
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.ipynb"))
    there = [f"{name[:2]}/{whom}/{name}.ipynb" for name in CHAPTERS if name[:2] in ("02", "04")
             for whom in ("instructor", "student")]  # fmt: skip
    assert written == there
    assert len(capsys.readouterr().out.splitlines()) == len(there)
    with pytest.raises(SystemExit):
        assignment.main(["02", "04", "--exercises", "unread", "--out", str(tmp_path / "x")], tmp_path / "private")
    assert "exercises are chosen from one chapter at a time" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
