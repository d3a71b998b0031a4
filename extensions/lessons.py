"""What instructors see of all chapters at a glance, from the notebooks themselves: a map and a table."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from extensions import PARALLEL, say
from tools import assignment, notebooks

MAP, TABLE = "<!-- map of chapters -->", "<!-- table of chapters -->"
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


def row(path: Path, chapter: Any) -> str:
    """A chapter's row of the table."""
    title, *_ = chapter.cells[0].source.removeprefix("# ").partition("\n")
    there = assignment.exercises(chapter)
    time = TIME.search(chapter.cells[0].source)
    links = ", ".join(map(str, sorted(needs(chapter)))) or "–"
    counts = [len(there), f"{sum(one.points for one in there):g}", sum(one.minutes for one in there)]
    return (
        f"| [{title}]({path.name}) | {links} | {time[1] if time else '–'} | {counts[0]} | {counts[1]} | {counts[2]} |"
    )


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
    table = "\n".join([head, "|---|---|--:|--:|--:|--:|", *rows])
    return text.replace(MAP, drawn(known, told)).replace(TABLE, table)


def on_read(app: Any, docname: str, source: list[str]) -> None:
    path = Path(app.env.doc2path(docname))
    if path.suffix == ".md":
        words = say(app, "site.lessons.head"), say(app, "site.lessons.needs")
        source[0] = filled(source[0], path.parent, *words)


def setup(app: Any) -> dict[str, bool]:
    app.connect("source-read", on_read, priority=50)  # before links to chapters left out become plain text
    return PARALLEL
