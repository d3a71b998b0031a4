"""A notebook's fingerprint changes with what its outputs depend on, and with nothing else."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.conftest import ROOT
from tools import fingerprints, notebooks
from tools.reach import Code

NAMES = [path.stem for path in notebooks.all_notebooks()]
ALL = set(NAMES)
TEXTS = {".py", ".json", ".svg", ".ipynb", ".js", ".css", ".md"}


def copied(folder):
    """What fingerprints are made of, in a folder where it may be changed."""
    for name in ("helpers", "figures", "chapters"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    return folder


def digests(root, language="en"):
    paths = sorted((root / "chapters" / "en").glob("*.ipynb"))
    return {path.stem: fingerprints.of(root / "chapters" / language / path.name, read(path), root) for path in paths}


@cache
def read(path):
    return notebooks.read(path)


@pytest.fixture(scope="module")
def before():
    return digests(ROOT)


@pytest.fixture
def root(tmp_path):
    return copied(tmp_path)


@pytest.fixture
def stale(root, before):
    """The notebooks whose fingerprints are not what they were."""
    return lambda: {name for name, digest in digests(root).items() if digest != before[name]}


def defining(root, line):
    """The one module of `helpers` that has a line."""
    [path] = [path for path in (root / "helpers").rglob("*.py") if f"\n{line}" in path.read_text(encoding="utf-8")]
    return path


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def parts(root, name):
    path = root / "chapters" / "en" / f"{name}.ipynb"
    return fingerprints.parts(path, read(path), root)


# --- Python


def test_a_copy_has_the_same_fingerprints(stale):
    assert stale() == set()


def test_comments_docstrings_and_layout_do_not_count(root, stale):
    for path in (root / "helpers").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r'^( *)"""(?!\n)(?=\w)', r'\1"""Otherwise: ', text, flags=re.M)
        text = re.sub(r"^(def|class) ", r"# a comment\n\n\n\n\1 ", text, flags=re.M)
        path.write_text(text, encoding="utf-8")
    assert "Otherwise: " in defining(root, "def conv2d_shape(").read_text(encoding="utf-8")
    assert stale() == set()


@pytest.mark.parametrize(
    ("line", "reached_by"),
    [
        ("class ConvExplorer(", {"00_welcome", "01_conv2d", "02_padding_stride", "06_alexnet"}),
        ("class ShapePuzzle(", {"02_padding_stride"}),
        ("class PoolExplorer(", {"04_pooling", "06_alexnet"}),
        ("class CourseWidget(", ALL),
        ("class Quiz(", ALL - {"00_welcome"}),  # imported inside of exercise.quiz
        ("def conv2d_shape(", ALL),
        ("def corr2d(", {"02_padding_stride", "03_channels", "04_pooling"}),
        ("def trace(", {"05_lenet", "06_alexnet", "07_vgg", "08_nin", "09_googlenet", "10_five_networks"}),
        ("def say(", ALL),
    ],
)
def test_code_makes_those_stale_that_reach_it(root, stale, line, reached_by):
    edit(defining(root, line), f"\n{line}", f"\nCHANGED = 1\n\n\n{line}")
    assert stale() == reached_by


def test_a_change_inside_a_function_counts(root, stale):
    edit(defining(root, "def trained_lenet("), "net.eval()", "net.train()")
    assert stale() == {"04_pooling", "05_lenet", "06_alexnet", "07_vgg", "08_nin", "09_googlenet", "10_five_networks"}


def test_a_module_that_nothing_reaches_makes_nothing_stale(root, stale):
    (root / "helpers" / "alexnet.py").write_text("from helpers import shapes\n", encoding="utf-8")
    assert stale() == set()


def test_scripts_style_sheets_and_notes_do_not_count(root, stale):
    for path in (root / "helpers").rglob("*"):
        if path.suffix in {".js", ".css", ".md"}:
            path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    for path in (root / "figures").glob("*.py"):
        path.write_text("", encoding="utf-8")
    assert stale() == set()


def test_a_cell_counts_and_prose_does_not(before):
    notebook = notebooks.read(ROOT / "chapters" / "en" / "00_welcome.ipynb")
    path = ROOT / "chapters" / "en" / "00_welcome.ipynb"
    next(cell for cell in notebook.cells if cell.cell_type == "markdown").source += " More."
    assert fingerprints.of(path, notebook) == before["00_welcome"]
    next(cell for cell in notebook.cells if cell.cell_type == "code").source += "\n"
    assert fingerprints.of(path, notebook) != before["00_welcome"]


# --- data


def test_a_quiz_makes_its_chapter_stale(root, stale):
    edit(root / "helpers" / "quizzes" / "05_lenet.json", '"en": "', '"en": "Well, ')
    assert stale() == {"05_lenet"}


def test_a_figure_and_its_description_make_those_stale_that_show_it(root, stale):
    for suffix in ("svg", "png"):
        path = root / "figures" / f"pooling.{suffix}"
        content = path.read_bytes()
        path.write_bytes(content + b"\n")
        assert stale() == {"04_pooling"}
        path.write_bytes(content)
    edit_word(root, "figure.flip", "en")
    assert stale() == {"01_conv2d"}


@pytest.mark.parametrize(
    ("file", "read_by"),
    [
        ("helpers/recorded/lenet-relu.json", {"05_lenet"}),
        ("helpers/recorded/alexnet-tanh.json", {"06_alexnet"}),
        ("helpers/recorded/vgg-start-he.json", {"07_vgg"}),
        ("helpers/recorded/lenet-page.json", {"10_five_networks"}),
        ("helpers/recorded/vgg-page.json", {"07_vgg", "10_five_networks"}),
        ("helpers/recorded/googlenet-page.json", {"09_googlenet", "10_five_networks"}),
        ("helpers/recorded/nin-page.json", {"08_nin", "10_five_networks"}),
        (
            "helpers/sample/fashion_mnist.npz",
            {"04_pooling", "05_lenet", "06_alexnet", "07_vgg", "08_nin", "09_googlenet", "10_five_networks"},
        ),
        (
            "helpers/pictures/grace_hopper.png",
            ALL - {"00_welcome", "05_lenet", "07_vgg", "08_nin", "09_googlenet", "10_five_networks"},
        ),
    ],
)
def test_a_file_makes_those_stale_whose_code_reads_it(root, stale, file, read_by):
    path = root / file
    path.write_bytes(json.dumps({}).encode() if path.suffix == ".json" else path.read_bytes() + b"\0")
    assert stale() == read_by


@pytest.mark.parametrize(
    ("name", "loaded_by"),
    [
        ("lenet", {"04_pooling", "05_lenet", "06_alexnet", "10_five_networks"}),
        ("alexnet", {"06_alexnet", "10_five_networks"}),
        ("vgg", {"07_vgg", "10_five_networks"}),
        ("nin", {"08_nin", "10_five_networks"}),
        ("nin-relu", {"08_nin", "10_five_networks"}),
        ("googlenet", {"09_googlenet", "10_five_networks"}),
        ("test-images", {"05_lenet", "06_alexnet", "07_vgg", "08_nin", "09_googlenet", "10_five_networks"}),
    ],
)
def test_the_weights_make_those_stale_that_load_them(root, stale, name, loaded_by):
    path = root / "helpers" / "weights" / f"{name}.safetensors"
    path.write_bytes(path.read_bytes() + b"\0")
    assert stale() == loaded_by


def test_a_new_recording_makes_no_chapter_stale(root, stale):
    (root / "helpers" / "recorded" / "new.json").write_text("{}", encoding="utf-8")
    assert stale() == set()


def test_what_only_pages_fetch_makes_nothing_stale(root, stale):
    path = root / "helpers" / "widgets" / "explorers" / "trained" / "assets.json"
    path.write_text("{}", encoding="utf-8")
    assert stale() == set()


# --- words


def edit_word(root, key, language):
    for path in (root / "helpers").rglob("*.json"):
        words = json.loads(path.read_text(encoding="utf-8"))
        if key in words:
            words[key][language] += " (changed)"
            path.write_text(json.dumps(words), encoding="utf-8")
            return
    raise AssertionError(key)


@pytest.mark.parametrize(
    ("key", "said_by"),
    [
        ("ui.run_me", ALL),
        ("check.right", ALL - {"00_welcome"}),  # from say(f"check.{self.state}")
        ("puzzle.axis1", {"02_padding_stride"}),
        ("trained.classes", {"05_lenet", "06_alexnet", "07_vgg", "08_nin", "09_googlenet", "10_five_networks"}),
        ("trained.loading", set()),  # which the page alone says
        ("site.search", set()),
    ],
)
def test_a_word_makes_those_stale_that_can_say_it(root, stale, key, said_by):
    edit_word(root, key, "en")
    assert stale() == said_by


def test_chinese_makes_no_english_notebook_stale(root, stale):
    chinese = digests(root, "zh")
    edit_word(root, "ui.run_me", "zh")
    edit(root / "helpers" / "quizzes" / "03_channels.json", '"zh": "', '"zh": "那么，')
    assert stale() == set()
    assert set(chinese.values()).isdisjoint(digests(root, "zh").values())


# --- of any system


def test_line_ends_do_not_count(root, stale):
    for path in root.rglob("*"):
        if path.suffix in TEXTS:
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    read.cache_clear()
    assert stale() == set()


def test_versions_of_python_do_not_count():
    """The first of 3.12 end some f-strings with an empty piece; each has fields of its own."""
    tree = ast.parse("f'{x:>{n}}'")
    text = Code(tree).text
    tree.body[0].value.values[0].format_spec.values.append(ast.Constant(""))
    tree.body[0].value.kind = tree.type_ignores = None
    assert Code(tree).text == text
    assert Code(ast.parse("f'{x:>{m}}'")).text != text


# --- how imports are followed

SMALL = {
    "helpers/__init__.py": "",
    "helpers/words.py": "LANGUAGES = ('en', 'zh')\ndef table(): return {'a' + '.b': {'en': 'B', 'zh': '乙'}}",
    "helpers/one.py": "from helpers import two",
    "helpers/two.py": "def f():\n    import helpers.three as three",
    "helpers/three.py": "",
    "helpers/many/__init__.py": '"""Two."""\nfrom helpers.many.a import A\nfrom .b import B as Bee\n__all__ = ["A"]',
    "helpers/many/a.py": "class A: ...",
    "helpers/many/b.py": "from ..three import x\nclass B: ...",
    "helpers/many/c.py": "from . import a",
    "helpers/lazy/__init__.py": "from helpers import two\ndef __getattr__(name): ...",
    "helpers/lazy/rooms/d/__init__.py": "class D: ...\nwords = open(__file__ + 'limits.json')",
    "helpers/lazy/rooms/d/limits.json": '{"size": 1}',
    "helpers/lazy/rooms/e/__init__.py": "E = 5\nopen('limits.json')",
    "helpers/lazy/rooms/e/limits.json": '{"en": 1, "size": 2}',
    "helpers/globs.py": "list(here.glob('lazy/rooms/*/limits.json'))",
    "helpers/names.py": "def load(name): return open(here / 'facts' / f'{name}.json')",
    "helpers/facts/one.json": "[1]",
    "helpers/facts/two.json": "[2]",
    "helpers/facts/one.txt": "",
    "helpers/room/__init__.py": "from helpers.room import part\nclass Room: ...",
    "helpers/room/part.py": "from helpers import three",
    "helpers/hall/__init__.py": "from helpers.hall import part",
    "helpers/hall/part.py": "",
    "helpers/busy/__init__.py": "from helpers.many import A\nstate = []",
}


@pytest.mark.parametrize(
    ("cell", "reached"),
    [
        ("import torch", ""),
        ("import helpers", "helpers"),
        ("from helpers import one", "one two three"),
        ("try:\n    import helpers.two\nexcept ImportError:\n    %pip install it", "two three"),
        ("%%time\nfrom helpers.three import x", "three"),
        ("from helpers.many import A", "many.a"),
        ("from helpers.many import Bee", "many.b three"),
        ("from helpers.many import c", "many.c many.a"),
        ("from helpers.many.a import A", "many.a"),
        ("from helpers import many", "many many.a many.b three"),
        ("from helpers.many import *", "many many.a many.b many.c three"),
        ("from helpers.many import Unknown", "many many.a many.b many.c three"),
        ("from helpers.lazy import D", "lazy lazy.rooms.d two three"),
        ("from helpers.lazy import Unknown", "lazy lazy.rooms.d lazy.rooms.e two three"),
        ("from helpers import lazy", "lazy lazy.rooms.d lazy.rooms.e two three"),
        ("from helpers.lazy.rooms.d import D", "lazy lazy.rooms.d two three"),  # what is above it runs
        ("from helpers.busy import A", "busy many.a"),
        ("from helpers.room import Room", "room room.part three"),
        ("from helpers.hall import part", "hall.part"),
        ("from helpers.one import", ""),  # which does not run
    ],
)
def test_imports_are_followed_as_python_does(tmp_path, cell, reached):
    found = small(tmp_path, cell)
    modules = {name.removeprefix("helpers.") for name in found if re.fullmatch(r"helpers[\w.]*", name)}
    assert modules == set(reached.split())


def small(folder, cell):
    for name, text in SMALL.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    notebook = new_notebook(cells=[new_code_cell(cell)])
    return fingerprints.parts(folder / "chapters" / "en" / "small.ipynb", notebook, folder)


@pytest.mark.parametrize(
    ("cell", "files"),
    [
        ("from helpers.lazy import E", "lazy/rooms/e/limits.json"),
        ("from helpers import globs", "lazy/rooms/d/limits.json lazy/rooms/e/limits.json"),
        ("from helpers import names", "facts/one.json facts/two.json"),
        ("from helpers import one", ""),
    ],
)
def test_a_module_has_the_files_that_it_names(tmp_path, cell, files):
    found = {name.removeprefix("helpers/") for name in small(tmp_path, cell) if name.startswith("helpers/")}
    assert found == set(files.split())


@pytest.mark.parametrize(
    ("cell", "can_say_it"),
    [
        ("key = 'a.b'", True),
        ("key = f'a.{x}'", True),
        ("key = f'{x}.b'", False),  # it might be anything
        ("from helpers import words\nwords.say(f'{x}.b')", True),
        ("from helpers.words import say\nsay('a.' + x)", True),
        ("from helpers.words import say\nsay(x + '.c')", False),
        ("from helpers.words import table\ntable()", True),
        ("from helpers.words import beginning\nbeginning('a' + '.')", True),
        ("from helpers.words import beginning\nbeginning('b')", False),
        ("from helpers.words import beginning\nbeginning(start)", True),
        ("def f():\n    'a.b'", False),
        ("'{}'", False),
    ],
)
def test_a_word_is_part_where_code_can_say_it(tmp_path, cell, can_say_it):
    assert ("word a.b" in small(tmp_path, cell)) is can_say_it


FIGURES = {path.stem for path in (ROOT / "figures").glob("*.svg")}


@pytest.mark.parametrize(
    ("cell", "named"),
    [
        ("from helpers import plot\nplot.figure('flip')", {"flip"}),
        ("from helpers.plot import figure as show\nshow(name='flip')", {"flip"}),
        ("from helpers import plot as p\nfor n in ('flip', 'stride'):\n    p.figure(n)", FIGURES),
        ("from helpers import plot\nlist(map(plot.figure, ['flip']))", FIGURES),
        ("import helpers.plot\nhelpers.plot.figure('p' + f'{1}ing')", {"padding", "pooling"}),
        ("from matplotlib import pyplot as plt\nplt.figure('flip')", set()),
    ],
)
def test_what_is_read_by_name_is_what_the_calls_name(cell, named):
    notebook = new_notebook(cells=[new_code_cell(cell)])
    found = fingerprints.parts(ROOT / "chapters" / "en" / "small.ipynb", notebook)
    of_figures = {part for part in found if part.startswith(("figures/", "word figure."))}
    of_figures.discard("figures/readme-explorer.png")  # which has no drawing
    assert of_figures == {
        part for name in named for part in (f"figures/{name}.svg", f"figures/{name}.png", f"word figure.{name}")
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "01_conv2d" else pytest.mark.everywhere) for name in NAMES]
)
@pytest.mark.slow
def test_all_that_a_run_opens_and_says_is_part_of_the_fingerprint(name):
    environment = {**os.environ, "COURSE_BUDGET": "smoke", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-P", "-m", "tests.tools.audited", str(ROOT / "chapters" / "en" / f"{name}.ipynb")]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    covered = parts(ROOT, name).keys()
    assert told["said"]
    assert set(told["opened"]) - covered == set()
    assert {f"word {key}" for key in told["said"]} - covered == set()


# --- the file


def test_every_notebook_has_its_line_and_no_other_has():
    kept = json.loads((ROOT / "chapters" / "fingerprints.json").read_text(encoding="utf-8"))
    assert list(kept) == [f"{path.parent.name}/{path.name}" for path in notebooks.all_notebooks()]


def test_runs_side_by_side_keep_every_line(tmp_path):
    paths = [tmp_path / "chapters" / "en" / f"{n:02}.ipynb" for n in range(40)]
    paths[0].parent.mkdir(parents=True)
    for path in paths:
        path.write_text("{}", encoding="utf-8")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda path: fingerprints.record(path, path.stem), paths))
    assert [fingerprints.stored(path) for path in paths] == [path.stem for path in paths]
    paths[7].unlink()
    fingerprints.record(paths[0], "new")
    assert fingerprints.stored(paths[7]) is None
    assert fingerprints.stored(paths[0]) == "new"


def test_a_notebook_outside_of_the_course_has_no_fingerprint_and_is_not_stale(tmp_path):
    path = tmp_path / "copy.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("print('ran')", id="only")]), path)
    fingerprints.record(path, "x")
    assert not notebooks.is_stale(path)
    assert [one.name for one in tmp_path.iterdir()] == ["copy.ipynb"]
