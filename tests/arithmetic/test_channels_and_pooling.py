"""Channels and pooling in the script that pages load: values and refusals are PyTorch's, thousands of times."""

from __future__ import annotations

import json
import random

import pytest
import torch
import torch.nn.functional as F

from helpers import shapes
from helpers.widgets import ChannelExplorer
from tests.stacks import tensor

CHANNELS = """text => JSON.stringify(JSON.parse(text).map(({ input, kernel, groups, settings, bias }) => {
  const { channels, sentences } = convnets;
  const refused = channels.channelRefusal(input, kernel, groups, settings);
  if (refused) return { refused: refused.key };
  const { y, partials } = channels.convChannels(input, kernel, groups, settings, bias);
  const { parameters, multiplyAdds } = channels.cost(input, kernel, settings, true);
  const values = y.map((map) => Array.from(map.d));
  return { h: y[0].h, w: y[0].w, values, partials: partials.map((p) => p.length), parameters, multiplyAdds };
}))"""

POOL = """text => JSON.stringify(JSON.parse(text).map(({ input, ...settings }) => {
  const { ops, pool } = convnets;
  const refused = pool.poolRefusal([input.length, input[0].length], settings);
  if (refused) return { refused: refused.key, params: refused.params };
  const x = ops.fromRows(input), y = pool.pool2d(x, settings);
  const windows = Array.from(pool.windowsOver(x, settings).d), gradient = Array.from(pool.poolGradient(x, settings).d);
  return { h: y.h, w: y.w, values: Array.from(y.d, String), gradient, windows };
}))"""


def in_batches(script, run, cases, count=1000):
    batches = [cases[n : n + count] for n in range(0, len(cases), count)]
    return [answer for batch in batches for answer in json.loads(script.evaluate(run, json.dumps(batch)))]


def random_tensor(draw, *shape):
    if not shape:
        return draw.choice([float(draw.randint(-9, 9)), draw.uniform(-5, 5)])
    return [random_tensor(draw, *shape[1:]) for _ in range(shape[0])]


def pair(draw, low, high):
    return (draw.randint(low, high), draw.randint(low, high))


def channel_case(draw):
    c_i, c_o, groups = draw.randint(1, 4), draw.randint(1, 4), draw.choice([1, 1, 2, 3, 4])
    planes = c_i // groups if c_i % groups == 0 and draw.random() < 0.9 else draw.randint(1, 2)
    settings = {"padding": pair(draw, 0, 2), "stride": pair(draw, 1, 3), "dilation": pair(draw, 1, 2)}
    return {
        "input": random_tensor(draw, c_i, *pair(draw, 1, 7)),
        "kernel": random_tensor(draw, c_o, planes, *pair(draw, 1, 3)),
        "groups": groups, "settings": settings, "bias": random_tensor(draw, c_o),
    }  # fmt: skip


def test_random_convolutions_with_channels_and_groups_equal_pytorch(script, sweep):
    draw = random.Random(31)
    cases = [channel_case(draw) for _ in range(sweep(5000))]
    refused = 0
    for case, answer in zip(cases, in_batches(script, CHANNELS, cases), strict=True):
        X, K, b = tensor(case["input"])[None], tensor(case["kernel"]), tensor(case["bias"])
        try:
            expected = F.conv2d(X, K, b, **case["settings"], groups=case["groups"])[0]
        except RuntimeError:
            refused += 1
            assert "refused" in answer, case
            with pytest.raises(ValueError, match=r"\d"):
                ChannelExplorer(case["input"], case["kernel"], case["groups"], **case["settings"], bias=case["bias"])
            continue
        values = tensor(answer["values"]).reshape(len(K), answer["h"], answer["w"])
        torch.testing.assert_close(values, expected, rtol=1e-12, atol=1e-10)
        assert answer["partials"] == [K.shape[1]] * len(K)
        assert answer["parameters"] == K.numel() + len(K)
        assert answer["multiplyAdds"] == K.numel() * answer["h"] * answer["w"]
    assert len(cases) / 5 < refused < 4 * len(cases) / 5


