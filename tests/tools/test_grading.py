"""A class hands in: right, wrong, broken and hostile notebooks, each graded as what it is."""

from __future__ import annotations

import csv
import json
import shutil
import signal
import socket
import subprocess
import time
import zipfile

import psutil
import pytest

from tests.chapters.wrong import of_02_padding_stride
from tools import assignment, notebooks
from tools.grading import gradebooks, isolation, submissions, values
from tools.grading.__main__ import grade_all, main
from tools.grading.isolation import IsolationError, Limits, Sandbox
from tools.grading.judge import Course, grade

LIMITS = Limits(seconds=2, cpu=20)
CHAPTER = notebooks.read(assignment.chapter_path("02"))
EXERCISES = assignment.exercises(CHAPTER)
HANDED_OUT = [cell.source for cell in assignment.for_students(CHAPTER, "").cells if cell.cell_type == "code"]
SOLVED = [f"{one.cells['solution'].source}\n{one.answer} = {one.answer}_solution" for one in EXERCISES]
ALL = sum(one.points for one in EXERCISES)


def isolates():
    """Whether bubblewrap shuts anything in on this machine."""
    if not shutil.which("bwrap"):
        return False
    return not subprocess.run(["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"], capture_output=True).returncode


#: a last cell, and what is said of it
HOSTILE = {
    "loop": ("while True: pass", "TimeoutError"),
    "stubborn": (
        "import time\nwhile True:\n    try:\n        while True: time.sleep(0.01)\n    except BaseException: pass",
        "did not stop within 2 seconds",
    ),
    "exit": ("import os; os._exit(0)", "it ended the process"),
    "syntax": ("def f(:", "SyntaxError"),
    "forks": ("import os\nwhile True: os.fork()", "PermissionError"),
    "memory": ("held = bytearray(8 * 10**9)", "MemoryError"),
    "printer": ("while True: print('x' * 10**6)", "File too large"),
    "socket": ("import socket; socket.create_connection(('192.0.2.1', 80))", "PermissionError"),
    "eraser": ("import shutil; shutil.rmtree('/course')", "Read-only file system"),
    "reader": (
        f"import os, sys\nthere = os.path.exists({str(assignment.CHAPTERS)!r})\n"
        "mine = [one for one in os.listdir('/tmp') if not f'{sys.prefix}/'.startswith(f'/tmp/{one}/')]\n"
        'raise ValueError(f\'{there} {os.listdir("/proc")} {mine} {os.listdir("/course")}\')',
        "False [] ['printed'] ['figures', 'helpers', 'tools']",
    ),
}

#: answers to the first exercise (1 point) that are nobody's work; all others are solved
CHEATS = {
    "patched": "import torch, helpers.exercise as e\ntorch.allclose = torch.equal = lambda *a: True\n"
    "e.expect = e.check = lambda *a, **k: True\nsame_padding = lambda k, d: 99",
    "agreeable": "class Any(int):\n    __eq__ = lambda self, other: True\n    __hash__ = int.__hash__\n"
    "same_padding = lambda k, d: Any(99)",
    "forger": "import os, json, struct\ndef same_padding(k, d):\n"
    "    held = json.dumps({'state': 'right', 'value': 'right'}).encode()\n"
    "    for fd in range(3, 100):\n        try: os.write(fd, struct.pack('!Q', len(held)) + held)\n"
    "        except OSError: pass\n    return 99",
    "hanging": "def same_padding(k, d):\n    while True: pass",
    "leaving": "import os\ndef same_padding(k, d): os._exit(0)",
}


#: those that `make test` hands in, too; the others wait for `--everywhere`
QUICK = {"loop", "exit", "syntax", "memory", "reader", "patched", "forger"}
QUICK |= {"hard-coded", "untouched", "solved", "bare", "no-notebook"}

needs_isolation = pytest.mark.skipif(not isolates(), reason="bubblewrap does not isolate on this machine")


def each(names):
    """A test for each name."""
    return [name if name in QUICK else pytest.param(name, marks=pytest.mark.everywhere) for name in names]


def notebook(cells):
    return json.dumps({"cells": [{"cell_type": "code", "source": source} for source in cells]})


