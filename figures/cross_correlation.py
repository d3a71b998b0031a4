"""The first output element of a cross-correlation, with its window."""

from pathlib import Path

import torch

from helpers.ops import corr2d
from helpers.plot import Drawing

X, K = torch.arange(9).reshape(3, 3), torch.tensor([[0, 1], [2, 3]])

drawing = Drawing("cross_correlation", 10.6, 4.1)
drawing.grid(X, (0.2, 0.9), "input", "X  3×3")
drawing.text("⋆", (3.9, 2.4), size=18)
drawing.grid(K, (4.6, 1.4), "kernel", "K  2×2")
drawing.text("=", (7.3, 2.4), size=18)
drawing.grid(corr2d(X, K), (8.1, 1.4), "output", "Y  2×2")
drawing.frame((0.2, 0.9), (2, 2))
drawing.frame((8.1, 1.4), (1, 1))
drawing.save(Path(__file__).parent)
