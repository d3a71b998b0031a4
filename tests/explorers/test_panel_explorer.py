"""Networks at one picture, in the page: nothing is loaded before it is asked for, then all answer as in PyTorch."""

from __future__ import annotations

import base64

import numpy as np
import pytest
import torch

from helpers import models, words
from helpers.widgets import PanelExplorer
from helpers.words import say
from tests.browsing import bare_html
from tests.explorers.explorer import PHONE, SEES, WIDE, OnPage, faults_by_axe
from tests.explorers.parts import settled

#: whether every network has answered the present picture
ANSWERED = "() => !document.querySelector('#w tr[data-late]')"


class Panel(OnPage):
    """The explorer on a page."""

    def __init__(self, page):
        self.page, self.region = page, page.locator("#w").get_by_role("region")

    @property
    def ask(self):
        return self.region.get_by_role("button", name="Load all ")

    def load(self):
        self.ask.click()
        self.concluded()

    def concluded(self):
        """Waits until all have answered the picture."""
        self.page.wait_for_function(ANSWERED)

    @property
    def logits(self):
        read = "all => all.map(one => [one.dataset.network, one.dataset.logits.split(',').map(Number)])"
        told = self.region.locator("tbody tr").evaluate_all(read)
        return {name: torch.tensor(values, dtype=torch.float64) for name, values in told}

    def assert_is(self, explorer):
        """The answers on the page are PyTorch's, and so is what is said of them."""
        expected = explorer.output
        assert list(self.logits) == list(expected)
        for name, logits in self.logits.items():
            torch.testing.assert_close(logits, expected[name], rtol=1e-4, atol=1e-4)
        for row, logits in zip(self.region.locator("tbody tr").all(), expected.values(), strict=True):
            p, label = logits.softmax(0).max(0)
            cells = row.locator("td").all_inner_texts()
            assert cells[0] == say(f"class.{int(label)}")
            assert f"{100 * p.item():.1f} %" in cells[1]
        answers = {say(f"class.{int(logits.argmax())}") for logits in expected.values()}
        if len(answers) == 1:
            assert self.status.startswith(f"All {len(expected)} say: {answers.pop()}.")
        else:
            assert self.status.startswith("They disagree: ")
            assert all(f"{answer} (" in self.status for answer in answers)

    @property
    def fetched(self):
        """The names of the files of weights that the page has asked for."""
        told = self.page.evaluate("performance.getEntriesByType('resource').map(one => new URL(one.name).pathname)")
        return [name.rpartition("/")[2] for name in told if "weights" in name]


def gallery(explorer):
    return np.frombuffer(base64.b64decode(explorer.gallery), np.uint8).reshape(-1, 28, 28).astype(float)


@pytest.fixture
def panel(bare_page):
    return Panel(bare_page(PanelExplorer(id="w"), **WIDE))


def test_nothing_is_loaded_until_it_is_asked_for_and_then_one_after_the_other(panel):
    explorer = PanelExplorer()
    panel.button("Test image 5: pullover").click()
    settled(panel.page)
    panel.page.wait_for_load_state("networkidle")
    assert panel.fetched == []
    assert panel.status == "Nothing is loaded until you ask for it."
    size = sum(one["size"] for one in explorer.networks) / 1e6
    assert panel.ask.inner_text() == f"Load all {len(explorer.networks)} networks ({size:.1f} MB)"
    panel.load()
    assert panel.fetched == [f"{name}-weights.js" for name in models.TRAINED]
    assert not panel.ask.is_visible()
    explorer.image = gallery(explorer)[4]
    panel.assert_is(explorer)
    assert "Its label is pullover." in panel.status


def test_all_answer_each_picture_as_in_pytorch(panel):
    explorer = PanelExplorer()
    panel.load()
    for n in (2, 13, 17):
        panel.region.get_by_role("button", name=f"Test image {n + 1}: ").click()
        panel.page.wait_for_function(ANSWERED)
        explorer.image = gallery(explorer)[n]
        panel.assert_is(explorer)


