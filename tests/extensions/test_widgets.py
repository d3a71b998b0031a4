"""The style sheet of the explorers goes out without what is for authors, and says the same."""

import re

from extensions.widgets import light
from helpers.widgets import bundle


def test_comments_and_layout_go_and_what_separates_stays():
    style = '/* Dark */\n.a > b {\n  top: calc(1px + 2px);\n  content: " ✓";\n}\n/* two\nlines */\n.c { left: 0; }'
    assert light(style) == '.a > b{top: calc(1px + 2px);content: " ✓";}.c{left: 0;}'


def test_no_string_of_the_style_sheets_holds_what_is_cut():
    style = re.sub(r"/\*.*?\*/", "", bundle.css(), flags=re.S)
    strings = re.findall(r'"[^"\n]*"', style)
    assert len(strings) > 50
    assert [text for text in strings if re.search(r"[{};]\s|\s[{};]", text)] == []
    assert style.count('"') == 2 * len(strings)  # and none goes over a line's end


def test_only_space_is_cut():
    def letters(text):
        return re.sub(r"\s+", "", re.sub(r"/\*.*?\*/", "", text, flags=re.S))

    assert letters(light(bundle.css())) == letters(bundle.css())
    assert len(light(bundle.css())) < len(bundle.css())
