"""Typical wrong answers to the exercises of chapter 2."""

WRONG = {
    "same-padding": {
        "the total of both sides": "lambda k, d: d * (k - 1)",
        "dilation forgotten": "lambda k, d: (k - 1) // 2",
        "half the span rounded up": "lambda k, d: (d * (k - 1) + 1) // 2 + 1",
    },
    "halving": {
        "no padding": "(0, 2)",
        "padding as for a 5×5 kernel": "(2, 2)",
        "padding without a stride": "(1, 1)",
    },
    "unread": {
        "the floor's loss at the end only": "lambda n, k, p, s: list(range(n - (n + 2 * p - k) % s, n))",
        "padding forgotten": "lambda n, k, p, s: unread_solution(n, k, 0, s)",
        "rows counted from 1": "lambda n, k, p, s: [row + 1 for row in unread_solution(n, k, p, s)]",
    },
    "other-framework": {
        "the odd one before": "lambda n, k, s: tensorflow_same_solution(n, k, s)[::-1]",
        "stride forgotten": "lambda n, k, s: tensorflow_same_solution(n, k, 1)",
        "padding never cut at nothing": "lambda n, k, s: (((-(-n // s) - 1) * s + k - n) // 2,"
        " ((-(-n // s) - 1) * s + k - n) - ((-(-n // s) - 1) * s + k - n) // 2)",
    },
}