def test_a_drawing_is_answered_while_it_is_drawn(panel):
    explorer = PanelExplorer()
    panel.load()
    panel.button("Clear").click()
    box = panel.region.locator(".cx-canvas canvas").first.bounding_box()
    mouse = panel.page.mouse
    mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    mouse.down()
    for part in (0.4, 0.5, 0.6, 0.7):
        mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] * 0.5)
    mouse.up()
    panel.page.wait_for_function(ANSWERED)
    code = panel.link.rpartition("p=")[2].partition("&")[0]
    drawn = np.array([int(code[n : n + 2], 16) for n in range(0, len(code), 2)], float).reshape(28, 28)
    assert drawn.any()
    explorer.image = drawn
    panel.assert_is(explorer)
    assert "Its label" not in panel.status
    panel.region.get_by_role("button", name="Test image 3: ").click()  # the pen is laid down with a new picture
    assert panel.button("Draw").get_attribute("aria-pressed") == "false"


def test_a_link_opens_a_picture(bare_page):
    explorer = PanelExplorer(["lenet", "vgg"], id="w")
    picture = gallery(explorer)[18]
    code = "".join(f"{int(level):02x}" for level in picture.flat)
    panel = Panel(bare_page(explorer, link=f"#w?p={code}", **WIDE))
    panel.load()
    explorer.image = picture
    panel.assert_is(explorer)
    assert "Its label is ankle boot." in panel.status
    panel.press("Reset")
    panel.page.wait_for_function(ANSWERED)
    panel.assert_is(PanelExplorer(["lenet", "vgg"]))


def test_what_does_not_come_is_told_and_the_rest_stays(browser, bare_folder, bare_address):
    """A page of its own, not watched by `open_page`: the failing request is the point."""
    (bare_folder / "panel.html").write_text(bare_html(PanelExplorer(id="w")), encoding="utf-8")
    page = browser.new_page()
    page.route("**/alexnet-weights.js*", lambda route: route.abort())
    page.goto(f"{bare_address}/panel.html")
    panel = Panel(page)
    panel.ask.click()
    panel.alert.wait_for()
    assert "The trained weights could not be loaded (http" in panel.alert.inner_text()
    page.locator("tr[data-network=lenet][data-logits]").wait_for()
    assert page.locator("tr[data-logits]").count() == 1
    page.unroute("**/alexnet-weights.js*")
    panel.alert.get_by_role("button", name="Try again").click()
    panel.concluded()
    assert not panel.alert.is_visible()
    panel.assert_is(PanelExplorer())
    page.close()


def test_picture_and_answers_are_in_one_window(panel):
    panel.load()
    assert panel.region.locator(".cx-canvas canvas").first.evaluate(SEES)
    assert panel.region.locator("tbody tr").last.evaluate(SEES)
    assert panel.page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_is_too_wide_and_axe_finds_nothing(bare_page, scheme):
    panel = Panel(bare_page(PanelExplorer(["lenet", "vgg"], id="w"), color_scheme=scheme, **PHONE))
    assert faults_by_axe(panel.page, "#w", scheme=scheme) == []
    panel.load()
    assert panel.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert faults_by_axe(panel.page, "#w", scheme=scheme) == []


def test_it_speaks_chinese(bare_page):
    words.use_language("zh")
    try:
        panel = Panel(bare_page(PanelExplorer(["lenet"], id="w"), lang="zh", **WIDE))
    finally:
        words.use_language("en")
    panel.region.get_by_role("button", name="加载全部1个网络").click()
    panel.region.locator(".cx-status").filter(has_text="判断为“T恤／上衣”").wait_for()


def test_without_scripts_there_is_a_table_of_answers(bare_page):
    explorer = PanelExplorer(["lenet", "vgg"], id="w")
    rows = bare_page(explorer, java_script_enabled=False).locator("#w tbody tr").all_inner_texts()
    for row, logits in zip(rows, explorer.output.values(), strict=True):
        assert say(f"class.{int(logits.argmax())}") in row


@pytest.mark.parametrize("names", [["lenet", "resnet"], [], ["vgg", "vgg"]])
def test_other_networks_are_refused_with_those_there_are(names):
    with pytest.raises(ValueError, match=r"takes names of trained networks, each once: lenet, alexnet, vgg"):
        PanelExplorer(names)
