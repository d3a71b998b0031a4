"""What the page of the five networks says in prose is what its cells and recordings give."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter

import pytest
import torch
from torch import nn

from helpers import data, models, network, timings
from helpers.compared import FIELDS, compared, recorded
from helpers.recipes import RECIPES
from helpers.widgets import CostExplorer
from tests.chapters.reading import chapter_named

KINDS = ("parameters", "multiply_adds", "memory", "seconds")


@pytest.fixture(scope="module")
def chapter():
    return chapter_named("10_five_networks")


@pytest.fixture(scope="module")
def page():
    return {one.key: one for one in compared("page")}


def orders(page):
    return {kind: sorted(page, key=lambda key: getattr(page[key], kind)) for kind in KINDS}


def test_what_the_first_tasks_should_show(chapter, page):
    told = chapter.prose["touch-tasks"]
    assert "NiN ÷ 8 has the fewest parameters, 36,646" in told
    assert page["nin"].parameters == 36_646
    assert "it has no fully connected layer" in told
    assert not any(isinstance(layer, nn.Linear) for layer in models.nin(8, last=False).modules())
    cheapest = {kind: order[0] for kind, order in orders(page).items()}
    assert cheapest == {"parameters": "nin", "multiply_adds": "lenet", "memory": "lenet", "seconds": "lenet"}
    assert "takes more than twice as long as AlexNet ÷ 8, with 1 % more multiply-adds" in told
    assert page["googlenet"].seconds > 2 * page["alexnet"].seconds
    assert round(100 * page["googlenet"].multiply_adds / page["alexnet"].multiply_adds) == 101


@pytest.mark.parametrize("weights", [(1, 1, 1, 1), (7, 0, 2, 0), (0, 0, 0, 1)])
def test_a_price_of_zero_orders_by_accuracy_and_a_high_one_by_cost(weights):
    known = [one for one in CostExplorer(weights=weights, rate=0).order if one.accuracy is not None]
    assert [one.accuracy for one in known] == sorted((one.accuracy for one in known), reverse=True)
    known = [one for one in CostExplorer(weights=weights, rate=5).order if one.accuracy is not None]
    assert known[0].cost == min(one.cost for one in known)


def test_a_beaten_network_is_never_first():
    for weights in ((1, 1, 1, 1), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)):
        for rate in range(6):
            known = [one for one in CostExplorer(weights=weights, rate=rate).order if one.accuracy is not None]
            assert not any(one.cost < known[0].cost and one.accuracy > known[0].accuracy for one in known)


def firsts(field, weights, rates):
    """The networks that come first, price by price."""
    return [CostExplorer(field, weights=weights, rate=rate).order[0].title for rate in rates]


def test_only_two_networks_can_come_first_and_the_price_decides_which(chapter, page):
    told = chapter.prose["touch-tasks"]
    assert "AlexNet ÷ 8 comes first up to a price of 0.5, LeNet from 0.6 on" in told
    assert "AlexNet ÷ 8 comes first at 0.5 points a doubling, and LeNet at 0.6" in chapter.prose["limits"]
    rates = [step / 10 for step in range(51)]  # every position of the slider
    assert firsts("page", (1, 1, 1, 1), rates) == ["AlexNet ÷ 8"] * 6 + ["LeNet"] * 45
    assert "Only two: AlexNet ÷ 8 while the price is low, LeNet when it is high" in told
    logs = {key: [math.log2(getattr(one, kind)) for kind in KINDS] for key, one in page.items()}
    for weights in itertools.product(range(0, 11, 2), repeat=4):
        if not any(weights):
            continue
        cost = {key: sum(w * x for w, x in zip(weights, log, strict=True)) / sum(weights) for key, log in logs.items()}
        for rate in rates:
            value = {key: 100 * one.accuracy[-1] - rate * cost[key] for key, one in page.items()}
            assert max(value, key=value.get) in ("alexnet", "lenet")


def unbeaten(page, kind):
    """The keys of the networks that no other one beats by that cost."""
    points = {key: (getattr(one, kind), one.accuracy[-1]) for key, one in page.items()}
    return {
        key
        for key, point in points.items()
        if not any(o != point and o[0] <= point[0] and o[1] >= point[1] for o in points.values())
    }


def test_those_that_nobody_beats_are_as_told(chapter, page):
    told = chapter.prose["front-task"]
    assert "By parameters nobody is beaten" in told
    assert "when only parameters matter, none of the five is beaten" in chapter.prose["touch-tasks"]
    assert unbeaten(page, "parameters") == set(page)
    assert "By multiply-adds and by time LeNet, VGG-11 ÷ 8 and AlexNet ÷ 8 are left" in told
    assert unbeaten(page, "multiply_adds") == unbeaten(page, "seconds") == {"lenet", "vgg", "alexnet"}
    assert "by memory LeNet and AlexNet ÷ 8" in told
    assert unbeaten(page, "memory") == {"lenet", "alexnet"}


def test_what_is_not_equal_is_said(chapter):
    told = chapter.prose["protocol-words"]
    assert "*Dropout*: AlexNet, VGG-11 and NiN contain it, LeNet and GoogLeNet do not" in told
    has = {one.key for one in FIELDS["page"] if any(isinstance(layer, nn.Dropout) for layer in one.build().modules())}
    assert has == {"alexnet", "vgg", "nin"}
    made = recorded(FIELDS["page"][1]).recipe
    assert (made.one_cycle, made.flips, made.label_smoothing, made.weight_decay) == (True, False, 0, 0)
    assert "no flips, no label smoothing and no weight decay" in told


def test_the_costs_and_their_orders_are_as_told(chapter, page):
    order = orders(page)
    words = chapter.prose["costs-words"]
    assert "Multiply-adds and time rank these five alike" in words
    assert order["multiply_adds"] == order["seconds"]
    assert len({tuple(one) for one in order.values()}) == 3
    assert order["parameters"][-1] == "alexnet"
    alexnet = models.alexnet(divide=8)
    dense = sum(p.numel() for layer in alexnet if isinstance(layer, nn.Linear) for p in layer.parameters())
    assert "nine in ten of them in its fully connected layers" in words
    assert 0.9 < dense / page["alexnet"].parameters < 0.93
    _, wide, _, _, inception = compared("notes")
    assert "less than a third of AlexNet's multiply-adds" in words
    assert inception.multiply_adds < wide.multiply_adds / 3
    assert "GoogLeNet ÷ 4 is the dearest by all three other costs" in words
    assert {order[kind][-1] for kind in KINDS[1:]} == {"googlenet"}
    assert "NiN ÷ 8 has the fewest parameters and the second largest memory" in words
    assert (order["parameters"][0], order["memory"][-2]) == ("nin", "nin")
    told = "the cheapest of the five is LeNet or NiN ÷ 8, and the dearest AlexNet ÷ 8 or GoogLeNet ÷ 4"
    assert told in chapter.prose["limits"]
    assert {one[0] for one in order.values()} == {"lenet", "nin"}
    assert {one[-1] for one in order.values()} == {"alexnet", "googlenet"}


def test_the_time_of_a_million_differs_as_told(chapter, page):
    price = {key: one.seconds / one.multiply_adds for key, one in page.items()}
    words = chapter.prose["costs-time-words"]
    assert "A million of them takes more than twice as long in GoogLeNet ÷ 4 as in AlexNet ÷ 8" in words
    assert price["googlenet"] > 2 * price["alexnet"]
    assert "and longest in LeNet" in words
    assert max(price, key=price.get) == "lenet"
    layers = re.findall(r"(\d+) layers with weights", chapter.cells["costs-time"].outputs[0].text)
    assert layers == ["5", "8", "11", "12", "58"]
    assert "the more layers share a million multiply-adds, the dearer the million is" in words
    shares = {key: int(n) / page[key].multiply_adds for key, n in zip(page, layers, strict=True)}
    assert sorted(price, key=price.get) == sorted(shares, key=shares.get)
    assert "it ranks these five rightly, and is wrong about their ratios" in words
    assert (timings.made()["batch"], timings.made()["turns"], timings.made()["threads"]) == (8, 30, 1)
    assert "of eight pictures, in float32, on one thread" in chapter.prose["costs-words"]
    assert "thirty times" in chapter.prose["costs-words"]


def test_the_size_of_the_input_multiplies_the_work_as_told(chapter, page):
    ratio = compared("notes")[2].multiply_adds / page["vgg"].multiply_adds
    told = chapter.prose["protocol-size"]
    assert "twelve times as many multiply-adds as with 64×64" in told
    assert round(ratio) == 12
    assert "2,018,346 parameters in place of 543,786" in told
    assert (compared("notes")[2].parameters, page["vgg"].parameters) == (2_018_346, 543_786)
    with pytest.raises(ValueError, match="Layer"):  # nothing is left of 28×28 pixels
        network.table(network.trace(models.alexnet(8), (1, 224, 224)), (1, 28, 28))


def test_the_lead_of_alexnet_and_what_chance_makes_of_it(chapter, page):
    alexnet, vgg = (page[key].accuracy[-1] for key in ("alexnet", "vgg"))
    told = chapter.prose["accuracy-predict"]
    assert f"{100 * alexnet:.2f} % of the 6,000 held-out pictures" in told
    assert f"VGG-11 ÷ 8 has {100 * vgg:.2f} %" in told
    assert f"Are these {100 * (alexnet - vgg):.2f} points" in told
    errors = [100 * (p * (1 - p) / 6000) ** 0.5 for p in (alexnet, vgg)]
    both = math.hypot(*errors)
    assert f"\\sqrt{{{errors[0]:.2f}^2 + {errors[1]:.2f}^2}} \\approx {both:.2f}" in chapter.prose["accuracy-words"]
    said = chapter.prose["accuracy-pairs-words"]
    one, other = chapter.names["only"]
    assert said.startswith(f"{one} against {other}: ")
    count, lead = 6000 * (one + other) / len(chapter.names["test"].labels), 6000 * (alexnet - vgg)
    assert "$m$ is about 400" in said
    assert round(count, -1) == 400
    assert f"The lead of {100 * (alexnet - vgg):.2f} points is {lead:.0f} pictures" in said
    assert "in about one comparison of eleven" in said
    assert round(1 / math.erfc(lead / count**0.5 / 2**0.5)) == 11
    assert "each of these two networks was trained with a single one" in said
    assert "LeNet's curve is the mean over three seeds, the others are of one seed each" in told
    assert [key for key, one in page.items() if one.spread is not None] == ["lenet"]
    assert "which spread by 0.2 points (and by 0.9 with the other recipe" in said
    assert f"{page['lenet'].spread:.3f} {compared('notes')[0].spread:.3f}" == "0.002 0.009"


def test_what_the_five_answer_is_as_told(chapter):
    """On the twenty pictures of the panel and on a black one, by PyTorch; the page's engine is tested elsewhere."""
    told = chapter.prose["panel-tasks"]
    test, sides = data.sample().test, {one.key: one.input_shape[1] for one in FIELDS["page"]}
    chosen = [index for label in range(10) for index in (test.labels == label).nonzero()[:2, 0].tolist()]
    shown, black = (
        test.take(torch.tensor(chosen)),
        data.Split(torch.zeros(1, 28, 28, dtype=torch.uint8), torch.zeros(1)),
    )
    answers, probabilities = [], {}
    for key, side in sides.items():
        net = models.trained(key)
        with torch.no_grad():
            [(X, _)] = data.Batches(shown, 20, size=side)
            answers.append([data.CLASSES[label] for label in net(X).argmax(dim=1)])
            [(X, _)] = data.Batches(black, 1, size=side)
            best = net(X).softmax(dim=1)[0].max(dim=0)
        probabilities[key] = (data.CLASSES[best.indices], best.values.item())
    seen = [Counter(column) for column in zip(*answers, strict=True)]
    right = [data.CLASSES[label] for label in shown.labels]
    split = {n: counted.most_common(1)[0] for n, counted in enumerate(seen) if len(counted) > 1}
    assert "There are three: the second dress, the first coat and the second sneaker" in told
    assert [right[n] for n in split] == ["dress", "coat", "sneaker"]
    assert [n % 2 for n in split] == [1, 0, 1]
    assert [majority == right[n] for n, (majority, _) in split.items()] == [True, True, False]
    assert split[15] == ("sandal", 3)
    assert seen[19] == {"sandal": 5}
    assert right[19] == "ankle boot"
    assert (
        "Four say *sandal*, three of them with a probability of more than 0.9; AlexNet ÷ 8 says *bag*, with 0.28"
        in told
    )
    assert [key for key, (answer, _) in probabilities.items() if answer != "sandal"] == ["alexnet"]
    assert probabilities["alexnet"][0] == "bag"
    assert f"{probabilities['alexnet'][1]:.2f}" == "0.28"
    assert sum(sure > 0.9 for _, sure in probabilities.values()) == 3


