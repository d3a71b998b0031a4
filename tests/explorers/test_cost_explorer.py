"""The cost explorer in the page: the reader's weights, the order that follows, and Python as its judge."""

from __future__ import annotations

import pytest

from helpers import words
from helpers.compared import compared
from helpers.widgets import CostExplorer
from tests.explorers.explorer import PHONE, SEES, WIDE, OnPage, faults_by_axe

NAMES = ("Parameters", "Multiply-adds", "Memory", "Time")


class Costs(OnPage):
    """The explorer on a page."""

    def __init__(self, page):
        self.page, self.region = page, page.locator("#w").get_by_role("region")

    def slider(self, name):
        return self.region.get_by_role("slider", name=name, exact=True)

    def set(self, name, value):
        self.slider(name).fill(str(value))

    @property
    def rows(self):
        """The table: title, cost, accuracy and value of each row."""
        read = """rows => rows.map(row => [row.querySelector("th").innerText, ...["Cost", "Accuracy", "Value"].map(
          name => Number(row.querySelector(`[data-label="${name}"]`).dataset.value ?? NaN))])"""
        return self.region.locator("tbody tr").evaluate_all(read)

    def assert_is(self, explorer):
        """What the page shows is what Python says of the same state."""
        rows = self.rows
        assert len(rows) == len(explorer.order) == 5
        for (head, cost, accuracy, value), placed in zip(rows, explorer.order, strict=True):
            assert head.startswith(f"{placed.title}, ")
            assert cost == pytest.approx(placed.cost, rel=1e-9)
            if placed.accuracy is None:
                assert accuracy != accuracy
                assert value != value
            else:
                assert (accuracy, value) == pytest.approx((placed.accuracy, placed.value), rel=1e-9)
        points = self.region.locator("svg.cx-chart circle")
        shown = points.evaluate_all("all => all.map(one => [Number(one.dataset.cost), Number(one.dataset.accuracy)])")
        known = [(one.cost, one.accuracy) for one in explorer.order if one.accuracy is not None]
        assert shown == [pytest.approx(point, rel=1e-9) for point in known]


@pytest.fixture
def costs(bare_page):
    return Costs(bare_page(CostExplorer(id="w"), **WIDE))


def test_the_first_order_is_pythons(costs):
    costs.assert_is(CostExplorer())
    first = CostExplorer().order[0]
    assert costs.status.startswith(f"First by your measure: {first.title}, {100 * first.accuracy:.1f} % at ")


@pytest.mark.parametrize(
    ("weights", "rate", "epoch"),
    [((1, 0, 0, 0), 0.5, 8), ((0, 3, 0, 10), 2.3, 1), ((0, 0, 5, 1), 0, 4), ((10, 2, 7, 1), 5, 8)],
)
def test_every_number_follows_the_sliders(costs, weights, rate, epoch):
    for name, weight in zip(NAMES, weights, strict=True):
        costs.set(name, weight)
    costs.set("Points per doubling", rate)
    costs.set("After epoch", epoch)
    costs.assert_is(CostExplorer(weights=weights, rate=rate, epoch=epoch))


def test_the_keyboard_moves_a_slider(costs):
    costs.slider("Parameters").focus()
    for key in ("ArrowRight", "ArrowRight", "Home", "ArrowRight", "ArrowRight", "ArrowRight"):
        costs.page.keyboard.press(key)
    costs.assert_is(CostExplorer(weights=(3, 1, 1, 1)))
    costs.slider("Points per doubling").press("End")
    costs.assert_is(CostExplorer(weights=(3, 1, 1, 1), rate=5))


def test_the_networks_of_the_notes_can_be_chosen_and_what_is_not_recorded_is_said(costs):
    costs.region.get_by_role("combobox", name="Networks").select_option("as in the notes")
    explorer = CostExplorer("notes", epoch=5)
    costs.assert_is(explorer)
    assert costs.slider("After epoch").get_attribute("max") == "5"
    missing = [one.title for one in explorer.order if one.accuracy is None]
    if missing:
        assert f"Not recorded yet, and so without a place: {', '.join(missing)}." in costs.status
    spread = compared("notes")[0].spread
    assert f"± {100 * spread:.1f} %" in costs.region.locator("tr[data-key=lenet]").inner_text()
    costs.set("After epoch", 4)
    assert "±" not in costs.region.locator("tr[data-key=lenet]").inner_text()


def test_without_any_weight_nothing_is_ordered_and_the_last_order_stays_pale(costs):
    costs.set("Parameters", 2)
    for name in NAMES:
        costs.set(name, 0)
    assert "All four weights are 0" in costs.alert.inner_text()
    assert costs.region.locator("table").get_attribute("aria-disabled") == "true"
    costs.assert_is(CostExplorer(weights=(0, 0, 0, 1)))
    costs.set("Memory", 1)
    assert not costs.alert.is_visible()
    costs.assert_is(CostExplorer(weights=(0, 0, 1, 0)))


