"""Every notebook gives its stored outputs again, and the comparison that says so compares."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.conftest import ROOT
from tools import notebooks

NOTEBOOKS = notebooks.all_notebooks()


def name_of(path: Path) -> str:
    return path.relative_to(notebooks.CHAPTERS).as_posix()


names = list(map(name_of, NOTEBOOKS))

#: processors as notebooks meet them; a variable that a machine's library does not know does nothing
OLDEST = {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41", "MKL_ENABLE_INSTRUCTIONS": "SSE4_2"}
AVX2 = {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"}
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
ALL_THREADS = {"OMP_NUM_THREADS": str(os.cpu_count())}
PROCESSORS = {"AVX2": AVX2 | ALL_THREADS, "oldest": OLDEST | ALL_THREADS, "one thread": ONE_THREAD}


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell: Any) -> list[str]:
    return cell.metadata.get("tags", [])


def compared(path: Path, mode: str = "--nbval", **environment: str) -> tuple[int, set[str], str]:
    """How many cells nbval passed, the ids of those that failed, and all that it said. It imports this checkout."""
    ours = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "OMP_WAIT_POLICY": "passive", "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-c", "import sys, tools, pytest; sys.exit(pytest.main(sys.argv[1:]))"]
    options = ["-p", "nbval.plugin", mode, "--nbval-current-env", "--color=no", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *options, "-o", "addopts=", "-rA", str(path)],
        cwd=path.parent,
        env={**os.environ, **ours, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        encoding="utf-8",
    )
    ids = [cell.id for cell in code_cells(notebooks.read(path))]
    outcome = {ids[int(n)]: word for word, n in re.findall(r"^(PASSED|FAILED) \S+::Cell (\d+)", done.stdout, re.M)}
    failed = {cell_id for cell_id, word in outcome.items() if word == "FAILED"}
    assert done.returncode == (1 if failed else 0), done.stdout + done.stderr
    return len(outcome) - len(failed), failed, done.stdout


def assert_every_cell_passes(path: Path, **environment: str) -> None:
    passed, failed, said = compared(path, **environment)
    assert not failed, said
    assert passed == len(code_cells(notebooks.read(path)))


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=names)
def test_every_cell_gives_its_stored_output_under_nbval(path, request):
    """In `make test` with the threads of a worker (conftest.py): more would wait for those of the worker beside it."""
    assert_every_cell_passes(path, **(ALL_THREADS if request.config.getoption("--everywhere") else {}))


# --- on other processors


def compares_floats(path: Path) -> bool:
    """Whether a compared output of computed values, which no drawn figure is, holds a number with a point."""
    return any(
        re.search(r"\d\.\d", output.get("text", "") + output.get("data", {}).get("text/plain", ""))
        or "data-cnn-widget" in output.get("data", {}).get("text/html", "")
        for cell in code_cells(notebooks.read(path))
        if "nbval-ignore-output" not in tags(cell)
        for output in cell.outputs
    )


@pytest.mark.slow
@pytest.mark.parametrize("path", filter(compares_floats, NOTEBOOKS), ids=name_of)
def test_the_oldest_processor_with_one_thread_gives_the_same_numbers(path):
    assert_every_cell_passes(path, **OLDEST, **ONE_THREAD, COURSE_BUDGET="smoke")


@pytest.mark.everywhere
@pytest.mark.parametrize("processor", PROCESSORS)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=names)
def test_every_processor_gives_the_same_numbers(path, processor):
    assert_every_cell_passes(path, **PROCESSORS[processor])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names)
def test_charts_of_computed_numbers_are_not_compared(path):
    """Their coordinates have six digits, and the last ones differ from processor to processor."""
    charts = re.compile(r"\bplot\.(curves|confusion|LiveCurves)\b|show=live")
    drawn = [cell for cell in code_cells(notebooks.read(path)) if charts.search(cell.source) and cell.outputs]
    assert [cell.id for cell in drawn if "nbval-ignore-output" not in tags(cell)] == []


# --- what is stored


SMALLEST = notebooks.CHAPTERS / "en" / "00_welcome.ipynb"


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [SMALLEST, *(pytest.param(path, marks=pytest.mark.everywhere) for path in NOTEBOOKS[1:])],
    ids=names,
)
def test_a_second_run_stores_the_same_file(path, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    again = Path(shutil.copy(path, tmp_path))
    notebooks.run(again)
    assert comparable(again) == comparable(path)


def comparable(path: Path) -> Any:
    """A stored notebook without what is told to differ, and without the bitmaps of drawings, as nbval compares it."""
    notebook = notebooks.read(path)
    for cell in code_cells(notebook):
        for output in cell.outputs:
            output.get("data", {}).pop("image/png", None)
        if "nbval-ignore-output" in tags(cell):
            cell.outputs = []
    return notebook


CELLS = {
    "stream": "print(7)",
    "value": "7",
    "html": "from IPython.display import HTML\nHTML('<b>7</b>')",
    "emptied": "print('seven')",
    "same": "'unchanged'",
}


@pytest.mark.slow
def test_a_changed_output_fails_in_its_cell_and_nowhere_else(tmp_path):
    """nbval, as we call it, compares text, values and HTML, and misses an output that has gone."""
    path = tmp_path / "small.ipynb"
    cells = [nbformat.v4.new_code_cell(source, id=cell_id) for cell_id, source in CELLS.items()]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    notebooks.run(path)
    assert compared(path)[:2] == (len(CELLS), set())
    notebook = notebooks.read(path)
    stream, value, html, emptied, _ = notebook.cells
    stream.outputs[0].text = "8\n"
    value.outputs[0].data["text/plain"] = "8"
    html.outputs[0].data["text/html"] = "<b>8</b>"
    emptied.outputs = []
    nbformat.write(notebook, path)
    passed, failed, said = compared(path)
    assert failed == {"stream", "value", "html", "emptied"}, said
    assert passed == 1


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names)
def test_what_is_stored_has_no_fault(path):
    assert list(notebooks.faults(path)) == []
