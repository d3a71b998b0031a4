"""Chapter 6 says what is true: its network, its numbers, its experiments, its audit and its quiz."""

from __future__ import annotations

import json
import math
import re

import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

from helpers import data, models, network, recordings, shapes, train, weights
from helpers.widgets.explorers.quiz import FOLDER as QUIZZES
from tests.chapters.reading import chapter_named

pytestmark = pytest.mark.slow  # the chapter trains


@pytest.fixture(scope="module")
def chapter():
    return chapter_named("06_alexnet")


@pytest.fixture(scope="module")
def names(chapter):
    return chapter.names


def counted(net: nn.Module, side: int, channels: int = 1) -> list[network.Row]:
    shape = (channels, side, side)
    return network.table(network.trace(net, shape), shape)


def test_the_chapters_network_is_that_of_the_package(names):
    assert str(names["alexnet"]()) == str(models.alexnet())
    assert str(names["net"]) == str(models.modern_lenet())  # the stale one, at the end


def test_what_the_first_explorers_tasks_promise(chapter):
    said = chapter.prose["touch-tasks"]
    rows = counted(models.alexnet(), 224)
    total, work = sum(row.parameters for row in rows), sum(row.multiply_adds for row in rows)
    assert f"{max(row.parameters for row in rows):,} of {total:,}" in said
    assert f"{max(row.multiply_adds for row in rows):,} of {work:,}" in said
    assert max(rows, key=lambda row: row.parameters).text == "Linear(6400, 4096)"
    layers = network.trace(models.alexnet(), (1, 224, 224))
    padded = [dict(layers[0], padding=(2, 2)), *layers[1:]]
    for shape, changed in (((1, 227, 227), layers), ((1, 224, 224), padded)):
        table = network.table(changed, shape)
        sides = [row.shape[1] for row in table if row.text.startswith(("Conv2d(1,", "MaxPool2d"))]
        assert sides == [55, 27, 13, 6]
        assert f"{sum(row.parameters for row in table):,} parameters" in said
        read, before = (
            math.prod([row for row in one if row.text.startswith("MaxPool2d")][-1].shape) for one in (table, rows)
        )
        assert f"the first fully connected layer now reads {read:,} numbers instead of {before:,}" in said


def test_how_much_larger_than_lenet(chapter):
    ratio = sum(p.numel() for p in models.alexnet().parameters()) / 61_706
    assert f"{ratio:.0f} times as many parameters" in chapter.prose["trace-words"]
    (a, b), (six, sixteen) = (
        [layer.out_channels for layer in net if isinstance(layer, nn.Conv2d)][:2]
        for net in (models.alexnet(), models.modern_lenet())
    )
    told = f"{a} channels instead of {six}, {b} instead of {sixteen}, sixteen times as many each"
    assert told in chapter.prose["trace-words"]
    assert a / six == b / sixteen == 16


def test_what_a_training_step_keeps(names, chapter):
    one = names["one"]
    rows = [row for row in counted(models.alexnet(), 224) if row.text.startswith("MaxPool2d")]
    indices = 8 * sum(math.prod(row.shape) for row in rows)  # int64
    assert 0.2 < indices / one < 0.25
    assert "Over 20 %" in chapter.prose["memory-words"]
    assert 256 * one > names["held"] > 32 * one
    small = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
    assert names["kept"](small, torch.rand(1, 1, 6, 6)) == 2 * 4 * 4 * 4  # what the ReLU gave, and nothing else


def test_features(names):
    X = torch.zeros(1, 1, 28, 28)
    X[..., 14:] = 1.0  # a vertical edge: brightness grows to the right, direction 0 of atan2
    maps = names["directions"](X).reshape(8, 7, 7)[:, 1:-1, 1:-1]  # without the border, where zeros begin
    assert maps[4].sum() > 0.9 * maps.sum()
    assert names["directions"](X).shape == (1, 392)


# --- experiments


def ends(name: str) -> list[float]:
    return [run["validation_accuracy"][-1] for run in recordings.load(name).runs]


