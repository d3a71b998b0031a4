"""`make assignment CHAPTER=02`: from a chapter, a notebook for students and one for whoever marks it."""

from __future__ import annotations

import argparse
import copy
import re
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from tools import notebooks, private
from tools.private import FOLDER
from tools.writing import write_whole

ROOT = Path(__file__).parent.parent
CHAPTERS = ROOT / "chapters" / "en"
DIST = ROOT / "dist"

#: what a student does not get
KEPT_BACK = {"solution", "hidden"}

#: a shorter line, such as `else:`, gives nothing away
SHORTEST = 12

#: what a starter and a solution share: the frame that an answer fills
FRAME = re.compile(r"(?:def|class) |super\(\)\.__init__\(\)$")

LINK = re.compile(r"(?<!!)\[([^\]\[]*)\]\((?![a-z]+:|#)[^)\s]*\.(?:ipynb|md)(?:#[^)]*)?\)")
LAUNCH = re.compile(r"\[[^\]\[]*\]\([^)\s]*\.ipynb\)(?: · )?")
LICENCE = "Text and figures: CC BY-SA 4.0; code: MIT. From *ConvNets You Can Touch*, <{address}>."


class LeakError(RuntimeError):
    """A notebook for students would hold lines of a solution or of a hidden check."""


@dataclass(frozen=True)
class Exercise:
    """An exercise of a chapter: `name` is its id, `answer` the name that its answer goes by; `cells` by part; the
    `further` hidden checks are private.
    """

    name: str
    points: float
    minutes: int
    objective: str
    answer: str
    cells: dict[str, Any]
    further: tuple[Any, ...] = ()


def chapter_path(name: str) -> Path:
    """The notebook of a chapter that is called by its number or by its name. Raises ValueError for any other.

    >>> chapter_path("2").name
    '02_padding_stride.ipynb'
    """
    found = {path.stem: path for path in sorted(CHAPTERS.glob("[0-9]*.ipynb")) if not path.stem.startswith("00")}
    for stem, path in found.items():
        if name == stem or (name.isdigit() and int(name) == int(stem[:2])):
            return path
    raise ValueError(f"there is no chapter {name!r}; there are {', '.join(found)}")


def exercises(chapter: Any) -> list[Exercise]:
    """The exercises of a chapter's notebook, in its order. Raises ValueError for a solution that has another name."""
    return [_exercise(chapter, cells) for cells in _groups(chapter)]


def _groups(chapter: Any) -> Iterator[dict[str, Any]]:
    """The cells of each exercise by part; its task is one of them."""
    group: dict[str, Any] = {}
    for cell in chapter.cells:
        if "exercise" in cell.metadata:
            group = {"task": cell}
        elif (part := part_of(cell)) and "of" not in cell.metadata:
            group[part] = cell
            if part == notebooks.PARTS[-1]:
                yield group


def part_of(cell: Any) -> str | None:
    """Which part of an exercise a cell is: starter, test, solution, hidden, or none."""
    tags = cell.metadata.get("tags", [])
    return next((part for part in reversed(notebooks.PARTS) if part in tags), None)


def _exercise(chapter: Any, cells: dict[str, Any]) -> Exercise:
    told = cells["task"].metadata["exercise"]
    further = tuple(cell for cell in chapter.cells if cell.metadata.get("of") == told["id"])
    answers = re.findall(r"^(?:def )?(\w+)_solution\b", cells["solution"].source, re.M)
    if not answers:
        raise ValueError(f"{told['id']}: name the solution like the answer, with _solution after it: unread_solution")
    return Exercise(told["id"], told["points"], told["minutes"], told["objective"], answers[-1], cells, further)


def chosen(chapter: Any, names: Collection[str]) -> Any:
    """A copy of a chapter with some of its exercises alone. Raises ValueError for names that it does not have."""
    there = exercises(chapter)
    if unknown := set(names) - {exercise.name for exercise in there}:
        known = ", ".join(exercise.name for exercise in there)
        raise ValueError(f"no exercise is called {', '.join(sorted(unknown))}; there are {known}")
    others = [one for one in there if names and one.name not in names]
    dropped = {cell.id for one in others for cell in (*one.cells.values(), *one.further)}
    left = copy.deepcopy(chapter)
    left.cells = [cell for cell in left.cells if cell.id not in dropped]
    return left


