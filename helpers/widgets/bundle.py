"""Join our ES modules into texts: a module for anywidget, and classic scripts and a style sheet for the site.

A page opened from disk cannot load modules, and anywidget loads a module that cannot import its siblings; so the
modules are joined, each in a function of its own. What is not one of these few forms is refused by name, and so are an
import of what a module does not export, and a name that is declared twice:

    import { a, b as c } from "./sibling.js";
    import name from "../words.json" with { type: "json" };
    import NAME from "./worker.js" with { type: "text" };  (the module and all that it imports, as one script's text)
    export function f …   export async function f …   export class C …   export const NAME = …;

Explorers are found, not listed: one is a folder of `explorers/` whose view, a module that exports `render`, is named
like its class and begins with a capital. Pages load what explorers share (`shared`), and the rooms that they use
(`room`).
"""

from __future__ import annotations

import base64
import hashlib
import json
import posixpath
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
HELPERS = HERE.parent

#: the host of a page without a kernel, and what a view in a notebook is wrapped in
HOST, OUTPUT = "host.js", "output.js"

#: folders of modules that know no document, which scripts offer to tests and to the curious as `globalThis.convnets`
PURE = ("arithmetic", "words", "state")

_IMPORT = re.compile(r'import\s*\{([^{}]*)\}\s*from\s*"(\.{1,2}/(?:\.\./)*(?:[\w-]+/)*[\w-]+\.js)";')
_IMPORT_JSON = re.compile(
    r'import\s+([\w$]+)\s+from\s*"(\.{1,2}/(?:\.\./)*(?:[\w-]+/)*[\w-]+\.json)"\s*with\s*\{\s*type:\s*"json"\s*\};'
)
_IMPORT_TEXT = re.compile(
    r'import\s+([\w$]+)\s+from\s*"(\.{1,2}/(?:\.\./)*(?:[\w-]+/)*[\w-]+\.js)"\s*with\s*\{\s*type:\s*"text"\s*\};'
)
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


@cache
def rooms() -> dict[str, Path]:
    """The explorers by their classes' names: the view of each."""
    return {path.stem: path for path in sorted(HERE.glob("explorers/*/[A-Z]*.js"))}


def module(name: str) -> str:
    """The ES module of one explorer, for anywidget's `_esm`: it exports `render` as its default's member."""
    entry = _name(rooms()[name])
    joined = _join([entry, OUTPUT])
    render = f"{_variable(OUTPUT)}.inPlaceOfTables({_variable(entry)}.render)"
    return f"{_text(joined.values())}\nexport default {{ render: {render} }};\n"


def shared(lang: str | None = None) -> str:
    """The script that every page with explorers loads: the host, and what several rooms share.

    With `lang` it speaks that language only, as the pages of one book do, and is so much lighter.
    """
    modules = _shared(lang)
    core = ", ".join(map(_variable, modules))
    return (
        f'(() => {{\n"use strict";\n{_text(modules.values())}\n'
        f"globalThis.convnets = {{ {_offer(modules)} }};\n"
        f"{_variable(HOST)}.start({{ {core} }});\n}})();\n"
    )


def room(name: str, lang: str | None = None) -> str:
    """The script of one explorer, which may come before or after the shared one."""
    entry = _name(rooms()[name])
    joined, common = _join([entry], lang), _shared(lang)
    own = {key: text for key, text in joined.items() if key not in common}
    core = ", ".join(_variable(key) for key in joined if key in common)
    return (
        f'(globalThis.convnetsRooms ??= []).push((core) => {{\n"use strict";\n'
        f"const {{ {core} }} = core;\n{_text(own.values())}\n"
        f"Object.assign(globalThis.convnets, {{ {_offer(own)} }});\n"
        f"return [{json.dumps(name)}, {_variable(entry)}.render];\n}});\n"
    )


def classic(lang: str | None = None) -> str:
    """All of it in one script: what is shared, and every room."""
    return "".join([shared(lang), *(room(name, lang) for name in rooms())])


def scripts(lang: str | None = None) -> dict[str, str]:
    """The scripts that a site needs, by file name: the shared one, every room's, and the assets that rooms declare."""
    return {SHARED: shared(lang), **{file_of(name): room(name, lang) for name in rooms()}, **assets()}


SHARED = "explorers.js"


def file_of(name: str) -> str:
    """The file name of an explorer's script on the site."""
    return f"explorer-{rooms()[name].parent.name}.js"


def used_in(html: str) -> list[str]:
    """The scripts that a page loads for the explorers that stand in its HTML: none, or the shared one and theirs."""
    found = sorted({name for name in re.findall(r'data-cnn-widget="(\w+)"', html) if name in rooms()})
    return [SHARED, *map(file_of, found)] if found else []


def assets() -> dict[str, str]:
    """Scripts that explorers ask for when they come near the screen, as their `assets.json` declares them.

    Each puts a file of `helpers/`, as base64, under a name of `globalThis.convnets`.
    """
    scripts = {}
    for path in sorted(HERE.glob("explorers/*/assets.json")):
        for script, asset in json.loads(path.read_text(encoding="utf-8")).items():
            content = base64.b64encode((HELPERS / asset["file"]).read_bytes()).decode()
            scripts[script] = f'globalThis.convnets.{asset["name"]} = "{content}";\n'
    return scripts


