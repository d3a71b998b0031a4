"""The network explorer on a page: the same table as Python's, edited by people."""

import re

import pytest
from torch import nn
from torchvision import models

from helpers import network, words
from helpers.models import lenet
from helpers.widgets import NetworkExplorer, bundle
from tests.explorers.explorer import PHONE, SEES, WIDE, OnPage, faults_by_axe

# --- on a page


class Networks(OnPage):
    """A network explorer on a page."""

    def __init__(self, page):
        self.page = page
        self.region = page.get_by_role("region", name="Network explorer")

    def rows(self):
        """Kinds and shapes (or reasons) of all layers."""
        lines = self.region.locator("tbody tr:not(.nx-input-row)")
        told = lines.evaluate_all(
            """rows => rows.map(row => [row.querySelector("button").textContent,
              [...row.querySelectorAll("td")].find(cell => !cell.hidden).textContent])"""
        )
        return [(name.split(": ")[1], text) for name, text in told]


HTML = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Network</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
    "<style>{css}</style></head><body><main><h1>Network</h1>{widget}</main><script>{script}</script></body></html>"
)


@pytest.fixture
def open_network(open_page, tmp_path):
    """Opens LeNet, or another model, on a page of its own from disk."""

    def open_it(model=None, shape=(1, 28, 28), link="", **options):
        widget = NetworkExplorer(model or lenet.modern_lenet(), shape, id="net")
        path = tmp_path / "network.html"
        path.write_text(HTML.format(css=bundle.css(), widget=widget.html(), script=bundle.classic()), encoding="utf-8")
        return Networks(open_page(f"{path.as_uri()}{link}", **options))

    return open_it


def test_the_table_is_pythons(open_network):
    explorer = open_network()
    expected = network.table(network.trace(lenet.modern_lenet(), (1, 28, 28)), (1, 28, 28))
    assert [text for _, text in explorer.rows()] == ["×".join(map(str, row.shape)) for row in expected]
    cells = explorer.region.locator("tbody td.nx-number").evaluate_all(
        "cells => cells.map(c => Number(c.dataset.value))"
    )
    assert cells == [n for row in expected for n in (row.parameters, row.multiply_adds, row.memory)]
    assert explorer.status == "61,706 parameters (+0), 416,520 multiply-adds (+0), 58.6 KiB of memory (+0 B)"
    said = explorer.region.inner_text()
    for text in (
        "Parameters: 6·1·5·5 + 6 = 156",
        "6·1·5·5·28·28 = 117,600",
        "18,816 B = 18.4 KiB",
        "1 + 1·(5 − 1)·1 = 5",
    ):
        assert text in said


def test_everything_below_follows_a_change_by_keyboard(open_network):
    explorer = open_network()
    explorer.spin("Layer 1 output channels").focus()
    explorer.page.keyboard.press("ArrowUp")
    assert "Conv2d(7, 16, kernel_size=5)" in explorer.region.inner_text()
    assert explorer.status.startswith("62,132 parameters (+426)")
    explorer.spin("Layer 1 padding rows").focus()
    explorer.page.keyboard.press("ArrowDown")
    explorer.spin("Input width").fill("36")
    explorer.spin("Batch size").fill("64")
    model = nn.Sequential(nn.Conv2d(1, 7, 5, padding=(1, 2)), *lenet.modern_lenet()[1:3], nn.Conv2d(7, 16, 5))
    layers = [*network.trace(model, (1, 28, 36)), *network.trace(lenet.modern_lenet(), (1, 28, 28))[4:]]
    expected = network.table(layers, (1, 28, 36), 64)
    assert [text for _, text in explorer.rows()] == ["×".join(map(str, row.shape)) for row in expected]
    assert explorer.status.startswith(f"{sum(row.parameters for row in expected):,} parameters")
    explorer.button("Layer 3: MaxPool2d").focus()
    explorer.page.keyboard.press("Enter")
    explorer.region.get_by_role("combobox", name="Layer 3 pooling").select_option("average")
    explorer.region.get_by_role("checkbox", name="Layer 3 ceil_mode").check()
    assert "⌈(26 + 2·0 − 1·(2 − 1) − 1) / 2⌉ + 1 = 13" in explorer.region.inner_text()
    assert explorer.rows()[2] == ("AvgPool2d", "7×13×18")
    explorer.button("Layer 2: ReLU").click()
    explorer.region.get_by_role("combobox", name="Layer 2 function").select_option("GELU")
    assert explorer.rows()[1][0] == "GELU"
    explorer.button("Reset").click()
    assert explorer.status.startswith("61,706 parameters (+0)")


def test_an_impossible_layer_is_marked_and_mended_without_losing_what_was_typed(open_network):
    explorer = open_network()
    explorer.button("Layer 6: MaxPool2d").click()
    explorer.spin("Layer 6 kernel height").fill("11")
    assert (
        "Layer 6 (MaxPool2d): The window spans 11×2 and does not fit the padded input 10×10"
        in explorer.alert.inner_text()
    )
    rows = explorer.rows()
    assert rows[4] == ("ReLU", "16×10×10")
    assert "does not fit" in rows[5][1]
    assert {text for _, text in rows[6:]} == {"unknown"}
    assert explorer.region.get_by_role("status").get_attribute("aria-disabled") == "true"
    assert "Layer 6, MaxPool2d, is impossible" in explorer.region.get_by_role("img").get_attribute("aria-label")
    explorer.spin("Layer 6 padding rows").fill("x")
    explorer.button("Layer 8: Linear").click()
    explorer.spin("Layer 8 output features").fill("100")
    assert "not a whole number" in explorer.alert.inner_text()
    explorer.button("Layer 6: MaxPool2d").click()
    assert explorer.spin("Layer 6 padding rows").input_value() == "x"
    explorer.spin("Layer 6 padding rows").fill("1")
    assert explorer.spin("Layer 6 kernel height").input_value() == "11"
    assert not explorer.alert.is_visible()
    assert explorer.rows()[5:8] == [("MaxPool2d", "16×1×5"), ("Flatten", "80"), ("Linear", "100")]
    assert explorer.region.get_by_role("status").get_attribute("aria-disabled") is None


