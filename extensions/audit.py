"""The last look at the written pages: no id twice, no solution unfolded, no hidden check; then the search index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.util import logging

from extensions import PARALLEL, language, search
from extensions.pages import Block, Page
from tools import notebooks

log = logging.getLogger(__name__)

#: a shorter piece of code stands elsewhere by chance
TELLING = 12


def twice(page: Page) -> Iterator[str]:
    """A sentence for each id that stands more than once, with all its places."""
    places: dict[str, list[str]] = {}
    for name, place in page.ids:
        places.setdefault(name, []).append(place)
    for name, found in places.items():
        if len(found) > 1:
            yield f'the id "{name}" stands {len(found)} times: {"; ".join(found)}'


def leaks(notebook: Any, blocks: list[Block], indexed: list[str]) -> Iterator[str]:
    """A sentence for each cell that a reader would see, though its tags hide it.

    `blocks` is the code on the page, `indexed` the texts of the search.
    """
    shown, folded = ([_bare(one.text) for one in blocks if one.folded == kind] for kind in (False, True))
    searched = [_bare(text) for text in indexed]
    for cell in notebook.cells:
        tags, code = set(cell.metadata.get("tags", [])), _bare(cell.source)
        if cell.cell_type != "code" or not code or not tags & {"solution", "hidden"}:
            continue
        what = "a hidden check" if "hidden" in tags else "a solution"
        if _holds(shown, code) or ("hidden" in tags and _holds(folded, code)):
            yield f"cell {cell.id}, {what}, stands openly on the page"
        if _holds(searched, code):
            yield f"cell {cell.id}, {what}, can be found by the search"


def _holds(texts: list[str], code: str) -> bool:
    return code in texts if len(code) < TELLING else any(code in text for text in texts)


def _bare(text: str) -> str:
    return "".join(text.split())


def look(app: Any, exception: Exception | None) -> None:
    """Every page is looked at in every build, also those that were not written anew."""
    if exception is not None:
        return
    entries: list[dict[str, str]] = []
    for docname in sorted(app.env.found_docs):
        path = Path(app.builder.get_outfilename(docname))
        page = Page(path.read_text(encoding="utf-8"))
        found = list(search.entries(app.builder.get_target_uri(docname), page))
        entries += found
        source = Path(app.env.doc2path(docname))
        faults = [*twice(page)]
        if source.suffix == ".ipynb":
            faults += leaks(notebooks.read(source), page.blocks, [text for one in found for text in one.values()])
        for fault in faults:
            log.warning("%s", fault, location=docname)
    index = Path(app.outdir) / "_static" / search.INDEX
    index.write_text(search.script(language(app), entries), encoding="utf-8")


def setup(app: Any) -> dict[str, bool]:
    app.connect("build-finished", look)
    return PARALLEL
