"""Tables of totals in the form in which Canvas and Moodle import them, of the submissions that came from there.

Canvas takes a table that begins with Student, ID, SIS User ID, SIS Login ID and Section; it knows a student by the ID,
and asks which assignment a column of another name belongs to (`lib/gradebook_importer.rb` in
https://github.com/instructure/canvas-lms). Moodle's offline grading worksheet needs Identifier, Grade and Last modified
(grade), named in the language of whoever uploads it (`mod/assign/feedback/offline/importgradeslib.php` in
https://github.com/moodle/moodle); the one here is in English.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from tools.grading.submissions import Submission

#: a table's columns; `{}` is the chapter's name
COLUMNS = {
    "canvas": ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "{}"],
    "moodle": ["Identifier", "Full name", "Grade", "Last modified (grade)"],
}


def row(one: Submission, total: float) -> list[str]:
    """A submission's row in the table of the system that it came from.

    >>> row(Submission("12", "doejane", "doejane_12_99_02.ipynb", b""), 7.5)
    ['doejane', '12', '', '', '', '7.5']
    >>> row(Submission("34", "John Roe", "John Roe_34_assignsubmission_file_/02.ipynb", b""), 8.0)
    ['Participant 34', 'John Roe', '8', '-']
    """
    if one.system == "canvas":
        return [one.name, one.id, "", "", "", f"{total:g}"]
    return [f"Participant {one.id}", one.name, f"{total:g}", "-"]


def write(to: Path, chapter: str, totals: Iterable[tuple[Submission, float]]) -> list[Path]:
    """Write `canvas.csv` and `moodle.csv` into a folder, each where there are rows for it; returns their paths.

    Of a student's several rows the first counts: the others have ids that neither system knows.
    """
    rows: dict[str, list[list[str]]] = {}
    for one, total in totals:
        if one.system and one.id.isdigit():
            rows.setdefault(one.system, []).append(row(one, total))
    written = []
    for system, columns in COLUMNS.items():
        path = to / f"{system}.csv"
        path.unlink(missing_ok=True)
        if system in rows:
            with path.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([[name.format(chapter) for name in columns], *rows[system]])
            written.append(path)
    return written
