"""Chapter 9 says what is true: its definitions, its numbers, its audit and its quiz."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from helpers import data, models, network, recordings, train, weights
from helpers.widgets.explorers.quiz import FOLDER as QUIZZES
from tests.chapters.reading import chapter_named
from tests.chapters.test_07_vgg import Taught

pytestmark = pytest.mark.slow  # the chapter trains


@pytest.fixture(scope="module")
def chapter():
    return chapter_named("09_googlenet")


def test_the_branches_are_called_by_their_kernels_where_code_and_explorer_count_differently(chapter, names):
    told = chapter.prose["alive"]
    kernels = ["1×1", "3×3", "5×5", "pooling"]
    assert ", ".join(f"*Branch {n}* is {kernel}" for n, kernel in enumerate(kernels)) in told
    block = models.Inception(8, 1, (1, 1), (1, 1), 1)
    sizes = [getattr(block, f"branch{n}")[-2].kernel_size[0] for n in range(1, 4)]
    assert sizes == [1, 3, 5]
    assert isinstance(block.branch4[0], nn.MaxPool2d)
    joins = [
        row.name
        for row in network.table(network.trace(models.trained("googlenet"), (1, 96, 96)), (1, 96, 96))
        if row.text == "Concat"
    ]
    assert joins == list(names["places"].values())
    assert all(f"`{join}`" in told for join in (joins[0], joins[1], joins[2]))


@pytest.fixture(scope="module")
def names(chapter):
    return chapter.names


def taught(source):
    """The one definition of a source as a syntax tree, as a chapter shows it."""
    [node] = [n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    if ast.get_docstring(node) is not None:
        node.body = node.body[1:]
    return ast.dump(Taught().visit(node))


def test_chapter_and_helpers_define_the_same(chapter, names):
    for cell, of_helpers in (("block-def", models.Inception), ("googlenet-def", models.googlenet)):
        assert taught(chapter.sources[cell]) == taught(inspect.getsource(of_helpers))
    assert names["INCEPTIONS"] == models.googlenet.__globals__["INCEPTIONS"]


def count(net):
    return sum(p.numel() for p in net.parameters())


def printed(chapter, cell):
    return "".join(output.get("text", "") for output in chapter.cells[cell].outputs)


def totals(block):
    rows = network.table(network.trace(block, (192, 28, 28)), (192, 28, 28))
    return sum(row.parameters for row in rows)


def test_what_is_seen_in_the_first_explorer(chapter, names):
    told, block = chapter.prose["touch-tasks"], models.Inception(192, 64, (96, 128), (16, 32), 32)
    parts = [count(branch) for branch in (block.branch1, block.branch2, block.branch3, block.branch4)]
    assert max(parts) == parts[1]
    assert f"{parts[1]:,} of {count(block):,}" in told
    rows = network.table(names["explorer"].layers, (192, 28, 28))
    assert [rows[6].text, rows[8].text] == [
        "Conv2d(192, 16, kernel_size=1)",
        "Conv2d(16, 32, kernel_size=5, padding=2)",
    ]
    block.branch3[0], block.branch3[2] = nn.Identity(), nn.Conv2d(192, 32, 5, padding=2)
    assert f"By a factor of {totals(block) / 163_696:.1f}, to {totals(block):,}" in told
    assert "from {:,} to {:,}".format(*(count(nn.Conv2d(c, 32, 5)) for c in (16, 192))) in told
    fields = [row.field for row in rows if row.text.startswith("Conv2d")]
    assert fields == [(1, 1), (1, 1), (3, 3), (1, 1), (5, 5), (3, 3)]


def test_what_reductions_save(chapter, names):
    assert "5×5: 153,600 directly,  15,872 through 16" in printed(chapter, "reduce-weights")
    assert "both: 374,784 and 144,896" in printed(chapter, "reduce-weights")
    assert "153,600 weights without its reduction and 15,872 with it" in chapter.prose["reduce-words"]
    (three, small), (five, tiny) = (
        (names["direct"](192, c_o, k), names["reduced"](192, c_r, c_o, k))
        for c_r, c_o, k in ((96, 128, 3), (16, 32, 5))
    )
    told = chapter.prose["reduce-words"]
    assert f"{1 - small / three:.0%} and not {1 - tiny / five:.0%}".replace("%", " %") in told
    assert f"two thirds as much, {three - small:,} against {five - tiny:,}" in told
    assert (three - small) / (five - tiny) == pytest.approx(2 / 3, abs=0.01)
    tipping = [c_r for c_r in range(1, 193) if names["reduced"](192, c_r, 32, 5) > names["direct"](192, 32, 5)]
    assert f"costs more from {tipping[0]} channels up" in chapter.prose["reduce-limit-words"]


def test_the_network_is_as_published(chapter, names):
    assert "5,977,530 parameters" in printed(chapter, "costs-table")
    assert "classifier  (1, 10)" in printed(chapter, "trace")
    sums = [int(line.rpartition("=")[2]) for line in printed(chapter, "channels").splitlines()]
    assert sums == [256, 480, 512, 512, 512, 528, 832, 832, 1024]
    rows = network.table(network.trace(models.googlenet(), (1, 96, 96)), (1, 96, 96))

    def part(stages, what):
        chosen = [row for row in rows if row.name.startswith(stages)]
        return sum(getattr(row, what) for row in chosen) / sum(getattr(row, what) for row in rows)

    assert part(("b4", "b5"), "parameters") == pytest.approx(0.89, abs=0.01)  # nearly nine tenths
    assert part(("b2", "b3"), "multiply_adds") > 0.5
    assert f"{100 * part('classifier', 'parameters'):.1f} % of the total" in chapter.prose["costs-words"]
    told = chapter.prose["costs-words"]
    assert f"Stage b4, in both: {100 * part('b4', 'parameters'):.0f} % of the parameters" in told
    assert f"and {100 * part('b4', 'multiply_adds'):.0f} % of the multiply-adds" in told
    for what in ("parameters", "multiply_adds"):
        assert max(("b1", "b2", "b3", "b4", "b5"), key=lambda stage: part(stage, what)) == "b4"
    vgg = models.vgg()
    ends = sum(count(layer) for layer in vgg.modules() if isinstance(layer, nn.Linear))
    assert f"VGG-11 have {100 * ends / count(vgg):.0f} % of its parameters" in told
    assert count(vgg) / count(models.googlenet()) == pytest.approx(20, abs=2)  # a twentieth
    assert [(row.name, row.field) for row in rows if row.name == "b5.1.cat"] == [("b5.1.cat", (715, 715))]


def _unreduced():
    """The rows of the same network whose 3×3 and 5×5 convolutions read their block's input."""
    net = models.googlenet()
    for block in [module for module in net.modules() if isinstance(module, models.Inception)]:
        for branch in (block.branch2, block.branch3):
            wide, kept = branch[0], branch[2]
            branch[0], branch[1] = nn.Identity(), nn.Identity()
            branch[2] = nn.Conv2d(wide.in_channels, kept.out_channels, kept.kernel_size, padding=kept.padding)
    return network.table(network.trace(net, (1, 96, 96)), (1, 96, 96))


