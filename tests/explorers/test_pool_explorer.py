"""The pooling explorer on the page; the oracle is PyTorch."""

import random

import pytest
import torch
import torch.nn.functional as F

from helpers.pictures import ankle_boot
from helpers.widgets import PoolExplorer
from tests.explorers.explorer import PHONE, OnPage
from tests.stacks import tensor

CHAPTER = "chapters/en/04_pooling.html"


class Pool(OnPage):
    """A pooling explorer on a page, by role and name."""

    def __init__(self, page, id="pool-first"):
        self.page = page
        self.region = page.locator(f"#{id}").get_by_role("region", name="Pooling explorer")

    def box(self, name):
        return self.region.get_by_role("checkbox", name=name, exact=False)

    @property
    def mode(self):
        return self.region.get_by_role("combobox", name="Pooling", exact=True)

    def type(self, row, column, text):
        self.grid("Input").locator(f'[aria-label^="Input row {row}, column {column}:"]').click()
        box = self.region.get_by_role("textbox", name=f"Input row {row}, column {column}", exact=True)
        box.fill(text)
        box.press("Enter")

    def by_pytorch(self, seen=None):
        """The input on the screen, as a leaf, and what PyTorch pools of it. Raises RuntimeError where it refuses."""
        seen = seen or self.seen()
        pair = lambda name, ends=("rows", "columns"): tuple(seen["numbers"][f"{name} {end}"] for end in ends)  # noqa: E731
        box = lambda start: next(on for name, on in seen["boxes"].items() if name.startswith(start))  # noqa: E731
        X, k = tensor(seen["grids"]["Input"])[None, None].requires_grad_(), pair("Kernel", ("height", "width"))
        s, p, ceil = pair("Stride"), pair("Padding"), box("Round up")
        if seen["choices"]["Pooling"] == "max":
            return X, F.max_pool2d(X, k, s, p, pair("Dilation"), ceil)[0, 0]
        return X, F.avg_pool2d(X, k, s, p, ceil, box("Count the padding"))[0, 0]

    def assert_true(self, seen=None):
        seen = seen or self.seen()
        _, expected = self.by_pytorch(seen)
        torch.testing.assert_close(tensor(seen["grids"]["Output"]), expected.detach(), rtol=1e-12, atol=1e-12)
        assert "Output shape {}×{}".format(*expected.shape) in seen["status"]
        assert seen["alert"] is None


@pytest.fixture
def pool(open_page, address):
    return Pool(open_page(f"{address}/{CHAPTER}"))


def test_it_shows_the_worked_example_over_http_and_from_disk(open_page, address, site):
    for base in (address, site.as_uri()):
        pool = Pool(open_page(f"{base}/{CHAPTER}"))
        assert pool.values("Output").tolist() == [[4, 5], [7, 8]]
        assert pool.sum == "Y[0, 0] = max(0, 1, 3, 4) = 4"
        pool.mode.select_option("avg")
        assert pool.values("Output").tolist() == [[2, 3], [5, 6]]
        assert pool.sum == "Y[0, 0] = (0 + 1 + 3 + 4) / 4 = 2"
        pool.assert_true()


def test_every_control_does_what_pytorch_does(pool):
    draw = random.Random(4)
    pool.spin("Input height").fill("7")
    pool.spin("Input width").fill("6")
    pool.region.get_by_role("combobox", name="Input preset").select_option("counting")
    limits = {"Kernel height": (1, 4), "Kernel width": (1, 4), "Stride rows": (1, 3), "Stride columns": (1, 3),
              "Padding rows": (0, 2), "Padding columns": (0, 2), "Dilation rows": (1, 2),
              "Dilation columns": (1, 2)}  # fmt: skip
    used, refused = set(), 0
    for n in range(70):
        if n % 7 == 0:
            pool.mode.select_option(draw.choice(["max", "avg"]))
            pool.box("Round up").set_checked(draw.random() < 0.5)
        name = draw.choice(list(limits))
        pool.spin(name).fill(str(draw.randint(*limits[name])))
        used.add(name)
        seen = pool.seen()
        dilated = any(seen["numbers"][f"Dilation {end}"] != 1 for end in ("rows", "columns"))
        try:
            pool.by_pytorch(seen)
            possible = not (dilated and seen["choices"]["Pooling"] == "avg")  # PyTorch has no such setting
        except RuntimeError:
            possible = False
        if possible:
            pool.assert_true(seen)
        else:
            refused += 1
            assert seen["alert"]
            assert seen["disabled"]["Output"]
    assert used == set(limits)
    assert refused > 3


