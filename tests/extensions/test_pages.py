"""What the extensions do to a page, tried on pieces of one."""

from __future__ import annotations

import base64
import re
from itertools import count
from types import SimpleNamespace
from urllib.parse import parse_qs, quote, urlsplit

import nbformat.v4 as nb
import pytest
from docutils import nodes
from docutils.utils import new_document

from extensions import audit, exercises, figures, glossary, ids, report
from extensions.pages import Page, readable
from helpers import plot

DRAWING = (
    '<svg width="9" xmlns="http://www.w3.org/2000/svg"><style data-standalone>svg{color:#111;background:#fff}</style>'
    '<path id="m1"/><use xlink:href="#m1"/><use href="#other" clip-path="url(#m1)"/>'
    '<text fill="currentColor">α</text></svg>'
)


def figure(svg, alt="A > B & “C”", encode=quote, head="data:image/svg+xml"):
    alt = alt.replace("&", "&amp;").replace(">", "&gt;")
    return f'<figure data-course-figure style="margin: 1em"><img alt="{alt}" src="{head},{encode(svg)}"></figure>'


def in_base64(svg):
    return base64.b64encode(svg.encode()).decode()


# --- drawings


@pytest.mark.parametrize(
    "stored",
    [
        figure(DRAWING),
        figure('<?xml version="1.0"?>\n' + DRAWING, head="data:image/svg+xml;charset=utf-8"),
        figure(DRAWING, encode=in_base64, head="data:image/svg+xml;base64"),
    ],
)
def test_a_stored_image_becomes_the_drawing_without_its_own_background(stored):
    text = figures.inline(stored)
    assert "<img" not in text
    assert "data-standalone" not in text
    assert "#111" not in text
    assert '<svg role="img" aria-label="A &gt; B &amp; “C”" style="max-width: 100%; height: auto;" width="9"' in text
    assert 'fill="currentColor">α</text></svg></figure>' in text
    assert text.startswith('<figure data-course-figure style="margin: 1em">')


def test_a_drawing_that_stands_in_the_page_already_stays_as_it_is():
    style = "<style data-standalone>svg{color:#111;background:#fff}</style>"
    held = plot.Picture(DRAWING.replace(style, ""), "Alt", b"")
    inline = f'<figure style="m">{held.svg}</figure>'
    assert figures.inline(inline) == inline


def test_other_images_and_active_drawings_stay_images():
    for stored in (
        '<figure data-course-figure><img alt="" src="data:image/png;base64,AAAA"></figure>',
        '<img alt="" src="data:image/svg+xml,%3Csvg%20%3E%3C/svg%3E">',
        figure('<svg xmlns="x"><script>alert(1)</script></svg>'),
        figure('<svg xmlns="x" onload="alert(1)"></svg>'),
    ):
        assert figures.inline(stored) == stored


@pytest.mark.parametrize(
    "source", ["data:image/svg+xml;base64,%%%", "data:image/svg+xml,nothing", "data:image/svg+xml"]
)
def test_an_image_that_cannot_be_read_is_refused(source):
    with pytest.raises(ValueError, match="an image of SVG"):
        figures.inline(f'<figure data-course-figure><img alt="" src="{source}"></figure>')


def test_drawings_share_no_id_and_refer_to_their_own():
    twice = figures.own_ids(figures.inline(figure(DRAWING) + figure(DRAWING)), count(1))
    assert re.findall(r' id="([^"]+)"', twice) == ["svg1-m1", "svg2-m1"]
    assert re.findall(r'xlink:href="([^"]+)"', twice) == ["#svg1-m1", "#svg2-m1"]
    assert re.findall(r"url\(([^)]+)\)", twice) == ["#svg1-m1", "#svg2-m1"]
    assert twice.count('href="#other"') == 2  # what is not theirs stays
    named = (
        '<p id="own"><svg aria-labelledby="t own"><title id="t">T</title><svg id="inner"/></svg></p><svg id="t"></svg>'
    )
    assert figures.own_ids(named, count(1)) == (
        '<p id="own"><svg aria-labelledby="svg1-t own"><title id="svg1-t">T</title><svg id="svg1-inner"/></svg></p>'
        '<svg id="svg2-t"></svg>'
    )


