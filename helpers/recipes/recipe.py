"""How a network is trained, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Recipe:
    """How a network is trained; `network` is a name in helpers.models, called with `settings`."""

    network: str
    epochs: int
    batch_size: int = 256
    lr: float = 0.001
    weight_decay: float = 0.0  # decoupled, as in AdamW; with 0 it is Adam
    one_cycle: bool = False  # up to lr in the first 15 % of the steps, then down to 0 (Smith, Topin, 2018)
    flips: bool = False  # every image is mirrored with probability 1/2
    shift: int = 0  # every image moves by up to so many pixels, of the 28 that it has
    label_smoothing: float = 0.0  # this part of the target is spread over all classes (Szegedy and others, 2016)
    average: float = 0.0  # weights are averaged over the steps with this decay (Polyak, Juditsky, 1992); 0 for none
    test: bool = True  # look at the test images, at the very end
    again: bool = True  # for that, train again on all 60,000; without it, the network of the curves is tested
    weights: str = ""  # file in helpers/weights that keeps the first seed's network
    seeds: tuple[int, ...] = (0, 1, 2)
    settings: dict[str, Any] = field(default_factory=dict)  # of the network; an activation by its name in torch.nn
    size: int | None = None  # images are resized to this side, bilinearly
    images: int | None = None  # only so many training images
    half: bool = False  # bfloat16 where the hardware has it; a recording says what was computed in
    compact: bool = False  # weights are kept as float16
    shifts: int = 0  # at the end, the held-out images move by 1 to so many pixels: how many answers change?
