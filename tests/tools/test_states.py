"""Links of lesson plans: each is what its explorer writes, opens its state, and shows what the plan says of it."""

import copy
import json

import pytest
import torch
import torch.nn.functional as F

from extensions import lessons
from helpers import data, models, network, ops, shapes, widgets
from tools import edition, states

STATES = states.read()
PAGES = sorted({state["page"] for state in STATES.values()})
LANGUAGES = sorted(path.parent.name for path in states.CHAPTERS.glob("*/00_welcome.ipynb"))


def plan_texts():
    """The pages that link states, in all languages."""
    return [path.read_text(encoding="utf-8") for path in sorted(states.CHAPTERS.glob("*/instructors*.md"))]


def values(name):
    """A state's traits: the author's, and what the plan has set."""
    told = states.asked(name, STATES[name])
    return {**told["author"], **told["set"]}


def tensors(name, *traits):
    found = values(name)
    return tuple(torch.tensor(found[trait], dtype=torch.float64) for trait in traits)


# --- the links


def test_the_stored_links_are_those_that_the_explorers_write(capsys):
    assert states.written(states.made(STATES)) == states.FILE.read_text(encoding="utf-8")
    assert states.main(["check"]) == 0
    assert capsys.readouterr().err == ""


def test_each_link_opens_its_state_and_no_explorer_objects():
    told = [states.asked(name, state) for name, state in STATES.items()]
    opened = states.opened([
        {"kind": one["kind"], "author": one["author"], "link": state["link"]}
        for one, state in zip(told, STATES.values(), strict=True)
    ])  # fmt: skip
    for (name, state), one, answer in zip(STATES.items(), told, opened, strict=True):
        assert answer["told"] == [], name
        assert answer["link"] == state["link"], name
        wanted = {**one["author"], **one["set"]}
        assert {trait: wanted[trait] for trait in answer["state"]} == unnamed(answer["state"], wanted), name
        assert len(state["link"]) < 2000, f"{name}: mail and chat programs cut off longer links"


def unnamed(state, wanted):
    """A state whose layers have the names that are wanted: a link keeps the names of blocks, no others."""
    if not isinstance(state.get("layers", [[]])[0], dict):
        return state
    made = copy.deepcopy(state)

    def take(layers, names):
        assert len(layers) == len(names)
        for layer, named in zip(layers, names, strict=True):
            layer["name"] = named["name"]
            take(layer.get("layers", []), named.get("layers", []))
            for one, other in zip(layer.get("branches", []), named.get("branches", []), strict=True):
                take(one, other)

    take(made["layers"], wanted["layers"])
    return made


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("what-no-window-reads", "s=3,2", "s=0,2"),
        ("googlenet-without-1x1-in-4b", "s=12.0", "s=12.9"),
        ("googlenet-without-1x1-in-4b", "o=join4,0", "o=join4,999"),
        ("alexnet-at-227", "x=1,227,227", "x=1,20,20"),
        ("only-time-matters", "w=0,0,0,1", "w=0,0,0,0"),
        ("an-even-kernel", "k=4", "k=9"),
    ],
)
def test_a_link_that_opens_no_state_is_told(name, old, new):
    told = states.asked(name, STATES[name])
    link = STATES[name]["link"]
    assert link.count(old) == 1
    (answer,) = states.opened([{"kind": told["kind"], "author": told["author"], "link": link.replace(old, new)}])
    assert answer["told"]
    assert answer["link"] != STATES[name]["link"]


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ({"page": "01_conv2d", "explorer": "conv"}, "01_conv2d has no explorer 'conv'; it has conv-first"),
        ({"page": "11_more", "explorer": "conv"}, "there is no page 11_more"),
        ({"page": "01_conv2d", "explorer": "conv-flip", "at": [1, 1]}, "not at"),
        ({"page": "10_five_networks", "explorer": "five-costs", "set": {"weights": [0, 0, 0, 0]}}, "cost.bad.weights"),
        ({"page": "01_conv2d", "explorer": "conv-flip", "look": {"o": "7,7"}}, "o=7,7"),
    ],
)
def test_a_state_that_no_explorer_can_have_is_refused_by_name(state, told):
    with pytest.raises(states.StateError, match=r"new: |no page") as error:
        states.made({"new": state})
    assert told in str(error.value)


