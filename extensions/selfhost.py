"""The site serves all that its pages need: MathJax, icons; what would ask another host is taken out."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from extensions import PARALLEL, search

HERE = Path(__file__).parent


def serve_own(app: Any) -> None:
    """Offer our assets and MathJax under `_static/`."""
    app.config.html_static_path += [str(HERE / "vendor"), str(HERE / "assets")]
    app.add_css_file("course.css")


#: extensions of jupyter-book that every page would load and none of ours needs
UNWANTED = ("sphinx_thebe", "sphinx_togglebutton", "sphinx_design")


def drop_unwanted(app: Any, config: Any) -> None:
    """Keep away scripts and styles that no page uses.

    sphinx-thebe puts another host's address and a script that throws on every page, even when it is off.
    """
    for event, listeners in app.events.listeners.items():
        app.events.listeners[event] = [one for one in listeners if not one.handler.__module__.startswith(UNWANTED)]
    config.html_context["default_mode"] = "auto"  # or the theme's script complains on every page


def drop_unwanted_files(app: Any, config: Any) -> None:
    """What those extensions asked for before their listeners were dropped."""
    marks = ("thebe", "toggle")
    for files in (app.registry.css_files, app.registry.js_files):
        files[:] = [one for one in files if not any(mark in f"{one[0]} {one[1].get('body')}".lower() for mark in marks)]


def tidy(app: Any, exception: Exception | None) -> None:
    """Take out what the themes ship and no page uses: 4 MB of FontAwesome (see course.css), a search."""
    if exception is None:
        static = Path(app.outdir) / "_static"
        shutil.rmtree(static / "vendor" / "fontawesome", ignore_errors=True)
        for template in static.glob("*.html"):
            template.unlink()
        for name in search.SPHINX:
            (static / name).unlink(missing_ok=True)


def setup(app: Any) -> dict[str, bool]:
    app.connect("config-inited", drop_unwanted, priority=1)
    app.connect("config-inited", drop_unwanted_files, priority=900)
    app.connect("builder-inited", serve_own)
    app.connect("build-finished", tidy)
    return PARALLEL
