"""From-scratch cross-correlation and convolution, as the chapters build them."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def corr2d(X: Tensor, K: Tensor) -> Tensor:
    """The 2-D cross-correlation of a matrix with a kernel, as loops that one can read.

    Y[i, j] = sum over u, v of X[i + u, j + v] K[u, v].

    Parameters: X, input of shape (n_h, n_w); K, kernel of shape (k_h, k_w).
    Returns Y of shape (n_h - k_h + 1, n_w - k_w + 1), of the type that X * K has, on X's device.
    Raises ValueError if one of them is no matrix, or the kernel is larger than the input. Taught in chapter 1.

    >>> corr2d(torch.arange(9).reshape(3, 3), torch.arange(4).reshape(2, 2))
    tensor([[19, 25],
            [37, 43]])
    """
    sizes = f"a {tuple(K.shape)} kernel on a {tuple(X.shape)} input"
    if X.ndim != 2 or K.ndim != 2:
        raise ValueError(f"{sizes}: both must be matrices")
    if any(not 0 < k <= n for k, n in zip(K.shape, X.shape)):
        raise ValueError(f"{sizes}: the kernel must not be larger")
    (n_h, n_w), (k_h, k_w) = X.shape, K.shape
    o_h, o_w = n_h - k_h + 1, n_w - k_w + 1
    Y = torch.zeros(o_h, o_w, dtype=torch.result_type(X, K), device=X.device)
    for i in range(o_h):
        for j in range(o_w):
            Y[i, j] = (X[i:i + k_h, j:j + k_w] * K).sum()  # fmt: skip
    return Y


def convolve2d(X: Tensor, K: Tensor) -> Tensor:
    """The 2-D convolution of mathematics: the cross-correlation with the kernel turned by 180 degrees.

    Y[i, j] = sum over u, v of X[i + u, j + v] K[k_h - 1 - u, k_w - 1 - v], where the kernel lies inside the input.
    Shapes and errors as in `corr2d`. Taught in chapter 1.

    >>> convolve2d(torch.arange(9).reshape(3, 3), torch.arange(4).reshape(2, 2))
    tensor([[ 5, 11],
            [23, 29]])
    """
    return corr2d(X, K.flip(0, 1))


def corr2d_matrix(K: Tensor, n_h: int, n_w: int) -> Tensor:
    """The matrix that does to a flattened input what `corr2d` does with the kernel K.

    T[i o_w + j, (i + u) n_w + (j + v)] = K[u, v], and 0 elsewhere, so that corr2d(X, K).flatten() = T X.flatten().

    Parameters: K, kernel of shape (k_h, k_w); n_h and n_w, height and width of the inputs.
    Returns T of shape (o_h o_w, n_h n_w). Taught in chapter 1.

    >>> corr2d_matrix(torch.tensor([[1, -1]]), 1, 4)
    tensor([[ 1, -1,  0,  0],
            [ 0,  1, -1,  0],
            [ 0,  0,  1, -1]])
    """
    k_h, k_w = K.shape
    o_h, o_w = n_h - k_h + 1, n_w - k_w + 1
    T = K.new_zeros(o_h, o_w, n_h, n_w)
    for i in range(o_h):
        for j in range(o_w):
            T[i, j, i:i + k_h, j:j + k_w] = K  # fmt: skip
    return T.reshape(o_h * o_w, n_h * n_w)


def corr2d_strided(
    X: Tensor,
    K: Tensor,
    padding: tuple[int, int] = (0, 0),
    stride: tuple[int, int] = (1, 1),
    dilation: tuple[int, int] = (1, 1),
) -> Tensor:
    """Cross-correlation with padding, stride and dilation, each in one line on top of `corr2d`.

    Y[i, j] = sum over u, v of X[i s_h - p_h + u d_h, j s_w - p_w + v d_w] K[u, v], X being 0 outside.

    Parameters: X, input of shape (n_h, n_w); K, kernel of shape (k_h, k_w); pairs (rows, columns), padding per side.
    Returns Y of shape (floor((n_h + 2 p_h - d_h (k_h - 1) - 1) / s_h) + 1, the same for columns).
    Raises ValueError if the dilated kernel is larger than the padded input, or a setting too small. Taught in
    chapter 2.

    >>> corr2d_strided(torch.arange(9).reshape(3, 3), torch.arange(4).reshape(2, 2), padding=(1, 1), stride=(3, 2))
    tensor([[0, 8],
            [6, 8]])
    """
    if min(padding) < 0 or min(stride) < 1 or min(dilation) < 1:
        raise ValueError(f"padding {padding} must be at least 0, stride {stride} and dilation {dilation} at least 1")
    (n_h, n_w), (k_h, k_w) = X.shape, K.shape
    (p_h, p_w), (s_h, s_w), (d_h, d_w) = padding, stride, dilation
    framed = X.new_zeros(n_h + 2 * p_h, n_w + 2 * p_w)
    framed[p_h:p_h + n_h, p_w:p_w + n_w] = X  # fmt: skip
    spread = K.new_zeros(d_h * (k_h - 1) + 1, d_w * (k_w - 1) + 1)
    spread[::d_h, ::d_w] = K
    return corr2d(framed, spread)[::s_h, ::s_w]


class Conv2D(nn.Module):
    """A convolutional layer with one channel in and one out: cross-correlation plus a bias, both learnt.

    Parameters: kernel_size, (k_h, k_w). It holds `weight` of shape (k_h, k_w) and `bias` of shape (1,), drawn from a
    standard normal distribution. Takes X of shape (n_h, n_w) and raises what `corr2d` raises. Taught in chapter 1.
    """

    def __init__(self, kernel_size: tuple[int, int]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(kernel_size))
        self.bias = nn.Parameter(torch.randn(1))

    def forward(self, X: Tensor) -> Tensor:
        """Y of shape (n_h - k_h + 1, n_w - k_w + 1)."""
        return corr2d(X, self.weight) + self.bias
