"""The joiner understands little, and refuses the rest instead of guessing."""

import inspect
import json
import re

import pytest

from helpers.widgets import bundle


@pytest.fixture
def modules(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "HERE", tmp_path)

    def write(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.js").write_text(text, encoding="utf-8")

    return write


def joined_text(entries, lang=None):
    return bundle._text(bundle._join(entries, lang).values())


def test_names_are_handed_on_under_their_new_names(modules):
    modules(a="export const one = 1;\n", b='import { one as uno } from "./a.js";\nexport const two = uno + 1;\n')
    joined = joined_text(["b.js"])
    assert "const { one: uno } = $a;" in joined
    assert "return { two };" in joined


def test_a_module_can_be_taken_in_as_the_text_of_a_script(modules, script):
    modules(
        a="export const one = 1;\n",
        work='import { one } from "./a.js";\nself.told = `${one} and "two"`;\n',
        b='import SOURCE from "./work.js" with { type: "text" };\nexport const text = SOURCE;\n',
    )
    joined = joined_text(["b.js"])
    assert script.evaluate(f"{joined}\n(0, eval)($b.text); self.told") == '1 and "two"'


@pytest.mark.parametrize(
    "line",
    [
        'import * as a from "./a.js";',
        'import a from "./a.js";',
        'import "./a.js";',
        'import { one } from "elsewhere";',
        "export default 3;",
        "export { one };",
        "export let changing = 1;",
        "export var changing = 1;",
        "export const { one } = { one: 1 };",
        "export const [one] = [1];",
        "export function* several() {}",
        'export { one } from "./a.js";',
        'export * from "./a.js";',
        "const two = 2; export { two };",
        'import one, { two } from "./a.js";',
        'import words from "./words.json";',
        'const late = await import("./a.js");',
        "const here = import.meta.url;",
    ],
)
def test_what_is_not_understood_is_refused(modules, line):
    modules(a="export const one = 1;\n", b=f"{line}\n")
    with pytest.raises(bundle.JoinError, match=r"b\.js: the joiner does not know"):
        joined_text(["b.js"])


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("export const A = 1, B = 2;", "A and B"),
        ("export const A = f(1, 2), B = [3, 4],\n  C = { d: 5, e: 6 };", "A and B and C"),
        ("export const A = 1, { B } = { B: 2 };", r"A and \{ B"),
    ],
)
def test_several_names_in_one_export_are_refused_by_name(modules, line, names):
    modules(a=f"{line}\n")
    with pytest.raises(bundle.JoinError, match=rf"a\.js: one export const declares {names}"):
        joined_text(["a.js"])


def test_an_import_of_what_is_not_exported_is_refused_by_name(modules):
    modules(a="export const one = 1;\nconst two = 2;\n", b='import { one, two as zwei } from "./a.js";\n')
    with pytest.raises(bundle.JoinError, match=r"b\.js imports two, which a\.js does not export"):
        joined_text(["b.js"])
    modules(b='import { default as one } from "./a.js";\n')
    with pytest.raises(bundle.JoinError, match=r"b\.js imports default, which"):
        joined_text(["b.js"])


@pytest.mark.parametrize(
    "text",
    [
        "export function one() {}\nexport function one() {}\n",
        "export const one = 1;\nfunction one() {}\n",
        'import { one } from "./a.js";\nexport const one = 1;\n',
        'import { one, two as one } from "./a.js";\n',
        "class one {}\nlet one = 2;\n",
    ],
)
def test_a_name_that_stands_for_two_things_is_refused(modules, text):
    modules(a="export const one = 1;\nexport const two = 2;\n", b=text)
    with pytest.raises(bundle.JoinError, match=r"b\.js declares one twice"):
        joined_text(["b.js"])


def test_modules_whose_names_would_be_one_are_refused(modules):
    modules(**{"a-b": "export const one = 1;\n", "a_b": "export const one = 1;\n"})
    with pytest.raises(bundle.JoinError, match=r"a_b\.js: a-b\.js would have the same name"):
        joined_text(["a-b.js", "a_b.js"])


LITERALS = r"""
// this line goes
const poem = `
// a line of a poem
/* another */ export const no = 1;
import { nothing } from "./nowhere.js";
${[1, 2].map((n) => `// ${n} {`).join("\n")}
// the last`;
/* goes, too
   export const never = 1; */
const address = "https://example.org"; // stays: it has no line of its own
const slash = /[/"'`]\//.test("x") ? 6 / 2 / 3 : "// no comment";
const keys = { import: 1, export: 2 }.import;
export const all = [poem, address, slash, keys];
"""


def test_what_stands_in_strings_templates_and_patterns_is_left_alone(modules):
    modules(a=LITERALS)
    joined = joined_text(["a.js"])
    kept = LITERALS.replace("// this line goes\n", "").replace("/* goes, too\n   export const never = 1; */\n", "")
    assert kept.strip().replace("export const all", "const all") in joined
    assert joined.count("return { all };") == 1


