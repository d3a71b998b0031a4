"""The trained LeNet, alive in the page; PyTorch is its judge in a notebook."""

from __future__ import annotations

import base64
import functools
import hashlib
import html
from typing import TYPE_CHECKING, Any

import traitlets as t

from helpers import plot
from helpers.weights import LENET
from helpers.widgets.base import CourseWidget
from helpers.widgets.numbers import format_number
from helpers.widgets.traits import Matrix, Refused, RefusedType, whole
from helpers.words import listed, say

if TYPE_CHECKING:
    import torch
    from torch import nn

SIDE, KERNEL = 28, 5

#: units of the layers that can be silenced; the same stand in stages.js
UNITS = {1: 6, 2: 16, 3: 120, 4: 84}

#: the weights' places in the network, layer by layer
MEMBERS = {1: 0, 2: 3, 3: 7, 4: 9, 5: 11}


class Picture(Matrix):
    """A picture of 28×28 grey levels from 0 to 255; otherwise like `Matrix`."""

    def validate(self, obj: Any, value: Any) -> Any:
        rows = super().validate(obj, value)
        if (len(rows), len(rows[0])) != (SIDE, SIDE):
            raise Refused(say("lenet.bad.picture", h=len(rows), w=len(rows[0])))
        for level in (level for row in rows for level in row):
            if not 0 <= level <= 255:
                raise Refused(say("picture.bad.level", value=level))
        return rows


class Kernels(t.TraitType[Any, Any]):
    """Kernels that differ from the trained ones: (layer, channel out, channel in, 5×5 numbers) each."""

    def validate(self, obj: Any, value: Any) -> Any:
        if not isinstance(value, list | tuple) or not all(isinstance(e, list | tuple) and len(e) == 4 for e in value):
            raise RefusedType(say("lenet.bad.kernels", value=repr(value)[:60]))
        plane, held = Matrix(KERNEL), []
        for layer, o, c, kernel in value:
            layer = whole(layer, say("lenet.value.layer"), 1, 2)
            channels = 1 if layer == 1 else UNITS[1]
            plane.name = say("lenet.value.kernel")
            rows = plane.validate(obj, kernel)
            if (len(rows), len(rows[0])) != (KERNEL, KERNEL):
                raise Refused(say("lenet.bad.kernels", value=f"{len(rows)}×{len(rows[0])}"))
            o = whole(o, say("lenet.value.channel_out"), 0, UNITS[layer] - 1)
            c = whole(c, say("lenet.value.channel_in"), 0, channels - 1)
            held.append((layer, o, c, rows))
        return tuple(held)


class Silenced(t.TraitType[Any, Any]):
    """Units whose weights and bias are all 0: (layer, unit) each."""

    def validate(self, obj: Any, value: Any) -> Any:
        if not isinstance(value, list | tuple) or not all(isinstance(e, list | tuple) and len(e) == 2 for e in value):
            raise RefusedType(say("lenet.bad.silenced", value=repr(value)[:60]))
        pairs = ((whole(layer, say("lenet.value.layer"), 1, 4), unit) for layer, unit in value)
        return tuple((layer, whole(unit, say("lenet.value.unit"), 0, UNITS[layer] - 1)) for layer, unit in pairs)


