"""Recorded runs say what was done, and are what the recipe gives."""

from __future__ import annotations

import json

import pytest
import torch

from helpers import data, models, recordings


@pytest.fixture
def images():
    """600 and 100 pictures whose brightness tells their class."""
    draw = torch.Generator().manual_seed(0)

    def split(count):
        labels = torch.arange(count) % 10
        noise = torch.randint(0, 12, (count, 28, 28), generator=draw)
        return data.Split((labels[:, None, None] * 24 + noise).to(torch.uint8), labels)

    return data.Data(split(600), split(100), "made up")


def test_a_recording_holds_curves_tests_and_provenance(images, tmp_path, monkeypatch):
    monkeypatch.setattr(recordings, "FOLDER", tmp_path)
    recipe = recordings.Recipe("linear_classifier", 3, batch_size=50, lr=0.01, seeds=(0, 1))
    made = recordings.make("trial", recipe, images)
    recordings.save(made)
    again = recordings.load("trial")
    assert again == made
    assert [len(run["loss"]) for run in again.runs] == [3, 3]
    assert len(again.curve("validation_accuracy")) == 3
    assert all(0 <= run["test_accuracy"] <= 1 for run in again.runs)
    assert set(again.made) == {"device", "torch", "python", "commit", "data"}
    assert "2 seeds" in repr(again)
    assert (
        recordings.make("trial", recipe, images).runs[0]["loss"] == made.runs[0]["loss"]
    )  # the same seed, the same run


def test_one_cycle_ends_at_nothing_and_augmentation_is_used(images):
    recipe = recordings.Recipe("modern_lenet", 1, batch_size=100, one_cycle=True, flips=True, shift=1)
    net, history = recordings._trained(recipe, 0, images.train, images.test)
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
    assert len(recording.runs) == len(recording.recipe.seeds) == 3
    assert all(len(run["validation_accuracy"]) == recording.recipe.epochs for run in recording.runs)
    assert recording.made["data"]["sha256"] == data.checksums()
    assert recording.made["data"]["training"] == 60_000
    json.dumps(recording.made)
