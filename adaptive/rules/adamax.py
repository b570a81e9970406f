"""AdaMax."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from adaptive.rules.base import Rule

#: The smallest normal float32. Where no gradient has come yet, m_hat / TINY is 0 / TINY = 0, not
#: 0 / 0; a gradient below it counts as none.
TINY = float(np.finfo(np.float32).tiny)


@dataclass(frozen=True, eq=False)
class AdaMax(Rule):
    """AdaMax: Adam with the largest recent gradient in place of the root mean square.

    Parameters
    ----------
    lr : float or array_like, default 0.002
        Learning rate η.
    beta1, beta2 : float or array_like, default 0.9 and 0.999
        Decays β₁ of the first moment and β₂ of the maximum.

    Notes
    -----
    A coordinate whose gradient has been 0 so far does not move.

    References
    ----------
    Kingma and Ba (2015), algorithm 2.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import AdaMax
    >>> rule, theta = AdaMax(lr=0.1), np.array([1.0, 1.0])
    >>> theta, state = rule.step(theta, np.array([2.0, -0.5]), rule.init(theta))
    >>> theta
    array([0.9, 1.1])
    >>> state
    State(t=1, m=array([ 0.2 , -0.05]), u=array([2. , 0.5]))
    """

    lr: Any = 0.002
    beta1: Any = 0.9
    beta2: Any = 0.999

    state_names: ClassVar[tuple[str, ...]] = ("m", "u")
    on_circles: ClassVar[dict[str, float]] = {"lr": 0.3, "beta1": 0.9, "beta2": 0.999}

    def update(self, g: Any, t: int, m: Any, u: Any) -> tuple[Any, Any, Any]:
        """Return the step, the first moment and the decaying maximum u."""
        m = self.beta1 * m + (1 - self.beta1) * g
        u = np.maximum(self.beta2 * u, np.abs(g))
        m_hat = m / (1 - self.beta1**t)
        return -self.lr * (m_hat / np.maximum(u, TINY)), m, u
