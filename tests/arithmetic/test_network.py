"""A network's table in the pages' script is Python's, refusals and links included."""

import json

import pytest

from helpers import network, words
from tests.networks import Network, networks

RUN = """text => JSON.stringify(JSON.parse(text).map(({ layers, input, batch }) => {
  const { network, networkReasons } = convnets, { rows, refused } = network.table(layers, input, batch);
  const link = network.layersToText(layers), back = network.layersFromText(link);
  return {
    rows: rows.map((row) => [row.text, row.shape, row.parameters, row.multiply_adds, row.memory, row.axes.map((a) => a.size), row.axes.map((a) => a.jump)]),
    refused: refused && networkReasons.sentence("en", refused), refusedZh: refused && networkReasons.sentence("zh", refused),
    link, same: JSON.stringify(network.table(back.value, input, batch)) === JSON.stringify({ rows, refused }) && network.layersToText(back.value) === link,
  };
}))"""  # noqa: E501


def in_python(case):
    """Rows as the page tells them, or the refusal in both languages."""
    try:
        rows = network.table(case.layers, case.input_shape, case.batch)
    except ValueError as error:
        words.use_language("zh")
        with pytest.raises(ValueError, match="层") as chinese:
            network.table(case.layers, case.input_shape, case.batch)
        words.use_language("en")
        return str(error), str(chinese.value)
    return [json.loads(json.dumps(row[1:8])) for row in rows]


def test_random_networks_are_pythons_refusals_and_links_included(script, sweep):
    cases = networks(sweep(5000), seed=31)
    answers = json.loads(script.evaluate(RUN, json.dumps([case.told() for case in cases])))
    refused = 0
    for case, answer in zip(cases, answers, strict=True):
        expected = in_python(case)
        assert answer["same"], answer["link"]
        if isinstance(expected, tuple):
            refused += 1
            assert (answer["refused"], answer["refusedZh"]) == expected, case
            assert len(answer["rows"]) == len([Y for Y in case.outputs() if Y is not None])
        else:
            assert (answer["rows"], answer["refused"]) == (expected, None), case
    assert refused > len(cases) / 4


LARGE = [
    [{"kind": "Conv2d", "out_channels": 8192, "kernel_size": 64, "padding": 32}],
    [{"kind": "Conv2d", "out_channels": 8192, "kernel_size": 1, "padding": 64}] * 6,
    [{"kind": "Conv2d", "kernel_size": 2, "stride": 64, "padding": 32}] * 8,
    [{"kind": "Flatten"}, {"kind": "Linear", "out_features": 8192}],
]


@pytest.mark.parametrize("layers", LARGE)
@pytest.mark.parametrize("shape", [(8192, 512, 512), (3, 512, 512), (8192, 64, 64)])
def test_large_networks_are_counted_exactly_or_refused_alike(script, layers, shape):
    case = Network(layers, shape, 4096)
    [answer] = json.loads(script.evaluate(RUN, json.dumps([case.told()])))
    try:
        expected = [json.loads(json.dumps(row[1:8])) for row in network.table(layers, shape, 4096)]
    except ValueError as error:
        told = str(error)
        expected = answer["rows"]
    else:
        told = None
    assert (answer["rows"], answer["refused"]) == (expected, told)


def test_numbers_are_written_as_in_python(script):
    numbers = [0, 9, 999, 1000, 1023, 1024, 1075, 1076, 1536, 10**6, 1024**2 - 1, 1024**3 * 7 // 3, 10**13, 4 * 10**15]
    told = script.evaluate("ns => ns.map(n => [convnets.network.grouped(n), convnets.network.bytesText(n)])", numbers)
    assert told == [[network.grouped(n), network.bytes_text(n)] for n in numbers]


def test_links_that_make_no_sense_are_not_read(script):
    for link in (
        "",
        "x",
        "c",
        "c,o6",
        "c,o6,k0",
        "c,o6,k65",
        "c,o6,k3,q1",
        "m,k2x2x2",
        "d,p2",
        "l,o1.5",
        ";".join(["f"] * 257),
    ):
        assert script.evaluate("text => convnets.network.layersFromText(text)", link) is None, link
