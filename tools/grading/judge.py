"""Runs a notebook's own checks on stand-ins for a student's answers, which call the student's process."""

from __future__ import annotations

import io
import os
import pickle
import re
import secrets
import socket
import sys
import time
import types
from collections import Counter
from collections.abc import Collection
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import nn

from helpers import calls as counting
from helpers.exercise import check
from helpers.words import say
from tools import assignment, private
from tools.grading import values
from tools.grading.isolation import Alone, IsolationError, Sandbox

GRACE = 3  # seconds that a process gets to stop by itself
SKIPPED = 8  # cells that may end the process before the rest is left out
HIDDEN = "The check in the notebook passes. A further check does not: try other cases than those in the notebook."


@dataclass
class Mark:
    """How one exercise did: `state` is open, wrong, half or right; `text` is for the student."""

    exercise: str
    state: str
    points: float
    out_of: float
    text: str = ""


@dataclass
class Grade:
    """How one submission did: its marks, and what else was noticed."""

    marks: list[Mark]
    notes: list[str] = field(default_factory=list)

    @property
    def total(self) -> float:
        """The points of all exercises."""
        return sum(mark.points for mark in self.marks)

    def as_json(self) -> dict[str, Any]:
        """The grade as JSON holds it."""
        return asdict(self)


class Course:
    """A chapter as the judge holds it: its exercises, and the names that all of its code leaves behind."""

    def __init__(self, path: Path, own: Path = private.FOLDER, names: Collection[str] = ()) -> None:
        """Names are those of the exercises that were handed out; all, where none is named. Raises ValueError."""
        notebook = private.read(path, own)
        self.name, self._notebook = path.stem, notebook
        self.exercises = assignment.exercises(assignment.chosen(notebook, names))
        self._secret = private.secret(own) if private.choices(notebook) else ""
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        self.public = [
            (plain(cell.source), "raises-exception" in cell.metadata.get("tags", []))
            for cell in code
            if not assignment.part_of(cell)
        ]
        known = [cell.source for cell in code if assignment.part_of(cell) in (None, "starter", "test")]
        self._known = {" ".join(source.split()) for source in known}
        module = types.ModuleType("chapter")
        sys.modules["chapter"] = module
        self.names = vars(module)
        self._run(code)

    def _run(self, code: list[Any]) -> None:
        """Run the chapter's cells, without what they print: whoever grades has not asked for it."""
        before = os.environ.get("COURSE_BUDGET")
        os.environ["COURSE_BUDGET"] = "smoke"
        try:
            for cell in code:
                try:
                    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                        exec(compile(plain(cell.source), cell.id, "exec"), self.names)
                except Exception:
                    if "raises-exception" not in cell.metadata.get("tags", []):
                        raise
        finally:
            del os.environ["COURSE_BUDGET"]
            os.environ |= {"COURSE_BUDGET": before} if before is not None else {}

    @property
    def stamp(self) -> str:
        """What grades depend on beside the chapter: what is private to it, and which exercises count."""
        names = " ".join(one.name for one in self.exercises)
        return "".join([self._secret, names, *(cell.source for cell in self._notebook.cells)])

    def numbers(self, student: str) -> dict[str, Any]:
        """The numbers that a student was given."""
        return private.drawn(self._notebook, student, self._secret)

    def refuse_unsolvable(self) -> None:
        """Raise ValueError for numbers with which a solution does not pass its own checks."""
        names = {name for told in private.choices(self._notebook).values() for name in told}
        drawing = [one for one in self.exercises if names & set(re.findall(r"\w+", one.cells["solution"].source))]
        for numbers in private.all_draws(self._notebook) if drawing else []:
            for one in drawing:
                try:
                    self._solve(one, numbers)
                except Exception as error:
                    raise ValueError(f"{one.name} cannot be solved with {numbers}: {error}") from error

    def _solve(self, one: assignment.Exercise, numbers: dict[str, Any]) -> None:
        def passed(*given: Any) -> None:
            if (verdict := check(*given)).state != "right":
                raise AssertionError(verdict.text)

        scope = {**self.names, **numbers, "check": passed}
        exec(compile(plain(one.cells["solution"].source), "solution", "exec"), scope)
        scope[one.answer] = scope[f"{one.answer}_solution"]
        for cell in (one.cells["test"], one.cells["hidden"], *one.further):
            exec(compile(plain(cell.source), "check", "exec"), scope)

    def written(self, cells: list[str]) -> list[str]:
        """The cells of a submission that are the student's own: all but those that were handed out so."""
        return [plain(source) for source in cells if " ".join(source.split()) not in self._known]


