"""An explorer on a page, as a reader finds its parts: by role and name."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from playwright.sync_api import Locator, Page

#: axe asks for no style sheet by an address that no page uses, and tells violations, not all that it passed
AXE = {"preload": False, "resultTypes": ["violations"]}

#: a small touch screen
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}

#: reads the full values of a small grid, padding left out
VALUES = """grid => [...grid.querySelectorAll("[role=row]")].map(row =>
  [...row.querySelectorAll("[role=gridcell]:not(.cx-pad)")].map(cell => Number(cell.dataset.value))
).filter(row => row.length)"""


class OnPage:
    """What every explorer on a page has; a class of its own says its `page` and its `region`."""

    page: Page
    region: Locator

    def grid(self, name: str) -> Locator:
        return self.region.get_by_role("grid", name=name, exact=True)

    def values(self, name: str) -> torch.Tensor:
        """The full values of a small grid, padding left out."""
        return torch.tensor(self.grid(name).evaluate(VALUES), dtype=torch.float64)

    def spin(self, name: str) -> Locator:
        return self.region.get_by_role("spinbutton", name=name, exact=True)

    def button(self, name: str) -> Locator:
        return self.region.get_by_role("button", name=name, exact=True)

    def press(self, name: str) -> None:
        self.button(name).click()

    @property
    def alert(self) -> Locator:
        return self.region.get_by_role("alert")

    @property
    def status(self) -> str:
        return self.region.get_by_role("status").inner_text()

    @property
    def sum(self) -> str:
        """The weighted sum of the chosen number, written out."""
        return self.region.locator(".cx-sum").inner_text()

    @property
    def link(self) -> str:
        """The link to the present state."""
        return self.region.get_by_role("link", name="Link to this state").get_attribute("href") or ""


SETTINGS = ("Padding", "Stride", "Dilation")


class Explorer(OnPage):
    """The explorer with an HTML id, or any locator around one."""

    def __init__(self, page: Page, where: str | Locator) -> None:
        self.page = page
        self.root = page.locator(f"#{where}") if isinstance(where, str) else where
        self.region = self.root.get_by_role("region", name="Convolution explorer")

    def cell(self, name: str, row: int, column: int) -> Locator:
        return self.grid(name).locator(f'[role="gridcell"][aria-label^="{name} row {row}, column {column}:"]')

    def box(self, name: str, row: int, column: int) -> Locator:
        return self.region.get_by_role("textbox", name=f"{name} row {row}, column {column}", exact=True)

    def type(self, name: str, row: int, column: int, text: str) -> None:
        """Edit a cell with the pointer and the keyboard."""
        self.cell(name, row, column).click()
        box = self.box(name, row, column)
        box.fill(text)
        box.press("Enter")

    def settings(self) -> dict[str, tuple[int, int]]:
        read = lambda name: int(self.spin(name).get_attribute("aria-valuenow") or "")  # noqa: E731
        return {name.lower(): (read(f"{name} rows"), read(f"{name} columns")) for name in SETTINGS}

    def by_pytorch(self) -> torch.Tensor:
        """What PyTorch makes of the numbers on the screen."""
        X, K = self.values("Input"), self.values("Kernel")
        settings: Any = self.settings()
        return F.conv2d(X[None, None], K[None, None], **settings)[0, 0]

    def assert_true(self) -> None:
        """The output on the screen, its shape in words included, is PyTorch's."""
        expected = self.by_pytorch()
        torch.testing.assert_close(self.values("Output"), expected, rtol=1e-12, atol=1e-12)
        assert f"Output shape {expected.shape[0]}×{expected.shape[1]}" in self.status
        assert self.grid("Output").get_attribute("aria-disabled") is None
        assert not self.alert.is_visible()
