"""Every step of the kernel learner's descent in the pages' script is autograd's."""

import json
import math

import pytest
import torch

from helpers.widgets import KernelLearner
from tests.stacks import descents, tensor

STEPS = 3


RUN = """text => JSON.stringify(JSON.parse(text).map(({ input, teacher, kernel, bias, lr, steps }) => {
  const { ops, learner } = convnets, plain = { padding: [0, 0], stride: [1, 1], dilation: [1, 1] };
  const size = (rows) => [rows.length, rows[0].length];
  const refused = ops.refusal(size(input), size(teacher), plain);
  if (refused) return { refused };
  const x = ops.fromRows(input), y = ops.corr2d(x, ops.fromRows(teacher), plain);
  let k = ops.fromRows(kernel), b = bias;
  const told = [];
  for (let n = 0; n < steps; n++) {
    const now = learner.pass(x, k, b, y);
    told.push({ loss: now.loss, db: now.db, dk: ops.toRows(now.dk), dx: ops.toRows(now.dx) });
    ({ k, bias: b } = learner.step(k, b, now, lr));
  }
  return { told, bound: learner.bound(x, [k.h, k.w], b !== null) };
}))"""


def test_random_descents_equal_autograd_step_by_step(script, sweep):
    cases = descents(sweep(5000), seed=11)
    told = json.dumps([{**vars(case), "steps": STEPS} for case in cases])
    refused = 0
    for case, answer in zip(cases, json.loads(script.evaluate(RUN, told)), strict=True):
        expected = case.passes(STEPS)
        assert ("refused" in answer) == (expected is None), case
        if expected is None:
            refused += 1
            continue
        for ours, theirs in zip(answer["told"], expected, strict=True):
            scale = max(1.0, theirs["loss"].item())
            for name, value in theirs.items():
                if value is None:
                    assert ours[name] is None
                else:
                    torch.testing.assert_close(tensor(ours[name]), value.detach(), rtol=1e-9, atol=1e-11 * scale)
    assert refused > 0.06 * len(cases)


def test_the_bound_is_that_of_the_hessian(script):
    cases = [case for case in descents(300, seed=12) if case.passes(1)]
    told = json.dumps([{**vars(case), "steps": 1} for case in cases])
    for case, answer in zip(cases, json.loads(script.evaluate(RUN, told)), strict=True):
        expected = KernelLearner(case.input, case.teacher, case.kernel, case.bias, case.lr).bound
        found = math.inf if answer["bound"] is None else answer["bound"]
        assert found == pytest.approx(expected, rel=1e-9)