def plain(source: str) -> str:
    """Code without the lines that only a notebook understands.

    >>> plain("%pip install it" + chr(10) + "x = 1")
    'pass  # %pip install it\\nx = 1'
    """
    return re.sub(r"^(\s*)([%!].*)$", r"\1pass  # \2", source, flags=re.M)


class RemoteError(Exception):
    """What a student's process raised, or how it ended."""


class _Pickler(pickle.Pickler):
    """Hands over what a check made for itself, such as an object of its own class, as its attributes."""

    def reducer_override(self, value: Any) -> Any:
        kind = type(value)
        if kind.__module__ == "chapter" and not isinstance(value, nn.Module | type | types.FunctionType):
            return SimpleNamespace, (), vars(value)
        return NotImplemented


def _pickled(value: Any) -> bytes:
    held = io.BytesIO()
    _Pickler(held).dump(value)
    return held.getvalue()


class Student:
    """A student's process, started anew whenever it has ended; a cell that ends it is left out from then on."""

    def __init__(self, sandbox: Sandbox | Alone, cells: list[str]) -> None:
        self._sandbox, self._cells = sandbox, cells
        self._channel: socket.socket | None = None
        self._ending: dict[int, str] = {}
        self.notes: list[str] = []
        self.failure: dict[str, str] | None = None
        self.until = 0.0

    def _ready(self) -> socket.socket:
        """A process that has run the student's cells."""
        while self._channel is None:
            self._channel = self._sandbox.process()
            errors = []
            for number, source in enumerate(self._cells, 1):
                if number in self._ending or len(self._ending) > SKIPPED:
                    continue
                told = self._ask("run", number, source)
                if self._channel is None:
                    self._ending[number] = told["message"]
                    break
                if "kind" in told:
                    errors.append(f"cell {number}: {_words(told)}")
            else:
                ended = [f"cell {number}: {words}" for number, words in self._ending.items()]
                self.notes = [*ended, *errors]
        return self._channel

    def _ask(self, *request: Any) -> dict[str, Any]:
        """What the process says; how it ended, where it has."""
        assert self._channel is not None
        seconds, token = self._sandbox.limits.seconds, secrets.token_hex(16)
        try:
            with suppress(BrokenPipeError, ConnectionError):
                self._channel.settimeout(seconds + GRACE)
                values.send(self._channel, _pickled((token, *request)))
            told = values.receive_said(self._channel, seconds + GRACE)
        except TimeoutError:
            told = _ended("TimeoutError", f"it did not stop within {seconds:g} seconds")
        except EOFError:
            told = _ended("Ended", self._sandbox.broken or "it ended the process")
        except values.HandoverError as error:
            told = _ended("HandoverError", str(error))
        else:
            if told.get("to") == token:
                return told
            told = _ended("HandoverError", "the process spoke without being asked")
        self.close()
        return told

    def ask(self, *request: Any) -> dict[str, Any]:
        """What the process says to a request. Raises RemoteError where it fails, and for each request after that."""
        self._ready()
        if self.failure is None and time.monotonic() > self.until:
            self.failure = _ended("TimeoutError", "it takes too long over all cases together")
        told = self._ask(*request) if self.failure is None else self.failure
        if "kind" in told:
            self.failure = told
            raise RemoteError(_words(told))
        return told

    def value(self, said: Any) -> Any:
        """The value that the process said. Raises RemoteError for what is none."""
        try:
            return values.decode(said)
        except values.HandoverError as error:
            self.failure = _ended("TypeError", str(error))
            raise RemoteError(str(error)) from error

    def close(self) -> None:
        """End the process."""
        if self._channel is not None:
            self._sandbox.end(self._channel)
            self._channel = None


def _ended(kind: str, message: str) -> dict[str, str]:
    return {"kind": kind, "message": message, "line": ""}


def _words(told: dict[str, Any]) -> str:
    kind, message, line = (str(told.get(key, ""))[:300] for key in ("kind", "message", "line"))
    return say("check.raised", kind=kind, message=message) + (f"\n{line}" if line else "")


class Function:
    """Stands in for a student's function: a call goes to the student's process."""

    def __init__(self, student: Student, name: str) -> None:
        self.student, self.name = student, name

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        told = self.student.ask("call", self.name, arguments, keywords, None, False)
        for net, modes in zip((one for one in arguments if isinstance(one, nn.Module)), told.get("training", [])):
            for part, mode in zip(net.modules(), modes):
                part.training = bool(mode)
        if isinstance(made := told.get("module"), dict):  # a module that the function has built stays in its process
            return Module(self.student, str(told.get("called")), made)
        return self.student.value(told.get("value"))

    def count(self, *arguments: Any) -> Counter[str]:
        """The functions of PyTorch that it asks, counted in its process."""
        told = self.student.value(self.student.ask("call", self.name, arguments, {}, None, True).get("value"))
        return Counter({str(name): int(count) for name, count in dict(told).items()})


