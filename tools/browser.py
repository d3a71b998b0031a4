"""The browser that tests and benchmarks drive, and the site over http on this machine."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

HOW = (
    "no browser found: set COURSE_BROWSER to a Chromium or Chrome, install one "
    "(Debian: apt install chromium), or run: .venv/bin/playwright install chromium"
)
#: the headless shell, which opens no window of its own, opens a page in half the time
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]


def find_browser() -> str | None:
    """A browser's path: the one that is named, the system's, or None for Playwright's own."""
    if named := os.environ.get("COURSE_BROWSER"):
        return named
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or (MAC if Path(MAC).is_file() else None)


def launch(playwright: Any) -> Any:
    """A headless Chromium. Raises playwright's Error where there is none: HOW says what to do."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    flags = FLAGS + (["--no-sandbox"] if root else [])
    return playwright.chromium.launch(executable_path=find_browser(), args=flags)


class Quiet(SimpleHTTPRequestHandler):
    """A file server that logs nothing."""

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder over http, while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
