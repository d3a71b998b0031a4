"""An explorer is one folder: whoever adds one touches nothing else, and learns its words."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from extensions.widgets import STYLE
from helpers.widgets import bundle
from tests.browsing import BARE

#: an explorer of one number and its double, as CONTRIBUTING.md says that one is made
TOY = {
    "__init__.py": '''
        """A number and its double."""

        from typing import Any

        from helpers.widgets.base import CourseWidget, facts
        from helpers.widgets.traits import Whole
        from helpers.words import say

        LIMITS = facts(__file__, "limits.json")


        class ToyExplorer(CourseWidget):
            """A number that can be changed, and its double."""

            _state = ("number",)

            number = Whole(0, LIMITS["number"]).tag(sync=True)

            def __init__(self, number: Any, *, id: str | None = None) -> None:
                super().__init__(id=id, number=number)

            def _fallback(self) -> str:
                return f"<p>{say('toy.double', number=self.number, double=2 * self.number)}</p>"

            def __repr__(self) -> str:
                return f"ToyExplorer({self.number})"
    ''',
    "ToyExplorer.js": """
        /** A number and its double. */
        import { Explorer, mounted } from "../../explorer.js";
        import { h, setText } from "../../parts/dom.js";
        import { SpinField } from "../../parts/fields.js";
        import { learn } from "../../words/words.js";
        import LIMITS from "./limits.json" with { type: "json" };
        import words from "./words.json" with { type: "json" };

        learn(words);

        const numberField = {
          trait: "number",
          write: String,
          read: (text) => (/^\\d$/.test(text) ? { value: Number(text) } : null),
        };

        class ToyExplorer extends Explorer {
          constructor(model) {
            super(model, ["number"]);
          }

          refusal({ number }) {
            return number === 7 ? { key: "toy.unlucky", params: { number } } : null;
          }

          compute({ number }) {
            return 2 * number;
          }

          build() {
            const { lang, word, draft } = this;
            this.field = this.keep(new SpinField({
              lang, name: word("toy.number"), minimum: 0, maximum: LIMITS.number, refuse: this.alerts.set,
              write: (number) => draft.change({ number }),
            }));
            this.told = h("p", {});
            this.status = h("div", { role: "status", class: "cx-status" }, this.told);
            this.pale = [this.status];
            return { name: word("toy.name"), stage: [], knobs: [this.field.element], outcome: [this.status] };
          }

          linked() {
            return { fields: { n: numberField } };
          }

          draw({ number }) {
            this.field.show(number);
            setText(this.told, this.word("toy.double", { number: this.draft.valid.number, double: this.result }));
          }
        }

        /** anywidget's entry. */
        export const render = mounted(ToyExplorer);
    """,
    "words.json": """{
        "toy.name": {"en": "Toy explorer", "zh": "玩具实验台"},
        "toy.number": {"en": "Number", "zh": "数"},
        "toy.double": {"en": "Twice {number} is {double}", "zh": "{number}的两倍是{double}"},
        "toy.unlucky": {"en": "Not {number}, please.", "zh": "请不要用{number}。"}
    }""",
    "limits.json": '{"number": 9}',
    "toy.css": ".cx .toy-number { color: rgb(1, 2, 3); }",
}

#: run where the toy is: all that a page and a notebook get from it, as JSON
ASK = """
import json, inspect
from helpers.widgets import ConvExplorer, ToyExplorer, bundle
widget = ToyExplorer(3, id="toy")
print(json.dumps({
    "file": inspect.getfile(ToyExplorer), "repr": repr(widget), "html": widget.html(), "scripts": bundle.scripts(),
    "css": bundle.css(), "used": bundle.used_in(widget.html()), "module": ToyExplorer._esm,
    "others": ToyExplorer.__name__ in ConvExplorer._esm,
}))
"""


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """A copy of `helpers/` with one folder more, what it gives out, and the page that it makes."""
    folder = tmp_path_factory.mktemp("toy")
    helpers = folder / "helpers"
    shutil.copytree(bundle.HELPERS, helpers, ignore=shutil.ignore_patterns("__pycache__"))
    room = helpers / "widgets" / "explorers" / "toy"
    room.mkdir()
    for name, text in TOY.items():
        (room / name).write_text(re.sub("^ {8}", "", text, flags=re.MULTILINE).strip() + "\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONIOENCODING": "utf-8"}
    run = subprocess.run(
        [sys.executable, "-c", ASK], cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8"
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    for name, text in {**told["scripts"], STYLE: told["css"]}.items():
        (folder / name).write_text(text, encoding="utf-8")
    scripts = "".join(f'<script async src="{name}"></script>' for name in told["used"])
    page = BARE.format(lang="en", style=STYLE, scripts=scripts, head="", body=told["html"])
    (folder / "page.html").write_text(page, encoding="utf-8")
    return told | {"folder": folder, "page": (folder / "page.html").as_uri()}


def test_one_folder_makes_an_explorer(toy):
    assert Path(toy["file"]) == toy["folder"] / "helpers" / "widgets" / "explorers" / "toy" / "__init__.py"
    assert toy["repr"] == "ToyExplorer(3)"
    assert "Twice 3 is 6" in toy["html"]
    assert toy["used"] == ["explorers.js", "explorer-toy.js"]
    assert "class ToyExplorer" in toy["scripts"]["explorer-toy.js"]
    assert not any("ToyExplorer" in text for name, text in toy["scripts"].items() if name != "explorer-toy.js")
    assert TOY["toy.css"] in toy["css"]
    assert not toy["others"]


def told(page, where="#toy"):
    return page.locator(f"{where} [role=status]").inner_text()


@pytest.mark.browser
def test_it_comes_to_life_on_a_page(toy, open_page):
    page = open_page(toy["page"])
    number = page.get_by_role("region", name="Toy explorer").get_by_role("spinbutton", name="Number")
    assert told(page) == "Twice 3 is 6"
    number.fill("4")
    assert told(page) == "Twice 4 is 8"
    assert page.get_by_role("link", name="Link to this state").get_attribute("href") == "#toy?n=4"
    for refused, reason in {"7": "Not 7, please.", "10": "Number can be at most 9 here"}.items():
        number.fill(refused)
        assert reason in page.get_by_role("alert").inner_text()
        assert told(page) == "Twice 4 is 8"
        assert page.locator("[role=status]").get_attribute("aria-disabled") == "true"
    page.get_by_role("button", name="Reset").click()
    assert told(page) == "Twice 3 is 6"
    assert not page.get_by_role("alert").is_visible()


@pytest.mark.browser
def test_a_link_opens_its_state(toy, open_page):
    assert told(open_page(f"{toy['page']}#toy?n=5")) == "Twice 5 is 10"
    bad = open_page(f"{toy['page']}#toy?n=7")
    assert told(bad) == "Twice 3 is 6"
    assert "Not 7, please." in bad.get_by_role("alert").inner_text()


#: a model as anywidget gives one to a view: what it holds can be read back, and be changed from outside
NOTEBOOK = """async (text) => {
  const widget = (await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })))).default;
  const state = { lang: "zh", html_id: "", number: 1 }, listeners = {};
  globalThis.kernel = {
    state, saved: 0, get: (name) => state[name], save_changes: () => (kernel.saved += 1), off: () => {},
    set: (name, value) => (state[name] = value), on: (event, listener) => (listeners[event] = listener),
    send: (name, value) => { state[name] = value; listeners[`change:${name}`](); },
  };
  const el = document.querySelector("main").appendChild(document.createElement("div"));
  el.id = "notebook";
  globalThis.leave = await widget.render({ model: kernel, el });
}"""


@pytest.mark.browser
def test_it_is_a_widget_in_a_notebook(toy, open_page):
    page = open_page(toy["page"])
    page.evaluate(NOTEBOOK, toy["module"])
    assert told(page, "#notebook") == "1的两倍是2"
    assert page.locator("#notebook a").count() == 0
    page.locator("#notebook").get_by_role("spinbutton", name="数").fill("7")
    assert page.evaluate("kernel.saved") == 0
    page.locator("#notebook").get_by_role("spinbutton", name="数").fill("6")
    assert page.evaluate("[kernel.saved, kernel.state.number]") == [1, 6]
    page.evaluate("kernel.send('number', 8)")
    assert told(page, "#notebook") == "8的两倍是16"
    page.evaluate("leave()")


# --- the words of a room

#: a word's key: names with dots between, and no file's name; in a template, what stands before the first ${
KEY = re.compile(r"[a-z]\w*(?:\.\w+)+")
BEGINNING = re.compile(r"[a-z]\w*\.(?:\w+\.)*(?=\$\{)")
FILES = ("js", "json", "css")
NAMES = {"convnets.ids"}  # of a symbol
PYTHON = ("nn.", "self.")  # in programs that a page writes


def keys(name, text):
    """Keys that stand whole in a module, and beginnings of those that it puts together."""
    literals = [text[start:end].strip("\"'`") for kind, start, end in bundle._parts(text) if kind == "literal"]
    whole = {part for part in literals if KEY.fullmatch(part) and part.rpartition(".")[2] not in FILES}
    begun = {found[0] for found in map(BEGINNING.match, literals) if found}
    return {key for key in whole - NAMES if not key.startswith(PYTHON)}, begun - {*PYTHON}


def learnt(modules):
    """The keys that modules learn, from the JSON files that they import."""
    found = {}
    for name, path in {(name, path) for name, module in modules.items() for _, path in module.words}:
        table = json.loads((bundle.HERE / name).parent.joinpath(path).read_text(encoding="utf-8"))
        found |= {key: texts for key, texts in table.items() if isinstance(texts, dict) and "en" in texts}
    return set(found)


@pytest.mark.parametrize("name", bundle.rooms())
def test_a_room_says_only_what_it_has_learnt(name):
    entry = bundle.rooms()[name].relative_to(bundle.HERE).as_posix()
    texts = {module: (bundle.HERE / module).read_text(encoding="utf-8") for module in bundle._join([entry])}
    known = learnt({module: bundle._read(module, text) for module, text in texts.items()})
    found = [keys(module, text) for module, text in texts.items()]
    whole, begun = (set().union(*parts) for parts in zip(*found, strict=True))
    begun |= {f"{key}." for key in whole - known}  # some hand on what their keys begin with
    assert {part for part in begun if not any(key.startswith(part) for key in known)} == set()
    assert len(known) > 50


def test_keys_are_found_in_literals_and_nowhere_else():
    text = 'say("ui.one"); // "ui.two"\nsay(`ui.three.${name}`); use("./a.js", "b.json", ui.four, "change:x");'
    assert keys("a.js", text) == ({"ui.one"}, {"ui.three."})
