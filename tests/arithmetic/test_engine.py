"""The engine of the pages' script computes what PyTorch computes: any layer, any tree, whatever is switched off."""

from __future__ import annotations

import base64
import math
import random

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers import data, models, network, weights
from helpers.widgets import TrainedExplorer
from helpers.widgets.explorers.trained import SILENT, _items
from tests.trees import trees
from tools.test_images import chosen

RUN = """([layers, shapes, input, tensors, x, changes]) => {
  const { engine } = convnets;
  for (const tensor of Object.values(tensors)) tensor.d = Float32Array.from(tensor.d);
  const machine = new engine.Engine(engine.stepsOf(layers, shapes, input), tensors);
  machine.run(Float32Array.from(x));
  machine.change(changes);
  return [...machine.run(machine.input, machine.first === shapes.length ? 0 : machine.first)];
}"""


def run(script, net, X, **changes):
    """What the engine gives for one picture, having computed it before without the changes."""
    layers = network.trace(net, tuple(X.shape[1:]))
    shapes = [list(row.shape) for row in network.table(layers, tuple(X.shape[1:]))]
    tensors = {
        key: {"shape": list(value.shape), "d": value.flatten().tolist()} for key, value in net.state_dict().items()
    }
    told = script.evaluate(RUN, [layers, shapes, list(X.shape[1:]), tensors, X.flatten().tolist(), changes])
    return torch.tensor(told, dtype=torch.float32).reshape(shapes[-1])


def fresh(net, seed=0):
    """Statistics and factors of normalisation as if they had been learnt."""
    draw = torch.Generator().manual_seed(seed)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d | nn.BatchNorm1d):
            learnt = [parameter.data for parameter in module.parameters()]
            for tensor in (*learnt, module.running_mean):
                tensor.normal_(generator=draw)
            module.running_var.uniform_(0.5, 2, generator=draw)
    return net.eval()


LAYERS = {
    "padding and stride": (nn.Conv2d(3, 10, 5, padding=2, stride=2), (3, 29, 33)),
    "uneven kernel": (nn.Conv2d(2, 5, (3, 1), padding=(0, 2), stride=(1, 3)), (2, 9, 11)),
    "groups and dilation": (nn.Conv2d(6, 9, 3, groups=3, dilation=2, padding=(1, 2), bias=False), (6, 13, 12)),
    "depthwise": (nn.Conv2d(7, 7, 3, groups=7, padding=1), (7, 6, 5)),
    "1×1": (nn.Conv2d(5, 3, 1), (5, 4, 1)),
    "maximum": (nn.MaxPool2d(3, 2, 1, ceil_mode=True), (4, 11, 12)),
    "maximum with dilation": (nn.MaxPool2d(2, 1, dilation=3), (2, 9, 8)),
    "average": (nn.AvgPool2d(3, 2, 1, ceil_mode=True), (4, 11, 12)),
    "adaptive average": (nn.AdaptiveAvgPool2d((3, 4)), (3, 7, 9)),
    "adaptive maximum": (nn.AdaptiveMaxPool2d((2, 5)), (3, 7, 9)),
    "batch norm": (nn.BatchNorm2d(4), (4, 5, 6)),
    "response norm": (nn.LocalResponseNorm(5), (9, 4, 5)),
    "response norm, even": (nn.LocalResponseNorm(4), (9, 4, 5)),
    "softmax over channels": (nn.Softmax(1), (4, 3, 2)),
    "dropout": (nn.Dropout(0.5), (4, 3, 2)),
    **{
        kind: (getattr(nn, kind)(*([1] if kind.endswith("Softmax") else [])), (3, 4, 5)) for kind in network.ACTIVATIONS
    },
}


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_is_pytorchs(script, name):
    layer, shape = LAYERS[name]
    torch.manual_seed(len(name))
    net, X = fresh(nn.Sequential(layer)), 3 * torch.randn(1, *shape)
    with torch.no_grad():
        torch.testing.assert_close(run(script, net, X), net(X)[0], rtol=1e-4, atol=1e-5)


def random_chain(draw, shape):
    """A chain of layers that fit each other, of any kind that has maps in and out; a classifier at its end."""
    layers, (c, h, w) = [], shape
    for _ in range(draw.randint(2, 6)):
        kind, most = draw.choice("cccmabr"), min(3, h, w)
        k = draw.randint(1, most)
        if kind == "c":
            groups = draw.choice([n for n in (1, 2, 3) if c % n == 0])
            o = groups * draw.randint(1, 4)
            layers.append(nn.Conv2d(c, o, k, padding=draw.randint(0, 1), stride=draw.randint(1, 2), groups=groups))
        elif kind in "ma":
            layers.append(
                (nn.MaxPool2d if kind == "m" else nn.AvgPool2d)(k, draw.randint(1, 2), ceil_mode=draw.random() < 0.5)
            )
        else:
            layers.append(nn.BatchNorm2d(c) if kind == "b" else nn.ReLU())
        c, h, w = layers[-1].eval()(torch.zeros(1, c, h, w)).shape[1:]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(c * h * w, 7), nn.Tanh(), nn.Linear(7, 10))


