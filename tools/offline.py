"""`make offline`: one zip for a room without the internet, with the built site, the notebooks, and what they need.

The course's own package is always in it, data sample and weights included. Everything else, PyTorch above all, is
fetched for a platform where one is named, in the versions of requirements.lock.txt. What that platform needs is read
from the wheels themselves: pip asks the machine that it runs on which requirements count, whatever `--platform` says
(https://pip.pypa.io/en/stable/cli/pip_download/).
"""

from __future__ import annotations

import argparse
import base64
import email
import hashlib
import re
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name, parse_wheel_filename

from tools import assignment, edition, notebooks, site

ROOT = Path(__file__).parent.parent
DIST = ROOT / "dist" / "offline"
FOLDER = "convnets-offline"
CPU = "https://download.pytorch.org/whl/cpu"
STAMP = (2026, 1, 1, 0, 0, 0)  # of every file of a wheel, so that the same files give the same wheel

READ_ME = """ConvNets You Can Touch, without the internet

To read: open site/index.html in a browser. Nothing needs to be installed.

To run the notebooks: {how}
    python -m pip install --no-index {options}
    python -m jupyter lab notebooks
"""
ALL = "you need Python {python} ({platform}); everything else is in wheels/."
OWN = """you need Python with PyTorch, torchvision, matplotlib, anywidget, safetensors, tqdm and JupyterLab.
The course's own package is in wheels/."""
KIND = b"Wheel-Version: 1.0\nGenerator: tools.offline\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel(to: Path, root: Path = ROOT) -> Path:
    """Write the course's package as a wheel into a folder; returns its path."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    stem = f"{project['name'].replace('-', '_')}-{project['version']}"
    told = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    told += f"Requires-Python: {project['requires-python']}\n"
    told += "".join(f"Requires-Dist: {one}\n" for one in project["dependencies"])
    held = {name: path.read_bytes() for name, path in _files(root)}
    held[f"{stem}.dist-info/METADATA"] = told.encode()
    held[f"{stem}.dist-info/WHEEL"] = KIND
    record = "".join(f"{name},sha256={_digest(content)},{len(content)}\n" for name, content in held.items())
    held[f"{stem}.dist-info/RECORD"] = f"{record}{stem}.dist-info/RECORD,,\n".encode()
    to.mkdir(parents=True, exist_ok=True)
    path = to / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in held.items():
            packed.writestr(zipfile.ZipInfo(name, STAMP), content, zipfile.ZIP_DEFLATED)
    return path


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    """The files of the package by their names in it, as pyproject.toml has them."""
    for folder, inside in (("helpers", "helpers"), ("figures", "helpers/figures")):
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield f"{inside}/{path.relative_to(root / folder).as_posix()}", path


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")


def surroundings(platform: str, python: str) -> dict[str, str]:
    """What requirements may ask of a platform, as pip names it, with a version of Python. Raises ValueError.

    >>> told = surroundings("win_amd64", "3.12")
    >>> told["sys_platform"], told["platform_machine"], told["python_version"]
    ('win32', 'AMD64', '3.12')
    """
    found = re.fullmatch(r"(win|macosx_\d+_\d+|manylinux_\d+_\d+)_(amd64|arm64|x86_64|aarch64)", platform)
    if not found or not re.fullmatch(r"3\.\d+", python):
        known = "win_amd64, macosx_14_0_arm64 or manylinux_2_28_x86_64, a Python like 3.12"
        raise ValueError(f"a platform is one like {known}; {platform!r} and {python!r} were given")
    systems = {"w": ("win32", "nt", "Windows"), "l": ("linux", "posix", "Linux"), "m": ("darwin", "posix", "Darwin")}
    kind = "l" if platform.startswith("many") else platform[0]
    system = dict(zip(("sys_platform", "os_name", "platform_system"), systems[kind]))
    told = {"platform_machine": found[2].upper() if kind == "w" else found[2], "python_version": python}
    told |= {"python_full_version": f"{python}.0", "implementation_version": f"{python}.0"}
    return system | told | {"implementation_name": "cpython", "platform_python_implementation": "CPython"}


def _tags(platform: str) -> Iterator[str]:
    """The platforms whose wheels run on one: a Linux takes those of all that are older."""
    yield platform
    if found := re.fullmatch(r"manylinux_2_(\d+)_(\w+)", platform):
        yield from (f"manylinux_2_{minor}_{found[2]}" for minor in range(int(found[1]) - 1, 4, -1))
        yield from (f"{old}_{found[2]}" for old in ("manylinux2014", "manylinux2010", "manylinux1"))


def needs(path: Path, extras: Collection[str], place: dict[str, str]) -> list[Requirement]:
    """What a wheel requires in some surroundings for these extras, the empty one being itself."""
    with zipfile.ZipFile(path) as packed:
        inner = next(name for name in packed.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        told = email.message_from_bytes(packed.read(inner)).get_all("Requires-Dist", [])
    every = [Requirement(one) for one in told]
    return [
        one
        for one in every
        if ("" in extras if not one.marker else any(one.marker.evaluate({**place, "extra": name}) for name in extras))
    ]


def fetch(own: Path, to: Path, platform: str, python: str, lock: Path = ROOT / "requirements.lock.txt") -> None:
    """Fetch all that the notebooks need for a platform, as pip names it. Raises ValueError; needs a network."""
    place = surroundings(platform, python)
    locked = [Requirement(line) for line in lock.read_text(encoding="utf-8").splitlines() if line[:1].isalnum()]
    pins = {canonicalize_name(one.name): one for one in locked if not one.marker or one.marker.evaluate(place)}
    tags = [part for tag in _tags(platform) for part in ("--platform", tag)]
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", *tags]
    command += ["--python-version", python, "--dest", str(to)]
    wanted = [*needs(own, [""], place), Requirement("jupyterlab"), Requirement("ipykernel")]
    seen: dict[str, set[str]] = {}
    while wanted:
        names = sorted({canonicalize_name(one.name) for one in wanted} - seen.keys())
        if unknown := [name for name in names if name not in pins]:
            raise ValueError(f"{lock.name} has no {', '.join(unknown)} for {platform} and Python {python}")
        for more, some in _by_index(names, platform):
            if subprocess.run([*command, *more, *(f"{name}{pins[name].specifier}" for name in some)]).returncode:
                raise ValueError(f"pip could not fetch for {platform} and Python {python}; what it said stands above")
        held = {parse_wheel_filename(path.name)[0]: path for path in to.glob("*.whl")}
        following = []
        for one in wanted:
            name = canonicalize_name(one.name)
            new = {"", *one.extras} - seen.setdefault(name, set())
            seen[name] |= new
            following += needs(held[name], new, place) if new else []
        wanted = following


def _by_index(names: Sequence[NormalizedName], platform: str) -> Iterator[tuple[list[str], list[NormalizedName]]]:
    """Names by where pip looks for them: on Linux, PyTorch's own index has builds a fifth of the size."""
    small = [name for name in names if name in ("torch", "torchvision") and "linux" in platform]
    if small:
        yield ["--extra-index-url", CPU], small
    if rest := [name for name in names if name not in small]:
        yield [], rest


