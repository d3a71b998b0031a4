"""Hands out students' processes: forks of a warm parent that bubblewrap isolates, or, elsewhere, fresh ones."""

from __future__ import annotations

import os
import pickle
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from tools.grading import values

ROOT = Path(__file__).parent.parent.parent
HERE = ("__init__", "inside", "served", "values")
ALLOWED = ("tools/__init__.py", *(f"tools/grading/{name}.py" for name in HERE))
#: whether a process that holds PyTorch can be forked and shut in; elsewhere, students' code can only run unsafely
LINUX = sys.platform == "linux"
START = 60  # seconds that a fork may take until it is shut in
WARM_UP = 300  # seconds that a chapter's own code may take


class IsolationError(RuntimeError):
    """Students' code cannot be shut in on this machine."""


@dataclass(frozen=True)
class Limits:
    """What a student's process may take: seconds for a cell or call, seconds of a processor in all, and bytes."""

    seconds: float = 10
    cpu: int = 120
    memory: int = 2 << 30
    disk: int = 16 << 20


class Sandbox:
    """A warm parent. `process()` gives a channel to a fresh process of a student; there is one at a time."""

    broken = ""  # why the last process was ended, where its limits do not say so themselves

    def __init__(
        self, cells: list[tuple[str, bool]], limits: Limits, place: str | None = None, unsafe: bool = False
    ) -> None:
        self.limits, self._folder = limits, tempfile.mkdtemp(prefix="grading-", dir=place)
        self.control, theirs = socket.socketpair()
        how = "unsafe" if unsafe else "isolated"
        command = [sys.executable, "-m", "tools.grading.inside", str(theirs.fileno()), how]
        environment = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "COURSE_BUDGET": "smoke", "MPLBACKEND": "agg"}
        environment |= {"PYTHONPATH": str(ROOT) if unsafe else "/course", "OMP_NUM_THREADS": "1"}
        self._parent = subprocess.Popen(
            command if unsafe else [*_walls(), *command],
            env=environment,
            cwd=self._folder if unsafe else "/",
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        theirs.close()
        values.send(self.control, pickle.dumps(cells))
        try:
            values.receive(self.control, WARM_UP)
        except (EOFError, TimeoutError) as error:
            raise IsolationError(f"the isolated process did not start: {self._last_word()}") from error

    def process(self) -> socket.socket:
        """A channel to a fresh process, which has run nothing but the chapter's own code. Raises IsolationError."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self.control, [b"f"], [theirs.fileno()])
            values.send(ours, pickle.dumps({**asdict(self.limits), "folder": self._folder}))
            told = values.receive_said(ours, START)
        except (EOFError, TimeoutError, ConnectionError) as error:
            raise IsolationError(f"a student's process did not start: {self._last_word()}") from error
        if told != {"ready": True}:
            raise IsolationError(f"a student's process could not be shut in: {told.get('refused', 'no word why')}")
        return ours

    def _last_word(self) -> str:
        """What the warm parent said last; it is ended."""
        self._parent.kill()
        told = self._parent.communicate()[1].decode(errors="replace").strip().splitlines()
        return told[-1] if told else "no word why"

    def end(self, channel: socket.socket) -> None:
        """End the process of a channel and all that it started."""
        channel.close()
        self.control.sendall(b"k")
        values.receive(self.control, 60)

    def close(self) -> None:
        """End the warm parent."""
        self.control.close()
        self._parent.kill()
        self._parent.wait()
        assert self._parent.stderr is not None
        self._parent.stderr.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class Alone:
    """As a Sandbox, for `--unsafe` where nothing can be forked: each student's process is a Python of its own.

    It warms up by itself, while the process before it is still at work. Nothing is shut in; time, memory and output are
    watched from here.
    """

    def __init__(self, cells: list[tuple[str, bool]], limits: Limits, place: str | None = None) -> None:
        self.limits, self.broken = limits, ""
        self._folder = Path(tempfile.mkdtemp(prefix="grading-", dir=place))
        (self._folder / "cells").write_bytes(pickle.dumps(cells))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.2)
        self._count = 0
        self._now = self._next = self._started()

    def _started(self) -> _Fresh:
        self._count += 1
        return _Fresh(self._folder, self._count, self._listener.getsockname()[1], self.limits.seconds)

    def process(self) -> socket.socket:
        """A channel to a fresh process, which has run nothing but the chapter's own code. Raises IsolationError."""
        self._now, self.broken = self._next, ""
        try:
            channel = self._accepted(self._now)
        except TimeoutError as error:
            self._now.end()
            raise IsolationError(f"a student's process did not start: {self._now.last_word()}") from error
        self._next = self._started()
        threading.Thread(target=self._watch, args=(self._now,), daemon=True).start()
        return channel

    def _accepted(self, fresh: _Fresh) -> socket.socket:
        """The channel on which the process says first what only it was told. Raises TimeoutError."""
        until = time.monotonic() + WARM_UP
        while time.monotonic() < until and fresh.running:
            with suppress(TimeoutError, EOFError, values.HandoverError):
                channel, _ = self._listener.accept()
                if values.receive(channel, START, 100) == fresh.token and values.receive_said(channel, START):
                    return channel
                channel.close()
        raise TimeoutError

    def _watch(self, fresh: _Fresh) -> None:
        """End a process that takes more than its limits."""
        with suppress(psutil.Error, OSError):
            before = fresh.taken()
            while fresh.running:
                most = (self.limits.memory, self.limits.cpu, self.limits.disk)
                taken = [now - then for now, then in zip(fresh.taken(), before, strict=True)]
                for what, much, limit in zip(("memory", "processor time", "disk"), taken, most, strict=True):
                    if much > limit and fresh is self._now:
                        self.broken = f"it took more {what} than it may"
                        fresh.end()
                time.sleep(0.1)

    def end(self, channel: socket.socket) -> None:
        """End the process of a channel and what it started, as far as that can be found."""
        channel.close()
        self._now.end()

    def close(self) -> None:
        """End the process that waits."""
        self._next.end()
        self._listener.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class _Fresh:
    """A student's process from its start to its end, in a folder of its own."""

    def __init__(self, place: Path, number: int, port: int, seconds: float) -> None:
        self.token, self._log, self._folder = secrets.token_bytes(16), place / f"{number}.log", place / str(number)
        self._folder.mkdir()
        environment = {**os.environ, "COURSE_BUDGET": "smoke", "MPLBACKEND": "agg", "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "tools.grading.alone", str(place / "cells"), str(port), str(seconds)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                env=environment | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
                cwd=self._folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        assert self._process.stdin is not None
        with suppress(OSError), self._process.stdin as told:  # it may have ended already
            told.write(self.token)
        self._seen = psutil.Process(self._process.pid)

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def taken(self) -> tuple[int, float, int]:
        """Bytes of memory, seconds of a processor and bytes in its folder. Raises psutil.Error where it has ended."""
        written = sum(path.stat().st_size for path in self._folder.iterdir())
        return self._seen.memory_info().rss, sum(self._seen.cpu_times()[:2]), written

    def last_word(self) -> str:
        told = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return told[-1] if told else "no word why"

    def end(self) -> None:
        """End it and all that it started and that is still its own."""
        started = []
        with suppress(psutil.Error):
            started = self._seen.children(recursive=True)
        self._process.kill()
        self._process.wait()
        for child in started:
            with suppress(psutil.Error):
                child.kill()


def _walls() -> list[str]:
    """The command that shuts a process in: it sees Python, the course's helpers, and nothing else of the disk."""
    bubblewrap = shutil.which("bwrap")
    if not bubblewrap:
        raise IsolationError("bubblewrap (bwrap) is not installed; on Debian and Ubuntu: apt install bubblewrap")
    command = [bubblewrap, "--unshare-all", "--die-with-parent", "--new-session"]
    command += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", "--ro-bind", "/usr", "/usr"]
    for name in ("bin", "lib", "lib64", "sbin"):
        place = Path("/", name)
        if place.is_symlink():
            command += ["--symlink", os.readlink(place), str(place)]
        elif place.exists():
            command += ["--ro-bind", str(place), str(place)]
    for place in sorted({Path(sys.base_prefix), Path(sys.prefix)} - {Path("/usr")}):
        command += ["--ro-bind", str(place), str(place)]
    for name in (*ALLOWED, "helpers", "figures"):
        command += ["--ro-bind", str(ROOT / name), f"/course/{name}"]
    return [*command, "--chdir", "/tmp"]
