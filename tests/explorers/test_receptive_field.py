"""The receptive field explorer: what it shows is where PyTorch's gradient is not zero."""

import pytest
import torch

from helpers.widgets import ReceptiveFieldExplorer
from tests.explorers.explorer import PHONE, VALUES, OnPage
from tests.stacks import Stack, tensor


class Fields(OnPage):
    """A receptive field explorer on a page."""

    def __init__(self, page, id):
        self.page = page
        self.region = page.locator(f"#{id}").get_by_role("region", name="Receptive field explorer")

    def stack(self):
        number = lambda name: int(self.spin(name).get_attribute("aria-valuenow"))  # noqa: E731
        count = self.region.get_by_role("group", name="Layer ").count()
        names = ("kernel", "stride", "padding", "dilation")
        layers = [tuple(number(f"Layer {n} {name}") for name in names) for n in range(1, count + 1)]
        return Stack(number("Input elements"), layers)

    def assert_true(self):
        """The drawn counts are the gradients to the element that is looked from."""
        levels = self.stack().levels()
        chosen = (self.spin(name).get_attribute("aria-valuenow") for name in ("Look from layer", "at element"))
        layer, element = map(int, chosen)
        gradients = torch.autograd.grad(levels[layer][0, 0, element], levels[: layer + 1])
        shown = self.region.locator("[data-level]").evaluate_all(
            "nodes => nodes.map(node => [Number(node.dataset.level), Number(node.textContent.replace('−', '-'))])"
        )
        for level, gradient in enumerate(gradients):
            assert [count for at, count in shown if at == level] == gradient[0, 0].tolist()
        assert [at for at, _ in shown].count(len(levels) - 1) == levels[-1].numel()


@pytest.fixture
def fields(open_page, address):
    return Fields(open_page(f"{address}/chapters/en/01_conv2d.html"), "receptive")


def test_it_shows_the_chapters_example(fields):
    assert "Layer 2, element 3: its receptive field has 3 elements, from 3 to 5; its centre is 4." in fields.status
    fields.assert_true()
    assert "r = 2 + 1·(2 − 1)·1 = 3" in fields.region.inner_text()


def test_who_looks_from_the_last_layer_still_does_when_one_is_added(fields):
    level = fields.spin("Look from layer")
    for press, last in (("Add a layer", "3"), ("Add a layer", "4"), ("Remove layer 1", "3")):
        fields.press(press)
        assert level.input_value() == last
    level.fill("1")
    fields.press("Add a layer")
    assert level.input_value() == "1"
    fields.assert_true()


def test_layers_can_be_changed_added_moved_and_removed(fields):
    fields.press("Add a layer")
    fields.spin("Layer 3 kernel").fill("4")
    fields.assert_true()
    fields.press("Layer 3 earlier")
    assert [layer[0] for layer in fields.stack().layers] == [2, 4, 2]
    fields.spin("Layer 1 stride").fill("2")
    fields.spin("Layer 1 padding").fill("1")
    fields.spin("Layer 3 dilation").fill("1")
    fields.assert_true()
    fields.press("Layer 1 later")
    fields.press("Remove layer 3")
    assert len(fields.stack().layers) == 2
    fields.assert_true()
    fields.press("Remove layer 2")
    assert fields.region.get_by_role("button", name="Remove layer 1").is_disabled()  # one layer stays
    fields.press("Reset")
    assert fields.stack().layers == [(2, 1, 0, 1)] * 2


def test_presets_and_any_element_by_pointer_and_keyboard(fields):
    fields.spin("Input elements").fill("28")
    for name in ("three", "strided", "dilated", "gridding", "lenet"):
        fields.region.get_by_role("combobox", name="Stack preset").select_option(name)
        fields.assert_true()
        fields.spin("at element").focus()
        fields.page.keyboard.press("ArrowUp")
        fields.assert_true()
    fields.region.locator('[data-level="1"][data-element="2"]').click()
    assert "Layer 1, element 2: its receptive field has 5 elements, from 0 to 4" in fields.status
    fields.assert_true()
    fields.spin("at element").fill("4")
    assert "Layer 1, element 4" in fields.status
    fields.assert_true()
    fields.spin("at element").fill("2")
    fields.spin("Look from layer").focus()
    fields.page.keyboard.press("ArrowDown")
    assert "Input, element 2: its receptive field has 1 elements" in fields.status


def test_the_border_cuts_fields_off_and_says_so(open_page, address):
    gaps = Fields(open_page(f"{address}/chapters/en/02_padding_stride.html"), "gaps")
    assert "6 elements between its ends are never read" in gaps.status
    gaps.spin("at element").fill("0")
    assert "6 of them lie outside the input, in the padding" in gaps.status
    gaps.assert_true()


def test_an_impossible_layer_is_told_with_its_number(fields):
    fields.spin("Layer 2 kernel").fill("9")
    assert "Layer 2: Kernel 9×9 does not fit the padded input 8×8" in fields.alert.inner_text()
    assert fields.region.locator(".cx-field").get_attribute("aria-disabled") == "true"
    assert fields.spin("Layer 2 kernel").input_value() == "9"
    fields.spin("Layer 2 kernel").fill("x")
    assert "not a whole number" in fields.alert.inner_text()
    fields.spin("Layer 2 kernel").fill("8")
    fields.assert_true()


