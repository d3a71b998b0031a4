"""Chapter 8 says what is true: its definitions, its numbers, its experiments, its exercises' checks and its quiz."""

from __future__ import annotations

import inspect
import json
import math
import re

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from helpers import data, models, network, recordings, shapes
from helpers.widgets import ClassMapExplorer
from helpers.widgets.explorers.quiz import FOLDER as QUIZZES
from tests.chapters.reading import chapter_named
from tests.chapters.test_07_vgg import count, taught

pytestmark = pytest.mark.slow  # the chapter trains


@pytest.fixture(scope="module")
def chapter():
    return chapter_named("08_nin")


@pytest.fixture(scope="module")
def names(chapter):
    return chapter.names


def printed(chapter, cell):
    return "".join(output.get("text", "") for output in chapter.cells[cell].outputs)


def test_chapter_and_helpers_define_the_same(chapter):
    for cell, of_helpers in (("block-def", models.nin_block), ("nin-def", models.nin)):
        name = of_helpers.__name__
        assert taught(chapter.sources[cell], name) == taught(inspect.getsource(of_helpers), name)


def test_a_1x1_convolution_and_a_linear_layer_agree(chapter):
    assert "(2, 4, 5, 7) equal at all 70 pixels" in printed(chapter, "pixel-run")
    assert "70 samples with 3 features" in chapter.prose["pixel-predict"]
    told = printed(chapter, "pixel-shuffle")
    assert "1×1: shuffled before or after, the same? True" in told
    assert "3×3: shuffled before or after, the same? False" in told
    assert "with a ReLU between, the same? False" in printed(chapter, "between-merge")
    assert "three fully connected layers in each of 20 windows" in printed(chapter, "block-windows")
    assert "run in every window" in chapter.prose["block-words"]


def test_the_numbers_of_the_two_heads(chapter):
    told, prose = printed(chapter, "average-count"), chapter.prose["average-words"]
    with torch.device("meta"):
        alexnet, nin = models.alexnet(), models.nin()
    heads = count(alexnet[13:]), count(nin[7:])
    assert isinstance(alexnet[13], nn.Flatten)
    assert heads == (43_040_778, 34_790)
    assert all(f"{number:,}" in told for number in (*heads, 46_764_746, 1_992_166))
    assert f"{heads[0] / 1e6:.1f} million parameters against {heads[1]:,}" in prose
    assert heads[0] // heads[1] > 1_200
    assert "over 1,200 times" in prose
    assert count(nin[:7]) / count(alexnet[:13]) == pytest.approx(0.5, abs=0.05)
    assert [sum(isinstance(one, nn.Conv2d) for one in net.modules()) for net in (alexnet, nin[:7], nin)] == [5, 9, 12]


def test_other_sizes_give_what_the_chapter_says(chapter):
    nin = models.nin(32).eval()
    with torch.no_grad():
        sides = [tuple(nin[:8](torch.rand(1, 1, h, w)).shape[2:]) for h, w in ((224, 224), (300, 200), (400, 400))]
    assert sides == [(5, 5), (8, 5), (11, 11)]
    assert "8×5 instead of 5×5" in chapter.prose["average-size-words"]
    assert "maps (1, 10, 8, 5) logits (1, 10)" in printed(chapter, "average-size")
    assert "it takes is 67×67" in chapter.prose["average-size-words"]
    with torch.no_grad():
        assert nin(torch.rand(1, 1, 67, 67)).shape == (1, 10)
        with pytest.raises(RuntimeError):
            nin(torch.rand(1, 1, 66, 66))
    assert "wants 6,400 numbers and gets 10,240" in chapter.prose["average-size-words"]
    assert "10240" in str(chapter.raised["average-size-break"])
    assert "6400" in str(chapter.raised["average-size-break"])
    assert "(1, 10) (1, 40)" in printed(chapter, "wrong-fixed")
    assert "11×11" in chapter.prose["wrong-fixed-words"]
    assert "spatial targets" in str(chapter.raised["wrong-flatten"])