# --- where they stand


def test_every_state_is_linked_in_a_plan_and_every_link_has_a_state():
    linked = {name for text in plan_texts() for _, name in lessons.STATE.findall(text)}
    assert linked == set(STATES)


def test_each_chapter_has_a_few_states_and_the_page_of_five_networks_too():
    chapters = [path.stem for path in sorted((states.CHAPTERS / "en").glob("[0-9][0-9]_*.ipynb"))][1:]
    assert chapters == PAGES
    for page in PAGES:
        assert 2 <= sum(state["page"] == page for state in STATES.values()) <= 5, page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_explorers_are_in_every_language_and_on_the_students_site(lang):
    for page in PAGES:
        ids = {state["explorer"] for state in STATES.values() if state["page"] == page}
        assert ids <= set(states.explorers(page, lang)), page
        given = json.loads((states.CHAPTERS / lang / f"{page}.ipynb").read_text(encoding="utf-8"))
        edition.edited(given, page, edition.Edition(student=True), lang)
        shown = json.dumps([cell.get("outputs", []) for cell in given["cells"]])
        assert all(f'id=\\\\\\"{one}\\\\\\"' in shown or f'id=\\"{one}\\"' in shown for one in ids), page


# --- what the plans say of them


def test_chapter_1_shows_what_the_plan_says():
    X, K = tensors("horizontal-edges", "input", "kernel")
    assert len(X.unique(dim=0)) == 2
    assert not ops.corr2d(X, K).any()
    assert (ops.corr2d(X, K.T).abs().sum(1) > 0).sum() == 2  # another kernel finds both edges
    X, K = tensors("a-single-one", "input", "kernel")
    assert torch.equal(ops.corr2d(X, K), K.flip(0, 1))
    (X,) = tensors("a-rate-too-high", "input")
    A = torch.stack([X[:, :-1].flatten(), X[:, 1:].flatten(), torch.ones(X[:, 1:].numel())], dim=1)
    bound = 2 / torch.linalg.eigvalsh(2 * A.T @ A).max()
    assert 0.01 < bound < values("a-rate-too-high")["lr"] < 1.02 * bound
    told = values("four-layers-with-a-stride")
    with_stride, without = (
        shapes.receptive_field([(k, s if keep else 1) for k, s, *_ in told["layers"]])[-1].size
        for keep in (True, False)
    )
    assert (told["size"], with_stride, without) == (15, 15, 9)


def test_chapter_2_shows_what_the_plan_says():
    told = values("what-no-window-reads")
    assert (told["padding"], told["stride"]) == ([1, 1], [3, 2])
    rows, columns = ({i * s + u for i in range(2) for u in range(2)} for s in (3, 2))
    assert shapes.conv2d_shape((3, 3), (2, 2), padding=(1, 1), stride=(3, 2)) == (2, 2)
    assert set(range(5)) - rows == {2}  # the middle row of the frame
    assert set(range(5)) - columns == {4}  # its last column
    told, limits = values("an-even-kernel"), widgets_limits("puzzle")
    assert told["input"] == told["output"] == [8, 8]
    reached = [
        shapes.output_size(8, k, p, s) == 8
        for k in (4,) for p in range(limits["padding"] + 1) for s in range(1, limits["stride"] + 1)
    ]  # fmt: skip
    assert not any(reached)
    read = {0}
    for _, _, _, d in values("dilations-1-2-4")["layers"]:
        read = {place + step for place in read for step in (-d, 0, d)}
    assert len(read) == max(read) - min(read) + 1 == 15


def widgets_limits(room):
    path = states.ROOT / "helpers" / "widgets" / "explorers" / room / "limits.json"
    return json.loads(path.read_text(encoding="utf-8"))


