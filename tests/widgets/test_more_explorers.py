"""The explorers for pictures, learning and receptive fields in Python: PyTorch's values, clear refusals."""

import pytest
import torch
import torch.nn.functional as F

from helpers import shapes
from helpers.widgets import (
    ChannelExplorer,
    ColourMixer,
    ImageKernels,
    KernelLearner,
    PoolExplorer,
    ReceptiveFieldExplorer,
)
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


@pytest.mark.parametrize(
    ("at", "kind", "message"),
    [
        ((3, 0), ValueError, r"a layer from 0 to 2 .*; \(3, 0\) was given"),
        ((-1, 0), ValueError, "a layer from 0 to 2"),
        ((1, 10), ValueError, "an element from 0 to 9"),
        ((2, -1), ValueError, "an element from 0 to 3"),
        ((1.5, 0), TypeError, "at must be a whole number; 1.5"),
        ((True, 0), TypeError, "at must be a whole number; True"),
        ((1, "2"), TypeError, "at must be a whole number; '2'"),
        ((1,), TypeError, r"at must be \(layer, element\)"),
        (1, TypeError, r"at must be \(layer, element\)"),
        ("10", TypeError, r"at must be \(layer, element\)"),
    ],
)
def test_an_element_that_does_not_exist_is_refused_wherever_it_is_given(at, kind, message):
    layers = [(3, 1), (3, 2)]
    with pytest.raises(kind, match=message):
        ReceptiveFieldExplorer(layers, at=at)
    explorer = ReceptiveFieldExplorer(layers, at=(1, 4))
    for give in (lambda: setattr(explorer, "at", at), lambda: explorer.set_state({"at": at})):
        with pytest.raises(kind, match=message):
            give()
    if isinstance(at, tuple) and len(at) == 2:
        with pytest.raises(kind, match=message):
            explorer.paths(*at)
    assert explorer.at == (1, 4)


def test_an_element_is_looked_from_as_long_as_it_exists():
    explorer = ReceptiveFieldExplorer([(3, 1), (3, 2)], at=[2, 3])
    assert explorer.at == (2, 3)
    explorer.layers = [(3, 1), (2, 2)]
    assert explorer.at == (2, 3)
    explorer.layers = [(3, 1)]
    assert explorer.at is None
    explorer.at = torch.tensor([1, 9])
    explorer.size = 11
    assert explorer.at is None
    explorer.set_state({"layers": [[3, 1], [3, 1]], "at": [2, 6]})
    assert explorer.at == (2, 6)
    assert torch.equal(explorer.paths(0), torch.eye(11, dtype=torch.float64)[5])


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


x = torch.arange(9).reshape(3, 3)
k = torch.tensor([[0, 1], [2, 3]])
PLANES, KERNELS = torch.stack([x, x + 1]), torch.stack([k, k + 1])[None]


def test_the_channel_explorer_holds_shows_and_computes():
    explorer = ChannelExplorer(PLANES, KERNELS, bias=[0.5], id="c")
    assert explorer.output.tolist() == [[[56.5, 72.5], [104.5, 120.5]]]
    assert explorer.parameters == 9
    assert repr(explorer) == "ChannelExplorer(2×3×3, kernel 1×2×2×2)"
    assert "<caption>Kernel of output 1, channel 2 2×2</caption>" in explorer.html()
    with explorer.hold_trait_notifications():
        explorer.kernel, explorer.groups, explorer.bias = KERNELS[0][:, None], 2, None
    assert explorer.output[0].tolist() == [[19, 25], [37, 43]]


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ({"input": x}, ValueError, "input must have 3 dimensions, channels in × rows × columns; 3×3 was given"),
        ({"input": torch.ones(5, 3, 3)}, ValueError, "input can have at most 4 channels here; 5 were given"),
        ({"input": [[[1, 2]], [[1]]]}, ValueError, "all planes must have the same size; 1×2 and 1×1"),
        ({"input": [[["a"]], [[1]]]}, TypeError, r"input\[0\]\[0, 0\] must be a number"),
        ({"kernel": torch.ones(1, 3, 2, 2)}, ValueError, "needs a kernel of 2 planes; 3 were given"),
        ({"kernel": torch.ones(1, 2, 4, 4)}, ValueError, "does not fit the padded input 3×3"),
        ({"groups": 2}, ValueError, "2 groups, 2 channels in and 1 out"),
        ({"groups": 1.5}, TypeError, "groups must be a whole number"),
        ({"bias": [1, 2]}, ValueError, "one number for each of the 1 output channels"),
        ({"bias": 3}, TypeError, "bias must hold one number"),
        ({"stride": 0}, ValueError, "stride must be at least 1"),
    ],
)
def test_the_channel_explorer_refuses_in_words_and_keeps_what_it_had(change, kind, message):
    with pytest.raises(kind, match=message):
        ChannelExplorer(**{"input": PLANES, "kernel": KERNELS, **change})
    explorer = ChannelExplorer(PLANES, KERNELS)
    [(name, value)] = change.items()
    with pytest.raises(kind, match=message):
        setattr(explorer, name, value)
    assert explorer.output.tolist() == [[[56, 72], [104, 120]]]


def test_the_pool_explorer_holds_shows_and_computes():
    explorer = PoolExplorer(x, 2, stride=1, id="p")
    assert explorer.output.tolist() == [[4, 5], [7, 8]]
    explorer.mode = "avg"
    assert explorer.output.tolist() == [[2, 3], [5, 6]]
    assert explorer.shape == (2, 2)
    assert PoolExplorer(torch.ones(4, 4), 3).stride == (3, 3)  # as in nn.MaxPool2d
    assert repr(explorer) == "PoolExplorer(3×3, avg 2×2)"
    assert "<caption>Output 2×2</caption>" in explorer.html()


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ({"padding": 2}, ValueError, "Padding 2 is more than half of the window's 2: at most 1 fits"),
        ({"kernel_size": 5}, ValueError, "The window spans 5×5 and does not fit the padded input 3×3"),
        ({"mode": "min"}, ValueError, 'mode must be "max" or "avg"; \'min\' was given'),
        ({"stride": 0}, ValueError, "stride must be at least 1"),
        ({"kernel_size": "2"}, TypeError, "kernel_size must be a whole number"),
    ],
)
def test_the_pool_explorer_refuses_in_words_and_keeps_what_it_had(change, kind, message):
    with pytest.raises(kind, match=message):
        PoolExplorer(**{"input": x, "kernel_size": 2, "stride": 1, **change})
    explorer = PoolExplorer(x, 2, stride=1)
    [(name, value)] = change.items()
    with pytest.raises(kind, match=message):
        setattr(explorer, name, value)
    assert explorer.output.tolist() == [[4, 5], [7, 8]]


def test_an_average_has_no_dilation():
    with pytest.raises(ValueError, match="Average pooling has no dilation"):
        PoolExplorer(x, 2, "avg", dilation=2)


def test_the_colour_mixer_is_a_1x1_convolution():
    mixer = ColourMixer(torch.full((3, 2, 2), 10), [[1, 0, 0], [0, 2, 0], [1, 1, 1]])
    assert mixer.output[:, 0, 0].tolist() == [10, 20, 30]
    assert mixer.html().count("<img ") == 1
    for bad, message in [(torch.ones(4, 2, 2), "three channels"), (torch.full((3, 2, 2), 300), "between 0")]:
        with pytest.raises(ValueError, match=message):
            ColourMixer(bad, torch.eye(3))
    with pytest.raises(ValueError, match="must be 3×3"):
        ColourMixer(torch.ones(3, 2, 2), [[1, 2]])
