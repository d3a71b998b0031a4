"""Memory that a training on a CPU keeps from step to step."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest
import torch
from torch import nn

from helpers import device, models, train

glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library keeps memory in its own way")

#: faults of 4096 bytes, and bytes in use, in a process of its own; each round takes and frees 64 MB
ROUNDS = """
import os, resource, torch
from pathlib import Path
from helpers import device

def faults(rounds):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(rounds):
        torch.ones(16 * 2**20)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

def used():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20

faults(2)
print(faults(10), end=" ")
with device.memory_kept(torch.device("cpu")):
    faults(20)
    print(faults(10), used(), end=" ")
print(used(), faults(10))
"""


def measured(**environment: str) -> list[int]:
    done = subprocess.run(
        [sys.executable, "-c", ROUNDS], env={"PATH": "", "OMP_NUM_THREADS": "1", **environment}, check=True,
        capture_output=True, encoding="utf-8", cwd=train.__file__.rpartition("helpers")[0],
    )  # fmt: skip
    return [int(number) for number in done.stdout.split()]


@glibc
@pytest.mark.slow
def test_pages_are_asked_for_once_and_given_back_at_the_end():
    outside, inside, held, left, after = measured()
    assert inside < 100 < 1000 < outside
    assert held - left >= 60  # what one round takes, at least
    assert after > 1000


@glibc
@pytest.mark.slow
@pytest.mark.parametrize("name", ["MALLOC_ARENA_MAX", "GLIBC_TUNABLES"])
def test_what_the_user_has_set_of_it_stays(name):
    outside, inside, *_ = measured(**{name: "2" if name.startswith("M") else "glibc.malloc.arena_max=2"})
    assert min(outside, inside) > 1000


def test_without_such_a_library_nothing_happens(monkeypatch):
    def missing(name):
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr("ctypes.CDLL", missing)
    with device.memory_kept(torch.device("cpu")):
        torch.ones(3)


def test_training_keeps_memory_and_stops_keeping_it_however_it_ends(monkeypatch):
    told = []

    class Library:
        def mallopt(self, what, value):
            told.append((what, value))

        def malloc_trim(self, pad):
            told.append("trimmed")

    for key in ("MALLOC_ARENA_MAX", "MALLOC_MMAP_MAX_", "MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_", "GLIBC_TUNABLES"):
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setattr("ctypes.CDLL", lambda name: Library())
    net = models.linear_classifier()
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    batch = (torch.rand(4, 1, 28, 28), torch.tensor([0, 1, 2, 3]))

    def fails(logits, labels):
        assert told == [(-4, 0), (-1, -1)]
        raise RuntimeError("in the middle of a step")

    with pytest.raises(RuntimeError, match="in the middle"):
        train.fit(net, [batch], epochs=1, optimizer=optimizer, loss=fails, progress=False)
    assert told == [(-4, 0), (-1, -1), (-4, 65536), (-1, 64 * 2**20), "trimmed"]
    told.clear()
    train.fit(net, [batch], epochs=1, optimizer=optimizer, loss=nn.CrossEntropyLoss(), progress=False)
    assert told[-1] == "trimmed"
