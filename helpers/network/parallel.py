"""Branches that read the same and are joined, as a module."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn


class Parallel(nn.Module):
    """Gives its input to every branch and joins what they give.

    Parameters: branches, modules; join, "concat" (one after the other along channels, or along the numbers of vectors)
    or "add". The input of shape (batch, c, h, w) or (batch, n) may be what any branch takes.

    >>> Parallel([nn.Conv2d(1, 2, 1), nn.Identity()], "concat")(torch.zeros(1, 1, 8, 8)).shape
    torch.Size([1, 3, 8, 8])
    """

    def __init__(self, branches: Iterable[nn.Module], join: str) -> None:
        super().__init__()
        self.branches = nn.ModuleList(branches)
        self.join = join

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        first, *others = [branch(X) for branch in self.branches]
        if self.join == "concat":
            return torch.cat([first, *others], dim=1)
        return sum(others, first)

    def extra_repr(self) -> str:
        return f"join={self.join!r}"
