"""What widgets are to the page around them: no id twice, whole and light on paper."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from helpers.widgets import (
    ChannelExplorer,
    ColourMixer,
    KernelLearner,
    LeNetExplorer,
    NetworkExplorer,
    PoolExplorer,
    Quiz,
    ReceptiveFieldExplorer,
    ShapePuzzle,
)
from tests.explorers.parts import conv, kernels, settled

X = torch.arange(36).reshape(6, 6)
A4 = {"viewport": {"width": 680, "height": 1000}}  # what is left of the paper between its margins, in CSS pixels


def all_widgets():
    """One of every kind, with its largest parts open."""
    net = nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1176, 10))
    return [
        conv("conv", padding=2), PoolExplorer(X, 2, id="pool"), kernels("pic"),
        ShapePuzzle((9, 12), (5, 4), id="puzzle"),
        ChannelExplorer(torch.stack([X, X]), torch.ones(2, 2, 3, 3), padding=1, id="channels"),
        ColourMixer(torch.zeros(3, 20, 20), torch.eye(3), id="mixer"),
        KernelLearner(torch.ones(6, 8), torch.ones(3, 3), kernel=torch.zeros(3, 3), id="learner"),
        ReceptiveFieldExplorer([(3, 1)] * 4, size=40, id="field"), NetworkExplorer(net, (1, 28, 28), id="network"),
        LeNetExplorer(id="lenet"), Quiz("01_conv2d"), Quiz("02_padding_stride"),
    ]  # fmt: skip


@pytest.fixture
def everything(bare_page):
    """Opens a page with all widgets."""

    def open_it(**options):
        author = "".join(f'<p id="quiz-{n}">the author\'s</p>' for n in range(1, 30))
        page = bare_page(author, *all_widgets(), **options)
        page.locator("#lenet").scroll_into_view_if_needed()
        page.locator("#lenet .cx-class[data-logit]").first.wait_for()
        return page

    return open_it


IDS = "() => [...document.querySelectorAll('[id]')].map((one) => one.id)"
GROUPS = """() => {
  const forms = [...document.querySelectorAll(".quiz-question")];
  return forms.map((form) => form.querySelector("input[name]")?.name).filter(Boolean);
}"""


def test_no_id_and_no_group_of_options_is_there_twice(everything):
    page = everything()
    ids, groups = page.evaluate(IDS), page.evaluate(GROUPS)
    assert len(ids) == len(set(ids))
    assert len(groups) > 5
    assert len(groups) == len(set(groups))
    assert not set(groups) & set(ids)


def test_two_copies_of_the_script_give_different_ids(script_page):
    """In a notebook every widget brings its own copy of the modules."""
    from helpers.widgets import bundle

    copy = f"(() => {{ {bundle._text(bundle._join(['parts/dom.js']).values())} return $parts_dom.uid; }})()"
    given = script_page.evaluate(
        f"() => {{ const one = {copy}, other = {copy}; return [one('a'), other('a'), one('a')]; }}"
    )
    assert len(set(given)) == 3


CUT = """() => [...document.querySelectorAll(".cx, .cx *")].filter((one) => {
  const style = getComputedStyle(one);
  const ours = one.clientWidth > 0 && !(one instanceof SVGElement) && !["INPUT", "SELECT"].includes(one.tagName);
  if (!ours) return false;
  const scrolls = [style.overflowX, style.overflowY].some((how) => how === "auto" || how === "scroll");
  const beyond = one.getBoundingClientRect().right > innerWidth + 1;
  return scrolls || beyond;
}).map((one) => `${one.closest("[data-cnn-widget]").id} ${one.className}`)"""

SHOWN = """selector => [...document.querySelectorAll(selector)].filter((one) => one.getClientRects().length)
  .map((one) => one.getAttribute("aria-label") ?? one.textContent)"""


def test_on_paper_explorers_show_all_and_nothing_to_press(everything):
    page = everything(**A4)
    assert page.evaluate(SHOWN, ".cx-button") != []
    page.emulate_media(media="print")
    settled(page)
    assert page.evaluate(CUT) == []
    assert page.evaluate(SHOWN, ".cx-button, .cx-step, .cx-link, .cx-hint, input[type=file]") == []
    for grid in page.locator("[role=grid]").all():  # numbers, pictures and results stay
        assert grid.is_visible() == (not grid.evaluate("one => one.closest('[hidden]') !== null"))
    assert len(page.evaluate(SHOWN, ".cx-class, .cx-thumb, .nx-pick")) > 30
    assert set(
        page.evaluate("[...document.querySelectorAll('.cx')].map(one => getComputedStyle(one).breakInside)")
    ) == {"avoid", "auto"}
    assert page.evaluate("getComputedStyle(document.querySelector('#conv .cx')).breakInside") == "avoid"
    assert page.evaluate("getComputedStyle(document.querySelector('.quiz')).breakInside") == "auto"
    assert page.evaluate("getComputedStyle(document.querySelector('#conv .cx')).printColorAdjust") == "exact"


INK = """() => {
  const canvas = document.querySelector("#big canvas"), copy = new OffscreenCanvas(canvas.width, canvas.height);
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  return [...context.getImageData(canvas.width - 3, canvas.height - 3, 1, 1).data].slice(0, 3);
}"""


def test_on_paper_everything_is_light_even_from_a_dark_page(bare_page):
    from helpers.widgets import ConvExplorer

    big = ConvExplorer(torch.arange(400).reshape(20, 20), [[1.0]], id="big")
    page = bare_page(conv(), big, color_scheme="dark")
    colours = """() => { const style = getComputedStyle(document.querySelector("#one .cx"));
      return [style.color, style.backgroundColor]; }"""
    settled(page)
    dark = page.evaluate(INK)
    assert page.evaluate(colours) != ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    page.emulate_media(media="print")
    settled(page)
    assert page.evaluate(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert page.evaluate(INK) == [0x1F, 0x6F, 0xEB] != dark
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert page.evaluate(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
