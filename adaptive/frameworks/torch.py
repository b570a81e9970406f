"""The ten rules as `torch.optim` has them, by the names of the book."""

from dataclasses import dataclass
from typing import Any

from adaptive import rules
from adaptive.frameworks import forms
from adaptive.rules import Adam

__all__ = [
    "NAG",
    "SGD",
    "AMSGrad",
    "AdaMax",
    "Adadelta",
    "Adagrad",
    "Adam",
    "Momentum",
    "Nadam",
    "RMSprop",
]


@dataclass(frozen=True, eq=False)
class SGD(rules.SGD):
    """``SGD(lr)``: the book's form."""

    lr: Any = 1e-3


@dataclass(frozen=True, eq=False)
class Momentum(forms.MomentumOutside):
    """``SGD(lr, momentum)``: the learning rate is outside the velocity."""

    lr: Any = 1e-3


@dataclass(frozen=True, eq=False)
class NAG(forms.ShiftedOutside):
    """``SGD(lr, momentum, nesterov=True)``: the parameters are the looked-ahead point."""

    lr: Any = 1e-3


@dataclass(frozen=True, eq=False)
class Adagrad(forms.AdagradOutside):
    """``Adagrad(lr)``: ε outside the root."""

    lr: Any = 1e-2
    eps: Any = 1e-10
    initial_accumulator: Any = 0.0


@dataclass(frozen=True, eq=False)
class Adadelta(forms.AdadeltaScaled):
    """``Adadelta(lr, rho, eps)``: a learning rate, by default 1, multiplies the book's step."""

    rho: Any = 0.9
    eps: Any = 1e-6
    lr: Any = 1.0


@dataclass(frozen=True, eq=False)
class RMSprop(forms.RMSpropOutside):
    """``RMSprop(lr, alpha, eps)``: ε outside the root, alpha for rho."""

    lr: Any = 1e-2
    rho: Any = 0.99
    eps: Any = 1e-8


@dataclass(frozen=True, eq=False)
class AdaMax(forms.AdaMaxInside):
    """``Adamax(lr, betas, eps)``: ε is added to the gradient's size."""

    lr: Any = 2e-3


@dataclass(frozen=True, eq=False)
class Nadam(forms.NadamScheduled):
    """``NAdam(lr, betas, eps, momentum_decay)``: Dozat's schedule."""

    lr: Any = 2e-3


@dataclass(frozen=True, eq=False)
class AMSGrad(forms.AMSGradBefore):
    """``Adam(lr, betas, eps, amsgrad=True)``: the maximum before the corrections."""