def for_students(chapter: Any, address: str) -> Any:
    """A chapter as students get it. Raises LeakError if it still gave something away."""
    given = copy.deepcopy(chapter)
    given.cells = [cell for cell in given.cells if not KEPT_BACK & set(cell.metadata.get("tags", []))]
    given.metadata = {"kernelspec": notebooks.KERNEL, "language_info": notebooks.LANGUAGE}
    for number, cell in enumerate(given.cells):
        cell.pop("attachments", None)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        else:
            cell.source = LINK.sub(r"\1", LAUNCH.sub("", cell.source) if number == 0 else cell.source)
    given.cells[0].source += f"\n\n{LICENCE.format(address=address)}"
    if found := leaks(given, chapter):
        raise LeakError("the notebook for students would hold what is kept back:\n" + "\n".join(found))
    return given


def leaks(given: Any, chapter: Any) -> list[str]:
    """Lines of solutions and hidden checks that a notebook holds, anywhere in it.

    A line that the chapter's own text and code have too, outside of the exercises, gives nothing away; neither does
    one of the code that a task starts from.
    """
    known, held = "\n".join(public_texts(chapter)), "\n".join(_texts(given))
    return sorted(line for line in secret_lines(chapter) if line in held and line not in known)


def public_texts(chapter: Any) -> list[str]:
    """What a chapter's students may read: all but its exercises, and of these what a task starts from."""
    groups = list(_groups(chapter))
    inside = {cell.id for cells in groups for cell in cells.values()}
    shown = [cell for cell in chapter.cells if not KEPT_BACK & set(cell.metadata.get("tags", []))]
    public = [cell.source for cell in shown if cell.id not in inside]
    public += [line for cells in groups for line in _lines(cells["starter"]) if FRAME.match(line)]
    return public + [code for cells in groups for code in re.findall(r"```\w*\n(.*?)```", cells["task"].source, re.S)]


def secret_lines(chapter: Any) -> set[str]:
    """The lines of a chapter's solutions and hidden checks, without those too short to give anything away."""
    kept_back = [cell for cell in chapter.cells if KEPT_BACK & set(cell.metadata.get("tags", []))]
    return {line for cell in kept_back for line in _lines(cell) if len(line) >= SHORTEST}


def _lines(cell: Any) -> set[str]:
    return {line.strip() for line in cell.source.splitlines()}


