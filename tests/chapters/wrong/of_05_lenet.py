"""Typical wrong answers to the exercises of chapter 5."""

from __future__ import annotations

from typing import Any

from torch import nn
from torch.nn import functional as F

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


class Fixed(nn.Module):
    """A sub-sampling layer whose factor and summand are not trained."""

    def forward(self, X):
        return F.avg_pool2d(X, 2)


WRONG = {
    "larger": {"as for 28×28": "400", "padding forgotten": "16 * 13 * 13", "one map": "14 * 14"},
    "counting": {
        "weights without biases": "lambda net: {n: m.weight.numel() for n, m in net.named_children()"
        " if hasattr(m, 'weight')}",
        "members without parameters too": "lambda net: {n: sum(p.numel() for p in m.parameters())"
        " for n, m in net.named_children()}",
        "by the layer's place among all with weights": "lambda net: dict(enumerate(parameters_solution(net).values()))",
    },
    "subsampling": {
        "nothing to train": "Fixed()",
        "one number for all channels": "Subsampling_solution(1)",
        "a maximum": "type('Max', (Subsampling_solution,), {'forward': lambda self, X: F.max_pool2d(X, 2)"
        " * self.weight[:, None, None] + self.bias[:, None, None]})(6)",
        "the sum of the four": "type('Sum', (Subsampling_solution,), {'forward': lambda self, X: 4 * F.avg_pool2d(X, 2)"
        " * self.weight[:, None, None] + self.bias[:, None, None]})(6)",
    },
    "bug": {
        "eval without parentheses": "evaluate(names, eval='net.eval')",
        "softmax before the loss": "evaluate(names, logits='logits.softmax(dim=1)')",
        "a mean of means": "evaluate(names, weight='', divisor='len(batches)')",
        "always back to training": "evaluate(names, restore='net.train()')",
    },
    "saturation": {
        "zeros of single pictures count": "lambda net, X: [(X == 0).float().mean().item() for layer in net"
        " if (X := layer(X)) is not None and isinstance(layer, nn.ReLU)]",
        "the first picture only": "lambda net, X: dead_solution(net, X[:1])",
        "the units that live": "lambda net, X: [1 - part for part in dead_solution(net, X)]"
        " if len(net) < 4 else [1 - part / 2 for part in dead_solution(net, X)]",
    },
}
