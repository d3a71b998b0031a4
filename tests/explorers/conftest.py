"""Explorers are tested on pages of their own: a chapter's stored explorers, without its prose and the site's theme."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browsing import bare_html
from tools import notebooks
from tools.browser import served


@pytest.fixture(scope="session")
def site(bare_folder: Path) -> Path:
    """A folder like the built site's, whose chapters hold their explorers alone, and load at once."""
    for path in notebooks.all_notebooks():
        page = bare_folder / "chapters" / path.parent.name / f"{path.stem}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(bare_html(*stored(path), root="../../", lang=path.parent.name), encoding="utf-8")
    return bare_folder


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """That folder over http, on this machine."""
    with served(site) as address:
        yield address


def stored(path: Path) -> list[str]:
    """The explorers of a notebook, as its outputs hold them."""
    cells = [cell for cell in notebooks.read(path).cells if cell.cell_type == "code"]
    texts = [output.get("data", {}).get("text/html", "") for cell in cells for output in cell.outputs]
    return [text for text in texts if "data-cnn-widget=" in text]
