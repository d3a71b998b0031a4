"""Links to a state: they bring the explorer into view, carry all that it shows, are copied, and end with Reset."""

from __future__ import annotations

import io

import pytest
import torch
from PIL import Image
from playwright.sync_api import expect
from torch import nn

from helpers.widgets import (
    ChannelExplorer,
    ColourMixer,
    KernelLearner,
    LeNetExplorer,
    NetworkExplorer,
    PoolExplorer,
    ReceptiveFieldExplorer,
    ShapePuzzle,
)
from tests.explorers.parts import conv, give, kernels, png, settled

LONG = '<div style="height: 4000px">a long chapter</div>'
X = torch.arange(36).reshape(6, 6)


def link_of(root):
    return root.get_by_role("link", name="Link to this state").get_attribute("href")


def top(locator):
    return locator.evaluate("element => element.getBoundingClientRect().top")


def seen(locator):
    """Whether all of it is in the window."""
    return locator.evaluate(
        """element => { const { top, bottom } = element.getBoundingClientRect();
        return top >= -1 && bottom <= innerHeight + 1; }"""
    )


# --- in view


def test_a_link_brings_its_explorer_into_view(bare_page):
    page = bare_page(LONG, conv("before"), conv("one"), LONG, link="#one?s=1&p=1")
    assert abs(top(page.locator("#one"))) < 20
    page.evaluate("scrollTo(0, 0)")
    page.evaluate("location.hash = '#before?p=2'")
    page.wait_for_function("scrollY > 3000")
    settled(page)
    assert abs(top(page.locator("#before"))) < 20


def test_a_sticky_header_does_not_cover_it(bare_page):
    style = "<style>html { scroll-padding-top: 80px; scroll-behavior: smooth; }</style>"
    page = bare_page(LONG, conv(), LONG, link="#one?p=1", head=style)
    assert 80 <= top(page.locator("#one")) < 100


def test_a_bad_link_shows_its_alert(bare_page):
    page = bare_page(
        LONG, ChannelExplorer(torch.stack([X] * 4), torch.ones(1, 4, 2, 2), id="channels"), LONG, link="#channels?s=0",
        viewport={"width": 900, "height": 500},
    )  # fmt: skip
    alert = page.locator("#channels").get_by_role("alert")
    assert "s=0 makes no sense here" in alert.inner_text()
    assert seen(alert)


def test_what_comes_late_does_not_move_it_until_the_reader_scrolls(bare_page):
    page = bare_page('<div id="late">formula</div>', LONG, conv(), LONG, link="#one?p=1")
    # browsers hold the page by themselves where they can; one that cannot (Safari) moves it
    page.add_style_tag(content="* { overflow-anchor: none; }")
    for height in (300, 700, 50):
        page.evaluate("height => { late.style.height = `${height}px`; }", height)
        settled(page)
        assert abs(top(page.locator("#one"))) < 20
    page.mouse.wheel(0, -500)
    page.wait_for_function("document.getElementById('one').getBoundingClientRect().top > 400")
    settled(page)
    before = page.evaluate("scrollY")
    page.evaluate("late.style.height = '900px'")
    settled(page)
    assert page.evaluate("scrollY") == before


def test_weights_that_come_late_do_not_move_it(bare_page):
    page = bare_page(LONG, LeNetExplorer(id="first"), LeNetExplorer(id="net"), LONG, link="#net?z=1,2&o=conv2,3,4,5,1")
    page.locator("#net .cx-class[data-logit]").first.wait_for()
    settled(page)
    assert abs(top(page.locator("#net"))) < 20


def test_a_pointer_that_rests_where_the_explorer_comes_chooses_nothing(bare_page):
    """A browser tells an element that has scrolled under the pointer that the pointer is over it; it has not moved."""
    page = bare_page(conv(), link="#one?p=1&o=1,1")
    root = page.locator("#one")
    cell = root.get_by_role("gridcell", name="Output row 3, column 2:")
    cell.dispatch_event("pointerover", {"pointerType": "mouse"})
    assert link_of(root) == "#one?p=1&o=1,1"
    cell.hover()
    assert link_of(root) == "#one?p=1&o=2,1"


# --- all that is shown

