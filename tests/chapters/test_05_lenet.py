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
from helpers.widgets.quiz import FOLDER as QUIZZES
from tests.chapters.reading import Chapter, check_of, definition, exercises, solution_of

EVALUATE = """
def evaluate(net, batches):
    was = net.training
    {eval}
    total, right, count = 0.0, 0, 0
    for X, y in batches:
        logits = net(X)
        total += F.cross_entropy({logits}, y).item(){weight}
        right += (logits.argmax(dim=1) == y).sum().item()
        count += len(y)
    {restore}
    return total / {divisor}, right / count
"""

MENDED = {
    "eval": "net.eval()", "logits": "logits", "weight": " * len(y)", "restore": "net.train(was)", "divisor": "count",
}  # fmt: skip


def evaluate(names, **bugs):
    """The evaluation of the exercise with some bugs left in."""
    made = {}
    exec(EVALUATE.format(**{**MENDED, **bugs}), names, made)
    return made["evaluate"]


class Fixed(nn.Module):
    """A sub-sampling layer whose factor and summand are not trained."""

    def forward(self, X):
        return nn.functional.avg_pool2d(X, 2)


WRONG = {
    "larger": {"as for 28×28": "400", "padding forgotten": "16 * 13 * 13", "one map": "14 * 14"},
    "counting": {
        "weights without biases": "lambda net: {n: m.weight.numel() for n, m in net.named_children()"
        " if hasattr(m, 'weight')}",
        "members without parameters too": "lambda net: {n: sum(p.numel() for p in m.parameters())"
        " for n, m in net.named_children()}",
        "by the layer's place among all with weights": "lambda net: dict(enumerate(parameters_solution(net).values()))",
    },
    "subsampling": {
        "nothing to train": "Fixed()",
        "one number for all channels": "Subsampling_solution(1)",
        "a maximum": "type('Max', (Subsampling_solution,), {'forward': lambda self, X: F.max_pool2d(X, 2)"
        " * self.weight[:, None, None] + self.bias[:, None, None]})(6)",
        "the sum of the four": "type('Sum', (Subsampling_solution,), {'forward': lambda self, X: 4 * F.avg_pool2d(X, 2)"
        " * self.weight[:, None, None] + self.bias[:, None, None]})(6)",
    },
    "bug": {
        "eval without parentheses": "evaluate(eval='net.eval')",
        "softmax before the loss": "evaluate(logits='logits.softmax(dim=1)')",
        "a mean of means": "evaluate(weight='', divisor='len(batches)')",
        "always back to training": "evaluate(restore='net.train()')",
    },
    "saturation": {
        "zeros of single pictures count": "lambda net, X: [(X == 0).float().mean().item() for layer in net"
        " if (X := layer(X)) is not None and isinstance(layer, nn.ReLU)]",
        "the first picture only": "lambda net, X: dead_solution(net, X[:1])",
        "the units that live": "lambda net, X: [1 - part for part in dead_solution(net, X)]"
        " if len(net) < 4 else [1 - part / 2 for part in dead_solution(net, X)]",
    },
}


@pytest.fixture(scope="module")
def chapter():
    return Chapter("05_lenet")


@pytest.fixture(scope="module")
def names(chapter):
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("COURSE_BUDGET", "quick")
    found = chapter.run()
    monkeypatch.undo()
    return found


def wrong_answer(names, text):
    """A wrong answer from its text; `evaluate(…)` in it makes one with bugs."""
    scope = {**names, "Fixed": Fixed, "evaluate": lambda **bugs: evaluate(names, **bugs)}
    return eval(text, scope)


def test_chapter_and_helpers_define_the_same(chapter):
    for cell, function in (("train-epoch", train.train_epoch), ("accuracy", train.accuracy)):
        assert definition(chapter.sources[cell]) == definition(inspect.getsource(function))
    ours = chapter.sources["lenet"].replace("def lenet(", "def _lenet(")
    assert definition(ours) == definition(inspect.getsource(lenet_module._lenet))


def test_every_exercise_has_typical_wrong_answers_and_a_promised_objective(chapter):
    assert list(exercises(chapter)) == list(WRONG)
    assert all(objective in chapter.prose["title"] for objective in exercises(chapter).values())


@pytest.mark.parametrize("exercise", WRONG)
def test_the_check_passes_the_solution(chapter, names, exercise):
    verdict = check(check_of(chapter, names, exercise), solution_of(chapter, names, exercise))
    assert (verdict.state, verdict.text) == ("right", "")


@pytest.mark.parametrize(("exercise", "wrong"), [(e, w) for e, answers in WRONG.items() for w in answers])
def test_the_check_finds_what_is_wrong(chapter, names, exercise, wrong):
    verdict = check(check_of(chapter, names, exercise), wrong_answer(names, WRONG[exercise][wrong]))
    assert verdict.state == "wrong"
    assert verdict.text


