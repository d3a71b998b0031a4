"""Exercises in the page: answered, checked, still there after a reload, forgotten with the quiz."""

from __future__ import annotations

import pytest

from helpers.exercise import check, declared
from helpers.widgets import Exercise, Quiz
from helpers.widgets.explorers.exercise import answers
from tests.chapters.wrong import of_01_conv2d, of_02_padding_stride, of_05_lenet
from tests.explorers.explorer import PHONE, faults_by_axe
from tools import exercises as declarations


class Form:
    """An exercise on a page, answered as a reader does."""

    def __init__(self, page, label):
        self.page, self.region = page, page.get_by_role("region", name=f"Exercise: {label}")

    def box(self, name):
        return self.region.get_by_role("textbox", name=name, exact=True)

    def check(self):
        self.region.get_by_role("button", name="Check").click()
        return self.told

    @property
    def told(self):
        return self.region.get_by_role("status").inner_text().replace("\n\n", " ").replace("\n", " ")

    def fill(self, exercise, value):
        """Put an answer into the fields."""
        if exercise["kind"] == "choice":
            option = exercise["options"][value].replace("`", "")
            self.region.get_by_role("radio", name=option, exact=True).check()
            return
        rows = value if exercise["kind"] == "matrix" else [value] if exercise["kind"] == "shape" else [[value]]
        if "largest" in exercise:
            for name, count in (("Rows", len(rows)), ("Columns", len(rows[0]))):
                self.region.get_by_role("spinbutton", name=name).fill(str(count))
        boxes = self.region.get_by_role("textbox").all()
        for box, number in zip(boxes, [number for row in rows for number in row], strict=True):
            box.fill(str(number))


def fits(exercise, value):
    """Whether the fields can hold an answer."""
    try:
        answers.canonical(exercise, value)
    except answers.UnfitError:
        return False
    return True


def in_notebook(chapter, name, answer):
    """The verdict of the notebook's check in the same words."""
    return repr(check(declared(chapter, name), answer)).replace("\n", " ")


def test_a_number_is_checked_as_in_the_notebook(bare_page):
    form = Form(bare_page(Exercise("05_lenet", "larger")), "Number of inputs")
    assert form.check().startswith("Not right yet. A number is missing.")
    box = form.box("Number of inputs")
    for answer in [*(str(eval(code)) for code in of_05_lenet.WRONG["larger"].values()), "7", "3.5", str(16 * 14 * 14)]:
        box.fill(answer)
        assert form.told == ""  # a verdict is of the answer that was checked
        assert form.check() == in_notebook("05_lenet", "larger", float(answer))
    assert form.told == "Right."
    box.fill("a lot")
    form.check()
    assert box.get_attribute("aria-invalid") == "true"
    assert box.input_value() == "a lot"


def test_a_shape_has_a_field_for_each_number(bare_page):
    form = Form(bare_page(Exercise("02_padding_stride", "halving")), "Padding and stride")
    boxes = [form.box(f"Padding and stride, number {n}") for n in (1, 2)]
    boxes[0].fill("1")
    assert form.check() == "Not right yet. Fill in every field first."
    answers = [eval(code) for code in of_02_padding_stride.WRONG["halving"].values()]
    for answer in [*answers, (-1, 2), (1, 2)]:
        for box, number in zip(boxes, answer, strict=True):
            box.fill(str(number))
        boxes[1].press("Enter")
        assert form.told == in_notebook("02_padding_stride", "halving", answer)
    assert form.told == "Right."


