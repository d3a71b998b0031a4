"""The explorers for pictures, learning and receptive fields in Python: PyTorch's values, clear refusals."""

import re

import pytest
import torch
import torch.nn.functional as F

from helpers import shapes
from helpers.esm import STATIC
from helpers.widgets import ImageKernels, KernelLearner, ReceptiveFieldExplorer, image_kernels, kernel_learner
from helpers.widgets import receptive_field_explorer as receptive
from tests.stacks import descents, stacks

EDGE = torch.ones(6, 8)
EDGE[:, 2:6] = 0


def test_gradients_and_refusals_are_pytorchs():
    refused = 0
    for case in descents(200, seed=1):
        expected = case.passes(1)
        make = lambda case=case: KernelLearner(case.input, case.teacher, case.kernel, case.bias, case.lr)  # noqa: E731
        if expected is None:
            refused += 1
            with pytest.raises(ValueError, match="does not fit"):
                make()
            continue
        ours = make().gradients()
        torch.testing.assert_close(ours.loss, expected[0]["loss"].detach())
        torch.testing.assert_close(ours.kernel, expected[0]["dk"])
        torch.testing.assert_close(ours.input, expected[0]["dx"])
        assert (ours.bias is None) == (case.bias is None)
    assert refused > 10


def test_the_bounds_are_those_of_the_course():
    assert f"{KernelLearner(EDGE, [[1, -1]]).bound:.5f}" == "0.01609"
    assert f"{KernelLearner(EDGE, [[1, -1]], bias=None).bound:.4f}" == "0.0333"
    assert KernelLearner(torch.zeros(3, 3), [[1, -1]], bias=None).bound == float("inf")


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ({"lr": 0}, ValueError, "greater than 0; 0.0 was given"),
        ({"lr": "fast"}, TypeError, "lr must be a number; 'fast'"),
        ({"kernel": [[1, 2, 3]]}, ValueError, "The kernel has 1×3 elements, the target's kernel 1×2"),
        ({"input": torch.ones(17, 17)}, ValueError, "at most 16×16"),
        ({"bias": "b"}, TypeError, "bias must be a number"),
        ({"input": [[1]]}, ValueError, "Kernel 1×2 does not fit"),
    ],
)
def test_a_learner_refuses_in_words_and_keeps_what_it_had(change, kind, message):
    with pytest.raises(kind, match=message):
        KernelLearner(**{"input": EDGE, "target_kernel": [[1, -1]], **change})
    learner = KernelLearner(EDGE, [[1, -1]])
    [(name, value)] = change.items()
    with pytest.raises(kind, match=message):
        setattr(learner, name, value)
    assert repr(learner) == "KernelLearner(6×8, kernel 1×2, bias, lr 0.01)"
    assert "<caption>Target Y 6×7</caption>" in learner.html()


def test_stacks_have_pytorchs_sizes_paths_and_refusals():
    refused = 0
    for case in stacks(300, seed=2):
        levels = case.levels()
        make = lambda case=case: ReceptiveFieldExplorer(case.layers, case.size)  # noqa: E731
        if levels is None:
            refused += 1
            with pytest.raises(ValueError, match=r"Layer \d"):
                make()
            continue
        explorer = make()
        assert explorer.sizes == [level.numel() for level in levels]
        assert explorer.fields == shapes.receptive_field(case.layers)
        middle = (explorer.sizes[-1] - 1) // 2
        assert torch.equal(explorer.paths(), torch.autograd.grad(levels[-1][0, 0, middle], levels[0])[0][0, 0])
    assert refused > 30


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ({"layers": "3"}, TypeError, "layers must be a list"),
        ({"layers": []}, ValueError, "at least one and at most 8"),
        ({"layers": [(3,)]}, ValueError, r"\[\(3,\)\] was given"),
        ({"layers": [(3, 1)] * 9}, ValueError, "at most 8"),
        ({"layers": [(3, 1.5)]}, TypeError, "Layer 1 stride must be a whole number; 1.5"),
        ({"layers": [(3, 1), (3, 0)]}, ValueError, "Layer 2 stride must be at least 1; 0"),
        ({"layers": [(12, 1)]}, ValueError, "Layer 1 kernel can be at most 11 here"),
        ({"layers": [(3, 1), (11, 1)]}, ValueError, "Layer 2: Kernel 11×11 does not fit the padded input 10×10"),
        ({"layers": [(3, 1)], "size": 65}, ValueError, "size can be at most 64 here"),
        ({"layers": [(3, 1)], "size": True}, TypeError, "size must be a whole number; True"),
        ({"layers": [(3, 1)], "at": (1, 10)}, ValueError, "an element from 0 to 9"),
        ({"layers": [(3, 1)], "at": (2, 0)}, ValueError, "a layer from 0 to 1"),
    ],
)
def test_an_impossible_stack_is_refused_in_words(arguments, kind, message):
    with pytest.raises(kind, match=message):
        ReceptiveFieldExplorer(**arguments)


def test_a_stack_tells_its_table_where_no_script_runs():
    text = ReceptiveFieldExplorer([(3, 1), (3, 2, 1)], 9, id="r").html()
    assert text.count("<tr>") == 2
    assert 'id="r"' in text


def test_a_picture_and_its_kernel():
    torch.manual_seed(0)
    X, K = torch.randint(0, 256, (9, 12)), torch.randn(3, 2)
    explorer = ImageKernels(X, K)
    torch.testing.assert_close(explorer.output, F.conv2d(X.double()[None, None], K.double()[None, None])[0, 0])
    assert repr(explorer) == "ImageKernels(9×12, kernel 3×2)"
    assert explorer.html().count("<img ") == 1


@pytest.mark.parametrize(
    ("picture", "kernel", "message"),
    [
        ([[256]], [[1]], "between 0 .* and 255"),
        ([[-0.5]], [[1]], r"-0\.5 was given"),
        ([[1]], [[1, 1]], "does not fit"),
        (torch.ones(3, 4, 4), [[1]], "two dimensions"),
        ([[1] * 9], [[1] * 8], "at most 7×7"),
    ],
)
def test_a_picture_out_of_range_is_refused(picture, kernel, message):
    with pytest.raises(ValueError, match=message):
        ImageKernels(picture, kernel)


@pytest.mark.parametrize(
    ("module", "limits"),
    [
        ("image-kernels.js", image_kernels.LIMITS),
        ("kernel-learner.js", kernel_learner.LIMITS),
        ("receptive-field-explorer.js", receptive.LIMITS),
    ],
)
def test_limits_are_those_of_the_page(module, limits):
    stated = re.search(r"LIMITS = \{([^}]*)\}", (STATIC / module).read_text(encoding="utf-8"))[1]
    assert {k.strip(): int(v) for k, v in (pair.split(":") for pair in stated.split(","))} == limits
