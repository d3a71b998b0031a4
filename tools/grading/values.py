"""What both ends share: values on their way out of a student's process, as JSON with tensors as bytes, and an alarm.

Nothing that is read here can run.
"""

from __future__ import annotations

import _thread
import base64
import contextlib
import itertools
import json
import math
import signal
import socket
import struct
import threading
import time
from collections.abc import Iterator
from typing import Any

import torch

LARGEST = 32 << 20  # bytes of a message
LONGEST = 100_000  # elements of an iterator
DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64")


class HandoverError(ValueError):
    """What came is none of the values that can be handed over."""


def encode(value: Any) -> Any:
    """A value as JSON holds it: plain ones as they are, others as a list that names their kind.

    >>> decode(encode((1, [2.5, "three"], {4: None})))
    (1, [2.5, 'three'], {4: None})
    """
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, torch.Size):
        return ["size", list(value)]
    if isinstance(value, list | tuple | set | frozenset):
        kind = next(kind for kind in (list, tuple, set, frozenset) if isinstance(value, kind))
        return [kind.__name__, [encode(one) for one in value]]
    if isinstance(value, dict):
        return ["dict", [[encode(key), encode(one)] for key, one in value.items()]]
    if isinstance(value, range):
        return ["range", [value.start, value.stop, value.step]]
    if isinstance(value, torch.dtype):
        return ["dtype", str(value).removeprefix("torch.")]
    if isinstance(value, torch.Tensor):
        return _encoded(value)
    if type(value).__module__ == "numpy":
        return _encoded(torch.as_tensor(value)) if getattr(value, "ndim", 0) else encode(value.item())
    if isinstance(value, Iterator):
        return encode(list(itertools.islice(value, LONGEST)))
    return ["other", type(value).__name__]


def _encoded(tensor: torch.Tensor) -> Any:
    flat = tensor.detach().cpu().contiguous().flatten()
    held = base64.b64encode(flat.view(torch.uint8).numpy().tobytes()).decode() if flat.numel() else ""
    return ["tensor", str(tensor.dtype).removeprefix("torch."), list(tensor.shape), held]


def decode(said: Any) -> Any:
    """The value that `encode` wrote. Raises HandoverError for whatever else is said."""
    if said is None or type(said) in (bool, int, float, str):
        return said
    try:
        return _decoded(*said)
    except HandoverError:
        raise
    except Exception as error:  # a forged message may be anything
        raise HandoverError("the process gave something that is no value") from error


def _decoded(kind: str, *held: Any) -> Any:
    plain = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}
    if kind in plain:
        return plain[kind](decode(one) for one in held[0])
    if kind == "dict":
        return {decode(key): decode(one) for key, one in held[0]}
    if kind in ("size", "range"):
        numbers = [_whole(n) for n in held[0]]
        return torch.Size(numbers) if kind == "size" else range(*numbers)
    if kind == "dtype" and held[0] in DTYPES:
        return getattr(torch, held[0])
    if kind == "tensor" and held[0] in DTYPES:
        return _tensor(getattr(torch, held[0]), [_whole(n) for n in held[1]], base64.b64decode(held[2], validate=True))
    if kind == "other":
        raise HandoverError(f"a value of type {str(held[0])[:60]} cannot be checked")
    raise HandoverError("the process gave something that is no value")


def _tensor(dtype: torch.dtype, shape: list[int], held: bytes) -> torch.Tensor:
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != len(held):
        raise HandoverError("a tensor's bytes do not fit its shape")
    if dtype == torch.bool:
        held = bytes(byte != 0 for byte in held)
    return (torch.frombuffer(bytearray(held), dtype=dtype) if held else torch.empty(0, dtype=dtype)).reshape(shape)


def _whole(number: Any) -> int:
    if type(number) is not int:
        raise HandoverError(f"a size is a whole number, not {type(number).__name__}")
    return number


def send(channel: socket.socket, held: bytes) -> None:
    """Send a message, after its length."""
    channel.sendall(struct.pack("!Q", len(held)) + held)


def receive(channel: socket.socket, seconds: float | None = None, largest: int | None = LARGEST) -> bytes:
    """The next message. Raises TimeoutError, EOFError where the other end is closed, HandoverError if it is long.

    Parameters: largest, bytes that a message may have; None for whatever comes, from who can be trusted.
    """
    until = None if seconds is None else time.monotonic() + seconds
    (length,) = struct.unpack("!Q", _exactly(channel, 8, until))
    if largest is not None and length > largest:
        raise HandoverError(f"an answer of {length >> 20} MB is more than the {largest >> 20} MB that are read")
    return _exactly(channel, length, until)


def _exactly(channel: socket.socket, length: int, until: float | None) -> bytes:
    held = bytearray()
    while len(held) < length:
        if until is not None:
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            channel.settimeout(left)
        try:
            more = channel.recv(min(length - len(held), 1 << 20))
        except ConnectionError as error:
            raise EOFError from error
        if not more:
            raise EOFError
        held += more
    return bytes(held)


def receive_said(channel: socket.socket, seconds: float) -> dict[str, Any]:
    """The next message of a student's process, which may be anything. Raises as `receive` does."""
    try:
        said = json.loads(receive(channel, seconds))
    except (ValueError, RecursionError) as error:
        raise error if isinstance(error, HandoverError) else HandoverError("the process gave no JSON") from error
    if not isinstance(said, dict):
        raise HandoverError("the process gave no message")
    return said


@contextlib.contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raise TimeoutError after so many seconds in the main thread; what does not heed it, somebody else must end.

    On Windows, which has no such signal, it cannot wake what sleeps or computes outside of Python.
    """
    words = f"not done within {seconds:g} seconds"
    if not hasattr(signal, "setitimer"):
        rang = threading.Event()

        def interrupt() -> None:
            rang.set()
            _thread.interrupt_main()

        timer = threading.Timer(seconds, interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        except KeyboardInterrupt:
            if not rang.is_set():  # somebody else's
                raise
            raise TimeoutError(words) from None
        finally:
            timer.cancel()
        return

    def ring(*_: Any) -> None:
        raise TimeoutError(words)

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
