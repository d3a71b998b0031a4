"""A zip for a room without the internet: its package installs without a network, and its notebooks run with that."""

import itertools
import json
import os
import platform
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import assignment, notebooks, offline, site

LOCKED = offline.ROOT / "requirements.lock.txt"

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


@pytest.fixture
def this_platform():
    """This machine's platform as pip names it."""
    system, machine = platform.system(), platform.machine().lower()
    if system == "Windows":
        return f"win_{machine}"
    if system == "Darwin":
        return f"macosx_{platform.mac_ver()[0].split('.')[0]}_0_{machine}"
    return f"manylinux_{platform.libc_ver()[1].replace('.', '_')}_{machine}"


@pytest.fixture
def large(tmp_path):
    """A folder for gigabytes, which pytest would keep."""
    yield tmp_path
    shutil.rmtree(tmp_path)


@pytest.mark.everywhere
def test_a_machine_installs_all_of_the_zip_and_runs_a_notebook_in_jupyter(this_platform, large):
    """Some gigabytes, PyTorch among them, are fetched once; from then on nothing but the zip can be reached."""
    python = ".".join(platform.python_version_tuple()[:2])
    (large / "pages").mkdir()
    offline.fetch(offline.wheel(large / "wheels"), large / "wheels", this_platform, python)
    chapter, zipped = assignment.chapter_path("02"), large / "a.zip"
    offline.pack(large / "pages", [chapter], large / "wheels", zipped, this_platform, python)
    shutil.rmtree(large / "wheels")
    with zipfile.ZipFile(zipped) as opened:
        opened.extractall(large)
    zipped.unlink()
    room = large / offline.FOLDER
    venv.create(room / "env", with_pip=True)
    own = room / "env" / ("Scripts/python.exe" if platform.system() == "Windows" else "bin/python")
    no_network = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHONPATH"))}
    surroundings |= {**no_network, "PIP_CONFIG_FILE": os.devnull, "COURSE_BUDGET": "smoke"}

    def run(*arguments):
        how = {"cwd": room, "env": surroundings, "capture_output": True, "encoding": "utf-8", "errors": "replace"}
        done = subprocess.run([own, *arguments], **how)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    (line,) = [one for one in (room / "READ-ME.txt").read_text(encoding="utf-8").splitlines() if "pip install" in one]
    run(*line.split()[1:])
    shutil.rmtree(room / "wheels")
    run("-m", "jupyter", "execute", f"notebooks/{chapter.name}")
    held = json.loads(run("-m", "pip", "list", "--format", "json").stdout)
    locked = [Requirement(one) for one in LOCKED.read_text(encoding="utf-8").splitlines() if one[:1].isalnum()]
    place = offline.surroundings(this_platform, python)
    locked = [one for one in locked if not one.marker or one.marker.evaluate(place)]
    wanted = {canonicalize_name(one.name): one.specifier for one in locked}
    there = {canonicalize_name(one["name"]): one["version"] for one in held}
    assert {"torch", "torchvision", "jupyterlab", "anywidget"} <= there.keys()
    assert [name for name in there.keys() & wanted.keys() if there[name] not in wanted[name]] == []
    assert "anywidget" in run("-m", "jupyter", "labextension", "list").stderr


def test_a_room_of_one_platform_installs_everything_from_the_zip(tmp_path):
    offline.wheel(tmp_path / "wheels")
    (tmp_path / "pages").mkdir()
    made = offline.pack(tmp_path / "pages", [], tmp_path / "wheels", tmp_path / "a.zip", "win_amd64", "3.12")
    with zipfile.ZipFile(made) as packed:
        text = packed.read(f"{offline.FOLDER}/READ-ME.txt").decode()
    assert "pip install --no-index --find-links wheels convnets-you-can-touch jupyterlab" in text
    assert "Python 3.12 (win_amd64)" in text


