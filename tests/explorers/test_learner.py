"""The kernel learner: the backward pass and every step are autograd's, in the script and on the page."""

import random

import pytest
import torch

from helpers.widgets import KernelLearner
from tests.explorers.explorer import PHONE, OnPage
from tests.stacks import tensor

CHAPTER = "chapters/en/01_conv2d.html"


class Learner(OnPage):
    """The learner on the page."""

    def __init__(self, page):
        self.page = page
        self.region = page.locator("#learner").get_by_role("region", name="Kernel learner")

    @property
    def rate(self):
        return self.region.get_by_role("spinbutton", name="Learning rate")

    def bias(self):
        if "Bias b" not in self.status:
            return None
        return float(self.status.split("Bias b = ")[1].split(",")[0].replace("−", "-"))

    @property
    def loss(self):
        return float(self.status.split("loss L is ")[1].split(".\n")[0].rstrip("."))

    def assert_autograd(self):
        """Every number on the screen is PyTorch's for the input and kernel on the screen."""
        python = KernelLearner(self.values("Input"), [[1, -1]], self.values("Kernel"), self.bias())
        loose = {"rtol": 1e-4, "atol": 2e-3}  # the bias is told with four decimals
        torch.testing.assert_close(self.values("Prediction Ŷ"), python.output, **loose)
        torch.testing.assert_close(self.values("Target Y"), python.target, rtol=0, atol=0)
        gradients = python.gradients()
        torch.testing.assert_close(self.values("Gradient of the kernel ∂L/∂K"), gradients.kernel, rtol=1e-3, atol=2e-2)
        torch.testing.assert_close(self.values("Gradient of the input ∂L/∂X"), gradients.input, **loose)


@pytest.fixture
def learner(open_page, address):
    return Learner(open_page(f"{address}/{CHAPTER}"))


def test_steps_lead_down_and_every_number_is_autograds(learner):
    assert "Step 0: the loss L is 42." in learner.status
    learner.assert_autograd()
    learner.press("Step")
    learner.assert_autograd()
    for _ in range(6):
        learner.press("10 steps")
    learner.assert_autograd()
    assert "Step 61" in learner.status
    torch.testing.assert_close(learner.values("Kernel"), tensor([[1.0, -1.0]]), rtol=0, atol=0.01)
    learner.press("Start over")
    assert "Step 0: the loss L is 42." in learner.status
    assert learner.values("Kernel").tolist() == [[-1, 0.5]]


def test_a_run_can_be_paused_and_ends_by_itself(learner):
    learner.press("Run")
    learner.page.wait_for_function("/Step [3-9]/.test(document.querySelector('#learner [role=status]').textContent)")
    learner.press("Pause")
    steps = learner.status.split(":")[0]
    learner.page.wait_for_timeout(400)
    assert learner.status.split(":")[0] == steps
    for _ in range(40):
        learner.press("10 steps")
    assert "Arrived after" in learner.alert.inner_text()


def test_above_the_bound_it_diverges_and_says_why(learner):
    assert "2/λmax = 0.01609" in learner.status
    learner.rate.fill("0.0163")
    assert "beyond −1 it grows without end" in learner.status
    before = learner.loss
    for _ in range(10):
        learner.press("10 steps")
    assert learner.loss > before
    learner.region.get_by_role("checkbox", name="Learn a bias").uncheck()
    assert "2/λmax = 0.03333" in learner.status
    assert "Step 0" in learner.status  # another layer: a new start
    assert "λmax = 0.022: it shrinks" in learner.status
    learner.rate.fill("1e200")
    learner.press("10 steps")
    assert "too large for a number" in learner.alert.inner_text()
    learner.press("Reset")
    assert not learner.alert.is_visible()
    assert "Step 0: the loss L is 42." in learner.status


