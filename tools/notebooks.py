"""Run, clean, store and check the notebooks: what is committed has run, and holds what a reader will see."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat

from tools import fingerprints
from tools.writing import write_whole

ROOT = Path(__file__).parent.parent
CHAPTERS = ROOT / "chapters"
VIEW = "application/vnd.jupyter.widget-view+json"
TIMEOUT = 600  # seconds a cell may take
CELL_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}

#: what Jupyter's converters need to know; all that a kernel says of itself but its version, which differs by machine
LANGUAGE = {
    "name": "python",
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "codemirror_mode": {"name": "ipython", "version": 3},
}

#: the kinds of cells that make up an exercise, after the task that names it
PARTS = ("starter", "test", "solution", "hidden")

#: those that are folded: Jupyter still shows their first line
FOLDED = {"solution", "hidden", "hide-cell", "remove-cell"}


class ChangedMeanwhileError(RuntimeError):
    """A notebook or what it depends on was edited while it ran: its outputs belong to neither state."""


def all_notebooks() -> list[Path]:
    """Every notebook of the course, in every language."""
    return sorted(path for path in CHAPTERS.glob("*/*.ipynb") if ".ipynb_checkpoints" not in path.parts)


def read(path: Path) -> Any:
    """The notebook at a path."""
    return nbformat.read(path, as_version=4)


def is_stale(path: Path) -> bool:
    """Whether what a notebook of the course depends on has changed since its outputs were stored."""
    return fingerprints.place(path) is not None and fingerprints.stored(path) != fingerprints.of(path, read(path))


def clean(notebook: Any) -> None:
    """Drop what a commit should not hold: widget views and state, execution times, the machine's details."""
    notebook.metadata = {"kernelspec": KERNEL, "language_info": LANGUAGE}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        cell.metadata.pop("trusted", None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in map(_cleaned, _joined(cell.outputs)) if output]


def _overwritten(text: str) -> str:
    """What stays on a screen of a text whose lines were written over: nothing of a bar that has gone."""
    return "\n".join(line.rsplit("\r", 1)[-1] for line in text.split("\n"))


def _cleaned(output: Any) -> Any:
    if output.output_type == "stream" and "\r" in output.text:
        output.text = _overwritten(output.text)
        if not output.text.strip():
            return None
    if "data" in output:
        output.data.pop(VIEW, None)
        output.metadata = {}
        if not output.data:
            return None
    if output.output_type == "error":
        output.traceback = [f"{output.ename}: {output.evalue}"]  # frames hold paths of the machine that ran it
    return output


def _joined(outputs: Any) -> list[Any]:
    """Pieces of one stream, as they happened to arrive, as one output; a line written over joins the one before it."""
    joined: list[Any] = []
    for output in outputs:
        stream = output.output_type == "stream"
        streams = [one for one in joined if stream and one.output_type == "stream" and one.name == output.name]
        if streams and (streams[-1] is joined[-1] or output.text.startswith("\r")):
            streams[-1].text += output.text
        else:
            joined.append(output)
    return joined


