"""The script that pages load computes and refuses as PyTorch does: thousands of random cases."""

import json
import random

import pytest
import torch

from helpers import shapes
from helpers.widgets.numbers import format_number
from tests.cases import cases

RUN = """text => JSON.stringify(JSON.parse(text).map(({ input, kernel, settings, bias }) => {
  const { ops, words } = convnets;
  const refused = ops.refusal([input.length, input[0].length], [kernel.length, kernel[0].length], settings);
  if (refused) return { sentence: words.say("en", refused.key, refused.params) };
  const y = ops.corr2d(ops.fromRows(input), ops.fromRows(kernel), settings, bias);
  return { h: y.h, w: y.w, values: Array.from(y.d) };
}))"""


def in_page(page, batch):
    told = [{"input": c.input, "kernel": c.kernel, "settings": c.settings, "bias": c.bias} for c in batch]
    return json.loads(page.evaluate(RUN, json.dumps(told)))


def python_sentence(case):
    with pytest.raises(ValueError, match=r"\d") as refusal:
        shapes.conv2d_shape(*case.sizes, **case.settings)
    return str(refusal.value)


def test_random_convolutions_equal_pytorch_half_of_them_refusals(script, sweep):
    drawn = cases(sweep(6000), seed=20261124)
    answers = [answer for n in range(0, len(drawn), 1000) for answer in in_page(script, drawn[n : n + 1000])]
    refused = 0
    for case, answer in zip(drawn, answers, strict=True):
        expected = case.expected()
        if expected is None:
            refused += 1
            assert answer["sentence"].lower() == python_sentence(case).lower(), case
            continue
        assert "values" in answer, (case, answer)
        values = torch.tensor(answer["values"], dtype=torch.float64).reshape(answer["h"], answer["w"])
        whole = all(v == int(v) for row in case.input + case.kernel for v in row)
        tolerance = 0 if whole else 1e-12
        torch.testing.assert_close(values, expected, rtol=tolerance, atol=100 * tolerance)
    assert refused == len(drawn) // 2


def test_window_counts_and_dropped_rows_are_those_of_helpers(script):
    axes = [
        (n, k, p, s, d)
        for n in range(1, 10) for k in range(1, 5) for p in range(3) for s in range(1, 4) for d in range(1, 3)
        if n + 2 * p >= d * (k - 1) + 1
    ]  # fmt: skip
    told = script.evaluate(
        """axes => { const { windowCounts, unused, outputSize } = convnets.ops;
        return axes.map(a => [windowCounts(...a), unused(...a), outputSize(...a)]); }""",
        axes,
    )
    assert told == [[shapes.window_counts(*a), shapes.unused(*a), shapes.output_size(*a)] for a in axes]


def test_page_and_stored_tables_write_numbers_alike(script):
    draw = random.Random(7)
    numbers = [
        0.0,
        -0.0,
        1 / 3,
        0.03125,
        -0.03125,
        0.99995,
        9999999.99999,
        1e7,
        1e21,
        1e-7,
        5e-5,
        4.9e-5,
        1.7e308,
        5e-324,
        9.9995e-8,
    ]
    numbers += [draw.uniform(-1, 1) * 10 ** draw.randint(-12, 15) for _ in range(3000)]
    numbers += [m / 2**e for m in range(-40, 41) for e in (5, 6, 16)]
    assert script.evaluate("ns => ns.map(convnets.numbers.formatNumber)", numbers) == list(map(format_number, numbers))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", 2),
        ("-0.5", -0.5),
        ("−3", -3),
        (".25", 0.25),
        ("1e-3", 0.001),
        (" 7 ", 7),
        ("+4", 4),
        ("1/8", 0.125),
        ("-1/4", -0.25),
        ("２", 2),
        ("－０．５", -0.5),
        ("＋１／８", 0.125),
        ("１ｅ－３", 0.001),
        ("\u30007\u3000", 7),
    ],
)
def test_numbers_are_read_as_people_write_them(script, text, value):
    assert script.evaluate("text => convnets.numbers.parseNumber(text)", text) == {"value": value}


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "abc",
        "1,000",
        "1 000",
        "0x10",
        "1e400",
        "NaN",
        "Infinity",
        "--1",
        "1/0",
        "1/2/3",
        "1e",
        "true",
        "１，０００",
        "2²",
        "①",
    ],
)
def test_what_is_no_number_is_refused(script, text):
    assert "key" in script.evaluate("text => convnets.numbers.parseNumber(text)", text)


@pytest.mark.parametrize("text", ["12", " 12 ", "+12", "１２", "　＋１２　"])
def test_whole_numbers_may_be_full_width(script, text):
    assert script.evaluate("text => convnets.numbers.parseWhole(text, 'stride', 1, 20)", text) == {"value": 12}


@pytest.mark.parametrize("text", ["１．５", "１/２", "1²", "十二", "②"])
def test_what_is_not_whole_is_refused_as_it_was_typed(script, text):
    told = script.evaluate("text => convnets.numbers.parseWhole(text, 'stride', 1, 20)", text)
    assert (told["key"], told["params"]["value"]) == ("ui.bad.whole", text)
