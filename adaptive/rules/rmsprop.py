"""RMSprop."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from adaptive.rules.base import Rule


@dataclass(frozen=True, eq=False)
class RMSprop(Rule):
    """RMSprop: the gradient over the root of a running average of its square.

    Parameters
    ----------
    lr : float or array_like, default 0.001
        Learning rate η.
    rho : float or array_like, default 0.9
        Decay γ of the running average.
    eps : float or array_like, default 1e-8
        ε, inside the root.

    References
    ----------
    Tieleman and Hinton (2012), lecture 6.5, which gives ρ = 0.9 and no ε.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import RMSprop
    >>> rule, theta = RMSprop(lr=0.1, rho=0.9), np.array([1.0, 1.0])
    >>> theta, state = rule.step(theta, np.array([2.0, -0.5]), rule.init(theta))
    >>> theta
    array([0.68377224, 1.3162277 ])
    >>> state
    State(t=1, Eg2=array([0.4  , 0.025]))
    """

    lr: Any = 0.001
    rho: Any = 0.9
    eps: Any = 1e-8

    state_names: ClassVar[tuple[str, ...]] = ("Eg2",)
    on_circles: ClassVar[dict[str, float]] = {"lr": 0.07, "rho": 0.9, "eps": 1e-8}

    def update(self, g: Any, t: int, Eg2: Any) -> tuple[Any, Any]:
        """Return the step and the running average of g²."""
        Eg2 = self.rho * Eg2 + (1 - self.rho) * (g * g)
        return -self.lr / np.sqrt(Eg2 + self.eps) * g, Eg2