# --- ids


def document(*children):
    made = new_document("page.ipynb")
    made += children
    return made


def section(made, name, *children):
    node = nodes.section("", nodes.title("", name), *children, ids=[name], names=[name])
    made.ids[name], made.nameids[name] = node, name
    return node


def test_a_heading_gives_way_to_a_widget_and_links_to_it_follow():
    made = document()
    link = nodes.reference("", "see", refid="lenet", internal=True)
    widget = nodes.raw("", '<div data-cnn-widget="LeNet" id="lenet" data-id="count"></div>', format="html")
    made += section(made, "lenet", nodes.paragraph("", "", link), widget, section(made, "count"))
    made += section(made, "main-content")
    assert ids.rename_headings(made) == {"lenet": "lenet-section", "main-content": "main-content-section"}
    assert [one["ids"] for one in made.findall(nodes.section)] == [
        ["lenet-section"],
        ["count"],
        ["main-content-section"],
    ]
    assert link["refid"] == made.nameids["lenet"] == "lenet-section"
    assert 'id="lenet"' in widget.astext()


def test_a_heading_finds_a_free_id():
    made = document()
    made += section(
        made, "a", section(made, "a-section"), nodes.raw("", "<p id='a'></p><p id=\"a-section1\">", format="html")
    )
    assert ids.rename_headings(made) == {"a": "a-section2"}


def test_ids_within_drawings_take_no_headings_id():
    assert not list(ids.given_ids(document(nodes.raw("", '<svg><path id="x"/></svg>', format="html"))))


def test_the_build_names_both_places_of_an_id_that_stands_twice():
    page = Page(
        '<article><section id="s"><h2>First</h2><div id="x" data-cnn-widget="Quiz"></div></section>'
        '<section id="t"><h2>Second</h2><p id="x" class="c">Text</p><p id="y"></p></section></article>'
    )
    assert list(audit.twice(page)) == [
        'the id "x" stands 2 times: <div data-cnn-widget="Quiz"> under “First”; <p class="c"> under “Second”'
    ]


def test_each_term_of_the_glossary_has_an_address():
    made = document()
    bold = [
        nodes.paragraph("", "", nodes.Text(""), nodes.strong("", one))
        for one in ("Average pooling.", "池化。", "Same", "Same")
    ]
    made += [nodes.paragraph("", "Words."), *bold]
    glossary.name_terms(made)
    assert [one["ids"] for one in made] == [[], ["term-average-pooling"], ["term-2"], ["term-same"], ["term-same-4"]]


# --- exercises


def exercise():
    cell, prose = nb.new_code_cell, nb.new_markdown_cell
    return nb.new_notebook(
        cells=[
            cell("answer = ...", id="a-starter", metadata={"tags": ["starter"]}),
            cell("answer_solution = 42", id="a-solution", metadata={"tags": ["solution"]}),
            cell("test_all(answer_solution)", id="a-hidden", metadata={"tags": ["test", "hidden"]}),
            cell(
                "x_solution = 1",
                id="b-solution",
                metadata={"tags": ["solution"], "mystnb": {"code_prompt_show": "Mine"}},
            ),
            prose("Because **so**.", id="c-solution", metadata={"tags": ["solution"]}),
            prose(
                "<details><summary>Mine</summary>\n\nSo.\n\n</details>",
                id="d-solution",
                metadata={"tags": ["solution"]},
            ),
        ]
    )


