"""Typical wrong answers to the exercises of chapter 5."""

from __future__ import annotations

from typing import Any

from torch import nn

EVALUATE = """
def evaluate(net, batches):
    was = net.training
    {eval}
    total, right, count = 0.0, 0, 0
    for X, y in batches:
        logits = net(X)
        total += F.cross_entropy({logits}, y).item(){weight}
        right += (logits.argmax(dim=1) == y).sum().item()
        count += len(y)
    {restore}
    return total / {divisor}, right / count
"""

MENDED = {
    "eval": "net.eval()", "logits": "logits", "weight": " * len(y)", "restore": "net.train(was)", "divisor": "count",
}  # fmt: skip


def evaluate(names: dict[str, Any], **bugs: str) -> Any:
    """The evaluation of the exercise with some bugs left in."""
    made: dict[str, Any] = {}
    exec(EVALUATE.format(**{**MENDED, **bugs}), names, made)
    return made["evaluate"]


def ratios(names: dict[str, Any], kinds: tuple[type, ...], *, turned: bool = False, whole: bool = False) -> Any:
    """A squeeze with a mistake: other layers counted, the fraction turned round, or one deviation over everything."""

    def spread(Z):
        return Z.std() if whole else Z.std(dim=0).mean()

    def squeeze(net, X):
        found = []
        for layer in net:
            Y = layer(X)
            if isinstance(layer, kinds):
                found.append((spread(X) / spread(Y) if turned else spread(Y) / spread(X)).item())
            X = Y
        return found

    return squeeze


def counted(net: Any, X: Any, *, batch: bool = False, biases: bool = False, size: bool = False) -> list[Any]:
    """Pairs of parameters and multiply-adds with a mistake in the second."""
    pairs = []
    for layer in net:
        before, X = X, layer(X)
        if isinstance(layer, nn.Conv2d | nn.Linear):
            parameters = sum(p.numel() for p in layer.parameters())
            positions = (before if size else X)[0, 0].numel()
            per_place = parameters if biases else layer.weight.numel()
            pairs.append((parameters, per_place * positions * (len(X) if batch else 1)))
    return pairs


ACTIVATIONS = (nn.Sigmoid, nn.Tanh, nn.ReLU)

RECALL = [[0.8, 0.9, 0.54], [0.89, 0.75, 0.77]]

WRONG = {
    "squeeze": {
        "every layer": "ratios(names, (nn.Module,))",
        "sigmoids only": "ratios(names, (nn.Sigmoid,))",
        "turned round": "ratios(names, ACTIVATIONS, turned=True)",
        "one deviation over pictures and elements": "ratios(names, ACTIVATIONS, whole=True)",
    },
    "larger": {"as for 28×28": "400", "padding forgotten": "16 * 13 * 13", "one map": "14 * 14"},
    "counting": {
        "for the whole batch": "lambda net, X: counted(net, X, batch=True)",
        "biases multiplied as well": "lambda net, X: counted(net, X, biases=True)",
        "positions of the input": "lambda net, X: counted(net, X, size=True)",
    },
    "entropy": {
        "all alike": "math.log(4)",
        "the first class only": "-math.log(0.7)",
        "base two": "-sum(p * math.log2(p) for p in (0.7, 0.1, 0.1, 0.1))",
        "sure of the first": "0.0",
    },
    "real": {
        "standard deviations not divided": "0.7",
        "deviations added": "1.0",
        "one row only": "1.3",
        "the wrong sign": "-1.2",
    },
    "leak": {"a": "'a'", "c": "'c'", "d": "'d'"},
    "bug": {
        "eval without parentheses": "evaluate(names, eval='net.eval')",
        "softmax before the loss": "evaluate(names, logits='logits.softmax(dim=1)')",
        "a mean of means": "evaluate(names, weight='', divisor='len(batches)')",
        "always back to training": "evaluate(names, restore='net.train()')",
    },
    "recall": {
        "rows swapped": "RECALL[::-1]",
        "recall twice": "[RECALL[0], RECALL[0]]",
        "of all pictures": "[[0.2, 0.45, 0.14]] * 2",
    },
    "ablation": {"a": "'a'", "c": "'c'", "d": "'d'"},
    "saturation": {
        "zeros of single pictures count": "lambda net, X: [(X == 0).float().mean().item() for layer in net"
        " if (X := layer(X)) is not None and isinstance(layer, nn.ReLU)]",
        "the first picture only": "lambda net, X: dead_solution(net, X[:1])",
        "the units that live": "lambda net, X: [1 - part for part in dead_solution(net, X)]"
        " if len(net) < 4 else [1 - part / 2 for part in dead_solution(net, X)]",
    },
}