WIDGETS = {
    "conv": lambda id: conv(id),
    "pool": lambda id: PoolExplorer(X, 2, id=id),
    "channels": lambda id: ChannelExplorer(torch.stack([X, X]), torch.ones(2, 2, 2, 2), bias=[0, 1], id=id),
    "pic": lambda id: kernels(id),
    "mix": lambda id: ColourMixer(torch.zeros(3, 5, 6), torch.eye(3), id=id),
    "learner": lambda id: KernelLearner(X, [[1, -1]], kernel=[[0, 0]], lr=0.001, id=id),
    "field": lambda id: ReceptiveFieldExplorer([(3, 1), (3, 2)], size=9, id=id),
    "field-from": lambda id: ReceptiveFieldExplorer([(3, 1), (3, 2)], size=9, at=(1, 2), id=id),
    "network": lambda id: NetworkExplorer(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()), (1, 8, 8), id=id),
    "puzzle": lambda id: ShapePuzzle((9, 12), (5, 4), id=id),
    "lenet": lambda id: LeNetExplorer(id=id),
}

STATES = [
    "conv?o=1,1&w=1",
    "conv?x=1,2,3,4;5,6,7,8&k=1,1&p=1&o=3,4&w=1",
    "pool?o=1,2&n=gradient",
    "pool?m=avg&s=1&o=4,4&n=windows",
    "channels?b=2,-1.5&o=1,4,3&w=1",
    "pic?k=0,1;1,0&o=3,4&t=signed",
    "mix?k=0,0,1;0,1,0;1,0,0&o=4,5",
    "learner?lr=0.002&o=prediction,5,4",
    "learner?o=dx,5,5",
    "field?o=1,6",
    "field-from?n=11&o=2,0",
    "network?n=4&o=1",
    "puzzle?k=2&p=1,0&s=1,2",
    "lenet?z=1,2&o=conv2,3,9,8,5",
    "lenet?o=fc2,83",
]

BAD = [
    "conv?o=2,0", "conv?o=1", "conv?o=-1,0", "conv?o=1.5,0", "conv?w=yes", "pool?n=gradients", "pool?o=3,0",
    "channels?b=1;2", "channels?o=2,0,0", "pic?t=black", "pic?o=20,0", "mix?o=5,0", "learner?o=dk,1,0",
    "learner?o=input,0,0", "field?o=2,3", "field?o=3,0", "network?o=2", "puzzle?k=6", "lenet?o=conv2,3,10,0,0",
    "lenet?o=toString,1", "lenet?o=fc1,3,1,1",
]  # fmt: skip


@pytest.fixture
def teaching(bare_page):
    """A page with one of each."""
    return bare_page(*(make(id) for id, make in WIDGETS.items()))


def test_a_link_carries_all_that_a_teacher_would_show_and_reset_ends_it(teaching):
    for state in STATES:
        teaching.evaluate("state => { location.hash = state; }", f"{state}&unknown=7")
        id = state.split("?")[0]
        root = teaching.locator(f"#{id}")
        expect(root.get_by_role("link", name="Link to this state")).to_have_attribute("href", f"#{state}")
        assert not root.get_by_role("alert").is_visible(), state
        root.get_by_role("button", name="Reset").click()
        assert link_of(root) == f"#{id}?", state
        assert teaching.evaluate("location.hash") == f"#{id}", state


def test_a_view_that_there_is_not_is_told_and_the_authors_stands(teaching):
    for state in BAD:
        teaching.evaluate("state => { location.hash = state; }", state)
        id, link = state.split("?")
        alert = teaching.locator(f"#{id}").get_by_role("alert")
        alert.get_by_text(f"The link's {link} makes no sense here").wait_for()
        assert link_of(teaching.locator(f"#{id}")) == f"#{id}?", state


def test_after_reset_a_reload_gives_the_authors_state(bare_page):
    page = bare_page(conv(), link="#one?k=5")
    page.locator("#one").get_by_role("button", name="Reset").click()
    page.reload()
    page.wait_for_selector("#one[data-live]")
    assert link_of(page.locator("#one")) == "#one?"