def run(path: Path) -> None:
    """Run a notebook from top to bottom, clean it and store it; then record its fingerprint.

    Raises ChangedMeanwhileError if the file or what it depends on is no longer what ran, and whatever the run raises:
    a cell's error, a time-out, a dead kernel. The file is then left as it is.
    """
    from nbclient import NotebookClient

    before = path.read_bytes()
    notebook = nbformat.reads(before.decode("utf-8"), as_version=4)
    fingerprint = fingerprints.of(path, notebook)
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    client = NotebookClient(
        notebook, timeout=TIMEOUT, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute(env=environment)
    clean(notebook)
    nbformat.validate(notebook)
    if path.read_bytes() != before or fingerprints.of(path, notebook) != fingerprint:
        raise ChangedMeanwhileError("it or something that it uses was edited while it ran; run it again")
    store(notebook, path)
    fingerprints.record(path, fingerprint)


def store(notebook: Any, path: Path) -> None:
    """Write a notebook as a commit holds it: whole or not at all."""
    write_whole(path, json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def faults(path: Path) -> Iterator[str]:
    """What is wrong with a stored notebook, a sentence each."""
    notebook = read(path)
    if is_stale(path):
        yield "its outputs are of older code"
    if "widgets" in notebook.metadata:
        yield "it holds widget state"
    count = 0
    for cell in notebook.cells:
        if not CELL_ID.fullmatch(cell.id):
            yield f"cell id {cell.id!r} is not made of words"
        if "execution" in cell.metadata:
            yield f"cell {cell.id} holds execution times"
        if cell.cell_type == "code":
            count += 1
            yield from _code_faults(cell, count)
    yield from exercise_faults(notebook.cells)


def _code_faults(cell: Any, count: int) -> Iterator[str]:
    if cell.execution_count != count:
        yield f"cell {cell.id} did not run in its turn (count {cell.execution_count}, not {count})"
    if any(VIEW in output.get("data", {}) for output in cell.outputs):
        yield f"cell {cell.id} holds a widget view"
    tags = cell.metadata.get("tags", [])
    if "nbval-ignore-output" in tags and not cell.metadata.get("reason"):
        yield f"cell {cell.id} is not compared and gives no reason"
    if FOLDED & set(tags):
        if not cell.source.startswith("# "):
            yield f"cell {cell.id} gives itself away: its first line shows where it is folded, so let it be a comment"
        if not cell.metadata.get("jupyter", {}).get("source_hidden"):
            yield f"cell {cell.id} is not folded in Jupyter: it lacks the metadata jupyter.source_hidden"


def exercise_faults(cells: Iterable[Any]) -> Iterator[str]:
    """An exercise is a task with id, points, minutes and objective, followed by its four parts; it is checked once."""
    open_parts: list[str] = []
    for cell in cells:
        task = cell.metadata.get("exercise")
        if task and cell.cell_type == "markdown":
            if missing := {"id", "points", "minutes", "objective"} - task.keys():
                yield f"cell {cell.id}: the exercise lacks {', '.join(sorted(missing))}"
            open_parts = list(PARTS)
        part = next((name for name in reversed(PARTS) if name in cell.metadata.get("tags", [])), None)
        if part and (not open_parts or open_parts.pop(0) != part):
            yield f"cell {cell.id}: {part} stands out of its order ({' → '.join(PARTS)})"
            open_parts = []
        if part == "test" and (count := len(re.findall(r"^check\(", cell.source, re.M))) != 1:
            yield f"cell {cell.id}: check(test, answer) is called once, on a line of its own; here {count} times"
    if open_parts:
        yield f"the last exercise lacks {', '.join(open_parts)}"


def main() -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="the course's notebooks")
    parser.add_argument("command", choices=["run", "clean", "check"])
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks; all of them where none is named")
    given = parser.parse_args()
    paths = [path.resolve() for path in given.paths] or all_notebooks()
    return {"run": _run_all, "clean": _clean_all, "check": _check_all}[given.command](paths)


def _run_all(paths: list[Path]) -> int:
    failed = []

    def one(path: Path) -> None:
        try:
            run(path)
            print(f"stored {_name(path)}")
        except Exception as error:  # whatever it is, the others still run
            failed.append(path)
            print(f"{_name(path)} failed and is left as it was: {type(error).__name__}: {error}", file=sys.stderr)

    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(one, paths))
    return 1 if failed else 0


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else str(path)


def _clean_all(paths: list[Path]) -> int:
    for path in paths:
        notebook = read(path)
        clean(notebook)
        store(notebook, path)
    return 0


def _check_all(paths: list[Path]) -> int:
    found = [f"{_name(path)}: {fault}" for path in paths for fault in faults(path)]
    for line in found:
        print(line, file=sys.stderr)
    if found:
        print("Run `make notebooks` and commit what it stores.", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
