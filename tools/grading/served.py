"""A student's process as the judge sees it: what it is asked comes pickled, what it says goes back as JSON."""

from __future__ import annotations

import contextlib
import json
import linecache
import os
import pickle
import socket
import sys
import traceback
import types
from collections.abc import Callable
from typing import Any

from tools.grading import values


def warm(cells: list[tuple[str, bool]]) -> dict[str, Any]:
    """The names that a chapter's code leaves behind, without its exercises; some of it is meant to raise."""
    module = types.ModuleType("chapter")
    sys.modules["chapter"] = module
    for source, may_raise in cells:
        try:
            exec(compile(source, "chapter", "exec"), vars(module))
        except Exception:
            if not may_raise:
                raise
    return vars(module)


def serve(channel: socket.socket, names: dict[str, Any], seconds: float) -> None:
    """Serve the judge until it hangs up, then end the process; what cells print goes to a file in this folder."""
    printed = os.open("printed", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    sys.stdout, sys.stderr = (open(n, "w", encoding="utf-8", closefd=False) for n in (1, 2))  # noqa: SIM115
    try:
        served = Served(channel, names, seconds)
        values.send(channel, b'{"ready": true}')
        served.serve()
    except BaseException as error:  # a line for whoever looks into a broken process
        values.send(channel, json.dumps({"kind": type(error).__name__, "message": str(error)[:300]}).encode())
    finally:
        os._exit(0)


class Served:
    """A student's process as the judge sees it: it runs cells, says what a name is, and calls it."""

    def __init__(self, channel: socket.socket, names: dict[str, Any], seconds: float) -> None:
        from helpers.calls import calls
        from helpers.exercise import answered

        self.channel, self.names, self.seconds = channel, names, seconds
        self._calls, self._answered = calls, answered

    def serve(self) -> None:
        """Answer what is asked, until the judge hangs up."""
        doings: dict[str, Callable[..., Any]] = {"run": self.run, "look": self.look, "call": self.call}
        while True:
            try:
                token, doing, *given = pickle.loads(values.receive(self.channel, largest=None))
            except EOFError:
                return
            self._say(to=token, **self._told(lambda: doings[doing](*given)))  # noqa: B023

    def _say(self, **words: Any) -> None:
        values.send(self.channel, json.dumps(words).encode())

    def _told(self, doing: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            with values.alarm(self.seconds):
                return doing()
        except BaseException as error:  # SystemExit and KeyboardInterrupt too
            frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith("cell ")]
            line = (frames[-1].line or "") if frames else ""
            return {"kind": type(error).__name__, "message": str(error)[:300], "line": line[:200]}

    def run(self, number: int, source: str) -> dict[str, Any]:
        """Run one cell."""
        name = f"cell {number}"
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        exec(compile(source, name, "exec"), self.names)
        sys.stdout.flush()
        return {}

    def look(self, name: str) -> dict[str, Any]:
        """What stands behind a name: nothing, a function, a module with its tensors, or a value."""
        import torch

        answer = self.names.get(name)
        if not self._answered(answer):
            return {"is": "open"}
        if isinstance(answer, torch.nn.Module):
            return {"is": "module", **_tensors(answer)}
        return {"is": "function"} if callable(answer) else {"is": "value", "value": values.encode(answer)}

    def call(self, name: str, arguments: Any, keywords: Any, state: Any, counted: bool) -> dict[str, Any]:
        """Call what stands behind a name; `counted` gives the functions of PyTorch that it asked instead."""
        import torch

        answer = self.names[name]
        if state is not None:
            answer.load_state_dict(state["tensors"], strict=False)
            answer.train(state["training"])
        if counted:
            return {"value": values.encode(dict(self._calls(answer, *arguments)))}
        with contextlib.nullcontext() if state is None else torch.no_grad():
            value = answer(*arguments, **keywords)
        nets = [one for one in arguments if isinstance(one, torch.nn.Module)]
        training = [[part.training for part in net.modules()] for net in nets]
        if isinstance(value, torch.nn.Module):  # it stays here, under a name that no code can have
            self.names[key := f"{name}() {len(self.names)}"] = value
            return {"module": _tensors(value), "called": key, "training": training}
        return {"value": values.encode(value), "training": training}


def _tensors(net: Any) -> dict[str, Any]:
    """The parameters and buffers of a module, by their names."""
    return {
        "parameters": {key: values.encode(one) for key, one in net.named_parameters()},
        "buffers": {key: values.encode(one) for key, one in net.named_buffers()},
    }
