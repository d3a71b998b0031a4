"""What networks cost by a reader's weights: the pages' script against the formula, written anew."""

import math
import random
from itertools import pairwise

import pytest

KINDS = ("parameters", "multiply_adds", "memory", "seconds")

PLACED = """cases => cases.map(({ networks, measure }) => convnets.costs.placed(networks, measure).map((one) =>
  ({ key: one.network.key, cost: one.cost, accuracy: one.accuracy, value: one.value, beaten: one.beaten })))"""


def case(draw):
    def network(n):
        epochs = draw.randint(1, 5)
        accuracy = [round(draw.random(), draw.choice([1, 4])) for _ in range(epochs)] if draw.random() < 0.8 else None
        costs = {kind: draw.choice([1, 2, 4, draw.uniform(1e-4, 1e8)]) for kind in KINDS}
        return {"key": str(n), "title": f"net {n}", "side": 28, "spread": None, "accuracy": accuracy, **costs}

    weights = [draw.randint(0, 10) for _ in KINDS]
    if not any(weights):
        weights[0] = 1
    measure = {"weights": weights, "rate": draw.choice([0, 0.5, draw.uniform(0, 5)]), "epoch": draw.randint(1, 8)}
    return {"networks": [network(n) for n in range(draw.randint(1, 6))], "measure": measure}


def means(networks, weights):
    """Weighted geometric means of the costs, in times of the least."""
    raw = [math.prod(one[kind] ** (w / sum(weights)) for kind, w in zip(KINDS, weights)) for one in networks]
    return [value / min(raw) for value in raw]


def test_costs_values_and_order_follow_the_formula(script, sweep):
    draw = random.Random(0)
    cases = [case(draw) for _ in range(sweep(5000))]
    for one, placed in zip(cases, script.evaluate(PLACED, cases), strict=True):
        networks, measure = one["networks"], one["measure"]
        assert sorted(entry["key"] for entry in placed) == sorted(network["key"] for network in networks)
        costs = dict(zip((network["key"] for network in networks), means(networks, measure["weights"])))
        curves = {network["key"]: network["accuracy"] for network in networks}
        for entry in placed:
            assert entry["cost"] == pytest.approx(costs[entry["key"]], rel=1e-9)
            curve = curves[entry["key"]]
            if curve is None:
                assert (entry["accuracy"], entry["value"], entry["beaten"]) == (None, None, None)
                continue
            assert entry["accuracy"] == curve[min(measure["epoch"], len(curve)) - 1]
            value = 100 * entry["accuracy"] - measure["rate"] * math.log2(entry["cost"])
            assert entry["value"] == pytest.approx(value, abs=1e-9)
        values = [entry["value"] for entry in placed]
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=True)
        assert values == known + [None] * (len(values) - len(known))


def test_a_network_is_beaten_by_one_that_is_no_dearer_and_no_worse(script, sweep):
    draw = random.Random(1)
    cases = [case(draw) for _ in range(sweep(2000))]
    beaten = 0
    for placed in script.evaluate(PLACED, cases):
        points = [(entry["cost"], -entry["accuracy"]) for entry in placed if entry["accuracy"] is not None]
        for entry in placed:
            if entry["accuracy"] is None:
                continue
            own = (entry["cost"], -entry["accuracy"])
            better = any(cost <= own[0] and loss <= own[1] and (cost, loss) != own for cost, loss in points)
            assert (entry["beaten"] is not None) == better
            beaten += better
    assert beaten > len(cases) / 10


def test_a_beaten_network_is_never_the_first_one_alone(script):
    draw = random.Random(2)
    cases = [case(draw) for _ in range(500)]
    for placed in script.evaluate(PLACED, cases):
        first, *others = [entry for entry in placed if entry["value"] is not None] or [{"beaten": None}]
        if first["beaten"]:
            assert any(entry["value"] == first["value"] for entry in others)


def test_the_axis_has_few_round_numbers_and_covers_its_range(script):
    draw = random.Random(3)
    ranges = [(low, low + width) for low in range(0, 99, 7) for width in (1, 2, 3, 5, 8, 19, 40, 100)]
    ranges += [(draw.randint(0, 50), draw.randint(51, 100)) for _ in range(200)]
    for (low, high), ticks in zip(
        ranges, script.evaluate("all => all.map(([a, b]) => convnets.costsPlot.ticks(a, b))", ranges), strict=True
    ):
        assert 2 <= len(ticks) <= 6
        assert low - 1e-9 <= ticks[0]
        assert ticks[-1] <= high + 1e-9
        steps = {round(b - a, 9) for a, b in pairwise(ticks)}
        assert len(steps) == 1
        step = steps.pop()
        assert round(step / 10 ** math.floor(math.log10(step) + 1e-9), 6) in (1, 2, 5)