def test_the_divisors_did_what_is_told(chapter, page):
    alexnet = compared("notes")[1]
    words = chapter.prose["notes-words"]
    [run] = recorded(FIELDS["notes"][1]).runs
    assert f"AlexNet took {sum(run['seconds']) / 60:.0f} minutes on two" in chapter.prose["notes"]
    assert all(recorded(one) for one in FIELDS["notes"])
    checked = [one.accuracy[-1] for one in compared("notes")]
    assert f"NiN, with {checked[3]:.3f}, is far behind a LeNet" in words
    assert sorted(checked)[:2] == [checked[3], checked[0]]
    assert set(run["machines"]) == {"AMD EPYC (2 cores)"}
    ratios = [getattr(alexnet, kind) / getattr(page["alexnet"], kind) for kind in ("parameters", "multiply_adds")]
    assert [round(ratio) for ratio in ratios] == [63, 51]
    assert "63 times the parameters of AlexNet ÷ 8 and 51 times its multiply-adds" in words
    assert "128.8 million" in words
    lenet, alexnet, vgg, nin, googlenet = compared("notes")
    assert "NiN, which has the fewest parameters of the narrow five, now has 32 times as many as LeNet" in words
    assert round(nin.parameters / lenet.parameters) == 32
    assert googlenet.parameters > vgg.parameters
    assert "By multiply-adds GoogLeNet, the dearest of the narrow five, is only third here" in words
    assert sum(one.multiply_adds > googlenet.multiply_adds for one in (lenet, alexnet, vgg, nin)) == 2