@pytest.mark.parametrize(
    ("layer", "setting", "value", "message"),
    [
        (
            "Layer 1: Conv2d",
            "Layer 1 groups",
            "2",
            "groups must divide the channels in and out; 2 groups, 1 channels in",
        ),
        ("Layer 3: MaxPool2d", "Layer 3 padding rows", "2", "Padding 2 is more than half of the window's 2"),
        ("Layer 4: Conv2d", "Layer 4 dilation columns", "4", "with dilation 1×4 spans 5×17"),
        ("Layer 4: Conv2d", "Input height", "8", "Kernel 5×5 does not fit the padded input 4×14"),
    ],
)
def test_pytorchs_refusals_are_told(open_network, layer, setting, value, message):
    explorer = open_network()
    explorer.button(layer).click()
    explorer.spin(setting).fill(value)
    number, kind = layer.split()[1:]
    assert explorer.alert.inner_text().startswith(f"Layer {number.rstrip(':')} ({kind}): ")
    assert message in explorer.alert.inner_text()


def test_layers_are_added_moved_and_removed(open_network):
    explorer = open_network()
    explorer.region.get_by_role("combobox", name="Kind of layer to add").select_option("BatchNorm2d")
    explorer.button("Add after layer 1").click()
    assert explorer.rows()[1] == ("BatchNorm2d", "6×28×28")
    assert explorer.status.startswith("61,718 parameters (+12)")
    explorer.button("Layer 2 later").click()
    assert [kind for kind, _ in explorer.rows()][:3] == ["Conv2d", "ReLU", "BatchNorm2d"]
    explorer.button("Layer 3 earlier").click()
    explorer.button("Layer 2 earlier").click()
    assert explorer.rows()[0] == ("BatchNorm2d", "1×28×28")
    assert explorer.button("Layer 1: BatchNorm2d").evaluate("button => button === document.activeElement")
    explorer.button("Remove layer 1").click()
    assert explorer.status.startswith("61,706 parameters (+0)")
    explorer.button("Layer 7: Flatten").click()
    explorer.button("Remove layer 7").click()
    assert "Layer 7 (Linear): Linear needs vectors, but maps of shape 16×5×5 come in" in explorer.alert.inner_text()
    explorer.region.get_by_role("combobox", name="Kind of layer to add").select_option("Flatten")
    explorer.button("Layer 6: MaxPool2d").click()
    explorer.button("Add after layer 6").click()
    assert not explorer.alert.is_visible()
    for kind in network.KINDS:
        explorer.region.get_by_role("combobox", name="Kind of layer to add").select_option(kind)
        explorer.button("Add after layer 7").click()
        assert explorer.rows()[7][0] == kind
        explorer.button("Remove layer 8").click()
        explorer.button("Layer 7: Flatten").click()


def test_one_layer_stays(open_network):
    explorer = open_network(nn.Sequential(nn.ReLU()))
    assert explorer.button("Remove layer 1").is_disabled()


def test_a_box_in_the_drawing_selects_its_layer(open_network):
    explorer = open_network()
    explorer.region.locator('[data-layer="3"]').click()
    assert explorer.button("Layer 4: Conv2d").get_attribute("aria-pressed") == "true"
    assert explorer.region.get_by_role("group", name="Layer 4: Conv2d").is_visible()
    name = explorer.region.get_by_role("img").get_attribute("aria-label")
    assert name == ("A network of 12 layers: 1×28×28 → 6×28×28 → 6×14×14 → 16×10×10 → 16×5×5 → 400 → 120 → 84 → 10.")


def test_a_link_opens_its_state_and_a_bad_one_is_told(open_network):
    explorer = open_network()
    explorer.spin("Layer 1 kernel width").fill("3")
    explorer.spin("Input channels").fill("3")
    explorer.spin("Batch size").fill("32")
    explorer.region.get_by_role("combobox", name="Kind of layer to add").select_option("Dropout")
    explorer.button("Add after layer 1").click()
    explorer.spin("Layer 2 probability").fill("0.25")
    link, rows, status = explorer.link, explorer.rows(), explorer.status
    assert re.match(r"#net\?x=3,28,28&n=32&l=c,o6,k5x3,p2;d,p0\.25;ReLU;m,k2,s2;", link)
    again = open_network(link=link)
    assert (again.rows(), again.link) == (rows, link)
    assert again.status == status
    for bad, message in {
        "l=c,o6": "makes no sense",
        "x=1,28": "makes no sense",
        "n=0": "makes no sense",
        "l=c,o6,k99": "makes no sense",
        "l=f;f;m,k2,s2": "Layer 3 (MaxPool2d): MaxPool2d needs maps",
        "x=1,9,9": "Layer 4 (Conv2d)",
    }.items():
        refused = open_network(link=f"#net?{bad}")
        assert message in refused.alert.inner_text()
        assert refused.status.startswith("61,706 parameters (+0)")
        assert len(refused.rows()) == 12


def test_a_phone_has_no_overflow_and_touch_is_enough(open_network):
    explorer = open_network(**PHONE)
    explorer.button("Layer 4: Conv2d").tap()
    explorer.button("Layer 4 output channels: one more").tap()
    assert explorer.rows()[3] == ("Conv2d", "17×10×10")
    explorer.button("Layer 12: Linear").tap()
    box, chosen = (explorer.region.locator(name).bounding_box() for name in ("[role=group] >> nth=0", ".nx-chosen"))
    assert box["x"] <= chosen["x"]
    assert chosen["x"] + chosen["width"] <= box["x"] + box["width"]
    assert explorer.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_network, scheme):
    explorer = open_network(color_scheme=scheme)
    for value in ("5", "33"):
        explorer.spin("Layer 1 kernel height").fill(value)
        assert faults_by_axe(explorer.page, "#net", scheme=scheme) == []


