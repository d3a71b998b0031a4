"""Chapter 7 says what is true: its definitions, its numbers, its experiments, its exercises' checks and its quiz."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import re
import statistics

import pytest
import torch
import torchvision
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

from helpers import data, models, network, recordings, shapes, train, weights
from helpers.widgets.explorers.quiz import FOLDER as QUIZZES
from tests.chapters.reading import chapter_named

pytestmark = pytest.mark.slow  # the chapter trains


@pytest.fixture(scope="module")
def chapter():
    return chapter_named("07_vgg")


@pytest.fixture(scope="module")
def names(chapter):
    return chapter.names


class Taught(ast.NodeTransformer):
    """A definition without what no chapter shows: docstrings, annotations, and refusals at the beginning."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:]
        node.body = [one for one in node.body if not (isinstance(one, ast.If) and isinstance(one.body[0], ast.Raise))]
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        assert node.value is not None
        return ast.Assign([node.target], node.value)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node


def taught(source: str, name: str) -> str:
    """The function of that name as a syntax tree, as a chapter shows it."""
    [node] = [n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and n.name == name]
    return ast.dump(Taught().visit(node))


def test_chapter_and_helpers_define_the_same(chapter, names):
    for cell, of_helpers in (("block-def", models.vgg_block), ("vgg-def", models.vgg)):
        name = of_helpers.__name__
        assert taught(chapter.sources[cell], name) == taught(inspect.getsource(of_helpers), name)
    assert names["VGG_11"] == models.VGG_11


def count(net):
    return sum(p.numel() for p in net.parameters())


def on_meta(table, **settings):
    with torch.device("meta"):
        return models.vgg(table, **settings)


def totals(table, size=224):
    rows = network.table(network.trace(on_meta(table, size=size), (1, size, size)), (1, size, size))
    return sum(row.parameters for row in rows), sum(row.multiply_adds for row in rows)


def printed(chapter, cell):
    return "".join(output.get("text", "") for output in chapter.cells[cell].outputs)


def test_the_numbers_of_the_architecture(chapter):
    assert "128,806,154 parameters, 515 MB" in printed(chapter, "count")
    assert "2,018,346 parameters, 63.8 times fewer" in printed(chapter, "narrow-run")
    assert "25,088 inputs times 4,096 outputs" in chapter.prose["narrow"]
    first = shapes.linear_parameters(25_088, 4_096)
    assert round(first / 128_806_154, 1) == 0.8  # four fifths


