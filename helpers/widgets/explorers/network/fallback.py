"""The network explorer's table as plain HTML: every layer, the branches and blocks that it is in, and what it costs."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from helpers import network
from helpers.network import Layer, Row
from helpers.words import say

COLUMNS = ("layer", "shape", "parameters", "multiply_adds", "memory", "field")

#: how far a row is moved for each branch and for each block that it is in: spaces, since not every page keeps a style
BRANCH, BLOCK = "\N{EM SPACE}", "\N{EN SPACE}"


class Line(NamedTuple):
    """A line of the table: a row of the network, or one without numbers: a block's head, a branch without layers.

    depth: the spaces before its text.
    """

    text: str
    row: Row | None
    depth: str


def table(layers: Sequence[Layer], input_shape: tuple[int, int, int], batch: int) -> str:
    """The whole table, in the present language."""
    rows = network.table(layers, input_shape, batch)
    heads = "".join(f'<th scope="col">{html.escape(say(f"network.column.{name}"))}</th>' for name in COLUMNS)
    told = list(lines(layers, iter(rows)))
    style = ' style="text-align: left"' if any(line.depth for line in told) else ""  # notebooks have it on the right
    body = "".join(_written(line, style) for line in told)
    costs = [sum(one) for one in zip(*map(_costs, rows))]
    foot = _cells(say("network.total"), "", costs, "")
    caption = html.escape(say("network.caption", batch=batch))
    return (
        f"<table><caption>{caption}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{body}</tbody><tfoot>{foot}</tfoot></table>"
    )


def lines(
    items: Sequence[Layer], rows: Iterator[Row], depth: str = "", branch: int = 0, outer: str = ""
) -> Iterator[Line]:
    """The lines of items, whose rows come next.

    branch: the number of the one that begins with them, or 0; outer: the name of the block around them.
    """
    for i, item in enumerate(items):
        begun = branch if i == 0 else 0
        if item["kind"] == "Block":
            name = item["name"]
            inner = list(lines(item["layers"], rows, depth + BLOCK, outer=name or outer))
            count = sum(line.row is not None for line in inner)
            yield Line(_begins(begun, _block(_within(name, outer), count)), None, depth)
            yield from inner
            continue
        for b, one in enumerate(item.get("branches", ()), start=1):
            if not one:
                yield Line(say("tree.shortcut", branch=b), None, depth + BRANCH)
            yield from lines(one, rows, depth + BRANCH, b, outer)
        row = next(rows)
        yield Line(_begins(begun, row.text), row, depth)


def _begins(branch: int, text: str) -> str:
    """A text, after the number of the branch that begins with it."""
    return say("tree.begins", branch=say("tree.branch", branch=branch), text=text) if branch else text


def _within(name: str, outer: str) -> str:
    """A name without that of the block around it, unless a number is left."""
    rest = name.removeprefix(f"{outer}.") if outer else name
    return name if rest[:1] in tuple("0123456789") else rest


def _block(name: str, count: int) -> str:
    """What stands above the layers of a block."""
    block = say("tree.block", name=name) if name else say("tree.block.unnamed")
    return say("tree.fold", name=block, count=say("tree.count.one" if count == 1 else "tree.count", count=count))


def _written(line: Line, style: str) -> str:
    text, row = line.depth + line.text, line.row
    if row is None:
        return f'<tr><th scope="row" colspan="{len(COLUMNS)}"{style}>{html.escape(text)}</th></tr>'
    field = "×".join("–" if size is None else str(size) for size in row.field)
    return _cells(text, "×".join(map(str, row.shape)), _costs(row), field, style)


def _costs(row: Row) -> tuple[int, int, int]:
    return row.parameters, row.multiply_adds, row.memory


def _cells(layer: str, shape: str, costs: Sequence[int], field: str, style: str = "") -> str:
    written = zip(costs, (network.grouped, network.grouped, network.bytes_text), strict=True)
    numbers = "".join(f'<td data-value="{n}">{write(n)}</td>' for n, write in written)
    return f'<tr><th scope="row"{style}>{html.escape(layer)}</th><td>{shape}</td>{numbers}<td>{field}</td></tr>'
