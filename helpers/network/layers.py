"""What a layer is: its kind, its settings, and the most and the least of each."""

from __future__ import annotations

from typing import Any, NamedTuple, NoReturn

from helpers.words import say

Shape = tuple[int, ...]

#: the most of each number; the same stand in widgets/static/network.js
LIMITS = {
    "layers": 64, "channels": 8192, "side": 512, "batch": 4096,
    "kernel": 64, "padding": 64, "stride": 64, "dilation": 64,
    "elements": 4 * 10**9, "multiply_adds": 10**14, "field": 10**12,
}  # fmt: skip

ACTIVATIONS = (
    "ReLU", "LeakyReLU", "ReLU6", "ELU", "GELU", "SiLU", "Hardswish", "Mish", "Softplus", "Sigmoid", "Tanh", "Softmax",
    "LogSoftmax",
)  # fmt: skip
_POOL = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")

#: kinds of layers and the settings of each
KINDS: dict[str, tuple[str, ...]] = {
    "Conv2d": ("out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias"),
    "MaxPool2d": _POOL,
    "AvgPool2d": _POOL,
    "AdaptiveAvgPool2d": ("output_size",),
    "AdaptiveMaxPool2d": ("output_size",),
    **dict.fromkeys(ACTIVATIONS, ()),
    "BatchNorm2d": ("affine",),
    "BatchNorm1d": ("affine",),
    "LocalResponseNorm": ("size",),
    "Dropout": ("p",),
    "Dropout2d": ("p",),
    "Flatten": (),
    "Linear": ("out_features", "bias"),
    "Identity": (),
}

#: kinds that PyTorch makes for so many channels or features coming in
WEIGHTED = ("Conv2d", "Linear", "BatchNorm2d", "BatchNorm1d")


class Setting(NamedTuple):
    """What a layer has that does not say, of the type that all its values have; the least and the most.

    The types: a pair (rows, columns), a whole number, a switch, or a probability.
    """

    usual: Any
    least: int = 0
    most: int = 1


SETTINGS = {
    "out_channels": Setting(1, 1, LIMITS["channels"]),
    "out_features": Setting(1, 1, LIMITS["channels"]),
    "groups": Setting(1, 1, LIMITS["channels"]),
    "size": Setting(5, 1, LIMITS["channels"]),
    "kernel_size": Setting((3, 3), 1, LIMITS["kernel"]),
    "padding": Setting((0, 0), 0, LIMITS["padding"]),
    "stride": Setting((1, 1), 1, LIMITS["stride"]),
    "dilation": Setting((1, 1), 1, LIMITS["dilation"]),
    "output_size": Setting((1, 1), 1, LIMITS["side"]),
    "bias": Setting(True),
    "affine": Setting(True),
    "ceil_mode": Setting(False),
    "p": Setting(0.5),
}


class Layer(dict[str, Any]):
    """The settings of one layer, which nobody can change in place: `{**layer, "groups": 2}` makes another."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(say("network.bad.frozen"))

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return Layer, (dict(self),)
