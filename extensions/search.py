"""Full-text search for Chinese: pairs of characters, cut the same way in the index and in the query."""

from __future__ import annotations

import re
from typing import Any

from sphinx.search import languages
from sphinx.search.en import SearchEnglish

from extensions import PARALLEL

TOKEN = re.compile(r"[\u3400-\u9fff]+|[A-Za-z0-9_]+")


class SearchChinese(SearchEnglish):
    """Chinese text as its characters and pairs of neighbours, Latin words as in English.

    Sphinx's own Chinese search cuts the index into words and leaves the query whole, so that longer terms find nothing.
    """

    lang = "zh_CN"
    language_name = "Chinese"
    js_splitter_code = r"""
function splitQuery(query) {
  const terms = [];
  for (const run of query.match(/[\u3400-\u9fff]+|[A-Za-z0-9_]+/g) || []) {
    if (!/^[\u3400-\u9fff]/.test(run) || run.length === 1) terms.push(run);
    else for (let i = 0; i + 1 < run.length; i++) terms.push(run.slice(i, i + 2));
  }
  return terms;
}
"""

    def split(self, input: str) -> list[str]:
        terms: list[str] = []
        for run in TOKEN.findall(input):
            terms += [*run, *(run[i : i + 2] for i in range(len(run) - 1))] if _chinese(run) else [run]
        return terms

    def word_filter(self, word: str) -> bool:
        return _chinese(word) or super().word_filter(word)

    def stem(self, word: str) -> str:
        return word if _chinese(word) else super().stem(word)


def _chinese(word: str) -> bool:
    return bool(word) and "\u3400" <= word[0] <= "\u9fff"


def setup(app: Any) -> dict[str, bool]:
    languages["zh"] = languages["zh_CN"] = SearchChinese
    return PARALLEL
