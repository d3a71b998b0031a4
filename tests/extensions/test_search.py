"""The search's arithmetic, run by Node: sizes, numbers, spellings and typing errors are found, in both languages."""

from __future__ import annotations

import json
import subprocess

import pytest
from playwright._impl._driver import compute_driver_executable

from extensions import pages, search
from tests.conftest import ROOT

SCRIPTS = ("vendor/minisearch/minisearch.js", "assets/search-engine.js")
FRAME = """
const fs = require("fs"), vm = require("vm");
const asked = JSON.parse(fs.readFileSync(0, "utf8"));
const world = vm.createContext({});
vm.runInContext("var self = globalThis, window = globalThis;", world);
for (const path of asked.scripts) vm.runInContext(fs.readFileSync(path, "utf8"), world);
const { Engine, snippet, terms } = world.courseSearchEngine;
"""


def node(body, **asked):
    """What a piece of JavaScript that knows the engine prints as JSON."""
    program = f"{FRAME}\nprocess.stdout.write(JSON.stringify((() => {{ {body} }})()));"
    given = json.dumps({"scripts": [str(ROOT / "extensions" / name) for name in SCRIPTS], **asked})
    done = subprocess.run(
        [compute_driver_executable()[0], "-e", program], input=given, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


SECTIONS = {
    "flip": ("Correlation or convolution? Flip the kernel", "Why does mathematics flip the kernel? Learnt kernels …"),
    "size": ("Padding can keep the size", "A 3×3 kernel needs one row, a 5 × 5 kernel two, on each side."),
    "count": ("The architecture", "LeNet has 61,706 parameters; the second kernel's shape is 16×6×5×5."),
    "one": ("The 1×1 convolution", "A convolution of one pixel mixes channels."),
    "rate": (
        "How fast to go",
        "Where the learning rate is too high, the loss grows. Normalise the colours around the centre.",
    ),
    "fit": (
        "What goes wrong",
        "A network overfits when it memorises. Grey pictures of our neighbours, labelled by hand.",
    ),
    "chinese": ("卷积神经网络", "卷积神经网络用卷积核提取局部特征，步幅stride为2，输入为２８×２８。"),
    "many": (
        "Convolutions",
        "A convolution, another convolution, and convolutions of convolutions. 170,600 is another number.",
    ),
    "cited": ("References", "High learning rates, and a kernel. arXiv:1234.5678 doi:10.1/2 The rate of learning."),
}
ENTRIES = [
    {"at": f"a.html#{name}", "page": "A page", "title": title, "text": text, "code": "corr2d_multi_in(X, K)\nprint(1)"}
    for name, (title, text) in SECTIONS.items()
]


@pytest.fixture(scope="module")
def find():
    """The names of the sections that answer, the best first."""

    def ask(*queries):
        body = "const engine = new Engine(world.MiniSearch, asked.entries);"
        body += "return asked.queries.map((one) => engine.search(one).map(({ entry }) => entry.at.split('#')[1]));"
        return node(body, entries=ENTRIES, queries=queries)

    return ask


@pytest.mark.parametrize(
    ("queries", "best"),
    [
        (["3x3", "3×3", "3 x 3", "3 × 3", "3X3", "3*3", "3 by 3", "３×３"], "size"),
        (["5x5", "5×5", "5 x 5"], "size"),
        (["61706", "61,706", "61 706", "61_706", "61706 parameters", "16x6x5x5", "6×5×5"], "count"),
        (["1×1 convolution", "1x1 convolutions", "convolution 1 x 1"], "one"),
        (["28x28", "28×28"], "chinese"),
        (["color", "colour", "colors", "coloured", "center", "centre", "centers", "centred"], "rate"),
        (["normalise", "normalize", "normalized", "normalization", "normalising"], "rate"),
        (["gray", "grey", "neighbor", "neighbour", "neighboring", "labeled", "labelling", "memorize"], "fit"),
        (["overfitting", "overfits", "overfitted", "overfit", "overfiting", "overfitti", "overfitt", "overf"], "fit"),
        (["learning rate too high", "Learning Rate", "learnin rate", "the learning rate"], "rate"),
        (["why is the kernel flipped", "why is the kernal fliped", "flipping kernels"], "flip"),
        (["correlaton", "mathematcs"], "flip"),
        (["卷积神经网络", "局部特征", "提取", "步幅 stride", "核"], "chinese"),
    ],
)
def test_the_section_is_found_first(find, queries, best):
    for query, found in zip(queries, find(*queries), strict=True):
        assert found[:1] == [best], query


def test_a_size_or_number_finds_only_itself(find):
    assert find("1×1 convolution")[0] == ["one"]
    sizes, numbers, parts, nothing = find("5x5", "61706", "6x6", "617 zebras")
    assert set(sizes) == {"size", "count"}
    assert numbers == ["count"]
    assert parts == nothing == []


def test_words_that_stand_everywhere_and_signs_find_nothing(find):
    assert find("why is the", "", "?!", "*") == [[], [], [], []]


def test_a_name_in_code_is_found_whole_and_by_its_parts(find):
    whole, part = find("corr2d_multi_in", "corr2d")
    assert set(whole) == set(part) == set(SECTIONS)


@pytest.mark.parametrize(
    "text", ["卷积", "神经", "卷积神经网络", "局部特征", "核", "stride", "步幅stride", "２８×２８"]
)
def test_every_term_of_a_chinese_query_is_in_the_index(text):
    asked, known = node("return [terms(asked.text, true), terms(asked.all)];", text=text, all=ENTRIES[6]["text"])
    assert asked
    assert {term for term, *_ in asked} <= {term for term, *_ in known}


def test_terms_know_their_places():
    text = "Grey 3×3, 61,706 and 卷积核"
    for term, start, end in node("return terms(asked.text);", text=text):
        assert (term, text[start:end]) in {
            ("gray", "Grey"), ("3x3", "3×3"), ("61706", "61,706"), ("卷", "卷"), ("积", "积"), ("核", "核"),
            ("卷积", "卷积"), ("积核", "积核"),
        }  # fmt: skip


def test_a_snippet_is_chosen_by_what_it_shows():
    """Not by what stands near its first term, part of which is cut off again."""
    text = (
        f"{'Nothing here says it. ' * 4}Some layers that are repeated as one, such as a VGG block, which is made of "
        f"convolutions with ReLU, {'one after the other, ' * 4}and a NiN block: a convolution and two 1×1 convolutions."
    )
    parts = node("return snippet(asked.text, new Set(['convolut', '1x1']));", text=text)
    assert "1×1" in [part for part, marked in parts if marked]


def test_a_snippet_shows_the_terms_and_whole_words():
    text = "Nothing here says it. " * 20 + "Then the kernel is flipped at last. " + "And so on and on. " * 20
    parts = node("return snippet(asked.text, new Set(['kernel', 'flip']));", text=text)
    assert [part for part, marked in parts if marked] == ["kernel", "flipped"]
    shown = "".join(part for part, _ in parts)
    assert len(shown) < 230
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert all(word in text.split() for word in shown.strip("… ").split())


PAGE = """<header>Header</header><article><section id="top"><h1>5 · Page<a class="headerlink">#</a></h1>
<p>It is \n <span class="math">\\(3 \\times 3\\)</span>. <div class="math">\\[\\frac{1}{2}\\]</div></p>
<section id="part"><h2>Part</h2><p>Text</p><div class="cell"><pre>print(61706)</pre></div>
<div class="cell tag_hide-input"><details class="hide"><summary>Show</summary><pre>import folded</pre></details></div>
<div data-cnn-widget="Quiz"><p>Question</p></div><svg><text>axis</text></svg>
<details><summary>Further</summary><p>Deeper.</p></details></section>
<section id="task"><h2>Task</h2><details><summary>Hint</summary><p>Secret.</p></details>
<div class="cell tag_starter"><pre>answer = ...</pre></div>
<div class="cell tag_solution"><details class="hide"><pre>answer_solution = 42</pre></details></div></section>
<p id="term-bias"><strong>Bias</strong> (b). A number.</p></section></article><footer>Footer</footer>"""


def test_the_index_holds_sections_without_what_the_page_hides():
    found = {entry["at"]: entry for entry in search.entries("p.html", pages.Page(PAGE))}
    assert set(found) == {"p.html", "p.html#part", "p.html#task", "p.html#term-bias"}
    assert found["p.html"]["title"] == found["p.html#part"]["page"] == "5 · Page"
    assert found["p.html"]["text"] == "It is 3 × 3. …"
    assert found["p.html#part"]["text"] == "Text Deeper."
    assert found["p.html#part"]["code"] == "print(61706)"
    assert found["p.html#task"]["text"] == ""
    assert found["p.html#task"]["code"] == "answer = ..."
    assert found["p.html#term-bias"]["title"] == "Bias"
    assert not [text for entry in found.values() for text in entry.values() if "solution" in text or "\\" in text]
