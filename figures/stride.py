"""The four windows of a 2×2 kernel with padding 1 and a stride of 3 rows and 2 columns."""

from pathlib import Path

import torch
import torch.nn.functional as F

from helpers.ops import corr2d_strided
from helpers.plot import Drawing
from helpers.words import say

X, K = torch.arange(9).reshape(3, 3), torch.tensor([[0, 1], [2, 3]])
Y = corr2d_strided(X, K, padding=(1, 1), stride=(3, 2))

drawing = Drawing("stride", 12.4, 6.2)
drawing.grid(F.pad(X, (1, 1, 1, 1)), (0.2, 0.9), "padding", say("drawing.padded"))
drawing.grid(X, (1.2, 1.9), "input")
for i in range(2):
    for j in range(2):
        drawing.frame((0.2 + 2 * j, 0.9 + 3 * i), (2, 2))
drawing.text("⋆", (5.9, 3.4), size=18)
drawing.grid(K, (6.6, 2.4), "kernel", "K")
drawing.text("=", (9.3, 3.4), size=18)
drawing.grid(Y, (10.1, 2.4), "output", "Y")
drawing.save(Path(__file__).parent)
