"""What was done last stays, however late an earlier answer comes."""

from __future__ import annotations

import re

import pytest
import torch

from helpers.widgets import ClassMapExplorer, ColourMixer, LeNetExplorer, PanelExplorer
from tests.explorers.parts import give, kernels, paste, png, settled

#: lets the page's pictures come only when the test says so, in whatever order it says
SLOW = """() => {
  const read = globalThis.createImageBitmap;
  globalThis.waiting = [];
  globalThis.createImageBitmap = (file) => new Promise((done) => waiting.push(() => {
    const answer = read(file);
    done(answer);
    return answer.then(() => null, () => null);
  }));
}"""


def come(page, number):
    """Lets one of the pictures come, and waits until it has been read."""
    page.evaluate("number => waiting[number]()", number)
    settled(page)


def waits_for(page, count):
    page.wait_for_function("count => waiting.length === count", arg=count)


@pytest.fixture
def slow(bare_page):
    page = bare_page(kernels())
    page.evaluate(SLOW)
    return page


def size(root):
    grid = root.get_by_role("grid", name="Input", exact=True)
    return int(grid.get_attribute("aria-rowcount")), int(grid.get_attribute("aria-colcount"))


def test_of_two_pictures_the_one_given_last_stays(slow):
    root = slow.locator("#pic")
    give(root, png(30, 40))
    waits_for(slow, 1)
    give(root, png(60, 100))
    waits_for(slow, 2)
    come(slow, 1)
    root.locator('[aria-rowcount="60"]').first.wait_for()
    come(slow, 0)
    assert size(root) == (60, 100)


@pytest.mark.parametrize("moment", ["Reset", "link"])
def test_a_picture_does_not_come_after_reset_nor_after_a_link(slow, moment):
    root = slow.locator("#pic")
    give(root, png(30, 40))
    waits_for(slow, 1)
    if moment == "Reset":
        root.get_by_role("button", name="Reset").click()
    else:
        slow.evaluate("location.hash = '#pic?k=2,3'")
        root.locator("[aria-label='Kernel row 1, column 1: 2']").wait_for()
    come(slow, 0)
    assert size(root) == (20, 20)


def test_a_refusal_stays_when_an_earlier_picture_would_come(slow):
    root = slow.locator("#pic")
    give(root, png(30, 40))
    waits_for(slow, 1)
    give(root, b"", "empty.png")
    waits_for(slow, 2)
    come(slow, 1)
    root.get_by_role("alert").wait_for()
    come(slow, 0)
    assert "empty.png cannot be read" in root.get_by_role("alert").inner_text()
    assert size(root) == (20, 20)


def test_what_was_told_since_of_something_else_stays_and_the_picture_comes(slow):
    root = slow.locator("#pic")
    give(root, b"", "empty.png")
    waits_for(slow, 1)
    come(slow, 0)
    root.get_by_role("alert").wait_for()
    give(root, png(30, 40))  # settles what was told before
    waits_for(slow, 2)
    assert not root.get_by_role("alert").is_visible()
    root.get_by_role("grid", name="Kernel").get_by_role("gridcell").first.focus()
    paste(slow, "1\tx")
    come(slow, 1)
    root.locator('[aria-rowcount="30"]').first.wait_for()
    assert "“x” is not a number" in root.get_by_role("alert").inner_text()


def test_the_colour_mixer_and_lenet_keep_what_was_done_last_too(bare_page):
    mixer = ColourMixer(torch.arange(3 * 64).reshape(3, 8, 8).float(), torch.eye(3), id="mix")
    page = bare_page(mixer, LeNetExplorer(id="net"))
    net = page.locator("#net")
    net.scroll_into_view_if_needed()
    net.locator(".cx-class[data-logit]").first.wait_for()
    page.evaluate(SLOW)
    give(page.locator("#mix"), png(30, 40))
    give(net, png(50, 50, 20))
    waits_for(page, 2)
    page.locator("#mix").get_by_role("button", name="Reset").click()
    net.get_by_role("button", name="Test image 5: pullover").click()
    chosen = net.get_by_role("link", name="Link to this state").get_attribute("href")
    for number in (0, 1):
        come(page, number)
    assert page.locator("#mix").get_by_role("grid", name="Red in").get_attribute("aria-rowcount") == "8"
    assert net.get_by_role("link", name="Link to this state").get_attribute("href") == chosen


#: explorers of trained networks, each of which takes any picture for its input
TRAINED = {
    "one network": lambda: LeNetExplorer(id="w"),
    "several networks": lambda: PanelExplorer(["lenet", "vgg"], id="w"),
    "class maps": lambda: ClassMapExplorer("nin", id="w"),
}

#: as many weights as asked for have come; the panel has not asked
HERE = "() => document.querySelector('#w .cx-class[data-logit], #w .cm-tile[data-logit], #w tr[data-network]')"
LARGE, SMALL = png(1200, 1600, 40), png(30, 40, 90)


@pytest.fixture(params=TRAINED)
def trained(bare_page, request):
    """Each of them, with its weights, and slow pictures."""
    page = bare_page(TRAINED[request.param]())
    page.locator("#w").scroll_into_view_if_needed()
    page.wait_for_function(HERE)
    page.evaluate(SLOW)
    return page


def state(page):
    """The link to the present state, which holds the picture."""
    return page.locator("#w").get_by_role("link", name="Link to this state").get_attribute("href")


def press(page, name):
    page.locator("#w").get_by_role("button", name=name, exact=True).click()


def draw(page):
    """A dot in the middle of the picture."""
    press(page, "Draw")
    page.locator("#w .cx-canvas canvas").first.click()


