"""Pictures are the same at every run, fit light and dark, and tell what they show."""

import re
import runpy
import shutil

import pytest
import torch

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


def test_pictures_have_a_title_each_and_show_their_pixels():
    import base64
    import io
    import re

    import numpy as np
    from matplotlib.image import imread

    shown = plot.pictures(torch.tensor([[0.0, 1.0], [0.5, 2.0]]), titles=["four pixels"])._repr_html_()
    assert 'alt="four pixels"' in shown
    pixels = imread(io.BytesIO(base64.b64decode(re.search(r"base64,([^\"]+)", shown)[1])))
    np.testing.assert_allclose(pixels, [[0, 1], [128 / 255, 1]], atol=1e-6)
    with pytest.raises(ValueError, match="1 images have 2 titles"):
        plot.pictures(torch.zeros(2, 2), titles=["one", "two"])
