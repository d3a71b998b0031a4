"""The table of a network is what PyTorch does; what it refuses, PyTorch refuses."""

import copy
import pickle
import re

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers import network, shapes
from helpers.models import lenet
from tests.networks import field_by_gradient, networks


def test_1500_random_networks_are_pytorchs_and_the_first_impossible_layer_is_named():
    refused = 0
    for case in networks(1500, seed=5):
        outputs = case.outputs()
        if outputs[-1] is None:
            refused += 1
            with pytest.raises(
                ValueError, match=rf"^Layer {len(outputs)} \({case.layers[len(outputs) - 1]['kind']}\): "
            ):
                network.table(case.layers, case.input_shape, case.batch)
            continue
        rows = network.table(case.layers, case.input_shape, case.batch)
        assert [row.shape for row in rows] == [tuple(Y.shape[1:]) for Y in outputs], case
        assert [row.memory for row in rows] == [Y.numel() * Y.element_size() * case.batch for Y in outputs]
    assert 400 < refused < 1100


def plain(module):
    """A module's text with one number where rows and columns are equal, and no point in whole ones."""
    return re.sub(r"\((\d+), \1\)", r"\1", repr(module)).replace(".0,", ",")


def test_build_is_the_table_and_its_trace_is_the_network():
    kept = 0
    for case in networks(600, seed=6):
        if case.outputs()[-1] is None:
            continue
        kept += 1
        model = network.build(case.layers, case.input_shape)
        rows = network.table(case.layers, case.input_shape)
        assert [row.parameters for row in rows] == [sum(p.numel() for p in one.parameters()) for one in model]
        traced = network.trace(model, case.input_shape)
        assert [{**layer, "name": ""} for layer in traced] == list(network.checked(case.layers))
        for row, one in zip(rows, model, strict=True):
            assert plain(eval(f"nn.{row.text}", {"nn": nn})) == plain(one)  # the text is the module
    assert kept > 200


def multiply_adds(layer, Y):
    """By counting: what each output element sums up."""
    weight = getattr(layer, "weight", None) if isinstance(layer, nn.Conv2d | nn.Linear) else None
    return 0 if weight is None else Y[0].numel() * weight[0].numel()


def test_multiply_adds_are_what_each_output_sums_up():
    for case in networks(200, seed=7):
        outputs = case.outputs()
        if outputs[-1] is not None:
            model = network.build(case.layers, case.input_shape)
            counted = [multiply_adds(*pair) for pair in zip(model, outputs, strict=True)]
            assert [row.multiply_adds for row in network.table(case.layers, case.input_shape)] == counted


pytestmark = pytest.mark.filterwarnings("ignore:dropout2d")  # on vectors it is on its way out

CONV = {"kind": "Conv2d", "kernel_size": 3, "padding": 1}
POOL = {"kind": "MaxPool2d", "kernel_size": 2}
STACKS = [
    [CONV],
    [CONV, POOL, CONV],
    [{**CONV, "kernel_size": (3, 5), "stride": (2, 1)}, {"kind": "ReLU"}, {**CONV, "dilation": (1, 3)}],
    [CONV, {**POOL, "kernel_size": 3, "stride": 2, "padding": 1}, {"kind": "AvgPool2d", "kernel_size": 2}, CONV],
    [POOL, {"kind": "AdaptiveAvgPool2d", "output_size": 10}, CONV],
    [{**POOL, "stride": 1}, {"kind": "AdaptiveAvgPool2d", "output_size": 1}],
    [
        {**CONV, "padding": 0},
        {"kind": "AdaptiveAvgPool2d", "output_size": (1, 58)},
        {**CONV, "kernel_size": 1, "padding": 0},
    ],
    [POOL, {"kind": "Flatten"}, {"kind": "Linear", "out_features": 3}, {"kind": "Linear", "out_features": 2}],
]


@pytest.mark.parametrize("layers", STACKS)
def test_receptive_fields_are_pytorchs_gradients(layers):
    shape = (1, 60, 60)
    row = network.table(layers, shape)[-1]
    assert row.field == field_by_gradient(network.build(layers, shape), shape)


