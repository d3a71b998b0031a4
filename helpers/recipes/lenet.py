"""LeNet, and networks without convolution to compare it with."""

from typing import Any

from helpers.recipes.recipe import Recipe


def _short(**settings: Any) -> Recipe:
    """An experiment about the activation, judged by the images held out: 1,880 steps, about as many as the notes'."""
    return Recipe("tried_lenet", epochs=10, batch_size=64, test=False, settings=settings, images=12_000)


#: the notes' recipe, Adam with learning rate 0.001, batches of 256, 10 epochs: for LeNet, and without convolution;
#: then LeNet again, with one thing changed at a time
RECIPES = {
    "lenet-classical": Recipe("classical_lenet", epochs=10),
    "linear": Recipe("linear_classifier", epochs=10),
    "hidden": Recipe("hidden_layer", epochs=10),
    "lenet-classical-schedule": Recipe(
        "classical_lenet", epochs=20, batch_size=32, lr=0.002, one_cycle=True, test=False
    ),
    "lenet-relu": Recipe("rectified_lenet", epochs=10, test=False),
    "lenet-max": Recipe("modern_lenet", epochs=10, test=False),
    "lenet-schedule": Recipe("modern_lenet", epochs=20, batch_size=32, lr=0.002, one_cycle=True, test=False),
    "lenet-flips": Recipe(
        "modern_lenet", epochs=20, batch_size=32, lr=0.002, one_cycle=True, flips=True, test=False
    ),
    "lenet-smoothing": Recipe(
        "modern_lenet", epochs=20, batch_size=32, lr=0.002, one_cycle=True, flips=True, label_smoothing=0.1, test=False
    ),
    "lenet-modern": Recipe(
        "modern_lenet", epochs=20, batch_size=32, lr=0.002, weight_decay=0.05, one_cycle=True, flips=True,
        label_smoothing=0.1, average=0.999, weights="lenet",
    ),
    # what a sigmoid changes: its slope, the constant that it adds, the weights that it starts with
    "lenet-short-sigmoid": _short(),
    "lenet-short-centred": _short(offset=0.5),
    "lenet-short-steep": _short(scale=4.0),
    "lenet-short-both": _short(scale=4.0, offset=0.5),
    "lenet-short-tanh": _short(activation="Tanh"),
    "lenet-short-relu": _short(activation="ReLU"),
    "lenet-short-glorot": _short(glorot=True),
    # tanh in the sigmoids' place, by the notes' recipe
    "lenet-tanh": Recipe("tried_lenet", epochs=10, test=False, settings={"activation": "Tanh"}),
    "hidden-modern": Recipe(
        "hidden_layer", epochs=20, batch_size=32, lr=0.002, weight_decay=0.05, one_cycle=True, flips=True,
        label_smoothing=0.1, average=0.999,
    ),
}  # fmt: skip
