"""The channel explorer and the colour mixer on the page; the oracle is PyTorch."""

import io
import random

import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from helpers.pictures import grace_hopper
from helpers.widgets import ChannelExplorer
from tests.explorers.explorer import PHONE, VALUES, OnPage
from tests.stacks import tensor

CHAPTER = "chapters/en/03_channels.html"


class Channels(OnPage):
    """A channel explorer on a page, by role and name."""

    def __init__(self, page, id="channels-first"):
        self.page = page
        self.region = page.locator(f"#{id}").get_by_role("region", name="Channel explorer")

    def planes(self, name, seen=None):
        grids = (seen or self.seen())["grids"]
        return [tensor(grids[f"{name} channel {n}"]) for n in range(1, 5) if f"{name} channel {n}" in grids]

    def number(self, name):
        return int(self.spin(name).get_attribute("aria-valuenow"))

    @property
    def channel(self):
        return self.region.get_by_role("combobox", name="Output channel", exact=True)

    def kernel(self):
        """All planes of all output channels, chosen one after the other, and their biases, or None."""
        chosen = self.channel.input_value()
        kernels, biases = [], []
        for o in range(self.number("Channels out")):
            self.channel.select_option(index=o)
            seen = self.seen()
            kernels.append(torch.stack(self.planes("Kernel", seen)))
            biases += [float(seen["typed"]["Its bias"])] if "Its bias" in seen["typed"] else []
        self.channel.select_option(index=int(chosen))
        return torch.stack(kernels), tensor(biases) if biases else None

    def assert_true(self):
        K, b = self.kernel()
        seen = self.seen()
        X, status, numbers = torch.stack(self.planes("Input", seen)), seen["status"], seen["numbers"]
        pair = lambda name: (numbers[f"{name} rows"], numbers[f"{name} columns"])  # noqa: E731
        settings = {"padding": pair("Padding"), "stride": pair("Stride"), "dilation": pair("Dilation")}
        expected = F.conv2d(X[None], K, b, **settings, groups=numbers["Groups"])[0]
        torch.testing.assert_close(torch.stack(self.planes("Output", seen)), expected, rtol=1e-12, atol=1e-12)
        o = int(seen["choices"]["Output channel"])
        partials = torch.stack(self.planes("Partial sums", seen))
        assert len(partials) == K.shape[1]
        bias = 0 if b is None else b[o]
        torch.testing.assert_close(partials.sum(0) + bias, expected[o], rtol=1e-12, atol=1e-12)
        assert "Output shape {}×{}×{}".format(*expected.shape) in status
        assert f"= {K.numel() + (0 if b is None else len(b))}\n" in status  # parameters
        assert status.rstrip().endswith(f"= {K.numel() * expected[0].numel()}")  # multiply-adds
        assert seen["alert"] is None


@pytest.fixture
def channels(open_page, address):
    return Channels(open_page(f"{address}/{CHAPTER}"))


def test_56_is_19_and_37_over_http_and_from_disk(open_page, address, site):
    for base in (address, site.as_uri()):
        channels = Channels(open_page(f"{base}/{CHAPTER}"))
        assert [plane.tolist() for plane in channels.planes("Output")] == [[[56, 72], [104, 120]]]
        assert channels.sum.endswith("= 19 + 37 = 56")
        channels.assert_true()


def test_every_control_does_what_pytorch_does(channels, sweep):
    draw = random.Random(6)
    channels.spin("Input height").fill("5")
    channels.spin("Input width").fill("4")
    limits = {"Channels in": (1, 4), "Channels out": (1, 4), "Groups": (1, 4),
              "Kernel height": (1, 3), "Kernel width": (1, 3), "Stride rows": (1, 2),
              "Padding columns": (0, 2), "Dilation rows": (1, 2)}  # fmt: skip
    used, refused = set(), 0
    for name in [*draw.sample(list(limits), len(limits)), *draw.choices(list(limits), k=sweep(32, least=12))]:
        channels.spin(name).fill(str(draw.randint(*limits[name])))
        used.add(name)
        seen = channels.seen()
        c_i, c_o, groups = (seen["numbers"][name] for name in ("Channels in", "Channels out", "Groups"))
        if c_i % groups or c_o % groups:
            refused += 1
            assert "groups must divide the channels in and out" in seen["alert"]
            assert seen["disabled"]["Output channel 1"]
        elif seen["alert"]:
            assert "does not fit the padded input" in seen["alert"]
            refused += 1
        else:
            channels.assert_true()
    assert used == set(limits)
    assert refused > 2


