"""A copy of a real model, watched while it runs once: the chain of layers that it is, or what makes it none."""

from __future__ import annotations

import copy
import random
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from helpers.network.checking import checked, checked_shape
from helpers.network.counting import table
from helpers.network.inspecting import inspect, is_known, is_leaf
from helpers.network.layers import KINDS, Layer, Shape
from helpers.network.modules import Refusal, model_like, settings_of
from helpers.network.writing import shape_text
from helpers.words import listed, say

if TYPE_CHECKING:
    import torch
    from torch import nn


def trace(model: nn.Module, input_shape: Any) -> tuple[Layer, ...]:
    """The layers of a model, in the order in which it runs them.

    A copy of the model runs once, in eval mode and without gradients, on one image of zeros; nothing of the model
    itself is touched, and no random number is used up. Nested modules are flattened, a layer's name is its place in
    the model ("features.3"). What changes neither shapes nor counts (a padding mode, a slope, whether a layer works in
    place) is not kept.
    Raises ValueError that names the module and says what would fit: for modules that `KINDS` does not list or that
    cannot be watched (`inspect` says which), for parameters that are no layer's, for branches and for anything that
    happens between two layers, for layers with weights that run twice or never, for padding "same" that is not the
    same on both sides, and, in the model's own words, where it refuses the input or to be copied.

    >>> from torch import nn
    >>> [layer["kind"] for layer in trace(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()), (1, 8, 8))]
    ['Conv2d', 'ReLU']
    """
    import torch

    shape = checked_shape(tuple(input_shape) if isinstance(input_shape, list | tuple) else input_shape)
    if not model_like(model):
        raise ValueError(say("network.bad.model", value=type(model).__name__))
    with torch.inference_mode(False), torch.no_grad():
        twin = _twin(model)
        weight = next((p for p in twin.parameters() if p.is_floating_point()), torch.zeros(()))
        X = torch.zeros(1, *shape, device=weight.device, dtype=weight.dtype)  # (1, c, h, w)
        run = _Run({module: name for name, module in twin.named_modules() if is_leaf(module)})
        with _spared(weight.device), _apart_from(model):
            run.follow(twin, X)
    run.all_ran()
    layers = checked(run.layers)
    _compare(layers, run)
    return layers


def _twin(model: nn.Module) -> nn.Module:
    """A copy in eval mode that shares nothing with the model; raises `Refusal` where there is none."""
    try:
        inspect(model)
        twin = copy.deepcopy(model)
        own = _tensors(model) | {id(module): name for name, module in model.named_modules()}
        for one in (*map(id, twin.modules()), *_tensors(twin)):
            if one in own:
                raise Refusal(say("network.bad.outside", name=own[one] or type(model).__name__))
        return twin.eval()
    except Refusal:
        raise
    except Exception as error:  # whatever a model's own code raises is told
        raise Refusal(say("network.bad.copy", text=_words(error))) from error


def _tensors(model: nn.Module) -> dict[int, str]:
    """The names of all parameters and buffers, by their ids."""
    return {id(tensor): name for name, tensor in [*model.named_parameters(), *model.named_buffers()]}


@contextmanager
def _apart_from(model: nn.Module) -> Iterator[None]:
    """Raises `Refusal` before anything computes with the model's own tensors, which a copy can still reach.

    A forward that was replaced by a function which names the model, for example, runs the model in place of the copy.
    """
    from torch.overrides import TorchFunctionMode

    names = _tensors(model)

    class Guard(TorchFunctionMode):
        def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            for value in (*args, *(kwargs or {}).values()):
                if id(value) in names:
                    raise Refusal(say("network.bad.outside", name=names[id(value)]))
            return function(*args, **(kwargs or {}))

    with Guard():
        yield


@contextmanager
def _spared(device: torch.device) -> Iterator[None]:
    """Random numbers that are drawn inside are drawn again after it: PyTorch's, Python's and NumPy's."""
    import numpy as np
    import torch

    with ExitStack() as after:
        after.enter_context(torch.random.fork_rng([device] if device.type == "cuda" else []))
        if device.type == "mps":
            after.callback(torch.mps.set_rng_state, torch.mps.get_rng_state())
        after.callback(random.setstate, random.getstate())
        after.callback(np.random.set_state, np.random.get_state())
        yield


