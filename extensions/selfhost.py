"""The site serves all that its pages need: MathJax, icons; what would ask another host is taken out."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from extensions import PARALLEL

HERE = Path(__file__).parent


def serve_own(app: Any) -> None:
    """Offer our assets and MathJax under `_static/`."""
    app.config.html_static_path += [str(HERE / "vendor"), str(HERE / "assets")]
    app.add_css_file("course.css")


def drop_thebe(app: Any, config: Any) -> None:
    """sphinx-thebe adds an address of another host and a script that throws to every page, even when it is off."""
    for event in ("builder-inited", "config-inited", "env-before-read-docs", "doctree-resolved", "html-page-context"):
        listeners = app.events.listeners.get(event, [])
        app.events.listeners[event] = [one for one in listeners if not one.handler.__module__.startswith("sphinx_thebe")]


def drop_fontawesome(app: Any, exception: Exception | None) -> None:
    """The theme ships 4 MB of FontAwesome; our templates load none of it (see assets/course.css)."""
    if exception is None:
        shutil.rmtree(Path(app.outdir) / "_static" / "vendor" / "fontawesome", ignore_errors=True)


def setup(app: Any) -> dict[str, bool]:
    app.connect("config-inited", drop_thebe, priority=1)
    app.connect("builder-inited", serve_own)
    app.connect("build-finished", drop_fontawesome)
    return PARALLEL
