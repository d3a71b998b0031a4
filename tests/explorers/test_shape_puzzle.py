"""The shape puzzle in the page: every puzzle can be solved, every verdict is PyTorch's."""

import re

import pytest

from helpers.widgets import ShapePuzzle
from tests.explorers.explorer import PHONE


@pytest.fixture
def puzzle(open_page, address):
    page = open_page(f"{address}/chapters/en/02_padding_stride.html")
    return page.get_by_role("region", name="Shape puzzle")


def turn(puzzle, **settings):
    for name, value in settings.items():
        box = puzzle.get_by_role("spinbutton", name=name.replace("_", " ").capitalize(), exact=True)
        box.fill(str(value))
        box.press("Tab")


def test_a_puzzle_is_checked_at_every_change(puzzle):
    status = puzzle.get_by_role("status")
    assert "Neither rows nor columns" in status.inner_text()
    turn(puzzle, Kernel_height=3, Padding_rows=1, Stride_rows=2)
    assert "The rows are right, the columns not yet." in status.inner_text()
    turn(puzzle, Kernel_width=3, Stride_columns=3)
    assert "Output shape 5×4 Solved." in status.inner_text()
    assert "Puzzles you solved: 1" in status.inner_text()


def test_new_puzzles_come_and_solutions_can_be_seen(puzzle):
    status = puzzle.get_by_role("status")
    for _ in range(5):
        puzzle.get_by_role("button", name="New puzzle").click()
        assert "Solved." not in status.inner_text()
        puzzle.get_by_role("button", name="Show a solution").click()
        wanted = re.search(r"output of (\d+×\d+)", puzzle.inner_text())[1]
        assert f"Output shape {wanted} Solved." in status.inner_text()
    assert "Puzzles you solved: 0" in status.inner_text()  # shown is not solved


def test_bad_input_is_refused_and_kept(puzzle):
    turn(puzzle, Stride_rows=0)
    assert "at least 1" in puzzle.get_by_role("alert").inner_text()
    assert puzzle.get_by_role("spinbutton", name="Stride rows").input_value() == "0"
    turn(puzzle, Stride_rows="two")
    assert "“two” is not a whole number" in puzzle.get_by_role("alert").inner_text()
    puzzle.get_by_role("button", name="Reset").click()
    assert not puzzle.get_by_role("alert").is_visible()


def test_a_link_opens_a_puzzle_and_a_bad_one_is_told(open_page, address):
    base = f"{address}/chapters/en/02_padding_stride.html#puzzle"
    puzzle = open_page(f"{base}?i=7,8&o=7,4").get_by_role("region", name="Shape puzzle")
    assert "an input of 7×8 to an output of 7×4" in puzzle.inner_text()
    assert puzzle.get_by_role("link", name="Link to this state").get_attribute("href") == "#puzzle?i=7,8&o=7,4"
    for link, message in [("i=7,x", "makes no sense"), ("i=9&o=40", "No kernel up to 5"), ("o=65", "makes no sense")]:
        bad = open_page(f"{base}?{link}").get_by_role("region", name="Shape puzzle")
        assert message in bad.get_by_role("alert").inner_text()
        assert "an input of 9×12 to an output of 5×4" in bad.inner_text()


def test_the_whole_puzzle_fits_one_screen(bare_page):
    wide = {"viewport": {"width": 1280, "height": 800}, "head": "<style>main{width:960px}</style>"}
    puzzle = bare_page(ShapePuzzle((9, 12), (5, 4), id="w"), **wide).get_by_role("region", name="Shape puzzle")
    assert puzzle.bounding_box()["height"] <= 760


def test_on_a_phone_the_verdict_stays_in_sight(bare_page):
    page = bare_page(ShapePuzzle((9, 12), (5, 4), id="w"), **PHONE)
    puzzle = page.get_by_role("region", name="Shape puzzle")
    for name in ("Kernel height", "Stride columns"):
        box = puzzle.get_by_role("spinbutton", name=name)
        box.scroll_into_view_if_needed()
        box.fill("2")
        line = puzzle.get_by_role("status").locator("> :first-child").bounding_box()
        assert line["y"] >= 0
        assert line["y"] + line["height"] <= page.viewport_size["height"] + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_impossible_tries_are_told_and_do_not_travel(bare_page):
    page = bare_page(ShapePuzzle((4, 4), (2, 2), id="w"))
    puzzle = page.get_by_role("region", name="Shape puzzle")
    turn(puzzle, Kernel_width=3)
    before = puzzle.get_by_role("status").inner_text()
    turn(puzzle, Kernel_height=5)
    assert "5×3" in puzzle.get_by_role("alert").inner_text()
    assert puzzle.get_by_role("status").inner_text() == before
    assert puzzle.locator("[role=status]").get_attribute("aria-disabled") == "true"
    assert puzzle.get_by_role("link", name="Link to this state").get_attribute("href") == "#w?k=1,3"
    turn(puzzle, Padding_rows=1)
    assert not puzzle.get_by_role("alert").is_visible()
    assert puzzle.locator("[role=status]").get_attribute("aria-disabled") is None


def test_reset_begins_the_same_puzzle_again(puzzle):
    puzzle.get_by_role("button", name="New puzzle").click()
    task = puzzle.locator(".cx-shape").first
    asked = task.inner_text()
    turn(puzzle, Kernel_width=2)
    puzzle.get_by_role("button", name="Reset").click()
    assert task.inner_text() == asked
    assert puzzle.get_by_role("spinbutton", name="Kernel width").input_value() == "1"
