"""VGG with an eighth of its widths: the notes' recipe, the network that the page holds, and chapter 7's experiments."""

from typing import Any

from helpers.recipes.recipe import Recipe


def _stacked(epochs: int = 6, **settings: Any) -> Recipe:
    """A small experiment about what stands in a block, judged by the images held out."""
    return Recipe(
        "paired_vgg", epochs=epochs, batch_size=64, lr=0.002, one_cycle=True, test=False, settings=settings, size=32,
        images=12_000, half=True,
    )  # fmt: skip


def _started(**settings: Any) -> Recipe:
    """A small experiment about the first weights, judged by the images held out."""
    return Recipe("deep_vgg", epochs=5, batch_size=64, test=False, settings=settings, size=32, images=6_000, half=True)


RECIPES = {
    # Adam with learning rate 0.001, batches of 256, five epochs at 224 pixels: the notes', which chooses nothing
    "vgg-narrow": Recipe("narrow_vgg", epochs=5, again=False, seeds=(0,), size=224, half=True),
    # at 64 pixels it has 0.6 million parameters, 1.1 MB as float16
    "vgg-page": Recipe(
        "narrow_vgg", epochs=8, batch_size=128, lr=0.002, one_cycle=True, again=False, seeds=(0,),
        settings={"size": 64}, size=64, half=True, weights="vgg", compact=True,
    ),
    # two 3×3 against one 5×5, and against two without a ReLU between them: one thing changed at a time
    "vgg-pairs": _stacked(),
    "vgg-fives": _stacked(single=True),
    "vgg-linear-pairs": _stacked(between=False),
    # the first two once more, three times as long
    "vgg-pairs-long": _stacked(18),
    "vgg-fives-long": _stacked(18, single=True),
    # sixteen layers from different first weights
    "vgg-start-hundredth": _started(deviation=0.01),
    "vgg-start-tenth": _started(deviation=0.1),
    "vgg-start-default": _started(default=True),
    "vgg-start-glorot": _started(glorot=True),
    "vgg-start-he": _started(),
}  # fmt: skip
