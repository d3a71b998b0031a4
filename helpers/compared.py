"""The five networks side by side: what each costs, and how accurate it became by one recipe for all.

There are two fields, each with a recipe of its own. "page": the narrow networks that pages hold, trained for eight
epochs as `RECIPES["alexnet-page"]` says. "notes": the networks of the notes, trained as these do, with Adam, a learning
rate of 0.001 and batches of 256 for five epochs.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

import torch
from torch import nn

from helpers import models, network, recordings, timings
from helpers.recordings import Recording
from helpers.words import listed, say


class Contender(NamedTuple):
    """A network as it is compared: name of its files, name for readers, how it is built, its input, its recording.

    `load` raises ValueError as long as there is no recording; see `recorded`.
    """

    key: str
    title: str
    build: Callable[[], nn.Module]
    input_shape: tuple[int, int, int]
    load: Callable[[], Recording]


#: the networks that are compared with each other, field by field, in the order of the chapters
FIELDS: dict[str, tuple[Contender, ...]] = {
    "page": (
        Contender("lenet", "LeNet", models.modern_lenet, (1, 28, 28), lambda: recordings.load("lenet-page")),
        Contender(
            "alexnet",
            "AlexNet ÷ 8",
            partial(models.alexnet, divide=8),
            (1, 224, 224),
            lambda: recordings.load("alexnet-page"),
        ),
        Contender(
            "vgg", "VGG-11 ÷ 8", partial(models.narrow_vgg, size=64), (1, 64, 64), lambda: recordings.load("vgg-page")
        ),
        Contender(
            "nin",
            "NiN ÷ 8",
            partial(models.nin, divide=8, last=False),
            (1, 224, 224),
            lambda: recordings.load("nin-page"),
        ),
        Contender(
            "googlenet",
            "GoogLeNet ÷ 4",
            partial(models.googlenet, divide=4),
            (1, 96, 96),
            lambda: recordings.load("googlenet-page"),
        ),
    ),
    "notes": (
        Contender("lenet", "LeNet", models.classical_lenet, (1, 28, 28), lambda: recordings.load("lenet-classical")),
        Contender("alexnet", "AlexNet", models.alexnet, (1, 224, 224), lambda: recordings.load("alexnet")),
        Contender("vgg", "VGG-11 ÷ 8", models.narrow_vgg, (1, 224, 224), lambda: recordings.load("vgg-narrow")),
        Contender("nin", "NiN", models.nin, (1, 224, 224), lambda: recordings.load("nin")),
        Contender("googlenet", "GoogLeNet", models.googlenet, (1, 96, 96), lambda: recordings.load("googlenet")),
    ),
}

#: epochs that count; without a schedule, the first of a longer recording are a training of their own
EPOCHS = {"page": 8, "notes": 5}


class Compared(NamedTuple):
    """What a network costs and how accurate it became.

    parameters; multiply_adds for one image; memory, bytes of all layers' outputs for one image in float32; seconds for
    one image, as `helpers.timings` measured them; accuracy on the validation images after each epoch, the mean over the
    seeds, None where it is not recorded yet; spread, its standard deviation over the seeds after the last epoch, None
    where there are fewer than three.
    """

    key: str
    title: str
    side: int
    parameters: int
    multiply_adds: int
    memory: int
    seconds: float
    accuracy: list[float] | None
    spread: float | None


def compared(field: str) -> list[Compared]:
    """The five networks of a field, in the order of the chapters. Raises ValueError for other fields.

    >>> [one.parameters for one in compared("page")]
    [61706, 737506, 543786, 36646, 377478]
    """
    if field not in FIELDS:
        raise ValueError(say("compared.bad.field", value=repr(field), known=listed(FIELDS)))
    return [_compared(field, one) for one in FIELDS[field]]


def recorded(one: Contender) -> Recording | None:
    """A contender's recording, or None if it is not made yet."""
    try:
        return one.load()
    except json.JSONDecodeError:
        raise
    except ValueError:
        return None


def _compared(field: str, one: Contender) -> Compared:
    parameters, multiply_adds, memory = _costs(field, one.key)
    accuracy, spread = _accuracy(recorded(one), EPOCHS[field])
    return Compared(
        one.key, one.title, one.input_shape[1], parameters, multiply_adds, memory, timings.seconds(field, one.key),
        accuracy, spread,
    )  # fmt: skip


@cache
def _costs(field: str, key: str) -> tuple[int, int, int]:
    """Parameters, multiply-adds and bytes of outputs, of a network that has shapes but no numbers."""
    one = next(one for one in FIELDS[field] if one.key == key)
    with torch.device("meta"):
        rows = network.table(network.trace(one.build(), one.input_shape), one.input_shape)
    return sum(row.parameters for row in rows), sum(row.multiply_adds for row in rows), sum(row.memory for row in rows)


def _accuracy(made: Recording | None, epochs: int) -> tuple[list[float] | None, float | None]:
    """The validation accuracy after each epoch, and the last one's spread; None for what there is none of."""
    if made is None:
        return None, None
    curve = [round(value, 5) for value in made.curve("validation_accuracy")[:epochs]]
    last = [run["validation_accuracy"][epochs - 1] for run in made.runs]
    return curve, round(statistics.stdev(last), 5) if len(last) >= 3 else None
