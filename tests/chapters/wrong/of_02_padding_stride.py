"""Typical wrong answers to the exercises of chapter 2."""

WRONG = {
    "same-padding": {
        "the total of both sides": "lambda k, d: d * (k - 1)",
        "dilation forgotten": "lambda k, d: (k - 1) // 2",
        "half the span rounded up": "lambda k, d: (d * (k - 1) + 1) // 2 + 1",
        "no kernel is impossible": "lambda k, d: d * (k - 1) // 2",
        "every even kernel is impossible": "lambda k, d: d * (k - 1) // 2 if k % 2 else None",
        "a fraction": "lambda k, d: d * (k - 1) / 2",
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
        "rows of the padded input": "lambda n, k, p, s: unread_solution(n + 2 * p, k, 0, s)",
    },
    "mirror": {
        "the border repeated": "lambda X, p: (lambda places: X[places(len(X))][:, places(X.shape[1])])("
        "lambda n: [*range(p - 1, -1, -1), *range(n), *range(n - 1, n - 1 - p, -1)])",
        "rows only": "lambda X, p: mirror_solution(X, p)[:, p:p + X.shape[1]]",
        "zeros": "lambda X, p: torch.cat([torch.zeros(p, X.shape[1] + 2 * p), torch.cat([torch.zeros(len(X), p), X,"
        " torch.zeros(len(X), p)], dim=1), torch.zeros(p, X.shape[1] + 2 * p)])",
        "PyTorch's own": "lambda X, p: F.pad(X[None], (p, p, p, p), mode='reflect')[0]",
    },
    "saving": {
        "all layers at a quarter": "(0.25, 19)",
        "the jump doubles before the third layer": "(0.5, 21)",
        "half of the work in each later layer": "(4 / 6, 19)",
        "no reach gained": "(0.5, 13)",
    },
    "coverage": {
        "everything that is spanned": "lambda dilations: (2 * sum(dilations) + 1,) * 2",
        "paths instead of places": "lambda dilations: (3 ** len(dilations), 2 * sum(dilations) + 1)",
        "the last layer alone": "lambda dilations: coverage_solution(dilations[-1:])",
        "span without the first element": "lambda dilations: (coverage_solution(dilations)[0], 2 * sum(dilations))",
    },
    "comes-back": {
        "divided by the stride": "lambda stripes, n, s: stripes // s",
        "nothing is lost": "lambda stripes, n, s: stripes",
        "the remainder alone": "lambda stripes, n, s: stripes % (n // s)",
        "what is above the limit": "lambda stripes, n, s: max(0, stripes - n // (2 * s))",
    },
    "refuted": {
        "the claim's own example": "44",
        "stripes that are not aliased": "20",
        "too weak": "30",
        "more than there can be": "90",
    },
    "border-choice": {
        "zeros for all": '{"world": "zeros", "stars": "zeros", "portrait": "zeros"}',
        "a mirror for the world": '{"world": "reflect", "stars": "zeros", "portrait": "reflect"}',
        "stars that come round": '{"world": "circular", "stars": "circular", "portrait": "reflect"}',
        "a portrait that comes round": '{"world": "circular", "stars": "zeros", "portrait": "circular"}',
        "one forgotten": '{"world": "circular", "stars": "zeros"}',
    },
    "other-framework": {
        "the odd one before": "lambda n, k, s: tensorflow_same_solution(n, k, s)[::-1]",
        "stride forgotten": "lambda n, k, s: tensorflow_same_solution(n, k, 1)",
        "padding never cut at nothing": "lambda n, k, s: (((-(-n // s) - 1) * s + k - n) // 2,"
        " ((-(-n // s) - 1) * s + k - n) - ((-(-n // s) - 1) * s + k - n) // 2)",
    },
}