def test_channels_taken_away_come_back_with_their_numbers(channels):
    cell = channels.grid("Input channel 2").get_by_role("gridcell", name="Input channel 2 row 1, column 1: 1")
    cell.click()
    box = channels.region.get_by_role("textbox", name="Input channel 2 row 1, column 1")
    box.fill("-7.5")
    box.press("Enter")
    channels.assert_true()
    channels.spin("Channels in").fill("1")
    channels.assert_true()
    channels.spin("Channels in").fill("2")
    assert channels.planes("Input")[1][0, 0] == -7.5
    assert channels.planes("Kernel")[1].tolist() == [[1, 2], [3, 4]]
    channels.assert_true()


def test_every_output_channel_has_its_kernel_and_reads_its_group(open_page, address):
    channels = Channels(open_page(f"{address}/{CHAPTER}"), "groups")
    channels.assert_true()
    unread = channels.region.locator(".cx-unread [role=grid]")
    named = lambda: [grid.get_attribute("aria-label") for grid in unread.all() if grid.is_visible()]  # noqa: E731
    assert named() == ["Input channel 3", "Input channel 4"]
    channels.grid("Output channel 3").get_by_role("gridcell").first.click()
    assert channels.channel.input_value() == "2"
    assert named() == ["Input channel 1", "Input channel 2"]
    channels.assert_true()
    cell = channels.grid("Kernel channel 1").get_by_role("gridcell").first
    cell.click()
    channels.region.get_by_role("textbox").fill("100")
    channels.page.keyboard.press("Enter")
    channels.assert_true()


def test_each_output_channel_has_a_bias_of_its_own(open_page, address):
    channels = Channels(open_page(f"{address}/{CHAPTER}"), "groups")
    before = torch.stack(channels.planes("Output"))
    channels.channel.select_option(index=2)
    channels.spin("Its bias").fill("100")
    after = torch.stack(channels.planes("Output"))
    assert (after - before)[:, 0, 0].tolist() == [0, 0, 100, 0]
    assert channels.sum.endswith(f"+ 100 = {after[2, 0, 0]:g}")
    channels.assert_true()
    channels.spin("Channels out").fill("2")
    channels.spin("Channels out").fill("4")
    channels.assert_true()
    assert torch.equal(torch.stack(channels.planes("Output")), after)


def test_a_1x1_kernel_is_a_matrix_product_beside_it(open_page, address):
    channels = Channels(open_page(f"{address}/{CHAPTER}"), "one-by-one")
    channels.assert_true()
    read = lambda name: tensor(channels.grid(name).evaluate(VALUES))  # noqa: E731
    product = read("Kernel as a matrix") @ read("Pixels as columns")
    assert torch.equal(product, read("Matrix product"))
    assert torch.equal(product, torch.stack(channels.planes("Output")).flatten(1))
    channels.spin("Kernel height").fill("2")
    assert not channels.grid("Matrix product").is_visible()


def test_stepping_and_keyboard_walk_through_all_channels(open_page, address):
    channels = Channels(open_page(f"{address}/{CHAPTER}"), "one-by-one")
    for _ in range(4):
        channels.region.get_by_role("button", name="Next").click()
    assert channels.sum.startswith("Y[1, 0, 0]")
    channels.grid("Output channel 2").get_by_role("gridcell").first.focus()
    channels.page.keyboard.press("ArrowDown")
    assert channels.sum.startswith("Y[1, 1, 0]")
    channels.region.get_by_role("button", name="Reset").click()
    assert channels.sum.startswith("Y[0, 0, 0]")


def test_counting_shows_how_many_windows_use_an_element(channels):
    channels.region.get_by_role("checkbox", name="Count the windows over each element").check()
    cells = channels.grid("Input channel 2").get_by_role("gridcell")
    badges = cells.evaluate_all("cells => cells.map(cell => Number(cell.dataset.badge))")
    assert badges == [1, 2, 1, 2, 4, 2, 1, 2, 1]


