"""Build the site: one book per language from the same configuration, joined into `_build/site`."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from tools import assignment, edition, notebooks
from tools.edition import Edition

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "_build"
SITE = BUILD / "site"

#: what differs between the languages' books
BOOKS: dict[str, dict[str, Any]] = {
    "en": {},
    "zh": {
        "title": "摸得着的卷积神经网络",
        "config": {"language": "zh_CN", "nb_code_prompt_show": "显示代码", "nb_code_prompt_hide": "隐藏代码"},
        "captions": {"Chapters": "各章", "Appendices": "附录"},
    },
}


def languages(root: Path = ROOT) -> list[str]:
    """The languages that have a welcome page."""
    return [lang for lang in BOOKS if list((root / "chapters" / lang).glob("00_welcome.*"))]


def configuration(lang: str, root: Path = ROOT, plan: Edition | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """_config.yml and _toc.yml for one language, as the edition wants them: the folder's own where none is given."""
    plan = edition.read(root) if plan is None else plan
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8").replace("chapters/en/", f"chapters/{lang}/"))
    book = BOOKS[lang]
    config["title"] = book.get("title", config["title"])
    config["sphinx"]["config"] |= book.get("config", {})
    config["logo"] = str(ROOT / config["logo"])
    config["html"]["favicon"] = str(ROOT / config["html"]["favicon"])
    config["sphinx"]["config"]["templates_path"] = [str(ROOT / "extensions" / "templates")]
    for part in toc["parts"]:
        part["caption"] = book.get("captions", {}).get(part["caption"], part["caption"])
    return edition.configured(config, plan), edition.contents(toc, plan)


def build(lang: str, root: Path = ROOT, into: Path = BUILD, plan: Edition | None = None) -> Path:
    """Build one book; returns the folder of its pages. Raises CalledProcessError if a page has a fault.

    What the last build left is used again if that succeeded, with the same contents, configuration and extensions.
    Otherwise a page that has left the contents would stay, and one with a fault would not be looked at again.
    The notebooks that pages offer for download hold no hidden check.
    A site for students has their notebooks beside its pages. Raises LeakError if it gives anything else away.
    """
    plan = edition.read(root) if plan is None else plan
    folder = into / lang
    folder.mkdir(parents=True, exist_ok=True)
    built, pages = folder / "built.yml", folder / "_build" / "html"
    both = configuration(lang, root, plan)
    wanted = yaml.safe_dump([*both, _extensions()], allow_unicode=True, sort_keys=False)
    if not built.is_file() or built.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder / "_build", ignore_errors=True)
    built.unlink(missing_ok=True)
    _run(root, folder, *both)
    _without_hidden(pages / "_sources")
    if plan.student:
        edition.hand_out(plan, lang, root, pages / "notebooks")
        if found := edition.leaks(pages, sorted((root / "chapters" / lang).glob("[0-9]*.ipynb"))):
            raise assignment.LeakError("the site for students would hold what is kept back:\n" + "\n".join(found))
    built.write_text(wanted, encoding="utf-8")
    return pages


def _without_hidden(sources: Path) -> None:
    """Take the hidden checks out of the notebooks that the pages offer."""
    for path in sorted(sources.rglob("*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        shown = [cell for cell in notebook["cells"] if "hidden" not in cell["metadata"].get("tags", [])]
        if len(shown) < len(notebook["cells"]):
            notebooks.store({**notebook, "cells": shown}, path)


def _extensions() -> str:
    """A hash of our extensions, their templates and assets."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "extensions").rglob("*")):
        if path.suffix in {".py", ".html", ".css", ".js"} and "mathjax" not in path.parts:
            digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_text(encoding="utf-8").encode())
    return digest.hexdigest()


def _run(root: Path, folder: Path, config: dict[str, Any], toc: dict[str, Any]) -> None:
    for name, content in (("_config.yml", config), ("_toc.yml", toc)):
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    book = [sys.executable, "-c", "import tools; from jupyter_book.cli.main import main; main()", "build", str(root)]
    options = ["--builder", "html", "-W", "-n", "--keep-going", "-q", "--path-output", str(folder)]
    files = ["--config", str(folder / "_config.yml"), "--toc", str(folder / "_toc.yml")]
    done = subprocess.run(
        [*book, *options, *files],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        done.check_returncode()


def join(pages: dict[str, Path], site: Path = SITE) -> None:
    """Put the English book at the site's root and every other one in a folder of its own."""
    shutil.rmtree(site, ignore_errors=True)
    for lang, folder in pages.items():
        shutil.copytree(folder, site if lang == "en" else site / lang, dirs_exist_ok=True)
    (site / ".nojekyll").touch()


def make(student: bool = False, chosen: Sequence[str] | None = None) -> Path:
    """Build the site of a fork's edition, or the one for its students; returns its folder.

    Raises CalledProcessError for a page with a fault, LeakError, and ValueError for an edition that cannot be.
    """
    plan = replace(edition.read(), student=True) if student else edition.read()
    into = BUILD / "students" if student else BUILD
    site = into / SITE.name
    join({lang: build(lang, ROOT, into, plan) for lang in chosen or languages()}, site)
    return site


def main() -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="build the site into _build/site")
    parser.add_argument("languages", nargs="*", default=languages())
    parser.add_argument("--student", action="store_true", help="without solutions, into _build/students/site")
    given = parser.parse_args()
    try:
        site = make(given.student, given.languages)
    except (ValueError, assignment.LeakError) as error:
        print(error, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError:
        print("The site was not built: mend what is named above, then run `make book` again.", file=sys.stderr)
        return 1
    shown = site.relative_to(ROOT)
    print(f"The site is in {shown}: open {shown / 'index.html'}" + (", or run `make serve`." * (not given.student)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
