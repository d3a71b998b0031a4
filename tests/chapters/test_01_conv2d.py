"""Chapter 1 says what is true: its definitions, its numbers, its exercises' checks and its quiz."""

from __future__ import annotations

import inspect
import json
import math
import re

import pytest
import torch
import torch.nn.functional as F

from helpers import ops, shapes
from helpers.widgets.explorers.quiz import FOLDER as QUIZZES
from tests.chapters.reading import Chapter, chapter_named, definition


@pytest.fixture(scope="module")
def chapter():
    return chapter_named("01_conv2d")


@pytest.fixture(scope="module")
def names(chapter):
    return chapter.names


@pytest.mark.parametrize(
    ("cell", "of_helpers"),
    [
        ("corr2d-def", ops.corr2d),
        ("corr2d-matrix-def", ops.corr2d_matrix),
        ("convolve2d-def", ops.convolve2d),
        ("conv2d-layer-def", ops.Conv2D),
    ],
)
def test_chapter_and_helpers_define_the_same(chapter, cell, of_helpers):
    assert definition(chapter.sources[cell]) == definition(inspect.getsource(of_helpers))


# --- the numbers in the prose


def test_the_worked_example(names):
    X, K = names["X"], names["K"]
    assert ops.corr2d(X, K).tolist() == [[19, 25], [37, 43]]
    assert ops.convolve2d(X, K).tolist() == [[5, 11], [23, 29]]


def test_the_numbers_in_the_prose(chapter):
    side, kernel = 224, 3
    output = shapes.output_size(side, kernel)
    claims = {
        "why": [f"{side}×{side} pixels", f"{output}×{output} map"],
        "why-matrix": [f"each of its nine {output * output:,} times", "two and a half billion"],
        "learn-rates-why": [f"the *mean* over the {6 * 7} outputs", f"the bound {6 * 7} times larger"],
        "field-deep": [f"with {2 * 3 * 3} weights instead of {5 * 5}"],
        "receptive-use": [f"columns from −{-shapes.receptive_field([(3, 1, 1)] * 4)[-1].start} on"],
        "kernel-loops-task": [f"that is {kernel * kernel} steps instead of {output * output:,}"],
        "field-gradient": [
            f"the four numbers of $Y$: {ops.corr2d(torch.arange(9).view(3, 3), torch.arange(4).view(2, 2)).sum()}."
        ],
        "flip-predict": ["19, 25, 37, 43", "5, 11, 23, 29"],
        "wrong": [r"size $3 - 4 + 1 = 0$"],
        "why-cost": [f"all {5 * 3} connections", f"only the {3 * 3} local ones", "built from 3 shared weights"],
        "bias-intro": [f"A dense layer has {16 * 15} weights", "a convolution two"],
        "learner-answers": [f"255² = {255**2:,}"],
    }
    for cell, sentences in claims.items():
        for sentence in sentences:
            assert sentence in chapter.prose[cell], (cell, sentence)


def test_the_opening_question_counts_right(chapter):
    [sides] = re.findall(r"(\d+)×\1 pixels", chapter.prose["touch-questions"])
    assert f"picture of {sides}×{sides} pixels" in chapter.prose["why"]
    pixels, outputs = int(sides) ** 2, shapes.output_size(int(sides), 3) ** 2
    words = {"tens": 10_000, "hundreds": 100_000, "billions": 1e9}
    (size,) = re.findall(r"(\w+) of thousands of them", chapter.prose["touch-questions"])
    assert words[size] <= pixels < 10 * words[size]
    (count,) = re.findall(r"(\w+) of weights", chapter.prose["touch-questions"])
    assert words[count] <= shapes.linear_parameters(pixels, outputs) < 1000 * words[count]