def test_bad_numbers_are_told_and_kept(channels):
    channels.spin("Groups").fill("2")
    assert "2 groups, 2 channels in and 1 out were given" in channels.alert.inner_text()
    channels.spin("Channels out").fill("2")
    channels.assert_true()
    channels.spin("Groups").fill("many")
    assert "not a whole number" in channels.alert.inner_text()
    assert channels.spin("Groups").input_value() == "many"


def test_a_link_opens_its_state_and_a_bad_one_is_told(open_page, address):
    base = f"{address}/{CHAPTER}#channels-first"
    channels = Channels(open_page(f"{base}?x=1,2;3,4|5,6;7,8&k=1,1|2,0/0,1|1,1&p=1,0"))
    assert [plane.tolist() for plane in channels.planes("Input")] == [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]
    channels.assert_true()
    href = channels.region.get_by_role("link", name="Link to this state").get_attribute("href")
    again = Channels(open_page(f"{address}/{CHAPTER}{href}"))
    assert torch.equal(torch.stack(again.planes("Output")), torch.stack(channels.planes("Output")))
    nonsense = {
        "x=1,2|3": "makes no sense",
        "g=5": "makes no sense",
        "g=2": "groups must divide",
        "x=1|2|3|4|5": "makes no sense",
    }
    for link, message in nonsense.items():
        bad = Channels(open_page(f"{base}?{link}"))
        assert message in bad.alert.inner_text()
        assert bad.planes("Output")[0].tolist() == [[56, 72], [104, 120]]


def test_touch_on_a_phone_is_enough(open_page, address):
    channels = Channels(open_page(f"{address}/{CHAPTER}", **PHONE))
    channels.region.get_by_role("button", name="Channels out: one more").tap()
    channels.assert_true()
    channels.grid("Output channel 2").get_by_role("gridcell").nth(3).tap()
    assert channels.sum.startswith("Y[1, 1, 1]")


def test_without_scripts_there_are_readable_tables(open_page, address):
    page = open_page(f"{address}/{CHAPTER}", java_script_enabled=False)
    captions = page.locator("#channels-first caption").all_inner_texts()
    assert captions[0] == "Input channel 1 3×3"
    assert captions[-1] == "Output channel 1 2×2"
    assert page.locator("#colours img").count() == 1


# --- the stage

WIDE = {"viewport": {"width": 1280, "height": 800}, "head": "<style>main{width:960px}</style>"}
STAGES = {
    "channels-first": lambda **more: ChannelExplorer(
        torch.arange(18).reshape(2, 3, 3), torch.arange(8).reshape(1, 2, 2, 2), id="w", **more
    ),
    "groups": lambda **more: ChannelExplorer(
        torch.arange(64).reshape(4, 4, 4) % 5, torch.arange(32).reshape(4, 2, 2, 2) % 3, 2, bias=[0] * 4, id="w", **more
    ),
}


def first_line(channels):
    return channels.region.get_by_role("status").locator("> :first-child").bounding_box()


@pytest.mark.parametrize("stage", STAGES)
def test_cause_and_effect_fit_one_screen(bare_page, stage):
    channels = Channels(bare_page(STAGES[stage](), **WIDE), "w")
    region = channels.region
    top = region.bounding_box()["y"]
    grids = region.get_by_role("grid").all()
    outcome = [region.locator(".cx-sum"), *region.get_by_role("status").locator("> *").all()]
    settings = [*region.get_by_role("spinbutton").all(), channels.channel, region.get_by_role("checkbox")]
    parts = [part for part in (*grids, *outcome, *settings) if part.is_visible()]
    assert len(parts) == {"channels-first": 7 + 6 + 15, "groups": 12 + 6 + 16}[stage]
    boxes = [part.bounding_box() for part in parts]
    assert max(box["y"] + box["height"] for box in boxes) - top <= 760
    assert max(box["x"] + box["width"] for box in boxes) <= 960 + region.bounding_box()["x"]


def test_where_planes_are_taller_than_a_screen_the_outcome_stays_in_sight(bare_page):
    channels = Channels(bare_page(STAGES["groups"](padding=4), **WIDE), "w")
    assert channels.region.bounding_box()["height"] > 1000
    channels.spin("Groups").fill("3")
    channels.page.evaluate("scrollTo(0, 0)")
    for line in (first_line(channels), channels.alert.bounding_box()):
        assert 0 <= line["y"] <= 801 - line["height"]


