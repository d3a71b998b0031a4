"""A copy of a real model, watched while it runs once: the tree of layers that it is, or what makes it none."""

from __future__ import annotations

import copy
import random
import traceback
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from helpers.network import growing
from helpers.network.checking import checked, checked_shape
from helpers.network.counting import table
from helpers.network.inspecting import inspect
from helpers.network.layers import Layer, Shape
from helpers.network.modules import Refusal, model_like
from helpers.network.writing import shape_text
from helpers.words import say

if TYPE_CHECKING:
    import torch
    from torch import nn

    from helpers.network.recording import Recording, Step


def trace(model: nn.Module, input_shape: Any, *, blocks: bool = False) -> tuple[Layer, ...]:
    """The layers of a model, in the order in which it runs them, and its branches.

    A copy of the model runs once, in eval mode and without gradients, on one image of zeros; nothing of the model
    itself is touched, and no random number is used up. What is written down is which module and which of PyTorch's
    functions made which tensor of which: modules of the `KINDS`, functions and tensor methods that do the same
    (F.relu, F.max_pool2d, torch.flatten, a view of one image as a vector, an average over rows and columns, F.dropout),
    concatenation along channels and the addition of equal shapes. Nested modules are flattened; with blocks, a module
    whose layers run one after the other, or as branches that it joins, is a Block with its name. A layer's name is its
    place in the model ("features.3"), a function's that of the module which calls it and its own ("features.relu").
    What changes neither shapes nor counts (a padding mode, a slope, whether a layer works in place) is not kept.
    Raises ValueError that names the module or function and says what would fit: for modules that `KINDS` does not list
    or that cannot be watched (`inspect` says which), for parameters that are no layer's, for anything else that happens
    between two layers, for branches that do not come together in a join, for layers with weights that run twice or
    never, for padding "same" that is not the same on both sides, and, in the model's own words, where it refuses the
    input or to be copied.

    >>> from torch import nn
    >>> [layer["kind"] for layer in trace(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()), (1, 8, 8))]
    ['Conv2d', 'ReLU']
    """
    import torch

    from helpers.network.recording import Recording

    shape = checked_shape(tuple(input_shape) if isinstance(input_shape, list | tuple) else input_shape)
    if not model_like(model):
        raise ValueError(say("network.bad.model", value=type(model).__name__))
    with torch.inference_mode(False), torch.no_grad():
        twin = _twin(model)
        weight = next((p for p in twin.parameters() if p.is_floating_point()), torch.zeros(()))
        X = torch.zeros(1, *shape, device=weight.device, dtype=weight.dtype)  # (1, c, h, w)
        recording = Recording(twin, X)
        with _spared(weight.device), _apart_from(model):
            last = _run(recording, twin, X)
    nodes = growing.grown(recording.input, last)
    steps = list(growing.in_order(nodes))
    _all_used(recording, steps)
    layers = checked(growing.blocks(nodes) if blocks else growing.flat(nodes))
    _compare(layers, shape, steps)
    return layers


def _run(recording: Recording, twin: nn.Module, X: torch.Tensor) -> Step:
    """Runs a copy of the model and gives the step that made its output."""
    try:
        with recording:
            Y = twin(X)
    except Refusal:
        raise
    except Exception as error:  # whatever the model's own code raises is told
        raise recording.refusal or ValueError(
            say("network.bad.run", shape=shape_text(X.shape[1:]), text=_words(error))
        ) from error
    if recording.refusal is not None:  # which the model's own code has caught
        raise recording.refusal
    last = recording.step_of(Y)
    if last is None:
        raise ValueError(say("network.bad.end", name=growing.told(recording.last)))
    return last


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


def _all_used(recording: Recording, steps: Sequence[Step]) -> None:
    """Raises ValueError where a layer with weights is not among the steps, or where the steps may be others for others.

    A chain of modules is what it is; where functions are read too, the model must not look at the numbers.
    """
    used = {step.module for step in steps}
    for module, name in recording.names.items():
        if module not in used and module in recording.layers:
            raise ValueError(
                say("network.bad.dropped" if module in recording.done else "network.bad.unused", name=name)
            )
    if recording.reads and any(step.operation for step in steps):
        raise ValueError(say("network.bad.reads", operation=recording.reads))


def _compare(layers: tuple[Layer, ...], input_shape: Shape, steps: Sequence[Step]) -> None:
    """Raises ValueError where our table is not what the model did: better no table than a wrong one."""
    for row, step in zip(table(layers, input_shape), steps, strict=True):
        if row.shape != step.shape:
            ours, real = shape_text(row.shape), shape_text(step.shape)
            raise ValueError(say("network.bad.differs", name=row.name, ours=ours, real=real))
        if row.parameters != step.parameters:
            raise ValueError(say("network.bad.count", name=row.name, ours=row.parameters, real=step.parameters))
