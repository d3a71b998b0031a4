"""States of explorers worth showing in class: `python -m tools.states write` makes their links, `check` tests them.

`chapters/states.json` names each state: its page, the explorer's id, what is set there and what is looked at. The link
comes from the explorer's own code, run in Deno without a page (`states.js`). A lesson plan links a state by its name:
`[a boot without map 3](state:boot-without-map-3)`; `extensions/lessons.py` puts the address in.
"""

from __future__ import annotations

import argparse
import base64
import copy
import html
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from helpers.widgets import bundle
from tools import notebooks
from tools.writing import write_whole

ROOT = Path(__file__).parent.parent
CHAPTERS = ROOT / "chapters"
FILE = CHAPTERS / "states.json"
SIDE = 28

#: what each state has, and may have
NEEDED, ALLOWED = {"page", "explorer"}, {"page", "explorer", "set", "look", "link"}

_WIDGET = re.compile(r'data-cnn-widget="(\w+)" id="([^"]+)" data-state="([^"]*)"')


class StateError(ValueError):
    """A state that no explorer can have; the text says what is wrong."""


def read() -> dict[str, dict[str, Any]]:
    """The states by their names."""
    states: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return states


@cache
def explorers(page: str, lang: str = "en") -> dict[str, tuple[str, dict[str, Any]]]:
    """The explorers that a chapter's notebook holds, by their ids: class and the author's state."""
    path = CHAPTERS / lang / f"{page}.ipynb"
    if not path.is_file():
        raise StateError(f"there is no page {page}")
    outputs = [
        output for cell in notebooks.read(path).cells if cell.cell_type == "code" for output in cell.get("outputs", [])
    ]
    texts = ["".join(output.get("data", {}).get("text/html", "")) for output in outputs]
    found = (match for text in texts for match in _WIDGET.finditer(text))
    return {match[2]: (match[1], json.loads(html.unescape(match[3]))) for match in found}


def asked(name: str, state: dict[str, Any]) -> dict[str, Any]:
    """What `states.js` is told of a state: class, author's state, what is set and looked at. Raises StateError."""
    if wrong := sorted((state.keys() - ALLOWED) | (NEEDED - state.keys())):
        raise StateError(f"{name}: a state has page and explorer, may have set and look; not {', '.join(wrong)}")
    there = explorers(state["page"])
    if state["explorer"] not in there:
        raise StateError(f"{name}: {state['page']} has no explorer {state['explorer']!r}; it has {', '.join(there)}")
    kind, author = there[state["explorer"]]
    return {"kind": kind, "author": author, "set": changed(author, state.get("set", {})), "look": state.get("look", {})}


def changed(author: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    """The traits that settings give, where the author's state is as told; a name with points leads into a trait.

    A value is taken as it is, but for three: null takes the item of a list away, {"gallery": 3} is the fourth picture
    that the explorer offers, and {"grey": 0} is a picture of that level everywhere.

    >>> changed({"a": [{"b": 1}, {"b": 2}]}, {"a.1.b": 3, "a.0": None})
    {'a': [{'b': 3}]}
    """
    made: dict[str, Any] = {}
    for path, value in settings.items():
        trait, *rest = path.split(".")
        inner = [int(part) if part.isdigit() else part for part in rest]
        if not inner:
            made[trait] = picture(author, **value) if isinstance(value, dict) else value
            continue
        place: Any = made.setdefault(trait, copy.deepcopy(author[trait]))
        for part in inner[:-1]:
            place = place[part]
        if value is None:
            del place[inner[-1]]
        elif isinstance(place, list) and inner[-1] == len(place):
            place.append(value)
        else:
            place[inner[-1]] = value
    return made


def picture(author: dict[str, Any], gallery: int | None = None, grey: int = 0) -> list[list[int]]:
    """A picture of an explorer's gallery as rows of levels, or one of the same level everywhere."""
    if gallery is None:
        return [[grey] * SIDE] * SIDE
    start = gallery * SIDE * SIDE
    levels = list(base64.b64decode(author["gallery"])[start : start + SIDE * SIDE])
    return [levels[row * SIDE : (row + 1) * SIDE] for row in range(SIDE)]


def opened(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What explorers answer: for each question their link, state and refusals; see `states.js`."""
    from deno import find_deno_bin

    scripts = {kind: _script(kind) for kind in sorted({question["kind"] for question in questions})}
    done = subprocess.run(
        [find_deno_bin(), "run", "--no-prompt", "--no-config", "--quiet", "--no-lock", str(ROOT / "tools/states.js")],
        input=json.dumps({"scripts": scripts, "asked": questions}), capture_output=True, encoding="utf-8",
    )  # fmt: skip
    if done.returncode:
        raise StateError(done.stderr)
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def _script(kind: str) -> str:
    """The module of an explorer, as a script whose value is its class and that of its link."""
    text, _, _ = bundle.module(kind).partition("\nexport default")
    entry = bundle.rooms()[kind].relative_to(bundle.HERE).with_suffix("").as_posix().replace("/", "_")
    assert text.count("render };") == 1
    text = text.replace("render };", f"render, {kind} }};")
    return f"{text}\n({{ Kind: ${entry}.{kind}, StateLink: $parts_frame.StateLink }});"


def made(states: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The states with the links that their explorers write. Raises StateError for what an explorer refuses."""
    answers = opened([asked(name, state) for name, state in states.items()])
    for name, answer in zip(states, answers, strict=True):
        if answer["told"]:
            raise StateError(f"{name}: the explorer refuses {', '.join(answer['told'])}")
    return {
        name: {**state, "link": answer["link"]}
        for (name, state), answer in zip(states.items(), answers, strict=True)
    }  # fmt: skip


def written(states: dict[str, dict[str, Any]]) -> str:
    """The file of states: a line for each thing that is said of one."""
    blocks = []
    for name, state in states.items():
        lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in state.items()]
        blocks.append(f" {json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.states", description="links to states, for lesson plans")
    parser.add_argument("what", choices=("write", "check"))
    given = parser.parse_args(arguments)
    try:
        text = written(made(read()))
    except StateError as error:
        print(error, file=sys.stderr)
        return 1
    if given.what == "write":
        write_whole(FILE, text)
    elif text != FILE.read_text(encoding="utf-8"):
        print("chapters/states.json is not what the explorers write: run python -m tools.states write", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
