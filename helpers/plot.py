"""Pictures of grids, images and curves as SVG that is the same at every run and legible in light and dark."""

from __future__ import annotations

import base64
import html
import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from helpers.words import beginning, language, listed, say

#: one palette for the whole course
COLOURS = {"input": "#1f6feb", "kernel": "#d9730d", "output": "#1a9850", "padding": "#8a93a0", "negative": "#b5179e"}

#: stands for the colour of the text around the picture, whatever it is
INK = "#010203"

#: fonts that have Chinese, on Linux, Windows and macOS: the first one installed is used
CHINESE = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "Microsoft YaHei", "SimHei",
    "PingFang SC", "Hiragino Sans GB", "Heiti TC", "STHeiti", "Arial Unicode MS",
)  # fmt: skip

_FOLDERS = (Path(__file__).parent / "figures", Path(__file__).parent.parent / "figures")


#: the drawing alone, as an image, has no page whose colours it could take: dark ink on white
_STANDALONE = '<style data-standalone="">svg { color: #1b1f24; background: #fff; }</style>'


class Picture:
    """A drawing as SVG and as PNG (for what takes no SVG, as LaTeX), with a text for those who do not see it."""

    def __init__(self, svg: str, alt: str, png: bytes) -> None:
        self.svg, self.alt, self.png = svg, alt, png

    def _repr_html_(self) -> str:
        """An image with the SVG in its address: Jupyter and GitHub strip an SVG element of a notebook not yet run.

        The address is `data:image/svg+xml;charset=utf-8,` and the SVG, percent-encoded. The site's build puts the SVG
        itself in the image's place, without its `<style data-standalone>`, so that its ink is the page's.
        """
        style = "max-width: 100%; height: auto;"
        image = f'<img alt="{html.escape(self.alt)}" src="{_address(self.svg)}" style="{style}">'
        return f'<figure data-course-figure style="margin: 1em 0; text-align: center;">{image}</figure>'

    def _repr_png_(self) -> bytes:
        return self.png

    def __repr__(self) -> str:
        return f"Picture({self.alt!r})"


def _address(svg: str) -> str:
    """A data address of an SVG that can stand alone and inside a double-quoted attribute."""
    opening = svg.index(">", svg.index("<svg")) + 1
    alone = svg[:opening] + _STANDALONE + svg[opening:]
    return "data:image/svg+xml;charset=utf-8," + quote(alone, safe=" !$'()*+,-./:;=?@_~")


def figure(name: str) -> Picture:
    """The drawn figure `figures/NAME.svg`, with its description in the course's language.

    Raises ValueError with the names there are if there is none such.
    """
    for folder in _FOLDERS:
        path = folder / f"{name}.svg"
        if path.is_file():
            said = say(f"figure.{name}")
            return Picture(_spoken(path.read_text(encoding="utf-8")), said, path.with_suffix(".png").read_bytes())
    known = sorted({path.stem for folder in _FOLDERS for path in folder.glob("*.svg")})
    raise ValueError(say("plot.bad.figure", name=repr(name), known=listed(known)))


def _spoken(drawn: str) -> str:
    """The SVG of a drawn figure with its words in the present language; figures are drawn in English."""
    words = {texts["en"]: texts[language()] for texts in beginning("drawing.")}
    return re.sub(r"(?<=>)[^<>]+(?=</text>)", lambda found: words.get(found[0], found[0]), drawn)


