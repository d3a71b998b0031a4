"""Where AlexNet's parameters, multiply-adds and outputs are: the share of each of its eight layers with weights."""

import math
from pathlib import Path

from matplotlib.patches import Rectangle

from helpers import models, network
from helpers.plot import COLOURS, Drawing

SHAPE = (1, 224, 224)
NAMES = ("C1", "C2", "C3", "C4", "C5", "F1", "F2", "F3")
BAR = 5.4  # the width of a share of 100 %

rows = [row for row in network.table(network.trace(models.alexnet(), SHAPE), SHAPE) if row.parameters]
panels = {
    "parameters": [row.parameters for row in rows],
    "multiply-adds": [row.multiply_adds for row in rows],
    "outputs": [math.prod(row.shape) for row in rows],
}

drawing = Drawing("alexnet_costs", 17.4, 7.6)
for panel, (title, values) in enumerate(panels.items()):
    x0 = 1.2 + 5.8 * panel
    drawing.text(title, (x0 + 1.5, 0.6), size=15)
    for n, (name, value) in enumerate(zip(NAMES, values, strict=True)):
        share, y = value / sum(values), 1.3 + 0.76 * n
        drawing.text(name, (x0 - 0.6, y + 0.28), size=14)
        colour = COLOURS["kernel" if name.startswith("F") else "input"]
        drawing.axes.add_patch(Rectangle((x0, y), max(BAR * share, 0.03), 0.56, facecolor=colour, linewidth=0))
        drawing.text(f"{100 * share:.0f} %", (x0 + BAR * share + 0.8, y + 0.28), size=13)
drawing.save(Path(__file__).parent)
