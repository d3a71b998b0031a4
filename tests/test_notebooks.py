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
names = [path.relative_to(notebooks.CHAPTERS).as_posix() for path in NOTEBOOKS]
CHAPTER = notebooks.CHAPTERS / "en" / "01_conv2d.ipynb"


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def compared(path: Path, mode: str = "--nbval") -> tuple[int, set[str], str]:
    """How many cells nbval passed, the ids of those that failed, and all that it said. It imports this checkout."""
    command = [sys.executable, "-m", "pytest", mode, "--nbval-current-env", "--color=no", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-o", "addopts=", "-rA", str(path)],
        cwd=path.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"},
        capture_output=True,
        encoding="utf-8",
    )
    ids = [cell.id for cell in code_cells(notebooks.read(path))]
    outcome = {ids[int(n)]: word for word, n in re.findall(r"^(PASSED|FAILED) \S+::Cell (\d+)", done.stdout, re.M)}
    failed = {cell_id for cell_id, word in outcome.items() if word == "FAILED"}
    assert done.returncode == (1 if failed else 0), done.stdout + done.stderr
    return len(outcome) - len(failed), failed, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=names)
def test_every_cell_gives_its_stored_output_under_nbval(path):
    passed, failed, said = compared(path)
    assert not failed, said
    assert passed == len(code_cells(notebooks.read(path)))


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=names)
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
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            cell.outputs = []
    return notebook


def first_output(notebook: Any, kind: str) -> tuple[str, Any]:
    """The id of the first cell whose output is of a kind, and the part of the output that holds its text."""
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if kind == output.output_type == "stream":
                return cell.id, output
            if kind == next(iter(output.get("data", {})), None):  # html where there is html, else plain text
                return cell.id, output.data
    raise LookupError(kind)


@pytest.mark.slow
def test_a_changed_output_fails_in_its_cell_and_nowhere_else(tmp_path):
    notebook = notebooks.read(CHAPTER)
    changed = set()
    for kind, key in [("stream", "text"), ("text/plain", "text/plain"), ("text/html", "text/html")]:
        cell_id, holder = first_output(notebook, kind)
        digit = re.search(r"\d", holder[key])
        holder[key] = holder[key][: digit.start()] + str(9 - int(digit[0])) + holder[key][digit.end() :]
        changed.add(cell_id)
    emptied = next(cell for cell in reversed(code_cells(notebook)) if cell.outputs)
    emptied.outputs = []
    assert len(changed | {emptied.id}) == 4
    nbformat.write(notebook, tmp_path / CHAPTER.name)
    passed, failed, said = compared(tmp_path / CHAPTER.name)
    assert failed == changed | {emptied.id}, said
    assert passed == len(code_cells(notebook)) - 4


@pytest.mark.parametrize("path", NOTEBOOKS, ids=names)
def test_what_is_stored_has_no_fault(path):
    assert list(notebooks.faults(path)) == []
