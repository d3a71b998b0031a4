"""Random networks, possible and impossible, with PyTorch as the judge."""

from __future__ import annotations

import contextlib
import random
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.parameter import is_lazy

from helpers import network

Layers = list[dict[str, Any]]


@dataclass
class Network:
    """Layers on an input (channels, height, width)."""

    layers: Layers
    input_shape: tuple[int, int, int]
    batch: int

    def outputs(self) -> list[torch.Tensor | None]:
        """Each layer's output by PyTorch, up to the first that it cannot construct or run, which is None."""
        Y: Any = torch.zeros(1, *self.input_shape)
        found: list[torch.Tensor | None] = []
        for layer in network.checked(self.layers):
            try:
                Y = self._run(layer, Y)
            except (RuntimeError, ValueError, IndexError, TypeError):
                return [*found, None]
            found.append(Y)
        return found

    def _run(self, layer: Any, Y: torch.Tensor) -> torch.Tensor:
        if layer["kind"] == "Linear" and Y.dim() == 4:
            raise ValueError("PyTorch would take the last axis for features; the course asks for a Flatten")
        if layer["kind"] == "AvgPool2d" and layer["dilation"] != (1, 1):
            nn.AvgPool2d(2, dilation=layer["dilation"])  # type: ignore[call-arg]
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # dropout2d on vectors is on its way out
            return network.module(layer, Y.shape[1]).eval()(Y)

    def told(self) -> dict[str, Any]:
        return {
            "layers": [dict(layer) for layer in network.checked(self.layers)],
            "input": self.input_shape,
            "batch": self.batch,
        }


def networks(count: int, seed: int) -> list[Network]:
    """One to eight layers; about half of the networks are impossible somewhere."""
    draw = random.Random(seed)
    return [_network(draw) for _ in range(count)]