def test_what_fits_into_the_doorbell(chapter, page):
    told, megabytes = chapter.prose["open"], {key: 4 * one.parameters / 1e6 for key, one in page.items()}
    assert (
        f"LeNet takes {megabytes['lenet']:.2f} MB of weights and {page['lenet'].memory / 1e6:.2f} MB of outputs" in told
    )
    assert f"NiN ÷ 8 takes {megabytes['nin']:.2f} MB and {page['nin'].memory / 1e6:.2f} MB" in told
    assert all(megabytes[key] > 1 > megabytes[key] / 4 for key in ("alexnet", "vgg", "googlenet"))


def test_the_lenet_that_answers_was_trained_longer(chapter):
    assert "trained for longer and with augmentation" in chapter.prose["panel"]
    answers, common = RECIPES["lenet-modern"], RECIPES["lenet-page"]
    assert answers.weights == "lenet"
    assert answers.flips
    assert not common.flips
    assert answers.epochs > common.epochs


def test_every_source_of_the_page_stands_in_the_bibliography_and_is_cited(chapter):
    bibliography = (chapter.path.parent / "bibliography.md").read_text(encoding="utf-8")
    sources = set(re.findall(r"\((https://[^)]+)\)", chapter.prose["references"]))
    assert len(sources) == 8
    assert sources <= set(re.findall(r"\((https://[^)]+)\)", bibliography))
    text = "\n".join(chapter.prose.values())
    assert "(Dehghani and others, 2022)" in text
    assert "(Xiao and others, 2017)" in text
    assert "(McNemar's test, 1947" in text
