"""What runs in the isolation: a warm parent that has run the chapter's text, and a fork of it for each student.

The parent never runs a student's code, and holds no check, no solution and no other student's work.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import pickle
import platform
import resource
import signal
import socket
import struct
import sys
from typing import Any

from tools.grading.served import serve, warm
from tools.grading.values import receive, send

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
    serve(channel, names, setting["seconds"])


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


if __name__ == "__main__":
    main()
