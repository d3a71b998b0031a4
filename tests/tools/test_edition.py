"""A fork picks chapters and addresses in a file of its own; a site for students gives nothing away."""

import ast
import html
import re
import shutil
import subprocess
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
import yaml

from extensions.repository import set_address
from tests.conftest import ROOT
from tools import assignment, edition, notebooks, site, states
from tools.edition import Edition

OLD = "https://github.com/convnets-you-can-touch/course"
TITLE = notebooks.read(assignment.chapter_path("02")).cells[0].source
STUDENT = Edition(chapters=("02_padding_stride", "04_pooling"), student=True)


def test_picked_chapters_are_written_by_their_names_and_read_again(tmp_path, capsys):
    assert edition.read(tmp_path) == Edition()
    assert edition.main(["--chapters", "4", "02"], tmp_path) == 0
    assert edition.main(["--address", "https://gitlab.com/me/course.git", "--launch", "no"], tmp_path) == 0
    told = Edition(("02_padding_stride", "04_pooling"), "https://gitlab.com/me/course", launch=False)
    assert edition.read(tmp_path) == told
    assert "04_pooling" in capsys.readouterr().out
    assert edition.main(["--chapters", "all", "--launch", "yes"], tmp_path) == 0
    assert edition.read(tmp_path) == Edition(address="https://gitlab.com/me/course")


def test_buttons_and_reports_lead_to_the_editions_address_wherever_a_clone_came_from(monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "upstream/course")
    for own, address in (({"address": "https://gitlab.com/me/course"}, "https://gitlab.com/me/course"),
                         ({}, "https://github.com/upstream/course")):  # fmt: skip
        config = SimpleNamespace(course_edition=own, html_theme_options={})
        set_address(None, config)
        assert config.html_theme_options["repository_url"] == address


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--chapters", "77"], "no chapter '77'; there are 01_conv2d"),
        (["--address", "me/course"], "an address looks like https://gitlab.com/me/course"),
        (["--launch", "perhaps"], "a switch is yes or no"),
    ],
)
def test_what_no_edition_has_is_refused_and_nothing_is_written(tmp_path, capsys, given, told):
    assert edition.main(given, tmp_path) == 2
    assert told in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_line_that_the_file_may_not_have_is_named(tmp_path):
    (tmp_path / edition.FILE).write_text("chapter: [2]\n", encoding="utf-8")
    with pytest.raises(ValueError, match="says chapter; it may say chapters, address"):
        edition.read(tmp_path)


def test_the_contents_keep_the_welcome_page_the_picked_chapters_and_the_appendices():
    _, toc = site.configuration("en", plan=STUDENT)
    assert toc["root"] == "chapters/en/00_welcome"
    names = [one["file"].rsplit("/", 1)[-1] for part in toc["parts"] for one in part["chapters"]]
    assert names == ["02_padding_stride", "04_pooling", "glossary", "bibliography", "accessibility", "privacy"]


@pytest.mark.parametrize(
    ("plan", "there", "gone"),
    [
        (
            Edition(address="https://github.com/me/mine"),
            ["github/me/mine/blob/main/chapters/en/02_padding_stride.ipynb)", "v2/gh/me/mine/main?"],
            [OLD],
        ),
        (
            Edition(address="https://gitlab.com/me/mine"),
            ["v2/gl/me%2Fmine/main?", "https://gitlab.com/me/mine/-/raw/main/chapters/en/02_padding_stride.ipynb"],
            ["colab"],
        ),
        (Edition(launch=False), [f"[Download the notebook]({OLD}/raw"], ["colab", "binder"]),
        (
            Edition(student=True),
            ['<a href="../../notebooks/02_padding_stride.ipynb" download>Download the notebook</a>'],
            ["colab", "binder", OLD],
        ),
        (
            Edition(student=True, handouts="https://github.com/me/handouts"),
            ["github/me/handouts/blob/main/02_padding_stride.ipynb)", '"../../notebooks/02_padding_stride.ipynb"'],
            ["chapters/en/02", OLD],
        ),
    ],
)
def test_a_chapters_links_lead_to_where_the_edition_has_its_notebook(plan, there, gone):
    text = edition.links("02_padding_stride", TITLE, plan)
    assert [one for one in there if one not in text] == []
    assert [one for one in gone if one in text] == []
    assert "*Time*" in text


