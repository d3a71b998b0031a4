"""VGG-11 with an eighth of its widths: the notes' recipe, and the one that the page holds."""

from helpers.recipes.recipe import Recipe

RECIPES = {
    # Adam with learning rate 0.001, batches of 256, five epochs at 224 pixels: the notes', which chooses nothing
    "vgg-narrow": Recipe("narrow_vgg", epochs=5, again=False, seeds=(0,), size=224, half=True),
    # at 64 pixels it has 0.6 million parameters, 1.1 MB as float16
    "vgg-page": Recipe(
        "narrow_vgg", epochs=8, batch_size=128, lr=0.002, one_cycle=True, again=False, seeds=(0,),
        settings={"size": 64}, size=64, half=True, weights="vgg", compact=True,
    ),
}  # fmt: skip
