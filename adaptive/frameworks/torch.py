"""The rules as `torch.optim` has them, by the names of the book."""

from dataclasses import dataclass
from typing import Any

from adaptive import rules
from adaptive.frameworks import forms, newer
from adaptive.rules import Adam, AdamW

__all__ = [
    "NAG",
    "SGD",
    "AMSGrad",
    "AdaMax",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Momentum",
    "Muon",
    "Nadam",
    "RAdam",
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


@dataclass(frozen=True, eq=False)
class RAdam(newer.RAdamBefore):
    """``RAdam(lr, betas, eps)``: ε before the correction."""


@dataclass(frozen=True, eq=False)
class Muon(newer.MuonOutIn):
    """``Muon(lr, weight_decay, momentum)``: another scale; there, what iterates is bfloat16."""

    weight_decay: Any = 0.1
