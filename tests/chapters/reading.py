"""Chapters as tests see them: cells by id, and the names that running the code leaves behind."""

from __future__ import annotations

import ast
import functools
import os
import re
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

from helpers.exercise import declared

CHAPTERS = Path(__file__).parent.parent.parent / "chapters" / "en"


class Chapter:
    """A notebook: `cells` by id in their order, `sources`, `prose`, and `names` after all code has run once.

    It runs with the budget "smoke": nbval runs what is trained. What a cell that is meant to raise has raised stands in
    `raised`.
    """

    def __init__(self, name: str) -> None:
        self.path = CHAPTERS / f"{name}.ipynb"
        self.cells = {cell.id: cell for cell in nbformat.read(self.path, as_version=4).cells}
        self.sources = {cell_id: cell.source for cell_id, cell in self.cells.items()}
        self.prose = {cell_id: cell.source for cell_id, cell in self.cells.items() if cell.cell_type == "markdown"}
        self._raised: dict[str, Exception] = {}

    def tagged(self, tag: str) -> list[str]:
        """The ids of the cells with a tag."""
        return [cell_id for cell_id, cell in self.cells.items() if tag in cell.metadata.get("tags", [])]

    @functools.cached_property
    def names(self) -> dict[str, Any]:
        """The names that the code cells leave behind, run in their order."""
        before = os.environ.get("COURSE_BUDGET")
        os.environ["COURSE_BUDGET"] = "smoke"
        try:
            return self._run()
        finally:
            del os.environ["COURSE_BUDGET"]
            os.environ |= {"COURSE_BUDGET": before} if before is not None else {}

    @property
    def raised(self) -> dict[str, Exception]:
        """What cells raised that are meant to raise."""
        assert self.names
        return self._raised

    def _run(self) -> dict[str, Any]:
        names: dict[str, Any] = {"__name__": "chapter"}
        may_raise = self.tagged("raises-exception")
        for cell_id, cell in self.cells.items():
            if cell.cell_type != "code":
                continue
            code = compile(TransformerManager().transform_cell(cell.source), cell_id, "exec")
            try:
                exec(code, names)
            except Exception as error:
                if cell_id not in may_raise:
                    raise
                self._raised[cell_id] = error
        return names


@functools.cache
def chapter_named(name: str) -> Chapter:
    """One chapter, read and run once for all tests of a process."""
    return Chapter(name)


def definition(source: str) -> str:
    """The one function or class of a source as a syntax tree, without docstrings and annotations."""
    (node,) = (n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef | ast.ClassDef))
    for part in ast.walk(node):
        if isinstance(part, ast.FunctionDef):
            part.returns = None
        if isinstance(part, ast.arg):
            part.annotation = None
        if isinstance(part, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(part) is not None:
            part.body = part.body[1:]
    return ast.dump(node)


def check_of(chapter: Chapter, exercise: str) -> Any:
    """The function that checks an exercise's answer: of its test cell, or declared as data."""
    source = chapter.sources[f"{exercise}-test"]
    if declaration := re.search(r'declared\("(\w+)", "([\w-]+)"\)', source):
        return declared(*declaration.groups())
    (name,) = re.findall(r"^def (test_\w+)", source, re.M)
    return chapter.names[name]


def solution_of(chapter: Chapter, exercise: str) -> Any:
    """An exercise's solution."""
    (name,) = re.findall(r"^(?:def )?(\w+_solution)\b", chapter.sources[f"{exercise}-solution"], re.M)
    return chapter.names[name]


def exercises(chapter: Chapter) -> dict[str, str]:
    """The ids of a chapter's exercises in their order, each with its objective."""
    told = [cell.metadata["exercise"] for cell in chapter.cells.values() if "exercise" in cell.metadata]
    return {exercise["id"]: exercise["objective"] for exercise in told}