class Drawing:
    """A canvas whose unit is one grid cell; rows grow downwards, as in a matrix."""

    def __init__(self, name: str, width: float, height: float, unit: float = 0.44) -> None:
        from matplotlib.figure import Figure

        self.name = name
        self.figure = Figure(figsize=(width * unit, height * unit))
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set(xlim=(0, width), ylim=(height, 0))
        self.axes.axis("off")

    def grid(
        self, values: Any, at: tuple[float, float], kind: str, title: str = "", shade: bool = False, cell: float = 1.0
    ) -> None:
        """A matrix as cells with their numbers, its upper left corner at (column, row); `shade` colours by value."""
        from matplotlib.patches import Rectangle

        rows = [[float(value) for value in row] for row in values]
        largest = max(abs(value) for row in rows for value in row) or 1.0
        x0, y0 = at
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                colour = COLOURS["negative" if value < 0 else kind]
                alpha = 0.06 + 0.5 * abs(value) / largest if shade else 0.16
                place = (x0 + j * cell, y0 + i * cell)
                self.axes.add_patch(Rectangle(place, cell, cell, facecolor=colour, alpha=alpha, linewidth=0))
                self.axes.add_patch(Rectangle(place, cell, cell, fill=False, edgecolor=COLOURS["padding"], linewidth=1))
                self.text(f"{value:g}".replace("-", "−"), (place[0] + cell / 2, place[1] + cell / 2), size=13 * cell)
        if title:
            self.text(title, (x0 + len(rows[0]) * cell / 2, y0 - 0.4), size=12)

    def frame(self, at: tuple[float, float], size: tuple[float, float], kind: str = "kernel") -> None:
        """An outline around a window: corner (column, row), size (columns, rows)."""
        from matplotlib.patches import Rectangle

        self.axes.add_patch(
            Rectangle(at, *size, fill=False, edgecolor=COLOURS[kind], linewidth=3.5, joinstyle="round", zorder=5)
        )

    def text(self, text: str, at: tuple[float, float], size: float = 13, colour: str = INK, **options: Any) -> None:
        """A line of text, centred."""
        self.axes.text(*at, text, ha="center", va="center", fontsize=size, color=colour, **options)

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        colour: str = INK,
        width: float = 1.2,
        style: str = "-",
    ) -> None:
        """A straight line; style as matplotlib writes it: "-", "--", ":"."""
        x, y = zip(start, end, strict=True)
        self.axes.plot(x, y, color=colour, linewidth=width, linestyle=style, solid_capstyle="round")

    def arrow(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """An arrow."""
        style = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0}
        self.axes.annotate("", xy=end, xytext=start, arrowprops=style)

    def picture(self, alt: str) -> Picture:
        """The drawing as a picture with its description."""
        return Picture(svg(self.figure, self.name), alt, png(self.figure))

    def save(self, folder: Path) -> None:
        """Write NAME.svg and NAME.png."""
        text = svg(self.figure, self.name)
        (folder / f"{self.name}.svg").write_text(text, encoding="utf-8", newline="\n")
        (folder / f"{self.name}.png").write_bytes(png(self.figure))


def svg(figure: Any, name: str) -> str:
    """A matplotlib figure as SVG without dates, chance ids or fixed colours of text; `name` makes its ids its own."""
    import matplotlib as mpl

    settings = {"svg.hashsalt": name, "svg.fonttype": "none", "font.family": "sans-serif", "axes.unicode_minus": True}
    out = io.StringIO()
    with mpl.rc_context(settings), _legible(figure):
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.S)
    text = re.sub(r'(<svg [^>]*?) width="([\d.]+)pt" height="([\d.]+)pt"', r'\1 width="\2pt"', text, count=1)
    text = re.sub(r' id="(?!p[0-9a-f]{10}"|m[0-9a-f]{10}")[^"]*"', "", text)  # ids that nothing refers to
    text = re.sub(r'font-family: [^;"]*', "font-family: sans-serif", text)
    return text.replace(INK, "currentColor")


@contextmanager
def _legible(figure: Any) -> Iterator[None]:
    """Chinese in a font that has it, for widths and for the PNG; where there is none, nothing is said of it.

    An SVG names no font: whoever shows it has one.
    """
    from matplotlib import font_manager
    from matplotlib.text import Text

    chinese = [text for text in figure.findobj(Text) if any(sign >= "\u2e80" for sign in text.get_text())]
    if chinese:
        installed = set(font_manager.get_font_names())
        families = ["DejaVu Sans", *[name for name in CHINESE if name in installed][:1]]
        for text in chinese:
            text.set_fontfamily(families)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font")
        yield


def png(figure: Any, dpi: int = 144, colours: int = 64) -> bytes:
    """A matplotlib figure as a small PNG on white, with a palette: 64 colours are enough for a drawing."""
    from PIL import Image

    out = io.BytesIO()
    with _legible(figure):
        figure.savefig(out, format="png", dpi=dpi, facecolor="white")
    small = Image.open(out).convert("RGB").quantize(colours, dither=Image.Dither.NONE)
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True, dpi=(dpi, dpi))
    return out.getvalue()


