"""The ten rules as optax has them, by the names of the book; the learning rate has no default."""

from dataclasses import dataclass, field
from typing import Any

from adaptive import rules
from adaptive.frameworks import forms

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
