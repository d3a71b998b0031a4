"""Starts the warm parent, isolated by bubblewrap, and hands out students' processes."""

from __future__ import annotations

import os
import pickle
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.grading import values

ROOT = Path(__file__).parent.parent.parent
ALLOWED = ("tools/__init__.py", "tools/grading/__init__.py", "tools/grading/values.py", "tools/grading/inside.py")
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

    def __init__(self, cells: list[tuple[str, bool]], limits: Limits, unsafe: bool = False) -> None:
        self.limits, self._folder = limits, tempfile.mkdtemp(prefix="grading-")
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
