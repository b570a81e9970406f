"""Adagrad."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from adaptive.rules.base import Rule


@dataclass(frozen=True, eq=False)
class Adagrad(Rule):
    """Adagrad: each coordinate's rate falls with the squared gradients it has seen.

    Parameters
    ----------
    lr : float or array_like, default 0.01
        Learning rate η.
    eps : float or array_like, default 1e-8
        ε, inside the root.

    References
    ----------
    Duchi, Hazan and Singer (2011), figure 1 (diagonal matrices), where a δ outside
    the root has the part of ε.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import Adagrad
    >>> rule, theta = Adagrad(lr=0.1), np.array([1.0, 1.0])
    >>> theta, state = rule.step(theta, np.array([2.0, -0.5]), rule.init(theta))
    >>> theta
    array([0.9, 1.1])
    >>> state
    State(t=1, G=array([4.  , 0.25]))
    """

    lr: Any = 0.01
    eps: Any = 1e-8

    state_names: ClassVar[tuple[str, ...]] = ("G",)
    on_circles: ClassVar[dict[str, float]] = {"lr": 0.7, "eps": 1e-8}

    def update(self, g: Any, t: int, G: Any) -> tuple[Any, Any]:
        """Return the step and the sum of squared gradients G."""
        G = G + g * g
        return -self.lr / np.sqrt(G + self.eps) * g, G
