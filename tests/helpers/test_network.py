"""The table of a network is what PyTorch does; what it refuses, PyTorch refuses."""

import copy
import pickle
import random
import re
import threading

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, prune, spectral_norm, weight_norm

from helpers import network, shapes
from helpers.models import lenet
from tests.networks import field_by_gradient, largest_fields, networks, unchanged, uneven_networks


def test_random_networks_are_pytorchs_and_the_first_impossible_layer_is_named(sweep):
    refused, cases = 0, networks(sweep(5000, least=600), seed=5)
    for case in cases:
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
    assert len(cases) / 4 < refused < 3 * len(cases) / 4


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
        mixing = {"AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "Linear"}
        if "Flatten" in kinds:
            mixing |= {"Softmax", "LogSoftmax"}  # which reads the whole vector
        if case.outputs()[-1] is None or kinds & mixing:
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


def test_the_largest_field_is_pytorchs_derivative_or_unknown():
    known = unknown = 0
    small = [case for case in networks(60, seed=9) if len(case.layers) <= 4]
    for case in [*uneven_networks(100, seed=10), *small]:
        if case.outputs()[-1] is None:
            continue
        rows = network.table(case.layers, case.input_shape)
        for a in (0, 1):
            for row, expected in zip(rows, largest_fields(case, a), strict=True):
                assert row.field[a] in (expected, None), (case, a, rows)
                known, unknown = known + (row.field[a] is not None), unknown + (row.field[a] is None)
    assert known > 300
    assert 0 < unknown < known / 4


@pytest.mark.parametrize(
    ("layers", "height", "expected"),
    [
        (
            [{"kind": "AdaptiveAvgPool2d", "output_size": 3}, {**CONV, "kernel_size": 1, "stride": 2, "padding": 0}],
            2,
            1,
        ),
        ([{"kind": "AdaptiveAvgPool2d", "output_size": 1}, {**CONV, "kernel_size": 1, "stride": 2}], 5, 0),
        ([CONV, {"kind": "Flatten"}, {"kind": "Softmax"}], 5, 5),
    ],
)
def test_a_field_is_never_larger_than_the_gradient_of_every_output(layers, height, expected):
    X = torch.rand(1, 1, height, 1, requires_grad=True)
    made = network.build(layers, (1, height, 1))(X).flatten()
    rows = [torch.autograd.grad(y, X, retain_graph=True)[0].flatten().nonzero().flatten() for y in made]
    assert max(int(seen.max() - seen.min()) + 1 if len(seen) else 0 for seen in rows) == expected
    field = network.table(layers, (1, height, 1))[-1].field[0]
    assert field is None or field == expected + 2 * (layers[0] is CONV)  # the padding on either side


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
        (nn.Sequential(CONVOLUTION, nn.ReLU(), CONVOLUTION), "0 runs twice with the same weights"),
        (Custom(lambda X, a, b: a(X), nn.ReLU(), nn.Conv2d(1, 1, 1)), r"modules_\.1 has weights, but"),
        (Weight(), "scale is a parameter of Weight itself and belongs to none of its layers"),
        (nn.Sequential(nn.ConvTranspose2d(1, 1, 3)), "0 is a ConvTranspose2d, .* Known are Conv2d"),
        (nn.Sequential(nn.Conv2d(1, 1, 2, padding="same")), "an odd kernel, or padding as a number"),
        (nn.Sequential(nn.Flatten(2)), "start_dim=1, end_dim=-1 would fit"),
        (nn.Sequential(nn.Softmax(dim=2)), "Softmax with dim=2"),
        (nn.Sequential(nn.AdaptiveAvgPool2d((None, 1))), "output_size=1 would fit"),
        (nn.Sequential(nn.Linear(8, 2)), r"Layer 1 \(Linear\): .* a Flatten is missing"),
        (nn.Sequential(nn.Conv2d(3, 1, 3)), "The model itself refuses an input of 1×8×8"),
        (nn.Sequential(*(nn.ReLU() for _ in range(257))), "at least one and at most 256"),
        (nn.Sequential(), "at least one"),
    ],
)
def test_what_is_no_tree_of_known_layers_is_refused_with_its_name(model, message):
    modes = [module.training for module in model.modules()]
    with pytest.raises(ValueError, match=message):
        network.trace(model, (1, 8, 8))
    assert [module.training for module in model.modules()] == modes
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def tied():
    model = nn.Sequential(nn.Conv2d(1, 1, 3), nn.Conv2d(1, 1, 3))
    model[1].weight = model[0].weight
    return model


