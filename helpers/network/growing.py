"""From the steps of a run to a tree: what forks and comes together again is parallel, and modules are blocks.

Every join has a fork: the last step that everything in the join was made of, its immediate dominator in the graph of
steps. The steps from the fork to each of the join's inputs are a branch, with joins of their own in it. The network is
a tree where no step is in two branches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, NoReturn

from helpers.network.layers import JOINS, LIMITS
from helpers.network.modules import Refusal
from helpers.words import say

if TYPE_CHECKING:
    from helpers.network.recording import Step


@dataclass
class Fork:
    """Branches and the step that joins them."""

    join: Step
    branches: list[list[Step | Fork]]


def grown(first: Step, last: Step) -> list[Step | Fork]:
    """The steps after the first, up to the last, as a chain of steps and forks.

    Raises `Refusal` where a step is no layer, or where the steps are no tree or a very large one.
    """
    order = _sorted(last)
    if len(order) > 2 * LIMITS["layers"]:  # a sum of many is one row for several steps
        raise Refusal(say("network.bad.layers", maximum=LIMITS["layers"]))
    for step in order:
        if step.layer is None and step is not first:
            _refuse(step, order)
    try:
        return _chain(last, first, _forks(order), set())
    except RecursionError:
        raise Refusal(say("network.bad.layers", maximum=LIMITS["layers"])) from None


def in_order(nodes: Sequence[Step | Fork]) -> Iterator[Step]:
    """The steps of a chain in the order of a table's rows: each branch's, then the join."""
    for node in nodes:
        if isinstance(node, Fork):
            for branch in node.branches:
                yield from in_order(branch)
            yield node.join
        else:
            yield node


def _sorted(last: Step) -> list[Step]:
    """All steps that the last one is made of, and itself, each after its inputs."""
    order: dict[Step, None] = {}
    waiting = [(last, False)]
    while waiting:
        step, ready = waiting.pop()
        if ready:
            order[step] = None
        elif step not in order:
            waiting.append((step, True))
            waiting += [(one, False) for one in step.inputs]
    return list(order)


def _refuse(step: Step, order: Sequence[Step]) -> NoReturn:
    """Raises the `Refusal` of a step that is no layer, which names the layers before and after it."""
    if step.refusal is not None:
        raise step.refusal
    params = {"before": told(step), "operation": step.operation}
    behind = {step}
    for one in order[order.index(step) + 1 :]:
        if not behind.isdisjoint(one.inputs):
            if one.layer is not None:
                params |= {"name": one.layer["name"] or kind_of(one), "kind": kind_of(one)}
                raise Refusal(say("network.bad.operation" if step.operation else "network.bad.branch", **params))
            behind.add(one)
    raise Refusal(say("network.bad.after", **params))


def told(step: Step) -> str:
    """The last layer that made what a step made, or the input."""
    while step.layer is None and step.inputs:
        step = step.inputs[0]
    return step.layer["name"] or kind_of(step) if step.layer else say("ui.input")


def _forks(order: Sequence[Step]) -> dict[Step, Step]:
    """Of each step, the last one before it that everything in it was made of."""
    before: dict[Step, Step] = {}
    depth: dict[Step, int] = {}
    for step in order:
        if not step.inputs:
            depth[step] = 0
            continue
        fork, *others = step.inputs
        for other in others:
            while fork is not other:
                if depth[fork] < depth[other]:
                    fork, other = other, fork
                fork = before[fork]
        before[step], depth[step] = fork, depth[fork] + 1
    return before


def _chain(last: Step, first: Step, forks: dict[Step, Step], seen: set[Step]) -> list[Step | Fork]:
    """The steps after the first, up to the last, where the first is in all that the last was made of."""
    nodes: list[Step | Fork] = []
    while last is not first:
        if last in seen:
            raise Refusal(say("network.bad.shared", name=last.layer["name"] if last.layer else ""))
        seen.add(last)
        fork = forks[last]
        if _joins(last):
            nodes.append(_fork(last, [_chain(one, fork, forks, seen) for one in last.inputs]))
        else:
            nodes.append(last)
        last = fork
    return nodes[::-1]


def _fork(join: Step, branches: list[list[Step | Fork]]) -> Fork:
    """Branches and their join, where (a + b) + c in one forward is the sum of three."""
    match branches[0]:
        case [Fork(join=inner, branches=first)] if inner.scope == join.scope and _adds(inner) and _adds(join):
            return Fork(join, [*first, *branches[1:]])
    return Fork(join, branches)


def _adds(step: Step) -> bool:
    return step.layer is not None and step.layer.get("join") == "add"


def _joins(step: Step) -> bool:
    return step.layer is not None and step.layer["kind"] == "Parallel"


def kind_of(step: Step) -> str:
    """What a step is called: its kind, or the join's."""
    layer = step.layer or {"kind": ""}
    return JOINS[layer["join"]] if layer["kind"] == "Parallel" else layer["kind"]


# --- from steps to items


def flat(nodes: Sequence[Step | Fork]) -> list[dict[str, Any]]:
    """The items of a chain, without blocks."""
    return [_item(node, flat) for node in nodes]


def blocks(nodes: Sequence[Step | Fork]) -> list[dict[str, Any]]:
    """The items of a chain, where a module that holds all steps of one run of it becomes a block with its name.

    No block is made of one layer, or of all that a branch or the network has; one that is all of another gives way.
    """
    steps = list(in_order(nodes))
    return _grouped(nodes, (), Counter(step.scope[:n] for step in steps for n in range(1, len(step.scope) + 1)))


def _grouped(
    nodes: Sequence[Step | Fork], prefix: tuple[str, ...], counts: Counter[tuple[str, ...]]
) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for key, run in groupby(nodes, key=lambda node: _scope(node)[: len(prefix) + 1]):
        steps = list(run)
        if len(key) <= len(prefix) or key[:-1] != prefix:
            items += [_item(node, partial(_grouped, prefix=_scope(node), counts=counts)) for node in steps]
            continue
        inner = _grouped(steps, key, counts)
        if len(list(in_order(steps))) == counts[key] > 1 and (len(inner) > 1 or inner[0]["kind"] == "Parallel"):
            inner = [{"name": ".".join(key), "kind": "Block", "layers": inner}]
        items += inner
    return items[0]["layers"] if len(items) == 1 and items[0]["kind"] == "Block" else items


def _scope(node: Step | Fork) -> tuple[str, ...]:
    """The modules that were running during all of a node."""
    scopes = [step.scope for step in in_order([node])]
    length = next((n for n, names in enumerate(zip(*scopes)) if len(set(names)) > 1), min(map(len, scopes)))
    return scopes[0][:length]


def _item(node: Step | Fork, items: Callable[[list[Step | Fork]], list[dict[str, Any]]]) -> dict[str, Any]:
    """A node as an item, its branches made items by a function."""
    if isinstance(node, Fork):
        return {**(node.join.layer or {}), "branches": [items(branch) for branch in node.branches]}
    return dict(node.layer or {})
