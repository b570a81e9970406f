"""Lion."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from adaptive.rules.base import Rule


@dataclass(frozen=True, eq=False)
class Lion(Rule):
    """Lion: the sign of an average, which the newest gradient enters with a weight of its own.

    Parameters
    ----------
    lr : float or array_like, default 0.0001
        Learning rate η: how far each coordinate moves in a step.
    beta1 : float or array_like, default 0.9
        Weight β₁ of the memory in the sum c whose sign the step takes; the gradient's is 1 - β₁.
    beta2 : float or array_like, default 0.99
        Decay β₂ of the memory m.
    weight_decay : float or array_like, default 0
        λ: a step multiplies θ by 1 - ηλ, beside what the sign adds.

    Notes
    -----
    Where c is exactly 0 its sign is 0, and nothing but the decay moves that coordinate.

    References
    ----------
    Chen et al. (2023).

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import Lion
    >>> rule, theta = Lion(lr=0.1, weight_decay=0.5), np.array([1.0, 1.0])
    >>> theta, state = rule.step(theta, np.array([2.0, -0.5]), rule.init(theta))
    >>> theta
    array([0.85, 1.05])
    >>> state
    State(t=1, m=array([ 0.02 , -0.005]))
    """

    lr: Any = 0.0001
    beta1: Any = 0.9
    beta2: Any = 0.99
    weight_decay: Any = 0.0

    state_names: ClassVar[tuple[str, ...]] = ("m",)
    sees_theta: ClassVar[bool] = True
    on_circles: ClassVar[dict[str, float]] = {
        "lr": 0.02,
        "beta1": 0.9,
        "beta2": 0.99,
        "weight_decay": 0.0,
    }

    def update(self, g: Any, t: int, theta: Any, m: Any) -> tuple[Any, Any]:
        """Return the step and the memory."""
        c = self.beta1 * m + (1 - self.beta1) * g
        m = self.beta2 * m + (1 - self.beta2) * g
        return -self.lr * (np.sign(c) + self.weight_decay * theta), m
