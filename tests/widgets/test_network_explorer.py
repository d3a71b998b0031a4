"""The network explorer in Python: a judge with clear refusals, and tables where no script runs."""

import html
import json
import re

import pytest
import torch
import traitlets
from torch import nn

from helpers import network, words
from helpers.models import lenet
from helpers.widgets import NetworkExplorer
from tests import trees
from tests.networks import networks

CONV = {"kind": "Conv2d", "out_channels": 4, "kernel_size": 3}


@pytest.fixture
def explorer():
    return NetworkExplorer(lenet.modern_lenet(), (1, 28, 28), id="lenet")


def test_it_has_short_stable_words_and_the_totals(explorer):
    assert repr(explorer) == "NetworkExplorer(12 layers, 61,706 parameters)"
    assert (explorer.total_parameters, explorer.total_multiply_adds) == (61_706, 416_520)
    assert explorer.rows[0].shape == (6, 28, 28)


def test_the_model_is_the_changed_network(explorer):
    explorer.layers = [{**explorer.layers[0], "out_channels": 8}, *explorer.layers[1:]]
    explorer.input_shape = (3, 32, 32)
    model = explorer.model
    assert (model[0].in_channels, model[3].in_channels, model[7].in_features) == (3, 8, 576)
    assert model(torch.zeros(2, 3, 32, 32)).shape == (2, 10)
    assert sum(p.numel() for p in model.parameters()) == explorer.total_parameters


def test_states_sent_by_the_page_are_taken_and_held_immutably(explorer):
    sent = json.loads(json.dumps([dict(layer) for layer in explorer.layers]))
    sent[0]["kernel_size"], sent[0]["padding"] = [3, 3], [1, 1]
    explorer.set_state({"layers": sent, "batch": 64})
    assert explorer.layers[0]["kernel_size"] == (3, 3)
    assert explorer.rows[0].memory == 64 * 6 * 28 * 28 * 4
    with pytest.raises(TypeError, match="in place"):
        explorer.layers[0]["groups"] = 2
    assert json.loads(json.dumps(explorer.get_state(["layers"])["layers"])) == sent


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ({"layers": [CONV, {"kind": "Linear"}]}, ValueError, r"Layer 2 \(Linear\): .* a Flatten is missing"),
        ({"layers": [{**CONV, "kernel_size": 29}]}, ValueError, r"Layer 1 \(Conv2d\): Kernel 29×29 does not fit"),
        ({"layers": [{**CONV, "groups": 2}]}, ValueError, "groups must divide"),
        (
            {"layers": [{"kind": "MaxPool2d", "kernel_size": 3, "padding": 2}]},
            ValueError,
            "more than half of the window",
        ),
        ({"layers": [{"kind": "Flatten"}, CONV]}, ValueError, "it would fit before the Flatten"),
        ({"layers": []}, ValueError, "at least one"),
        ({"layers": 3}, TypeError, "must be a list of dictionaries"),
        ({"layers": [{**CONV, "stride": "2"}]}, TypeError, "whole number"),
        ({"input_shape": (1, 4, 4)}, ValueError, r"Layer 4 \(Conv2d\): Kernel 5×5 does not fit the padded input 2×2"),
        ({"input_shape": (1, 4)}, ValueError, "must be"),
        ({"input_shape": (1, 28, 2.5)}, TypeError, "Input width must be a whole number"),
        ({"batch": 0}, ValueError, "Batch size must be at least 1"),
        ({"batch": 4097}, ValueError, "at most 4096"),
        ({"batch": True}, TypeError, "Batch size must be a whole number"),
    ],
)
def test_it_refuses_in_words_and_keeps_what_it_had(explorer, change, kind, message):
    before = explorer.layers, explorer.input_shape, explorer.batch
    [(name, value)] = change.items()
    with pytest.raises(kind, match=message) as refusal:
        setattr(explorer, name, value)
    assert isinstance(refusal.value, traitlets.TraitError)
    assert (explorer.layers, explorer.input_shape, explorer.batch) == before


def test_only_models_and_lists_of_layers_are_taken():
    with pytest.raises(TypeError, match=r"must be a torch\.nn\.Module or a list of layers; str was given"):
        NetworkExplorer("lenet", (1, 28, 28))
    with pytest.raises(ValueError, match="ConvTranspose2d"):
        NetworkExplorer(nn.Sequential(nn.ConvTranspose2d(1, 1, 2)), (1, 28, 28))
    assert NetworkExplorer([CONV], (1, 8, 8)).rows[0].shape == (4, 6, 6)


def test_the_stored_table_has_every_row_and_the_totals(explorer):
    html = explorer.html()
    assert "<script" not in html
    assert 'id="lenet"' in html
    for text in ("Conv2d(1, 6, kernel_size=5, padding=2)", "<td>16×5×5</td>", "117,600", "18.4 KiB", "<td>32×32</td>"):
        assert text in html
    foot = re.search("<tfoot>(.*)</tfoot>", html)[1]
    assert re.findall(r'data-value="(\d+)"', foot) == ["61706", "416520", str(sum(r.memory for r in explorer.rows))]
    assert html.count("<tr>") == 14


