"""Each language has a book of its own from one configuration."""

from tools import site


def test_the_chinese_book_is_the_english_one_in_chinese_words():
    config, toc = site.configuration("zh")
    assert config["title"] == "摸得着的卷积神经网络"
    assert config["sphinx"]["config"]["language"] == "zh_CN"
    assert toc["root"] == "chapters/zh/00_welcome"
    assert [part["caption"] for part in toc["parts"]] == ["各章", "附录"]
    english, english_toc = site.configuration("en")
    assert english["repository"] == config["repository"]
    assert english_toc["root"] == "chapters/en/00_welcome"


def test_only_languages_with_a_welcome_page_are_built():
    assert "en" in site.languages()
    assert all((site.ROOT / "chapters" / lang).is_dir() for lang in site.languages())
