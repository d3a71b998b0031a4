"""Calls of PyTorch's functions are counted, whichever way they are made."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from helpers import ops
from helpers.calls import calls

X, K = torch.rand(6, 7), torch.rand(2, 3)


@pytest.mark.parametrize(
    "way",
    [
        lambda X, K: F.conv2d(X[None, None], K[None, None]),
        lambda X, K: torch.conv2d(X[None, None], K[None, None]),
        lambda X, K: nn.Conv2d(1, 1, 2)(X[None]),
        lambda X, K: nn.Sequential(nn.Conv2d(1, 1, 2))(X[None]),
    ],
    ids=["functional", "torch", "module", "within a module"],
)
def test_a_convolution_is_seen_however_it_is_called(way):
    assert calls(way, X, K)["conv2d"] == 1


def test_loops_are_counted_and_attributes_are_not():
    counted = calls(ops.corr2d, X, K)
    assert counted["mul"] == counted["sum"] == 5 * 5
    assert not calls(lambda X, K: (X.shape, K.dtype), X, K)


def test_counting_ends_with_the_call_and_after_an_error():
    def broken(X):
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        calls(broken, X)
    before = calls(torch.sum, X)
    torch.sum(X)
    assert before == {"sum": 1}
