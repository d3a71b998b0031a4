"""The receptive field explorer: what it shows is where PyTorch's gradient is not zero."""

import pytest
import torch

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