class LeNetExplorer(CourseWidget):
    """The trained LeNet on any picture: every layer's maps, each number down to its weighted sum, kernels to edit.

    Parameters
    ----------
    images : test images to choose from, uint8, of shape (n, 28, 28); if None, two of each class from the sample
    labels : their n classes, from 0 to 9
    image : grey levels from 0 to 255 of shape (28, 28) to begin with; the first of the images if None
    id : HTML id, and the name by which links open a state

    `image`, `kernels` (what differs from the trained kernels) and `silenced` (units whose weights are all 0) are
    traits, so that what a reader draws or changes arrives in Python.
    Raises ValueError for pictures of other sizes and levels out of range, TypeError for text and booleans.

    >>> explorer = LeNetExplorer()
    >>> explorer.output.shape, sum(p.numel() for p in explorer.model.parameters())
    (torch.Size([10]), 61706)
    """

    _state = ("image", "kernels", "silenced", "gallery", "labels", "version")

    image = Picture(SIDE).tag(sync=True)
    kernels = Kernels(default_value=()).tag(sync=True)
    silenced = Silenced(default_value=()).tag(sync=True)
    gallery = t.Unicode(help="the images' bytes, as base64").tag(sync=True)
    labels = t.List(t.Int()).tag(sync=True)
    version = t.Unicode(help="tells one file of weights from another").tag(sync=True)
    weights = t.Bytes(help="the file of weights, for the page of a notebook").tag(sync=True)

    def __init__(self, images: Any = None, labels: Any = None, image: Any = None, *, id: str | None = None) -> None:
        import torch

        if (images is None) != (labels is None):
            raise ValueError(say("lenet.bad.gallery", value="images" if labels is None else "labels"))
        if images is None:
            images, labels = _two_of_each()
        images, labels = torch.as_tensor(images).cpu(), torch.as_tensor(labels).cpu()
        fits = images.ndim == 3 and tuple(images.shape[1:]) == (SIDE, SIDE) and images.dtype == torch.uint8
        if not fits or labels.shape != images.shape[:1] or not set(labels.tolist()) <= set(range(10)):
            kind = str(images.dtype).removeprefix("torch.")
            given = listed([f"{kind} {tuple(images.shape)}", tuple(labels.shape)])
            raise ValueError(say("lenet.bad.gallery", value=given))
        super().__init__(
            id=id, image=images[0] if image is None else image, version=version(), weights=_weights(),
            gallery=base64.b64encode(images.numpy().tobytes()).decode(), labels=labels.tolist(),
        )  # fmt: skip

    @property
    def model(self) -> nn.Sequential:
        """The trained network with the reader's changes, in float64, in evaluation mode, on the CPU."""
        import torch

        from helpers.models import trained_lenet

        net = trained_lenet().double()
        weights = dict(net.named_parameters())
        with torch.no_grad():
            for layer, o, c, rows in self.kernels:
                weights[f"{MEMBERS[layer]}.weight"][o, c] = torch.tensor(rows, dtype=torch.float64)
            for layer, unit in self.silenced:
                weights[f"{MEMBERS[layer]}.weight"][unit] = 0
                weights[f"{MEMBERS[layer]}.bias"][unit] = 0
        return net

    @property
    def output(self) -> torch.Tensor:
        """The ten logits that PyTorch computes for what is on the screen: float64, of shape (10,)."""
        import torch

        X = torch.tensor(self.image, dtype=torch.float64)[None, None] / 255
        with torch.no_grad():
            return self.model(X)[0]

    def _fallback(self) -> str:
        import torch

        title = say("ui.sized", name=say("ui.input"), h=SIDE, w=SIDE)
        picture = plot.pictures(torch.tensor(self.image) / 255, titles=[title])
        logits = self.output
        lines = zip(logits.tolist(), logits.softmax(0).tolist(), strict=True)
        cells = (
            f"<td>{format_number(round(z, 2))}</td><td>{say('lenet.percent', percent=f'{100 * p:.1f}')}</td>"
            for z, p in lines
        )
        rows = "".join(f"<tr><th>{html.escape(say(f'class.{n}'))}</th>{cell}</tr>" for n, cell in enumerate(cells))
        caption = html.escape(say("lenet.classes"))
        return f"{picture._repr_html_()}<table><caption>{caption}</caption><tbody>{rows}</tbody></table>"

    def __repr__(self) -> str:
        changes = len(self.kernels) + len(self.silenced)
        return f"LeNetExplorer({len(self.labels)} images{f', {changes} changes' if changes else ''})"


@functools.cache
def _weights() -> bytes:
    return LENET.read_bytes()


def version() -> str:
    """A hash of the file of weights, which pages ask for by it."""
    return hashlib.sha256(_weights()).hexdigest()[:12]


def _two_of_each() -> tuple[Any, Any]:
    """The first two test images of each class, class by class."""
    import torch

    from helpers.data import sample

    test = sample().test
    places = torch.cat([(test.labels == label).nonzero().flatten()[:2] for label in range(10)])
    return test.take(places)