def extra():
    model = nn.Sequential(nn.Conv2d(1, 1, 3))
    model[0].gain = nn.Parameter(torch.ones(1))
    return model


def listed():
    model = nn.Sequential(nn.ReLU())
    model.gains = nn.ParameterList([torch.ones(1)])
    return model


def quantised():
    from torch.ao.quantization import quantize_dynamic

    return quantize_dynamic(nn.Sequential(nn.Flatten(), nn.Linear(64, 2)), {nn.Linear})


class Raising(nn.Module):
    """A model that raises what it is given."""

    def __init__(self, error):
        super().__init__()
        self.norm, self.error = nn.BatchNorm2d(1), error

    def forward(self, X):
        self.norm(X)
        raise self.error


class OptimizedModule(nn.Module):
    """As torch.compile names its wrapper, which takes seconds to import."""

    def __init__(self):
        super().__init__()
        self._orig_mod = nn.ReLU()


def locked():
    model = nn.Sequential(nn.ReLU())
    model.lock = threading.Lock()
    return model


def uninitialised():
    class Forgotten(nn.Module):
        def __init__(self):
            pass

    return Forgotten()


def around():
    """A model whose forward names the model: a copy would run the model itself, in training mode."""
    model = nn.Sequential(nn.BatchNorm2d(1))
    model.forward = lambda X: model[0](X)
    return model


def shared():
    class Single(nn.Conv2d):
        def __deepcopy__(self, memo):
            return self

    return nn.Sequential(Single(1, 1, 1))


SCRIPTED = "has been compiled by torch.jit"


def plain_by(parts, cure):
    """What is said of a first layer whose weight is computed from these, and what would undo it."""
    return rf"^0\.weight is not a parameter: it is computed from {parts} each .* torch\.nn\.utils\..*{cure}\(.*\) makes"


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.Sequential(nn.Conv2d(1, 1, 1), torch.jit.script(nn.ReLU())), rf"1 \(ReLU\) {SCRIPTED}"),
        (lambda: torch.jit.script(nn.Sequential(nn.ReLU())), f"Sequential {SCRIPTED}"),
        (lambda: torch.jit.trace(nn.Conv2d(1, 1, 1), torch.zeros(1, 1, 8, 8)), f"Conv2d {SCRIPTED}"),
        (lambda: nn.DataParallel(nn.Sequential(nn.ReLU())), r"DataParallel is a wrapper .* its \.module, would fit"),
        (lambda: nn.Sequential(OptimizedModule()), r"0 \(OptimizedModule\) is a wrapper .* its \._orig_mod"),
        (lambda: nn.Sequential(nn.LazyConv2d(3, 3)), r"0 \(LazyConv2d\) is lazy"),
        (lambda: nn.Sequential(nn.LazyBatchNorm2d()), r"0 \(LazyBatchNorm2d\) is lazy"),
        (quantised, r"1 is a torch\.ao\.nn\.quantized\..*Linear, which the table does not know"),
        (lambda: nn.Sequential(nn.MultiheadAttention(8, 2)), "0 is a MultiheadAttention, which the table"),
        (
            lambda: nn.Sequential(weight_norm(nn.Conv2d(1, 2, 3))),
            plain_by("0.weight_g, 0.weight_v", "remove_weight_norm"),
        ),
        (lambda: nn.Sequential(spectral_norm(nn.Linear(8, 8))), plain_by("0.weight_orig", "remove_spectral_norm")),
        (lambda: prune.l1_unstructured(nn.Conv2d(1, 2, 3), "weight", 0.5), "^weight is not a parameter.*prune.remove"),
        (
            lambda: nn.Sequential(parametrizations.weight_norm(nn.Conv2d(1, 2, 3))),
            plain_by(r".*original0, .*original1", "remove_parametrizations"),
        ),
        (
            lambda: nn.Sequential(parametrizations.spectral_norm(nn.Conv2d(1, 2, 3))),
            plain_by(".*original", "remove_parametrizations"),
        ),
        (tied, r"1\.weight is the same tensor as 0\.weight"),
        (extra, r"0\.gain is a parameter that a Conv2d does not have"),
        (listed, r"gains\.0 is a parameter of gains \(ParameterList\) itself"),
        (lambda: nn.Sequential(nn.Sequential(Weight())), r"0\.0\.scale is a parameter of 0\.0 \(Weight\) itself"),
        (lambda: Raising(AssertionError()), r"1×8×8: AssertionError: raise self\.error$"),
        (lambda: Raising(AssertionError("28 pixels wide, please")), "1×8×8: 28 pixels wide, please$"),
        (lambda: Raising(KeyError("mask")), "1×8×8: KeyError: 'mask'$"),
        (lambda: Raising(ZeroDivisionError()), r"ZeroDivisionError: raise self\.error$"),
        (locked, "^The model cannot be copied.*cannot pickle"),
        (uninitialised, "^The model cannot be copied.*no attribute"),
        (around, "A copy of the model still uses 0.num_batches_tracked of the model itself"),
        (shared, "A copy of the model still uses 0 of the model itself"),
    ],
)
def test_what_cannot_be_watched_or_counted_is_refused_by_name_and_nothing_changes(make, message):
    model = make()
    with unchanged(model), pytest.raises(ValueError, match=message):
        network.trace(model, (1, 8, 8))


