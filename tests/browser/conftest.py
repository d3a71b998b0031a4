"""A real Chromium that reaches nothing but the pages under test, and complains of every fault in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from helpers import esm
from tools.browser import HOW, launch, served


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


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


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens an address in a browser that no other host answers; at the end, nothing may have gone wrong."""
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
        contexts.append(context)
        page = context.new_page()
        watch(page, "/".join(url.split("/")[:3]), options.get("java_script_enabled", True))
        page.goto(url)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture(scope="session")
def script_page(browser: Browser) -> Iterator[Page]:
    """An empty page with the very script that the site's pages load."""
    page = browser.new_page()
    page.add_script_tag(content=esm.classic())
    yield page
    page.close()
