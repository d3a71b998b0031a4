"""A 3×3 input in a frame of zeros, and the 4×4 output of a 2×2 kernel."""

from pathlib import Path

import torch
import torch.nn.functional as F

from helpers.ops import corr2d
from helpers.plot import Drawing
from helpers.words import say

X, K = torch.arange(9).reshape(3, 3), torch.tensor([[0, 1], [2, 3]])
padded = F.pad(X, (1, 1, 1, 1))

drawing = Drawing("padding", 14.4, 6.2)
drawing.grid(padded, (0.2, 0.9), "padding", say("drawing.padded"))
drawing.grid(X, (1.2, 1.9), "input")
drawing.text("⋆", (5.9, 3.4), size=18)
drawing.grid(K, (6.6, 2.4), "kernel", "K")
drawing.text("=", (9.3, 3.4), size=18)
drawing.grid(corr2d(padded, K), (10.1, 1.4), "output", "Y")
drawing.frame((0.2, 0.9), (2, 2))
drawing.frame((10.1, 1.4), (1, 1))
drawing.save(Path(__file__).parent)
