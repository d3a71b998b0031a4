"""The colour mixer's stage: pictures, kernel and sums in one view."""

import pytest
import torch

from helpers.widgets import ColourMixer
from tests.explorers.explorer import PHONE

WIDE = {"viewport": {"width": 1280, "height": 800}, "head": "<style>main{width:960px}</style>"}
PLANES = [f"{channel} {end}" for channel in ("Red", "Green", "Blue") for end in ("in", "out")]


def mixer(rows=96, columns=96):
    picture = torch.arange(3 * rows * columns).reshape(3, rows, columns) % 251
    return ColourMixer(picture, torch.eye(3), id="w")


@pytest.mark.parametrize("shape", [(96, 96), (192, 90), (60, 192)])
def test_cause_and_effect_fit_one_screen(bare_page, shape):
    page = bare_page(mixer(*shape), **WIDE)
    region = page.get_by_role("region", name="Colour mixer")
    parts = [region.get_by_role("img", name=name) for name in ("The picture", "Mixed")]
    parts += [region.get_by_role("grid", name=name, exact=True) for name in ("Kernel", *PLANES)]
    parts += [region.get_by_role("button", name=name) for name in ("Use a picture of yours", "Reset")]
    parts += [region.get_by_role("combobox", name="Kernel preset"), region.locator(".cx-sum")]
    top = region.bounding_box()["y"]
    for part in parts:
        box = part.bounding_box()
        assert box["width"] > 10
        assert box["height"] > 10
        assert box["y"] + box["height"] - top <= 760
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_pictures_keep_their_shape(bare_page):
    page = bare_page(mixer(192, 90), mixer(60, 192), **WIDE)
    for canvas in page.locator("canvas").all():
        box = canvas.bounding_box()
        assert box["width"] / box["height"] == pytest.approx(
            canvas.evaluate("canvas => canvas.width / canvas.height"), rel=0.05
        )


def test_on_a_phone_the_sums_stay_in_sight(bare_page):
    page = bare_page(mixer(), **PHONE)
    region = page.get_by_role("region", name="Colour mixer")
    wide, high = page.viewport_size["width"], page.viewport_size["height"]
    cell = region.get_by_role("grid", name="Kernel").get_by_role("gridcell").first
    preset = region.get_by_role("combobox", name="Kernel preset")
    for control in (cell, preset):
        control.scroll_into_view_if_needed()
        control.focus()
        sums = region.locator(".cx-sum").bounding_box()
        assert sums["y"] >= 0
        assert sums["y"] + sums["height"] <= high + 1
    box, sums = preset.bounding_box(), region.locator(".cx-sum").bounding_box()
    assert box["y"] + box["height"] <= sums["y"] + 1  # what is used is not covered
    assert page.evaluate("document.documentElement.scrollWidth") <= wide