def test_random_networks_are_taken_or_refused_as_pytorch_does():
    for case in networks(100, seed=11):
        if case.outputs()[-1] is None:
            with pytest.raises(ValueError, match=r"^Layer \d"):
                NetworkExplorer(case.layers, case.input_shape)
        else:
            explorer = NetworkExplorer(case.layers, case.input_shape, batch=case.batch)
            assert explorer.rows == network.table(case.layers, case.input_shape, case.batch)


RELU = {"kind": "ReLU"}
SHORTCUT = {"kind": "Parallel", "branches": [[RELU, RELU], []], "join": "add"}
MIXED = {"kind": "Parallel", "branches": [[CONV], [SHORTCUT, CONV]], "join": "concat"}
TREE = [CONV, {"kind": "Block", "name": "mixed", "layers": [MIXED, RELU]}, {"kind": "Block", "layers": [RELU]}]
EM, EN = "\N{EM SPACE}", "\N{EN SPACE}"
LINES = {
    "en": [
        "Conv2d(1, 4, kernel_size=3)", "Block mixed: 7 layers", f"{EN}{EM}Branch 1: Conv2d(4, 4, kernel_size=3)",
        f"{EN}{EM}{EM}Branch 1: ReLU()", f"{EN}{EM}{EM}ReLU()", f"{EN}{EM}{EM}Branch 2: shortcut",
        f"{EN}{EM}Branch 2: Add", f"{EN}{EM}Conv2d(4, 4, kernel_size=3)", f"{EN}Concat", f"{EN}ReLU()",
        "Block: 1 layer", f"{EN}ReLU()",
    ],
    "zh": [
        "Conv2d(1, 4, kernel_size=3)", "块mixed：7层", f"{EN}{EM}第1个分支：Conv2d(4, 4, kernel_size=3)",
        f"{EN}{EM}{EM}第1个分支：ReLU()", f"{EN}{EM}{EM}ReLU()", f"{EN}{EM}{EM}第2个分支：捷径",
        f"{EN}{EM}第2个分支：Add", f"{EN}{EM}Conv2d(4, 4, kernel_size=3)", f"{EN}Concat", f"{EN}ReLU()",
        "块：1层", f"{EN}ReLU()",
    ],
}  # fmt: skip


def stored_lines(explorer):
    """The first cells of the stored table's body, and whether each line has numbers."""
    body = re.search("<tbody>(.*)</tbody>", explorer.html())[1]
    rows = re.findall("<tr>(.*?)</tr>", body)
    return [(html.unescape(re.match("<th[^>]*>(.*?)</th>", row)[1]), "data-value" in row) for row in rows]


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_the_stored_table_shows_branches_and_blocks(lang):
    words.use_language(lang)
    told = stored_lines(NetworkExplorer(TREE, (1, 12, 12)))
    assert [text for text, _ in told] == LINES[lang]
    assert [n for n, (_, numbers) in enumerate(told) if not numbers] == [1, 5, 10]


def test_every_row_of_random_trees_stands_in_the_stored_table_as_deep_as_it_is():
    for case in [case for case in trees.trees(150, seed=68) if case.outputs()[1] is None]:
        explorer = NetworkExplorer(case.layers, case.input_shape)
        told = stored_lines(explorer)
        with_numbers = [text for text, numbers in told if numbers]
        for row, text in zip(explorer.rows, with_numbers, strict=True):
            below, branches, blocks = {"layers": explorer.layers}, 0, -1
            for i in row.path:
                blocks += below.get("kind", "Block") == "Block"
                branches += "branches" in below
                inner = below.get("layers", below.get("branches"))[i]
                below = inner if isinstance(inner, dict) else {"kind": "branch", "layers": inner}
            assert text.endswith(row.text)
            assert (text.count(EM), text.count(EN)) == (branches, blocks), (case, text)


def test_blocks_in_blocks_leave_out_the_outer_name_unless_a_number_is_left():
    def block(name, *layers):
        return {"kind": "Block", "name": name, "layers": list(layers)}

    inner = [
        block("a.b", RELU, block("a.b.c", RELU)),
        block("a.0", RELU),
        block("ab", RELU),
        block("", block("a.d", RELU)),
    ]
    told = stored_lines(NetworkExplorer([block("a", *inner), block("a.e", RELU)], (1, 4, 4)))
    heads = [text.strip() for text, numbers in told if not numbers]
    assert heads == [
        "Block a: 5 layers", "Block b: 2 layers", "Block c: 1 layer", "Block a.0: 1 layer", "Block ab: 1 layer",
        "Block: 1 layer", "Block d: 1 layer", "Block a.e: 1 layer",
    ]  # fmt: skip