def _words(error: Exception) -> str:
    """What an exception says; where that is no sentence, its kind, and the line that raised it if it says nothing."""
    if str(error).strip() and not isinstance(error, KeyError):
        return str(error).strip()
    line = traceback.extract_tb(error.__traceback__)[-1].line
    kind = "".join(traceback.format_exception_only(error)).strip()
    return kind if str(error).strip() or not line else f"{kind}: {line}"


def _has_weights(module: nn.Module) -> bool:
    return next(module.parameters(), None) is not None


def _compare(layers: tuple[Layer, ...], run: _Run) -> None:
    """Raises ValueError where our table is not what the model did: better no table than a wrong one."""
    rows = table(layers, run.input_shape)
    for row, shape, parameters in zip(rows, run.shapes, run.parameters, strict=True):
        if row.shape != shape:
            ours, real = shape_text(row.shape), shape_text(shape)
            raise ValueError(say("network.bad.differs", name=row.name, ours=ours, real=real))
        if row.parameters != parameters:
            raise ValueError(say("network.bad.count", name=row.name, ours=row.parameters, real=parameters))


class _Run:
    """One pass through a model: each layer must read what the one before it wrote, and nothing may happen between."""

    def __init__(self, names: dict[nn.Module, str]) -> None:
        self.names = names
        self.layers: list[dict[str, Any]] = []
        self.shapes: list[Shape] = []
        self.parameters: list[int] = []
        self.input_shape: Shape = ()
        self.last: tuple[torch.Tensor, int] | None = None
        self.done: set[nn.Module] = set()
        self.refusal: Refusal | None = None

    def follow(self, twin: nn.Module, X: torch.Tensor) -> None:
        """Runs a copy of the model, which keeps our hooks."""
        for module in self.names:  # after the model's own hooks in, before them out: what they change is seen
            module.register_forward_pre_hook(self.enter)
            module.register_forward_hook(self.leave, prepend=True)
        self.input_shape, self.last = tuple(X.shape[1:]), (X, X._version)
        try:
            Y = twin(X)
        except Refusal:
            raise
        except Exception as error:  # whatever the model's own code raises is told
            raise self.refusal or ValueError(
                say("network.bad.run", shape=shape_text(X.shape[1:]), text=_words(error))
            ) from error
        if self.refusal is not None:  # which the model's own code has caught
            raise self.refusal
        if not self._is_last(Y):
            raise ValueError(say("network.bad.end", name=self._before()))

    def enter(self, module: nn.Module, arguments: tuple[Any, ...]) -> None:
        name, kind = self.names[module], type(module).__name__
        where = name or kind
        if not is_known(module):
            told = f"{type(module).__module__}.{kind}" if kind in KINDS else kind
            self._refuse("network.bad.module", name=where, kind=told, kinds=listed(KINDS))
        if len(arguments) != 1 or not self._is_last(arguments[0]):
            self._refuse("network.bad.branch", name=where, kind=kind, before=self._before())
        if module in self.done and _has_weights(module):
            self._refuse("network.bad.twice", name=where)
        self.done.add(module)
        self.layers.append({"name": name, "kind": kind, **settings_of(module, where, arguments[0].dim())})

    def leave(self, module: nn.Module, arguments: tuple[Any, ...], Y: torch.Tensor) -> None:
        self.last = (Y, Y._version)
        self.shapes.append(tuple(Y.shape[1:]))
        self.parameters.append(sum(p.numel() for p in module.parameters()))

    def all_ran(self) -> None:
        for module, name in self.names.items():
            if module not in self.done and _has_weights(module):
                raise ValueError(say("network.bad.unused", name=name))

    def _refuse(self, key: str, **params: Any) -> NoReturn:
        self.refusal = Refusal(say(key, **params))
        raise self.refusal

    def _is_last(self, value: Any) -> bool:
        return self.last is not None and value is self.last[0] and value._version == self.last[1]

    def _before(self) -> str:
        return self.layers[-1]["name"] if self.layers else say("ui.input")
