"""The rules as optax has them, by the names of the book; the learning rate has no default."""

from dataclasses import dataclass, field
from typing import Any

from adaptive import rules
from adaptive.frameworks import forms, newer

__all__ = [
    "LAMB",
    "NAG",
    "SGD",
    "AMSGrad",
    "AdaMax",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Lion",
    "Momentum",
    "Muon",
    "Nadam",
    "Prodigy",
    "RAdam",
    "RMSprop",
    "ScheduleFree",
    "ScheduleFreeAdamW",
]


@dataclass(frozen=True, eq=False)
class SGD(rules.SGD):
    """``sgd(learning_rate)``: the book's form."""

    lr: Any = field()


@dataclass(frozen=True, eq=False)
class Momentum(forms.MomentumOutside):
    """``sgd(learning_rate, momentum)``: the learning rate is outside the velocity."""


@dataclass(frozen=True, eq=False)
class NAG(forms.ShiftedOutside):
    """``sgd(learning_rate, momentum, nesterov=True)``: the parameters look ahead."""


@dataclass(frozen=True, eq=False)
class Adagrad(forms.AdagradInside):
    """``adagrad(learning_rate, initial_accumulator_value, eps)``: the sum starts at 0.1."""

    lr: Any = field()
    eps: Any = 1e-7


@dataclass(frozen=True, eq=False)
class Adadelta(forms.AdadeltaScaled):
    """``adadelta(learning_rate, rho, eps)``; with no learning rate optax takes steps *uphill*."""

    rho: Any = 0.9
    eps: Any = 1e-6
    lr: Any = field(kw_only=True)


@dataclass(frozen=True, eq=False)
class RMSprop(rules.RMSprop):
    """``rmsprop(learning_rate, decay, eps)``: the book's form, decay for rho."""

    lr: Any = field()


@dataclass(frozen=True, eq=False)
class Adam(rules.Adam):
    """``adam(learning_rate, b1, b2, eps)``: the book's form."""

    lr: Any = field()


@dataclass(frozen=True, eq=False)
class AdaMax(forms.AdaMaxInside):
    """``adamax(learning_rate, b1, b2, eps)``: ε is added to the gradient's size."""

    lr: Any = field()


@dataclass(frozen=True, eq=False)
class Nadam(forms.NadamAhead):
    """``nadam(learning_rate, b1, b2, eps)``: the first moment corrected one step ahead."""

    lr: Any = field()


@dataclass(frozen=True, eq=False)
class AMSGrad(forms.AMSGradAfter):
    """``amsgrad(learning_rate, b1, b2, eps)``: the maximum after the corrections."""

    lr: Any = field()


@dataclass(frozen=True, eq=False)
class AdamW(rules.AdamW):
    """``adamw(learning_rate, b1, b2, eps, weight_decay)``: the book's form, with less decay."""

    lr: Any = field()
    weight_decay: Any = 1e-4


@dataclass(frozen=True, eq=False)
class RAdam(newer.RAdamAfter):
    """``radam(learning_rate, b1, b2, eps)``: ε after the correction, as in Adam."""

    lr: Any = field()


@dataclass(frozen=True, eq=False)
class Lion(rules.Lion):
    """``lion(learning_rate, b1, b2, weight_decay)``: the book's form, and weights decay."""

    lr: Any = field()
    weight_decay: Any = 1e-3


@dataclass(frozen=True, eq=False)
class ScheduleFree(newer.ScheduleFreeShifted):
    """``contrib.schedule_free_sgd(learning_rate, b1)``: gradients are taken at the parameters."""


@dataclass(frozen=True, eq=False)
class ScheduleFreeAdamW(newer.ScheduleFreeAdamW):
    """``contrib.schedule_free_adamw(learning_rate, b1, b2, eps)``."""


@dataclass(frozen=True, eq=False)
class LAMB(rules.LAMB):
    """``lamb(learning_rate, b1, b2, eps, weight_decay)``: the book's form."""

    lr: Any = field()


@dataclass(frozen=True, eq=False)
class Prodigy(newer.ProdigyCorrected):
    """``contrib.prodigy(learning_rate, betas, eps, estim_lr0)``: bias is corrected."""


@dataclass(frozen=True, eq=False)
class Muon(newer.MuonInOut):
    """``contrib.muon(learning_rate, beta, weight_decay)``: another scale, bias is corrected."""

    lr: Any = field()
