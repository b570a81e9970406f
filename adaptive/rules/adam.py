"""Adam."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from adaptive.rules.base import Rule


@dataclass(frozen=True, eq=False)
class Adam(Rule):
    """Adam: running averages of the gradient and its square, each corrected for its start at 0.

    Parameters
    ----------
    lr : float or array_like, default 0.001
        Learning rate η.
    beta1, beta2 : float or array_like, default 0.9 and 0.999
        Decays β₁ of the first and β₂ of the second moment.
    eps : float or array_like, default 1e-8
        ε, outside the root.

    References
    ----------
    Kingma and Ba (2015), algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import Adam
    >>> rule, theta = Adam(lr=0.1), np.array([1.0, 1.0])
    >>> theta, state = rule.step(theta, np.array([2.0, -0.5]), rule.init(theta))
    >>> theta
    array([0.9, 1.1])
    >>> state
    State(t=1, m=array([ 0.2 , -0.05]), v=array([0.004  , 0.00025]))
    """

    lr: Any = 0.001
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
        return -self.lr / (np.sqrt(v_hat) + self.eps) * m_hat, m, v