@pytest.mark.parametrize("stage", STAGES)
def test_on_a_phone_the_outcome_stays_in_sight(bare_page, stage):
    channels = Channels(bare_page(STAGES[stage](), **PHONE), "w")
    for control in (channels.spin("Channels out"), channels.spin("Dilation rows"), channels.channel):
        control.scroll_into_view_if_needed()
        control.focus()
        line = first_line(channels)
        assert 0 <= line["y"] <= PHONE["viewport"]["height"] + 1 - line["height"]
    assert channels.page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]


class Mixer(OnPage):
    """The colour mixer on the page."""

    def __init__(self, page):
        self.page = page
        self.region = page.locator("#colours").get_by_role("region", name="Colour mixer")

    @property
    def sums(self):
        return [
            float(line.split("= ")[-1].replace("−", "-"))
            for line in self.region.locator(".cx-sum > div").all_inner_texts()
        ]

    def point(self, row, column):
        cell = self.region.get_by_role("grid", name="Red in").get_by_role("gridcell")
        cell.focus()
        self.page.keyboard.press("Home")
        at = int(cell.get_attribute("aria-rowindex")) - 1
        for key, count in (("ArrowDown", row - at), ("ArrowUp", at - row), ("ArrowRight", column)):
            for _ in range(count):
                self.page.keyboard.press(key)

    def mixed(self, row, column):
        return self.region.get_by_role("img", name="Mixed").evaluate(
            """(canvas, [r, c]) => {
              const copy = new OffscreenCanvas(canvas.width, canvas.height)
                .getContext("2d", { willReadFrequently: true });
              copy.drawImage(canvas, 0, 0);
              return Array.from(copy.getImageData(c, r, 1, 1).data.slice(0, 3));
            }""",
            [row, column],
        )


@pytest.fixture
def mixer(open_page, address):
    return Mixer(open_page(f"{address}/{CHAPTER}"))


def test_colours_are_mixed_as_pytorch_mixes_them(mixer):
    photo = F.avg_pool2d(255 * grace_hopper(grey=False), 2).round().double()
    grid = mixer.region.get_by_role("grid", name="Kernel")
    for preset in ("sepia", "swapped", "grey", "red_only"):
        mixer.region.get_by_role("combobox", name="Kernel preset").select_option(preset)
        kernel = tensor(grid.evaluate(VALUES))
        Y = F.conv2d(photo[None], kernel[:, :, None, None])[0]
        for row, column in ((30, 20), (40, 3)):
            mixer.point(row, column)
            assert mixer.sums == pytest.approx(Y[:, row, column].tolist(), abs=6e-5)
            assert mixer.mixed(row, column) == pytest.approx(Y[:, row, column].clamp(0, 255).tolist(), abs=1)


def test_a_picture_of_the_readers_own_keeps_its_colours(mixer):
    torch.manual_seed(1)
    colours = torch.randint(0, 256, (12, 17, 3))
    out = io.BytesIO()
    Image.fromarray(colours.numpy().astype("uint8")).save(out, "PNG")
    mixer.region.locator("input[type=file]").set_input_files(
        {"name": "mine.png", "mimeType": "image/png", "buffer": out.getvalue()}
    )
    mixer.region.locator('[role=grid][aria-label="Red in"][aria-rowcount="12"]').wait_for()
    mixer.point(4, 5)
    assert mixer.sums == colours[4, 5].tolist()
    mixer.region.locator("input[type=file]").set_input_files(
        {"name": "x.txt", "mimeType": "text/plain", "buffer": b"no"}
    )
    mixer.region.get_by_role("alert").wait_for()
    assert "x.txt cannot be read as a picture" in mixer.region.get_by_role("alert").inner_text()


def test_a_mixture_has_a_link(open_page, address):
    mixer = Mixer(open_page(f"{address}/{CHAPTER}#colours?k=0,1,0;0,1,0;0,1,0"))
    first, second, third = mixer.sums
    assert first == second == third
    bad = Mixer(open_page(f"{address}/{CHAPTER}#colours?k=1,0;0,1"))
    assert "makes no sense" in bad.region.get_by_role("alert").inner_text()
