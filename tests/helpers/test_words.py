"""The table of words is whole in every language."""

import pytest

from helpers import words


@pytest.mark.parametrize("key", sorted(words.table()))
def test_every_key_speaks_every_language_with_the_same_placeholders(key):
    texts = words.table()[key]
    assert set(texts) == set(words.LANGUAGES)
    assert all(texts.values())
    assert words.placeholders(texts["en"]) == words.placeholders(texts["zh"])


def test_a_language_is_spoken_after_it_was_chosen():
    words.use_language("zh")
    assert words.say("ui.kernel") == "卷积核"


def test_another_language_is_refused_and_the_present_one_stays():
    with pytest.raises(ValueError, match="speaks en and zh; 'fr'"):
        words.use_language("fr")
    assert words.language() == "en"


def test_a_missing_key_or_value_is_an_error():
    with pytest.raises(KeyError):
        words.say("ui.no_such_word")
    with pytest.raises(KeyError):
        words.say("shapes.at_least", name="stride")
