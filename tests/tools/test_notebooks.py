"""What may be committed of a notebook, and what the tools say of the rest."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.conftest import ROOT
from tools import fingerprints, notebooks

NAMES = [path.relative_to(ROOT).as_posix() for path in notebooks.all_notebooks()]


def copy(name, folder):
    """A notebook in a course of its own, to be changed."""
    path = folder / name
    path.parent.mkdir(parents=True)
    shutil.copy(ROOT / name, path)
    shutil.copy(ROOT / "chapters" / "fingerprints.json", folder / "chapters")
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

    hidden = next(cell for cell in code if cell.id == "blur-hidden")
    for cell in (solution, hidden):  # a folded cell's first line can be read
        comment, rest = cell.source.split("\n", 1)
        cell.source = rest
        assert f"cell {cell.id} gives itself away" in fault(notebook, path)
        cell.source = f"{comment}\n{rest}"
        del cell.metadata["jupyter"]
        assert f"cell {cell.id} is not folded in Jupyter" in fault(notebook, path)
        cell.metadata["jupyter"] = {"source_hidden": True}

    code[3].source += "\n# changed"
    assert "older code" in fault(notebook, path)


def test_cleaning_keeps_what_a_reader_sees(tmp_path):
    _, notebook = copy("chapters/en/00_welcome.ipynb", tmp_path)
    [cell] = [cell for cell in notebook.cells if cell.id == "explorer-welcome"]
    html = cell.outputs[0].data["text/html"]
    cell.outputs[0].data[notebooks.VIEW] = {"model_id": "1"}
    cell.metadata["execution"] = {"iopub.status.busy": "now"}
    notebook.metadata["widgets"] = {"state": {}}
    notebook.metadata["course"] = {"fingerprint": "of old"}
    notebooks.clean(notebook)
    assert cell.outputs[0].data == {"text/html": html, "text/plain": cell.outputs[0].data["text/plain"]}
    assert "execution" not in cell.metadata
    assert notebook.metadata.keys() == {"kernelspec", "language_info"}


#: what a kernel says of itself, asked in a process of its own: an import of it changes how widgets talk
SAYS = """import json
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelspec import KERNEL_NAME, get_kernel_dict
spec = get_kernel_dict()
kernel = {"name": KERNEL_NAME, "display_name": spec["display_name"], "language": spec["language"]}
print(json.dumps([kernel, IPythonKernel.language_info]))
"""


def test_of_what_jupyterlab_notes_on_opening_only_pythons_version_is_not_stored():
    """JupyterLab marks a notebook as unsaved where its kernel says anything else of itself than what is stored."""
    done = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, encoding="utf-8", check=True)
    kernel, language = json.loads(done.stdout)
    assert language.pop("version") == sys.version.split()[0]  # which no stored notebook can know
    for name in NAMES:
        held = notebooks.read(ROOT / name)
        assert held.metadata == {"kernelspec": kernel, "language_info": language}, name
        assert (held.nbformat, held.nbformat_minor) == (nbformat.v4.nbformat, nbformat.v4.nbformat_minor)


def test_a_notebook_alone_asks_for_the_package(tmp_path):
    """On a machine without the package, the set-up cell installs it from the stated address before anything else."""
    from tools.repository import stated

    for name in NAMES:
        [setup] = [cell for cell in notebooks.read(ROOT / name).cells if cell.id == "setup"]
        assert f'%pip install -q "git+{stated()}"' in setup.source
        assert setup.source.startswith("try:\n    import helpers\n")


def set_up(name):
    """What a set-up cell does before it imports anything else, as Python."""
    [cell] = [cell for cell in notebooks.read(ROOT / name).cells if cell.id == "setup"]
    own, _ = cell.source.split("helpers.use_language(", 1)
    return TransformerManager().transform_cell(own)


def test_the_set_up_cell_is_the_same_in_every_chapter():
    assert len({set_up(name) for name in NAMES}) == 1


def test_the_set_up_cell_notices_a_strangers_helpers(tmp_path):
    def run():
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", set_up(NAMES[0])]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8")

    assert run().returncode == 0
    (tmp_path / "helpers.py").write_text("def my_own(): ...\n", encoding="utf-8")
    refused = run()
    assert refused.returncode == 1
    last = refused.stderr.splitlines()[-1]
    assert str(tmp_path / "helpers.py") in last
    assert "hides the course's package: rename it and restart the kernel" in last


#: pip as it is asked in a notebook; without the internet it says why and raises nothing
PIP = """class Shell:
    def run_line_magic(self, name, line):
        assert (name, line.split()[:2]) == ("pip", ["install", "-q"])
        if {brings}:
            open("helpers.py", "w").write("def use_language(language): ...")
