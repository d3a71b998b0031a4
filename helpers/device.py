"""The device that a notebook computes on, chosen once."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
from collections.abc import Iterator
from pathlib import Path

import torch

#: numbers and defaults of glibc's mallopt(3); the last is the largest threshold that glibc takes of its own accord
_TRIM_THRESHOLD, _MMAP_MAX, _MAPPINGS, _TRIMMED_FROM = -1, -4, 65536, 64 * 2**20


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


def name(where: torch.device) -> str:
    """What a device is called: the processor with its number of cores, or the graphics card.

    >>> "cores" in name(torch.device("cpu"))
    True
    """
    if where.type == "cuda":
        return torch.cuda.get_device_name(where)
    if where.type != "cpu":
        return where.type
    model = _processor("model name") or platform.processor() or platform.machine()
    return f"{model} ({os.cpu_count()} cores)"


def has_bfloat16(where: torch.device) -> bool:
    """Whether a device computes bfloat16 in hardware: a processor with AVX-512 BF16 or AMX, CUDA from Ampere on.

    Processors are asked on Linux alone; elsewhere the answer for them is no.

    >>> isinstance(has_bfloat16(torch.device("cpu")), bool)
    True
    """
    if where.type == "cuda":
        return torch.cuda.get_device_capability(where) >= (8, 0)
    return where.type == "cpu" and not {"avx512_bf16", "amx_bf16"}.isdisjoint(_processor("flags").split())


@contextlib.contextmanager
def memory_kept(where: torch.device) -> Iterator[None]:
    """While the block runs, memory that is freed stays with this process, ready for the next step.

    Every step of a training allocates the same large tensors. On a CPU under Linux, glibc asks the system for each of
    them and gives it back afterwards, and the system fills page after page with zeros before it hands them out again.
    At the end, what nobody uses is given back. On other devices and systems, and where the user has set MALLOC_… or
    GLIBC_TUNABLES, nothing changes. No number does.
    """
    library = None
    if where.type == "cpu" and not any(key.startswith(("MALLOC_", "GLIBC_TUNABLES")) for key in os.environ):
        with contextlib.suppress(OSError):  # another system, or another C library
            library = ctypes.CDLL("libc.so.6")
    if library is None:
        yield
        return
    library.mallopt(_MMAP_MAX, 0)
    library.mallopt(_TRIM_THRESHOLD, -1)  # never
    try:
        yield
    finally:
        library.mallopt(_MMAP_MAX, _MAPPINGS)
        library.mallopt(_TRIM_THRESHOLD, _TRIMMED_FROM)
        library.malloc_trim(0)


def _processor(what: str) -> str:
    """What Linux tells about the first processor under a heading; "" elsewhere."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8", errors="replace").splitlines() if told.is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.partition(":")[0].strip() == what), "")