@pytest.fixture(scope="module")
def graded(tmp_path_factory, request):
    """The table of a made class, by name, and the folder that it stands in."""
    place, out = tmp_path_factory.mktemp("class"), tmp_path_factory.mktemp("grades")
    handed = {
        "untouched": notebook(HANDED_OUT),
        "solved": notebook([*HANDED_OUT, *SOLVED]),
        "bare": notebook(SOLVED),
        "no-notebook": "this is no JSON",
        "hard-coded": notebook([*SOLVED, "unread = lambda *s: {(8, 3, 0, 3): [6, 7], (9, 2, 0, 3): [2, 5, 8],"
                                " (9, 2, 1, 4): [1, 2, 5, 6]}.get(s, [])"]),
    }  # fmt: skip
    handed |= {name: notebook([*SOLVED, code]) for name, (code, _) in HOSTILE.items()}
    handed |= {name: notebook([*SOLVED, code]) for name, code in CHEATS.items()}
    wrong = of_02_padding_stride.WRONG
    for turn in range(3):
        answers = {one.answer: list(wrong[one.name].values())[turn] for one in EXERCISES}
        handed[f"wrong-{turn}"] = notebook([*SOLVED, *(f"{name} = {code}" for name, code in answers.items())])
    everywhere = request.config.getoption("--everywhere")
    for name, text in handed.items() if everywhere else [(name, handed[name]) for name in sorted(QUICK)]:
        (place / f"{name}.ipynb").write_text(text, encoding="utf-8")
    table = grade_all("02", place, out, LIMITS, own=tmp_path_factory.mktemp("private"))
    with table.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}, out, place


pytestmark = pytest.mark.slow

CHAPTERS = [path.stem[:2] for path in sorted(assignment.CHAPTERS.glob("[0-9]*.ipynb"))][1:]


@needs_isolation
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "03" else pytest.mark.everywhere) for name in CHAPTERS]
)
def test_an_instructors_notebook_gets_full_marks_and_an_untouched_one_none(name, tmp_path):
    chapter = notebooks.read(assignment.chapter_path(name))
    there = assignment.exercises(chapter)
    full, empty = assignment.for_instructors(chapter), assignment.for_students(chapter, "")
    solved = [cell.source for cell in full.cells if assignment.part_of(cell) == "solution"]
    answers = [f"{one.answer} = {one.answer}_solution" for one in there]
    (tmp_path / "class").mkdir()
    handed = {"full": [*solved, *answers], "empty": [c.source for c in empty.cells if c.cell_type == "code"]}
    for who, cells in handed.items():
        (tmp_path / "class" / f"{who}.ipynb").write_text(notebook(cells), encoding="utf-8")
    table = grade_all(name, tmp_path / "class", tmp_path, Limits(), jobs=1, own=tmp_path)
    with table.open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert {one.name: float(rows["full"][one.name]) for one in there} == {one.name: one.points for one in there}
    assert float(rows["empty"]["total"]) == 0
    assert rows["empty"]["notes"] == ""


@needs_isolation
def test_right_answers_get_all_points_also_without_the_rest_of_the_notebook(graded):
    assert [float(graded[0][name]["total"]) for name in ("solved", "bare")] == [ALL, ALL]


@needs_isolation
def test_an_untouched_notebook_gets_none_and_is_told_so(graded):
    assert float(graded[0]["untouched"]["total"]) == 0
    assert (graded[1] / "feedback" / "untouched.html").read_text(encoding="utf-8").count("not answered") == len(
        EXERCISES
    )


@needs_isolation
@pytest.mark.everywhere
@pytest.mark.parametrize("turn", range(3))
def test_typical_wrong_answers_get_none(graded, turn):
    row = graded[0][f"wrong-{turn}"]
    assert {one.name: float(row[one.name]) for one in EXERCISES} == dict.fromkeys((one.name for one in EXERCISES), 0)


@needs_isolation
@pytest.mark.parametrize("name", each(HOSTILE))
def test_a_hostile_cell_ends_is_named_and_costs_nothing_else(graded, name):
    row = graded[0][name]
    assert float(row["total"]) == ALL
    assert HOSTILE[name][1] in row["notes"]


@needs_isolation
@pytest.mark.parametrize("name", each(CHEATS))
def test_no_point_is_gained_by_cheating_and_none_lost_elsewhere(graded, name):
    row = graded[0][name]
    assert float(row["same-padding"]) == 0
    assert float(row["total"]) == ALL - EXERCISES[0].points


@needs_isolation
def test_answers_to_the_public_cases_alone_get_half_and_no_word_of_the_hidden_ones(graded):
    row = graded[0]["hard-coded"]
    assert float(row["unread"]) == 1
    page = (graded[1] / "feedback" / "hard-coded.html").read_text(encoding="utf-8")
    assert "try other cases" in page
    assert "window_counts" not in page


@needs_isolation
def test_what_is_no_notebook_is_reported(graded):
    assert "no notebook" in graded[0]["no-notebook"]["notes"]


