"""The networks of chapters 5 to 9, and what they are compared with."""

from helpers.models.lenet import classical_lenet, hidden_layer, linear_classifier, modern_lenet, rectified_lenet
from helpers.models.trained import trained_lenet

__all__ = ["classical_lenet", "hidden_layer", "linear_classifier", "modern_lenet", "rectified_lenet", "trained_lenet"]
