"""The explorer on the built site, used as a reader uses it; the oracle is PyTorch."""

import random

import pytest
import torch

from tests.explorers.explorer import Explorer

CHAPTER = "chapters/en/01_conv2d.html"


@pytest.fixture(params=["http", "file"])
def first(request, open_page, site, address):
    """The chapter's first explorer, over http and from disk."""
    base = address if request.param == "http" else site.as_uri()
    return Explorer(open_page(f"{base}/{CHAPTER}"), "conv-first")


@pytest.fixture
def explorer(open_page, address):
    return Explorer(open_page(f"{address}/{CHAPTER}"), "conv-first")


def test_it_shows_the_worked_example(first):
    assert first.values("Output").tolist() == [[19, 25], [37, 43]]
    assert "Y[0, 0] = 0·0 + 1·1 + 3·2 + 4·3 = 19" in first.region.inner_text()
    first.assert_true()


def test_editing_a_kernel_value_changes_the_output(first):
    first.type("Kernel", 1, 2, "10.5")
    assert first.values("Kernel").tolist() == [[0, 10.5], [2, 3]]
    first.assert_true()
    first.type("Input", 3, 3, "-1/4")
    assert first.values("Input")[2, 2] == -0.25
    first.assert_true()


def test_every_control_does_what_pytorch_does(explorer):
    draw = random.Random(3)
    names = ["Padding rows", "Padding columns", "Stride rows", "Stride columns", "Dilation rows", "Dilation columns",
             "Kernel height", "Kernel width", "Input height", "Input width"]  # fmt: skip
    explorer.spin("Input height").fill("6")
    explorer.spin("Input width").fill("5")
    explorer.region.get_by_role("combobox", name="Input preset").select_option("counting")
    used, refused = set(), 0
    for _ in range(60):
        name = draw.choice(names)
        low, high = {"Padding": (0, 3), "Stride": (1, 3), "Dilation": (1, 3), "Kernel": (1, 4), "Input": (3, 7)}[
            name.split()[0]
        ]
        explorer.spin(name).fill(str(draw.randint(low, high)))
        used.add(name)
        seen = explorer.seen()
        try:
            explorer.by_pytorch(seen)
        except RuntimeError:
            refused += 1
            assert "does not fit the padded input" in seen["alert"]
            assert seen["disabled"]["Output"]
            continue
        explorer.assert_true(seen)
    assert used == set(names)
    assert refused > 3


def test_stepping_walks_through_the_output(explorer):
    sums = explorer.region.locator(".cx-sum")
    seen = [sums.inner_text()]
    for _ in range(3):
        explorer.button("Next").click()
        seen.append(sums.inner_text())
    assert [text.split("= ")[-1] for text in seen] == ["19", "25", "37", "43"]
    explorer.button("Previous").click()
    assert sums.inner_text().endswith("= 37")
    explorer.button("First").click()
    assert sums.inner_text().endswith("= 19")
    explorer.button("Last").click()
    assert sums.inner_text() == "Y[1, 1] = 4·0 + 5·1 + 7·2 + 8·3 = 43"
    explorer.button("Play").click()
    explorer.button("Pause").click()
    explorer.button("First").click()
    explorer.button("Play").click()
    explorer.page.wait_for_function("document.querySelector('#conv-first .cx-sum').textContent.endsWith('= 25')")


def test_the_output_under_the_pointer_is_explained(explorer):
    explorer.cell("Output", 2, 1).hover()
    assert explorer.region.locator(".cx-sum").inner_text() == "Y[1, 0] = 3·0 + 4·1 + 6·2 + 7·3 = 37"


BAD = {
    "abc": "not a number",
    "": "number is missing",
    "1e400": "too large",
    "1,000": "comma",
    "NaN": "not a number",
    "0x10": "not a number",
}


