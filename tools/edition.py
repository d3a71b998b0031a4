"""What a teacher changes of the course, in one file that pulling from upstream leaves alone: `course.local.yml`.

`make pick CHAPTERS="2 4"` writes it. The site and the notebooks to hand out follow it; the chapters stay as they are.
"""

from __future__ import annotations

import argparse
import html
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import yaml

from tools import assignment, notebooks
from tools.repository import stated
from tools.writing import write_whole

ROOT = Path(__file__).parent.parent
FILE = "course.local.yml"
HEAD = "# What this fork changes; `make pick` writes it, and the page *For instructors* tells what each line means.\n"

#: an address on a host whose pages are built like those of GitHub or GitLab
ADDRESS = re.compile(r"https://(?P<host>[\w.-]+)/(?P<path>[\w.-]+(?:/[\w.-]+)+)")

LINK = re.compile(r"(?<!!)\[([^\]\[]*)\]\((?:\./)?([\w.-]+)\.(?:ipynb|md)(?:#[^)]*)?\)")
LAUNCH = re.compile(r"\[(?P<words>[^\]\[]*)\]\((?P<url>[^)\s]*\.ipynb)\)(?P<after> · )?")
PAGE = re.compile(r"\d\d_")


@dataclass(frozen=True)
class Edition:
    """How a fork differs: `chapters` by name, none for all; addresses of the fork, of the students' notebooks and of
    the package; `launch`, whether pages link Colab and Binder; `student`, whether they hold no solution.
    """

    chapters: tuple[str, ...] = ()
    address: str = ""
    handouts: str = ""
    package: str = ""
    launch: bool = True
    student: bool = False

    def has(self, name: str) -> bool:
        """Whether a page of this name is in the site."""
        if self.student and name.startswith("instructors"):
            return False
        return not self.chapters or not PAGE.match(name) or name.startswith("00_") or name in self.chapters


def read(root: Path = ROOT) -> Edition:
    """The edition that a folder's file tells of. Raises ValueError for what no edition has."""
    path = root / FILE
    said = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else None
    return checked(**(said or {}))


def checked(**said: Any) -> Edition:
    """An edition whose chapters exist and whose addresses can be linked. Raises ValueError.

    >>> checked(chapters=["2"]).chapters
    ('02_padding_stride',)
    """
    known = [field.name for field in fields(Edition)]
    if unknown := sorted(said.keys() - set(known)):
        raise ValueError(f"{FILE} says {', '.join(unknown)}; it may say {', '.join(known)}")
    chapters = sorted({assignment.chapter_path(str(name)).stem for name in said.pop("chapters", None) or ()})
    for name in ("address", "handouts"):
        said[name] = str(said.get(name) or "").rstrip("/").removesuffix(".git")
        if said[name] and not ADDRESS.fullmatch(said[name]):
            raise ValueError(f"{name}: an address looks like https://gitlab.com/me/course; {said[name]!r} was given")
    return Edition(**{**said, "chapters": tuple(chapters)})


def write(edition: Edition, root: Path = ROOT) -> Path:
    """Write an edition's file; returns its path."""
    told = {**asdict(edition), "chapters": list(edition.chapters)}
    plain = asdict(Edition())
    told = {key: value for key, value in told.items() if key == "chapters" or value != plain[key]}
    write_whole(root / FILE, HEAD + yaml.safe_dump(told, sort_keys=False))
    return root / FILE


# --- what follows from it


def contents(toc: dict[str, Any], edition: Edition) -> dict[str, Any]:
    """A table of contents with the pages of an edition alone."""
    parts = []
    for part in toc["parts"]:
        pages = [one for one in part["chapters"] if edition.has(one["file"].rsplit("/", 1)[-1])]
        parts += [{**part, "chapters": pages}] if pages else []
    return {**toc, "parts": parts}