def grids(
    *matrices: Any, titles: Sequence[str], kinds: Sequence[str] | None = None, signs: Sequence[str] = ()
) -> Picture:
    """Matrices side by side as grids of shaded numbers, with signs such as "⋆" and "=" between them."""
    rows = [[[float(v) for v in row] for row in matrix] for matrix in matrices]
    kinds = kinds or ["input", "kernel", "output"][: len(rows)]
    height = max(len(matrix) for matrix in rows)
    width = sum(len(matrix[0]) for matrix in rows) + 1.2 * (len(rows) - 1)
    drawing = Drawing("grids-" + "-".join(titles), width + 0.2, height + 1.0)
    x = 0.1
    for n, (matrix, title, kind) in enumerate(zip(rows, titles, kinds, strict=True)):
        y = 0.8 + (height - len(matrix)) / 2
        drawing.grid(matrix, (x, y), kind, title, shade=True)
        x += len(matrix[0])
        if n + 1 < len(rows):
            drawing.text(signs[n] if n < len(signs) else "", (x + 0.6, 0.8 + height / 2), size=16)
            x += 1.2
    named = zip(titles, rows, strict=True)
    sizes = listed(say("plot.grid", title=title, h=len(matrix), w=len(matrix[0])) for title, matrix in named)
    return drawing.picture(say("plot.grids", names=sizes))


class Pictures:
    """Images side by side, every pixel a square, each with its title below."""

    def __init__(self, images: Sequence[Any], titles: Sequence[str], width: int) -> None:
        self.titles, self.width = list(titles), width
        self._sources = [_png(image) for image in images]

    def _repr_html_(self) -> str:
        cells = []
        for title, source in zip(self.titles, self._sources, strict=True):
            name = html.escape(title)
            style = f"width: {self.width}px; max-width: 100%; image-rendering: pixelated; background: none;"
            cells.append(
                f'<figure style="margin: 0; text-align: center;"><img src="data:image/png;base64,{source}" '
                f'alt="{name}" style="{style}"><figcaption>{name}</figcaption></figure>'
            )
        row = "display: flex; flex-wrap: wrap; gap: 1em; justify-content: center; margin: 1em 0;"
        return f'<div style="{row}">{"".join(cells)}</div>'

    def _repr_png_(self) -> bytes:
        """The row of images as one, for what shows no HTML."""
        from matplotlib.figure import Figure
        from matplotlib.image import imread

        row = Figure(figsize=(1.1 * self.width / 100 * len(self.titles), 1), dpi=100, layout="constrained")
        images = [imread(io.BytesIO(base64.b64decode(source))) for source in self._sources]
        tallest = max(image.shape[0] / image.shape[1] for image in images)
        row.set_figheight(self.width / 100 * tallest + 0.3)
        for axes, image, title in zip(row.subplots(1, len(images), squeeze=False)[0], images, self.titles, strict=True):
            axes.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
            axes.set_xlabel(title, fontsize=8)
            axes.set(xticks=[], yticks=[], anchor="N")
            axes.spines[:].set_visible(False)
        return png(row, dpi=100, colours=256)

    def __repr__(self) -> str:
        return f"Pictures({listed(self.titles)})"


def pictures(*images: Any, titles: Sequence[str], width: int = 160) -> Pictures:
    """Grey images of shape (h, w), or colour images of shape (3, h, w), with values from 0 (black) to 1 (white).

    Values outside are shown as black or white. Raises ValueError if there is not one title for each image.
    """
    if len(images) != len(titles):
        raise ValueError(say("plot.bad.titles", images=len(images), titles=len(titles)))
    return Pictures(images, titles, width)


