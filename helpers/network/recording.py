"""One run of a model, written down: which module or function made which tensor of which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from helpers.network import functions
from helpers.network.inspecting import is_known, is_leaf
from helpers.network.layers import KINDS, Shape
from helpers.network.modules import Refusal, settings_of
from helpers.words import listed, say

#: by which a model reads the numbers of a tensor, so that what it does next may depend on the image
_READING = ("bool", "item", "tolist", "numpy", "int", "float", "index", "equal", "allclose", "is_nonzero", "array")


@dataclass(eq=False)
class Step:
    """What made one tensor: a layer of one input, a join of several ("Parallel"), or neither (None).

    operation: the name of the function, "" for a module; scope: the modules that were running, by their names; shape of
    the tensor without the batch; parameters, how many the layer has; inputs, what it was made of; refusal, why a
    function that we know is no layer as it was called here.
    """

    layer: dict[str, Any] | None
    inputs: tuple[Step, ...]
    shape: Shape = ()
    parameters: int = 0
    operation: str = ""
    scope: tuple[str, ...] = ()
    module: nn.Module | None = None
    refusal: Refusal | None = None


class Recording(TorchFunctionMode):
    """Writes down, while it is entered, what PyTorch's functions make of the input, and by hooks what modules do.

    A tensor is told apart from others by itself and its version, so that what works in place is seen as what it is: it
    changes the tensor for all who read it later. In-place changes behind our back make a step without a layer.
    """

    def __init__(self, twin: nn.Module, X: torch.Tensor) -> None:
        """twin: a copy of the model, which keeps our hooks; X: the input."""
        super().__init__()
        self.names = {module: name for name, module in twin.named_modules()}
        self.taken = set(self.names.values())
        self.input = self.last = Step(None, (), tuple(X.shape[1:]))
        self.values: dict[int, tuple[torch.Tensor, int, Step]] = {}
        self.running: list[nn.Module] = []
        self.inside: nn.Module | None = None  # the layer that runs now: what it calls is its own business
        self.pending: Step | None = None
        self.done: set[nn.Module] = set()
        self.refusal: Refusal | None = None
        self.reads = ""
        self._keep(X, self.input)
        self.layers = {module for module in self.names if is_step(module) and has_weights(module)}
        for module in self.names:  # after the model's own hooks in, before them out: what they change is seen
            enter, leave = (self.enter, self.leave) if is_step(module) else (self.open, self.close)
            module.register_forward_pre_hook(enter, with_kwargs=True)
            module.register_forward_hook(leave, prepend=True, always_call=True)

    def step_of(self, value: Any) -> Step | None:
        """What made a value; None for what is not made of the input."""
        found = self.values.get(id(value))
        if found is None:
            return None
        tensor, version, step = found
        return (
            step if tensor._version == version else Step(None, (step,), step.shape, operation=say("network.in_place"))
        )

    # modules

    def open(self, module: nn.Module, arguments: tuple[Any, ...], options: Any) -> None:
        self.running.append(module)

    def close(self, module: nn.Module, arguments: tuple[Any, ...], Y: Any) -> None:
        while self.running and self.running.pop() is not module:  # those that an error has ended
            pass

    def enter(self, module: nn.Module, arguments: tuple[Any, ...], options: Mapping[str, Any]) -> None:
        name, kind = self.names[module], type(module).__name__
        where = name or kind
        if not is_known(module):
            told = f"{type(module).__module__}.{kind}" if kind in KINDS else kind
            self._refuse("network.bad.module", name=where, kind=told, kinds=listed(KINDS))
        values = [*arguments, *options.values()]
        source = self.step_of(values[0]) if len(values) == 1 else None
        if module in self.done and has_weights(module):
            self._refuse("network.bad.twice", name=where)
        self.done.add(module)
        rank = values[0].dim() if values and isinstance(values[0], torch.Tensor) else 4
        try:
            layer = {"name": name, "kind": kind, **settings_of(module, where, rank)}
        except Refusal as refusal:
            self.refusal = refusal
            raise
        self.pending = Step(layer, (source or Step(None, (self.last,)),), scope=self._scope(), module=module)
        self.inside = module

    def leave(self, module: nn.Module, arguments: tuple[Any, ...], Y: Any) -> Any:
        if self.inside is not module or self.pending is None:
            return None  # an error before the layer began
        self.pending.parameters = sum(p.numel() for p in module.parameters())
        made = self._keep(Y, self.pending) if isinstance(Y, torch.Tensor) else Y
        self.inside = self.pending = None
        return made

    # functions

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if self.inside is not None:
            return function(*args, **kwargs)
        read = [step for value in _tensors((args, kwargs)) if (step := self.step_of(value)) is not None]
        made = function(*args, **kwargs)
        return self._noted(functions.name_of(function), args, kwargs, tuple(read), made) if read else made

    def _noted(self, name: str, args: Any, kwargs: Any, read: tuple[Step, ...], made: Any) -> Any:
        """What a function has made, written down."""
        if isinstance(made, torch.Tensor):
            return self._keep(made, self._understood(name, args, kwargs, read, made))
        if outputs := list(_tensors(made)):
            for one in outputs:
                self._keep(one, Step(None, read, operation=name))
        elif name in _READING:
            self.reads = name
        return made

    def _understood(self, name: str, args: Any, kwargs: Any, read: tuple[Step, ...], Y: torch.Tensor) -> Step:
        join = functions.join_of(name, args, kwargs)
        if join is not None and len(read) == len(join[1]):
            kind, name = join[0], {"concat": "cat", "add": "add"}[join[0]]
            layer = {"name": self._named(name), "kind": "Parallel", "join": kind}
            return read[0] if len(read) == 1 else Step(layer, read, operation=name, scope=self._scope())
        modules = [] if functions.adds_nothing(name, args) else functions.modules_of(name, args, kwargs, Y)
        if len(read) != 1 or modules is None:
            return Step(None, read, operation=name)
        return self._chained(modules, name, read[0])

    def _chained(self, modules: Sequence[nn.Module], name: str, step: Step) -> Step:
        """Steps for modules that do what a function has done."""
        for module in modules:
            where, rank, kind = self._named(name), 1 + len(step.shape), type(module).__name__
            try:
                layer = {"name": where, "kind": kind, **settings_of(module, where, rank)}
            except Refusal as refusal:
                return Step(None, (step,), operation=name, refusal=refusal)
            shape = tuple(module.eval()(torch.empty(1, *step.shape, device="meta")).shape[1:])
            step = Step(layer, (step,), shape, operation=name, scope=self._scope())
        return step

    # what both need

    def _keep(self, tensor: torch.Tensor, step: Step) -> torch.Tensor:
        """A tensor that a step made; another one where the step has only passed on what it was given."""
        _, version, before = self.values.get(id(tensor), (tensor, -1, step))
        if version == tensor._version and before is not step:
            tensor = tensor.view_as(tensor)
        step.shape = tuple(tensor.shape[1:])
        self.values[id(tensor)] = (tensor, tensor._version, step)
        if step.layer is not None:
            self.last = step
        return tensor

    def _scope(self) -> tuple[str, ...]:
        name = self.names[self.running[-1]] if self.running else ""
        return tuple(name.split(".")) if name else ()

    def _named(self, name: str) -> str:
        """A name for a function, which no module has: the module that calls it, and its own."""
        full, n = ".".join((*self._scope(), name)), 0
        while (told := f"{full}_{n}" if n else full) in self.taken:
            n += 1
        self.taken.add(told)
        return told

    def _refuse(self, key: str, **params: Any) -> NoReturn:
        self.refusal = Refusal(say(key, **params))
        raise self.refusal


def is_step(module: nn.Module) -> bool:
    """Whether a module is one step of a run; a module of one's own that holds nothing is looked into."""
    own = not type(module).__module__.startswith("torch.")
    holds = next(module.children(), None) or has_weights(module) or next(module.buffers(), None) is not None
    return is_leaf(module) and not (own and not holds)


def has_weights(module: nn.Module) -> bool:
    return next(module.parameters(), None) is not None


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    """All tensors in what a function is given or gives."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _tensors(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _tensors(one)
