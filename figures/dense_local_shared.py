"""From a dense layer to a convolution: all connections, the local ones, the local ones with shared weights."""

from pathlib import Path

from matplotlib.patches import Circle

from helpers.plot import COLOURS, Drawing

INPUTS, KERNEL = 5, 3
OUTPUTS = INPUTS - KERNEL + 1
STYLES = ["-", "--", ":"]  # what shares a weight shares a line style, too
SHARED = [COLOURS["input"], COLOURS["kernel"], COLOURS["output"]]

drawing = Drawing("dense_local_shared", 17.4, 4.0)
for panel in range(3):
    x0 = 0.5 + 5.9 * panel
    for o in range(OUTPUTS):
        for i in range(INPUTS):
            if panel > 0 and not o <= i < o + KERNEL:
                continue
            colour = SHARED[i - o] if panel == 2 else COLOURS["padding"]
            style = STYLES[i - o] if panel == 2 else "-"
            drawing.line((x0 + i + 0.35, 3.2), (x0 + o + 1.35, 0.8), colour, 2.6 if panel == 2 else 1.4, style)
    for i in range(INPUTS):
        drawing.axes.add_patch(Circle((x0 + i + 0.35, 3.2), 0.28, color=COLOURS["input"], zorder=4))
    for o in range(OUTPUTS):
        drawing.axes.add_patch(Circle((x0 + o + 1.35, 0.8), 0.28, color=COLOURS["output"], zorder=4))
drawing.save(Path(__file__).parent)
