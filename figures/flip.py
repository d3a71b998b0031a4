"""A kernel flipped left-right and then up-down."""

from pathlib import Path

import torch

from helpers.plot import Drawing

K = torch.tensor([[0, 1], [2, 3]])

drawing = Drawing("flip", 10.8, 3.1)
for n, (kernel, sign) in enumerate([(K, "↔"), (K.flip(1), "↕"), (K.flip(0, 1), "")]):
    x = 0.2 + 4.2 * n
    drawing.grid(kernel, (x, 0.6), "kernel")
    if sign:
        drawing.text(sign, (x + 3.1, 1.2), size=22)
        drawing.arrow((x + 2.4, 1.9), (x + 3.8, 1.9))
drawing.save(Path(__file__).parent)