def test_chapter_3_shows_what_the_plan_says():
    X, K = tensors("channels-that-cancel", "input", "kernel")
    assert torch.equal(ops.corr2d_multi_in(X, K[0]), torch.full((2, 2), -6.0, dtype=torch.float64))
    assert all(len(ops.corr2d(x, k).unique()) == 4 for x, k in zip(X, K[0], strict=True))
    assert torch.equal(X[1], X[0] + 1)
    assert torch.equal(K[0, 1], -K[0, 0])
    before = states.explorers("03_channels")["groups"][1]["kernel"]
    after = values("a-group-for-each-channel")
    assert (torch.tensor(before).numel(), torch.tensor(after["kernel"]).numel(), after["groups"]) == (32, 16, 4)
    (K,) = tensors("red-and-blue-swapped", "kernel")
    assert torch.equal(K @ K, torch.eye(3, dtype=torch.float64))
    assert torch.equal(K @ torch.tensor([1.0, 2, 3], dtype=torch.float64), torch.tensor([3.0, 2, 1]).double())


def test_chapter_4_shows_what_the_plan_says():
    told, (X,) = values("negative-numbers-in-a-border"), tensors("negative-numbers-in-a-border", "input")
    assert (told["kernel_size"], told["stride"], told["padding"], told["mode"]) == ([2, 2], [1, 1], [1, 1], "max")
    assert F.max_pool2d(X[None, None], 2, 1, 1)[0, 0, 0, 0] == -1
    assert F.max_pool2d(F.pad(X[None, None], (1, 1, 1, 1)), 2, 1)[0, 0, 0, 0] == 0  # with zeros in the border
    (X,) = tensors("a-boot-at-stride-1", "input")
    one, two = (lambda X, s=s: F.max_pool2d(X[None, None], 2, s)[0, 0] for s in (1, 2))
    moved = X.roll(1, dims=1)
    assert torch.equal(one(moved)[:, 1:], one(X)[:, :-1])  # the same numbers, in other places
    assert not any(torch.equal(two(moved), two(X).roll(by, dims=1)) for by in range(14))
    (X,) = tensors("who-gets-the-gradient", "input")
    window = X[:2, :2].flatten().sort(descending=True).values
    assert window[0] == window[1] > window[2]
    assert values("who-gets-the-gradient")["mode"] == "max"


def answers(name):
    """The class that a trained network names in a state, and the author's, for the state's picture."""
    told = values(name)
    explorer = widgets.TrainedExplorer(told["network"], image=told["image"])
    before = explorer.output
    explorer.silenced, explorer.off = told["silenced"], told["off"]
    return data.CLASSES[before.argmax()], data.CLASSES[explorer.output.argmax()]


def test_chapter_5_shows_what_the_plan_says():
    assert answers("a-shirt") == ("shirt", "shirt")
    assert answers("a-boot-without-map-3") == ("ankle boot", "ankle boot")
    with torch.no_grad():
        maps = models.trained("lenet")[:2](torch.zeros(1, 1, 28, 28))[0]  # of an empty picture
    middle = maps[:, 14, 14]
    assert middle.argmax() == 3
    assert middle[3] > 0.25 > 2 * middle.sort().values[-2]
    told, author = values("a-picture-of-32"), states.explorers("05_lenet")["lenet-network"][1]
    rows = [network.table(one["layers"], one["input_shape"]) for one in (author, told)]
    assert [row.shape for row in rows[0]] == [row.shape for row in rows[1]]
    assert [(row.parameters, row.multiply_adds) for row in rows[0]] == [
        (row.parameters, row.multiply_adds) for row in rows[1]
    ]
    assert told["input_shape"] != author["input_shape"]
    assert told["layers"][0]["padding"] != author["layers"][0]["padding"]


def parameters(name):
    told = values(name)
    return widgets.NetworkExplorer(told["layers"], told["input_shape"]).total_parameters


def test_chapter_6_shows_what_the_plan_says():
    assert parameters("alexnet-at-227") == 58_299_082
    assert parameters("alexnet-without-groups") == 62_378_344
    author = states.explorers("06_alexnet")["alexnet-paper"][1]
    assert widgets.NetworkExplorer(author["layers"], author["input_shape"]).total_parameters == 60_965_224
    changed = [
        n for n, (a, b) in enumerate(zip(author["layers"], values("alexnet-without-groups")["layers"])) if a != b
    ]
    assert len(changed) == 3
    told = values("alexnet-without-its-fourth-convolution")
    convolutions = [n for n, layer in enumerate(told["layers"]) if layer["kind"] == "Conv2d"]
    assert told["off"] == [str(convolutions[3])]


