"""Networks with the weights of a recorded run, which ship with the course."""

from __future__ import annotations

from torch import nn

from helpers.models.lenet import modern_lenet
from helpers.weights import LENET


def trained_lenet() -> nn.Sequential:
    """`modern_lenet` with the weights of the recording "lenet-modern", in evaluation mode, on the CPU.

    Takes images of shape (batch, 1, 28, 28) with values from 0 to 1 and gives logits of shape (batch, 10).
    Raises FileNotFoundError if the file of weights is not there.
    """
    from safetensors.torch import load_file

    net = modern_lenet()
    net.load_state_dict(load_file(LENET))
    return net.eval()
