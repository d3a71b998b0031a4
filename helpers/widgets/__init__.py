"""Explorers whose numbers the reader changes: in a notebook with a kernel, and in the built site without one.

Each lives in a room of its own, `explorers/NAME/`, whose view is named like its class, and is loaded when it is
asked for.
"""

from __future__ import annotations

import importlib
from typing import Any

from helpers.widgets.bundle import rooms

#: classes that stand in a room of another name
ALIASES = {"LeNetExplorer": "TrainedExplorer"}

__all__ = sorted([*rooms(), *ALIASES])  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"helpers.widgets has no {name!r}; it has {', '.join(__all__)}")
    room = rooms()[ALIASES.get(name, name)].parent.name
    return getattr(importlib.import_module(f"helpers.widgets.explorers.{room}"), name)


def __dir__() -> list[str]:
    return __all__