def css() -> str:
    """All style sheets of the widgets, one after the other: what is shared first."""
    paths = [*sorted(HERE.glob("parts/*.css")), *sorted(HERE.glob("explorers/*/*.css"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def digest() -> str:
    """A hash of scripts and style sheet: pages that use them are stale when it changes."""
    return hashlib.sha256("".join([*scripts().values(), css()]).encode()).hexdigest()[:16]


class Joined(NamedTuple):
    """A module's text as a constant, and the modules that it imports."""

    text: str
    imports: list[str]


def _name(path: Path) -> str:
    return path.relative_to(HERE).as_posix()


def _variable(name: str) -> str:
    return "$" + re.sub(r"[^\w$]", "_", name.removesuffix(".js"))


def _text(modules: Iterable[Joined]) -> str:
    return "\n".join(module.text for module in modules)


def offered(modules: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Members of `globalThis.convnets` with their modules: pure ones by their names, those of rooms by the room's.

    `arithmetic/ops.js` is `ops`, `state/quiz-memory.js` is `quizMemory`, `explorers/pool/arithmetic.js` is `pool`, and
    `explorers/network/reasons.js` is `networkReasons`.
    """
    for name in modules:
        folder, _, file = name.removesuffix(".js").rpartition("/")
        words = [] if file == "arithmetic" else file.split("-")
        if folder.startswith("explorers/") and file[0].islower():
            words.insert(0, folder.rpartition("/")[2])
        elif folder not in PURE:
            continue
        yield words[0] + "".join(word.capitalize() for word in words[1:]), name


def _offer(modules: Iterable[str]) -> str:
    return ", ".join(f"{member}: {_variable(name)}" for member, name in offered(modules))


def _shared(lang: str | None) -> dict[str, Joined]:
    """What the host needs, and every module that two rooms need, in an order in which each finds what it imports."""
    needed = Counter(key for path in rooms().values() for key in _join([_name(path)], lang))
    common = [key for key, count in needed.items() if count > 1 and not key.startswith("explorers/")]
    return _join([*common, HOST], lang)


def _join(entries: list[str], lang: str | None = None) -> dict[str, Joined]:
    """The entries and all that they import, each after what it imports. Raises JoinError."""
    done: dict[str, Joined] = {}
    exports: dict[str, list[str]] = {}
    for entry in entries:
        _add(entry, done, exports, (), lang)
    return done


def _add(
    name: str, done: dict[str, Joined], exports: dict[str, list[str]], above: tuple[str, ...], lang: str | None
) -> None:
    if name in above:
        raise JoinError(f"{name}: imports go in a circle: {' -> '.join([*above, name])}")
    if name in done:
        return
    path = HERE / name
    if not path.is_file():
        raise JoinError(f"{above[-1] if above else 'bundle'}: there is no module {name}")
    if twin := next((other for other in done if _variable(other) == _variable(name)), None):
        raise JoinError(f"{name}: {twin} would have the same name, {_variable(name)}, in the joined script")
    module = _read(name, path.read_text(encoding="utf-8"))
    for sibling in module.siblings:
        _add(sibling, done, exports, (*above, name), lang)
    module.check(exports)
    exports[name] = module.exports
    done[name] = Joined(module.wrapped(lang), module.siblings)


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
        self.texts: list[tuple[str, str]] = []  # our name, the module whose script it holds
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
            self.imports.append(
                (self._beside(found[2]), [self._pair(item) for item in found[1].split(",") if item.strip()])
            )
            self.cuts.append(found.span())
        elif found := _IMPORT_JSON.match(self.text, start):
            self.words.append((found[1], found[2]))
            self.cuts.append(found.span())
        elif found := _IMPORT_TEXT.match(self.text, start):
            self.texts.append((found[1], self._beside(found[2])))
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

    def _beside(self, path: str) -> str:
        """The module that a relative path of this one names."""
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.name), path))

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
        names = [ours for _, pairs in self.imports for _, ours in pairs] + [ours for ours, _ in self.words + self.texts]
        names += self.declared
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise JoinError(f"{self.name} declares {' and '.join(twice)} twice")

    def wrapped(self, lang: str | None) -> str:
        """A constant that holds the exports; imports come first, as an engine would take them."""
        lines = [
            f"const {{ {_destructured(pairs)} }} = {_variable(sibling)};" for sibling, pairs in self.imports if pairs
        ]
        lines += [f"const {ours} = {_json(self.name, path, lang)};" for ours, path in self.words]
        lines += [f"const {ours} = {json.dumps(_script(entry))};" for ours, entry in self.texts]
        head = "\n".join(lines)
        ends = [(0, 0), *self.cuts, (len(self.text), len(self.text))]
        body = "".join(self.text[end:start] for (_, end), (start, _) in pairwise(ends)).strip()
        return (
            f"const {_variable(self.name)} = (() => {{\n{head}\n{body}\nreturn {{ {', '.join(self.exports)} }};\n}})();"
        )


def _script(entry: str) -> str:
    """A module and all that it imports, as a classic script that a worker runs."""
    return f'"use strict";\n{_text(_join([entry]).values())}\n'


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
    file = (HERE / name).parent / path
    if not file.is_file():
        raise JoinError(f"{name}: no file {path}")
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise JoinError(f"{name}: {path} is no JSON: {error}") from None
    if lang and all(isinstance(texts, dict) and lang in texts for texts in facts.values()):  # a table of words
        facts = {key: {lang: texts[lang]} for key, texts in facts.items()}
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    sys.stdout.write(classic())