get_ipython = Shell
"""


@pytest.mark.parametrize("brings", [True, False], ids=["online", "offline"])
def test_the_set_up_cell_says_what_to_do_where_pip_could_not_install_the_package(tmp_path, brings):
    code = "import sys\nsys.path.insert(0, '')\n" + PIP.format(brings=brings) + set_up(NAMES[0])
    command = [sys.executable, "-I", "-S", "-c", code]  # where only Python's own modules are
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8")
    if brings:
        assert (done.returncode, done.stderr) == (0, "")
        return
    assert done.returncode == 1
    assert done.stderr.count("Traceback") == 1
    assert done.stderr.splitlines()[-1] == (
        "ImportError: No module named 'helpers': pip says above why. Run this cell again with the internet, "
        "or %pip install the wheel that your teacher gave you"
    )


FAILING = {
    "raises": "1 / 0",
    "dies": "import os\nos._exit(3)",
    "sleeps": "import time\ntime.sleep(1000)",
    "edits": "from pathlib import Path\nhere = Path('edits.ipynb')\n"
    "here.write_text(here.read_text(encoding='utf-8') + '\\n', encoding='utf-8')",
}


@pytest.mark.slow
@pytest.mark.slow
def test_every_failure_is_told_by_name_and_the_other_notebooks_still_run(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "chapters" / "en"
    folder.mkdir(parents=True)

    def write(name, code):
        path = folder / f"{name}.ipynb"
        nbformat.write(new_notebook(cells=[new_code_cell(code, id="only")]), path)
        return path

    monkeypatch.setattr(notebooks, "TIMEOUT", 5)
    paths = {name: write(name, code) for name, code in {**FAILING, "runs": "print('ran')"}.items()}
    before = {name: path.read_text(encoding="utf-8") for name, path in paths.items()}
    assert notebooks._run_all(list(paths.values())) == 1

    told = capsys.readouterr()
    assert f"stored {paths['runs']}" in told.out
    assert notebooks.read(paths["runs"]).cells[0].outputs[0].text == "ran\n"
    reasons = {"raises": "CellExecutionError", "dies": "DeadKernelError", "sleeps": "CellTimeoutError"}
    for name, reason in {**reasons, "edits": "ChangedMeanwhileError"}.items():
        assert f"{paths[name]} failed and is left as it was: {reason}" in told.err
        edited = "\n" if name == "edits" else ""  # by itself, while it ran
        assert paths[name].read_text(encoding="utf-8") == before[name] + edited
    assert {path.name for path in folder.iterdir()} == {path.name for path in paths.values()}
    assert [name for name, path in paths.items() if fingerprints.stored(path)] == ["runs"]


def test_a_notebook_is_stored_whole_or_not_at_all(tmp_path, monkeypatch):
    path, notebook = copy("chapters/en/00_welcome.ipynb", tmp_path)
    before = path.read_bytes()

    def full(self, *args, **options):
        self.write_bytes(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="no space left"):
        notebooks.store(notebook, path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_of_a_bar_that_has_gone_nothing_is_stored():
    stream = lambda text, name="stderr": new_output("stream", name=name, text=text)  # noqa: E731
    curve = new_output("display_data", data={"text/plain": "Picture('curve')"})
    bar = [stream(text) for text in ("\r  0%|   | 0/9", "\r 50%|#  | 5/9", "\r100%|###| 9/9", "\r     ", "\r")]
    pieces = [*bar[:2], curve, *bar[2:]]
    plain = [stream("one\n", "stdout"), stream("\rtwo", "stdout")]
    notebook = new_notebook(cells=[new_code_cell("fit()", outputs=pieces), new_code_cell("print()", outputs=plain)])
    notebooks.clean(notebook)
    assert [output.output_type for output in notebook.cells[0].outputs] == ["display_data"]
    assert [output.text for output in notebook.cells[1].outputs] == ["one\ntwo"]
