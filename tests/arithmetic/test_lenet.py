"""The trained LeNet in the pages' script computes what PyTorch computes."""

from __future__ import annotations

import base64

import torch

from helpers import data, models
from helpers.weights import LENET
from helpers.widgets import LeNetExplorer
from tests.lenet import STAGES, by_pytorch

#: what the page's own script makes of images, all layers, with some kernels replaced and some units silenced
FORWARD = """([weights, images, kernels, silenced, stages]) => {
  const { lenet, ops } = convnets;
  const bytes = lenet.bytesOf(weights);
  const layers = lenet.edited(lenet.layersOf(lenet.readSafetensors(bytes.buffer)), kernels, silenced);
  return images.map((text) => {
    const pixels = lenet.picture(lenet.bytesOf(text), 0).map((row) => row.map((level) => level / 255));
    const result = lenet.forward(layers, ops.fromRows(pixels));
    const numbers = (part) => (Array.isArray(part) ? part.flatMap((map) => [...map.d]) : [...part]);
    return Object.fromEntries(stages.map((stage) => [stage, numbers(result[stage])]));
  });
}"""


def forward(page, images, kernels=(), silenced=()):
    weights = base64.b64encode(LENET.read_bytes()).decode()
    texts = [base64.b64encode(image.numpy().tobytes()).decode() for image in images]
    return page.evaluate(FORWARD, [weights, texts, list(kernels), list(silenced), STAGES])


def test_the_pages_logits_are_pytorchs_on_the_sample_s_test_images(script, sweep):
    images = data.sample().test.images[: sweep(1000, least=200)]
    told = forward(script, images)
    net = models.trained_lenet()
    with torch.no_grad():
        logits = net(images[:, None] / 255)
    assert len(images) >= 200
    torch.testing.assert_close(torch.tensor([one["logits"] for one in told]), logits, rtol=0, atol=1e-4)
    exact = by_pytorch(models.trained_lenet().double(), images)["logits"]
    torch.testing.assert_close(
        torch.tensor([one["logits"] for one in told], dtype=torch.float64), exact, rtol=1e-12, atol=1e-11
    )


def test_every_layer_is_pytorchs_with_and_without_changes(script):
    draw = torch.Generator().manual_seed(0)
    images = data.sample().test.images[::100]
    for changed in (False, True):
        explorer = LeNetExplorer()
        if changed:
            kernel = torch.randn(5, 5, generator=draw, dtype=torch.float64)
            explorer.kernels = [(1, 3, 0, kernel), (2, 7, 4, kernel.T)]
            explorer.silenced = [(1, 1), (2, 12), (3, 5), (4, 80)]
        told = forward(script, images, explorer.kernels, explorer.silenced)
        wanted = by_pytorch(explorer.model, images)
        for stage in STAGES:
            ours = torch.tensor([one[stage] for one in told], dtype=torch.float64)
            torch.testing.assert_close(ours, wanted[stage], rtol=1e-12, atol=1e-11)
