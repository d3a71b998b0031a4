"""The four windows of 2×2 pooling with their maxima and averages."""

from pathlib import Path

import torch

from helpers.ops import pool2d
from helpers.plot import Drawing
from helpers.words import say

X = torch.arange(9.0).reshape(3, 3)

drawing = Drawing("pooling", 17.6, 4.4)
for n in range(4):
    i, j = divmod(n, 2)
    x0 = 0.2 + 2.7 * n
    drawing.grid(X, (x0, 1.2), "input", cell=0.8)
    drawing.frame((x0 + 0.8 * j, 1.2 + 0.8 * i), (1.6, 1.6))
drawing.text(say("drawing.windows"), (5.4, 0.6), size=12)
for x0, mode, title in ((12.0, "max", "maxima"), (15.2, "avg", "averages")):
    drawing.grid(pool2d(X, (2, 2), mode, stride=(1, 1)), (x0, 1.4), "output", say(f"drawing.{title}"))
drawing.save(Path(__file__).parent)
