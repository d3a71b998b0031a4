"""What the page hides of an exercise follows from its cells' tags alone: solutions fold, hidden checks stay away.

An answer that is code cannot be checked in a page: in place of the check's verdict, the page offers the notebook.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

from sphinx.util import logging

from extensions import PARALLEL, say

log = logging.getLogger(__name__)


def hide(notebook: dict[str, Any], show: str, close: str) -> list[str]:
    """Fold the cells tagged `solution` under these two prompts and take out those tagged `hidden`, in place.

    A prompt that the cell's own metadata brings along stays. Returns what cannot be folded, a sentence each.
    """
    faults = []
    for cell in notebook["cells"]:
        tags = cell.get("metadata", {}).get("tags", [])
        if "hidden" in tags:
            cell["metadata"]["tags"] = [*tags, "remove-cell"]
        elif "solution" in tags and cell["cell_type"] == "code":
            cell["metadata"]["tags"] = [*tags, "hide-cell"]
            cell["metadata"]["mystnb"] = {
                "code_prompt_show": show,
                "code_prompt_hide": close,
                **cell["metadata"].get("mystnb", {}),
            }
        elif "solution" in tags and (fault := _fold_prose(cell, show)):
            faults.append(f"cell {cell.get('id', '?')} is tagged `solution`, but {fault}")
    return faults


def _fold_prose(cell: dict[str, Any], show: str) -> str | None:
    """Fold a solution in words; returns why it cannot be."""
    source = "".join(cell["source"]).strip()
    if cell["cell_type"] != "markdown":
        return "only code and Markdown can be folded"
    if re.search(r"^#{1,6} ", source, re.M):
        return "a heading cannot be folded: put it into a cell before"
    if not re.fullmatch(r"<details>.*</details>", source, re.S):
        cell["source"] = f"<details><summary>{show}</summary>\n\n{source}\n\n</details>"
    return None


def offer(notebook: dict[str, Any], told: str) -> None:
    """In place of "not answered yet", say `told` and link the notebook where the answer is written, in place.

    The links are those of the notebook's first cell. A check that the page itself can make stays as it is.
    """
    links = re.findall(r"\[([^\]]+)\]\((https?://[^)\s]+\.ipynb)\)", "".join(notebook["cells"][0]["source"]))
    own = re.findall(r'<a href="([^":]+\.ipynb)" download>([^<]+)</a>', "".join(notebook["cells"][0]["source"]))
    links += [(words, url) for url, words in own]
    for cell in notebook["cells"]:
        tags = cell.get("metadata", {}).get("tags", [])
        if "test" not in tags or "hidden" in tags:
            continue
        for output in cell.get("outputs", []):
            shown = "".join(output.get("data", {}).get("text/html", ""))
            if shown.startswith('<div class="course-check course-check-open">'):
                output["data"]["text/html"] = _offered(told, links, cell["id"].removesuffix("-test"))


def answer_here(notebook: dict[str, Any]) -> None:
    """Where the page has a form for the answer, leave out the cells that only a kernel could run, in place."""
    forms = set()
    for cell in notebook["cells"]:
        shown = ["".join(output.get("data", {}).get("text/html", "")) for output in cell.get("outputs", [])]
        if any('data-cnn-widget="Exercise"' in one for one in shown):
            cell["metadata"]["tags"] = [*cell["metadata"].get("tags", []), "remove-input"]
            forms.add(cell["id"].removesuffix("-test"))
    for cell in notebook["cells"]:
        if cell.get("id", "").removesuffix("-starter") in forms and cell["id"].endswith("-starter"):
            cell["metadata"]["tags"] = [*cell["metadata"].get("tags", []), "remove-cell"]


def _offered(told: str, links: list[tuple[str, str]], exercise: str) -> str:
    """The offer as HTML; Colab opens a notebook at a cell."""
    places = [(words, f"{url}#scrollTo={exercise}-starter" if "colab." in url else url) for words, url in links]
    shown = " · ".join(f'<a href="{html.escape(url)}">{html.escape(words)}</a>' for words, url in places)
    return f'<div class="course-check course-check-open">{html.escape(told)} {shown}</div>'


def on_read(app: Any, docname: str, source: list[str]) -> None:
    if Path(app.env.doc2path(docname)).suffix == ".ipynb":
        notebook = json.loads(source[0])
        for fault in hide(notebook, say(app, "site.solution.show"), say(app, "site.solution.hide")):
            log.warning("%s", fault, location=docname)
        offer(notebook, say(app, "site.exercise.code"))
        answer_here(notebook)
        source[0] = json.dumps(notebook)


def setup(app: Any) -> dict[str, bool]:
    app.connect("source-read", on_read)
    return PARALLEL