def test_what_a_reader_chooses_is_in_the_link(bare_page):
    page = bare_page(conv(), PoolExplorer(X, 2, id="pool"), link="#one?p=1")
    one, pool = page.locator("#one"), page.locator("#pool")
    one.get_by_role("gridcell", name="Output row 2, column 3:").click()
    one.get_by_role("checkbox", name="Count the windows").check()
    assert link_of(one) == "#one?p=1&o=1,2&w=1"
    one.get_by_role("button", name="Next").click()
    assert link_of(one) == "#one?p=1&o=1,3&w=1"
    pool.get_by_role("combobox", name="Small numbers show").select_option("gradient")
    assert link_of(pool) == "#pool?n=gradient"
    one.get_by_role("button", name="Reset").click()
    assert not one.get_by_role("checkbox", name="Count the windows").is_checked()
    # a link without them shows the author's view, not what was on before
    one.get_by_role("checkbox", name="Count the windows").check()
    page.evaluate("location.hash = '#one?s=2'")
    page.wait_for_function("document.querySelector('#one .cx-link').hash === '#one?s=2'")
    assert not one.get_by_role("checkbox", name="Count the windows").is_checked()


def test_a_link_that_names_more_outputs_than_biases_gets_zeros_for_the_rest(bare_page):
    """Links of the first edition had no biases."""
    channels = ChannelExplorer(torch.stack([X, X]), torch.ones(1, 2, 2, 2), bias=[3], id="w")
    plane = "|".join(["0,0;0,0"] * 2)
    page = bare_page(channels, link=f"#w?k={plane}/{plane}")
    outputs = page.locator("#w").get_by_role("grid", name="Output channel ")
    assert [grid.get_by_role("gridcell").first.get_attribute("data-value") for grid in outputs.all()] == ["3", "0"]
    page.evaluate("location.hash = '#w?b=1,2'")
    alert = page.locator("#w").get_by_role("alert")
    alert.wait_for()
    assert "bias must hold one number for each of the 1 output channels" in alert.inner_text()


def test_the_pixel_of_a_readers_own_picture_does_not_travel(bare_page):
    page = bare_page(kernels())
    root = page.locator("#pic")
    root.get_by_role("combobox", name="Black and white mean").select_option("levels")
    give(root, png(60, 70))
    root.locator('[aria-rowcount="60"]').first.wait_for()
    root.get_by_role("grid", name="Output").get_by_role("gridcell").focus()
    page.keyboard.press("End")
    assert "Y[30, 68]" in root.inner_text()
    assert link_of(root) == "#pic?t=levels"


def grey(height, width):
    """A picture of many levels, and them."""
    levels = torch.arange(height * width).reshape(height, width) * 7 % 256
    out = io.BytesIO()
    Image.fromarray(levels.numpy().astype("uint8")).save(out, "PNG")
    return out.getvalue(), levels


def test_a_small_picture_travels_with_its_pixel(bare_page):
    page = bare_page(kernels())
    data, levels = grey(40, 100)
    give(page.locator("#pic"), data)
    page.locator('#pic [aria-rowcount="40"]').first.wait_for()
    page.locator("#pic").get_by_role("grid", name="Output").get_by_role("gridcell").focus()
    page.keyboard.press("Home")
    link = link_of(page.locator("#pic"))
    window = page.locator("#pic").get_by_role("grid", name="Window").get_by_role("gridcell")
    again = bare_page(kernels(), link=link)
    again.locator('#pic [aria-rowcount="40"]').first.wait_for()
    there = again.locator("#pic").get_by_role("grid", name="Window").get_by_role("gridcell")
    numbers = [cells.evaluate_all("all => all.map(cell => Number(cell.dataset.value))") for cells in (window, there)]
    assert numbers[0] == numbers[1] == levels[20, :2].tolist()
    assert link_of(again.locator("#pic")) == link


def test_a_small_colour_picture_travels(bare_page):
    mixer = ColourMixer(torch.zeros(3, 8, 8), torch.eye(3), id="mix")
    page = bare_page(mixer)
    give(page.locator("#mix"), grey(9, 11)[0])
    page.locator('#mix [aria-rowcount="9"]').first.wait_for()
    link = link_of(page.locator("#mix"))
    again = bare_page(mixer, link=link)
    again.locator('#mix [aria-rowcount="9"][aria-colcount="11"]').first.wait_for()
    assert link_of(again.locator("#mix")) == link


@pytest.mark.parametrize("text", ["2x2.AAAA", "0x4.AAAA", "9999x9999.AAAA", "2x2.*", "2x2", "100x100." + "A" * 13334])
def test_a_link_with_a_damaged_picture_is_refused(bare_page, text):
    root = bare_page(kernels(), link=f"#pic?p={text}").locator("#pic")
    assert "makes no sense" in root.get_by_role("alert").inner_text()
    assert link_of(root) == "#pic?"


