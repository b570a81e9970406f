"""Adadelta."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from adaptive.rules.base import Rule


@dataclass(frozen=True, eq=False)
class Adadelta(Rule):
    """Adadelta: the size of past steps takes the place of a learning rate.

    Parameters
    ----------
    rho : float or array_like, default 0.95
        Decay γ of both running averages.
    eps : float or array_like, default 1e-6
        ε, inside both roots.

    References
    ----------
    Zeiler (2012), algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import Adadelta
    >>> rule, theta = Adadelta(rho=0.9, eps=1e-2), np.array([1.0, 1.0])
    >>> theta, state = rule.step(theta, np.array([2.0, -0.5]), rule.init(theta))
    >>> theta
    array([0.68765248, 1.26726124])
    >>> state
    State(t=1, Eg2=array([0.4  , 0.025]), Edx2=array([0.0097561 , 0.00714286]))
    """

    rho: Any = 0.95
    eps: Any = 1e-6

    state_names: ClassVar[tuple[str, ...]] = ("Eg2", "Edx2")
    on_circles: ClassVar[dict[str, float]] = {"rho": 0.9, "eps": 1e-2}

    def update(self, g: Any, t: int, Eg2: Any, Edx2: Any) -> tuple[Any, Any, Any]:
        """Return the step Δθ and the running averages of g² and Δθ²."""
        Eg2 = self.rho * Eg2 + (1 - self.rho) * (g * g)
        dx = -(np.sqrt(Edx2 + self.eps) / np.sqrt(Eg2 + self.eps)) * g
        Edx2 = self.rho * Edx2 + (1 - self.rho) * (dx * dx)
        return dx, Eg2, Edx2