def test_random_networks_are_pytorchs(script, sweep):
    draw = random.Random(20)
    for n in range(sweep(1000, least=60)):
        torch.manual_seed(n)
        shape = (draw.randint(1, 4), draw.randint(4, 14), draw.randint(4, 14))
        net, X = fresh(random_chain(draw, shape), n), torch.randn(1, *shape)
        with torch.no_grad():
            torch.testing.assert_close(run(script, net, X), net(X)[0], rtol=1e-4, atol=1e-4)


CHANGED = """([layers, shapes, input, tensors, x, state]) => {
  const { engine, trainedStages } = convnets, steps = engine.stepsOf(layers, shapes, input);
  for (const tensor of Object.values(tensors)) tensor.d = Float32Array.from(tensor.d);
  const machine = new engine.Engine(steps, tensors);
  machine.change(trainedStages.changesOf(state, steps));
  return [...machine.run(Float32Array.from(x))];
}"""


def switched_off(draw, layers, shape):
    """Some units, layers and branches of a tree that can be off: as a page's state, and by their names."""
    state, parts = {"kernels": [], "silenced": [], "off": []}, []
    items, weighted = dict(_items(layers)), 0
    for row, before in network.steps(layers, shape):
        layer, path = items[row.path], ".".join(map(str, row.path))
        if layer["kind"] in ("Conv2d", "Linear"):
            weighted += 1
            if draw.random() < 0.4:
                unit = draw.randrange(row.shape[0])
                state["silenced"].append((weighted, unit))
                parts.append(f"{layer['name']}:{unit}")
        if layer["kind"] == "Parallel" and layer["name"]:
            branch = draw.randrange(len(layer["branches"]))
            state["off"].append(f"{path}.{branch}")
            parts.append(f"{layer['name']}/{branch}")
        elif before == row.shape and layer["kind"] not in (*SILENT, "Parallel") and draw.random() < 0.2:
            state["off"].append(path)
            parts.append(layer["name"])
    return state, parts


def test_random_trees_are_pytorchs_with_parts_switched_off_and_without(script, sweep):
    draw, run_cases, changed = random.Random(5), 0, 0
    for n, case in enumerate(trees(sweep(1500, least=150), seed=7)):
        try:
            net = fresh(network.build(case.layers, case.input_shape), n)
            layers = network.trace(net, case.input_shape)
        except ValueError:
            continue
        rows = network.table(layers, case.input_shape)
        if sum(row.multiply_adds for row in rows) > 3e6 or max(math.prod(row.shape) for row in rows) > 1e5:
            continue
        X, shapes = torch.randn(1, *case.input_shape), [list(row.shape) for row in rows]
        tensors = {key: {"shape": list(v.shape), "d": v.flatten().tolist()} for key, v in net.state_dict().items()}
        state, parts = (
            switched_off(draw, layers, case.input_shape) if n % 2 else ({"kernels": [], "silenced": [], "off": []}, [])
        )
        told = script.evaluate(CHANGED, [layers, shapes, list(case.input_shape), tensors, X.flatten().tolist(), state])
        with torch.no_grad():
            wanted = network.without(net, parts, case.input_shape)(X)[0]
        ours = torch.tensor(told, dtype=torch.float32).reshape(wanted.shape)
        torch.testing.assert_close(ours, wanted, rtol=1e-4, atol=1e-4)
        run_cases, changed = run_cases + 1, changed + bool(parts)
    assert run_cases > 20
    assert changed > 5


RESIZE = "([x, from, to]) => [...convnets.engine.resized(Float32Array.from(x), from, to)]"


@pytest.mark.parametrize("size", [(28, 28), (64, 64), (96, 96), (224, 224), (17, 20), (5, 40), (1, 1)])
def test_pictures_are_resized_as_pytorch_does(script, size):
    X = data.sample().test.images[7].float() / 255
    wanted = F.interpolate(X[None, None], size, mode="bilinear", antialias=True)[0, 0]
    told = script.evaluate(RESIZE, [X.flatten().tolist(), [28, 28], list(size)])
    torch.testing.assert_close(torch.tensor(told).reshape(size), wanted, rtol=0, atol=1e-5)


# --- files


def test_half_precision_is_read_exactly(script):
    values = torch.arange(1 << 16, dtype=torch.int32).to(torch.int16).view(torch.float16)
    told = script.evaluate("(all) => all.map(bits => String(convnets.safetensors.single(bits)))", list(range(1 << 16)))
    for value, text in zip(values.double().tolist(), told, strict=True):
        assert value == float(text.replace("Infinity", "inf")) or (value != value and text == "NaN")


def test_the_shipped_test_images_are_those_of_the_sample():
    from safetensors.torch import load_file

    kept, wanted = load_file(weights.TEST_IMAGES), chosen()
    assert all(torch.equal(kept[name], wanted[name]) for name in wanted)
    assert kept["labels"].bincount().tolist() == [20] * 10
    assert len(kept["labels"]) == TrainedExplorer("lenet").test_count