def test_the_bugs_of_the_hunt_are_those_that_the_task_tells_of(chapter, names):
    """The evaluation printed in the task, as it stands there, is wrong in all three ways."""
    [printed] = re.findall(r"```python\n(.*?)```", chapter.prose["bug-task"], re.S)
    made = {}
    exec(printed, names, made)
    assert check(check_of(chapter, names, "bug"), made["evaluate"]).state == "wrong"
    for bug in ("net.eval\n", "softmax(dim=1)", "/ len(batches)"):
        assert bug in printed


def test_learning_is_visible_in_the_quick_budget(names):
    assert names["reached"] > 0.75  # the design asks for 0.70
    assert names["history"].validation_accuracy[-1] > names["history"].validation_accuracy[0]


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
    assert (6 * 3 + 9 * 4 + 6) * 25 + 16 == 1516


def test_the_numbers_of_the_other_prose(chapter):
    assert f"{4 * 3_000_000 * 256 / 1e9:.2f} GB, or {4 * 3_000_000 * 256 / 2**30:.2f} GiB" == "3.07 GB, or 2.86 GiB"
    assert abs(math.log(10) - 2.3) < 0.01
    assert 0.25**4 == 1 / 256
    z = torch.linspace(-6, 6, 1001, requires_grad=True)
    z.sigmoid().sum().backward()
    assert z.grad.max() <= 0.25
    features = nn.Sequential(*list(models.modern_lenet())[:7])
    assert features(torch.rand(1, 1, 224, 224)).shape[1] == 46656 == 16 * 54 * 54


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
    lower = [mean[name] < recordings.load(name).validation_accuracy[0] for name in names]
    assert sum(lower) >= 4  # most of these numbers lie below the validation accuracies
    assert lower[0]  # for the linear classifier too


def test_each_step_of_the_ladder_is_what_the_chapter_says_of_it():
    steps = ("lenet-classical", "lenet-relu", "lenet-max", "lenet-schedule", "lenet-flips", "lenet-smoothing")
    recipes = [recordings.RECIPES[name] for name in steps]
    changed = [{key for key in vars(a) if getattr(a, key) != getattr(b, key)} for a, b in pairwise(recipes)]
    schedule = {"epochs", "batch_size", "lr", "one_cycle"}
    assert changed == [{"network", "test"}, {"network"}, schedule, {"flips"}, {"label_smoothing"}]
    last = recordings.RECIPES["lenet-modern"]
    assert (last.lr, last.average, last.weight_decay, last.label_smoothing) == (0.002, 0.999, 0.05, 0.1)
    steps_of = lambda recipe: recipe.epochs * 60_000 / recipe.batch_size  # noqa: E731
    assert steps_of(last) / steps_of(recipes[0]) == 16
    assert pytest.approx(0.91) == 1 - 0.1 + 0.1 / 10
    mean = {name: recordings.load(name).validation_accuracy[0] for name in (*steps, "lenet-classical-schedule")}
    gains = [mean[b] - mean[a] for a, b in pairwise(steps)]
    assert gains[0] == max(gains)  # ReLU: the largest step of all
    assert abs(gains[3]) < 0.002  # flips bring nothing,
    seen = {name: recordings.load(name).curve("train_accuracy")[-1] for name in ("lenet-schedule", "lenet-flips")}
    assert seen["lenet-flips"] < seen["lenet-schedule"] - 0.005  # and the training accuracy falls
    linear, hidden = (recordings.load(name).validation_accuracy for name in ("linear", "hidden"))
    assert mean["lenet-relu"] > linear[0]
    assert abs(mean["lenet-relu"] - hidden[0]) < hidden[1]  # level with the hidden layer
    assert mean["lenet-max"] > hidden[0] + hidden[1]  # now it is ahead
    assert mean["lenet-classical-schedule"] > recordings.load("hidden").validation_accuracy[0]  # patience cures much
    assert mean["lenet-schedule"] > mean["lenet-classical-schedule"]  # the same steps lead further


def test_what_is_said_of_sigmoids(names):
    first = {name: values[0] for name, values in names["norms"].items()}
    assert 30 < first["ReLU"] / first["sigmoid"] < 80  # tens of times
    assert 150 < first["tanh"] / first["sigmoid"] < 900  # some two hundred times
    (losses, spreads), _, _ = names["learnt"].values()
    assert losses[50] > 2.2  # hardly moved after 50 steps
    assert 1e-5 < spreads[0] < 1e-4  # the fifth decimal
    X, slopes = names["pictures"], []
    for layer in models.classical_lenet():
        X = layer(X)
        if isinstance(layer, nn.Sigmoid):
            slopes.append((X * (1 - X)).mean().item())
    assert min(slopes) > 0.2  # nothing saturates at the start


def test_what_is_said_of_the_trained_network(chapter):
    net = models.trained_lenet()
    assert f"{net[0].bias[3].item():.2f}" in chapter.prose["sees-need"]
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
    assert round(61_706 / 7_850) == 8
    assert 400 * 120 + 120 == 48_120


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
