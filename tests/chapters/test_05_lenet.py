"""Chapter 5 says what is true: its definitions, its numbers, its exercises' checks and its quiz."""

from __future__ import annotations

import inspect
import json
import math
import re
from itertools import pairwise

import pytest
import torch
from torch import nn

from helpers import data, models, recordings, shapes, train
from helpers.exercise import check
from helpers.models import lenet as lenet_module
from helpers.widgets.explorers.quiz import FOLDER as QUIZZES
from tests.chapters.reading import chapter_named, check_of, definition

pytestmark = pytest.mark.slow  # the chapter trains


@pytest.fixture(scope="module")
def chapter():
    return chapter_named("05_lenet")


@pytest.fixture(scope="module")
def names(chapter):
    return chapter.names


def test_chapter_and_helpers_define_the_same(chapter):
    for cell, function in (("train-epoch", train.train_epoch), ("accuracy", train.accuracy)):
        assert definition(chapter.sources[cell]) == definition(inspect.getsource(function))
    ours = chapter.sources["lenet"].replace("def lenet(", "def _lenet(")
    assert definition(ours) == definition(inspect.getsource(lenet_module._lenet))


def test_the_bugs_of_the_hunt_are_those_that_the_task_tells_of(chapter, names):
    """The evaluation printed in the task, as it stands there, is wrong, in the ways that the task tells of."""
    [printed] = re.findall(r"```python\n(.*?)```", chapter.prose["bug-task"], re.S)
    made = {}
    exec(printed, names, made)
    assert check(check_of(chapter, "bug"), made["evaluate"]).state == "wrong"
    for bug in ("net.eval\n", "softmax(dim=1)", "/ len(batches)", "net.train()\n"):
        assert bug in printed
    assert "no_grad" not in printed


def test_the_numbers_of_the_architecture(chapter):
    net = models.classical_lenet()
    conv1, conv2 = (sum(p.numel() for p in net[n].parameters()) for n in (0, 3))
    assert f"They have {conv1:,} and {conv2:,}" in chapter.prose["count-words"]
    work = [shapes.conv2d_multiply_adds(1, 6, 5, (28, 28)), shapes.conv2d_multiply_adds(6, 16, 5, (10, 10))]
    assert f"from {work[0]:,} to {work[1]:,} multiply-adds" in chapter.prose["count-words"]
    assert round(work[1] / work[0]) == 2
    assert round(conv2 / conv1) == 15
    assert (
        f"{sum(p.numel() for p in net[7].parameters()) / 61_706:.0%}".replace("%", " %") in chapter.prose["count-words"]
    )
    connected = (6 * 3 + 9 * 4 + 1 * 6) * 25 + 16  # the paper's C3: six kernels read 3 maps, nine 4, one all 6
    assert f"it has {connected:,} parameters instead of {conv2:,}" in chapter.prose["count-words"]
    assert f"{sum(p.numel() for p in net[7].parameters()):,}. The second" in chapter.prose["network-tasks"]
    assert f"{work[1]:,}." in chapter.prose["network-tasks"]


def test_the_numbers_of_the_other_prose(chapter):
    [printed] = chapter.cells["dense-size"].outputs
    dense = shapes.linear_parameters(3 * 1000 * 1000, 256, bias=False)
    conv = shapes.conv2d_parameters(3, 256, 5, bias=False)
    work = shapes.conv2d_multiply_adds(3, 256, 5, (1000, 1000))
    outputs = 256 * 1000 * 1000
    assert f"per output: {dense // 256:,} and {work // outputs}" in printed.text
    assert dense / conv == (dense / 256) / (work / outputs) == 40_000
    assert chapter.prose["dense-order"].startswith("40,000 times fewer weights, and just as many times fewer")
    assert f"{work / 1e9:.1f} billion" in chapter.prose["dense-order"]
    assert rf"\ln 10 \approx {math.log(10):.1f}$" in chapter.prose["before-loss-words"]
    z = torch.linspace(-6, 6, 1001, requires_grad=True)
    z.sigmoid().sum().backward()
    steepest = z.grad.max().item()
    assert rf"\le \tfrac1{round(1 / steepest)}$" in chapter.prose["gradients-words"]
    assert rf"at most $\tfrac{{1}}{{{round(steepest**-4)}}}$" in chapter.prose["gradients-words"]  # of four slopes
    features = nn.Sequential(*list(models.modern_lenet())[:7])
    flat = features(torch.rand(1, 1, 224, 224)).shape[1]
    side = round((flat / 16) ** 0.5)
    assert rf"{flat} is $16 \cdot {side} \cdot {side}$" in chapter.prose["wrong-shape"]


