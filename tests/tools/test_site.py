"""Each language has a book of its own from one configuration."""

import json
import shutil

import nbformat.v4 as nb
import pytest

from tools import notebooks, site


def test_the_chinese_book_is_the_english_one_in_chinese_words():
    config, toc = site.configuration("zh")
    assert config["title"] == "摸得着的卷积神经网络"
    assert config["sphinx"]["config"]["language"] == "zh_CN"
    assert toc["root"] == "chapters/zh/00_welcome"
    assert [part["caption"] for part in toc["parts"]] == ["各章", "附录"]
    english, english_toc = site.configuration("en")
    assert english["repository"] == config["repository"]
    assert english_toc["root"] == "chapters/en/00_welcome"


def test_only_languages_with_a_welcome_page_are_built(tmp_path):
    for name in ("en/00_welcome.ipynb", "zh/01_conv2d.ipynb", "fr/00_welcome.md"):
        (tmp_path / "chapters" / name).parent.mkdir(parents=True)
        (tmp_path / "chapters" / name).touch()
    assert site.languages(tmp_path) == ["en"]
    (tmp_path / "chapters/zh/00_welcome.md").touch()
    assert site.languages(tmp_path) == ["en", "zh"]
    assert "en" in site.languages()


def test_an_earlier_build_is_used_again_only_if_it_succeeded_with_the_same_plan(tmp_path, monkeypatch):
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(site.ROOT / name, tmp_path)
    left, found = tmp_path / "built" / "en" / "_build" / "html" / "page.html", []

    def run(root, folder, config, toc):
        found.append(left.exists())
        left.parent.mkdir(parents=True, exist_ok=True)
        left.touch()
        if "broken" in (root / "_toc.yml").read_text(encoding="utf-8"):
            raise RuntimeError

    def build(toc):
        (tmp_path / "_toc.yml").write_text(toc, encoding="utf-8")
        return site.build("en", tmp_path, tmp_path / "built")

    monkeypatch.setattr(site, "_run", run)
    toc = (tmp_path / "_toc.yml").read_text(encoding="utf-8")
    for contents in (toc, toc, toc.replace("01_conv2d", "x")):
        assert build(contents) == left.parent
    for _ in range(2):  # Sphinx alone would pass the second time: the page with the fault is written
        with pytest.raises(RuntimeError):
            build(toc.replace("01_conv2d", "broken"))
    monkeypatch.setattr(site, "_extensions", lambda: "changed")
    build(toc)
    build(toc)
    monkeypatch.undo()
    monkeypatch.setattr(site, "_run", run)
    build(toc)
    assert found == [False, True, False, False, False, False, True, False]


def test_the_notebooks_that_pages_offer_hold_no_hidden_check_also_when_a_page_is_not_built_again(tmp_path, monkeypatch):
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(site.ROOT / name, tmp_path)
    cells = [nb.new_markdown_cell("Text", id="text")]
    for part in ("starter", "test", "solution"):
        cells.append(nb.new_code_cell(f"{part} = 1", id=f"one-{part}", metadata={"tags": [part]}))
    hidden = nb.new_code_cell("assert secret", id="one-hidden", metadata={"tags": ["test", "hidden"]})
    chapter = tmp_path / "01_conv2d.ipynb"
    notebooks.store(nb.new_notebook(cells=[*cells, hidden]), chapter)
    before = chapter.read_bytes()
    pages = tmp_path / "built" / "en" / "_build" / "html"
    offered, page = pages / "_sources/chapters/en/01_conv2d.ipynb", pages / "chapters/en/01_conv2d.html"

    def run(root, folder, config, toc):
        if not page.exists():  # as Sphinx does: a page that is fresh is not written again, nor its source copied
            page.parent.mkdir(parents=True)
            page.write_text("as built", encoding="utf-8")
            offered.parent.mkdir(parents=True)
            shutil.copy(chapter, offered)
            (offered.parent / "glossary.md").write_text("hidden", encoding="utf-8")

    monkeypatch.setattr(site, "_run", run)
    for _ in range(2):
        site.build("en", tmp_path, tmp_path / "built")
        told = json.loads(offered.read_text(encoding="utf-8"))
        assert [cell["id"] for cell in told["cells"]] == ["text", "one-starter", "one-test", "one-solution"]
        assert "assert secret" not in offered.read_text(encoding="utf-8")
        assert page.read_text(encoding="utf-8") == "as built"
        assert (offered.parent / "glossary.md").read_text(encoding="utf-8") == "hidden"
        assert chapter.read_bytes() == before
