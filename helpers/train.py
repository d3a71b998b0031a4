"""The course's training loop: two functions that chapter 5 shows, and `fit` around them."""

from __future__ import annotations

import contextlib
import copy
import math
import os
import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from helpers import device
from helpers.words import listed, say

Batches = Iterable[tuple[Tensor, Tensor]]
Loss = Callable[[Tensor, Tensor], Tensor]


def train_epoch(net: nn.Module, batches: Batches, loss: Loss, optimizer: torch.optim.Optimizer) -> tuple[float, float]:
    """One pass over the batches; returns the loss and the accuracy, each averaged over the samples.

    Parameters: net, gives logits of shape (batch, classes); batches of images and labels; loss, the mean over a batch;
    optimizer, of net's parameters. Taught in chapter 5.
    """
    net.train()
    total, right, count = 0.0, 0, 0
    for X, y in batches:
        logits = net(X)
        batch_loss = loss(logits, y)
        optimizer.zero_grad()
        batch_loss.backward()
        optimizer.step()
        total += batch_loss.item() * len(y)
        right += (logits.argmax(dim=1) == y).sum().item()
        count += len(y)
    return total / count, right / count


def accuracy(net: nn.Module, batches: Batches) -> float:
    """The part of the samples that net classifies rightly, in evaluation mode; the mode is put back after it.

    Parameters: net, gives logits of shape (batch, classes); batches of images and labels. Taught in chapter 5.
    """
    was_training = net.training
    net.eval()
    right, count = 0, 0
    with torch.no_grad():
        for X, y in batches:
            right += (net(X).argmax(dim=1) == y).sum().item()
            count += len(y)
    net.train(was_training)
    return right / count


#: what COURSE_BUDGET may say
BUDGETS = ("smoke", "quick", "full")


def budget() -> str:
    """How much to train: "quick" (a minute at most, on a CPU), "full" (the whole recipe) or "smoke" (a few steps).

    The environment variable COURSE_BUDGET says it; without it, full on a GPU and quick elsewhere. With "smoke", which
    is for tests on other processors, nothing is learnt, and no accuracy is asserted. Raises ValueError for another
    word.
    """
    word = os.environ.get("COURSE_BUDGET") or ("full" if device.best().type == "cuda" else "quick")
    if word not in BUDGETS:
        raise ValueError(say("train.bad.budget", words=listed(BUDGETS[:-1]), last=BUDGETS[-1], value=repr(word)))
    return word


def seed_everything(seed: int) -> None:
    """Start PyTorch's and Python's random numbers anew; two devices still differ, since they add in another order."""
    random.seed(seed)
    torch.manual_seed(seed)


@dataclass
class History:
    """What happened in each epoch, and why training ended early, if it did."""

    loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    stopped: str | None = None
    machines: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        if not self.loss:
            kind = "none_stopped" if self.stopped else "none"
            return f"History({say(f'train.history.{kind}', stopped=self.stopped)})"
        loss, right = f"{self.loss[-1]:.4f}", f"{self.train_accuracy[-1]:.4f}"
        text = say("train.history.training", epochs=len(self.loss), loss=loss, accuracy=right)
        if self.validation_accuracy:
            text = say("train.history.validation", text=text, accuracy=f"{self.validation_accuracy[-1]:.4f}")
        if self.stopped:
            text = say("train.history.stopped", text=text, stopped=self.stopped)
        return f"History({text})"


