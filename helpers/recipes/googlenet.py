"""GoogLeNet: the notes' recipe, the narrow network that the page holds, and chapter 9's smaller experiments."""

from typing import Any

from helpers.recipes.recipe import Recipe


def _tried(**settings: Any) -> Recipe:
    """A small experiment with an eighth of all widths, judged by the images held out."""
    return Recipe(
        "supervised_googlenet", epochs=4, batch_size=64, test=False, settings=settings, size=96, images=6_000, half=True
    )


RECIPES = {
    # Adam with learning rate 0.001, batches of 256, five epochs, as the notes train the other networks, at 96 pixels;
    # it chooses nothing
    "googlenet": Recipe("googlenet", epochs=5, again=False, seeds=(0,), size=96, half=True),
    # a quarter of all widths: 0.4 million parameters, 0.75 MB as float16
    "googlenet-page": Recipe(
        "googlenet", epochs=8, batch_size=128, lr=0.002, one_cycle=True, again=False, seeds=(0,),
        settings={"divide": 4}, size=96, half=True, weights="googlenet", compact=True,
    ),
    # two auxiliary classifiers, and first weights that keep the signal: each without and with the other
    "googlenet-plain": _tried(),
    "googlenet-auxiliary": _tried(weight=0.3),
    "googlenet-he": _tried(he=True),
    "googlenet-he-auxiliary": _tried(he=True, weight=0.3),
}  # fmt: skip