def test_the_notes_table_and_what_follows_from_its_losses(chapter):
    rows = re.findall(r"^\| (\d) \| ([\d.]+) \|", chapter.prose["stuck"], re.M)
    losses = {int(epoch): float(loss) for epoch, loss in rows}
    told = {1: 1.5007, 2: 0.3999, 3: 0.2372, 4: 0.1637, 5: 0.1245}  # as the notes print them: divided by the epoch
    assert all(losses[epoch] == pytest.approx(epoch * loss, abs=3e-4) for epoch, loss in told.items())
    assert 0.2 * math.log(10) < losses[5] < 0.3 * math.log(10)
    assert list(losses.values()) == sorted(losses.values(), reverse=True)
    accuracies = re.findall(r"^\| \d \| [\d.]+ \| ([\d.]+) \|", chapter.prose["stuck"], re.M)
    assert accuracies == sorted(accuracies)
    assert "get better in every epoch" in chapter.prose["stuck"]
    words, two = chapter.prose["stuck-floor-words"], 0.2 * math.log(10)
    assert "At most two." in words
    assert f"at least {two:.2f} of the {losses[5]:.2f}" in words
    assert f"at most {losses[5] - two:.2f}, or {(losses[5] - two) / 0.8:.1f} for each" in words
    assert f"leaves at most {losses[5] - two / 2:.2f} for nine classes" in words


def test_the_full_network_is_as_good_as_the_chapter_says_and_fits_five_dead_maps(chapter):
    recording = recordings.load("nin")
    (run,), recipe, words = recording.runs, recording.recipe, chapter.prose["stuck-recorded-words"]
    assert f"It ends at {run['test_accuracy']:.2f} of the test images, and after the first epoch its accuracy" in words
    checked = run["validation_accuracy"]
    assert max(checked[1:]) - checked[0] < 0.01
    assert "six lost, at most 0.40, and it is right more often than that" in words
    assert 0.4 < min(run["train_accuracy"][-1], checked[-1], run["test_accuracy"]) < 0.5
    assert "The loss leaves room for five dead maps" in words
    assert 0.5 * math.log(10) < run["loss"][-1]
    assert f"end with a loss of {run['loss'][-1]:.2f} and the other with 0.62" in words
    assert (recipe.epochs, recipe.batch_size, recipe.lr, recipe.seeds, recipe.settings) == (5, 256, 0.001, (0,), {})
    assert recording.made["precision"] == "bfloat16"
    assert "seed 0: 5 of 10 maps dead" in printed(chapter, "stuck-wide")
    assert "which started with five of its ten maps dead" in chapter.prose["stuck-recorded"]


def test_the_linear_classifier_and_the_narrow_nin_are_as_good_as_the_chapter_says(chapter):
    linear, narrow = recordings.load("linear").test_accuracy[0], recordings.load("nin-page").test_accuracy[0]
    assert f"has 7,850 and reaches {linear:.2f}" in chapter.prose["stuck"]
    assert count(models.linear_classifier()) == 7_850
    assert count(models.nin()) == pytest.approx(2e6, rel=0.01)
    assert 0 < linear - narrow < 0.01  # just behind
    assert f"right on {narrow:.0%} of the 10,000".replace("%", " %") in chapter.prose["alive"]
    assert f"chapter 5 ({linear:.0%})".replace("%", " %") in chapter.prose["alive"]
    assert f"{count(models.trained('nin')):,} parameters" in chapter.prose["alive"]


def test_a_picture_whose_own_logit_is_0_costs_at_least_ln_10(chapter):
    draw = torch.Generator().manual_seed(0)
    logits = torch.rand(1000, 10, generator=draw) * 5 * (torch.rand(1000, 10, generator=draw) < 0.5)
    logits[:, 3] = 0
    logits[0] = 0  # the cheapest of all: no other logit is above 0 either
    losses = F.cross_entropy(logits, torch.full((1000,), 3), reduction="none")
    assert losses.argmin() == 0
    least = losses.min().item()
    assert r"costs at least $\ln 10$" in chapter.prose["stuck-notes"]
    assert least == pytest.approx(math.log(10))
    for dead in range(4):
        assert f"{dead} dead: loss at least {dead * least / 10:.2f}\n" in printed(chapter, "stuck-floor")


def last_of(name):
    return [run["validation_accuracy"][-1] for run in recordings.load(name).runs]


