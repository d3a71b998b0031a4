"""A book of three pages, built by the very command that builds the course."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from urllib.parse import parse_qs, quote, urlsplit

import nbformat
import nbformat.v4 as nb
import pytest
import yaml

from extensions.pages import Page
from tests.conftest import ROOT
from tools import fingerprints, notebooks, site

DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9"><style data-standalone>*{color:red}</style><path id="m"/></svg>'
)
FIGURE = f'<figure data-course-figure><img alt="A line" src="data:image/svg+xml,{quote(DRAWING)}"></figure>'
WIDGET = '<div data-cnn-widget="TrainedExplorer" id="lenet"><p>Numbers</p></div>'

WELCOME = [nb.new_markdown_cell("# Welcome\n\nHere it begins: [the glossary](glossary.md).", id="title")]


def shown(source, html, **options):
    output = nb.new_output("execute_result", data={"text/html": html, "text/plain": "x"}, execution_count=1)
    return nb.new_code_cell(source, outputs=[output], execution_count=1, **options)


CHAPTER = [
    nb.new_markdown_cell("# LeNet\n\nA 5×5 kernel.", id="title"),
    shown("widget", WIDGET, id="widget"),
    shown("figure", FIGURE, id="figure-a"),
    shown("figure", FIGURE, id="figure-b"),
    nb.new_markdown_cell("## Exercises\n\n### 1. Count", id="count-task"),
    nb.new_code_cell("answer = ...", id="count-starter", execution_count=1, metadata={"tags": ["starter"]}),
    nb.new_code_cell(
        "count_solution = 61_706", id="count-solution", execution_count=1, metadata={"tags": ["solution"]}
    ),
    nb.new_code_cell("hidden_check(5)", id="count-hidden", execution_count=1, metadata={"tags": ["test", "hidden"]}),
]


def store(root, name, cells):
    notebook = nb.new_notebook(cells=cells, metadata={"kernelspec": notebooks.KERNEL})
    path = root / "chapters" / "en" / name
    nbformat.write(notebook, path)
    fingerprints.record(path, fingerprints.of(path, notebook))


def contents(root, *chapters):
    part = {"caption": "Chapters", "chapters": [{"file": f"chapters/en/{name}"} for name in chapters]}
    toc = {"format": "jb-book", "root": "chapters/en/00_welcome", "parts": [part]}
    (root / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    root = tmp_path_factory.mktemp("book")
    (root / "chapters" / "en").mkdir(parents=True)
    shutil.copy(ROOT / "_config.yml", root)
    store(root, "00_welcome.ipynb", WELCOME)
    store(root, "01_lenet.ipynb", CHAPTER)
    (root / "chapters/en/glossary.md").write_text("# Glossary\n\n**Kernel.** A small matrix.\n", encoding="utf-8")
    contents(root, "01_lenet", "glossary")
    return root


@pytest.fixture(scope="module")
def pages(book):
    return site.build("en", book, book / "_build")


@pytest.fixture(scope="module")
def chapter(pages):
    return (pages / "chapters/en/01_lenet.html").read_text(encoding="utf-8")


def test_no_id_stands_twice_and_the_heading_gave_way(pages, chapter):
    for path in pages.rglob("*.html"):
        names = [name for name, _ in Page(path.read_text(encoding="utf-8")).ids]
        assert len(names) == len(set(names)), path.name
    assert re.search(r'<section [^>]*id="lenet-section">', chapter)
    assert '<a class="headerlink" href="#lenet-section"' in chapter
    assert 'data-cnn-widget="TrainedExplorer" id="lenet"' in chapter


def test_drawings_stand_in_the_page(chapter):
    assert chapter.count('<svg role="img" aria-label="A line"') == 2
    assert re.findall(r'<path id="(svg\d-m)"', chapter) == ["svg1-m", "svg2-m"]
    assert "data-standalone" not in chapter
    assert "data:image/svg+xml,%3Csvg" not in chapter


def test_a_solution_folds_and_a_hidden_check_goes_without_further_metadata(chapter):
    folded = re.search(
        r"<details class=\"admonition hide[^>]*>(?:(?!</details>).)*_solution.*?</details>", chapter, re.S
    )
    assert re.findall(r"<p[^>]*>(.*?)</p>", folded[0])[:2] == ["Show a solution", "Hide the solution"]
    assert chapter.count("count_solution") == folded[0].count("count_solution") == 1
    assert "hidden_check" not in chapter


def test_the_index_has_sections_and_terms_and_no_answer(pages):
    text = (pages / "_static/search-index.js").read_text(encoding="utf-8")
    index = json.loads(text.removeprefix("window.courseSearchIndex = ").rstrip().removesuffix(";"))
    found = {entry["at"].removeprefix("chapters/en/"): entry["title"] for entry in index["entries"]}
    assert found["01_lenet.html"] == "LeNet"
    assert found["01_lenet.html#count"] == "1. Count"
    assert found["glossary.html#term-kernel"] == "Kernel"
    assert "61_706" not in text
    assert "hidden_check" not in text
    assert not list(pages.rglob("searchindex.js"))
    assert not (pages / "_static/searchtools.js").exists()
    made = [page.read_text(encoding="utf-8") for page in pages.rglob("*.html")]
    assert any("course-page.js" in page for page in made)
    assert not any("sphinx_highlight.js" in page for page in made)  # what would mark words, and offer to hide the marks
    assert not any("doctools.js" in page for page in made)  # whose key is a single character (WCAG 2.1.4)


def test_every_page_reports_its_errors(chapter, pages):
    link = re.search(r'<p class="course-report" data-report data-report-body="body".*?href="([^"]*)"', chapter, re.S)
    asked = parse_qs(urlsplit(link[1].replace("&amp;", "&")).query)
    assert asked["title"] == ["Error in “LeNet”"]
    assert asked["body"][0].startswith("Page: chapters/en/01_lenet.ipynb\n")
    assert "data-report" not in (pages / "search.html").read_text(encoding="utf-8")


def test_a_page_that_left_the_contents_is_gone_and_an_id_that_stands_twice_is_refused(book, pages, capsys):
    store(book, "00_welcome.ipynb", [*WELCOME, shown("a", WIDGET, id="one"), shown("b", WIDGET, id="two")])
    contents(book, "glossary")
    with pytest.raises(subprocess.CalledProcessError):
        site.build("en", book, book / "_build")
    assert 'the id "lenet" stands 2 times: <div data-cnn-widget="TrainedExplorer">' in capsys.readouterr().err
    assert (pages / "chapters/en/glossary.html").is_file()
    assert not list(pages.rglob("01_lenet*"))
