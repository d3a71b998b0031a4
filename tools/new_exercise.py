"""`make exercise CHAPTER=4 NAME=count-windows`: the cells of a new exercise, which run and are to be rewritten."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

import nbformat.v4 as nb

from tools import assignment, notebooks
from tools.writing import write_whole

ROOT = Path(__file__).parent.parent
WRONG = ROOT / "tests" / "chapters" / "wrong"

#: a small exercise that holds all that one needs; NUMBER, TITLE and ANSWER are filled in
TASK = """### NUMBER. TITLE

Write `ANSWER(n)`: the number of elements of an $n \\times n$ matrix.

*1 point, about 5 minutes.*

<details><summary>Hint</summary>

Rows times columns.

</details>"""
STARTER = """def ANSWER(n):
    ..."""
TEST = """def test_ANSWER(ANSWER):
    for n in (1, 3, 10):
        expect(ANSWER(n), sum(1 for row in range(n) for column in range(n)), of=f"For n = {n}, the number")

check(test_ANSWER, ANSWER)"""
SOLUTION = """# One possible solution
def ANSWER_solution(n):
    return n ** 2"""
HIDDEN = """# The course's own checks of the solution above: nothing for you to do here
test_ANSWER(ANSWER_solution)
assert [ANSWER_solution(n) for n in (0, 7)] == [0, 49]"""
MISTAKES = """    "NAME": {
        "twice": "lambda n: 2 * n",
        "one more": "lambda n: n * n + 1",
        "rows alone": "lambda n: n",
    },
"""


def objectives(chapter: Any) -> list[str]:
    """What a chapter wants its readers to be able to do, from its own list."""
    (cell,) = (cell for cell in chapter.cells if cell.id == "before-you-start")
    return [line[2:].rstrip(";.") for line in cell.source.splitlines() if line.startswith("- ")]


def cells(name: str, number: int, objective: str) -> list[Any]:
    """The five cells of a new exercise, marked so that the site and the hand-outs hide what is to be hidden."""
    title, answer = name.replace("-", " ").capitalize(), name.replace("-", "_")

    def filled(text: str) -> str:
        return text.replace("NUMBER", str(number)).replace("TITLE", title).replace("ANSWER", answer)

    told = {"id": name, "points": 1, "minutes": 5, "objective": objective}
    made = [nb.new_markdown_cell(filled(TASK), id=f"{name}-task", metadata={"exercise": told})]
    parts = {
        "starter": (STARTER, ["starter"]),
        "test": (TEST, ["test"]),
        "solution": (SOLUTION, ["solution"]),
        "hidden": (HIDDEN, ["test", "hidden"]),
    }
    for part, (text, tags) in parts.items():
        folded = {"jupyter": {"source_hidden": True}} if {"solution", "hidden"} & set(tags) else {}
        made.append(nb.new_code_cell(filled(text), id=f"{name}-{part}", metadata={"tags": tags, **folded}))
    return made


def added(chapter: Any, name: str, objective: str = "") -> Any:
    """A chapter with a new exercise after its last one, in place. Raises ValueError for a name that cannot be one."""
    there = assignment.exercises(chapter)
    if not notebooks.CELL_ID.fullmatch(name):
        raise ValueError(f"a name is made of words, such as count-windows; {name!r} was given")
    if any(cell.id.startswith(f"{name}-") or cell.id == name for cell in chapter.cells):
        raise ValueError(f"{name!r} is taken; the exercises are {', '.join(one.name for one in there)}")
    known = objectives(chapter)
    if objective and objective not in known:
        raise ValueError(f"the chapter has no objective {objective!r}; it has: {'; '.join(known)}")
    last = there[-1].cells["hidden"].id
    place = next(n for n, cell in enumerate(chapter.cells) if cell.id == last) + 1
    chapter.cells[place:place] = cells(name, len(there) + 1, objective or known[0])
    return chapter


def with_mistakes(source: str, name: str) -> str:
    """The file of a chapter's wrong answers with three for the new exercise."""
    head, end = re.fullmatch(r"(.*WRONG\b[^=]*= \{\n.*?)(^\}\n.*)", source, re.S | re.M).groups()  # type: ignore[union-attr]
    return str(head + MISTAKES.replace("NAME", name) + end)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.new_exercise", description="the cells of a new exercise")
    parser.add_argument("chapter", help="number or name of the chapter")
    parser.add_argument("name", help="words joined by hyphens, such as count-windows")
    parser.add_argument("--objective", default="", help="one of the chapter's; the first where none is named")
    given = parser.parse_args(arguments)
    try:
        path = assignment.chapter_path(given.chapter)
        chapter = added(notebooks.read(path), given.name, given.objective)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    mistakes = WRONG / f"of_{path.stem}.py"
    write_whole(mistakes, with_mistakes(mistakes.read_text(encoding="utf-8"), given.name))
    notebooks.store(chapter, path)
    print(f"{path.name} has five new cells, {given.name}-task to {given.name}-hidden, after its last exercise.")
    print(f"Rewrite them, and the three wrong answers in {mistakes.name}; then: python -m tools.notebooks run {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
