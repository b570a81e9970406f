"""LAMB."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from adaptive.rules.vector import VectorRule, norm


@dataclass(frozen=True, eq=False)
class LAMB(VectorRule):
    """LAMB: each array takes AdamW's direction, and a step in proportion to its own length.

    Parameters
    ----------
    lr : float or array_like, default 0.001
        Learning rate η: the length of a step over the length of the array.
    beta1, beta2 : float or array_like, default 0.9 and 0.999
        Decays β₁ of the first and β₂ of the second moment.
    eps : float or array_like, default 1e-6
        ε, outside the root.
    weight_decay : float or array_like, default 0
        λ: λθ is added to the direction before its length is taken.

    Notes
    -----
    If the array or the direction is 0, there is no such proportion, and the step is -η times the
    direction, as in optax.

    References
    ----------
    You et al. (2020), algorithm 2, with φ(z) = z.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import LAMB
    >>> rule, theta = LAMB(lr=0.1), np.array([3.0, 4.0])
    >>> theta, state = rule.step(theta, np.array([2.0, -0.5]), rule.init(theta))
    >>> theta.round(4)  # by 0.1 · 5, along the signs of the gradient
    array([2.6464, 4.3536])
    """

    lr: Any = 0.001
    beta1: Any = 0.9
    beta2: Any = 0.999
    eps: Any = 1e-6
    weight_decay: Any = 0.0

    state_names: ClassVar[tuple[str, ...]] = ("m", "v")
    sees_theta: ClassVar[bool] = True

    def update(self, g: Any, t: int, theta: Any, m: Any, v: Any) -> tuple[Any, Any, Any]:
        """Return the step and the two moments."""
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * (g * g)
        m_hat = m / (1 - self.beta1**t)
        v_hat = v / (1 - self.beta2**t)
        r = m_hat / (np.sqrt(v_hat) + self.eps) + self.weight_decay * theta
        return -self.lr * _ratio(norm(theta), norm(r)) * r, m, v


def _ratio(size: Any, length: Any) -> Any:
    """Return the trust ratio, and 1 where there is none."""
    there = (size != 0) & (length != 0)  # what is not a number stays so
    return np.where(there, size / np.where(there, length, 1), 1)
