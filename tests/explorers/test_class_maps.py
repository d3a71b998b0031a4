"""Class maps in the page: the mean of each is its logit, whatever is drawn or covered, and all of it is PyTorch's."""

from __future__ import annotations

import base64

import pytest
import torch

from helpers.widgets import ClassMapExplorer
from tests.explorers.explorer import PHONE, WIDE, OnPage, faults_by_axe
from tests.explorers.parts import settled


class Maps(OnPage):
    """The class maps on a page."""

    def __init__(self, page):
        self.page, self.region = page, page.locator("#w").get_by_role("region")
        self.region.locator(".cm-tile[data-logit]").first.wait_for()

    @property
    def logits(self):
        told = self.region.locator(".cm-tile").evaluate_all("all => all.map(one => Number(one.dataset.logit))")
        return torch.tensor(told, dtype=torch.float64)

    @property
    def maps(self):
        told = self.region.locator(".cm-tile").evaluate_all(
            "all => all.map(one => one.dataset.map.split(',').map(Number))"
        )
        return torch.tensor(told, dtype=torch.float64).reshape(10, 5, 5)

    def tile(self, name):
        return self.region.get_by_role("button", name=name)

    def assert_as(self, explorer):
        """All maps and logits are those that PyTorch computes, and each logit is the mean of its map."""
        torch.testing.assert_close(self.logits, explorer.output, rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(self.maps, explorer.maps, rtol=1e-4, atol=1e-3)
        torch.testing.assert_close(self.maps.mean((1, 2)), self.logits, rtol=1e-5, atol=1e-5)

    def drag(self, top, left, bottom, right):
        """Drag over the picture from one pixel's middle to another's."""
        box = self.grid("Input").locator("canvas").bounding_box()
        at = [
            (box["x"] + (c + 0.5) / 28 * box["width"], box["y"] + (r + 0.5) / 28 * box["height"])
            for r, c in ((top, left), (bottom, right))
        ]
        self.page.mouse.move(*at[0])
        self.page.mouse.down()
        self.page.mouse.move(*at[1], steps=3)
        self.page.mouse.up()


def test_maps_and_logits_are_pytorchs_for_every_picture_of_the_gallery(bare_page):
    explorer = ClassMapExplorer("nin", id="w")
    shown = Maps(bare_page(explorer, **WIDE))
    shown.assert_as(explorer)
    pictures = torch.frombuffer(bytearray(base64.b64decode(explorer.gallery)), dtype=torch.uint8)
    pictures = pictures.reshape(-1, 28, 28)
    for n in (5, 12, 19):
        shown.region.locator(".cx-strip .cx-thumb").nth(n).press("Enter")
        explorer.image = pictures[n].double()
        shown.assert_as(explorer)


def test_a_box_dragged_over_the_picture_covers_it_and_map_and_logit_follow(bare_page):
    explorer = ClassMapExplorer("nin", id="w")
    shown = Maps(bare_page(explorer, **WIDE))
    before = shown.logits
    shown.drag(4, 6, 15, 20)
    explorer.cover = (4, 6, 12, 15)
    shown.assert_as(explorer)
    assert not torch.equal(before, shown.logits)
    assert "With nothing covered it says: " in shown.status
    assert "uncovered" in shown.region.locator(".cm-tile").first.get_attribute("aria-label")
    assert "c=4,6,12,15" in shown.link
    shown.press("Uncover")
    torch.testing.assert_close(shown.logits, before)
    assert "With nothing covered" not in shown.status


def test_by_keyboard_alone_a_region_is_covered_and_a_class_chosen(bare_page):
    explorer = ClassMapExplorer("nin", id="w")
    shown = Maps(bare_page(explorer, **WIDE))
    for name, value in (
        ("Covered from row", 2),
        ("Covered from column", 3),
        ("Covered rows", 20),
        ("Covered columns", 9),
    ):
        shown.spin(name).fill(str(value))
        shown.spin(name).press("Enter")
    explorer.cover = (2, 3, 20, 9)
    shown.assert_as(explorer)
    shown.tile("bag, logit").press("Enter")
    assert shown.tile("bag, logit").get_attribute("aria-pressed") == "true"
    torch.testing.assert_close(shown.values("Map of “”"), explorer.maps[8], rtol=1e-4, atol=1e-3)
    mean, logit = shown.sum.split("\n")
    assert mean.rpartition("= ")[2] == logit.rpartition("= ")[2]
    shown.press("Reset")
    assert shown.spin("Covered rows").get_attribute("aria-valuenow") == "0"
    assert shown.tile("bag, logit").get_attribute("aria-pressed") != "true" or explorer.output.argmax() == 8


def test_a_picture_can_be_drawn_and_cleared(bare_page):
    explorer = ClassMapExplorer("nin", id="w")
    shown = Maps(bare_page(explorer, **WIDE))
    shown.press("Clear")
    explorer.image = torch.zeros(28, 28)
    shown.assert_as(explorer)
    empty = shown.logits
    shown.drag(5, 5, 20, 20)
    assert not torch.equal(shown.logits, empty)
    torch.testing.assert_close(shown.maps.mean((1, 2)), shown.logits, rtol=1e-5, atol=1e-5)
    assert shown.spin("Covered rows").get_attribute("aria-valuenow") == "0"  # the pen draws and covers nothing
    shown.region.locator(".cx-strip .cx-thumb").nth(5).press("Enter")  # and is laid down with a new picture
    shown.drag(5, 5, 20, 20)
    assert shown.spin("Covered rows").get_attribute("aria-valuenow") == "16"


def test_a_link_opens_a_covered_picture_and_a_class(bare_page):
    page = bare_page(ClassMapExplorer("nin", id="w"), link="#w?c=0,0,14,28&o=9", **WIDE)
    shown = Maps(page)
    shown.assert_as(ClassMapExplorer("nin", cover=(0, 0, 14, 28)))
    assert shown.tile("ankle boot, logit").get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone_and_axe_finds_no_fault(bare_page, scheme):
    shown = Maps(bare_page(ClassMapExplorer("nin", cover=(3, 3, 9, 9), id="w"), color_scheme=scheme, **PHONE))
    settled(shown.page)
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert faults_by_axe(shown.page, "#w", scheme=scheme) == []


def test_in_chinese_all_words_are_there(bare_page):
    import helpers

    helpers.use_language("zh")
    try:
        page = bare_page(ClassMapExplorer("nin", cover=(3, 3, 9, 9), id="w"), **WIDE)
        shown = Maps(page)
        text = shown.region.inner_text()
    finally:
        helpers.use_language("en")
    assert "的logit = " in text
    assert "maps." not in text
    assert "trained." not in text


def test_what_cannot_be_is_refused_with_what_would_be_right():
    with pytest.raises(ValueError, match="its last layers must be AdaptiveAvgPool2d and Flatten"):
        ClassMapExplorer("lenet")
    with pytest.raises(ValueError, match="cover takes"):
        ClassMapExplorer("nin", cover=(1, 2, 3))
    with pytest.raises(TypeError, match="cover takes"):
        ClassMapExplorer("nin", cover="all")
    with pytest.raises(ValueError, match="at most 28"):
        ClassMapExplorer("nin", cover=(0, 0, 29, 1))


def test_the_mean_of_the_class_map_is_the_logit_on_the_sample(sweep):
    from helpers import data, models

    net, worst = models.trained("nin"), 0.0
    sample = data.sample()
    with torch.no_grad():
        for split in (sample.train, sample.test):
            order = torch.randperm(len(split.labels), generator=torch.Generator().manual_seed(0))
            part = split.take(order[: sweep(len(order))])
            for X, _ in data.Batches(part, 100, size=224):
                maps = net[:-2](X)
                worst = max(worst, (maps.mean((2, 3)) - net(X)).abs().max().item())
    assert worst < 1e-5
