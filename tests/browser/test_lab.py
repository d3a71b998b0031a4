"""The same explorer in JupyterLab: page and Python share one state, and typing never triggers a shortcut."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import TimeoutError as TooLate

from helpers import plot
from tests.conftest import ROOT
from tests.explorers.explorer import Explorer
from tests.explorers.parts import settled
from tools import notebooks

SHOW = """
from helpers.widgets import ConvExplorer
explorer = ConvExplorer([[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[0, 1], [2, 3]], id="in-lab")
explorer
"""
TELL = """
import json
print("STATE", json.dumps({"kernel": explorer.kernel, "padding": explorer.padding, "output": explorer.output.tolist()}))
"""
CHANGE = """
with explorer.hold_trait_notifications():
    explorer.kernel = [[1.0, -1.0]]
    explorer.stride = (1, 2)
"""

MORE = """
import torch
from helpers.widgets import ChannelExplorer, ColourMixer, ImageKernels, KernelLearner, PoolExplorer
from helpers.widgets import ReceptiveFieldExplorer, ShapePuzzle
learner = KernelLearner([[1, 1, 0, 0, 1, 1]], [[1, -1]], kernel=[[0.5, 0.5]], lr=0.05)
fields = ReceptiveFieldExplorer([(3, 1), (3, 2)], size=9)
kernels = ImageKernels([[10 * r + c for c in range(20)] for r in range(20)], [[1, -1]])
puzzle = ShapePuzzle((9, 12), (5, 4))
channels = ChannelExplorer(torch.arange(18).reshape(2, 3, 3), torch.ones(1, 2, 2, 2), bias=[0])
pool = PoolExplorer(torch.arange(9).reshape(3, 3), 2, stride=1)
mixer = ColourMixer(torch.arange(48).reshape(3, 4, 4), torch.eye(3))
for widget in (learner, fields, kernels, puzzle, channels, pool, mixer):
    display(widget)
"""
TELL_MORE = """
import json
gradient = learner.gradients().kernel.tolist()
state = {"kernel": learner.kernel, "gradient": gradient, "layers": fields.layers, "image": kernels.kernel}
state |= {"channels": channels.output.tolist(), "shape": [len(channels.kernel), len(channels.input)]}
state |= {"pool": pool.output.tolist(), "mix": mixer.kernel, "red": mixer.output[0, 0, 0].item()}
print("STATE", json.dumps({**state, "output": kernels.output[0].tolist(), "puzzle": puzzle.output}))
"""
CHANGE_MORE = """
learner.kernel = [[1, -1]]
fields.layers = [(2, 2), (3, 1, 1), (3, 1, 1)]
kernels.kernel = [[0, 1], [1, 0]]
pool.mode = "max"
channels.groups, mixer.kernel = 1, torch.ones(3, 3)
"""
NETWORKS = """
from helpers import models
from helpers.widgets import LeNetExplorer, NetworkExplorer, Quiz
lenet = LeNetExplorer()
network = NetworkExplorer(models.classical_lenet(), (1, 28, 28))
display(lenet, network, Quiz("01_conv2d"))
"""
TELL_NETWORKS = """
import json
state = {"logits": lenet.output.tolist(), "kernels": len(lenet.kernels)}
state |= {"silenced": lenet.silenced, "parameters": network.total_parameters, "first": list(network.rows[0].shape)}
print("STATE", json.dumps(state))
"""
CHANGE_NETWORKS = """
lenet.silenced, lenet.image = [], [[0] * 28] * 28
network.input_shape = (3, 28, 28)
print("STATE", json.dumps({"logits": lenet.output.tolist(), "parameters": network.total_parameters}))
"""
STORED = (
    "from helpers import plot\nfrom helpers.exercise import quiz\nfrom helpers.widgets import ConvExplorer",
    'explorer = ConvExplorer([[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[0, 1], [2, 3]], id="stored")\nexplorer',
    'quiz("01_conv2d")',
    'plot.figure("padding")',
    'plot.curves({"a": [1, 2, 3]}, x="step", y="loss")',
    "import ipywidgets\nipywidgets.VBox([explorer])",
)
CELLS = (SHOW, TELL, CHANGE, MORE, TELL_MORE, CHANGE_MORE, NETWORKS, TELL_NETWORKS, CHANGE_NETWORKS)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on a folder of its own; its address."""
    folder = tmp_path_factory.mktemp("lab")
    notebook = new_notebook(cells=[new_code_cell(text.strip()) for text in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "explorer.ipynb")
    notebook.cells = [new_code_cell(text, id=f"cell-{n}") for n, text in enumerate(STORED)]
    nbformat.write(notebook, folder / "stored.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}", "--ip=127.0.0.1", "--allow-root",
        "--IdentityProvider.token=", "--ServerApp.password=", f"--notebook-dir={folder}",
        "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "JUPYTER_CONFIG_DIR": str(folder),
        "JUPYTER_DATA_DIR": str(folder / "data"),  # signatures of trusted notebooks, among others
        "JUPYTERLAB_WORKSPACES_DIR": str(folder),
    }
    with (folder / "log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        notebooks.run(folder / "stored.ipynb")  # and cleaned, as in a fresh clone
    address = f"http://127.0.0.1:{port}"
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{address}/api/status", timeout=2)
            break
        except OSError:
            assert server.poll() is None, (folder / "log").read_text(encoding="utf-8")
            time.sleep(0.5)
    yield address
    server.terminate()
    server.wait(timeout=20)


@pytest.fixture(scope="module")
def open_notebook(lab, browser):
    """Opens a notebook by name, each time as a new visitor, with a kernel; no other host is asked for anything."""
    foreign, contexts = [], []
    ours = (lab, "data:", "blob:", "ws:")

    def open_it(name):
        contexts.append(browser.new_context(viewport={"width": 1300, "height": 1000}))
        page = contexts[-1].new_page()
        page.on("request", lambda r: foreign.append(r.url) if not r.url.startswith(ours) else None)
        page.add_locator_handler(page.locator(".jp-Dialog"), answer)
        page.goto(f"{lab}/lab/tree/{name}?reset")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
        kernel_started(page)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert foreign == []


@pytest.fixture(scope="module")
def notebook(open_notebook):
    """The notebook of explorers, opened once: a cell that runs again makes its explorers anew."""
    return open_notebook("explorer.ipynb")


RAN = """n => { const cells = document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt');
  const prompts = [...cells].map(cell => cell.textContent);
  return /\\[\\d+\\]/.test(prompts[n]) && !prompts.some(p => p.includes('*')); }"""


#: how a dialog begins that tells of the machine: a kernel is told its ports before it takes them, and another program
#: may take one in between; a test that needs what a lost kernel knew fails all the same
OF_THE_MACHINE = ("Kernel Restarting", "Server Connection Error")


def answer(dialog):
    """Puts away a dialog about the machine; any other fails the test with its words."""
    words = dialog.first.inner_text()
    assert words.startswith(OF_THE_MACHINE), words
    dialog.first.get_by_role("button").last.click()


def kernel_started(page):
    """Waits until the kernel has said what it is, and JupyterLab has noted it."""
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for(timeout=90_000)
    settled(page)


def run(page, number):
    """Run a cell by number and wait until it has run; a busy page may swallow the keys."""
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    for _ in range(5):
        cell.locator(".jp-InputArea-editor").click()
        page.keyboard.press("Control+Enter")
        try:
            page.wait_for_function(RAN, arg=number, timeout=15_000)
        except TooLate:
            continue
        return cell
    raise AssertionError(f"cell {number} did not run")


def told(page, number=1):
    """The state that Python sees now, as a cell tells it."""
    cell = run(page, number)
    text = cell.locator(".jp-OutputArea-output").last.inner_text()
    return json.loads(text[text.index("STATE") + 6 :])


def test_page_and_python_share_one_state(notebook):
    run(notebook, 0)
    explorer = Explorer(notebook, notebook.locator(".jp-OutputArea-output:has(.cx)").first)
    explorer.region.wait_for()
    explorer.assert_true()

    explorer.type("Kernel", 1, 1, "10")
    explorer.spin("Padding rows").fill("1")
    state = told(notebook)
    assert state["kernel"] == [[10, 1], [2, 3]]
    assert state["padding"] == [1, 0]
    assert state["output"] == explorer.values("Output").tolist()
    explorer.assert_true()

    run(notebook, 2)  # Python changes the kernel and the stride
    explorer.region.locator("[aria-label='Kernel row 1, column 2: −1']").wait_for()
    assert explorer.values("Kernel").tolist() == [[1, -1]]
    assert explorer.settings()["stride"] == (1, 2)
    explorer.assert_true()

    explorer.spin("Kernel height").fill("9")  # impossible: Python keeps what was possible last
    assert "does not fit" in explorer.alert.inner_text()
    assert told(notebook)["kernel"] == [[1, -1]]


def test_typing_never_triggers_jupyters_shortcuts(notebook):
    run(notebook, 0)
    explorer = Explorer(notebook, notebook.locator(".jp-OutputArea-output:has(.cx)").first)
    explorer.region.wait_for()
    cells = notebook.locator(".jp-Notebook .jp-Cell")
    before = cells.count()
    explorer.cell("Output", 1, 1).click()
    for key in ("b", "a", "d", "d", "x", "m", "ArrowDown", "ArrowRight", "Enter"):
        notebook.keyboard.press(key)
    explorer.cell("Kernel", 1, 1).click()
    for key in ("b", "d", "d", "Backspace"):
        notebook.keyboard.press(key)
    notebook.keyboard.press("Escape")
    explorer.spin("Stride rows").click()
    for key in ("a", "b", "x"):
        notebook.keyboard.press(key)
    assert cells.count() == before
    assert notebook.locator(".jp-Notebook .jp-CodeCell").count() == len(CELLS)
    assert explorer.values("Kernel").tolist() == [[0, 1], [2, 3]]


def test_links_to_a_state_are_for_pages_that_have_an_address(notebook):
    run(notebook, 0)
    region = notebook.locator(".jp-OutputArea-output:has(.cx)").first.get_by_role("region", name="Convolution explorer")
    region.wait_for()
    assert region.get_by_role("link").count() == 0


def test_the_other_explorers_share_their_state_with_python_too(notebook):
    run(notebook, 3)
    learner = notebook.get_by_role("region", name="Kernel learner").first
    learner.wait_for()
    learner.get_by_role("button", name="Step", exact=True).click()
    learner.get_by_role("spinbutton", name="Learning rate").press("b")  # and no cell is added
    learner.get_by_role("spinbutton", name="Learning rate").fill("0.02")
    fields = notebook.get_by_role("region", name="Receptive field explorer").first
    fields.get_by_role("button", name="Add a layer").click()
    kernels = notebook.get_by_role("region", name="Kernels on a picture").first
    kernels.get_by_role("combobox", name="Kernel preset").select_option("sobel_x")
    puzzle = notebook.get_by_role("region", name="Shape puzzle").first
    puzzle.get_by_role("button", name="New puzzle").click()

    channels = notebook.get_by_role("region", name="Channel explorer").first
    channels.get_by_role("spinbutton", name="Channels out").fill("2")
    pool = notebook.get_by_role("region", name="Pooling explorer").first
    pool.get_by_role("combobox", name="Pooling", exact=True).select_option("avg")
    mixer = notebook.get_by_role("region", name="Colour mixer").first
    mixer.get_by_role("combobox", name="Kernel preset").select_option("swapped")

    state = told(notebook, 4)
    numbers = lambda grid: [float(cell.get_attribute("data-value")) for cell in grid.get_by_role("gridcell").all()]  # noqa: E731
    assert state["kernel"] == [numbers(learner.get_by_role("grid", name="Kernel", exact=True))]
    slopes = numbers(learner.get_by_role("grid", name="Gradient of the kernel ∂L/∂K"))
    assert slopes == pytest.approx(state["gradient"][0], rel=1e-12)
    assert state["layers"] == [[3, 1, 0, 1], [3, 2, 0, 1], [3, 1, 0, 1]]
    assert state["image"] == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    assert state["output"] == [8.0] * 18
    assert "to an output of {}×{}".format(*state["puzzle"]) in puzzle.inner_text()

    assert state["shape"] == [2, 2]
    assert [numbers(channels.get_by_role("grid", name=f"Output channel {n}")) for n in (1, 2)] == [
        [value for row in plane for value in row] for plane in state["channels"]
    ]
    assert state["pool"] == [[2, 3], [5, 6]]
    assert state["mix"] == [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
    assert state["red"] == 32

    run(notebook, 5)  # Python changes them
    learner.locator("[aria-label='Kernel row 1, column 2: −1']").wait_for()
    assert "the loss L is 0." in learner.get_by_role("status").inner_text()
    fields.locator('[data-level="3"]').first.wait_for()
    assert fields.get_by_role("group", name="Layer ").count() == 3
    kernels.locator("[aria-label='Kernel row 2, column 2: 0']").wait_for()
    pool.locator("[aria-label='Output row 2, column 2: 8']").wait_for()
    mixer.locator("[aria-label='Kernel row 3, column 1: 1']").wait_for()
    assert notebook.locator(".jp-Notebook .jp-CodeCell").count() == len(CELLS)


def test_networks_share_their_state_with_python_too(notebook):
    run(notebook, 6)
    lenet = notebook.get_by_role("region", name="LeNet explorer").first
    lenet.locator(".cx-class[data-logit]").first.wait_for()
    logits = lambda: [float(one.get_attribute("data-logit")) for one in lenet.locator(".cx-class").all()]  # noqa: E731
    lenet.get_by_role("button", name="Test image 19: ankle boot").click()
    lenet.get_by_role("button", name="Zero this kernel").click()
    lenet.get_by_role("button", name="Convolution 2, map 4").click()
    lenet.get_by_role("button", name="Switch off 4: its outputs 0").click()
    network = notebook.get_by_role("region", name="Network explorer").first
    network.get_by_role("spinbutton", name="Layer 1 output channels").fill("8")

    quiz = notebook.get_by_role("region", name="Quiz").first  # it remembers and counts in a notebook too
    quiz.get_by_role("textbox", name="Your answer").first.fill("26")
    quiz.get_by_role("button", name="Check").first.click()
    quiz.get_by_text("1 of 7 right").wait_for()

    state = told(notebook, 7)
    assert logits() == pytest.approx(state["logits"], rel=1e-4, abs=1e-5)
    assert (state["kernels"], state["silenced"]) == (1, [[2, 4]])
    assert state["first"] == [8, 28, 28]
    assert f"{state['parameters']:,} parameters" in network.get_by_role("status").inner_text()
    assert state["parameters"] == 61_706 + 2 * 26 + 2 * 16 * 25

    changed = told(notebook, 8)  # Python changes them
    network.get_by_text(f"{changed['parameters']:,} parameters").first.wait_for()
    assert logits() == pytest.approx(changed["logits"], rel=1e-4, abs=1e-5)


def shut_down(lab, page):
    """Leave the notebook and end every kernel, as the end of a day does."""
    page.goto("about:blank")
    [token] = [cookie["value"] for cookie in page.context.cookies(lab) if cookie["name"] == "_xsrf"]
    for session in page.request.get(f"{lab}/api/sessions").json():
        ended = page.request.delete(f"{lab}/api/sessions/{session['id']}", headers={"X-XSRFToken": token})
        assert ended.ok, ended.text()


def outputs(page, number):
    return page.locator(".jp-Notebook .jp-CodeCell").nth(number).locator(".jp-OutputArea").first


#: the tab of a notebook that JupyterLab would ask to save
UNSAVED = ".lm-DockPanel-tabBar .jp-mod-dirty"


def assert_shows_what_was_stored(page):
    """Tables and pictures that can be seen, and the way to more; nothing of widgets that are gone."""
    explorer, quiz, figure, curves = (outputs(page, n) for n in (1, 2, 3, 4))
    for widget in (explorer, quiz):
        widget.get_by_text("Run this cell to make it live.").wait_for()
        assert widget.locator(".cx").count() == 0
    assert explorer.locator("caption").all_inner_texts() == ["Input 3×3", "Kernel 2×2", "Output 2×2"]
    assert quiz.locator("ol > li").count() > 3
    for picture, alt in ((figure, plot.figure("padding").alt), (curves, "Curves of loss over step: a.")):
        image = picture.get_by_role("img", name=alt)
        image.scroll_into_view_if_needed()
        assert (
            image.evaluate("async image => { await image.decode(); return image.getBoundingClientRect().width }") > 200
        )
        assert picture.inner_text().strip() in ("", "[4]:", "[5]:")  # no line of an SVG's own texts
    for output in (explorer, quiz):
        assert "widget" not in output.inner_text()


def test_a_notebook_shows_its_tables_until_it_runs_and_again_when_it_was_saved_and_reopened(lab, open_notebook):
    page = open_notebook("stored.ipynb")  # of a fresh clone: not trusted
    assert_shows_what_was_stored(page)
    page.locator(UNSAVED).wait_for()  # as the README says, for Python's version alone

    for number in range(len(STORED)):
        run(page, number)
    for number, name in ((1, "Convolution explorer"), (2, "Quiz")):
        live = outputs(page, number)
        live.get_by_role("region", name=name).first.wait_for()
        live.get_by_text("Run this cell").wait_for(state="hidden")
        assert live.locator("[data-cnn-widget]").is_hidden()
    boxed = outputs(page, 5)  # a widget like any other, in a box and in Out[n]
    boxed.get_by_role("region", name="Convolution explorer").wait_for()
    page.keyboard.press("Control+s")
    page.locator(UNSAVED).wait_for(state="detached")
    shut_down(lab, page)

    page = open_notebook("stored.ipynb")  # saved by the reader: trusted, with views of widgets that are gone
    outputs(page, 5).get_by_text("Error displaying widget").wait_for()  # a box of ipywidgets has no tables
    assert_shows_what_was_stored(page)
    assert page.locator(UNSAVED).count() == 0  # now that its version is there

    run(page, 0)
    run(page, 1)
    outputs(page, 1).get_by_role("region", name="Convolution explorer").first.wait_for()
    outputs(page, 1).get_by_text("Run this cell").wait_for(state="hidden")
