"""A kernel learnt by gradient descent, with the whole backward pass on the table; autograd is its judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import traitlets as t

from helpers import shapes
from helpers.widgets.base import CourseWidget, facts, table
from helpers.widgets.numbers import format_number
from helpers.widgets.traits import Matrix, Number, Refused
from helpers.words import say, sentences

if TYPE_CHECKING:
    import torch

#: the largest values that it takes
LIMITS = facts(__file__, "limits.json")


class Gradients(NamedTuple):
    """The loss and its gradients, as float64 tensors, each of the shape of what it is the gradient of."""

    loss: torch.Tensor
    kernel: torch.Tensor
    bias: torch.Tensor | None
    input: torch.Tensor


class KernelLearner(CourseWidget):
    """Gradient descent on L = Σ (X ⋆ K + b − Y)², where Y is what another kernel makes of the same input.

    Parameters
    ----------
    input : matrix of shape (n_h, n_w), at most 16×16
    target_kernel : the kernel to be found again, of shape (k_h, k_w), at most 5×5
    kernel : where the descent starts, of the same shape as target_kernel; zeros if None
    bias : the bias to start from; None for a layer without bias
    lr : learning rate, greater than 0
    id : HTML id, and the name by which links open a state

    All are traits; every step in the page changes `kernel` and `bias`. Raises ValueError where the kernels differ in
    shape or do not fit the input, or lr is not positive; TypeError for text and booleans.

    >>> KernelLearner([[1, 0, 0, 1]], [[1, -1]], bias=None).gradients().kernel
    tensor([[-2.,  2.]], dtype=torch.float64)
    """

    _state = ("input", "target_kernel", "kernel", "bias", "lr")

    input = Matrix(LIMITS["input"]).tag(sync=True)
    target_kernel = Matrix(LIMITS["kernel"]).tag(sync=True)
    kernel = Matrix(LIMITS["kernel"]).tag(sync=True)
    bias = Number(default_value=0.0, allow_none=True).tag(sync=True)
    lr = Number(default_value=0.01).tag(sync=True)

    def __init__(
        self,
        input: Any,
        target_kernel: Any,
        kernel: Any = None,
        bias: Any = 0.0,
        lr: Any = 0.01,
        *,
        id: str | None = None,
    ) -> None:
        start = [[0.0] * len(target_kernel[0]) for _ in target_kernel] if kernel is None else kernel
        super().__init__(id=id, input=input, target_kernel=target_kernel, kernel=start, bias=bias, lr=lr)

    @t.validate("input", "target_kernel", "kernel", "lr")
    def _fits(self, proposal: Any) -> Any:
        values = {name: getattr(self, name) for name in ("input", "target_kernel", "kernel", "lr")}
        values[proposal["trait"].name] = proposal["value"]
        sizes = {name: (len(values[name]), len(values[name][0])) for name in ("input", "target_kernel", "kernel")}
        try:
            shapes.conv2d_shape(sizes["input"], sizes["target_kernel"])
        except ValueError as error:
            raise Refused(str(error)) from None
        (k_h, k_w), (t_h, t_w) = sizes["kernel"], sizes["target_kernel"]
        if (k_h, k_w) != (t_h, t_w):
            raise Refused(say("learner.bad.shape", k_h=k_h, k_w=k_w, t_h=t_h, t_w=t_w))
        if values["lr"] is None or values["lr"] <= 0:
            raise Refused(say("learner.bad.rate", value=values["lr"]))
        return proposal["value"]

    @property
    def target(self) -> torch.Tensor:
        """What the target's kernel makes of the input: a float64 tensor of shape (n_h - k_h + 1, n_w - k_w + 1)."""
        return _corr2d(_tensor(self.input), _tensor(self.target_kernel))

    @property
    def output(self) -> torch.Tensor:
        """What the present kernel and bias predict, of the target's shape."""
        return _corr2d(_tensor(self.input), _tensor(self.kernel)) + (self.bias or 0.0)

    def gradients(self) -> Gradients:
        """The loss and its gradients at the present state, by autograd."""
        import torch

        X, K = _tensor(self.input).requires_grad_(), _tensor(self.kernel).requires_grad_()
        b = torch.tensor(self.bias or 0.0, dtype=torch.float64, requires_grad=True)
        loss = ((_corr2d(X, K) + b - self.target) ** 2).sum()
        dK, db, dX = torch.autograd.grad(loss, (K, b, X))
        return Gradients(loss.detach(), dK, None if self.bias is None else db, dX)

    @property
    def bound(self) -> float:
        """The learning rate below which descent goes down: 2 over the largest eigenvalue of the loss's Hessian.

        The loss is quadratic, so its Hessian is 2 AᵀA, with one row of A for each output: its window, and a 1 for the
        bias. Infinite where the input is 0 everywhere and there is no bias.
        """
        import torch
        import torch.nn.functional as F

        k = (len(self.kernel), len(self.kernel[0]))
        A = F.unfold(_tensor(self.input)[None, None], k)[0].T
        if self.bias is not None:
            A = torch.cat([A, torch.ones_like(A[:, :1])], dim=1)
        most = torch.linalg.eigvalsh(2 * A.T @ A).max().item()
        return 2 / most if most > 0 else float("inf")

    def _fallback(self) -> str:
        named = {"ui.input": self.input, "ui.kernel": self.kernel, "learner.prediction": self.output.tolist(),
                 "learner.target": self.target.tolist()}  # fmt: skip
        tables = "".join(table(say(key), rows) for key, rows in named.items())
        loss = say("learner.loss", steps=0, loss=format_number(self.gradients().loss.item()))
        bound = say("learner.bound", bound=format_number(float(f"{self.bound:.4g}")))
        return f"{tables}<p>{sentences(loss, bound)}</p>"

    def __repr__(self) -> str:
        (h, w), (k_h, k_w) = ((len(rows), len(rows[0])) for rows in (self.input, self.kernel))
        return f"KernelLearner({h}×{w}, kernel {k_h}×{k_w}{'' if self.bias is None else ', bias'}, lr {self.lr:g})"


def _tensor(rows: Any) -> torch.Tensor:
    import torch

    return torch.tensor(rows, dtype=torch.float64)


def _corr2d(X: torch.Tensor, K: torch.Tensor) -> torch.Tensor:
    import torch.nn.functional as F

    return F.conv2d(X[None, None], K[None, None])[0, 0]