def test_the_border_is_minus_infinity_for_a_maximum_and_zero_for_an_average(pool):
    pool.spin("Padding rows").fill("1")
    pool.spin("Padding columns").fill("1")
    pool.region.get_by_role("button", name="First").click()
    assert pool.sum == "Y[0, 0] = max(−∞, −∞, −∞, 0) = 0"
    assert pool.grid("Input").locator('[aria-label^="Input padding"]').first.inner_text() == "−∞"
    pool.mode.select_option("avg")
    pool.type(1, 1, "2")
    assert pool.sum == "Y[0, 0] = (0 + 0 + 0 + 2) / 4 = 0.5"
    pool.box("Count the padding").uncheck()
    assert pool.sum == "Y[0, 0] = (2) / 1 = 2"
    pool.assert_true()


def test_the_winner_is_marked_and_gets_the_gradient(pool):
    assert pool.grid("Input").locator(".cx-winner").get_attribute("aria-label") == "Input row 2, column 2: 4"
    badges = pool.region.get_by_role("combobox", name="Small numbers show")
    badges.select_option("windows")
    shown = "cells => cells.map(cell => Number(cell.dataset.badge))"
    read = lambda: pool.grid("Input").get_by_role("gridcell").evaluate_all(shown)  # noqa: E731
    assert read() == [1, 2, 1, 2, 4, 2, 1, 2, 1]
    badges.select_option("gradient")
    X, Y = pool.by_pytorch()
    Y.sum().backward()
    assert read() == X.grad.flatten().tolist()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("Padding rows", "2", "Padding 2 is more than half of the window's 2: at most 1 fits"),
        ("Kernel height", "4", "The window spans 4×2 and does not fit the padded input 3×3"),
        ("Stride columns", "0", "Stride columns must be at least 1"),
        ("Kernel width", "two", "“two” is not a whole number"),
    ],
)
def test_an_impossible_setting_is_told_and_kept(pool, name, text, message):
    pool.spin(name).fill(text)
    assert message in pool.alert.inner_text()
    assert pool.spin(name).input_value() == text
    assert pool.values("Output").tolist() == [[4, 5], [7, 8]]
    pool.button("Reset").click()
    pool.assert_true()


def test_an_average_has_no_dilation(pool):
    pool.spin("Dilation rows").fill("2")
    pool.assert_true()
    pool.mode.select_option("avg")
    assert "Average pooling has no dilation" in pool.alert.inner_text()
    pool.spin("Dilation rows").fill("1")
    pool.assert_true()


def test_the_arrows_move_the_picture_and_count_what_changes(open_page, address):
    pool = Pool(open_page(f"{address}/{CHAPTER}"), "pool-boot")
    X = ankle_boot().double()[None, None]
    before = F.max_pool2d(X, 2)
    for button, move in {"Move right": (0, 1), "Move down": (1, 0), "Move left": (0, -1), "Move up": (-1, 0)}.items():
        pool.button(button).click()
        X = X.roll(move, (-2, -1))
        after = F.max_pool2d(X, 2)
        assert f"The move has changed {(after != before).sum()} of 196 outputs" in pool.status
        assert torch.equal(pool.values("Output"), after[0, 0])
        before = after


