"""The four places of a 2×2 window on a 3×3 input, and what each gives."""

from pathlib import Path

import torch

from helpers.ops import corr2d
from helpers.plot import Drawing

X, K = torch.arange(9).reshape(3, 3), torch.tensor([[0, 1], [2, 3]])
Y = corr2d(X, K)

drawing = Drawing("four_windows", 14.4, 4.6)
for n, (i, j) in enumerate([(0, 0), (0, 1), (1, 0), (1, 1)]):
    x = 0.2 + 3.65 * n
    drawing.grid(X, (x, 0.2), "input")
    drawing.frame((x + j, 0.2 + i), (2, 2))
    drawing.text(f"Y[{i}, {j}] = {Y[i, j]}", (x + 1.5, 3.9), size=13)
drawing.save(Path(__file__).parent)