def test_links_to_pages_left_out_are_plain_text_and_all_others_stay():
    text = "[chapter 1](01_conv2d.ipynb#a), [2](02_padding_stride.ipynb), [us](instructors.md), [x](https://x.org/a.md)"
    left = "chapter 1, [2](02_padding_stride.ipynb), us, [x](https://x.org/a.md)"
    assert edition.unlinked(text, STUDENT) == left


def git(folder, *command):
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", str(folder), *who, *command], check=True, capture_output=True)


def test_a_fork_pulls_from_upstream_without_a_conflict_and_keeps_what_it_changed(tmp_path):
    upstream, fork = tmp_path / "upstream", tmp_path / "fork"
    upstream.mkdir()
    for name in ("_toc.yml", "_config.yml", ".gitignore"):
        shutil.copy(ROOT / name, upstream)
    git(upstream, "init", "-q", "-b", "main")
    git(upstream, "add", "-A")
    git(upstream, "commit", "-qm", "one")
    git(tmp_path, "clone", "-q", str(upstream), str(fork))
    assert edition.main(["--chapters", "2", "4", "--address", "https://gitlab.com/me/course"], fork) == 0
    (fork / "private").mkdir()
    (fork / "private" / "secret").write_text("s3cret", encoding="utf-8")
    git(fork, "add", "-A")
    git(fork, "commit", "-qm", "mine")
    toc = (upstream / "_toc.yml").read_text(encoding="utf-8")
    longer = toc.replace(
        "- file: chapters/en/01_conv2d", "- file: chapters/en/99_new\n      - file: chapters/en/01_conv2d"
    )
    (upstream / "_toc.yml").write_text(longer, encoding="utf-8")
    config = (upstream / "_config.yml").read_text(encoding="utf-8")
    (upstream / "_config.yml").write_text(config.replace("2026", "2027"), encoding="utf-8")
    git(upstream, "commit", "-qam", "two")
    git(fork, "pull", "-q", "--no-rebase", "origin", "main")
    told, toc = site.configuration("en", fork)
    assert told["copyright"] == "2027"
    assert told["repository"]["url"] == "https://gitlab.com/me/course"
    assert [one["file"][-10:] for one in toc["parts"][0]["chapters"]] == ["ing_stride", "04_pooling"]
    kept = subprocess.run(["git", "-C", str(fork), "ls-files"], capture_output=True, encoding="utf-8").stdout.split()
    assert edition.FILE in kept
    assert not [name for name in kept if name.startswith("private")]
    assert (fork / "private" / "secret").read_text(encoding="utf-8") == "s3cret"


#: what looks into the folder `private` unless it is told of another, and where it is told so
LOOKS = {
    "grade_all": 6,
    "Course": 1,
    "private.read": 1,
    "assignment.write": 4,
    "assignment.write_source": 3,
    "assignment.main": 1,
}


def looking(path):
    """The calls of a test file that look into the folder `private` of the fork that the tests run in."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        at = LOOKS.get(ast.unparse(call.func)) if isinstance(call, ast.Call) else None
        if at is not None and len(call.args) <= at and not any(one.arg == "own" for one in call.keywords):
            yield f"{path.name}:{call.lineno}"


def test_no_test_depends_on_what_a_teacher_keeps_in_the_fork(tmp_path):
    assert [line for path in sorted((ROOT / "tests").rglob("*.py")) for line in looking(path)] == []
    (tmp_path / "a.py").write_text("grade_all('02', a, b, limits, jobs=1)\nCourse(path, own)\n", encoding="utf-8")
    assert list(looking(tmp_path / "a.py")) == ["a.py:1"]


# --- a site for students, of two chapters, built by the command that builds the course


class Links(HTMLParser):
    """The links and ids of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids.add(given.get("id"))
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    return site.build("en", ROOT, tmp_path_factory.mktemp("students"), STUDENT)


