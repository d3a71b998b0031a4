"""`make grade CHAPTER=02 SUBMISSIONS=folder-or-zip`: grades as CSV, and a page of feedback for each student."""

from __future__ import annotations

import argparse
import csv
import hashlib
import html
import json
import multiprocessing
import re
import sys
import tempfile
import time
from collections.abc import Collection
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from tqdm import tqdm

from tools import assignment, private
from tools.grading import gradebooks, isolation, submissions
from tools.grading.isolation import IsolationError, Limits, Sandbox
from tools.grading.judge import Course, Grade, Mark, grade
from tools.grading.submissions import Submission
from tools.writing import write_whole

JUDGE_MEMORY = 4 << 30  # bytes that a judge may take more than at its start
STATES = {"open": "not answered", "wrong": "not right", "half": "half right", "right": "right"}

_judge: dict[str, Any] = {}


def grade_all(
    chapter: str,
    place: Path,
    out: Path,
    limits: Limits,
    jobs: int = 2,
    unsafe: bool = False,
    own: Path = private.FOLDER,
    exercises: Collection[str] = (),
) -> Path:
    """Grade all submissions by the named exercises, or by all; returns the CSV. Beside it: feedback, and gradebooks.

    What has been graded before, by the same chapter and the same exercises, is not graded again.

    Raises IsolationError where students' code cannot be shut in, ValueError where there is nothing to grade or an
    exercise is unknown.
    """
    path = assignment.chapter_path(chapter)
    found = submissions.read(place, path.stem)
    if not found:
        raise ValueError(f"{place} holds no files")
    course = Course(path, own, exercises)
    course.refuse_unsolvable()
    folder = out / "results"
    folder.mkdir(parents=True, exist_ok=True)
    parts = [path.read_bytes(), repr(limits).encode(), course.stamp.encode()]
    stamp = hashlib.sha256(b"\0".join(parts)).hexdigest()
    kept = {one.id: folder / f"{_key(one, stamp)}.json" for one in found}
    left = [one for one in found if not kept[one.id].exists()]
    if left:
        how = multiprocessing.get_context("fork" if isolation.LINUX else "spawn")
        _judge["course"] = course  # which a fork has, and a fresh process makes anew
        with (
            tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True) as temporary,
            ProcessPoolExecutor(jobs, how, _start, (path, own, exercises, limits, temporary, unsafe)) as pool,
            tqdm(total=len(found), initial=len(found) - len(left), unit=" submissions") as bar,
        ):
            for done in as_completed([pool.submit(_graded, one, str(kept[one.id])) for one in left]):
                done.result()
                bar.update()
    results = [(one, json.loads(kept[one.id].read_text(encoding="utf-8"))) for one in found]
    (out / "feedback").mkdir(exist_ok=True)
    for one, told in results:
        write_whole(out / "feedback" / f"{_safe(one.id)}.html", feedback(course.name, one, told))
    gradebooks.write(out, course.name, [(one, told["total"]) for one, told in results])
    return _table(out / "grades.csv", course, results)


def _key(one: Submission, stamp: str) -> str:
    content = hashlib.sha256(one.held + one.fault.encode()).hexdigest()
    return hashlib.sha256(f"{stamp} {one.id} {one.file} {content}".encode()).hexdigest()[:32]


