"""The networks have the shapes and sizes that the course states."""

import pytest
import torch
from torch import nn

from helpers import models


@pytest.mark.parametrize(
    ("make", "parameters"),
    [
        (models.classical_lenet, 61_706),
        (models.modern_lenet, 61_706),
        (models.linear_classifier, 7_850),
        (models.hidden_layer, 61_225),
    ],
)
def test_images_become_ten_logits_with_so_many_parameters(make, parameters):
    net = make()
    assert net(torch.rand(3, 1, 28, 28)).shape == (3, 10)
    assert sum(p.numel() for p in net.parameters()) == parameters


def test_lenets_layers_have_the_shapes_of_the_notes():
    X, shapes = torch.rand(1, 1, 28, 28), []
    for layer in models.classical_lenet():
        X = layer(X)
        if isinstance(layer, nn.Conv2d | nn.AvgPool2d | nn.Linear):
            shapes.append(tuple(X.shape[1:]))
    assert shapes == [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (120,), (84,), (10,)]


def test_the_two_lenets_differ_in_their_functions_only():
    classical, modern = models.classical_lenet(), models.modern_lenet()
    assert [p.shape for p in classical.parameters()] == [p.shape for p in modern.parameters()]
    kinds = [{type(layer) for layer in net} for net in (classical, modern)]
    assert kinds[0] ^ kinds[1] == {nn.Sigmoid, nn.AvgPool2d, nn.ReLU, nn.MaxPool2d}