def test_chapter_7_shows_what_the_plan_says():
    assert parameters("vgg-without-block-5") > 3 * 128_806_154
    assert answers("vgg-without-map-3") == ("ankle boot", "ankle boot")
    told = values("vgg-without-convolution-4")
    convolutions = [n for n, layer in enumerate(told["layers"]) if layer["kind"] == "Conv2d"]
    assert told["off"] == [str(convolutions[3])]


def test_chapter_8_shows_what_the_plan_says():
    boot = widgets.ClassMapExplorer("nin", image=values("a-boot-and-its-map")["image"])
    assert data.CLASSES[boot.output.argmax()] == "ankle boot"
    own = boot.maps[9]
    found = {}
    for name in ("a-boot-whose-best-square-is-covered", "a-boot-with-another-square-covered"):
        told = values(name)
        assert told["image"] == values("a-boot-and-its-map")["image"]
        row, column, *size = boot.cover = tuple(told["cover"])
        assert size == [4, 4]  # a square of the map, which begins at pixel 2 (chapter 8)
        found[name] = data.CLASSES[boot.output.argmax()], own[(row - 2) // 4, (column - 2) // 4], boot.maps[9]
    (best, largest, after), (other, smaller, _) = found.values()
    assert (best, other) == ("ankle boot", "sandal")
    assert largest == own.max()
    assert smaller < largest / 3
    assert ((after - own).abs() > 1e-3).all()
    told = values("nin-without-a-1x1-layer")
    (off,) = (told["layers"][int(part)] for part in told["off"])
    assert (off["kind"], off["kernel_size"]) == ("Conv2d", [1, 1])


def test_chapter_9_shows_what_the_plan_says():
    assert parameters("a-block-without-a-reduction") == 301_408
    branches = {}
    for name in ("googlenet-without-1x1-in-4b", "googlenet-without-5x5"):
        told = values(name)
        places = [tuple(map(int, part.split("."))) for part in told["off"]]
        branches[name] = [(told["layers"][n]["name"], told["layers"][n]["branches"][branch]) for n, branch in places]
    ((block, branch),) = branches["googlenet-without-1x1-in-4b"]
    assert (block, branch[0]["kernel_size"], len(branch)) == ("b4.1.cat", [1, 1], 2)
    fives = branches["googlenet-without-5x5"]
    assert len({block for block, _ in fives}) == 9
    assert all([5, 5] in [layer.get("kernel_size") for layer in branch] for _, branch in fives)


def test_the_five_networks_show_what_the_plan_says():
    def order(name, **more):
        told = {key: values(name)[key] for key in ("field", "weights", "rate", "epoch")}
        return widgets.CostExplorer(**{**told, **more}).order

    first = order("only-parameters-matter")
    cheapest = min(first, key=lambda one: one.cost)
    assert cheapest.title != first[0].title
    leads = [order("only-parameters-matter", rate=rate / 10)[0].title for rate in range(51)]
    assert len(set(leads[leads.index(first[0].title) :])) > 1  # raising the price brings another one to the top
    costs = {one.title: one.cost for one in order("only-time-matters")}
    assert costs["GoogLeNet ÷ 4"] > 2 * costs["AlexNet ÷ 8"]
    work = {one.title: one.cost for one in order("only-time-matters", weights=(0, 1, 0, 0))}
    assert abs(work["GoogLeNet ÷ 4"] / work["AlexNet ÷ 8"] - 1) < 0.05
    one, two, *_ = order("accuracy-alone")
    assert 0.25 < 100 * (one.accuracy - two.accuracy) < 0.75
    panel = widgets.PanelExplorer(image=values("a-sneaker-that-divides-them")["image"])
    said = [data.CLASSES[logits.argmax()] for logits in panel.output.values()]
    assert sorted(said) == ["sandal", "sandal", "sandal", "sneaker", "sneaker"]  # the majority is wrong
    author = states.explorers("10_five_networks")["five-panel"][1]
    assert data.CLASSES[author["labels"][STATES["a-sneaker-that-divides-them"]["set"]["image"]["gallery"]]] == "sneaker"
    (black,) = tensors("a-black-picture", "image")
    assert black.shape == (28, 28)
    assert not black.any()
