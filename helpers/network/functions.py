"""What PyTorch's functions do, as the modules and joins that do the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

#: functions and tensor methods, by their names, with the module that does the same and its settings in their order;
#: a setting with a value is what the function takes where it is not said, and the module does not
_MODULES: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {
    "max_pool2d": ("MaxPool2d", ("kernel_size", "stride", "padding", "dilation", "ceil_mode"), {}),
    "avg_pool2d": ("AvgPool2d", ("kernel_size", "stride", "padding", "ceil_mode"), {}),
    "adaptive_avg_pool2d": ("AdaptiveAvgPool2d", ("output_size",), {}),
    "adaptive_max_pool2d": ("AdaptiveMaxPool2d", ("output_size",), {}),
    "local_response_norm": ("LocalResponseNorm", ("size",), {}),
    "dropout": ("Dropout", ("p",), {}),
    "dropout2d": ("Dropout2d", ("p",), {}),
    "feature_dropout": ("Dropout2d", ("p",), {}),
    "flatten": ("Flatten", ("start_dim", "end_dim"), {"start_dim": 0}),
    "softmax": ("Softmax", ("dim",), {}),
    "log_softmax": ("LogSoftmax", ("dim",), {}),
} | {
    kind.lower() if kind != "LeakyReLU" else "leaky_relu": (kind, (), {})
    for kind in (
        "ReLU",
        "LeakyReLU",
        "ReLU6",
        "ELU",
        "GELU",
        "SiLU",
        "Hardswish",
        "Mish",
        "Softplus",
        "Sigmoid",
        "Tanh",
    )
}

#: what changes nothing that the table shows
_NOTHING = ("contiguous", "clone", "detach", "to", "float", "double")

_VIEWS = ("view", "reshape", "squeeze")


def name_of(function: Any) -> str:
    """The name of a function or method, without the underscores of methods that work in place and of operators.

    >>> name_of(torch.Tensor.relu_), name_of(torch.Tensor.__iadd__), name_of(torch.Tensor.T.__get__)
    ('relu', 'iadd', 'T')
    """
    name = getattr(function, "__name__", type(function).__name__)
    if name == "__get__":
        name = getattr(getattr(function, "__self__", None), "__name__", name)
    return name.strip("_")


def modules_of(name: str, args: Sequence[Any], kwargs: Mapping[str, Any], Y: torch.Tensor) -> list[nn.Module] | None:
    """The modules that do, one after the other, what a function has made of its first argument; None if none do.

    Parameters: name, of the function; args and kwargs, what it was given; Y, what it gave.

    >>> X = torch.zeros(1, 3, 8, 8)
    >>> modules_of("mean", (X, (2, 3)), {}, X.mean((2, 3)))
    [AdaptiveAvgPool2d(output_size=1), Flatten(start_dim=1, end_dim=-1)]
    """
    X = args[0] if args else kwargs.get("input")
    if not isinstance(X, torch.Tensor):
        return None
    if name in _NOTHING:
        return [] if Y.shape == X.shape else None
    if name in _VIEWS:
        return _viewed(X, Y)
    if name == "mean":
        return _averaged(X, Y, *args[1:], **{key: value for key, value in kwargs.items() if key != "input"})
    if name not in _MODULES:
        return None
    kind, names, usual = _MODULES[name]
    said = dict(zip(names, args[1:])) | {key: value for key, value in kwargs.items() if key in names}
    return [getattr(nn, kind)(**(usual | {key: value for key, value in said.items() if value is not None}))]


def _viewed(X: torch.Tensor, Y: torch.Tensor) -> list[nn.Module] | None:
    """A view that is a Flatten of one image, or none at all."""
    if Y.shape == X.shape:
        return []
    return [nn.Flatten()] if X.dim() == 4 and tuple(Y.shape) == (1, X.numel()) else None


def _averaged(
    X: torch.Tensor, Y: torch.Tensor, dim: Any = None, keepdim: bool = False, axis: Any = None, **_: Any
) -> Any:
    """An average over rows and columns."""
    over = axis if dim is None else dim
    axes = sorted(a % 4 for a in over) if isinstance(over, tuple | list) and X.dim() == 4 else None
    if axes != [2, 3]:
        return None
    return [nn.AdaptiveAvgPool2d(1)] if keepdim else [nn.AdaptiveAvgPool2d(1), nn.Flatten()]


def join_of(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[str, list[Any]] | None:
    """How a function joins tensors, "concat" or "add", and which; None if it does not.

    >>> join_of("cat", ([torch.zeros(1, 3), torch.zeros(1, 2)], 1), {})[0]
    'concat'
    """
    if name in ("cat", "concat", "concatenate"):
        tensors = list(args[0] if args else kwargs["tensors"])
        dim = args[1] if len(args) > 1 else kwargs.get("dim", kwargs.get("axis", 0))
        return ("concat", tensors) if dim in (1, 1 - tensors[0].dim()) else None
    if name in ("add", "iadd", "radd"):
        tensors = [*args[:2], *(kwargs[key] for key in ("input", "other") if key in kwargs)]
        plain = kwargs.get("alpha", 1) == 1 and all(isinstance(one, torch.Tensor) for one in tensors)
        return ("add", tensors) if plain and len({one.shape for one in tensors}) == 1 else None
    return None


def adds_nothing(name: str, args: Sequence[Any]) -> bool:
    """Whether a function adds the number 0, as Python's sum does first."""
    return name in ("add", "radd") and any(isinstance(one, int | float) and one == 0 for one in args)
