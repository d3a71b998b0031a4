"""Typical wrong answers to the exercises of the page of the five networks."""

from __future__ import annotations


def front_by(beats):
    """Those that nobody beats, by some other idea of beating."""
    return lambda points: {n for n, p in points.items() if not any(beats(q, p) for q in points.values())}


WRONG = {
    "sides": {
        "the ratio of the sides": "224 / 64",
        "squared twice": "(224 / 64) ** 4",
        "upside down": "(64 / 224) ** 2",
    },
    "front": {
        "cheaper and more accurate": "front_by(lambda q, p: q[0] < p[0] and q[1] > p[1])",
        "equals beat each other": "lambda points: {n for n, p in points.items()"
        " if not any(m != n and q[0] <= p[0] and q[1] >= p[1] for m, q in points.items())}",
        "cheap and dear mixed up": "front_by(lambda q, p: q[0] >= p[0] and q[1] >= p[1] and q != p)",
        "the most accurate alone": "front_by(lambda q, p: q[1] > p[1])",
    },
    "apart": {
        "one standard error": "lambda a, b, n: abs(a - b) > ((a * (1 - a) + b * (1 - b)) / n) ** 0.5",
        "the order matters": "lambda a, b, n: a - b > 2 * ((a * (1 - a) + b * (1 - b)) / n) ** 0.5",
        "one network's error": "lambda a, b, n: abs(a - b) > 2 * (a * (1 - a) / n) ** 0.5",
        "any difference": "lambda a, b, n: a != b",
        "without the root": "lambda a, b, n: abs(a - b) > 2 * (a * (1 - a) + b * (1 - b)) / n",
    },
}
