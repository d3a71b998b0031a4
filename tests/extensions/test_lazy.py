"""Large pictures are files that wait until they are near; small ones stay in the page."""

import base64

from extensions.lazy import LARGE, filed


def picture(letters):
    return f'<img alt="a" src="data:image/png;base64,{letters}">'


def test_a_large_picture_becomes_a_file_and_a_small_one_stays(tmp_path):
    content = bytes(range(256)) * (LARGE // 256)
    large, small = picture(base64.b64encode(content).decode()), picture(base64.b64encode(b"tiny").decode())
    made = filed(small + large + large, tmp_path / "pictures", "../_static/pictures")
    (path,) = (tmp_path / "pictures").iterdir()
    assert path.read_bytes() == content
    lazy = f'<img alt="a" src="../_static/pictures/{path.name}" loading="lazy">'
    assert made == small + lazy + lazy
