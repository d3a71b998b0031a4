"""An epoch of LeNet and the input at 224 pixels, each against the way of the notes, side by side in one run."""

from __future__ import annotations

import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Subset
from torchvision import transforms
from torchvision.datasets import FashionMNIST

from benchmarks.figures import Figure
from helpers import data, device, models, train

WORKERS = 4  # as in the notes


def measure(rounds: int = 2, pictures: int = 6000) -> list[Figure]:
    """Times of the notes' pipeline divided by ours, the best of each over some rounds."""
    split = data.fashion_mnist().train
    with as_torchvision_keeps_it(split) as folder:
        epoch, gap = _epochs(split, folder, rounds)
        inputs = _inputs(split, folder, rounds, min(pictures, len(split.labels)))
    count = f"{len(split.labels):,} images"
    return [
        Figure(f"LeNet, one epoch of {count}: the notes' way in times of ours", epoch, "×", least=3),
        Figure("LeNet, training accuracy of that epoch: difference between the two", gap, "", most=0.08),
        Figure("input at 224 pixels: the notes' way in times of ours", inputs, "×", least=2),
    ]


@contextmanager
def as_fit_computes(net: nn.Module) -> Iterator[None]:
    """Layout and memory as in `train.fit` on a CPU."""
    with train.channels_last(net), device.memory_kept(device.of(net)):
        yield


@contextmanager
def as_torchvision_keeps_it(split: data.Split) -> Iterator[str]:
    """A folder with the training images in the files that torchvision.datasets.FashionMNIST reads."""
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "FashionMNIST" / "raw"
        raw.mkdir(parents=True)
        for name in ("train", "t10k"):  # torchvision looks for both
            for kind, values in (("images-idx3", split.images), ("labels-idx1", split.labels.to(torch.uint8))):
                head = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
                (raw / f"{name}-{kind}-ubyte").write_bytes(head + values.numpy().tobytes())
        yield folder


def _epochs(split: data.Split, folder: str, rounds: int) -> tuple[float, float]:
    """The ratio of the times of one epoch, and the difference of its accuracies."""
    theirs = DataLoader(
        FashionMNIST(folder, transform=transforms.ToTensor()), batch_size=256, shuffle=True, num_workers=WORKERS
    )
    ours = data.Batches(split, 256, shuffle=True)
    reached: dict[str, float] = {}

    def run(name: str, batches: train.Batches, layout: Callable[[nn.Module], AbstractContextManager[None]]) -> None:
        train.seed_everything(0)
        net = models.modern_lenet()
        optimizer = torch.optim.Adam(net.parameters(), lr=0.001)
        if name == "ours":
            train.fused(optimizer)  # as `train.fit` does
        with layout(net):
            _, reached[name] = train.train_epoch(net, batches, nn.CrossEntropyLoss(), optimizer)

    as_it_is = lambda net: nullcontext()  # noqa: E731
    ratio = _ratio(lambda: run("theirs", theirs, as_it_is), lambda: run("ours", ours, as_fit_computes), rounds)
    return ratio, abs(reached["theirs"] - reached["ours"])


def _inputs(split: data.Split, folder: str, rounds: int, count: int) -> float:
    """The ratio of the times to get `count` images at 224 pixels, in batches of 128."""
    resize = transforms.Compose([transforms.Resize(224), transforms.ToTensor()])
    theirs = DataLoader(
        Subset(FashionMNIST(folder, transform=resize), range(count)), batch_size=128, num_workers=WORKERS
    )
    ours = data.Batches(split.take(torch.arange(count)), 128, size=224)
    return _ratio(lambda: _consume(theirs), lambda: _consume(ours), rounds)


def _consume(batches: train.Batches) -> Tensor:
    return torch.stack([X.mean() for X, _ in batches])


def _ratio(theirs: Callable[[], object], ours: Callable[[], object], rounds: int) -> float:
    """The least time of one way divided by the least of the other, both ways in turn."""
    least = [float("inf"), float("inf")]
    for _ in range(rounds):
        for n, act in enumerate((theirs, ours)):
            start = time.perf_counter()
            act()
            least[n] = min(least[n], time.perf_counter() - start)
    return least[0] / least[1]
