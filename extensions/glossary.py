"""Each term of the glossary, a paragraph that begins with it in bold, has an address of its own."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.transforms import SphinxTransform

from extensions import PARALLEL
from extensions.pages import TERM


def name_terms(document: nodes.document) -> None:
    """Paragraphs that begin in bold get ids: `term-average-pooling`, or a number where no Latin letter is left."""
    number = 0
    for paragraph in document.findall(nodes.paragraph):
        first = next((child for child in paragraph if child.astext()), None)
        if isinstance(first, nodes.strong) and not paragraph["ids"]:
            number += 1
            name = TERM + (nodes.make_id(first.astext()) or str(number))
            paragraph["ids"] = [name if name not in document.ids else f"{name}-{number}"]
            document.ids[paragraph["ids"][0]] = paragraph


class Terms(SphinxTransform):
    default_priority = 400

    def apply(self, **options: Any) -> None:
        if self.env.docname.rsplit("/", 1)[-1] == "glossary":
            name_terms(self.document)


def setup(app: Any) -> dict[str, bool]:
    app.add_transform(Terms)
    return PARALLEL
