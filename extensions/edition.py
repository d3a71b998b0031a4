"""Pages as `course.local.yml` wants them: picked chapters, the fork's addresses, or a site for students."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from extensions import PARALLEL, language
from tools import edition


def wanted(app: Any) -> edition.Edition:
    """The edition that is built."""
    said = dict(app.config.course_edition)
    return edition.Edition(**{**said, "chapters": tuple(said.get("chapters", ()))})


def on_read(app: Any, docname: str, source: list[str]) -> None:
    plan = wanted(app)
    if plan == edition.Edition():
        return
    if Path(app.env.doc2path(docname)).suffix == ".ipynb":
        notebook = json.loads(source[0])
        edition.edited(notebook, docname.rsplit("/", 1)[-1], plan, language(app))
        source[0] = json.dumps(notebook)
    else:
        source[0] = edition.unlinked(source[0], plan)


def no_report(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """A form for errors leads to the repository, and so to the solutions: a site for students has none."""
    if wanted(app).student:
        context.pop("course_report", None)


def setup(app: Any) -> dict[str, bool]:
    app.add_config_value("course_edition", {}, "env")
    app.connect("source-read", on_read, priority=100)  # before solutions fold
    app.connect("html-page-context", no_report, priority=450)
    return PARALLEL
