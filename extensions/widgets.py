"""Pages with widgets load the scripts and the style sheet that bring them to life: what all share, and their own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from extensions import PARALLEL
from helpers.widgets import bundle

STYLE = "course-widgets.css"


def light(style: str) -> str:
    """A style sheet without comments and layout, which are for authors; its strings hold neither braces nor ";".

    >>> light("/* Dark */\\n.a > b {\\n  top: calc(1px + 2px);\\n}\\n.c { left: 0; }")
    '.a > b{top: calc(1px + 2px);}.c{left: 0;}'
    """
    style = re.sub(r"/\*.*?\*/", " ", style, flags=re.S)
    return re.sub(r"\s*([{};])\s*", r"\1", re.sub(r"\s+", " ", style)).strip()


def write_assets(app: Any, config: Any) -> None:
    """Write scripts and style sheet, and keep Jupyter's own widget scripts (from other hosts) away."""
    folder = Path(app.doctreedir) / "course-widgets"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**bundle.scripts(config.language[:2]), STYLE: light(bundle.css())}.items():
        (folder / name).write_text(text, encoding="utf-8")
    config.html_static_path.append(str(folder))  # after jupyter-book's own loop, which would load it on every page
    config.nb_ipywidgets_js = {}
    config.nb_mime_priority_overrides = [*config.nb_mime_priority_overrides, ("html", "text/html", 1)]


def outdated(app: Any, env: Any, added: set[str], changed: set[str], removed: set[str]) -> set[str]:
    """All pages are stale when the widgets have changed: Sphinx copies assets only when it writes a page."""
    digest = bundle.digest()
    if getattr(env, "course_widgets_digest", None) == digest:
        return set()
    env.course_widgets_digest = digest
    return set(env.found_docs)


def add_to_page(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """The style sheet is for every page with HTML outputs of ours, the scripts for those with such widgets."""
    for script in bundle.used_in(context.get("body") or ""):
        app.add_js_file(script, loading_method="async")
    app.add_css_file(STYLE)


def setup(app: Any) -> dict[str, bool]:
    app.connect("config-inited", write_assets, priority=900)
    app.connect("env-get-outdated", outdated)
    app.connect("html-page-context", add_to_page, priority=400)
    return PARALLEL
