"""Large pictures of a notebook become files, which a page loads when they come near: many of them are in folds.

Each keeps the room that it will need, so that nothing on the page moves when it comes.
"""

from __future__ import annotations

import base64
import hashlib
import re
import struct
from pathlib import Path
from typing import Any

from extensions import PARALLEL

#: letters of base64 from which on a picture is worth a file
LARGE = 1200

_PICTURE = re.compile(rf'src="data:image/png;base64,([A-Za-z0-9+/=\s]{{{LARGE},}})"([^>]*)')


def filed(html: str, folder: Path, address: str) -> str:
    """The page with its large pictures written into a folder, which the page finds under an address."""

    def file(found: re.Match[str]) -> str:
        content = base64.b64decode(found[1])
        width, height = struct.unpack("!II", content[16:24])  # a PNG's first chunk says them
        name = f"{hashlib.sha256(content).hexdigest()[:16]}.png"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        room = found[2].replace('style="', f'style="aspect-ratio: {width} / {height}; ')
        return f'src="{address}/{name}" loading="lazy"{room}'

    return _PICTURE.sub(file, html)


def on_page(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    if body := context.get("body"):
        above = "../" * pagename.count("/")
        context["body"] = filed(body, Path(app.outdir) / "_static" / "pictures", f"{above}_static/pictures")


def tidy(app: Any, exception: Exception | None) -> None:
    """Take away the pictures that no page shows any more."""
    if exception is None:
        out = Path(app.outdir)
        pages = "".join(page.read_text(encoding="utf-8") for page in out.rglob("*.html"))
        for picture in (out / "_static" / "pictures").glob("*.png"):
            if picture.name not in pages:
                picture.unlink()


def setup(app: Any) -> dict[str, bool]:
    app.connect("html-page-context", on_page)
    app.connect("build-finished", tidy)
    return PARALLEL
