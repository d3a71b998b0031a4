"""Whole training runs as data: made by a command, never typed by hand, and told with where they come from.

    python -m helpers.recordings make lenet-classical

trains by the recipe of that name, with each seed twice: once with 6,000 images held out, for the curves, and once with
all 60,000, after which the test images are looked at, once. The result is `recorded/NAME.json`.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from helpers import data, device, models, train

FOLDER = Path(__file__).parent / "recorded"

#: images held out for the curves
HELD_OUT = 6000


@dataclass(frozen=True)
class Recipe:
    """How a network is trained; `network` is a name in helpers.models."""

    network: str
    epochs: int
    batch_size: int = 256
    lr: float = 0.001
    weight_decay: float = 0.0  # decoupled, as in AdamW; with 0 it is Adam
    one_cycle: bool = False  # up to lr in the first 15 % of the steps, then down to 0 (Smith, Topin, 2018)
    flips: bool = False  # every image is mirrored with probability 1/2
    shift: int = 0  # every image moves by up to so many pixels
    seeds: tuple[int, ...] = (0, 1, 2)


#: the notes' recipe, Adam with learning rate 0.001, batches of 256, 10 epochs: for LeNet, and without convolution
RECIPES = {
    "lenet-classical": Recipe("classical_lenet", epochs=10),
    "linear": Recipe("linear_classifier", epochs=10),
    "hidden": Recipe("hidden_layer", epochs=10),
}


@dataclass
class Recording:
    """Runs of one recipe: for each seed the curves, and the test accuracy after training on all images."""

    name: str
    recipe: Recipe
    made: dict[str, Any]
    runs: list[dict[str, Any]]

    @property
    def test_accuracy(self) -> tuple[float, float]:
        """Mean and standard deviation over the seeds."""
        told = [run["test_accuracy"] for run in self.runs]
        return statistics.mean(told), statistics.stdev(told) if len(told) > 1 else 0.0

    def curve(self, what: str) -> list[float]:
        """The mean over the seeds, epoch by epoch, of "loss", "train_accuracy" or "validation_accuracy"."""
        return [statistics.mean(values) for values in zip(*(run[what] for run in self.runs), strict=True)]

    def __repr__(self) -> str:
        mean, spread = self.test_accuracy
        seeds = f"{len(self.runs)} seeds, {self.made['device']}"
        return f"Recording({self.name}: test accuracy {mean:.4f} ± {spread:.4f} over {seeds})"


def load(name: str) -> Recording:
    """The recording of that name. Raises ValueError with the names there are if there is none."""
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in FOLDER.glob("*.json")))
        raise ValueError(f"there is no recording {name!r}; there are: {known}")
    told = json.loads(path.read_text(encoding="utf-8"))
    recipe = Recipe(**{**told["recipe"], "seeds": tuple(told["recipe"]["seeds"])})
    return Recording(name, recipe, told["made"], told["runs"])


def make(name: str, recipe: Recipe, images: data.Data) -> Recording:
    """Train by a recipe with every seed, on the best device there is."""
    runs = [_run(recipe, seed, images) for seed in recipe.seeds]
    return Recording(name, recipe, _provenance(images), runs)


def save(recording: Recording) -> Path:
    """Write `recorded/NAME.json`."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{recording.name}.json"
    told = {"recipe": asdict(recording.recipe), "made": recording.made, "runs": recording.runs}
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return path


def _run(recipe: Recipe, seed: int, images: data.Data) -> dict[str, Any]:
    """One seed: the curves with images held out, then all images, and the test."""
    part, validation = data.hold_out(images.train, min(HELD_OUT, len(images.train.labels) // 10))
    _, history = _trained(recipe, seed, part, validation)
    net, whole = _trained(recipe, seed, images.train, None)
    test = data.Batches(images.test, 1000, device=device.of(net))
    return {
        "seed": seed,
        "loss": [round(value, 5) for value in history.loss],
        "train_accuracy": [round(value, 5) for value in history.train_accuracy],
        "validation_accuracy": [round(value, 5) for value in history.validation_accuracy],
        "seconds": [round(value, 2) for value in history.seconds + whole.seconds],
        "test_accuracy": round(train.accuracy(net, test), 5),
    }


def _trained(
    recipe: Recipe, seed: int, split: data.Split, validation: data.Split | None
) -> tuple[nn.Module, train.History]:
    where = device.best()
    train.seed_everything(seed)
    net = getattr(models, recipe.network)().to(where)
    augment = data.flips_and_shifts(recipe.flips, recipe.shift, seed) if recipe.flips or recipe.shift else None
    batches = data.Batches(split, recipe.batch_size, device=where, shuffle=True, seed=seed, augment=augment)
    checked = None if validation is None else data.Batches(validation, 1000, device=where)
    optimizer = torch.optim.AdamW(net.parameters(), recipe.lr, weight_decay=recipe.weight_decay)
    if recipe.one_cycle:
        steps = recipe.epochs * len(batches)
        cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.lr, total_steps=steps, pct_start=0.15)
        optimizer.register_step_post_hook(_each_step(cycle.step))
    return net, train.fit(net, batches, checked, epochs=recipe.epochs, optimizer=optimizer, mixed=False)


def _each_step(act: Callable[[], None]) -> Callable[..., None]:
    """A hook that acts after every step of an optimizer."""
    return lambda *_: act()


def _provenance(images: data.Data) -> dict[str, Any]:
    where = device.best()
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=FOLDER.parent, capture_output=True, text=True, check=False
    )
    cores = f"CPU ({platform.machine()}, {torch.get_num_threads()} threads)"
    return {
        "device": torch.cuda.get_device_name()
        if where.type == "cuda"
        else cores
        if where.type == "cpu"
        else where.type,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "commit": commit.stdout.strip() or None,
        "data": {"training": len(images.train.labels), "test": len(images.test.labels), "sha256": data.checksums()},
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m helpers.recordings", description=__doc__.split("\n", 1)[0])
    parser.add_argument("act", choices=["make", "show"])
    parser.add_argument("name", choices=sorted(RECIPES))
    chosen = parser.parse_args()
    if chosen.act == "show":
        print(load(chosen.name))
        return
    images = data.fashion_mnist()
    if not images.complete:
        parser.error(f"a recording needs the whole data; there is only {images.source}")
    recording = make(chosen.name, RECIPES[chosen.name], images)
    print(save(recording), recording, sep="\n")


if __name__ == "__main__":
    main()
