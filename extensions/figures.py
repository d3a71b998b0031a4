"""Drawings stand in the page as SVG, so that they follow light and dark; no two of them share an id."""

from __future__ import annotations

import base64
import binascii
import html
import re
from html.parser import HTMLParser
from itertools import count
from typing import Any
from urllib.parse import unquote_to_bytes

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from extensions import PARALLEL
from extensions.ids import ID

log = logging.getLogger(__name__)

FIGURE = re.compile(r"<figure\b[^>]*\bdata-course-figure\b.*?</figure>", re.S | re.I)
IMAGE = re.compile(r"""<img\b(?:[^>"']|"[^"]*"|'[^']*')*>""", re.I)
STANDALONE = re.compile(r"<style\b[^>]*\bdata-standalone\b.*?</style>\s*", re.S | re.I)
ACTIVE = re.compile(r"<script\b|\son\w+\s*=|javascript:|<foreignObject\b", re.I)
PREFIX = "data:image/svg+xml"
LOOKS = "max-width: 100%; height: auto;"


def inline(text: str) -> str:
    """HTML whose figures hold their drawings as images of SVG, with the drawings themselves in their places.

    The part of a drawing that makes it legible alone (`<style data-standalone>`) goes: on the page, the text around it
    has a colour. Raises ValueError for an image that cannot be read.
    """
    return FIGURE.sub(lambda figure: IMAGE.sub(_drawing, figure[0]), text)


def _drawing(image: re.Match[str]) -> str:
    given = _attributes(image[0])
    source = given.get("src", "")
    if not source.startswith(PREFIX):
        return image[0]
    svg = _decoded(source)
    svg = STANDALONE.sub("", svg[svg.index("<svg") :], count=1)
    if ACTIVE.search(svg):  # harmless in an image, not in a page
        return image[0]
    named = f'role="img" aria-label="{html.escape(given["alt"])}"' if given.get("alt") else 'aria-hidden="true"'
    return svg.strip().replace("<svg ", f'<svg {named} style="{LOOKS}" ', 1)


class _Tag(HTMLParser):
    """Reads the attributes of one tag."""

    given: dict[str, str]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.given = {name: value or "" for name, value in attrs}


def _attributes(tag: str) -> dict[str, str]:
    parser = _Tag()
    parser.feed(tag)
    return parser.given


def _decoded(source: str) -> str:
    head, comma, payload = source.partition(",")
    try:
        data = unquote_to_bytes(payload)
        text = (base64.b64decode(data, validate=True) if head.endswith(";base64") else data).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError(f"an image of SVG cannot be read: {error}") from error
    if not comma or "<svg" not in text:
        raise ValueError("an image of SVG holds no drawing")
    return text


def own_ids(text: str, numbers: Any) -> str:
    """HTML whose drawings each have ids of their own: a prefix with the next of the numbers; what refers to them too.

    >>> own_ids('<svg><path id="a"/><use href="#a"/></svg>', count(1))
    '<svg><path id="svg1-a"/><use href="#svg1-a"/></svg>'
    """
    out, end = [], 0
    for start, stop in _drawings(text):
        out += [text[end:start], _with_prefix(text[start:stop], numbers)]
        end = stop
    return "".join([*out, text[end:]])


def _drawings(text: str) -> list[tuple[int, int]]:
    """Where the outermost drawings begin and end."""
    spans, depth, start = [], 0, 0
    for found in re.finditer(r"<svg\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*?(/?)>|</svg\s*>", text, re.I):
        closes = found[0].startswith("</")
        start = found.start() if not closes and depth == 0 else start
        depth = max(depth - 1, 0) if closes else depth + (found[1] != "/")
        if closes and depth == 0:
            spans.append((start, found.end()))
    return spans


def _with_prefix(svg: str, numbers: Any) -> str:
    ids = {found[1] or found[2] for found in ID.finditer(svg)}
    if not ids:
        return svg
    prefix = f"svg{next(numbers)}-"

    def own(name: str) -> str:
        return prefix + name if name in ids else name

    svg = ID.sub(lambda found: f'id="{own(found[1] or found[2])}"', svg)
    svg = re.sub(r"""(\bhref=["']#)([^"']+)""", lambda found: found[1] + own(found[2]), svg)
    svg = re.sub(r"""(\burl\((?:["']|&quot;)?#)([^)"'&]+)""", lambda found: found[1] + own(found[2]), svg)
    return re.sub(
        r"""(\baria-(?:labelledby|describedby|owns|controls)=["'])([^"']+)""",
        lambda found: found[1] + " ".join(map(own, found[2].split())),
        svg,
    )


class Drawings(SphinxPostTransform):
    """Runs on the outputs that the page will show."""

    default_priority = 200
    formats = ("html",)

    def run(self, **options: Any) -> None:
        numbers = count(1)
        for node in list(self.document.findall(nodes.raw)):
            if "html" not in node.get("format", "").split() or "<" not in node.astext():
                continue
            try:
                text = own_ids(inline(node.astext()), numbers)
            except ValueError as error:
                log.warning("%s", error, location=node)
                continue
            if text != node.astext():
                node.replace_self(nodes.raw(node.rawsource, text, **node.attributes))


def setup(app: Any) -> dict[str, bool]:
    app.add_post_transform(Drawings)
    return PARALLEL
