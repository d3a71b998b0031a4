"""What a notebook's outputs depend on, as one short hash; those of all notebooks are in `chapters/fingerprints.json`.

`python -m tools.fingerprints chapters/en/01_conv2d.ipynb` lists it: the code of the cells; the modules of `helpers`
that imports reach, as syntax trees without comments and docstrings; the files that these read; the words that they say,
in the notebook's language. Scripts and style sheets are no part of it: outputs hold states and tables only.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import runpy
import sys
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import cache
from itertools import takewhile
from operator import eq
from pathlib import Path, PurePath
from threading import Lock
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from tools.reach import HOLE, Code, Reach, fits, template
from tools.writing import write_whole

ROOT = Path(__file__).parent.parent
STORED = "fingerprints.json"

#: what reads by name: the files that it opens, and the word that it says (without a slash), where `{}` is the name
READERS = {
    "helpers.plot.figure": ("figures/{}.svg", "figures/{}.png", "figure.{}"),
    "helpers.exercise.quiz": ("helpers/quizzes/{}.json",),
    "helpers.widgets.Quiz": ("helpers/quizzes/{}.json",),
    "helpers.exercise.declared": ("helpers/exercises/{}.json",),
    "helpers.recordings.load": ("helpers/recorded/{}.json",),
    "helpers.models.trained": ("helpers/weights/{}.safetensors",),
    "helpers.models.stuck_nin": ("helpers/weights/nin-relu.safetensors",),
    "helpers.models.trained_lenet": ("helpers/weights/lenet.safetensors",),
    "helpers.models.trained.trained_lenet": ("helpers/weights/lenet.safetensors",),
    "helpers.widgets.TrainedExplorer": ("helpers/weights/{}.safetensors", "helpers/weights/test-images.safetensors"),
    "helpers.widgets.PanelExplorer": ("helpers/weights/{}.safetensors",),
    "helpers.widgets.ClassMapExplorer": (
        "helpers/weights/{}.safetensors",
        "helpers/weights/test-images.safetensors",
    ),
    "helpers.widgets.LeNetExplorer": ("helpers/weights/lenet.safetensors", "helpers/weights/test-images.safetensors"),
}

#: what says a word; what hands out those that begin in some way, and all of them
SAY, BEGINNING, TABLE = "helpers.words.say", "helpers.words.beginning", "helpers.words.table"

#: kinds of files that no output depends on, or that are code; and what only pages fetch
NO_DATA, PAGES = {".py", ".pyc", ".js", ".css", ".md"}, {"assets.json"}

_recording = Lock()


# --- the file of fingerprints


def place(path: Path) -> tuple[Path, str] | None:
    """The file with the fingerprint of a notebook of the course, and its name there; None for any other notebook."""
    folder = path.resolve().parent
    return (folder.parent / STORED, f"{folder.name}/{path.name}") if folder.parent.name == "chapters" else None


def stored(path: Path) -> str | None:
    """The fingerprint of what a notebook's stored outputs came from; None if there is none."""
    at = place(path)
    return _read(at[0]).get(at[1]) if at else None


def record(path: Path, fingerprint: str) -> None:
    """Keep the fingerprint of a notebook of the course, and those of all others that are still there.

    Threads may do so at once. Of two processes one may lose its line; its notebook then counts as stale.
    """
    if at := place(path):
        file, name = at
        with _recording:
            kept = {other: value for other, value in _read(file).items() if (file.parent / other).is_file()}
            write_whole(file, json.dumps({**kept, name: fingerprint}, indent=1, sort_keys=True) + "\n")


def _read(file: Path) -> dict[str, str]:
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}


# --- what a fingerprint is made of


