"""What all tests share: the repository, and the site built from it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from helpers import words
from tools import site as site_tool

pytest_plugins = ["tests.browsing"]

ROOT = Path(__file__).parent.parent

settings.register_profile("course", deadline=None)  # nothing is judged by time
settings.load_profile("course")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever lies in a folder of browser tests drives the browser."""
    folders = [Path(__file__).parent / name for name in ("browser", "explorers")]
    for item in items:
        if any(folder in item.path.parents for folder in folders):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built site, as `make book` builds it."""
    pages = {lang: site_tool.build(lang) for lang in site_tool.languages()}
    site_tool.join(pages)
    return site_tool.SITE


@pytest.fixture(autouse=True)
def english():
    """Every test starts and ends in English."""
    words.use_language("en")
    yield
    words.use_language("en")