def test_locality_and_sharing_are_counted_right(chapter, names):
    """Each count against a count by hand, on a picture that is small enough for it."""
    n, k = 6, 3
    o = n - k + 1
    places = [(i, j, r, c) for i in range(o) for j in range(o) for r in range(n) for c in range(n)]
    within = [(i, j, r, c) for i, j, r, c in places if 0 <= r - i < k and 0 <= c - j < k]
    by_hand = {
        "dense": len(places),
        "shared, not local": len({(r - i, c - j) for i, j, r, c in places}),
        "local, not shared": len(within),
        "both: convolution": len({(r - i, c - j) for i, j, r, c in within}),
    }
    source = chapter.sources["dense-count"]
    assert "n, k = 224, 3\n" in source
    small = {}
    exec(source.replace("n, k = 224, 3\n", f"n, k = {n}, {k}\n"), small)
    assert small["weights"] == by_hand
    assert names["weights"] == {
        "dense": 224**2 * 222**2, "shared, not local": 445**2, "local, not shared": 222**2 * 9, "both: convolution": 9
    }  # fmt: skip


def test_the_bet_is_won_in_order_and_lost_when_scrambled(names):
    rows, scrambled, differences, error = (names[n] for n in ("rows", "scrambled", "differences", "error"))
    assert torch.equal(rows.sort(dim=1).values, scrambled.sort(dim=1).values)  # the same pixels in another order
    nothing = differences[40:].square().mean().sqrt().item()
    for pixels, learnt in ((rows, True), (scrambled, False)):
        for examples in range(1, 41):
            dense = error(pixels[:, None], differences[:, None], examples)
            conv = error(pixels.unfold(1, 2, 1), differences[..., None], examples)
            assert (dense < 1e-6) == (examples >= 16)
            assert conv < 1e-6 if learnt else conv > 0.99 * nothing


def test_what_touching_the_first_explorer_shows(names):
    X, K = names["X"], names["K"].double()
    for place, value in {(0, 1): 82, (1, 0): 29, (1, 1): 23.25}.items():
        changed = K.clone()
        changed[place] = value
        assert ops.corr2d(X, changed)[0, 0] == 100
    assert X[0, 0] == 0  # what the kernel's first number is multiplied by
    changed = []
    for place in [(2, 2), (1, 1)]:
        other = X.clone()
        other[place] += 1
        changed.append((ops.corr2d(other, names["K"]) != ops.corr2d(X, names["K"])).sum().item())
    assert changed == [1, 3]  # in the fourth window of the middle it meets the kernel's 0
    assert X[1:, 1:].flatten().tolist() == [4, 5, 7, 8]


def test_only_the_column_on_the_seam_differs(chapter):
    (output,) = chapter.cells["equivariance-border"].outputs
    assert output.text == "columns that differ: [2]\n"
    assert "Only column 2 differs" in chapter.prose["equivariance-why"]


def test_the_learning_rate_s_bound_is_that_of_the_hessian(names):
    X, Y = names["band"].double(), names["edges"].double()

    def loss(parameters, bias):
        flat = X[:, :-1] * parameters[0] + X[:, 1:] * parameters[1] + (parameters[2] if bias else 0)
        return ((flat - Y) ** 2).sum()

    for size, expected in ((3, 0.01609), (2, 1 / 30)):
        hessian = torch.autograd.functional.hessian(lambda p, b=size == 3: loss(p, b), torch.zeros(size).double())
        bound = 2 / torch.linalg.eigvalsh(hessian).max().item()
        assert bound == pytest.approx(expected, abs=5e-6)
        left, right, one = names["left"], names["right"], names["one"]
        assert names["bound"](*(left, right, one)[:size]) == pytest.approx(bound, rel=1e-5)
        assert torch.linalg.eigvalsh(hessian).min() > 0  # a single lowest point


def test_gradient_descent_diverges_above_the_bound_and_only_there(names):
    limit = names["bound"](names["left"], names["right"], names["one"])
    for seed in range(3):
        below, above = (names["learn"](seed, factor * limit, steps=200)[0] for factor in (0.98, 1.02))
        assert below[-1] < 0.1 * below[0]
        assert above[-1] > 100 * above[0]


