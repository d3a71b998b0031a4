"""Fashion-MNIST as tensors: found on this machine, downloaded once, or a sample that ships with the course.

Fashion-MNIST: 70,000 grey pictures of clothes, 28×28, in ten classes, by Zalando Research, MIT licence (H. Xiao,
K. Rasul, R. Vollgraf, 2017, https://arxiv.org/abs/1708.07747).
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import math
import os
import socket
import stat
import tempfile
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from helpers.words import say

#: the ten classes, by their labels
CLASSES = (
    "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip

#: seconds to wait for a first answer, and for any further part
PATIENCE = (5, 20)

#: where Debian's package dataset-fashion-mnist puts its files
DEBIAN = Path("/usr/share/datasets/fashion-mnist")

SAMPLE = Path(__file__).parent / "sample" / "fashion_mnist.npz"


class DataError(RuntimeError):
    """A file of the data set that is not what it should be; the message says which, and what to do."""


class _Damaged(DataError):
    """A file that is there, but is not the published one."""


class _Forbidden(DataError):
    """A file or folder that this user may not read."""


class Split(NamedTuple):
    """Images, a uint8 tensor of shape (n, 28, 28) with levels from 0 to 255, and labels, int64 of shape (n,)."""

    images: Tensor
    labels: Tensor

    def take(self, indices: Tensor) -> Split:
        """The images and labels at some places."""
        return Split(self.images[indices], self.labels[indices])


class Data(NamedTuple):
    """Training and test images, where they come from, and what was tried before in vain."""

    train: Split
    test: Split
    source: str
    tried: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether these are all 60,000 and 10,000 images, and not the sample."""
        return len(self.train.labels) == 60_000

    def __repr__(self) -> str:
        train, test = f"{len(self.train.labels):,}", f"{len(self.test.labels):,}"
        said = [say("data.told", train=train, test=test, source=self.source)]
        return "\n".join([*said, *(f"  {say('data.tried', reason=reason)}" for reason in self.tried)])


class _File(NamedTuple):
    """One file of the data set: its name, shape and the SHA-256 of its content."""

    name: str
    shape: tuple[int, ...]
    sha256: str


