"""The trained LeNet in the page: its numbers are PyTorch's, whatever a reader draws, drops or changes."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
import torch
from PIL import Image

from helpers import data
from helpers.widgets import LeNetExplorer
from tests.explorers.explorer import PHONE, SEES, VALUES, WIDE, OnPage, faults_by_axe
from tests.lenet import by_pytorch
from tools.test_images import chosen


class LeNet(OnPage):
    """A LeNet explorer on a page."""

    def __init__(self, page, id="lenet"):
        self.page = page
        self.region = page.locator(f"#{id}").get_by_role("region", name="LeNet explorer")
        self.region.scroll_into_view_if_needed()  # the weights come when the explorer is near
        self.region.locator(".cx-class[data-logit]").first.wait_for()

    @property
    def logits(self):
        told = self.region.locator(".cx-class").evaluate_all("all => all.map(one => Number(one.dataset.logit))")
        return torch.tensor(told, dtype=torch.float64)

    def state(self):
        """The explorer's state in Python, by its link, without the chosen number, which the link tells too."""
        href = self.region.get_by_role("link", name="Link to this state").get_attribute("href")
        state = self.page.evaluate("(hash) => Object.fromEntries(new URLSearchParams(hash.split('?')[1]))", href)
        state.pop("o", None)
        return state

    def assert_true(self):
        """The logits on the screen are PyTorch's for what the state says."""
        state = self.state()
        explorer = LeNetExplorer()
        if "x" in state:
            explorer.image = np.frombuffer(bytes.fromhex(state["x"]), np.uint8).reshape(28, 28).astype(float)
        if state.get("k"):
            explorer.kernels = [
                (*map(int, place.split(",")), [[float(v) for v in row.split(",")] for row in rows.split(";")])
                for place, rows in (part.split(":") for part in state["k"].split("|"))
            ]
        if state.get("z"):
            explorer.silenced = [tuple(map(int, pair.split(","))) for pair in state["z"].split(";")]
        if state.get("s"):
            explorer.off = state["s"].split(";")
        torch.testing.assert_close(self.logits, explorer.output, rtol=1e-4, atol=1e-5)
        best = explorer.output.argmax()
        assert self.status.startswith(f"The network says: {data.CLASSES[best]}, ")


@pytest.fixture
def lenet(open_page, address):
    return LeNet(open_page(f"{address}/chapters/en/05_lenet.html"))


def test_a_picture_is_classified_and_its_label_told(lenet):
    lenet.assert_true()
    lenet.button("Test image 19: ankle boot").click()
    lenet.assert_true()
    assert "Its label is ankle boot" in lenet.status
    assert lenet.button("Test image 19: ankle boot").get_attribute("aria-pressed") == "true"


def test_it_works_from_disk_too(open_page, site):
    page = open_page(f"{site.as_uri()}/chapters/en/05_lenet.html")
    LeNet(page).assert_true()


def test_the_weights_are_fetched_only_when_the_explorer_comes_near(bare_page):
    page = bare_page('<p style="height: 5000px">far above</p>', LeNetExplorer(id="lenet"))
    page.wait_for_load_state("networkidle")
    assert page.evaluate("globalThis.convnets.lenetWeights === undefined")
    page.evaluate("scrollTo(0, 4500)")
    page.wait_for_function("globalThis.convnets.lenetWeights !== undefined")


def test_a_reader_draws_and_erases(lenet):
    lenet.button("Clear").click()
    assert lenet.button("Draw").get_attribute("aria-pressed") == "true"
    box = lenet.region.locator(".cx-look canvas").bounding_box()
    at = lambda x, y: (box["x"] + x * box["width"], box["y"] + y * box["height"])  # noqa: E731
    mouse = lenet.page.mouse
    mouse.move(*at(0.3, 0.2))
    mouse.down()
    mouse.move(*at(0.7, 0.8), steps=6)
    mouse.up()
    drawn = bytes.fromhex(lenet.state()["x"])
    assert max(drawn) == 255
    assert 60 < sum(level > 0 for level in drawn) < 200
    lenet.assert_true()
    mouse.move(*at(0.2, 0.9))  # the pen is up: moving draws nothing
    assert bytes.fromhex(lenet.state()["x"]) == drawn
    lenet.button("Erase").click()
    mouse.move(*at(0.5, 0.5))
    mouse.down()
    mouse.up()
    assert sum(bytes.fromhex(lenet.state()["x"])) < sum(drawn)
    lenet.assert_true()
    assert "Its label" not in lenet.status
    lenet.button("Test image 19: ankle boot").click()  # the pen is laid down: it would draw into the next picture
    assert lenet.button("Look and type").get_attribute("aria-pressed") == "true"
    assert lenet.button("Erase").get_attribute("aria-pressed") == "false"


