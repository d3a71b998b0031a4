"""AlexNet: the notes' recipe, the narrow network that the page holds, and chapter 6's experiments on a narrower one."""

from typing import Any

from helpers.recipes.recipe import Recipe


def _tried(
    images: int,
    epochs: int,
    lr: float = 0.001,
    *,
    batch_size: int = 128,
    flips: bool = False,
    shift: int = 0,
    **settings: Any,
) -> Recipe:
    """An experiment: an eighth of all widths, judged by the images held out.

    At 99 pixels windows of 3 and of 2 give maps of the same size: 23, 11, 5, 2.
    """
    return Recipe(
        "alexnet", epochs, batch_size=batch_size, lr=lr, flips=flips, shift=shift, test=False,
        settings={"divide": 8, "size": 99} | settings, size=99, images=images, half=True,
    )  # fmt: skip


RECIPES = {
    # Adam with learning rate 0.001, batches of 256, five epochs at 224 pixels: the notes', which chooses nothing
    "alexnet": Recipe("alexnet", epochs=5, again=False, seeds=(0,), size=224, half=True),
    # an eighth of all widths: 0.8 million parameters, 1.5 MB as float16
    "alexnet-page": Recipe(
        "alexnet", epochs=8, batch_size=128, lr=0.002, one_cycle=True, again=False, seeds=(0,), settings={"divide": 8},
        size=224, half=True, weights="alexnet", compact=True,
    ),
    # activations, without dropout
    "alexnet-relu": _tried(20_000, 5, dropout=0.0),
    "alexnet-tanh": _tried(20_000, 5, dropout=0.0, activation="Tanh"),
    "alexnet-sigmoid": _tried(20_000, 5, dropout=0.0, activation="Sigmoid"),
    # what the paper's sections 3.3 and 3.4 add and what it is said to bring
    "alexnet-windows": _tried(20_000, 5, dropout=0.0, window=2),
    "alexnet-normalised": _tried(20_000, 5, dropout=0.0, normalised=True),
    # two remedies against overfitting, where there is much of it
    "alexnet-small": _tried(2_000, 30, batch_size=32, dropout=0.0),
    "alexnet-small-dropout": _tried(2_000, 30, batch_size=32, dropout=0.5),
    "alexnet-small-augmented": _tried(2_000, 30, batch_size=32, dropout=0.0, flips=True, shift=2),
    "alexnet-small-both": _tried(2_000, 30, batch_size=32, dropout=0.5, flips=True, shift=2),
}  # fmt: skip
