"""The hashes of exercises whose answer is a value: `python -m tools.exercises write` makes, `check` tests them.

`helpers/exercises/NN_name.json` declares what each exercise asks for, and what is said of typical wrong answers. The
answers themselves stand elsewhere: the right one in the notebook's solution cell, wrong ones, by the same names, in
`tests/chapters/wrong/`. What the hashes protect from, and what not, is told in
`helpers/widgets/explorers/exercise/answers.py`.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import re
import secrets
import sys
from collections.abc import Iterator
from typing import Any

from helpers.widgets.explorers.exercise.answers import FOLDER, KINDS, UnfitError, canonical, chapter, digest, plain
from tools import notebooks
from tools.writing import write_whole

#: how near to the middle between two roundings a right answer may stand, in units of its last decimal place
EDGE = 0.05

#: a number as a text shows it
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


class DeclarationError(ValueError):
    """An exercise that is declared in a way that cannot be right; the text says what is wrong."""


def written(name: str) -> str:
    """The file of a chapter with its hashes, made anew from the answers; a salt that is there stays.

    Raises DeclarationError.
    """
    stated = chapter(name)
    answers = {exercise: answers_to(name, exercise) for exercise in stated}
    made = {exercise: made_from(entry, *answers[exercise]) for exercise, entry in stated.items()}
    return json.dumps({"exercises": made}, ensure_ascii=False, indent=1) + "\n"


def made_from(entry: dict[str, Any], right: Any, wrong: dict[str, Any]) -> dict[str, Any]:
    """One declared exercise with its hashes, from the right answer and the wrong ones by their names.

    Raises DeclarationError.
    """
    if entry.get("kind") not in KINDS:
        raise DeclarationError(f"its kind is {entry.get('kind')!r}; there are: {', '.join(KINDS)}")
    if entry["kind"] == "choice" and not isinstance(entry.get("options"), dict):
        raise DeclarationError("a choice has options: what an answer is called, and what the page says of it")
    made = {"kind": entry["kind"], "label": entry["label"], **_extent(entry, plain(right))}
    made |= {key: entry[key] for key in ("options", "decimals", "largest") if key in entry}
    made["salt"] = entry.get("salt") or secrets.token_hex(8)
    text = canonical(made, right)
    _refuse_edges(made, plain(right))
    made["right"] = digest(made, text)
    made["wrong"] = dict(_wrong(made, text, entry.get("wrong", {}), wrong))
    if "otherwise" in entry:
        made["otherwise"] = entry["otherwise"]
    _refuse_given_away(made, plain(right))
    return made


def _extent(entry: dict[str, Any], right: Any) -> dict[str, Any]:
    """How many fields the answer has."""
    if entry["kind"] == "shape":
        return {"length": len(right)}
    if entry["kind"] == "matrix" and "largest" not in entry:
        return {"rows": len(right), "columns": len(right[0])}
    return {}


def _wrong(made: dict[str, Any], right: str, texts: dict[str, Any], answers: dict[str, Any]) -> Iterator[Any]:
    """The wrong answers that have the form of an answer, by name: the hash and the message of each."""
    if unknown := sorted(texts.keys() - answers.keys()):
        raise DeclarationError(f"nobody gives the wrong answers {unknown}; there are: {sorted(answers)}")
    seen = {right: "the right answer"}
    for name, answer in answers.items():
        try:
            text = canonical(made, answer)
        except UnfitError:
            if name in texts:
                raise DeclarationError(
                    f"{name!r} has not the form of an answer, so its message is never told"
                ) from None
            continue
        if text in seen:
            raise DeclarationError(f"{name!r} is the same as {seen[text]}")
        if name not in texts:
            raise DeclarationError(f"{name!r} has no message")
        seen[text] = repr(name)
        yield name, {"hash": digest(made, text), "text": texts[name]["text"]}


def _flat(value: Any) -> list[Any]:
    return [one for item in value for one in _flat(item)] if isinstance(value, list) else [value]


def _refuse_edges(made: dict[str, Any], right: Any) -> None:
    """A right answer in the middle between two roundings would become a wrong one by the least error."""
    decimals: int | None = made.get("decimals")
    if decimals is None:
        return
    for value in _flat(right):
        if abs((value * 10.0**decimals) % 1 - 0.5) < EDGE:
            raise DeclarationError(f"{value} stands between two numbers of {decimals} decimals: take another number")


def _refuse_given_away(made: dict[str, Any], right: Any) -> None:
    """No message says a number of the answer; those of a matrix are too common, and an option is no number."""
    if made["kind"] not in ("number", "whole", "shape"):
        return
    numbers = {float(value) for value in _flat(right)}
    messages = [wrong["text"] for wrong in made["wrong"].values()] + [made.get("otherwise", {}), made["label"]]
    for text in (text for message in messages for text in message.values()):
        if numbers & {float(found.replace(",", "")) for found in NUMBER.findall(text) if found.count(".") < 2}:
            raise DeclarationError(f"{text!r} gives the answer away")


# --- where the answers stand


def answers_to(name: str, exercise: str) -> tuple[Any, dict[str, Any]]:
    """The right answer to an exercise, and the typical wrong ones by their names. Raises DeclarationError."""
    scope = _scope(name)
    right = solution(name, exercise, scope)
    module = importlib.import_module(f"tests.chapters.wrong.of_{name}")
    if exercise not in module.WRONG:
        raise DeclarationError(f"{exercise}: {module.__name__} has no wrong answers to it")
    scope |= vars(module)
    return right, {answer: eval(code, scope) for answer, code in module.WRONG[exercise].items()}


def _cells(name: str) -> dict[str, Any]:
    return {cell.id: cell for cell in notebooks.read(notebooks.CHAPTERS / "en" / f"{name}.ipynb").cells}


def _scope(name: str) -> dict[str, Any]:
    """What the imports of a notebook bring; nothing else of it runs."""
    scope: dict[str, Any] = {}
    for cell in _cells(name).values():
        if cell.cell_type == "code":
            code = "\n".join(line for line in cell.source.splitlines() if not line.lstrip().startswith(("%", "!")))
            lines: list[ast.stmt] = []
            try:
                lines = [line for line in ast.parse(code).body if isinstance(line, ast.Import | ast.ImportFrom)]
            except SyntaxError:
                continue  # a cell that shows a mistake
            exec(compile(ast.Module(lines, []), cell.id, "exec"), scope)
    return scope


def solution(name: str, exercise: str, scope: dict[str, Any]) -> Any:
    """What an exercise's solution cell leaves behind, run with the names of a scope.

    Raises DeclarationError where it needs more of the notebook than that.
    """
    cells = _cells(name)
    cell = cells.get(f"{exercise}-solution")
    if cell is None:
        raise DeclarationError(f"{exercise}: {name} has no cell {exercise}-solution")
    try:
        exec(cell.source, scope)
    except NameError as error:
        raise DeclarationError(
            f"{exercise}: its solution should need nothing but the notebook's imports: {error}"
        ) from None
    (found,) = re.findall(r"^(\w+_solution)\s*=", cell.source, re.M)
    return scope[found]


# --- the command


def faults(name: str) -> Iterator[str]:
    """What is wrong with a chapter's file, a sentence each."""
    try:
        if written(name) != (FOLDER / f"{name}.json").read_text(encoding="utf-8"):
            yield f"{name}.json is older than the answers, or was never written: run `python -m tools.exercises write`"
    except DeclarationError as error:
        yield f"{name}.json: {error}"


def names() -> list[str]:
    """The chapters with declared exercises."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="exercises that are declared as data")
    parser.add_argument("command", choices=["write", "check"])
    parser.add_argument("names", nargs="*", help="chapters, such as 05_lenet; all of them where none is named")
    given = parser.parse_args(arguments)
    found = []
    for name in given.names or names():
        if given.command == "check":
            found += list(faults(name))
            continue
        try:
            write_whole(FOLDER / f"{name}.json", written(name))
        except DeclarationError as error:
            found.append(f"{name}.json: {error}")
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
