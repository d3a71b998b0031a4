"""The LeNet explorer in Python: it holds the page's state, and PyTorch judges it."""

from __future__ import annotations

import base64
import json
import re

import pytest
import torch

from helpers import data, models
from helpers.weights import LENET
from helpers.widgets import LeNetExplorer, TrainedExplorer, bundle


@pytest.fixture
def explorer():
    return LeNetExplorer(id="here")


def test_it_starts_with_two_images_of_each_class(explorer):
    assert explorer.labels == [label for label in range(10) for _ in range(2)]
    assert len(base64.b64decode(explorer.gallery)) == 20 * 28 * 28
    assert repr(explorer) == "LeNetExplorer(20 images)"


def test_its_output_is_the_trained_networks(explorer):
    X = torch.tensor(explorer.image)[None, None] / 255
    with torch.no_grad():
        torch.testing.assert_close(explorer.output.float(), models.trained_lenet()(X)[0], rtol=1e-4, atol=1e-4)
    assert explorer.output.dtype == torch.float64


def test_edited_kernels_and_silenced_units_reach_the_network(explorer):
    before = explorer.output
    explorer.kernels = [(1, 2, 0, torch.eye(5)), (2, 15, 5, torch.zeros(5, 5))]
    explorer.silenced = [(1, 0), (2, 3), (3, 119), (4, 83)]
    net = explorer.model
    assert net[0].weight[2, 0].tolist() == torch.eye(5).tolist()
    assert not net[3].weight[15, 5].any()
    seen, X = {}, torch.tensor(explorer.image, dtype=torch.float64)[None, None] / 255
    for place, unit in ((1, 0), (4, 3), (8, 119), (10, 83)):  # the activations after the layers
        net[place].register_forward_hook(lambda _, __, Y, place=place, unit=unit: seen.update({place: Y[:, unit]}))
    net(X)
    assert len(seen) == 4
    assert not any(Y.any() for Y in seen.values())
    untouched = models.trained_lenet().double()
    torch.testing.assert_close(net[11].weight, untouched[11].weight)
    torch.testing.assert_close(net[3].weight[15, :5], untouched[3].weight[15, :5])
    assert not torch.allclose(explorer.output, before)
    assert repr(explorer) == "LeNetExplorer(20 images, 6 changes)"


def test_images_of_ones_own_are_taken(explorer):
    images, labels = torch.full((3, 28, 28), 7, dtype=torch.uint8), torch.tensor([1, 2, 3])
    own = LeNetExplorer(images, labels, image=[[0] * 28] * 28)
    assert own.labels == [1, 2, 3]
    assert own.image == ((0.0,) * 28,) * 28


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ({"image": torch.zeros(32, 32)}, ValueError, "28×28"),
        ({"image": torch.zeros(30, 30)[:, :28]}, ValueError, "at most 28×28"),
        ({"image": torch.zeros(28, 27)}, ValueError, "28×27 was given"),
        ({"image": torch.full((28, 28), 256.0)}, ValueError, "between 0 .black. and 255"),
        ({"image": "boot"}, TypeError, "boot"),
        ({"images": torch.zeros(2, 28, 28, dtype=torch.uint8)}, ValueError, "labels|images"),
        ({"images": torch.zeros(2, 28, 28), "labels": [0, 1]}, ValueError, r"float32 \(2, 28, 28\)"),
        ({"images": torch.zeros(2, 28, 28, dtype=torch.uint8), "labels": [0]}, ValueError, r"\(1,\)"),
        ({"images": torch.zeros(1, 28, 28, dtype=torch.uint8), "labels": [10]}, ValueError, "0 to 9"),
    ],
)
def test_other_pictures_are_refused_with_what_would_fit(arguments, kind, message):
    with pytest.raises(kind, match=message):
        LeNetExplorer(**arguments)


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("kernels", [(3, 0, 0, [[0] * 5] * 5)], ValueError),
        ("kernels", [(1, 6, 0, [[0] * 5] * 5)], ValueError),
        ("kernels", [(1, 0, 1, [[0] * 5] * 5)], ValueError),
        ("kernels", [(2, 0, 0, [[0] * 3] * 3)], ValueError),
        ("kernels", [(2, 0, 0, [[float("nan")] * 5] * 5)], ValueError),
        ("kernels", "all", TypeError),
        ("silenced", [(5, 0)], ValueError),
        ("silenced", [(2, 16)], ValueError),
        ("silenced", [2], TypeError),
        ("silenced", [(1, True)], TypeError),
        ("off", ["0"], ValueError),  # it gives another shape than it reads
        ("off", ["6"], ValueError),  # it only hands on
        ("off", ["1.0"], ValueError),
        ("off", "1", TypeError),
    ],
)
def test_other_changes_are_refused_and_nothing_is_changed(explorer, name, value, kind):
    with pytest.raises(kind):
        setattr(explorer, name, value)
    assert getattr(explorer, name) == ()


def test_the_stored_html_holds_pictures_and_no_weights(explorer):
    html = explorer.html()
    state = json.loads(re.search(r'data-state="([^"]*)"', html)[1].replace("&quot;", '"'))
    assert {
        "network",
        "layers",
        "shapes",
        "image",
        "kernels",
        "silenced",
        "off",
        "gallery",
        "labels",
        "version",
    } <= set(state)
    assert not {"weights", "tests"} & set(state)
    assert len(html) < 40_000
    assert re.search(r"<tr><th>ankle boot</th><td>−?[\d.]+</td><td>[\d.]+ %</td></tr>", html)
    assert state["image"] == [[int(level) for level in row] for row in explorer.image]


def test_the_file_of_weights_is_small_and_the_sites_script_holds_it():
    assert LENET.stat().st_size < 400_000
    held = re.fullmatch(r'globalThis\.convnets\.lenetWeights = "([^"]+)";\n', bundle.assets()["lenet-weights.js"])
    assert base64.b64decode(held[1]) == LENET.read_bytes()


def test_the_trained_network_is_as_good_as_recorded():
    """On the sample's 1,000 test images, within what so few can tell."""
    from helpers import recordings, train

    recorded = recordings.load("lenet-modern").runs[0]["test_accuracy"]
    assert abs(train.accuracy(models.trained_lenet(), data.Batches(data.sample().test, 500)) - recorded) < 0.03


def test_a_layer_that_is_left_out_hands_on_what_it_reads(explorer):
    explorer.off = ["4", "8"]
    net, X = models.trained_lenet().double(), torch.tensor(explorer.image, dtype=torch.float64)[None, None] / 255
    net[4] = net[8] = torch.nn.Identity()
    with torch.no_grad():
        torch.testing.assert_close(explorer.output, net(X)[0])


def test_an_unknown_network_is_refused():
    with pytest.raises(ValueError, match="no trained network 'resnet'; there is lenet"):
        TrainedExplorer("resnet")
