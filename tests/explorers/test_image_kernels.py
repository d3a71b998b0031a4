"""Kernels on a picture, the course's and the reader's own."""

import io
import random

import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from helpers.pictures import grace_hopper
from helpers.widgets import ImageKernels
from tests.explorers.explorer import PHONE, VALUES, OnPage
from tests.stacks import tensor

CHAPTER = "chapters/en/01_conv2d.html"


class Pictures(OnPage):
    """The explorer on the page. Its pictures are canvases; their values are told by the cell at the cursor."""

    def __init__(self, page):
        self.page = page
        self.region = page.locator("#image-kernels").get_by_role("region", name="Kernels on a picture")

    def size(self, name):
        grid = self.region.get_by_role("grid", name=name, exact=True)
        return int(grid.get_attribute("aria-rowcount")), int(grid.get_attribute("aria-colcount"))

    def kernel(self):
        return tensor(self.region.get_by_role("grid", name="Kernel", exact=True).evaluate(VALUES))

    def point(self, row, column):
        """Point at an output element (from 0) with the mouse."""
        canvas = self.region.get_by_role("grid", name="Output", exact=True).locator("canvas")
        canvas.scroll_into_view_if_needed()
        box, (h, w) = canvas.bounding_box(), self.size("Output")
        self.page.mouse.move(box["x"] + (column + 0.5) / w * box["width"], box["y"] + (row + 0.5) / h * box["height"])

    def shown(self, row, column):
        """The brightness that the output's canvas shows at an element, 0 to 255, away from the frame."""
        canvas = self.region.get_by_role("grid", name="Output", exact=True).locator("canvas")
        return canvas.evaluate(
            """async (canvas, [r, c, h, w]) => {
              await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
              const copy = new OffscreenCanvas(canvas.width, canvas.height)
                .getContext("2d", { willReadFrequently: true });
              copy.drawImage(canvas, 0, 0);
              return copy.getImageData((c + 0.5) / w * canvas.width, (r + 0.5) / h * canvas.height, 1, 1).data[0];
            }""",
            [row, column, *self.size("Output")],
        )

    def wait_for_size(self, rows, columns):
        """A picture is read in its own time."""
        sized = f'[role=grid][aria-label=Input][aria-rowcount="{rows}"][aria-colcount="{columns}"]'
        self.region.locator(sized).wait_for()

    def take(self, data, name="mine.png", kind="image/png"):
        self.region.locator("input[type=file]").set_input_files({"name": name, "mimeType": kind, "buffer": data})


@pytest.fixture
def pictures(open_page, address):
    return Pictures(open_page(f"{address}/{CHAPTER}"))


def photo():
    return (255 * grace_hopper().double()).round()


def test_the_sum_under_the_pointer_is_pytorchs(pictures):
    draw = random.Random(1)
    for preset in ("sobel_x", "box_blur", "sharpen", "emboss", "laplacian", "gaussian"):
        pictures.region.get_by_role("combobox", name="Kernel preset").select_option(preset)
        Y = F.conv2d(photo()[None, None], pictures.kernel()[None, None])[0, 0]
        for _ in range(3):
            i, j = draw.randrange(94), draw.randrange(94)
            pictures.point(i, j)
            assert pictures.sum.startswith(f"Y[{i}, {j}] = ")
            told = float(pictures.sum.split("= ")[-1].replace("−", "-"))
            assert told == pytest.approx(Y[i, j].item(), abs=6e-5)


def test_the_output_is_drawn_as_its_legend_says(pictures):
    Y = F.conv2d(photo()[None, None], pictures.kernel()[None, None])[0, 0]
    most = Y.abs().max().item()
    assert f"Black is −{most:g}, white is {most:g}." in pictures.status
    for i, j in [(5, 5), (20, 60), (70, 30), (90, 90)]:
        assert pictures.shown(i, j) == pytest.approx((Y[i, j].item() + most) / (2 * most) * 255, abs=1)
    pictures.region.get_by_role("combobox", name="Black and white mean").select_option("levels")
    assert "Black is 0, white is 255." in pictures.status
    assert pictures.shown(20, 60) == pytest.approx(min(max(Y[20, 60].item(), 0), 255), abs=1)


def test_a_kernel_of_ones_own_of_another_size(pictures):
    pictures.region.get_by_role("spinbutton", name="Kernel height").fill("1")
    pictures.region.get_by_role("spinbutton", name="Kernel width").fill("2")
    pictures.region.get_by_role("gridcell", name="Kernel row 1, column 2").click()
    box = pictures.region.get_by_role("textbox", name="Kernel row 1, column 2")
    box.fill("0.5")
    box.press("Enter")
    assert pictures.kernel().tolist() == [[-1, 0.5]]
    assert pictures.size("Output") == (96, 95)
    pictures.point(3, 4)
    X = photo()
    assert pictures.sum.endswith(f"= {-X[3, 4] + 0.5 * X[3, 5]:g}".replace("-", "−"))


def png(values, mode="L"):
    out = io.BytesIO()
    Image.fromarray(values.numpy().astype("uint8"), mode).save(out, "PNG")
    return out.getvalue()


def test_a_picture_of_the_readers_own_gives_its_own_numbers(pictures):
    torch.manual_seed(3)
    colours = torch.randint(0, 256, (20, 30, 3))
    pictures.take(png(colours, "RGB"))
    pictures.wait_for_size(20, 30)
    assert pictures.size("Output") == (18, 28)
    grey = (colours.double() * tensor([0.299, 0.587, 0.114])).sum(-1).round()
    Y = F.conv2d(grey[None, None], pictures.kernel()[None, None])[0, 0]
    for i, j in [(0, 0), (17, 27), (9, 4)]:
        pictures.point(i, j)
        assert pictures.sum.endswith(f"= {Y[i, j]:g}".replace("-", "−"))
    pictures.region.get_by_role("button", name="Reset").click()
    assert pictures.size("Input") == (96, 96)


