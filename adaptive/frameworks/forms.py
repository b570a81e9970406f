"""The forms of the rules that differ from the book's, shared by the frameworks."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from adaptive import rules
from adaptive.rules.base import Rule


@dataclass(frozen=True, eq=False)
class MomentumOutside(Rule):
    """Momentum whose velocity b sums plain gradients; the learning rate is outside.

    Parameters
    ----------
    lr, momentum : float or array_like
        η and γ.
    """

    lr: Any
    momentum: Any = 0.9

    state_names: ClassVar[tuple[str, ...]] = ("b",)

    def update(self, g: Any, t: int, b: Any) -> tuple[Any, Any]:
        """Return -η b and the new velocity b."""
        b = self.momentum * b + g
        return -self.lr * b, b


@dataclass(frozen=True, eq=False)
class ShiftedOutside(MomentumOutside):
    """NAG whose parameters are the looked-ahead point; the learning rate is outside."""

    def update(self, g: Any, t: int, b: Any) -> tuple[Any, Any]:
        """Return the step and the new velocity b."""
        b = self.momentum * b + g
        return -self.lr * (g + self.momentum * b), b


@dataclass(frozen=True, eq=False)
class ShiftedInside(rules.Momentum):
    """NAG whose parameters are the looked-ahead point; the learning rate is in the velocity."""

    def update(self, g: Any, t: int, v: Any) -> tuple[Any, Any]:
        """Return the step and the new velocity v."""
        v = self.momentum * v + self.lr * g
        return -(self.lr * g + self.momentum * v), v


@dataclass(frozen=True, eq=False)
class AdagradInside(rules.Adagrad):
    """Adagrad whose sum of squares does not start at zero.

    Parameters
    ----------
    lr, eps : float or array_like
        η and ε, inside the root.
    initial_accumulator : float, default 0.1
        What the sum of squares starts at.
    """

    initial_accumulator: Any = 0.1

    def update(self, g: Any, t: int, G: Any) -> tuple[Any, Any]:
        """Return the step and what has come to the sum of squares, G."""
        G = G + g * g
        return -self.lr / np.sqrt(self.initial_accumulator + G + self.eps) * g, G


@dataclass(frozen=True, eq=False)
class AdagradOutside(AdagradInside):
    """Adagrad whose sum of squares need not start at zero, with ε outside the root."""

    def update(self, g: Any, t: int, G: Any) -> tuple[Any, Any]:
        """Return the step and what has come to the sum of squares, G."""
        G = G + g * g
        return -self.lr / (np.sqrt(self.initial_accumulator + G) + self.eps) * g, G


@dataclass(frozen=True, eq=False)
class AdadeltaScaled(rules.Adadelta):
    """Adadelta whose step is multiplied by a learning rate.

    The running average of squared steps is of the steps before they are multiplied.

    Parameters
    ----------
    rho, eps, lr : float or array_like
        γ, ε and η.
    """

    lr: Any = 1.0

    def update(self, g: Any, t: int, Eg2: Any, Edx2: Any) -> tuple[Any, Any, Any]:
        """Return the step and the running averages."""
        dx, Eg2, Edx2 = super().update(g, t, Eg2, Edx2)
        return self.lr * dx, Eg2, Edx2


@dataclass(frozen=True, eq=False)
class RMSpropOutside(rules.RMSprop):
    """RMSprop with ε outside the root."""

    def update(self, g: Any, t: int, Eg2: Any) -> tuple[Any, Any]:
        """Return the step and the running average of g²."""
        Eg2 = self.rho * Eg2 + (1 - self.rho) * (g * g)
        return -self.lr / (np.sqrt(Eg2) + self.eps) * g, Eg2


@dataclass(frozen=True, eq=False)
class AdamEpsilonHat(rules.Adam):
    """Adam with ε beside the root of the uncorrected moment: `Adam` with ε / √(1 - β₂ᵗ)."""

    def update(self, g: Any, t: int, m: Any, v: Any) -> tuple[Any, Any, Any]:
        """Return the step and the two moments."""
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * (g * g)
        rate = self.lr * np.sqrt(1 - self.beta2**t) / (1 - self.beta1**t)
        return -rate / (np.sqrt(v) + self.eps) * m, m, v


@dataclass(frozen=True, eq=False)
class AdaMaxInside(rules.AdaMax):
    """AdaMax with ε added to each gradient's size before the maximum is taken.

    Parameters
    ----------
    lr, beta1, beta2, eps : float or array_like
        η, β₁, β₂ and ε.
    """

    eps: Any = 1e-8

    def update(self, g: Any, t: int, m: Any, u: Any) -> tuple[Any, Any, Any]:
        """Return the step, the first moment and the decaying maximum u."""
        m = self.beta1 * m + (1 - self.beta1) * g
        u = np.maximum(self.beta2 * u, np.abs(g) + self.eps)
        return -self.lr / (1 - self.beta1**t) * (m / u), m, u


@dataclass(frozen=True, eq=False)
class AdaMaxOutside(rules.AdaMax):
    """AdaMax with ε added to the maximum when it is divided by.

    Parameters
    ----------
    lr, beta1, beta2, eps : float or array_like
        η, β₁, β₂ and ε.
    """

    eps: Any = 1e-7

    def update(self, g: Any, t: int, m: Any, u: Any) -> tuple[Any, Any, Any]:
        """Return the step, the first moment and the decaying maximum u."""
        m = self.beta1 * m + (1 - self.beta1) * g
        u = np.maximum(self.beta2 * u, np.abs(g))
        return -self.lr / (1 - self.beta1**t) * (m / (u + self.eps)), m, u


@dataclass(frozen=True, eq=False)
class NadamScheduled(rules.Nadam):
    """Nadam with Dozat's schedule: μ_t = β₁ (1 - ½ · 0.96^(t ψ)) weighs the look-ahead.

    Parameters
    ----------
    lr, beta1, beta2, eps : float or array_like
        η, β₁, β₂ and ε.
    momentum_decay : float, default 0.004
        The ψ of the schedule.
    """

    momentum_decay: Any = 0.004

    state_names: ClassVar[tuple[str, ...]] = ("m", "v", "c")

    def update(self, g: Any, t: int, m: Any, v: Any, c: Any) -> tuple[Any, ...]:  # type: ignore[override]
        """Return the step, the two moments, and 1 minus the product of all μ so far."""
        mu = self.beta1 * (1 - 0.5 * 0.96 ** (t * self.momentum_decay))
        mu_next = self.beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * self.momentum_decay))
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * (g * g)
        c = 1 - (1 - c) * mu
        m_bar = mu_next * m / (1 - (1 - c) * mu_next) + (1 - mu) * g / c
        v_hat = v / (1 - self.beta2**t)
        return -self.lr / (np.sqrt(v_hat) + self.eps) * m_bar, m, v, c


@dataclass(frozen=True, eq=False)
class NadamAhead(rules.Nadam):
    """Nadam whose first moment is corrected for step t + 1, its gradient for step t."""

    def update(self, g: Any, t: int, m: Any, v: Any) -> tuple[Any, Any, Any]:
        """Return the step and the two moments."""
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * (g * g)
        m_hat = m / (1 - self.beta1 ** (t + 1))
        m_bar = self.beta1 * m_hat + (1 - self.beta1) / (1 - self.beta1**t) * g
        v_hat = v / (1 - self.beta2**t)
        return -self.lr / (np.sqrt(v_hat) + self.eps) * m_bar, m, v


@dataclass(frozen=True, eq=False)
class AMSGradBefore(rules.AMSGrad):
    """AMSGrad with Adam's corrections: the maximum is taken before them."""

    def update(self, g: Any, t: int, m: Any, v: Any, v_hat: Any) -> tuple[Any, Any, Any, Any]:
        """Return the step, the two moments and the largest second moment so far."""
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * (g * g)
        v_hat = np.maximum(v_hat, v)
        root = np.sqrt(v_hat / (1 - self.beta2**t))
        return -self.lr / (1 - self.beta1**t) / (root + self.eps) * m, m, v, v_hat


@dataclass(frozen=True, eq=False)
class AMSGradEpsilonHat(rules.AMSGrad):
    """AMSGrad with Adam's corrections after the maximum, and ε beside the uncorrected root."""

    def update(self, g: Any, t: int, m: Any, v: Any, v_hat: Any) -> tuple[Any, Any, Any, Any]:
        """Return the step, the two moments and the largest second moment so far."""
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * (g * g)
        v_hat = np.maximum(v_hat, v)
        rate = self.lr * np.sqrt(1 - self.beta2**t) / (1 - self.beta1**t)
        return -rate / (np.sqrt(v_hat) + self.eps) * m, m, v, v_hat


@dataclass(frozen=True, eq=False)
class AMSGradAfter(rules.AMSGrad):
    """AMSGrad with Adam's corrections: the maximum is taken after them."""

    def update(self, g: Any, t: int, m: Any, v: Any, v_hat: Any) -> tuple[Any, Any, Any, Any]:
        """Return the step, the two moments and the largest corrected second moment so far."""
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * (g * g)
        v_hat = np.maximum(v_hat, v / (1 - self.beta2**t))
        return -self.lr / (1 - self.beta1**t) / (np.sqrt(v_hat) + self.eps) * m, m, v, v_hat
