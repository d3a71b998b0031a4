"""What runs in the isolation: a warm parent that has run the chapter's text, and a fork of it for each student.

The parent never runs a student's code, and holds no check, no solution and no other student's work. What it is asked
comes from the judge, pickled; what a student's process says goes back as JSON.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import linecache
import os
import pickle
import platform
import resource
import signal
import socket
import struct
import sys
import traceback
import types
from collections.abc import Callable, Iterator
from typing import Any

from tools.grading.values import encode, receive, send

USER, MOUNTS, PROCESSES, TALK = 0x10000000, 0x00020000, 0x20000000, 0x08000000  # kinds of namespaces, CLONE_NEW…
NOSUID_NODEV, BIND = 6, 0x5000  # with all that is mounted below
NO_NEW_PRIVILEGES, DIE_WITH_PARENT, SECCOMP = 38, 1, 22  # prctl
THREAD = 0x00010000  # a clone that is a thread of the same process
CLONE3, EPERM, ENOSYS = 435, 1, 38
ALLOW, ERRNO = 0x7FFF0000, 0x00050000

#: by machine: its audit number, clone, and what nobody needs here: fork, vfork, unshare, setns, mount, ptrace, socket
SYSTEM_CALLS = {
    "x86_64": (0xC000003E, 56, (57, 58, 272, 308, 165, 101, 41)),
    "aarch64": (0xC00000B7, 220, (97, 268, 40, 117, 198)),
}

libc = ctypes.CDLL(None, use_errno=True)


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def main() -> None:
    """Warm up, then fork a process for each channel that the judge sends, until it hangs up."""
    control = _waiting(int(sys.argv[1]))
    isolate = sys.argv[2] == "isolated"
    import torch

    torch.set_num_threads(1)
    names = warm(pickle.loads(receive(control)))
    send(control, b"warm")
    child = 0
    while True:
        said, fds, _, _ = socket.recv_fds(control, 1, 1)
        if not said:
            os._exit(0)
        if said == b"f":
            child = os.fork()
            if child == 0:
                control.close()
                _child(_waiting(fds[0]), names, isolate)
            os.close(fds[0])
        else:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)
            os.waitpid(child, 0)
            send(control, b"gone")


def _waiting(number: int) -> socket.socket:
    """A socket that waits for what comes, also where the judge's process has a default timeout for all its sockets."""
    channel = socket.socket(fileno=number)
    channel.setblocking(True)
    return channel


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


