"""A model before it runs: modules that nobody can watch, and parameters that the table would miscount."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from helpers.network.layers import KINDS
from helpers.network.modules import Refusal
from helpers.words import listed, say

if TYPE_CHECKING:
    from torch import nn

#: wrappers that do more than run what they wrap, and where each keeps it
_WRAPPERS = {
    "DataParallel": "module", "DistributedDataParallel": "module", "FullyShardedDataParallel": "module",
    "OptimizedModule": "_orig_mod",
}  # fmt: skip

#: what gives a layer its plain weight back, by the hook that computes it
_CURES = {"WeightNorm": "torch.nn.utils.remove_weight_norm", "SpectralNorm": "torch.nn.utils.remove_spectral_norm"}


def inspect(model: nn.Module) -> None:
    """Raises `Refusal` that names a module or parameter for which there can be no table.

    Modules: compiled by torch.jit, wrappers such as DataParallel, and lazy ones that have not run yet. Parameters:
    computed from others whenever a layer runs, belonging to no layer, or shared by two of them. It only looks: reading
    a parametrized weight would already change the model.
    """
    owners: dict[int, str] = {}
    for place, module in model.named_modules():
        _watchable(place, module)
        _plain(place, module)
        for name, parameter in module._parameters.items():
            if parameter is None:
                continue
            full = _joined(place, name)
            _counted(full, name, place, module)
            first = owners.setdefault(id(parameter), full)
            if first != full:
                raise Refusal(say("network.bad.tied", name=full, first=first))


def is_leaf(module: nn.Module) -> bool:
    """Whether a module computes something as one step, and does not only hold others.

    PyTorch's own are one step even where they have parts, such as nn.MultiheadAttention or quantised layers.
    """
    from torch import nn

    if isinstance(module, nn.Sequential | nn.ModuleList | nn.ModuleDict | nn.ParameterList | nn.ParameterDict):
        return False
    return type(module).__module__.startswith(("torch.nn.", "torch.ao.")) or not list(module.children())


def is_known(module: nn.Module) -> bool:
    """Whether a module is PyTorch's own layer of one of the `KINDS`."""
    return type(module).__name__ in KINDS and type(module).__module__.startswith("torch.nn.")


def _watchable(place: str, module: Any) -> None:
    import torch
    from torch.nn.parameter import is_lazy

    kind = type(module).__name__
    if isinstance(module, torch.jit.ScriptModule):
        raise Refusal(say("network.bad.scripted", module=_told(place, module.original_name)))
    if kind in _WRAPPERS and hasattr(module, _WRAPPERS[kind]):
        raise Refusal(say("network.bad.wrapped", module=_told(place, kind), inner=_WRAPPERS[kind]))
    if any(is_lazy(tensor) for tensor in (*module._parameters.values(), *module._buffers.values())):
        raise Refusal(say("network.bad.lazy", module=_told(place, kind)))


def _plain(place: str, module: Any) -> None:
    """Raises `Refusal` where a weight or bias is computed from other parameters."""
    for name, parts, cure in _computed(module):
        told = listed(_joined(place, part) for part in parts)
        raise Refusal(say("network.bad.computed", name=_joined(place, name), parts=told, cure=cure))


def _computed(module: Any) -> Iterator[tuple[str, list[str], str]]:
    """Tensors of a module that are computed from parameters: their names, those parameters, and what would undo it."""
    import torch
    from torch.nn.utils.parametrize import is_parametrized

    if is_parametrized(module):
        for name in module.parametrizations:
            parts = [f"parametrizations.{name}.{part}" for part, _ in module.parametrizations[name].named_parameters()]
            yield name, parts, f'torch.nn.utils.parametrize.remove_parametrizations(…, "{name}")'
    for name in ("weight", "bias"):
        if is_known(module) and isinstance(vars(module).get(name), torch.Tensor):
            yield name, [part for part in module._parameters if part.startswith(f"{name}_")], _cure(module, name)


def _cure(module: nn.Module, name: str) -> str:
    kinds = {type(hook).__name__ for hook in module._forward_pre_hooks.values()}
    found = next((cure for kind, cure in _CURES.items() if kind in kinds), None)
    return f"{found}(…)" if found else f'torch.nn.utils.prune.remove(…, "{name}")'


def _counted(full: str, name: str, place: str, module: nn.Module) -> None:
    """Raises `Refusal` for a parameter that is no layer's weight or bias; unknown layers are left to the run."""
    kind = type(module).__name__
    if not is_leaf(module):
        raise Refusal(say("network.bad.own", name=full, module=_told(place, kind)))
    if is_known(module) and name not in ("weight", "bias"):
        raise Refusal(say("network.bad.extra", name=full, kind=kind))


def _joined(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _told(place: str, kind: str) -> str:
    return f"{place} ({kind})" if place else kind
