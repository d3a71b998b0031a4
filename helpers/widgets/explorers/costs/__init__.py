"""Networks side by side: costs by the reader's own weights, accuracies, and the order that follows."""

from __future__ import annotations

import html
import math
from typing import Any, NamedTuple

import traitlets as t

from helpers.compared import FIELDS, compared
from helpers.widgets.base import CourseWidget, facts
from helpers.widgets.traits import Refused, number, whole
from helpers.words import listed, say

#: the largest weight, rate and epoch
LIMITS = facts(__file__, "limits.json")

#: what is weighed, in the order of the weights
COSTS = ("parameters", "multiply_adds", "memory", "seconds")


class Weights(t.TraitType[Any, Any]):
    """Four whole numbers, not all 0: how much parameters, multiply-adds, memory and time matter."""

    def validate(self, obj: Any, value: Any) -> tuple[int, ...]:
        if not isinstance(value, list | tuple) or len(value) != len(COSTS):
            raise Refused(say("cost.bad.count", most=LIMITS["weight"], value=repr(value)[:60]))
        held = tuple(
            whole(one, say(f"cost.{kind}"), 0, LIMITS["weight"]) for one, kind in zip(value, COSTS, strict=True)
        )
        if not any(held):
            raise Refused(say("cost.bad.weights"))
        return held


class Placed(NamedTuple):
    """A network's place: its cost in times of the cheapest, its accuracy, and its value in points, None without one."""

    title: str
    cost: float
    accuracy: float | None
    value: float | None


class CostExplorer(CourseWidget):
    """The five networks: accuracy against a cost that the reader weighs, and the order that follows.

    A network's cost is the weighted geometric mean of its parameters, multiply-adds, memory and time, in times of the
    cheapest network. Its value is its validation accuracy in points, less `rate` for each doubling of the cost.

    Parameters: field, "page" or "notes", as in `helpers.compared`; weights, four whole numbers from 0 to 10; rate,
    points of accuracy that twice the cost must bring, from 0 to 5; epoch, after which accuracies count (the last, where
    a recording has fewer); id, the HTML id. All are traits.
    Raises ValueError for what is out of range and for weights that are all 0, TypeError for text and booleans.

    >>> CostExplorer(weights=(1, 0, 0, 0))
    CostExplorer('page', weights (1, 0, 0, 0), rate 0.5, epoch 8)
    """

    _state = ("fields", "field", "weights", "rate", "epoch")

    fields: t.Dict[str, Any] = t.Dict(help="the networks of each field, with what they cost").tag(sync=True)
    field = t.Unicode("page").tag(sync=True)
    weights = Weights(default_value=(1, 1, 1, 1)).tag(sync=True)
    rate = t.Any(0.5, help="points of accuracy that twice the cost must bring").tag(sync=True)
    epoch = t.Any(LIMITS["epoch"]).tag(sync=True)

    def __init__(
        self, field: str = "page", weights: Any = (1, 1, 1, 1), rate: float = 0.5, epoch: int = LIMITS["epoch"],
        *, id: str | None = None,
    ) -> None:  # fmt: skip
        fields = {name: [one._asdict() for one in compared(name)] for name in FIELDS}
        super().__init__(id=id, fields=fields, field=field, weights=weights, rate=rate, epoch=epoch)

    @t.validate("field")
    def _known(self, proposal: Any) -> Any:
        if proposal["value"] not in FIELDS:
            raise Refused(say("cost.bad.field", known=listed(map(repr, FIELDS)), value=repr(proposal["value"])))
        return proposal["value"]

    @t.validate("rate")
    def _price(self, proposal: Any) -> Any:
        value = number(proposal["value"], "rate")
        if not 0 <= value <= LIMITS["rate"]:
            raise Refused(say("cost.bad.rate", most=LIMITS["rate"], value=value))
        return value

    @t.validate("epoch")
    def _counted(self, proposal: Any) -> Any:
        return whole(proposal["value"], "epoch", 1, LIMITS["epoch"])

    @property
    def order(self) -> list[Placed]:
        """The networks of the field, best first; those without an accuracy come last."""
        networks = compared(self.field)
        shares = [weight / sum(self.weights) for weight in self.weights]
        kinds = list(zip(shares, COSTS, strict=True))
        logs = [sum(share * math.log2(getattr(one, kind)) for share, kind in kinds) for one in networks]
        placed = []
        for one, log in zip(networks, logs, strict=True):
            doublings = log - min(logs)
            accuracy = None if one.accuracy is None else one.accuracy[min(self.epoch, len(one.accuracy)) - 1]
            value = None if accuracy is None else 100 * accuracy - self.rate * doublings
            placed.append(Placed(one.title, 2**doublings, accuracy, value))
        return sorted(placed, key=lambda one: math.inf if one.value is None else -one.value)

    def _fallback(self) -> str:
        heads = ("network", *COSTS, "accuracy")
        head = "".join(f'<th scope="col">{html.escape(say(f"cost.{name}"))}</th>' for name in heads)
        body = "".join(f"<tr>{_line(one)}</tr>" for one in compared(self.field))
        caption = html.escape(say(f"cost.field.{self.field}"))
        return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def __repr__(self) -> str:
        return f"CostExplorer({self.field!r}, weights {self.weights}, rate {self.rate:g}, epoch {self.epoch})"


def _line(one: Any) -> str:
    """The cells of a network's row."""
    accuracy = (
        say("cost.unrecorded") if one.accuracy is None else say("cost.percent", value=f"{100 * one.accuracy[-1]:.1f}")
    )
    texts = (
        say("cost.millions", value=f"{one.parameters / 1e6:.3g}"),
        say("cost.millions", value=f"{one.multiply_adds / 1e6:.3g}"),
        say("cost.megabytes", value=f"{one.memory / 1e6:.3g}"),
        say("cost.milliseconds", value=f"{one.seconds * 1e3:.3g}"),
        accuracy,
    )
    head = html.escape(say("cost.sized", title=one.title, side=one.side))
    return f'<th scope="row">{head}</th>' + "".join(f"<td>{html.escape(text)}</td>" for text in texts)
