"""The five networks side by side: costs that are counted, accuracies by one recipe, times that are measured."""

from __future__ import annotations

import json
from functools import partial

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from helpers import models, network, recordings, timings
from helpers.compared import EPOCHS, FIELDS, compared, recorded

CONTENDERS = [(field, one) for field, contenders in FIELDS.items() for one in contenders]
each = pytest.mark.parametrize(("field", "one"), CONTENDERS, ids=lambda value: getattr(value, "title", value))


def test_there_are_five_in_each_field_in_the_order_of_the_chapters():
    for contenders in FIELDS.values():
        assert [one.key for one in contenders] == ["lenet", "alexnet", "vgg", "nin", "googlenet"]


@each
def test_parameters_are_the_networks_own(field, one):
    (row,) = (row for row in compared(field) if row.key == one.key)
    assert row.parameters == sum(p.numel() for p in one.build().parameters())
    assert (row.title, row.side) == (one.title, one.input_shape[1])


def test_the_networks_of_the_notes_have_their_known_sizes():
    known = [61_706, 46_764_746, 2_018_346, 1_992_166, 5_977_530]
    assert [row.parameters for row in compared("notes")] == known


def flops(model, input_shape):
    """Floating-point operations for one image, by PyTorch's own count of what runs."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model.eval()(torch.zeros(1, *input_shape))
    return counter.get_total_flops()


@each
def test_multiply_adds_are_half_of_the_operations_that_pytorch_counts(field, one):
    (row,) = (row for row in compared(field) if row.key == one.key)
    with torch.device("meta"):
        assert 2 * row.multiply_adds == flops(one.build(), one.input_shape)


@pytest.mark.parametrize(
    ("make", "input_shape"),
    [
        (models.vgg, (1, 224, 224)),
        (partial(models.alexnet, size=227, normalised=True, groups=2, in_channels=3, classes=1000), (3, 227, 227)),
    ],
    ids=["VGG-11", "AlexNet in two groups"],
)
def test_pytorchs_count_is_ours_for_larger_networks_too(make, input_shape):
    with torch.device("meta"):
        net = make()
        rows = network.table(network.trace(net, input_shape), input_shape)
        assert 2 * sum(row.multiply_adds for row in rows) == flops(net, input_shape)
        assert sum(row.parameters for row in rows) == sum(p.numel() for p in net.parameters())


def test_those_that_pages_hold_are_those_that_are_compared():
    page = {one.key: one for one in FIELDS["page"]}
    assert set(models.TRAINED) <= set(page)
    for key, trained in models.TRAINED.items():
        assert (trained.title, trained.input_shape) == (page[key].title, page[key].input_shape)
        shapes = [{name: p.shape for name, p in net.named_parameters()} for net in (trained.build(), page[key].build())]
        assert shapes[0] == shapes[1]


def recipe(one):
    """How a contender was trained, apart from its network, file of weights and how often; None without a recording."""
    if (recording := recorded(one)) is None:
        return None
    made = vars(recording.recipe)
    apart = ("network", "settings", "size", "weights", "compact", "seeds")
    return {name: made[name] for name in made if name not in apart}


def test_the_recordings_of_the_pages_networks_follow_one_recipe():
    recipes = [made for one in FIELDS["page"] if (made := recipe(one))]
    assert len(recipes) >= 2
    assert all(made == recipes[0] for made in recipes)
    assert recipes[0]["epochs"] == EPOCHS["page"]


def test_the_recordings_of_the_notes_networks_follow_the_notes():
    recipes = [made for one in FIELDS["notes"] if (made := recipe(one))]
    assert recipes
    for made in recipes:
        assert (made["lr"], made["batch_size"], made["weight_decay"]) == (0.001, 256, 0)
        assert not any(made[name] for name in ("one_cycle", "flips", "shift", "label_smoothing", "average"))
        assert made["epochs"] >= EPOCHS["notes"]  # the first five of ten are a training of their own


@each
def test_accuracies_are_the_recordings_and_there_is_none_without_one(field, one):
    (row,) = (row for row in compared(field) if row.key == one.key)
    if recipe(one) is None:
        assert (row.accuracy, row.spread) == (None, None)
        return
    made, count = recorded(one), EPOCHS[field]
    assert row.accuracy == pytest.approx(made.curve("validation_accuracy")[:count], abs=1e-5)
    assert len(row.accuracy) == count
    assert (row.spread is not None) == (len(made.runs) >= 3)


def test_a_recording_that_is_there_and_broken_is_no_missing_one(monkeypatch, tmp_path):
    monkeypatch.setattr(recordings, "FOLDER", tmp_path)
    lenet = FIELDS["page"][0]
    assert recorded(lenet) is None
    (tmp_path / "lenet-page.json").write_text("{", encoding="utf-8")
    with pytest.raises(json.JSONDecodeError):
        recorded(lenet)


def test_a_spread_is_that_of_the_last_epoch_that_counts():
    lenet = compared("notes")[0]
    fifth = [run["validation_accuracy"][4] for run in recordings.load("lenet-classical").runs]
    mean = sum(fifth) / 3
    assert lenet.spread == pytest.approx((sum((value - mean) ** 2 for value in fifth) / 2) ** 0.5, abs=1e-5)


def test_every_network_has_a_time_and_the_machine_a_name():
    told = json.loads(timings.FILE.read_text(encoding="utf-8"))
    assert {field: list(names) for field, names in told["seconds"].items()} == {
        field: [one.key for one in contenders] for field, contenders in FIELDS.items()
    }
    assert all(0 < timings.seconds(field, one.key) < 1 for field, one in CONTENDERS)
    assert (timings.made()["precision"], timings.made()["threads"]) == ("float32", 1)
    assert len(timings.made()["device"]) > 5


@pytest.mark.slow
def test_the_command_measures_what_is_stored(monkeypatch, tmp_path):
    monkeypatch.setattr(timings, "FILE", tmp_path / "timings.json")
    monkeypatch.setattr(timings, "measure", lambda measure=timings.measure: measure(turns=1, batch=1, turn=0))
    timings.main()
    made = json.loads(timings.FILE.read_text(encoding="utf-8"))
    assert made["seconds"].keys() == FIELDS.keys()
    notes = made["seconds"]["notes"]
    assert notes["alexnet"] > 5 * notes["lenet"] > 0


def test_what_is_not_there_is_refused_with_what_is():
    with pytest.raises(ValueError, match=r"there is no field 'best'; there are: page, notes"):
        compared("best")
    with pytest.raises(ValueError, match=r"no time is recorded for page/resnet; recorded are: page/lenet, "):
        timings.seconds("page", "resnet")