def test_a_large_picture_is_made_smaller_and_a_dropped_one_is_taken(pictures):
    data = png(torch.full((300, 600), 77))
    pictures.page.evaluate(
        """bytes => { const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], "large.png", { type: "image/png" }));
        const region = document.querySelector("#image-kernels section");
        const how = { dataTransfer: data, bubbles: true, cancelable: true };
        for (const name of ["dragover", "drop"]) region.dispatchEvent(new DragEvent(name, how)); }""",
        list(data),
    )
    pictures.wait_for_size(96, 192)
    pictures.point(10, 10)
    assert pictures.sum.endswith("= 0")


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"no picture at all", "notes.txt", "notes.txt cannot be read as a picture"),
        (b"", "empty.png", "empty.png cannot be read as a picture"),
        (b"\x89PNG\r\n\x1a\n cut off", "cut.png", "cut.png cannot be read as a picture"),
    ],
)
def test_what_is_no_picture_is_told_and_nothing_changes(pictures, data, name, message):
    before = pictures.sum
    pictures.take(data, name)
    pictures.alert.wait_for()
    assert message in pictures.alert.inner_text()
    assert pictures.sum == before
    pictures.region.get_by_role("combobox", name="Kernel preset").select_option("emboss")
    assert not pictures.alert.is_visible()


def test_a_picture_that_is_too_narrow_is_told(pictures):
    pictures.take(png(torch.zeros(4, 500)))
    pictures.alert.wait_for()
    assert "4×500 pixels" in pictures.alert.inner_text()


def test_the_keyboard_walks_over_the_picture(pictures):
    cell = pictures.region.get_by_role("grid", name="Output", exact=True).get_by_role("gridcell")
    cell.focus()
    pictures.page.keyboard.press("Home")
    pictures.page.keyboard.press("ArrowRight")
    assert pictures.sum.startswith("Y[47, 1] = ")
    assert cell.get_attribute("aria-label").startswith("Output row 48, column 2: ")


def test_touch_on_a_phone_is_enough(open_page, address):
    pictures = Pictures(open_page(f"{address}/{CHAPTER}", **PHONE))
    before = pictures.sum
    pictures.region.get_by_role("grid", name="Input", exact=True).locator("canvas").tap(position={"x": 20, "y": 20})
    assert pictures.sum != before


def test_a_link_opens_its_kernel(open_page, address):
    pictures = Pictures(open_page(f"{address}/{CHAPTER}#image-kernels?k=1,-1"))
    assert pictures.kernel().tolist() == [[1, -1]]
    href = pictures.region.get_by_role("link", name="Link to this state").get_attribute("href")
    assert href == "#image-kernels?k=1,-1"
    bad = Pictures(open_page(f"{address}/{CHAPTER}#image-kernels?k=1,b"))
    assert "makes no sense" in bad.alert.inner_text()


def test_without_scripts_the_picture_and_the_kernel_are_there(open_page, address):
    page = open_page(f"{address}/{CHAPTER}", java_script_enabled=False)
    assert page.locator("#image-kernels img").count() == 1
    assert page.locator("#image-kernels caption").all_inner_texts() == ["Kernel 3×3"]


# --- the stage

WIDE = {"viewport": {"width": 1280, "height": 800}, "head": "<style>main{width:960px}</style>"}


def below_top(region, *parts):
    """How far below the region's top each part ends; a part of no size is not seen."""
    top, ends = region.bounding_box()["y"], []
    for part in parts:
        box = part.bounding_box()
        assert box["width"] > 10
        assert box["height"] > 10
        ends.append(box["y"] + box["height"] - top)
    return ends


@pytest.mark.parametrize("side", [3, 7])
@pytest.mark.parametrize("shape", [(96, 96), (192, 90), (60, 192)])
def test_cause_and_effect_fit_one_screen(bare_page, side, shape):
    picture = torch.arange(shape[0] * shape[1]).reshape(shape) % 251
    page = bare_page(ImageKernels(picture, torch.ones(side, side), id="w"), **WIDE)
    region = page.get_by_role("region", name="Kernels on a picture")
    grids = [region.get_by_role("grid", name=name, exact=True) for name in ("Input", "Window", "Kernel", "Output")]
    fields = [region.get_by_role("spinbutton", name=name) for name in ("Kernel height", "Kernel width")]
    lists = [region.get_by_role("combobox", name=name) for name in ("Kernel preset", "Black and white mean")]
    buttons = [region.get_by_role("button", name=name) for name in ("Use a picture of yours", "Reset")]
    told = [region.locator(".cx-sum"), region.get_by_role("status")]
    assert max(below_top(region, *grids, *fields, *lists, *buttons, *told)) <= 760
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize("side", [3, 7])
def test_on_a_phone_the_outcome_stays_in_sight(bare_page, side):
    page = bare_page(ImageKernels(torch.zeros(96, 96), torch.ones(side, side), id="w"), **PHONE)
    region = page.get_by_role("region", name="Kernels on a picture")
    wide, high = page.viewport_size["width"], page.viewport_size["height"]
    cell = region.get_by_role("grid", name="Kernel", exact=True).get_by_role("gridcell").first
    for control in (cell, region.get_by_role("combobox", name="Kernel preset")):
        control.scroll_into_view_if_needed()
        control.focus()
        line = region.get_by_role("status").locator("> :first-child").bounding_box()
        assert line["y"] >= 0
        assert line["y"] + line["height"] <= high + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= wide