@needs_isolation
def test_a_second_run_grades_only_what_is_new(graded, tmp_path):
    _, out, place = graded
    before = {path: path.stat().st_mtime_ns for path in (out / "results").iterdir()}
    (place / "late.ipynb").write_text(notebook(SOLVED), encoding="utf-8")
    grade_all("02", place, out, LIMITS, own=tmp_path)
    after = {path: path.stat().st_mtime_ns for path in (out / "results").iterdir()}
    assert before.items() <= after.items()
    assert len(after) == len(before) + 1


def command(tmp_path, *options, handed=None):
    """Grade notebooks by the command, with a private folder that is empty; returns its status and the table's rows."""
    place, out = tmp_path / "class", tmp_path / "out"
    place.mkdir(exist_ok=True)
    for name, cells in (handed or {"anna": SOLVED}).items():
        (place / f"{name}.ipynb").write_text(notebook(cells), encoding="utf-8")
    status = main(["02", str(place), "--out", str(out), *options], tmp_path / "private")
    if not (out / "grades.csv").is_file():
        return status, {}
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return status, {row["id"]: row for row in csv.DictReader(file)}


@pytest.mark.slow
@needs_isolation
def test_exercises_that_were_chosen_to_hand_out_are_the_ones_that_are_graded(tmp_path, capsys):
    names = ["unread", "mirror"]
    handed_out = assignment.for_students(assignment.chosen(CHAPTER, names), "")
    cells = [cell.source for cell in handed_out.cells if cell.cell_type == "code"]
    there = {one.name: one for one in EXERCISES}
    solved = {name: SOLVED[EXERCISES.index(there[name])] for name in names}
    handed = {"both": [*cells, *solved.values()], "one": [*cells, solved["mirror"]], "none": cells}
    status, rows = command(tmp_path, "--exercises", *names, handed=handed)
    assert status == 0
    said = capsys.readouterr()
    assert said.out == f"{tmp_path / 'out' / 'grades.csv'}\n"  # nothing of what the chapter's cells print
    assert [line for line in said.err.splitlines() if line and " submissions" not in line] == []
    points = sum(there[name].points for name in names)
    assert list(rows["both"]) == ["id", "name", "file", *names, "total", "out of", "seconds", "notes"]
    assert {float(row["out of"]) for row in rows.values()} == {points}
    totals = {name: float(row["total"]) for name, row in rows.items()}
    assert totals == {"both": points, "one": there["mirror"].points, "none": 0}
    for path in (tmp_path / "out" / "feedback").iterdir():
        page = path.read_text(encoding="utf-8")
        assert f" of {points:g} points" in page
        assert [one.name for one in EXERCISES if f"<td>{one.name}</td>" in page] == names
    _, rows = command(tmp_path)  # what was graded before was graded out of other exercises
    assert {float(row["out of"]) for row in rows.values()} == {ALL}


def test_an_exercise_that_is_none_is_refused_before_anything_is_graded(tmp_path, capsys):
    assert command(tmp_path, "--unsafe", "--exercises", "nothing") == (1, {})
    assert "no exercise is called nothing; there are same-padding, " in capsys.readouterr().err


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_where_nothing_can_be_shut_in_grading_is_refused_and_both_ways_out_are_named(
    tmp_path, monkeypatch, capsys, system
):
    monkeypatch.setattr(isolation, "LINUX", False)
    monkeypatch.setattr("sys.platform", system)
    assert command(tmp_path) == (1, {})
    said = capsys.readouterr().err
    assert f"Students' code can be shut in on Linux alone; this is {system}. Take a virtual machine" in said
    assert "--unsafe grades all the same" in said
    assert not (tmp_path / "out").exists()


#: cells that end the process, run on, or take too much, where nothing shuts them in, and what is said of each
RECKLESS = {
    "while True: pass": "TimeoutError: not done within 2 seconds",
    "import os; os._exit(0)": "it ended the process",
    "held = []\nwhile True: held.append(bytes([1]) * 10**7)": "it took more memory than it may",
    "with open('much', 'wb') as file:\n    while True: file.write(bytes(10**6))": "it took more disk than it may",
}


