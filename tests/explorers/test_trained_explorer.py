"""Trained networks of many layers in the page: what chapter 5's LeNet can do, in the same window."""

from __future__ import annotations

import pytest
import torch

from helpers import models
from helpers.widgets import TrainedExplorer
from tests.explorers.explorer import PHONE, SEES, WIDE, OnPage, faults_by_axe
from tools.test_images import chosen

NAMES = [name for name in models.TRAINED if name != "lenet"]


class Trained(OnPage):
    """A trained network on a page."""

    def __init__(self, page):
        self.page, self.region = page, page.locator("#w").get_by_role("region")
        self.region.locator(".cx-class[data-logit]").first.wait_for()

    @property
    def logits(self):
        told = self.region.locator(".cx-class").evaluate_all("all => all.map(one => Number(one.dataset.logit))")
        return torch.tensor(told, dtype=torch.float64)


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


def test_all_layers_are_seen_at_once_and_each_line_of_maps_scrolls(bare_page, name):
    trained = Trained(bare_page(TrainedExplorer(name, id="w"), **WIDE))
    strips = trained.region.locator(".cx-strips")
    assert strips.bounding_box()["height"] <= 480
    lines = strips.locator(".cx-thumbs")
    tops = lines.evaluate_all("all => all.map(one => new Set([...one.children].map(map => map.offsetTop)).size)")
    assert set(tops) == {1}
    last = lines.nth(2).locator("button").last
    assert not last.evaluate(SEES)
    line = lines.nth(2).bounding_box()
    lines.nth(2).locator("button").first.press("End")
    last.press("Enter")
    chosen_box = last.bounding_box()
    assert line["x"] <= chosen_box["x"]
    assert chosen_box["x"] + chosen_box["width"] <= line["x"] + line["width"] + 1
    assert last.get_attribute("aria-pressed") == "true"


def test_the_first_layers_window_and_kernel_are_whole_and_their_numbers_fit(bare_page, name):
    trained = Trained(bare_page(TrainedExplorer(name, id="w"), **WIDE))
    box = trained.region.locator(".tx-right").bounding_box()
    for grid in trained.region.locator(".tx-glass [role=grid]").all():
        inner = grid.bounding_box()
        assert box["x"] <= inner["x"]
        assert inner["x"] + inner["width"] <= box["x"] + box["width"] + 1
        cut = "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).length"
        assert grid.locator(".cx-text").evaluate_all(cut) == 0


def test_a_number_is_taken_apart_and_a_filter_switched_off_as_in_pytorch(bare_page, name):
    explorer = TrainedExplorer(name, id="w")
    trained = Trained(bare_page(explorer, **WIDE))
    torch.testing.assert_close(trained.logits, explorer.output, rtol=1e-4, atol=1e-4)
    trained.region.locator(".cx-thumbs[aria-label^='Convolution 2']").locator("button").nth(3).click()
    assert "z[" in trained.region.locator(".tx-sums").inner_text()
    trained.button("Switch off 3: its outputs 0").click()
    explorer.silenced = [(2, 3)]
    torch.testing.assert_close(trained.logits, explorer.output, rtol=1e-4, atol=1e-4)
    trained.region.get_by_role("button", name="Count right answers on 200 test images").click()
    score = trained.region.locator(".cx-score-text")
    score.filter(has_text="Right on").wait_for()
    test = chosen()
    X = torch.nn.functional.interpolate(
        test["images"][:, None] / 255, explorer.input_shape[1:], mode="bilinear", antialias=True
    )
    with torch.no_grad():
        right = (explorer.model.float()(X).argmax(1) == test["labels"]).sum().item()
    told = int(score.inner_text().split("Right on ")[1].split(" ")[0])
    assert abs(told - right) <= 1  # two logits may be as good as equal


def test_on_a_phone_nothing_is_wider_than_the_screen(bare_page, name):
    trained = Trained(bare_page(TrainedExplorer(name, id="w"), **PHONE))
    assert trained.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert faults_by_axe(trained.page, "#w") == []
