"""Sizes equal PyTorch's, refusals stand where PyTorch's stand."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from helpers import shapes

sizes = st.tuples(st.integers(1, 12), st.integers(1, 12))
pairs = lambda low, high: st.tuples(st.integers(low, high), st.integers(low, high))  # noqa: E731


@given(sizes, sizes, pairs(-1, 4), pairs(0, 4), pairs(0, 4))
def test_conv2d_shape_is_pytorchs_or_both_refuse(input, kernel, padding, stride, dilation):
    try:
        expected = tuple(
            F.conv2d(torch.ones(1, 1, *input), torch.ones(1, 1, *kernel), None, stride, padding, dilation).shape[2:]
        )
    except RuntimeError:
        with pytest.raises(ValueError, match=r"\d"):
            shapes.conv2d_shape(input, kernel, padding, stride, dilation)
    else:
        assert shapes.conv2d_shape(input, kernel, padding, stride, dilation) == expected


@pytest.mark.parametrize("value", [1.5, "1", True, (1, 2, 3), (1, None), None])
def test_a_setting_that_is_no_whole_number_is_refused_by_name(value):
    with pytest.raises(TypeError, match="padding must be a whole number, or a pair"):
        shapes.conv2d_shape((8, 8), (3, 3), padding=value)


def test_a_kernel_that_does_not_fit_is_told_with_what_would():
    with pytest.raises(
        ValueError, match="Kernel 5×5 with dilation 2 spans 9×9 and does not fit the padded input 8×8"
    ) as error:
        shapes.conv2d_shape((8, 8), (5, 5), dilation=2)
    assert "padding 1 would make it fit, and so would a kernel of at most 4×4" in str(error.value)
    assert shapes.conv2d_shape((8, 8), (5, 5), padding=1, dilation=2) == (2, 2)
    assert shapes.conv2d_shape((8, 8), (4, 4), dilation=2) == (2, 2)


fitting = st.tuples(
    st.integers(1, 12), st.integers(1, 5), st.integers(0, 3), st.integers(1, 4), st.integers(1, 3)
).filter(lambda a: a[0] + 2 * a[2] >= a[4] * (a[1] - 1) + 1)


@given(fitting)
def test_window_counts_are_the_gradients_of_a_kernel_of_ones(axis):
    n, k, p, s, d = axis
    X = torch.ones(1, 1, n, requires_grad=True)
    F.conv1d(X, torch.ones(1, 1, k), None, s, p, d).sum().backward()
    assert shapes.window_counts(n, k, p, s, d) == X.grad.flatten().tolist()


@given(fitting)
def test_cutting_off_the_unused_elements_changes_no_output_and_one_more_does(axis):
    n, k, p, s, d = axis
    cut = shapes.unused(n, k, p, s, d)
    padded = n + 2 * p
    assert shapes.output_size(padded - cut, k, 0, s, d) == shapes.output_size(n, k, p, s, d)
    assert padded - cut - 1 < d * (k - 1) + 1 or shapes.output_size(padded - cut - 1, k, 0, s, d) < shapes.output_size(
        n, k, p, s, d
    )


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(1, 2), st.integers(0, 2), st.integers(1, 2)), min_size=1, max_size=4
    )
)
def test_the_receptive_field_is_where_the_gradient_is_not_zero(layers):
    field = shapes.receptive_field(layers)[-1]
    margin, output = 60, 2
    n = 240  # long enough that nothing is cut off in the middle
    X = torch.ones(1, 1, n, dtype=torch.float64, requires_grad=True)
    Y = X
    for k, s, p, d in layers:
        Y = F.conv1d(Y, torch.ones(1, 1, k, dtype=torch.float64), None, s, p, d)
    output = margin // field.jump + 1
    Y[0, 0, output].backward()
    seen = X.grad[0, 0].nonzero().flatten()
    assert seen.min() == field.start + output * field.jump
    assert seen.max() == field.start + output * field.jump + field.size - 1


def test_parameters_are_those_of_the_layers():
    count = lambda layer: sum(p.numel() for p in layer.parameters())  # noqa: E731
    assert shapes.conv2d_parameters(4, 6, (3, 5), groups=2) == count(nn.Conv2d(4, 6, (3, 5), groups=2))
    assert shapes.conv2d_parameters(4, 6, 3, bias=False) == count(nn.Conv2d(4, 6, 3, bias=False))
    assert shapes.linear_parameters(10, 7) == count(nn.Linear(10, 7))
    with pytest.raises(ValueError, match="4 channels in and 6 out"):
        shapes.conv2d_parameters(4, 6, 3, groups=4)


PLACES = {
    "output_size": (shapes.output_size, (8, 3, 1, 1, 1)),
    "unused": (shapes.unused, (8, 3, 1, 1, 1)),
    "window_counts": (shapes.window_counts, (8, 3, 1, 1, 1)),
    "linear_parameters": (shapes.linear_parameters, (9, 4)),
    "conv2d_parameters": (lambda c_i, c_o, groups: shapes.conv2d_parameters(c_i, c_o, 3, groups=groups), (4, 6, 2)),
    "receptive_field": (lambda *layer: shapes.receptive_field([(3, 1), layer]), (3, 1, 0, 1)),
}


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("value", [3.5, 3.0, True, "3", None, (3, 3), [3], torch.tensor(3.0)], ids=repr)
def test_what_is_no_whole_number_is_refused_in_every_place(name, value):
    function, numbers = PLACES[name]
    function(*numbers)
    for place in range(len(numbers)):
        with pytest.raises(TypeError, match=r"must be a whole number; .* was given"):
            function(*numbers[:place], value, *numbers[place + 1 :])


@pytest.mark.parametrize("name", PLACES)
def test_numbers_below_the_least_are_refused_in_every_place(name):
    function, numbers = PLACES[name]
    for place in range(len(numbers)):
        with pytest.raises(ValueError, match=r"must be at least \d; -1 was given"):
            function(*numbers[:place], -1, *numbers[place + 1 :])


@pytest.mark.parametrize("value", [8, 8.0, "88", "8", None, (8,), (8, 8, 8), {8: 8}, torch.tensor(8)], ids=repr)
def test_one_number_is_no_size(value):
    for call in (
        lambda: shapes.conv2d_shape(value, (3, 3)),
        lambda: shapes.conv2d_shape((8, 8), value),
        lambda: shapes.pool2d_shape(value, 2),
        lambda: shapes.conv2d_multiply_adds(1, 1, 3, value),
    ):
        with pytest.raises(TypeError, match=r"must be a pair \(rows, columns\) of whole numbers; .* was given"):
            call()


def test_sizes_are_taken_from_whatever_holds_two_whole_numbers():
    for size in ([8, 8], torch.Size([8, 8]), np.array([8, 8]), torch.tensor([8, 8]), np.ones((8, 8)).shape):
        assert shapes.conv2d_shape(size, (3, 3)) == (6, 6)
    assert shapes.output_size(np.int64(8), np.int32(3)) == 6
    assert shapes.receptive_field(np.array([[3, 2], [3, 1]])) == shapes.receptive_field([[3, 2], (3, 1)])
    assert shapes.receptive_field(iter([(3, 2)])) == [shapes.ReceptiveField(3, 2, 0)]
    with pytest.raises(TypeError, match="input must be a whole number, or a pair"):
        shapes.conv2d_shape((8.5, 8), (3, 3))


@pytest.mark.parametrize(
    "layers",
    [3, None, "31", [3, 1], [(3,)], [(3, 1, 0, 1, 1)], ["31"], [{3: 1, 2: 1}], {(3, 1): 2}, [None]],
    ids=repr,
)
def test_layers_of_another_form_are_refused(layers):
    with pytest.raises(TypeError, match=r"Each layer must be \(kernel, stride\), .* was given"):
        shapes.receptive_field(layers)


def test_switches_are_true_or_false():
    for call in (
        lambda: shapes.pool2d_shape((4, 4), 2, ceil_mode=1),
        lambda: shapes.conv2d_parameters(1, 1, 3, bias="no"),
        lambda: shapes.linear_parameters(1, 1, bias=0),
    ):
        with pytest.raises(TypeError, match="must be True or False"):
            call()