def test_receptive_fields_follow_the_recursion_of_helpers_shapes():
    compared = 0
    for case in networks(400, seed=8):
        windows = [layer for layer in network.checked(case.layers) if "kernel_size" in layer]
        kinds = {layer["kind"] for layer in case.layers}
        if case.outputs()[-1] is None or kinds & {"AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "Linear"}:
            continue
        last = network.table(case.layers, case.input_shape)[-1]
        for a in (0, 1):
            settings = [tuple(w[key][a] for key in ("kernel_size", "stride", "padding", "dilation")) for w in windows]
            expected = [shapes.ReceptiveField(1, 1, 0), *shapes.receptive_field(settings)][-1]
            assert (last.field[a], last.jump[a]) == expected[:2]
            compared += 1
    assert compared > 150


def test_windows_of_different_sizes_have_no_single_jump():
    uneven = {"kind": "AdaptiveAvgPool2d", "output_size": 7}
    first, second, last = network.table([uneven, CONV, {"kind": "AdaptiveAvgPool2d"}], (1, 60, 60))
    assert (first.field, first.jump) == ((10, 10), (None, None))
    assert second.field == last.field == (None, None)


# --- tracing


def test_lenet_is_traced_as_the_notes_count_it():
    model = lenet.classical_lenet()
    rows = network.table(network.trace(model, (1, 28, 28)), (1, 28, 28))
    assert sum(row.parameters for row in rows) == 61_706
    assert [row.text for row in rows][:3] == [
        "Conv2d(1, 6, kernel_size=5, padding=2)", "Sigmoid()", "AvgPool2d(kernel_size=2, stride=2)",
    ]  # fmt: skip
    assert [row.name for row in rows] == [str(n) for n in range(12)]
    assert (rows[-1].shape, rows[-1].field) == ((10,), (32, 32))  # 28 elements and 2 of padding on either side


def alexnet():
    """The layers of A. Krizhevsky's second network, as torchvision has them, at a tenth of the width."""
    features = nn.Sequential(
        nn.Conv2d(3, 6, 11, stride=4, padding=2), nn.ReLU(inplace=True), nn.LocalResponseNorm(5), nn.MaxPool2d(3, 2),
        nn.Conv2d(6, 20, 5, padding=2), nn.BatchNorm2d(20), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2),
        nn.Sequential(nn.Conv2d(20, 38, 3, padding="same"), nn.ReLU(inplace=True)), nn.MaxPool2d(3, 2),
    )  # fmt: skip
    classifier = nn.Sequential(nn.Dropout(), nn.Linear(38 * 36, 40), nn.ReLU(), nn.BatchNorm1d(40), nn.Linear(40, 10))
    return nn.Sequential(features, nn.AdaptiveAvgPool2d((6, 6)), nn.Flatten(), classifier)


def test_nested_sequentials_are_flattened_and_the_model_stays_as_it_was():
    model = alexnet()
    model[0].eval()
    modes = [module.training for module in model.modules()]
    weights = copy.deepcopy(model.state_dict())
    layers = network.trace(model, (3, 224, 224))
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(value, weights[name]) for name, value in model.state_dict().items())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())
    rows = network.table(layers, (3, 224, 224))
    assert sum(row.parameters for row in rows) == sum(p.numel() for p in model.parameters())
    assert (rows[8].name, rows[8].text) == ("0.8.0", "Conv2d(20, 38, kernel_size=3, padding=1)")
    assert [rows[n].field[0] for n in (0, 3, 4, 7, 8)] == [11, 19, 51, 67, 99]


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.relu = nn.Conv2d(1, 1, 3, padding=1), nn.ReLU()

    def forward(self, X):
        return self.relu(self.conv(X) + X)


class Custom(nn.Module):
    def __init__(self, forward, *modules):
        super().__init__()
        self.modules_ = nn.ModuleList(modules)
        self.run = forward

    def forward(self, X):
        return self.run(X, *self.modules_)


class Weight(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale, self.relu = nn.Parameter(torch.ones(1)), nn.ReLU()

    def forward(self, X):
        return self.relu(X)


CONVOLUTION = nn.Conv2d(1, 1, 3, padding=1)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (nn.Sequential(Residual()), r"0\.relu \(ReLU\) does not read just what 0\.conv gives"),
        (Custom(lambda X, a: X + a(X), nn.Conv2d(1, 1, 1)), "does not give out just what its last layer"),
        (Custom(lambda X, a, b: b(F.relu(a(X))), nn.Conv2d(1, 1, 1), nn.Sigmoid()), r"nn\.ReLU\(\) for F\.relu"),
        (Custom(lambda X, a, b: b(a(X).relu_()), nn.Conv2d(1, 1, 1), nn.Sigmoid()), "modules_.1"),
        (
            Custom(lambda X, a, b: b(a(X).flatten(1)), nn.Conv2d(1, 1, 1), nn.Linear(64, 2)),
            r"nn\.Flatten\(\) for a view",
        ),
        (nn.Sequential(CONVOLUTION, nn.ReLU(), CONVOLUTION), "0 runs twice with the same weights"),
        (Custom(lambda X, a, b: a(X), nn.ReLU(), nn.Conv2d(1, 1, 1)), r"modules_\.1 has weights, but"),
        (Weight(), "Weight has weights of its own"),
        (nn.Sequential(nn.ConvTranspose2d(1, 1, 3)), "0 is a ConvTranspose2d, .* Known are Conv2d"),
        (nn.Sequential(nn.Conv2d(1, 1, 2, padding="same")), "an odd kernel, or padding as a number"),
        (nn.Sequential(nn.Flatten(2)), "start_dim=1, end_dim=-1 would fit"),
        (nn.Sequential(nn.Softmax(dim=2)), "Softmax with dim=2"),
        (nn.Sequential(nn.AdaptiveAvgPool2d((None, 1))), "output_size=1 would fit"),
        (nn.Sequential(nn.Linear(8, 2)), r"Layer 1 \(Linear\): .* a Flatten is missing"),
        (nn.Sequential(nn.Conv2d(3, 1, 3)), "The model itself refuses an input of 1×8×8"),
        (nn.Sequential(*(nn.ReLU() for _ in range(65))), "at least one and at most 64"),
        (nn.Sequential(), "at least one"),
    ],
)
def test_what_is_no_chain_of_known_layers_is_refused_with_its_name(model, message):
    modes = [module.training for module in model.modules()]
    with pytest.raises(ValueError, match=message):
        network.trace(model, (1, 8, 8))
    assert [module.training for module in model.modules()] == modes
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_activations_without_weights_may_run_twice_and_double_models_are_taken():
    relu = nn.ReLU()
    model = nn.Sequential(nn.Conv2d(1, 2, 3, padding="valid"), relu, nn.Conv2d(2, 2, 3, padding="same"), relu).double()
    layers = network.trace(model, (1, 8, 8))
    assert [layer["kind"] for layer in layers] == ["Conv2d", "ReLU", "Conv2d", "ReLU"]
    assert [layer["padding"] for layer in layers[::2]] == [(0, 0), (1, 1)]


