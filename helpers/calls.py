"""What a function asks of PyTorch, counted: how a check sees that an answer does what its task forbids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from torch.overrides import TorchFunctionMode


def calls(function: Callable[..., Any], *arguments: Any) -> Counter[str]:
    """How often a function calls each function of PyTorch, by name, when it is given these arguments.

    Reading an attribute, such as `X.shape`, is no call. Raises what the function raises.

    >>> import torch
    >>> calls(lambda X: (X * X).sum(), torch.ones(2, 2))
    Counter({'mul': 1, 'sum': 1})
    """
    with _Counting() as counting:
        function(*arguments)
    return counting.counts


class _Counting(TorchFunctionMode):
    """Counts what passes through PyTorch's functions while it is on."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func.__name__
        if name != "__get__":
            self.counts[name] += 1
        return func(*args, **(kwargs or {}))
