"""The rules as `keras.optimizers` has them, by the names of the book."""

from dataclasses import dataclass
from typing import Any

from adaptive import rules
from adaptive.frameworks import forms, newer
from adaptive.rules import SGD, Momentum

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
    "RMSprop",
    "ScheduleFreeAdamW",
]


@dataclass(frozen=True, eq=False)
class NAG(forms.ShiftedInside):
    """``SGD(learning_rate, momentum, nesterov=True)``: the parameters look ahead."""


@dataclass(frozen=True, eq=False)
class Adagrad(forms.AdagradInside):
    """``Adagrad(learning_rate, initial_accumulator_value, epsilon)``: the sum starts at 0.1."""

    lr: Any = 1e-3
    eps: Any = 1e-7


@dataclass(frozen=True, eq=False)
class Adadelta(forms.AdadeltaScaled):
    """``Adadelta(learning_rate, rho, epsilon)``: a learning rate of 0.001 multiplies the step."""

    rho: Any = 0.95
    eps: Any = 1e-7
    lr: Any = 1e-3


@dataclass(frozen=True, eq=False)
class RMSprop(rules.RMSprop):
    """``RMSprop(learning_rate, rho, epsilon)``: the book's form with another ε."""

    eps: Any = 1e-7


@dataclass(frozen=True, eq=False)
class Adam(forms.AdamEpsilonHat):
    """``Adam(learning_rate, beta_1, beta_2, epsilon)``: ε before the correction."""

    eps: Any = 1e-7


@dataclass(frozen=True, eq=False)
class AdaMax(forms.AdaMaxOutside):
    """``Adamax(learning_rate, beta_1, beta_2, epsilon)``: ε is added to the maximum."""

    lr: Any = 1e-3


@dataclass(frozen=True, eq=False)
class Nadam(forms.NadamScheduled):
    """``Nadam(learning_rate, beta_1, beta_2, epsilon)``: Dozat's schedule, 250 times faster."""

    lr: Any = 1e-3
    eps: Any = 1e-7
    momentum_decay: Any = 1.0


@dataclass(frozen=True, eq=False)
class AMSGrad(forms.AMSGradEpsilonHat):
    """``Adam(..., amsgrad=True)``: the maximum before the corrections, ε before them too."""

    eps: Any = 1e-7


@dataclass(frozen=True, eq=False)
class AdamW(newer.AdamWEpsilonHat):
    """``AdamW(learning_rate, weight_decay, beta_1, beta_2, epsilon)``: ε as in Keras's Adam."""

    eps: Any = 1e-7
    weight_decay: Any = 4e-3


@dataclass(frozen=True, eq=False)
class Lion(rules.Lion):
    """``Lion(learning_rate, beta_1, beta_2, weight_decay)``: the book's form at ten times its η."""

    lr: Any = 1e-3


@dataclass(frozen=True, eq=False)
class ScheduleFreeAdamW(newer.ScheduleFreeAdamW):
    """``ScheduleFreeAdamW(learning_rate, beta_1, beta_2, epsilon)``."""


@dataclass(frozen=True, eq=False)
class LAMB(newer.LAMBBeside):
    """``Lamb(learning_rate, beta_1, beta_2, epsilon, weight_decay)``: another ε and decay."""

    eps: Any = 1e-7


@dataclass(frozen=True, eq=False)
class Muon(rules.Muon):
    """``Muon(learning_rate, momentum, weight_decay, rms_rate)``: the book's form, with decay."""

    weight_decay: Any = 4e-3