def test_the_mistake_of_the_size_is_the_notes(chapter, names):
    assert "46656" in str(chapter.raised["wrong-shape-code"])


def test_the_notes_lenet_loses_and_the_same_layers_win(chapter):
    names = ("linear", "hidden", "hidden-modern", "lenet-classical", "lenet-modern")
    mean = {name: recordings.load(name).test_accuracy[0] for name in names}
    assert mean["lenet-classical"] < mean["linear"] < mean["hidden"] < mean["hidden-modern"] < mean["lenet-modern"]
    assert abs(mean["lenet-classical"] - 0.811) < 0.01  # what the notes report
    assert mean["lenet-modern"] > 0.9145  # the best that was known when the chapter was planned
    assert round(100 * (mean["lenet-modern"] - mean["lenet-classical"])) == 10
    assert "ten percentage points more" in chapter.prose["test-words"]
    assert round(100 * (mean["lenet-modern"] - mean["hidden-modern"])) == 3
    assert "by three points" in chapter.prose["test-words"]
    spreads = [recordings.load("lenet-modern").test_accuracy[1], recordings.load("lenet-modern").validation_accuracy[1]]
    assert "it is {:.4f} here and was {:.4f} on the validation".format(*spreads) in chapter.prose["test-words"]
    right = round(mean["lenet-modern"], 2)
    told = rf"about {math.sqrt(right * (1 - right) / 10_000):.3f} (the root of ${right} \cdot {1 - right:.2f} / 10000$)"
    assert f"for an accuracy of {right}, that alone gives a standard error of {told}" in chapter.prose["test-words"]


def test_the_table_of_activation_and_schedule(chapter):
    words = chapter.prose["two-by-two-words"]
    names = ("lenet-classical", "lenet-classical-schedule", "lenet-max", "lenet-schedule")
    sigmoid, patient, relu, both = (recordings.load(name).validation_accuracy[0] for name in names)
    assert f"the schedule alone gives {patient - sigmoid:+.3f}" in words
    assert f"the activation and the pooling alone {relu - sigmoid:+.3f}" in words
    assert f"add only {both - patient:+.3f}" in words
    assert f"the schedule adds {both - relu:+.3f}" in words
    others = [recordings.load(name).validation_accuracy[0] for name in ("linear", "hidden")]
    assert "({:.3f} and {:.3f})".format(*others) in words
    assert min(patient, relu) > max(others)
    slow = recordings.load("lenet-classical").curve("validation_accuracy")
    assert slow == sorted(slow)  # still rising, epoch after epoch
    hidden = recordings.load("hidden-modern").validation_accuracy[0]
    assert f"the hidden layer reaches {hidden:.3f}, about as much as LeNet" in words
    assert abs(hidden - patient) < 0.002
    recipe = recordings.RECIPES["lenet-classical"]
    assert f"each epoch has {math.ceil(54_000 / recipe.batch_size)}" in words
    assert f"{sigmoid:.2f}." in chapter.prose["cure"]


def test_what_a_long_schedule_changes(chapter):
    """Sixteen times as many steps; one cycle up to 0.002 and almost to 0; and Adam's first momentum."""
    short, long = (recordings.RECIPES[name] for name in ("lenet-classical", "lenet-classical-schedule"))
    assert {key for key in vars(short) if getattr(short, key) != getattr(long, key)} == {
        "epochs", "batch_size", "lr", "one_cycle", "test"
    }  # fmt: skip
    assert long.epochs / long.batch_size == 16 * short.epochs / short.batch_size
    optimizer = torch.optim.AdamW([torch.zeros(1, requires_grad=True)], long.lr)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, long.lr, total_steps=100, pct_start=0.15)
    rates, momenta = [], []
    for _ in range(100):
        rates.append(optimizer.param_groups[0]["lr"])
        momenta.append(round(optimizer.param_groups[0]["betas"][0], 6))
        optimizer.step()
        if len(rates) < 100:
            schedule.step()
    assert max(rates) == pytest.approx(0.002)
    assert rates[-1] < 1e-6
    assert (momenta[0], min(momenta), momenta[-1]) == (0.95, 0.85, 0.95)
    assert "from 0.95 to 0.85 and back" in chapter.prose["cure"]