NOTEBOOK = """async text => {
  const widget = (await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })))).default;
  const state = JSON.parse(document.querySelector("#net").dataset.state), listeners = {};
  globalThis.kernel = {
    state, saved: 0, get: (name) => state[name], save_changes: () => { kernel.saved += 1; },
    set: (name, value) => { state[name] = value; }, off: () => {},
    on: (event, listener) => { listeners[event] = listener; },
    send: (name, value) => { state[name] = value; listeners[`change:${name}`](); },
  };
  const el = document.querySelector("main").appendChild(document.createElement("div"));
  el.id = "notebook";
  widget.render({ model: kernel, el });
}"""


def test_in_a_notebook_only_possible_states_reach_the_kernel_and_its_own_are_shown(open_network):
    page = open_network().page
    page.evaluate(NOTEBOOK, bundle.module("NetworkExplorer"))
    explorer = Networks(page)
    explorer.region = page.locator("#notebook").get_by_role("region")
    explorer.spin("Layer 1 kernel height").fill("33")
    assert page.evaluate("kernel.saved") == 0
    explorer.spin("Layer 1 kernel height").fill("3")
    sent = page.evaluate("kernel.state")
    assert page.evaluate("kernel.saved") == 1
    judge = NetworkExplorer(lenet.modern_lenet(), (1, 28, 28))
    judge.set_state({name: sent[name] for name in ("layers", "input_shape", "batch")})
    assert [text for _, text in explorer.rows()] == ["×".join(map(str, row.shape)) for row in judge.rows]
    page.evaluate("kernel.send('layers', [{ name: '', kind: 'Flatten' }, { name: '', kind: 'ReLU' }])")
    assert explorer.rows() == [("Flatten", "784"), ("ReLU", "784")]
    assert explorer.region.get_by_role("group", name="Layer 1: Flatten").is_visible()


def test_the_page_speaks_chinese(open_network):
    words.use_language("zh")
    page = open_network().page
    page.get_by_role("spinbutton", name="第1层卷积核高").fill("33")
    assert page.get_by_role("alert").inner_text().startswith("第1层（Conv2d）：33×5卷积核放不进填充后的32×32输入")


def test_without_scripts_the_table_is_there(open_network):
    explorer = open_network(java_script_enabled=False)
    table = explorer.page.locator("table").inner_text()
    assert "Conv2d(6, 16, kernel_size=5)" in table
    assert "61,706" in table


# --- branches and blocks


