"""Measure everything, print each figure beside its target, and write _build/bench.json."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path

from benchmarks import modern, operations, pages, training

RESULTS = Path("_build") / "bench.json"


def main() -> int:
    """0 where every target is met."""
    figures = [*pages.measure(Path("_build/site")), *operations.measure(), *training.measure(), *modern.measure()]
    width = max(len(figure.name) for figure in figures)
    for figure in figures:
        print(f"{figure.name:{width}}  {figure.shown:>12}  {figure.verdict}")
    machine = {"python": platform.python_version(), "processor": platform.machine(), "system": platform.system()}
    results = {"machine": machine, "figures": [f.as_dict() for f in figures]}
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"The same for machines: {RESULTS}")
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
