"""Join our ES modules into one text: a module for anywidget, a classic script and a style sheet for the site.

A page opened from disk cannot load modules, and anywidget loads a module that cannot import its siblings; so the files
of `widgets/static/` are joined, each in a function of its own. What is not one of these few forms is refused by name,
and so are an import of what a sibling does not export, and a name that is declared twice:

    import { a, b as c } from "./sibling.js";
    import name from "../../vocabulary/words.json" with { type: "json" };
    export function f …   export async function f …   export class C …   export const NAME = …;
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from itertools import accumulate, pairwise
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
    "address": "address.js",
    "draft": "draft.js",
    "latest": "latest.js",
    "link": "link.js",
    "memory": "quiz-memory.js",
}

_IMPORT = re.compile(r'import\s*\{([^{}]*)\}\s*from\s*"\./([\w-]+\.js)";')
_IMPORT_JSON = re.compile(r'import\s+([\w$]+)\s+from\s*"((?:\.\./)*[\w/-]+\.json)"\s*with\s*\{\s*type:\s*"json"\s*\};')
_EXPORT = re.compile(r"export\s+((?:async\s+)?function|class|const)\s+([A-Za-z_$][\w$]*)")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")

#: an import or an export, and no member or key of that name
_STATEMENT = re.compile(r"(?<![\w$.])(?:import|export)\b(?!\s*:)")
_DECLARED = re.compile(r"(?<![\w$.])(?:const|let|var|class|function\s*\*?)\s+([A-Za-z_$][\w$]*)")

_MARK = re.compile(r"[\"'`/{}]")

#: after one of these, a slash begins a regular expression; after anything else it divides
_BEFORE_REGEX = re.compile(
    r"(?:^|[-+*%&|^!~=<>?:;,({\[}]|(?<![\w$.])(?:return|typeof|case|of|in|do|else|void|delete))$"
)


class JoinError(ValueError):
    """A module says something that the joiner does not understand."""


def module(entry: str) -> str:
    """The ES module of one widget, for anywidget's `_esm`: it exports `render` as its default's member."""
    return f"{_joined([entry])}\nexport default {{ render: {_variable(entry)}.render }};\n"


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
    exports: dict[str, list[str]] = {}
    for entry in entries:
        _add(entry, done, exports, (), lang)
    return "\n".join(done.values())


def _add(
    name: str, done: dict[str, str], exports: dict[str, list[str]], above: tuple[str, ...], lang: str | None
) -> None:
    if name in above:
        raise JoinError(f"{name}: imports go in a circle: {' -> '.join([*above, name])}")
    if name in done:
        return
    path = STATIC / name
    if not path.is_file():
        raise JoinError(f"{above[-1] if above else 'esm'}: no module {name} beside it")
    if twin := next((other for other in done if _variable(other) == _variable(name)), None):
        raise JoinError(f"{name}: {twin} would have the same name, {_variable(name)}, in the joined script")
    module = _read(name, path.read_text(encoding="utf-8"))
    for sibling in module.siblings:
        _add(sibling, done, exports, (*above, name), lang)
    module.check(exports)
    exports[name] = module.exports
    done[name] = module.wrapped(lang)


@cache
def _read(name: str, text: str) -> _Module:
    """The module of a text, taken apart once: every widget's module holds most of the others."""
    return _Module(name, text)


class _Module:
    """One ES module: what it imports, exports and declares, and its text as a function of its own.

    Raises JoinError where it says something that is not in this file's docstring.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = _without_comment_lines(text)
        self.code = _code(self.text)
        self.imports: list[tuple[str, list[tuple[str, str]]]] = []  # sibling, (its name, ours)
        self.words: list[tuple[str, str]] = []  # our name, path of the JSON
        self.exports: list[str] = []
        self.cuts: list[tuple[int, int]] = []
        for found in _STATEMENT.finditer(self.code):
            self._take(found.start())
        depths = list(accumulate((letter in "([{") - (letter in ")]}") for letter in self.code))
        self.declared = [found[1] for found in _DECLARED.finditer(self.code) if depths[found.start()] == 0]

    @property
    def siblings(self) -> list[str]:
        return [sibling for sibling, _ in self.imports]

    def _take(self, start: int) -> None:
        """Take in the import or export that begins at a place of the text."""
        if found := _IMPORT.match(self.text, start):
            self.imports.append((found[2], [self._pair(item) for item in found[1].split(",") if item.strip()]))
            self.cuts.append(found.span())
        elif found := _IMPORT_JSON.match(self.text, start):
            self.words.append((found[1], found[2]))
            self.cuts.append(found.span())
        elif found := _EXPORT.match(self.text, start):
            if found[1] == "const" and (more := self._more_names(found.end())):
                names = " and ".join([found[2], *more])
                raise JoinError(f"{self.name}: one export const declares {names}: give each an export const of its own")
            self.exports.append(found[2])
            self.cuts.append((start, found.start(1)))
        else:
            line = self.text[start:].splitlines()[0].strip()
            raise JoinError(f"{self.name}: the joiner does not know {line!r}; its docstring lists what it does")

    def _pair(self, item: str) -> tuple[str, str]:
        """`a` or `b as c` of an import list: the sibling's name and ours."""
        parts = re.split(r"\s+as\s+", item.strip())
        if len(parts) > 2 or not all(_NAME.fullmatch(part) for part in parts):
            raise JoinError(f"{self.name}: the joiner does not know the import of {item.strip()!r}")
        return parts[0], parts[-1]

    def _more_names(self, start: int) -> list[str]:
        """What a declaration declares besides its first name: the names after commas that stand in no bracket."""
        depth, names = 0, []
        for place in range(start, len(self.code)):
            letter = self.code[place]
            depth += (letter in "([{") - (letter in ")]}")
            if depth < 0 or (letter == ";" and depth == 0):
                break
            if letter == "," and depth == 0:
                rest = self.code[place + 1 :].strip()
                found = _NAME.match(rest)
                names.append(found[0] if found else rest[:20].strip())
        return names

    def check(self, exports: dict[str, list[str]]) -> None:
        """Refuse imports of what the siblings do not export, and names that stand for two things."""
        for sibling, pairs in self.imports:
            for theirs, _ in pairs:
                if theirs not in exports[sibling]:
                    raise JoinError(f"{self.name} imports {theirs}, which {sibling} does not export")
        names = [ours for _, pairs in self.imports for _, ours in pairs] + [ours for ours, _ in self.words]
        names += self.declared
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise JoinError(f"{self.name} declares {' and '.join(twice)} twice")

    def wrapped(self, lang: str | None) -> str:
        """A constant that holds the exports; imports come first, as an engine would take them."""
        lines = [
            f"const {{ {_destructured(pairs)} }} = {_variable(sibling)};" for sibling, pairs in self.imports if pairs
        ]
        lines += [f"const {ours} = {_json(self.name, path, lang)};" for ours, path in self.words]
        head = "\n".join(lines)
        ends = [(0, 0), *self.cuts, (len(self.text), len(self.text))]
        body = "".join(self.text[end:start] for (_, end), (start, _) in pairwise(ends)).strip()
        return (
            f"const {_variable(self.name)} = (() => {{\n{head}\n{body}\nreturn {{ {', '.join(self.exports)} }};\n}})();"
        )