def test_the_map_is_the_gradient_in_two_dimensions(fields):
    rows = fields.region.get_by_role("grid", name="Paths from each input element").evaluate(VALUES)
    X = torch.ones(1, 1, 9, 9, dtype=torch.float64, requires_grad=True)
    ones = torch.ones(1, 1, 2, 2, dtype=torch.float64)
    torch.nn.functional.conv2d(torch.nn.functional.conv2d(X, ones), ones)[0, 0, 3, 3].backward()
    assert torch.equal(tensor(rows), X.grad[0, 0])


def test_a_link_opens_its_state_and_a_bad_one_is_told(open_page, address):
    base = f"{address}/chapters/en/01_conv2d.html#receptive"
    fields = Fields(open_page(f"{base}?n=15&l=3,2,1,1;3,1,2,2"), "receptive")
    assert fields.stack() == Stack(15, [(3, 2, 1, 1), (3, 1, 2, 2)])
    fields.assert_true()
    href = fields.region.get_by_role("link", name="Link to this state").get_attribute("href")
    assert href == "#receptive?n=15&l=3,2,1,1;3,1,2,2"
    nonsense = {"l=3,1": "makes no sense", "n=0": "makes no sense", "l=9,1,0,1;9,1,0,1": "Layer 2: Kernel 9×9"}
    for link, message in nonsense.items():
        bad = Fields(open_page(f"{base}?{link}"), "receptive")
        assert message in bad.alert.inner_text()
        assert bad.stack().layers == [(2, 1, 0, 1)] * 2


def test_touch_on_a_phone_is_enough(open_page, address):
    page = open_page(f"{address}/chapters/en/01_conv2d.html", **PHONE)
    fields = Fields(page, "receptive")
    fields.region.get_by_role("button", name="Add a layer").tap()
    fields.region.locator('[data-level="2"][data-element="0"]').tap()
    assert "Layer 2, element 0" in fields.status
    fields.assert_true()


def test_the_focus_goes_with_a_layer_that_is_moved_and_never_to_a_button_that_cannot_be_pressed(fields):
    focused = "document.activeElement.ariaLabel ?? document.activeElement.textContent"
    fields.press("Add a layer")
    steps = {
        "Layer 3 earlier": "Layer 2 earlier",
        "Layer 2 earlier": "Layer 1 later",
        "Layer 2 later": "Layer 3 earlier",
        "Remove layer 3": "Remove layer 2",
        "Remove layer 1": "Add a layer",
    }
    for button, then in steps.items():
        fields.press(button)
        assert fields.page.evaluate(focused) == then
        fields.assert_true()


# --- the stage

WIDE = {"viewport": {"width": 1280, "height": 800}, "head": "<style>main{width:960px}</style>"}
LENET = [(5, 1, 2), (2, 2), (5, 1), (2, 2)]
STAGES = [([(2, 1), (2, 1)], 9), ([(3, 1), (3, 2)], 12), ([(3, 1, 2, 2)] * 3, 20), (LENET, 28)]
DEEP = [(3, 1, 1)] * 8


def first_line(fields):
    """The line that tells what is seen: where it is in the window."""
    return fields.region.get_by_role("status").locator("> :first-child").bounding_box()


def bottom(box):
    return box["y"] + box["height"]


@pytest.mark.parametrize(("layers", "size"), STAGES, ids=["two", "strided", "gaps", "lenet"])
def test_cause_and_effect_fit_one_screen(bare_page, layers, size):
    fields = Fields(bare_page(ReceptiveFieldExplorer(layers, size, id="w"), **WIDE), "w")
    region = fields.region.bounding_box()
    assert region["width"] <= 960
    assert region["height"] <= 800
    roles = ("img", "status", "spinbutton", "combobox", "button")
    parts = [found for role in roles for found in fields.region.get_by_role(role).all()]
    assert len(parts) > 4 * len(layers)
    for part in [fields.grid("Paths from each input element"), *parts]:
        assert part.is_visible()
        assert region["y"] <= part.bounding_box()["y"] < bottom(part.bounding_box()) <= region["y"] + 800
    assert fields.page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_of_many_layers_the_last_and_what_is_said_fit_one_screen(bare_page):
    fields = Fields(bare_page(ReceptiveFieldExplorer(DEEP, 16, id="w"), **WIDE), "w")
    control = fields.button("Remove layer 8").bounding_box()
    for n in range(8):
        level = fields.region.locator(f'[data-level="{n}"]').first.bounding_box()
        assert bottom(level) <= first_line(fields)["y"] < control["y"]
    third = fields.region.locator('[data-level="3"]').first.bounding_box()
    assert bottom(control) - third["y"] <= 800
    columns = [fields.spin(f"Layer {n} dilation").bounding_box()["x"] for n in range(1, 9)]
    assert len(set(columns)) == 1


@pytest.mark.parametrize("layers", [STAGES[1][0], DEEP], ids=["two", "eight"])
def test_on_a_phone_the_outcome_stays_in_sight(bare_page, layers):
    fields = Fields(bare_page(ReceptiveFieldExplorer(layers, 16, id="w"), **PHONE), "w")
    last, height = len(layers), PHONE["viewport"]["height"]
    controls = ["Look from layer", "Input elements", "Layer 1 kernel", f"Layer {last} stride", f"Layer {last} dilation"]
    for control in (*map(fields.spin, controls), fields.region.get_by_role("combobox", name="Stack preset")):
        control.scroll_into_view_if_needed()
        control.focus()
        line = first_line(fields)
        assert 0 <= line["y"] <= height + 1 - line["height"]
    fields.spin(f"Layer {last} kernel").fill("x")
    alert = fields.alert.bounding_box()
    assert 0 <= alert["y"] <= height + 1 - alert["height"]
    assert fields.page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
