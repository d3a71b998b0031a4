"""Typical wrong answers to the exercises of chapter 1."""

import math

import torch

from helpers import ops

__all__ = ["math"]


def descend(X, Y, size, steps):
    K = torch.zeros(size, requires_grad=True)
    for _ in range(steps):
        (gradient,) = torch.autograd.grad(((ops.corr2d(X, K) - Y) ** 2).mean(), K)
        K = (K - 0.1 * gradient).detach().requires_grad_()
    return K.detach()


def looped(X, K):
    """Right, by a loop over the output."""
    return ops.corr2d(X, K)


WRONG = {
    "by-hand": {
        "flipped": "[[1, 5], [2, 3]]",
        "rows and columns exchanged": "[[6, 5], [1, 4]]",
        "one product forgotten": "[[6, 1], [5, 2]]",
        "as large as the input": "[[6, 1, 0, 0], [5, 4, 0, 0], [0, 0, 0, 0]]",
    },
    "kernel-loops": {
        "the flipped kernel": "lambda X, K: corr2d_by_kernel_solution(X, K.flip(0, 1))",
        "rows and columns of the offset swapped": "lambda X, K: corr2d_by_kernel_solution(X, K.T)",
        "the last offset only": "lambda X, K: K[-1, -1] * X[K.shape[0] - 1:, K.shape[1] - 1:]",
        "a loop over the output": "looped",
        "PyTorch's own": "lambda X, K: F.conv2d(X[None, None], K[None, None])[0, 0]",
    },
    "counts": {
        "a map as large as the picture": "((64 * 48) ** 2, 64 * 48 * 15, 15)",
        "rows and columns of the window exchanged": "(64 * 48 * 62 * 44, 62 * 44 * 15, 15)",
        "a weight for each output": "(64 * 48 * 60 * 46, 60 * 46, 15)",
        "biases too": "(64 * 48 * 60 * 46 + 60 * 46, 60 * 46 * 16, 16)",
    },
    "seam": {
        "the last column of zeros": "lambda n, k, s: [s - 1]",
        "all columns of zeros": "lambda n, k, s: list(range(min(s, n - k + 1)))",
        "columns before the row's beginning": "lambda n, k, s: list(range(s - k + 1, s))",
        "columns beyond the output": "lambda n, k, s: list(range(max(0, s - k + 1), s))",
    },
    "horizontal-edges": {
        "the kernel for vertical edges": "torch.tensor([[-1., 1]])",
        "above minus below": "torch.tensor([[1.], [-1]])",
        "one dimension only": "torch.tensor([-1., 1])",
        "three rows": "torch.tensor([[-1.], [0], [1]])",
        "twice as strong": "torch.tensor([[-2.], [2]])",
    },
    "blur": {
        "the sum instead of the mean": "lambda k_h, k_w: torch.ones(k_h, k_w)",
        "divided by the height's square": "lambda k_h, k_w: torch.ones(k_h, k_w) / k_h**2",
        "rows and columns exchanged": "lambda k_h, k_w: torch.full((k_w, k_h), 1 / (k_h * k_w))",
        "the window's middle alone": "lambda k_h, k_w: torch.nn.functional.one_hot(torch.tensor(k_h * k_w // 2),"
        " k_h * k_w).reshape(k_h, k_w).float()",
    },
    "refuted": {
        "the diagonal only": '["diagonal edge"]',
        "what stays silent": '["horizontal edge", "flat grey"]',
        "whatever responds": '["vertical edge", "diagonal edge", "ramp", "noise"]',
        "another name": '["diagonal", "ramp", "noise"]',
    },
    "which": {
        "never both": "lambda X, K, Y: 'correlation' if torch.equal(Y, corr2d(X, K)) else 'convolution'"
        " if torch.equal(Y, convolve2d(X, K)) else 'neither'",
        "never neither": "lambda X, K, Y: 'correlation' if torch.equal(Y, corr2d(X, K)) else 'convolution'",
        "from the kernel alone": "lambda X, K, Y: 'both' if torch.equal(K, K.flip(0, 1)) else which_solution(X, K, Y)"
        " if which_solution(X, K, Y) != 'both' else 'correlation'",
        "half of the flip": "lambda X, K, Y: 'convolution' if torch.equal(Y, corr2d(X, K.flip(1)))"
        " else which_solution(X, K, Y)",
    },
    "layers-needed": {
        "fields that add up": "lambda n, k: math.ceil(n / k)",
        "rounded down": "lambda n, k: (n - 1) // (k - 1)",
        "one layer too many": "lambda n, k: (n - 1) // (k - 1) + 1",
        "n instead of n - 1": "lambda n, k: math.ceil(n / (k - 1))",
    },
    "merge": {
        "the product of the kernels": "lambda K1, b1, K2, b2: (K1 * K2 if K1.shape == K2.shape else K1, b1 + b2)",
        "the biases added": "lambda K1, b1, K2, b2: (merge_solution(K1, b1, K2, b2)[0], b1 + b2)",
        "the kernel left flipped": "lambda K1, b1, K2, b2: (merge_solution(K1, b1, K2, b2)[0].flip(0, 1),"
        " b1 * K2.sum() + b2)",
        "the wrong kernel's sum": "lambda K1, b1, K2, b2: (merge_solution(K1, b1, K2, b2)[0], b1 + b2 * K1.sum())",
    },
    "largest-rate": {
        "for the sum": "lambda X, k: largest_rate_solution(X, k) / (X.shape[0] * (X.shape[1] - k + 1))",
        "one divided by the curvature": "lambda X, k: largest_rate_solution(X, k) / 2",
        "with a bias": "lambda X, k: 2 / torch.linalg.eigvalsh((lambda A: 2 * A.T @ A / len(A))(torch.cat("
        "[X.unfold(1, k, 1).flatten(0, 1), torch.ones(X.shape[0] * (X.shape[1] - k + 1), 1)], dim=1))).max().item()",
        "divided by all pixels": "lambda X, k: largest_rate_solution(X, k) * X.numel()"
        " / (X.shape[0] * (X.shape[1] - k + 1))",
    },
    "recover": {
        "the flipped kernel": "lambda X, Y, size: recover_solution(X, Y, size).flip(0, 1)",
        "always the edge kernel": "lambda X, Y, size: torch.tensor([[1., -1]])",
        "ten steps of descent": "lambda X, Y, size: descend(X, Y, size, 10)",
        "a flat list of weights": "lambda X, Y, size: recover_solution(X, Y, size).flatten()",
    },
}
