"""Max pooling loses a negative response; absolute values keep it."""

from pathlib import Path

import torch

from helpers.ops import pool2d
from helpers.plot import Drawing
from helpers.words import say

ROW = torch.tensor([[0.0, 1, 0, 0, 0, -1, 0]])

drawing = Drawing("lost_edge", 18.2, 4.6)
for n, (responses, name) in enumerate([(ROW, "responses"), (ROW.abs(), "absolute")]):
    top = 0.9 + 2.1 * n
    drawing.grid(responses, (0.2, top), "input", say(f"drawing.{name}"), shade=True)
    drawing.arrow((7.6, top + 0.5), (10.4, top + 0.5))
    drawing.text(say("drawing.maximum"), (9.0, top + 0.1), size=11)
    drawing.grid(pool2d(responses, (1, 2), stride=(1, 1)), (10.8, top), "output", shade=True)
    drawing.frame((4.2, top), (2, 1))
    drawing.frame((14.8, top), (1, 1))
drawing.save(Path(__file__).parent)
