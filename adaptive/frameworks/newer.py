"""The forms of rules that are newer than the book's ten, where they differ from the book's."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from adaptive import rules
from adaptive.rules.base import Rule


@dataclass(frozen=True, eq=False)
class AdamWEpsilonHat(rules.AdamW):
    """AdamW with ε beside the root of the uncorrected second moment."""

    def update(self, g: Any, t: int, theta: Any, m: Any, v: Any) -> tuple[Any, Any, Any]:
        """Return the step and the two moments."""
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * (g * g)
        rate = np.sqrt(1 - self.beta2**t) / (1 - self.beta1**t)
        turned = rate / (np.sqrt(v) + self.eps) * m
        return -self.lr * (turned + self.weight_decay * theta), m, v


@dataclass(frozen=True, eq=False)
class RAdamAfter(rules.Adam):
    """RAdam: Adam whose first steps are momentum's, and the next ones shorter.

    With no more than five gradients in the second moment, as the mean of as many with equal
    weights would have them, nothing is divided.
    """

    def update(self, g: Any, t: int, m: Any, v: Any) -> tuple[Any, Any, Any]:
        """Return the step and the two moments."""
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * (g * g)
        last = 2 / (1 - self.beta2) - 1
        now = last - 2 * t * self.beta2**t / (1 - self.beta2**t)
        squared = (now - 4) * (now - 2) * last / ((last - 4) * (last - 2) * now)
        shorter = np.sqrt(np.maximum(squared, 0)) / self.root(v, t)
        return -self.lr / (1 - self.beta1**t) * np.where(now > 5, shorter, 1) * m, m, v

    def root(self, v: Any, t: int) -> Any:
        """Return what the step is divided by: here, ε is beside the corrected root."""
        return np.sqrt(v / (1 - self.beta2**t)) + self.eps


@dataclass(frozen=True, eq=False)
class RAdamBefore(RAdamAfter):
    """RAdam with ε beside the root of the uncorrected second moment."""

    def root(self, v: Any, t: int) -> Any:
        """Return what the step is divided by."""
        return (np.sqrt(v) + self.eps) / np.sqrt(1 - self.beta2**t)


@dataclass(frozen=True, eq=False)
class ScheduleFreeShifted(rules.ScheduleFree):
    """Schedule-Free SGD whose parameters are where it takes gradients, and not the mean."""

    def lookahead(self, theta: Any, state: Any) -> Any:
        """Return the parameters."""
        return theta

    def update(self, g: Any, t: int, u: Any) -> tuple[Any, Any]:
        """Return the step, and the way from the new mean to the newest point."""
        step, new = super().update(g, t, u)
        return step + (1 - self.beta) * (new - u), new


@dataclass(frozen=True, eq=False)
class ScheduleFreeAdamW(Rule):
    """Schedule-Free with Adam's second moment; its parameters are where it takes gradients.

    Parameters
    ----------
    lr : float or array_like, default 0.0025
        η.
    beta1, beta2 : float or array_like, default 0.9 and 0.999
        Weight of the mean in the parameters, and decay of the second moment.
    eps : float or array_like, default 1e-8
        ε, outside the corrected root.
    """

    lr: Any = 0.0025
    beta1: Any = 0.9
    beta2: Any = 0.999
    eps: Any = 1e-8

    state_names: ClassVar[tuple[str, ...]] = ("u", "v")

    def update(self, g: Any, t: int, u: Any, v: Any) -> tuple[Any, Any, Any]:
        """Return the step, the way from the new mean to the newest point, and the moment."""
        v = self.beta2 * v + (1 - self.beta2) * (g * g)
        q = u - self.lr / (np.sqrt(v / (1 - self.beta2**t)) + self.eps) * g
        new = (1 - 1 / t) * q
        return q / t + (1 - self.beta1) * (new - u), new, v


@dataclass(frozen=True, eq=False)
class LAMBBeside(rules.LAMB):
    """LAMB whose weights decay before the step, in which the decay has no part."""

    def update(self, g: Any, t: int, theta: Any, m: Any, v: Any) -> tuple[Any, Any, Any]:
        """Return the step and the two moments."""
        gone = self.lr * self.weight_decay * theta
        bare = rules.LAMB(self.lr, self.beta1, self.beta2, self.eps)
        step, *moments = bare.update(g, t, theta - gone, m, v)
        return (step - gone, *moments)


@dataclass(frozen=True, eq=False)
class ProdigyCorrected(rules.Prodigy):
    """Prodigy with Adam's corrections of the bias in its rate, and the new estimate beside ε."""

    def update(
        self, g: Any, t: int, m: Any, v: Any, S: Any, w: Any, P: Any, D: Any
    ) -> tuple[Any, ...]:
        """Return the step and the state."""
        rate = self.lr * np.sqrt(1 - self.beta2**t) / (1 - self.beta1**t)
        bare = rules.Prodigy(rate, self.beta1, self.beta2, self.eps, self.d0)
        _, m, v, S, _, P, found = bare.update(g, t, m, v, S, w, P, D)
        step = -rate * (self.d0 + D) * m / (np.sqrt(v) + (self.d0 + found) * self.eps)
        return step, m, v, S, w + step, P, found


@dataclass(frozen=True, eq=False)
class MuonOutIn(rules.Muon):
    """Muon with the scale of Jordan et al., for weights of shape (out, in)."""

    def scale(self, m: int, n: int) -> Any:
        """Return what the orthogonalized matrix, m by n, is multiplied by."""
        return np.sqrt(max(1, m / n))


@dataclass(frozen=True, eq=False)
class MuonCorrected(rules.Muon):
    """Muon with corrections of the bias, that of the mean one step ahead."""

    def update(self, g: Any, t: int, theta: Any, m: Any) -> tuple[Any, Any]:
        """Return the step and the mean of the gradients."""
        m = self.momentum * m + (1 - self.momentum) * g
        m_hat, g_hat = m / (1 - self.momentum ** (t + 1)), g / (1 - self.momentum**t)
        d = self.momentum * m_hat + (1 - self.momentum) * g_hat
        o = self.scale(*g.shape[-2:]) * self.orthogonalize(d)
        return -self.lr * (o + self.weight_decay * theta), m


@dataclass(frozen=True, eq=False)
class MuonInOut(MuonCorrected):
    """The same with the scale of Jordan et al., for weights of shape (in, out)."""

    def scale(self, m: int, n: int) -> Any:
        """Return what the orthogonalized matrix, m by n, is multiplied by."""
        return np.sqrt(max(1, n / m))
