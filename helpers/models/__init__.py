"""The networks of chapters 5 to 9, and what they are compared with."""

from helpers.models.lenet import classical_lenet, hidden_layer, linear_classifier, modern_lenet, rectified_lenet
from helpers.models.trained import TRAINED, trained, trained_lenet

__all__ = [
    "TRAINED",
    "classical_lenet",
    "hidden_layer",
    "linear_classifier",
    "modern_lenet",
    "rectified_lenet",
    "trained",
    "trained_lenet",
]