def test_what_is_seen_in_the_first_explorer(chapter):
    told = chapter.prose["touch-tasks"]
    whole, shorter = totals(models.VGG_11), totals(models.VGG_11[:-1])
    longer = totals((*models.VGG_11, models.VGG_11[-1]))
    classifier = count(on_meta(models.VGG_11).classifier)
    assert f"{classifier / 1e6:.1f} of {whole[0] / 1e6:.1f} million" in told
    assert f"{shorter[0] / 1e6:.0f} million" in told
    assert shorter[0] > 3 * whole[0]
    assert f"{longer[0] / 1e6:.1f} million" in told
    layers = network.trace(on_meta(models.VGG_11), (1, 224, 224))
    rows = {row.name: row.multiply_adds for row in network.table(layers, (1, 224, 224))}
    assert "2,775 million each" in told
    assert {round((rows[f"block{n}.0"] + rows[f"block{n}.2"]) / 1e6) for n in (3, 4)} == {2775}
    wide = ((1, 64), (1, 128), (2, 512), (2, 512), (2, 512))
    wider = network.table(network.trace(on_meta(wide), (1, 224, 224)), (1, 224, 224))
    after = {row.name: row.multiply_adds for row in wider}
    assert [after[name] // rows[name] for name in ("block3.0", "block3.2")] == [2, 4]


def test_each_convolution_costs_what_the_chapter_says(chapter, names):
    convolutions = [row for row in names["rows"] if row.text.startswith("Conv2d")]
    millions = [round(row.multiply_adds / 1e6) for row in convolutions]
    assert millions == [29, 925, 925, 1850, 925, 1850, 462, 462]
    assert all(f" {number:,} million" in printed(chapter, "costs-table") for number in millions)
    numbers = [row.parameters for row in convolutions]
    assert f"from {min(numbers):,} to {max(numbers):,}" in chapter.prose["costs-predict"]
    assert [millions.count(925), len(millions)] == [3, 8]  # it holds for three of the eight
    sides = [224]
    while sides[-1] > 1:
        sides.append(shapes.output_size(sides[-1], 2, stride=2))
    assert "after seven halvings, one pixel is left of 224" in chapter.prose["blocks"]
    assert len(sides) == 1 + 7
    assert "4.7 million parameters" in chapter.prose["costs-words"]
    assert round(sum(numbers[-2:]) / 1e6, 1) == 4.7


def test_each_price_is_paid_where_the_chapter_says(names):
    shares = {
        name: [part / total for part, total in zip(names["costs"](name), names["totals"], strict=True)]
        for name, _ in names["net"].named_children()
    }
    dearest = [max(shares, key=lambda name, n=n: shares[name][n]) for n in range(3)]
    assert dearest[0] == "classifier"
    assert dearest[1] in ("block3", "block4")
    assert dearest[2] == "block1"


def test_the_figures_descriptions_tell_the_numbers_that_are_drawn(names):
    from helpers.words import say

    told = say("figure.vgg_costs")
    shares = {
        name: [round(100 * part / total) for part, total in zip(names["costs"](name), names["totals"], strict=True)]
        for name, _ in names["net"].named_children()
    }
    for n in (1, 2):
        numbers = [shares[name][n] for name in shares]
        assert ", ".join(map(str, numbers[:-1])) + f", and {numbers[-1]}" in told
    assert [shares[name][0] for name in ("block4", "block5", "classifier")] == [3, 4, 93]


def test_stacks_see_and_cost_what_the_chapter_says(chapter, names):
    assert names["fields"] == [3, 5, 7, 9, 11]
    assert "81% more weights, 81% more multiply-adds" in printed(chapter, "stack-weights")
    assert "81 % more" in chapter.prose["stack-cost-words"]
    single, stack = (
        sum(count(nn.Conv2d(c, 64, k, bias=False)) for c, k in layers)
        for layers in ([(3, 7)], [(3, 3), (64, 3), (64, 3)])
    )
    assert f"one 7×7: {single:,} weights   three 3×3: {stack:,} weights" in printed(chapter, "stack-first")
    assert "the stack has eight times as many weights" in chapter.prose["stack-first-words"]
    assert round(stack / single) == 8


def test_a_merged_pair_differs_in_the_outermost_ring_only(chapter):
    made = {"torch": torch, "F": F, "print": lambda *_: None}
    exec(chapter.sources["between-merge"], made)
    differs = ~torch.isclose(made["pair"], made["single"])[0, 0]
    assert f"{differs.sum()} of {differs.numel()} differ" in printed(chapter, "between-merge")
    assert "They are all in the outermost ring" in chapter.prose["between-merge-words"]
    ring = torch.ones_like(differs)
    ring[1:-1, 1:-1] = False
    assert torch.equal(differs, ring)


def test_the_experiments_change_one_thing_each():
    recipes = [recordings.load(name).recipe for name in ("vgg-pairs", "vgg-linear-pairs", "vgg-fives")]
    assert {(r.epochs, r.images, r.size, r.batch_size, r.lr, len(r.seeds), r.test) for r in recipes} == {
        (6, 12_000, 32, 64, 0.002, 3, False)
    }
    assert [r.settings for r in recipes] == [{}, {"between": False}, {"single": True}]
    pairs, linear, fives = (models.paired_vgg(**r.settings) for r in recipes)
    assert count(pairs) == count(linear)
    kinds = [[type(layer) for layer in net[2]] for net in (pairs, linear, fives)]
    assert kinds == [
        [nn.Conv2d, nn.ReLU, nn.Conv2d, nn.ReLU, nn.MaxPool2d],
        [nn.Conv2d, nn.Conv2d, nn.ReLU, nn.MaxPool2d],
        [nn.Conv2d, nn.ReLU, nn.MaxPool2d],
    ]
    fields = []
    for net in (pairs, linear, fives):
        rows = network.table(network.trace(net, (1, 32, 32)), (1, 32, 32))
        fields.append(next(row.field for row in reversed(rows) if row.text.startswith("MaxPool2d")))
        assert net.eval()(torch.rand(2, 1, 32, 32)).shape == (2, 10)
    assert len(set(fields)) == 1  # all three see the same
    assert count(fives) == pytest.approx(count(pairs), rel=0.06)  # about as many weights
    weights_of = [
        [sum(layer.weight.numel() for layer in block if isinstance(layer, nn.Conv2d)) for block in net[:5]]
        for net in (pairs, fives)
    ]
    for n, c in ((1, 8), (2, 16), (3, 32)):  # blocks 2, 3 and 4 double the channels
        assert [part[n] // c**2 for part in weights_of] == [54, 50]
    assert weights_of[0][4] < weights_of[1][4]  # block 5 does not
    layers = [sum(isinstance(m, nn.Conv2d | nn.Linear) for m in net.modules()) for net in (pairs, fives)]
    assert layers == [13, 8]
    for name in ("pairs", "fives"):
        short, longer = (recordings.load(f"vgg-{name}{end}").recipe for end in ("", "-long"))
        assert dataclasses.replace(longer, epochs=6) == short
        assert longer.epochs == 18


def last_of(name):
    return [run["validation_accuracy"][-1] for run in recordings.load(name).runs]


def test_the_experiment_ends_as_the_chapter_says(chapter, names):
    told = chapter.prose["experiment-words"]
    pairs, linear, fives = (last_of(name) for name in ("vgg-pairs", "vgg-linear-pairs", "vgg-fives"))
    between = abs(statistics.mean(pairs) - statistics.mean(linear))
    assert "the means differ by less than 0.001" in told
    assert between < 0.001 < min(max(runs) - min(runs) for runs in (pairs, linear))
    gain = statistics.mean(fives) - statistics.mean(pairs)
    assert f"by {100 * gain:.1f} percentage points" in told
    assert min(fives) > max(pairs + linear)  # each run is above each run of the others
    gap, told = names["gap_solution"], chapter.prose["real-task"]
    assert f"about −{-gap(pairs, fives):.0f}, a larger difference than three seeds explain" in told
    longer = [last_of(name) for name in ("vgg-pairs-long", "vgg-fives-long")]
    assert f"After 18 epochs: about {gap(*longer):.1f}." in told
    words = chapter.prose["experiment-long-words"]
    apart = abs(statistics.mean(longer[0]) - statistics.mean(longer[1]))
    assert f"differ by {apart:.3f}" in words
    assert min(max(runs) - min(runs) for runs in longer) > 5 * apart
    assert f"about {gap(pairs, linear):.1f}. Pairs without a ReLU" in told
    assert f"about −{-gap(linear, fives):.1f}, just beyond the rule of thumb" in told
    assert -3.5 < gap(linear, fives) < -3
    assert list(names["results"].values()) == [pairs, linear, fives, *longer]


def test_what_is_said_of_the_notes_recipe(chapter):
    recording, told = recordings.load("vgg-narrow"), chapter.prose["recipe-words"]
    recipe, [run] = recording.recipe, recording.runs
    assert recipe == recordings.RECIPES["vgg-narrow"]
    assert (recipe.epochs, recipe.size, recipe.batch_size, recipe.lr, recipe.again) == (5, 224, 256, 0.001, False)
    right = run["test_accuracy"]
    assert told.startswith(f"{right:.3f} of the test images are right")
    assert {recording.made["device"]} == set(run["machines"]) == {"AMD EPYC (2 cores)"}
    assert "two cores of an AMD EPYC" in told
    assert recording.made["precision"] in told
    assert f"the standard error is {(right * (1 - right) / 10_000) ** 0.5:.3f}" in told
    names = ("vgg-pairs", "vgg-linear-pairs", "vgg-fives", "vgg-pairs-long", "vgg-fives-long")
    spreads = [recordings.load(name).validation_accuracy[1] for name in names]
    assert f"between {min(spreads):.3f} and {max(spreads):.3f}" in told
    assert f"read it as {right:.2f}, give or take a point" in told
    lenet, page = (recordings.load(name).test_accuracy[0] for name in ("lenet-modern", "vgg-page"))
    assert f"LeNet's {lenet:.3f}" in told
    assert f"{page:.3f} of the network in the next section" in told
    assert lenet - right > 0.015
    assert 0.008 < page - right < 0.015


def test_so_many_pictures_are_right_without_a_part(chapter):
    """The answers to the tasks under the trained network, on the 200 test images of the page."""
    held = load_file(weights.TEST_IMAGES)
    batches = data.Batches(data.Split(held["images"], held["labels"].long()), 200, size=64)
    net = models.trained("vgg")

    def right(*parts):
        return round(200 * train.accuracy(network.without(net, parts, (1, 64, 64)), batches))

    told, maps = chapter.prose["alive-tasks"], [right(f"block1.0:{unit}") for unit in range(8)]
    assert f"gets {right()} right" in told
    assert maps.index(min(maps)) == 3
    assert f"without map 3: {maps[3]} are left" in told
    assert f"at least {min(maps[:3] + maps[4:])} are right" in told
    assert f"3. {right('block3.2')}. By chance" in told
    shapes_of = {row.name: row.shape for row in network.table(network.trace(net, (1, 64, 64)), (1, 64, 64))}
    assert [shapes_of[f"block{n}.4"] for n in (3, 5)] == [(32, 8, 8), (64, 2, 2)]


def test_the_starts_are_what_the_chapter_says(chapter):
    for name, wanted in (("hundredth", 0.01), ("tenth", 0.1)):
        recipe = recordings.load(f"vgg-start-{name}").recipe
        assert recipe.settings == {"deviation": wanted}
        assert (recipe.epochs, recipe.images, recipe.size, len(recipe.seeds)) == (5, 6_000, 32, 3)
        train.seed_everything(0)
        layer = models.deep_vgg(deviation=wanted)[3][0]
        assert layer.weight.std().item() == pytest.approx(wanted, rel=0.05)
        assert not layer.bias.any()
    he, glorot = models.deep_vgg()[3][2], models.deep_vgg(glorot=True)[3][2]
    n = 9 * 64
    assert he.weight.std().item() == pytest.approx((2 / n) ** 0.5, rel=0.05)
    assert glorot.weight.std().item() == pytest.approx((2 / (n + n)) ** 0.5, rel=0.05)
    default = models.deep_vgg(default=True)[3][2].weight.std().item()
    assert default == pytest.approx((1 / (3 * n)) ** 0.5, rel=0.05)
    assert default * (n / 2) ** 0.5 == pytest.approx(0.41, abs=0.02)
    eight, most = ((2 / (9 * channels)) ** 0.5 for channels in (8, 64))
    told = f"between He's values for layers that read 8 channels ({eight:.2f}) and 64 ({most:.2f})"
    assert told in chapter.prose["further-start-result"]
    deep = models.deep_vgg(default=True)
    assert sum(isinstance(layer, nn.Conv2d | nn.Linear) for layer in deep.modules()) == 16


def test_the_starts_end_as_the_chapter_says(names):
    losses = {name: [run["loss"] for run in recordings.load(f"vgg-start-{name}").runs] for name in STARTS}
    guessing = torch.tensor(10.0).log().item()
    assert all(abs(loss - guessing) < 0.01 for run in losses["hundredth"] for loss in run)
    assert all(abs(run[0] - guessing) < 0.01 and run[-1] < 1.5 for run in losses["default"])
    assert all(run[0] < 2.1 for name in ("glorot", "he", "tenth") for run in losses[name])
    reached = {name: last_of(f"vgg-start-{name}") for name in STARTS}
    for name in ("hundredth", "default", "glorot"):
        assert max(reached[name]) < min(reached["he"] + reached["tenth"])
    assert abs(names["gap_solution"](reached["he"], reached["tenth"])) < 1
    first, *_, last = names["signals"]["He"]
    assert max(names["signals"]["He"]) < 10 * min(names["signals"]["He"])
    assert names["signals"]["0.01"][-1] < 1e-8 < 1e4 < names["signals"]["0.1"][-1]
    assert first > last


STARTS = ("hundredth", "tenth", "default", "glorot", "he")


def test_the_papers_numbers(chapter, names):
    ours = {name: count(net) for name, net in names["papers"].items()}
    assert ours == {"A": 132_863_336, "B": 133_047_848, "D": 138_357_544, "E": 143_667_240}
    for name, wanted in (("A", "vgg11"), ("B", "vgg13"), ("D", "vgg16"), ("E", "vgg19")):
        with torch.device("meta"):
            theirs = getattr(torchvision.models, wanted)(init_weights=False)
        assert [p.shape for p in theirs.parameters()] == [p.shape for p in names["papers"][name].parameters()]
    assert "epochs: 73.9" in printed(chapter, "audit-epochs")
    assert "370,000 iterations are 74 epochs | 73.9" in chapter.prose["audit-table"]
    assert sum(convolutions for convolutions, _ in names["TABLES"]["B"]) == 10  # B has ten convolutions


def test_adaptive_pooling_changes_nothing_at_224(chapter, names):
    rows = network.table(network.trace(on_meta(models.VGG_11), (1, 224, 224)), (1, 224, 224))
    _, *sides = next(row.shape for row in reversed(rows) if row.text.startswith("MaxPool2d"))
    pool, told = names["theirs"].avgpool, chapter.prose["audit-torchvision-words"]
    assert f"adaptive average pooling to {pool.output_size[0]}×{pool.output_size[1]} before the classifier" in told
    assert f"changes nothing, since the maps are {sides[0]}×{sides[1]} already" in told
    maps = torch.rand(2, 3, *sides)
    assert torch.equal(pool(maps), maps)


def test_the_messages_that_the_chapter_shows_are_pytorchs(chapter):
    assert "to have 8 channels, but got 16 channels" in str(chapter.raised["wrong-channels"])
    assert "too small" in str(chapter.raised["wrong-size-code"])


def test_the_prices_of_the_open_exercise(chapter):
    told = chapter.prose["open"]
    narrow = models.narrow_vgg()
    rows = network.table(network.trace(narrow, (1, 224, 224)), (1, 224, 224))
    work = sum(row.multiply_adds for row in rows)
    assert f"{work / 1e6:.0f} million multiply-adds" in told
    assert 1 - work / 1e9 == pytest.approx(7 / 8, abs=0.01)
    assert f"{count(narrow) / 1e6:.1f} million parameters" in told
    assert f"{count(narrow) - 2_000_000:,} parameters above it" in told
    assert f"{count(narrow.classifier[1]) / 1e6:.1f} million of them in its first fully connected layer" in told


def test_the_quiz_knows_the_answers():
    questions = json.loads((QUIZZES / "07_vgg.json").read_text(encoding="utf-8"))["questions"]
    answers = {question["id"]: question.get("answer") for question in questions}
    assert answers["field"] == shapes.receptive_field([(3, 1)] * 4)[-1].size
    assert answers["weights"] == 2 * shapes.conv2d_parameters(32, 32, 3, bias=False)
    wrong = {entry["value"] for entry in questions[3]["feedback"]["wrong"]}
    assert shapes.conv2d_parameters(32, 32, 5, bias=False) in wrong
    told = json.dumps(questions)
    assert f"{totals(models.VGG_11)[0] / 1e6:.1f} to {totals(models.VGG_11[:-1])[0] / 1e6:.1f} million" in told


def test_every_error_rate_is_the_papers():
    """Table 3 of the paper, top-1 and top-5 at one image size, and tables 5 to 7."""
    audit = chapter_named("07_vgg").prose["audit"]
    for rates in ("29.6 and 10.4", "29.7 and 10.5", "28.7 and 9.9", "28.1 and 9.4", "27.0 and 8.8"):
        assert rates in audit
    table = chapter_named("07_vgg").prose["audit-table"]
    assert re.findall(r"\*\*(\d\.\d) %\*\*", table) == ["7.3", "7.0", "6.8"]


@pytest.mark.parametrize("seed", range(5))
def test_the_loss_falls_within_a_few_steps(seed):
    """The narrow network on pictures of the sample, as the chapter starts it: 40 steps, five seeds."""
    train.seed_everything(seed)
    net = models.start_with(models.narrow_vgg(size=32, dropout=0.5))
    batches = data.Batches(data.sample().train.take(torch.randperm(3000)[:1280]), 64, shuffle=True, size=32)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.001)
    history = train.fit(net, batches, epochs=2, optimizer=optimizer, progress=False)
    assert history.loss[1] < 0.75 * history.loss[0]