def _destructured(pairs: list[tuple[str, str]]) -> str:
    """`a, b as c` of an import list as `a, b: c` of a destructuring."""
    return ", ".join(theirs if theirs == ours else f"{theirs}: {ours}" for theirs, ours in pairs)


def _parts(text: str) -> Iterator[tuple[str, int, int]]:
    """JavaScript taken apart: ("code" | "comment" | "literal", from, to); what stands in `${…}` is code."""
    place = begin = 0
    templates: list[int] = []  # for each `${` that is open, how many braces are open in it
    while found := _MARK.search(text, place):
        place = end = found.start()
        kind = "literal"
        if text.startswith(("//", "/*"), place):
            closing = text.find("*/", place + 2) + 2 if text[place + 1] == "*" else text.find("\n", place)
            end, kind = closing if closing > 1 else len(text), "comment"
        elif text[place] in "\"'":
            end = _closing(text, place + 1, text[place])
        elif text[place] == "`":
            end = _template(text, place + 1, templates)
        elif text[place] == "}" and templates and templates[-1] == 0:
            templates.pop()
            end = _template(text, place + 1, templates)
        elif text[place] == "/" and _BEFORE_REGEX.search(text[max(0, place - 40) : place].rstrip()):
            end = _regex(text, place + 1)
        elif templates and text[place] in "{}":
            templates[-1] += 1 if text[place] == "{" else -1
        if end > place:
            yield "code", begin, place
            yield kind, place, end
            begin = end
        place = max(end, place + 1)
    yield "code", begin, len(text)


def _closing(text: str, place: int, mark: str) -> int:
    """Behind the closing mark of a string."""
    while place < len(text) and text[place] != mark:
        place += 2 if text[place] == "\\" else 1
    return place + 1


def _template(text: str, place: int, templates: list[int]) -> int:
    """Behind a template literal's end, or behind the next `${` in it, which `templates` is told."""
    while place < len(text) and text[place] != "`":
        if text.startswith("${", place):
            templates.append(0)
            return place + 2
        place += 2 if text[place] == "\\" else 1
    return place + 1


def _regex(text: str, place: int) -> int:
    """Behind the closing slash of a regular expression; a slash in [brackets] does not close it."""
    bracket = False
    while place < len(text) and (bracket or text[place] != "/"):
        bracket = {"[": True, "]": False}.get(text[place], bracket)
        place += 2 if text[place] == "\\" else 1
    return place + 1


def _code(text: str) -> str:
    """The text with blanks for every letter of its comments and literals, so that places stay what they are."""
    return "".join(
        text[start:end] if kind == "code" else re.sub(r"[^\n]", " ", text[start:end])
        for kind, start, end in _parts(text)
    )


def _without_comment_lines(text: str) -> str:
    """The text without the comments that have lines of their own."""
    kept, begin = [], 0
    for kind, start, end in _parts(text):
        line = text.rfind("\n", 0, start) + 1
        after = re.compile(r"[ \t]*(?:\n|$)").match(text, end)
        if kind == "comment" and after and not text[line:start].strip() and line >= begin:
            kept.append(text[begin:line])
            begin = after.end()
    return "".join([*kept, text[begin:]])


def _json(name: str, path: str, lang: str | None) -> str:
    file = (STATIC / path).resolve()
    if not file.is_file():
        raise JoinError(f"{name}: no file {path}")
    try:
        words = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise JoinError(f"{name}: {path} is no JSON: {error}") from None
    if lang:
        words = {key: {lang: texts[lang]} for key, texts in words.items()}
    return json.dumps(words, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    sys.stdout.write(classic())
