"""Random convolutions, possible and impossible, with PyTorch as the judge."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F


@dataclass
class Case:
    """One call of conv2d: matrices as nested lists, settings as pairs."""

    input: list[list[float]]
    kernel: list[list[float]]
    padding: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    bias: float

    @property
    def settings(self) -> dict[str, Any]:
        return {"padding": self.padding, "stride": self.stride, "dilation": self.dilation}

    @property
    def sizes(self) -> tuple[tuple[int, int], tuple[int, int]]:
        return (len(self.input), len(self.input[0])), (len(self.kernel), len(self.kernel[0]))

    def expected(self) -> torch.Tensor | None:
        """PyTorch's float64 output, or None where it refuses."""
        X, K = (torch.tensor(m, dtype=torch.float64)[None, None] for m in (self.input, self.kernel))
        try:
            return F.conv2d(X, K, torch.tensor([self.bias], dtype=torch.float64), **_torch(self.settings))[0, 0]
        except RuntimeError:
            return None


def _torch(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) for name, value in settings.items()}


def cases(count: int, seed: int) -> list[Case]:
    """Half of the cases possible, half refused; whole and fractional, positive and negative numbers."""
    draw = random.Random(seed)
    kept: dict[bool, list[Case]] = {True: [], False: []}
    while min(len(kept[True]), len(kept[False])) < count // 2:
        case = _draw(draw)
        kept[case.expected() is not None].append(case)
    return [case for both in zip(kept[True], kept[False], strict=False) for case in both][:count]


def _draw(draw: random.Random) -> Case:
    whole = draw.random() < 0.5
    value = (lambda: float(draw.randint(-9, 9))) if whole else (lambda: draw.uniform(-10, 10))
    matrix = lambda h, w: [[value() for _ in range(w)] for _ in range(h)]  # noqa: E731
    pair = lambda low, high: (draw.randint(low, high), draw.randint(low, high))  # noqa: E731
    least = draw.random() < 0.15  # now and then what is below the least
    return Case(
        input=matrix(*pair(1, 10)),
        kernel=matrix(*pair(1, 6)),
        padding=pair(-1 if least else 0, 3),
        stride=pair(0 if least else 1, 4),
        dilation=pair(0 if least else 1, 3),
        bias=value(),
    )
