"""The networks of chapters 5 to 9, and what they are compared with."""

from helpers.models.lenet import classical_lenet, hidden_layer, linear_classifier, modern_lenet

__all__ = ["classical_lenet", "hidden_layer", "linear_classifier", "modern_lenet"]
