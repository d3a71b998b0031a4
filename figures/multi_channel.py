"""Two channels, their kernel planes, the partial sums and their total."""

from pathlib import Path

import torch

from helpers.ops import corr2d, corr2d_multi_in
from helpers.plot import Drawing
from helpers.words import say

x, k = torch.arange(9).reshape(3, 3), torch.tensor([[0, 1], [2, 3]])
X, K = torch.stack([x, x + 1]), torch.stack([k, k + 1])

drawing = Drawing("multi_channel", 15.6, 8.4)
for c in range(2):
    top = 0.9 + 4.1 * c
    drawing.grid(X[c], (0.2, top), "input", say(f"drawing.input{c + 1}"))
    drawing.text("⋆", (3.8, top + 1.5), size=18)
    drawing.grid(K[c], (4.4, top + 0.5), "kernel", say(f"drawing.kernel{c + 1}"))
    drawing.text("=", (7.0, top + 1.5), size=18)
    drawing.grid(corr2d(X[c], K[c]), (7.6, top + 0.5), "output", say("drawing.partial"))
    drawing.frame((0.2, top), (2, 2))
    drawing.frame((7.6, top + 0.5), (1, 1))
    drawing.arrow((10.1, top + 1.5), (12.1, 4.0 if c == 0 else 4.6))
drawing.text("+", (11.0, 4.3), size=18)
drawing.grid(corr2d_multi_in(X, K), (12.6, 3.3), "output", "Y")
drawing.frame((12.6, 3.3), (1, 1))
drawing.save(Path(__file__).parent)
