"""Typical wrong answers to the exercises of chapter 8."""

from __future__ import annotations

import copy

import torch
from torch import nn


def by_linear(mlp):
    """The layers as they are, on pixels as rows: right numbers, and no convolution."""

    class ByPixel(nn.Module):
        def __init__(self):
            super().__init__()
            self.mlp = mlp

        def forward(self, X):
            return self.mlp(X.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

    return ByPixel()


def fresh(mlp):
    """Convolutions of the right sizes with weights of their own."""
    layers = [
        nn.Conv2d(layer.in_features, layer.out_features, 1, bias=layer.bias is not None)
        if isinstance(layer, nn.Linear)
        else copy.deepcopy(layer)
        for layer in mlp
    ]
    return nn.Sequential(*layers)


def translated(mlp, *, bias=True, relu=True):
    """The right convolutions, but without their biases or without the ReLUs."""
    layers = []
    for layer in mlp:
        if isinstance(layer, nn.Linear):
            conv = nn.Conv2d(layer.in_features, layer.out_features, 1, bias=bias and layer.bias is not None)
            conv.weight.data = layer.weight.data[:, :, None, None].clone()
            if conv.bias is not None:
                conv.bias.data = layer.bias.data.clone()
            layers.append(conv)
        elif relu:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)


def shared(mlp):
    """The right convolutions on the weights of mlp itself, which are not copied."""
    net = translated(mlp)
    pairs = zip([one for one in mlp if isinstance(one, nn.Linear)], [one for one in net if isinstance(one, nn.Conv2d)])
    for linear, conv in pairs:
        conv.weight.data = linear.weight.data[:, :, None, None]
    return net


def bias_added_to_the_sum(features, linear):
    """Maps whose sum, not whose mean, has the bias once."""
    maps = torch.einsum("kc,nchw->nkhw", linear.weight, features)
    if linear.bias is not None:
        maps = maps + linear.bias[:, None, None] / features[0, 0].numel()
    return maps


def spread_logits(features, linear):
    """The logit in every place of the map: the mean is right, the map is none."""
    return linear(features.mean(dim=(2, 3)))[:, :, None, None].expand(-1, -1, *features.shape[2:])


WRONG = {
    "everywhere": {
        "nn.Linear on rows of pixels": "by_linear",
        "weights of its own": "fresh",
        "the biases forgotten": "lambda mlp: translated(mlp, bias=False)",
        "the ReLUs forgotten": "lambda mlp: translated(mlp, relu=False)",
        "weights shared, not copied": "shared",
    },
    "block": {
        "no biases": "9 * 64 * 32 + 2 * 32 * 32",
        "3×3 throughout": "9 * 64 * 32 + 32 + 2 * (9 * 32 * 32 + 32)",
        "one 1×1 layer": "9 * 64 * 32 + 32 + 32 * 32 + 32",
        "1×1 layers read the input": "9 * 64 * 32 + 32 + 2 * (64 * 32 + 32)",
    },
    "size": {
        "rows and columns exchanged": "(10, 8, 3)",
        "as for 224": "(10, 5, 5)",
        "after two poolings": "(10, 8, 18)",
        "channels of the third block": "(384, 3, 8)",
    },
    "dead": {
        "maps that are dead for some picture": "lambda Z: (Z <= 0).all(dim=(2, 3)).any(dim=0).nonzero().flatten()",
        "maps whose mean is negative": "lambda Z: (Z.mean(dim=(0, 2, 3)) <= 0).nonzero().flatten()",
        "zero is not counted": "lambda Z: (Z < 0).all(dim=0).flatten(1).all(dim=1).nonzero().flatten()",
        "the classes that live": "lambda Z: [c for c in range(Z.shape[1]) if c not in dead_solution(Z)]",
        "only the first picture": "lambda Z: (Z[0] <= 0).flatten(1).all(dim=1).nonzero().flatten()",
    },
    "cam": {
        "without the bias": "lambda f, linear: F.conv2d(f, linear.weight[:, :, None, None])",
        "the bias once for the whole map": "bias_added_to_the_sum",
        "the logits": "lambda f, linear: linear(f.mean(dim=(2, 3)))",
        "the logit in every place": "spread_logits",
    },
    "judge": {"the authors": "'a'", "the classes": "'c'", "the test images": "'d'"},
}
