"""A real Chromium that reaches nothing but the pages under test, and complains of every fault in them.

Fixtures for `tests/browser` (the built site, JupyterLab) and `tests/explorers` (bare pages); `tests/conftest.py` loads
them.
"""

from __future__ import annotations

import contextlib
import html
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from extensions.widgets import STYLE
from helpers.widgets import bundle
from helpers.widgets.base import CourseWidget
from tools.browser import HOW, launch, served

BARE = """<!doctype html>
<html lang="{lang}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Explorers</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="{style}">{scripts}{head}</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


_pages = itertools.count(1)


def bare_html(*parts: CourseWidget | str, root: str = "", head: str = "", lang: str = "en") -> str:
    """A page of widgets alone; `root` leads from it to the folder of the scripts and the style sheet."""
    body = "\n".join(part if isinstance(part, str) else part.html() for part in parts)
    scripts = "".join(f'<script async src="{root}{name}"></script>' for name in bundle.used_in(body))
    return BARE.format(lang=html.escape(lang), style=root + STYLE, scripts=scripts, head=head, body=body)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            browser = launch(playwright)
        except Error as error:
            pytest.fail(f"{HOW}\n{error}", pytrace=False)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """The site over http, on this machine."""
    with served(site) as address:
        yield address


@contextlib.contextmanager
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens addresses in a browser that no other host answers; at the end, nothing may have gone wrong."""
    faults: list[str] = []
    contexts = []

    def watch(page: Page, home: str, scripts: bool) -> None:
        page.on("console", lambda m: m.type in ("error", "warning") and faults.append(f"console {m.type}: {m.text}"))
        page.on("pageerror", lambda error: faults.append(f"page error: {error}"))
        if scripts:  # a browser without scripts gives up the ones it began to load
            page.on("requestfailed", lambda request: faults.append(f"failed: {request.url}"))
        page.on("response", lambda answer: answer.status >= 400 and faults.append(f"{answer.status}: {answer.url}"))

        def guard(route: Any) -> None:
            url = route.request.url
            if url.startswith((home, "data:", "blob:", "file:")):
                route.continue_()
            else:
                faults.append(f"another host: {url}")
                route.abort()

        page.route("**/*", guard)

    def open_it(url: str, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **options})
        context.set_default_timeout(90_000)  # nothing is judged by time
        contexts.append(context)
        page = context.new_page()
        watch(page, "/".join(url.split("/")[:3]), options.get("java_script_enabled", True))
        page.goto(url)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens addresses for one test, as `visit` does."""
    with visit(browser) as open_it:
        yield open_it


def wait_until_all_is_there(page: Page) -> None:
    """Scripts have run, formulas are set, explorers are alive: nothing moves the page any more."""
    page.wait_for_load_state("load")
    page.wait_for_function("!document.querySelector('[data-cnn-widget]:not([data-live])')")
    page.evaluate("globalThis.MathJax?.startup?.promise?.then(() => null)")
    assert page.title()


@pytest.fixture(scope="session")
def script_page(browser: Browser) -> Iterator[Page]:
    """An empty page with the pages' script, for what needs a document."""
    page = browser.new_page()
    page.add_script_tag(content=bundle.classic())
    yield page
    page.close()


@pytest.fixture(scope="session")
def bare_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the pages of the site load for their widgets, and nothing else: no theme, no chapter."""
    folder = tmp_path_factory.mktemp("bare")
    for name, text in {**bundle.scripts(), STYLE: bundle.css()}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def bare_address(bare_folder: Path) -> Iterator[str]:
    """That folder over http, on this machine."""
    with served(bare_folder) as address:
        yield address


@pytest.fixture
def bare_page(bare_folder: Path, bare_address: str, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """`bare_page(*widgets) -> Page`: a page of widgets alone, brought to life as on the site, but at once.

    A part is a widget, or HTML to stand between two. Keywords: `link`, the address's end ("#id?k=1"); `head`, HTML for
    the page's head; `disk=True` opens it as a file, as a reader without a server does; the rest goes to the browser's
    context (`viewport=…`, `**PHONE`, `java_script_enabled=False`). What depends on chapters
    or on the theme is tested on the built site.
    """

    def open_it(
        *parts: CourseWidget | str, link: str = "", head: str = "", lang: str = "en", disk: bool = False, **options: Any
    ) -> Page:
        path = bare_folder / f"page-{next(_pages)}.html"
        path.write_text(bare_html(*parts, head=head, lang=lang), encoding="utf-8")
        base = path.as_uri() if disk else f"{bare_address}/{path.name}"
        page = open_page(f"{base}{link}", **options)
        if options.get("java_script_enabled", True):
            page.wait_for_function("document.querySelectorAll('[data-cnn-widget]:not([data-live])').length === 0")
        return page

    return open_it