#: what stands in for an index: names, and what each requires
INDEX = {
    "torch": ["sympy>=1.13", 'triton~=3.8 ; platform_system == "Linux"'],
    "torchvision": ["torch", "numpy"],
    "jupyterlab": ['pywinpty>=2 ; os_name == "nt"', "jsonschema[format]>=4"],
    "jsonschema": ['webcolors>=24 ; extra == "format"', 'requests ; extra == "other"'],
    "ipykernel": ['appnope>=0.1.2 ; platform_system == "Darwin"', "jsonschema"],
    "tqdm": ['colorama ; platform_system == "Windows"'],
    "matplotlib": ["numpy>=1.25"],
}
EVERYWHERE = (
    "anywidget ipykernel ipywidgets jsonschema jupyterlab matplotlib numpy safetensors sympy torch torchvision tqdm"
)
LOCK = """    # a comment
triton==3.8.0 ; sys_platform == 'linux'
pywinpty==3.1.2 ; os_name == 'nt'
appnope==1.0.0 ; sys_platform == 'darwin'
numpy==2.4.6 ; python_full_version < '3.12'
numpy==2.5.5 ; python_full_version >= '3.12'
"""
ALWAYS = {*EVERYWHERE.split(), "colorama", "webcolors", "requests", "nobody-asks"} - {"numpy"}


@pytest.fixture
def index(monkeypatch, tmp_path):
    """A pip that fetches from INDEX; what it was told. With a name in its `lacks`, it fails as pip does."""
    lock = tmp_path / "requirements.lock.txt"
    lock.write_text(LOCK + "".join(f"{name}==1.0\n" for name in sorted(ALWAYS)), encoding="utf-8")
    told = SimpleNamespace(commands=[], lacks="", lock=lock)

    def run(command, **_):
        told.commands.append(command)
        to = Path(command[command.index("--dest") + 1])
        for name, _, version in (one.partition("==") for one in command if "==" in one):
            if name == told.lacks:
                return subprocess.CompletedProcess(command, 1)
            stem = f"{name.replace('-', '_')}-{version}"
            with zipfile.ZipFile(to / f"{stem}-py3-none-any.whl", "w") as packed:
                lines = "".join(f"Requires-Dist: {one}\n" for one in INDEX.get(name, []))
                packed.writestr(f"{stem}.dist-info/METADATA", f"Name: {name}\nVersion: {version}\n{lines}")
                packed.writestr("somewhere/deep/other.dist-info/METADATA", "Requires-Dist: nothing\n")
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(offline.subprocess, "run", run)
    return told


@pytest.mark.parametrize(
    ("platform", "python", "more", "numpy"),
    [
        ("win_amd64", "3.12", {"pywinpty", "colorama"}, "2.5.5"),
        ("macosx_14_0_arm64", "3.11", {"appnope"}, "2.4.6"),
        ("manylinux_2_28_x86_64", "3.13", {"triton"}, "2.5.5"),
    ],
)
def test_what_a_platform_needs_is_fetched_whatever_this_machine_is(platform, python, more, numpy, index, tmp_path):
    own = offline.wheel(tmp_path / "wheels")
    offline.fetch(own, own.parent, platform, python, index.lock)
    asked = [one for command in index.commands for one in command if "==" in one]
    assert {one.partition("==")[0] for one in asked} == {*EVERYWHERE.split(), "webcolors", *more}
    assert len(asked) == len(set(asked))
    assert f"numpy=={numpy}" in asked
    for command in index.commands:
        assert command[1:8] == ["-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--platform"]
        assert command[8] == platform
        assert command[command.index("--python-version") + 1] == python
        torch = {one for one in command if one.startswith(("torch==", "torchvision=="))}
        assert (offline.CPU in command) == bool(torch and "linux" in platform)
        assert offline.CPU not in command or set(command[-2:]) == torch  # nothing else comes from there
    tags = [one for before, one in itertools.pairwise(index.commands[0]) if before == "--platform"]
    assert ("manylinux_2_17_x86_64" in tags) == ("manylinux2014_x86_64" in tags) == ("linux" in platform)
    assert len(tags) == len(set(tags)) == (1 if "linux" not in platform else 28 - 4 + 3)


