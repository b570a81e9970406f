"""Prodigy."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from adaptive.rules.vector import VectorRule


@dataclass(frozen=True, eq=False)
class Prodigy(VectorRule):
    """Prodigy: Adam, with an estimate of the distance to the minimum for a learning rate.

    Parameters
    ----------
    lr : float or array_like, default 1
        Factor η of the estimated rate; schedules multiply it.
    beta1, beta2 : float or array_like, default 0.9 and 0.999
        Decays β₁ of the first and β₂ of the second moment; √β₂ is that of the two sums of which
        the estimate is the quotient.
    eps : float or array_like, default 1e-8
        ε, outside the root, where it is multiplied by the estimate.
    d0 : float or array_like, default 1e-6
        The first estimate, more than 0. Better too small than too large: estimates only grow.

    Notes
    -----
    All parameters, of all arrays, have one estimate. The state has it as ``D``, without ``d0``, and
    as ``P`` the numerator: one number each, which is repeated for each parameter. ``w`` is the way
    from the start, which is the sum of all steps: what else moves θ is not in it. There is no
    correction of the bias of the moments, as there is none in the paper.

    References
    ----------
    Mishchenko and Defazio (2024), the form for Adam.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import Prodigy
    >>> rule, theta = Prodigy(), np.array([30.0, -40.0])
    >>> state = rule.init(theta)
    >>> for _ in range(60):  # the slope of |θ|, summed over both coordinates
    ...     theta, state = rule.step(theta, np.sign(theta), state)
    >>> bool(10 < rule.d0 + state.D[0] < 50)
    True
    """

    lr: Any = 1.0
    beta1: Any = 0.9
    beta2: Any = 0.999
    eps: Any = 1e-8
    d0: Any = 1e-6

    state_names: ClassVar[tuple[str, ...]] = ("m", "v", "S", "w", "P", "D")
    of_all: ClassVar[bool] = True

    def update(
        self, g: Any, t: int, m: Any, v: Any, S: Any, w: Any, P: Any, D: Any
    ) -> tuple[Any, ...]:
        """Return the step, the two moments, the sum of gradients, the way, and the two numbers."""
        D, kept = self.d0 + D, np.sqrt(self.beta2)
        m = self.beta1 * m + (1 - self.beta1) * D * g
        v = self.beta2 * v + (1 - self.beta2) * D**2 * (g * g)
        step = -self.lr * D * m / (np.sqrt(v) + D * self.eps)
        ahead = -np.sum(g * w, axis=-1, keepdims=True)
        P = kept * P + (1 - kept) * self.lr * D**2 * ahead
        S = kept * S + (1 - kept) * self.lr * D**2 * g
        length = np.sum(np.abs(S), axis=-1, keepdims=True)
        # Where the sum is 0, the estimate stays.
        found = P / np.where(length == 0, np.inf, length)
        return step, m, v, S, w + step, P, np.maximum(D, found) - self.d0
