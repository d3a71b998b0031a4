"""A zip for a room without the internet: its package installs without a network, and its notebooks run with that."""

import os
import subprocess
import sys
import zipfile

import pytest

from tools import assignment, notebooks, offline

RUN = """
import json, sys
from IPython.core.inputtransformer2 import TransformerManager
import helpers
print(helpers.__file__)
names = {"__name__": "offline"}
for cell in json.load(open(sys.argv[1], encoding="utf-8"))["cells"]:
    if cell["cell_type"] == "code" and "raises-exception" not in cell["metadata"].get("tags", []):
        exec(TransformerManager().transform_cell("".join(cell["source"])), names)
print("ran to its end")
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """The unpacked zip, and the folder that its package was installed into."""
    place = tmp_path_factory.mktemp("offline")
    (place / "pages" / "chapters").mkdir(parents=True)
    (place / "pages" / "index.html").write_text("<p>The site</p>", encoding="utf-8")
    chapter = place / "02_padding_stride.ipynb"
    notebooks.store(assignment.for_students(notebooks.read(assignment.chapter_path("02")), ""), chapter)
    offline.wheel(place / "wheels")
    packed = offline.pack(place / "pages", [chapter], place / "wheels", place / "dist" / "a.zip")
    with zipfile.ZipFile(packed) as opened:
        opened.extractall(place / "room")
    folder = place / "room" / offline.FOLDER
    (line,) = [one for one in (folder / "READ-ME.txt").read_text(encoding="utf-8").splitlines() if "pip install" in one]
    command = [sys.executable, *line.split()[1:], "--quiet", "--target", str(place / "installed")]
    subprocess.run(command, cwd=folder, check=True)
    return folder, place / "installed"


@pytest.mark.slow
def test_the_command_of_the_read_me_installs_the_package_without_a_network(room):
    folder, installed = room
    assert (folder / "site" / "index.html").is_file()
    for there in ("helpers/__init__.py", "helpers/sample/fashion_mnist.npz", "helpers/figures"):
        assert (installed / there).exists(), there
    assert not list(installed.rglob("tests"))


@pytest.mark.slow
def test_a_notebook_runs_with_the_installed_package_alone(room, tmp_path):
    folder, installed = room
    environment = {**os.environ, "PYTHONPATH": str(installed), "COURSE_BUDGET": "smoke", "MPLBACKEND": "agg"}
    command = [sys.executable, "-c", RUN, str(folder / "notebooks" / "02_padding_stride.ipynb")]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", errors="replace"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith(str(installed))
    assert done.stdout.rstrip().endswith("ran to its end")


def test_the_same_files_give_the_same_wheel(tmp_path):
    first, second = (offline.wheel(tmp_path / name) for name in "ab")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as packed:
        names = packed.namelist()
        record = next(name for name in names if name.endswith("RECORD"))
        told = [line.split(",")[0] for line in packed.read(record).decode().splitlines()]
    assert sorted(told) == sorted(names)
    assert not [name for name in names if "__pycache__" in name]


def test_a_room_of_one_platform_installs_everything_from_the_zip(tmp_path):
    offline.wheel(tmp_path / "wheels")
    (tmp_path / "pages").mkdir()
    made = offline.pack(tmp_path / "pages", [], tmp_path / "wheels", tmp_path / "a.zip", "win_amd64", "3.12")
    with zipfile.ZipFile(made) as packed:
        text = packed.read(f"{offline.FOLDER}/READ-ME.txt").decode()
    assert "pip install --no-index --find-links wheels convnets-you-can-touch jupyterlab" in text
    assert "Python 3.12 (win_amd64)" in text
