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


@st.composite
def layers(draw):
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    c_i, c_o = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    pair = lambda low, high: (draw(st.integers(low, high)), draw(st.integers(low, high)))  # noqa: E731
    numbers = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    X = torch.randn(c_i, *pair(1, 8), dtype=torch.float64, generator=numbers)
    K = torch.randn(c_o, c_i // groups, *pair(1, 3), dtype=torch.float64, generator=numbers)
    return X, K, {"padding": pair(0, 2), "stride": pair(1, 3), "dilation": pair(1, 3), "groups": groups}


@given(layers())
def test_a_matrix_product_convolves_as_pytorch_does_and_refuses_where_it_refuses(layer):
    X, K, settings = layer
    try:
        expected = F.conv2d(X[None], K, **settings)[0]
    except RuntimeError:
        with pytest.raises(ValueError, match="do not fit"):
            ops.conv2d_im2col(X, K, **settings)
        return
    torch.testing.assert_close(ops.conv2d_im2col(X, K, **settings), expected)


@given(layers())
def test_im2col_is_unfold(layer):
    X, K, settings = layer
    window = {name: settings[name] for name in ("padding", "stride", "dilation")}
    try:
        expected = F.unfold(X[None], K.shape[2:], **window)[0]
    except RuntimeError:
        return
    assert torch.equal(ops.im2col(X, K.shape[2:], **window), expected)


@given(layers())
def test_channels_are_added_up_as_in_pytorch(layer):
    X, K, _ = layer
    kernels = torch.randn(3, len(X), 1, 1, dtype=torch.float64)
    torch.testing.assert_close(ops.corr2d_1x1(X, kernels), F.conv2d(X[None], kernels)[0])
    kernels = torch.randn(2, len(X), *(min(k, n) for k, n in zip(K.shape[2:], X.shape[1:])), dtype=torch.float64)
    torch.testing.assert_close(ops.corr2d_multi_in_out(X, kernels), F.conv2d(X[None], kernels)[0])


def test_channels_that_differ_in_number_are_refused():
    with pytest.raises(ValueError, match="the input has 2 channels, the kernel 3"):
        ops.corr2d_multi_in(torch.ones(2, 4, 4), torch.ones(3, 2, 2))


@given(layers(), st.sampled_from(["max", "avg"]))
def test_pooling_is_pytorchs_in_value_gradient_and_refusal(layer, mode):
    X, K, settings = layer
    X, k = X[0].clone().requires_grad_(), tuple(K.shape[2:])
    arguments = {"padding": settings["padding"], "stride": settings["stride"]}
    theirs = F.max_pool2d if mode == "max" else F.avg_pool2d
    try:
        expected = theirs(X[None, None], k, **arguments)[0, 0]
    except RuntimeError:
        with pytest.raises(ValueError, match=r"\d"):
            ops.pool2d(X, k, mode, **arguments)
        return
    ours = ops.pool2d(X, k, mode, **arguments)
    torch.testing.assert_close(ours, expected)
    gradients = [torch.autograd.grad(Y.sum(), X)[0] for Y in (ours, expected)]
    torch.testing.assert_close(*gradients)


def test_pooling_has_two_modes_and_the_window_s_size_for_its_stride():
    X = torch.arange(36.0).reshape(6, 6)
    assert torch.equal(ops.pool2d(X, (2, 3)), F.max_pool2d(X[None], (2, 3))[0])
    with pytest.raises(ValueError, match="mode 'min' must be max or avg"):
        ops.pool2d(X, (2, 2), "min")
