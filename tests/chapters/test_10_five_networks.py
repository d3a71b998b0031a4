"""What the page of the five networks says in prose is what its cells and recordings give."""

from __future__ import annotations

import re

import pytest

from helpers import models, network
from helpers.compared import compared
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
    assert page["nin"].side == max(one.side for one in page.values())
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


def test_the_costs_and_their_orders_are_as_told(chapter, page):
    order = orders(page)
    words = chapter.prose["costs-words"]
    assert order["parameters"][-1] == "alexnet"
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
    assert "LeNet is not cheap per million either" in words
    assert set(sorted(price, key=price.get)[-2:]) == {"lenet", "googlenet"}
    layers = re.findall(r"(\d+) layers with weights", chapter.cells["costs-time"].outputs[0].text)
    assert layers == ["5", "8", "11", "12", "58"]
    assert "over 58 layers with weights, AlexNet ÷ 8 over eight" in words


def test_the_size_of_the_input_multiplies_the_work_as_told(chapter, page):
    ratio = compared("notes")[2].multiply_adds / page["vgg"].multiply_adds
    assert "twelve times the multiply-adds at 224 pixels that it takes at 64" in chapter.prose["protocol-size"]
    assert round(ratio) == 12
    with pytest.raises(ValueError, match="Layer"):  # nothing is left of 28×28 pixels
        network.table(network.trace(models.alexnet(8), (1, 224, 224)), (1, 28, 28))


def test_the_lead_of_alexnet_and_its_error(chapter, page):
    lead = page["alexnet"].accuracy[-1] - page["vgg"].accuracy[-1]
    assert f"by {100 * lead:.2f} points" in chapter.prose["accuracy-predict"]
    assert "about as large as its standard error" in chapter.prose["accuracy-words"]
    assert 0.8 < lead / chapter.names["together"] < 1.3
    assert "each network was trained with a single one" in chapter.prose["accuracy-words"]
    assert all(one.spread is None for one in page.values())


def test_the_divisors_did_what_is_told(chapter, page):
    alexnet = compared("notes")[1]
    words = chapter.prose["notes-words"]
    ratios = [getattr(alexnet, kind) / getattr(page["alexnet"], kind) for kind in ("parameters", "multiply_adds")]
    assert [round(ratio) for ratio in ratios] == [63, 51]
    assert "63 times the parameters of AlexNet ÷ 8 and 51 times its multiply-adds" in words
    assert "128.8 million" in words


def test_the_lenet_that_answers_was_trained_longer(chapter):
    assert "trained for longer and with augmentation" in chapter.prose["panel-tasks"]
    answers, common = RECIPES["lenet-modern"], RECIPES["lenet-page"]
    assert answers.weights == "lenet"
    assert answers.flips
    assert not common.flips
    assert answers.epochs > common.epochs


def test_every_source_of_the_page_stands_in_the_bibliography_and_is_cited(chapter):
    bibliography = (chapter.path.parent / "bibliography.md").read_text(encoding="utf-8")
    sources = set(re.findall(r"\((https://[^)]+)\)", chapter.prose["references"]))
    assert len(sources) == 7
    assert sources <= set(re.findall(r"\((https://[^)]+)\)", bibliography))
    text = "\n".join(chapter.prose.values())
    assert "(Dehghani and others, 2022)" in text
    assert "(Xiao and others, 2017)" in text
