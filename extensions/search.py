"""Search by section, as one types, from disk too: an index that the page loads when it is first asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from extensions import PARALLEL, language
from extensions.pages import Page
from helpers import words

INDEX = "search-index.js"

#: what Sphinx's own search would ship, its marks on pages, and its key (a single "/", which nobody could switch off)
SPHINX = ("searchtools.js", "language_data.js", "sphinx_highlight.js", "doctools.js")


def entries(address: str, page: Page) -> Iterator[dict[str, str]]:
    """What the index holds of a page: an entry for each section that says something."""
    for section in page.sections:
        place = f"{address}#{section.anchor}" if section.anchor else address
        text, code = section.prose(), "\n".join(section.code)
        if text or code or section.title:
            yield {"at": place, "page": page.title, "title": section.title, "text": text, "code": code}


def script(code: str, found: list[dict[str, str]]) -> str:
    """The index of a language as a script, since a page from disk may load nothing else."""
    spoken = {key: texts[code] for key, texts in words.table().items() if key.startswith("site.search")}
    return f"window.courseSearchIndex = {json.dumps({'words': spoken, 'entries': found}, ensure_ascii=False)};\n"


def replace_sphinx_search(app: Any) -> None:
    """Sphinx shall not index the pages, nor write its search page."""
    app.builder.search = False
    app.add_js_file("course-page.js", loading_method="defer")


def search_page(app: Any) -> Iterator[tuple[str, dict[str, Any], str]]:
    yield "search", {}, "search.html"


def leave_out(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Pages load nothing of Sphinx's search, and know the words of ours."""
    context["script_files"] = [one for one in context["script_files"] if not str(one.filename or "").endswith(SPHINX)]
    table, code = words.table(), language(app)
    context["course_word"] = lambda key: table[key][code]
    context["theme_search_bar_text"] = table["site.search.field"][code]


def setup(app: Any) -> dict[str, bool]:
    app.connect("builder-inited", replace_sphinx_search)
    app.connect("html-collect-pages", search_page)
    app.connect("html-page-context", leave_out, priority=900)
    return PARALLEL