def fit(
    net: nn.Module,
    train: Any,
    validation: Any = None,
    *,
    epochs: int,
    optimizer: torch.optim.Optimizer,
    scheduler: Any = None,
    per_batch: bool = False,
    loss: Loss | None = None,
    average: float = 0.0,
    mixed: bool | None = None,
    progress: bool = True,
    show: Callable[[History], None] | None = None,
    checkpoint: Path | None = None,
) -> History:
    """Train for some epochs, and look at the validation data after each.

    Parameters
    ----------
    net : on the device where the batches are made
    train, validation : iterables of batches that can be gone through again and again, such as `data.Batches`
    epochs : at least 1
    optimizer, scheduler : of net's parameters
    per_batch : the scheduler steps after each batch, as a one-cycle schedule wants it, and not after each epoch
    loss : the mean over a batch; cross-entropy if None
    average : decay of a moving average of the weights over the steps (Polyak, Juditsky, 1992); it is what the
        validation data see and what stays in net at the end; 0 for none
    mixed : compute in 16 bits where it is safe, in the type that `half_precision` names; on CUDA if None
    progress : show a bar with the batches, loss and accuracy
    show : called with the history after each epoch, to draw a curve
    checkpoint : file in which everything is kept after each epoch; if it is there, training goes on from it, on this
        machine or another, as if it had never been stopped. Batches with a `state_dict`, such as `data.Batches`, go on
        with the same random numbers. It is the caller's to delete

    Returns a `History`. Ctrl-C ends the training and keeps what was learnt: the weights of the best epoch on the
    validation data so far, or the present ones. A loss that is not finite, or gradients beyond what float16 can hold,
    end it with an explanation, and the weights of the last good epoch are put back. A batch whose gradients overflow in
    float16 is skipped; a schedule per batch and the average do not count it. Raises ValueError where net and batches
    are on different devices, epochs is below 1, or average is not from 0 to 1, 1 left out.
    """
    if epochs < 1:
        raise ValueError(say("train.bad.epochs", value=epochs))
    if not 0 <= average < 1:
        raise ValueError(say("train.bad.average", value=average))
    where, criterion, history = device.of(net), loss or nn.CrossEntropyLoss(), History()
    made = getattr(train, "device", where)
    if torch.device(made).type != where.type:
        raise ValueError(say("train.bad.device", network=where, batches=made))
    fused(optimizer)
    half = half_precision(where, mixed)
    scaled = _Scaled(where, criterion, optimizer) if half is torch.float16 else None
    best, good = None, copy.deepcopy(net.state_dict())
    keeper = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(average)) if average else None
    judged = keeper.module if keeper else net
    with contextlib.ExitStack() as closing:
        closing.enter_context(channels_last(net))
        closing.enter_context(device.memory_kept(where))
        bar = closing.enter_context(_Bar(train, epochs, progress))
        if scheduler is not None and per_batch:
            closing.callback(_after_step(optimizer, scheduler.step))
        if keeper is not None:
            closing.callback(_after_step(optimizer, lambda: keeper.update_parameters(net)))
        held = [one for one in (optimizer, scheduler, keeper, train) if hasattr(one, "load_state_dict")]
        if checkpoint is not None and checkpoint.is_file():
            history, best = _resumed(checkpoint, net, held)
            good = copy.deepcopy(net.state_dict())
        for epoch in range(len(history.loss), epochs):
            start = time.perf_counter()
            try:
                with _autocast(where, half):
                    mean, right = train_epoch(net, bar.batches(epoch), *(scaled or (criterion, optimizer)))
                    checked = None if validation is None else accuracy(judged, validation)
            except KeyboardInterrupt:
                history.stopped = say("train.stopped.interrupted", epoch=epoch + 1)
                if best is not None:
                    net.load_state_dict(best[1])
                break
            if not math.isfinite(mean):
                history.stopped = say("train.stopped.not_finite", loss=mean, epoch=epoch + 1)
                net.load_state_dict(good)
                break
            if scaled is not None and scaled.overflows():
                history.stopped = say("train.stopped.overflow", epoch=epoch + 1)
                net.load_state_dict(good)
                break
            if scheduler is not None and not per_batch:
                scheduler.step()
            history.loss.append(mean)
            history.train_accuracy.append(right)
            history.seconds.append(time.perf_counter() - start)
            history.machines.append(device.name(where))
            good = copy.deepcopy(net.state_dict())
            if checked is not None:
                history.validation_accuracy.append(checked)
                if best is None or checked > best[0]:
                    best = (checked, copy.deepcopy(judged.state_dict()))
            if checkpoint is not None:
                _keep(checkpoint, net, held, history, best)
            bar.tell(mean, right, checked)
            if show is not None:
                show(history)
    if history.stopped is None:
        net.load_state_dict(judged.state_dict())
    return history


