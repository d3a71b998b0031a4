"""What instructors see of the chapters, from the notebooks themselves: a map, a table, each one's facts and objectives.

Links to states of explorers, `[words](state:name)`, get the addresses that `chapters/states.json` has for them.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

from sphinx.util import logging

from extensions import PARALLEL, say
from extensions.edition import wanted
from tools import assignment, notebooks, states
from tools.edition import Edition

log = logging.getLogger(__name__)

MAP, TABLE = "<!-- map of chapters -->", "<!-- table of chapters -->"
CHAPTER = re.compile(r"<!-- chapter (\d\d_\w+) -->")
STATE = re.compile(r"\[([^\]\[]+)\]\(state:([\w-]+)\)")
TAKES = re.compile(r"\((\d+) min\)")

#: where each chapter has a section of its own: what to show and ask, with its minutes
PLANS = "instructors-chapters.md"

#: the words that a chapter's facts are told in
WORDS = ("facts", "first", "objectives", "exercises", "exercise", "page", "notebook")

#: what the page itself checks
DECLARED = Path(__file__).parent.parent / "helpers" / "exercises"
NEEDED = re.compile(r"\[[^\]]*?(\d+)\]\((\d\d)_\w+\.ipynb\)( to )?")
TIME = re.compile(r"\*Time\*: (\d+) minutes")
STEP, RADIUS = 90, 20


def needs(chapter: Any) -> set[int]:
    """The chapters that a chapter names under *You need*; `[1](…) to [4](…)` names all four."""
    (cell,) = (cell for cell in chapter.cells if cell.id == "before-you-start")
    told = cell.source.split("*Afterwards")[0]
    found: set[int] = set()
    start = 0
    for one in NEEDED.finditer(told):
        number = int(one[1])
        found |= set(range(start, number + 1)) if start else {number}
        start = number if one[3] else 0
    return found


def direct(known: dict[int, set[int]]) -> list[tuple[int, int]]:
    """From where to where an arrow leads: from a needed chapter, unless another needed one needs it already."""

    def all_of(number: int) -> set[int]:
        return {n for one in known.get(number, set()) for n in {one, *all_of(one)}}

    return [
        (one, number)
        for number, needed in sorted(known.items())
        for one in sorted(needed)
        if not any(one in all_of(other) for other in needed)
    ]


def drawn(known: dict[int, set[int]], label: str) -> str:
    """The map as SVG: chapters in a row, arrows between neighbours, arcs above for all others."""
    numbers = sorted(known)
    place = {number: RADIUS + 10 + STEP * index for index, number in enumerate(numbers)}
    arrows = [(place[a], place[b], abs(numbers.index(a) - numbers.index(b))) for a, b in direct(known) if a in place]
    top = 30 + max([16 * far for *_, far in arrows if far > 1], default=0)
    parts = []
    for left, right, far in arrows:
        if far == 1:
            parts.append(f'<path d="M{left + RADIUS} {top}H{right - RADIUS - 4}" marker-end="url(#lessons-tip)"/>')
        else:
            ends = f"M{left} {top - RADIUS}", f"{right - 6} {top - RADIUS - 4}"
            high = top - RADIUS - 24 * far
            middle = f"C{left + 20} {high} {right - 26} {high}"
            parts.append(f'<path d="{ends[0]}{middle} {ends[1]}" marker-end="url(#lessons-tip)"/>')
    for number in numbers:
        parts.append(f'<circle cx="{place[number]}" cy="{top}" r="{RADIUS}"/>')
        parts.append(f'<text x="{place[number]}" y="{top + 6}" text-anchor="middle">{number}</text>')
    tip = (
        '<defs><marker id="lessons-tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0L8 4L0 8z" fill="currentColor" stroke="none"/></marker></defs>'
    )
    size = max(place.values()) + RADIUS + 10, top + RADIUS + 10
    style = (
        "<style>.lessons-map{fill:none;stroke:currentColor;stroke-width:1.5;max-width:100%;height:auto}"
        ".lessons-map text{fill:currentColor;stroke:none;font:16px sans-serif}</style>"
    )
    return (
        f'<div>{style}<svg class="lessons-map" role="img" aria-label="{html.escape(label)}" width="{size[0]}" '
        f'viewBox="0 0 {size[0]} {size[1]}">{tip}{"".join(parts)}</svg></div>'
    )


def minutes_in_class(text: str) -> dict[str, int]:
    """How long what is planned for class takes, by chapter: the sum of the minutes named in the chapter's section."""
    return {found[1]: sum(map(int, TAKES.findall(one))) for one in sections(text) if (found := CHAPTER.search(one))}


def sections(text: str) -> list[str]:
    """A page cut before each heading of the second level."""
    return re.split(r"(?m)^(?=## )", text)


def planned(folder: Path) -> dict[str, int]:
    """`minutes_in_class` of a language's page of plans; nothing where it has none."""
    path = folder / PLANS
    return minutes_in_class(path.read_text(encoding="utf-8")) if path.is_file() else {}