def _network(draw: random.Random) -> Network:
    def pair(low: int, high: int) -> tuple[int, int]:
        one, other = draw.randint(low, high), draw.randint(low, high)
        return draw.choice([(one, one), (one, other)])

    rarely = lambda value, usual: value if draw.random() < 0.25 else usual  # noqa: E731
    flag = lambda: draw.random() < 0.5  # noqa: E731

    def layer(flat: bool) -> dict[str, Any]:
        kinds = (
            ["Conv2d"] * 4 + ["MaxPool2d", "AvgPool2d"] * 2 + ["AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "BatchNorm2d"]
        )
        kinds = ["Linear"] * 4 + ["BatchNorm1d", "Flatten"] if flat else kinds
        kinds += [*draw.sample(network.ACTIVATIONS, 2), draw.choice(["Dropout", "Dropout2d", "Identity"])]
        if draw.random() < 0.04:
            kinds = list(network.KINDS)
        kind = draw.choice(kinds)
        made: dict[str, Any] = {"kind": kind, "name": ""}
        if kind == "Conv2d":
            made |= {"out_channels": draw.choice([1, 2, 3, 4, 6]), "kernel_size": pair(1, 5), "padding": pair(0, 2)}
            made |= {
                "stride": pair(1, 2),
                "dilation": rarely(pair(1, 3), (1, 1)),
                "groups": rarely(draw.randint(1, 3), 1),
            }
            made["bias"] = flag()
        elif kind in ("MaxPool2d", "AvgPool2d"):
            made |= {"kernel_size": pair(1, 3), "padding": rarely(pair(0, 2), (0, 0)), "stride": pair(1, 3)}
            dilated = kind == "MaxPool2d" or draw.random() < 0.2
            made |= {"dilation": rarely(pair(1, 2), (1, 1)) if dilated else (1, 1), "ceil_mode": flag()}
        elif kind.startswith("Adaptive"):
            made["output_size"] = pair(1, 7)
        elif kind == "Linear":
            made |= {"out_features": draw.randint(1, 9), "bias": flag()}
        elif kind.startswith("BatchNorm"):
            made["affine"] = flag()
        elif kind.startswith("Dropout"):
            made["p"] = draw.choice([0.0, 0.1, 0.25, 1.0])
        return made

    layers: Layers = []
    flat = False
    for _ in range(draw.randint(1, 8)):
        if not flat and draw.random() < 0.12:
            layers.append({"kind": "Flatten", "name": ""})
            flat = True
        layers.append(layer(flat))
    shape = (draw.choice([1, 2, 3, 4]), draw.randint(1, 30), draw.randint(1, 30))
    return Network(layers, shape, draw.choice([1, 1, 2, 64]))


def field_by_gradient(model: nn.Module, input_shape: tuple[int, int, int]) -> tuple[int, int]:
    """Rows and columns between the first and the last input element that the middle of the output reads.

    Kernels are ones, every maximum is replaced by an average, so that no path is lost.
    """
    X = torch.rand(1, *input_shape, dtype=torch.float64, requires_grad=True)
    Y: torch.Tensor = X
    for one in model.double().eval():  # type: ignore[attr-defined]
        if isinstance(one, nn.MaxPool2d):
            c, k = Y.shape[1], nn.modules.utils._pair(one.kernel_size)
            ones = torch.ones(c, 1, *k, dtype=torch.float64)
            Y = nn.functional.conv2d(Y, ones, None, one.stride, one.padding, one.dilation, c)
        else:
            for parameter in one.parameters():
                torch.nn.init.ones_(parameter)
            Y = one(Y)
    middle = Y.flatten()[0] if Y.dim() == 2 else Y[0, 0, Y.shape[2] // 2, Y.shape[3] // 2]
    (gradient,) = torch.autograd.grad(middle, X)
    rows, columns = gradient[0].abs().sum(0).nonzero().T
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1


def uneven_networks(count: int, seed: int) -> list[Network]:
    """Windows, adaptive pooling and windows again, on small inputs: fields of different sizes, and what picks some."""
    draw = random.Random(seed)

    def window() -> dict[str, Any]:
        kernel, padding = draw.choice([1, 1, 2, 3]), draw.choice([0, 0, 1])
        settings = {"kernel_size": kernel, "stride": draw.randint(1, 3), "dilation": draw.choice([1, 1, 2, 3])}
        if kernel == 1 or draw.random() < 0.5:
            return {"kind": "Conv2d", "padding": padding, **settings}
        return {"kind": "MaxPool2d", "padding": min(padding, kernel // 2), **settings, "ceil_mode": draw.random() < 0.3}

    def layer() -> dict[str, Any]:
        adaptive = {"kind": "AdaptiveAvgPool2d", "output_size": draw.randint(1, 6)}
        return adaptive if draw.random() < 0.4 else window()

    endings: list[Layers] = [
        [],
        [],
        [{"kind": "Flatten"}, {"kind": "Softmax"}],
        [{"kind": "Flatten"}, {"kind": "Linear"}],
    ]
    return [
        Network(
            [*(layer() for _ in range(draw.randint(1, 4))), *draw.choice(endings)],
            (1, draw.randint(1, 9), draw.randint(1, 9)),
            1,
        )
        for _ in range(count)
    ]


def largest_fields(case: Network, a: int, margin: int = 280) -> list[int]:
    """For each layer, the largest span that an element of its output reads along axis a (0: rows), by its derivative.

    Weights are ones and sums stand for maxima, so that no path is lost. That is a linear map: its derivative with
    respect to each input element is what it makes of the unit vectors. As in the table, the input goes on beyond its
    edges (by `margin` elements) until windows differ in size; from there on padding holds nothing.
    """
    state = Derivative.of_input(case.input_shape[1 + a], margin)
    spans = []
    for layer, made in zip(network.checked(case.layers), case.outputs(), strict=True):
        assert made is not None
        state = state.after(layer, made, a)
        spans.append(state.largest_span())
    return spans


class Derivative(NamedTuple):
    """What each input element makes of the places along one axis: the map's n places after `before` others.

    even: windows have been of one size so far, so that the places go on beyond the n; flat: the n places are those of
    a vector.
    """

    Y: torch.Tensor  # (element, 1, place)
    before: int
    even: bool
    flat: bool
    n: int

    @classmethod
    def of_input(cls, n: int, margin: int) -> Derivative:
        return cls(torch.eye(n + 2 * margin)[:, None], margin, True, False, n)

    def after(self, layer: Any, made: torch.Tensor, a: int) -> Derivative:
        """After a layer that made such an output."""
        Y, before, even, flat, n = self
        kind, flat = layer["kind"], flat or made.dim() == 2
        o = 1 if flat else made.shape[2 + a]
        window = None
        if "kernel_size" in layer:
            window = tuple(layer[key][a] for key in ("kernel_size", "stride", "padding", "dilation"))
        elif kind.startswith("Adaptive") and (o != n or o == 1):
            starts, ends = [i * n // o for i in range(o)], [-(-(i + 1) * n // o) for i in range(o)]
            lengths, steps = {e - s for s, e in zip(starts, ends)}, {t - s for s, t in pairwise(starts)}
            if even and len(lengths) == len(steps) == 1 and steps != {0}:
                window = (lengths.pop(), steps.pop(), 0, 1)
            else:
                Y, before, even = F.adaptive_avg_pool1d(self.places(), o), 0, False
        elif kind == "Linear" or (kind.endswith("Softmax") and flat):
            Y, before, even, n = self.places().sum(-1, keepdim=True), 0, False, 1
        if window is not None:
            Y, before = _slide(Y, *window, n, o, before, even)
        return Derivative((Y != 0).float(), before, even, flat, n if flat else o)

    def places(self) -> torch.Tensor:
        return self.Y[..., self.before : self.before + self.n]

    def largest_span(self) -> int:
        return _largest_span(self.places()[:, 0])


def joined(states: list[Derivative], join: str) -> Derivative | None:
    """After the join of branches; None where elements that are added do not correspond."""
    first = states[0]
    if first.flat and join == "concat":
        Y = torch.cat([state.places() for state in states], -1)
        return Derivative(Y, 0, False, True, Y.shape[-1])
    if all(state.even for state in states) and not first.flat:
        before = min(state.before for state in states)
        after = min(state.Y.shape[-1] - state.before - state.n for state in states)
        starts = [state.before - before for state in states]
        Y = torch.stack([s.Y[..., b : b + before + s.n + after] for s, b in zip(states, starts)]).sum(0)
        return Derivative(Y, before, True, False, first.n)
    counts = {state.n for state in states} - {1}
    if len(counts) > 1:
        return None
    Y = sum((state.places() for state in states), torch.zeros(()))
    return Derivative(Y, 0, False, first.flat, Y.shape[-1])


def _slide(
    Y: torch.Tensor, k: int, s: int, p: int, d: int, n: int, o: int, before: int, even: bool
) -> tuple[torch.Tensor, int]:
    """Sums over windows; where the input goes on, so does the output. Also how many outputs come before the first."""
    extra = (before - p) // s if even else 0
    if not even:  # zeros for the padding, and for what ceil_mode hangs over
        Y, before = F.pad(Y[..., before : before + n], (p, (o - 1) * s + d * (k - 1) + 1 - n - p)), p
    first, count = before - p - extra * s, extra + o + (extra if even else 0)
    count = min(count, (Y.shape[-1] - first - d * (k - 1) - 1) // s + 1)
    assert extra >= 0, "the margin is too small"
    assert count >= extra + o, "the margin is too small"
    starts = (first + u * d for u in range(k))
    windows = [Y[..., start : start + (count - 1) * s + 1 : s] for start in starts]
    return torch.stack(windows).sum(0), extra


def _largest_span(derivatives: torch.Tensor) -> int:
    """Of the columns, from the first element that is not 0 to the last."""
    seen = (derivatives != 0).T
    places = torch.arange(seen.shape[1])
    last, first = torch.where(seen, places, -1).amax(1), torch.where(seen, places, seen.shape[1]).amin(1)
    return max(0, int((last - first + 1).max()))


@contextlib.contextmanager
def unchanged(model: nn.Module) -> Iterator[None]:
    """Whatever happens inside, nothing of the model is changed, and no random number is used up."""

    def state() -> Any:
        modules = list(model.modules()) if hasattr(model, "_modules") else []
        return (
            [
                (module.training, dict(module._forward_hooks), dict(module._forward_pre_hooks), list(vars(module)))
                for module in modules
            ],
            [
                (id(tensor), tensor._version, tensor.requires_grad, tensor.grad, tensor.dtype, tensor.device)
                for module in modules
                for tensor in (*module._parameters.values(), *module._buffers.values())
                if tensor is not None and not is_lazy(tensor)
            ],
            torch.get_rng_state().tolist(),
            random.getstate(),
            np.random.get_state()[1].tolist(),
        )

    before = state()
    yield
    assert state() == before
