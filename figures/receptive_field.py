"""What one element sees through two 2×2 layers."""

from pathlib import Path

import torch

from helpers.ops import corr2d
from helpers.plot import Drawing

X, K = torch.arange(9).reshape(3, 3), torch.tensor([[0, 1], [2, 3]])
Y = corr2d(X, K)
Z = corr2d(Y, torch.ones(2, 2, dtype=torch.long))

drawing = Drawing("receptive_field", 9.9, 4.2)
drawing.grid(X, (0.2, 0.9), "input", "X")
drawing.grid(Y, (5.0, 1.4), "output", "Y")
drawing.grid(Z, (8.7, 1.9), "negative", "Z")
drawing.arrow((3.5, 2.4), (4.7, 2.4))
drawing.arrow((7.3, 2.4), (8.4, 2.4))
drawing.frame((0.2, 0.9), (3, 3), "negative")
drawing.frame((5.0, 1.4), (2, 2), "negative")
drawing.frame((0.28, 0.98), (1.9, 1.9), "kernel")
drawing.frame((5.08, 1.48), (0.86, 0.86), "kernel")
drawing.save(Path(__file__).parent)