def _png(image: Any) -> str:
    import numpy as np
    from PIL import Image

    values = np.asarray(image.detach().cpu(), dtype=float)
    values = values.transpose(1, 2, 0) if values.ndim == 3 else values
    out = io.BytesIO()
    Image.fromarray((values.clip(0, 1) * 255).round().astype("uint8")).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def curves(
    lines: dict[str, Sequence[float]],
    *,
    x: str,
    y: str,
    logarithmic: bool = False,
    levels: dict[str, float] | None = None,
    points: bool = False,
) -> Picture:
    """Curves over 1, 2, 3, … with their names; `levels` are horizontal lines with names, `points` marks each value."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    picture = Figure(figsize=(6.4, 3.2), layout="constrained")
    axes = picture.add_subplot()
    palette = [COLOURS[kind] for kind in ("input", "kernel", "output", "negative", "padding")]
    for n, (name, values) in enumerate(lines.items()):
        style: dict[str, Any] = {"color": palette[n % 5], "linestyle": ["-", "--", "-.", ":"][n % 4], "markersize": 3}
        axes.plot(range(1, len(values) + 1), values, label=name, marker="o" if points else None, **style)
    for name, value in (levels or {}).items():
        axes.axhline(value, color=COLOURS["padding"], linestyle=":", label=name)
    axes.set(xlabel=x, ylabel=y, yscale="log" if logarithmic else "linear")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    _in_ink(axes)
    axes.legend(frameon=False, labelcolor=INK)
    said = say("plot.curves", y=y, x=x, names=listed(lines))
    return Picture(svg(picture, "curves-" + "-".join(lines)), said, png(picture))


class LiveCurves:
    """A picture of training and validation accuracy that grows while `train.fit` runs: give it as `show`.

    `recorded` holds curves of whole runs by name, drawn beside the reader's own. Outside notebooks it shows
    nothing.
    """

    def __init__(self, recorded: dict[str, Sequence[float]] | None = None) -> None:
        self.recorded, self._handle = recorded or {}, None

    def __call__(self, history: Any) -> None:
        """Draw the history so far, in the place of what was drawn before."""
        try:
            from IPython import get_ipython
            from IPython.display import display
        except ImportError:
            return
        if get_ipython() is None:
            return
        if self._handle is None:
            self._handle = display(self.picture(history), display_id=True)
        else:
            self._handle.update(self.picture(history))

    def picture(self, history: Any) -> Picture:
        """The curves of a history, over the recorded ones."""
        lines = {say("plot.training"): history.train_accuracy, say("plot.validation"): history.validation_accuracy}
        own = {name: values for name, values in lines.items() if values}
        return curves(own | self.recorded, x=say("plot.epoch"), y=say("plot.accuracy"), points=True)


def confusion(counts: Any, names: Sequence[str]) -> Picture:
    """A confusion matrix: how many images of each class (rows) were taken for each class (columns).

    Parameters: counts, whole numbers of shape (classes, classes); names, one for each class.
    Raises ValueError if there is not one name for each row.
    """
    rows = [[int(value) for value in row] for row in counts]
    if len(rows) != len(names):
        raise ValueError(say("plot.bad.names", rows=len(rows), names=len(names)))
    drawing = Drawing("confusion", len(rows) * 1.25 + 4.8, len(rows) * 0.8 + 3.2)
    for i, (name, row) in enumerate(zip(names, rows, strict=True)):
        drawing.axes.text(3.2, 3.5 + 0.8 * i, name, ha="right", va="center", fontsize=10, color=INK)
        drawing.axes.text(4.0 + 1.25 * i, 3.0, name, ha="left", va="bottom", fontsize=10, color=INK, rotation=45)
        for j, count in enumerate(row):
            _count(drawing, (3.4 + 1.25 * j, 3.1 + 0.8 * i), count / max(sum(row), 1), count, right=i == j)
    worst = max(
        ((i, j) for i in range(len(rows)) for j in range(len(rows)) if i != j), key=lambda at: rows[at[0]][at[1]]
    )
    said = say("plot.confusion", first=names[worst[0]], second=names[worst[1]], count=rows[worst[0]][worst[1]])
    return drawing.picture(said)


def _count(drawing: Drawing, at: tuple[float, float], part: float, count: int, right: bool) -> None:
    from matplotlib.patches import Rectangle

    colour = COLOURS["output" if right else "kernel"]
    drawing.axes.add_patch(Rectangle(at, 1.25, 0.8, facecolor=colour, alpha=0.7 * part**0.5, linewidth=0))
    drawing.axes.add_patch(Rectangle(at, 1.25, 0.8, fill=False, edgecolor=COLOURS["padding"], linewidth=0.6))
    if count:
        drawing.text(str(count), (at[0] + 0.625, at[1] + 0.4), size=10)


def _in_ink(axes: Any) -> None:
    axes.tick_params(colors=INK, which="both")
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    for side, spine in axes.spines.items():
        spine.set(color=INK, visible=side in ("left", "bottom"))
