"""Typical wrong answers to the exercises of chapter 4."""

WRONG = {
    "unmoved": {
        "all alike": "[1] * 8",
        "a number twice": "[5, 1, 3, 0, 4, 2, 6, 0]",
        "winners at odd places": "[1, 5, 0, 3, 2, 4, 7, 8]",
        "rising": "[0, 1, 2, 3, 4, 5, 6, 7]",
        "too few": "[5, 1, 3, 0]",
        "fractions": "[5.5, 1, 3, 0, 4, 2, 6, 0]",
    },
    "left-window": {
        "every winner stays": "[5, 1, 3, 0, 4, 2]",
        "equals in one window": "[3, 3, 3, 3, 3, 3]",
        "the map changes": "[1, 5, 0, 3, 2, 4]",
        "eight numbers": "[4, 3, 1, 3, 3, 0, 0, 0]",
        "a number that drops out": "[5, 0, 5, 3, 0, 3]",
    },
    "corner": {
        "one dimension only": "lambda k, p, include: (k - p) / k if include else 1.0",
        "padding on both sides": "lambda k, p, include: ((k - 2 * p) / k) ** 2 if include else 1.0",
        "zeros never counted": "lambda k, p, include: 1.0",
        "zeros always counted": "lambda k, p, include: ((k - p) / k) ** 2",
    },
    "ceil-size": {
        "rounded down": "lambda n, k, s, p: (n + 2 * p - k) // s + 1",
        "the last window never left out": "lambda n, k, s, p: -(-(n + 2 * p - k) // s) + 1",
        "left out from the input's end on": "lambda n, k, s, p: (lambda w: w - ((w - 1) * s >= n))("
        "-(-(n + 2 * p - k) // s) + 1)",
        "padding once": "lambda n, k, s, p: rows_solution(n + p, k, s, 0)",
    },
    "shape": {
        "one pooling only": "(57, 45)",
        "rounded up": "(29, 23)",
        "rows and columns exchanged": "(22, 28)",
        "stride 1 in the second": "(56, 44)",
    },
    "minimum": {
        "the maximum": "lambda X, k: F.max_pool2d(X, k)",
        "negated once": "lambda X, k: F.max_pool2d(-X, k)",
        "negated after": "lambda X, k: -F.max_pool2d(X, k)",
    },
    "strongest": {
        "the absolute value": "lambda X, k: F.max_pool2d(X.abs(), k)",
        "the maximum": "lambda X, k: F.max_pool2d(X, k)",
        "the negative one where equal": "lambda X, k: torch.where(F.max_pool2d(X, k) > F.max_pool2d(-X, k),"
        " F.max_pool2d(X, k), -F.max_pool2d(-X, k))",
        "the sum of both": "lambda X, k: F.max_pool2d(X, k) - F.max_pool2d(-X, k)",
    },
    "average": {
        "stride 1": "lambda X, h, w: F.conv2d(X, X.new_full((X.shape[1], 1, h, w), 1 / (h * w)), groups=X.shape[1])",
        "a sum": "lambda X, h, w: average_solution(X, h, w) * h * w",
        "channels added up": "lambda X, h, w: F.conv2d(X, X.new_full((X.shape[1], X.shape[1], h, w), 1 / (h * w)),"
        " stride=(h, w))",
        "a square window": "lambda X, h, w: average_solution(X, h, h)",
        "PyTorch's own": "lambda X, h, w: F.avg_pool2d(X, (h, w))",
    },
    "ties": {
        "shared among equals": "[[0, 1.5, 0], [1, 0, 0], [0, 1, 0.5]]",
        "the last of the equals": "[[0, 1, 0], [1, 0, 0], [0, 1, 1]]",
        "one for each that wins anywhere": "[[0, 1, 0], [1, 0, 0], [0, 1, 0]]",
        "the outputs": "[[3, 3], [3, 3]]",
    },
    "unpool": {
        "every place filled": "lambda Y, i, size: F.interpolate(Y[None, None], size)[0, 0]",
        "at the corner of each window": "lambda Y, i, size: Y.new_zeros(size).index_put("
        "(torch.arange(len(Y))[:, None], torch.arange(Y.shape[1])), Y)",
        "at the first places": "lambda Y, i, size: unpool_solution(Y, torch.arange(Y.numel()).reshape(Y.shape), size)",
        "rows and columns exchanged": "lambda Y, i, size: unpool_solution(Y, i, size[::-1])",
    },
    "ending": {"the average": "'a'", "the strides": "'c'", "the small window": "'d'"},
}