@pytest.mark.parametrize("text", BAD)
def test_a_bad_value_is_told_kept_and_changes_nothing(explorer, text):
    explorer.type("Kernel", 2, 2, text)
    assert BAD[text] in explorer.alert.inner_text()
    assert "Kernel row 2, column 2" in explorer.alert.inner_text()
    explorer.spin("Stride rows").click()  # leaving the box does not lose the text
    assert explorer.box("Kernel", 2, 2).input_value() == text
    assert explorer.grid("Output").get_attribute("aria-disabled") == "true"
    assert explorer.values("Output").tolist() == [[19, 25], [37, 43]]
    explorer.box("Kernel", 2, 2).fill("4")
    explorer.box("Kernel", 2, 2).press("Enter")
    explorer.assert_true()
    assert explorer.values("Kernel")[1, 1] == 4


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("Stride rows", "0", "Stride rows must be at least 1; 0 was given"),
        ("Padding columns", "-1", "Padding columns must be at least 0; -1 was given"),
        ("Padding rows", "1.5", "“1.5” is not a whole number. Padding rows takes whole numbers from 0 to 32"),
        ("Dilation rows", "abc", "“abc” is not a whole number"),
        ("Kernel height", "17", "Kernel height can be at most 16 here"),
        ("Kernel width", "5", "Kernel 2×5 does not fit the padded input 3×3: padding 0×1 would make it fit"),
    ],
)
def test_an_impossible_setting_is_told_and_the_last_output_stays(explorer, name, text, message):
    explorer.spin(name).fill(text)
    assert message in explorer.alert.inner_text()
    assert explorer.spin(name).input_value() == text
    assert explorer.grid("Output").get_attribute("aria-disabled") == "true"
    assert explorer.values("Output").tolist() == [[19, 25], [37, 43]]
    explorer.button("Reset").click()
    explorer.assert_true()


def test_a_kernel_made_smaller_and_larger_again_has_its_values_back(explorer):
    explorer.type("Kernel", 2, 2, "7")
    explorer.spin("Kernel width").fill("1")
    explorer.spin("Kernel height").fill("1")
    assert explorer.values("Kernel").tolist() == [[0]]
    explorer.spin("Kernel height").fill("2")
    explorer.spin("Kernel width").fill("2")
    assert explorer.values("Kernel").tolist() == [[0, 1], [2, 7]]
    explorer.assert_true()


def paste(explorer, text):
    explorer.page.evaluate(
        """text => { const data = new DataTransfer(); data.setData("text", text);
        const how = { clipboardData: data, bubbles: true, cancelable: true };
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", how)); }""",
        text,
    )


def test_a_block_is_pasted_where_the_cursor_is(explorer):
    explorer.cell("Input", 2, 2).focus()
    paste(explorer, "10\t20\n30\t-40.5")
    assert explorer.values("Input").tolist() == [[0, 1, 2], [3, 10, 20], [6, 30, -40.5]]
    explorer.assert_true()
    explorer.cell("Kernel", 1, 1).focus()
    paste(explorer, "tensor([[1., 2.],\n        [3., 4.]])")
    assert explorer.values("Kernel").tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1\t2\n3", "row 1 has 2 values, row 2 has 1"),
        ("1\t2\t3\t4", "needs 1×4 elements"),
        ("1\tx", "“x” is not a number"),
        ("1,000", "comma"),
    ],
)
def test_a_bad_block_is_told_and_changes_nothing(explorer, text, message):
    explorer.cell("Input", 1, 1).focus()
    paste(explorer, text)
    assert message in explorer.alert.inner_text()
    assert explorer.values("Input").flatten().tolist() == list(range(9))
    explorer.type("Input", 1, 1, "1")
    explorer.assert_true()