def test_a_beaten_network_is_named_with_the_one_that_beats_it(costs):
    explorer = CostExplorer(weights=(0, 1, 0, 0), epoch=1)
    for name, weight in zip(NAMES, explorer.weights, strict=True):
        costs.set(name, weight)
    costs.set("After epoch", 1)
    known = [one for one in explorer.order if one.accuracy is not None]
    beaten = {
        one.title
        for one in known
        if any(two.cost <= one.cost and two.accuracy >= one.accuracy and two != one for two in known)
    }
    shown = costs.region.locator("tr.ex-beaten th").all_inner_texts()
    assert {text.rpartition(", ")[0] for text in shown} == beaten
    assert all(f"{title} (by " in costs.status for title in beaten)
    assert ("None is beaten" in costs.status) == (not beaten)


def test_a_link_opens_its_state_and_reset_the_authors(bare_page):
    page = bare_page(CostExplorer(id="w"), link="#w?w=0,2,0,5&r=1.5&e=3", **WIDE)
    costs = Costs(page)
    costs.assert_is(CostExplorer(weights=(0, 2, 0, 5), rate=1.5, epoch=3))
    assert costs.slider("Time").input_value() == "5"
    costs.set("Memory", 4)
    assert "w=0,2,4,5" in costs.link
    costs.press("Reset")
    costs.assert_is(CostExplorer())


@pytest.mark.parametrize("bad", ["w=1,2", "w=1,2,3,11", "r=9", "e=0", "f=best"])
def test_a_bad_link_is_told_and_the_authors_state_stands(bare_page, bad):
    costs = Costs(bare_page(CostExplorer(id="w"), link=f"#w?{bad}", **WIDE))
    assert costs.alert.is_visible()
    costs.assert_is(CostExplorer())


def test_cause_and_effect_are_in_one_window(costs):
    for name in (*NAMES, "Points per doubling", "After epoch"):
        assert costs.slider(name).evaluate(SEES)
    assert costs.region.locator("svg.cx-chart").evaluate(SEES)
    assert costs.region.locator("tbody tr").last.evaluate(SEES)
    assert costs.page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_on_a_phone_the_first_line_stays_in_sight(bare_page):
    costs = Costs(bare_page(CostExplorer(id="w"), **PHONE))
    assert costs.page.evaluate("document.documentElement.scrollWidth") <= 360
    costs.slider("Parameters").focus()
    box = costs.region.get_by_role("status").locator("p").first.bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 741


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("field", ["page", "notes"])
def test_axe_finds_nothing(bare_page, scheme, field):
    page = bare_page(CostExplorer(field, id="w"), color_scheme=scheme, **WIDE)
    page.locator("#w").get_by_role("region").wait_for()
    assert faults_by_axe(page, "#w", scheme=scheme) == []


def test_it_speaks_chinese(bare_page):
    words.use_language("zh")
    try:
        costs = Costs(bare_page(CostExplorer(id="w"), lang="zh", **WIDE))
    finally:
        words.use_language("en")
    assert costs.region.get_attribute("aria-label") == "代价实验台"
    assert costs.status.startswith("按你的标准，第一名是")
    assert costs.slider("参数量").is_visible()


def test_without_scripts_there_is_a_table(bare_page):
    page = bare_page(CostExplorer(id="w"), java_script_enabled=False)
    rows = page.locator("#w tbody tr").all_inner_texts()
    for row, one in zip(rows, compared("page"), strict=True):
        assert row.startswith(f"{one.title}, {one.side} px")
        assert ("not recorded" in row) == (one.accuracy is None)


# --- in Python


@pytest.mark.parametrize(
    ("settings", "error", "words_of_it"),
    [
        ({"weights": (0, 0, 0, 0)}, ValueError, "All four weights are 0"),
        ({"weights": (1, 1, 1)}, ValueError, "four whole numbers from 0 to 10"),
        ({"weights": (1, 1, 1, 11)}, ValueError, "Time can be at most 10"),
        ({"weights": (1, 1, "1", 1)}, TypeError, "Memory"),
        ({"rate": -1}, ValueError, "rate must be from 0 to 5 points; -1.0 was given"),
        ({"rate": "much"}, TypeError, "rate"),
        ({"epoch": 9}, ValueError, "epoch"),
        ({"field": "best"}, ValueError, "field must be one of 'page', 'notes'; 'best' was given"),
    ],
)
def test_what_is_out_of_range_is_refused(settings, error, words_of_it):
    with pytest.raises(error, match=words_of_it):
        CostExplorer(**settings)


def test_the_order_is_that_of_the_values():
    explorer = CostExplorer(weights=(0, 1, 0, 0), rate=1)
    costs = [one.multiply_adds for one in compared("page")]
    by_title = {one.title: one for one in explorer.order}
    for one in compared("page"):
        assert by_title[one.title].cost == pytest.approx(one.multiply_adds / min(costs))
    values = [one.value for one in explorer.order if one.value is not None]
    assert values == sorted(values, reverse=True)
