"""Explorers are tested on pages of their own: a chapter's stored explorers, without its prose and the site's theme."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.browsing import bare_html
from tools import notebooks


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, bare_folder: Path) -> Path:
    """A folder like the built site's, whose chapters hold only the explorers that the tests of a file name."""
    folder, named = bare_folder / request.path.stem, request.path.read_text(encoding="utf-8")
    for path in notebooks.all_notebooks():
        page = folder / "chapters" / path.parent.name / f"{path.stem}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        parts = [html for id, html in stored(path).items() if f'"{id}"' in named or f"#{id}" in named]
        page.write_text(bare_html(*parts, root="../../../", lang=path.parent.name), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def address(site: Path, bare_address: str) -> str:
    """That folder over http, on this machine."""
    return f"{bare_address}/{site.name}"


def stored(path: Path) -> dict[str, str]:
    """The explorers of a notebook by their ids, as its outputs hold them."""
    cells = [cell for cell in notebooks.read(path).cells if cell.cell_type == "code"]
    texts = [output.get("data", {}).get("text/html", "") for cell in cells for output in cell.outputs]
    found = [(re.search(r'data-cnn-widget="\w+" id="([^"]+)"', text), text) for text in texts]
    return {match[1]: text for match, text in found if match}
