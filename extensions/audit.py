"""The last look at the written pages: no id twice, no solution unfolded, no hidden check; then the search index."""

from __future__ import annotations

import hashlib
import json
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
    """Every build looks at every page, also at one that it did not write, unless it is as it was when found sound."""
    if exception is not None:
        return
    memory = Path(app.doctreedir) / "audit.json"
    known = json.loads(memory.read_text(encoding="utf-8")) if memory.is_file() else {}
    seen: dict[str, Any] = {}
    for docname in sorted(app.env.found_docs):
        page, source = Path(app.builder.get_outfilename(docname)), Path(app.env.doc2path(docname))
        digest = hashlib.sha256(page.read_bytes() + source.read_bytes()).hexdigest()
        seen[docname] = known.get(docname)
        if not seen[docname] or seen[docname]["digest"] != digest:
            seen[docname] = {"digest": digest, "entries": _looked(app, docname, page, source)}
    if not app._warncount:
        memory.write_text(json.dumps(seen), encoding="utf-8")
    entries = [entry for one in seen.values() for entry in one["entries"]]
    index = Path(app.outdir) / "_static" / search.INDEX
    index.write_text(search.script(language(app), entries), encoding="utf-8")


def _looked(app: Any, docname: str, written: Path, source: Path) -> list[dict[str, str]]:
    """Warn of a page's faults; returns what the search shall know of it."""
    page = Page(written.read_text(encoding="utf-8"))
    entries = list(search.entries(app.builder.get_target_uri(docname), page))
    faults = list(twice(page))
    if source.suffix == ".ipynb":
        faults += leaks(notebooks.read(source), page.blocks, [text for one in entries for text in one.values()])
    for fault in faults:
        log.warning("%s", fault, location=docname)
    return entries


def setup(app: Any) -> dict[str, bool]:
    app.connect("build-finished", look)
    return PARALLEL
