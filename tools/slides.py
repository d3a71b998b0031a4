"""`make slides CHAPTER=02`: the chapter's page, a section at a time. It stays live, and needs no network."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools import assignment, site
from tools.writing import write_whole

ASSETS = Path(__file__).parent.parent / "extensions" / "assets" / "slides"


def slides(page: str) -> str:
    """A built page with the style and the script of slides. Raises ValueError for what is no page of the course."""
    if "</head>" not in page or "</body>" not in page or "<article" not in page:
        raise ValueError("this is no page of the course")
    style, script = ((ASSETS / name).read_text(encoding="utf-8") for name in ("slides.css", "slides.js"))
    head, _, rest = page.partition("</head>")
    body, _, end = rest.rpartition("</body>")
    return f'{head}<style>\n{style}</style>\n</head>{body}<script type="module">\n{script}</script>\n</body>{end}'


def write(name: str, built: Path = site.SITE) -> Path:
    """Write the slides of a chapter beside its page; returns their path. Raises ValueError where there is no page."""
    page = built / "chapters" / "en" / f"{assignment.chapter_path(name).stem}.html"
    if not page.is_file():
        raise ValueError(f"{page.name} is not built: run `make book` first")
    target = page.with_suffix(".slides.html")
    write_whole(target, slides(page.read_text(encoding="utf-8")))
    return target


def main() -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.slides", description="slides of a chapter's built page")
    parser.add_argument("chapters", nargs="+", help="numbers or names of chapters")
    given = parser.parse_args()
    try:
        for name in given.chapters:
            print(write(name).relative_to(site.ROOT))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