def test_a_matrix_whose_size_is_part_of_the_answer_grows_and_shrinks(bare_page):
    page = bare_page(Exercise("01_conv2d", "horizontal-edges"))
    form = Form(page, "Kernel")
    assert form.region.get_by_role("textbox").count() == 9
    rows, columns = (form.region.get_by_role("spinbutton", name=name) for name in ("Rows", "Columns"))
    for h, w, values in ((3, 1, "-1 0 1"), (1, 2, "-1 1"), (2, 1, "1 -1"), (2, 1, "-2 2"), (2, 1, "-1 1")):
        rows.fill(str(h))
        columns.fill(str(w))
        numbers = [float(value) for value in values.split()]
        for n, value in enumerate(values.split()):
            form.box(f"Kernel, row {n // w + 1}, column {n % w + 1}").fill(value)
        answer = [numbers[r * w:(r + 1) * w] for r in range(h)]  # fmt: skip
        assert form.check() == in_notebook("01_conv2d", "horizontal-edges", answer)
    assert form.told == "Right."
    page.reload()
    assert form.region.get_by_role("textbox").count() == 2
    assert form.told == "Right."


def test_wrong_answers_of_the_notebook_get_the_same_words_in_the_page(bare_page):
    form = Form(bare_page(Exercise("01_conv2d", "by-hand")), "Output")
    for code in of_01_conv2d.WRONG["by-hand"].values():
        answer = eval(code)
        form.region.get_by_role("spinbutton", name="Rows").fill(str(len(answer)))
        form.region.get_by_role("spinbutton", name="Columns").fill(str(len(answer[0])))
        for r, row in enumerate(answer):
            for c, value in enumerate(row):
                form.box(f"Output, row {r + 1}, column {c + 1}").fill(str(value))
        assert form.check() == in_notebook("01_conv2d", "by-hand", answer)
        assert form.told.startswith("Not right yet.")


@pytest.mark.parametrize("chapter", declarations.names())
def test_typical_answers_to_a_chapters_exercises_get_the_notebooks_verdict(bare_page, chapter):
    stated = {name: answers.exercise(chapter, name, "en") for name in answers.chapter(chapter)}
    page = bare_page(*(Exercise(chapter, name) for name in stated))
    for name, exercise in stated.items():
        form = Form(page, exercise["label"])
        right, wrong = declarations.answers_to(chapter, name)
        typed = [value for value in wrong.values() if fits(exercise, value)]
        assert len(typed) >= 3
        for value in (*typed, right):
            form.fill(exercise, answers.plain(value))
            assert form.check() == in_notebook(chapter, name, value)
        assert form.told == "Right."


def test_answers_are_still_there_after_a_reload_and_forgotten_with_the_quiz(bare_page):
    page = bare_page(Exercise("05_lenet", "larger"), Quiz("05_lenet"))
    form = Form(page, "Number of inputs")
    form.box("Number of inputs").fill("400")
    form.check()
    page.reload()
    assert form.box("Number of inputs").input_value() == "400"
    assert "LeNet" in form.told
    page.get_by_role("region", name="Quiz").get_by_role("button", name="Forget").click()
    assert form.box("Number of inputs").input_value() == ""
    assert form.told == ""
    page.reload()
    assert form.box("Number of inputs").input_value() == ""


def test_it_works_from_disk_and_says_so_where_no_script_runs(bare_page):
    form = Form(bare_page(Exercise("05_lenet", "larger"), disk=True), "Number of inputs")
    form.box("Number of inputs").fill("3136")
    assert form.check() == "Right."
    asleep = bare_page(f'<div class="bd-content">{check(declared("05_lenet", "larger"), ...)._repr_html_()}</div>',
                       java_script_enabled=False)  # fmt: skip
    assert asleep.locator("main").inner_text() == "This exercise is answered here as soon as the page's scripts run."


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_a_phone_is_wide_enough(bare_page, scheme):
    names = [("05_lenet", "larger"), ("02_padding_stride", "halving"), ("01_conv2d", "by-hand"), ("04_pooling", "ties")]
    page = bare_page(*(Exercise(*one) for one in names), **PHONE, color_scheme=scheme)
    for button in page.get_by_role("button", name="Check").all():
        button.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert faults_by_axe(page, "main", scheme=scheme) == []
