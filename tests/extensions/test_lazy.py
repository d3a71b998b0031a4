"""Large pictures are files that wait until they are near; small ones stay in the page."""

import base64
from types import SimpleNamespace

import torch

from extensions.lazy import LARGE, filed, tidy
from helpers import plot


def picture(content):
    letters = base64.b64encode(content).decode()
    return f'<img alt="a" src="data:image/png;base64,{letters}" style="width: 96px;">'


def test_a_large_picture_becomes_a_file_that_keeps_its_room_and_a_small_one_stays(tmp_path):
    shown = plot.pictures(torch.rand(40, 60), titles=["noise"], width=96)._repr_html_()
    content = base64.b64decode(shown.split("base64,")[1].split('"')[0])
    assert len(content) > LARGE
    made = filed(picture(b"tiny") + picture(content) * 2, tmp_path / "pictures", "../_static/pictures")
    (path,) = (tmp_path / "pictures").iterdir()
    assert path.read_bytes() == content
    room = 'style="aspect-ratio: 60 / 40; width: 96px;"'
    lazy = f'<img alt="a" src="../_static/pictures/{path.name}" loading="lazy" {room}>'
    assert made == picture(b"tiny") + lazy + lazy


def test_a_picture_that_no_page_shows_any_more_is_not_published(tmp_path):
    folder = tmp_path / "_static" / "pictures"
    folder.mkdir(parents=True)
    for name in ("shown.png", "gone.png"):
        (folder / name).write_bytes(b"")
    (tmp_path / "page.html").write_text('<img src="_static/pictures/shown.png">', encoding="utf-8")
    tidy(SimpleNamespace(outdir=tmp_path), None)
    assert [path.name for path in folder.iterdir()] == ["shown.png"]


def test_every_large_picture_of_the_site_is_a_file_with_room(site):
    page = (site / "chapters" / "en" / "06_alexnet.html").read_text(encoding="utf-8")
    lazy = [tag for tag in page.split("<img ")[1:] if "_static/pictures/" in tag]
    assert lazy
    assert all("aspect-ratio: " in tag.partition(">")[0] for tag in lazy)