def test_the_experiments_differ_in_what_the_chapter_names():
    def of(name: str) -> dict[str, object]:
        assert recordings.load(name).recipe == recordings.RECIPES[name]
        recipe = vars(recordings.RECIPES[name])
        return {**recipe, **{f"net {key}": value for key, value in recipe["settings"].items()}, "settings": None}

    def differ(a: str, b: str) -> set[str]:
        first, second = of(a), of(b)
        return {key for key in first | second if first.get(key) != second.get(key)}

    assert differ("alexnet-relu", "alexnet-tanh") == differ("alexnet-relu", "alexnet-sigmoid") == {"net activation"}
    assert differ("alexnet-small", "alexnet-small-both") == {"net dropout", "flips", "shift"}
    assert differ("alexnet-small", "alexnet-small-dropout") == {"net dropout"}
    assert differ("alexnet-small", "alexnet-small-augmented") == {"flips", "shift"}
    for name in ("alexnet-relu", "alexnet-small"):
        recipe = recordings.RECIPES[name]
        assert (recipe.size, recipe.settings["divide"], recipe.lr) == (99, 8, 0.001)
        assert (recipe.test, len(recipe.seeds), recipe.settings["dropout"]) == (False, 3, 0.0)
    assert (recordings.RECIPES["alexnet-relu"].images, recordings.RECIPES["alexnet-relu"].epochs) == (20_000, 5)
    assert (recordings.RECIPES["alexnet-small"].images, recordings.RECIPES["alexnet-small"].epochs) == (2_000, 30)
    page = recordings.RECIPES["alexnet-page"]
    assert (page.size, page.epochs, page.settings, page.seeds) == (224, 8, {"divide": 8}, (0,))


def test_what_is_said_of_activations():
    (relu, a), (tanh, b) = (recordings.load(f"alexnet-{name}").validation_accuracy for name in ("relu", "tanh"))
    assert abs(relu - tanh) < min(a, b) / 2  # much smaller than either spread
    for name in ("relu", "tanh"):
        seen = recordings.load(f"alexnet-{name}").curve("train_accuracy")
        assert seen[0] < 0.75 <= seen[1]  # 25 % in the second epoch
    first = {name: recordings.load(f"alexnet-{name}").curve("train_accuracy")[0] for name in ("relu", "tanh")}
    assert first["tanh"] > first["relu"]
    sigmoid = ends("alexnet-sigmoid")
    assert sum(value < 0.11 for value in sigmoid) == 2  # two of three at the level of guessing
    assert max(sigmoid) < min(ends("alexnet-relu") + ends("alexnet-tanh")) - 0.3


def test_what_is_said_of_remedies():
    runs = {name: recordings.load(f"alexnet-small{name}") for name in ("", "-dropout", "-augmented", "-both")}
    (nothing, a), (dropout, b) = runs[""].validation_accuracy, runs["-dropout"].validation_accuracy
    assert round(100 * (dropout - nothing), 1) == 1.4 > 100 * max(a, b)
    assert min(ends("alexnet-small-dropout")) < sorted(ends("alexnet-small"))[1]  # below the best two without it
    seen = {name: run.curve("train_accuracy")[-1] for name, run in runs.items()}
    assert (round(100 * seen[""]), round(100 * nothing), round(100 * seen["-augmented"])) == (94, 81, 81)
    assert runs["-augmented"].validation_accuracy[0] < seen["-augmented"]
    rise = {
        name: run.curve("validation_accuracy")[-1] - run.curve("validation_accuracy")[-7] for name, run in runs.items()
    }
    assert rise["-augmented"] > 0.01 > abs(rise[""])


def test_what_is_said_of_overlap_and_normalisation():
    (overlapping, a), (apart, b) = (
        recordings.load(f"alexnet-{name}").validation_accuracy for name in ("relu", "windows")
    )
    assert abs(overlapping - apart) < max(a, b)
    first, second = (recordings.RECIPES[f"alexnet-{name}"].settings for name in ("relu", "windows"))
    assert second == {**first, "window": 2}
    normalised = recordings.load("alexnet-normalised")
    assert normalised.recipe.settings == {**first, "normalised": True}
    lower = overlapping - normalised.validation_accuracy[0]
    assert round(100 * lower, 1) == 1.3 > 100 * max(a, normalised.validation_accuracy[1])
    seen = [recordings.load(f"alexnet-{name}").curve("train_accuracy")[-1] for name in ("relu", "normalised")]
    assert 1.7 < 100 * (seen[0] - seen[1]) < 2  # nearly 2
    assert max(ends("alexnet-normalised")) > min(ends("alexnet-relu"))


