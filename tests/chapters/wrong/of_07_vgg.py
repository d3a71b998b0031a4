"""Typical wrong answers to the exercises of chapter 7."""

from __future__ import annotations

import statistics


def without_halving(conv_arch, size, in_channels):
    """The multiply-adds of a VGG whose blocks do not halve the side."""
    numbers = []
    for convolutions, channels in conv_arch:
        for _ in range(convolutions):
            numbers.append(9 * in_channels * channels * size * size)
            in_channels = channels
    return numbers


def forgetful(conv_arch, size, in_channels):
    """The multiply-adds of a VGG whose second convolutions read as few channels as the first."""
    numbers = []
    for convolutions, channels in conv_arch:
        numbers += [9 * in_channels * channels * size * size] * convolutions
        in_channels, size = channels, size // 2
    return numbers


def error_of(deviation, sizes):
    """A difference of means divided by some other measure of chance."""

    def gap(a, b):
        parts = [deviation(values) ** 2 / (len(values) if sizes else 1) for values in (a, b)]
        return (statistics.mean(a) - statistics.mean(b)) / sum(parts) ** 0.5

    return gap


WRONG = {
    "inputs": {"as for 224": "128 * 28 * 28", "rounded up": "128 * 13 * 13", "one map": "12 * 12"},
    "work": {
        "blocks that do not halve": "without_halving",
        "the second convolution reads the block's input": "forgetful",
        "one number a block": "lambda a, s, c: [sum(work_solution(((n, o),), s >> i, a[i - 1][1] if i else c))"
        " for i, (n, o) in enumerate(a)]",
        "parameters": "lambda a, s, c: [9 * i * o for i, o in zip([c, *[o for n, o in a for _ in range(n)]],"
        " [o for n, o in a for _ in range(n)])]",
    },
    "tipping": {
        "the channels equal throughout": "lambda c_i: c_i",
        "as many weights are enough": "lambda c_i: -(-20 * c_i // 9)",
        "rounded": "lambda c_i: round(20 * c_i / 9)",
        "only two layers in the stack": "lambda c_i: 40 * c_i // 9 + 1",
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
