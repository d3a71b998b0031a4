"""What Otter and nbgrader get: their own marks, a solution that passes every test, and a starter that passes none."""

import re

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from tools import assignment, edition, formats, notebooks

NAMES = [path.stem for path in sorted(assignment.CHAPTERS.glob("[0-9]*.ipynb"))][1:]
LIGHT = [name for name in NAMES if name[:2] in ("02", "04")]  # those that train nothing


def chapter(name):
    return notebooks.read(assignment.chapter_path(name))


TEST = re.compile(r"-(public|hidden-\d|test-\d)$")


def run(cells, names):
    """Run code cells, tests each by itself, as Otter does; returns the ids of those that failed."""
    failed = []
    for cell in cells:
        if cell.cell_type == "code":
            scope = dict(names) if TEST.search(cell.id) else names
            try:
                exec(TransformerManager().transform_cell(cell.source), scope)
            except Exception:
                if "raises-exception" not in cell.metadata.get("tags", []):
                    failed.append(cell.id)
    return failed


@pytest.mark.parametrize("name", NAMES)
def test_a_source_for_otter_opens_and_closes_its_blocks_around_every_exercise(name):
    made = formats.otter(chapter(name), name)
    nbformat.validate(made)
    raw = [cell.source.splitlines()[0] for cell in made.cells if cell.cell_type == "raw"]
    block = ["# BEGIN QUESTION", "# BEGIN SOLUTION", "# END SOLUTION", "# BEGIN TESTS", "# END TESTS", "# END QUESTION"]
    there = assignment.exercises(chapter(name))
    assert raw == ["# ASSIGNMENT CONFIG", *block * len(there)]
    told = [cell.source for cell in made.cells if cell.source.startswith("# BEGIN QUESTION")]
    assert told == [f"# BEGIN QUESTION\nname: {one.answer}\npoints: {one.points}" for one in there]
    hidden = [cell for cell in made.cells if cell.source.startswith("# HIDDEN\n")]
    assert len(hidden) == len(there)


@pytest.mark.parametrize("name", NAMES)
def test_a_source_for_nbgrader_has_all_points_in_locked_cells_with_names_of_their_own(name):
    made = formats.nbgrader(chapter(name))
    nbformat.validate(made)
    told = [cell.metadata.nbgrader for cell in made.cells if "nbgrader" in cell.metadata]
    assert len({one.grade_id for one in told}) == len(told)
    there = assignment.exercises(chapter(name))
    assert sum(one.points for one in told if one.grade) == sum(one.points for one in there)
    assert all(one.locked for one in told if one.grade)
    assert [one.grade_id for one in told if one.solution] == [one.name for one in there]


def as_otter_hands_out(cell):
    """A cell of an Otter source without its solution: the prompt alone."""
    found = re.search(r'^""" # BEGIN PROMPT\n(.*)\n""" # END PROMPT$', cell.source, re.S | re.M)
    cell.source = found[1] if found else cell.source
    return cell


def as_nbgrader_hands_out(cell):
    cell.source = re.sub(r"### BEGIN SOLUTION\n.*?### END SOLUTION", "", cell.source, flags=re.S)
    return cell


@pytest.mark.slow
@pytest.mark.parametrize("name", LIGHT)
@pytest.mark.parametrize("kind", ["otter", "nbgrader"])
def test_the_solutions_pass_every_test_and_the_starters_none(name, kind, monkeypatch):
    monkeypatch.setenv("COURSE_BUDGET", "smoke")
    make = {"otter": lambda: formats.otter(chapter(name), name), "nbgrader": lambda: formats.nbgrader(chapter(name))}
    assert run(make[kind]().cells, {"__name__": "solved"}) == []
    strip = {"otter": as_otter_hands_out, "nbgrader": as_nbgrader_hands_out}[kind]
    cells = [strip(cell) for cell in make[kind]().cells]
    tests = [cell.id for cell in cells if TEST.search(cell.id)]
    assert run(cells, {"__name__": "untouched"}) == tests
    answers = "\n".join(cell.source for cell in cells if cell.id.endswith("-answer"))
    assert "_solution" not in answers


def test_both_sources_are_written_with_what_their_tools_need(tmp_path, monkeypatch):
    monkeypatch.setattr(edition, "read", lambda: edition.Edition())  # whatever a fork's own file says
    source, needs = assignment.write_source("2", "otter", tmp_path, tmp_path)
    assert source == tmp_path / "02" / "otter" / "02_padding_stride.ipynb"
    assert needs.read_text(encoding="utf-8").startswith("convnets-you-can-touch @ git+https://")
    source, needs = assignment.write_source("2", "nbgrader", tmp_path, tmp_path)
    assert source == tmp_path / "02" / "nbgrader" / "source" / "02_padding_stride" / "02_padding_stride.ipynb"
    assert "code_stub" in needs.read_text(encoding="utf-8")
    monkeypatch.setattr(edition, "read", lambda: edition.Edition(package="https://example.org/course.whl"))
    _, needs = assignment.write_source("2", "otter", tmp_path, tmp_path)
    assert needs.read_text(encoding="utf-8") == "convnets-you-can-touch @ https://example.org/course.whl\n"


@pytest.mark.parametrize("kind", ["otter", "nbgrader"])
def test_a_source_holds_the_chosen_exercises_alone(kind, tmp_path, capsys):
    names = ["unread", "mirror"]
    told = ["02", "--format", kind, "--exercises", *names, "--out", str(tmp_path)]
    assert assignment.main(told, tmp_path) == 0
    (path,) = tmp_path.rglob("*.ipynb")
    tasks = [cell.metadata["exercise"]["id"] for cell in notebooks.read(path).cells if "exercise" in cell.metadata]
    assert tasks == names
    assert "same_padding" not in path.read_text(encoding="utf-8")
    assert str(path) in capsys.readouterr().out


def test_numbers_of_each_student_are_refused_in_a_source(tmp_path, capsys):
    with pytest.raises(SystemExit):
        assignment.main(["02", "--format", "otter", "--ids", "roster.txt", "--out", str(tmp_path)], tmp_path)
    assert "neither Otter nor nbgrader gives each student their own numbers" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
