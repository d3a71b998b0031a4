"""What may be committed of a notebook, and what the tools say of the rest."""

from __future__ import annotations

import shutil

import nbformat

from tests.conftest import ROOT
from tools import notebooks

NAMES = [path.relative_to(ROOT).as_posix() for path in notebooks.all_notebooks()]


def copy(name, folder):
    """A notebook in a folder of its own, to be changed."""
    path = folder / "copy.ipynb"
    shutil.copy(ROOT / name, path)
    return path, notebooks.read(path)


def fault(notebook, path):
    nbformat.write(notebook, path)
    return " ".join(notebooks.faults(path))


def test_what_should_not_be_committed_is_named(tmp_path):
    path, notebook = copy("chapters/en/01_conv2d.ipynb", tmp_path)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert fault(notebook, path) == ""

    notebook.metadata["widgets"] = {}
    assert "widget state" in fault(notebook, path)
    del notebook.metadata["widgets"]

    code[1].outputs[0].data[notebooks.VIEW] = {}
    assert "holds a widget view" in fault(notebook, path)
    del code[1].outputs[0].data[notebooks.VIEW]

    code[2].execution_count = None
    assert "did not run in its turn" in fault(notebook, path)
    code[2].execution_count = 3

    code[2].metadata["tags"] = ["nbval-ignore-output"]
    assert "gives no reason" in fault(notebook, path)
    del code[2].metadata["tags"]

    [solution] = [cell for cell in code if cell.id == "blur-solution"]
    solution.metadata["tags"] = []
    assert "out of its order" in fault(notebook, path)
    solution.metadata["tags"] = ["solution", "hide-cell"]

    code[3].source += "\n# changed"
    assert "older code" in fault(notebook, path)


def test_cleaning_keeps_what_a_reader_sees(tmp_path):
    _, notebook = copy("chapters/en/00_welcome.ipynb", tmp_path)
    [cell] = [cell for cell in notebook.cells if cell.id == "explorer-welcome"]
    html = cell.outputs[0].data["text/html"]
    cell.outputs[0].data[notebooks.VIEW] = {"model_id": "1"}
    cell.metadata["execution"] = {"iopub.status.busy": "now"}
    notebook.metadata["widgets"] = {"state": {}}
    notebooks.clean(notebook)
    assert cell.outputs[0].data == {"text/html": html, "text/plain": cell.outputs[0].data["text/plain"]}
    assert "execution" not in cell.metadata
    assert "widgets" not in notebook.metadata


def test_a_notebook_alone_asks_for_the_package(tmp_path):
    """On a machine without the package, the set-up cell installs it from the stated address before anything else."""
    from tools.repository import stated

    for name in NAMES:
        [setup] = [cell for cell in notebooks.read(ROOT / name).cells if cell.id == "setup"]
        assert f'%pip install -q "git+{stated()}"' in setup.source
        assert setup.source.startswith("try:\n    import helpers\n")


def test_of_a_bar_that_has_gone_nothing_is_stored():
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    stream = lambda text, name="stderr": new_output("stream", name=name, text=text)  # noqa: E731
    curve = new_output("display_data", data={"text/plain": "Picture('curve')"})
    bar = [stream(text) for text in ("\r  0%|   | 0/9", "\r 50%|#  | 5/9", "\r100%|###| 9/9", "\r     ", "\r")]
    pieces = [*bar[:2], curve, *bar[2:]]
    plain = [stream("one\n", "stdout"), stream("\rtwo", "stdout")]
    notebook = new_notebook(cells=[new_code_cell("fit()", outputs=pieces), new_code_cell("print()", outputs=plain)])
    notebooks.clean(notebook)
    assert [output.output_type for output in notebook.cells[0].outputs] == ["display_data"]
    assert [output.text for output in notebook.cells[1].outputs] == ["one\ntwo"]
