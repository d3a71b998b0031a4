"""A real model, watched while it runs once: the chain of layers that it is, or what keeps it from being one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from helpers.network.checking import checked, checked_shape
from helpers.network.counting import table
from helpers.network.layers import KINDS, Layer, Shape
from helpers.network.modules import Refusal, model_like, settings_of
from helpers.network.writing import shape_text
from helpers.words import say

if TYPE_CHECKING:
    import torch
    from torch import nn


def trace(model: nn.Module, input_shape: Any) -> tuple[Layer, ...]:
    """The layers of a model, in the order in which it runs them.

    The model runs once, in eval mode and without gradients, on one image of zeros; its mode and its weights stay what
    they were. Nested modules are flattened, a layer's name is its place in the model ("features.3"). What changes
    neither shapes nor counts (a padding mode, a slope, whether a layer works in place) is not kept.
    Raises ValueError that names the module and says what would fit: for modules that `KINDS` does not list, for
    branches and for anything that happens between two layers, for layers with weights that run twice or never, for
    padding "same" that is not the same on both sides, and where the model itself refuses the input.

    >>> from torch import nn
    >>> [layer["kind"] for layer in trace(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()), (1, 8, 8))]
    ['Conv2d', 'ReLU']
    """
    import torch

    shape = checked_shape(tuple(input_shape) if isinstance(input_shape, list | tuple) else input_shape)
    if not model_like(model):
        raise ValueError(say("network.bad.model", value=type(model).__name__))
    weight = next(model.parameters(), torch.zeros(()))
    X = torch.zeros(1, *shape, device=weight.device, dtype=weight.dtype)  # (1, c, h, w)
    run = _Run({module: name for name, module in model.named_modules() if _is_leaf(module)})
    with _in_eval_mode(model), run.watching(), torch.no_grad():
        run.follow(model, X)
    run.all_ran()
    layers = checked(run.layers)
    _compare(layers, run.shapes, model, shape)
    return layers


def _is_leaf(module: nn.Module) -> bool:
    from torch import nn

    return not list(module.children()) and not isinstance(module, nn.Sequential | nn.ModuleList | nn.ModuleDict)


def _has_weights(module: nn.Module) -> bool:
    return next(module.parameters(), None) is not None


@contextmanager
def _in_eval_mode(model: nn.Module) -> Iterator[None]:
    modes = [(module, module.training) for module in model.modules()]
    try:
        model.eval()
        yield
    finally:
        for module, mode in modes:
            module.training = mode


def _compare(layers: tuple[Layer, ...], real: list[Shape], model: nn.Module, shape: Shape) -> None:
    """Raises ValueError where our table is not what the model did: better no table than a wrong one."""
    rows = table(layers, shape)
    for row, seen in zip(rows, real, strict=True):
        if row.shape != seen:
            ours = shape_text(row.shape)
            raise ValueError(say("network.bad.differs", name=row.name, ours=ours, real=shape_text(seen)))
    if sum(row.parameters for row in rows) != sum(p.numel() for p in model.parameters()):
        raise ValueError(say("network.bad.own", name=type(model).__name__))


class _Run:
    """One pass through a model: each layer must read what the one before it wrote, and nothing may happen between."""

    def __init__(self, names: dict[nn.Module, str]) -> None:
        self.names = names
        self.layers: list[dict[str, Any]] = []
        self.shapes: list[Shape] = []
        self.last: tuple[torch.Tensor, int] | None = None
        self.done: set[nn.Module] = set()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """The hooks on all layers, taken off again."""
        handles = [module.register_forward_pre_hook(self.enter) for module in self.names]
        handles += [module.register_forward_hook(self.leave) for module in self.names]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def follow(self, model: nn.Module, X: torch.Tensor) -> None:
        self.last = (X, X._version)
        try:
            Y = model(X)
        except Refusal:
            raise
        except (RuntimeError, ValueError, IndexError, TypeError, NotImplementedError) as error:
            raise ValueError(say("network.bad.run", shape=shape_text(X.shape[1:]), text=error)) from error
        if not self._is_last(Y):
            raise ValueError(say("network.bad.end", name=self._before()))

    def enter(self, module: nn.Module, arguments: tuple[Any, ...]) -> None:
        name, kind = self.names[module], type(module).__name__
        where = name or kind
        if kind not in KINDS or not type(module).__module__.startswith("torch.nn."):
            raise Refusal(say("network.bad.module", name=where, kind=kind, kinds=", ".join(KINDS)))
        if len(arguments) != 1 or not self._is_last(arguments[0]):
            raise Refusal(say("network.bad.branch", name=where, kind=kind, before=self._before()))
        if module in self.done and _has_weights(module):
            raise Refusal(say("network.bad.twice", name=where))
        self.done.add(module)
        self.layers.append({"name": name, "kind": kind, **settings_of(module, where, arguments[0].dim())})

    def leave(self, module: nn.Module, arguments: tuple[Any, ...], Y: torch.Tensor) -> None:
        self.last = (Y, Y._version)
        self.shapes.append(tuple(Y.shape[1:]))

    def all_ran(self) -> None:
        for module, name in self.names.items():
            if module not in self.done and _has_weights(module):
                raise ValueError(say("network.bad.unused", name=name))

    def _is_last(self, value: Any) -> bool:
        return self.last is not None and value is self.last[0] and value._version == self.last[1]

    def _before(self) -> str:
        return self.layers[-1]["name"] if self.layers else say("ui.input")
