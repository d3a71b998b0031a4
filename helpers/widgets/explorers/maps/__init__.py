"""A network whose logits are the means of maps: each class's map over a picture, parts of which can be covered."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import traitlets as t

from helpers import shapes
from helpers.widgets.base import table
from helpers.widgets.explorers.trained import SIDE, TrainedExplorer, resized
from helpers.widgets.traits import Refused, RefusedType, whole
from helpers.words import say

if TYPE_CHECKING:
    import torch
    from torch import nn


class Cover(t.TraitType[tuple[int, ...], Any]):
    """What of a 28×28 picture is covered: (row, column, rows, columns); what would lie outside it covers nothing."""

    def validate(self, obj: Any, value: Any) -> tuple[int, ...]:
        if not isinstance(value, list | tuple):
            raise RefusedType(say("maps.bad.cover", value=repr(value)[:60]))
        if len(value) != 4:
            raise Refused(say("maps.bad.cover", value=repr(value)[:60]))
        return tuple(whole(n, "cover", 0, SIDE) for n in value)


class ClassMapExplorer(TrainedExplorer):
    """A trained network that ends in an average: each class's map over any picture, and the logit that is its mean.

    Parameters
    ----------
    network : a name in `helpers.models.TRAINED`, of a network that ends with AdaptiveAvgPool2d and Flatten
    images, labels, image : as in `TrainedExplorer`
    cover : (row, column, rows, columns) of what is covered with black at the beginning; nothing as it is
    id : HTML id, and the name by which links open a state

    What a reader draws and covers arrives in Python as the traits `image` and `cover`.
    Raises ValueError for other networks and for numbers out of range, TypeError for text and booleans.

    >>> explorer = ClassMapExplorer("nin")
    >>> explorer.maps.shape, explorer.output.shape
    (torch.Size([10, 5, 5]), torch.Size([10]))
    """

    _state = (  # a network seen in another way has another state
        "network", "title", "layers", "shapes", "input_shape", "image", "cover", "gallery", "labels", "version",
        "field",
    )  # fmt: skip

    cover = Cover(default_value=(0, 0, 0, 0)).tag(sync=True)
    field: t.List[Any] = t.List(help="receptive field of a map's number: size, jump and start in pixels").tag(sync=True)

    def __init__(
        self, network: str = "nin", images: Any = None, labels: Any = None, image: Any = None, *,
        cover: Any = (0, 0, 0, 0), id: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(network, images, labels, image, id=id)
        if [layer["kind"] for layer in self.layers[-2:]] != ["AdaptiveAvgPool2d", "Flatten"]:
            raise ValueError(say("maps.bad.network", value=repr(network)))
        self.cover = cover
        self.field = list(shapes.receptive_field(_windows(self.layers))[-1])

    @property
    def covered(self) -> torch.Tensor:
        """The picture with what is covered in black: levels from 0 to 255 in float64, of shape (28, 28)."""
        import torch

        row, column, rows, columns = self.cover
        picture = torch.tensor(self.image, dtype=torch.float64)
        picture[row : row + rows, column : column + columns] = 0
        return picture

    @property
    def maps(self) -> torch.Tensor:
        """Each class's map, by PyTorch: what the average reads, in float64, of shape (10, height, width)."""
        return self._run(_without_average(self.model))

    @property
    def output(self) -> torch.Tensor:
        """The ten logits that PyTorch computes for what is on the screen: float64, of shape (10,)."""
        return self._run(self.model)

    def _run(self, net: nn.Module) -> torch.Tensor:
        import torch

        with torch.no_grad():
            result = net(resized(self.covered[None, None] / 255, self.input_shape[1:]))[0]
        assert isinstance(result, torch.Tensor)
        return result

    def _fallback(self) -> str:
        label = int(self.output.argmax())
        name = say("maps.map", name=html.escape(say(f"class.{label}")))
        numbers = [[round(value, 2) for value in row] for row in self.maps[label].tolist()]  # the same on every machine
        return super()._fallback() + table(name, numbers)

    def __repr__(self) -> str:
        return f"ClassMapExplorer({self.network!r}, {self._told()})"


def _without_average(net: nn.Module) -> nn.Module:
    """The network up to the class maps."""
    from torch import nn

    assert isinstance(net, nn.Sequential)
    return net[:-2]


def _windows(layers: Any) -> list[tuple[int, int, int]]:
    """(kernel, stride, padding) of each layer with a window, along the rows."""
    return [
        (layer["kernel_size"][0], layer["stride"][0], layer["padding"][0]) for layer in layers if "kernel_size" in layer
    ]
