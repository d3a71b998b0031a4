"""Whole training runs as data: made by a command, never typed by hand, and told with where they come from.

    python -m helpers.recordings make lenet-classical

trains with the recipe of that name (`helpers.recipes`), with each seed twice: once with 6,000 images held out, for the
curves, and once with all 60,000, after which the test images are looked at, once. A recipe that was a step on the way
to a choice is trained with the images held out only: test images choose nothing. A recipe that nobody chose needs no
second training: the network of the curves is tested. The result is `recorded/NAME.json`.

A recording can be stopped at any time. The same command goes on after the last whole epoch, from a file in the user's
cache, and the recording lists the machine of every epoch.
"""

from __future__ import annotations

import argparse
import hashlib
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
from torch import Tensor, nn

from helpers import data, device, models, train, weights
from helpers.recipes import RECIPES, Recipe
from helpers.words import listed, say

FOLDER = Path(__file__).parent / "recorded"

#: images held out for the curves
HELD_OUT = 6000


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
        """The mean over the seeds, epoch by epoch, of "loss", "train_accuracy" or "validation_accuracy".

        Of a recipe with shifts also "changed": for each shift, the share of answers that change (see `changed`).
        """
        return [statistics.mean(values) for values in zip(*(run[what] for run in self.runs), strict=True)]

    def __repr__(self) -> str:
        kind = "test" if self.recipe.test else "validation"
        mean, spread = self.test_accuracy if self.recipe.test else self.validation_accuracy
        key = f"recording.{kind}" if len(self.runs) > 1 else f"recording.{kind}_once"
        told = say(
            key, mean=f"{mean:.4f}", spread=f"{spread:.4f}", seeds=len(self.runs),
            device=self.made["device"],
        )  # fmt: skip
        return f"Recording({self.name}: {told})"


def changed(net: nn.Module, images: Tensor, most: int) -> list[float]:
    """The share of a network's answers that change when pictures move by 1, 2, … up to `most` pixels.

    `images`, uint8 of shape (n, 28, 28), move left, right, up and down, black following. In each direction only those
    count whose last `most` columns or rows on that side are black: they lose nothing. Raises ValueError if there are
    none.
    """
    where = device.of(net)
    net.eval()

    @torch.no_grad()
    def answers(images: Tensor) -> Tensor:
        return torch.cat([net(part[:, None].to(where) / 255).argmax(dim=1).cpu() for part in images.split(1000)])

    counts = torch.zeros(most + 1, dtype=torch.int64)
    for turns in range(4):  # what moves to the right here moves in that direction
        turned = images.rot90(turns, dims=(-2, -1))
        roomy = turned[(turned[..., -most:] == 0).flatten(1).all(dim=1)]
        if not len(roomy):
            continue
        before = answers(roomy.rot90(-turns, dims=(-2, -1)))
        counts[0] += len(roomy)
        for shift in range(1, most + 1):
            after = answers(roomy.roll(shift, dims=-1).rot90(-turns, dims=(-2, -1)))
            counts[shift] += (after != before).sum()
    if not counts[0]:
        raise ValueError(say("recording.bad.room", most=most))
    return (counts[1:] / counts[0]).tolist()


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
    """Train with a recipe and every seed, on the best device there is; on a CPU, some seeds side by side.

    A network as small as LeNet leaves a second core idle, so a seed on each core is faster than all cores on one.
    Epochs that an earlier call of the same recipe has finished are not made again.
    """
    made = _provenance(images, recipe)  # of the code that trains, not of what is committed meanwhile
    trainings = (False, True) if recipe.test and recipe.again else (False,)
    jobs = [_Job(name, recipe, seed, images, whole) for seed in recipe.seeds for whole in trainings]
    if side_by_side > 1:
        with ProcessPoolExecutor(side_by_side, get_context("spawn"), torch.set_num_threads, (1,)) as pool:
            parts = list(pool.map(_Job.run, jobs))
    else:
        parts = [job.run() for job in jobs]
    runs: dict[int, dict[str, Any]] = {seed: {"seed": seed} for seed in recipe.seeds}
    for job, part in zip(jobs, parts, strict=True):
        runs[job.seed] |= part
    return Recording(name, recipe, made, list(runs.values()))


