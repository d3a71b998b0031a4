"""Large pictures of a notebook become files, which a page loads when they come near: many of them are in folds."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

from extensions import PARALLEL

#: letters of base64 from which on a picture is worth a file
LARGE = 1200

_PICTURE = re.compile(rf'src="data:image/png;base64,([A-Za-z0-9+/=\s]{{{LARGE},}})"')


def filed(html: str, folder: Path, address: str) -> str:
    """The page with its large pictures written into a folder, which the page finds under an address."""

    def file(found: re.Match[str]) -> str:
        content = base64.b64decode(found[1])
        name = f"{hashlib.sha256(content).hexdigest()[:16]}.png"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        return f'src="{address}/{name}" loading="lazy"'

    return _PICTURE.sub(file, html)


def on_page(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    if body := context.get("body"):
        above = "../" * pagename.count("/")
        context["body"] = filed(body, Path(app.outdir) / "_static" / "pictures", f"{above}_static/pictures")


def setup(app: Any) -> dict[str, bool]:
    app.connect("html-page-context", on_page)
    return PARALLEL