def numbers(path: Path, chapter: Any) -> dict[str, Any]:
    """What is told of a chapter: its title, needs, minutes, exercises and points."""
    title, *_ = chapter.cells[0].source.removeprefix("# ").partition("\n")
    there, time = assignment.exercises(chapter), TIME.search(chapter.cells[0].source)
    return {
        "title": f"[{title}]({path.name})",
        "needed": ", ".join(map(str, sorted(needs(chapter)))),
        "reading": time[1] if time else "–",
        "taught": planned(path.parent).get(path.stem, "–"),
        "count": len(there),
        "points": f"{sum(one.points for one in there):g}",
        "minutes": sum(one.minutes for one in there),
    }


def row(path: Path, chapter: Any) -> str:
    """A chapter's row of the table."""
    told = numbers(path, chapter)
    return "| " + " | ".join(str(value or "–") for value in told.values()) + " |"


def objectives(chapter: Any) -> str:
    """What students can do after a chapter, as its own list says."""
    (cell,) = (cell for cell in chapter.cells if cell.id == "before-you-start")
    return "\n".join(line for line in cell.source.split("*Afterwards")[1].splitlines() if line.startswith("- "))


def exercises(path: Path, chapter: Any, words: dict[str, str]) -> str:
    """A folded table of a chapter's exercises: by which name a command knows each, and where its answer is checked."""
    file = DECLARED / f"{path.stem}.json"
    declared = json.loads(file.read_text(encoding="utf-8"))["exercises"] if file.is_file() else {}
    lines = [words["exercise"], "|---|---|--:|--:|---|---|"]
    for one in assignment.exercises(chapter):
        title = re.search(r"^#+ (.+)$", one.cells["task"].source, re.M)
        checked = words["page" if one.name in declared else "notebook"]
        cells = title[1] if title else "", f"`{one.name}`", f"{one.points:g}", one.minutes, one.objective, checked
        lines.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
    return f"<details><summary>{words['exercises']}</summary>\n\n" + "\n".join(lines) + "\n\n</details>"


def facts(path: Path, words: dict[str, str]) -> str:
    """A chapter's facts, objectives and exercises, as its section begins."""
    chapter = notebooks.read(path)
    told = numbers(path, chapter)
    needed = words["facts" if told["needed"] else "first"].format(**told)
    return "\n\n".join([needed, words["objectives"], objectives(chapter), exercises(path, chapter, words)])


def plans(text: str, folder: Path, words: dict[str, str], plan: Edition) -> str:
    """A page of plans with each chapter's facts in the place of its mark, and without chapters that are left out."""
    there = [one for one in sections(text) if not (found := CHAPTER.search(one)) or plan.has(found[1])]
    return CHAPTER.sub(lambda found: facts(folder / f"{found[1]}.ipynb", words), "".join(there))


def linked(text: str, known: dict[str, dict[str, Any]], plan: Edition) -> tuple[str, list[str]]:
    """A page whose links to states lead there, or are plain words where that page is left out; and unknown names."""
    unknown = [name for _, name in STATE.findall(text) if name not in known]

    def link(found: re.Match[str]) -> str:
        state = known.get(found[2])
        if state is None or not plan.has(state["page"]):
            return found[1]
        return f'<a class="course-state" href="{state["page"]}.html{html.escape(state["link"])}">{found[1]}</a>'

    return STATE.sub(link, text), unknown


def filled(text: str, folder: Path, head: str, label: str) -> str:
    """A page with the map and the table in the places of their marks; `label` names each chapter's needs."""
    if MAP not in text and TABLE not in text:
        return text
    paths = [path for path in sorted(folder.glob("[0-9][0-9]_*.ipynb")) if assignment.exercises(notebooks.read(path))]
    chapters = {path: notebooks.read(path) for path in paths}
    known = {int(path.name[:2]): needs(chapter) for path, chapter in chapters.items()}
    told = "; ".join(
        label.format(chapter=number, needed=", ".join(map(str, sorted(needed))))
        for number, needed in known.items()
        if needed
    )
    rows = [row(path, chapter) for path, chapter in chapters.items()]
    table = "\n".join([head, "|---|---|--:|--:|--:|--:|--:|", *rows])
    return text.replace(MAP, drawn(known, told)).replace(TABLE, table)


def on_read(app: Any, docname: str, source: list[str]) -> None:
    path = Path(app.env.doc2path(docname))
    if path.suffix != ".md":
        return
    before, words = source[0], (say(app, "site.lessons.head"), say(app, "site.lessons.needs"))
    text = filled(before, path.parent, *words)
    text = plans(text, path.parent, {name: say(app, f"site.lessons.{name}") for name in WORDS}, wanted(app))
    source[0], unknown = linked(text, states.read(), wanted(app))
    if source[0] != before:  # the page is stale when what it tells of has changed
        for known in (states.FILE, *path.parent.glob(PLANS), *path.parent.glob("[0-9][0-9]_*.ipynb")):
            app.env.note_dependency(str(known))
    for name in unknown:
        log.warning("chapters/states.json has no state %s", name, location=docname)


def setup(app: Any) -> dict[str, bool]:
    app.connect("source-read", on_read, priority=50)  # before links to chapters left out become plain text
    return PARALLEL
