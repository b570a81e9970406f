"""Momentum, the heavy ball."""

from dataclasses import dataclass
from typing import Any, ClassVar

from adaptive.rules.base import Rule


@dataclass(frozen=True, eq=False)
class Momentum(Rule):
    """Momentum: a velocity that remembers past gradients.

    Parameters
    ----------
    lr : float or array_like, default 0.01
        Learning rate η.
    momentum : float or array_like, default 0.9
        The fraction γ of the velocity that is kept from one step to the next.

    References
    ----------
    Polyak (1964), the method of the heavy ball; Sutskever, Martens, Dahl and
    Hinton (2013), classical momentum, there with the sign of v exchanged.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import Momentum
    >>> rule, theta = Momentum(lr=0.1, momentum=0.9), np.array([1.0, 1.0])
    >>> theta, state = rule.step(theta, np.array([2.0, -0.5]), rule.init(theta))
    >>> theta
    array([0.8 , 1.05])
    >>> state
    State(t=1, v=array([ 0.2 , -0.05]))
    """

    lr: Any = 0.01
    momentum: Any = 0.9

    state_names: ClassVar[tuple[str, ...]] = ("v",)
    on_circles: ClassVar[dict[str, float]] = {"lr": 0.08, "momentum": 0.9}

    def update(self, g: Any, t: int, v: Any) -> tuple[Any, Any]:
        """Return -v and the new velocity v."""
        v = self.momentum * v + self.lr * g
        return -v, v