def _start(path: Path, own: Path, exercises: Collection[str], limits: Limits, place: str, unsafe: bool) -> None:
    """Make this process a judge, with students' processes of its own."""
    if "course" not in _judge:  # a fresh process, of a system that does not fork
        _judge["course"] = course = Course(path, own, exercises)
        _judge["sandbox"] = isolation.Alone(course.public, limits, place)
        return
    import resource  # which Windows lacks

    _judge["sandbox"] = Sandbox(_judge["course"].public, limits, place, unsafe)
    with open("/proc/self/statm", encoding="utf-8") as told:
        now = int(told.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + JUDGE_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _graded(one: Submission, to: str) -> None:
    started = time.monotonic()
    course = _judge["course"]
    try:
        told = grade(course, _judge["sandbox"], one.cells(), re.sub(r" \(\d+\)$", "", one.id))
    except ValueError as error:
        told = Grade([Mark(each.name, "open", 0, each.points) for each in course.exercises], [str(error)])
    seconds = round(time.monotonic() - started, 1)
    write_whole(Path(to), json.dumps({**told.as_json(), "total": told.total, "seconds": seconds}, indent=1))


def _safe(name: str) -> str:
    return re.sub(r"[^\w.()-]+", "_", name).strip(".") or "_"


def _cell(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _table(to: Path, course: Course, results: list[tuple[Submission, dict[str, Any]]]) -> Path:
    with to.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        names = [one.name for one in course.exercises]
        table.writerow(["id", "name", "file", *names, "total", "out of", "seconds", "notes"])
        for one, told in results:
            points = [mark["points"] for mark in told["marks"]]
            out_of = sum(mark["out_of"] for mark in told["marks"])
            notes = " | ".join(told["notes"]).replace("\n", ": ")
            row = [one.id, one.name, one.file, *points, told["total"], out_of, told["seconds"], notes]
            table.writerow([_cell(value) for value in row])
    return to


def feedback(chapter: str, one: Submission, told: dict[str, Any]) -> str:
    """A page for one student, which shows what the notebook's own checks say and nothing of the further ones."""
    rows = "".join(
        f"<tr><td>{html.escape(mark['exercise'])}</td><td>{STATES[mark['state']]}</td>"
        f"<td>{mark['points']:g} of {mark['out_of']:g}</td>"
        f"<td>{html.escape(mark['text']).replace(chr(10), '<br>')}</td></tr>"
        for mark in told["marks"]
    )
    notes = "".join(f"<li>{html.escape(note).replace(chr(10), '<br>')}</li>" for note in told["notes"])
    out_of = sum(mark["out_of"] for mark in told["marks"])
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{html.escape(chapter)}: {html.escape(one.name)}</title>"
        "<style>body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
        "td,th{text-align:left;vertical-align:top;padding:.3rem .8rem;border-bottom:1px solid #999}</style>"
        f"<h1>{html.escape(chapter)}</h1><p>{html.escape(one.name)}: {told['total']:g} of {out_of:g} points</p>"
        f"<table><tr><th>exercise<th>state<th>points<th>what the check says</tr>{rows}</table>"
        + (f"<h2>While your cells ran</h2><ul>{notes}</ul>" if notes else "")
        + "</html>\n"
    )


def main(arguments: list[str] | None = None, own: Path = private.FOLDER) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.grading", description="grade a folder or zip of notebooks")
    parser.add_argument("chapter", help="number or name of the chapter")
    parser.add_argument("submissions", type=Path, help="a folder, or the zip of Canvas or Moodle")
    parser.add_argument("--exercises", nargs="*", default=[], help="only these, as they were handed out")
    parser.add_argument("--out", type=Path, help="where grades go; dist/NN/grades where nothing is said")
    parser.add_argument("--jobs", type=int, default=2, help="how many are graded at once")
    parser.add_argument("--seconds", type=float, default=Limits.seconds, help="for a cell, and for a call")
    parser.add_argument("--unsafe", action="store_true", help="run students' code without isolation, at your own risk")
    given = parser.parse_args(arguments)
    try:
        if not isolation.LINUX and not given.unsafe:
            raise IsolationError(
                f"Students' code can be shut in on Linux alone; this is {sys.platform}. "
                "Take a virtual machine or another computer; on Windows, WSL may do."
            )
        out = given.out or assignment.DIST / assignment.chapter_path(given.chapter).stem[:2] / "grades"
        limits = Limits(seconds=given.seconds)
        if not given.unsafe:  # before anything else: this machine can shut students' code in
            probe = Sandbox([], limits)
            probe.end(probe.process())
            probe.close()
        how = (limits, given.jobs, given.unsafe, own, given.exercises)
        print(grade_all(given.chapter, given.submissions, out, *how))
    except (IsolationError, ValueError) as error:
        print(error, file=sys.stderr)
        if isinstance(error, IsolationError):
            print("Students' code could read and change your files; --unsafe grades all the same.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