def of(path: Path, notebook: Any, root: Path = ROOT) -> str:
    """The fingerprint that a notebook would get if it ran now. It is the same whichever line ends a checkout has."""
    digest = hashlib.sha256()
    for name, content in sorted(parts(path, notebook, root).items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def parts(path: Path, notebook: Any, root: Path = ROOT) -> dict[str, bytes]:
    """All that a notebook's outputs depend on, by name.

    The folder of `path` tells the language, English where it is none. `root` is the folder with helpers/ and figures/.
    """
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    reach, own = Reach(root), Code(ast.Module([line for cell in cells for line in _parsed(cell)], []))
    reach.follow(own)
    codes = [own, *reach.modules.values()]
    words = _Words(root, path.resolve().parent.name)
    named = {pattern for code in codes for pattern in _by_name(code)}
    said = {pattern for code in codes for pattern in _said(code)} | {pattern for pattern in named if "/" not in pattern}
    files = {file for pattern in named if "/" in pattern for file in root.glob(pattern.replace(HOLE, "*"))}
    files |= {file for file in _opened(reach) if not words.is_table(file)}
    return {
        "cells": "\0".join(cells).encode(),
        **{name: code.text.encode() for name, code in reach.modules.items()},
        **{f"{package}: {name}": source.encode() for (package, name), source in reach.reexports.items()},
        **{file.relative_to(root).as_posix(): words.content(file) for file in files},
        **{f"word {key}": text.encode() for key, text in words.chosen(said).items()},
    }


@cache
def _parsed(cell: str) -> list[ast.stmt]:
    """The statements of a cell; none where it is no Python, and so runs nothing."""
    body = cell.partition("\n")[2] if cell.startswith("%%") else cell
    try:
        return ast.parse(TransformerManager().transform_cell(body)).body
    except SyntaxError:
        return []


def _by_name(code: Code) -> Iterator[str]:
    """The patterns of what is read by name in some code: a name that is no literal stays a hole."""
    for name, argument in code.uses:
        for pattern in READERS.get(name, ()):
            yield pattern.replace(HOLE, template(argument))


def _opened(reach: Reach) -> Iterator[Path]:
    """The files that modules name: each part of the path, from a folder above the module, is a string in its code.

    Instead of a file's name there may be its suffix (".json" of an f-string, "*.json"), instead of all parts a pattern
    of the path ("rooms/*/facts.json"). What is read by name is found by its calls.
    """
    root = reach.root
    by_name = [pattern for patterns in READERS.values() for pattern in patterns]
    files = [path for path in sorted((root / "helpers").rglob("*")) if path.suffix not in NO_DATA]
    data = {path: path.relative_to(root).parts for path in files if path.name not in PAGES and path.is_file()}
    data = {path: way for path, way in data.items() if not any(fits(one, "/".join(way)) for one in by_name)}
    for code in reach.modules.values():
        module = reach.file(code.module)
        if module is None or not module.is_relative_to(root):
            continue
        above = module.relative_to(root).parts[:-1]
        for path, way in data.items():
            shared = sum(takewhile(bool, map(eq, above, way[:-1])))  # folders above both the module and the file
            if _may_name(code, path) and any(_names(code, way[depth:]) for depth in range(shared + 1)):
                yield path


def _may_name(code: Code, path: Path) -> bool:
    """Whether the last part of a path stands in some code, or a pattern of paths does."""
    return bool(code.paths) or not code.strings.isdisjoint({path.name, path.suffix, f"*{path.suffix}"})


def _names(code: Code, parts: Sequence[str]) -> bool:
    """Whether the strings of some code make up a path, as `_opened` says."""
    *folders, name = parts
    suffix = PurePath(name).suffix
    named = not code.strings.isdisjoint({name, suffix, f"*{suffix}"})
    whole = (text for text in code.paths if fnmatchcase("/".join(parts), text))
    return (named and code.strings.issuperset(folders)) or any(whole)


def _said(code: Code) -> set[str]:
    """The keys of words that some code can say, or patterns of them.

    These are its strings, and its f-strings that begin like a key, wherever they stand: a key may come to `say` from a
    table. What `say` is given as a sum or as an f-string may begin in any way.
    """
    exact = {text for text in code.strings if HOLE not in text}
    begun = {text for text in code.templates if re.match(r"\w+\.", text)}
    given = {template(node) for name, node in code.uses if name == SAY and isinstance(node, ast.JoinedStr | ast.BinOp)}
    some = {template(node) + HOLE for name, node in code.uses if name == BEGINNING}
    whole = {HOLE} if any(name == TABLE for name, _ in code.uses) else set()
    return (exact | begun | given | some | whole) - {pattern for patterns in READERS.values() for pattern in patterns}


class _Words:
    """The words of the `helpers` in a folder, and what files say, in one language: English where it is none."""

    def __init__(self, root: Path, language: str) -> None:
        words = runpy.run_path(str(root / "helpers" / "words.py"))
        self.languages = set(words["LANGUAGES"])
        self.language = language if language in self.languages else "en"
        self.table: dict[str, dict[str, str]] = words["table"]()

    def chosen(self, patterns: set[str]) -> dict[str, str]:
        """The words whose keys are among some patterns, or fit one, with their texts."""
        holes = [pattern for pattern in patterns if HOLE in pattern]
        keys = (key for key in self.table if key in patterns or any(fits(one, key) for one in holes))
        return {key: self.table[key][self.language] for key in keys}

    def is_table(self, file: Path) -> bool:
        """Whether a file holds words of the table, which count one by one."""
        told = json.loads(file.read_bytes()) if file.suffix == ".json" else None
        return isinstance(told, dict) and self.table.keys() >= told.keys()

    def content(self, file: Path) -> bytes:
        """What counts of a file: what JSON says in the language; of other text, all but the kind of its line ends."""
        content = file.read_bytes()
        if file.suffix == ".json":
            return json.dumps(self._spoken(json.loads(content))).encode()
        return content if b"\0" in content else content.replace(b"\r\n", b"\n")

    def _spoken(self, value: Any) -> Any:
        """A value with every {"en": …, "zh": …} replaced by its text in the language."""
        if isinstance(value, list):
            return [self._spoken(item) for item in value]
        if not isinstance(value, dict):
            return value
        if value and self.languages.issuperset(value):
            return value.get(self.language)
        return {key: self._spoken(item) for key, item in value.items()}


def main() -> int:
    """List what notebooks depend on; returns the exit status."""
    for path in map(Path, sys.argv[1:]):
        print(f"{path}: {of(path, nbformat.read(path, as_version=4))}, stored: {stored(path)}")
        for name, content in sorted(parts(path, nbformat.read(path, as_version=4)).items()):
            print(f"  {hashlib.sha256(content).hexdigest()[:8]} {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
