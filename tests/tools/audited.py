"""Runs a notebook's cells and prints, as JSON, the files of helpers/ and figures/ that it opened and the words it said.

What is read for the words' table and for the pages' script does not count: neither is a part of outputs.
"""

import contextlib
import io
import json
import os
import sys
from pathlib import Path

import nbformat
from IPython.core.interactiveshell import InteractiveShell

from helpers import words

ROOT = Path(words.__file__).parent.parent
CODE = {".py", ".js", ".css"}
opened, said = set(), set()


def listen(event, args):
    if event != "open" or not isinstance(args[0], str):
        return
    if Path(args[0]).suffix in CODE or "__pycache__" in Path(args[0]).parts:
        return
    for folder in ("helpers", "figures"):
        if Path(args[0]).is_relative_to(ROOT / folder) and not readers_of_no_output():
            opened.add(Path(args[0]).relative_to(ROOT).as_posix())


def readers_of_no_output():
    """Whether the table of words, or what joins the script, is asking."""
    frame, names = sys._getframe(2), set()
    while frame:
        names.add(frame.f_globals.get("__name__"))
        frame = frame.f_back
    return names & {"helpers.words", "helpers.esm", "helpers.widgets.bundle"}


class Listening(dict):
    def __getitem__(self, key):
        said.add(key)
        return super().__getitem__(key)


def main(path):
    table = Listening(words.table())
    words.table = lambda: table
    sys.addaudithook(listen)
    os.chdir(path.parent)
    shell = InteractiveShell.instance()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                done = shell.run_cell(cell.source)
                assert done.success or "raises-exception" in cell.metadata.get("tags", []), cell.id
    print(json.dumps({"opened": sorted(opened), "said": sorted(said)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
