"""AMSGrad."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from adaptive.rules.base import Rule


@dataclass(frozen=True, eq=False)
class AMSGrad(Rule):
    """AMSGrad: Adam whose second moment never forgets its largest value.

    Parameters
    ----------
    lr : float or array_like, default 0.001
        Learning rate η.
    beta1, beta2 : float or array_like, default 0.9 and 0.999
        Decays β₁ of the first and β₂ of the second moment.
    eps : float or array_like, default 1e-8
        ε, outside the root; the paper has none.

    Notes
    -----
    There is no bias correction, as in the paper.

    References
    ----------
    Reddi, Kale and Kumar (2018), algorithm 2.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import AMSGrad
    >>> rule, theta = AMSGrad(lr=0.1), np.array([1.0, 1.0])
    >>> theta, state = rule.step(theta, np.array([2.0, -0.5]), rule.init(theta))
    >>> theta
    array([0.68377228, 1.31622757])
    >>> state
    State(t=1, m=array([ 0.2 , -0.05]), v=array([0.004  , 0.00025]),
    v_hat=array([0.004  , 0.00025]))
    """

    lr: Any = 0.001
    beta1: Any = 0.9
    beta2: Any = 0.999
    eps: Any = 1e-8

    state_names: ClassVar[tuple[str, ...]] = ("m", "v", "v_hat")
    on_circles: ClassVar[dict[str, float]] = {"lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}

    def update(self, g: Any, t: int, m: Any, v: Any, v_hat: Any) -> tuple[Any, Any, Any, Any]:
        """Return the step, the two moments and the largest second moment so far."""
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * (g * g)
        v_hat = np.maximum(v_hat, v)
        return -self.lr / (np.sqrt(v_hat) + self.eps) * m, m, v, v_hat