def test_hiding_follows_from_the_tags_alone():
    notebook = exercise()
    assert exercises.hide(notebook, "Show it", "Hide it") == []
    starter, solution, hidden, mine, words, folded = notebook.cells
    assert starter.metadata == {"tags": ["starter"]}
    assert solution.metadata["tags"] == ["solution", "hide-cell"]
    assert solution.metadata["mystnb"] == {"code_prompt_show": "Show it", "code_prompt_hide": "Hide it"}
    assert "remove-cell" in hidden.metadata["tags"]
    assert mine.metadata["mystnb"] == {"code_prompt_show": "Mine", "code_prompt_hide": "Hide it"}
    assert words.source == "<details><summary>Show it</summary>\n\nBecause **so**.\n\n</details>"
    assert folded.source.startswith("<details><summary>Mine")


def test_what_cannot_be_folded_is_named():
    notebook = exercise()
    notebook.cells[4].source = "## A heading\n\nBecause."
    notebook.cells.append(nb.new_raw_cell("x", id="raw-solution", metadata={"tags": ["solution"]}))
    assert [fault.split(",")[0] for fault in exercises.hide(notebook, "s", "h")] == [
        "cell c-solution is tagged `solution`",
        "cell raw-solution is tagged `solution`",
    ]


@pytest.mark.parametrize(
    ("page", "indexed", "told"),
    [
        ("<details><pre>answer_solution = 42</pre></details>", "", []),
        ("<pre>answer_solution = 42</pre>", "", ["cell a-solution, a solution, stands openly"]),
        ("<details open><pre>answer_solution = 42</pre></details>", "", ["cell a-solution, a solution, stands openly"]),
        ("<pre>x\n<b>test_all</b>( answer_solution)\ny</pre>", "", ["cell a-hidden, a hidden check, stands openly"]),
        (
            "<details><pre>test_all(answer_solution)</pre></details>",
            "",
            ["cell a-hidden, a hidden check, stands openly"],
        ),
        ("", "see answer_solution = 42.", ["cell a-solution, a solution, can be found by the search"]),
    ],
)
def test_a_leak_is_named_with_its_cell(page, indexed, told):
    found = list(audit.leaks(exercise(), Page(page).blocks, [indexed]))
    assert len(found) == len(told)
    assert all(fault.startswith(start) for fault, start in zip(found, told, strict=True))


# --- reports


@pytest.mark.parametrize(
    ("repository", "path", "title", "body"),
    [
        ("https://github.com/me/course", "/me/course/issues/new", "title", "body"),
        ("https://gitlab.example.org/me/course", "/me/course/-/issues/new", "issue[title]", "issue[description]"),
    ],
)
def test_a_report_opens_the_hosts_form_filled_in(repository, path, title, body):
    parts = urlsplit(report.address(repository, "Error in “5 · LeNet” & more", "Page: a\n\nWhat?"))
    assert parts.path == path
    assert parse_qs(parts.query) == {title: ["Error in “5 · LeNet” & more"], body: ["Page: a\n\nWhat?"]}


def test_a_report_to_another_host_leads_to_the_repository():
    assert report.address("https://codeberg.org/me/course", "t", "b") == "https://codeberg.org/me/course"


# --- formulas in the index


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\(3 \times 3\)", "3 × 3"),
        (r"\(o_h \cdot o_w\)", "o_h · o_w"),
        (r"\(\lfloor n/s \rfloor\)", "⌊n/s⌋"),
        (r"\(K_{1,1}\)", "K_1,1"),
        (r"\(61{,}706\)", "61,706"),
        (r"\(\frac{\partial L}{\partial X}\)", "…"),
    ],
)
def test_short_formulas_read_as_one_types_them(latex, text):
    assert readable(latex) == text


def test_the_button_of_the_theme_leads_to_the_same_form():
    button = {"label": "source-issues-button", "url": "old"}
    context = {"header_buttons": [{"buttons": [button]}], "course_report": {"address": "new", "words": "Report"}}
    report.redirect_button(SimpleNamespace(), "p", "t", context, None)
    assert button == {"label": "source-issues-button", "url": "new", "text": "Report", "tooltip": "Report"}