@pytest.mark.slow
def test_where_nothing_is_shut_in_each_process_is_fresh_and_its_limits_are_watched(tmp_path, request):
    handed = list(RECKLESS) if request.config.getoption("--everywhere") else ["import os; os._exit(0)"]
    limits = Limits(seconds=2, cpu=20, memory=300 << 20)
    course = Course(assignment.chapter_path("02"), tmp_path)
    sandbox = isolation.Alone(course.public, limits, str(tmp_path))
    told = grade(course, sandbox, [*handed, *SOLVED])
    started = sandbox._count
    assert grade(course, sandbox, SOLVED[1:]).total == ALL - EXERCISES[0].points  # nothing is left of those before
    sandbox.close()
    assert told.total == ALL
    for number, (note, cell) in enumerate(zip(sorted(told.notes), handed, strict=True), 1):
        assert note.startswith(f"cell {number}: ")
        assert RECKLESS[cell] in note
    ended = len([cell for cell in handed if "TimeoutError" not in RECKLESS[cell]])
    assert started == 1 + ended + 1  # one more for each that ended, and one that is ready for what comes
    left = [one for one in psutil.Process().children(recursive=True) if "tools.grading.alone" in one.cmdline()]
    assert left == []


def test_where_nothing_is_shut_in_a_chapter_that_fails_is_reported_with_its_last_word(tmp_path):
    sandbox = isolation.Alone([("raise ValueError('no such chapter')", False)], LIMITS, str(tmp_path))
    with pytest.raises(IsolationError, match="did not start: ValueError: no such chapter"):
        sandbox.process()


@pytest.mark.everywhere
def test_where_nothing_can_be_forked_unsafe_grades_a_class_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(isolation, "LINUX", False)
    handed = {"anna": SOLVED, "ben": SOLVED[1:], "loop": [*SOLVED, HOSTILE["loop"][0]], "empty": HANDED_OUT}
    status, rows = command(tmp_path, "--unsafe", "--seconds", "2", handed=handed)
    assert status == 0
    totals = {name: float(row["total"]) for name, row in rows.items()}
    assert totals == {"anna": ALL, "ben": ALL - EXERCISES[0].points, "loop": ALL, "empty": 0}
    assert HOSTILE["loop"][1] in rows["loop"]["notes"]


def run_on():
    while True:
        pass


@pytest.mark.parametrize("signals", [True, False])
def test_an_alarm_ends_what_runs_on_also_where_there_are_no_signals_for_it(monkeypatch, signals):
    if not signals:  # as on Windows
        monkeypatch.delattr(signal, "setitimer")
    with pytest.raises(TimeoutError, match=r"not done within 0\.2 seconds"), values.alarm(0.2):
        run_on()
    with values.alarm(0.2):
        pass
    time.sleep(0.3)  # nothing rings any more
    with pytest.raises(KeyboardInterrupt), values.alarm(5):
        raise KeyboardInterrupt


@needs_isolation
def test_a_default_timeout_of_the_judges_process_ends_no_process():
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(5)
    try:
        sandbox = Sandbox([], LIMITS)
        time.sleep(0.5)  # the warm parent waits for its first order
        sandbox.end(sandbox.process())
        sandbox.close()
    finally:
        socket.setdefaulttimeout(before)


@needs_isolation
def test_a_warm_parent_that_ended_is_reported_with_its_last_word():
    sandbox = Sandbox([], LIMITS)
    sandbox._parent.kill()
    sandbox._parent.wait()
    with pytest.raises(IsolationError, match="a student's process did not start: no word why"):
        sandbox.process()
    sandbox.close()


def test_ids_are_read_from_the_names_in_a_zip_of_canvas_or_moodle(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        packed.writestr("doejane_LATE_12_99_02.ipynb", "{}")
        packed.writestr("John Roe_34_assignsubmission_file/02.ipynb", "{}")
        packed.writestr("John Roe_34_assignsubmission_file/essay.pdf", "x")
        packed.writestr("__MACOSX/._02.ipynb", "x")
        packed.writestr("Eva Moe_56_assignsubmission_file_/essay.pdf", "x")
    found = submissions.read(tmp_path / "all.zip", "02_padding_stride")
    assert [(one.id, one.name) for one in found] == [("12", "doejane"), ("34", "John Roe"), ("56", "Eva Moe")]
    assert [one.system for one in found] == ["canvas", "moodle", "moodle"]
    assert [one.fault for one in found] == ["", "", "the file is no notebook (.ipynb)"]


#: what each handed in: the file, and its total
HANDED_IN = {
    "doejane_12_99_02.ipynb": 7.5,
    "muellerjörg_LATE_13_98_02.ipynb": 17.0,
    "muellerjörg_LATE_13_99_02-1.ipynb": 3.0,
    "John Roe_34_assignsubmission_file/02.ipynb": 8.0,
    "Li_Ann Wu_35_assignsubmission_file_02.ipynb": 5.0,
    "Roe, Eva_56_assignsubmission_file_/essay.pdf": 0.0,
    "ben/02.ipynb": 1.0,
    "77.ipynb": 2.0,
}


def read_table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_canvas_and_moodle_get_the_columns_that_their_importers_look_for(tmp_path):
    for name in HANDED_IN:
        (tmp_path / "class" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "class" / name).write_text("{}", encoding="utf-8")
    found = submissions.read(tmp_path / "class", "02_padding_stride")
    written = gradebooks.write(tmp_path, "02_padding_stride", [(one, HANDED_IN[one.file]) for one in found])
    assert written == [tmp_path / "canvas.csv", tmp_path / "moodle.csv"]
    assert read_table(written[0]) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "02_padding_stride"],
        ["doejane", "12", "", "", "", "7.5"],
        ["muellerjörg", "13", "", "", "", "17"],
    ]
    assert read_table(written[1]) == [
        ["Identifier", "Full name", "Grade", "Last modified (grade)"],
        ["Participant 34", "John Roe", "8", "-"],
        ["Participant 35", "Li_Ann Wu", "5", "-"],
        ["Participant 56", "Roe, Eva", "0", "-"],
    ]
    rest = [one for one in found if not one.system]
    assert [one.id for one in rest] == ["77", "ben"]
    assert gradebooks.write(tmp_path, "02_padding_stride", [(one, 1.0) for one in rest]) == []
    assert not list(tmp_path.glob("*.csv"))  # those of another class are not left


