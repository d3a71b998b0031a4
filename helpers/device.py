"""The device that a notebook computes on, chosen once."""

from __future__ import annotations

import os

import torch


def best() -> torch.device:
    """CUDA if there is one, then Apple's MPS, then the CPU; the environment variable COURSE_DEVICE overrules.

    >>> isinstance(best(), torch.device)
    True
    """
    if named := os.environ.get("COURSE_DEVICE"):
        return torch.device(named)
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def of(module: torch.nn.Module) -> torch.device:
    """The device of a network's parameters; the CPU if it has none.

    >>> of(torch.nn.Linear(2, 2))
    device(type='cpu')
    """
    return next((p.device for p in module.parameters()), torch.device("cpu"))