def test_the_numbers_of_normalisation(chapter):
    said = chapter.prose["lrn-words"]
    a = torch.tensor([0.0, 0, 20, 200, 20, 0, 0])[None, :, None, None]
    after = F.local_response_norm(a, 5, alpha=5e-4, beta=0.75, k=2.0)[0, 2].item()
    assert f"a 20 becomes {after:.1f}" in said
    alone = 20 / (2 + 1e-4 * 20**2) ** 0.75
    assert f"it would be {alone:.1f}" in said


def test_what_is_said_of_the_recorded_network(chapter):
    recording, said = recordings.load("alexnet-page"), chapter.prose["train-words"]
    assert f"{recording.test_accuracy[0]:.3f}" in said
    assert f"{recordings.load('lenet-modern').test_accuracy[0]:.3f}" in said
    net = models.trained("alexnet")
    ours, lenets = (sum(p.numel() for p in one.parameters()) for one in (net, models.modern_lenet()))
    assert "a twelfth of the parameters" in said
    assert ours / lenets == pytest.approx(12, abs=0.1)
    biases = net[0].bias.detach()
    assert biases.topk(2).indices.tolist() == [9, 0]
    assert all(f"{biases[n]:.2f}" in chapter.prose["alive-words"] for n in (9, 0))


def test_what_is_said_of_the_notes_recipe(chapter):
    recording, said = recordings.load("alexnet"), chapter.prose["train-words"]
    recipe, [run] = recording.recipe, recording.runs
    assert recipe == recordings.RECIPES["alexnet"]
    assert (recipe.epochs, recipe.size, recipe.batch_size, recipe.lr, recipe.again) == (5, 224, 256, 0.001, False)
    right = run["test_accuracy"]
    assert f"it gets {right:.3f} of all 10,000 test images right" in said
    assert {recording.made["device"]} == set(run["machines"]) == {"AMD EPYC (2 cores)"}
    assert "two cores of an AMD EPYC" in said
    assert f"computed in {recording.made['precision']};" in said
    assert f"the standard error is {(right * (1 - right) / 10_000) ** 0.5:.3f}" in said
    names = ("relu", "tanh", "small", "small-dropout", "small-augmented", "small-both")
    spreads = [recordings.load(f"alexnet-{name}").validation_accuracy[1] for name in names]
    assert f"spread by {min(spreads):.3f} to {max(spreads):.3f}" in said
    assert f"read it as {right:.2f}, give or take a point" in said
    lenet = recordings.load("lenet-modern").test_accuracy[0]
    assert f"LeNet's {lenet:.3f} (chapter 5) lies" in said
    assert ("within that point" in said) == (abs(right - lenet) <= 0.01)


def test_what_the_trained_explorers_tasks_promise(chapter):
    """The counts on the 200 images of the page, with PyTorch's own layers."""
    tests, net = load_file(weights.TEST_IMAGES), models.trained("alexnet")
    split = data.Split(tests["images"], tests["labels"])
    batches = data.Batches(split, 100, size=224)

    def right(*parts: str) -> int:
        return round(200 * train.accuracy(network.without(net, parts, (1, 224, 224)), batches))

    said = chapter.prose["alive-tasks"]
    assert f"All parts on: {right()} of 200" in said
    assert f"down to {right('0:0')} and {right('0:9')}" in said
    assert f"leaves {right('8')} of 200" in said
    assert f"{right() / 200:.3f}" in chapter.prose["train-words"]
    assert sum(abs(right(f"0:{n}") - right()) <= 4 for n in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11)) == 10


def test_dropout_of_the_chapter_is_pytorchs(chapter, names):
    results = names["results"]
    assert len(set(results["eval"])) == 1
    X = torch.ones(1000, 100)
    for p in (0.2, 0.5):
        ours, theirs = (set(Y.unique().tolist()) for Y in (names["dropout_solution"](X, p, True), F.dropout(X, p)))
        assert sorted(ours) == pytest.approx(sorted(theirs))
    [told] = [output.text for output in chapter.cells["dropout-ones"].outputs]
    training, evaluation = told.split("in evaluation:")
    assert set(re.findall(r"\d+", training)) == {str(int(value)) for value in theirs}  # with the last p, ½
    assert set(re.findall(r"\d+", evaluation)) == {"1"}


# --- the audit


