"""NiN: the notes' recipe, the narrow network that the page holds, and the experiments of chapter 8."""

from typing import Any

from helpers.recipes.recipe import Recipe


def _tried(network: str = "varied_nin", epochs: int = 5, weights: str = "", **settings: Any) -> Recipe:
    """A small experiment with an eighth of all widths, judged by the images held out; class maps are 2×2."""
    return Recipe(
        network, epochs, batch_size=64, test=False, settings={"divide": 8} | settings, size=99, images=6_000,
        half=True, weights=weights, compact=bool(weights),
    )  # fmt: skip


RECIPES = {
    # Adam with learning rate 0.001, batches of 256, five epochs at 224 pixels, as the notes train AlexNet and VGG (NiN
    # at twice that rate), so that five networks are compared by one recipe; it chooses nothing
    "nin": Recipe("nin", epochs=5, again=False, seeds=(0,), size=224, half=True),
    # an eighth of all widths, without the ReLU before the average: 36,646 parameters, 74 KB as float16
    "nin-page": Recipe(
        "nin", epochs=8, batch_size=128, lr=0.002, one_cycle=True, again=False, seeds=(0,),
        settings={"divide": 8, "last": False}, size=224, half=True, weights="nin", compact=True,
    ),
    # with the ReLU before the average, as the notes have it, and without; the first keeps its network, for a look
    "nin-relu": _tried("nin", 8, weights="nin-relu"),
    "nin-free": _tried("nin", 8, last=False),
    # the two 1×1 convolutions of each block, without their ReLUs, and without them; no dropout
    "nin-blocks": _tried(),
    "nin-linear": _tried(between=False),
    "nin-plain": _tried(pointwise=False),
    # without them, fully connected heads in the place of the average, without and with dropout
    "nin-dense": _tried(pointwise=False, units=512),
    "nin-dense-dropout": _tried(pointwise=False, units=512, dropout=0.5),
}  # fmt: skip
