"""A trained network, alive in the page; PyTorch is its judge in a notebook."""

from __future__ import annotations

import base64
import functools
import hashlib
import html
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import traitlets as t

from helpers import network, plot, weights
from helpers.widgets.base import CourseWidget
from helpers.widgets.numbers import format_number
from helpers.widgets.traits import Matrix, Refused, RefusedType, whole
from helpers.words import listed, say

if TYPE_CHECKING:
    import torch
    from torch import nn

    from helpers.network import Layer

SIDE = 28
TESTS = 200  # images in weights.TEST_IMAGES
WEIGHTED = ("Conv2d", "Linear")
SILENT = ("Flatten", "Identity", "Dropout", "Dropout2d")  # what only hands on


class Picture(Matrix):
    """A picture of 28×28 grey levels from 0 to 255; otherwise like `Matrix`."""

    def validate(self, obj: Any, value: Any) -> Any:
        rows = super().validate(obj, value)
        if (len(rows), len(rows[0])) != (SIDE, SIDE):
            raise Refused(say("trained.bad.picture", h=len(rows), w=len(rows[0])))
        for level in (level for row in rows for level in row):
            if not 0 <= level <= 255:
                raise Refused(say("picture.bad.level", value=level))
        return rows


class Kernels(t.TraitType[Any, Any]):
    """Kernels that differ from the trained ones: (layer, channel out, channel in, rows of numbers) each."""

    def validate(self, obj: Any, value: Any) -> Any:
        if not isinstance(value, list | tuple) or not all(isinstance(e, list | tuple) and len(e) == 4 for e in value):
            raise RefusedType(say("trained.bad.kernels", value=repr(value)[:60]))
        return tuple(self._one(obj, *entry) for entry in value)

    def _one(self, obj: Any, layer: Any, o: Any, c: Any, kernel: Any) -> Any:
        n = whole(layer, say("trained.value.layer"), 1, len(obj.weighted))
        settings = obj.weighted[n - 1]
        if settings["kind"] != "Conv2d":
            raise Refused(say("trained.bad.kernels", value=n))
        plane = Matrix(max(settings["kernel_size"]))
        plane.name = say("trained.value.kernel")
        rows = plane.validate(obj, kernel)
        if (len(rows), len(rows[0])) != tuple(settings["kernel_size"]):
            raise Refused(say("trained.bad.kernels", value=f"{len(rows)}×{len(rows[0])}"))
        o = whole(o, say("trained.value.channel_out"), 0, settings["out_channels"] - 1)
        c = whole(c, say("trained.value.channel_in"), 0, obj.reads[n - 1] // settings["groups"] - 1)
        return n, o, c, rows


class Silenced(t.TraitType[Any, Any]):
    """Units whose outputs after their activation are 0: (layer, unit) each, layers with weights numbered from 1."""

    def validate(self, obj: Any, value: Any) -> Any:
        if not isinstance(value, list | tuple) or not all(isinstance(e, list | tuple) and len(e) == 2 for e in value):
            raise RefusedType(say("trained.bad.silenced", value=repr(value)[:60]))
        return tuple(self._one(obj, *pair) for pair in value)

    def _one(self, obj: Any, layer: Any, unit: Any) -> tuple[int, int]:
        n = whole(layer, say("trained.value.layer"), 1, len(obj.weighted) - 1)
        units = obj.weighted[n - 1].get("out_channels", obj.weighted[n - 1].get("out_features", 1))
        return n, whole(unit, say("trained.value.unit"), 0, units - 1)


class Off(t.TraitType[Any, Any]):
    """Layers that are left out and branches that give zeros, by their places: "4", or "4.1" for a branch."""

    def validate(self, obj: Any, value: Any) -> Any:
        if not isinstance(value, list | tuple) or not all(isinstance(part, str) for part in value):
            raise RefusedType(say("trained.bad.off", value=repr(value)[:60]))
        for part in value:
            if part not in obj.parts:
                raise Refused(say("trained.bad.off", value=repr(part)))
        return tuple(value)


class TrainedExplorer(CourseWidget):
    """A trained network on any picture: every layer's maps, each number down to its sum, kernels and parts to change.

    Parameters
    ----------
    network : a name in `helpers.models.TRAINED`
    images : test images to choose from, uint8, of shape (n, 28, 28); if None, two of each class from the sample
    labels : their n classes, from 0 to 9
    image : grey levels from 0 to 255 of shape (28, 28) to begin with; the first of the images if None
    id : HTML id, and the name by which links open a state

    What a reader draws or changes arrives in Python as traits: `image`; `kernels`, what differs from the trained ones;
    `silenced`, units whose outputs after their activation are 0; `off`, layers that are left out and branches that give
    zeros. A picture comes to the network's size as `F.interpolate(mode="bilinear", antialias=True)` brings it.
    Raises ValueError for other networks, pictures of other sizes and levels out of range, TypeError for text and
    booleans.

    >>> explorer = TrainedExplorer("lenet")
    >>> explorer.output.shape, sum(p.numel() for p in explorer.model.parameters())
    (torch.Size([10]), 61706)
    """

    _state: tuple[str, ...] = (
        "network", "title", "layers", "shapes", "input_shape", "image", "kernels", "silenced", "off", "gallery",
        "labels", "version", "tests_version", "test_count",
    )  # fmt: skip

    network = t.Unicode(help="name of its files").tag(sync=True)
    title = t.Unicode(help="name for readers").tag(sync=True)
    layers: t.List[Any] = t.List(help="the network, as helpers.network.trace gives it").tag(sync=True)
    shapes: t.List[Any] = t.List(help="shape of every row's output").tag(sync=True)
    input_shape = t.List(t.Int()).tag(sync=True)
    image = Picture(SIDE).tag(sync=True)
    kernels = Kernels(default_value=()).tag(sync=True)
    silenced = Silenced(default_value=()).tag(sync=True)
    off = Off(default_value=()).tag(sync=True)
    gallery = t.Unicode(help="the images' bytes, as base64").tag(sync=True)
    labels = t.List(t.Int()).tag(sync=True)
    version = t.Unicode(help="tells one file of weights from another").tag(sync=True)
    tests_version = t.Unicode(help="tells one file of test images from another").tag(sync=True)
    test_count = t.Int(TESTS, help="images on which right answers are counted").tag(sync=True)
    weights = t.Bytes(help="the file of weights, for the page of a notebook").tag(sync=True)
    tests = t.Bytes(help="the file of test images, for the page of a notebook").tag(sync=True)

    def __init__(
        self, network: str, images: Any = None, labels: Any = None, image: Any = None, *, id: str | None = None
    ) -> None:
        images, labels = _gallery(images, labels)
        layers, shapes, input_shape, title = _architecture(network)
        held, tests = _read(network), _tests()
        super().__init__(
            id=id, network=network, title=title, layers=list(layers), shapes=shapes, input_shape=list(input_shape),
            image=images[0] if image is None else image, version=version(held), weights=held, tests=tests,
            tests_version=version(tests), gallery=base64.b64encode(images.numpy().tobytes()).decode(),
            labels=labels.tolist(),
        )  # fmt: skip

    @property
    def weighted(self) -> list[Layer]:
        """The layers with kernels or weights, in the order in which they run: number 1 comes first."""
        return [step.layer for step in _steps(self.network) if step.layer["kind"] in WEIGHTED]

    @property
    def reads(self) -> list[int]:
        """The channels or numbers that each layer of `weighted` reads."""
        return [step.before[0] for step in _steps(self.network) if step.layer["kind"] in WEIGHTED]

    @property
    def parts(self) -> dict[str, str]:
        """What can be left out or switched off: places, with what `helpers.network.without` calls them."""
        return _parts(self.network)

    @property
    def model(self) -> nn.Module:
        """The network with the reader's changes, in float64, in evaluation mode, on the CPU."""
        import torch

        from helpers.models.trained import trained

        net = trained(self.network).double()
        parameters = dict(net.named_parameters())
        names = [layer["name"] for layer in self.weighted]
        with torch.no_grad():
            for layer, o, c, rows in self.kernels:
                parameters[f"{names[layer - 1]}.weight"][o, c] = torch.tensor(rows, dtype=torch.float64)
        off = [f"{names[layer - 1]}:{unit}" for layer, unit in self.silenced] + [self.parts[part] for part in self.off]
        return network.without(net, off, self.input_shape)

    @property
    def output(self) -> torch.Tensor:
        """The ten logits that PyTorch computes for what is on the screen: float64, of shape (10,)."""
        import torch

        X = torch.tensor(self.image, dtype=torch.float64)[None, None] / 255
        with torch.no_grad():
            return self.model(resized(X, self.input_shape[1:]))[0]

    def _fallback(self) -> str:
        import torch

        title = say("ui.sized", name=say("ui.input"), h=SIDE, w=SIDE)
        picture = plot.pictures(torch.tensor(self.image) / 255, titles=[title])
        logits = self.output
        lines = zip(logits.tolist(), logits.softmax(0).tolist(), strict=True)
        cells = (
            f"<td>{format_number(round(z, 2))}</td><td>{say('trained.percent', percent=f'{100 * p:.1f}')}</td>"
            for z, p in lines
        )
        rows = "".join(f"<tr><th>{html.escape(say(f'class.{n}'))}</th>{cell}</tr>" for n, cell in enumerate(cells))
        caption = html.escape(say("trained.classes"))
        return f"{picture._repr_html_()}<table><caption>{caption}</caption><tbody>{rows}</tbody></table>"

    def __repr__(self) -> str:
        return f"TrainedExplorer({self.network!r}, {self._told()})"

    def _told(self) -> str:
        changes = len(self.kernels) + len(self.silenced) + len(self.off)
        return f"{len(self.labels)} images" + (f", {changes} changes" if changes else "")


class LeNetExplorer(TrainedExplorer):
    """`TrainedExplorer("lenet")`, under its old name.

    >>> LeNetExplorer()
    LeNetExplorer(20 images)
    """

    def __init__(self, images: Any = None, labels: Any = None, image: Any = None, *, id: str | None = None) -> None:
        super().__init__("lenet", images, labels, image, id=id)

    def __repr__(self) -> str:
        return f"LeNetExplorer({self._told()})"


def resized(X: torch.Tensor, size: Any) -> torch.Tensor:
    """Pictures of shape (n, c, h, w) at another size, as pages make them: bilinear, and antialiased where smaller."""
    import torch.nn.functional as F

    if tuple(X.shape[2:]) == tuple(size):
        return X
    return F.interpolate(X, tuple(size), mode="bilinear", antialias=True)


def version(content: bytes) -> str:
    """A hash of a file, by which pages ask for it."""
    return hashlib.sha256(content).hexdigest()[:12]


@functools.cache
def _read(name: str) -> bytes:
    return weights.file(name).read_bytes()


@functools.cache
def _tests() -> bytes:
    return weights.TEST_IMAGES.read_bytes()


@functools.cache
def _architecture(name: str) -> tuple[tuple[Layer, ...], list[list[int]], tuple[int, int, int], str]:
    """A network's layers, the shape of every row of its table, the shape of its input, and its title."""
    from helpers.models.trained import TRAINED, trained

    model, known = trained(name), TRAINED[name]
    layers = network.trace(model, known.input_shape)
    shapes = [list(row.shape) for row in network.table(layers, known.input_shape)]
    return layers, shapes, known.input_shape, known.title


class Step(NamedTuple):
    """A row of the network's table: its layer (of a join, the Parallel), its place, and the shapes before and after."""

    layer: Layer
    path: str
    before: tuple[int, ...]
    after: tuple[int, ...]


@functools.cache
def _steps(name: str) -> list[Step]:
    layers, _, input_shape, _ = _architecture(name)
    items = dict(_items(layers))
    return [
        Step(items[row.path], ".".join(map(str, row.path)), before, row.shape)
        for row, before in network.steps(layers, input_shape)
    ]


def _items(layers: Any, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Layer]]:
    """Every item of a tree by its place."""
    for n, item in enumerate(layers):
        yield (*path, n), item
        yield from _items(item.get("layers", ()), (*path, n))
        for b, branch in enumerate(item.get("branches", ())):
            yield from _items(branch, (*path, n, b))