def test_without_the_relu_every_run_is_better(chapter):
    relu, free = last_of("nin-relu"), last_of("nin-free")
    assert min(free) > max(relu)
    difference = 100 * (sum(free) - sum(relu)) / 3
    assert f"{difference:.0f} percentage points better on average" in chapter.prose["stuck-look"]
    assert "each of its three runs is better than each of the other three" in chapter.prose["stuck-look"]
    one, other = (recordings.load(name).recipe for name in ("nin-relu", "nin-free"))
    assert other.settings == {**one.settings, "last": False}
    assert (one.epochs, one.images, one.size, one.lr) == (8, 6_000, 99, 0.001)
    assert one.network == "nin"  # which keeps PyTorch's initial weights
    assert next(layer.p for layer in models.nin(8) if isinstance(layer, nn.Dropout)) == 0.5


def test_what_the_text_says_of_the_blocks_follows_from_the_recordings(chapter):
    words = chapter.prose["blocks-words"]
    plain, blocks, linear = last_of("nin-plain"), last_of("nin-blocks"), last_of("nin-linear")
    assert min(plain) > max(blocks)
    assert f"by {100 * (sum(plain) - sum(blocks)) / 3:.0f} percentage points on average" in words
    assert (
        f"the full blocks lost {100 * (sum(plain) - sum(blocks)) / 3:.0f} percentage points" in chapter.prose["summary"]
    )
    assert f"{sum(linear) / 3:.3f} against {sum(plain) / 3:.3f}" in words
    assert (
        f"the best of their runs ({max(linear):.3f}) is just above the worst of the others ({min(plain):.3f})" in words
    )
    assert max(linear) > min(plain)
    assert min(linear) < max(blocks) < max(linear)  # ranges overlap there, too
    nets = [models.varied_nin(pointwise=pointwise) for pointwise in (False, True)]
    sizes, layers = [count(net) for net in nets], [sum(isinstance(one, nn.Conv2d) for one in n.modules()) for n in nets]
    assert f"{sizes[0]:,} parameters rather than {sizes[1]:,}" in words
    assert (layers, "four layers with weights rather than twelve" in words) == ([4, 12], True)


def test_what_differs_between_the_heads_is_said(chapter):
    words = chapter.prose["heads-words"]
    means = [recordings.load(f"nin-{name}").validation_accuracy for name in ("plain", "dense", "dense-dropout")]
    apart = round(means[2][0], 3) - round(means[0][0], 3)  # as the reader sees them
    assert f"within {100 * apart:.1f} percentage points" in words
    assert f"within {100 * apart:.1f} points of one with thirteen times" in words
    assert f"within {100 * apart:.1f} points of a head with several layers" in chapter.prose["summary"]
    assert means[0][0] < means[1][0] < means[2][0] < means[0][0] + apart
    assert f"three seeds is up to {100 * max(spread for _, spread in means):.1f}," in words
    average, dense = models.varied_nin(pointwise=False), models.varied_nin(pointwise=False, units=512, dropout=0.5)
    assert count(dense) // count(average) == 13
    assert "one with thirteen times as many parameters" in words
    assert "a thirteenth of the parameters" in chapter.prose["summary"]
    convolutions = [sum(isinstance(one, nn.Conv2d) for one in net.modules()) for net in (average, dense)]
    linear = [one.out_features for one in dense.modules() if isinstance(one, nn.Linear)]
    dropped = [one.p for one in dense.modules() if isinstance(one, nn.Dropout)]
    assert (convolutions, linear, dropped) == ([4, 3], [512, 512, 10], [0.5, 0.5])
    assert "depth, the last convolution and the number of parameters differ as well" in words


def test_the_network_with_the_relu_has_lost_the_classes_that_the_chapter_names(chapter, names):
    stuck, X, y = models.stuck_nin(), names["X_few"], names["test"].labels
    assert len(X) == 100
    every, labels = next(iter(data.Batches(names["test"], len(y), size=99)))
    with torch.no_grad():
        logits = stuck(every)
    sandal, pullover = data.CLASSES.index("sandal"), data.CLASSES.index("pullover")
    assert (logits[:, sandal] == 0).all()
    above, most = (logits[:, pullover] > 0).float().mean().item(), logits[:, pullover].max().item()
    told = f"above 0 for only {above:.0%} of them, and never above {most:.2f}".replace("%", " %")
    assert told in chapter.prose["stuck-classes-words"]
    right = [(logits[labels == c].argmax(1) == c).float().mean().item() for c in range(10)]
    assert [c for c in range(10) if right[c] == 0] == [pullover, sandal]
    assert min(value for c, value in enumerate(right) if c not in (sandal, pullover)) > 0.3
    F.cross_entropy(stuck(every), labels).backward()
    size = stuck[7][4].weight.grad.abs().sum(dim=(1, 2, 3))
    assert size[sandal] == 0
    assert 0 < size[pullover] < 0.1 * size.median()
    assert "sandal       0.0000" in printed(chapter, "stuck-gradient")
    with torch.no_grad():
        largest = stuck[:7].append(stuck[7][:5])(every)[:, sandal].max().item()
    assert largest < 0
    assert f"the input is at most −{-largest:.2f}" in chapter.prose["stuck-gradient-words"]