def test_where_the_saving_comes_from(chapter, names):
    """Without reductions four times as many parameters; with fully connected layers ten times."""
    rows = network.table(network.trace(models.googlenet(), (1, 96, 96)), (1, 96, 96))
    work = sum(row.multiply_adds for row in rows)
    without, more = work + names["extra_work"], work + names["head"]
    assert f"{without / 1e6:.0f} million multiply-adds" in printed(chapter, "costs-direct")
    assert f"{more / 1e6:.0f} million multiply-adds" in printed(chapter, "costs-direct")
    told = chapter.prose["costs-direct-words"]
    assert f"and {without / work:.1f} times the multiply-adds" in told
    assert f"only {more / work:.1f} times the multiply-adds" in told
    assert f"without them {without / work:.1f} times the multiply-adds" in chapter.prose["summary"]
    assert names["extra_work"] == sum(row.multiply_adds for row in _unreduced() if row.text.startswith("Conv2d")) - sum(
        row.multiply_adds for row in rows if row.text.startswith("Conv2d")
    )
    assert names["extra"] / 5_977_530 + 1 == pytest.approx(4, abs=0.1)
    assert (names["head"] + 5_977_530) / 5_977_530 == pytest.approx(10, abs=0.5)


def test_so_many_pictures_are_right_without_a_branch(chapter):
    """The answers to the tasks under the trained network, on the 200 test images of the page."""
    held = load_file(weights.TEST_IMAGES)
    batches = data.Batches(data.Split(held["images"], held["labels"].long()), 200, size=96)
    net = models.trained("googlenet")

    def right(*parts):
        return round(200 * train.accuracy(network.without(net, parts, (1, 96, 96)), batches))

    told = chapter.prose["alive-tasks"]
    first, fourth, fifth = ([right(f"{name}.cat/{n}") for n in range(4)] for name in ("b3.0", "b4.0", "b4.1"))
    assert f"{right()} are right. Without the 5×5 branch of 3a, {first[2]} are." in told
    assert f"the 1×1 branch only {first[0]} are still right, without the 3×3 branch {first[1]}, without the pooling branch {first[3]}" in told  # fmt: skip  # noqa: E501
    assert f"In 4a, {fourth[0]} are still right without the 1×1 branch, and in 4b {fifth[0]}" in told
    assert f"at least {min(fourth[1:] + fifth[1:])}." in told
    fives = [f"b{n}.{i}.cat/2" for n, i in ((3, 0), (3, 1), *((4, i) for i in range(5)), (5, 0), (5, 1))]
    assert (
        f"{right(*fives)} are right without all nine, against {right()} with them" in chapter.prose["alive-pairs-words"]
    )