def test_each_step_of_the_ladder_is_what_the_chapter_says_of_it(chapter):
    steps = ("lenet-classical", "lenet-relu", "lenet-max", "lenet-schedule", "lenet-flips", "lenet-smoothing")
    recipes = [recordings.RECIPES[name] for name in steps]
    changed = [{key for key in vars(a) if getattr(a, key) != getattr(b, key)} for a, b in pairwise(recipes)]
    schedule = {"epochs", "batch_size", "lr", "one_cycle"}
    assert changed == [{"network", "test"}, {"network"}, schedule, {"flips"}, {"label_smoothing"}]
    last = recordings.RECIPES["lenet-modern"]
    assert (last.lr, last.average, last.weight_decay, last.label_smoothing) == (0.002, 0.999, 0.05, 0.1)
    steps_of = lambda recipe: recipe.epochs * 60_000 / recipe.batch_size  # noqa: E731
    assert steps_of(last) / steps_of(recipes[0]) == 16
    spread = last.label_smoothing / 10  # over ten classes, the true one too
    asked = f"{1 - last.label_smoothing + spread:.2f} for the true class and {spread:.2f} for each of the others"
    assert f"asks for a probability of {asked}" in chapter.prose["cure-words"]
    mean = {name: recordings.load(name).validation_accuracy[0] for name in (*steps, "lenet-modern")}
    gains = [mean[b] - mean[a] for a, b in pairwise(steps)]
    assert abs(gains[3]) < 0.002  # flips bring nothing,
    seen = {name: recordings.load(name).curve("train_accuracy")[-1] for name in ("lenet-schedule", "lenet-flips")}
    assert seen["lenet-flips"] < seen["lenet-schedule"] - 0.005  # and the training accuracy falls
    tanh, base = recordings.load("lenet-tanh"), recordings.RECIPES["lenet-relu"]
    assert {key for key in vars(base) if getattr(base, key) != getattr(tanh.recipe, key)} == {"network"}
    gain = tanh.validation_accuracy[0] - mean["lenet-classical"]
    assert "gains as much as ReLU and max pooling together, and more than ReLU alone" in chapter.prose["cure-words"]
    assert abs(gain - (mean["lenet-max"] - mean["lenet-classical"])) < 0.002
    spreads = [recordings.load(name).validation_accuracy[1] for name in ("lenet-tanh", "lenet-relu")]
    assert tanh.validation_accuracy[0] - mean["lenet-relu"] > 3 * math.hypot(*spreads) / 3**0.5
    assert "With tanh, or with ReLU and max pooling, the same five layers win" in chapter.prose["summary"]
    rivals = [recordings.load(name).validation_accuracy[0] for name in ("linear", "hidden")]
    assert min(tanh.validation_accuracy[0], mean["lenet-max"]) > max(rivals)
    told = f"{mean['lenet-modern'] - mean['lenet-smoothing']:+.4f}"
    assert f"last row, {told}," in chapter.prose["cure-words"]
    assert f"Is {told} real?" in chapter.prose["real-task"]


def test_what_is_said_of_sigmoids(names):
    first = {name: values[0] for name, values in names["norms"].items()}
    assert 30 < first["ReLU"] / first["sigmoid"] < 80  # tens of times
    assert 150 < first["tanh"] / first["sigmoid"] < 900  # some two hundred times
    (losses, spreads), _, _ = names["learnt"].values()
    assert losses[50] > 2.2  # hardly moved after 50 steps
    assert 1e-5 < spreads[0] < 1e-4  # the fifth decimal
    assert 50 < spreads[50] / spreads[0] < 200  # a factor of about a hundred
    start = {name: sum(values) / 3 for name, values in names["at_start"].items()}
    assert min(start["4(σ − ½) + ½"], start["4(σ − ½)"]) > 100 * max(start["σ"], start["σ − ½"])
    after = {name: sum(values) / 3 for name, values in names["after_50"].items()}
    assert after["4(σ − ½) + ½"] < after["tanh"] + 0.1  # with a slope of 1 as fast as tanh, even with the constant
    assert 0.4 < after["σ"] - after["σ − ½"] < 0.6  # what the constant costs with a slope of 1/4
    assert 0 < after["4(σ − ½) + ½"] - after["4(σ − ½)"] < 0.25  # and with a slope of 1
    assert 8 < start["σ, Glorot"] / start["σ"] < 15  # about ten times larger
    X, slopes = names["pictures"], []
    for layer in models.classical_lenet():
        X = layer(X)
        if isinstance(layer, nn.Sigmoid):
            slopes.append((X * (1 - X)).mean().item())
    assert min(slopes) > 0.2  # nothing saturates at the start
    sgd = {name: names["movement"](names["activations"][name], names["sgd"]) for name in ("sigmoid", "ReLU")}
    assert 20 < sgd["ReLU"] / sgd["sigmoid"] < 32  # some 25 times less
    inputs = {}
    for name in ("sigmoid", "ReLU"):
        train.seed_everything(0)
        last = names["lenet"](names["activations"][name], nn.AvgPool2d)[:-1](names["pictures"])
        inputs[name] = last.norm(dim=1).mean().item()
    gradients = names["norms"]["sigmoid"][-1] / names["norms"]["ReLU"][-1]
    assert 0.5 < inputs["sigmoid"] / inputs["ReLU"] / gradients < 2  # the last gradient is as large as its inputs


