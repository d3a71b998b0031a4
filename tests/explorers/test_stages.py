"""Cause and effect in one view: on a laptop what a setting changes is in sight, on a phone the line that tells it."""

from __future__ import annotations

import pytest
import torch

from helpers.widgets import ColourMixer, ConvExplorer, ImageKernels, KernelLearner, ShapePuzzle
from tests.explorers.explorer import PHONE, WIDE

X8 = torch.arange(64).reshape(8, 8) % 7
EDGE = torch.ones(6, 8).index_fill_(1, torch.arange(2, 6), 0)
PICTURE = torch.arange(120.0 * 160).reshape(120, 160) % 256

CONTROLS = ".cx :is([role=spinbutton], select, input[type=checkbox], .cx-button)"

#: an explorer, what shows its outcome, and how tall it may be
STAGES = {
    "conv": (ConvExplorer(X8, [[1, 0, -1], [2, 0, -2], [1, 0, -1]], id="w"), ".cx-output, .cx-sum, [role=status]", 760),
    "pictures": (ImageKernels(PICTURE, [[0, -1, 0], [-1, 4, -1], [0, -1, 0]], id="w"), ".cx-output, .cx-sum", 760),
    "colours": (ColourMixer(PICTURE.expand(3, -1, -1), torch.eye(3), id="w"), ".cx-whole, .cx-sum", 760),
    "puzzle": (ShapePuzzle((9, 12), (5, 4), id="w"), "[role=status]", 400),
    "learner": (
        KernelLearner(EDGE, [[1, -1]], [[0, 0]], id="w"),
        "[aria-label^='Prediction'], [aria-label^='Gradient of the kernel'], .cx-chart, [role=status] > :first-child",
        940,
    ),
}

#: whether each of some elements is in the window, all of it
SEEN = """all => all.map(one => {
  const { top, bottom, height } = one.getBoundingClientRect();
  return height > 0 && top >= -1 && bottom <= innerHeight + 1;
})"""


@pytest.fixture
def staged(bare_page):
    def open_it(name, **options):
        page = bare_page(STAGES[name][0], **options)
        page.locator("#w .cx").scroll_into_view_if_needed()
        return page

    return open_it


@pytest.mark.parametrize("name", STAGES)
def test_on_a_laptop_a_control_and_its_outcome_are_in_one_window(staged, name):
    page = staged(name, **WIDE)
    _, outcome, most = STAGES[name]
    assert page.locator("#w .cx").bounding_box()["height"] <= most
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    controls = page.locator(f"{CONTROLS}:visible")
    assert controls.count() >= 3
    for control in controls.all():
        control.focus()
        for shown in (control, page.locator(f"#w :is({outcome}):visible")):
            seen = shown.evaluate_all(SEEN)
            assert seen, outcome
            assert all(seen), control.evaluate("one => one.outerHTML")


@pytest.mark.parametrize("name", sorted(STAGES.keys() - {"colours"}))  # whose sum stands beside its controls
def test_on_a_phone_the_line_that_tells_stays_in_sight(staged, name):
    page = staged(name, **PHONE)
    line = page.locator("#w [role=status] > :first-child")
    for control in page.locator(f"{CONTROLS}:visible").all():
        control.focus()
        assert all(line.evaluate_all(SEEN)), control.evaluate("one => one.outerHTML")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
