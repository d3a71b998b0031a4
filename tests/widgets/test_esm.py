"""The joiner understands little, and refuses the rest instead of guessing."""

import pytest

from helpers import esm


@pytest.fixture
def modules(tmp_path, monkeypatch):
    monkeypatch.setattr(esm, "STATIC", tmp_path)

    def write(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.js").write_text(text, encoding="utf-8")

    return write


def test_names_are_handed_on_under_their_new_names(modules):
    modules(a="export const one = 1;\n", b='import { one as uno } from "./a.js";\nexport const two = uno + 1;\n')
    joined = esm._joined(["b.js"])
    assert "const { one: uno } = $a;" in joined
    assert "return { two };" in joined


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
    with pytest.raises(esm.JoinError, match=r"b\.js: the joiner does not know"):
        esm._joined(["b.js"])


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
    with pytest.raises(esm.JoinError, match=rf"a\.js: one export const declares {names}"):
        esm._joined(["a.js"])


def test_an_import_of_what_is_not_exported_is_refused_by_name(modules):
    modules(a="export const one = 1;\nconst two = 2;\n", b='import { one, two as zwei } from "./a.js";\n')
    with pytest.raises(esm.JoinError, match=r"b\.js imports two, which a\.js does not export"):
        esm._joined(["b.js"])
    modules(b='import { default as one } from "./a.js";\n')
    with pytest.raises(esm.JoinError, match=r"b\.js imports default, which"):
        esm._joined(["b.js"])


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
    with pytest.raises(esm.JoinError, match=r"b\.js declares one twice"):
        esm._joined(["b.js"])


def test_modules_whose_names_would_be_one_are_refused(modules):
    modules(**{"a-b": "export const one = 1;\n", "a_b": "export const one = 1;\n"})
    with pytest.raises(esm.JoinError, match=r"a_b\.js: a-b\.js would have the same name"):
        esm._joined(["a-b.js", "a_b.js"])


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
    joined = esm._joined(["a.js"])
    kept = LITERALS.replace("// this line goes\n", "").replace("/* goes, too\n   export const never = 1; */\n", "")
    assert kept.strip().replace("export const all", "const all") in joined
    assert joined.count("return { all };") == 1


def test_every_line_of_our_modules_but_comments_imports_and_exports_is_in_the_script():
    script = {*esm.classic().splitlines(), *esm.module("quiz.js").splitlines()}  # of pages, of notebooks
    for path in esm.STATIC.glob("*.js"):
        text = esm._without_comment_lines(path.read_text(encoding="utf-8"))
        lines = [line for line in text.splitlines() if not line.startswith(("import ", "export "))]
        assert [line for line in lines if line.strip() and line not in script] == [], path.name


def test_imports_come_first_as_an_engine_takes_them(modules):
    modules(
        a="export const one = 1;\n", b='const two = one + 1;\nimport { one } from "./a.js";\nexport const x = two;\n'
    )
    joined = esm._joined(["b.js"])
    assert joined.index("const { one } = $a;") < joined.index("const two = one + 1;")


def test_circles_and_missing_modules_are_refused(modules):
    modules(
        a='import { b } from "./b.js";\nexport const a = 1;\n', b='import { a } from "./a.js";\nexport const b = 1;\n'
    )
    with pytest.raises(esm.JoinError, match="circle"):
        esm._joined(["a.js"])
    modules(c='import { b } from "./none.js";\n')
    with pytest.raises(esm.JoinError, match=r"no module none\.js"):
        esm._joined(["c.js"])


def test_words_that_are_not_there_or_no_json_are_refused(modules, tmp_path):
    modules(a='import words from "./words.json" with { type: "json" };\n'.replace("./", ""))
    with pytest.raises(esm.JoinError, match=r"a\.js: no file words\.json"):
        esm._joined(["a.js"])
    (tmp_path / "words.json").write_text("{", encoding="utf-8")
    with pytest.raises(esm.JoinError, match=r"a\.js: words\.json is no JSON"):
        esm._joined(["a.js"])
    (tmp_path / "words.json").write_text('{"key": {"en": "word", "zh": "词"}}', encoding="utf-8")
    assert 'const words = {"key":{"zh":"词"}};' in esm._joined(["a.js"], "zh")


def test_every_widget_of_the_page_is_a_python_class_and_the_other_way_round():
    from helpers import widgets

    assert set(esm.WIDGETS) == set(widgets.__all__)
    for name, entry in esm.WIDGETS.items():
        assert getattr(widgets, name)._module == entry


def test_no_module_writes_html_or_evaluates_text():
    for path in esm.STATIC.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "new Function", "document.write"):
            assert word not in text, f"{path.name} uses {word}"