def conv(c_o, k, **settings):
    return {"kind": "Conv2d", "out_channels": c_o, "kernel_size": k, "padding": k // 2, **settings}


RELU = {"kind": "ReLU"}
POOL = {"kind": "MaxPool2d", "kernel_size": 3, "stride": 1, "padding": 1}
SHORTCUT = {"kind": "Parallel", "branches": [[conv(8, 3), RELU], []], "join": "add"}
INCEPTION = {"kind": "Parallel", "branches": [[conv(4, 1)], [conv(2, 1), conv(6, 3)], [POOL, SHORTCUT]]}
TREE = [
    conv(8, 3),
    {"kind": "Block", "name": "mixed", "layers": [INCEPTION, RELU]},
    {"kind": "Flatten"},
    {"kind": "Linear", "out_features": 10},
]


def test_a_tree_is_pythons_table_and_program(open_network):
    explorer = open_network(TREE, (1, 12, 12))
    expected = network.table(TREE, (1, 12, 12))
    rows = explorer.region.locator("tbody tr:not(.nx-input-row):not(.nx-head)")
    shapes = [row.locator("td").first.inner_text() for row in rows.all()]
    assert shapes == ["×".join(map(str, row.shape)) for row in expected]
    kinds = [text.split(": ")[1] for text in rows.locator("button").all_inner_texts()]
    assert kinds == [row.text.split("(")[0] for row in expected]
    assert explorer.region.locator(".nx-branch:visible").all_inner_texts() == [
        "Branch 1", "Branch 2", "Branch 3", "Branch 1", "Branch 2: shortcut",
    ]  # fmt: skip
    assert explorer.status.startswith(f"{sum(row.parameters for row in expected):,} parameters (+0)")
    assert explorer.region.locator(".nx-program code").text_content() == network.code(TREE, (1, 12, 12))
    name = explorer.region.get_by_role("img").get_attribute("aria-label")
    assert name == "A network of 12 layers: 1×12×12 → 8×12×12 → 18×12×12 → 2592 → 10."
    explorer.button("Layer 9: Concat").click()
    assert "Channels of all branches: 4 + 6 + 8 = 18" in explorer.region.inner_text()


#: of each row of the live table: the branch that begins there, its name, its program, how deep in branches and blocks
LIVE = """rows => rows.map(row => {
  const told = (part) => { const one = row.querySelector(part); return one && !one.hidden ? one.textContent : ""; };
  const style = (name) => Number(row.style.getPropertyValue(name));
  return [told(".nx-branch"), told(".nx-pick"), told("code"), style("--depth"), style("--blocks")];
})"""


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_without_scripts_branches_and_blocks_are_those_of_the_live_table(open_network, lang):
    words.use_language(lang)
    shortcut, colon = words.say("tree.shortcut", branch=2), words.say("tree.begins", branch="", text="")
    live = open_network(TREE, (1, 12, 12)).page.locator("tbody tr:not(.nx-input-row)").evaluate_all(LIVE)
    stored = open_network(TREE, (1, 12, 12), java_script_enabled=False).page.locator("tbody tr th")
    texts = [text for text in stored.evaluate_all("all => all.map(one => one.textContent)") if shortcut not in text]
    assert len(texts) == len(live) == 13
    for (branch, name, code, depth, blocks), text in zip(live, texts, strict=True):
        assert (text.count("\N{EM SPACE}"), text.count("\N{EN SPACE}")) == (depth, blocks)
        begins = f"{branch}{colon}" if branch and branch != shortcut else ""
        kind = name if not depth and not blocks and "mixed" in name else name.split(colon)[1]
        assert text.strip().removesuffix("()") == begins + (code or kind), text
    assert stored.first.evaluate("cell => getComputedStyle(cell).textAlign") == "left"


def test_a_layer_in_a_branch_is_changed_where_it_is(open_network):
    explorer = open_network(TREE, (1, 12, 12))
    explorer.region.locator('[data-layer="3"]').click()
    explorer.spin("Layer 4 output channels").fill("7")
    explorer.button("Layer 9: Concat").click()
    assert "Channels of all branches: 4 + 7 + 8 = 19" in explorer.region.inner_text()
    explorer.button("Layer 8: Add").click()
    explorer.region.get_by_role("combobox", name="Kind of layer to add").select_option("BatchNorm2d")
    explorer.region.get_by_role("combobox", name="Where to add it").select_option("Branch 2")
    explorer.button("Add").click()
    assert explorer.button("Layer 8: BatchNorm2d").get_attribute("aria-pressed") == "true"
    explorer.button("Remove layer 8").click()
    explorer.button("Layer 6: Conv2d").click()
    explorer.spin("Layer 6 output channels").fill("9")
    assert "Layer 8 (Add): branch 2 gives 8×12×12, but branch 1 gives 9×12×12" in explorer.alert.inner_text()
    explorer.button("Layer 8: Add").click()
    explorer.region.get_by_role("combobox", name="Layer 8 join").select_option("concatenate")
    assert not explorer.alert.is_visible()
    assert explorer.button("Layer 8: Concat").is_visible()
    explorer.button("Layer 4: Conv2d").click()
    explorer.button("Layer 4 earlier").click()
    assert explorer.button("Layer 3: Conv2d").get_attribute("aria-pressed") == "true"
    assert explorer.button("Layer 3 earlier").is_disabled()
    link, rows = explorer.link, explorer.rows()
    again = open_network(TREE, (1, 12, 12), link=link)
    assert (again.rows(), again.link, again.alert.is_visible()) == (rows, link, False)
    for bad in ("l=cat(f)", "l=b()", "l=cat(f~"):
        assert "makes no sense" in open_network(link=f"#net?{bad}").alert.inner_text()


def branches_of(explorer, join):
    return explorer.region.get_by_role("group", name=f"Branches of {join}")


def assert_pythons(explorer, layers, shape):
    """Table, totals, drawing and program are those of these layers."""
    expected = network.table(layers, shape)
    rows = explorer.region.locator("tbody tr:not(.nx-input-row):not(.nx-head)")
    assert [row.locator("td").first.inner_text() for row in rows.all()] == [
        "×".join(map(str, row.shape)) for row in expected
    ]
    assert [text.split(": ")[1] for text in rows.locator("button").all_inner_texts()] == [
        row.text.split("(")[0] for row in expected
    ]
    assert explorer.region.locator(".nx-drawing [data-layer]").count() == len(expected)
    assert explorer.status.startswith(
        f"{sum(row.parameters for row in expected):,} parameters (",
    )
    assert f"{sum(row.multiply_adds for row in expected):,} multiply-adds" in explorer.status
    assert explorer.region.locator(".nx-program code").text_content() == network.code(layers, shape)


def changed(branches, *, join="concat", before=(), after=()):
    return [*before, {"kind": "Parallel", "branches": branches, "join": join}, *after]


def test_whole_branches_are_duplicated_removed_and_added(open_network):
    ends = {"before": [conv(8, 3)], "after": [{"kind": "Flatten"}, {"kind": "Linear", "out_features": 10}]}
    one, two, three = INCEPTION["branches"]
    explorer = open_network(changed([one, two, three], **ends), (1, 12, 12))
    join = branches_of(explorer, "layer 9 (Concat)")
    assert not join.is_visible()
    explorer.button("Layer 4: Conv2d").click()  # in branch 2
    which = join.get_by_role("combobox", name="Branch to change")
    assert which.input_value() == "1"
    assert which.locator("option").all_inner_texts() == ["Branch 1", "Branch 2", "Branch 3"]
    join.get_by_role("button", name="Duplicate").press("Enter")
    join = branches_of(explorer, "layer 11 (Concat)")
    assert which.is_visible() is False
    which = join.get_by_role("combobox", name="Branch to change")
    assert (which.input_value(), which.locator("option").count()) == ("2", 4)
    assert explorer.button("Layer 5: Conv2d").get_attribute("aria-pressed") == "true"
    assert join.get_by_role("button", name="Duplicate").evaluate("button => button === document.activeElement")
    assert_pythons(explorer, changed([one, two, two, three], **ends), (1, 12, 12))
    assert "(+" in explorer.status
    explorer.spin("Layer 5 output channels").fill("3")  # the copy is a branch of its own
    other = [conv(3, 1), conv(6, 3)]
    assert_pythons(explorer, changed([one, two, other, three], **ends), (1, 12, 12))
    which.select_option("Branch 1")
    join.get_by_role("button", name="Remove").click()
    assert explorer.button("Layer 10: Concat").get_attribute("aria-pressed") == "true"
    assert_pythons(explorer, changed([two, other, three], **ends), (1, 12, 12))
    join = branches_of(explorer, "layer 10 (Concat)")
    join.get_by_role("button", name="New branch").click()
    fresh = {"kind": "Conv2d", "out_channels": 16, "kernel_size": 3, "padding": 1}
    layers = changed([two, other, three, [fresh]], **ends)
    assert_pythons(explorer, layers, (1, 12, 12))
    assert explorer.button("Layer 10: Conv2d").get_attribute("aria-pressed") == "true"
    link = explorer.link
    again = open_network(TREE, (1, 12, 12), link=link)
    assert_pythons(again, layers, (1, 12, 12))
    assert again.link == link
    assert branches_of(again, "layer 11 (Concat)").get_by_role("combobox").input_value() == "3"
    again.button("Reset").click()
    assert_pythons(again, TREE, (1, 12, 12))


def test_branches_that_cannot_be_are_refused_in_words(open_network):
    """An Add whose shapes differ, one branch too few, too many, too many layers."""
    explorer = open_network(changed([[conv(8, 3)], []], join="add", before=[conv(8, 1)]), (1, 9, 9))
    explorer.button("Layer 3: Add").click()
    join = branches_of(explorer, "layer 3 (Add)")
    link, rows = explorer.link, explorer.rows()
    join.get_by_role("button", name="Remove").click()
    assert explorer.alert.inner_text() == (
        "Layer 3 (Add) must keep at least 2 branches. "
        "To do without it, choose layer 3 and remove that, with its branches."
    )
    assert (explorer.rows(), explorer.link) == (rows, link)
    assert explorer.region.get_by_role("status").get_attribute("aria-disabled") is None
    join.get_by_role("button", name="Duplicate").click()  # the next change settles it
    assert not explorer.alert.is_visible()
    explorer.spin("Layer 3 output channels").fill("5")
    assert "Layer 4 (Add): branch 2 gives 5×9×9, but branch 1 gives 8×9×9: only equal" in explorer.alert.inner_text()
    assert explorer.region.get_by_role("status").get_attribute("aria-disabled") == "true"
    join = branches_of(explorer, "layer 4 (Add)")
    join.get_by_role("combobox").select_option("Branch 1")
    join.get_by_role("button", name="Remove").click()  # of those left, the first has 5 channels and the second 8
    assert "branch 2 gives 8×9×9, but branch 1 gives 5×9×9" in explorer.alert.inner_text()
    explorer.button("Reset").click()
    explorer.button("Layer 3: Add").click()
    join = branches_of(explorer, "layer 3 (Add)")
    join.get_by_role("combobox").select_option("Branch 2")
    for _ in range(14):  # shortcuts, without a layer to choose
        join.get_by_role("button", name="Duplicate").click()
    assert join.get_by_role("combobox").input_value() == "15"
    assert not explorer.alert.is_visible()
    for name in ("Duplicate", "New branch"):
        join.get_by_role("button", name=name).click()
        assert explorer.alert.inner_text() == "Layer 3 (Add) has 16 branches already; there can be no more."
    explorer = open_network(changed([[RELU] * 120, [RELU]]), (1, 9, 9))
    explorer.button("Layer 122: Concat").click()
    branches_of(explorer, "layer 122 (Concat)").get_by_role("button", name="Duplicate").click()
    explorer.button("Layer 1: ReLU").click()
    branches_of(explorer, "layer 242 (Concat)").get_by_role("button", name="Duplicate").click()
    assert explorer.alert.inner_text() == (
        "With this branch the network would have more than 256 layers, the joins of branches included."
    )


def test_a_new_branch_of_vectors_or_behind_a_stride_fits(open_network):
    halved, flat = [{**conv(4, 3), "stride": 2}], [{"kind": "Flatten"}]
    for branches, join, shape, made in (
        ([halved, halved], "add", (1, 9, 12), halved),
        ([flat, flat], "concat", (1, 4, 4), [*flat, {"kind": "Linear", "out_features": 10}]),
        ([flat, flat], "add", (1, 4, 4), [*flat, {"kind": "Linear", "out_features": 16}]),
    ):
        explorer = open_network(changed(branches, join=join), shape)
        kind = {"add": "Add", "concat": "Concat"}[join]
        explorer.button(f"Layer 3: {kind}").click()
        branches_of(explorer, f"layer 3 ({kind})").get_by_role("button", name="New branch").click()
        assert not explorer.alert.is_visible()
        assert_pythons(explorer, changed([*branches, made], join=join), shape)


def test_a_branch_on_a_phone_is_changed_by_touch_and_refused_in_sight(bare_page):
    page = bare_page(NetworkExplorer(changed([[conv(8, 3)], []], join="add", before=[conv(8, 1)]), (1, 9, 9), id="net"), **PHONE)  # fmt: skip  # noqa: E501
    explorer = Networks(page)
    explorer.button("Layer 2: Conv2d").tap()
    branches = page.get_by_role("group", name="Branches of layer 3 (Add)")
    remove = branches.get_by_role("button", name="Remove")
    remove.scroll_into_view_if_needed()
    remove.tap()
    assert seen(explorer, explorer.alert, remove) == [True, True]
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    branches.get_by_role("button", name="Duplicate").tap()
    assert explorer.button("Layer 3: Conv2d").get_attribute("aria-pressed") == "true"
    assert faults_by_axe(page, "#net") == []


def test_a_block_folds_to_its_sums_and_opens_for_what_is_chosen_in_it(open_network):
    explorer = open_network(TREE, (1, 12, 12))
    inside = network.table(TREE, (1, 12, 12))[1:10]
    head = explorer.button("Block mixed: 9 layers")
    head.focus()
    explorer.page.keyboard.press("Enter")
    assert head.get_attribute("aria-expanded") == "false"
    assert head.evaluate("button => button === document.activeElement")
    assert not explorer.button("Layer 5: MaxPool2d").is_visible()
    cells = explorer.region.locator(".nx-head td:visible").all_inner_texts()
    assert cells[:2] == ["18×12×12", f"{sum(row.parameters for row in inside):,}"]
    explorer.page.evaluate("location.hash = 'net?o=9'")  # a link chooses layer 10
    explorer.button("Layer 5: MaxPool2d").wait_for()
    assert head.get_attribute("aria-expanded") == "true"


def drawn(explorer):
    """The texts of each block in the drawing, and how many layers are drawn on their own."""
    region = explorer.region
    blocks = region.locator(".nx-drawing [data-block]").evaluate_all(
        "all => all.map(one => [...one.querySelectorAll('text')].map(text => text.textContent))"
    )
    return blocks, region.locator(".nx-drawing [data-layer]").count()


def test_a_folded_block_is_one_box_in_the_drawing_and_folds_with_the_table(open_network):
    explorer = open_network(TREE, (1, 12, 12))
    head = explorer.button("Block mixed: 9 layers")
    block = explorer.region.locator(".nx-drawing [data-block]")
    assert drawn(explorer) == ([["▾ mixed"]], 12)
    head.click()
    assert drawn(explorer) == ([["▸ mixed", "9 layers", "18×12×12"]], 3)
    block.click()
    assert drawn(explorer) == ([["▾ mixed"]], 12)
    assert head.get_attribute("aria-expanded") == "true"
    assert explorer.button("Layer 5: MaxPool2d").is_visible()
    explorer.region.locator('[data-layer="4"]').click()  # in the frame: a layer is chosen, nothing folds
    assert explorer.button("Layer 5: MaxPool2d").get_attribute("aria-pressed") == "true"
    block.click()
    assert drawn(explorer) == ([["▸ mixed", "9 layers", "18×12×12"]], 3)
    assert head.get_attribute("aria-expanded") == "false"
    assert not explorer.button("Layer 5: MaxPool2d").is_visible()
    assert "nx-chosen" in block.get_attribute("class")  # what is chosen is in it
    explorer.spin("Layer 5 padding rows").fill("0")
    assert drawn(explorer)[0] == [["▸ mixed", "9 layers", "×"]]
    assert "nx-refused" in block.get_attribute("class")
    explorer.spin("Layer 5 padding rows").fill("1")
    explorer.button("Layer 1: Conv2d").click()
    explorer.spin("Layer 1 groups").fill("3")
    assert drawn(explorer)[0] == [["▸ mixed", "9 layers", "?"]]
    assert "nx-unknown" in block.get_attribute("class")


def test_blocks_in_blocks_and_in_branches_fold_in_the_drawing(open_network):
    inner = {"kind": "Block", "name": "stage.one", "layers": [conv(4, 3), RELU]}
    single = {"kind": "Block", "name": "a.very.long.name.of.a.module", "layers": [conv(2, 1)]}
    outer = {"kind": "Block", "name": "stage", "layers": changed([[inner], [single]])}
    explorer = open_network([outer, RELU], (1, 9, 9))
    assert drawn(explorer) == ([["▾ stage"], ["▾ one"], ["▾ ….name.of.a.module"]], 5)
    explorer.button("Block one: 2 layers").click()
    explorer.button("Block a.very.long.name.of.a.module: 1 layer").click()
    folded = [["▸ one", "2 layers", "4×9×9"], ["▸ ….name.of.a.module", "1 layer", "2×9×9"]]
    assert drawn(explorer) == ([["▾ stage"], *folded], 2)
    explorer.button("Block stage: 4 layers").click()
    assert drawn(explorer) == ([["▸ stage", "4 layers", "6×9×9"]], 1)
    explorer.button("Block stage: 4 layers").click()  # what is inside is as it was
    assert drawn(explorer) == ([["▾ stage"], *folded], 2)
    assert not explorer.button("Layer 2: ReLU").is_visible()
    for place, name in ((0, "▾ stage"), (1, "▸ one"), (2, "▸ ….name.of.a.module")):
        box = explorer.region.locator(".nx-drawing [data-block]").nth(place)
        frame, text = box.bounding_box(), box.locator("text").first.bounding_box()
        assert frame["x"] <= text["x"], name
        assert text["x"] + text["width"] <= frame["x"] + frame["width"], name


def test_a_block_is_repeated_widened_and_removed(open_network):
    layers = [{"kind": "Block", "name": "first", "layers": [conv(4, 3), RELU]}, conv(2, 1)]
    explorer = open_network(layers, (1, 9, 9))
    block = explorer.region.get_by_role("group", name="Block first")
    block.get_by_role("button", name="Repeat").click()
    shapes = [("Conv2d", "4×9×9"), ("ReLU", "4×9×9")]
    lines = explorer.region.locator("tbody tr:not(.nx-input-row):not(.nx-head)")

    def rows():
        return [
            (row.locator("button").inner_text().split(": ")[1], row.locator("td").first.inner_text())
            for row in lines.all()
        ]

    assert rows() == [*shapes, *shapes, ("Conv2d", "2×9×9")]
    assert explorer.button("Layer 3: Conv2d").get_attribute("aria-pressed") == "true"
    explorer.button("Layer 3 later").click()  # the same layers stand above
    assert explorer.button("Layer 4: Conv2d").get_attribute("aria-pressed") == "true"
    explorer.button("Layer 4 earlier").click()
    block.get_by_role("button", name="Twice as wide").click()
    assert rows()[1:4] == [("ReLU", "4×9×9"), ("Conv2d", "8×9×9"), ("ReLU", "8×9×9")]
    for _ in range(2):
        block.get_by_role("button", name="Remove").click()
        explorer.button("Layer 1: Conv2d").click()
    assert rows() == [("Conv2d", "2×9×9")]
    assert not block.is_visible()
    explorer.button("Reset").click()
    for _ in range(11):
        block.get_by_role("button", name="Twice as wide").click()
    assert block.get_by_role("button", name="Twice as wide").is_disabled()


def test_a_long_network_begins_with_folded_blocks(open_network):
    layers = [{"kind": "Block", "name": f"b{n}", "layers": [conv(2, 3), RELU] * 3} for n in range(8)]
    explorer = open_network([conv(2, 3), *layers], (1, 9, 9))
    rows = explorer.region.locator("tbody tr:not(.nx-input-row):not(.nx-head):visible button")
    assert rows.all_inner_texts() == ["Layer 1: Conv2d"]
    assert drawn(explorer) == ([[f"▸ b{n}", "6 layers", "2×9×9"] for n in range(8)], 1)
    explorer.region.locator('[data-block="4"]').click()
    assert drawn(explorer)[0][2:5] == [["▸ b2", "6 layers", "2×9×9"], ["▾ b3"], ["▸ b4", "6 layers", "2×9×9"]]
    explorer.region.locator('[data-layer="20"]').click()
    assert rows.all_inner_texts()[1:] == [f"Layer {n}: {'ReLU' if n % 2 else 'Conv2d'}" for n in range(20, 26)]
    link = explorer.link
    explorer.button("Reset").click()
    assert rows.all_inner_texts() == ["Layer 1: Conv2d"]
    explorer = open_network([conv(2, 3), *layers], (1, 9, 9), link=link)
    assert explorer.button("Layer 21: ReLU").is_visible()


@pytest.mark.parametrize("options", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing_in_a_tree(bare_page, options):
    page = bare_page(NetworkExplorer(TREE, (1, 12, 12), id="net"), **options)
    explorer = Networks(page)
    explorer.region = page.get_by_role("region", name="Network explorer")
    explorer.region.locator("summary").click()
    explorer.button("Layer 9: Concat").click()
    explorer.button("Block mixed: 9 layers").click()
    assert faults_by_axe(page, "#net") == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# --- large networks

OPENED = """region => {
  const closed = () => region.querySelector(".nx-closed:not([hidden]) .nx-pick");
  while (closed()) closed().click();
}"""
#: of the table's box: its width and what it would need; and cells whose text goes over their edges or the box's
CUT = """box => [box.clientWidth - box.scrollWidth, [...box.querySelectorAll("td, th")].filter((cell) => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  const text = range.getBoundingClientRect(), own = cell.getBoundingClientRect(), outer = box.getBoundingClientRect();
  const [left, right] = [Math.max(own.left, outer.left), Math.min(own.right, outer.right)];
  return text.width > 0 && cell.checkVisibility() && !cell.closest("thead") && (text.left < left - 1 || text.right > right + 1);
}).map((cell) => cell.textContent)]"""  # noqa: E501
LARGE = {"googlenet": {"aux_logits": False, "init_weights": False}, "resnet18": {}, "vgg16": {}}


@pytest.fixture(scope="module")
def large():
    """Networks of torchvision for 224×224, with their modules as blocks."""
    built = {name: getattr(models, name)(**options) for name, options in LARGE.items()}
    return {name: network.trace(model, (3, 224, 224), blocks=True) for name, model in built.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
@pytest.mark.parametrize("options", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_large_table_fits_folded_and_open(bare_page, large, name, options):
    """Where a scrollbar takes 11 pixels, too."""
    bar = "<style>.nx .nx-scroll { padding-right: 11px }</style>"
    layers, head = large[name], options.get("head", "") + bar
    page = bare_page(NetworkExplorer(layers, (3, 224, 224), id="net"), **{**options, "head": head})
    box = page.locator("#net .nx-scroll")
    for action in ("region => null", OPENED):
        page.locator("#net").evaluate(action)
        assert box.evaluate(CUT) == [0, []]
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    shown = page.locator("#net tbody tr:not(.nx-head):not(.nx-input-row)")
    assert shown.count() == len(network.table(layers, (3, 224, 224)))
    assert shown.evaluate_all("rows => rows.every(row => row.checkVisibility())")


@pytest.mark.slow
def test_googlenets_inception_blocks_are_drawn_folded_and_open_one_by_one(bare_page, large):
    explorer = Networks(bare_page(NetworkExplorer(large["googlenet"], (3, 224, 224), id="net"), **WIDE))
    blocks = {text: texts for text, *texts in drawn(explorer)[0]}
    assert blocks["▸ inception3a"] == ["20 layers", "256×28×28"]
    assert blocks["▸ inception5b"] == ["20 layers", "1024×7×7"]
    assert len([name for name in blocks if name.startswith("▸ inception")]) == 9
    explorer.region.locator(".nx-drawing [data-block]", has_text="inception3a").click()
    opened = [texts[0] for texts in drawn(explorer)[0]]
    at = opened.index("▾ inception3a")
    assert opened[at + 1 : at + 7] == ["▸ branch2.0", "▸ branch2.1", "▸ branch3.0", "▸ branch3.1", "▸ branch4.1", "▸ inception3b"]  # fmt: skip  # noqa: E501
    head = explorer.button("Block inception3a: 20 layers")
    assert head.get_attribute("aria-expanded") == "true"
    assert seen(explorer, head) == [True]  # the table has scrolled to it
    explorer.button("Block branch2.0: 3 layers").click()
    explorer.button("Layer 15: Conv2d").click()
    branches_of(explorer, "layer 31 (Concat)").get_by_role("button", name="Remove").click()
    block = large["googlenet"][5]
    parallel = block["layers"][0]
    less = {**parallel, "branches": [branch for b, branch in enumerate(parallel["branches"]) if b != 1]}
    layers = [{**block, "layers": [less]} if item is block else item for item in large["googlenet"]]
    parameters = sum(row.parameters for row in network.table(layers, (3, 224, 224)))
    assert explorer.status.startswith(f"{parameters:,} parameters (−")
    assert explorer.button("Block inception3a: 14 layers").is_visible()


def test_on_a_phone_each_layers_numbers_have_their_names(bare_page):
    page = bare_page(NetworkExplorer(TREE, (1, 12, 12), id="net"), **PHONE)
    explorer = Networks(page)
    table = page.get_by_role("table", name="The layers and what they cost")
    row = table.get_by_role("row", name="Layer 1: Conv2d")
    assert row.get_by_role("cell").count() == 5
    names = row.locator("td:not([hidden])").evaluate_all(
        "all => all.map(one => getComputedStyle(one, '::before').content)"
    )
    assert names == [f'"{words.say(f"network.column.{name}")}"' for name in ("shape", "parameters", "multiply_adds", "memory", "field")]  # fmt: skip  # noqa: E501
    assert table.get_by_role("columnheader").count() == 6
    explorer.button("Block mixed: 9 layers").tap()
    assert not explorer.button("Layer 3: Conv2d").is_visible()


# --- the stage


@pytest.fixture
def wide(bare_page):
    """LeNet, or another model, as wide as the book shows it, in a window of 1280×800."""

    def open_it(model=None, shape=(1, 28, 28), **options):
        widget = NetworkExplorer(model or lenet.modern_lenet(), shape, id="net")
        return Networks(bare_page(widget, **{**WIDE, **options}))

    return open_it


def row(explorer, layer):
    return explorer.region.locator("tbody tr:not(.nx-input-row)").nth(layer)


def seen(explorer, *parts):
    return [part.evaluate(SEES) for part in parts]


DEEP = nn.Sequential(
    *(layer for n in range(10) for layer in (nn.Conv2d(n + 1, n + 2, 3), nn.BatchNorm2d(n + 2), nn.ReLU()))
)


def test_drawing_totals_editor_and_table_fit_one_window(wide):
    explorer = wide()
    top = explorer.region.bounding_box()["y"]
    parts = [explorer.region.locator(part) for part in (".nx-drawing", "[role=status]", ".nx-bench", ".nx-scroll")]
    assert max(box["y"] + box["height"] for box in (part.bounding_box() for part in parts)) - top <= 800
    assert all(seen(explorer, row(explorer, 10), explorer.region.locator("tfoot")))
    assert explorer.page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize("choose", ["drawing", "table"])
def test_a_change_leaves_its_row_the_totals_and_the_alert_in_sight(wide, choose):
    explorer = wide()
    totals, changed = explorer.region.locator("[role=status] > p"), 0
    for layer, kind in enumerate(type(layer).__name__ for layer in lenet.modern_lenet()):
        name = f"Layer {layer + 1}: {kind}"
        if choose == "drawing":
            explorer.region.locator(f'[data-layer="{layer}"]').click()
        else:
            explorer.button(name).click()
        assert seen(explorer, row(explorer, layer), totals) == [True, True], name
        for number in explorer.region.get_by_role("group", name=name).get_by_role("spinbutton").all():
            number.press("ArrowUp")
            assert seen(explorer, row(explorer, layer), totals, number) == [True] * 3, name
            number.fill("x")
            assert seen(explorer, row(explorer, layer), totals, explorer.alert, number) == [True] * 4, name
            number.fill("3")
            changed += 1
        explorer.button("Reset").click()
    assert changed == 2 * 10 + 2 * 8 + 3  # convolutions, poolings, linear layers


def test_a_deep_networks_table_scrolls_to_the_chosen_layer_beside_its_editor(wide):
    explorer = wide(DEEP, (1, 64, 64))
    totals = explorer.region.locator("[role=status] > p")
    for layer in (28, 1, 15):
        explorer.region.locator(f'[data-layer="{layer}"]').click()
        bench = explorer.region.locator(".nx-editor")
        head = explorer.region.locator("thead th").first
        assert seen(explorer, row(explorer, layer), totals, bench, head) == [True] * 4
    explorer.page.mouse.wheel(0, 400)
    assert seen(explorer, totals) == [True]


def test_alone_on_a_page_it_has_all_its_words(wide):
    explorer = wide(nn.Sequential(nn.MaxPool2d(2, 3, 1, ceil_mode=True)), (1, 5, 5))
    said = explorer.region.locator(".nx-says").inner_text()
    assert "The last row of windows would start beyond the input" in said
    assert "The last column of windows" in said


def test_a_drawing_that_goes_on_tells_so_and_scrolls_by_keyboard(wide):
    assert wide().region.locator(".nx-frame").get_attribute("data-more") is None
    explorer = wide(DEEP, (1, 64, 64))
    frame = explorer.region.locator(".nx-frame")
    more = "which => document.querySelector('.nx-frame').dataset.more === which"
    explorer.page.wait_for_function(more, arg="right")
    sign = "(frame, side) => getComputedStyle(frame, side).content"
    assert [frame.evaluate(sign, f"::{side}") for side in ("before", "after")] == ["none", '"›" / ""']
    explorer.region.get_by_role("group", name="Drawing of the network").focus()
    explorer.page.keyboard.press("ArrowRight")
    explorer.page.wait_for_function(more, arg="left right")
    explorer.region.locator('[data-layer="29"]').click()
    explorer.page.wait_for_function(more, arg="left")


def test_on_a_phone_the_totals_stay_in_sight(bare_page):
    page = bare_page(NetworkExplorer(lenet.modern_lenet(), (1, 28, 28), id="net"), **PHONE)
    explorer = Networks(page)
    for number in explorer.region.get_by_role("spinbutton").all():
        number.scroll_into_view_if_needed()
        number.press("ArrowUp")
        assert seen(explorer, explorer.region.locator("[role=status] > p")) == [True]
    explorer.spin("Layer 1 groups").fill("99")
    assert seen(explorer, explorer.alert) == [True]
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    explorer.button("Reset").click()
    explorer.button("Layer 12: Linear").tap()
    assert seen(explorer, explorer.spin("Layer 12 output features")) == [True]
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