def test_keyboard_alone_is_enough(explorer):
    press = explorer.page.keyboard.press
    explorer.cell("Input", 1, 1).focus()
    press("ArrowRight")
    press("ArrowDown")
    press("5")
    press("Enter")
    assert explorer.values("Input")[1, 1] == 5
    press("F2")
    press("9")
    press("Escape")
    assert explorer.values("Input")[1, 1] == 5
    assert explorer.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Input row 2, column 2: 5"
    press("Tab")
    press("End")
    press("Enter")
    explorer.page.keyboard.type("-2")
    press("Enter")
    assert explorer.values("Kernel").tolist() == [[0, -2], [2, 3]]
    press("Tab")
    press("ArrowDown")
    assert explorer.region.locator(".cx-sum").inner_text().startswith("Y[1, 0]")
    while explorer.page.evaluate("document.activeElement.getAttribute('aria-label')") != "Padding rows":
        press("Tab")
    press("ArrowUp")
    assert explorer.values("Output").shape == (4, 2)
    explorer.assert_true()


def test_each_grid_is_one_tab_stop(explorer):
    for name in ("Input", "Kernel", "Output"):
        assert explorer.grid(name).locator("[tabindex='0']").count() == 1


def test_a_touch_screen_360_pixels_wide_is_enough(open_page, address):
    page = open_page(f"{address}/{CHAPTER}", viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    explorer = Explorer(page, "conv-first")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    explorer.cell("Kernel", 1, 1).tap()
    explorer.box("Kernel", 1, 1).fill("6")
    explorer.button("Next").tap()  # leaving the box takes the value over
    assert explorer.values("Kernel")[0, 0] == 6
    explorer.region.get_by_role("button", name="Padding rows: one more").tap()
    assert explorer.settings()["padding"] == (1, 0)
    explorer.cell("Output", 2, 2).tap()
    assert explorer.region.locator(".cx-sum").inner_text().startswith("Y[1, 1]")
    explorer.assert_true()
    for control in (explorer.button("Next"), explorer.cell("Input", 1, 1), explorer.cell("Kernel", 1, 1)):
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 24


def test_a_link_opens_its_state(open_page, address):
    page = open_page(f"{address}/{CHAPTER}#conv-first?x=1,2,3;4,5,6&k=1,-1&p=1,0&s=2&unknown=7")
    explorer = Explorer(page, "conv-first")
    assert explorer.values("Input").tolist() == [[1, 2, 3], [4, 5, 6]]
    assert explorer.values("Kernel").tolist() == [[1, -1]]
    assert explorer.settings() == {"padding": (1, 0), "stride": (2, 2), "dilation": (1, 1)}
    explorer.assert_true()
    explorer.type("Kernel", 1, 1, "0.1")
    href = explorer.region.get_by_role("link", name="Link to this state").get_attribute("href")
    again = Explorer(open_page(f"{address}/{CHAPTER}{href}"), "conv-first")
    torch.testing.assert_close(again.values("Kernel"), explorer.values("Kernel"), rtol=0, atol=0)
    torch.testing.assert_close(again.values("Output"), explorer.values("Output"), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("x=rubbish&s=%F0%28", "x=rubbish makes no sense"),
        ("k=1,2;3", "k=1,2;3 makes no sense"),
        ("s=0", "s=0 makes no sense"),
        ("p=1,2,3", "p=1,2,3 makes no sense"),
        ("k=1,1,1,1,1", "Kernel 1×5 does not fit"),
        ("x=<script>alert(1)</script>", "makes no sense"),
    ],
)
def test_a_bad_link_is_told_and_the_authors_state_stands(open_page, address, link, message):
    explorer = Explorer(open_page(f"{address}/{CHAPTER}#conv-first?{link}"), "conv-first")
    assert message in explorer.alert.inner_text()
    assert explorer.values("Output").tolist() == [[19, 25], [37, 43]]
    explorer.type("Kernel", 1, 1, "1")  # the next change settles it
    explorer.assert_true()


def test_counting_shows_how_many_windows_use_an_element(explorer):
    explorer.region.get_by_role("checkbox", name="Count the windows over each element").check()
    badges = (
        explorer.grid("Input")
        .get_by_role("gridcell")
        .evaluate_all("cells => cells.map(cell => Number(cell.dataset.badge))")
    )
    assert badges == [1, 2, 1, 2, 4, 2, 1, 2, 1]