def configured(config: dict[str, Any], edition: Edition) -> dict[str, Any]:
    """A configuration with an edition's addresses and buttons."""
    told = {**config, "html": dict(config["html"]), "repository": dict(config["repository"])}
    told["sphinx"] = {**config["sphinx"], "config": dict(config["sphinx"]["config"])}
    if edition.address:
        told["repository"]["url"] = edition.address
    if edition.student or not edition.launch:
        told["launch_buttons"] = {}
    if edition.student:
        told["html"] |= {"use_repository_button": False, "use_issues_button": False}
        told["sphinx"]["recursive_update"] = True
        told["sphinx"]["config"] |= {"html_copy_source": False, "html_show_sourcelink": False}
        told["sphinx"]["config"]["html_theme_options"] = {"use_download_button": False}
    if edition != Edition():
        told["sphinx"]["config"]["course_edition"] = {**asdict(edition), "chapters": list(edition.chapters)}
    return told


def unlinked(text: str, edition: Edition) -> str:
    """Markdown whose links to pages that the edition leaves out are plain text.

    >>> unlinked("[pooling](04_pooling.ipynb#x)", Edition(chapters=("02_padding_stride",)))
    'pooling'
    """
    return LINK.sub(lambda found: found[0] if edition.has(found[2]) else found[1], text)


def addressed(text: str, edition: Edition, old: str) -> str:
    """Text with the edition's addresses in place of the old one."""
    if edition.package:
        text = text.replace(f"git+{old}", edition.package)
    if edition.address:
        text = re.sub(re.escape(old) + r"(?![\w-])", edition.address, text)
    return text


def links(name: str, source: str, edition: Edition, lang: str = "en") -> str:
    """A chapter's first cell with links to where the edition has its notebook: the student's where it is for them."""
    last = list(LAUNCH.finditer(source))
    made = []
    for found in last:
        url = _where(name, found["url"], edition, lang)
        if url and url.startswith("http"):
            made.append(f"[{found['words']}]({url})")
        elif url:
            made.append(f'<a href="{html.escape(url)}" download>{found["words"]}</a>')
    if not last:
        return source
    after = " · " if made and last[-1]["after"] else ""
    return source[: last[0].start()] + " · ".join(made) + after + source[last[-1].end() :]


def _where(name: str, url: str, edition: Edition, lang: str) -> str:
    """Where a link of a chapter's first cell leads; nothing where the edition has no such place."""
    kind = next((one for one in ("colab", "binder") if one in url.split("/")[2]), "download")
    if kind != "download" and not edition.launch:
        return ""
    if edition.student and kind == "download":
        return f"../../notebooks/{name}.ipynb"
    base, file = (edition.handouts, "") if edition.student else (edition.address, f"chapters/{lang}/")
    if not base:
        return "" if edition.student else url
    found = ADDRESS.fullmatch(base)
    assert found
    path, file = found["path"], f"{file}{name}.ipynb"
    if kind == "colab":
        there = f"https://colab.research.google.com/github/{path}/blob/main/{file}"
        return there if found["host"] == "github.com" else ""
    if kind == "binder":
        source = {"github.com": f"gh/{path}", "gitlab.com": f"gl/{path.replace('/', '%2F')}"}.get(found["host"])
        return f"https://mybinder.org/v2/{source}/main?urlpath=lab/tree/{file}" if source else ""
    return f"{base}/{'-/raw' if 'gitlab' in found['host'] else 'raw'}/main/{file}"


def edited(notebook: dict[str, Any], name: str, edition: Edition, lang: str = "en", root: Path = ROOT) -> None:
    """Make a chapter's notebook what the edition's page shows of it, in place."""
    old = stated(root)
    if edition.student:
        notebook["cells"] = [one for one in notebook["cells"] if not kept_back(one)]
    for number, cell in enumerate(notebook["cells"]):
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            source = unlinked(source, edition)
            source = links(name, source, edition, lang) if number == 0 else source
        cell["source"] = addressed(source, edition, old)


def kept_back(cell: dict[str, Any]) -> bool:
    """Whether a student does not get a cell."""
    return bool(assignment.KEPT_BACK & set(cell.get("metadata", {}).get("tags", [])))


