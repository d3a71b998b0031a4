"""Seconds that each of the five networks takes for one image: measured by a command, never typed by hand.

    python -m helpers.timings

times all networks of `helpers.compared` on the CPU, in float32, on one thread, and writes `measured.json` with the name
of the machine. The networks take turns, in which small ones run more often, and the fastest run of all turns counts:
what else a machine does only slows it. So a second call on the same machine can only lower what the first has written.
"""

from __future__ import annotations

import json
import platform
import time
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import nn

from helpers import device
from helpers.words import listed, say

FILE = Path(__file__).parent / "measured.json"

#: images at a time; turns, and seconds that each lasts at least
BATCH, TURNS, TURN = 8, 30, 0.1


def seconds(field: str, key: str) -> float:
    """Seconds for one image of a network, by its field and key in `helpers.compared`. Raises ValueError for others."""
    told: dict[str, dict[str, float]] = _told()["seconds"]
    if key not in told.get(field, {}):
        known = listed(f"{one}/{name}" for one, names in told.items() for name in names)
        raise ValueError(say("compared.bad.timing", value=f"{field}/{key}", known=known))
    return told[field][key]


def made() -> dict[str, Any]:
    """Where the times come from: the processor's name, and the versions of PyTorch and Python."""
    where: dict[str, Any] = _told()["made"]
    return where


@cache
def _told() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return told


def measure(turns: int = TURNS, batch: int = BATCH, turn: float = TURN) -> dict[str, Any]:
    """The times of all networks, and where they come from: what `measured.json` holds."""
    from helpers.compared import FIELDS

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        nets = {
            (field, one.key): (one.build().eval(), torch.rand(batch, *one.input_shape))
            for field, contenders in FIELDS.items()
            for one in contenders
        }
        best = dict.fromkeys(nets, float("inf"))
        for _ in range(turns):
            for name, (net, X) in nets.items():
                best[name] = min(best[name], _fastest(net, X, turn) / batch)
    finally:
        torch.set_num_threads(threads)
    told = {field: {key: float(f"{best[field, key]:.3g}") for f, key in best if f == field} for field in FIELDS}
    where = {
        "device": device.name(torch.device("cpu")), "threads": 1, "precision": "float32", "batch": batch,
        "turns": turns, "torch": torch.__version__, "python": platform.python_version(),
    }  # fmt: skip
    return {"made": where, "seconds": told}


def _fastest(net: nn.Module, X: torch.Tensor, turn: float) -> float:
    """Seconds of the fastest of the forward passes that fit into a turn; there is one at least."""
    end, fastest = time.perf_counter() + turn, _once(net, X)
    while time.perf_counter() < end:
        fastest = min(fastest, _once(net, X))
    return fastest


def _once(net: nn.Module, X: torch.Tensor) -> float:
    """Seconds of one forward pass that the one thread computed, without those in which it waited for its processor."""
    with torch.inference_mode():
        start = time.thread_time()
        net(X)
        return time.thread_time() - start


def main() -> None:
    """The command line."""
    now, before = measure(), _told() if FILE.is_file() else {}
    if before.get("made") == now["made"]:
        for field, names in now["seconds"].items():
            now["seconds"][field] = {key: min(value, before["seconds"][field][key]) for key, value in names.items()}
    FILE.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    print(FILE)
