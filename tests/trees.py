"""Random trees of layers, possible and impossible, with PyTorch as the judge."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from helpers import network
from tests.networks import Derivative, Layers, Network, joined, networks


class Impossible(Exception):
    """PyTorch refuses a layer or a join: its kind."""


@dataclass
class Tree:
    """Items on an input (channels, height, width)."""

    layers: Layers
    input_shape: tuple[int, int, int]
    batch: int

    def outputs(self) -> tuple[list[torch.Tensor], str | None]:
        """Each row's output by PyTorch, up to the first that it cannot construct or run, and what that one is."""
        found: list[torch.Tensor] = []
        try:
            self._run(network.checked(self.layers), torch.zeros(1, *self.input_shape), found)
        except Impossible as refused:
            return found, str(refused)
        return found, None

    def _run(self, items: Any, Y: torch.Tensor, found: list[torch.Tensor]) -> torch.Tensor:
        for item in items:
            if item["kind"] == "Block":
                Y = self._run(item["layers"], Y, found)
                continue
            kind = {"concat": "Concat", "add": "Add"}.get(item.get("join", ""), item["kind"])
            ends = [self._run(branch, Y, found) for branch in item.get("branches", ())]
            try:
                Y = self._joined(item["join"], ends) if ends else Network([], self.input_shape, 1)._run(item, Y)
            except (RuntimeError, ValueError, IndexError, TypeError):
                raise Impossible(kind) from None
            found.append(Y)
        return Y

    def _joined(self, join: str, ends: list[torch.Tensor]) -> torch.Tensor:
        if join == "concat":
            return torch.cat(ends, 1)
        if len({end.shape for end in ends}) > 1:
            raise ValueError("PyTorch would stretch a length of 1; the course asks for equal shapes")
        return torch.stack(ends).sum(0)

    def spans(self, a: int, margin: int = 280) -> list[int | None]:
        """For each row, the largest span that a place of its output reads along axis a; None where we cannot tell."""
        spans: list[int | None] = []
        start = Derivative.of_input(self.input_shape[1 + a], margin)
        self._derive(network.checked(self.layers), start, iter(self.outputs()[0]), a, spans)
        return spans

    def _derive(
        self, items: Any, state: Derivative | None, made: Iterator[torch.Tensor], a: int, spans: list[int | None]
    ) -> Derivative | None:
        for item in items:
            if item["kind"] == "Block":
                state = self._derive(item["layers"], state, made, a, spans)
                continue
            ends = [self._derive(branch, state, made, a, spans) for branch in item.get("branches", ())]
            Y = next(made)
            if ends:
                known = [end for end in ends if end is not None]
                state = joined(known, item["join"]) if len(known) == len(ends) else None
            else:
                state = state.after(item, Y, a) if state is not None else None
            spans.append(None if state is None else state.largest_span())
        return state


def trees(count: int, seed: int) -> list[Tree]:
    """Trees with one to three levels of branches; about half are impossible somewhere."""
    draw = random.Random(seed)
    return [_tree(draw, wild) for wild in networks(count, seed)]


def _tree(draw: random.Random, wild: Network) -> Tree:
    """The layers of a random network, some of them replaced by branches."""
    items: Layers = []
    c, flat = wild.input_shape[0], False
    for layer in wild.layers[: draw.randint(1, 5)]:
        if draw.random() < 0.6:
            made, c = _parallel(draw, c, flat, draw.randint(0, 2))
            items += made
        if draw.random() < 0.5:
            items.append(layer)
            c, flat = layer.get("out_channels", c), flat or layer["kind"] == "Flatten"
    if not items:
        items, c = _parallel(draw, c, False, 1)
    return Tree(items, wild.input_shape, wild.batch)


def _parallel(draw: random.Random, c: int, flat: bool, depth: int) -> tuple[Layers, int]:
    """Branches that most often fit, and the channels that they give."""
    add, stride, off = draw.random() < 0.5, draw.choice([1, 1, 1, 2]), draw.choice([0] * 9 + [3, 4])
    c_o = draw.choice([c, c, 1, 2, 4])
    branches, total = [], 0
    for _ in range(draw.choice([2, 2, 3, 4])):
        same = c_o if add else draw.randint(1, 4)
        if stride == 1 and not flat and (same == c or not add) and draw.random() < 0.25:
            branches.append([])
            total += c
            continue
        branch = _branch(draw, c, same, stride, flat, off)
        if depth and draw.random() < 0.2:
            inner, last = _parallel(draw, same, flat, depth - 1)
            same = same if last == same or not add else last
            branch += inner
            same = last
        branches.append(branch)
        total += same
    if draw.random() < 0.08:
        branches[0] = [*branches[0], {"kind": "Conv2d", "out_channels": 3, "kernel_size": 2}]
    item: dict[str, Any] = {"name": "", "kind": "Parallel", "branches": branches, "join": "add" if add else "concat"}
    if draw.random() < 0.2:
        item = {"name": "block", "kind": "Block", "layers": [item, {"kind": "ReLU"}]}
    return [item], c_o if add else total


