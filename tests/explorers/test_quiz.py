"""The quiz: its answers are still there after a reload, it counts what is right, and forgets when it is told to."""

from __future__ import annotations

import json

import pytest

from helpers.widgets import Quiz

NAME = "01_conv2d"


class Answers:
    """A quiz on a page, answered as a reader does."""

    def __init__(self, page):
        self.page = page
        self.quiz = page.get_by_role("region", name="Quiz")
        self.questions = Quiz(NAME).questions

    def form(self, n):
        return self.quiz.locator("form").nth(n)

    def check(self, n):
        self.form(n).get_by_role("button", name="Check").click()

    def number(self, n, text):
        self.form(n).get_by_role("textbox", name="Your answer").fill(text)
        self.check(n)

    def choose(self, n, right=True):
        options = self.questions[n]["options"]
        role = "radio" if self.questions[n]["type"] == "choice" else "checkbox"
        for place, option in enumerate(options):
            if option["correct"] == right:
                self.form(n).get_by_role(role).nth(place).check()
        self.check(n)

    def answer_rightly(self, n):
        if self.questions[n]["type"] == "number":
            self.number(n, str(self.questions[n]["answer"]))
        else:
            self.choose(n)

    def told(self, n):
        return self.form(n).get_by_role("status").inner_text()

    @property
    def score(self):
        return self.quiz.locator("p[role=status]").inner_text()

    def kind(self, kind):
        return next(n for n, question in enumerate(self.questions) if question["type"] == kind)


def everything(answers):
    return [answers.told(n) for n in range(len(answers.questions))] + [answers.score]


@pytest.mark.parametrize("disk", [False, True])
def test_answers_verdicts_and_score_are_still_there_after_a_reload(bare_page, disk):
    answers = Answers(bare_page(Quiz(NAME), disk=disk))
    count = len(answers.questions)
    assert answers.score == ""
    for n in range(count):
        answers.answer_rightly(n)
        assert answers.score == f"{n + 1} of {count} right"
    answers.number(answers.kind("number"), "25")
    assert answers.score == f"{count - 1} of {count} right"
    several = answers.kind("multiple")
    answers.form(several).get_by_role("checkbox").first.click()  # chosen anew, not yet checked
    assert answers.score == f"{count - 2} of {count} right"
    before = everything(answers)
    chosen = "() => [...document.querySelectorAll('.quiz input')].map(input => [input.checked, input.value])"
    inputs = answers.page.evaluate(chosen)
    answers.page.reload()
    answers.page.wait_for_selector("[data-live]")
    assert answers.page.evaluate(chosen) == inputs
    assert everything(answers) == before


def test_a_button_forgets_them(bare_page):
    answers = Answers(bare_page(Quiz(NAME)))
    for n in range(len(answers.questions)):
        answers.answer_rightly(n)
    answers.quiz.get_by_role("button", name="Forget my answers").click()
    assert answers.score == "Your answers are gone, here and in this browser."
    assert answers.page.evaluate("localStorage.length") == 0
    assert answers.quiz.locator("input:checked").count() == 0
    answers.page.reload()
    answers.page.wait_for_selector("[data-live]")
    assert not "".join(everything(answers))


def test_a_question_that_was_changed_is_asked_anew_and_the_others_stay(bare_page):
    answers = Answers(bare_page(Quiz(NAME)))
    for n in range(3):
        answers.answer_rightly(n)
    page = answers.page
    page.evaluate(
        """() => { const key = localStorage.key(0), held = JSON.parse(localStorage.getItem(key));
        const [first, ...others] = Object.entries(held);
        localStorage.setItem(key, JSON.stringify(Object.fromEntries([["changed", first[1]], ...others]))); }"""
    )
    page.reload()
    page.wait_for_selector("[data-live]")
    assert [bool(answers.told(n)) for n in range(3)].count(True) == 2
    assert answers.score == f"2 of {len(answers.questions)} right"
    answers.answer_rightly(4)
    assert "changed" not in page.evaluate("localStorage.getItem(localStorage.key(0))")


NONSENSE = [
    None,
    {"given": [99], "checked": True},
    {"given": ["length"], "checked": True},
    {"given": {"a": 1}, "checked": True},
    {"given": "abc", "checked": True},
    {"given": [0]},
]


def test_nonsense_in_the_storage_is_no_answer(bare_page):
    """Whatever stands under each question's name."""
    answers = Answers(bare_page(Quiz(NAME)))
    answers.answer_rightly(0)
    page, questions = answers.page, answers.questions
    names = page.evaluate("all => new convnets.quizMemory.QuizMemory('', '', all).names", questions)
    turns = [dict(zip(names, NONSENSE[n:] + NONSENSE[:n])) for n in (0, 1)]
    for text in ("no json", "null", *map(json.dumps, turns)):
        page.evaluate("text => localStorage.setItem(localStorage.key(0), text)", text)
        page.reload()
        page.wait_for_selector("[data-live]")
        assert answers.score == ""
        answers.answer_rightly(0)
        assert answers.score == f"1 of {len(questions)} right"


@pytest.mark.parametrize("how", ["refused", "full"])
def test_a_browser_that_keeps_nothing_has_a_quiz_all_the_same(bare_page, how):
    refuse = {
        "refused": "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no'); } });",
        "full": "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };",
    }[how]
    answers = Answers(bare_page(Quiz(NAME), head=f"<script>{refuse}</script>"))
    answers.answer_rightly(0)
    answers.answer_rightly(1)
    assert answers.score == f"2 of {len(answers.questions)} right"
    answers.quiz.get_by_role("button", name="Forget my answers").click()
    assert answers.told(0) == ""


def test_quizzes_of_other_pages_and_names_keep_their_own_answers(script_page):
    told = script_page.evaluate(
        """() => {
          const { QuizMemory } = convnets.quizMemory, held = new Map();
          const storage = () => ({ getItem: (key) => held.get(key) ?? null, setItem: (key, text) => held.set(key, text),
                                   removeItem: (key) => held.delete(key) });
          const open = (page, id) => new QuizMemory(page, id, [{ prompt: "a" }, { prompt: "b" }], storage);
          open("/one", "quiz").put(1, { given: "5", checked: true });
          const answers = (page, id) => [open(page, id).get(0), open(page, id).get(1)];
          return [answers("/one", "quiz"), answers("/two", "quiz"), answers("/one", "other")];
        }"""
    )
    assert told == [[None, {"given": "5", "checked": True}], [None, None], [None, None]]
