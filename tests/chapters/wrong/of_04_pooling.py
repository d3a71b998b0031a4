"""Typical wrong answers to the exercises of chapter 4."""

WRONG = {
    "shape": {"one pooling only": "(56, 56)", "stride 1 in the second": "(55, 55)", "three halvings": "(14, 14)"},
    "minimum": {
        "the maximum": "lambda X, k: F.max_pool2d(X, k)",
        "negated once": "lambda X, k: F.max_pool2d(-X, k)",
        "negated behind": "lambda X, k: -F.max_pool2d(X, k)",
    },
    "average": {
        "stride 1": "lambda X, k: F.conv2d(X, X.new_full((X.shape[1], 1, k, k), 1 / k**2), groups=X.shape[1])",
        "a sum": "lambda X, k: average_solution(X, k) * k**2",
        "channels added up": "lambda X, k: F.conv2d(X, X.new_full((X.shape[1], X.shape[1], k, k), 1 / k**2), stride=k)",
    },
    "unpool": {
        "every place filled": "lambda Y, i, size: F.interpolate(Y[None, None], size)[0, 0]",
        "at the corner of each window": "lambda Y, i, size: Y.new_zeros(size).index_put("
        "(torch.arange(0, size[0], 2)[:, None], torch.arange(0, size[1], 2)), Y)",
        "at the first places": "lambda Y, i, size: unpool_solution(Y, torch.arange(Y.numel()).reshape(Y.shape), size)",
    },
}