def test_stepping_keyboard_and_pointer_choose_outputs(pool):
    pool.button("Last").click()
    assert pool.sum == "Y[1, 1] = max(4, 5, 7, 8) = 8"
    pool.grid("Output").get_by_role("gridcell").first.hover()
    assert pool.sum.startswith("Y[0, 0]")
    pool.grid("Output").get_by_role("gridcell").first.focus()
    pool.page.keyboard.press("ArrowRight")
    assert pool.sum == "Y[0, 1] = max(1, 2, 4, 5) = 5"
    pool.grid("Input").get_by_role("gridcell").first.focus()
    pool.page.keyboard.press("9")
    pool.page.keyboard.press("Enter")
    assert pool.values("Output")[0, 0] == 9
    pool.assert_true()


def test_touch_on_a_phone_is_enough(open_page, address):
    pool = Pool(open_page(f"{address}/{CHAPTER}", **PHONE))
    pool.button("Move right").tap()
    pool.assert_true()
    pool.region.get_by_role("button", name="Padding rows: one more").tap()
    pool.assert_true()
    pool.grid("Output").get_by_role("gridcell").nth(1).tap()
    assert pool.sum.startswith("Y[0, 1]")


def test_a_link_opens_its_state_and_a_bad_one_is_told(open_page, address):
    base = f"{address}/{CHAPTER}#pool-first"
    pool = Pool(open_page(f"{base}?x=1,2,3,4;5,6,7,8&m=avg&k=2,3&s=1&p=1&c=1&i=0"))
    pool.assert_true()
    assert pool.values("Output").shape == (3, 4)
    href = pool.region.get_by_role("link", name="Link to this state").get_attribute("href")
    again = Pool(open_page(f"{address}/{CHAPTER}{href}"))
    assert torch.equal(again.values("Output"), pool.values("Output"))
    for link, message in {"m=min": "makes no sense", "k=0": "makes no sense", "p=9": "makes no sense", "k=5": "The window spans 5×5"}.items():  # fmt: skip  # noqa: E501
        bad = Pool(open_page(f"{base}?{link}"))
        assert message in bad.alert.inner_text()
        assert bad.values("Output").tolist() == [[4, 5], [7, 8]]


def test_without_scripts_there_are_readable_tables(open_page, address):
    page = open_page(f"{address}/{CHAPTER}", java_script_enabled=False)
    assert page.locator("#pool-first table").nth(1).locator("td").all_inner_texts() == ["4", "5", "7", "8"]


# --- the stage

WIDE = {"viewport": {"width": 1280, "height": 800}, "head": "<style>main{width:960px}</style>"}
STAGES = [(torch.arange(9.0).reshape(3, 3), 1), (torch.arange(64).reshape(8, 8) % 7, 2)]


@pytest.mark.parametrize(("X", "stride"), STAGES)
def test_cause_and_effect_fit_one_screen(bare_page, X, stride):
    pool = Pool(bare_page(PoolExplorer(X, 2, stride=stride, id="w"), **WIDE), "w")
    parts = [pool.grid("Input"), pool.grid("Output"), pool.region.locator(".cx-sum"), pool.region.get_by_role("status")]
    parts += [*pool.region.get_by_role("spinbutton").all(), *pool.region.get_by_role("combobox").all(), pool.mode]
    top = pool.region.bounding_box()["y"]
    assert all(part.is_visible() for part in parts)
    boxes = [part.bounding_box() for part in parts]
    assert max(box["y"] + box["height"] for box in boxes) - top <= 760
    assert pool.page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_on_a_phone_the_outcome_stays_in_sight(bare_page):
    pool = Pool(bare_page(PoolExplorer(STAGES[1][0], 2, id="w"), **PHONE), "w")
    for control in (pool.spin("Kernel height"), pool.spin("Padding columns"), pool.mode):
        control.scroll_into_view_if_needed()
        control.focus()
        line = pool.region.get_by_role("status").locator("> :first-child").bounding_box()
        assert 0 <= line["y"] <= PHONE["viewport"]["height"] + 1 - line["height"]
    assert pool.page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
