"""A link at each page's end, and the theme's button, that open an issue with the page and the heading filled in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from extensions import PARALLEL, say

#: what a host's form for a new issue is called, and its fields for title and text
FORMS = {
    "github": ("issues/new", "title", "body"),
    "gitlab": ("-/issues/new", "issue[title]", "issue[description]"),
}


def provider(repository: str) -> str | None:
    """The kind of host, or None for one whose forms nobody has written down.

    >>> provider("https://gitlab.example.org/me/course")
    'gitlab'
    """
    host = repository.split("//")[-1].split("/")[0].lower()
    return next((name for name in FORMS if name in host), None)


def address(repository: str, title: str, body: str) -> str:
    """Where an error is reported: the form for an issue, filled in, or the repository's page where none is known."""
    kind = provider(repository)
    if kind is None:
        return repository
    form, for_title, for_body = FORMS[kind]
    return f"{repository.rstrip('/')}/{form}?{urlencode({for_title: title, for_body: body})}"


def at_the_end(app: Any, config: Any) -> None:
    config.html_theme_options["article_footer_items"] = ["report.html"]


def fill_in(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """What the template says; only pages with a source have it."""
    if doctree is None:
        return
    repository = app.config.html_theme_options["repository_url"]
    page = say(app, "site.report.page").format(page=context["sourcename"])
    ask = f"\n\n{say(app, 'site.report.what')}\n\n"
    title = say(app, "site.report.title").format(page=app.env.titles[pagename].astext())
    kind = provider(repository)
    context["course_report"] = {
        "words": say(app, "site.report"),
        "address": address(repository, title, page + ask),
        "body": FORMS[kind][2] if kind else "",
        "text": f"{page}\n{say(app, 'site.report.section')}{ask}",
    }


def redirect_button(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """The theme's button leads to the same form."""
    groups = context.get("header_buttons", [])
    for button in [*groups, *(one for group in groups for one in group.get("buttons", []))]:
        if button.get("label") == "source-issues-button" and "course_report" in context:
            button["url"] = context["course_report"]["address"]
            button["text"] = button["tooltip"] = context["course_report"]["words"]


def setup(app: Any) -> dict[str, bool]:
    app.connect("config-inited", at_the_end)
    app.connect("html-page-context", fill_in, priority=400)  # before the theme drops templates that say nothing
    app.connect("html-page-context", redirect_button, priority=900)  # after the theme has made it
    return PARALLEL
