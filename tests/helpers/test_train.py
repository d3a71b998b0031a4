"""The training loop: honest averages, the right mode, and nothing lost when it ends early."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from helpers import data, models, train


def linear():
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(16, 3))


@pytest.fixture
def split():
    """Three kinds of 4×4 pictures that can be told apart, and a last batch that is smaller."""
    numbers = torch.Generator().manual_seed(1)
    labels = torch.arange(50) % 3
    images = torch.randint(0, 60, (50, 4, 4), generator=numbers, dtype=torch.uint8)
    images[torch.arange(50), labels] += 150
    return data.Split(images, labels)


@pytest.fixture
def batches(split):
    return data.Batches(split, 16)


def sgd(net, lr=0.1):
    return torch.optim.SGD(net.parameters(), lr=lr)


def test_the_loss_is_the_mean_over_samples_not_over_batches(batches, split):
    net, loss = linear(), nn.CrossEntropyLoss()
    mean, right = train.train_epoch(net, batches, loss, sgd(net, lr=0.0))
    X = split.images[:, None].float() / 255
    assert mean == pytest.approx(loss(net(X), split.labels).item(), rel=1e-5)
    assert right == pytest.approx((net(X).argmax(1) == split.labels).float().mean().item())


def test_one_epoch_is_what_one_writes_by_hand(batches):
    ours, theirs = linear(), linear()
    train.train_epoch(ours, batches, nn.CrossEntropyLoss(), sgd(ours))
    optimizer = sgd(theirs)
    for X, y in batches:
        optimizer.zero_grad()
        nn.functional.cross_entropy(theirs(X), y).backward()
        optimizer.step()
    torch.testing.assert_close(ours.state_dict(), theirs.state_dict(), rtol=0, atol=0)


def test_accuracy_is_measured_in_evaluation_mode_and_the_mode_put_back(batches):
    modes = []

    class Net(nn.Module):
        def forward(self, X):
            modes.append(self.training)
            return torch.eye(3)[torch.zeros(len(X), dtype=torch.int64)]

    net = Net()
    assert train.accuracy(net, batches) == pytest.approx(17 / 50)
    assert set(modes) == {False}
    assert net.training
    train.accuracy(net.eval(), batches)
    assert not net.training


def test_fit_learns_and_tells_every_epoch(batches):
    net, seen = linear(), []
    history = train.fit(net, batches, batches, epochs=40, optimizer=sgd(net, 0.5), progress=False, show=lambda h: seen.append(len(h.loss)))  # fmt: skip  # noqa: E501
    assert history.loss[-1] < history.loss[0] / 2
    assert history.validation_accuracy[-1] > 0.95
    assert seen == list(range(1, 41))
    assert len(history.seconds) == len(history.train_accuracy) == 40
    assert history.stopped is None
    assert "40 epochs" in repr(history)


def test_the_same_seed_gives_the_same_weights(split):
    def once():
        train.seed_everything(5)
        net = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(16, 3))
        train.fit(net, data.Batches(split, 8, shuffle=True, seed=5), epochs=3, optimizer=sgd(net), progress=False)
        return net.state_dict()

    torch.testing.assert_close(once(), once(), rtol=0, atol=0)


class Interrupted:
    """Batches that the reader interrupts in a given epoch, in the middle."""

    def __init__(self, batches, epoch):
        self.batches, self.epoch, self.passes = batches, epoch, 0

    def __iter__(self):
        self.passes += 1
        for n, batch in enumerate(self.batches):
            if self.passes == self.epoch and n == 2:
                raise KeyboardInterrupt
            yield batch


def test_ctrl_c_keeps_the_best_weights(batches):
    net = linear()
    history = train.fit(net, Interrupted(batches, 4), batches, epochs=9, optimizer=sgd(net), progress=False)
    assert history.stopped == "interrupted in epoch 4"
    assert len(history.loss) == 3
    assert train.accuracy(net, batches) == max(history.validation_accuracy)


def test_ctrl_c_in_the_first_epoch_keeps_what_there_is(batches):
    net = linear()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    history = train.fit(net, Interrupted(batches, 1), batches, epochs=2, optimizer=sgd(net), progress=False)
    assert repr(history) == "History(no epoch finished: interrupted in epoch 1)"
    assert any(not torch.equal(before[name], value) for name, value in net.state_dict().items())


def test_a_loss_that_is_not_finite_ends_it_and_says_why(batches):
    net, calls = linear(), []

    def breaks(logits, y):
        calls.append(1)
        return nn.functional.cross_entropy(logits, y) * (math.nan if len(calls) > 10 else 1)

    history = train.fit(net, batches, epochs=5, optimizer=sgd(net), loss=breaks, progress=False)
    assert len(history.loss) == 2  # of four batches each; the third epoch breaks
    assert "the learning rate is too high" in history.stopped
    assert all(math.isfinite(loss) for loss in history.loss)
    assert all(value.isfinite().all() for value in net.state_dict().values())


def test_a_scheduler_steps_once_an_epoch(batches):
    net = linear()
    optimizer = sgd(net, 1.0)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    train.fit(net, batches, epochs=3, optimizer=optimizer, scheduler=scheduler, progress=False)
    assert optimizer.param_groups[0]["lr"] == 0.125


def test_the_bar_goes_to_stderr_only(batches, capsys):
    net = linear()
    train.fit(net, batches, epochs=1, optimizer=sgd(net))
    said = capsys.readouterr()
    assert said.out == ""
    assert "epoch 1/1" in said.err


@pytest.mark.parametrize(("word", "expected"), [("smoke", "smoke"), ("quick", "quick"), ("full", "full")])
def test_the_budget_is_what_the_environment_says(monkeypatch, word, expected):
    monkeypatch.setenv("COURSE_BUDGET", word)
    assert train.budget() == expected


def test_without_a_gpu_the_budget_is_quick(monkeypatch):
    monkeypatch.delenv("COURSE_BUDGET", raising=False)
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    assert train.budget() == "quick"
    monkeypatch.setenv("COURSE_BUDGET", "huge")
    with pytest.raises(ValueError, match="quick or full; 'huge'"):
        train.budget()


def test_no_epochs_are_refused(batches):
    net = linear()
    with pytest.raises(ValueError, match="epochs must be at least 1; 0"):
        train.fit(net, batches, epochs=0, optimizer=sgd(net))


def test_batches_on_another_device_are_refused(batches):
    net = linear().to("meta")
    with pytest.raises(ValueError, match="the network is on meta, the batches on cpu"):
        train.fit(net, batches, epochs=1, optimizer=sgd(net))


def test_a_schedule_may_step_after_each_batch_and_leaves_the_optimizer_as_it_was(batches):
    net = linear()
    optimizer = sgd(net)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=2 * len(batches))
    train.fit(net, batches, epochs=2, optimizer=optimizer, scheduler=schedule, per_batch=True, progress=False)
    assert schedule.last_epoch == 2 * len(batches)
    optimizer.step()
    assert schedule.last_epoch == 2 * len(batches)


def test_the_average_of_the_weights_is_what_is_validated_and_kept(batches):
    ours, theirs = linear(), linear()
    history = train.fit(ours, batches, batches, epochs=2, optimizer=sgd(ours), average=0.5, progress=False)
    optimizer, mean = sgd(theirs), None
    for _ in range(2):
        for X, y in batches:
            optimizer.zero_grad()
            nn.functional.cross_entropy(theirs(X), y).backward()
            optimizer.step()
            now = {name: value.clone() for name, value in theirs.state_dict().items()}
            mean = now if mean is None else {name: 0.5 * mean[name] + 0.5 * now[name] for name in now}
    torch.testing.assert_close(ours.state_dict(), mean)
    assert history.validation_accuracy[-1] == train.accuracy(ours, batches)


def test_the_bar_tells_loss_and_accuracies(batches, monkeypatch):
    told = []
    monkeypatch.setattr("tqdm.tqdm.set_postfix", lambda self, **values: told.append(values))
    train.fit(linear(), batches, batches, epochs=1, optimizer=sgd(linear()))
    assert set(told[0]) == {"loss", "accuracy", "validation"}


@pytest.mark.parametrize("average", [1.0, -0.1, float("nan")])
def test_an_average_that_is_none_is_refused_before_anything_is_trained(batches, average):
    net = linear()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    with pytest.raises(ValueError, match="at least 0 and below 1"):
        train.fit(net, batches, epochs=1, optimizer=sgd(net), average=average, progress=False)
    torch.testing.assert_close(net.state_dict(), before, rtol=0, atol=0)


# --- 16 bits


@pytest.mark.parametrize(
    ("where", "mixed", "capability", "expected"),
    [
        ("cuda", None, (7, 5), torch.float16),  # Turing, as Colab's T4
        ("cuda", True, (7, 0), torch.float16),
        ("cuda", None, (6, 1), torch.float16),
        ("cuda", None, (8, 0), torch.bfloat16),  # Ampere
        ("cuda", None, (8, 9), torch.bfloat16),
        ("cuda", True, (12, 0), torch.bfloat16),
        ("cuda", False, (7, 5), None),
        ("cuda", False, (9, 0), None),
        ("cpu", None, None, None),
        ("cpu", True, None, torch.bfloat16),
        ("cpu", False, None, None),
        ("mps", None, None, None),
        ("mps", True, None, torch.bfloat16),
    ],
)
def test_the_type_of_16_bits_is_what_the_device_can_do(monkeypatch, where, mixed, capability, expected):
    asked = []
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: asked.append(device) or capability)
    assert train.half_precision(torch.device(where), mixed) is expected
    assert asked == ([torch.device("cuda")] if where == "cuda" and expected else [])


@pytest.fixture
def old_gpu(monkeypatch):
    """The CPU computes as a GPU older than Ampere would; the list tells the scale of each step."""
    scales, real = [], torch.amp.GradScaler.update
    monkeypatch.setattr(train, "half_precision", lambda where, mixed: torch.float16)
    monkeypatch.setattr(torch.amp.GradScaler, "update", lambda self: scales.append(self.get_scale()) or real(self))
    return scales


class Watched(nn.Module):
    """A linear network that remembers the type that it computed in."""

    def __init__(self):
        super().__init__()
        self.net, self.kinds = linear(), set()

    def forward(self, X):
        Y = self.net(X)
        self.kinds.add(Y.dtype)
        return Y


def fused(net):
    return torch.optim.SGD(net.parameters(), lr=0.1, fused=True)


@pytest.mark.parametrize("make", [sgd, fused])
def test_an_old_gpu_learns_in_float16_and_tells_the_loss_as_it_is(batches, old_gpu, make):
    ours, theirs = Watched(), linear()
    history = train.fit(ours, batches, batches, epochs=3, optimizer=make(ours), progress=False)
    expected = by_hand(theirs, batches, 3)
    assert ours.kinds == {torch.float16}
    assert {p.dtype for p in ours.parameters()} == {torch.float32}
    assert old_gpu == [65536.0] * 12
    assert history.loss == pytest.approx(expected, rel=2e-3)
    torch.testing.assert_close(ours.net.state_dict(), theirs.state_dict(), rtol=0, atol=2e-3)


def test_in_16_bits_every_step_uses_the_weights_of_the_step_before(batches):
    ours, theirs = Watched(), linear()
    history = train.fit(ours, batches, epochs=3, optimizer=sgd(ours, 0.5), mixed=True, progress=False)
    expected = by_hand(theirs, batches, 3, lr=0.5)
    assert ours.kinds == {torch.bfloat16}
    assert history.loss == pytest.approx(expected, rel=1e-2)
    torch.testing.assert_close(ours.net.state_dict(), theirs.state_dict(), rtol=0, atol=1e-2)


def by_hand(net, batches, epochs, lr=0.1):
    """The losses of some epochs in float32, by chapter 5's function alone."""
    optimizer = sgd(net, lr)
    return [train.train_epoch(net, batches, nn.CrossEntropyLoss(), optimizer)[0] for _ in range(epochs)]


