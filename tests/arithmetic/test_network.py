"""A network's table in the pages' script is Python's, refusals and links included."""

import json
import random
import re

import pytest

from helpers import network, words
from tests import trees
from tests.networks import Network, networks

RUN = """text => JSON.stringify(JSON.parse(text).map(({ layers, input, batch }) => {
  const { network, networkItems, networkNotation, networkReasons } = convnets;
  const { rows, refused } = network.table(layers, input, batch), link = networkNotation.layersToText(layers);
  const back = networkNotation.layersFromText(link), again = network.table(back.value, input, batch);
  const nameless = (found) => JSON.stringify(found, (key, value) => key === "name" ? undefined : value);
  const told = ({ name, text, shape, parameters, multiply_adds, memory, axes, path }) =>
    [name, text, shape, parameters, multiply_adds, memory, axes.map((a) => a.size), axes.map((a) => a.jump), path];
  return {
    rows: rows.map(told), befores: rows.map((row) => row.before), link,
    refused: refused && networkReasons.sentence("en", refused), refusedZh: refused && networkReasons.sentence("zh", refused),
    places: networkItems.places(layers).map(({ kind, path }) => [kind, path]), kinds: rows.map((row) => row.kind),
    same: nameless(again) === nameless({ rows, refused }) && networkNotation.layersToText(back.value) === link,
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
    return as_json(rows)


def as_json(rows):
    return json.loads(json.dumps(rows))


def compared(script, cases):
    """Compares tables, refusals and links, and gives the refused cases with their rows up to there."""
    answers = json.loads(script.evaluate(RUN, json.dumps([told(case) for case in cases])))
    refused = []
    for case, answer in zip(cases, answers, strict=True):
        expected = in_python(case)
        assert answer["same"], answer["link"]
        if isinstance(expected, tuple):
            refused.append((case, answer["rows"]))
            assert (answer["refused"], answer["refusedZh"]) == expected, case
            assert expected[0].startswith(f"Layer {len(answer['rows']) + 1} (")
        else:
            assert (answer["rows"], answer["refused"]) == (expected, None), case
            assert answer["befores"] == as_json([before for _, before in network.steps(case.layers, case.input_shape)])
            assert answer["places"] == [[kind, row[-1]] for kind, row in zip(answer["kinds"], expected, strict=True)]
    return refused


def told(case):
    """A case for the page."""
    return {"layers": network.checked(case.layers), "input": case.input_shape, "batch": case.batch}


def test_random_networks_are_pythons_refusals_and_links_included(script, sweep):
    cases = networks(sweep(5000), seed=31)
    refused = compared(script, cases)
    assert len(refused) > len(cases) / 4
    for case, rows in refused:
        assert len(rows) == len([Y for Y in case.outputs() if Y is not None])


def test_random_trees_are_pythons_refusals_and_links_included(script, sweep):
    cases = trees.trees(sweep(5000, least=300), seed=61)
    assert len(cases) / 4 < len(compared(script, cases)) < 3 * len(cases) / 4


EDITED = """text => JSON.stringify(JSON.parse(text).map((layers) => {
  const { places, folds, edited, listAt } = convnets.networkItems, rows = places(layers);
  const itemAt = (path) => listAt(layers, path)[path.at(-1)];
  const inside = (path, one) => path.every((n, i) => one[i] === n);
  const without = (path) => edited(layers, path, (list, i) => list.filter((_, n) => n !== i));
  const count = (item) => places([item]).length;
  const depthOf = (items, [i, ...rest]) => rest.length === 0 ? 0 : items[i].kind === "Block"
    ? depthOf(items[i].layers, rest) : 1 + depthOf(items[i].branches[rest[0]], rest.slice(1));
  return [
    rows.every(({ item, path }) => itemAt(path) === item),
    rows.every(({ item, path }) => places(without(path)).length === rows.length - count(item)),
    folds(layers).every(({ item, path, from, to }) => itemAt(path) === item && to - from === count(item)
      && rows.every((row, n) => (n >= from && n < to) === inside(path, row.path))),
    folds(layers).length === JSON.stringify(layers).split('"Block"').length - 1,
    rows.every(({ depth, path }) => depth === depthOf(layers, path)),
  ];
}))"""


def test_rows_and_blocks_of_random_trees_are_found_and_edited_where_they_are(script, sweep):
    cases = [as_json(network.checked(case.layers)) for case in trees.trees(sweep(1000, least=300), seed=66)]
    for case, answer in zip(cases, json.loads(script.evaluate(EDITED, json.dumps(cases))), strict=True):
        assert answer == [True] * 5, case


BRANCHED = """text => JSON.stringify(JSON.parse(text).map(({ layers, input }) => {
  const { network, networkItems: { places, around, edited, freshBranch, rowAt } } = convnets;
  const { rows } = network.table(layers, input), told = places(layers);
  const joins = told.map((place, n) => ({ ...place, n })).filter(({ item }) => item.branches);
  return [
    told.every(({ path, depth }) => around(layers, path).length === depth),
    told.every(({ path }) => around(layers, path).every(({ item, path: above, branch }) =>
      item.branches && above.every((n, i) => path[i] === n) && path[above.length] === branch)),
    told.every(({ path }, n) => rowAt(layers, path) === n),
    joins.map(({ item, path, n }) => {
      const put = (one) => ({ ...one, branches: [...one.branches, freshBranch(item.join, rows[n])] });
      const more = edited(layers, path, (list, i) => list.map((one, k) => k === i ? put(one) : one));
      return [more, rowAt(more, path)];
    }),
  ];
}))"""


WITHIN = "layers => convnets.networkItems.folds(layers).map(({ name, blocks }) => [name, blocks])"


def test_blocks_in_blocks_leave_out_the_outer_name_unless_a_number_is_left(script):
    a = block(
        block(RELU, block(RELU, name="a.b.c"), name="a.b"),
        block(RELU, name="a.0"),
        block(RELU, name="ab"),
        block(block(RELU, name="a.d"), name=""),
        name="a",
    )
    names = ["a", "b", "c", "a.0", "ab", "", "d", "a.e"]
    assert script.evaluate(WITHIN, [a, block(RELU, name="a.e")]) == [
        [name, depth] for name, depth in zip(names, (0, 1, 2, 1, 1, 1, 2, 0), strict=True)
    ]


def test_a_new_branch_fits_the_others_by_pytorch(script, sweep):
    cases = [case for case in trees.trees(sweep(1000, least=300), seed=67) if case.outputs()[1] is None]
    answers, joins = json.loads(script.evaluate(BRANCHED, json.dumps([told(case) for case in cases]))), 0
    for case, (*found, more) in zip(cases, answers, strict=True):
        assert found == [True] * 3, case
        for layers, row in more:
            outputs, _ = trees.Tree(layers, case.input_shape, 1).outputs()
            assert len(outputs) > row, (case, layers)
            joins += 1
    assert joins > len(cases) / 3


def test_trees_with_windows_of_different_sizes_are_pythons(script, sweep):
    compared(script, trees.uneven_trees(sweep(5000, least=300), seed=62))


RELU, FLATTEN = {"kind": "ReLU"}, {"kind": "Flatten"}


def conv(c_o=1, k=3, **settings):
    return {"kind": "Conv2d", "out_channels": c_o, "kernel_size": k, "padding": k // 2, **settings}


def parallel(*branches, join="concat"):
    return {"kind": "Parallel", "branches": list(branches), "join": join}


def block(*layers, name="block"):
    return {"kind": "Block", "name": name, "layers": list(layers)}


NINE = {"kind": "AdaptiveAvgPool2d", "output_size": 9}
WIDE = {"kind": "Conv2d", "out_channels": 8192, "kernel_size": (1, 5), "padding": (0, 2)}
LARGE = [
    [{"kind": "Conv2d", "out_channels": 8192, "kernel_size": 64, "padding": 32}],
    [{"kind": "Conv2d", "out_channels": 8192, "kernel_size": 1, "padding": 64}] * 6,
    [{"kind": "Conv2d", "kernel_size": 2, "stride": 64, "padding": 32}] * 8,
    [{"kind": "Flatten"}, {"kind": "Linear", "out_features": 8192}],
    [parallel(*[[conv(8192, 1)]] * 16), RELU],
    [parallel(*[[conv(8192, 1)] + [RELU] * 14] * 16, join="add")],
    [parallel(*[[WIDE] * 12] * 16, join="add"), RELU],
    [block(parallel([], [conv(1, 1, stride=64, padding=64)] * 8)), RELU],
    [parallel(*[[conv(1, 2, stride=s, padding=32)] * 5 + [NINE] for s in (9, 64)])],
]


@pytest.mark.parametrize("layers", LARGE)
@pytest.mark.parametrize("shape", [(8192, 512, 512), (3, 512, 512), (8192, 64, 64)])
def test_large_networks_are_counted_exactly_or_refused_alike(script, layers, shape):
    case = Network(layers, shape, 4096)
    [answer] = json.loads(script.evaluate(RUN, json.dumps([told(case)])))
    try:
        expected = as_json(network.table(layers, shape, 4096))
    except ValueError as error:
        refused = str(error)
        expected = answer["rows"]
    else:
        refused = None
    assert (answer["rows"], answer["refused"]) == (expected, refused)


def test_numbers_are_written_as_in_python(script):
    numbers = [0, 9, 999, 1000, 1023, 1024, 1075, 1076, 1536, 10**6, 1024**2 - 1, 1024**3 * 7 // 3, 10**13, 4 * 10**15]
    told = script.evaluate(
        "ns => ns.map(n => [convnets.networkWriting.grouped(n), convnets.networkWriting.bytesText(n)])", numbers
    )
    assert told == [[network.grouped(n), network.bytes_text(n)] for n in numbers]


CEIL = {"kind": "MaxPool2d", "kernel_size": 3, "stride": 2, "ceil_mode": True}
FIELDS = [
    ([parallel([conv(1, 5, padding=0)], [CEIL])], (6, 6)),  # the last place sees the most
    ([conv(), parallel([FLATTEN], [FLATTEN], join="add")], (None, None)),  # elements of maps in rows
    ([conv(), parallel([FLATTEN], [FLATTEN])], (3, 3)),
    ([conv(), FLATTEN, parallel([], [RELU], join="add")], (3, 3)),
    ([parallel([], [conv(1, 3)], join="add")], (3, 3)),
]


def test_fields_through_branches_that_random_trees_seldom_have(script):
    cases = [Network(layers, (1, 8, 8), 1) for layers, _ in FIELDS]
    assert compared(script, cases) == []
    assert [network.table(layers, (1, 8, 8))[-1].field for layers, _ in FIELDS] == [field for _, field in FIELDS]


# --- what no network is, whatever comes in


def nested(depth, *kinds):
    """A layer under so many blocks, or branches, or both by turns."""
    items = [RELU]
    for n in range(depth):
        items = [block(*items)] if kinds[n % len(kinds)] == "Block" else [parallel([], items, join="add")]
    return items


NONE = [
    [],
    [RELU] * 257,
    [block(*[RELU] * 200), *[RELU] * 57],
    [parallel([RELU] * 128, [RELU] * 128)],
    [parallel([RELU] * 250, nested(5, "Parallel")), RELU],
    [RELU, parallel([RELU])],
    [parallel(), RELU],
    [RELU, parallel([], [parallel([])])],
    [parallel(*[[]] * 17)],
    [parallel([RELU, RELU], [], join="mul")],
    [parallel([], [RELU, parallel([])])],
    [RELU, block(RELU, block())],
    [block(), parallel([])],
    nested(9, "Block"),
    [RELU, *nested(9, "Parallel")],
    [parallel([RELU] * 3, nested(8, "Block", "Parallel"))],
    [*nested(8, "Parallel", "Block"), *nested(9, "Parallel", "Block")],
]
FULL = [
    [RELU] * 256,
    [block(*[RELU] * 200), *[RELU] * 56],
    [parallel([RELU] * 128, [RELU] * 127)],
    nested(8, "Block"),
    nested(8, "Parallel"),
    [parallel(*[[]] * 16)],
]
TREE = """text => JSON.stringify(JSON.parse(text).map((layers) => {
  const refusal = convnets.networkItems.treeRefusal(layers);
  return refusal && ["en", "zh"].map((lang) => convnets.words.say(lang, refusal.key, refusal.params));
}))"""


def refused_in_python(layers):
    """What Python says of a network that is none, in both languages."""
    said = []
    for lang in words.LANGUAGES:
        words.use_language(lang)
        with pytest.raises((ValueError, TypeError)) as refused:
            network.checked(layers)
        said.append(str(refused.value))
    words.use_language("en")
    return said


def test_trees_that_are_too_large_or_too_deep_are_refused_in_pythons_words(script):
    answers = json.loads(script.evaluate(TREE, json.dumps([*NONE, *FULL])))
    assert answers[: len(NONE)] == [refused_in_python(layers) for layers in NONE]
    assert answers[len(NONE) :] == [None] * len(FULL)
    for layers in FULL:
        network.checked(layers)


# --- programs

PROGRAMS = """text => JSON.stringify(JSON.parse(text).map(({ layers, input }) =>
  ["en", "zh"].map((lang) => convnets.networkExporting.program(lang, layers, input))))"""
NAMES = ["conv", "a1", "forward", "class", "layers", "layers2", "a.b", "3", "X", "é", "a\n", "", "", ""]


def renamed(items, draw):
    """The same with names that attributes can have, and such that they cannot."""
    return [
        {**item, "name": draw.choice(NAMES)}
        | ({"layers": renamed(item["layers"], draw)} if item["kind"] == "Block" else {})
        | ({"branches": [renamed(one, draw) for one in item["branches"]]} if item["kind"] == "Parallel" else {})
        for item in items
    ]


def program_in_python(case):
    said = []
    for lang in words.LANGUAGES:
        words.use_language(lang)
        try:
            said.append(network.code(case.layers, case.input_shape))
        except ValueError:
            said.append(None)
    words.use_language("en")
    return said


def test_programs_are_pythons_to_the_letter(script, sweep):
    draw, count = random.Random(5), sweep(1000, least=300)
    cases = [*trees.trees(count, seed=63), *networks(count // 10, seed=64)]
    for case in cases:
        case.layers = renamed(network.checked(case.layers), draw)
    answers = json.loads(script.evaluate(PROGRAMS, json.dumps([told(case) for case in cases])))
    assert answers == [program_in_python(case) for case in cases]
    assert sum("Concat(" in program or "Add(" in program for program, _ in answers if program) > count / 5


# --- links

READ = "text => convnets.networkNotation.layersFromText(text)?.value ?? null"
WRITTEN = [
    ("c,o6,k5,p2;ReLU;m,k2,s2;f;l,o10", "a chain"),
    ("c,o64,k3x5,s2,p1x2,d2,g4,b0;n,a0;LeakyReLU;d,p0.25", "settings"),
    ("cat(c,o4,k1~c,o6,k3,p1~m,k3,p1);ReLU", "branches of an inception block"),
    ("add(~c,o1,k3,p1;n;ReLU;c,o1,k3,p1);ReLU", "a shortcut"),
    ("add(~);cat(~~)", "shortcuts alone"),
    ("b(c,o1,k1)", "a block without a name"),
    ("b,stage1(c,o6,k3,p1;ReLU);b,stage2(cat(b(ReLU)~add(Tanh~)))", "blocks in branches"),
    ("b,%E7%AC%AC%E4%B8%80%20%28a%3B%7e%2C%29(f)", "a name of many signs"),
]


@pytest.mark.parametrize("link", [link for link, _ in WRITTEN], ids=[name for _, name in WRITTEN])
def test_a_link_is_read_and_written_as_it_was(script, link):
    layers = script.evaluate(READ, link)
    assert script.evaluate("layers => convnets.networkNotation.layersToText(layers)", layers) == link
    assert as_json(network.checked(layers)) == layers  # complete


LINKED = """text => JSON.stringify(JSON.parse(text).map((layers) => {
  const { link, networkLink } = convnets, fields = networkLink.networkFields();
  const hash = link.joinHash("a", link.toLink(fields, { layers, input_shape: [1, 2, 3], batch: 4 }, { layers: [], input_shape: [], batch: 1 }));
  return [hash, link.fromLink(fields, link.splitHash(hash).parameters)];
}))"""  # noqa: E501


def with_names_of_blocks(items):
    """Items without names, but for those of blocks."""
    return [
        {**item, "name": item["name"] if item["kind"] == "Block" else ""}
        | ({"layers": with_names_of_blocks(item["layers"])} if item["kind"] == "Block" else {})
        | ({"branches": list(map(with_names_of_blocks, item["branches"]))} if item["kind"] == "Parallel" else {})
        for item in items
    ]


def test_addresses_lead_back_to_random_trees(script, sweep):
    draw, cases = random.Random(6), trees.trees(sweep(1000, least=300), seed=65)
    layers = [as_json(renamed(network.checked(case.layers), draw)) for case in cases]
    for link, back in json.loads(script.evaluate(LINKED, json.dumps(layers))):
        expected = with_names_of_blocks(layers.pop(0))
        assert back == {"patch": {"layers": expected, "input_shape": [1, 2, 3], "batch": 4}, "refusals": []}, link
        assert re.fullmatch(r"[\w#?=&,;.~()%-]+", link, re.ASCII)


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
        "f;",
        ";f",
        "f;;f",
        "(f)",
        "f)",
        "f~f",
        "f(f)",
        "cat",
        "cat(",
        "cat()",
        "cat(f)",
        "cat(f~f",
        "cat(f~f))",
        "cat(f~f)f",
        "cat(f~f)(f~f)",
        "cat(f~f;)",
        "cat(f~f)~f",
        "cat,a(f~f)",
        "cat(f~x)",
        "mul(f~f)",
        "b",
        "b()",
        "b(f~f)",
        "b(f;b())",
        "b,(f)",
        "b,a,b(f)",
        "b,a b(f)",
        "b,%(f)",
        "b,%E7(f)",
        "b,%61(f)",
        "b,a*(f)",
        f"cat({'~' * 16})",
        "b(" * 9 + "f" + ")" * 9,
        "b(" * 100_000,
        f"cat({';'.join(['f'] * 200)}~{';'.join(['f'] * 56)})",
    ):
        assert script.evaluate(READ, link) is None, link[:80]
