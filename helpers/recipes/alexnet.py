"""AlexNet: the notes' recipe, and the narrow network that the page holds."""

from helpers.recipes.recipe import Recipe

RECIPES = {
    # Adam with learning rate 0.001, batches of 256, five epochs at 224 pixels: the notes', which chooses nothing
    "alexnet": Recipe("alexnet", epochs=5, again=False, seeds=(0,), size=224, half=True),
    # an eighth of all widths: 0.8 million parameters, 1.5 MB as float16
    "alexnet-page": Recipe(
        "alexnet", epochs=8, batch_size=128, lr=0.002, one_cycle=True, again=False, seeds=(0,), settings={"divide": 8},
        size=224, half=True, weights="alexnet", compact=True,
    ),
}  # fmt: skip