@functools.cache
def _parts(name: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for layer, path, before, after in _steps(name):
        if layer["kind"] == "Parallel":
            parts |= {f"{path}.{b}": f"{layer['name']}/{b}" for b in range(len(layer["branches"]))}
        elif before == after and layer["kind"] not in SILENT:
            parts[path] = layer["name"]
    return parts


def _gallery(images: Any, labels: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Images to choose from and their labels, or a ValueError that says what they must be."""
    import torch

    if (images is None) != (labels is None):
        raise ValueError(say("trained.bad.gallery", value="images" if labels is None else "labels"))
    if images is None:
        images, labels = _two_of_each()
    images, labels = torch.as_tensor(images).cpu(), torch.as_tensor(labels).cpu()
    fits = images.ndim == 3 and tuple(images.shape[1:]) == (SIDE, SIDE) and images.dtype == torch.uint8
    if not fits or labels.shape != images.shape[:1] or not set(labels.tolist()) <= set(range(10)):
        kind = str(images.dtype).removeprefix("torch.")
        given = listed([f"{kind} {tuple(images.shape)}", tuple(labels.shape)])
        raise ValueError(say("trained.bad.gallery", value=given))
    return images, labels


def _two_of_each() -> tuple[Any, Any]:
    """The first two test images of each class, class by class."""
    import torch

    from helpers.data import sample

    test = sample().test
    places = torch.cat([(test.labels == label).nonzero().flatten()[:2] for label in range(10)])
    return test.take(places)