def follow(page):
    """A link to a grey picture, made of one to the present picture."""
    grey = "7f" * 28 * 28
    page.evaluate("link => (location.hash = link)", re.sub("[0-9a-f]{1568}", grey, state(page)))
    page.wait_for_function(
        "grey => document.querySelector('#w a.cx-link').getAttribute('href').includes(grey)", arg=grey
    )


#: what a reader may do while a picture is read, one after the other
MOMENTS = {
    "Reset": lambda page: press(page, "Reset"),
    "a test image": lambda page: press(page, "Test image 5: pullover"),
    "the same test image": lambda page: press(page, "Test image 5: pullover"),
    "Clear": lambda page: press(page, "Clear"),
    "Clear once more": lambda page: press(page, "Clear"),
    "a stroke": draw,
    "a link": follow,
}


def test_of_two_pictures_a_trained_network_keeps_the_one_given_last(trained):
    root, before = trained.locator("#w"), state(trained)
    give(root, LARGE)
    waits_for(trained, 1)
    give(root, SMALL)
    waits_for(trained, 2)
    come(trained, 1)
    small = state(trained)
    assert small != before
    come(trained, 0)
    assert state(trained) == small
    give(root, LARGE)
    waits_for(trained, 3)
    come(trained, 2)
    assert state(trained) not in (small, before)  # which would have been seen


def test_a_picture_comes_to_a_trained_network_after_nothing_that_was_done_since(trained):
    for count, (moment, act) in enumerate(MOMENTS.items()):
        give(trained.locator("#w"), LARGE)
        waits_for(trained, count + 1)
        act(trained)
        settled(trained)
        done = state(trained)
        come(trained, count)
        assert state(trained) == done, moment


def refused(page, data, name):
    """Gives a file that is no picture, and waits until that has been told."""
    count = page.evaluate("waiting.length")
    give(page.locator("#w"), data, name)
    waits_for(page, count + 1)
    come(page, count)
    alert = page.locator("#w").get_by_role("alert")
    alert.wait_for()
    assert f"{name} cannot be read" in alert.inner_text()
    return alert


@pytest.mark.parametrize(("data", "name"), [(b"", "empty.png"), (SMALL[:40], "broken.png")], ids=["empty", "broken"])
def test_a_trained_network_keeps_the_refusal_of_a_broken_file(trained, data, name):
    root, before = trained.locator("#w"), state(trained)
    give(root, LARGE)
    waits_for(trained, 1)
    alert = refused(trained, data, name)
    come(trained, 0)
    assert f"{name} cannot be read" in alert.inner_text()
    assert state(trained) == before
    give(root, SMALL)  # and a picture settles it
    waits_for(trained, 3)
    come(trained, 2)
    assert not alert.is_visible()
    assert state(trained) != before


def test_the_refusal_of_a_file_stays_while_networks_load_and_answer(bare_page):
    page = bare_page(PanelExplorer(["lenet", "vgg"], id="w"))
    page.evaluate(SLOW)
    alert = refused(page, b"", "empty.png")
    page.locator("#w").get_by_role("button", name="Load all 2 networks").click()
    page.wait_for_function("document.querySelectorAll('#w tr[data-logits]:not([data-late])').length === 2")
    assert "empty.png cannot be read" in alert.inner_text()


LATEST = """async () => {
  const { Latest } = convnets.latest, latest = new Latest(), order = [];
  const later = () => {
    let settle;
    const promise = new Promise((done, fail) => (settle = { done, fail }));
    return { promise, ...settle };
  };
  const [first, second, third, fourth] = [later(), later(), later(), later()];
  const note = (name, what) => order.push([name, what]);
  const found = (name) => (answer) => note(name, answer?.value ?? null);
  const told = (name, answer) => answer.then(found(name), (error) => note(name, error.message));
  const all = [told("first", latest.of(first.promise)), told("second", latest.of(second.promise))];
  second.done("b"); await all[1];
  first.fail(new Error("late")); await all[0];
  const dropped = told("third", latest.of(third.promise));
  latest.drop(); third.done("c"); await dropped;
  const failed = told("fourth", latest.of(fourth.promise));
  fourth.fail(new Error("told")); await failed;
  return order;
}"""


def test_only_the_newest_answer_counts_and_late_failures_are_nobodys(script_page):
    assert script_page.evaluate(LATEST) == [["second", "b"], ["first", None], ["third", None], ["fourth", "told"]]


DRAFT = """async () => {
  const values = { a: 1, b: 1 }, listeners = {};
  const model = { get: (name) => values[name], set() {}, save_changes() {}, off() {} };
  model.on = (name, listener) => (listeners[name] = listener);
  const refusal = ({ a, b }) => (a > b ? { key: "no", params: {} } : null);
  const draft = new convnets.draft.Draft(model, ["a", "b"], refusal, () => {});
  const pull = async (name, value) => { values[name] = value; listeners[`change:${name}`](); await null; await null; };
  await pull("a", 5);
  const half = { valid: { ...draft.valid }, values: { ...draft.values }, refused: draft.refused !== null };
  await pull("b", 6);
  return [half, { valid: draft.valid, values: draft.values, refused: draft.refused !== null }];
}"""


def test_half_of_a_change_from_elsewhere_leaves_the_last_possible_state(script_page):
    half, whole = script_page.evaluate(DRAFT)
    assert half == {"valid": {"a": 1, "b": 1}, "values": {"a": 5, "b": 1}, "refused": True}
    assert whole == {"valid": {"a": 5, "b": 6}, "values": {"a": 5, "b": 6}, "refused": False}
