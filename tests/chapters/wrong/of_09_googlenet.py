"""Typical wrong answers to the exercises of chapter 9."""

from __future__ import annotations

from torch import nn
from torch.nn import functional as F


def measured(net, X, y, measure, afresh=True):
    """A measure of the gradient of each convolution, with or without what an earlier call has left."""
    if afresh:
        net.zero_grad()
    F.cross_entropy(net(X), y).backward()
    return {name: measure(m.weight.grad) for name, m in net.named_modules() if isinstance(m, nn.Conv2d)}


WRONG = {
    "shape": {
        "the reductions counted": "(192 + 96 + 208 + 16 + 48 + 64, 14, 12)",
        "rows and columns exchanged": "(512, 12, 14)",
        "the channels of the input": "(480, 14, 12)",
        "without padding": "(512, 10, 8)",
    },
    "widest": {
        "as many weights are enough": "lambda c_i, c_o, k: k * k * c_i * c_o // (c_i + k * k * c_o)",
        "rounded": "lambda c_i, c_o, k: round(k * k * c_i * c_o / (c_i + k * k * c_o))",
        "only the large kernel counted": "lambda c_i, c_o, k: c_i - 1",
        "the kernel not squared": "lambda c_i, c_o, k: (k * c_i * c_o - 1) // (c_i + k * c_o)",
    },
    "field": {"one block": "5", "windows multiplied": "125", "windows added": "15", "the 3×3 branches": "7"},
    "judge": {
        "a network without the branch": "[[1, 1, 0, 0]]",
        "one at a time taken for all at once": "[[1, 0, 1, 0]]",
        "nothing is shown": "[[0, 0, 0, 0]]",
        "everything is shown": "[[1, 1, 1, 1]]",
    },
    "norms": {
        "the sum in the place of the mean": "lambda net, X, y: measured(net, X, y, lambda g: g.norm().item())",
        "the mean of absolute values": "lambda net, X, y: measured(net, X, y, lambda g: g.abs().mean().item())",
        "gradients added up": "lambda net, X, y: measured(net, X, y, lambda g: g.square().mean().sqrt().item(), False)",
        "the root forgotten": "lambda net, X, y: measured(net, X, y, lambda g: g.square().mean().item())",
    },
    "bug": {
        "one block": "16 * 16 * 32",
        "all of the 5×5 weights": "595_200",
        "those that remain": "214_272",
    },
}
