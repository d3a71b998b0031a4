"""Typical wrong answers to the exercises of chapter 6."""

from __future__ import annotations

import torch
from torch import nn


def dropped(X, p, training, *, scale=lambda p: 1 - p, always=False, rows=False):
    """Dropout with one thing done wrong."""
    if not training and not always:
        return X
    stays = torch.rand_like(X[:1] if rows else X) >= p
    return X * stays / scale(p)


def fixed(X, p, training):
    """Dropout that draws the same elements in every call."""
    if not training:
        return X
    return X * (torch.rand(X.shape, generator=torch.Generator().manual_seed(1)) >= p) / (1 - p)


def heavy(net, share, *, kinds=(nn.Conv2d,), size=lambda layer: sum(p.numel() for p in layer.parameters())):
    """The layers of some kinds that hold more than a share of all that `size` counts."""
    total = size(net)
    layers = [layer for layer in net if isinstance(layer, kinds)]
    return [n for n, layer in enumerate(layers, start=1) if size(layer) > share * total]


def ends(a, b):
    """The accuracies after the last epoch, of two recordings."""
    return [[run["validation_accuracy"][-1] for run in recording.runs] for recording in (a, b)]


def mean(values):
    """Their mean."""
    return sum(values) / len(values)


WRONG = {
    "larger": {
        "what a convolution alone takes to 54": "(223, 226)",
        "no range at all": "(224, 224)",
        "up to 227": "(195, 227)",
        "one pooling only": "(211, 226)",
        "turned round": "(226, 195)",
    },
    "message": {
        "a side that does not fit": "(256, 16, 53, 53)",
        "channels last": "(256, 54, 54, 16)",
        "AlexNet's first maps": "(256, 96, 54, 54)",
    },
    "memory": {
        "parameters alone": "lambda parameters, kept, memory: max(0, (memory - 4 * parameters) // kept)",
        "numbers for bytes": "lambda parameters, kept, memory: max(0, (memory - 4 * parameters) // (4 * kept))",
        "gradient descent": "lambda parameters, kept, memory: max(0, (memory - 8 * parameters) // kept)",
        "less than no picture": "lambda parameters, kept, memory: (memory - 16 * parameters) // kept",
        "a part of a picture": "lambda parameters, kept, memory: max(0, round((memory - 16 * parameters) / kept))",
    },
    "dropout": {
        "nothing scaled": "lambda X, p, training: dropped(X, p, training, scale=lambda p: 1)",
        "divided by p": "lambda X, p, training: dropped(X, p, training, scale=lambda p: p or 1)",
        "always on": "lambda X, p, training: dropped(X, p, training, always=True)",
        "p is what stays": "lambda X, p, training: dropped(X, 1 - p, training, scale=lambda q: 1 - q or 1)",
        "the same for all rows": "lambda X, p, training: dropped(X, p, training, rows=True)",
        "the same for all columns": "lambda X, p, training: dropped(X.T, p, training, rows=True).T",
        "the same in every call": "fixed",
    },
    "spread": {
        "means differ": "lambda a, b: mean(ends(a, b)[0]) != mean(ends(a, b)[1])",
        "one direction": "lambda a, b: min(ends(a, b)[0]) > max(ends(a, b)[1])",
        "means differ by a point": "lambda a, b: abs(mean(ends(a, b)[0]) - mean(ends(a, b)[1])) > 0.01",
        "best against best": "lambda a, b: max(ends(a, b)[0]) != max(ends(a, b)[1])",
    },
    "share": {
        "all layers with weights": "lambda net, share: heavy(net, share, kinds=(nn.Conv2d, nn.Linear))",
        "among the convolutions": "lambda net, share: [n for n, layer in enumerate((m for m in net"
        " if isinstance(m, nn.Conv2d)), start=1) if sum(p.numel() for p in layer.parameters())"
        " > share * sum(p.numel() for m in net if isinstance(m, nn.Conv2d) for p in m.parameters())]",
        "counted from 0": "lambda net, share: [n - 1 for n in heavy(net, share)]",
        "places in the network": "lambda net, share: [n for n, layer in enumerate(net) if isinstance(layer, nn.Conv2d)"
        " and sum(p.numel() for p in layer.parameters()) > share * sum(p.numel() for p in net.parameters())]",
    },
}