# --- the trained networks, with whatever a reader changes

COUNT = """async ([weightsText, testsText, layers, shapes, input, cases, pictures]) => {
  const { engine, evaluation, safetensors, trainedStages } = convnets;
  const read = (text) => safetensors.readSafetensors(safetensors.bytesOf(text).buffer);
  const steps = engine.stepsOf(layers, shapes, input), tensors = read(weightsText);
  const { images, labels } = read(testsText);
  const machine = new engine.Engine(steps, tensors);
  const network = { pictures: Uint8Array.from(images.d), side: 28, labels: labels.d, input };
  const all = evaluation.Evaluation.of(network, machine);
  return cases.map((state) => {
    const changes = trainedStages.changesOf(state, steps), logits = [];
    let told = null, n = 0;
    for (const one of all.counted(changes)) {
      told = one;
      if (n++ < pictures) logits.push([...machine.outputs[steps.length - 1]]);
    }
    return { ...told, logits };
  });
}"""


def random_state(draw, explorer):
    """Kernels, units and layers that a reader might change in a trained network."""
    layers, reads = explorer.weighted, explorer.reads
    units = [layer.get("out_channels", layer.get("out_features")) for layer in layers]
    convolutions = [n for n, layer in enumerate(layers) if layer["kind"] == "Conv2d"]
    kernels = []
    for _ in range(draw.randint(0, 2)):
        n = draw.choice(convolutions)
        rows, columns = layers[n]["kernel_size"]
        kernel = [[draw.uniform(-1, 1) for _ in range(columns)] for _ in range(rows)]
        kernels.append((n + 1, draw.randrange(units[n]), draw.randrange(reads[n]), kernel))
    silenced = [
        (n + 1, draw.randrange(units[n])) for n in (draw.randrange(len(units) - 1) for _ in range(draw.randint(0, 6)))
    ]
    off = draw.sample(sorted(explorer.parts), draw.choice([0, 0, 1, 2]))
    return {"kernels": kernels, "silenced": silenced, "off": off}


@pytest.mark.slow
@pytest.mark.parametrize("name", models.TRAINED)
def test_logits_and_right_answers_are_pytorchs_whatever_is_changed(script, sweep, name):
    explorer, draw = TrainedExplorer(name), random.Random(3)
    cases = [{"kernels": [], "silenced": [], "off": []}]
    count = sweep(500, least=12) if name == "lenet" else sweep(20, least=1)
    cases += [random_state(draw, explorer) for _ in range(count)]
    files = [base64.b64encode(content).decode() for content in (explorer.weights, explorer.tests)]
    told = script.evaluate(COUNT, [*files, explorer.layers, explorer.shapes, explorer.input_shape, cases, 200])
    test, unsure = chosen(), 0
    X, labels = as_input(test["images"], explorer.input_shape), test["labels"].long()
    for case, answer in zip(cases, told, strict=True):
        explorer.set_trait("off", ())
        for name, value in case.items():
            setattr(explorer, name, value)
        with torch.no_grad():
            logits = explorer.model.float()(X)
        torch.testing.assert_close(torch.tensor(answer["logits"]), logits, rtol=1e-4, atol=1e-4)
        first, second = logits.topk(2).values.T
        close = first - second < 1e-3  # which may fall on either side
        right = (logits.argmax(1) == labels) & ~close
        assert answer["done"] == 200
        assert int(right.sum()) <= answer["right"] <= int(right.sum() + close.sum())
        unsure += int(close.sum())
    assert unsure < 0.02 * 200 * len(cases)


@pytest.mark.slow
@pytest.mark.parametrize("name", models.TRAINED)
def test_the_pages_logits_are_pytorchs_on_the_sample_s_test_images(script, sweep, name):
    images = data.sample().test.images[: sweep(1000)]
    explorer, told = TrainedExplorer(name), []
    weights_text = base64.b64encode(explorer.weights).decode()
    script.evaluate("""([layers, shapes, input, text]) => {
      const { engine, safetensors } = convnets;
      const tensors = safetensors.readSafetensors(safetensors.bytesOf(text).buffer);
      globalThis.machine = new engine.Engine(engine.stepsOf(layers, shapes, input), tensors);
      const grey = (x) => Float32Array.from(x, (level) => level / 255);
      globalThis.resized = (x) => engine.resized(grey(x), [28, 28], input.slice(1));
    }""", [explorer.layers, explorer.shapes, explorer.input_shape, weights_text])  # fmt: skip
    for image in images:
        told.append(script.evaluate("(x) => [...machine.run(resized(x))]", image.flatten().tolist()))
    with torch.no_grad():
        wanted = models.trained(name)(as_input(images, explorer.input_shape))
    torch.testing.assert_close(torch.tensor(told), wanted, rtol=1e-4, atol=1e-4)


def as_input(images, input_shape):
    """Images as PyTorch brings them to a network's size."""
    X = images[:, None] / 255
    size = tuple(input_shape[1:])
    return X if size == (28, 28) else F.interpolate(X, size, mode="bilinear", antialias=True)