def test_the_model_may_be_on_another_device():
    model = lenet.modern_lenet()
    assert network.trace(model.to("meta"), (1, 28, 28)) == network.trace(lenet.modern_lenet(), (1, 28, 28))
    assert next(model.parameters()).is_meta


# --- refusals of settings


@pytest.mark.parametrize(
    ("layer", "kind", "message"),
    [
        ({"kind": "Conv3d"}, ValueError, "'Conv3d' is no kind of layer known here"),
        ({"kind": "ReLU", "stride": 2}, ValueError, "ReLU has no setting stride"),
        ({"kind": "Conv2d", "kernel_size": 0}, ValueError, "Layer 1 kernel height must be at least 1; 0"),
        ({"kind": "Conv2d", "padding": (0, 65)}, ValueError, "Layer 1 padding columns can be at most 64"),
        ({"kind": "Conv2d", "stride": 1.5}, TypeError, "stride must be a whole number"),
        ({"kind": "Conv2d", "bias": 1}, TypeError, "Layer 1 bias must be True or False; 1"),
        ({"kind": "Linear", "out_features": 8193}, ValueError, "at most 8192"),
        ({"kind": "Linear", "out_features": True}, TypeError, "must be a whole number; True"),
        ({"kind": "Dropout", "p": 0.33333}, ValueError, "at most four decimals"),
        ({"kind": "Dropout", "p": "x"}, TypeError, "must be a number from 0 to 1"),
        ({"kind": "ReLU", "name": 3}, TypeError, "its name must be text"),
        ("ReLU", TypeError, "layers must be a list of dictionaries"),
    ],
)
def test_settings_out_of_range_are_refused(layer, kind, message):
    with pytest.raises(kind, match=message):
        network.table([layer], (1, 8, 8))


@pytest.mark.parametrize("shape", [(1, 513, 8), (8193, 8, 8), (1, 0, 8), (1, 8)])
def test_inputs_out_of_range_are_refused(shape):
    with pytest.raises(ValueError, match=r"at most|at least|must be \(channels"):
        network.table([{"kind": "ReLU"}], shape)


def test_what_would_be_too_large_to_count_is_refused():
    wide = {"kind": "Conv2d", "out_channels": 8192, "kernel_size": 64, "padding": 32}
    with pytest.raises(ValueError, match="multiply-adds up to 100,000,000,000,000"):
        network.table([wide], (8192, 512, 512))
    with pytest.raises(ValueError, match=r"Layer 6 .*numbers in its output up to 4,000,000,000"):
        network.table([{"kind": "Conv2d", "out_channels": 8192, "kernel_size": 1, "padding": 16}] * 9, (1, 512, 512))
    far = [{"kind": "Conv2d", "kernel_size": 2, "stride": 64, "padding": 32}] * 8
    with pytest.raises(ValueError, match="input elements seen along one axis"):
        network.table(far, (1, 8, 8))


def test_a_layer_cannot_be_changed_in_place_but_copied():
    (layer,) = network.checked([{"kind": "Conv2d"}])
    for change in (lambda: layer.update(groups=2), lambda: layer.pop("groups"), lambda: layer.clear()):
        with pytest.raises(TypeError, match=r"cannot be changed in place; make another, such as \{\*\*layer"):
            change()
    with pytest.raises(TypeError, match="in place"):
        layer["groups"] = 2
    assert copy.deepcopy(layer) == pickle.loads(pickle.dumps(layer)) == layer


def test_numbers_are_written_for_people():
    told = [network.bytes_text(n) for n in (0, 999, 1023, 1024, 1536, 1024**2 - 1, 5 * 1024**3, 3 * 1024**5)]
    assert told == ["0 B", "999 B", "1,023 B", "1.0 KiB", "1.5 KiB", "1,024.0 KiB", "5.0 GiB", "3,072.0 TiB"]
