"""Typical wrong answers to the exercises of chapter 3."""

WRONG = {
    "count": {
        "groups forgotten": "64 * 32 * 25 + 64",
        "no bias": "64 * 8 * 25",
        "a bias for each group": "64 * 8 * 25 + 4",
    },
    "swap": {
        "nothing swapped": "lambda c, a, b: torch.eye(c)[:, :, None, None]",
        "a matrix, no kernels": "lambda c, a, b: swapping_solution(c, a, b)[:, :, 0, 0]",
        "all turned round": "lambda c, a, b: torch.eye(c).flip(0)[:, :, None, None]",
    },
    "merge": {
        "channels mixed backwards": "lambda A, B: merged_solution(A, B.flip(1))",
        "the first layer alone": "lambda A, B: A",
        "the second layer's weights added up": "lambda A, B: (B.sum(1)[:, :, 0] * A.flatten(1).sum(0))"
        ".reshape(len(B), *A.shape[1:])",
    },
    "depth": {
        "channels added up": "lambda X, K: corr2d_multi_in(X, K).expand(len(X), -1, -1)",
        "one kernel for all": "lambda X, K: torch.stack([corr2d(x, K[0]) for x in X])",
        "kernels in reverse": "lambda X, K: depthwise_solution(X, K.flip(0))",
    },
}