class Overflows:
    """A loss whose gradients are beyond all bounds in some calls, counted from 1."""

    def __init__(self, *calls):
        self.calls, self.count = calls, 0

    def __call__(self, logits, y):
        self.count += 1
        loss = nn.functional.cross_entropy(logits, y)
        if self.count in self.calls:
            logits.register_hook(lambda gradient: gradient * math.inf)
        return loss


@pytest.mark.parametrize("make", [sgd, fused])
def test_a_batch_whose_gradients_overflow_is_skipped_and_not_counted(batches, old_gpu, make):
    ours, theirs, skipped = linear(), linear(), (1, 2, 7)
    optimizer = make(ours)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda n: 0.9**n)
    history = train.fit(
        ours, batches, epochs=2, optimizer=optimizer, scheduler=schedule, per_batch=True, average=0.5,
        loss=Overflows(*skipped), progress=False,
    )  # fmt: skip
    assert old_gpu == [65536.0, 32768.0, *[16384.0] * 5, 8192.0]
    assert schedule.last_epoch == 8 - len(skipped)
    assert all(math.isfinite(loss) for loss in history.loss)
    assert history.stopped is None
    assert not hasattr(optimizer, "found_inf")
    judge, mean = sgd(theirs), None
    for n, (X, y) in enumerate([*batches, *batches], start=1):
        if n in skipped:
            continue
        judge.zero_grad()
        nn.functional.cross_entropy(theirs(X), y).backward()
        judge.step()
        judge.param_groups[0]["lr"] *= 0.9
        now = {name: value.clone() for name, value in theirs.state_dict().items()}
        mean = now if mean is None else {name: 0.5 * mean[name] + 0.5 * now[name] for name in now}
    torch.testing.assert_close(ours.state_dict(), mean, rtol=0, atol=2e-3)
    optimizer.step()
    assert schedule.last_epoch == 8 - len(skipped)


