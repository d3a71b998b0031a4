"""One row: what an element sees through three layers of three, and through one of seven, and by how many paths."""

from pathlib import Path

from helpers.plot import Drawing
from helpers.shapes import receptive_field


def paths(kernels: tuple[int, ...]) -> list[list[int]]:
    """From the element at the end back to the input: the number of paths from each element to it, row by row."""
    rows = [[1]]
    for kernel in reversed(kernels):
        above = rows[-1]
        places = range(len(above) + kernel - 1)
        rows.append([sum(above[max(0, i - kernel + 1) : i + 1]) for i in places])
    return rows


STEP = 1.9
drawing = Drawing("stacked_kernels", 17.0, 7.2)
for left, kernels in ((0.5, (3, 3, 3)), (9.5, (7,))):
    rows = paths(kernels)
    seen = len(rows[-1])
    assert seen == receptive_field([(kernel, 1) for kernel in kernels])[-1].size
    rise = STEP * 3 / len(kernels)
    for depth, row in enumerate(rows):
        x, y = left + (seen - len(row)) / 2, 0.3 + depth * rise
        kind = "output" if depth == 0 else "input" if depth == len(kernels) else "negative"
        if depth > 0:
            kernel, above = kernels[-depth], rows[depth - 1]
            start = left + (seen - len(above)) / 2
            for i in range(len(above)):
                for corner in (0, 1):
                    top, bottom = (start + i + corner, y - rise + 1), (x + i + corner * kernel, y)
                    drawing.line(bottom, top, width=0.7)
        drawing.grid([row], (x, y), kind, shade=True)
drawing.save(Path(__file__).parent)
