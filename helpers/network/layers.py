"""What a layer is: its kind, its settings, and the most and the least of each; and what holds layers.

A network is a list of items: layers, and what holds items in turn, to a depth of `LIMITS["depth"]`:

- `{"kind": "Parallel", "branches": [[item, …], …], "join": "concat" | "add"}` gives its input to every branch and joins
  what they give; an empty branch passes its input on, as the shortcut of a residual block does;
- `{"kind": "Block", "layers": [item, …]}` is several items under one name, and costs nothing itself.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from helpers.words import say

Shape = tuple[int, ...]

#: what pages and Python know alike: the most of each number, the kinds of layers and their settings
FACTS: dict[str, Any] = json.loads((Path(__file__).parent / "layers.json").read_text(encoding="utf-8"))

LIMITS: dict[str, int] = FACTS["limits"]
ACTIVATIONS: tuple[str, ...] = tuple(FACTS["activations"])

#: kinds of layers and the settings of each
KINDS: dict[str, tuple[str, ...]] = {kind: tuple(settings) for kind, settings in FACTS["kinds"].items()}

#: kinds of items that hold others, and what each has; how branches are joined, and what the join's row is called
CONTAINERS: dict[str, tuple[str, ...]] = {kind: tuple(keys) for kind, keys in FACTS["containers"].items()}
JOINS: dict[str, str] = FACTS["joins"]

#: names that an attribute of a torch.nn.Module cannot have: its own, and Python's keywords
RESERVED: frozenset[str] = frozenset(FACTS["reserved"])

#: kinds that PyTorch makes for so many channels or features coming in
WEIGHTED = ("Conv2d", "Linear", "BatchNorm2d", "BatchNorm1d")


class Setting(NamedTuple):
    """What a layer has that does not say, of the type that all its values have; the least and the most.

    The types: a pair (rows, columns), a whole number, a switch, or a probability.
    """

    usual: Any
    least: int = 0
    most: int = 1


def _setting(unsaid: Any, least: int = 0, most: int = 1, **others: Any) -> Setting:
    return Setting(tuple(unsaid) if isinstance(unsaid, list) else unsaid, least, most)


SETTINGS = {name: _setting(**facts) for name, facts in FACTS["settings"].items()}


class Layer(dict[str, Any]):
    """The settings of one item, which nobody can change in place: `{**layer, "groups": 2}` makes another."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(say("network.bad.frozen"))

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return Layer, (dict(self),)
