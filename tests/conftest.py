"""What all tests share: the repository, the site built from it, the pages' script, and how tests are told apart."""

from __future__ import annotations

import os

if "PYTEST_XDIST_WORKER" in os.environ:  # before torch: workers side by side would wait for each other's threads
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from filelock import FileLock
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from helpers import words
from tests.script import Script
from tools import site as site_tool
from tools.edition import Edition

pytest_plugins = ["tests.browsing"]

ROOT = Path(__file__).parent.parent

settings.register_profile("course", deadline=None)  # nothing is judged by time
settings.load_profile("course")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--everywhere", action="store_true", help="long sweeps in full, notebooks under all settings")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks browser tests by their folder, leaves out what only `--everywhere` runs, takes long ones first."""
    folders = [Path(__file__).parent / name for name in ("browser", "explorers")]
    everywhere = config.getoption("--everywhere")
    left_out = [item for item in items if item.get_closest_marker("everywhere") and not everywhere]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]
    for item in items:
        if any(folder in item.path.parents for folder in folders):
            item.add_marker(pytest.mark.browser)
    long = ("slow", "everywhere")
    items.sort(key=lambda item: not any(map(item.get_closest_marker, long)))  # first: nobody waits for the last


#: a chapter's name in the name of a test
CHAPTER = re.compile(r"\d\d_[a-z][a-z\d_]*")


def together(nodeid: str) -> str:
    """What runs in one worker, in its order: a file, whose fixtures are made once; a chapter; a notebook."""
    path, _, test = nodeid.partition("::")
    if path.endswith("test_notebooks.py") and "[" in test:
        return test.partition("[")[2] + ("" if "under_nbval" in test else " elsewhere")
    if path.startswith("tests/chapters/") and (chapter := CHAPTER.search(nodeid)):
        return chapter[0]
    if path.startswith(("tests/browser/", "tests/tools/test_assignment")) and (chapter := CHAPTER.search(test)):
        return f"{path} {chapter[0]}"
    return path


class Together(LoadScopeScheduling):
    """Sends what belongs together to one worker; xdist's own groups by mark do not reach pytest 9.2."""

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Three for two processors, since browsers let their workers wait, where there are 3 GB of memory for each."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:  # xdist reads it
        return None
    return max(1, min((os.cpu_count() or 1) * 3 // 2, int(psutil.virtual_memory().total / 3e9)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    config.option.loadscopereorder = False  # the order is ours
    return Together(config, log)


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built site, with the whole course, whatever a fork picks; tests side by side build it once."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    stamp = site_tool.BUILD / "tested-by"
    site_tool.BUILD.mkdir(exist_ok=True)
    with FileLock(site_tool.BUILD / "tested-by.lock"):
        if not run or not stamp.is_file() or stamp.read_text(encoding="utf-8") != run:
            pages = {lang: site_tool.build(lang, plan=Edition()) for lang in site_tool.languages()}
            site_tool.join(pages)
            stamp.write_text(run or "", encoding="utf-8")
    return site_tool.SITE


@pytest.fixture(scope="session")
def script() -> Iterator[Script]:
    """The pages' script in a process without a browser: `script.evaluate("x => …", x)`."""
    with Script() as script:
        yield script


@pytest.fixture(scope="session")
def sweep(request: pytest.FixtureRequest) -> Callable[..., int]:
    """How many cases of a long sweep to take: all with `--everywhere`, else the first tenth, or `least` of them."""
    everywhere = request.config.getoption("--everywhere")
    return lambda count, least=0: count if everywhere else max(count // 10, least)


@pytest.fixture(autouse=True)
def english():
    """Every test starts and ends in English."""
    words.use_language("en")
    yield
    words.use_language("en")
