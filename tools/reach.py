"""What a piece of Python reaches: the modules of `helpers` that its imports lead to, and what these say and open.

Nothing is imported or run; all of it is read from the syntax trees.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path

OURS = "helpers"

#: an argument that only a run would tell
HOLE = "{}"


class Code:
    """A module, or a notebook's cells as one: what it imports, defines, names and calls, and its tree as a text."""

    def __init__(self, tree: ast.Module, module: str = "", package: str = "") -> None:
        self.tree, self.module, self.package = tree, module, package

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """The nodes of the tree without docstrings."""
        nodes: list[ast.AST] = [self.tree]
        for node in nodes:
            nodes += [child for child in ast.iter_child_nodes(node) if not _is_docstring(child)]
        return nodes

    @cached_property
    def text(self) -> str:
        """The tree without docstrings as a text, the same in every version of Python that we test."""
        return _text(self.tree)

    @cached_property
    def imports(self) -> list[tuple[str, str | None, str]]:
        """(module, member or None, the name that it gets here) of each import, wherever it stands."""
        return [one for node in self.nodes for one in self._imported(node)]

    def _imported(self, node: ast.AST) -> Iterator[tuple[str, str | None, str]]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, None, alias.asname or alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom):
            above = self.package.split(".")[: len(self.package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                yield base, alias.name, alias.asname or alias.name

    @cached_property
    def reexports(self) -> dict[str, tuple[str, str | None]]:
        """What the module's own statements import, by name."""
        top = (one for node in self.tree.body for one in self._imported(node))
        return {name: (base, member) for base, member, name in top}

    @cached_property
    def defines(self) -> set[str]:
        """The names of the classes, functions and variables that the module's own statements define."""
        names = {node.name for node in self.tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
        for node in self.tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
        return names

    @cached_property
    def merely_reexports(self) -> bool:
        """Whether the module only hands on what it imports."""
        rest = [node for node in self.tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
        return self.defines <= {"__all__"} and all(isinstance(node, ast.Assign) or _is_docstring(node) for node in rest)

    @cached_property
    def strings(self) -> set[str]:
        """The strings that stand in the code."""
        return {node.value for node in self.nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}

    @cached_property
    def paths(self) -> set[str]:
        """The strings that may be paths of several parts, or patterns of them."""
        return {text for text in self.strings if "/" in text}

    @cached_property
    def templates(self) -> set[str]:
        """The f-strings that stand in the code, with a `{}` for each value."""
        return {template(node) for node in self.nodes if isinstance(node, ast.JoinedStr)}

    @cached_property
    def uses(self) -> list[tuple[str, ast.expr | None]]:
        """("helpers.module.name", the first argument or None) wherever something imported is called or named."""
        bound = {name: f"{base}.{member}" if member else base for base, member, name in self.imports} | {OURS: OURS}
        calls = {
            id(node.func): next(iter([*node.args, *(word.value for word in node.keywords if word.arg == "name")]), None)
            for node in self.nodes
            if isinstance(node, ast.Call)
        }
        named = ((_dotted(node, bound), calls.get(id(node))) for node in self.nodes)
        return [(name, argument) for name, argument in named if name and name.startswith(f"{OURS}.")]


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _text(node: object) -> str:
    """As `ast.dump`, without docstrings; what versions of Python tell differently is left out.

    These are fields that are empty or that only some versions have, and the empty ends of f-strings.
    """
    if isinstance(node, list):
        return f"[{', '.join(_text(item) for item in node if not _is_docstring(item))}]"
    if isinstance(node, ast.JoinedStr):
        return f"JoinedStr([{', '.join(_text(item) for item in node.values if getattr(item, 'value', 0) != '')}])"
    if not isinstance(node, ast.AST):
        return ascii(node)
    fields = ((name, _text(value)) for name, value in ast.iter_fields(node) if name not in ("kind", "type_comment"))
    return (
        f"{type(node).__name__}({', '.join(f'{name}={text}' for name, text in fields if text not in ('None', '[]'))})"
    )


def _dotted(node: ast.AST, bound: dict[str, str]) -> str | None:
    """`plot.figure` as "helpers.plot.figure", where `plot` is bound to "helpers.plot"."""
    if isinstance(node, ast.Name):
        return bound.get(node.id)
    if isinstance(node, ast.Attribute) and (base := _dotted(node.value, bound)):
        return f"{base}.{node.attr}"
    return None


def template(node: ast.expr | None) -> str:
    """The text of an expression, with a `{}` for each part that is no literal.

    >>> template(ast.parse("f'class.{n}' + end").body[0].value)
    'class.{}{}'
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(map(template, node.values))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return template(node.left) + template(node.right)
    return HOLE


def fits(template: str, text: str) -> bool:
    """Whether a text can be what a template becomes.

    >>> fits("class.{}", "class.3"), fits("class.{}", "classes")
    (True, False)
    """
    return _pattern(template).fullmatch(text) is not None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, template.split(HOLE))))


@cache
def _code(text: str, module: str, package: str) -> Code:
    return Code(ast.parse(text), module, package)


class Reach:
    """The modules of the `helpers` in a folder that code reaches, as Python would find them.

    Of a package that merely re-exports, only what is asked for is followed; of one that finds its members when asked
    (`__getattr__`), the modules in it that define them; where that cannot be told, all that is in it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.modules: dict[str, Code] = {}
        self._seen: dict[str, Code | None] = {}
        self.reexports: dict[tuple[str, str], str] = {}  # (package, name that was asked for): where it comes from

    def file(self, module: str) -> Path | None:
        """The file of one of our modules."""
        path = self.root.joinpath(*module.split("."))
        files = (path / "__init__.py", path.parent / f"{path.name}.py")
        return next((file for file in files if file.is_file()), None) if module.split(".")[0] == OURS else None

    def code(self, module: str) -> Code | None:
        """One of our modules, read; None if there is none of that name."""
        if module not in self._seen:
            file = self.file(module)
            package = module if file and file.name == "__init__.py" else module.rpartition(".")[0]
            self._seen[module] = _code(file.read_text(encoding="utf-8"), module, package) if file else None
        return self._seen[module]

    def follow(self, code: Code) -> None:
        """Reach what some code imports, and what that imports."""
        for base, member, _ in code.imports:
            self._import(base, member)

    def _import(self, base: str, member: str | None) -> None:
        code = self.code(base)
        if code is None or (base, member) in self.reexports:
            return
        self._packages_above(base)
        if member and code.package == base:
            self._member(code, member)
        else:
            self._take(base)
            if "__getattr__" in code.defines:
                self._take_all(base)

    def _member(self, package: Code, name: str) -> None:
        """Reach what `from package import name` asks for."""
        base = package.module
        own = package.reexports.get(name) == (base, name)  # a package that imports a module of its own by name
        if package.merely_reexports and not own and name in package.reexports:
            source = package.reexports[name]
            self.reexports[base, name] = " ".join(map(str, source))
            self._import(*source)
        elif (name in package.reexports and not own) or name in package.defines:
            self._take(base)
        elif self.file(f"{base}.{name}"):
            if not package.merely_reexports:
                self._take(base)
            self._import(f"{base}.{name}", None)
        else:
            self._take(base)
            self._take_all(base, name if "__getattr__" in package.defines else "")

    def _packages_above(self, module: str) -> None:
        """Packages run when something in them is imported; one that merely re-exports does nothing by that."""
        while module := module.rpartition(".")[0]:
            package = self.code(module)
            if package and not package.merely_reexports:
                self._take(module)

    def _take(self, module: str) -> None:
        code = self.code(module)
        if code and module not in self.modules:
            self.modules[module] = code
            self.follow(code)

    def _take_all(self, package: str, definers_of: str = "") -> None:
        """Take all modules of a package, or those that define a name, if any does."""
        folder = self.root.joinpath(*package.split("."))
        files = (path.relative_to(self.root).with_suffix("") for path in sorted(folder.rglob("*.py")))
        names = [".".join(path.parts).removesuffix(".__init__") for path in files]
        some = [name for name in names if (code := self.code(name)) and definers_of in code.defines]
        for name in some or names:
            self._packages_above(name)
            self._take(name)