def test_learning_ends_near_the_edge_kernel(names):
    losses, layer = names["learn"](seed=42, lr=0.01)
    torch.testing.assert_close(layer.weight.detach(), torch.tensor([[1.0, -1.0]]), atol=0.1, rtol=0)
    assert abs(layer.bias.item()) < 0.05
    assert losses[-1] < 0.1
    worst = max(names["learn"](seed, lr=0.01, steps=150)[0][-1] for seed in range(3))
    assert worst < 1e-4  # one bottom, whatever the start


def test_every_difference_of_the_order_d_takes_a_row_of_pascal_s_triangle(names):
    once = twice = names["edge"].double()
    for order in range(2, 6):
        padded = F.pad(twice, (1, 1, 0, 0))
        twice = ops.convolve2d(padded, once)
        assert twice.tolist() == [[(-1) ** n * math.comb(order, n) for n in range(order + 1)]]


def test_the_claims_of_the_exercise_on_edges_need_no_luck(names):
    """Noise is noise in every row, and a diagonal has no vertical edge from top to bottom."""
    for name in names["refutes_solution"]:
        assert ops.corr2d(names["claims"][name], names["edge"]).any()
    assert names["diagonal"].unique(dim=0).shape[0] == 6  # no two rows are alike


def test_two_layers_with_nothing_between_them_are_one_whatever_their_sizes(names):
    torch.manual_seed(5)
    for one, two in [((3, 3), (3, 3)), ((2, 4), (3, 1))]:
        K1, K2 = torch.randn(one).double(), torch.randn(two).double()
        K, _ = names["merge_solution"](K1.float(), torch.zeros(1), K2.float(), torch.zeros(1))
        X = torch.rand(9, 11).double()
        torch.testing.assert_close(ops.corr2d(X, K.double()), ops.corr2d(ops.corr2d(X, K1), K2), atol=1e-5, rtol=0)


def test_a_layer_that_flips_learns_the_flipped_kernel(names):
    losses, layer = names["learn"](seed=42, lr=0.01, steps=100, kind=names["Flipping"])
    torch.testing.assert_close(layer.weight.detach(), torch.tensor([[-1.0, 1.0]]), atol=0.01, rtol=0)
    assert losses[-1] < 1e-4


def test_without_zeroing_the_gradient_the_loss_swings(names):
    assert names["losses"][-1] > 100 * names["learn"](seed=42, lr=0.01)[0][-1]


def test_the_receptive_field_is_where_the_gradient_is(chapter):
    for count, k, s in [(2, 2, 1), (2, 3, 1), (1, 5, 1), (3, 3, 2)]:
        field = shapes.receptive_field([(k, s)] * count)[-1].size
        picture = torch.ones(1, 1, field + 4, field + 4, requires_grad=True)
        Z = picture
        for _ in range(count):
            Z = F.conv2d(Z, torch.ones(1, 1, k, k), stride=s)
        Z[0, 0, 0, 0].backward()
        assert picture.grad.count_nonzero().item() == field**2


@pytest.mark.parametrize(
    ("cell", "kind", "words"),
    [
        ("wrong-empty", ValueError, "(4, 4) kernel on a (3, 3) input"),
        ("wrong-dims-run", RuntimeError, "[6, 8]"),
        ("wrong-dtype-run", RuntimeError, "type"),
    ],
)
def test_mistakes_raise_what_the_chapter_shows(chapter, names, cell, kind, words):
    assert isinstance(chapter.raised[cell], kind)
    assert words in str(chapter.raised[cell])


def test_every_cell_that_may_raise_does(chapter, names):
    assert chapter.tagged("raises-exception") == list(chapter.raised)


# --- its sources


def test_every_source_of_the_chapter_stands_in_the_bibliography(chapter):
    bibliography = (chapter.path.parent / "bibliography.md").read_text(encoding="utf-8")
    sources = {
        url for prose in chapter.prose.values() for url in re.findall(r"\((https://(?:doi|arxiv)\.org/[^)]+)\)", prose)
    }
    assert len(sources) >= 6
    assert sources <= set(re.findall(r"\((https://[^)]+)\)", bibliography))


