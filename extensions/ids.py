"""No id stands twice on a page: a heading gives way to the id that an author gave to a widget."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.transforms import SphinxTransform

from extensions import PARALLEL

SVG = re.compile(r"<svg\b.*?</svg>", re.S | re.I)
ID = re.compile(r"""(?<![\w-])id=(?:"([^"]+)"|'([^']+)')""")

#: ids of the theme's own page that a heading could have by chance
RESERVED = frozenset({"main-content", "searchbox", "search-input", "search-results", "rtd-footer-container"})


def given_ids(document: nodes.document) -> Iterator[str]:
    """The ids in the HTML that authors and outputs bring along, pictures apart (see figures.py)."""
    for node in document.findall(nodes.raw):
        for found in ID.finditer(SVG.sub("", node.astext())):
            yield found[1] or found[2]


def rename_headings(document: nodes.document) -> dict[str, str]:
    """Give headings another id where theirs is taken; links to them follow. Returns the new ids by the old ones."""
    taken = set(RESERVED).union(given_ids(document))
    renamed = {}
    for section in document.findall(nodes.section):
        for old in [one for one in section["ids"] if one in taken]:
            new = _free(old, taken | set(document.ids))
            section["ids"] = [new if one == old else one for one in section["ids"]]
            document.ids[new] = document.ids.pop(old, section)
            renamed[old] = new
    for name, old in document.nameids.items():
        document.nameids[name] = renamed.get(old, old)
    for node in document.findall(nodes.reference):
        if node.get("refid") in renamed:
            node["refid"] = renamed[node["refid"]]
    return renamed


def _free(old: str, taken: set[str]) -> str:
    names = (f"{old}-section{n or ''}" for n in range(len(taken) + 1))
    return next(name for name in names if name not in taken)


class HeadingsGiveWay(SphinxTransform):
    """Runs before anything has noted a heading's id: labels, contents, links."""

    default_priority = 500

    def apply(self, **options: Any) -> None:
        renamed = rename_headings(self.document)
        slugs: dict[str, tuple[Any, str, str]] = getattr(self.document, "myst_slugs", {})
        for slug, (line, ident, text) in slugs.items():  # where MyST looks `[text](#slug)` up
            slugs[slug] = (line, renamed.get(ident, ident), text)


def setup(app: Any) -> dict[str, bool]:
    app.add_transform(HeadingsGiveWay)
    return PARALLEL
