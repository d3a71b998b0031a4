"""Receptive fields in the pages' script are where PyTorch's gradients are not zero."""

import json

import pytest
import torch

from helpers import shapes
from tests.stacks import Stack, stacks

RUN = """text => JSON.stringify(JSON.parse(text).map(({ size, layers }) => {
  const { receptive, words } = convnets;
  const found = receptive.sizes(size, layers);
  const told = ({ key, params }) => words.say("en", key, params);
  if (!("sizes" in found)) return { layer: found.layer, sentence: told(found.refusal) };
  const top = layers.length, all = receptive.fields(layers);
  const elements = found.sizes[top] > 1 ? [0, found.sizes[top] - 1] : [0];
  const seen = elements.map((element) => [element, receptive.paths(found.sizes, layers, top, element).counts]);
  return { sizes: found.sizes, fields: all, seen };
}))"""


def test_random_stacks_equal_pytorchs_gradients(script, sweep):
    cases = stacks(sweep(5000), seed=21)
    answers = json.loads(script.evaluate(RUN, json.dumps([vars(case) for case in cases])))
    refused = 0
    for case, answer in zip(cases, answers, strict=True):
        levels = case.levels()
        if levels is None:
            refused += 1
            fits = Stack(case.size, case.layers[: answer["layer"] - 1])
            assert fits.levels() is not None, case  # the first layer that cannot be is named
            assert Stack(case.size, case.layers[: answer["layer"]]).levels() is None
            k, s, p, d = case.layers[answer["layer"] - 1]
            with pytest.raises(ValueError, match=r"\d") as refusal:
                shapes.output_size(fits.levels()[-1].numel(), k, p, s, d)
            assert answer["sentence"].lower() == str(refusal.value).lower()
            continue
        assert answer["sizes"] == [level.numel() for level in levels]
        for ours, theirs in zip(answer["fields"][1:], shapes.receptive_field(case.layers), strict=True):
            start = ours["centre"] - (ours["size"] - 1) / 2
            assert (ours["size"], ours["jump"], start) == theirs
        for element, counts in answer["seen"]:
            gradients = torch.autograd.grad(levels[-1][0, 0, element], levels, retain_graph=True)
            assert counts == [g[0, 0].tolist() for g in gradients], case
    assert refused > len(cases) / 10
