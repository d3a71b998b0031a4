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


def test_a_confusion_matrix_shows_every_count_and_names_the_worst_mistake():
    counts = torch.tensor([[90, 0, 10], [3, 97, 0], [25, 0, 75]])
    shown = plot.confusion(counts, ["shirt", "boot", "coat"])
    assert shown.alt.endswith("The most frequent mistake: coat taken for shirt, 25 times.")
    texts = re.findall(r"<text[^>]*>([^<]+)</text>", shown.svg)
    assert sorted(text for text in texts if text.isdigit()) == sorted(["90", "10", "3", "97", "25", "75"])
    assert texts.count("boot") == 2
    with pytest.raises(ValueError, match="3 rows have 2 names"):
        plot.confusion(counts, ["shirt", "boot"])


def test_a_live_curve_grows_in_its_place_and_keeps_the_recorded_run(monkeypatch):
    """As a notebook shows it: one display, updated after each epoch."""
    import IPython
    from IPython import display

    from helpers.train import History

    shown, updated = [], []

    class Handle:
        def update(self, picture):
            updated.append(picture)

    monkeypatch.setattr(IPython, "get_ipython", object)
    monkeypatch.setattr(display, "display", lambda picture, display_id: shown.append(picture) or Handle())
    live, history = plot.LiveCurves({"recorded": [0.5, 0.6, 0.7]}), History()
    for epoch in (1, 2):
        history.train_accuracy.append(0.4 * epoch)
        history.validation_accuracy.append(0.3 * epoch)
        live(history)
    assert (len(shown), len(updated)) == (1, 1)
    for picture in shown + updated:
        assert picture.alt == "Curves of accuracy over epoch: training, validation, recorded."
    assert shown[0].svg != updated[0].svg


def test_outside_a_notebook_a_live_curve_shows_nothing(capsys):
    from helpers.train import History

    plot.LiveCurves()(History(train_accuracy=[0.5]))
    assert capsys.readouterr().out == ""
