"""An explorer on a page, as a reader finds its parts: by role and name."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

#: axe asks for no style sheet by an address that no page uses, and tells violations, not all that it passed, nor where
AXE: dict[str, Any] = {"preload": False, "resultTypes": ["violations"], "selectors": False}


def faults_by_axe(page: Page, *parts: str, scheme: str = "light") -> list[tuple[str, list[str]]]:
    """What axe finds in parts of a page: rules with the elements that break them. In the dark, colours alone differ."""
    options = {**AXE, "runOnly": ["color-contrast"]} if scheme == "dark" else AXE
    found = Axe().run(page, context={"include": [[part] for part in parts]}, options=options)
    return [(v["id"], [node["html"][:120] for node in v["nodes"][:3]]) for v in found.response["violations"]]


#: a small touch screen
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}

#: an explorer as wide as the book shows it in a laptop's window
WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "head": "<style>main{width:960px}</style>"}

#: whether a reader sees an element: what is painted near its top and its bottom, inside the window, is it or in it
SEES = """element => {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  const at = (y) => document.elementFromPoint((left + right) / 2, y);
  const painted = (y) => y >= 0 && y < innerHeight && element.contains(at(y));
  return right > left && painted(top + 3) && painted(bottom - 3);
}"""

#: reads the full values of a small grid, padding left out
VALUES = """grid => [...grid.querySelectorAll("[role=row]")].map(row =>
  [...row.querySelectorAll("[role=gridcell]:not(.cx-pad)")].map(cell => Number(cell.dataset.value))
).filter(row => row.length)"""


#: all that a walk over controls looks at, read at once: matrices of grids, numbers, choices, boxes, what is said
SEEN = """region => {
  const seen = (element) => element && element.checkVisibility(), named = (role) => [...region.querySelectorAll(role)].filter(seen);
  const name = (element) => element.getAttribute("aria-label") ?? element.closest("label").textContent.trim();
  const told = (role, read) => Object.fromEntries(named(role).map((element) => [name(element), read(element)]));
  const grids = "[role=grid]", alert = region.querySelector("[role=alert]");
  return {
    grids: told(grids, VALUES), disabled: told(grids, (grid) => grid.ariaDisabled === "true"),
    numbers: told("[role=spinbutton]", (box) => Number(box.ariaValueNow)), typed: told("[role=spinbutton]", (box) => box.value),
    choices: told("select", (select) => select.value), boxes: told("input[type=checkbox]", (box) => box.checked),
    status: region.querySelector("[role=status]").innerText, alert: seen(alert) ? alert.innerText : null,
  };
}""".replace("VALUES", VALUES)  # noqa: E501


class OnPage:
    """What every explorer on a page has; a class of its own says its `page` and its `region`."""

    page: Page
    region: Locator

    def grid(self, name: str) -> Locator:
        return self.region.get_by_role("grid", name=name, exact=True)

    def values(self, name: str) -> torch.Tensor:
        """The full values of a small grid, padding left out."""
        return torch.tensor(self.grid(name).evaluate(VALUES), dtype=torch.float64)

    def seen(self) -> dict[str, Any]:
        """All that the reader sees now, by name; see SEEN."""
        return self.region.evaluate(SEEN)

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
        numbers = self.seen()["numbers"]
        return {name.lower(): (numbers[f"{name} rows"], numbers[f"{name} columns"]) for name in SETTINGS}

    def by_pytorch(self, seen: dict[str, Any] | None = None) -> torch.Tensor:
        """What PyTorch makes of the numbers on the screen. Raises RuntimeError where it refuses them."""
        seen = seen or self.seen()
        X, K = (torch.tensor(seen["grids"][name], dtype=torch.float64) for name in ("Input", "Kernel"))
        numbers = seen["numbers"]
        settings: Any = {name.lower(): (numbers[f"{name} rows"], numbers[f"{name} columns"]) for name in SETTINGS}
        return F.conv2d(X[None, None], K[None, None], **settings)[0, 0]

    def assert_true(self, seen: dict[str, Any] | None = None) -> None:
        """The output on the screen, its shape in words included, is PyTorch's."""
        seen = seen or self.seen()
        expected = self.by_pytorch(seen)
        output = torch.tensor(seen["grids"]["Output"], dtype=torch.float64)
        torch.testing.assert_close(output, expected, rtol=1e-12, atol=1e-12)
        assert f"Output shape {expected.shape[0]}×{expected.shape[1]}" in seen["status"]
        assert not seen["disabled"]["Output"]
        assert seen["alert"] is None
