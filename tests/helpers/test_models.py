"""The networks have the shapes and sizes that the course states."""

import pytest
import torch
import torch.nn.functional as F
import torchvision
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


def count(net):
    return sum(p.numel() for p in net.parameters())


@pytest.mark.parametrize(
    ("make", "size", "parameters"),
    [
        (models.alexnet, 224, 46_764_746),
        (models.vgg, 224, 128_806_154),
        (models.narrow_vgg, 224, 2_018_346),
        (models.nin, 224, 1_992_166),
        (models.googlenet, 96, 5_977_530),
    ],
)
def test_modern_networks_have_so_many_parameters(make, size, parameters):
    net = make().eval()
    assert count(net) == parameters
    if parameters < 10**7:
        assert net(torch.rand(2, 1, size, size)).shape == (2, 10)


def test_the_published_networks_have_their_published_numbers():
    paper = models.alexnet(size=227, normalised=True, groups=2, in_channels=3, classes=1000)
    assert count(paper) == 60_965_224
    assert count(models.googlenet(in_channels=3, classes=1000)) == 6_998_552
    assert count(models.vgg(in_channels=3, classes=1000)) == 132_863_336  # configuration A


def test_vgg_11_has_torchvisions_layers():
    ours, theirs = models.vgg(in_channels=3, classes=1000), torchvision.models.vgg11()
    assert [p.shape for p in ours.parameters()] == [p.shape for p in theirs.parameters()]
    small = models.vgg(size=32, units=64, in_channels=3, classes=7).eval()
    X = torch.rand(2, 3, 32, 32)
    by_hand = X
    for layer in small.modules():
        if isinstance(layer, nn.Conv2d):
            by_hand = F.relu(F.conv2d(by_hand, layer.weight, layer.bias, padding=1))
        elif isinstance(layer, nn.MaxPool2d):
            by_hand = F.max_pool2d(by_hand, 2)
        elif isinstance(layer, nn.Flatten):
            by_hand = by_hand.flatten(1)
        elif isinstance(layer, nn.Linear):
            by_hand = F.linear(by_hand, layer.weight, layer.bias)
            by_hand = F.relu(by_hand) if layer.out_features != 7 else by_hand
    torch.testing.assert_close(small(X), by_hand)


def test_alexnets_outputs_are_those_of_its_layers_one_by_one():
    net, X = models.alexnet(8, 99, normalised=True, groups=2).eval(), torch.rand(2, 1, 99, 99)
    convolutions = [layer for layer in net if isinstance(layer, nn.Conv2d)]
    lines = [layer for layer in net if isinstance(layer, nn.Linear)]
    settings = [(4, 0, 1), (1, 2, 2), (1, 1, 1), (1, 1, 2), (1, 1, 2)]
    Y = X
    for n, (layer, (stride, padding, groups)) in enumerate(zip(convolutions, settings, strict=True)):
        Y = F.relu(F.conv2d(Y, layer.weight, layer.bias, stride, padding, groups=groups))
        if n < 2:  # the paper's formula, channel by channel
            squares = [(Y[:, max(0, c - 2) : c + 3] ** 2).sum(1) for c in range(Y.shape[1])]
            Y = Y / (2 + 1e-4 * torch.stack(squares, 1)) ** 0.75
        if n in (0, 1, 4):
            Y = F.max_pool2d(Y, 3, 2)
    Y = Y.flatten(1)
    for layer in lines[:2]:
        Y = F.relu(F.linear(Y, layer.weight, layer.bias))
    torch.testing.assert_close(net(X), F.linear(Y, lines[2].weight, lines[2].bias))


def test_nins_logit_is_the_mean_of_its_classs_map():
    net, X = models.nin(8).eval(), torch.rand(2, 1, 99, 99)
    torch.testing.assert_close(net(X), net[:-2](X).mean((2, 3)))
    assert (net(X) >= 0).all()
    assert (models.nin(8, last=False).eval()(X) < 0).any()


def test_an_inception_block_joins_its_four_branches():
    block, X = models.Inception(8, 3, (2, 4), (1, 5), 6), torch.rand(1, 8, 7, 9)
    Y = block(X)
    assert Y.shape == (1, 18, 7, 9)
    torch.testing.assert_close(Y[:, 7:12], block.branch3(X))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: models.alexnet(3), "divide must be 1, 2, 4, 8, 16 or 32"),
        (lambda: models.alexnet(size=66), "at least 67×67.* 66×66 was given"),
        (lambda: models.vgg(size=31), "at least 32×32.* 31×31"),
        (lambda: models.narrow_vgg(7), "divide must divide 64"),
        (lambda: models.narrow_vgg(0), "divide must divide 64"),
        (lambda: models.vgg_block(0, 1, 1), "at least 1 convolution"),
        (lambda: models.nin(5), "divide must be"),
        (lambda: models.googlenet(16), "divide must be 1, 2, 4 or 8"),
    ],
)
def test_what_leaves_nothing_is_refused(make, told):
    with pytest.raises(ValueError, match=told):
        make()


def test_the_smallest_input_of_alexnet_is_67():
    assert models.alexnet(32, 67).eval()(torch.rand(1, 1, 67, 67)).shape == (1, 10)
    with pytest.raises(RuntimeError):
        models.alexnet(32, 67).eval()(torch.rand(1, 1, 66, 66))


@pytest.mark.parametrize("window", [1, 2, 3, 4, 5])
def test_windows_of_any_side_leave_lenets_maps_as_large_as_they_were(window):
    torch.manual_seed(0)
    X, net = torch.rand(2, 1, 28, 28), models.windowed_lenet(window)
    assert [tuple(net[:end](X).shape[2:]) for end in (3, 6)] == [(14, 14), (5, 5)]
    assert count(net) == 61_706
    plain = models.modern_lenet()
    plain.load_state_dict(net.state_dict())
    same = torch.equal(plain(X), net(X))
    assert same == (window == 2)


def test_a_window_of_one_keeps_one_number_in_four():
    X, net = torch.rand(2, 6, 28, 28), models.windowed_lenet(1)
    torch.testing.assert_close(net[2](X), X[..., ::2, ::2])


@pytest.mark.parametrize("window", [0, 6, 1.5])
def test_other_windows_are_refused(window):
    with pytest.raises(ValueError, match=f"the window must be a whole number from 1 to 5; {window} was given"):
        models.windowed_lenet(window)