def pool_case(draw, mode):
    k = pair(draw, 1, 4)
    least = draw.random() < 0.05
    return {
        "input": random_tensor(draw, *pair(draw, 1, 8)), "mode": mode,
        "kernel_size": k, "stride": pair(draw, 0 if least else 1, 4),
        "padding": (draw.randint(-1 if least else 0, k[0] // 2 + draw.choice([0, 0, 1])), draw.randint(0, k[1] // 2)),
        "dilation": pair(draw, 1, 3) if mode == "max" and draw.random() < 0.5 else (1, 1),
        "ceil_mode": draw.random() < 0.5, "count_include_pad": draw.random() < 0.5,
    }  # fmt: skip


@pytest.mark.parametrize("mode", ["max", "avg"])
def test_random_poolings_equal_pytorch_with_their_gradients(script, sweep, mode):
    draw = random.Random(41)
    cases = [pool_case(draw, mode) for _ in range(sweep(5000))]
    refused = 0
    for case, answer in zip(cases, in_batches(script, POOL, cases), strict=True):
        X = tensor(case["input"])[None, None].requires_grad_()
        sizes = {name: case[name] for name in ("kernel_size", "stride", "padding")}
        python = {**sizes, "dilation": case["dilation"], "ceil_mode": case["ceil_mode"]}
        try:
            if mode == "max":
                expected = F.max_pool2d(X, **sizes, dilation=case["dilation"], ceil_mode=case["ceil_mode"])
            else:
                include = case["count_include_pad"]
                expected = F.avg_pool2d(X, **sizes, ceil_mode=case["ceil_mode"], count_include_pad=include)
        except RuntimeError:
            refused += 1
            assert "refused" in answer, case
            with pytest.raises(ValueError, match=r"\d"):
                shapes.pool2d_shape(X.shape[2:], **python)
            continue
        assert "values" in answer, (case, answer)
        assert (answer["h"], answer["w"]) == shapes.pool2d_shape(X.shape[2:], **python) == tuple(expected.shape[2:])
        values = tensor([float(value) for value in answer["values"]]).reshape(expected.shape)
        torch.testing.assert_close(values, expected.detach(), rtol=0 if mode == "max" else 1e-12, atol=1e-12)
        ones = torch.ones(1, 1, *case["kernel_size"], dtype=torch.float64)
        if not case["ceil_mode"]:  # a convolution has no such thing; without it, its windows are the same
            sizes_of_conv = {name: case[name] for name in ("stride", "padding", "dilation")}
            Z = torch.zeros_like(X).requires_grad_()
            F.conv2d(Z, ones, **sizes_of_conv).sum().backward()
            assert answer["windows"] == Z.grad.flatten().tolist()
        if expected.isinf().any():
            continue  # a window in the padding alone: PyTorch lets its gradient fall on an unrelated element
        expected.sum().backward()
        torch.testing.assert_close(tensor(answer["gradient"]).reshape(X.shape), X.grad, rtol=1e-12, atol=1e-12)
    assert len(cases) / 10 < refused < 9 * len(cases) / 10


def test_ties_go_to_the_first_of_the_largest(script):
    for values in ([[1, 1], [1, 1]], [[0, 2], [2, 0]], [[-1, -1], [-1, -1]]):
        case = {"input": values, "mode": "max", "kernel_size": (2, 2), "stride": (1, 1), "padding": (1, 1), "dilation": (1, 1), "ceil_mode": False, "count_include_pad": True}  # fmt: skip  # noqa: E501
        (answer,) = in_batches(script, POOL, [case])
        X = tensor(values)[None, None].requires_grad_()
        F.max_pool2d(X, 2, 1, 1).sum().backward()
        assert answer["gradient"] == X.grad.flatten().tolist()