def save(recording: Recording) -> Path:
    """Write `recorded/NAME.json`, and forget what it would have gone on from."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{recording.name}.json"
    told = {"recipe": asdict(recording.recipe), "made": recording.made, "runs": recording.runs}
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    for checkpoint in _checkpoints().glob(f"{recording.name}-seed*.pt"):
        checkpoint.unlink()
    return path


def _checkpoints() -> Path:
    return data.cache() / "recordings"


@dataclass
class _Job:
    """One seed's training: with images held out for the curves, or on all training images for the test."""

    name: str
    recipe: Recipe
    seed: int
    images: data.Data
    whole: bool

    def run(self) -> dict[str, Any]:
        """Train, and tell what is recorded of it."""
        recipe, split, validation = self.recipe, self.images.train, None
        if not self.whole:
            split, validation = data.hold_out(split, min(HELD_OUT, len(split.labels) // 10))
            if recipe.images is not None:
                split = split.take(torch.arange(recipe.images))
        net, history = self._trained(split, validation)
        told: dict[str, Any] = {}
        if not self.whole:
            for name in ("loss", "train_accuracy", "validation_accuracy"):
                told[name] = [round(value, 5) for value in getattr(history, name)]
            told |= {"seconds": [round(value, 2) for value in history.seconds], "machines": history.machines}
        if recipe.shifts and validation is not None:
            told["changed"] = [round(share, 5) for share in changed(net, validation.images, recipe.shifts)]
        if recipe.again == self.whole or not recipe.test:
            if recipe.weights and self.seed == recipe.seeds[0]:
                _keep(net, recipe)
            if recipe.test:
                test = data.Batches(self.images.test, 1000, device=device.of(net), size=recipe.size)
                told["test_accuracy"] = round(train.accuracy(net, test), 5)
        return told

    def _trained(self, split: data.Split, validation: data.Split | None) -> tuple[nn.Module, train.History]:
        recipe, where = self.recipe, device.best()
        train.seed_everything(self.seed)
        net = _built(recipe).to(where)
        augment = data.flips_and_shifts(recipe.flips, recipe.shift, self.seed) if recipe.flips or recipe.shift else None
        batches = data.Batches(
            split, recipe.batch_size, device=where, shuffle=True, seed=self.seed, size=recipe.size, augment=augment
        )
        checked = None if validation is None else data.Batches(validation, 1000, device=where, size=recipe.size)
        optimizer = torch.optim.AdamW(net.parameters(), recipe.lr, weight_decay=recipe.weight_decay)
        schedule = None
        if recipe.one_cycle:
            steps = recipe.epochs * len(batches)
            schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.lr, total_steps=steps, pct_start=0.15)
        loss: train.Loss = nn.CrossEntropyLoss(label_smoothing=recipe.label_smoothing)
        if isinstance(net, models.Supervised):
            loss = net.loss(loss)
        history = train.fit(
            net, batches, checked, epochs=recipe.epochs, optimizer=optimizer, scheduler=schedule, per_batch=True,
            loss=loss, average=recipe.average, mixed=_halves(recipe, where), progress=False,
            show=self._tell, checkpoint=self.checkpoint(),
        )  # fmt: skip
        if history.stopped:
            raise SystemExit(f"{self.name}, seed {self.seed}: {history!r}")
        return net, history

    def checkpoint(self) -> Path:
        """The file that this training goes on from; another recipe of the same name has another."""
        recipe = hashlib.sha256(json.dumps(asdict(self.recipe), sort_keys=True).encode()).hexdigest()[:12]
        return _checkpoints() / f"{self.name}-seed{self.seed}-{'all' if self.whole else 'part'}-{recipe}.pt"

    def _tell(self, history: train.History) -> None:
        print(f"{self.name}, seed {self.seed}: {history!r} ({history.seconds[-1]:.0f} s)", flush=True)


def _built(recipe: Recipe) -> nn.Module:
    """The recipe's network; a setting that is a word names an activation of torch.nn."""
    settings = {
        name: getattr(nn, value) if isinstance(value, str) else value for name, value in recipe.settings.items()
    }
    net = getattr(models, recipe.network)(**settings)
    assert isinstance(net, nn.Module)
    return net


def _halves(recipe: Recipe, where: torch.device) -> bool:
    """Whether 16 bits are computed in."""
    return recipe.half and device.has_bfloat16(where)


def _keep(net: nn.Module, recipe: Recipe) -> None:
    """Write the weights to `weights/NAME.safetensors`."""
    from safetensors.torch import save_file

    kind = torch.float16 if recipe.compact else torch.float32
    path = weights.file(recipe.weights)
    save_file({key: value.cpu().to(kind).contiguous() for key, value in net.state_dict().items()}, path)
    path.chmod(0o644)  # as every other file of the package


def _provenance(images: data.Data, recipe: Recipe) -> dict[str, Any]:
    where = device.best()
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=FOLDER.parent, capture_output=True, encoding="utf-8", check=False
    )
    return {
        "device": device.name(where),
        "precision": "bfloat16" if _halves(recipe, where) else "float32",
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