def test_every_line_of_our_modules_but_comments_imports_and_exports_is_in_the_script():
    worker = bundle._script("arithmetic/evaluation-worker.js")
    assert json.dumps(worker) in bundle.classic()
    script = {*bundle.classic().splitlines(), *bundle.module("Quiz").splitlines(), *worker.splitlines()}
    for path in bundle.HERE.rglob("*.js"):
        text = bundle._without_comment_lines(path.read_text(encoding="utf-8"))
        text = re.sub(r"^import [^;]*;$", "", text, flags=re.MULTILINE)
        lines = [line for line in text.splitlines() if not line.startswith("export ")]
        assert [line for line in lines if line.strip() and line not in script] == [], path.name


def test_imports_come_first_as_an_engine_takes_them(modules):
    modules(
        a="export const one = 1;\n", b='const two = one + 1;\nimport { one } from "./a.js";\nexport const x = two;\n'
    )
    joined = joined_text(["b.js"])
    assert joined.index("const { one } = $a;") < joined.index("const two = one + 1;")


def test_circles_and_missing_modules_are_refused(modules):
    modules(
        a='import { b } from "./b.js";\nexport const a = 1;\n', b='import { a } from "./a.js";\nexport const b = 1;\n'
    )
    with pytest.raises(bundle.JoinError, match="circle"):
        joined_text(["a.js"])
    modules(c='import { b } from "./none.js";\n')
    with pytest.raises(bundle.JoinError, match=r"no module none\.js"):
        joined_text(["c.js"])


def test_words_that_are_not_there_or_no_json_are_refused(modules, tmp_path):
    modules(a='import words from "./words.json" with { type: "json" };\n')
    with pytest.raises(bundle.JoinError, match=r"a\.js: no file \./words\.json"):
        joined_text(["a.js"])
    (tmp_path / "words.json").write_text("{", encoding="utf-8")
    with pytest.raises(bundle.JoinError, match=r"a\.js: \./words\.json is no JSON"):
        joined_text(["a.js"])
    (tmp_path / "words.json").write_text('{"key": {"en": "word", "zh": "词"}}', encoding="utf-8")
    assert 'const words = {"key":{"zh":"词"}};' in joined_text(["a.js"], "zh")


def test_every_view_has_a_python_class_of_its_name_beside_it():
    from helpers import widgets

    assert {*bundle.rooms(), *widgets.ALIASES} == set(widgets.__all__)
    assert set(widgets.ALIASES.values()) <= set(bundle.rooms())
    assert len(widgets.__all__) > 10
    for name, view in bundle.rooms().items():
        assert inspect.getfile(getattr(widgets, name)) == str(view.with_name("__init__.py"))


def test_a_page_loads_what_all_share_and_the_rooms_that_it_uses():
    assert bundle.used_in("<p>nothing</p>") == []
    page = (
        '<div data-cnn-widget="Quiz"></div><div data-cnn-widget="PoolExplorer"></div><div data-cnn-widget="Quiz"></div>'
    )
    assert bundle.used_in(page) == ["explorers.js", "explorer-pool.js", "explorer-quiz.js"]
    scripts = bundle.scripts("en")
    assert "class PoolExplorer" in scripts["explorer-pool.js"]
    assert "class PoolExplorer" not in scripts["explorers.js"] + scripts["explorer-conv.js"]
    assert "class Grid" in scripts["explorers.js"]  # two rooms need it
    assert "class Grid" not in scripts["explorer-pool.js"]


#: which folders a module may import from; a room also imports from itself
BELOW = {
    "arithmetic": {"arithmetic"},
    "words": {"arithmetic", "words"},
    "state": {"arithmetic", "state"},
    "parts": {"arithmetic", "words", "state", "parts"},
    "explorers": {"arithmetic", "words", "state", "parts", "explorer.js"},
    "": {"words", "state", "parts"},
}


def test_imports_point_down():
    found = 0
    for path in bundle.HERE.rglob("*.js"):
        name = path.relative_to(bundle.HERE).as_posix()
        module = bundle._read(name, path.read_text(encoding="utf-8"))
        room = path.parent.relative_to(bundle.HERE).as_posix()
        for sibling in module.siblings:
            found += 1
            own = room.startswith("explorers/") and sibling.startswith(f"{room}/")
            assert own or sibling.split("/")[0] in BELOW[room.split("/")[0].strip(".")], f"{name} imports {sibling}"
    assert found > 100


def test_no_module_writes_html_or_evaluates_text():
    for path in bundle.HERE.rglob("*.js"):
        text = path.read_text(encoding="utf-8")
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "new Function", "document.write"):
            assert word not in text, f"{path.name} uses {word}"
