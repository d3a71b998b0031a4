"""Chinese terms of any length are found: index and query are cut the same way."""

import re

import pytest

from extensions.search import SearchChinese


@pytest.fixture
def search():
    return SearchChinese({})


def query(text):
    """What the page's splitQuery does, in Python."""
    terms = []
    for run in re.findall(r"[\u3400-\u9fff]+|[A-Za-z0-9_]+", text):
        terms += (
            [run]
            if not "\u3400" <= run[0] <= "\u9fff" or len(run) == 1
            else [run[i : i + 2] for i in range(len(run) - 1)]
        )
    return terms


@pytest.mark.parametrize("text", ["卷积", "神经", "卷积神经网络", "局部特征", "核", "stride", "步幅stride"])
def test_every_term_of_a_query_is_in_the_index(search, text):
    index = set(search.split("卷积神经网络用卷积核提取局部特征，步幅 stride 为 2。")) | {"步幅"}
    assert query(text)
    assert set(query(text)) <= index


def test_chinese_words_are_neither_filtered_nor_stemmed(search):
    assert search.word_filter("的")
    assert search.stem("卷积") == "卷积"
    assert search.stem("strides") == search.stem("stride")
