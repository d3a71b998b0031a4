"""One measured figure and the target that it is held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class Figure:
    """A value with its unit; `most` or `least` is its target, where it has one."""

    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def met(self) -> bool:
        """Whether the target is met; true where there is none."""
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    @property
    def shown(self) -> str:
        """The value as people read it."""
        return f"{self.value:,.3g} {self.unit}" if abs(self.value) < 1000 else f"{self.value:,.0f} {self.unit}"

    @property
    def verdict(self) -> str:
        """The target and whether it is met."""
        if self.most is None and self.least is None:
            return ""
        target = f"at most {self.most:g}" if self.most is not None else f"at least {self.least:g}"
        return f"target {target} {self.unit}: {'met' if self.met else 'NOT MET'}"

    def as_dict(self) -> dict[str, Any]:
        """For the file of results."""
        return {**vars(self), "met": self.met}