def _child(channel: socket.socket, names: dict[str, Any], isolate: bool) -> None:
    """Wait for the student's process, whose death is the death of all that it started."""
    inner = 0

    def end(*_: Any) -> None:
        if inner:
            with contextlib.suppress(ProcessLookupError):
                os.kill(inner, signal.SIGKILL)
        else:
            os._exit(1)

    signal.signal(signal.SIGTERM, end)
    if isolate:
        user, group = os.getuid(), os.getgid()
        try:
            if libc.unshare(USER | MOUNTS | PROCESSES | TALK):
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
            owners = (("uid_map", f"{user} {user} 1"), ("setgroups", "deny"), ("gid_map", f"{group} {group} 1"))
            for name, words in owners:
                with open(f"/proc/self/{name}", "w", encoding="utf-8") as own:
                    own.write(words)
        except OSError as error:
            send(channel, json.dumps({"refused": f"{type(error).__name__}: {error}"}).encode())
            os._exit(1)
    inner = os.fork()
    if inner:
        channel.close()
        os.waitpid(inner, 0)
        os._exit(0)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        libc.prctl(DIE_WITH_PARENT, signal.SIGKILL)
        setting = pickle.loads(receive(channel))
        _limit(setting)
        if isolate:
            _shut_in(setting["disk"])
        else:
            os.chdir(setting["folder"])
    except Exception as error:
        send(channel, json.dumps({"refused": f"{type(error).__name__}: {error}"}).encode())
        os._exit(1)
    printed = os.open("printed", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    sys.stdout, sys.stderr = (open(n, "w", encoding="utf-8", closefd=False) for n in (1, 2))  # noqa: SIM115
    try:
        served = Served(channel, names, setting["seconds"])
        send(channel, b'{"ready": true}')
        served.serve()
    except BaseException as error:  # a line for whoever looks into a broken process
        send(channel, json.dumps({"kind": type(error).__name__, "message": str(error)[:300]}).encode())
    finally:
        os._exit(0)


def _limit(setting: dict[str, Any]) -> None:
    with open("/proc/self/statm", encoding="utf-8") as told:
        now = int(told.read().split()[0]) * resource.getpagesize()
    for what, most in (
        (resource.RLIMIT_AS, now + setting["memory"]),
        (resource.RLIMIT_FSIZE, setting["disk"]),
        (resource.RLIMIT_CPU, setting["cpu"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 128),
    ):
        resource.setrlimit(what, (most, most))


def _shut_in(disk: int) -> None:
    """Own folders in memory, no view of other processes, no rights, and none of the system calls above."""
    kept = {place for place in (sys.base_prefix, sys.prefix) if f"{place}/".startswith("/tmp/")}
    held = {place: os.open(place, os.O_PATH) for place in sorted(kept)}
    _mount("/tmp", b"tmpfs", NOSUID_NODEV, f"size={2 * disk}".encode())
    for place, there in held.items():  # a Python that lives there stays in view
        os.makedirs(place, exist_ok=True)
        _mount(place, f"/proc/self/fd/{there}".encode(), BIND)
        os.close(there)
    _mount("/proc", b"tmpfs", NOSUID_NODEV, b"size=4096")
    os.chdir("/tmp")
    if libc.capset(struct.pack("=Ii", 0x20080522, 0), bytes(24)) or libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "the rights stay")
    machine, clone, denied = SYSTEM_CALLS[platform.machine()]

    def step(code: int, k: int, then: int = 0, otherwise: int = 0) -> bytes:
        return struct.pack("=HBBI", code, then, otherwise, k)

    load, equal, any_bit, give = 0x20, 0x15, 0x45, 0x06
    no = step(give, ERRNO | EPERM)
    code = step(load, 4) + step(equal, machine, 1, 0) + no + step(load, 0)
    code += step(0x35, 0x40000000, 0, 1) + no  # another numbering of the same machine
    for call in denied:
        code += step(equal, call, 0, 1) + no
    code += step(equal, CLONE3, 0, 1) + step(give, ERRNO | ENOSYS)
    code += step(equal, clone, 0, 3) + step(load, 16) + step(any_bit, THREAD, 1, 0) + no + step(give, ALLOW)
    if libc.prctl(SECCOMP, 2, ctypes.byref(_Filter(len(code) // 8, code))):
        raise OSError(ctypes.get_errno(), "the system calls stay")


def _mount(place: str, what: bytes, flags: int, options: bytes | None = None) -> None:
    if libc.mount(what, place.encode(), b"tmpfs", flags, options):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), place)


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
                token, doing, *given = pickle.loads(receive(self.channel, largest=None))
            except EOFError:
                return
            self._say(to=token, **self._told(lambda: doings[doing](*given)))  # noqa: B023

    def _say(self, **words: Any) -> None:
        send(self.channel, json.dumps(words).encode())

    def _told(self, doing: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            with _alarm(self.seconds):
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
        return {"is": "function"} if callable(answer) else {"is": "value", "value": encode(answer)}

    def call(self, name: str, arguments: Any, keywords: Any, state: Any, counted: bool) -> dict[str, Any]:
        """Call what stands behind a name; `counted` gives the functions of PyTorch that it asked instead."""
        import torch

        answer = self.names[name]
        if state is not None:
            answer.load_state_dict(state["tensors"], strict=False)
            answer.train(state["training"])
        if counted:
            return {"value": encode(dict(self._calls(answer, *arguments)))}
        with contextlib.nullcontext() if state is None else torch.no_grad():
            value = answer(*arguments, **keywords)
        nets = [one for one in arguments if isinstance(one, torch.nn.Module)]
        training = [[part.training for part in net.modules()] for net in nets]
        if isinstance(value, torch.nn.Module):  # it stays here, under a name that no code can have
            self.names[key := f"{name}() {len(self.names)}"] = value
            return {"module": _tensors(value), "called": key, "training": training}
        return {"value": encode(value), "training": training}


def _tensors(net: Any) -> dict[str, Any]:
    """The parameters and buffers of a module, by their names."""
    return {
        "parameters": {key: encode(one) for key, one in net.named_parameters()},
        "buffers": {key: encode(one) for key, one in net.named_buffers()},
    }


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise TimeoutError after so many seconds; the judge ends what does not heed it."""

    def ring(*_: Any) -> None:
        raise TimeoutError(f"not done within {seconds:g} seconds")

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    main()
