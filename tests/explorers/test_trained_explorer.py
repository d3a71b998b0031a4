"""Trained networks of many layers in the page: what chapter 5's LeNet can do, in the same window."""

from __future__ import annotations

import base64

import numpy as np
import pytest
import torch

from helpers import models
from helpers.widgets import TrainedExplorer
from tests.browsing import bare_html
from tests.explorers.explorer import PHONE, SEES, WIDE, OnPage, faults_by_axe
from tests.explorers.parts import settled
from tools.test_images import chosen

#: milliseconds for 200 pictures: seconds where nothing else runs, minutes on a busy machine
COUNTED = 600_000

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
    strips = trained.region.locator(".cx-strips.tx-many")
    assert strips.bounding_box()["height"] <= 480
    lines = strips.locator(".cx-thumbs:visible")
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
    # a change is counted by itself after a pause; a click now could meet the button as it turns into one that stops
    score = trained.region.locator(".cx-score-text")
    score.filter(has_text="Right on").wait_for(timeout=COUNTED)
    test = chosen()
    X = torch.nn.functional.interpolate(
        test["images"][:, None] / 255, explorer.input_shape[1:], mode="bilinear", antialias=True
    )
    with torch.no_grad():
        right = (explorer.model.float()(X).argmax(1) == test["labels"]).sum().item()
    told = int(score.inner_text().split("Right on ")[1].split(" ")[0])
    assert abs(told - right) <= 1  # two logits may be as good as equal


PRESS_AS_IT_CHANGES = """button => new MutationObserver((_, watch) => { watch.disconnect(); button.click(); })
    .observe(button, { childList: true, characterData: true, subtree: true })"""


def test_a_press_just_as_counting_begins_by_itself_does_not_stop_it(bare_page):
    trained = Trained(bare_page(TrainedExplorer("vgg", id="w"), **WIDE))
    trained.region.locator(".cx-thumbs[aria-label^='Convolution 2']").locator("button").nth(3).click()
    trained.region.locator(".cx-score button").evaluate(PRESS_AS_IT_CHANGES)
    trained.button("Switch off 3: its outputs 0").click()
    trained.region.locator(".cx-score-text").filter(has_text="Right on").wait_for(timeout=COUNTED)


def test_branches_of_googlenets_blocks_unfold_and_are_switched_off_as_in_pytorch(bare_page):
    explorer = TrainedExplorer("googlenet", id="w")
    trained = Trained(bare_page(explorer, **WIDE))
    folds = trained.region.locator("details.cx-block")
    assert folds.count() == 9
    folds.nth(3).locator("summary").click()
    join = folds.nth(3).locator(".cx-thumbs").last
    join.locator("button").first.click()
    branches = trained.region.get_by_role("group", name="Branches that are on").get_by_role("checkbox")
    assert branches.count() == 4
    for n in (0, 2):
        branches.nth(n).click()
    explorer.off = [path for path, name in explorer.parts.items() if name in ("b4.1.cat/0", "b4.1.cat/2")]
    assert len(explorer.off) == 2
    torch.testing.assert_close(trained.logits, explorer.output, rtol=1e-4, atol=1e-4)
    trained.button("Reset").click()
    explorer.off = []
    torch.testing.assert_close(trained.logits, explorer.output, rtol=1e-4, atol=1e-4)


def test_on_a_phone_nothing_is_wider_than_the_screen(bare_page, name):
    trained = Trained(bare_page(TrainedExplorer(name, id="w"), **PHONE))
    assert trained.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert faults_by_axe(trained.page, "#w") == []


SAVES = """<script>
Object.defineProperty(navigator, "connection", { configurable: true, value: { saveData: %s } });
</script>"""


class Asked(Trained):
    """A trained network on a page whose browser is asked to save data."""

    def __init__(self, page):
        self.page, self.region = page, page.locator("#w").get_by_role("region")

    @property
    def fetched(self):
        """The names of the files of weights and test pictures that the page has asked for."""
        told = self.page.evaluate("performance.getEntriesByType('resource').map(one => new URL(one.name).pathname)")
        return [name.rpartition("/")[2] for name in told if "weights" in name or "test-images" in name]


@pytest.mark.parametrize("name", ["lenet", "alexnet"])
def test_where_data_are_saved_weights_come_on_request_and_then_all_works(bare_page, name):
    explorer = TrainedExplorer(name, id="w")
    trained = Asked(bare_page(explorer, head=WIDE["head"] + SAVES % "true", viewport=WIDE["viewport"]))
    ask = trained.button("Load the trained weights")
    trained.region.scroll_into_view_if_needed()
    settled(trained.page)
    trained.page.wait_for_load_state("networkidle")
    assert ask.is_visible()
    assert faults_by_axe(trained.page, "#w") == []
    trained.button("Test image 19: ankle boot").click()  # a change loads nothing, and is kept
    trained.button("Reset").click()
    trained.button("Test image 5: pullover").click()
    settled(trained.page)
    trained.page.wait_for_load_state("networkidle")
    assert ask.is_visible()
    assert trained.fetched == []
    assert trained.region.locator(".cx-class:visible, .cx-strips:visible, .cx-score-text:visible").count() == 0
    ask.press("Enter")
    trained.region.locator(".cx-class[data-logit]").first.wait_for()
    assert not ask.is_visible()
    assert trained.region.evaluate("region => region.contains(document.activeElement)")
    assert trained.fetched == [f"{name}-weights.js"]
    gallery = np.frombuffer(base64.b64decode(explorer.gallery), np.uint8).reshape(-1, 28, 28)
    explorer.image = gallery[4].astype(float)
    torch.testing.assert_close(trained.logits, explorer.output, rtol=1e-4, atol=1e-4)
    assert trained.status.startswith("The network says: ")
    trained.region.locator(".cx-thumbs[aria-label^='Convolution 2']").locator("button").nth(3).click()
    trained.button("Switch off 3: its outputs 0").click()
    explorer.silenced = [(2, 3)]
    torch.testing.assert_close(trained.logits, explorer.output, rtol=1e-4, atol=1e-4)
    trained.region.locator(".cx-score-text").filter(has_text="Right on").wait_for(timeout=COUNTED)
    assert trained.fetched == [f"{name}-weights.js", "test-images.js"]
    trained.button("Reset").click()
    trained.button("Test image 19: ankle boot").click()
    assert "Its label is ankle boot" in trained.status


def test_where_data_are_not_saved_weights_come_by_themselves(bare_page):
    trained = Asked(bare_page(TrainedExplorer("lenet", id="w"), head=SAVES % "false"))
    trained.region.locator(".cx-class[data-logit]").first.wait_for()
    assert trained.button("Load the trained weights").count() == 0
    assert trained.fetched == ["lenet-weights.js"]


def test_weights_that_were_asked_for_and_do_not_come_are_told(browser, bare_folder, bare_address):
    """A page of its own, not watched by `open_page`: the failing request is the point."""
    body = bare_html(TrainedExplorer("lenet", id="w"), head=SAVES % "true")
    (bare_folder / "saving.html").write_text(body, encoding="utf-8")
    page = browser.new_page()
    page.route("**/lenet-weights.js*", lambda route: route.abort())
    page.goto(f"{bare_address}/saving.html")
    trained = Asked(page)
    trained.button("Load the trained weights").click()
    trained.alert.wait_for()
    assert "The trained weights could not be loaded (http" in trained.alert.inner_text()
    page.unroute("**/lenet-weights.js*")
    trained.alert.get_by_role("button", name="Try again").click()
    trained.region.locator(".cx-class[data-logit]").first.wait_for()
    assert not trained.alert.is_visible()
    page.close()
