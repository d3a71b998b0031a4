"""Pictures are the same at every run, fit light and dark, and tell what they show."""

import html
import io
import re
import runpy
import shutil
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from matplotlib.image import imread

from helpers import plot, words
from tests.conftest import ROOT

FIGURES = sorted(path.stem for path in (ROOT / "figures").glob("*.py"))


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_what_its_script_draws(name, tmp_path):
    shutil.copy(ROOT / "figures" / f"{name}.py", tmp_path)
    runpy.run_path(str(tmp_path / f"{name}.py"))
    drawn, stored = (folder / f"{name}.svg" for folder in (tmp_path, ROOT / "figures"))
    assert drawn.read_text(encoding="utf-8") == stored.read_text(encoding="utf-8")
    drawn, stored = (pixels((folder / f"{name}.png").read_bytes()) for folder in (tmp_path, ROOT / "figures"))
    np.testing.assert_allclose(drawn.mean(axis=2), stored.mean(axis=2), atol=0.1)  # of 1; processors round edges


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_says_what_it_shows_in_every_language(name):
    for language in words.LANGUAGES:
        words.use_language(language)
        assert f'<img alt="{html.escape(words.say(f"figure.{name}"))}"' in plot.figure(name)._repr_html_()


def pixels(png):
    return np.asarray(imread(io.BytesIO(png)))[..., :3]


def test_a_picture_is_an_image_that_needs_no_page_around_it():
    """An SVG element would be stripped where a notebook is not trusted, and has no colours of its own."""
    picture = plot.curves({"a & <b>": [1, 2]}, x='"x"', y="y")
    shown = picture._repr_html_()
    found = re.fullmatch(
        r'<figure data-course-figure style="[^"]*"><img alt="([^"]*)" src="data:image/svg\+xml;charset=utf-8,([^"]*)"'
        r' style="max-width: 100%; height: auto;"></figure>',
        shown,
    )
    assert html.unescape(found[1]) == picture.alt
    svg = unquote(found[2], errors="strict")
    assert not set('<>"#\n&') & set(found[2])
    root = ElementTree.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root[0].attrib == {"data-standalone": ""}
    assert "color: #1b1f24" in root[0].text
    assert "background: #fff" in root[0].text
    style = re.search(r'<style data-standalone="">.*?</style>', svg)[0]
    assert svg.replace(style, "") == picture.svg


def test_a_picture_is_a_small_png_too_for_what_takes_no_svg():
    picture = plot.curves({"a": [1, 2, 3]}, x="x", y="y")
    shown = pixels(picture._repr_png_())
    assert shown.shape[0] > 400
    assert shown[0, 0].tolist() == [1, 1, 1]
    assert shown.min() < 0.1  # ink
    assert len(picture._repr_png_()) < 20_000
    assert picture._repr_png_() == plot.curves({"a": [1, 2, 3]}, x="x", y="y")._repr_png_()


def test_pictures_are_one_png_too_for_what_takes_no_html():
    tall, wide = torch.zeros(8, 4), torch.ones(3, 4, 8) * torch.tensor([1.0, 0, 0])[:, None, None]
    shown = pixels(plot.pictures(tall, wide, titles=["tall", "wide"], width=100)._repr_png_())
    assert 210 <= shown.shape[1] <= 230
    left, right = shown[:, :110], shown[:, 110:]
    assert (left.max(axis=2) < 0.1).sum() > 80 * 160  # black, twice as high as wide
    assert ((right[..., 0] > 0.9) & (right[..., 1:].max(axis=2) < 0.1)).sum() > 80 * 40  # red


def test_an_unknown_figure_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="there are: alexnet_costs, cross_correlation"):
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