_FILES = (
    _File(
        "train-images-idx3-ubyte",
        (60_000, 28, 28),
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    ),
    _File("train-labels-idx1-ubyte", (60_000,), "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
    _File(
        "t10k-images-idx3-ubyte",
        (10_000, 28, 28),
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    ),
    _File("t10k-labels-idx1-ubyte", (10_000,), "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
)


@functools.cache
def fashion_mnist() -> Data:
    """Fashion-MNIST, from the first place that has it.

    In this order: the folder that the environment variable FASHION_MNIST_DIR names; torchvision's folder, in ./data or
    in the user's cache; Debian's package; a download through torchvision, tried once; the sample in this package: 3,000
    training and 1,000 test images, as many of each class. Every file is checked by its content; where one is not what
    it should be, or may not be read, the next place is tried. Raises DataError only where FASHION_MNIST_DIR names a
    folder that does not have the right files. What it says of its source is in the language of the first call.
    """
    named = os.environ.get("FASHION_MNIST_DIR")
    if named:
        return Data(*_read_named(named), say("data.source.named", folder=named))
    tried: list[str] = []
    for place in _PLACES:
        try:
            folder = place.folder()
            if _is_there(folder):
                return Data(*_read_folder(folder), say(f"data.source.{place.name}"), tuple(tried))
        except _Damaged as error:
            tried.append(say(f"data.cure.{place.name}", reason=error))
        except DataError as error:
            tried.append(str(error))
    try:
        return Data(*_download(), say("data.source.download"), tuple(tried))
    except Exception as error:  # a network can fail in any way, and the sample is here
        tried.append(say("data.bad.download", reason=_told(error)))
    return sample(tuple(tried))


def sample(tried: tuple[str, ...] = ()) -> Data:
    """The images that ship with the course: 3,000 to train and 1,000 to test, as many of each class."""
    return Data(*_read_sample(), say("data.source.sample"), tried)


def cache() -> Path:
    """Where downloads are kept: convnets in the user's cache folder. Raises DataError for a user without a home."""
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "convnets"
    except RuntimeError as error:  # no HOME, and nobody by this number in the list of users
        raise DataError(say("data.bad.home")) from error


def hold_out(split: Split, count: int, seed: int = 0) -> tuple[Split, Split]:
    """A split without `count` of its elements, drawn by chance, and those: training and validation data.

    Raises ValueError if there are not more than `count`.
    """
    total = len(split.labels)
    if not 0 < count < total:
        raise ValueError(say("data.bad.hold_out", count=count, total=total, most=total - 1))
    order = torch.randperm(total, generator=torch.Generator().manual_seed(seed))
    return split.take(order[count:]), split.take(order[:count])


class Batches:
    """A split in batches, made on the device where they are used; to the eye a DataLoader.

    Parameters: split; batch_size; device; shuffle, a new order for each pass, the same in each run for the same seed;
    size, (h, w) or one number, to resize the images to, bilinearly; augment, a function from a batch of images to
    another.
    Gives images of shape (batch, 1, h, w), float32 from 0 to 1, and labels of shape (batch,). The images are held as
    bytes on the device and converted batch by batch: no workers, no copies of each image.
    `state_dict` tells where the random numbers stand, those of an `augment` with such methods among them, and
    `load_state_dict` goes on from there.
    Raises ValueError if batch_size is below 1, or the split is empty.
    """

    def __init__(
        self,
        split: Split,
        batch_size: int,
        *,
        device: torch.device | str = "cpu",
        shuffle: bool = False,
        seed: int = 0,
        size: int | tuple[int, int] | None = None,
        augment: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        if batch_size < 1:
            raise ValueError(say("data.bad.batch_size", value=batch_size))
        if len(split.labels) == 0:
            raise ValueError(say("data.bad.empty"))
        self.device = torch.device(device)
        self.split = Split(split.images.to(self.device), split.labels.to(self.device))
        self.batch_size, self.shuffle, self.augment = batch_size, shuffle, augment
        self.size = (size, size) if isinstance(size, int) else size
        self._draw = torch.Generator().manual_seed(seed)

    def __len__(self) -> int:
        return -(-len(self.split.labels) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        total = len(self.split.labels)
        order = torch.randperm(total, generator=self._draw) if self.shuffle else torch.arange(total)
        for places in order.to(self.device).split(self.batch_size):
            images, labels = self.split.take(places)
            X = images[:, None].float() / 255
            if self.augment is not None:
                X = self.augment(X)
            if self.size is not None and tuple(X.shape[2:]) != tuple(self.size):
                X = F.interpolate(X, size=self.size, mode="bilinear", antialias=True)
            if self.device.type == "cpu":
                X = X.to(memory_format=torch.channels_last)  # the same numbers; convolutions on a CPU are faster so
            yield X, labels

    def state_dict(self) -> dict[str, Any]:
        """Where the random numbers stand."""
        held: dict[str, Any] = getattr(self.augment, "state_dict", dict)()
        return {"order": self._draw.get_state(), "augment": held}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        self._draw.set_state(state["order"])
        if state["augment"]:
            self.augment.load_state_dict(state["augment"])  # type: ignore[union-attr]


class FlipsAndShifts:
    """Mirrors each image of a batch with probability 1/2, and moves it by up to `shift` pixels.

    It takes and gives images of shape (batch, channels, h, w); zeros come in where an image moves away. The same seed
    gives the same changes, in the same order.
    """

    def __init__(self, flips: bool = True, shift: int = 1, seed: int = 0) -> None:
        self.flips, self.shift = flips, shift
        self._draw = torch.Generator().manual_seed(seed)

    def state_dict(self) -> dict[str, Any]:
        """Where the random numbers stand."""
        return {"draw": self._draw.get_state()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        self._draw.set_state(state["draw"])

    def __call__(self, X: Tensor) -> Tensor:
        """Changed images of the same shape."""
        (n, _, h, w), shift = X.shape, self.shift
        if self.flips:
            mirrored = torch.rand(n, generator=self._draw).lt(0.5).to(X.device)
            X = torch.where(mirrored[:, None, None, None], X.flip(-1), X)
        if shift:
            down, right = torch.randint(0, 2 * shift + 1, (2, n, 1), generator=self._draw).to(X.device)
            rows, columns = down + torch.arange(h, device=X.device), right + torch.arange(w, device=X.device)
            framed = F.pad(X, (shift, shift, shift, shift)).permute(0, 2, 3, 1)
            images = torch.arange(n, device=X.device)[:, None, None]
            X = framed[images, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
        return X


def flips_and_shifts(flips: bool = True, shift: int = 1, seed: int = 0) -> FlipsAndShifts:
    """A function that mirrors images and moves them, as `FlipsAndShifts` says."""
    return FlipsAndShifts(flips, shift, seed)


def checksums() -> dict[str, str]:
    """The SHA-256 of each file of the whole data, unpacked."""
    return {file.name: file.sha256 for file in _FILES}


# --- reading


def _raw(root: Path) -> Path:
    """Where torchvision puts the files below its root."""
    return root / "FashionMNIST" / "raw"


class _Place(NamedTuple):
    """A folder that may have the files: its name among the words that tell of it, and where it is."""

    name: str
    folder: Callable[[], Path]


_PLACES = (
    _Place("torchvision", lambda: _raw(Path("data"))),
    _Place("cache", lambda: _raw(cache())),
    _Place("debian", lambda: DEBIAN),
)


def _read_named(named: str) -> tuple[Split, Split]:
    """The files of the folder that FASHION_MNIST_DIR names; raises DataError that says what to do."""
    try:
        folder = Path(named).expanduser()
        if not _is_there(folder):
            raise DataError(say("data.bad.folder", folder=named))
        return _read_folder(folder)
    except _Forbidden as error:
        raise DataError(say("data.cure.forbidden", reason=error)) from None
    except DataError as error:
        raise DataError(say("data.cure.named", reason=error)) from None
    except (RuntimeError, ValueError, OSError) as error:  # nobody of that name, or no path at all
        reason = say("data.bad.folder_reason", folder=named, reason=_told(error))
        raise DataError(say("data.cure.named", reason=reason)) from error


def _is_there(folder: Path) -> bool:
    """Whether there is such a folder; raises DataError where one may not even look."""
    try:
        return stat.S_ISDIR(folder.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise _out_of_reach(folder, error) from error


def _out_of_reach(path: Path, error: OSError) -> DataError:
    reason = say("data.bad.unreadable", path=path, reason=error.strerror or _told(error))
    if isinstance(error, PermissionError):
        return _Forbidden(say("data.cure.unreadable", reason=reason))
    return DataError(reason)


def _read_folder(folder: Path) -> tuple[Split, Split]:
    """The four files of a folder, packed or not."""
    train_images, train_labels, test_images, test_labels = (_read(folder, file) for file in _FILES)
    return Split(train_images, train_labels.long()), Split(test_images, test_labels.long())


def _read(folder: Path, file: _File) -> Tensor:
    """One file in the idx format, checked, from the first of its two forms that is intact; raises DataError."""
    refusals = []
    for path in (folder / file.name, folder / f"{file.name}.gz"):
        try:
            content = _content(path, file)
        except FileNotFoundError:
            continue
        except DataError as error:
            refusals.append(error)
            continue
        header = 4 + 4 * len(file.shape)
        return torch.frombuffer(bytearray(content[header:]), dtype=torch.uint8).reshape(file.shape)
    if not refusals:
        raise DataError(say("data.bad.missing", folder=folder, name=file.name))
    raise refusals[0]


def _content(path: Path, file: _File) -> bytes:
    """What a file holds, unpacked and checked; raises DataError, and FileNotFoundError where there is none."""
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(path) from None
    except OSError as error:
        raise _out_of_reach(path, error) from error
    if content.lstrip()[:9].lower().startswith((b"<!doctype", b"<html")):
        raise _Damaged(say("data.bad.page", path=path))
    try:
        if path.suffix == ".gz":
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise _Damaged(say("data.bad.damaged", path=path, reason=_told(error))) from error
    if hashlib.sha256(content).hexdigest() != file.sha256:
        expected = 4 + 4 * len(file.shape) + math.prod(file.shape)
        kind = "size" if len(content) != expected else "checksum"
        raise _Damaged(say(f"data.bad.{kind}", path=path, count=f"{len(content):,}", expected=f"{expected:,}"))
    return content


def _read_sample() -> tuple[Split, Split]:
    """The sample of this package; sample/README.md says how it was drawn."""
    import numpy as np

    with np.load(SAMPLE) as file:
        arrays = {name: torch.from_numpy(file[name]) for name in file.files}
    splits = (Split(arrays[f"{name}_images"], arrays[f"{name}_labels"].long()) for name in ("train", "test"))
    train, test = splits
    return train, test


# --- downloading

_refused: str | None = None  # why the one download of this process failed


def _download() -> tuple[Split, Split]:
    """Fetch the files into the user's cache, once in this process."""
    global _refused
    if _refused is not None:
        raise DataError(say("data.bad.again", reason=_refused))
    try:
        return _fetch(cache())
    except Exception as error:
        _refused = _told(error)
        raise


def _fetch(root: Path) -> tuple[Split, Split]:
    """Fetch the files through torchvision into a folder of their own, check them, and only then put them in place.

    Whatever stops it (an error, Ctrl-C) leaves nothing behind; two processes at once do not meet.
    """
    from torchvision.datasets import FashionMNIST

    first, further = PATIENCE
    address = FashionMNIST.mirrors[0] + FashionMNIST.resources[0][0]
    urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=first).close()
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".download-", dir=root) as folder:
        raw, before = _raw(Path(folder)), socket.getdefaulttimeout()
        socket.setdefaulttimeout(further)
        try:
            FashionMNIST(folder, download=True)
            splits = _read_folder(raw)
        except Exception as error:
            raise _reason(raw, error) from error
        finally:
            socket.setdefaulttimeout(before)
        _raw(root).mkdir(parents=True, exist_ok=True)
        for file in _FILES:
            os.replace(raw / file.name, _raw(root) / file.name)
    return splits


def _reason(raw: Path, error: Exception) -> Exception:
    """Why a download failed: where torchvision says only that a file is corrupted, what is wrong with it."""
    came = [(path, file) for file in _FILES if (path := raw / f"{file.name}.gz").is_file()]
    try:
        if type(error) is RuntimeError and came:
            _content(*came[-1])
    except DataError as found:
        error = found
    return DataError(str(error).replace(f"{raw}{os.sep}", "")) if isinstance(error, DataError) else error


def _told(error: BaseException) -> str:
    """An error in one line: what it says, and its kind where that alone would say little."""
    text, kind = " ".join(str(error).split()), type(error).__name__
    plain = isinstance(error, DataError | OSError) or type(error) is RuntimeError
    return text if text.startswith(kind) or (plain and text) else f"{kind}: {text}".rstrip(": ")


# --- the sample, as it was made


def make_sample(train: int = 300, test: int = 100) -> Path:
    """Write the sample anew from the whole data: the first images of each class, in the order of the data."""
    import numpy as np

    data = fashion_mnist()
    if not data.complete:
        raise DataError("the sample is made from the whole data, which is not at hand")
    arrays: dict[str, Any] = {}
    for name, split, count in (("train", data.train, train), ("test", data.test, test)):
        places = torch.cat([(split.labels == label).nonzero().flatten()[:count] for label in range(len(CLASSES))])
        images, labels = split.take(places.sort().values)
        arrays |= {f"{name}_images": images.numpy(), f"{name}_labels": labels.to(torch.uint8).numpy()}
    SAMPLE.parent.mkdir(exist_ok=True)
    np.savez_compressed(SAMPLE, **arrays)
    return SAMPLE


def forget() -> None:
    """Drop what was read or refused in this process, so that it is looked for again."""
    global _refused
    _refused = None
    fashion_mnist.cache_clear()


if __name__ == "__main__":
    print(make_sample())
