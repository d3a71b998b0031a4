"""Networks with branches and blocks are what PyTorch makes of them: counted, built, traced, and written out."""

import json
import keyword
import pickle
import re

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torchvision import models

from helpers import network
from helpers.network.layers import RESERVED
from helpers.widgets import NetworkExplorer
from tests import trees
from tests.networks import unchanged

pytestmark = pytest.mark.filterwarnings("ignore:dropout2d")  # on vectors it is on its way out


def conv(c_o=1, k=3, **settings):
    return {"kind": "Conv2d", "out_channels": c_o, "kernel_size": k, "padding": k // 2, **settings}


def parallel(*branches, join="concat"):
    return {"kind": "Parallel", "branches": list(branches), "join": join}


def add(*branches):
    return parallel(*branches, join="add")


RELU, FLATTEN, LINEAR = {"kind": "ReLU"}, {"kind": "Flatten"}, {"kind": "Linear", "out_features": 3}
POOL = {"kind": "MaxPool2d", "kernel_size": 3, "stride": 1, "padding": 1}


# --- counting


def test_random_trees_are_pytorchs_and_the_first_impossible_row_is_named(sweep):
    refused, cases = 0, trees.trees(sweep(5000), seed=41)
    for case in cases:
        outputs, stopped = case.outputs()
        if stopped is not None:
            refused += 1
            with pytest.raises(ValueError, match=rf"^Layer {len(outputs) + 1} \({stopped}\): "):
                network.table(case.layers, case.input_shape, case.batch)
            continue
        rows = network.table(case.layers, case.input_shape, case.batch)
        assert [row.shape for row in rows] == [tuple(Y.shape[1:]) for Y in outputs], case
        assert [row.memory for row in rows] == [Y.numel() * Y.element_size() * case.batch for Y in outputs]
    assert len(cases) / 4 < refused < 3 * len(cases) / 4


def modules_of(module):
    """One module a row: layers, and what is parallel after its branches."""
    if isinstance(module, nn.Sequential):
        return [one for child in module for one in modules_of(child)]
    if hasattr(module, "branches"):
        return [one for branch in module.branches for one in modules_of(branch)] + [None]
    return [module]


def parameters(module):
    return 0 if module is None else sum(p.numel() for p in module.parameters())


def possible(count, seed):
    """Possible trees, of which one in so many is impossible."""
    return [case for case in trees.trees(count, seed) if case.outputs()[1] is None]


def test_a_built_tree_is_the_table_its_trace_the_tree_and_its_code_runs(sweep):
    cases = possible(sweep(1500), seed=42)
    assert len(cases) > sweep(1500) / 4
    for case in cases:
        rows = network.table(case.layers, case.input_shape)
        model = network.build(case.layers, case.input_shape).eval()
        with torch.no_grad():
            assert tuple(model(torch.zeros(2, *case.input_shape)).shape) == (2, *rows[-1].shape)
        assert [row.parameters for row in rows] == [parameters(module) for module in modules_of(model)]
        counted = []
        hooks = [module.register_forward_hook(lambda m, _, Y: counted.append(multiply_adds(m, Y))) for module in model.modules()]  # fmt: skip  # noqa: E501, B023
        with torch.no_grad():
            model(torch.zeros(1, *case.input_shape))
        assert len(hooks) >= len(counted) > 0
        assert sum(row.multiply_adds for row in rows) == sum(counted)
        for hook in hooks:
            hook.remove()
        flat = trees.without_blocks(network.checked(case.layers))
        assert trees.without_blocks(network.trace(model, case.input_shape)) == flat, case
        written = run(network.code(case.layers, case.input_shape))
        assert trees.without_blocks(network.trace(written, case.input_shape)) == flat, case
        for row in rows:  # a path leads to the layer
            item = {"layers": network.checked(case.layers)}
            for i in row.path:
                below = item.get("layers", item.get("branches"))
                item = below[i] if isinstance(below[i], dict) else {"layers": below[i]}
            assert row.text.startswith({"concat": "Concat", "add": "Add"}.get(item.get("join"), item["kind"]))


def multiply_adds(module, Y):
    """By counting: what each output element sums up."""
    return Y[0].numel() * module.weight[0].numel() if isinstance(module, nn.Conv2d | nn.Linear) else 0


def run(code):
    """The model that a program makes, which finds nothing but Python and PyTorch."""
    found = {"__name__": "written"}
    exec(compile(code, "written", "exec"), found)
    return found["model"]


def test_paths_texts_and_costs_of_an_inception_block_with_a_shortcut():
    block = parallel([conv(4, 1)], [conv(2, 1), conv(6, 3)], [POOL, add([], [conv(8, 1)])])
    rows = network.table([conv(8), {"kind": "Block", "name": "a", "layers": [block]}, FLATTEN, LINEAR], (1, 6, 6), 2)
    assert [(row.path, row.text.split("(")[0], row.shape) for row in rows] == [
        ((0,), "Conv2d", (8, 6, 6)),
        ((1, 0, 0, 0), "Conv2d", (4, 6, 6)),
        ((1, 0, 1, 0), "Conv2d", (2, 6, 6)),
        ((1, 0, 1, 1), "Conv2d", (6, 6, 6)),
        ((1, 0, 2, 0), "MaxPool2d", (8, 6, 6)),
        ((1, 0, 2, 1, 1, 0), "Conv2d", (8, 6, 6)),
        ((1, 0, 2, 1), "Add", (8, 6, 6)),
        ((1, 0), "Concat", (18, 6, 6)),
        ((2,), "Flatten", (648,)),
        ((3,), "Linear", (3,)),
    ]
    assert (rows[7].parameters, rows[7].multiply_adds, rows[7].memory) == (0, 0, 4 * 2 * 18 * 36)


def test_an_axis_with_many_layers_is_counted_exactly_or_refused():
    wide = [{**conv(8192, 64), "padding": 32, "stride": 1}] + [RELU] * 255
    with pytest.raises(ValueError, match="multiply-adds up to"):
        network.table(wide, (8192, 512, 512))
    with pytest.raises(ValueError, match=r"^Layer 246 .*bytes of all outputs together up to 8,000,000,000,000,000"):
        network.table([{**conv(7600, 1)}] + [RELU] * 255, (1, 512, 512), 4096)


# --- what is refused


@pytest.mark.parametrize(
    ("layers", "kind", "message"),
    [
        ([parallel([])], ValueError, r"Layer 1: the branches of a Parallel must be a list of 2 to 16 .*; 1 was given"),
        ([RELU, parallel(*[[]] * 17)], ValueError, "Layer 2: the branches .*; 17 was given"),
        ([{"kind": "Parallel"}], TypeError, "the branches of a Parallel .*; NoneType was given"),
        ([parallel([], "ReLU")], TypeError, "each|branches of a Parallel must be"),
        ([parallel([], [[]])], TypeError, "branches of a Parallel must be"),
        ([parallel([], [], join="mul")], ValueError, "join of a Parallel must be 'concat' or 'add'; 'mul' was given"),
        ([parallel([], [], join=["add"])], ValueError, "must be 'concat' or 'add'"),
        ([{**add([], []), "stride": 2}], ValueError, "Parallel has no setting stride; it has branches, join"),
        ([{**add([], []), "name": 3}], TypeError, "its name must be text"),
        ([{"kind": "Block", "layers": []}], ValueError, "layers of a Block must be a list of at least one"),
        ([{"kind": "Block", "layers": "ReLU"}], TypeError, "layers of a Block must be"),
        ([{"kind": "Block", "layers": [RELU], "join": "add"}], ValueError, "Block has no setting join; it has layers"),
        ([RELU, add([], [RELU, {"kind": "Conv3d"}])], ValueError, "Layer 3: 'Conv3d' is no kind .*, Parallel, Block"),
        ([add([RELU] * 200, [RELU] * 60)], ValueError, "at most 256, those in branches"),
        ([parallel([], []), conv(groups=3)], ValueError, r"Layer 2 \(Conv2d\): "),
        (
            [parallel([], [conv(2, 3, stride=2)])],
            ValueError,
            r"Layer 2 \(Concat\): branch 2 gives 2×4×4, but branch 1 gives 2×8×8: a concatenation .* same rows",
        ),
        ([parallel([FLATTEN], [])], ValueError, r"Layer 2 \(Concat\): branch 2 gives 2×8×8, but branch 1 gives 128: "),
        ([add([], [conv(2)], [conv(1)])], ValueError, r"Layer 3 \(Add\): branch 3 gives 1×8×8, but .* only equal"),
        ([add([FLATTEN], [FLATTEN, LINEAR])], ValueError, r"Layer 4 \(Add\): branch 2 gives 3, but branch 1 gives 128"),
        ([parallel([conv(4)], [conv(2, bias=1)])], TypeError, "Layer 2 bias must be True or False"),
    ],
)
def test_what_is_no_tree_is_refused(layers, kind, message):
    with pytest.raises(kind, match=message):
        network.table(layers, (2, 8, 8))


def test_trees_have_a_depth():
    def deep(depth):
        return [RELU] if depth == 0 else [add([], deep(depth - 1))]

    assert len(network.table(deep(8), (1, 4, 4))) == 9
    with pytest.raises(ValueError, match="nested at most 8 deep"):
        network.table(deep(9), (1, 4, 4))
    endless = add([], [])
    endless["branches"].append([endless])
    with pytest.raises(ValueError, match="nested at most 8 deep"):
        network.checked([endless])


def test_checked_items_cannot_be_changed_and_are_checked_again_as_they_are():
    items = network.checked([parallel([RELU], [{"kind": "Block", "name": "b", "layers": [conv()]}])])
    assert network.checked(items) == items == pickle.loads(pickle.dumps(items))
    assert network.checked(json.loads(json.dumps(items))) == items
    with pytest.raises(TypeError, match="in place"):
        items[0]["join"] = "add"


# --- receptive fields

UNIONS = [
    ([parallel([], [conv()])], (3, 1)),
    ([parallel([conv(1, 1)], [conv(1, 3)], [conv(1, 5)], [POOL, conv(1, 1)]), conv()], (7, 1)),
    ([add([conv(), RELU, conv()], []), add([conv(), conv()], []), {"kind": "MaxPool2d", "kernel_size": 2}], (10, 2)),
    # on one side: [0, 1] and [−1, 1]; [0, 1] and [0]; [−1, 1] and [1, 3] of a dilated window
    ([parallel([conv(1, 2, padding=0, stride=2)], [conv(1, 3, stride=2)])], (3, 2)),
    ([add([conv(1, 2, padding=0, stride=2)], [conv(1, 1, stride=2)]), conv()], (6, 2)),
    # [0, 3] and [−1, 1]
    ([parallel([conv(1, 4, padding=0, stride=4)], [conv(1, 3, stride=4)])], (5, 4)),
    ([add([conv(1, 4, padding=0, stride=4)], [conv(1, 3, stride=4)]), conv(1, 2)], (9, 4)),
    (
        [
            add([conv(1, 2, padding=0)], [conv(1, 2, padding=0)]),
            parallel([conv(1, 2, padding=0)], [conv(1, 2, padding=0, dilation=1)]),
        ],
        (3, 1),
    ),
    ([parallel([conv(1, 3, padding=0), conv(1, 3, padding=2)], [])], (5, 1)),
    (
        [parallel([conv(1, 1, padding=2), conv(1, 5, padding=0)], [conv(1, 5, padding=0), conv(1, 1, padding=2)])],
        (5, 1),
    ),
    ([parallel([conv(1, 4, padding=2, stride=2)], [conv(1, 3, padding=0, stride=2), conv(1, 2, padding=1)])], None),
    (
        [conv(2), {"kind": "Block", "layers": [add([], [conv(2), {"kind": "BatchNorm2d"}, RELU, conv(2)])]}, FLATTEN],
        (7, 1),
    ),
    ([parallel([conv(1, 3, stride=2), conv(1, 3)], [{"kind": "AvgPool2d", "kernel_size": 2}])], (7, 2)),
]


@pytest.mark.parametrize(("layers", "expected"), [pair for pair in UNIONS if pair[1] and FLATTEN not in pair[0]])
def test_the_field_of_a_join_is_the_union_by_gradients(layers, expected):
    row = network.table(layers, (1, 60, 60))[-1]
    assert (row.field[0], row.jump[0]) == expected
    assert row.field == trees.field_by_gradient(layers, (1, 60, 60))


def test_windows_with_different_steps_have_no_jump_but_a_largest_field():
    far = [conv(1, 3, stride=2), {"kind": "AdaptiveAvgPool2d", "output_size": 4}]
    row = network.table([parallel([conv(1, 4, padding=0)], [conv(1, 2, padding=0, stride=2), conv(1, 2, padding=1)])], (1, 8, 8))[-1]  # fmt: skip  # noqa: E501
    assert (row.shape, row.jump, row.field) == ((2, 5, 5), (None, None), (6, 6))  # element 4: [4, 7] and [6, 9]
    over = {"kind": "MaxPool2d", "kernel_size": 2, "ceil_mode": True}
    row = network.table([parallel([conv(1, 5, padding=0)], [over])], (1, 9, 9))[-1]
    assert row.field == (6, 6)  # element 0: [0, 4] and [0, 1], element 4: [4, 8] and [8, 9]
    rows = network.table([parallel(far, [conv(1, 5, padding=0, stride=2)]), conv(), FLATTEN, LINEAR], (1, 12, 12))
    assert rows[3].jump == (None, None)
    assert rows[4].field == (None, None)  # which of them a window picks is not kept
    assert rows[-1].field == (None, None)
    vectors = [parallel([conv(), FLATTEN, LINEAR], [FLATTEN]), LINEAR]
    assert [row.field for row in network.table(vectors, (1, 8, 8))[-2:]] == [(10, 10), (10, 10)]


def test_the_largest_field_of_random_trees_is_pytorchs_derivative_or_unknown(sweep):
    known = unknown = joins = 0
    small = [case for case in trees.trees(sweep(1500), seed=43) if max(case.input_shape[1:]) <= 16]
    for case in [*small, *trees.uneven_trees(sweep(3000), seed=44)]:
        if case.outputs()[1] is not None:
            continue
        rows = network.table(case.layers, case.input_shape)
        for a in (0, 1):
            for row, expected in zip(rows, case.spans(a), strict=True):
                assert row.field[a] in (expected, None), (case, a, row)
                known, unknown = known + (row.field[a] is not None), unknown + (row.field[a] is None)
                joins += row.text in ("Concat", "Add") and row.field[a] is not None
    assert known > 300
    assert joins > 100
    assert 0 < unknown < known / 4


def test_added_vectors_of_different_maps_do_not_correspond():
    uneven = {"kind": "AdaptiveAvgPool2d", "output_size": (4, 4)}
    halved = {"kind": "Conv2d", "out_channels": 4, "kernel_size": (1, 2), "stride": (1, 2)}
    for layers, shape in (
        ([uneven, add([FLATTEN], [halved, FLATTEN])], (2, 6, 4)),
        ([add([FLATTEN], [halved, FLATTEN])], (2, 4, 4)),
    ):
        X = torch.rand(1, *shape, dtype=torch.float64, requires_grad=True)
        model = network.build(layers, shape).double()
        for parameter in model.parameters():
            nn.init.ones_(parameter)
        seen = [torch.autograd.grad(y, X, retain_graph=True)[0].abs().sum((0, 1, 3)).nonzero() for y in model(X)[0]]
        assert len({int(rows.max() - rows.min()) for rows in seen}) > 1
        assert network.table(layers, shape)[-1].field == (None, None)
    together = [FLATTEN, add([], [RELU], [{"kind": "Tanh"}])]
    assert network.table(together, (2, 6, 4))[-1].field == (1, 1)  # of one vector, element by element


# --- tracing


class Custom(nn.Module):
    """A model with a forward of its own and these modules."""

    def __init__(self, forward, *modules):
        super().__init__()
        self.m = nn.ModuleList(modules)
        self.run = forward

    def forward(self, X):
        return self.run(X, *self.m)


def told(layers, input_shape=(2, 8, 8)):
    return [row.text for row in network.table(layers, input_shape)]


CONV = "Conv2d(2, 2, kernel_size=3, padding=1)"


def C():
    return nn.Conv2d(2, 2, 3, padding=1)


POOLED, VECTOR = ["AdaptiveAvgPool2d(output_size=1)"], ["Flatten()"]


@pytest.mark.parametrize(
    ("forward", "expected"),
    [
        (lambda X, a: torch.flatten(a(X), 1), VECTOR),
        (lambda X, a: torch.flatten(a(X), start_dim=1), VECTOR),
        (lambda X, a: a(X).flatten(1), VECTOR),
        (lambda X, a: a(X).view(X.size(0), -1), VECTOR),
        (lambda X, a: a(X).view(-1, 128), VECTOR),
        (lambda X, a: a(X).reshape(X.shape[0], -1), VECTOR),
        (lambda X, a: a(X).contiguous().reshape(len(X), -1), VECTOR),
        (lambda X, a: torch.reshape(a(X), (X.shape[0], -1)), VECTOR),
        (lambda X, a: a(X).mean((2, 3)), POOLED + VECTOR),
        (lambda X, a: torch.mean(a(X), dim=[-1, -2]), POOLED + VECTOR),
        (lambda X, a: a(X).mean([2, 3], keepdim=True), POOLED),
        (lambda X, a: a(X).mean(axis=(2, 3)), POOLED + VECTOR),
        (lambda X, a: F.adaptive_avg_pool2d(a(X), 1).squeeze(-1).squeeze(-1), None),
        (lambda X, a: torch.relu(a(X)), ["ReLU()"]),
        (lambda X, a: F.relu(a(X)), ["ReLU()"]),
        (lambda X, a: F.relu(a(X), inplace=True), ["ReLU()"]),
        (lambda X, a: a(X).relu(), ["ReLU()"]),
        (lambda X, a: a(X).relu_(), ["ReLU()"]),
        (lambda X, a: F.relu_(a(X)), ["ReLU()"]),
        (lambda X, a: torch.sigmoid(a(X)), ["Sigmoid()"]),
        (lambda X, a: a(X).tanh(), ["Tanh()"]),
        (lambda X, a: F.leaky_relu(F.elu(a(X)), 0.1), ["ELU()", "LeakyReLU()"]),
        (lambda X, a: F.gelu(F.silu(F.relu6(a(X)))), ["ReLU6()", "SiLU()", "GELU()"]),
        (lambda X, a: F.softplus(F.mish(F.hardswish(a(X)))), ["Hardswish()", "Mish()", "Softplus()"]),
        (lambda X, a: F.softmax(a(X), dim=1), ["Softmax(dim=1)"]),
        (lambda X, a: a(X).log_softmax(-3), ["LogSoftmax(dim=1)"]),
        (lambda X, a: F.max_pool2d(a(X), 2), ["MaxPool2d(kernel_size=2, stride=2)"]),
        (lambda X, a: torch.max_pool2d(a(X), 3, 2, 1), ["MaxPool2d(kernel_size=3, stride=2, padding=1)"]),
        (
            lambda X, a: F.max_pool2d(a(X), (2, 1), stride=1, dilation=2, ceil_mode=True),
            ["MaxPool2d(kernel_size=(2, 1), stride=1, dilation=2, ceil_mode=True)"],
        ),
        (
            lambda X, a: F.avg_pool2d(a(X), 3, 2, 1, True),
            ["AvgPool2d(kernel_size=3, stride=2, padding=1, ceil_mode=True)"],
        ),
        (lambda X, a: F.adaptive_avg_pool2d(a(X), (2, 3)), ["AdaptiveAvgPool2d(output_size=(2, 3))"]),
        (lambda X, a: F.adaptive_max_pool2d(a(X), 2), ["AdaptiveMaxPool2d(output_size=2)"]),
        (lambda X, a: F.dropout(a(X), 0.25, training=False), ["Dropout(p=0.25)"]),
        (lambda X, a: F.dropout2d(F.dropout(a(X))), ["Dropout(p=0.5)", "Dropout2d(p=0.5)"]),
        (lambda X, a: F.local_response_norm(a(X), 3), ["LocalResponseNorm(3)"]),
        (lambda X, a: X + a(X), ["Add"]),
        (lambda X, a: a(X) + X, ["Add"]),
        (lambda X, a: torch.add(a(X), X), ["Add"]),
        (lambda X, a: a(X).add_(X), ["Add"]),
        (lambda X, a: sum([X, a(X)]), ["Add"]),
        (lambda X, a: torch.cat([X, a(X)], 1), ["Concat"]),
        (lambda X, a: torch.cat((X, a(X)), dim=-3), ["Concat"]),
        (lambda X, a: torch.concat([X, a(X)], axis=1), ["Concat"]),
        (lambda X, a: (lambda Y: Y + Y)(a(X)), ["Add"]),
        (lambda X, a: (lambda Y: torch.relu(Y) + torch.cat([Y[:, :], Y], 1)[:, :2])(a(X)), None),
    ],
)
def test_functions_are_read_as_the_layers_that_do_the_same(forward, expected):
    model = Custom(forward, C())
    if expected is None:
        with unchanged(model), pytest.raises(ValueError, match=r"the model uses (squeeze|getitem), which is no layer"):
            network.trace(model, (2, 8, 8))
        return
    with unchanged(model):
        layers = network.trace(model, (2, 8, 8))
    assert told(layers) == [CONV, *expected]
    with torch.no_grad():
        assert network.table(layers, (2, 8, 8))[-1].shape == tuple(model(torch.zeros(1, 2, 8, 8)).shape[1:])


def shape_of(layers):
    """A tree as nested lists of letters: c a convolution, r a ReLU, + and | what is added and concatenated."""
    letters = {"Conv2d": "c", "ReLU": "r", "Sigmoid": "s", "Flatten": "f", "MaxPool2d": "m"}
    found = []
    for item in layers:
        if item["kind"] == "Parallel":
            inner = {"add": "+", "concat": "|"}[item["join"]].join(shape_of(branch) for branch in item["branches"])
            found.append(f"({inner})")
        elif item["kind"] == "Block":
            found.append(f"[{shape_of(item['layers'])}]")
        else:
            found.append(letters[item["kind"]])
    return "".join(found)


def in_place(X, a, relu):
    """Whose shortcut is what the ReLU has made of it."""
    Y = a(X)
    shortcut = Y
    Y = relu(Y)
    Y += shortcut
    return Y


def early(X, a, b):
    """Which adds what a gives after it has joined what comes of it with the input."""
    Y = a(X)
    return (b(Y) + X) + Y


def dense(X, a, b):
    """As in DenseNet: everything is read by everything after it."""
    Y = a(X)
    return torch.cat([X, Y, b(X + Y)], 1)


TREES = [
    (lambda X, a: a(X) + X, 1, "(c+)"),
    (lambda X, a, b: a(X) + b(X) + X, 2, "(c+c+)"),
    (lambda X, a, b: a(X) + (b(X) + X), 2, "(c+(c+))"),
    (lambda X, a, b: torch.cat([a(X), b(X), X], 1), 2, "(c|c|)"),
    (lambda X, a, b, c: torch.cat([a(X), b(torch.relu(c(X)) + X)], 1), 3, "(c|(cr+)c)"),
    (early, 2, None),
    (dense, 2, None),
    (lambda X, a, b: (lambda Y: b(Y) + Y + X)(a(X)), 2, "(c(c+)+)"),
    (lambda X, a, b, c: (lambda Y: c(Y) + Y)(a(X) + b(X)), 3, "(c+c)(c+)"),
    (lambda X, a, b, c: (lambda Y: torch.cat([b(Y), c(Y)], 1) + torch.cat([Y, Y], 1))(a(X)), 3, "c((c|c)+(|))"),
    (lambda X, a: torch.relu(torch.relu(a(X)) + X), 1, "(cr+)r"),
    (lambda X, a, b: torch.cat([torch.flatten(a(X), 1), b(X).view(1, -1)], 1), 2, "(cf|cf)"),
    (lambda X, a: a(X if X.shape[-1] == 8 else X[:, :, :8, :8]) + X, 1, "(c+)"),
]


@pytest.mark.parametrize(("forward", "count", "expected"), TREES)
def test_branches_are_found_within_branches(forward, count, expected):
    model = Custom(forward, *(C() for _ in range(count)))
    if expected is None:
        with unchanged(model), pytest.raises(ValueError, match=r"^What m\.0 gives is read in more than one place"):
            network.trace(model, (2, 8, 8))
        return
    with unchanged(model):
        layers = network.trace(model, (2, 8, 8))
    assert shape_of(layers) == expected
    written = network.trace(run(network.code(layers, (2, 8, 8))), (2, 8, 8))
    assert shape_of(trees.without_blocks(written)) == expected


def test_a_shortcut_sees_what_works_in_place():
    layers = network.trace(Custom(in_place, C(), nn.ReLU(inplace=True)), (2, 8, 8))
    assert shape_of(layers) == "cr(+)"
    assert shape_of(network.trace(Custom(in_place, C(), nn.ReLU()), (2, 8, 8))) == "c(r+)"


def test_what_passes_its_input_on_is_a_layer_of_its_branch_only():
    for passing in (nn.Identity(), nn.Dropout()):
        (item,) = network.trace(Custom(lambda X, a, b: torch.cat([b(X), a(X), X], 1), C(), passing), (2, 8, 8))
        assert [[layer["kind"] for layer in branch] for branch in item["branches"]] == [
            [type(passing).__name__],
            ["Conv2d"],
            [],
        ]
    (item,) = network.trace(Custom(lambda X, a: F.dropout(X, training=False) + a(X) + X, C()), (2, 8, 8))
    assert [[layer["kind"] for layer in branch] for branch in item["branches"]] == [["Dropout"], ["Conv2d"], []]


def test_a_relu_without_weights_may_run_twice_in_a_block():
    class Basic(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.conv2, self.relu = C(), C(), nn.ReLU(inplace=True)

        def forward(self, X):
            Y = self.conv2(self.relu(self.conv1(X)))
            Y += X
            return self.relu(Y)

    model = nn.Sequential(Basic(), Basic(), nn.Conv2d(2, 3, 1))
    assert shape_of(network.trace(model, (2, 8, 8))) == "(crc+)r(crc+)rc"
    layers = network.trace(model, (2, 8, 8), blocks=True)
    assert shape_of(layers) == "[(crc+)r][(crc+)r]c"
    assert [item["name"] for item in layers] == ["0", "1", "2"]
    assert [item["name"] for item in layers[0]["layers"]] == ["0.add", "0.relu"]
    assert [row.name for row in network.table(layers, (2, 8, 8))][:5] == [
        "0.conv1", "0.relu", "0.conv2", "0.add", "0.relu",
    ]  # fmt: skip


def test_blocks_are_modules_whose_layers_run_one_after_the_other():
    class Apart(nn.Module):
        def __init__(self):
            super().__init__()
            self.both, self.between = nn.Sequential(C(), nn.ReLU()), nn.Sigmoid()

        def forward(self, X):
            return self.both[1](self.between(self.both[0](X)))

    nested = nn.Sequential(nn.Sequential(C(), nn.ReLU()), nn.Sequential(nn.Sequential(C()), nn.Sequential(nn.ReLU(), C())))  # fmt: skip  # noqa: E501
    assert shape_of(network.trace(nested, (2, 8, 8))) == "crcrc"
    layers = network.trace(nested, (2, 8, 8), blocks=True)
    assert shape_of(layers) == "[cr][c[rc]]"
    assert [item["name"] for item in layers] == ["0", "1"]
    assert shape_of(network.trace(nn.Sequential(nested), (2, 8, 8), blocks=True)) == "[cr][c[rc]]"
    assert shape_of(network.trace(Apart(), (2, 8, 8), blocks=True)) == "csr"
    twice = nn.Sequential(nn.ReLU(), nn.Sigmoid())
    model = nn.Sequential(C(), twice, C(), twice)
    assert shape_of(network.trace(model, (2, 8, 8), blocks=True)) == "crscrs"  # one module, and not one run


def test_a_module_of_branches_alone_is_a_block_with_them_in_it():
    class Mixed(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = C(), C()

        def forward(self, X):
            return torch.cat([self.a(X), self.b(X)], 1)

    class Outer(nn.Module):
        def __init__(self):
            super().__init__()
            self.mixed = Mixed()

        def forward(self, X):
            return self.mixed(X)

    model = nn.Sequential(Mixed(), nn.Conv2d(4, 2, 1), Outer())
    layers = network.trace(model, (2, 8, 8), blocks=True)
    assert shape_of(layers) == "[(c|c)]c[(c|c)]"
    assert [item["name"] for item in layers] == ["0", "1", "2"]
    assert [item["layers"][0]["name"] for item in layers[::2]] == ["0.cat", "2.mixed.cat"]
    assert shape_of(network.trace(Mixed(), (2, 8, 8), blocks=True)) == "(c|c)"  # all of a network is no block
    again = network.trace(run(network.code(layers, (2, 8, 8))), (2, 8, 8), blocks=True)
    assert shape_of(again) == shape_of(layers)


def test_a_sum_of_sums_in_two_modules_is_two_rows():
    layers = network.checked([add([add([], [conv(2)])], [])])
    assert trees.without_blocks(network.trace(network.build(layers, (2, 8, 8)), (2, 8, 8))) == trees.without_blocks(
        layers
    )


def test_own_modules_that_hold_nothing_are_looked_into():
    class Swish(nn.Module):
        def forward(self, X):
            return F.silu(X)

    class Gate(nn.Module):
        def forward(self, X):
            return X * torch.sigmoid(X)

    assert told(network.trace(nn.Sequential(C(), Swish()), (2, 8, 8)))[1] == "SiLU()"
    assert network.trace(nn.Sequential(C(), Swish()), (2, 8, 8))[1]["name"] == "1.silu"
    with pytest.raises(ValueError, match="its last layer 0 gives: after it the model uses mul, which is no"):
        network.trace(nn.Sequential(C(), Gate()), (2, 8, 8))


REFUSED = [
    (lambda X, a: 2 * a(X), "^The model does not give out just what its last layer m.0 gives: after it .* uses mul"),
    (lambda X, a: a(X * 2), r"^m\.0 \(Conv2d\) does not read just what .nput gives: between them the model uses mul"),
    (lambda X, a: a(X) + 1, "after it the model uses add"),
    (lambda X, a: a(X) - X, "uses sub"),
    (lambda X, a: a(X) + a.weight.sum(), "uses add"),
    (lambda X, a: torch.add(a(X), X, alpha=2), "uses add"),
    (lambda X, a: a(X) + X.mean((2, 3), keepdim=True), "uses add"),
    (lambda X, a: torch.cat([a(X), X], 0), "uses cat"),
    (lambda X, a: torch.cat([a(X), X], 2), "uses cat"),
    (lambda X, a: torch.cat([a(X), torch.zeros(1, 1, 8, 8)], 1), "uses cat"),
    (lambda X, a: torch.stack([a(X), X]).sum(0), "uses stack"),
    (lambda X, a: a(X).chunk(2, 1)[0], "uses chunk"),
    (lambda X, a: a(X)[:, :1], "uses getitem"),
    (lambda X, a: a(X).transpose(2, 3), "uses transpose"),
    (lambda X, a: a(X).mean(), "uses mean"),
    (lambda X, a: a(X).mean(1), "uses mean"),
    (lambda X, a: a(X).view(2, -1), "uses view"),
    (lambda X, a: torch.flatten(a(X)), r"flatten is a Flatten with start_dim=0, end_dim=-1"),
    (lambda X, a: F.softmax(a(X), 2), r"softmax is a Softmax with dim=2"),
    (lambda X, a: F.adaptive_avg_pool2d(a(X), (None, 2)), "adaptive_avg_pool2d is a AdaptiveAvgPool2d with output"),
    (lambda X, a: F.max_pool2d(a(X), 2, return_indices=True)[0], "uses max_pool2d_with_indices"),
    (lambda X, a: F.interpolate(a(X), scale_factor=2), "uses interpolate"),
    (lambda X, a: a(X) + a(torch.relu(X)), r"^m\.0 runs twice with the same weights"),
    (lambda X, a: (a(X), X), "does not give out just what its last layer m.0 gives, nor one tensor"),
    (lambda X, a: {"out": a(X)}, "nor one tensor"),
    (lambda X, a: a(torch.ones(1, 2, 8, 8)), r"^m\.0 \(Conv2d\) does not read just what .nput gives, nor one tensor"),
    (lambda X, a: [a(X), torch.relu(X)][1], "m.0 has weights and runs, but nothing of what it gives is in the"),
    (
        lambda X, a: (lambda Y: torch.relu(Y) if Y.max() > 9 else Y + X)(a(X)),
        r"looks at the numbers in a tensor \(bool\)",
    ),
    (lambda X, a: (lambda Y: Y + X if float(Y.max()) > -9 else Y)(a(X)), r"looks at the numbers in a tensor \(float\)"),
    (lambda X, a: (lambda Y: [Y.view(1, -1).relu_(), torch.relu(Y)][1])(a(X)), "uses a change in place"),
    (lambda X, a: (lambda Y: [Y.view(1, -1).mul_(2), torch.relu(Y)][1])(a(X)), "uses a change in place"),
    (lambda X, a: torch.relu(a(X)).mean(axis=1), "uses mean"),
    (lambda X, a: F.relu(a(X[:, :1])), "The model itself refuses an input of 2×8×8"),
]


@pytest.mark.parametrize(("forward", "message"), REFUSED)
def test_what_cannot_be_followed_is_refused_by_name(forward, message):
    model = Custom(forward, C())
    with unchanged(model), pytest.raises(ValueError, match=message):
        network.trace(model, (2, 8, 8))


def test_very_many_steps_are_refused():
    def many(X, a):
        Y = a(X)
        for _ in range(400):
            Y = torch.relu(Y) + X
        return Y

    for forward in (many, lambda X, a: sum([a(X)] * 300), lambda X, a: sum([X] * 1000, a(X))):
        with pytest.raises(ValueError, match=r"at most 256|2 to 16 lists of layers"):
            network.trace(Custom(forward, C()), (2, 8, 8))


def test_what_hooks_change_is_seen_in_trees_too():
    model = Custom(lambda X, a, b: a(X) + b(X), C(), C())
    model.m[0].register_forward_hook(lambda module, values, Y: Y * 2)
    with pytest.raises(ValueError, match=r"^add \(Add\) does not read just what m\.0 gives: .* uses mul"):
        network.trace(model, (2, 8, 8))


def test_random_numbers_states_and_modes_of_a_tree_stay_as_they_were():
    def forward(X, a, norm):
        torch.rand(2)
        return norm(F.dropout(a(X), 0.5, True)) + X

    model = Custom(forward, C(), nn.BatchNorm2d(2))
    model.m[1].train()
    model.m[0].eval()
    with unchanged(model):
        assert len(network.trace(model, (2, 8, 8))) == 1


# --- torchvision's networks


def totals(rows):
    return sum(row.parameters for row in rows), sum(row.multiply_adds for row in rows)


def counts(model, input_shape):
    """Parameters and multiply-adds by watching the layers run."""
    found = []
    hooks = [
        module.register_forward_hook(lambda module, _, Y: found.append(multiply_adds(module, Y)))
        for module in model.modules()
        if isinstance(module, nn.Conv2d | nn.Linear)
    ]
    with torch.no_grad():
        model.eval()(torch.zeros(1, *input_shape))
    for hook in hooks:
        hook.remove()
    return sum(p.numel() for p in model.parameters()), sum(found)


GOOGLENET = {"aux_logits": False, "init_weights": False}
TORCHVISION = [
    ("alexnet", {}, (3, 224, 224), 22, (61_100_840, 714_188_480)),
    ("vgg11", {}, (3, 64, 64), 30, None),
    ("vgg16", {}, (3, 64, 64), 40, None),
    ("googlenet", GOOGLENET, (3, 96, 96), 197, None),
    ("resnet18", {}, (3, 64, 64), 69, None),
    ("squeezenet1_0", {}, (3, 64, 64), 66, None),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "options", "shape", "count", "published"), TORCHVISION)
def test_torchvisions_networks_are_counted_as_they_are(name, options, shape, count, published):
    model = getattr(models, name)(**options)
    layers = network.trace(model, shape)
    rows = network.table(layers, shape)
    real = counts(model, shape)
    assert len(rows) == count
    assert totals(rows) == real
    assert published in (None, real)
    meta = models.get_model_weights(name).DEFAULT.meta  # what torchvision publishes, for 224×224
    at_224 = totals(network.table(layers, (3, 224, 224)))
    assert (at_224[0], round(at_224[1] / 1e9, 3)) == (meta["num_params"], meta["_ops"])
    folded = network.trace(model, shape, blocks=True)
    assert [row[1:8] for row in network.table(folded, shape)] == [row[1:8] for row in rows]
    assert len(folded) < len(rows)
    if name in ("googlenet", "resnet18", "squeezenet1_0"):
        written = run(network.code(folded, shape))
        assert counts(written, shape) == real
        assert trees.without_blocks(network.trace(written, shape)) == trees.without_blocks(layers)


@pytest.mark.slow
def test_googlenets_blocks_have_their_names():
    layers = network.trace(models.googlenet(**GOOGLENET), (3, 64, 64), blocks=True)
    names = [item["name"] for item in layers]
    assert names[:7] == ["conv1", "maxpool1", "conv2", "conv3", "maxpool2", "inception3a", "inception3b"]
    assert names[-5:] == ["inception5b", "avgpool", "flatten", "dropout", "fc"]
    inceptions = [item for item in layers if item["name"].startswith("inception")]
    assert len(inceptions) == 9
    for item in inceptions:  # each is one block, which folds, with its branches in it
        assert item["kind"] == "Block"
        (parallel,) = item["layers"]
        assert (parallel["name"], parallel["kind"], parallel["join"]) == (f"{item['name']}.cat", "Parallel", "concat")
        assert [len(branch) for branch in parallel["branches"]] == [3, 2, 2, 2]
        assert [one["name"] for one in parallel["branches"][1]] == [f"{item['name']}.branch2.{n}" for n in (0, 1)]
    code = network.code(layers, (3, 64, 64))
    assert "        self.inception3a = nn.Sequential(\n            Concat(\n" in code
    assert "        X = self.inception5b(X)\n" in code


@pytest.mark.slow
def test_resnets_basic_blocks_are_blocks_in_its_stages():
    layers = network.trace(models.resnet18(), (3, 64, 64), blocks=True)
    names = ["conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4", "avgpool", "flatten", "fc"]
    assert [item["name"] for item in layers] == names
    for stage, downsampled in zip(layers[4:8], (False, True, True, True), strict=True):
        assert stage["kind"] == "Block"
        assert [one["name"] for one in stage["layers"]] == [f"{stage['name']}.0", f"{stage['name']}.1"]
        for n, basic in enumerate(stage["layers"]):
            assert basic["kind"] == "Block"
            add, relu = basic["layers"]
            assert (add["kind"], add["join"], relu["kind"]) == ("Parallel", "add", "ReLU")
            lengths = [len(branch) for branch in add["branches"]]
            assert lengths == [5, 2 if downsampled and n == 0 else 0]


@pytest.mark.slow
def test_what_googlenet_does_only_in_training_or_to_its_input_is_refused_by_name():
    with pytest.raises(ValueError, match=r"^aux1\.conv\.conv has weights, but the model never runs it"):
        network.trace(models.googlenet(init_weights=False), (3, 64, 64))
    with pytest.raises(ValueError, match=r"^cat \(Concat\) does not read just what Input gives: .* uses getitem"):
        network.trace(models.googlenet(**GOOGLENET, transform_input=True), (3, 64, 64))


# --- code


def test_a_chain_is_written_as_one_writes_it():
    assert network.code([conv(6, 5), {"kind": "Sigmoid"}, FLATTEN, LINEAR], (1, 28, 28)) == (
        "from torch import nn\n\n"
        "model = nn.Sequential(\n"
        "    nn.Conv2d(1, 6, kernel_size=5, padding=2),\n"
        "    nn.Sigmoid(),\n"
        "    nn.Flatten(),\n"
        "    nn.Linear(4704, 3),\n"
        ")\n"
    )


def test_branches_and_blocks_are_written_as_a_class():
    layers = [
        {**conv(2), "name": "stem"},
        {**parallel([], [conv(2), RELU], [add([], [conv(2)])]), "name": "mixed"},
        RELU,
        {**RELU, "name": "forward"},
        {**conv(1, 1), "name": "head"},
    ]
    code = network.code(layers, (2, 8, 8))
    assert code.endswith("""

class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(2, 2, kernel_size=3, padding=1)
        self.mixed = Concat(
            nn.Identity(),
            nn.Sequential(
                nn.Conv2d(2, 2, kernel_size=3, padding=1),
                nn.ReLU(),
            ),
            Add(
                nn.Identity(),
                nn.Conv2d(2, 2, kernel_size=3, padding=1),
            ),
        )
        self.layers3 = nn.Sequential(
            nn.ReLU(),
            nn.ReLU(),
        )
        self.head = nn.Conv2d(6, 1, kernel_size=1)

    def forward(self, X):
        X = self.stem(X)
        X = self.mixed(X)
        X = self.layers3(X)
        return self.head(X)


model = Network()
""")
    assert run(code)(torch.zeros(1, 2, 8, 8)).shape == (1, 1, 8, 8)


def test_no_attribute_of_written_classes_hides_one_of_torchs():
    names = {name for name in [*dir(nn.Module()), *keyword.kwlist] if re.fullmatch("[a-z][a-z0-9_]*", name)}
    assert names <= RESERVED
    for name in ("forward", "train", "class", "a.b", "", "3", "layers", "layers2", "X", "ü", "a b"):
        model = run(network.code([{**RELU, "name": name}, add([], [conv()])], (1, 4, 4)))
        assert model(torch.zeros(1, 1, 4, 4)).shape == (1, 1, 4, 4)
        assert list(model._modules) == ["layers"]
    twice = run(
        network.code([{**RELU, "name": "a"}, {**add([], [conv()]), "name": "b"}, {**RELU, "name": "a"}], (1, 4, 4))
    )
    assert list(twice._modules) == ["layers1", "b", "layers3"]


def test_impossible_trees_are_not_written():
    with pytest.raises(ValueError, match=r"Layer 2 \(Add\)"):
        network.code([add([], [conv(3)])], (2, 8, 8))


# --- the explorer's Python side


def test_an_explorer_takes_chains_and_trees():
    chain = NetworkExplorer(nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.MaxPool2d(2)), (1, 28, 28))
    assert (chain.total_parameters, chain.total_multiply_adds, len(chain.model)) == (156, 117600, 2)
    tree = NetworkExplorer([conv(2), add([], [conv(2)])], (1, 8, 8))
    assert [row.text for row in tree.rows][-1] == "Add"
    assert tree.total_parameters == parameters(tree.model) == 20 + 38
    assert ">Add</th>" in tree._fallback()
    assert json.loads(json.dumps(tree.layers))[1]["branches"][0] == []
    with pytest.raises(ValueError, match=r"Layer 3 \(Add\)"):
        tree.layers = [conv(2), add([], [conv(3)])]
