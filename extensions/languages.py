"""A switch between the languages of a page, where both editions have it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from extensions import PARALLEL

CHAPTERS = Path(__file__).parent.parent / "chapters"
NAMES = {"en": ("en", "English"), "zh": ("zh-CN", "简体中文")}


def header(app: Any, config: Any) -> None:
    config.html_theme_options["article_header_end"] = ["language-switch.html", "article-header-buttons.html"]


def offer(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Gives the template the other edition's address, relative, so that it works from disk too."""
    here = "zh" if (app.config.language or "en").startswith("zh") else "en"
    there = "en" if here == "zh" else "zh"
    name = pagename.removeprefix(f"chapters/{here}/")
    if not any((CHAPTERS / there / f"{name}{suffix}").is_file() for suffix in (".ipynb", ".md")):
        return
    up = context.get("content_root", "./") + ("../" if here == "zh" else "zh/")
    tag, label = NAMES[there]
    context["other_language"] = {"href": f"{up}chapters/{there}/{name}.html", "tag": tag, "label": label}


def setup(app: Any) -> dict[str, bool]:
    app.connect("config-inited", header)
    app.connect("html-page-context", offer)
    return PARALLEL