class Module(nn.Module):
    """Stands in for a student's module: it has its tensors, and the student's process computes its output."""

    def __init__(self, student: Student, name: str, told: dict[str, Any]) -> None:
        super().__init__()
        self._student, self._called = student, name
        for key, said in dict(told.get("parameters", {})).items():
            tensor = student.value(said)
            place, leaf = self._place(key)
            place.register_parameter(leaf, nn.Parameter(tensor, requires_grad=tensor.is_floating_point()))
        for key, said in dict(told.get("buffers", {})).items():
            place, leaf = self._place(key)
            place.register_buffer(leaf, student.value(said))

    def _place(self, key: str) -> tuple[nn.Module, str]:
        *path, leaf = key.split(".")
        place: nn.Module = self
        for name in path:
            if name not in dict(place.named_children()):
                place.add_module(name, nn.Module())
            place = getattr(place, name)
        return place, leaf

    def forward(self, *arguments: Any) -> Any:
        """What the student's module gives with the tensors as they are here now."""
        tensors = {key: one.detach() for key, one in self.state_dict().items()}
        state = {"tensors": tensors, "training": self.training}
        return self._student.value(self._student.ask("call", self._called, arguments, {}, state, False).get("value"))


def _counted(function: Any, *arguments: Any) -> Counter[str]:
    return function.count(*arguments) if isinstance(function, Function) else counting.calls(function, *arguments)


def grade(course: Course, sandbox: Sandbox | Alone, cells: list[str], who: str = "") -> Grade:
    """Grade a submission, given as the sources of its code cells and the id of who has handed it in."""
    numbers = course.numbers(who)
    own = ["\n".join(f"{name} = {value!r}" for name, value in numbers.items())] if numbers else []
    student = Student(sandbox, own + course.written(cells))
    try:
        marks = [_marked(course, student, exercise, numbers) for exercise in course.exercises]
    finally:
        student.close()
    return Grade(marks, student.notes)


def _marked(course: Course, student: Student, exercise: assignment.Exercise, numbers: dict[str, Any]) -> Mark:
    state, text = "wrong", ""
    try:
        student.failure, student.until = None, float("inf")
        told = student.ask("look", exercise.answer)
        student.until = time.monotonic() + 3 * student._sandbox.limits.seconds
        if told.get("is") == "open":
            return Mark(exercise.name, "open", 0, exercise.points, say("check.how"))
        with values.alarm(4 * student._sandbox.limits.seconds + GRACE):
            answer = _stand_in(student, exercise.answer, told)
            state, text = _checked({**course.names, **numbers}, student, exercise, answer)
    except RemoteError as error:
        text = str(error)
    except IsolationError:
        raise
    except Exception as error:  # whatever an answer makes a check do
        text = f"{type(error).__name__}: the answer is not what the check can read"
    if student.failure and state == "wrong":
        text = _words(student.failure)
    share = {"right": 1.0, "half": 0.5}.get(state, 0.0)
    return Mark(exercise.name, state, share * exercise.points, exercise.points, text)


def _stand_in(student: Student, name: str, told: dict[str, Any]) -> Any:
    if told.get("is") == "function":
        return Function(student, name)
    return Module(student, name, told) if told.get("is") == "module" else student.value(told.get("value"))


def _checked(names: dict[str, Any], student: Student, exercise: assignment.Exercise, answer: Any) -> tuple[str, str]:
    """Run the public check, then the hidden ones, as they stand in the notebook, on the stand-in."""
    verdicts = []

    def recorded(*given: Any) -> Any:
        verdicts.append(check(*given))
        return verdicts[-1]

    scope = {**names, exercise.answer: answer, "check": recorded, "calls": _counted}
    exec(compile(plain(exercise.cells["test"].source), "check", "exec"), scope)
    if [verdict.state for verdict in verdicts] != ["right"]:
        open_ = any(verdict.state == "open" for verdict in verdicts)
        return ("open" if open_ else "wrong"), "\n".join(verdict.text for verdict in verdicts)
    scope |= {f"{exercise.answer}_solution": answer, "check": check}
    try:
        for cell in (exercise.cells["hidden"], *exercise.further):
            exec(compile(plain(cell.source), "check", "exec"), scope)
    except Exception:  # of which the student is told nothing
        student.failure = None
        return "half", HIDDEN
    return ("half", HIDDEN) if student.failure else ("right", "")


torch.set_num_threads(1)  # a process that is forked from this one keeps no other threads
