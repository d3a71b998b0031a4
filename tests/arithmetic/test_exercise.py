"""Answers are judged in the page as in Python: one text for equal answers, one hash, one message."""

from __future__ import annotations

import hashlib
import json
import random
import string

import pytest

from helpers import words
from helpers.widgets.explorers.exercise import answers
from tools import exercises as declarations

SALT = "5a17"


def declared(kind, right, wrong=(), **more):
    """An exercise as pages hold it, with its right answer and wrong ones."""
    exercise = {"kind": kind, "label": "Answer", "salt": SALT, **more}
    exercise["right"] = answers.digest(exercise, answers.canonical(exercise, right))
    exercise["wrong"] = [
        {"hash": answers.digest(exercise, answers.canonical(exercise, value)), "text": text} for value, text in wrong
    ]
    return exercise


EXERCISES = [
    declared("whole", 3136, [(400, "as for LeNet")]),
    declared("number", 0.25, [(0.5, "half")], decimals=2),
    declared("number", 12_000, decimals=-3),
    declared("shape", (28, 22), [((22, 28), "exchanged")], length=2),
    declared("matrix", [[6, 1], [5, 4]], [([[6, 5], [1, 4]], "exchanged")], rows=2, columns=2, decimals=1),
    declared("matrix", [[-1], [1]], decimals=2, largest=[3, 3], otherwise="Compare two pixels."),
    declared("choice", "real", [("chance", "look at the spread")], options={"real": "It is real.", "chance": "No."}),
]

JUDGE = """([exercises, cases, language = "en"]) => cases.map(([n, value]) => {
  const { right, told } = convnets.exercise.judged(exercises[n], value);
  return [right, told && typeof told === "object" ? convnets.words.say(language, told.key, told.params) : told];
})"""


def numbers(draw):
    """Numbers as readers and random machines write them."""
    return draw.choice([
        draw.randint(-30, 30), draw.uniform(-30, 30), 3136, 400, 0.25, 0.249999, 0.2551, 0.5, 12_000, 11_600, 28, 22,
        28.00001, 22.0002, 1e15, 2**53, -0.0, 1e-5, draw.uniform(-1, 1) * 10 ** draw.randint(-8, 18),
    ])  # fmt: skip


def anything(draw, depth=0):
    """A value that JSON can hold: mostly what an exercise asks for, now and then anything else."""
    roll = draw.random()
    if roll < 0.45:
        return numbers(draw)
    if roll < 0.55:
        return draw.choice([True, False, None, "real", " Real ", "chance", "", "3136", "many words, " * 5])
    if roll < 0.6:
        return "".join(draw.choice(string.printable + "×é漢") for _ in range(draw.randint(0, 60)))
    if roll < 0.75:
        return draw.choice([[28, 22], [22, 28], [[6, 1], [5, 4]], [[6, 5], [1, 4]], [[-1], [1]], [[-1.0], [1.001]]])
    return [anything(draw, depth + 1) if depth < 2 else numbers(draw) for _ in range(draw.randint(0, 4))]


def test_page_and_python_give_the_same_verdict_on_any_answer(script, sweep):
    draw = random.Random(1)
    cases = [(draw.randrange(len(EXERCISES)), anything(draw)) for _ in range(sweep(30_000, least=5000))]
    told = script.evaluate(JUDGE, [EXERCISES, cases])
    verdicts = [answers.fault(EXERCISES[n], value) for n, value in cases]
    assert [text for _, text in told] == verdicts
    assert [right for right, _ in told] == [verdict is None for verdict in verdicts]
    assert {n for (n, _), verdict in zip(cases, verdicts, strict=True) if verdict is None} == set(range(len(EXERCISES)))


def test_every_message_is_told(script):
    """Each refusal of an answer that is none, in both."""
    cases = [
        (0, "3136"), (0, 1.5), (0, 1e17), (1, [1]), (3, [28]), (3, [28, -1]), (4, [[1, 2], [3]]), (4, [[1, 2]]),
        (4, [[1, 2], [3, None]]), (5, [[1] * 4]), (6, "perhaps"), (6, 1),
    ]  # fmt: skip
    told = [text for _, text in script.evaluate(JUDGE, [EXERCISES, cases])]
    assert told == [answers.fault(EXERCISES[n], value) for n, value in cases]
    assert len(set(told)) == len(cases)
    assert all(text and "exercise." not in text for text in told)


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("chapter", declarations.names())
def test_page_and_notebook_agree_on_the_answers_to_a_chapters_exercises(script, chapter, language):
    """On the solution of each, and on its typical wrong answers, those that are no answer at all included."""
    words.use_language(language)
    names = list(answers.chapter(chapter))
    stated = [answers.exercise(chapter, name, language) for name in names]
    given = []
    for n, name in enumerate(names):
        right, wrong = declarations.answers_to(chapter, name)
        assert len(wrong) >= 3
        given += [(n, value, value is right) for value in (right, *wrong.values())]
    told = script.evaluate(JUDGE, [stated, [(n, answers.plain(value)) for n, value, _ in given], language])
    assert [right for right, _ in told] == [right for *_, right in given]
    assert [text for _, text in told] == [answers.fault(stated[n], value) for n, value, _ in given]
    assert all(text for right, text in told if not right)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_no_message_says_the_right_answer(language):
    words.use_language(language)
    for exercise, right in zip(EXERCISES[:4], ("3136", "0.25", "12", "(28, 22)"), strict=True):
        told = answers.fault(exercise, -7.5 if exercise["kind"] != "shape" else [1, 1])
        assert told is not None
        assert right not in told


def test_hashes_are_sha_256s(script, sweep):
    draw = random.Random(0)
    texts = ["", "abc", "é漢" * 30, *("".join(map(chr, draw.choices(range(1, 0x2FFF), k=n))) for n in range(200))]
    texts = texts[: sweep(200, least=200)]
    told = script.evaluate("(texts) => texts.map(convnets.sha256.sha256)", texts)
    assert told == [hashlib.sha256(text.encode()).hexdigest() for text in texts]


def test_equal_answers_of_any_type_are_one():
    import numpy as np
    import torch

    whole, shape, matrix = EXERCISES[0], EXERCISES[3], EXERCISES[4]
    for value in (3136, 3136.0, torch.tensor(3136), np.int64(3136), torch.tensor(3136.0)):
        assert answers.fault(whole, value) is None
    for value in ((28, 22), [28, 22], torch.Size([28, 22]), torch.tensor([28, 22]), np.array([28.0, 22.0])):
        assert answers.fault(shape, value) is None
    for value in ([[6, 1], [5, 4]], ((6, 1), (5, 4)), torch.tensor([[6, 1], [5, 4]]), np.array([[6.0, 1], [5, 4]])):
        assert answers.fault(matrix, value) is None
    for value in (True, "3136", float("nan"), float("inf"), -(10**400), 10**400, None, ..., {}, lambda: 3136):
        assert answers.fault(whole, value)


def test_declared_exercises_hold_hashes_and_no_answer():
    for path in answers.FOLDER.glob("*.json"):
        for exercise in json.loads(path.read_text(encoding="utf-8"))["exercises"].values():
            assert len(exercise["right"]) == 64
            assert {"value", "answer"}.isdisjoint(exercise)
            assert len(exercise["wrong"]) >= 3
