"""`make offline`: one zip for a room without the internet, with the built site, the notebooks, and what they need.

The course's own package is always in it, data sample and weights included. Everything else, PyTorch above all, is
fetched for a platform where one is named.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

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


def fetch(own: Path, to: Path, platform: str, python: str) -> None:
    """Fetch all that the notebooks need for a platform, as pip names it. Raises CalledProcessError; needs a network."""
    command = [sys.executable, "-m", "pip", "download", str(own), "jupyterlab>=4.2,<5", "ipykernel", "--dest", str(to)]
    command += ["--only-binary", ":all:", "--platform", platform, "--python-version", python]
    linux = ["--index-url", CPU, "--extra-index-url", "https://pypi.org/simple"]
    subprocess.run([*command, *(linux if "linux" in platform else [])], check=True)


def pack(pages: Path, chapters: Sequence[Path], wheels: Path, to: Path, platform: str = "", python: str = "") -> Path:
    """Put a built site, notebooks and a folder of wheels into one zip; returns its path."""
    own = next(wheels.glob("convnets_you_can_touch-*.whl"))
    how = ALL.format(python=python, platform=platform) if platform else OWN
    options = "--find-links wheels convnets-you-can-touch jupyterlab" if platform else f"--no-deps wheels/{own.name}"
    to.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(f"{FOLDER}/READ-ME.txt", READ_ME.format(how=how, options=options))
        for path in sorted(pages.rglob("*")):
            if path.is_file():
                packed.write(path, f"{FOLDER}/site/{path.relative_to(pages).as_posix()}")
        for path in chapters:
            packed.write(path, f"{FOLDER}/notebooks/{path.name}")
        for path in sorted(wheels.glob("*.whl")):
            packed.write(path, f"{FOLDER}/wheels/{path.name}", zipfile.ZIP_STORED)
    return to


def main() -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.offline", description="one zip for a room without internet")
    parser.add_argument("--student", action="store_true", help="the students' site and notebooks")
    parser.add_argument("--platform", default="", help="fetch for: win_amd64, macosx_11_0_arm64, manylinux_2_28_x86_64")
    parser.add_argument("--python", default="3.12", help="the version of Python in the room")
    given = parser.parse_args()
    try:
        pages, plan = site.make(given.student), edition.read()
        with tempfile.TemporaryDirectory() as place:
            wheels = Path(place) / "wheels"
            own = wheel(wheels)
            if given.platform:
                fetch(own, wheels, given.platform, given.python)
            chapters = [path for path in notebooks.all_notebooks() if plan.has(path.stem)]
            chapters = sorted((pages / "notebooks").glob("*.ipynb")) if given.student else chapters
            name = "-".join(["convnets", "students" if given.student else "course", given.platform or "any"])
            made = pack(pages, chapters, wheels, DIST / f"{name}.zip", given.platform, given.python)
    except (subprocess.CalledProcessError, ValueError, assignment.LeakError) as error:
        print(f"Nothing was packed: {error}", file=sys.stderr)
        return 1
    print(f"{made.relative_to(ROOT)}: {made.stat().st_size / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
