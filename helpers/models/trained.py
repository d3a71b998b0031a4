"""Networks with the weights that ship with the course."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from torch import nn

from helpers import weights
from helpers.models.alexnet import alexnet
from helpers.models.googlenet import googlenet
from helpers.models.lenet import modern_lenet
from helpers.models.nin import nin
from helpers.models.vgg import narrow_vgg
from helpers.words import listed, say


class Trained(NamedTuple):
    """A network whose weights ship: its name for readers, how it is built, and the shape of its input."""

    title: str
    build: Callable[[], nn.Module]
    input_shape: tuple[int, int, int]


TRAINED = {
    "lenet": Trained("LeNet", modern_lenet, (1, 28, 28)),
    "alexnet": Trained("AlexNet ÷ 8", partial(alexnet, divide=8), (1, 224, 224)),
    "vgg": Trained("VGG-11 ÷ 8", partial(narrow_vgg, size=64), (1, 64, 64)),
    "nin": Trained("NiN ÷ 8", partial(nin, divide=8, last=False), (1, 224, 224)),
    "googlenet": Trained("GoogLeNet ÷ 4", partial(googlenet, divide=4), (1, 96, 96)),
}


def trained(name: str) -> nn.Module:
    """A network of `TRAINED` with its weights in float32, in evaluation mode, on the CPU.

    Takes images of shape (batch, channels, height, width), as its `input_shape` says, with values from 0 to 1, and
    gives logits of shape (batch, 10). Raises ValueError for other names, FileNotFoundError if its file is not there.
    """
    from safetensors.torch import load_file

    if name not in TRAINED:
        raise ValueError(say("network.bad.trained", value=repr(name), known=listed(TRAINED)))
    net = TRAINED[name].build()
    net.load_state_dict({key: value.float() for key, value in load_file(weights.file(name)).items()})
    return net.eval()


def trained_lenet() -> nn.Sequential:
    """`modern_lenet` with the weights of the recording "lenet-modern", in evaluation mode, on the CPU.

    Takes images of shape (batch, 1, 28, 28) with values from 0 to 1 and gives logits of shape (batch, 10).
    Raises FileNotFoundError if the file of weights is not there.
    """
    net = trained("lenet")
    assert isinstance(net, nn.Sequential)
    return net
