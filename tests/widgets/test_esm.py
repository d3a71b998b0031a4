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
        'const late = await import("./a.js");',
        "const here = import.meta.url;",
    ],
)
def test_what_is_not_understood_is_refused(modules, line):
    modules(a="export const one = 1;\n", b=f"{line}\n")
    with pytest.raises(esm.JoinError, match=r"b\.js: the joiner does not know"):
        esm._joined(["b.js"])


def test_circles_and_missing_modules_are_refused(modules):
    modules(
        a='import { b } from "./b.js";\nexport const a = 1;\n', b='import { a } from "./a.js";\nexport const b = 1;\n'
    )
    with pytest.raises(esm.JoinError, match="circle"):
        esm._joined(["a.js"])
    modules(c='import { b } from "./none.js";\n')
    with pytest.raises(esm.JoinError, match=r"no module none\.js"):
        esm._joined(["c.js"])


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
