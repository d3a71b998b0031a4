"""Random descents and random stacks of layers, with PyTorch as the judge."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F

Rows = list[list[float]]


def tensor(rows: Any) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.float64)


@dataclass
class Descent:
    """A kernel to be learnt from what another makes of the same input."""

    input: Rows
    teacher: Rows
    kernel: Rows
    bias: float | None
    lr: float

    def passes(self, steps: int) -> list[dict[str, torch.Tensor | None]] | None:
        """Loss, gradients, kernel and bias before each step, by autograd; None where PyTorch refuses."""
        X, K = tensor(self.input).requires_grad_(), tensor(self.kernel).requires_grad_()
        b = tensor(self.bias or 0.0).requires_grad_()
        told: list[dict[str, torch.Tensor | None]] = []
        try:
            Y = F.conv2d(X[None, None], tensor(self.teacher)[None, None]).detach()
        except RuntimeError:
            return None
        for _ in range(steps):
            loss = ((F.conv2d(X[None, None], K[None, None]) + b - Y) ** 2).sum()
            dk, db, dx = torch.autograd.grad(loss, (K, b, X))
            told.append({"loss": loss, "dk": dk, "db": None if self.bias is None else db, "dx": dx})
            K = (K - self.lr * dk).detach().requires_grad_()
            if self.bias is not None:
                b = (b - self.lr * db).detach().requires_grad_()
        return told


def descents(count: int, seed: int) -> list[Descent]:
    """Inputs up to 8×8, kernels up to 3×3; now and then a kernel that does not fit."""
    draw = random.Random(seed)
    value = lambda: draw.choice([float(draw.randint(-3, 3)), draw.uniform(-2, 2)])  # noqa: E731
    matrix = lambda h, w: [[value() for _ in range(w)] for _ in range(h)]  # noqa: E731
    cases = []
    for _ in range(count):
        h, w = draw.randint(1, 8), draw.randint(1, 8)
        k = draw.randint(1, 3), draw.randint(1, 3)
        bias = draw.choice([None, value()])
        cases.append(Descent(matrix(h, w), matrix(*k), matrix(*k), bias, draw.choice([0.001, 0.01, 0.1])))
    return cases


@dataclass
class Stack:
    """Layers (kernel, stride, padding, dilation) on an input of `size` elements."""

    size: int
    layers: list[tuple[int, int, int, int]]

    def levels(self) -> list[torch.Tensor] | None:
        """The input and each layer's output, connected, where every weight is 1; None where PyTorch refuses."""
        levels = [torch.ones(1, 1, self.size, dtype=torch.float64, requires_grad=True)]
        try:
            for k, s, p, d in self.layers:
                levels.append(F.conv1d(levels[-1], torch.ones(1, 1, k, dtype=torch.float64), None, s, p, d))
        except RuntimeError:
            return None
        return levels


def stacks(count: int, seed: int) -> list[Stack]:
    """One to five layers; about a third of the stacks do not fit, or have a number below its least."""
    draw = random.Random(seed)

    def layer() -> tuple[int, int, int, int]:
        least = draw.random() < 0.02
        return (draw.randint(1, 5), draw.randint(0 if least else 1, 3), draw.randint(-1 if least else 0, 3), draw.randint(0 if least else 1, 3))  # fmt: skip  # noqa: E501

    return [Stack(draw.randint(1, 40), [layer() for _ in range(draw.randint(1, 5))]) for _ in range(count)]
