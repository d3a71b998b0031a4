"""The networks of chapters 5 to 9, and what they are compared with."""

from helpers.models.alexnet import alexnet
from helpers.models.googlenet import Inception, Supervised, googlenet, supervised_googlenet
from helpers.models.lenet import (
    classical_lenet,
    hidden_layer,
    linear_classifier,
    modern_lenet,
    rectified_lenet,
    tanh_lenet,
    windowed_lenet,
)
from helpers.models.nin import nin, nin_block
from helpers.models.nin_variants import stuck_nin, varied_nin
from helpers.models.trained import TRAINED, trained, trained_lenet
from helpers.models.vgg import VGG_11, deep_vgg, narrow_vgg, paired_vgg, start_with, vgg, vgg_block

__all__ = [
    "TRAINED",
    "VGG_11",
    "Inception",
    "Supervised",
    "alexnet",
    "classical_lenet",
    "deep_vgg",
    "googlenet",
    "hidden_layer",
    "linear_classifier",
    "modern_lenet",
    "narrow_vgg",
    "nin",
    "nin_block",
    "paired_vgg",
    "rectified_lenet",
    "start_with",
    "stuck_nin",
    "supervised_googlenet",
    "tanh_lenet",
    "trained",
    "trained_lenet",
    "varied_nin",
    "vgg",
    "vgg_block",
    "windowed_lenet",
]
