"""Build the site: one book per language from the same configuration, joined into `_build/site`."""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

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


def configuration(lang: str, root: Path = ROOT) -> tuple[dict[str, Any], dict[str, Any]]:
    """_config.yml and _toc.yml for one language."""
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
    return config, toc


def build(lang: str, root: Path = ROOT, into: Path = BUILD) -> Path:
    """Build one book; returns the folder of its pages. Raises CalledProcessError if a page has a fault.

    What the last build left is used again if that succeeded, with the same contents, configuration and extensions.
    Otherwise a page that has left the contents would stay, and one with a fault would not be looked at again.
    """
    folder = into / lang
    folder.mkdir(parents=True, exist_ok=True)
    plan = folder / "built.yml"
    wanted = yaml.safe_dump([*configuration(lang, root), _extensions()], allow_unicode=True, sort_keys=False)
    if not plan.is_file() or plan.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder / "_build", ignore_errors=True)
    plan.unlink(missing_ok=True)
    _run(lang, root, folder)
    plan.write_text(wanted, encoding="utf-8")
    return folder / "_build" / "html"


def _extensions() -> str:
    """A hash of our extensions, their templates and assets."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "extensions").rglob("*")):
        if path.suffix in {".py", ".html", ".css", ".js"} and "mathjax" not in path.parts:
            digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_text(encoding="utf-8").encode())
    return digest.hexdigest()


def _run(lang: str, root: Path, folder: Path) -> None:
    config, toc = configuration(lang, root)
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


def join(pages: dict[str, Path]) -> None:
    """Put the English book at the site's root and every other one in a folder of its own."""
    shutil.rmtree(SITE, ignore_errors=True)
    for lang, folder in pages.items():
        shutil.copytree(folder, SITE if lang == "en" else SITE / lang, dirs_exist_ok=True)
    (SITE / ".nojekyll").touch()


def main() -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="build the site into _build/site")
    parser.add_argument("languages", nargs="*", default=languages())
    given = parser.parse_args()
    try:
        join({lang: build(lang) for lang in given.languages})
    except subprocess.CalledProcessError:
        print("The site was not built: mend what is named above, then run `make book` again.", file=sys.stderr)
        return 1
    print(
        f"The site is in {SITE.relative_to(ROOT)}: open {SITE.relative_to(ROOT) / 'index.html'}, or run `make serve`."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