def test_what_the_ablations_show_is_what_the_chapter_says(chapter, names):
    kept, whole, told = names["kept"], names["whole"], chapter.prose["alive-words"]
    first = [name for name in kept if min(kept[name]) == kept[name][0]]
    assert first == ["3a", "4a", "4b", "4c", "4d"]
    assert "In five blocks, 3a and 4a to 4d, the 1×1 branch matters most" in told
    assert min(whole - kept[name][0] for name in first if name != "4d") > 0.4
    assert f"In 5a it is the 3×3 branch, with {100 * (whole - kept['5a'][1]):.0f} points" in told

    # of the same pictures, those that only one of the two networks gets right
    on, n, told = names["all_on"], 250, chapter.prose["alive-pairs-words"]
    assert len(on) == n

    def points(off):
        change = on.double() - off.double()
        return 100 * change.mean().item(), 100 * (change.var(unbiased=False) / n).sqrt().item()

    *apart, together = map(points, names["without_5x5"].values())
    measured = dict(zip(names["places"], apart, strict=True))
    lines = printed(chapter, "alive-pairs").splitlines()
    for (difference, error), line in zip(measured.values(), lines, strict=False):
        assert f"{difference:4.1f} points, standard error {error:.1f}" in line
    clear = {name for name, (difference, error) in measured.items() if difference > 2 * error}
    assert clear == {"3b", "4e", "5a", "5b"}
    assert max(measured[name][0] / measured[name][1] for name in measured) < 4.1
    assert [round(f(measured[name][0] for name in clear)) for f in (min, max)] == [3, 8]
    total = sum(difference for difference, _ in apart)
    assert f"falls by {together[0]:.0f} points, more than the {total:.0f} that" in told
    assert f"losing all nine takes {together[0]:.0f}" in chapter.prose["summary"]


def test_the_gradients_are_what_the_chapter_says(chapter, names):
    measured = names["measured"]
    plain, helped, he = measured[False, 0.0], measured[False, 0.3], measured[True, 0.0]
    assert plain[0] < plain[-1] / 1000  # thousands of times smaller
    gains = [b / a for a, b in zip(plain, helped, strict=True)]
    told = chapter.prose["gradients-words"]
    assert f"about {gains[0]:.0f} times larger in b1" in told
    assert "130 to 145 times in b2, 3a and 4a, and four times in 4d" in told
    assert 129.5 < min(gains[1:4]) < max(gains[1:4]) < 145
    assert round(gains[4]) == 4
    assert "35 to 145 times larger" in chapter.prose["summary"]
    assert "some 35 times larger" in chapter.prose["experiment-words"]
    assert helped[0] / 1e-8 == pytest.approx(90, abs=5)  # ninety times Adam's ε
    assert helped[-1] == pytest.approx(plain[-1], rel=1e-3)
    assert he[0] > 1e6 * plain[0]
    assert max(abs(measured[True, 0.3][n] / he[n] - 1) for n in range(6)) < 0.05
    assert "by more than 5 %" in told


def test_the_recorded_runs_are_what_the_chapter_says():
    recipe = recordings.load("googlenet-plain").recipe
    assert (recipe.images, recipe.batch_size, recipe.lr, recipe.size, recipe.settings) == (6_000, 64, 0.001, 96, {})
    page = recordings.load("googlenet-page").recipe
    assert (page.network, page.settings, page.epochs, page.size) == ("googlenet", {"divide": 4}, 8, 96)


