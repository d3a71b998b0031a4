"""What a teacher keeps to himself, in `private/`, which git ignores: exercises, further checks, a secret, numbers.

`private/02.ipynb` is a notebook whose cells are tagged like a chapter's. A whole exercise in it comes after the
chapter's last one. A hidden check with the metadata `of: NAME` is a further one of that exercise. A cell tagged
`numbers`, with the metadata `choices: {"k": [3, 5]}`, holds numbers that each student gets drawn from the id and the
secret: hand-outs have the drawn ones in it, and the judge draws the same.
"""

from __future__ import annotations

import copy
import hmac
import itertools
import math
import secrets
from pathlib import Path
from typing import Any

from tools import notebooks

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "private"
MOST = 1000  # draws of a chapter that are tried, one after the other


def place(chapter: Path, folder: Path = FOLDER) -> Path:
    """Where the private notebook of a chapter would be."""
    return folder / f"{chapter.stem[:2]}.ipynb"


def read(chapter: Path, folder: Path = FOLDER) -> Any:
    """A chapter's notebook with what is private to it. Raises ValueError for private cells that make no exercise."""
    told = notebooks.read(chapter)
    path = place(chapter, folder)
    if not path.is_file():
        return told
    taken = {cell.id for cell in told.cells}
    names = [cell.metadata["exercise"]["id"] for cell in told.cells if "exercise" in cell.metadata]
    own = notebooks.read(path).cells
    if faults := list(notebooks.exercise_faults(cell for cell in own if "of" not in cell.metadata)):
        raise ValueError(f"{path.name}: {'; '.join(faults)}")
    for cell in own:
        of = cell.metadata.get("of")
        if of and (of not in names or "hidden" not in cell.metadata.get("tags", [])):
            raise ValueError(f"{path.name}, cell {cell.id}: a hidden check of {of!r} fits none of {', '.join(names)}")
        if cell.id in taken:
            raise ValueError(f"{path.name}: the chapter has a cell {cell.id}, too")
    ends = [n for n, cell in enumerate(told.cells) if "hidden" in cell.metadata.get("tags", [])]
    told.cells[ends[-1] + 1 : ends[-1] + 1] = own
    return told


def secret(folder: Path = FOLDER) -> str:
    """The secret that numbers are drawn with; made where there is none."""
    path = folder / "secret"
    if not path.is_file():
        folder.mkdir(exist_ok=True)
        path.touch(0o600)
        path.write_text(secrets.token_hex(16) + "\n", encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


# --- numbers


def choices(notebook: Any) -> dict[str, dict[str, list[Any]]]:
    """What may be drawn, by cell. Raises ValueError for a cell that has nothing to draw."""
    found = {}
    for cell in notebook.cells:
        if "numbers" in cell.metadata.get("tags", []):
            told = cell.metadata.get("choices")
            if not told or not all(isinstance(one, list) and one for one in told.values()):
                raise ValueError(f'cell {cell.id} is tagged numbers: it needs the metadata choices, {{"k": [3, 5]}}')
            found[cell.id] = {name: list(one) for name, one in told.items()}
    return found


def drawn(notebook: Any, student: str, key: str) -> dict[str, Any]:
    """A student's numbers by name: the same for the same id and secret, and nothing that tells of the secret."""
    numbers = {}
    for cell, names in choices(notebook).items():
        for name, among in names.items():
            digest = hmac.digest(key.encode(), f"{student}\0{cell}\0{name}".encode(), "sha256")
            numbers[name] = among[int.from_bytes(digest[:8]) % len(among)]
    return numbers


def all_draws(notebook: Any) -> list[dict[str, Any]]:
    """Every set of numbers that a student may get. Raises ValueError where there are more than can be tried."""
    told = {name: among for names in choices(notebook).values() for name, among in names.items()}
    if (count := math.prod(len(among) for among in told.values())) > MOST:
        raise ValueError(f"there are {count} draws, of which each has to be tried: choose among {MOST} at most")
    return [dict(zip(told, one)) for one in itertools.product(*told.values())]


def with_numbers(notebook: Any, numbers: dict[str, Any]) -> Any:
    """A copy of a notebook whose cells of numbers hold the drawn ones."""
    given = copy.deepcopy(notebook)
    for cell in given.cells:
        if "numbers" in cell.metadata.get("tags", []):
            cell.source = "\n".join(f"{name} = {numbers[name]!r}" for name in cell.metadata["choices"])
            del cell.metadata["choices"]
    return given
