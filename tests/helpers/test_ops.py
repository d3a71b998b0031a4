"""From-scratch operations give PyTorch's values and gradients."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from helpers import ops
from tests.cases import cases


@st.composite
def inputs_and_kernels(draw):
    n_h, n_w = draw(st.integers(1, 8)), draw(st.integers(1, 8))
    k_h, k_w = draw(st.integers(1, n_h)), draw(st.integers(1, n_w))
    numbers = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    matrix = lambda h, w: torch.randn(h, w, dtype=torch.float64, generator=numbers)  # noqa: E731
    return matrix(n_h, n_w), matrix(k_h, k_w)


def by_torch(X, K):
    return F.conv2d(X[None, None], K[None, None])[0, 0]


@given(inputs_and_kernels())
def test_corr2d_agrees_with_pytorch_in_value_and_gradient(case):
    X, K = (tensor.requires_grad_() for tensor in case)
    ours, theirs = ops.corr2d(X, K), by_torch(X, K)
    torch.testing.assert_close(ours, theirs)
    weights = torch.randn_like(ours)
    for mine, right in zip(
        torch.autograd.grad((ours * weights).sum(), (X, K)),
        torch.autograd.grad((theirs * weights).sum(), (X, K)),
        strict=True,
    ):
        torch.testing.assert_close(mine, right)


@given(inputs_and_kernels())
def test_convolution_is_the_correlation_with_the_flipped_kernel(case):
    X, K = case
    torch.testing.assert_close(ops.convolve2d(X, K), by_torch(X, torch.flip(K, (0, 1))))


@given(inputs_and_kernels())
def test_the_matrix_does_what_the_kernel_does(case):
    X, K = case
    T = ops.corr2d_matrix(K, *X.shape)
    torch.testing.assert_close((T @ X.flatten()).reshape(ops.corr2d(X, K).shape), by_torch(X, K))


def test_types_are_kept():
    whole = torch.ones(3, 3, dtype=torch.int64)
    assert ops.corr2d(whole, whole).dtype == torch.int64
    assert ops.corr2d(whole, whole.double()).dtype == torch.float64


@pytest.mark.parametrize(
    ("X", "K", "message"),
    [
        (torch.ones(3, 3), torch.ones(4, 3), r"a \(4, 3\) kernel on a \(3, 3\) input: the kernel must not be larger"),
        (torch.ones(3, 3), torch.ones(0, 3), "the kernel must not be larger"),
        (torch.ones(1, 3, 3), torch.ones(2, 2), r"a \(2, 2\) kernel on a \(1, 3, 3\) input: both must be matrices"),
        (torch.ones(3, 3), torch.ones(2), "both must be matrices"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_shapes(X, K, message):
    with pytest.raises(ValueError, match=message):
        ops.corr2d(X, K)


def test_the_layer_is_pytorchs_layer():
    ours, theirs = ops.Conv2D((2, 3)), nn.Conv2d(1, 1, (2, 3))
    theirs.load_state_dict({"weight": ours.weight[None, None], "bias": ours.bias})
    X = torch.randn(5, 6)
    torch.testing.assert_close(ours(X), theirs(X[None, None])[0, 0])


def test_corr2d_strided_agrees_with_pytorch_on_1000_cases_and_refuses_the_rest():
    for case in cases(2000, seed=2):
        X, K = torch.tensor(case.input, dtype=torch.float64), torch.tensor(case.kernel, dtype=torch.float64)
        expected = case.expected()
        if expected is None:
            with pytest.raises(ValueError, match=r"\d"):
                ops.corr2d_strided(X, K, **case.settings)
        else:
            torch.testing.assert_close(ops.corr2d_strided(X, K, **case.settings) + case.bias, expected)