def test_a_picture_of_ones_own_is_made_like_fashion_mnists(lenet):
    """Dark on light, with a margin, not square: it arrives light on dark, 28 pixels high, in the middle."""
    picture = np.full((90, 120), 255, np.uint8)
    picture[20:76, 40:68] = 55  # 56×28
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    chooser = lenet.region.locator("input[type=file]")
    chooser.set_input_files({"name": "mine.png", "mimeType": "image/png", "buffer": file.getvalue()})
    lenet.page.wait_for_function("document.querySelector('#lenet .cx-link').href.includes('x=')")
    levels = np.frombuffer(bytes.fromhex(lenet.state()["x"]), np.uint8).reshape(28, 28)
    wanted = np.zeros((28, 28), np.uint8)
    wanted[:, 7:21] = 200
    assert (levels == wanted).all()
    lenet.assert_true()
    chooser.set_input_files({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no picture"})
    lenet.region.get_by_role("alert").wait_for()
    assert "notes.txt cannot be read as a picture" in lenet.region.get_by_role("alert").inner_text()
    lenet.assert_true()  # and the picture of before stays


def test_a_typed_level_changes_the_answer_and_an_impossible_one_is_told(lenet):
    grid = lenet.region.get_by_role("grid", name="Input", exact=True)
    grid.get_by_role("gridcell").focus()
    lenet.page.keyboard.press("Home")
    lenet.page.keyboard.type("200")
    lenet.page.keyboard.press("Enter")
    lenet.assert_true()
    assert len(lenet.state()["x"]) == 2 * 784
    lenet.page.keyboard.type("300")
    lenet.page.keyboard.press("Enter")
    assert "between 0 (black) and 255 (white); 300 was given" in lenet.region.get_by_role("alert").inner_text()
    assert lenet.region.locator(".cx-classes").get_attribute("aria-disabled") == "true"
    lenet.page.keyboard.type("3")
    lenet.page.keyboard.press("Enter")
    assert not lenet.region.get_by_role("alert").is_visible()
    lenet.assert_true()


def test_every_number_comes_apart_into_its_sum(lenet):
    lenet.button("Convolution 2, map 5").click()
    sums = lenet.region.locator(".cx-detail .cx-sum")
    lenet.spin("Read from map").fill("3")
    assert sums.nth(0).inner_text().startswith("s3[")
    explorer = LeNetExplorer()
    stages = by_pytorch(explorer.model, torch.tensor(explorer.image)[None])
    shown = lambda text: float(text.rsplit("=", 1)[1].strip().replace("−", "-"))  # noqa: E731
    unit = stages["conv2"].reshape(16, 10, 10)[5]
    place = lenet.region.get_by_role("grid", name="Map", exact=True).locator("[role=gridcell]")
    r, c = (int(place.get_attribute(f"data-{axis}")) for axis in "rc")
    assert shown(sums.nth(1).inner_text()) == pytest.approx(unit[r, c].item(), abs=5e-5)
    window = torch.tensor(lenet.region.get_by_role("grid", name="Window").evaluate(VALUES), dtype=torch.float64)
    below = stages["pool1"].reshape(6, 14, 14)[3]
    torch.testing.assert_close(window, below[r : r + 5, c : c + 5])
    lenet.button("Pooling 2, map 5").click()
    r, c = (int(place.get_attribute(f"data-{axis}")) for axis in "rc")
    pooled = stages["pool2"].reshape(16, 5, 5)[5, r, c].item()
    assert shown(sums.nth(0).inner_text()) == pytest.approx(pooled, abs=5e-5)
    assert sums.nth(0).inner_text().startswith("max(")
    lenet.region.locator(".cx-class").nth(9).click()
    assert shown(sums.nth(0).inner_text()) == pytest.approx(stages["logits"][0, 9].item(), abs=5e-5)
    lenet.button("Fully connected 1, all units").click(position={"x": 5, "y": 5})
    assert "Fully connected 1, unit 0" in lenet.region.locator(".cx-detail").inner_text()


def test_a_kernel_can_be_edited_zeroed_and_restored(lenet):
    lenet.button("Convolution 1, map 2").click()
    kernel = lenet.region.get_by_role("grid", name="Kernel", exact=True)
    before = lenet.logits
    kernel.locator('[aria-label^="Kernel row 1, column 1:"]').click()
    box = lenet.region.get_by_role("textbox", name="Kernel row 1, column 1", exact=True)
    box.fill("2.5")
    box.press("Enter")
    lenet.assert_true()
    assert not torch.equal(lenet.logits, before)
    assert "Without your changes of the weights it says" in lenet.status
    lenet.button("Zero this kernel").click()
    assert not torch.tensor(kernel.evaluate(VALUES)).any()
    lenet.assert_true()
    lenet.button("Restore it").click()
    assert torch.equal(lenet.logits, before)
    lenet.button("Switch off 2: its outputs 0").click()
    lenet.assert_true()
    assert lenet.state() == {"z": "1,2"}
    lenet.button("Switch 2 on again").click()
    assert torch.equal(lenet.logits, before)
    assert lenet.state() == {}


def right_answers(explorer):
    """PyTorch's count on the shipped test images, and how many of these are too close to call."""
    test = chosen()
    with torch.no_grad():
        logits = explorer.model(test["images"][:, None].double() / 255)
    first, second = logits.topk(2).values.T
    return int((logits.argmax(1) == test["labels"]).sum()), int((first - second < 1e-3).sum())


def test_right_answers_are_counted_with_parts_switched_off_and_without(lenet):
    lenet.button("Convolution 2, map 4").click()
    lenet.button("Switch off 4: its outputs 0").click()
    lenet.button("Leave out ReLU").click()
    lenet.page.wait_for_function(
        "document.querySelector('#lenet .cx-score').innerText.includes('Without your changes')"
    )
    told = re.findall(r"(?:Right on|changes:) (\d+)", lenet.region.locator(".cx-score").inner_text())
    explorer = LeNetExplorer()
    plain, unsure = right_answers(explorer)
    assert abs(int(told[1]) - plain) <= unsure
    explorer.silenced, explorer.off = [(2, 4)], ["4"]
    changed, unsure = right_answers(explorer)
    assert abs(int(told[0]) - changed) <= unsure
    assert changed < plain
    assert lenet.state() == {"z": "2,4", "s": "4"}
    lenet.assert_true()
    lenet.button("Put ReLU back").click()
    lenet.button("Switch 4 on again").click()
    assert lenet.region.locator(".cx-score").inner_text() == f"Right on {told[1]} of 200 test images (91.0 %)."


#: begins to count, and stops as soon as something has been counted; gives what was told then
STOPPED = """async () => {
  const [button, text] = ["button", ".cx-score-text"].map((part) => document.querySelector(`#lenet .cx-score ${part}`));
  button.click();
  while (!text.innerText.includes("right among")) await new Promise((go) => setTimeout(go));
  const told = text.innerText;
  button.click();
  return told;
}"""


def test_counting_can_be_stopped(bare_page):
    page = bare_page(LeNetExplorer(id="lenet"))
    lenet = LeNet(page)
    page.evaluate(
        "() => { globalThis.Worker = class { constructor() { throw new Error('none here'); } }; }"
    )  # and counts all the same
    assert "Counting: " in page.evaluate(STOPPED)
    assert lenet.button("Count right answers on 200 test images").is_visible()
    assert "of 200" not in lenet.region.locator(".cx-score-text").inner_text()
    lenet.button("Count right answers on 200 test images").click()
    page.wait_for_function("document.querySelector('#lenet .cx-score').innerText.startsWith('Right on')")


def test_reset_brings_the_authors_state_back(lenet):
    before = lenet.logits
    lenet.button("Test image 5: pullover").click()
    lenet.button("Zero this kernel").click()
    lenet.button("Reset").click()
    assert torch.equal(lenet.logits, before)
    assert lenet.state() == {}


def test_a_link_opens_its_state_and_a_bad_one_is_told(open_page, address):
    url = f"{address}/chapters/en/05_lenet.html"
    zeros = ";".join(["0,0,0,0,0"] * 5)
    opened = LeNet(open_page(f"{url}#lenet?k=2,3,1:{zeros}&z=4,7"))
    opened.assert_true()
    assert opened.state() == {"k": f"2,3,1:{zeros}", "z": "4,7"}
    for nonsense in ("x=12", "k=3,0,0:1", f"k=2,16,0:{zeros}", "z=5,0", "z=1,6"):
        bad = LeNet(open_page(f"{url}#lenet?{nonsense}"))
        assert "makes no sense here" in bad.region.get_by_role("alert").inner_text()
        assert bad.state() == {}


def test_the_strips_are_walked_with_arrow_keys(lenet):
    lenet.button("Convolution 2, map 0").focus()
    for _ in range(3):
        lenet.page.keyboard.press("ArrowRight")
    lenet.page.keyboard.press("Enter")
    assert lenet.button("Convolution 2, map 3").get_attribute("aria-pressed") == "true"
    stops = lenet.region.get_by_role("group", name="Convolution 2: ").locator("button[tabindex='0']")
    assert stops.count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_of_its_states(open_page, address, scheme):
    page = open_page(f"{address}/chapters/en/05_lenet.html", color_scheme=scheme)
    lenet = LeNet(page)
    for name in ("Convolution 2, map 5", "Pooling 1, map 0", "Fully connected 2, all units"):
        lenet.button(name).click()
        assert faults_by_axe(page, "#lenet", scheme=scheme) == []
    lenet.button("All 120 products").click()
    assert faults_by_axe(page, "#lenet", scheme=scheme) == []


def test_a_finger_draws_on_a_phone(open_page, address):
    page = open_page(f"{address}/chapters/en/05_lenet.html", **PHONE)
    lenet = LeNet(page)
    lenet.button("Clear").tap()
    canvas = lenet.region.locator(".cx-look canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    touch = page.context.new_cdp_session(page)
    for kind, points in (
        ("touchStart", [(0.3, 0.3)]),
        ("touchMove", [(0.5, 0.5)]),
        ("touchMove", [(0.7, 0.6)]),
        ("touchEnd", []),
    ):
        places = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})
    assert sum(level > 0 for level in bytes.fromhex(lenet.state()["x"])) > 30
    lenet.assert_true()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_answer_is_in_sight_while_a_map_is_silenced(bare_page):
    head = "<style>main { width: 960px; }</style>"
    page = bare_page(LeNetExplorer(id="lenet"), viewport={"width": 1280, "height": 800}, head=head)
    lenet = LeNet(page)
    lenet.button("Convolution 2, map 4").click()
    silence = lenet.region.get_by_role("button", name="Switch off 4: its outputs 0")
    silence.scroll_into_view_if_needed()
    silence.click()
    pressed = lenet.region.get_by_role("button", name="Switch 4 on again")
    for part in (pressed, lenet.region.get_by_role("status"), lenet.region.get_by_role("list", name="Classes")):
        box = part.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 800


def test_on_a_phone_the_answer_stays_in_sight(bare_page):
    page = bare_page(LeNetExplorer(id="lenet"), **PHONE)
    lenet = LeNet(page)
    lenet.region.get_by_role("button", name="Zero this kernel").scroll_into_view_if_needed()
    box = lenet.region.locator("[role=status] > p").first.bounding_box()
    assert 0 <= box["y"] < 740
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


# --- the sum

TERM = re.compile(r"(\(?−?[\d.]+\)?)·(\(?−?[\d.]+\)?)")


def number(text):
    return float(text.strip("()").replace("−", "-"))


def summed(text):
    """What a written sum comes to (products, all others, bias), and what it says it comes to."""
    products = sum(number(a) * number(b) for a, b in TERM.findall(text))
    more = re.search(r"together (\S+)", text)
    bias, before = re.search(r"\+ (\(?−?[\d.]+\)?) = (−?[\d.]+)", text).groups()
    return products + (number(more[1]) if more else 0) + number(bias), number(before)


@pytest.mark.parametrize(
    ("name", "count"), [("Convolution 1, map 3", 25), ("Fully connected 2, all units", 120), ("dress", 84)]
)
def test_a_long_sum_is_folded_and_says_what_the_rest_comes_to(lenet, name, count):
    lenet.region.get_by_role("button", name=re.compile(f"^{name}")).first.click()
    shown = lenet.region.locator(".cx-detail .cx-sum").first
    assert len(TERM.findall(shown.inner_text())) == 6
    assert f"… {count - 6} " in shown.inner_text()
    assert summed(shown.inner_text())[0] == pytest.approx(summed(shown.inner_text())[1], abs=1e-3)
    lenet.button(f"All {count} products").click()
    assert len(TERM.findall(shown.inner_text())) == count
    assert summed(shown.inner_text())[0] == pytest.approx(summed(shown.inner_text())[1], abs=5e-3)
    assert lenet.button("Fewer products").get_attribute("aria-expanded") == "true"
    lenet.button("Fewer products").click()
    assert len(TERM.findall(shown.inner_text())) == 6


def test_the_heading_and_the_sum_count_rows_and_columns_alike(lenet):
    box = lenet.grid("Map").locator("canvas").bounding_box()
    lenet.page.mouse.click(box["x"] + box["width"] * 3.5 / 28, box["y"] + box["height"] * 20.5 / 28)
    detail = lenet.region.locator(".cx-detail")
    assert "Convolution 1, map 0, row 20, column 3" in detail.inner_text()
    assert detail.locator(".cx-sum").first.inner_text().startswith("z[20, 3] = ")
    hint = lenet.region.locator(".cx-hint").inner_text()
    assert hint.endswith("Maps, units, rows and columns are counted from 0, as in code.")


def test_of_the_maps_contributions_the_one_looked_at_is_marked(lenet):
    lenet.button("Clear").click()  # then all contributions are 0, and the text stays the same
    lenet.button("Convolution 2, map 5").click()
    marked = "sum => [...sum.children].findIndex(one => one.tagName === 'STRONG')"
    for plane in (3, 0, 5):
        lenet.spin("Read from map").fill(str(plane))
        assert lenet.region.locator(".cx-detail .cx-sum").nth(1).evaluate(marked) == plane


# --- the stage

LONG = '<p style="height: 1500px">a long chapter</p>'

#: a number of each kind, as a reader reaches it
KINDS = [
    "Convolution 1, map 2", "Pooling 1, map 4", "Convolution 2, map 15", "Pooling 2, map 0",
    "Fully connected 1, all units", "Fully connected 2, all units", "coat",
]  # fmt: skip

#: focuses each control inside a part; which, and whether it and the outcome are seen then
UNSEEN = f"""(region, [part, outcome]) => {{
  const sees = {SEES}, controls = `${{part}} :is([role=spinbutton], .cx-button:not([disabled]), .cx-thumb)`;
  const shown = [...region.querySelectorAll(controls)].filter((one) => one.checkVisibility());
  const fails = shown.filter((one) => {{ one.focus(); return !(sees(one) && sees(region.querySelector(outcome))); }});
  return [shown.length, fails.map((one) => one.outerHTML)];
}}"""


def seen(*parts):
    return [part.evaluate(SEES) for part in parts]


def test_on_a_laptop_all_of_it_fits_one_window(bare_page):
    lenet = LeNet(bare_page(LeNetExplorer(id="lenet"), **WIDE))
    assert lenet.region.bounding_box()["height"] <= 780
    for name in KINDS:
        lenet.region.get_by_role("button", name=re.compile(f"^{name}")).click()
        for silence in lenet.region.get_by_role("button", name=re.compile("^Switch off")).all():
            silence.click()
        assert lenet.region.bounding_box()["height"] <= 840, name
    lenet.button("Convolution 2, map 3").click()
    lenet.button("All 25 products").click()
    assert lenet.region.bounding_box()["height"] <= 950
    assert lenet.page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize(("height", "where", "count"), [(800, ".cx-knobs", 100), (600, ".cx-detail", 15)])
def test_on_a_laptop_the_answer_is_in_sight_while_anything_is_changed(bare_page, height, where, count):
    """In a lower window too, where the picture gives way to it while a number is taken apart."""
    options = {**WIDE, "viewport": {"width": 1280, "height": height}, "reduced_motion": "reduce"}
    lenet = LeNet(bare_page(LONG, LeNetExplorer(id="lenet"), LONG, **options))
    classes, tried = lenet.region.get_by_role("list", name="Classes"), 0
    for name in KINDS:
        lenet.region.get_by_role("button", name=re.compile(f"^{name}")).click()
        assert seen(classes, lenet.region.locator(".tx-sums")) == [True, True], name
        controls, unseen = lenet.region.evaluate(UNSEEN, [where, ".cx-classes"])
        assert unseen == [], name
        tried += controls
    assert tried > count


def test_picture_and_answer_stay_beside_a_sum_that_is_unfolded(bare_page):
    options = {**WIDE, "viewport": {"width": 1280, "height": 700}, "reduced_motion": "reduce"}
    lenet = LeNet(bare_page(LONG, LeNetExplorer(id="lenet"), LONG, **options))
    lenet.button("Convolution 2, map 3").click()
    lenet.button("All 25 products").click()
    lenet.region.evaluate("region => region.scrollIntoView({ block: 'end' })")
    assert lenet.region.bounding_box()["y"] < -100
    parts = (lenet.grid("Input"), lenet.region.get_by_role("list", name="Classes"), lenet.button("Fewer products"))
    assert seen(*parts) == [True, True, True]


def test_on_a_laptop_a_refusal_is_in_sight_where_it_is_mended(bare_page):
    options = {**WIDE, "viewport": {"width": 1280, "height": 600}}
    lenet = LeNet(bare_page(LONG, LeNetExplorer(id="lenet"), LONG, **options))
    kernel = lenet.grid("Kernel")
    kernel.locator('[aria-label^="Kernel row 1, column 1:"]').click()
    box = lenet.region.get_by_role("textbox", name="Kernel row 1, column 1", exact=True)
    box.fill("x")
    box.press("Enter")
    assert seen(box, lenet.alert) == [True, True]
    top = lenet.alert.bounding_box()["y"]
    lenet.page.mouse.wheel(0, 2000)
    lenet.page.wait_for_function("scrollY > 1600")
    reset, alert = lenet.button("Reset").bounding_box(), lenet.alert.bounding_box()
    assert alert["y"] < top
    assert reset["y"] + reset["height"] <= alert["y"]


def test_on_a_phone_it_is_short_and_its_first_line_stays_in_sight(bare_page):
    lenet = LeNet(bare_page(LONG, LeNetExplorer(id="lenet"), LONG, **PHONE, reduced_motion="reduce"))
    assert lenet.region.bounding_box()["height"] <= 2050
    for name in KINDS:
        lenet.region.get_by_role("button", name=re.compile(f"^{name}")).tap()
        controls, unseen = lenet.region.evaluate(UNSEEN, ["", "[role=status] > p"])
        assert controls > 40
        assert unseen == [], name
        assert lenet.region.bounding_box()["height"] <= 2200
    assert lenet.page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_on_a_phone_a_class_or_a_map_brings_its_sum_into_sight(bare_page, motion):
    lenet = LeNet(bare_page(LONG, LeNetExplorer(id="lenet"), LONG, **PHONE, reduced_motion=motion))
    shown, window = lenet.region.locator(".tx-sums"), lenet.grid("Window")
    for name in KINDS:
        pressed = lenet.region.get_by_role("button", name=re.compile(f"^{name}"))
        pressed.scroll_into_view_if_needed()
        at_once = pressed.evaluate(f"one => {{ one.click(); return ({SEES})(document.querySelector('.tx-sums')); }}")
        assert at_once or motion == "no-preference", name
        lenet.page.wait_for_function(f"({SEES})(document.querySelector('.tx-sums'))")
        assert seen(shown) == [True], name
        assert not window.is_visible() or seen(window) == [True], name
