"""Reads a written page: its ids, its code, and its sections as a search should know them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
BLOCKS = HEADINGS | frozenset(
    [
        "p",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "div",
        "section",
        "table",
        "tr",
        "td",
        "th",
        "pre",
        "figure",
        "figcaption",
        "blockquote",
    ]
)

#: what is on the page, but no text to be found: controls, pictures, the tables behind widgets
SKIPPED_TAGS = frozenset(("script", "style", "svg", "button", "select", "template", "summary"))
SKIPPED_CLASSES = frozenset(("headerlink", "course-check", "toctree-wrapper", "tag_solution", "tag_hidden"))

#: how the ids of the glossary's terms begin
TERM = "term-"

#: what LaTeX writes for a sign that readers see and type
SIGNS = {
    "times": "×", "cdot": "·", "star": "⋆", "ast": "∗", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "neq": "≠",
    "approx": "≈", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "to": "→", "dots": "…", "ldots": "…",
    "cdots": "…", "in": "∈", "sum": "∑", "partial": "∂", "nabla": "∇", "infty": "∞", "pm": "±", "alpha": "α",
    "beta": "β", "gamma": "γ", "epsilon": "ε", "eta": "η", "lambda": "λ", "mu": "μ", "sigma": "σ", "tau": "τ",
    "quad": " ", "qquad": " ",
}  # fmt: skip


@dataclass
class Section:
    """A section: where it is, its heading, its prose, and its visible code with what that printed."""

    anchor: str
    title: str = ""
    text: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    folded: list[str] = field(default_factory=list)
    exercise: bool = False

    def prose(self) -> str:
        """The text; what folds under an exercise (hints, discussions) stays out."""
        return _squeezed([*self.text, *([] if self.exercise else self.folded)])


@dataclass(frozen=True)
class Tag:
    """An open tag, and what holds for all within it."""

    name: str
    classes: frozenset[str]
    given: dict[str, str]
    article: bool = False
    heading: bool = False
    folded: bool = False
    skipped: bool = False

    def opens(self, name: str, classes: frozenset[str], given: dict[str, str]) -> Tag:
        """A tag within this one."""
        return Tag(
            name,
            classes,
            given,
            self.article or name == "article",
            self.heading or name in HEADINGS,
            self.folded or (name == "details" and "open" not in given),
            self.skipped or name in SKIPPED_TAGS or bool(classes & SKIPPED_CLASSES) or "data-cnn-widget" in given,
        )


@dataclass
class Block:
    """A piece of code as it stands on the page."""

    text: str
    folded: bool


class Page(HTMLParser):
    """A page's ids with a description of each, its blocks of code, its title and sections."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[tuple[str, str]] = []
        self.blocks: list[Block] = []
        self.sections: list[Section] = []
        self._open = [Tag("", frozenset(), {})]
        self._within: list[Section] = []
        self._heading = ""
        self._pre: list[str] | None = None
        self._math: list[str] | None = None
        self.feed(text)
        self.close()

    @property
    def title(self) -> str:
        """The page's heading."""
        return self.sections[0].title if self.sections else ""

    # --- the parser's events

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = frozenset(given.get("class", "").split())
        if "id" in given:
            self.ids.append((given["id"], self._described(tag, given)))
        if tag not in VOID:
            self._open.append(self._open[-1].opens(tag, classes, given))
        if self._open[-1].article and self._is_section(tag, given):
            self.sections.append(Section(given["id"] if self.sections else ""))
            self._within.append(self.sections[-1])
        if tag == "pre":
            self._pre = []
        if "math" in classes and tag in ("span", "div"):
            self._math = []
        if "tag_starter" in classes and self._within:
            self._within[-1].exercise = True
        if tag in BLOCKS or tag == "br":
            self._say(" ")

    def handle_endtag(self, tag: str) -> None:
        if not any(one.name == tag for one in self._open):
            return
        while self._open[-1].name != tag:
            self._end(self._open.pop())
        self._end(self._open.pop())

    def handle_data(self, data: str) -> None:
        if self._pre is not None:
            self._pre.append(data)
        elif self._math is not None:
            self._math.append(data)
        else:
            self._say(data)

    # --- what they do

    @staticmethod
    def _is_section(tag: str, given: dict[str, str]) -> bool:
        return "id" in given and (tag == "section" or (tag == "p" and given["id"].startswith(TERM)))

    def _end(self, tag: Tag) -> None:
        """What a tag's end means; it is no longer among the open ones."""
        if tag.name == "pre" and self._pre is not None:
            self._code("".join(self._pre), tag)
            self._pre = None
        if "math" in tag.classes and self._math is not None:
            shown = readable("".join(self._math)) if tag.name == "span" else "…"
            self._math = None
            self._say(shown)
        if not self._within:
            return
        section = self._within[-1]
        if tag.name in HEADINGS:
            self._heading = section.title = _squeezed([section.title])
        elif tag.name == "strong" and section.anchor.startswith(TERM) and not section.title:
            section.title = _squeezed(section.text).rstrip(".。")
        if self._is_section(tag.name, tag.given):
            self._within.pop()
        if tag.name in BLOCKS:
            self._say(" ")

    def _say(self, text: str) -> None:
        place = self._open[-1]
        if not self._within or place.skipped:
            return
        section = self._within[-1]
        if place.heading:
            section.title += text
        else:
            (section.folded if place.folded else section.text).append(text)

    def _code(self, text: str, place: Tag) -> None:
        self.blocks.append(Block(text, place.folded))
        if self._within and not place.skipped and not place.folded:
            self._within[-1].code.append(text.strip("\n"))

    def _described(self, tag: str, given: dict[str, str]) -> str:
        marks = [f'{key}="{given[key]}"' for key in ("data-cnn-widget", "class", "aria-label") if given.get(key)]
        place = f"under “{self._heading}”" if self._heading else "at the top"
        return f"<{' '.join([tag, *marks[:1]])}> {place}"


def readable(latex: str) -> str:
    r"""A short formula as one would type it; `…` where it stays LaTeX.

    >>> readable(r"\(3 \times 3\)"), readable(r"\(n_h\)"), readable(r"\(\frac{1}{2}\)")
    ('3 × 3', 'n_h', '…')
    """
    text = latex.strip().removeprefix(r"\(").removesuffix(r"\)")
    text = re.sub(r"\\(?:left|right|,|;|!|:|limits)(?![a-zA-Z])", "", text)
    text = re.sub(r"\\(?:mathrm|text|mathbf|operatorname)\{([^{}]*)\}", r"\1", text)
    text = re.sub(r"\\([a-zA-Z]+)", lambda found: SIGNS.get(found[1], found[0]), text)
    text = re.sub(r"(?<=[⌊⌈∂∇∑])\s|\s(?=[⌋⌉])", "", text)
    text = re.sub(r"([_^])\{([^{}]*)\}", r"\1\2", text)
    text = text.replace(r"\{", "(").replace(r"\}", ")").replace("{,}", ",")
    return "…" if re.search(r"[\\{}&]", text) else _squeezed([text])


def _squeezed(parts: list[str]) -> str:
    text = re.sub(r"\s+", " ", "".join(parts)).strip()
    return re.sub(r"(?:… ?)+…", "…", text)
