"""`make bench` measures what it says; how fast this machine is, no test asks."""

from functools import partial

import pytest
import torch
from torchvision import transforms
from torchvision.datasets import FashionMNIST

from benchmarks import modern, operations, training
from benchmarks.figures import Figure
from helpers import data, device, models


def test_all_ways_are_measured_against_pytorch_in_one_run():
    figures = operations.measure(size=12, kernel=3, rounds=1)
    assert len(figures) == 3
    assert figures[-1].value == 1  # F.conv2d against itself
    assert all(figure.value > 0 for figure in figures)


def test_a_figure_is_held_against_its_target():
    assert Figure("weight", 599, "KB", most=600).met
    assert not Figure("weight", 601, "KB", most=600).met
    assert not Figure("speed", 2.9, "×", least=3).met
    assert "NOT MET" in Figure("speed", 2.9, "×", least=3).verdict
    assert Figure("a figure without a target", 7, "×").verdict == ""


def test_the_notes_pipeline_gives_the_same_images(tmp_path):
    """What is timed against each other is the same work."""
    sample = data.sample().train.take(torch.arange(64))
    with training.as_torchvision_keeps_it(sample) as folder:
        theirs = FashionMNIST(folder, transform=transforms.ToTensor())
        X, y = next(iter(data.Batches(sample, 64)))
        torch.testing.assert_close(torch.stack([image for image, _ in theirs]), X)
        assert [label for _, label in theirs] == y.tolist()


def test_both_ways_of_training_are_timed_in_one_run(monkeypatch):
    small = data.sample()
    monkeypatch.setattr(data, "fashion_mnist", lambda: small._replace(train=small.train.take(torch.arange(300))))
    figures = training.measure(rounds=1, pictures=40)
    assert [figure.unit for figure in figures] == ["×", "", "×"]
    assert all(figure.value >= 0 for figure in figures)


@pytest.mark.parametrize("half", [False, True])
def test_both_ways_take_the_same_ten_batches_of_a_modern_network(monkeypatch, half):
    small = data.sample()
    monkeypatch.setattr(data, "fashion_mnist", lambda: small)
    monkeypatch.setattr(device, "has_bfloat16", lambda where: half)
    tiny = modern.Network("tiny", partial(models.alexnet, 32, 67), 67, 2.5)
    (figure,) = modern.measure([tiny], batch=4)
    assert figure.value > 0
    assert figure.least == (2.5 if half else 1.2)
    assert "bfloat16" in figure.name if half else "float32" in figure.name


def test_the_networks_that_are_timed_are_those_of_the_course():
    counts = [sum(p.numel() for p in one.build().parameters()) for one in modern.NETWORKS]
    assert counts == [46_764_746, 2_018_346, 1_992_166, 5_977_530]
