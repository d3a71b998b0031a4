"""From-scratch cross-correlation, convolution and pooling, as the chapters build them."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


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


def corr2d_multi_in(X: Tensor, K: Tensor) -> Tensor:
    """Cross-correlation over several input channels: one `corr2d` for each, and their sum.

    Parameters: X, input of shape (c_i, n_h, n_w); K, kernel of shape (c_i, k_h, k_w).
    Returns Y of shape (n_h - k_h + 1, n_w - k_w + 1). Raises ValueError if the channels differ in number. Taught in
    chapter 3.

    >>> X = torch.arange(9).reshape(3, 3)
    >>> K = torch.tensor([[0, 1], [2, 3]])
    >>> corr2d_multi_in(torch.stack([X, X + 1]), torch.stack([K, K + 1]))
    tensor([[ 56,  72],
            [104, 120]])
    """
    if len(X) != len(K):
        raise ValueError(f"the input has {len(X)} channels, the kernel {len(K)}")
    return torch.stack([corr2d(x, k) for x, k in zip(X, K)]).sum(0)


def corr2d_multi_in_out(X: Tensor, K: Tensor) -> Tensor:
    """Cross-correlation with several channels in and out: one `corr2d_multi_in` for each output channel.

    Parameters: X, input of shape (c_i, n_h, n_w); K, kernels of shape (c_o, c_i, k_h, k_w).
    Returns Y of shape (c_o, n_h - k_h + 1, n_w - k_w + 1). Taught in chapter 3.

    >>> corr2d_multi_in_out(torch.ones(2, 3, 3), torch.ones(4, 2, 2, 2)).shape
    torch.Size([4, 2, 2])
    """
    return torch.stack([corr2d_multi_in(X, k) for k in K])


def corr2d_1x1(X: Tensor, K: Tensor) -> Tensor:
    """A 1×1 convolution as one matrix product: a fully connected layer at every pixel.

    Parameters: X, input of shape (c_i, h, w); K, kernels of shape (c_o, c_i, 1, 1). Returns Y of shape (c_o, h, w).
    Taught in chapter 3 (Lin, Chen, Yan: Network in network, 2014, arXiv:1312.4400).

    >>> corr2d_1x1(torch.ones(3, 2, 2), torch.ones(1, 3, 1, 1))
    tensor([[[3., 3.],
             [3., 3.]]])
    """
    (c_o, c_i), (h, w) = K.shape[:2], X.shape[1:]
    return (K.reshape(c_o, c_i) @ X.reshape(c_i, h * w)).reshape(c_o, h, w)


def im2col(
    X: Tensor,
    kernel_size: tuple[int, int],
    padding: tuple[int, int] = (0, 0),
    stride: tuple[int, int] = (1, 1),
    dilation: tuple[int, int] = (1, 1),
) -> Tensor:
    """All windows of an input as the columns of one matrix.

    Parameters: X, input of shape (c_i, n_h, n_w); pairs (rows, columns), padding per side.
    Returns a matrix of shape (c_i k_h k_w, o_h o_w), with rows in the order of torch.nn.functional.unfold
    (Chellapilla, Puri, Simard: High performance convolutional neural networks for document processing, 2006). Taught in
    chapter 3.

    >>> im2col(torch.arange(9).reshape(1, 3, 3), (2, 2))
    tensor([[0, 1, 3, 4],
            [1, 2, 4, 5],
            [3, 4, 6, 7],
            [4, 5, 7, 8]])
    """
    (k_h, k_w), (p_h, p_w), (s_h, s_w), (d_h, d_w) = kernel_size, padding, stride, dilation
    framed = F.pad(X, (p_w, p_w, p_h, p_h))
    reach_h, reach_w = framed.shape[1] - d_h * (k_h - 1), framed.shape[2] - d_w * (k_w - 1)
    taps = [
        framed[:, u * d_h:u * d_h + reach_h:s_h, v * d_w:v * d_w + reach_w:s_w]
        for u in range(k_h) for v in range(k_w)
    ]  # fmt: skip
    return torch.stack(taps, dim=1).flatten(2).flatten(0, 1)


def conv2d_im2col(
    X: Tensor,
    K: Tensor,
    padding: tuple[int, int] = (0, 0),
    stride: tuple[int, int] = (1, 1),
    dilation: tuple[int, int] = (1, 1),
    groups: int = 1,
) -> Tensor:
    """Convolution as a matrix product for each group: kernels as rows, windows as columns.

    Parameters: X, input of shape (c_i, n_h, n_w); K, kernels of shape (c_o, c_i / groups, k_h, k_w); pairs (rows,
    columns), padding per side. Returns Y of shape (c_o, o_h, o_w). Raises ValueError if groups does not divide the
    channels, or the dilated kernel is larger than the padded input. Taught in chapter 3.

    >>> X, K = torch.ones(4, 5, 5), torch.ones(2, 2, 3, 3)
    >>> conv2d_im2col(X, K, stride=(2, 2), groups=2)[0]
    tensor([[18., 18.],
            [18., 18.]])
    """
    (c_i, n_h, n_w), (c_o, c_g, k_h, k_w) = X.shape, K.shape
    o_h = (n_h + 2 * padding[0] - dilation[0] * (k_h - 1) - 1) // stride[0] + 1
    o_w = (n_w + 2 * padding[1] - dilation[1] * (k_w - 1) - 1) // stride[1] + 1
    if c_g * groups != c_i or c_o % groups or min(o_h, o_w) < 1:
        raise ValueError(f"kernels {tuple(K.shape)} in {groups} groups do not fit an input {tuple(X.shape)}")
    Y = [
        k.flatten(1) @ im2col(x, (k_h, k_w), padding, stride, dilation)
        for x, k in zip(X.chunk(groups), K.chunk(groups))
    ]
    return torch.cat(Y).reshape(c_o, o_h, o_w)


def pool2d(
    X: Tensor,
    kernel_size: tuple[int, int],
    mode: str = "max",
    padding: tuple[int, int] = (0, 0),
    stride: tuple[int, int] | None = None,
) -> Tensor:
    """Maximum or average pooling of a matrix, as loops that one can read.

    Parameters: X, floats of shape (n_h, n_w); kernel_size, (k_h, k_w); mode, "max" (padding holds −∞) or "avg" (padding
    holds zeros, and counts); padding per side, at most half of the window; stride, the window's size if None.
    Returns Y of shape (floor((n_h + 2 p_h - k_h) / s_h) + 1, the same for columns). Raises ValueError for another mode,
    more padding, or a window that does not fit. Taught in chapter 4.

    >>> pool2d(torch.arange(9.).reshape(3, 3), (2, 2), stride=(1, 1))
    tensor([[4., 5.],
            [7., 8.]])
    """
    (k_h, k_w), (p_h, p_w), (s_h, s_w) = kernel_size, padding, stride or kernel_size
    if mode not in ("max", "avg") or 2 * p_h > k_h or 2 * p_w > k_w:
        raise ValueError(f"mode {mode!r} must be max or avg, and padding {padding} at most half of {kernel_size}")
    framed = F.pad(X, (p_w, p_w, p_h, p_h), value=float("-inf") if mode == "max" else 0.0)
    o_h, o_w = (framed.shape[0] - k_h) // s_h + 1, (framed.shape[1] - k_w) // s_w + 1
    if min(o_h, o_w) < 1:
        raise ValueError(f"a {kernel_size} window does not fit {tuple(framed.shape)} padded elements")
    Y = X.new_zeros(o_h, o_w)
    for i in range(o_h):
        for j in range(o_w):
            window = framed[i * s_h:i * s_h + k_h, j * s_w:j * s_w + k_w]  # fmt: skip
            Y[i, j] = window.max() if mode == "max" else window.mean()
    return Y


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