def test_gradients_that_never_fit_end_it_with_an_explanation(batches, old_gpu):
    net = linear()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    history = train.fit(net, batches, epochs=9, optimizer=sgd(net), loss=Overflows(*range(99)), progress=False)
    assert history.stopped.startswith("the gradients do not fit into float16 in epoch 5: ")
    assert "mixed=False" in history.stopped
    assert len(history.loss) == 4
    torch.testing.assert_close(net.state_dict(), before, rtol=0, atol=0)


def test_a_loss_that_is_not_finite_ends_it_in_float16_too(batches, old_gpu):
    net = linear()
    history = train.fit(
        net, batches, epochs=2, optimizer=sgd(net), loss=lambda Y, y: Y.sum() * math.nan, progress=False
    )
    assert history.stopped.startswith("the loss is nan in epoch 1")
    assert all(value.isfinite().all() for value in net.state_dict().values())


def test_fit_keeps_channels_last_while_it_trains_and_leaves_the_network_as_it_was():
    train.seed_everything(0)
    net, twin = models.modern_lenet(), models.modern_lenet()
    twin.load_state_dict(net.state_dict())
    X, y = torch.rand(32, 1, 28, 28), torch.randint(0, 10, (32,))
    seen = []
    hook = net[3].register_forward_hook(
        lambda layer, *_: seen.append(layer.weight.is_contiguous(memory_format=torch.channels_last))
    )
    train.fit(net, [(X, y)] * 3, epochs=1, optimizer=sgd(net), progress=False)
    hook.remove()
    train.train_epoch(twin, [(X, y)] * 3, nn.CrossEntropyLoss(), sgd(twin))
    assert seen == [True] * 3
    for ours, plain in zip(net.parameters(), twin.parameters(), strict=True):
        assert ours.is_contiguous()
        torch.testing.assert_close(ours, plain, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("kind", [torch.optim.Adam, torch.optim.AdamW])
def test_a_fused_optimizer_makes_the_same_steps(kind):
    nets = []
    for act in (lambda optimizer: optimizer, train.fused):
        train.seed_everything(0)
        net = models.modern_lenet()
        optimizer = act(kind(net.parameters(), lr=0.01, weight_decay=0.01))
        batches = data.Batches(data.sample().train.take(torch.arange(320)), 64)
        train.train_epoch(net, batches, nn.CrossEntropyLoss(), optimizer)
        assert bool(optimizer.param_groups[0]["fused"]) == (act is train.fused)
        nets.append(net)
    for ours, theirs in zip(*(net.parameters() for net in nets), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-4)


def test_what_the_caller_has_set_of_an_optimizer_stays():
    weights = [torch.zeros(2, requires_grad=True)]
    asked = torch.optim.Adam(weights, fused=False)
    assert train.fused(asked).param_groups[0]["fused"] is False
    assert train.fused(torch.optim.Adam(weights, foreach=True)).param_groups[0]["fused"] is None
    assert train.fused(torch.optim.Adam([torch.zeros(2, dtype=torch.float64)])).param_groups[0]["fused"] is None
    plain = torch.optim.SGD(weights, 0.1)
    before = dict(plain.param_groups[0])
    assert train.fused(plain).param_groups[0] == before
