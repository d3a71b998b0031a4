"""What all tests share: the repository, and the site built from it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from helpers import words
from tools import site as site_tool

ROOT = Path(__file__).parent.parent

settings.register_profile("course", deadline=None)  # nothing is judged by time
settings.load_profile("course")


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