class Noisy(nn.Module):
    """A model with a state, random numbers, and something that goes wrong inside, if it is given one."""

    def __init__(self, error=None):
        super().__init__()
        self.conv, self.norm, self.drop, self.error = nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Dropout(), error
        self.register_buffer("count", torch.zeros(()))
        self.norm.eval()
        self.conv.weight.requires_grad_(False)

    def forward(self, X):
        self.count += 1
        self.train()
        torch.rand(3), random.random(), np.random.rand()
        self.conv.bias.data.add_(1)
        if self.error:
            raise self.error
        return self.drop.eval()(self.norm.eval()(self.conv(X)))


def test_nobodys_model_is_changed():
    model = Noisy()
    with unchanged(model):
        assert [layer["kind"] for layer in network.trace(model, (1, 8, 8))] == ["Conv2d", "BatchNorm2d", "Dropout"]
    for error in (RuntimeError("no"), AssertionError(), KeyboardInterrupt(), SystemExit()):
        model = Noisy(error)
        with unchanged(model), pytest.raises(ValueError if isinstance(error, Exception) else type(error)):
            network.trace(model, (1, 8, 8))


def test_hooks_that_fail_halfway_stay_on_nothing(monkeypatch):
    model, real, calls = nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU()), nn.Module.register_forward_hook, []

    def fails(self, *arguments, **options):
        calls.append(self)
        if len(calls) == 2:
            raise RuntimeError("no hook here")
        return real(self, *arguments, **options)

    monkeypatch.setattr(nn.Module, "register_forward_hook", fails)
    with unchanged(model), pytest.raises(RuntimeError, match="no hook here"):
        network.trace(model, (1, 8, 8))
    assert len(calls) == 2


def test_what_the_models_own_hooks_change_is_seen():
    for register in ("register_forward_hook", "register_forward_pre_hook"):
        model = nn.Sequential(nn.ReLU(), nn.Sigmoid())
        getattr(model[0 if register == "register_forward_hook" else 1], register)(lambda module, *values: values[-1] + 1 if register == "register_forward_hook" else (values[0][0] + 1,))  # fmt: skip  # noqa: B023, E501
        with pytest.raises(ValueError, match=r"1 \(Sigmoid\) does not read just what 0 gives"):
            network.trace(model, (1, 8, 8))


def test_a_refusal_that_the_model_catches_is_told_all_the_same():
    def forward(X, a):
        try:
            return a(X)
        except ValueError:
            return X

    with pytest.raises(ValueError, match=r"modules_\.0 is a ConvTranspose2d"):
        network.trace(Custom(forward, nn.ConvTranspose2d(1, 1, 3)), (1, 8, 8))


def test_in_inference_mode_a_model_is_traced_as_ever():
    with torch.inference_mode():
        assert len(network.trace(nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU()), (1, 8, 8))) == 2


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
