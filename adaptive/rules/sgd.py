"""Stochastic gradient descent."""

from dataclasses import dataclass
from typing import Any, ClassVar

from adaptive.rules.base import Rule


@dataclass(frozen=True, eq=False)
class SGD(Rule):
    """Stochastic gradient descent: a step against the gradient.

    Parameters
    ----------
    lr : float or array_like, default 0.01
        Learning rate η.

    References
    ----------
    Robbins and Monro (1951), with the gradient as the observed value.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import SGD
    >>> rule, theta = SGD(lr=0.1), np.array([1.0, 1.0])
    >>> theta, state = rule.step(theta, np.array([2.0, -0.5]), rule.init(theta))
    >>> theta
    array([0.8 , 1.05])
    >>> state
    State(t=1)
    """

    lr: Any = 0.01

    on_circles: ClassVar[dict[str, float]] = {"lr": 0.1}

    def update(self, g: Any, t: int) -> tuple[Any]:
        """Return -η g."""
        return (-self.lr * g,)
