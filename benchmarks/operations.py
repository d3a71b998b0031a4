"""From-scratch loops against the vectorised form and PyTorch's own convolution, as ratios in one run."""

from __future__ import annotations

import timeit
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks.figures import Figure
from helpers import ops


def vectorised(X: Tensor, K: Tensor) -> Tensor:
    """Cross-correlation as a product of all windows with the kernel at once."""
    k_h, k_w = K.shape
    return (X.unfold(0, k_h, 1).unfold(1, k_w, 1) * K).sum((-2, -1))


def measure(size: int = 64, kernel: int = 5, rounds: int = 5) -> list[Figure]:
    """How many times slower than F.conv2d the others are; they agree, or AssertionError is raised."""
    X, K = torch.rand(size, size), torch.rand(kernel, kernel)
    ways: dict[str, Callable[[], Tensor]] = {
        "loops": lambda: ops.corr2d(X, K),
        "all windows at once": lambda: vectorised(X, K),
        "F.conv2d": lambda: F.conv2d(X[None, None], K[None, None])[0, 0],
    }
    times = {}
    for name, way in ways.items():
        torch.testing.assert_close(way(), ways["F.conv2d"]())
        number = 1 if name == "loops" else 50
        times[name] = min(timeit.repeat(way, number=number, repeat=rounds)) / number
    title = f"{size}×{size} input, {kernel}×{kernel} kernel: "
    return [Figure(f"{title}{name}, in times of F.conv2d", t / times["F.conv2d"], "×") for name, t in times.items()]