def test_a_solution_that_came_with_a_link_is_not_the_readers(bare_page):
    page = bare_page(ShapePuzzle((9, 12), (5, 4), id="w"), link="#w?k=1,3&s=2,3")
    told = page.locator("#w").get_by_role("status").inner_text()
    assert "Solved." in told
    assert "Puzzles you solved: 0" in told


def test_reset_leaves_another_explorers_link_and_headings_alone(bare_page):
    page = bare_page(conv("one"), conv("two"), link="#two?p=1")
    page.locator("#one").get_by_role("button", name="Reset").click()
    assert page.evaluate("location.hash") == "#two?p=1"
    page.evaluate("location.hash = '#one'")
    page.locator("#one").get_by_role("button", name="Reset").click()
    assert page.evaluate("location.hash") == "#one"


# --- copying


def press(page, root):
    root.get_by_role("link", name="Link to this state").click()
    page.wait_for_function("[...document.querySelectorAll('.cx-copied')].some(told => told.textContent)")
    return root.locator(".cx-copied").inner_text()


def copied(page):
    return page.evaluate("navigator.clipboard.readText()")


ALLOWED = {"permissions": ["clipboard-read", "clipboard-write"]}
CANONICAL = '<link rel="canonical" href="https://example.org/course/02.html">'


def test_a_press_copies_the_link_says_so_and_changes_nothing_else(bare_page):
    page = bare_page(LONG, conv(), LONG, link="#one?p=1", **ALLOWED)
    root = page.locator("#one")
    root.get_by_role("checkbox", name="Count the windows").check()
    before = page.evaluate("scrollY")
    assert press(page, root) == "Copied. This page is on your own machine, so the link works only here."
    assert root.locator(".cx-copied").get_attribute("aria-live") == "polite"
    assert copied(page) == page.url
    assert page.url.endswith("#one?p=1&w=1")
    settled(page)
    assert page.evaluate("scrollY") == before
    root.get_by_role("spinbutton", name="Padding rows").fill("2")
    page.go_back()  # the reader's own way back is followed
    page.wait_for_function("document.querySelector('#one .cx-link').hash === '#one?p=1'")
    page.go_forward()
    page.wait_for_function("document.querySelector('#one .cx-link').hash === '#one?p=1&w=1'")


@pytest.mark.parametrize("disk", [False, True])
def test_a_published_page_is_copied_with_its_published_address(bare_page, disk):
    page = bare_page(conv(), head=CANONICAL, disk=disk, **ALLOWED)
    page.locator("#one").get_by_role("spinbutton", name="Stride rows").fill("2")
    assert press(page, page.locator("#one")) == "Copied, with this page's published address."
    assert copied(page) == "https://example.org/course/02.html#one?s=2,1"
    assert page.evaluate("location.hash") == "#one?s=2,1"


def test_a_clipboard_that_refuses_is_told_with_the_link(bare_page):
    page = bare_page(conv(), head=CANONICAL)
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    told = press(page, page.locator("#one"))
    assert told == "The browser did not let this page copy. The link is https://example.org/course/02.html#one?"
    assert page.evaluate("location.hash") == "#one?"
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    assert press(page, page.locator("#one")) == told


def test_the_machine_that_is_meant_is_told_from_a_site(script_page):
    """Which addresses are on one's own machine: the rule alone, since tests reach no other."""
    local = "(all) => all.map((one) => convnets.address.isHere(new URL(one)))"
    here = [
        "http://localhost:8000/a",
        "http://127.0.0.1/a",
        "http://[::1]:80/",
        "file:///a/b.html",
        "http://a.localhost/",
    ]
    there = ["https://example.org/", "http://192.168.1.7/", "http://localhost.example.org/", "http://127.example.org/"]
    assert script_page.evaluate(local, here) == [True] * len(here)
    assert script_page.evaluate(local, there) == [False] * len(there)
    share = "([own, canonical]) => convnets.address.shareable(new URL(own), canonical)"
    there = "https://example.org/a.html"
    assert script_page.evaluate(share, [f"{there}?q#x", "https://elsewhere.org/"]) == {
        "page": f"{there}?q",
        "key": "ui.link.copied",
    }
    assert script_page.evaluate(share, ["http://localhost/b.html#x", "http://localhost/c.html"]) == {
        "page": "http://localhost/b.html",
        "key": "ui.link.copied_here",
    }