def pack(pages: Path, chapters: Sequence[Path], wheels: Path, to: Path, platform: str = "", python: str = "") -> Path:
    """Put a built site, notebooks and a folder of wheels into one zip; returns its path."""
    own = next(wheels.glob("convnets_you_can_touch-*.whl"))
    how = ALL.format(python=python, platform=platform) if platform else OWN
    options = "--find-links wheels convnets-you-can-touch jupyterlab" if platform else f"--no-deps wheels/{own.name}"
    to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_suffix(".part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr(f"{FOLDER}/READ-ME.txt", READ_ME.format(how=how, options=options))
            for path in sorted(pages.rglob("*")):
                if path.is_file():
                    packed.write(path, f"{FOLDER}/site/{path.relative_to(pages).as_posix()}")
            for path in chapters:
                packed.write(path, f"{FOLDER}/notebooks/{path.name}")
            for path in sorted(wheels.glob("*.whl")):
                packed.write(path, f"{FOLDER}/wheels/{path.name}", zipfile.ZIP_STORED)
        return part.replace(to)
    finally:
        part.unlink(missing_ok=True)


def main(arguments: list[str] | None = None, dist: Path = DIST) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.offline", description="one zip for a room without internet")
    parser.add_argument("--student", action="store_true", help="the students' site and notebooks")
    parser.add_argument("--platform", default="", help="fetch for: win_amd64, macosx_14_0_arm64, manylinux_2_28_x86_64")
    parser.add_argument("--python", default="3.12", help="the version of Python in the room")
    given = parser.parse_args(arguments)
    try:
        if given.platform:
            surroundings(given.platform, given.python)  # before the site is built
        pages, plan = site.make(given.student), edition.read()
        with tempfile.TemporaryDirectory() as place:
            wheels = Path(place) / "wheels"
            own = wheel(wheels)
            if given.platform:
                fetch(own, wheels, given.platform, given.python)
            chapters = [path for path in notebooks.all_notebooks() if plan.has(path.stem)]
            chapters = sorted((pages / "notebooks").glob("*.ipynb")) if given.student else chapters
            name = "-".join(["convnets", "students" if given.student else "course", given.platform or "any"])
            made = pack(pages, chapters, wheels, dist / f"{name}.zip", given.platform, given.python)
    except subprocess.CalledProcessError:
        print("Nothing was packed: the site was not built; what is wrong stands above.", file=sys.stderr)
        return 1
    except (ValueError, assignment.LeakError) as error:
        print(f"Nothing was packed: {error}", file=sys.stderr)
        return 1
    print(f"{made}: {made.stat().st_size / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