def hand_out(edition: Edition, lang: str, root: Path, to: Path) -> None:
    """Write the students' notebooks of an edition's chapters into a folder. Raises LeakError."""
    for path in sorted((root / "chapters" / lang).glob("[0-9]*.ipynb")):
        if edition.has(path.stem) and not path.stem.startswith("00"):
            to.mkdir(parents=True, exist_ok=True)
            given = assignment.for_students(notebooks.read(path), edition.address or stated(root))
            for cell in given.cells:
                cell.source = addressed(cell.source, edition, stated(root))
            notebooks.store(given, to / path.name)


# --- the last look at a site for students


def leaks(folder: Path, chapters: Iterable[Path]) -> list[str]:
    """Which files of a built site hold a line of a solution or a hidden check, in whatever form; a sentence each.

    A line that another chapter gives to its students is none that gives anything away.
    """
    told = [notebooks.read(path) for path in chapters]
    public = [bare("\n".join(assignment.public_texts(chapter))) for chapter in told]
    given = [bare("\n".join(cell.source for cell in chapter.cells if not kept_back(cell))) for chapter in told]
    kept: dict[str, str] = {}
    for number, chapter in enumerate(told):
        known = "\n".join([*public, *given[:number], *given[number + 1 :]])
        kept |= {bare(line): line for line in assignment.secret_lines(chapter) if bare(line) not in known}
    found = []
    for path in sorted(folder.rglob("*")):
        if _of_chapters(path.relative_to(folder)):
            held = bare(path.read_text(encoding="utf-8", errors="replace"))
            name = path.relative_to(folder).as_posix()
            found += [f"{name} holds {line!r}" for key, line in kept.items() if key in held]
            found += [f"{name} is the source of a page" for _ in [0] if "_sources" in path.parts]
    return found


def _of_chapters(path: Path) -> bool:
    """Whether a file of the site may hold what a chapter says; the explorers' scripts and MathJax know no chapter."""
    if path.suffix == ".js":
        return "index" in path.stem
    return path.suffix in {".html", ".json", ".ipynb", ".txt", ".md", ".py"} and "mathjax" not in path.parts


def bare(text: str) -> str:
    r"""Text without tags, references, escapes and spaces: what is the same in a page, a script and a notebook.

    >>> bare('<b>x</b> = &quot;1&quot;') == bare('x = \\"1\\"')
    True
    """
    text = html.unescape(re.sub(r"</?[a-zA-Z][^<>]*>", "", text))
    return re.sub(r"\s+", "", text.replace('\\"', '"').replace("\\n", "").replace("\\\\", "\\"))


# --- the command


def _switch(word: str) -> bool:
    if word not in ("yes", "no"):
        raise ValueError(f"a switch is yes or no; {word!r} was given")
    return word == "yes"


def changes(given: argparse.Namespace) -> Iterator[tuple[str, Any]]:
    """What a command line changes of an edition."""
    if given.chapters is not None:
        yield "chapters", [] if given.chapters == ["all"] else given.chapters
    for name in ("address", "handouts", "package"):
        if getattr(given, name) is not None:
            yield name, getattr(given, name)
    if given.launch is not None:
        yield "launch", _switch(given.launch)


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.edition", description=f"write {FILE}")
    parser.add_argument("--chapters", nargs="*", help="numbers or names of the chapters to keep, or: all")
    parser.add_argument("--address", help="where your fork is, on GitHub, GitLab or another host")
    parser.add_argument("--handouts", help="the repository where you put the students' notebooks")
    parser.add_argument("--package", help="what students' notebooks install: the address of a wheel, for example")
    parser.add_argument("--launch", help="yes or no: whether pages link Colab and Binder")
    given = parser.parse_args(arguments)
    try:
        now = read(root)
        write(checked(**{**asdict(replace(now)), **dict(changes(given))}), root)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print((root / FILE).read_text(encoding="utf-8").removeprefix(HEAD), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
