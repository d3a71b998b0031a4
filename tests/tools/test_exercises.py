"""Declared exercises are fresh, and a declaration that cannot be right is refused."""

import pytest

from tools import exercises

ENTRY = {
    "kind": "whole",
    "label": {"en": "Inputs", "zh": "输入"},
    "wrong": {"half": {"text": {"en": "Twice as many.", "zh": "两倍。"}}},
}


def test_every_declared_exercise_is_fresh():
    assert exercises.names()
    assert [fault for name in exercises.names() for fault in exercises.faults(name)] == []


def test_a_right_answer_is_kept_as_its_hash_and_a_salt_stays():
    made = exercises.made_from(ENTRY, 3136, {"half": 1568})
    assert "3136" not in str(made)
    assert exercises.made_from(made, 3136, {"half": 1568}) == made


@pytest.mark.parametrize(
    ("change", "right", "wrong", "told"),
    [
        ({"kind": "poem"}, 4, {"half": 2}, "its kind is 'poem'"),
        ({"kind": "choice", "options": ["a", "b"]}, "a", {}, "what the page says of it"),
        ({}, 4, {}, "nobody gives the wrong answers"),
        ({}, 4, {"half": 2, "third": 1}, "'third' has no message"),
        ({}, 4, {"half": 4}, "'half' is the same as the right answer"),
        ({}, 4, {"half": "two"}, "has not the form of an answer"),
        ({"otherwise": {"en": "Not 4?", "zh": "?"}}, 4, {"half": 2}, "gives the answer away"),
        ({"kind": "number", "decimals": 1}, 0.25, {"half": 2}, "between two numbers of 1 decimals"),
    ],
)
def test_a_declaration_that_cannot_be_right_is_refused(change, right, wrong, told):
    with pytest.raises(exercises.DeclarationError, match=told):
        exercises.made_from(ENTRY | change, right, wrong)
