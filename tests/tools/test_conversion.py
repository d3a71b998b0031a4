"""What Jupyter's own converters make of a notebook of the course."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.conftest import ROOT
from tools import notebooks

CELLS = (
    "from helpers import plot\nfrom helpers.exercise import quiz\nfrom helpers.widgets import ConvExplorer",
    "ConvExplorer([[0, 1], [2, 3]], [[4]])",
    'quiz("01_conv2d")',
    'plot.figure("padding")',
    "import torch\nplot.pictures(torch.eye(4), titles=['diagonal'])",
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """A notebook with prose, widgets, a figure and images, stored as `make notebooks` stores one."""
    path = tmp_path_factory.mktemp("conversion") / "small.ipynb"
    prose = new_markdown_cell("# A title\n\nSome *prose* with $x^2$.", id="prose")
    code = [new_code_cell(text, id=f"cell-{n}") for n, text in enumerate(CELLS)]
    nbformat.write(new_notebook(cells=[prose, *code]), path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        notebooks.run(path)
    return path


def converted(path, folder, *options):
    """The files that nbconvert writes, by their names' ends."""
    command = [sys.executable, "-m", "nbconvert", *options, "--output-dir", str(folder), str(path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return {file.suffix: file for file in folder.rglob("*") if file.is_file()}


def test_every_notebook_knows_what_a_script_of_it_is_called():
    for path in notebooks.all_notebooks():
        assert notebooks.read(path).metadata["language_info"] == notebooks.LANGUAGE


@pytest.mark.slow
def test_a_script_is_python_and_keeps_the_prose(notebook, tmp_path):
    script = converted(notebook, tmp_path, "--to", "script")[".py"].read_text(encoding="utf-8")
    compile(script, "script", "exec")
    assert "# # A title" in script
    assert "# Some *prose* with $x^2$." in script
    for cell in CELLS:
        assert cell in script


@pytest.mark.slow
@pytest.mark.parametrize("options", [[], ["--execute"]], ids=["stored", "executed"])
def test_html_shows_tables_and_figures_where_no_widget_comes_to_life(options, notebook, tmp_path):
    page = converted(notebook, tmp_path, *options, "--to", "html")[".html"].read_text(encoding="utf-8")
    cells = page.split('class="jp-Cell jp-CodeCell')[1:]
    assert len(cells) == len(CELLS)
    shown = [re.sub(r"<script.*?</script>|<style.*?</style>", "", cell, flags=re.S) for cell in cells]
    assert "<caption>Output 2×2</caption>" in shown[1]
    assert shown[2].count("<li>") > 3
    for widget in shown[1:3]:
        assert "Run this cell to make it live." in widget
    assert f'<img alt="{plot_alt()}" src="data:image/svg+xml' in shown[3]
    assert 'alt="diagonal"' in shown[4]


def plot_alt():
    from helpers import plot

    return plot.figure("padding").alt


@pytest.mark.skipif(not shutil.which("pandoc"), reason="nbconvert needs pandoc for LaTeX (Debian: apt install pandoc)")
@pytest.mark.slow
def test_latex_shows_figures_and_says_what_the_widgets_are(notebook, tmp_path):
    """TeX itself is not run: its file is read."""
    files = converted(notebook, tmp_path, "--to", "latex")
    text = files[".tex"].read_text(encoding="utf-8")
    assert r"\section{A title}" in text
    pictures = re.findall(r"\\adjustimage\{[^}]*\{[^}]*\}[^}]*\{[^}]*\}\}\{([^}]*)\}", text)
    assert len(pictures) == 2
    for picture in pictures:
        assert (tmp_path / picture).read_bytes().startswith(b"\x89PNG")
    assert "ConvExplorer(2×2, kernel 1×1)" in text
    assert "Quiz(" in text
