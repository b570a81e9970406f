"""Nadam."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from adaptive.rules.base import Rule


@dataclass(frozen=True, eq=False)
class Nadam(Rule):
    """Nadam: Adam with Nesterov's look-ahead folded into the first moment.

    Parameters
    ----------
    lr : float or array_like, default 0.002
        Learning rate η.
    beta1, beta2 : float or array_like, default 0.9 and 0.999
        Decays β₁ of the first and β₂ of the second moment.
    eps : float or array_like, default 1e-8
        ε, outside the root.

    References
    ----------
    Dozat (2016), with a constant μ = β₁ and one bias correction
    1 - β₁ᵗ for both terms.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import Nadam
    >>> rule, theta = Nadam(lr=0.1), np.array([1.0, 1.0])
    >>> theta, state = rule.step(theta, np.array([2.0, -0.5]), rule.init(theta))
    >>> theta
    array([0.81, 1.19])
    >>> state
    State(t=1, m=array([ 0.2 , -0.05]), v=array([0.004  , 0.00025]))
    """

    lr: Any = 0.002
    beta1: Any = 0.9
    beta2: Any = 0.999
    eps: Any = 1e-8

    state_names: ClassVar[tuple[str, ...]] = ("m", "v")
    on_circles: ClassVar[dict[str, float]] = {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}

    def update(self, g: Any, t: int, m: Any, v: Any) -> tuple[Any, Any, Any]:
        """Return the step and the two moments."""
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * (g * g)
        m_hat = m / (1 - self.beta1**t)
        v_hat = v / (1 - self.beta2**t)
        m_bar = self.beta1 * m_hat + (1 - self.beta1) / (1 - self.beta1**t) * g
        return -self.lr / (np.sqrt(v_hat) + self.eps) * m_bar, m, v
