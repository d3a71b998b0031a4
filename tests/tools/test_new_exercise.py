"""A new exercise runs, hides what is to be hidden, and its check finds its wrong answers."""

import pytest

from helpers.exercise import check, expect
from tools import assignment, new_exercise, notebooks

CHAPTERS = [path.stem for path in sorted(assignment.CHAPTERS.glob("[0-9]*.ipynb"))][1:]


def chapter(name):
    return notebooks.read(assignment.chapter_path(name))


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_new_exercise_is_complete_hidden_and_leaks_nothing(name):
    told = new_exercise.added(chapter(name), "new-one")
    last = assignment.exercises(told)[-1]
    assert (last.name, last.answer, last.points, last.minutes) == ("new-one", "new_one", 1, 5)
    assert last.objective in new_exercise.objectives(told)
    given = assignment.for_students(told, "")
    ids = [cell.id for cell in given.cells if cell.id.startswith("new-one-")]
    assert ids == ["new-one-task", "new-one-starter", "new-one-test"]
    assert list(notebooks.exercise_faults(told.cells)) == []
    folded = [cell for cell in told.cells if cell.id in ("new-one-solution", "new-one-hidden")]
    assert all(cell.metadata.jupyter.source_hidden and cell.source.startswith("# ") for cell in folded)


def test_its_check_passes_the_solution_and_finds_three_wrong_answers():
    last = assignment.exercises(new_exercise.added(chapter("04"), "new-one"))[-1]
    scope = {"check": check, "expect": expect, "new_one": ...}
    for part in ("starter", "test", "solution", "hidden"):
        exec(last.cells[part].source, scope)
    assert check(scope["test_new_one"], scope["new_one"]).state == "open"
    assert check(scope["test_new_one"], scope["new_one_solution"]).state == "right"
    told = {}
    exec(new_exercise.with_mistakes('WRONG = {\n    "a": {\n    },\n}\n', "new-one"), told)
    assert list(told["WRONG"]) == ["a", "new-one"]
    verdicts = [check(scope["test_new_one"], eval(code)).state for code in told["WRONG"]["new-one"].values()]
    assert verdicts == ["wrong"] * 3


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_wrong_answers_of_every_chapter_take_new_ones(name):
    source = (new_exercise.WRONG / f"of_{name}.py").read_text(encoding="utf-8")
    told = {"__name__": f"of_{name}"}
    exec(compile(new_exercise.with_mistakes(source, "new-one"), name, "exec"), told)
    assert list(told["WRONG"])[-1] == "new-one"


@pytest.mark.parametrize(
    ("name", "objective", "told"),
    [("New One", "", "made of words"), ("new-one", "fly", "no objective 'fly'"), ("title", "", "'title' is taken")],
)
def test_a_name_or_an_objective_that_cannot_be_is_refused(name, objective, told):
    with pytest.raises(ValueError, match=told):
        new_exercise.added(chapter("04"), name, objective)