def test_the_saved_network_began_as_the_chapter_says(chapter, names):
    recipe = recordings.load("nin-relu").recipe
    assert (recipe.network, recipe.settings, recipe.seeds) == ("nin", {"divide": 8}, (0, 1, 2))
    assert recipe.weights == "nin-relu"  # of the first seed
    start = [names["dead_at_start"](seed) for seed in range(3)]
    assert [one.sum().item() for one in start] == [9, 4, 4]
    assert [data.CLASSES[c] for c in (~start[0]).nonzero()] == ["ankle boot"]
    words = chapter.prose["stuck-start-words"]
    assert "nine were dead at the start, *sandal* and *pullover* among them: all but *ankle boot*" in words
    assert "they started with four dead maps each" in words
    nine, *four = (run["validation_accuracy"][-1] for run in recordings.load("nin-relu").runs)
    assert f"The run that started with nine ended between these two, at {nine:.3f}" in words
    assert min(four) < nine < max(four)
    assert names["dead_at_start"](3).all()
    assert "With seed 3 all ten are dead" in words


def test_fresh_networks_start_with_dead_maps_whose_cause_is_the_last_bias(chapter, names):
    dead = [names["dead_at_start"](seed).sum().item() for seed in range(20)]
    assert 4 <= sum(dead) / 20 <= 6
    assert max(dead) >= 9
    with_he = [names["dead_at_start"](seed, he=True).sum().item() for seed in range(20)]
    assert f"{sum(with_he)} of 200 maps are dead at the start, not {sum(dead)}" in chapter.prose["stuck-bias-words"]
    told = printed(chapter, "stuck-start")
    assert all(" ".join(map(str, one)) in told for one in (dead, with_he))
    assert "at most 0.00003" in printed(chapter, "stuck-bias")
    assert "in 183 of 200 maps" in printed(chapter, "stuck-bias")
    same = 0
    for seed in range(20):
        torch.manual_seed(seed)
        net = models.nin(8, last=False).eval()
        with torch.no_grad():
            maps = net[:8](names["X_few"])
        assert maps.std(dim=0).max() < 0.0001  # pictures hardly differ any more
        same += ((maps.mean(dim=(0, 2, 3)) < 0) == (net[7][4].bias < 0)).sum().item()
    assert same > 150  # of 200 maps


def test_he_leaves_fewer_maps_dead(names):
    def dead(seed, he):
        torch.manual_seed(seed)
        net = models.nin(8).eval()
        with torch.no_grad():
            return ((models.start_with(net) if he else net)(names["X_few"]) == 0).all(dim=0).sum().item()

    assert sum(dead(seed, True) for seed in range(20)) < 0.5 * sum(dead(seed, False) for seed in range(20))


def test_the_wide_network_starts_with_dead_maps_too(chapter):
    dead = [int(number) for number in re.findall(r": (\d+) of 10 maps dead", printed(chapter, "stuck-wide"))]
    assert (len(dead), min(dead), max(dead)) == (5, 3, 6)
    assert "starts with dead maps: 3 to 6 in these five draws" in chapter.prose["stuck-wide-words"]


