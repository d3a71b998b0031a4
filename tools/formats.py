"""The exercises of a chapter as a source for Otter or for nbgrader, made from the same cells; neither is needed for it.

Both keep their own rules: Otter marks parts by raw cells, nbgrader by metadata and comments. The student's version is
made from the source by these tools themselves.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable
from typing import Any

import nbformat.v4 as nb

from tools import assignment, notebooks

OTTER = """# ASSIGNMENT CONFIG
name: NAME
export_cell: false
generate: true
python_version: 3.11
requirements: requirements.txt
tests:
    files: false"""

#: nbgrader's own stub would replace the starter, which stands above the solution
NBGRADER = 'c = get_config()\nc.ClearSolutions.code_stub = {"python": ""}\nc.ExecutePreprocessor.timeout = 120\n'


def answer_of(one: assignment.Exercise) -> str:
    """The solution, under the name of the answer too."""
    return f"{one.cells['solution'].source}\n{one.answer} = {one.answer}_solution"


def public_test(one: assignment.Exercise) -> str:
    """The check of the notebook, raising AssertionError with its words where it does not pass."""
    before, asked = _parts(one)
    return f"{before}\nverdict = {asked}\nassert verdict.state == 'right', verdict.text".lstrip("\n")


def _parts(one: assignment.Exercise) -> tuple[str, str]:
    """What a check defines, and the line that applies it."""
    source = one.cells["test"].source
    first = ast.parse(source).body[-1].lineno - 1
    lines = source.splitlines()
    return "\n".join(lines[:first]).rstrip(), "\n".join(lines[first:])


def hidden_tests(one: assignment.Exercise) -> list[str]:
    """The further checks, of the answer; each brings along what it needs, for Otter runs each by itself."""
    before = f"{_parts(one)[0]}\n{one.answer}_solution = {one.answer}\n".lstrip("\n")
    return [before + cell.source for cell in (one.cells["hidden"], *one.further)]


def otter(chapter: Any, name: str) -> Any:
    """A source for `otter assign`."""
    made = [nb.new_raw_cell(OTTER.replace("NAME", name), id="otter-config")]

    def raw(text: str) -> None:
        made.append(nb.new_raw_cell(text, id=f"otter-{len(made)}"))

    def question(one: assignment.Exercise) -> None:
        raw(f"# BEGIN QUESTION\nname: {one.answer}\npoints: {one.points}")
        made.append(one.cells["task"])
        raw("# BEGIN SOLUTION")
        starter = one.cells["starter"].source.replace('"""', "'''")
        solution = f"# BEGIN SOLUTION NO PROMPT\n{answer_of(one)}\n# END SOLUTION"
        prompt = f'""" # BEGIN PROMPT\n{starter}\n""" # END PROMPT'
        made.append(nb.new_code_cell(f"{solution}\n{prompt}", id=f"{one.name}-answer"))
        raw("# END SOLUTION")
        raw("# BEGIN TESTS")
        made.append(nb.new_code_cell(public_test(one), id=f"{one.name}-public"))
        for number, test in enumerate(hidden_tests(one)):
            made.append(nb.new_code_cell(f"# HIDDEN\n{test}", id=f"{one.name}-hidden-{number}"))
        raw("# END TESTS")
        raw("# END QUESTION")

    return _made(chapter, made, question)


def nbgrader(chapter: Any) -> Any:
    """A source for `nbgrader generate_assignment`; a cell of points for each check, for each is all or nothing."""
    made: list[Any] = []

    def question(one: assignment.Exercise) -> None:
        made.append(one.cells["task"])
        source = f"{one.cells['starter'].source}\n### BEGIN SOLUTION\n{answer_of(one)}\n### END SOLUTION"
        made.append(nb.new_code_cell(source, id=f"{one.name}-answer", metadata=_told(one.name, solution=True)))
        tests = [public_test(one)]
        tests += [f"### BEGIN HIDDEN TESTS\n{test}\n### END HIDDEN TESTS" for test in hidden_tests(one)]
        for number, test in enumerate(tests):
            points = one.points / 2 if number == 0 else one.points / 2 / (len(tests) - 1)
            told = _told(f"{one.name}-test-{number}", grade=True, locked=True, points=points)
            made.append(nb.new_code_cell(test, id=f"{one.name}-test-{number}", metadata=told))

    return _made(chapter, made, question)


def _told(name: str, **more: Any) -> dict[str, Any]:
    plain = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
    return {"nbgrader": {**plain, "grade_id": name, **more}}


def _made(chapter: Any, made: list[Any], question: Callable[[assignment.Exercise], None]) -> Any:
    """A notebook of a chapter's own cells, with a question in the place of each exercise."""
    given = copy.deepcopy(chapter)
    there = assignment.exercises(given)
    starts = {one.cells["task"].id: one for one in there}
    inside = {cell.id for one in there for cell in (*one.cells.values(), *one.further)}
    for cell in given.cells:
        if cell.id in starts:
            question(starts[cell.id])
        elif cell.id not in inside:
            made.append(cell)
    for cell in made:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    given.cells = made
    given.metadata = {"kernelspec": notebooks.KERNEL, "language_info": notebooks.LANGUAGE}
    return given
