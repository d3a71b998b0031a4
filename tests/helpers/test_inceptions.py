"""Inception blocks of any widths, kernels and strides are counted as PyTorch builds them, or refused as it does."""

import random
import re

import pytest
import torch
from torch import nn

from helpers import models, network
from tests.trees import Tree


def conv(c_o, k, stride, padding):
    return {"kind": "Conv2d", "out_channels": c_o, "kernel_size": k, "stride": stride, "padding": padding}


def random_inception(draw):
    """A 1×1 branch, one to three reduced ones, and one of pooling; in about half of the blocks something is off."""
    stride, relu = draw.choice([1, 1, 2, 3]), {"kind": "ReLU"}
    width = lambda: draw.randint(1, 12)  # noqa: E731
    branches = [[conv(width(), 1, stride, 0), relu]]
    for _ in range(draw.randint(1, 3)):
        k = draw.choice([1, 3, 5, 7])
        branches.append([conv(width(), 1, 1, 0), relu, conv(width(), k, stride, k // 2), relu])
    k = draw.choice([3, 5])
    pool = {"kind": draw.choice(["MaxPool2d", "AvgPool2d"]), "kernel_size": k, "stride": stride, "padding": k // 2}
    branches.append([pool, conv(width(), 1, 1, 0), relu])
    if draw.random() < 0.5:  # a padding, a stride, a kernel or a group that may not fit
        spoilt = draw.choice([item for branch in branches for item in branch if item is not relu])
        setting = draw.choice(["padding", "stride", "kernel_size", "groups"])
        spoilt["groups" if setting == "groups" and spoilt["kind"] == "Conv2d" else "padding"] = draw.randint(1, 4)
        if setting in ("stride", "kernel_size"):
            spoilt[setting] = draw.randint(1, 4)
    layers = [{"kind": "Parallel", "branches": branches, "join": "concat"}]
    return Tree(layers, (width(), draw.randint(4, 14), draw.randint(4, 14)), 1)


def test_random_inception_blocks_are_pytorchs_in_shape_and_count_refusals_included(sweep):
    draw, refused, count = random.Random(22), 0, sweep(2000)
    for _ in range(count):
        case = random_inception(draw)
        outputs, stopped = case.outputs()
        if stopped is not None:
            refused += 1
            with pytest.raises(ValueError, match=rf"^Layer {len(outputs) + 1} \({stopped}\): "):
                network.table(case.layers, case.input_shape)
            continue
        rows = network.table(case.layers, case.input_shape)
        assert [row.shape for row in rows] == [tuple(Y.shape[1:]) for Y in outputs], case
        block, counted = network.build(case.layers, case.input_shape).eval(), []
        for module in block.modules():
            if isinstance(module, nn.Conv2d):
                module.register_forward_hook(
                    lambda module, _, Y: counted.append(Y.numel() * module.weight[0].numel())  # noqa: B023
                )
        with torch.no_grad():
            assert tuple(block(torch.rand(1, *case.input_shape)).shape[1:]) == rows[-1].shape
        assert sum(row.parameters for row in rows) == sum(p.numel() for p in block.parameters())
        assert sum(row.multiply_adds for row in rows) == sum(counted)
    assert count / 8 < refused < 3 * count / 4


@pytest.fixture
def block():
    torch.manual_seed(0)
    return models.Inception(6, 2, (3, 4), (1, 5), 3).eval()


@pytest.mark.parametrize(("branch", "channels"), enumerate([(0, 2), (2, 6), (6, 11), (11, 14)]))
def test_a_branch_that_a_models_own_code_joins_is_switched_off(block, branch, channels):
    X = torch.rand(2, 6, 7, 5)
    with torch.no_grad():
        whole, less = block(X), network.without(nn.Sequential(block), [f"0.cat/{branch}"], (6, 7, 5))(X)
    first, last = channels
    assert not less[:, first:last].any()
    assert whole[:, first:last].any()
    assert torch.equal(less[:, :first], whole[:, :first])
    assert torch.equal(less[:, last:], whole[:, last:])


@pytest.mark.parametrize("part", ["0.cat/4", "0.cat/x", "0.dog/1", "cat/1"])
def test_a_branch_that_is_not_there_is_refused(block, part):
    with pytest.raises(ValueError, match=re.escape(repr(part))):
        network.without(nn.Sequential(block), [part], (6, 7, 5))


def test_a_branch_whose_last_module_is_used_elsewhere_is_refused():
    class Shared(nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.other, self.relu = nn.Conv2d(1, 2, 1), nn.Conv2d(1, 2, 1), nn.ReLU()

        def forward(self, X):
            return torch.cat((self.relu(self.one(X)), self.relu(self.other(X))), dim=1)

    with pytest.raises(ValueError, match="cat/0"):
        network.without(Shared(), ["cat/0"], (1, 4, 4))


def test_auxiliary_classifiers_answer_in_training_only_and_their_loss_is_added():
    torch.manual_seed(0)
    plain = models.supervised_googlenet(8)
    torch.manual_seed(0)
    net = models.supervised_googlenet(8, weight=0.3)
    assert isinstance(net, models.Supervised)
    own = {key.removeprefix("net."): value for key, value in net.state_dict().items() if key.startswith("net.")}
    assert all(torch.equal(own[key], value) for key, value in plain.state_dict().items())
    X, y = torch.rand(4, 1, 96, 96), torch.arange(4)
    loss = net.loss(nn.functional.cross_entropy)
    logits = net(X)
    assert [tuple(aside.shape) for aside in net.asides] == [(4, 10)] * 2
    parts = [nn.functional.cross_entropy(one, y) for one in (logits, *net.asides)]
    torch.testing.assert_close(loss(logits, y), parts[0] + 0.3 * (parts[1] + parts[2]))
    with torch.no_grad():
        torch.testing.assert_close(net.eval()(X), plain.eval()(X))
    assert net.asides == []
    torch.testing.assert_close(loss(logits, y), parts[0])


def test_auxiliary_classifiers_are_the_papers_in_size():
    net = models.supervised_googlenet(1, 224, weight=0.3)
    shapes = [tuple(p.shape) for p in net.heads[1].parameters() if p.dim() > 1]
    assert shapes == [(128, 528, 1, 1), (1024, 2048), (10, 1024)]  # 128 maps of 4×4