def test_covering_a_square_changes_what_the_chapter_says(chapter):
    told, words = printed(chapter, "reach-control"), chapter.prose["reach-cover-words"]
    number = re.findall(r"largest number (-[\d.]+), the 24 others (-[\d.]+)", told)
    (own, own_others), (other, _) = [[-float(one) for one in pair] for pair in number]
    logits = re.findall(r"logit (-[\d.]+), rises in (\d+)%.*?most in (\d+)%", told)
    (fall, rises, most), (fall_of_other, *_) = logits
    bright = re.findall(r"before: ([\d.]+)", told)
    assert f"falls by {own} on average if its own square is covered, and by {other} if another is" in words
    assert f"lowers the 24 others by {own_others} together: more than half" in words
    assert own_others > own
    assert 0.6 < other / own < 2 / 3  # almost two thirds
    assert f"changes most in {most} % of the pictures" in words
    assert f"falls by {fall[1:]} if that square is covered, and by {fall_of_other[1:]} if another is" in words
    assert f"In {rises} % of the pictures it even rises" in words
    assert f"({bright[1]} against {bright[0]})" in words


def test_the_stored_run_reaches_what_the_chapter_says(chapter):
    (output,) = [one for one in chapter.cells["train-run"].outputs if "History" in str(one.get("data", {}))]
    reached = re.search(r"validation accuracy ([\d.]+)", output.data["text/plain"])[1]
    assert f"reaches {float(reached):.3f} on 1,000 validation images after four epochs" in chapter.prose["train-words"]
    free = recordings.load("nin-free").validation_accuracy[0]
    assert f"reached {free:.3f} on average" in chapter.prose["train-words"]
    assert float(reached) > free


def test_what_a_map_sees(chapter):
    told = printed(chapter, "reach-field")
    assert "one number sees 195 rows" in told
    assert "33 65 97 129 161" in told
    assert "22 67 112 156 201" in told
    layers = network.trace(models.trained("nin"), (1, 224, 224))
    windows = [(one["kernel_size"][0], one["stride"][0], one["padding"][0]) for one in layers if "kernel_size" in one]
    assert shapes.receptive_field(windows)[-1] == (195, 32, -64)
    assert ClassMapExplorer("nin").field == [195, 32, -64]


def test_the_average_and_the_last_layer_change_places(names):
    torch.testing.assert_close(names["mean_first"], names["logits"], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(names["mean_last"], names["logits"], rtol=1e-5, atol=1e-5)


def test_a_black_picture_has_logits(chapter):
    logits = ClassMapExplorer("nin", cover=(0, 0, 28, 28)).output
    assert (logits != 0).all()
    assert f"from −{-logits.min():.0f} to {logits.max():.0f}" in chapter.prose["touch-tasks"]
    assert data.CLASSES[logits.argmax()] == "sandal"


def test_the_quiz_knows_the_answers():
    questions = json.loads((QUIZZES / "08_nin.json").read_text(encoding="utf-8"))["questions"]
    answers = {question["id"]: question.get("answer") for question in questions}
    assert answers["pointwise"] == shapes.conv2d_parameters(64, 10, 1)
    [dead] = [question for question in questions if question["id"] == "dead"]
    loss, each = float(re.search(r"a loss of ([\d.]+) on ten classes", dead["prompt"]["en"])[1]), math.log(10) / 10
    told = {option["text"]["en"]: option for option in dead["options"]}
    for most, answer in ((1, "At most one."), (2, "At most two.")):
        assert told[answer]["correct"] == (int(loss / each) == most)
    assert f"= {each:.2f}; two would cost {2 * each:.2f}." in told["At most one."]["feedback"]["en"]


def test_every_error_rate_is_the_papers():
    """The paper's tables 1 to 5, as other sources quote them."""
    chapter = chapter_named("08_nin")
    for rate in ("11.59", "10.88", "10.41", "17.56", "15.99", "16.46"):
        assert rate in chapter.prose["heads"]
    for rate in ("10.41", "8.81", "35.68", "2.35", "0.47"):
        assert rate in chapter.prose["audit"]


@pytest.mark.parametrize("seed", range(5))
def test_the_loss_falls_within_a_few_steps(seed):
    """As the chapter starts it, on pictures of the sample."""
    torch.manual_seed(seed)
    net = models.start_with(models.nin(8, last=False, dropout=0.2))
    batches = data.Batches(data.sample().train.take(torch.arange(960)), 64, shuffle=True, seed=seed, size=99)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.002)
    losses = []
    for X, y in [batch for _ in range(6) for batch in batches]:
        loss = F.cross_entropy(net(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert sum(losses[-5:]) < 0.8 * sum(losses[:5])
