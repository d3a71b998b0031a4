"""Notebooks that students handed in: a folder, or the zip that Canvas or Moodle gives."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path, PurePosixPath

LARGEST = 64 << 20  # bytes of a notebook

CANVAS = re.compile(r"(?P<name>[^_/]+)_(?:LATE_)?(?P<id>\d+)_\d+_(?P<file>.+)")
MOODLE = re.compile(r"(?P<name>[^/]+)_(?P<id>\d+)_assignsubmission_file(?:_.*)?")


@dataclass(frozen=True)
class Submission:
    """What one student handed in: `cells` are the sources of its code cells; `fault` says why there are none."""

    id: str
    name: str
    file: str
    held: bytes
    fault: str = ""

    @property
    def system(self) -> str:
        """Where it was handed in, by its file's name: `canvas`, `moodle`, or nothing where neither named it."""
        path = PurePosixPath(self.file)
        if any(MOODLE.fullmatch(part) for part in path.parts):
            return "moodle"
        return "canvas" if CANVAS.fullmatch(path.name) else ""

    def cells(self) -> list[str]:
        """The sources of the code cells. Raises ValueError for what is no notebook."""
        if self.fault:
            raise ValueError(self.fault)
        try:
            cells = json.loads(self.held)["cells"]
            code = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
            return [source if isinstance(source, str) else "".join(source) for source in code]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise ValueError(f"this is no notebook that can be read ({type(error).__name__})") from error


def who(file: str) -> tuple[str, str]:
    """The id and the name of whoever handed a file in, by the names that Canvas and Moodle give, else by its own.

    >>> who("doejane_12345_678_02_padding_stride.ipynb")
    ('12345', 'doejane')
    >>> who("Jane Doe_4711_assignsubmission_file/02_padding_stride.ipynb")
    ('4711', 'Jane Doe')
    >>> who("jane/02.ipynb"), who("jane.ipynb")
    (('jane', 'jane'), ('jane', 'jane'))
    """
    path = PurePosixPath(file)
    for part in path.parts:
        if found := MOODLE.fullmatch(part):
            return found["id"], found["name"]
    if found := CANVAS.fullmatch(path.name):
        return found["id"], found["name"]
    own = path.parts[0] if len(path.parts) > 1 else path.stem
    return own, own


def read(place: Path, chapter: str) -> list[Submission]:
    """All submissions of a folder or zip for a chapter, by its name. Raises ValueError if there is neither.

    Of a student's files those count that are named like the chapter's notebook; where none is, all notebooks; and of a
    student without any, the first file, so that nobody is left out.
    """
    if place.is_dir():
        found = list(_of_folder(place))
    elif zipfile.is_zipfile(place):
        found = list(_of_zip(place))
    else:
        raise ValueError(f"{place} is neither a folder nor a zip")
    told = []
    for _, theirs in groupby(sorted(found, key=lambda one: (one.id, one.file)), key=lambda one: one.id):
        for turn, one in enumerate(_counted(list(theirs), chapter), 1):
            told.append(one if turn == 1 else replace(one, id=f"{one.id} ({turn})"))
    return told


def _counted(theirs: list[Submission], chapter: str) -> list[Submission]:
    """Which of one student's files are graded."""
    books = [one for one in theirs if one.file.endswith(".ipynb")]
    return [one for one in books if _is_of(one.file, chapter)] or books or theirs[:1]


def _is_of(file: str, chapter: str) -> bool:
    """Whether a file is named like a chapter's notebook, whatever else its name says.

    >>> [_is_of(name, "02_padding_stride") for name in ("a/02.ipynb", "my 02_padding_stride.ipynb", "2026.ipynb")]
    [True, True, False]
    """
    name = PurePosixPath(file).name
    if found := CANVAS.fullmatch(name):
        name = found["file"]
    return chapter in name or re.match(rf"{chapter[:2]}(?!\d)", name) is not None


def _of_folder(place: Path) -> Iterator[Submission]:
    for path in sorted(place.rglob("*")):
        file = path.relative_to(place).as_posix()
        if path.is_file() and not path.is_symlink() and not _hidden(file):
            large = path.stat().st_size > LARGEST
            yield _one(file, b"" if large else path.read_bytes(), large)


def _of_zip(place: Path) -> Iterator[Submission]:
    with zipfile.ZipFile(place) as packed:
        for member in packed.infolist():
            if not member.is_dir() and not _hidden(member.filename):
                with packed.open(member) as opened:
                    held = opened.read(LARGEST + 1)
                yield _one(member.filename, held[:LARGEST], len(held) > LARGEST)


def _hidden(file: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(file).parts)


def _one(file: str, held: bytes, large: bool) -> Submission:
    fault = f"the file is larger than {LARGEST >> 20} MB" if large else ""
    if not file.endswith(".ipynb"):
        fault = "the file is no notebook (.ipynb)"
    return Submission(*who(file), file, b"" if fault else held, fault)