@pytest.fixture
def small_site(monkeypatch, tmp_path):
    """A site of one page, in the place of the one that is built."""
    pages = tmp_path / "site"
    (pages / "notebooks").mkdir(parents=True)
    (pages / "index.html").write_text("<p>The site</p>", encoding="utf-8")
    (pages / "notebooks" / "02_padding_stride.ipynb").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(site, "make", lambda student=False: pages)
    monkeypatch.setattr(offline.edition, "read", lambda: offline.edition.Edition(chapters=("02_padding_stride",)))


def test_the_command_packs_what_was_fetched_and_says_how_large_it_is(index, small_site, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(offline.fetch, "__defaults__", (index.lock,))
    assert offline.main(["--platform", "win_amd64", "--python", "3.12", "--student"], tmp_path / "dist") == 0
    (made,) = (tmp_path / "dist").iterdir()
    assert made.name == "convnets-students-win_amd64.zip"
    assert capsys.readouterr().out == f"{made}: {made.stat().st_size / 1e6:.0f} MB\n"
    with zipfile.ZipFile(made) as packed:
        names = {name.removeprefix(f"{offline.FOLDER}/") for name in packed.namelist()}
    wheels = {name.partition("-")[0].removeprefix("wheels/") for name in names if name.startswith("wheels/")}
    assert wheels == {"convnets_you_can_touch", *EVERYWHERE.split(), "webcolors", "pywinpty", "colorama"}
    rest = {name for name in names if not name.startswith("wheels/")}
    page = {"READ-ME.txt", "site/index.html", "site/notebooks/02_padding_stride.ipynb"}
    assert rest == {*page, "notebooks/02_padding_stride.ipynb"}


def test_the_command_alone_packs_the_chapters_of_the_edition_and_fetches_nothing(index, small_site, tmp_path):
    assert offline.main([], tmp_path / "dist") == 0
    assert index.commands == []
    with zipfile.ZipFile(tmp_path / "dist" / "convnets-course-any.zip") as packed:
        there = [name for name in packed.namelist() if "/notebooks/" in name and "/site/" not in name]
    assert [Path(name).name for name in there] == ["00_welcome.ipynb", "02_padding_stride.ipynb"]


@pytest.mark.parametrize(
    ("options", "lacks", "said"),
    [
        ([], "sympy", "pip could not fetch for win_amd64 and Python 3.12; what it said stands above"),
        (["--python", "3.12.1"], "", "a Python like 3.12; 'win_amd64' and '3.12.1' were given"),
        (["--platform", "windows"], "", "'windows' and '3.12' were given"),
    ],
)
def test_what_cannot_be_fetched_is_said_and_leaves_nothing(
    options, lacks, said, index, small_site, monkeypatch, tmp_path, capsys
):
    monkeypatch.setattr(offline.fetch, "__defaults__", (index.lock,))
    index.lacks = lacks
    assert offline.main(["--platform", "win_amd64", *options], tmp_path / "dist") == 1
    told = capsys.readouterr()
    assert told.err.startswith("Nothing was packed: ")
    assert said in told.err
    assert told.out == ""
    assert not (tmp_path / "dist").exists()


def test_a_package_that_is_not_locked_is_named(index, tmp_path):
    index.lock.write_text(LOCK, encoding="utf-8")
    own = offline.wheel(tmp_path / "wheels")
    with pytest.raises(ValueError, match=r"has no anywidget, .*tqdm for win_amd64 and Python 3\.12"):
        offline.fetch(own, own.parent, "win_amd64", "3.12", index.lock)
    assert index.commands == []


def test_a_zip_that_could_not_be_finished_is_not_left(tmp_path):
    offline.wheel(tmp_path / "wheels")
    (tmp_path / "pages").mkdir()
    with pytest.raises(FileNotFoundError):
        offline.pack(tmp_path / "pages", [tmp_path / "gone.ipynb"], tmp_path / "wheels", tmp_path / "dist" / "a.zip")
    assert not list((tmp_path / "dist").iterdir())
