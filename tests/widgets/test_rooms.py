"""A new explorer is one folder: the recipe of CONTRIBUTING, followed by a test."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from helpers import words
from helpers.widgets import bundle
from tests.conftest import ROOT

TOY = {
    "__init__.py": """
from helpers.widgets.base import CourseWidget, facts
from helpers.widgets.traits import Whole
from helpers.words import say

LIMITS = facts(__file__, "limits.json")


class ToyExplorer(CourseWidget):
    _state = ("side",)
    side = Whole(1, LIMITS["side"]).tag(sync=True)

    def __init__(self, side, id=None):
        super().__init__(id=id, side=side)

    def _fallback(self):
        return f"<p>{say('toy.area', area=self.side**2)}</p>"
""",
    "ToyExplorer.js": """
/** A square whose side the reader changes. */
import { Explorer, mounted } from "../../explorer.js";
import { h, setText } from "../../parts/dom.js";
import { SpinField } from "../../parts/fields.js";
import { learn } from "../../words/words.js";
import LIMITS from "./limits.json" with { type: "json" };
import words from "./words.json" with { type: "json" };

learn(words);

const side = {
  trait: "side",
  write: String,
  read: (text) => (/^[1-9]$/.test(text) ? { value: Number(text) } : null),
};

class ToyExplorer extends Explorer {
  constructor(model) {
    super(model, ["side"]);
  }

  compute(values) {
    return values.side ** 2;
  }

  build() {
    const { lang, draft } = this;
    this.field = this.keep(new SpinField({
      lang, name: this.word("toy.side"), minimum: 1, maximum: LIMITS.side, refuse: this.alerts.set,
      write: (value) => draft.change({ side: value }),
    }));
    this.status = h("p", { role: "status", class: "cx-status" });
    return { name: this.word("toy.name"), stage: [], knobs: [this.field.element], outcome: [this.status] };
  }

  linked() {
    return { fields: { s: side } };
  }

  draw(values) {
    this.field.show(values.side);
    setText(this.status, this.word("toy.area", { area: this.result }));
  }
}

/** anywidget's entry. */
export const render = mounted(ToyExplorer);
""",
    "limits.json": '{"side": 9}',
    "words.json": json.dumps(
        {
            "toy.name": {"en": "Toy", "zh": "玩具"},
            "toy.side": {"en": "Side", "zh": "边长"},
            "toy.area": {"en": "The area is {area}.", "zh": "面积是 {area}。"},
        }
    ),
    "toy.css": ".toy { color: inherit; }",
}

#: writes what a page needs, and prints the page
PAGE = """
import pathlib, sys
from helpers.widgets import ToyExplorer, bundle
from tests.browsing import STYLE, bare_html
folder = pathlib.Path(sys.argv[1])
for name, text in {**bundle.scripts(), STYLE: bundle.css()}.items():
    (folder / name).write_text(text, encoding="utf-8")
(folder / "toy.html").write_text(bare_html(ToyExplorer(3, id="toy")), encoding="utf-8")
assert "export default" in ToyExplorer._esm
"""


@pytest.fixture(scope="module")
def page_of_the_toy(tmp_path_factory):
    root = tmp_path_factory.mktemp("house")
    for name in ("helpers", "extensions", "tests", "tools"):
        unwanted = shutil.ignore_patterns("__pycache__", "vendor", "recorded", "explorers" if name == "tests" else "")
        shutil.copytree(ROOT / name, root / name, ignore=unwanted)
    toy = root / "helpers" / "widgets" / "explorers" / "toy"
    toy.mkdir()
    for name, text in TOY.items():
        (toy / name).write_text(text.lstrip(), encoding="utf-8")
    pages = root / "pages"
    pages.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", PAGE, str(pages)], cwd=root, env=environment, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return (pages / "toy.html").as_uri()


@pytest.mark.browser
def test_a_folder_is_an_explorer(open_page, page_of_the_toy):
    page = open_page(page_of_the_toy)
    toy = page.get_by_role("region", name="Toy")
    assert toy.get_by_role("status").inner_text() == "The area is 9."
    toy.get_by_role("spinbutton", name="Side").fill("4")
    assert toy.get_by_role("status").inner_text() == "The area is 16."
    toy.get_by_role("spinbutton", name="Side").fill("12")
    assert "Side can be at most 9 here; 12 was given." in toy.get_by_role("alert").inner_text()
    toy.get_by_role("button", name="Reset").click()
    assert toy.get_by_role("status").inner_text() == "The area is 9."
    assert not toy.get_by_role("alert").is_visible()


@pytest.mark.browser
def test_a_link_opens_the_toy_s_state(open_page, page_of_the_toy):
    page = open_page(f"{page_of_the_toy}#toy?s=7")
    assert page.get_by_role("status").inner_text() == "The area is 49."
    assert page.get_by_role("link", name="Link to this state").get_attribute("href") == "#toy?s=7"


@pytest.mark.parametrize("name", sorted(bundle.rooms()))
def test_a_room_says_only_what_all_share_or_what_it_learns(name):
    """A page without the other rooms has no words of theirs."""
    view = bundle.rooms()[name]
    tables = [words.FOLDER / "shapes.json", words.FOLDER / "widgets.json"]
    tables += [
        (view.parent / path).resolve() for path in re.findall(r'import words from "([^"]+)"', view.read_text("utf-8"))
    ]
    known = {key for path in tables for key in json.loads(path.read_text(encoding="utf-8"))}
    said = {
        key
        for module in bundle._join([bundle._name(view)])
        for key in re.findall(r'"([a-z_]+(?:\.[a-z_]+)+)"', (bundle.HERE / module).read_text(encoding="utf-8"))
        if key in words.table()
    }
    assert said - known == set()
    assert len(said) > 3
