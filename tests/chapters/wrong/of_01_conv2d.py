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


WRONG = {
    "move-left": {
        "the kernel that moves right": "torch.tensor([[0., 0, 0], [1, 0, 0], [0, 0, 0]])",
        "the kernel that moves up": "torch.tensor([[0., 0, 0], [0, 0, 0], [0, 1, 0]])",
        "the kernel that moves nothing": "torch.tensor([[0., 0, 0], [0, 1, 0], [0, 0, 0]])",
        "a kernel with one row": "torch.tensor([[0., 0, 1]])",
    },
    "lying-edges": {
        "the kernel for upright edges": "torch.tensor([[-1., 1]])",
        "above minus below": "torch.tensor([[1.], [-1]])",
        "one dimension only": "torch.tensor([-1., 1])",
    },
    "blur": {
        "the sum instead of the mean": "lambda k: torch.ones(k, k)",
        "divided by k instead of its square": "lambda k: torch.ones(k, k) / k",
        "one row only": "lambda k: torch.full((1, k), 1 / k)",
        "the window's middle alone": "lambda k: torch.nn.functional.one_hot(torch.tensor(k * k // 2), k * k)"
        ".reshape(k, k).float()",
    },
    "kernel-loops": {
        "the flipped kernel": "lambda X, K: F.conv2d(X[None, None].float(), K.flip(0, 1)[None, None].float())[0, 0]",
        "rows and columns of the offset swapped": "lambda X, K: corr2d(X, K.T)",
        "an output as large as the input": "lambda X, K: F.conv2d(X[None, None].float(), K[None, None].float(),"
        " padding=K.shape[0] // 2)[0, 0]",
        "the last offset only": "lambda X, K: K[-1, -1] * X[K.shape[0] - 1:, K.shape[1] - 1:]",
    },
    "layers-needed": {
        "fields that add up": "lambda n, k: math.ceil(n / k)",
        "rounded down": "lambda n, k: (n - 1) // (k - 1)",
        "one layer too many": "lambda n, k: (n - 1) // (k - 1) + 1",
        "n instead of n - 1": "lambda n, k: math.ceil(n / (k - 1))",
    },
    "recover": {
        "the flipped kernel": "lambda X, Y, size: recover_solution(X, Y, size).flip(0, 1)",
        "always the edge kernel": "lambda X, Y, size: torch.tensor([[1., -1]])",
        "ten steps of descent": "lambda X, Y, size: descend(X, Y, size, 10)",
        "a flat list of weights": "lambda X, Y, size: recover_solution(X, Y, size).flatten()",
    },
}
