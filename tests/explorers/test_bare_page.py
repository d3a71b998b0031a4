"""Bare pages: widgets come to life over http, from disk, and not at all without scripts."""

import pytest

from helpers.widgets import ConvExplorer, LeNetExplorer
from tests.explorers.explorer import Explorer


def small(id="one"):
    return ConvExplorer([[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[0, 1], [2, 3]], id=id)


@pytest.mark.parametrize("disk", [False, True])
def test_widgets_come_to_life_over_http_and_from_disk(bare_page, disk):
    page = bare_page(small(), "<p>between</p>", LeNetExplorer(id="net"), link="#one?k=1,-1", disk=disk)
    assert Explorer(page, "one").values("Kernel").tolist() == [[1, -1]]
    page.locator("#net").scroll_into_view_if_needed()
    page.locator("#net .cx-class[data-logit]").first.wait_for()


def test_without_scripts_the_tables_stay(bare_page):
    page = bare_page(small(), java_script_enabled=False)
    assert page.locator("#one caption").all_inner_texts() == ["Input 3×3", "Kernel 2×2", "Output 2×2"]
