"""Numbers as stored tables show them, by the rule of `static/numbers.js`."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal


def format_number(value: float) -> str:
    """At most 4 decimals, powers of ten where those would not do, a true minus sign.

    >>> [format_number(v) for v in (19.0, -0.5, 1 / 3, 1e-7, 2.5e9)]
    ['19', '−0.5', '0.3333', '1e−7', '2.5e9']
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    exact = Decimal(value)  # the decimal expansion of the double, which is what JavaScript rounds
    size = abs(value)
    if size >= 1e7 or 0 < size < 5e-5:
        power = exact.adjusted()
        digits = (exact.scaleb(-power)).quantize(Decimal("1.000"), ROUND_HALF_UP)
        if abs(digits) == 10:
            digits, power = digits / 10, power + 1
        text = f"{_trim(f'{digits:.3f}')}e{power}"
    else:
        text = _trim(f"{exact.quantize(Decimal('1.0000'), ROUND_HALF_UP):f}")
    return text.replace("-", "−")


def _trim(digits: str) -> str:
    text = digits.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def plain(value: float) -> int | float:
    """The number as JSON writes it shortest: whole numbers without a point."""
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
