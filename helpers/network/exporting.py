"""A network written out as a program that runs on its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from helpers.network.checking import checked
from helpers.network.counting import steps
from helpers.network.layers import JOINS, RESERVED, Layer
from helpers.network.writing import text
from helpers.words import say

_JOINED = {
    "concat": "torch.cat([branch(X) for branch in self.branches], dim=1)",
    "add": "sum(branch(X) for branch in self.branches)",
}


def code(layers: Any, input_shape: Any) -> str:
    """Python source that needs nothing but PyTorch and makes `model`: the network with fresh weights.

    A chain of layers is an nn.Sequential. With branches or blocks it is a class `Network`, which has an attribute for
    each item with a name of its own, and what is parallel is a `Concat` or an `Add`, defined above it.
    Raises ValueError where `table` does.

    >>> print(code([{"kind": "Flatten"}, {"kind": "Linear", "out_features": 10}], (1, 28, 28)))
    from torch import nn
    <BLANKLINE>
    model = nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 10),
    )
    <BLANKLINE>
    """
    layers = checked(layers)
    channels = (shape[0] for _, shape in steps(layers, input_shape))
    written = [_expression(item, channels) for item in layers]
    if not any("branches" in item or "layers" in item for item in layers):
        return "\n".join(["from torch import nn", "", *_call("model = nn.Sequential", written), ""])
    joins = [join for join in JOINS if _holds(layers, join)]
    imports = ["import torch"] * ("concat" in joins) + ["from torch import nn"]
    parts = [imports, *map(_join_class, joins), _network_class(layers, written), ["model = Network()", ""]]
    return "\n\n\n".join("\n".join(part) for part in parts)


def _holds(items: Sequence[Layer], join: str) -> bool:
    """Whether there is such a join among items, at any depth."""
    return any(
        item.get("join") == join
        or _holds(item.get("layers", ()), join)
        or any(_holds(branch, join) for branch in item.get("branches", ()))
        for item in items
    )


def _expression(item: Layer, channels: Iterator[int]) -> list[str]:
    """The lines that make an item; channels that come into each row, in the order in which they run."""
    if item["kind"] == "Block":
        return _call("nn.Sequential", [_expression(one, channels) for one in item["layers"]])
    if item["kind"] == "Parallel":
        branches = [[_expression(one, channels) for one in branch] for branch in item["branches"]]
        next(channels)  # the join's own row
        return _call(JOINS[item["join"]], [_sequence(branch) for branch in branches])
    return [f"nn.{text(item, next(channels))}"]


def _sequence(written: list[list[str]]) -> list[str]:
    """The lines that make one module of several, or of one, or of none."""
    if len(written) == 1:
        return written[0]
    return _call("nn.Sequential", written) if written else ["nn.Identity()"]


def _call(name: str, arguments: list[list[str]]) -> list[str]:
    inner = [f"    {line}" for lines in arguments for line in (*lines[:-1], f"{lines[-1]},")]
    return [f"{name}(", *inner, ")"]


def _join_class(join: str) -> list[str]:
    return [
        f"class {JOINS[join]}(nn.Module):",
        f'    """{say(f"network.code.{join}")}"""',
        "",
        "    def __init__(self, *branches):",
        "        super().__init__()",
        "        self.branches = nn.ModuleList(branches)",
        "",
        "    def forward(self, X):",
        f"        return {_JOINED[join]}",
    ]


def _network_class(layers: Sequence[Layer], written: list[list[str]]) -> list[str]:
    parts = _attributes(layers, written)
    made = [
        f"        {line}"
        for name, lines in parts
        for line in (f"self.{name} = {_sequence(lines)[0]}", *_sequence(lines)[1:])
    ]
    return [
        "class Network(nn.Module):",
        "    def __init__(self):",
        "        super().__init__()",
        *made,
        "",
        "    def forward(self, X):",
        *(f"        X = self.{name}(X)" for name, _ in parts[:-1]),
        f"        return self.{parts[-1][0]}(X)",
    ]


def _attributes(layers: Sequence[Layer], written: list[list[str]]) -> list[tuple[str, list[list[str]]]]:
    """Names and what they stand for: an item each, or neighbours together that have no name of their own."""
    told = [layer["name"] for layer in layers]
    good = [_attribute(name) and told.count(name) == 1 for name in told]
    parts: list[tuple[str, list[list[str]]]] = []
    for name, own, lines in zip(told, good, written, strict=True):
        if own:
            parts.append((name, [lines]))
        elif parts and not parts[-1][0]:
            parts[-1][1].append(lines)
        else:
            parts.append(("", [lines]))
    return [
        (name or f"layers{n}" if len(parts) > 1 else name or "layers", lines)
        for n, (name, lines) in enumerate(parts, 1)
    ]


def _attribute(name: str) -> bool:
    """Whether a module can have an attribute with such a name; layers and layers1 are taken by those without one."""
    return bool(
        re.fullmatch(r"[a-z][a-z0-9_]*", name, re.ASCII)
        and not re.fullmatch(r"layers\d*", name)
        and name not in RESERVED
    )