def test_of_a_students_files_the_chapters_notebook_is_graded(tmp_path):
    files = {
        "anna/.git/config": None,
        "anna/02_padding_stride.ipynb": "02_padding_stride.ipynb",
        "anna/README.md": None,
        "anna/src/layers.py": None,
        "ben/01_conv2d.ipynb": None,
        "ben/2026 notes.ipynb": None,
        "ben/hand-in/02_padding_stride (1).ipynb": "hand-in/02_padding_stride (1).ipynb",
        "cora/README.md": "README.md",
        "cora/src/layers.py": None,
        "dora/02.ipynb": "02.ipynb",
        "dora/my 02_padding_stride.ipynb": "my 02_padding_stride.ipynb",
        "emil/homework.ipynb": "homework.ipynb",
        "emil/thoughts.txt": None,
        "fay.ipynb": "",
        "gus_12_34_01_conv2d.ipynb": None,
        "gus_12_35_02_padding_stride-1.ipynb": "",
    }
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}", encoding="utf-8")
    found = {one.id: one.file for one in submissions.read(tmp_path, "02_padding_stride")}
    assert list(found.values()) == sorted(
        (name for name, taken in files.items() if taken is not None), key=lambda name: (submissions.who(name)[0], name)
    )
    assert list(found) == ["12", "anna", "ben", "cora", "dora", "dora (2)", "emil", "fay"]


def test_the_table_has_a_row_for_each_student_who_hands_in_a_repository(tmp_path):
    (tmp_path / "class" / "anna").mkdir(parents=True)
    for name, text in {"02_padding_stride.ipynb": notebook(SOLVED), "01_conv2d.ipynb": "{}", "README.md": "x"}.items():
        (tmp_path / "class" / "anna" / name).write_text(text, encoding="utf-8")
    table = grade_all("02", tmp_path / "class", tmp_path, LIMITS, jobs=1, unsafe=True, own=tmp_path)
    with table.open(encoding="utf-8", newline="") as file:
        assert [(row["id"], float(row["total"])) for row in csv.DictReader(file)] == [("anna", ALL)]


def test_without_bubblewrap_nothing_is_graded_and_both_ways_out_are_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert command(tmp_path) == (1, {})
    said = capsys.readouterr().err
    assert "apt install bubblewrap" in said
    assert "--unsafe" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_without_bubblewrap_unsafe_grades_all_the_same_and_keeps_the_limits(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    hostile = ("loop", "memory")
    handed = {"anna": SOLVED} | {name: [*SOLVED, HOSTILE[name][0]] for name in hostile}
    status, rows = command(tmp_path, "--unsafe", "--seconds", "2", handed=handed)
    assert status == 0
    assert {name: float(row["total"]) for name, row in rows.items()} == dict.fromkeys(handed, ALL)
    for name in hostile:
        assert HOSTILE[name][1] in rows[name]["notes"]


@pytest.mark.parametrize(
    "said",
    [
        ["tensor", "float32", [2], "AAAA"],
        ["tensor", "object", [1], ""],
        ["eval", "1"],
        [],
        {"list": []},
        ["size", [1.5]],
    ],
)
def test_a_forged_value_is_refused(said):
    with pytest.raises(values.HandoverError):
        values.decode(said)