@pytest.mark.slow
@pytest.mark.slow
def test_a_students_site_has_its_pages_and_notebooks_and_no_sources(pages):
    names = {path.stem for path in (pages / "chapters" / "en").glob("*.html")}
    assert {"00_welcome", "02_padding_stride", "04_pooling", "glossary"} <= names
    assert not {"01_conv2d", "03_channels", "instructors"} & names
    assert sorted(path.name for path in (pages / "notebooks").iterdir()) == [
        "02_padding_stride.ipynb",
        "04_pooling.ipynb",
    ]
    assert not list(pages.rglob("_sources"))


@pytest.mark.slow
def test_every_link_of_a_students_site_is_there_and_none_leads_to_a_solution(pages):
    told = {path: Links(path.read_text(encoding="utf-8")) for path in pages.rglob("*.html")}
    for path, page in told.items():
        for link in page.links:
            assert OLD not in link, (path.name, link)
            place, _, anchor = link.partition("#")
            if re.match(r"[a-z]+:", link) or not place:
                continue
            there = (path.parent / place.partition("?")[0]).resolve()
            assert there.is_file(), (path.name, link)
            if anchor and there in told:
                assert anchor in told[there].ids, (path.name, link)
    assert "../../notebooks/02_padding_stride.ipynb" in told[pages / "chapters/en/02_padding_stride.html"].links


@pytest.mark.slow
def test_the_notebooks_of_all_chapters_together_give_nothing_away(tmp_path):
    edition.hand_out(Edition(student=True), "en", ROOT, tmp_path)
    chapters = sorted(assignment.CHAPTERS.glob("[0-9]*.ipynb"))
    assert [path.name for path in sorted(tmp_path.iterdir())] == [path.name for path in chapters[1:]]
    assert edition.leaks(tmp_path, chapters) == []


@pytest.mark.slow
@pytest.mark.slow
def test_a_picked_books_plans_open_states_of_its_chapters_alone(tmp_path):
    folder = site.build("en", ROOT, tmp_path, Edition(chapters=("08_nin",))) / "chapters" / "en"
    text = (folder / "instructors-chapters.html").read_text(encoding="utf-8")
    (words, link) = "A boot and its class map", states.read()["a-boot-and-its-map"]["link"]
    assert f'<a class="course-state" href="08_nin.html{html.escape(link)}">{words}</a>' in text
    assert set(re.findall(r'href="(\w+)\.html#[\w-]+\?', text)) == {"08_nin"}
    assert re.findall(r'<section id="(chapter-[\w-]+)">', text) == ["chapter-8"]
    assert '<a class="reference internal" href="08_nin.html"' in text
    assert "(state:" not in text
    weeks = (folder / "instructors-lessons.html").read_text(encoding="utf-8")
    assert "five networks that do not agree" in weeks
    assert "(state:" not in weeks


@pytest.mark.slow
@pytest.mark.everywhere
def test_a_students_site_of_all_chapters_is_built(tmp_path):
    built = site.build("en", ROOT, tmp_path, Edition(student=True))
    assert len(list((built / "notebooks").iterdir())) == len(list(assignment.CHAPTERS.glob("[0-9]*.ipynb"))) - 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "place", ["chapters/en/02_padding_stride.html", "_static/search-index.js", "notebooks/x.ipynb"]
)
def test_a_solution_in_a_students_site_is_found_wherever_it_is(pages, tmp_path, place):
    chapter = assignment.chapter_path("02")
    line = max(assignment.secret_lines(notebooks.read(chapter)), key=len)
    assert edition.leaks(pages, [chapter]) == []
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).write_text(f"<pre><span>{line[:7]}</span>{line[7:]}</pre>", encoding="utf-8")
    assert edition.leaks(tmp_path, [chapter]) == [f"{place} holds {line!r}"]


def test_what_the_site_is_built_from_is_part_of_its_plan():
    plain, _ = site.configuration("en", plan=Edition())
    assert plain == yaml.safe_load(yaml.safe_dump(plain))
    assert "course_edition" not in plain["sphinx"]["config"]
    told, _ = site.configuration("en", plan=STUDENT)
    assert told["sphinx"]["config"]["course_edition"]["student"] is True
    assert told["launch_buttons"] == {}