def test_links_between_pages_lead_somewhere(chapter):
    folder = chapter.path.parent
    pages = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    for path in folder.glob("*.ipynb"):  # in code, [:2](X) is no link
        pages[path.name] = "\n".join(Chapter(path.stem).prose.values())
    assert len(pages) > 8
    states = json.loads((folder.parent / "states.json").read_text(encoding="utf-8"))
    for page, text in pages.items():
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)[^)]*\)", text):
            kind, _, name = target.partition(":")
            there = name in states if kind == "state" else (folder / target).is_file()
            assert there, f"{page} links to {target}"


# --- the quiz


def questions():
    return json.loads((QUIZZES / "01_conv2d.json").read_text(encoding="utf-8"))["questions"]


def test_the_quiz_s_numbers():
    answers = {question["id"]: question.get("answer") for question in questions()}
    assert answers["size"] == shapes.output_size(28, 3)
    assert answers["field"] == shapes.receptive_field([(3, 1)] * 3)[-1].size
    assert answers["sharing"] == shapes.conv2d_parameters(1, 1, 28 - 26 + 1, bias=False)
    dense = shapes.linear_parameters(28 * 28, 26 * 26, bias=False)
    assert f"{dense:,}" in next(q["prompt"]["en"] for q in questions() if q["id"] == "sharing")
    row = torch.tensor([[0, 0, 1, 1, 0]])
    assert ops.corr2d(row, torch.tensor([[1, -1]])).tolist() == [[0, -1, 0, 1]]


def test_the_quiz_s_kernels():
    (question,) = (question for question in questions() if question["id"] == "flip")
    for option in question["options"]:
        K = torch.tensor([[int(n) for n in row.split()] for row in re.findall(r"`(.*?)`", option["text"]["en"])])
        assert K.shape == (2, 2)
        assert torch.equal(K, K.flip(0, 1)) == option["correct"]


@pytest.mark.parametrize("question", questions(), ids=lambda question: question["id"])
def test_every_answer_of_the_quiz_has_feedback_in_both_languages(question):
    texts = [question["prompt"]]
    if question["type"] == "number":
        feedback = question["feedback"]
        texts += [feedback["right"], feedback["otherwise"], *(wrong["text"] for wrong in feedback["wrong"])]
        assert question["answer"] not in [wrong["value"] for wrong in feedback["wrong"]]
    else:
        texts += [option[part] for option in question["options"] for part in ("text", "feedback")]
        right = [option["correct"] for option in question["options"]]
        assert sum(right) == 1 if question["type"] == "choice" else 1 <= sum(right) < len(right)
    for text in texts:
        assert text.keys() == {"en", "zh"}
        assert all(text.values())


def test_the_suggested_experiments_show_what_they_promise():
    from helpers.widgets import KernelLearner

    X, K = torch.ones(6, 8), [[1, -1]]
    X[:, 2:6] = 0
    with_bias, without = KernelLearner(X, K), KernelLearner(X, K, bias=None)
    assert with_bias.bound < 0.0163 < without.bound
    brighter = X.clone()
    brighter[0, [0, 1, 6, 7]] = 2
    assert KernelLearner(brighter, K).bound < with_bias.bound
    assert KernelLearner(255 * X, K, bias=None).bound == pytest.approx(without.bound / 255**2)
    assert shapes.receptive_field([(3, 1)] * 6)[-1].size == 13
    assert (
        shapes.receptive_field([(3, 2)] + [(3, 1)] * 3)[-1].size
        >= 13
        > shapes.receptive_field([(3, 2)] + [(3, 1)] * 2)[-1].size
    )


def test_kernels_that_add_up_to_one_keep_the_brightness():
    from helpers.widgets.bundle import HERE

    text = (HERE / "arithmetic" / "presets.js").read_text(encoding="utf-8")
    assert "emboss: [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]" in text
    assert "sharpen: [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]" in text