def test_the_audit(chapter, names):
    rows = [row for row in counted(models.alexnet(size=227, normalised=True, groups=2, in_channels=3, classes=1000),
                                   227, 3) if row.parameters]  # fmt: skip
    total, said = sum(row.parameters for row in rows), chapter.prose["audit-table"]
    neurons = [math.prod(row.shape) for row in rows]
    assert f"60 million parameters | {total:,}" in said
    assert f"650,000 neurons | {sum(neurons):,}" in said
    channels, side, _ = rows[0].shape
    papers = side * 48 * channels
    differs = f"**differs**; {side}·48·{channels} would give it"
    assert f"{papers:,} neurons in layer 1 | {neurons[0]:,} | {differs}" in said
    assert ", ".join(f"{n:,}" for n in neurons[1:5]) + " in layers 2 to 5 | the same" in said
    above = [n for n, row in enumerate(rows[:5], start=1) if row.parameters > 0.01 * total]
    assert above == [3, 4]
    assert " and ".join(f"{100 * rows[n - 1].parameters / total:.2f} %" for n in above) in said
    assert f"{sum(neurons) - neurons[0] + papers:,}" in chapter.prose["audit-neurons"]
    positions = shapes.output_size(256, 224)
    assert f"A window of 224 fits in {positions} positions along 256 pixels, not {positions - 1}." in said
    told = (
        f"{2 * (positions - 1) ** 2} times as many training images | {2 * positions**2:,} positions and mirror images"
    )
    assert told in said
    whole = models.alexnet(size=227, normalised=True, in_channels=3, classes=1000)
    assert f"{sum(p.numel() for p in whole.parameters()):,} parameters" in chapter.prose["audit-predict"]
    assert names["widths"] == [64, 192, 384, 256, 256]
    verdicts = re.findall(r"\| ([^|]+) \|$", said, re.M)[:8]  # of eight that arithmetic can check
    kinds = [re.match(r"\W*(\w+)", verdict)[1] for verdict in verdicts]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "roughly": 2, "differs": 3, "reproduced": 2, "incomplete": 1,
    }  # fmt: skip
    assert "Two exactly and two roughly; three differ, and one needs a padding" in chapter.prose["summary"]
    assert f"{3 * 4 * total / 1e9:.2f} GB" in chapter.prose["audit"]


def test_at_99_pixels_both_windows_give_the_same_sizes():
    for window in (3, 2):
        sizes = [shapes.output_size(99, 11, stride=4)]
        while len(sizes) < 4:
            sizes.append(shapes.output_size(sizes[-1], window, stride=2))
        assert sizes == [23, 11, 5, 2]


def test_the_failures_are_those_that_the_chapter_reads(chapter, names):
    arrived = math.prod(names["arrived_solution"][1:])
    assert f"4x{arrived} and 400x120" in str(chapter.raised["wrong-stale"])
    assert f"({names['arrived_solution'][0]}x{arrived} and 400x120)" in chapter.prose["message-task"]
    assert "1x1152 and 800x512" in str(chapter.raised["wrong-size"])


def test_colour_varies_most_along_brightness(names):
    first = names["vectors"][:, 0]
    assert (first > 0).all()
    assert names["values"][0] / names["values"].sum() > 0.7


def test_the_quiz_knows_the_answers():
    questions = json.loads((QUIZZES / "06_alexnet.json").read_text(encoding="utf-8"))["questions"]
    answers = {question["id"]: question.get("answer") for question in questions}
    assert answers["first"] == shapes.output_size(256, 11, stride=4)
    assert answers["dropout"] == pytest.approx(3 / (1 - 0.25))
    rows = [row for row in counted(models.alexnet(), 224) if row.parameters]
    work = sum(row.multiply_adds for row in rows)
    [options] = [question["options"] for question in questions if question["id"] == "work"]
    told = {option["text"]["en"]: option["feedback"]["en"] for option in options}
    assert told["At the second convolution."] == f"It does {100 * rows[1].multiply_adds / work:.0f} % of them."
    held = sum(row.parameters for row in rows[5:]) / sum(row.parameters for row in rows)
    share = sum(row.multiply_adds for row in rows[5:]) / work
    assert told["At the fully connected layers."] == (
        f"They hold {100 * held:.0f} % of the parameters and do about {100 * share:.0f} % of the work."
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_loss_falls_within_sixty_steps(seed):
    train.seed_everything(seed)
    net = models.alexnet(divide=8, size=67)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.002)
    X, y = next(iter(data.Batches(data.sample().train, 64, shuffle=True, seed=seed, size=67)))
    losses = []
    for _ in range(60):
        loss = F.cross_entropy(net(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[0] == pytest.approx(math.log(10), abs=0.1)
    assert losses[-1] < 1.5
