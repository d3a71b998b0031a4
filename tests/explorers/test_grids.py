"""Typing and pasting into grids, on padding too: taken where it fits, refused with the reason elsewhere."""

from __future__ import annotations

import pytest
import torch

from helpers.widgets import ChannelExplorer, ColourMixer, ConvExplorer, KernelLearner, LeNetExplorer, PoolExplorer
from tests.explorers.parts import conv, kernels, paste, settled

PADDING = "Padding cannot be typed or pasted over."


def padded(rows, columns, id):
    return ConvExplorer(torch.arange(rows * columns).reshape(rows, columns), [[0, 1], [2, 3]], 1, id=id)


def numbers(root, name):
    cells = root.get_by_role("grid", name=name, exact=True).locator("[role=gridcell]:not(.cx-pad)")
    return cells.evaluate_all("all => all.map(cell => Number(cell.dataset.value))")


@pytest.mark.parametrize(("rows", "columns"), [(3, 3), (20, 28)])  # cells, and a canvas
def test_on_padding_nothing_is_typed_or_pasted_and_the_reason_is_told(bare_page, rows, columns):
    page = bare_page(padded(rows, columns, "one"))
    root, alert = page.locator("#one"), page.locator("#one").get_by_role("alert")
    grid = root.get_by_role("grid", name="Input", exact=True)
    state = root.get_by_role("link", name="Link to this state")
    before = state.get_attribute("href")
    grid.locator("[tabindex='0']").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowUp")  # the corner, which is padding
    for key in ("Enter", "F2", "7", "-"):
        page.keyboard.press(key)
        assert PADDING in alert.inner_text()
        assert alert.inner_text().startswith("Input: ")
        assert root.get_by_role("textbox").count() == 0
    for key in ("Delete", "Backspace", "Escape", "x"):
        page.keyboard.press(key)
    for block in ("5", "1\t2\n3\t4", "[[1, 2], [3, 4]]"):
        paste(page, block)
        assert PADDING in alert.inner_text()
    assert state.get_attribute("href") == before
    page.keyboard.press("ArrowDown")  # and from an element beside it, it is
    page.keyboard.press("ArrowRight")
    paste(page, "50\t60")
    assert not alert.is_visible()
    assert state.get_attribute("href").startswith("#one?x=50,60,2")
    page.keyboard.press("End")  # padding on the right
    paste(page, "5")
    assert PADDING in alert.inner_text()


def test_the_first_stop_of_a_padded_grid_is_an_element_and_stays_one(bare_page):
    page = bare_page(ConvExplorer(torch.arange(9).reshape(3, 3), [[1]], 2, id="one"))
    grid = page.locator("#one").get_by_role("grid", name="Input", exact=True)
    stop = grid.locator("[tabindex='0']")
    assert stop.get_attribute("aria-label") == "Input row 1, column 1: 0"
    stop.focus()
    page.keyboard.press("ArrowRight")
    for padding in ("0", "3", "1"):
        page.locator("#one").get_by_role("spinbutton", name="Padding rows").fill(padding)
        assert stop.get_attribute("aria-label") == "Input row 1, column 2: 1"


FLASHES = """cells => cells.map(cell => [cell.getAttribute("aria-label"), cell.querySelector(".cx-text")])
  .filter(([, text]) => text.getAnimations().length).map(([label]) => label.split(":")[0])"""


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_outputs_that_changed_light_up(bare_page, motion):
    page = bare_page(ConvExplorer(torch.arange(9).reshape(3, 3), [[1, 1]], id="one"), reduced_motion=motion)
    root = page.locator("#one")
    output = root.get_by_role("grid", name="Output", exact=True).get_by_role("gridcell")
    assert output.evaluate_all(FLASHES) == []
    root.get_by_role("gridcell", name="Input row 2, column 1: 3").click()
    root.get_by_role("textbox", name="Input row 2, column 1").fill("50")
    page.keyboard.press("Enter")
    settled(page)
    assert output.evaluate_all(FLASHES) == (["Output row 2, column 1"] if motion == "no-preference" else [])


def test_a_block_is_refused_or_taken_in_every_editable_grid(bare_page):
    X = torch.arange(9).reshape(3, 3)
    page = bare_page(
        conv(), kernels(), PoolExplorer(X, 2, padding=1, id="pool"),
        ChannelExplorer(torch.stack([X, X]), torch.ones(1, 2, 2, 2), padding=1, id="channels"),
        KernelLearner(X, [[1, -1]], kernel=[[0.5, 0.5]], id="learner"),
        ColourMixer(torch.zeros(3, 4, 4), torch.eye(3), id="mixer"), LeNetExplorer(id="lenet"),
    )  # fmt: skip
    page.locator("#lenet").scroll_into_view_if_needed()
    page.locator("#lenet .cx-class[data-logit]").first.wait_for()
    grids = page.locator("[role=grid]:not([aria-readonly])")
    names = [grid.get_attribute("aria-label") for grid in grids.all() if grid.is_visible()]
    assert len(names) == 13
    for grid in [one for one in grids.all() if one.is_visible()]:
        alert = grid.locator("xpath=ancestor::section").get_by_role("alert")
        grid.locator("[role=gridcell]:not(.cx-pad)").first.focus()
        paste(page, "\n".join(["1\t2"] * 40))
        assert "A block of 40×2 values at row " in alert.inner_text()
        paste(page, "3")
        assert not alert.is_visible()
        assert 3 in [float(cell.get_attribute("data-value")) for cell in grid.locator("[role=gridcell]").all()]


def test_a_block_settles_the_refused_texts_that_it_covers(bare_page):
    page = bare_page(conv())
    root = page.locator("#one")
    root.get_by_role("gridcell", name="Kernel row 1, column 1: 0").click()
    page.keyboard.type("abc")
    page.keyboard.press("Enter")
    assert "“abc” is not a number" in root.get_by_role("alert").inner_text()
    paste(page, "5\t6\n7\t8")  # into the open box
    assert not root.get_by_role("alert").is_visible()
    assert numbers(root, "Kernel") == [5, 6, 7, 8]
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Kernel row 1, column 1: 5"


def test_numbers_with_a_picture_of_them_are_numbers(bare_page):
    """A table program copies both."""
    page = bare_page(kernels())
    root = page.locator("#pic")
    root.get_by_role("grid", name="Kernel").get_by_role("gridcell").first.focus()
    page.evaluate(
        """() => { const data = new DataTransfer(); data.setData("text", "4\\t5");
        data.items.add(new File([new Uint8Array([1])], "table.png", { type: "image/png" }));
        const how = { clipboardData: data, bubbles: true, cancelable: true };
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", how)); }"""
    )
    assert numbers(root, "Kernel") == [4, 5]
    assert not root.get_by_role("alert").is_visible()
