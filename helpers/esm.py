"""Join our ES modules into one text: a module for anywidget, a classic script and a style sheet for the site.

A page opened from disk cannot load modules, and anywidget loads a module that cannot import its siblings; so the files
of `widgets/static/` are joined, each in a function of its own. What is not one of these few forms is refused:

    import { a, b as c } from "./sibling.js";
    import name from "../../vocabulary/words.json" with { type: "json" };
    export function f …   export async function f …   export class C …   export const NAME = …
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from pathlib import Path

from helpers.weights import LENET

STATIC = Path(__file__).parent / "widgets" / "static"

#: name of a widget, as in `data-cnn-widget`, and the module whose `render` draws it
WIDGETS = {
    "ChannelExplorer": "channel-explorer.js",
    "ColourMixer": "colour-mixer.js",
    "ConvExplorer": "conv-explorer.js",
    "ImageKernels": "image-kernels.js",
    "KernelLearner": "kernel-learner.js",
    "LeNetExplorer": "lenet-explorer.js",
    "NetworkExplorer": "network-explorer.js",
    "PoolExplorer": "pool-explorer.js",
    "Quiz": "quiz.js",
    "ReceptiveFieldExplorer": "receptive-field-explorer.js",
    "ShapePuzzle": "shape-puzzle.js",
}

#: pure modules that the page's script offers to tests and to the curious, as `globalThis.convnets`
PURE = {
    "ops": "ops.js",
    "numbers": "numbers.js",
    "words": "words.js",
    "sentences": "shape-words.js",
    "puzzle": "puzzle.js",
    "learner": "learner.js",
    "lenet": "lenet.js",
    "network": "network.js",
    "receptive": "receptive.js",
    "pictures": "picture-file.js",
    "channels": "channels.js",
    "pool": "pool.js",
}

_IMPORT = re.compile(r'^import\s*\{([^{}]*)\}\s*from\s*"\./([\w-]+\.js)";[ \t]*$', re.M)
_IMPORT_JSON = re.compile(
    r'^import\s+(\w+)\s+from\s*"((?:\.\./)*[\w/-]+\.json)"\s*with\s*\{\s*type:\s*"json"\s*\};[ \t]*$', re.M
)
_COMMENT = re.compile(r"^[ \t]*(?:/\*[\s\S]*?\*/|//.*)[ \t]*\n", re.M)  # with lines of its own
_EXPORT = re.compile(r"^export\s+((?:async\s+)?function|class|const)\s+([A-Za-z_$][\w$]*)", re.M)
_REFUSED = re.compile(r"^[ \t]*(?:import|export)\b.*|\bimport\s*\(.*|\bimport\.meta\b.*", re.M)


class JoinError(ValueError):
    """A module says something that the joiner does not understand."""


def module(entry: str) -> str:
    """The ES module of one widget, for anywidget's `_esm`: it exports `render` as its default's member."""
    render = f"{_variable('output.js')}.inPlaceOfTables({_variable(entry)}.render)"
    return f"{_joined([entry, 'output.js'])}\nexport default {{ render: {render} }};\n"


def classic(lang: str | None = None) -> str:
    """The one script that pages load: every widget, brought to life as soon as the page is parsed.

    With `lang` it speaks that language only, as the pages of one book do, and is so much lighter.
    """
    renders = ", ".join(f"{name}: {_variable(entry)}.render" for name, entry in WIDGETS.items())
    pure = ", ".join(f"{name}: {_variable(entry)}" for name, entry in PURE.items())
    body = _joined([*WIDGETS.values(), *PURE.values(), "host.js"], lang)
    return (
        f'(() => {{\n"use strict";\n{body}\n'
        f"globalThis.convnets = {{ {pure} }};\n"
        f"{_variable('host.js')}.start({{ {renders} }});\n}})();\n"
    )


def css() -> str:
    """All style sheets of the widgets, one after the other."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(STATIC.glob("*.css")))


def weights() -> str:
    """The script that an explorer of the trained LeNet asks for when it comes near the screen: the file as base64."""
    return f'globalThis.convnets.lenetWeights = "{base64.b64encode(LENET.read_bytes()).decode()}";\n'


def digest() -> str:
    """A hash of scripts and style sheet: pages that use them are stale when it changes."""
    return hashlib.sha256((classic() + weights() + css()).encode()).hexdigest()[:16]


def _variable(name: str) -> str:
    return "$" + name.removesuffix(".js").replace("-", "_")


def _joined(entries: list[str], lang: str | None = None) -> str:
    done: dict[str, str] = {}
    for entry in entries:
        _add(entry, done, (), lang)
    return "\n".join(done.values())


def _add(name: str, done: dict[str, str], above: tuple[str, ...], lang: str | None) -> None:
    if name in above:
        raise JoinError(f"{name}: imports go in a circle: {' -> '.join([*above, name])}")
    if name in done:
        return
    path = STATIC / name
    if not path.is_file():
        raise JoinError(f"{above[-1] if above else 'esm'}: no module {name} beside it")
    text = path.read_text(encoding="utf-8")
    for _, sibling in _IMPORT.findall(text):
        _add(sibling, done, (*above, name), lang)
    done[name] = _wrapped(name, text, lang)


def _wrapped(name: str, text: str, lang: str | None) -> str:
    text = _COMMENT.sub("", text)
    exports = [found[1] for found in _EXPORT.findall(text)]
    text = _IMPORT.sub(lambda m: f"const {{ {_destructured(m[1])} }} = {_variable(m[2])};", text)
    text = _IMPORT_JSON.sub(lambda m: f"const {m[1]} = {_json(name, m[2], lang)};", text)
    text = _EXPORT.sub(r"\1 \2", text)
    if refused := _REFUSED.search(text):
        raise JoinError(f"{name}: the joiner does not know {refused[0].strip()!r}; its docstring lists what it does")
    return f"const {_variable(name)} = (() => {{\n{text}\nreturn {{ {', '.join(exports)} }};\n}})();"


def _destructured(names: str) -> str:
    """`a, b as c` of an import list as `a, b: c` of a destructuring."""
    pairs = (re.split(r"\s+as\s+", item.strip()) for item in names.split(",") if item.strip())
    return ", ".join(": ".join(pair) for pair in pairs)


def _json(name: str, path: str, lang: str | None) -> str:
    file = (STATIC / path).resolve()
    if not file.is_file():
        raise JoinError(f"{name}: no file {path}")
    words = json.loads(file.read_text(encoding="utf-8"))
    if lang:
        words = {key: {lang: texts[lang]} for key, texts in words.items()}
    return json.dumps(words, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    sys.stdout.write(classic())