def test_most_mistakes_fall_into_two_blocks(names):
    wrong = names["confusion"](names["trained"], names["images"].test).fill_diagonal_(0)
    blocks = ["T-shirt/top", "pullover", "dress", "coat", "shirt"], ["sandal", "sneaker", "ankle boot"]
    places = [[data.CLASSES.index(name) for name in block] for block in blocks]
    inside = sum(wrong[block][:, block].sum() for block in places)
    assert inside > 0.9 * wrong.sum()
    tops, shoes = (wrong[block][:, block].sum() for block in places)
    assert tops > wrong.sum() / 2
    assert shoes > (wrong.sum() - tops) / 2


def test_what_is_said_of_shuffled_pixels(chapter):
    [printed] = chapter.cells["dense-shuffle"].outputs
    before, after = map(float, re.findall(r"\|Y\| (\S+)", printed.text))
    assert 6 < after / before < 7


def test_what_is_said_of_the_trained_network(chapter):
    net = models.trained_lenet()
    assert f"{net[0].bias[3].item():.2f}" in chapter.prose["sees-need"]
    assert net[0].weight[3].sum() < 0  # the boot is a shadow
    row = shapes.receptive_field([(5, 1, 2), (2, 2), (5, 1)])[-1]
    assert (row.size, row.jump, row.start) == (14, 2, -2)  # the patches of the second convolution


def test_a_figure_of_the_explorers_tasks():
    """Task 1 of the network explorer: 32×32 without padding changes nothing behind the first layer."""
    net = models.classical_lenet()
    net[0].padding = (0, 0)
    assert net[:3](torch.rand(1, 1, 32, 32)).shape == (1, 6, 14, 14)


def test_the_quiz_knows_the_answers():
    questions = json.loads((QUIZZES / "05_lenet.json").read_text(encoding="utf-8"))["questions"]
    answers = {question["id"]: question.get("answer") for question in questions}
    net = models.modern_lenet()
    net[0].padding = (0, 0)
    assert answers["flat"] == nn.Sequential(*list(net)[:7])(torch.rand(1, 1, 28, 28)).shape[1]
    assert answers["first"] == pytest.approx(math.log(100), abs=0.001)
    feedback = {o["text"]["en"]: o["feedback"]["en"] for question in questions for o in question.get("options", ())}
    first = models.modern_lenet()[7]
    outputs, inputs = first.weight.shape
    told = f"{inputs}·{outputs} weights and {len(first.bias)} biases: {first.weight.numel() + len(first.bias):,}."
    assert feedback["The first fully connected layer."] == told
    lenet, linear = (sum(p.numel() for p in one.parameters()) for one in (net, models.linear_classifier()))
    assert feedback["It has too few parameters."] == "It has eight times as many as the linear classifier."
    assert round(lenet / linear) == 8


def test_the_sample_is_enough_to_learn(monkeypatch):
    """A machine without network: the modern LeNet learns from 2,700 images in as many steps as the chapter takes."""
    sample = data.sample()
    part, _ = data.hold_out(sample.train, 300)
    train.seed_everything(0)
    net, epochs = models.modern_lenet(), 30_000 // len(part.labels)
    batches = data.Batches(part, 64, shuffle=True)
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.003, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.003, total_steps=epochs * len(batches))
    train.fit(net, batches, epochs=epochs, optimizer=optimizer, scheduler=schedule, per_batch=True, progress=False)
    assert train.accuracy(net, data.Batches(sample.test, 500)) > 0.75
