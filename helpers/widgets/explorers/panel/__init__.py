"""Several trained networks that answer the same picture, alive in the page; PyTorch is their judge in a notebook."""

from __future__ import annotations

import base64
import functools
import html
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import traitlets as t

from helpers import network, plot, weights
from helpers.widgets.base import CourseWidget
from helpers.widgets.explorers.trained import SIDE, Picture, resized, version
from helpers.words import listed, say

if TYPE_CHECKING:
    import torch


class PanelExplorer(CourseWidget):
    """Trained networks side by side: a picture is drawn, and each says what it sees.

    Parameters: networks, names in `helpers.models.TRAINED`, all of them if None; image, grey levels from 0 to 255 of
    shape (28, 28) to begin with; id, the HTML id. The reader's picture arrives in `image`. It comes to each network's
    size as `F.interpolate(mode="bilinear", antialias=True)` brings it.
    Raises ValueError for other networks, pictures of other sizes and levels out of range.

    >>> PanelExplorer(["lenet", "vgg"]).output["vgg"].shape
    torch.Size([10])
    """

    _state = ("networks", "image", "gallery", "labels")

    networks: t.List[Any] = t.List(help="each network: its files' name, its title, layers and shapes").tag(sync=True)
    image = Picture(SIDE).tag(sync=True)
    gallery = t.Unicode(help="images to choose from, as base64").tag(sync=True)
    labels = t.List(t.Int()).tag(sync=True)
    weights: t.List[Any] = t.List(t.Bytes(), help="the files of weights, for the page of a notebook").tag(sync=True)

    def __init__(self, networks: Sequence[str] | None = None, image: Any = None, *, id: str | None = None) -> None:
        from helpers.models.trained import TRAINED

        names = list(TRAINED) if networks is None else list(networks)
        if not names or not set(names) <= set(TRAINED) or len(set(names)) < len(names):
            raise ValueError(say("panel.bad.names", known=listed(TRAINED), value=repr(networks)))
        images, labels = _two_of_each()
        super().__init__(
            id=id, networks=[_told(name) for name in names], image=images[0] if image is None else image,
            gallery=base64.b64encode(images.numpy().tobytes()).decode(), labels=labels.tolist(),
            weights=[_read(name) for name in names],
        )  # fmt: skip

    @property
    def output(self) -> dict[str, torch.Tensor]:
        """Each network's ten logits, by its name, as PyTorch computes them for the picture: float64, of shape (10,)."""
        import torch

        from helpers.models.trained import trained

        X, logits = torch.tensor(self.image, dtype=torch.float64)[None, None] / 255, {}
        for one in self.networks:
            with torch.no_grad():
                logits[one["network"]] = trained(one["network"]).double()(resized(X, one["input_shape"][1:]))[0]
        return logits

    def _fallback(self) -> str:
        import torch

        picture = plot.pictures(torch.tensor(self.image) / 255, titles=[say("ui.input")])
        heads = "".join(f'<th scope="col">{html.escape(say(f"panel.{name}"))}</th>' for name in _COLUMNS)
        rows = "".join(
            f"<tr>{_line(one, logits)}</tr>" for one, logits in zip(self.networks, self.output.values(), strict=True)
        )
        return f"{picture._repr_html_()}<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"

    def __repr__(self) -> str:
        return f"PanelExplorer({listed(one['title'] for one in self.networks)})"


_COLUMNS = ("network", "answer", "probability")


def _line(one: dict[str, Any], logits: torch.Tensor) -> str:
    """The cells of a network's row: its name, its answer, and how probable it finds it."""
    p, label = logits.softmax(0).max(0)
    head = html.escape(say("panel.sized", title=one["title"], side=one["input_shape"][1]))
    texts = say(f"class.{int(label)}"), say("trained.percent", percent=f"{100 * p.item():.1f}")
    return f'<th scope="row">{head}</th>' + "".join(f"<td>{html.escape(text)}</td>" for text in texts)


def _told(name: str) -> dict[str, Any]:
    """What the page has to know of a network."""
    layers, shapes, input_shape, title = _architecture(name)
    held = _read(name)
    return {
        "network": name, "title": title, "layers": list(layers), "shapes": shapes, "input_shape": input_shape,
        "version": version(held), "size": len(held),
    }  # fmt: skip


@functools.cache
def _read(name: str) -> bytes:
    return weights.file(name).read_bytes()


@functools.cache
def _architecture(name: str) -> tuple[tuple[Any, ...], list[list[int]], list[int], str]:
    """A network's layers, the shape of every row of its table, the shape of its input, and its title."""
    from helpers.models.trained import TRAINED, trained

    known = TRAINED[name]
    layers = network.trace(trained(name), known.input_shape)
    shapes = [list(row.shape) for row in network.table(layers, known.input_shape)]
    return layers, shapes, list(known.input_shape), known.title


def _two_of_each() -> tuple[torch.Tensor, torch.Tensor]:
    """The first two test images of each class, class by class, and their labels."""
    import torch

    from helpers.data import sample

    test = sample().test
    places = torch.cat([(test.labels == label).nonzero().flatten()[:2] for label in range(10)])
    chosen = test.take(places)
    return chosen.images, chosen.labels
