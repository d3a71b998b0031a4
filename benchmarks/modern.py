"""Ten batches of each modern network, pipeline and step: the notes' way against ours, side by side in one run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import FashionMNIST

from benchmarks.figures import Figure
from benchmarks.training import WORKERS, as_fit_computes, as_torchvision_keeps_it
from helpers import data, device, models, train

WARM_UP, TIMED, BATCH = 2, 10, 256


class Network(NamedTuple):
    """A network as it is timed: its name, how it is built, the side of its input, the least ratio with bfloat16."""

    name: str
    build: Callable[[], nn.Module]
    size: int
    least: float


NETWORKS = (
    Network("AlexNet", models.alexnet, 224, 2.5),
    Network("VGG-11 ÷ 8", models.narrow_vgg, 224, 2.5),
    Network("NiN", models.nin, 224, 2.5),
    Network("GoogLeNet", models.googlenet, 96, 2.2),
)


def measure(networks: Iterable[Network] = NETWORKS, batch: int = BATCH) -> list[Figure]:
    """The notes' time for ten batches, after two to warm up, divided by ours, for each network."""
    half = device.has_bfloat16(torch.device("cpu"))
    kind = "bfloat16" if half else "float32"
    split = data.fashion_mnist().train
    split = split.take(torch.arange((WARM_UP + TIMED) * batch) % len(split.labels))
    with as_torchvision_keeps_it(split) as folder:
        return [
            Figure(
                f"{one.name}, ten batches of {batch} at {one.size} pixels ({kind}): the notes' way in times of ours",
                theirs(one, folder, batch) / ours(one, split, batch, half), "×", least=one.least if half else 1.2,
            )
            for one in networks
        ]  # fmt: skip


def theirs(network: Network, folder: str, batch: int) -> float:
    """Seconds of the notes' way: images resized one by one in workers, float32 as PyTorch lays it out."""
    resize = transforms.Compose([transforms.Resize(network.size), transforms.ToTensor()])
    return _timed(network.build(), DataLoader(FashionMNIST(folder, transform=resize), batch, num_workers=WORKERS))


def ours(network: Network, split: data.Split, batch: int, half: bool) -> float:
    """Seconds of ours: batches resized whole, channels last, memory kept, bfloat16 where the processor has it."""
    net = network.build()
    with as_fit_computes(net), torch.autocast("cpu", torch.bfloat16, enabled=half, cache_enabled=False):
        return _timed(net, data.Batches(split, batch, size=network.size), train.fused)


def _timed(
    net: nn.Module, batches: Iterable[tuple[Tensor, Tensor]], as_fit_does: Callable[..., Any] = lambda optimizer: None
) -> float:
    """Seconds of ten batches after the first two."""
    train.seed_everything(0)
    optimizer, coming = torch.optim.Adam(net.parameters(), lr=0.001), iter(batches)
    as_fit_does(optimizer)
    train.train_epoch(net, islice(coming, WARM_UP), nn.CrossEntropyLoss(), optimizer)
    start = time.perf_counter()
    train.train_epoch(net, islice(coming, TIMED), nn.CrossEntropyLoss(), optimizer)
    return time.perf_counter() - start