def test_what_the_floor_drops_is_marked(explorer):
    explorer.spin("Stride columns").fill("2")
    dropped = explorer.grid("Input").locator(".cx-unused")
    assert [cell.get_attribute("aria-label")[:21] for cell in dropped.all()] == [
        f"Input row {r}, column 3:"[:21] for r in (1, 2, 3)
    ]
    assert "rows 0, columns 1" in explorer.status


def test_the_switch_flips_the_kernel(open_page, address):
    explorer = Explorer(open_page(f"{address}/{CHAPTER}"), "conv-flip")
    explorer.region.get_by_role("switch", name="Convolution: flip the kernel").check()
    assert explorer.values("Output").tolist() == [[5, 11], [23, 29]]
    assert explorer.values("Flipped kernel").tolist() == [[3, 2], [1, 0]]
    assert explorer.region.locator(".cx-sum").inner_text() == "Y[0, 0] = 0·3 + 1·2 + 3·1 + 4·0 = 5"


def test_the_bias_is_added(open_page, address):
    explorer = Explorer(open_page(f"{address}/{CHAPTER}"), "conv-edge")
    explorer.spin("Bias").fill("0.5")
    assert explorer.values("Output")[0].tolist() == [0.5, 1.5, 0.5, 0.5, 0.5, -0.5, 0.5]


def test_a_large_grid_is_a_canvas_with_one_cell_of_the_same_name(explorer):
    explorer.spin("Input height").fill("20")
    explorer.spin("Input width").fill("28")
    explorer.region.get_by_role("combobox", name="Input preset").select_option("counting")
    cell = explorer.grid("Input").get_by_role("gridcell")
    assert cell.count() == 1
    assert explorer.grid("Input").get_attribute("aria-rowcount") == "20"
    cell.focus()
    explorer.page.keyboard.press("Home")
    for key in ("ArrowDown", "ArrowRight"):
        explorer.page.keyboard.press(key)
    row, column = int(cell.get_attribute("aria-rowindex")), int(cell.get_attribute("aria-colindex"))
    assert cell.get_attribute("aria-label") == f"Input row {row}, column {column}: {28 * (row - 1) + column - 1}"
    explorer.page.keyboard.press("7")
    explorer.page.keyboard.press("Enter")
    assert cell.get_attribute("aria-label").endswith(": 7")
    output = explorer.grid("Output").get_by_role("gridcell")
    output.focus()
    explorer.page.keyboard.press("End")
    X = torch.arange(20 * 28, dtype=torch.float64).reshape(20, 28)
    X[row - 1, column - 1] = 7
    i, j = int(output.get_attribute("aria-rowindex")) - 1, int(output.get_attribute("aria-colindex")) - 1
    expected = (X[i : i + 2, j : j + 2] * explorer.values("Kernel")).sum()
    assert float(output.get_attribute("data-value")) == expected


def test_reset_brings_the_authors_state_back(explorer):
    explorer.type("Kernel", 1, 1, "abc")
    explorer.spin("Padding rows").fill("2")
    explorer.button("Reset").click()
    assert explorer.values("Kernel").tolist() == [[0, 1], [2, 3]]
    explorer.assert_true()


def test_nothing_typed_reaches_the_page_as_html(explorer):
    explorer.type("Kernel", 1, 1, "<img src=x onerror=alert(1)>")
    assert "<img" in explorer.alert.inner_text()
    assert explorer.alert.locator("img").count() == 0


def test_without_scripts_there_are_readable_tables(open_page, address):
    page = open_page(f"{address}/{CHAPTER}", java_script_enabled=False)
    tables = page.locator("#conv-first table")
    assert tables.locator("caption").all_inner_texts() == ["Input 3×3", "Kernel 2×2", "Output 2×2"]
    assert tables.nth(2).locator("td").all_inner_texts() == ["19", "25", "37", "43"]
