"""Every exercise of every chapter: its check passes the solution, and finds what is wrong with typical answers."""

from __future__ import annotations

import importlib
import re
from types import ModuleType
from typing import Any

import pytest

from helpers.exercise import check
from tests.chapters.reading import CHAPTERS, chapter_named, check_of, exercises, solution_of


def wrong_of(chapter: str) -> ModuleType:
    return importlib.import_module(f"tests.chapters.wrong.of_{chapter}")


def case(chapter: str, *more: str) -> Any:
    trains = [pytest.mark.slow] if chapter in ("05_lenet", "07_vgg", "08_nin", "09_googlenet") else []
    return pytest.param(chapter, *more, id="-".join([chapter, *more]), marks=trains)


NAMES = [path.stem for path in sorted(CHAPTERS.glob("*.ipynb")) if exercises(chapter_named(path.stem))]
EXERCISES = [(name, exercise) for name in NAMES for exercise in exercises(chapter_named(name))]
WRONG = [(name, exercise, words) for name, exercise in EXERCISES for words in wrong_of(name).WRONG.get(exercise, {})]

each_chapter = pytest.mark.parametrize("chapter", [case(name) for name in NAMES])
each_exercise = pytest.mark.parametrize(("chapter", "exercise"), [case(*one) for one in EXERCISES])


def test_every_chapter_has_exercises():
    numbered = [path.stem for path in CHAPTERS.glob("*.ipynb") if not path.stem.startswith("00")]
    assert sorted(numbered) == NAMES
    assert len(numbered) >= 5


@each_chapter
def test_every_exercise_has_three_typical_wrong_answers_and_a_promised_objective(chapter):
    told = exercises(chapter_named(chapter))
    assert list(told) == list(wrong_of(chapter).WRONG)
    assert all(len(answers) >= 3 for answers in wrong_of(chapter).WRONG.values())
    assert all(objective in chapter_named(chapter).prose["before-you-start"] for objective in told.values())


@each_chapter
def test_every_objective_has_an_exercise(chapter):
    objectives = re.findall(r"^- (.*)$", chapter_named(chapter).prose["before-you-start"], re.M)
    asked = exercises(chapter_named(chapter)).values()
    assert [one for one in objectives if not any(part in one for part in asked)] == []
    assert len(objectives) >= 3


@each_exercise
def test_the_check_passes_the_solution(chapter, exercise):
    one = chapter_named(chapter)
    verdict = check(check_of(one, exercise), solution_of(one, exercise))
    assert (verdict.state, verdict.text) == ("right", "")


@pytest.mark.parametrize(("chapter", "exercise", "wrong"), [case(*one) for one in WRONG])
def test_the_check_finds_what_is_wrong(chapter, exercise, wrong):
    one, module = chapter_named(chapter), wrong_of(chapter)
    scope = {**one.names, **vars(module), "names": one.names}
    verdict = check(check_of(one, exercise), eval(module.WRONG[exercise][wrong], scope))
    assert verdict.state == "wrong"
    assert verdict.text


@each_exercise
def test_an_unanswered_exercise_says_so_and_does_not_raise(chapter, exercise):
    (output,) = chapter_named(chapter).cells[f"{exercise}-test"].outputs
    assert output.data["text/plain"].startswith("Not answered yet.")


@each_exercise
def test_running_all_leaves_the_answer_alone(chapter, exercise):
    sources = chapter_named(chapter).sources
    answer = re.search(r"^(?:def |class )?(\w+)", sources[f"{exercise}-starter"], re.M)[1]
    for part in ("test", "solution", "hidden"):
        assert not re.search(rf"^(?:def |class )?{answer}\b\s*(?:=|\()", sources[f"{exercise}-{part}"], re.M)
