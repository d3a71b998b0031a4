"""Typical wrong answers to the exercises of chapter 7."""

from __future__ import annotations

import statistics

from torch import nn

#: the table that the exercise builds
TABLE = ((5, (5, 3, 1)), (3, (1,)), (3, (3, 3, 3)))


def built(table, in_channels, *, padding=lambda k: k // 2, side=lambda k: k, forgets=False, relu=True, shared=False):
    """A network from a table of kernels with one thing done wrong."""
    blocks = []
    for channels, kernels in table:
        layers, read = [], in_channels
        for n, k in enumerate(kernels):
            if shared and n and read == channels and kernels[n - 1] == k:
                layers += layers[-2:]
                continue
            layers.append(nn.Conv2d(read, channels, side(k), padding=padding(side(k))))
            layers += [nn.ReLU()] if relu or n == len(kernels) - 1 else []
            read = read if forgets else channels
        blocks.append(nn.Sequential(*layers, nn.MaxPool2d(2)))
        in_channels = channels
    return nn.Sequential(*blocks)


def priced(conv_arch, size, in_channels, *, halves=True, forgets=False, bias=True, elements=True):
    """The prices of a VGG's convolutions with one thing done wrong."""
    told = []
    for convolutions, channels in conv_arch:
        read = in_channels
        for _ in range(convolutions):
            weights, places = 9 * read * channels, size * size
            outputs = channels * places if elements else places
            told.append((weights + channels * bias, weights * places, outputs))
            read = read if forgets else channels
        in_channels, size = channels, size // 2 if halves else size
    return told


def error_of(deviation, sizes):
    """A difference of means divided by some other measure of chance."""

    def gap(a, b):
        parts = [deviation(values) ** 2 / (len(values) if sizes else 1) for values in (a, b)]
        return (statistics.mean(a) - statistics.mean(b)) / sum(parts) ** 0.5

    return gap


WRONG = {
    "inputs": {"as for 224": "128 * 28 * 28", "rounded up": "128 * 13 * 13", "one map": "12 * 12"},
    "build": {
        "padding 1 for all kernels": "built(TABLE, 1, padding=lambda k: 1)",
        "no padding": "built(TABLE, 1, padding=lambda k: 0)",
        "3×3 everywhere": "built(TABLE, 1, side=lambda k: 3)",
        "the channels not handed on": "built(TABLE, 1, forgets=True)",
        "one ReLU a block": "built(TABLE, 1, relu=False)",
        "the same layer repeated": "built(TABLE, 1, shared=True)",
        "all layers in a row": "nn.Sequential(*(layer for block in built(TABLE, 1) for layer in block))",
        "a classifier at the end": "nn.Sequential(*built(TABLE, 1), nn.Flatten(), nn.LazyLinear(10))",
        "blocks that do not pool": "nn.Sequential(*(block[:-1] for block in built(TABLE, 1)))",
    },
    "prices": {
        "blocks that do not halve": "lambda *table: priced(*table, halves=False)",
        "the second convolution reads the block's input": "lambda *table: priced(*table, forgets=True)",
        "no biases": "lambda *table: priced(*table, bias=False)",
        "one map": "lambda *table: priced(*table, elements=False)",
        "one row a block": "lambda a, s, c: [tuple(map(sum, zip(*priced([(n, o)], s >> i, a[i - 1][1] if i else c))))"
        " for i, (n, o) in enumerate(a)]",
        "multiply-adds alone": "lambda *table: [row[1:2] for row in priced(*table)]",
    },
    "tipping": {
        "the channels equal throughout": "lambda c_i, n: c_i",
        "as many weights are enough": "lambda c_i, n: -(-4 * (n + 2) * c_i // 9)",
        "rounded": "lambda c_i, n: round(4 * (n + 2) * c_i / 9)",
        "three layers always": "lambda c_i, n: 20 * c_i // 9 + 1",
        "windows that do not overlap": "lambda c_i, n: (9 * n * n - 9) * c_i // (9 * (n - 1)) + 1",
        "all layers of the stack read c_o": "lambda c_i, n: (2 * n + 1) ** 2 * c_i // (9 * n) + 1",
    },
    "real": {
        "the spread of one run": "error_of(statistics.stdev, sizes=False)",
        "divided by n": "error_of(statistics.pstdev, sizes=True)",
        "b minus a": "lambda a, b: gap_solution(b, a)",
        "without the sign": "lambda a, b: abs(gap_solution(a, b))",
    },
    "start": {
        "Glorot's 1 in the place of 2": "lambda layer: layer.weight[0].numel() ** -0.5",
        "channels without the kernel": "lambda layer: (2 / layer.weight.shape[1]) ** 0.5",
        "groups forgotten": "lambda layer: (2 / (layer.in_features if isinstance(layer, nn.Linear) else"
        " layer.in_channels * layer.kernel_size[0] * layer.kernel_size[1])) ** 0.5",
        "the variance": "lambda layer: 2 / layer.weight[0].numel()",
        "counted backwards": "lambda layer: (2 / layer.weight[:, 0].numel()) ** 0.5",
    },
    "third": {
        "D's number": "138_357_544",
        "no biases": "133_637_672",
        "in millions": "134_000_000",
        "B's": "133_047_848",
    },
}