def _keep(path: Path, net: nn.Module, held: list[Any], history: History, best: Any) -> None:
    """Write everything that training goes on from; the file is whole or the one before."""
    state = {
        "net": net.state_dict(),
        "held": [one.state_dict() for one in held],
        "history": asdict(history),
        "best": best,
        "random": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.part")
    torch.save(state, half)
    half.replace(path)


def _resumed(path: Path, net: nn.Module, held: list[Any]) -> tuple[History, Any]:
    """Read it back into the network and what belongs to it; returns the history and the best epoch so far."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    net.load_state_dict(state["net"])
    for one, values in zip(held, state["held"], strict=True):
        one.load_state_dict(values)
    torch.set_rng_state(state["random"])
    if state["cuda"] and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["cuda"])
    return History(**state["history"]), state["best"]


@contextlib.contextmanager
def channels_last(net: nn.Module) -> Iterator[None]:
    """Keeps the kernels of `net` with their channels as the last dimension in memory, while the block runs.

    On CPUs and on CUDA, convolution and pooling are faster so; shapes, values and the parameters themselves stay.
    """
    where = next(net.parameters(), torch.empty(0)).device
    if where.type not in ("cpu", "cuda"):
        yield
        return
    net.to(memory_format=torch.channels_last)
    try:
        yield
    finally:
        net.to(memory_format=torch.contiguous_format)


def fused(optimizer: torch.optim.Optimizer) -> torch.optim.Optimizer:
    """Lets Adam or AdamW update all weights in one pass, on a CPU or on CUDA; any other optimizer stays as it is.

    The formula is the same, and the results agree but for rounding. For a network as small as LeNet the usual way, some
    ten operations for each tensor, takes a good part of a step. What the caller has set stays. Returns the optimizer.
    """
    if isinstance(optimizer, torch.optim.Adam | torch.optim.AdamW):
        for group in optimizer.param_groups:
            able = all(p.device.type in ("cpu", "cuda") and p.dtype == torch.float32 for p in group["params"])
            if able and group["fused"] is None and not group["foreach"] and not group["differentiable"]:
                group["fused"] = True
    return optimizer


def half_precision(where: torch.device, mixed: bool | None = None) -> torch.dtype | None:
    """The 16-bit type that `fit` computes in on a device: None for float32 throughout.

    Parameters: where, the network's device; mixed, whether to (None: on CUDA only). CUDA before Ampere (compute
    capability 8) has no bfloat16 in hardware: it gets float16, whose small range needs the loss to be scaled
    (Micikevicius et al.: Mixed precision training, 2018, arXiv:1710.03740).

    >>> half_precision(torch.device("cpu")), half_precision(torch.device("cpu"), mixed=True)
    (None, torch.bfloat16)
    """
    if not (where.type == "cuda" if mixed is None else mixed):
        return None
    old = where.type == "cuda" and torch.cuda.get_device_capability(where) < (8, 0)
    return torch.float16 if old else torch.bfloat16


def _autocast(where: torch.device, half: torch.dtype | None) -> contextlib.AbstractContextManager[Any]:
    """Computing in 16 bits. Without its cache: a weight cast once would stay as it was for all steps of an epoch."""
    return torch.autocast(where.type, half, cache_enabled=False) if half else contextlib.nullcontext()


class _Scaled:
    """A loss and an optimizer for `train_epoch`, which scale the gradients around it.

    Unpacks into the two. The loss is told as it is; only its gradient is scaled up, and scaled down again before the
    optimizer steps. Where a gradient has overflowed, there is no step, and the next scale is half as large.
    """

    def __init__(self, where: torch.device, loss: Loss, optimizer: torch.optim.Optimizer) -> None:
        self.scaler, self.loss, self.optimizer = torch.amp.GradScaler(where.type), loss, optimizer

    def __iter__(self) -> Iterator[Any]:
        return iter((self._scaled_loss, self))

    def _scaled_loss(self, logits: Tensor, y: Tensor) -> _ScaledLoss:
        return _ScaledLoss(self.loss(logits, y), self.scaler)

    def zero_grad(self) -> None:
        self.optimizer.zero_grad()

    def step(self) -> None:
        self.scaler.step(self.optimizer)
        self.scaler.update()

    def overflows(self) -> bool:
        """Whether gradients overflow without any scale."""
        return self.scaler.get_scale() < 1


class _ScaledLoss:
    """The loss of one batch: `item` tells it as it is, `backward` scales it."""

    def __init__(self, value: Tensor, scaler: torch.amp.GradScaler) -> None:
        self.value, self.scaler = value, scaler

    def item(self) -> float:
        return self.value.item()

    def backward(self) -> None:
        self.scaler.scale(self.value).backward()


def _after_step(optimizer: torch.optim.Optimizer, act: Callable[[], Any]) -> Callable[[], None]:
    """Calls a function after each step that the optimizer really makes; gives what takes it off again.

    A fused optimizer is called even where gradients have overflowed, and decides by its `found_inf` to do nothing.
    """

    def acts(stepped: Any, *_: Any) -> None:
        if not getattr(stepped, "found_inf", 0):
            act()

    return optimizer.register_step_post_hook(acts).remove


class _Bar:
    """A bar of text over all batches of all epochs, with the last epoch's loss and accuracies."""

    def __init__(self, train: Any, epochs: int, progress: bool) -> None:
        self.train, self.epochs = train, epochs
        self.bar: Any = None
        if progress:
            from tqdm import tqdm  # the notebook's kind would store a widget, blank on a page

            total = epochs * len(train) if hasattr(train, "__len__") else None
            self.bar = tqdm(total=total, leave=False, mininterval=0.5, unit=say("train.bar.batch"))

    def batches(self, epoch: int) -> Batches:
        """The batches of one epoch; the bar moves with them."""
        if self.bar is None:
            return self.train
        self.bar.set_description(say("train.bar.epoch", epoch=epoch + 1, epochs=self.epochs))
        return self._counted()

    def _counted(self) -> Iterator[tuple[Tensor, Tensor]]:
        for batch in self.train:
            yield batch
            self.bar.update()

    def tell(self, loss: float, right: float, checked: float | None) -> None:
        """Show how the epoch went."""
        if self.bar is not None:
            values = {"loss": loss, "accuracy": right} | ({} if checked is None else {"validation": checked})
            self.bar.set_postfix(**{say(f"train.bar.{name}"): f"{value:.3f}" for name, value in values.items()})

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: Any) -> None:
        if self.bar is not None:
            self.bar.close()
