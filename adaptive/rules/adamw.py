"""AdamW."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from adaptive.rules.base import Rule


@dataclass(frozen=True, eq=False)
class AdamW(Rule):
    """AdamW: Adam beside a weight decay that nothing divides.

    Parameters
    ----------
    lr : float or array_like, default 0.001
        Learning rate η.
    beta1, beta2 : float or array_like, default 0.9 and 0.999
        Decays β₁ of the first and β₂ of the second moment.
    eps : float or array_like, default 1e-8
        ε, outside the root.
    weight_decay : float or array_like, default 0.01
        λ: without gradients, a step multiplies θ by 1 - ηλ.

    Notes
    -----
    The learning rate multiplies the decay too, as it does in PyTorch. In the paper a schedule
    multiplies both, and the learning rate the gradient's part alone: its λ is ηλ here.

    References
    ----------
    Loshchilov and Hutter (2019), algorithm 2.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import AdamW
    >>> rule, theta = AdamW(lr=0.1, weight_decay=0.5), np.array([1.0, 1.0])
    >>> theta, state = rule.step(theta, np.array([2.0, -0.5]), rule.init(theta))
    >>> theta
    array([0.85, 1.05])
    >>> state
    State(t=1, m=array([ 0.2 , -0.05]), v=array([0.004  , 0.00025]))
    """

    lr: Any = 0.001
    beta1: Any = 0.9
    beta2: Any = 0.999
    eps: Any = 1e-8
    weight_decay: Any = 0.01

    state_names: ClassVar[tuple[str, ...]] = ("m", "v")
    sees_theta: ClassVar[bool] = True
    on_circles: ClassVar[dict[str, float]] = {
        "lr": 0.1,
        "beta1": 0.9,
        "beta2": 0.999,
        "eps": 1e-8,
        "weight_decay": 0.01,
    }

    def update(self, g: Any, t: int, theta: Any, m: Any, v: Any) -> tuple[Any, Any, Any]:
        """Return the step and the two moments."""
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * (g * g)
        m_hat = m / (1 - self.beta1**t)
        v_hat = v / (1 - self.beta2**t)
        return -self.lr * (m_hat / (np.sqrt(v_hat) + self.eps) + self.weight_decay * theta), m, v