def _branch(draw: random.Random, c: int, c_o: int, stride: int, flat: bool, off: int) -> Layers:
    """From c channels to c_o, where windows of the same stride give as many places, on one side or in the middle."""
    if flat:
        return [{"kind": "Linear", "out_features": c_o}] + [{"kind": "Tanh"}] * draw.randint(0, 1)
    k, d = draw.choice([1, 3, 3, 5]), draw.choice([1, 1, 2])
    settings: dict[str, Any] = {"kernel_size": k, "padding": d * (k // 2), "dilation": d, "stride": stride}
    if off and stride == 2:
        settings = {"kernel_size": 2, "padding": 0, "stride": 2}
    elif off:
        k = draw.choice([1, 2, 3, 3])
        settings = {"kernel_size": k, "padding": draw.randint(0, 1) if k == 3 else 0, "stride": off}
    branch: Layers = [{"kind": "Conv2d", "out_channels": c_o, **settings, "bias": draw.random() < 0.5}]
    if c == c_o and draw.random() < 0.3:
        pool = {**settings, "padding": min(settings["padding"], settings["kernel_size"] // 2)}
        branch = [{"kind": "MaxPool2d", **pool}]
    if draw.random() < 0.3:
        branch.append({"kind": "MaxPool2d", "kernel_size": 3, "stride": 1, "padding": 1})
    return branch + [{"kind": "ReLU"}] * draw.randint(0, 1)


def uneven_trees(count: int, seed: int) -> list[Tree]:
    """Branches that adaptive pooling makes equally large, on small inputs: windows of different sizes and steps."""
    draw = random.Random(seed)
    relu, one = {"kind": "ReLU"}, {"kind": "Conv2d", "kernel_size": 1}
    three = {"kind": "Conv2d", "kernel_size": 3, "padding": 1}

    def window() -> dict[str, Any]:
        return {"kind": "Conv2d", "kernel_size": draw.choice([1, 2, 3]), "padding": draw.choice([0, 1]), "stride": draw.choice([1, 1, 2])}  # fmt: skip  # noqa: E501

    def tree() -> Layers:
        same = {"kind": "AdaptiveAvgPool2d", "output_size": draw.choice([1, 2, 3, 4, 5])}
        before: Layers = [[], [window()], [window(), same], [same]][draw.randint(0, 3)]
        kept: list[Layers] = [[], [relu], [one], [three], [three, relu]] if same in before else [[window(), same]]
        branches = [draw.choice([*kept, [same], [window(), same], [window()]]) for _ in range(draw.choice([2, 2, 3]))]
        if draw.random() < 0.2:
            branches = [[*branch, {"kind": "Flatten"}] for branch in branches]
            if draw.random() < 0.5:
                branches[0] = [*branches[0], {"kind": "Linear", "out_features": 4}]
            after: Layers = draw.choice([[], [relu], [{"kind": "Linear"}]])
        else:
            after = draw.choice([[], [three], [same], [window(), {"kind": "Flatten"}, {"kind": "Linear"}]])
        join = draw.choice(["concat", "add"])
        return [*before, {"kind": "Parallel", "branches": branches, "join": join}, *after]

    return [Tree(tree(), (1, draw.randint(2, 9), draw.randint(2, 9)), 1) for _ in range(count)]


def without_blocks(items: Any) -> list[dict[str, Any]]:
    """Items without names, the layers of blocks in the blocks' place; a branch of one Identity is an empty one."""
    flat: list[dict[str, Any]] = []
    for item in items:
        if item["kind"] == "Block":
            flat += without_blocks(item["layers"])
        elif item["kind"] == "Parallel":
            branches = [without_blocks(branch) for branch in item["branches"]]
            branches = [[] if branch == [{"name": "", "kind": "Identity"}] else branch for branch in branches]
            flat.append({**item, "name": "", "branches": branches})
        else:
            flat.append({**item, "name": ""})
    return flat


def field_by_gradient(layers: Any, input_shape: tuple[int, int, int]) -> tuple[int, int]:
    """Rows and columns between the first and the last input element that the middle of the output reads.

    Of all channels together. Kernels are ones, every maximum is replaced by a sum, so that no path is lost.
    """
    X = torch.rand(1, *input_shape, dtype=torch.float64, requires_grad=True)
    model = network.build(layers, input_shape).double().eval()
    for parameter in model.parameters():
        nn.init.ones_(parameter)
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.MaxPool2d):
                setattr(module, name, Sum(child))
    Y = model(X)
    middle = Y.sum() if Y.dim() == 2 else Y[0, :, Y.shape[2] // 2, Y.shape[3] // 2].sum()
    (gradient,) = torch.autograd.grad(middle, X)
    rows, columns = gradient[0].abs().sum(0).nonzero().T
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1


class Sum(nn.Module):
    """Sums over the windows of a maximum pooling."""

    def __init__(self, pool: nn.MaxPool2d) -> None:
        super().__init__()
        self.pool = pool

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        c, k = X.shape[1], nn.modules.utils._pair(self.pool.kernel_size)
        ones = torch.ones(c, 1, *k, dtype=X.dtype)
        return nn.functional.conv2d(X, ones, None, self.pool.stride, self.pool.padding, self.pool.dilation, c)
