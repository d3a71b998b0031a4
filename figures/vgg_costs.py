"""Where VGG-11's parameters, multiply-adds and outputs are, block by block."""

from pathlib import Path

import torch
from matplotlib.patches import Rectangle

from helpers import models, network
from helpers.plot import COLOURS, Drawing

with torch.device("meta"):
    rows = network.table(network.trace(models.vgg(), (1, 224, 224)), (1, 224, 224))
BLOCKS = ("block1", "block2", "block3", "block4", "block5", "classifier")
PRICES = {"parameters": "kernel", "multiply_adds": "input", "memory": "output"}
HEIGHT = 4.0


def share(block: str, price: str) -> float:
    """The fraction of a price that one block takes."""
    total = sum(getattr(row, price) for row in rows)
    return sum(getattr(row, price) for row in rows if row.name.startswith(block)) / total


drawing = Drawing("vgg_costs", 22.0, 7.4)
for n, (price, colour) in enumerate(PRICES.items()):
    left = 0.6 + 7.2 * n
    drawing.text(price.replace("_adds", "-adds"), (left + 3.15, 0.6), size=12)
    drawing.line((left, 1.4 + HEIGHT), (left + 6.3, 1.4 + HEIGHT), width=1)
    for m, block in enumerate(BLOCKS):
        part = share(block, price)
        at = (left + 0.1 + 1.05 * m, 1.4 + HEIGHT * (1 - part))
        drawing.axes.add_patch(Rectangle(at, 0.85, HEIGHT * part, facecolor=COLOURS[colour], alpha=0.75, linewidth=0))
        drawing.text(f"{part:.0%}" if part >= 0.005 else "0%", (at[0] + 0.42, at[1] - 0.25), size=8.5)
        name = block.removeprefix("block") if block != "classifier" else "fc"
        drawing.text(name, (at[0] + 0.42, 1.75 + HEIGHT), size=9)
    drawing.text("block", (left + 2.6, 2.35 + HEIGHT), size=9)
drawing.save(Path(__file__).parent)
