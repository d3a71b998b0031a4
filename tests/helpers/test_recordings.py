"""Recorded runs say what was done, and are what the recipe gives."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from safetensors.torch import load_file

from helpers import data, device, models, recordings, train, weights
from helpers.compared import FIELDS, recorded


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Recordings, weights and checkpoints are written here."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    return tmp_path


@pytest.fixture
def images():
    """600 and 100 pictures whose brightness tells their class."""
    draw = torch.Generator().manual_seed(0)

    def split(count):
        labels = torch.arange(count) % 10
        noise = torch.randint(0, 12, (count, 28, 28), generator=draw)
        return data.Split((labels[:, None, None] * 24 + noise).to(torch.uint8), labels)

    return data.Data(split(600), split(100), "made up")


def test_a_recording_holds_curves_tests_and_provenance(images, folder, monkeypatch):
    monkeypatch.setattr(recordings, "FOLDER", folder)
    recipe = recordings.Recipe("linear_classifier", 3, batch_size=50, lr=0.01, seeds=(0, 1))
    made = recordings.make("trial", recipe, images)
    recordings.save(made)
    again = recordings.load("trial")
    assert again == made
    assert [len(run["loss"]) for run in again.runs] == [3, 3]
    assert len(again.curve("validation_accuracy")) == 3
    assert all(0 <= run["test_accuracy"] <= 1 for run in again.runs)
    assert set(again.made) == {"device", "precision", "torch", "python", "commit", "data"}
    assert "2 seeds" in repr(again)
    assert (
        recordings.make("trial", recipe, images).runs[0]["loss"] == made.runs[0]["loss"]
    )  # the same seed, the same run


def test_one_cycle_ends_at_nothing_and_augmentation_is_used(images):
    recipe = recordings.Recipe("modern_lenet", 1, batch_size=100, one_cycle=True, flips=True, shift=1)
    net, history = recordings._Job("trial", recipe, 0, images, False)._trained(images.train, images.test)
    assert len(history.loss) == 1
    assert sum(p.numel() for p in net.parameters()) == 61_706


def test_an_unknown_recording_is_told():
    with pytest.raises(ValueError, match="there is no recording 'resnet'; there are: "):
        recordings.load("resnet")


def test_every_recipe_names_a_network():
    for recipe in recordings.RECIPES.values():
        assert recipe.network in models.__all__


@pytest.mark.parametrize("name", sorted(path.stem for path in recordings.FOLDER.glob("*.json")))
def test_what_is_recorded_is_of_the_recipe_that_stands_here(name):
    recording = recordings.load(name)
    assert recording.recipe == recordings.RECIPES[name]
    assert [run["seed"] for run in recording.runs] == list(recording.recipe.seeds)
    of_the_notes = [made for one in FIELDS["notes"] if (made := recorded(one))]  # an hour and more for each seed
    assert len(recording.runs) == 3 or recording in of_the_notes or recording.recipe.weights  # or one to ship
    assert all(len(run["validation_accuracy"]) == recording.recipe.epochs for run in recording.runs)
    assert recording.made["data"]["sha256"] == data.checksums()
    assert recording.made["data"]["training"] == 60_000
    for run in recording.runs:
        assert len(run.get("machines", run["loss"])) == recording.recipe.epochs
        assert ("test_accuracy" in run) == recording.recipe.test


class Stopped(Exception):
    """The machine goes away."""


def stopped_after(epochs, images, monkeypatch):
    """A training that ends by force once so many epochs are done."""
    tell = recordings._Job._tell

    def told(job, history):
        tell(job, history)
        if len(history.loss) == epochs:
            raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(recordings._Job, "_tell", told)
        with pytest.raises(Stopped):
            recordings.make("trial", EVERYTHING, images)


EVERYTHING = recordings.Recipe(
    "alexnet", 3, batch_size=64, one_cycle=True, flips=True, shift=1, average=0.9, label_smoothing=0.1, seeds=(0, 1),
    settings={"divide": 32, "size": 67, "activation": "Tanh"}, size=67, images=160, again=False,
)  # fmt: skip


def without_times(recording):
    return [{key: value for key, value in run.items() if key != "seconds"} for run in recording.runs]


def test_a_recording_that_was_stopped_goes_on_as_if_it_had_not_been(images, folder, monkeypatch):
    """Weights, optimizer, schedule, average, dropout, order and augmentation all go on; other seeds wait their turn."""
    monkeypatch.setattr(recordings, "FOLDER", folder)
    at_once = recordings.make("trial", EVERYTHING, images)
    recordings.save(at_once)
    assert not list((folder / "cache").rglob("*.pt*"))  # nothing is left to go on from
    for epochs in (1, 2):
        stopped_after(epochs, images, monkeypatch)
    monkeypatch.setattr(device, "name", lambda where: "another machine")
    later = recordings.make("trial", EVERYTHING, images)
    machines = [run.pop("machines") for run in later.runs]
    assert machines == [[at_once.made["device"]] * 2 + ["another machine"], ["another machine"] * 3]
    for run in at_once.runs:
        run.pop("machines")
    assert without_times(later) == without_times(at_once)


def test_a_changed_recipe_goes_on_from_nothing(images, monkeypatch):
    stopped_after(1, images, monkeypatch)
    other = dataclasses.replace(EVERYTHING, lr=0.01)
    jobs = [recordings._Job("trial", recipe, 0, images, False).checkpoint() for recipe in (EVERYTHING, other)]
    assert [job.is_file() for job in jobs] == [True, False]


def test_a_checkpoint_is_whole_or_the_one_before(images, folder, monkeypatch):
    def half_written(state, path):
        path.write_bytes(b"PK")
        raise OSError("no space left on device")

    stopped_after(1, images, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", half_written)
        with pytest.raises(OSError, match="no space"):
            recordings.make("trial", EVERYTHING, images)
    assert len(recordings.make("trial", EVERYTHING, images).runs[0]["loss"]) == 3


def test_what_nobody_chose_is_trained_once_and_tested(images):
    recipe = dataclasses.replace(EVERYTHING, weights="trial", compact=True, seeds=(0,))
    run = recordings.make("trial", recipe, images).runs[0]
    held = {name: value.float() for name, value in load_file(weights.file("trial")).items()}
    net = models.alexnet(32, 67, activation=torch.nn.Tanh)
    net.load_state_dict(held)
    test = data.Batches(images.test, 100, size=67)
    assert train.accuracy(net, test) == pytest.approx(run["test_accuracy"], abs=0.021)  # weights in 16 bits
    assert {value.dtype for value in load_file(weights.file("trial")).values()} == {torch.float16}


def test_a_recording_says_what_was_computed_in(images, monkeypatch):
    recipe = recordings.Recipe("linear_classifier", 1, seeds=(0,), test=False, half=True)
    for able, precision in ((True, "bfloat16"), (False, "float32")):
        monkeypatch.setattr(device, "has_bfloat16", lambda where, able=able: able)
        assert recordings.make(f"trial-{able}", recipe, images).made["precision"] == precision


def test_an_epoch_in_bfloat16_learns_as_much_as_one_in_float32():
    """Within the spread of the seeds: accuracy on held-out images of the sample after the same steps."""
    split, validation = data.hold_out(data.sample().train, 500)
    right: dict[bool, list[float]] = {}
    for mixed in (False, True):
        right[mixed] = []
        for seed in range(3):
            train.seed_everything(seed)
            net = models.modern_lenet()
            batches = data.Batches(split, 32, shuffle=True, seed=seed)
            train.fit(net, batches, epochs=2, optimizer=torch.optim.Adam(net.parameters(), 0.003), mixed=mixed,
                      progress=False)  # fmt: skip
            right[mixed].append(train.accuracy(net, data.Batches(validation, 500)))
    spread = max(max(values) - min(values) for values in right.values())
    assert abs(sum(right[True]) - sum(right[False])) / 3 <= max(spread, 0.02)
    assert min(right[True]) > 0.6


def places(sides):
    """A network that answers by where the light is: in which of 28 columns, or of 28 rows."""
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 28, bias=False))
    column = torch.arange(784) % 28 if sides == "columns" else torch.arange(784) // 28
    net[1].weight.data = (column == torch.arange(28)[:, None]).float()
    return net


@pytest.mark.parametrize("sides", ["columns", "rows"])
def test_answers_that_a_shift_changes_are_counted_in_all_four_directions(sides):
    """A point that stands still along the sides asked for, and moves along the others: half of the answers change."""
    images = torch.zeros(3, 28, 28, dtype=torch.uint8)
    images[0, 14, 14] = images[1, 5, 20] = images[2, 4, 4] = 255
    assert recordings.changed(places(sides), images, 4) == [0.5] * 4


def test_a_picture_counts_in_the_directions_in_which_it_loses_nothing():
    images = torch.zeros(1, 28, 28, dtype=torch.uint8)
    images[0, :, 3:6] = 255  # from top to bottom; three free columns on the left, 22 on the right
    net = places("columns")
    assert recordings.changed(net, images, 3) == [1.0] * 3
    assert recordings.changed(net, images, 4) == [1.0] * 4  # to the right alone
    rows = places("rows")
    assert recordings.changed(rows, images, 4) == [0.0] * 4
    with pytest.raises(ValueError, match="none has 23 black columns or rows at a side"):
        recordings.changed(net, images, 23)


def test_shifts_are_recorded_with_the_curves_and_on_the_images_held_out(images):
    recipe = recordings.Recipe("windowed_lenet", 1, seeds=(0, 1), test=False, settings={"window": 4}, shifts=2)
    dark = images.train.images.clone()
    dark[:, :2] = 0
    images = images._replace(train=images.train._replace(images=dark))
    made = recordings.make("trial", recipe, images)
    assert [len(run["changed"]) for run in made.runs] == [2, 2]
    assert all(0 <= share <= 1 for share in made.curve("changed"))
