"""How long a class of 200 takes to grade, hostile submissions among them: `python -m benchmarks.grading [COUNT]`.

It takes minutes, so `make bench` leaves it out. The target holds for two cores.
"""

from __future__ import annotations

import csv
import itertools
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure
from tests.chapters.wrong import of_02_padding_stride
from tests.tools.test_grading import ALL, CHEATS, EXERCISES, HANDED_OUT, HOSTILE, SOLVED
from tools.grading.__main__ import grade_all
from tools.grading.isolation import Limits

#: of each hostile and each cheating submission there are so many in a class of 200
TWICE = 2


def handed_in(count: int) -> Iterator[tuple[str, list[str]]]:
    """Names and cells: twice each mischief, a tenth untouched, wrong answers in each third notebook of the rest."""
    mischief = {**{name: code for name, (code, _) in HOSTILE.items()}, **CHEATS}
    for name, turn in itertools.product(mischief, range(TWICE)):
        yield f"{name}{turn}", [*SOLVED, mischief[name]]
    for number in range(count - TWICE * len(mischief)):
        cells = [*HANDED_OUT] if number % 10 == 9 else [*SOLVED]
        if number % 3 == 0:
            wrong = of_02_padding_stride.WRONG
            cells += [f"{one.answer} = {list(wrong[one.name].values())[number // 3 % 3]}" for one in EXERCISES]
        yield f"student{number}", cells


def measure(count: int) -> list[Figure]:
    """The seconds for the class, and how many of those who solved everything got all points."""
    with tempfile.TemporaryDirectory() as folder:
        place, own = Path(folder) / "class", Path(folder) / "private"
        place.mkdir()
        own.mkdir()
        everyone = dict(handed_in(count))
        for name, cells in everyone.items():
            text = json.dumps({"cells": [{"cell_type": "code", "source": source} for source in cells]})
            (place / f"{name}.ipynb").write_text(text, encoding="utf-8")
        start = time.perf_counter()
        table = grade_all("02", place, Path(folder) / "grades", Limits(), own=own)
        took = time.perf_counter() - start
        with table.open(encoding="utf-8", newline="") as file:
            total = {row["id"]: float(row["total"]) for row in csv.DictReader(file)}
    solved = [name for name, cells in everyone.items() if cells == SOLVED]
    full = sum(total[name] == ALL for name in solved)
    hostile = TWICE * (len(HOSTILE) + len(CHEATS))
    return [
        Figure(f"{len(total)} submissions of chapter 2, {hostile} of them hostile", took, "s", most=600),
        Figure(f"full marks among {len(solved)} solved ones", full, "", least=len(solved)),
    ]


if __name__ == "__main__":
    figures = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
    for figure in figures:
        print(f"{figure.name:60}  {figure.shown:>8}  {figure.verdict}")
    sys.exit(not all(figure.met for figure in figures))