def test_an_edited_kernel_is_a_new_start(learner):
    learner.press("Step")
    grid = learner.region.get_by_role("grid", name="Kernel", exact=True)
    grid.get_by_role("gridcell").first.click()
    box = learner.region.get_by_role("textbox", name="Kernel row 1, column 1")
    box.fill("1/2")
    box.press("Enter")
    assert learner.values("Kernel")[0, 0] == 0.5
    assert "Step 0" in learner.status
    learner.assert_autograd()


def test_any_target_can_be_learnt_from_any_start(learner):
    draw = random.Random(5)
    for target in ("sobel_x", "horizontal_edge", "box_blur"):
        learner.region.get_by_role("combobox", name="The target's kernel").select_option(target)
        learner.region.get_by_role("combobox", name="Start from").select_option(draw.choice(["zeros", "random"]))
        assert "Step 0" in learner.status
        learner.rate.fill("0.001")
        before = learner.loss
        learner.press("10 steps")
        assert learner.loss < before or before == 0


@pytest.mark.parametrize(
    ("text", "message"), [("0", "greater than 0"), ("-1", "greater than 0"), ("fast", "not a number")]
)
def test_a_bad_rate_is_told_and_kept(learner, text, message):
    learner.rate.fill(text)
    assert message in learner.alert.inner_text()
    assert learner.rate.input_value() == text
    learner.rate.fill("0.02")
    assert not learner.alert.is_visible()


def test_the_sum_behind_a_gradient_is_written_out(learner):
    sums = learner.region.locator(".cx-sum")
    assert sums.inner_text().startswith("∂L/∂K[0, 0] = 1·0 + 1·(−3)")
    assert sums.inner_text().endswith("= −18")
    cell = learner.region.get_by_role("gridcell", name="Gradient of the input ∂L/∂X row 1, column 2", exact=False).first
    cell.hover()
    assert sums.inner_text() == "∂L/∂X[0, 1] = 0·0.5 + (−3)·(−1) = 3"
    cell.focus()
    learner.page.keyboard.press("ArrowRight")
    assert sums.inner_text() == "∂L/∂X[0, 2] = (−3)·0.5 + 1·(−1) = −2.5"


def test_the_keyboard_changes_the_rate_by_its_first_digit(learner):
    learner.rate.focus()
    learner.page.keyboard.press("ArrowUp")
    assert learner.rate.input_value() == "0.02"
    for _ in range(2):
        learner.page.keyboard.press("ArrowDown")
    assert learner.rate.input_value() == "0.009"


def test_touch_on_a_phone_is_enough(open_page, address):
    learner = Learner(open_page(f"{address}/{CHAPTER}", **PHONE))
    learner.region.get_by_role("button", name="10 steps").tap()
    assert "Step 10" in learner.status
    learner.region.get_by_role("gridcell", name="Prediction Ŷ row 1, column 2", exact=False).first.tap()
    assert learner.region.locator(".cx-sum").inner_text().startswith("Ŷ[0, 1]")


def test_a_link_opens_its_state(open_page, address):
    learner = Learner(open_page(f"{address}/{CHAPTER}#learner?x=1,2,3;4,5,6&k=0.25,2&b=&lr=0.005"))
    assert learner.values("Input").tolist() == [[1, 2, 3], [4, 5, 6]]
    assert learner.values("Kernel").tolist() == [[0.25, 2]]
    assert learner.bias() is None
    learner.assert_autograd()
    href = learner.region.get_by_role("link", name="Link to this state").get_attribute("href")
    again = Learner(open_page(f"{address}/{CHAPTER}{href}"))
    assert again.values("Kernel").tolist() == [[0.25, 2]]
    bad = Learner(open_page(f"{address}/{CHAPTER}#learner?lr=-1"))
    assert "lr=-1 makes no sense" in bad.alert.inner_text()
    bad = Learner(open_page(f"{address}/{CHAPTER}#learner?k=1,2,3"))
    assert "The kernel has 1×3 elements" in bad.alert.inner_text()
    assert bad.values("Kernel").tolist() == [[-1, 0.5]]
