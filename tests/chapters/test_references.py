"""Chapters, their references and the bibliography name the same sources, and each is cited where it is used."""

from __future__ import annotations

import re

import pytest

from tests.chapters.reading import CHAPTERS, chapter_named

BIBLIOGRAPHY = (CHAPTERS / "bibliography.md").read_text(encoding="utf-8")
NAMES = sorted(path.stem for path in CHAPTERS.glob("*.ipynb"))


def entries(text: str) -> dict[str, str]:
    """The entries of a list of sources by their addresses: authors, title and year."""
    found = re.findall(r"^- (.*?)\. \[[^\]]*\]\((https?://[^)]+(?:\([^)]*\))?)\)", text, re.M)
    return {address: entry for entry, address in found}


def cited(text: str, address: str, entry: str) -> bool:
    """Whether a text links a source, or names its first author's surname with the year."""
    author = re.split(r"[,:]| and others| et al", entry)[0].split()[-1]
    years = re.findall(r"\b(?:19|20)\d\d\b", entry)
    return address in text or any(re.search(rf"\b{author}\b[^.]{{0,80}}\b{year}\b", text) for year in years)


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("00")])
def test_a_chapters_references_stand_in_the_bibliography_and_are_cited(name):
    chapter, known = chapter_named(name), entries(BIBLIOGRAPHY)
    listed = entries(chapter.prose["references"])
    assert len(listed) == len(re.findall(r"^- ", chapter.prose["references"], re.M)) >= 5
    text = "\n".join(source for cell, source in chapter.sources.items() if cell != "references")
    for address, entry in listed.items():
        assert known.get(address) == entry
        assert entry.endswith("*Dive into Deep Learning*") or cited(text, address, entry), entry


def test_every_source_of_the_bibliography_is_used_by_a_chapter():
    prose = "\n".join(text for name in NAMES for text in chapter_named(name).prose.values())
    assert [entry for address, entry in entries(BIBLIOGRAPHY).items() if address not in prose] == []
    assert len(entries(BIBLIOGRAPHY)) == len(re.findall(r"^- ", BIBLIOGRAPHY, re.M))
    assert list(entries(BIBLIOGRAPHY).values()) == re.findall(r"^- (.*?)\. \[", BIBLIOGRAPHY, re.M)


def test_the_welcome_page_links_every_chapter():
    table = next(text for text in chapter_named("00_welcome").prose.values() if "| number |" in text)
    numbered = [name for name in NAMES if not name.startswith("00")]
    assert re.findall(r"^\| \d* ?\| \[[^\]]+\]\((\w+)\.ipynb\)", table, re.M) == numbered
