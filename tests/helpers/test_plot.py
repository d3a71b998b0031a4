"""Pictures are the same at every run, fit light and dark, and tell what they show."""

import re
import runpy
import shutil

import pytest

from helpers import plot, words
from tests.conftest import ROOT

FIGURES = sorted(path.stem for path in (ROOT / "figures").glob("*.py"))


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_what_its_script_draws(name, tmp_path):
    shutil.copy(ROOT / "figures" / f"{name}.py", tmp_path)
    runpy.run_path(str(tmp_path / f"{name}.py"))
    assert (tmp_path / f"{name}.svg").read_text() == (ROOT / "figures" / f"{name}.svg").read_text()


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_says_what_it_shows_in_every_language(name):
    for language in words.LANGUAGES:
        words.use_language(language)
        html = plot.figure(name)._repr_html_()
        assert f'aria-label="{words.say(f"figure.{name}")}"' in html


def test_an_unknown_figure_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="there are: cross_correlation"):
        plot.figure("nothing")


def test_pictures_have_no_chance_and_no_ink_of_their_own():
    draw = lambda: plot.curves({"a": [1, 2, 3]}, x="step", y="loss").svg  # noqa: E731
    assert draw() == draw()
    assert "currentColor" in draw()
    assert plot.INK not in draw()
    assert not re.search(r"(fill|stroke): #000000", draw())
    assert ">loss" in draw()  # text is text


def test_ids_differ_between_pictures():
    ids = lambda svg: set(re.findall(r' id="([^"]+)"', svg))  # noqa: E731
    first, second = plot.curves({"a": [1, 2]}, x="x", y="y").svg, plot.curves({"b": [1, 2]}, x="x", y="y").svg
    assert ids(first)
    assert not ids(first) & ids(second)
