"""LeNet, and networks without convolution to compare it with."""

from helpers.recipes.recipe import Recipe

#: the notes' recipe, Adam with learning rate 0.001, batches of 256, 10 epochs: for LeNet, and without convolution;
#: then LeNet again, with one thing changed at a time
RECIPES = {
    "lenet-classical": Recipe("classical_lenet", epochs=10),
    "linear": Recipe("linear_classifier", epochs=10),
    "hidden": Recipe("hidden_layer", epochs=10),
    "lenet-classical-schedule": Recipe(
        "classical_lenet", epochs=20, batch_size=32, lr=0.002, one_cycle=True, test=False
    ),
    "lenet-tanh": Recipe("tanh_lenet", epochs=10, test=False),
    "lenet-relu": Recipe("rectified_lenet", epochs=10, test=False),
    "lenet-max": Recipe("modern_lenet", epochs=10, test=False),
    # once more, its max poolings with windows of 1 (none), 2 and 4: how often does a shift change an answer?
    **{
        f"lenet-window-{window}": Recipe(
            "windowed_lenet", epochs=10, test=False, settings={"window": window}, shifts=4
        )
        for window in (1, 2, 4)
    },
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
    # by the recipe of the narrow networks that the page of all five compares
    "lenet-page": Recipe(
        "modern_lenet", epochs=8, batch_size=128, lr=0.002, one_cycle=True, again=False, half=True
    ),
    "hidden-modern": Recipe(
        "hidden_layer", epochs=20, batch_size=32, lr=0.002, weight_decay=0.05, one_cycle=True, flips=True,
        label_smoothing=0.1, average=0.999,
    ),
}  # fmt: skip
