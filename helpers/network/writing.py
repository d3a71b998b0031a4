"""Layers, shapes, bytes and large numbers as text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from helpers.network.layers import KINDS, SETTINGS, WEIGHTED


def grouped(n: int) -> str:
    """A whole number with commas between thousands.

    >>> grouped(61706)
    '61,706'
    """
    return f"{n:,}"


def bytes_text(n: int) -> str:
    """Bytes as B, KiB, MiB, GiB or TiB, with one decimal from KiB on.

    >>> bytes_text(1000), bytes_text(18816)
    ('1,000 B', '18.4 KiB')
    """
    if n < 1024:
        return f"{grouped(n)} B"
    power = min(4, (n.bit_length() - 1) // 10)
    tenths = math.floor(n / 1024**power * 10 + 0.5)
    return f"{grouped(tenths // 10)}.{tenths % 10} {('KiB', 'MiB', 'GiB', 'TiB')[power - 1]}"


def shape_text(shape: Sequence[int]) -> str:
    """A shape with crosses.

    >>> shape_text((6, 28, 28))
    '6×28×28'
    """
    return "×".join(map(str, shape))


def text(layer: Mapping[str, Any], channels: int) -> str:
    """A layer as one writes it for PyTorch, settings that are PyTorch's own left out.

    >>> text({"kind": "Linear", "out_features": 10, "bias": False}, 84)
    'Linear(84, 10, bias=False)'
    """
    kind = layer["kind"]
    parts = [str(channels)] if kind in WEIGHTED else []
    parts += [str(layer[key]) for key in ("out_channels", "out_features", "size") if key in layer]
    if kind.endswith("Softmax"):
        parts.append("dim=1")
    return f"{kind}({', '.join([*parts, *_options(layer)])})"


def _options(layer: Mapping[str, Any]) -> Iterator[str]:
    """The settings that are written with their names."""
    always = ("kernel_size", "output_size", "p") + (("stride",) if "Pool2d" in layer["kind"] else ())
    for key in KINDS[layer["kind"]]:
        value = layer[key]
        if key in ("out_channels", "out_features", "size") or (key not in always and value == SETTINGS[key].usual):
            continue
        if key == "p":
            value = f"{value:.4f}".rstrip("0").rstrip(".")
        elif isinstance(value, tuple) and value[0] == value[1]:
            value = value[0]
        yield f"{key}={value}"
