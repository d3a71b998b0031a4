"""A network layer by layer: shapes, parameters, multiply-adds, memory, receptive fields; PyTorch is the judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets as t

from helpers import network
from helpers.network import Layer, Row
from helpers.widgets.base import CourseWidget
from helpers.widgets.explorers.network import fallback
from helpers.widgets.traits import Refused, RefusedType
from helpers.words import say

if TYPE_CHECKING:
    from torch import nn

MOST_FLAT = 40  # rows of a network that is shown without blocks


class Checked(t.TraitType[Any, Any]):
    """What a function of `helpers.network` lets pass; what it refuses is `Refused` or `RefusedType`."""

    def __init__(self, check: Any, default: Any) -> None:
        super().__init__(default_value=default)
        self.check = check

    def validate(self, obj: Any, value: Any) -> Any:
        return _refusing(self.check, value)


class NetworkExplorer(CourseWidget):
    """The layers of a network with what each gives and costs, every setting changeable.

    Parameters: model, a torch.nn.Module that is a tree of layers (`helpers.network.trace` says which), or a list of
    layers as `helpers.network.checked` takes it; input_shape, (channels, height, width); batch, images at a time; id,
    the HTML id. `layers`, `input_shape` and `batch` are traits: change a layer by giving the whole list again.
    Raises ValueError for models that are no tree of known layers, where PyTorch would refuse a layer, and out of
    range; TypeError where something is no whole number.

    >>> from torch import nn
    >>> explorer = NetworkExplorer(nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.MaxPool2d(2)), (1, 28, 28))
    >>> explorer
    NetworkExplorer(2 layers, 156 parameters)
    >>> explorer.rows[-1].shape, explorer.total_multiply_adds
    ((6, 14, 14), 117600)
    """

    _state = ("layers", "input_shape", "batch")

    layers = Checked(network.checked, (Layer(name="", kind="Identity"),)).tag(sync=True)
    input_shape = Checked(network.checked_shape, (1, 1, 1)).tag(sync=True)
    batch = Checked(network.checked_batch, 1).tag(sync=True)

    def __init__(
        self, model: nn.Module | list[dict[str, Any]], input_shape: Any, *, batch: int = 1, id: str | None = None
    ) -> None:
        if network.model_like(model):
            layers = _refusing(lambda value: _traced(value, input_shape), model)
        elif isinstance(model, list | tuple):
            layers = model
        else:
            raise RefusedType(say("network.bad.model", value=type(model).__name__))
        super().__init__(id=id, layers=layers, input_shape=input_shape, batch=batch)

    @t.validate("layers", "input_shape", "batch")
    def _fits(self, proposal: Any) -> Any:
        values = {name: getattr(self, name) for name in self._state} | {proposal["trait"].name: proposal["value"]}
        _refusing(lambda settings: network.table(**settings), values)
        return proposal["value"]

    @property
    def rows(self) -> list[Row]:
        """What every layer gives and costs."""
        return network.table(self.layers, self.input_shape, self.batch)

    @property
    def model(self) -> nn.Sequential:
        """A network of the present layers with fresh weights."""
        return network.build(self.layers, self.input_shape)

    @property
    def total_parameters(self) -> int:
        """Weights and biases of all layers."""
        return sum(row.parameters for row in self.rows)

    @property
    def total_multiply_adds(self) -> int:
        """Multiply-adds of all layers for one image, biases left out."""
        return sum(row.multiply_adds for row in self.rows)

    def _fallback(self) -> str:
        return fallback.table(self.layers, self.input_shape, self.batch)

    def __repr__(self) -> str:
        return f"NetworkExplorer({len(self.layers)} layers, {network.grouped(self.total_parameters)} parameters)"


def _traced(model: nn.Module, input_shape: Any) -> Any:
    """The layers of a model; of a long one with its modules as blocks, which fold."""
    layers = network.trace(model, input_shape)
    short = len(network.table(layers, input_shape)) <= MOST_FLAT
    return layers if short else network.trace(model, input_shape, blocks=True)


def _refusing(function: Any, value: Any) -> Any:
    """The value of a function, its errors as a widget's refusals."""
    try:
        return function(value)
    except TypeError as error:
        raise RefusedType(str(error)) from None
    except ValueError as error:
        raise Refused(str(error)) from None
