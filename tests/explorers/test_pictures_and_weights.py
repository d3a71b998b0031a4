"""Pictures that are too small, and trained weights that do not come."""

from __future__ import annotations

import base64
import json

import pytest

from helpers.weights import LENET
from helpers.widgets import LeNetExplorer
from tests.explorers.parts import give, kernels, png, settled

LONG = '<div style="height: 4000px">a long chapter</div>'


@pytest.mark.parametrize(
    ("height", "width", "message"),
    [
        (1, 1, "mine.png has 1×1 pixels, which is too small: each side must have at least 8."),
        (7, 8, "mine.png has 7×8 pixels, which is too small: each side must have at least 8."),
        (4, 500, "mine.png has 4×500 pixels, which is too small: each side must have at least 8."),
        (8, 500, "mine.png has 8×500 pixels. Made to fit into 192×192, its shorter side would have fewer than 8. "
                 "Take a less narrow picture."),
    ],
)  # fmt: skip
def test_a_picture_that_is_too_small_or_too_narrow_is_told_with_its_size(bare_page, height, width, message):
    page = bare_page(kernels())
    root = page.locator("#pic")
    give(root, png(height, width))
    root.get_by_role("alert").wait_for()
    assert root.get_by_role("alert").inner_text() == message
    give(root, png(8, 8))
    root.locator('[aria-rowcount="8"]').first.wait_for()
    assert not root.get_by_role("alert").is_visible()


def script(data: bytes) -> str:
    return f'globalThis.convnets.lenetWeights = "{base64.b64encode(data).decode()}";\n'


def damaged(kind: str) -> str:
    whole = LENET.read_bytes()
    length = int.from_bytes(whole[:8], "little")
    return {
        "cut": script(whole[:-1000]),
        "flipped": script(whole[:-1000] + bytes([whole[-1000] ^ 1]) + whole[-999:]),
        "not finite": script(whole[:-4] + b"\x00\x00\xc0\x7f"),
        "no header": script(b"\x05" + whole[1:]),
        "a tensor missing": script(whole[:8] + whole[8 : 8 + length].replace(b'"11.', b'"12.') + whole[8 + length :]),
        "no base64": 'globalThis.convnets.lenetWeights = "…";\n',
        "nothing": "// nothing\n",
    }[kind]


class Net:
    """A LeNet explorer whose weights come when and as the test says."""

    def __init__(self, page):
        self.page, self.asked, self.answer = page, [], None
        page.unroute("**/*")  # a request that fails is no fault here

        def serve(route):
            self.asked.append(route.request.url)
            if self.answer is None:
                route.abort()
            else:
                route.fulfill(body=self.answer, content_type="text/javascript")

        page.route("**/lenet-weights.js*", serve)
        self.root = page.locator("#net")

    def come_near(self):
        self.root.scroll_into_view_if_needed()

    @property
    def alert(self):
        return self.root.get_by_role("alert")

    @property
    def status(self):
        return self.root.get_by_role("status").inner_text()

    def again(self):
        self.alert.get_by_role("button", name="Try again").click()


@pytest.fixture
def net(browser, bare_folder, bare_address):
    """A page of its own, not watched by `open_page`: failing requests are the point."""
    (bare_folder / "net.html").write_text(
        '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">'
        '<link rel="stylesheet" href="course-widgets.css">'
        '<script async src="explorers.js"></script><script async src="explorer-trained.js"></script>'
        f"{LONG}{LeNetExplorer(id='net').html()}",
        encoding="utf-8",
    )
    page = browser.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{bare_address}/net.html")
    page.wait_for_selector("#net[data-live]")
    yield Net(page)
    page.close()
    assert faults == []


def test_weights_that_do_not_come_are_told_until_trying_again_helps(net):
    net.come_near()
    net.alert.wait_for()
    assert "The trained weights could not be loaded (http" in net.alert.inner_text()
    assert net.status == ""
    net.root.get_by_role("button", name="Reset").click()
    assert net.alert.is_visible()
    assert net.status == ""
    net.again()  # it fails once more
    net.page.wait_for_function("document.activeElement.matches('section.cx')")
    net.alert.wait_for()
    net.root.get_by_role("button", name="Test image 5: pullover").click()  # and a change settles nothing
    assert net.alert.is_visible()
    net.answer = script(LENET.read_bytes())
    net.again()
    net.root.locator(".cx-class[data-logit]").first.wait_for()
    assert not net.alert.is_visible()
    assert net.status.startswith("The network says: ")
    assert len(net.asked) == len(set(net.asked)) == 3  # asked for anew, not out of a cache


def test_damaged_weights_are_told_and_asked_for_again(net):
    for kind in ("cut", "flipped", "not finite", "no header", "a tensor missing", "no base64", "nothing"):
        net.answer = damaged(kind)
        net.again() if net.asked else net.come_near()
        net.alert.wait_for()
        assert "The trained weights could not be loaded (what came is damaged)." in net.alert.inner_text(), kind
    assert len(net.asked) == 7
    net.answer = script(LENET.read_bytes())
    net.again()
    net.root.locator(".cx-class[data-logit]").first.wait_for()
    assert not net.alert.is_visible()
    settled(net.page)


def test_weights_that_come_while_something_impossible_is_typed_show_the_last_possible_state(net):
    net.come_near()
    net.alert.wait_for()
    net.root.get_by_role("grid", name="Input", exact=True).get_by_role("gridcell").focus()
    net.page.keyboard.type("300")
    net.page.keyboard.press("Enter")
    assert "300 was given" in net.alert.inner_text()
    net.answer = script(LENET.read_bytes())
    net.again()
    net.root.locator(".cx-class[data-logit]").first.wait_for()
    assert "300 was given" in net.alert.inner_text()
    assert net.status.startswith("The network says: ")
    assert net.root.locator(".cx-classes").get_attribute("aria-disabled") == "true"


def test_the_damaged_files_of_these_tests_are_damaged():
    header = json.loads(LENET.read_bytes()[8 : 8 + int.from_bytes(LENET.read_bytes()[:8], "little")])
    assert {"0.weight", "11.weight", "11.bias"} <= set(header)