def test_the_papers_table(chapter, names):
    printed_rows, ours = names["PRINTED"], names["ours"]
    assert sum(params for params, _ in printed_rows.values()) == pytest.approx(6797.7)
    assert sum(ops for _, ops in printed_rows.values()) == 1502
    near = {name for name, (params, _) in printed_rows.items() if abs(params - ours[name][0]) < 1.1}
    assert near == {"conv2", "3a", "3b", "4b", "linear"}
    off = [abs(printed_rows[name][0] - ours[name][0]) for name in ("4a", "4c", "4d", "4e", "5a", "5b")]
    assert [round(min(off)), round(max(off))] == [3, 54]
    work_off = {name: abs(printed_rows[name][1] - ours[name][1]) for name in ours}
    assert {name for name, difference in work_off.items() if difference > 1} == {"conv1", "5a"}
    assert f"1,072 · 1,024 · 49 = {1072 * 1024 * 49 / 1e6:.1f} million" in chapter.prose["audit-words"]
    assert f"to {sum(work for _, work in ours.values()):,.0f} | consistent" in chapter.prose["audit-words"]
    assert "printed column adds up to 1,502 million" in chapter.prose["audit-words"]
    assert printed_rows["conv1"] == (2.7, 34)
    layers = nn.Conv2d(3, 24, 7, groups=3), nn.Conv2d(24, 64, 1)
    weights = sum(layer.weight.numel() for layer in layers)
    assert [round(part, 1) for part in (weights / 1000, weights / 1024, sum(map(count, layers)) / 1024)] == [
        2.7,
        2.6,
        2.7,
    ]
    shown = printed(chapter, "audit-first").splitlines()
    assert shown[1] == "8: 2,712 weights, 34.0 million multiply-adds; 2.7 thousand, 2.6 K, with biases 2.7 K"
    assert [line for line in shown if "34.0 million" in line] == [shown[1]]
    assert "AlexNet has 8.7 times as many" in printed(chapter, "audit-sums")
    assert names["total"] == 6_998_552
    assert names["kernels"](names["theirs"])[5, 5] == 0
    assert names["kernels"](names["paper"])[5, 5] == 9


def test_the_messages_that_the_chapter_shows_are_pytorchs(chapter):
    assert "Sizes of tensors must match" in str(chapter.raised["wrong-padding-code"])


def test_the_quiz_knows_the_answers():
    questions = json.loads((QUIZZES / "09_googlenet.json").read_text(encoding="utf-8"))["questions"]
    answers = {question["id"]: question.get("answer") for question in questions}
    block = models.Inception(512, 128, (128, 256), (24, 64), 64)
    assert answers["channels"] == block(torch.zeros(1, 512, 3, 3)).shape[1]
    assert answers["fives"] == 64 * 8 + 8 * 32 * 25


def test_the_experiment_ends_as_the_chapter_says(chapter):
    plain, helped = (recordings.load(f"googlenet-{name}") for name in ("plain", "auxiliary"))
    assert dataclasses.replace(helped.recipe, settings={}) == plain.recipe
    assert (helped.recipe.settings, helped.recipe.epochs, len(helped.recipe.seeds)) == ({"weight": 0.3}, 4, 3)
    for one, other in zip(plain.runs, helped.runs, strict=True):
        first, second = one["validation_accuracy"], other["validation_accuracy"]
        assert max(first[0], second[0]) < 0.11  # chance
        assert first[1] > second[1]
        assert first[2] > second[2]
        assert first[3] > second[3]
    behind = [
        a["validation_accuracy"][3] - b["validation_accuracy"][3] for a, b in zip(plain.runs, helped.runs, strict=True)
    ]
    assert "by {:.3f}, {:.3f} and {:.3f};".format(*behind) in chapter.prose["experiment-words"]
    (mean, spread), (helped_mean, helped_spread) = plain.validation_accuracy, helped.validation_accuracy
    assert abs(mean - helped_mean) == pytest.approx(0.01, abs=0.005)
    assert abs(mean - helped_mean) < min(spread, helped_spread)


def test_the_whole_network_is_as_good_as_the_chapter_says(chapter):
    recording = recordings.load("googlenet")
    (run,), recipe, words = recording.runs, recording.recipe, chapter.prose["train-words"]
    assert f"{run['test_accuracy']:.3f} of the 10,000 test images are classified correctly" in words
    assert "with seed 0, computed in bfloat16 on two cores of an AMD EPYC" in words
    assert (run["seed"], recording.made["precision"], set(run["machines"])) == (0, "bfloat16", {"AMD EPYC (2 cores)"})
    assert (recipe.epochs, recipe.batch_size, recipe.lr, recipe.settings) == (5, 256, 0.001, {})
    assert "Adam with a learning rate of 0.001, batches of 256, five epochs" in chapter.prose["train"]
