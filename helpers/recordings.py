"""Whole training runs as data: made by a command, never typed by hand, and told with where they come from.

    python -m helpers.recordings make lenet-classical

trains by the recipe of that name, with each seed twice: once with 6,000 images held out, for the curves, and once with
all 60,000, after which the test images are looked at, once. A recipe that was a step on the way to a choice is trained
with the images held out only: test images choose nothing. The result is `recorded/NAME.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch
from torch import nn

from helpers import data, device, models, train, weights
from helpers.words import listed, say

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
    label_smoothing: float = 0.0  # this part of the target is spread over all classes (Szegedy and others, 2016)
    average: float = 0.0  # weights are averaged over the steps with this decay (Polyak, Juditsky, 1992); 0 for none
    test: bool = True  # look at the test images, after training on all the others
    weights: str = ""  # file in helpers/weights that keeps the first seed's network
    seeds: tuple[int, ...] = (0, 1, 2)


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
    "hidden-modern": Recipe(
        "hidden_layer", epochs=20, batch_size=32, lr=0.002, weight_decay=0.05, one_cycle=True, flips=True,
        label_smoothing=0.1, average=0.999,
    ),
}  # fmt: skip


@dataclass
class Recording:
    """Runs of one recipe: for each seed the curves, and the test accuracy after training on all images."""

    name: str
    recipe: Recipe
    made: dict[str, Any]
    runs: list[dict[str, Any]]

    @property
    def test_accuracy(self) -> tuple[float, float]:
        """Mean and standard deviation over the seeds. Raises ValueError if the test images were not looked at."""
        if not self.recipe.test:
            raise ValueError(say("recording.bad.test", name=self.name))
        return _spread([run["test_accuracy"] for run in self.runs])

    @property
    def validation_accuracy(self) -> tuple[float, float]:
        """Mean and standard deviation over the seeds, after the last epoch, on the images held out."""
        return _spread([run["validation_accuracy"][-1] for run in self.runs])

    def curve(self, what: str) -> list[float]:
        """The mean over the seeds, epoch by epoch, of "loss", "train_accuracy" or "validation_accuracy"."""
        return [statistics.mean(values) for values in zip(*(run[what] for run in self.runs), strict=True)]

    def __repr__(self) -> str:
        kind = "test" if self.recipe.test else "validation"
        mean, spread = self.test_accuracy if self.recipe.test else self.validation_accuracy
        told = say(
            f"recording.{kind}", mean=f"{mean:.4f}", spread=f"{spread:.4f}", seeds=len(self.runs),
            device=self.made["device"],
        )  # fmt: skip
        return f"Recording({self.name}: {told})"


def _spread(values: list[float]) -> tuple[float, float]:
    return statistics.mean(values), statistics.stdev(values) if len(values) > 1 else 0.0


def load(name: str) -> Recording:
    """The recording of that name. Raises ValueError with the names there are if there is none."""
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        known = listed(sorted(file.stem for file in FOLDER.glob("*.json")))
        raise ValueError(say("recording.bad.name", name=repr(name), known=known))
    told = json.loads(path.read_text(encoding="utf-8"))
    recipe = Recipe(**{**told["recipe"], "seeds": tuple(told["recipe"]["seeds"])})
    return Recording(name, recipe, told["made"], told["runs"])


def make(name: str, recipe: Recipe, images: data.Data, side_by_side: int = 1) -> Recording:
    """Train by a recipe with every seed, on the best device there is; on a CPU, some seeds side by side.

    A network as small as LeNet leaves a second core idle, so a seed on each core is faster than all cores on one.
    """
    made = _provenance(images)  # of the code that trains, not of what is committed meanwhile
    jobs = [
        (recipe, seed, images, whole) for seed in recipe.seeds for whole in ((False, True) if recipe.test else (False,))
    ]
    if side_by_side > 1:
        with ProcessPoolExecutor(side_by_side, get_context("spawn"), torch.set_num_threads, (1,)) as pool:
            parts = list(pool.map(_job, jobs))
    else:
        parts = [_job(job) for job in jobs]
    runs: dict[int, dict[str, Any]] = {seed: {"seed": seed} for seed in recipe.seeds}
    for (_, seed, _, _), part in zip(jobs, parts, strict=True):
        runs[seed] |= part
    return Recording(name, recipe, made, list(runs.values()))


def save(recording: Recording) -> Path:
    """Write `recorded/NAME.json`."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{recording.name}.json"
    told = {"recipe": asdict(recording.recipe), "made": recording.made, "runs": recording.runs}
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return path


def _job(job: tuple[Recipe, int, data.Data, bool]) -> dict[str, Any]:
    """One seed's curves, with images held out, or its test, after all training images."""
    recipe, seed, images, whole = job
    if whole:
        net, _ = _trained(recipe, seed, images.train, None)
        if recipe.weights and seed == recipe.seeds[0]:
            _keep(net, recipe.weights)
        test = data.Batches(images.test, 1000, device=device.of(net))
        return {"test_accuracy": round(train.accuracy(net, test), 5)}
    part, validation = data.hold_out(images.train, min(HELD_OUT, len(images.train.labels) // 10))
    _, history = _trained(recipe, seed, part, validation)
    told = {
        name: [round(value, 5) for value in getattr(history, name)]
        for name in ("loss", "train_accuracy", "validation_accuracy")
    }
    return {**told, "seconds": [round(value, 2) for value in history.seconds]}


def _keep(net: nn.Module, name: str) -> None:
    """Write the weights to `weights/NAME.safetensors`."""
    from safetensors.torch import save_file

    path = weights.FOLDER / f"{name}.safetensors"
    save_file({key: value.cpu().contiguous() for key, value in net.state_dict().items()}, path)
    path.chmod(0o644)  # as every other file of the package


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
    schedule = None
    if recipe.one_cycle:
        steps = recipe.epochs * len(batches)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.lr, total_steps=steps, pct_start=0.15)
    history = train.fit(
        net, batches, checked, epochs=recipe.epochs, optimizer=optimizer, scheduler=schedule, per_batch=True,
        loss=nn.CrossEntropyLoss(label_smoothing=recipe.label_smoothing), average=recipe.average,
        mixed=False, progress=False,
    )  # fmt: skip
    return net, history


def _provenance(images: data.Data) -> dict[str, Any]:
    where = device.best()
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=FOLDER.parent, capture_output=True, encoding="utf-8", check=False
    )
    cores = f"CPU ({platform.machine()}, {os.cpu_count()} cores)"
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
    parser.add_argument("--side-by-side", type=int, help="runs at once; as many as there are cores, on a CPU")
    chosen = parser.parse_args()
    if chosen.act == "show":
        print(load(chosen.name))
        return
    images = data.fashion_mnist()
    if not images.complete:
        parser.error(f"a recording needs the whole data; there is only {images.source}")
    cores = os.cpu_count() or 1
    most = chosen.side_by_side or (cores if device.best().type == "cpu" else 1)
    side_by_side = min(len(RECIPES[chosen.name].seeds), most)
    recording = make(chosen.name, RECIPES[chosen.name], images, side_by_side)
    print(save(recording), recording, sep="\n")


if __name__ == "__main__":
    main()