def _texts(value: Any) -> Iterator[str]:
    """Every string in a notebook: sources, outputs, metadata."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def for_instructors(chapter: Any) -> Any:
    """A chapter with solutions, hidden checks and marking notes, the solutions unfolded."""
    given = copy.deepcopy(chapter)
    notes = {one.cells["solution"].id: one for one in exercises(given)}
    cells = [nbformat.v4.new_markdown_cell(_overview(list(notes.values())), id="marking")]
    for cell in given.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.metadata.pop("jupyter", None)
        if one := notes.get(cell.id):
            cells.append(nbformat.v4.new_markdown_cell(_note(one), id=f"{one.name}-marking"))
        cells.append(cell)
    given.cells = [given.cells[0], *cells[:1], *cells[2:]]
    return given


def _overview(there: list[Exercise]) -> str:
    rows = [f"| {one.name} | {one.points} | {one.minutes} | `{one.answer}` | {one.objective} |" for one in there]
    total = f"| **together** | **{sum(one.points for one in there)}** | **{sum(one.minutes for one in there)}** | | |"
    head = ["| exercise | points | minutes | answer | objective |", "|---|---|---|---|---|"]
    return "\n".join(["## Marking notes", "", *head, *rows, total])


def _note(one: Exercise) -> str:
    return (
        f"**Marking {one.name}**: {one.points} points where the check above and the further checks below both pass "
        f"for `{one.answer}`; half of them where only the check above does."
    )


def write(
    name: str, exercise_names: Collection[str] = (), out: Path = DIST, ids: Collection[str] = (), own: Path = FOLDER
) -> list[Path]:
    """Write the notebooks of a chapter; returns their paths. Nothing is written where something would leak.

    Parameters: ids, of students who each get a notebook of their own numbers; own, the folder of what is private.
    Raises LeakError, and ValueError where there are no numbers to draw.
    """
    from tools import edition
    from tools.repository import stated

    path, plan, address = chapter_path(name), edition.read(), stated()
    chapter = chosen(private.read(path, own), exercise_names)
    if ids and not private.choices(chapter):
        raise ValueError(
            f"{path.stem} has no cell tagged numbers in {private.place(path, own).name}: one notebook does"
        )
    for cell in chapter.cells:
        cell.source = edition.addressed(cell.source, plan, address)
    student = for_students(chapter, plan.address or address)
    made = {"student": student, "instructor": for_instructors(chapter)}
    key = private.secret(own) if ids else ""
    for one in ids:
        made[f"students/{_folder(one)}"] = private.with_numbers(student, private.drawn(chapter, one, key))
    written = []
    for whom, notebook in made.items():
        nbformat.validate(notebook)
        target = out / path.stem[:2] / whom / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        notebooks.store(notebook, target)
        written.append(target)
    return written


def write_source(
    name: str, kind: str, out: Path = DIST, own: Path = FOLDER, exercise_names: Collection[str] = ()
) -> list[Path]:
    """Write a chapter as a source for another grader, `otter` or `nbgrader`, solutions included; returns the paths.

    Raises ValueError for exercises that the chapter does not have.
    """
    from tools import edition, formats
    from tools.repository import stated

    path, plan, address = chapter_path(name), edition.read(), stated()
    chapter = chosen(private.read(path, own), exercise_names)
    for cell in chapter.cells:
        cell.source = edition.addressed(cell.source, plan, address)
    folder = out / path.stem[:2] / kind
    package = plan.package or f"git+{plan.address or address}"
    if kind == "otter":
        made, target = formats.otter(chapter, path.stem), folder / path.name
        beside = folder / "requirements.txt", f"convnets-you-can-touch @ {package}\n"
    else:
        made, target = formats.nbgrader(chapter), folder / "source" / path.stem / path.name
        beside = folder / "nbgrader_config.py", formats.NBGRADER
    nbformat.validate(made)
    target.parent.mkdir(parents=True, exist_ok=True)
    notebooks.store(made, target)
    write_whole(*beside)
    return [target, beside[0]]


def _folder(one: str) -> str:
    """The name of a student's folder. Raises ValueError for an id that is no name of a folder."""
    if not re.fullmatch(r"[\w.@+-]+(?: [\w.@+-]+)*", one) or set(one) == {"."}:
        raise ValueError(f"an id is made of letters, digits and . @ + - _; {one!r} was given")
    return one


def main(arguments: list[str] | None = None, own: Path = FOLDER) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="notebooks to hand out, and to mark by")
    parser.add_argument("chapters", nargs="+", help="numbers or names of chapters")
    parser.add_argument("--exercises", nargs="*", default=[], help="only these exercises, of one chapter")
    parser.add_argument("--out", type=Path, default=DIST)
    parser.add_argument("--ids", type=Path, help="a file with an id in each line: to each student numbers of their own")
    parser.add_argument("--format", choices=["otter", "nbgrader"], help="a source for this grader instead")
    given = parser.parse_args(arguments)
    if given.exercises and len(given.chapters) > 1:
        parser.error("exercises are chosen from one chapter at a time")
    if given.format and given.ids:
        parser.error("neither Otter nor nbgrader gives each student their own numbers: leave out the ids or the format")
    try:
        for name in given.chapters:
            ids = given.ids.read_text(encoding="utf-8").split("\n") if given.ids else []
            ids = [one.strip() for one in ids if one.strip()]
            if ids:
                from tools.grading.judge import Course

                Course(chapter_path(name), own, given.exercises).refuse_unsolvable()
            written = (
                write_source(name, given.format, given.out, own, given.exercises)
                if given.format
                else write(name, given.exercises, given.out, ids, own)
            )
            for path in written:
                print(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
    except (LeakError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
