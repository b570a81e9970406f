"""Nesterov's accelerated gradient."""

from dataclasses import dataclass
from typing import Any, ClassVar

from adaptive.rules.base import Rule


@dataclass(frozen=True, eq=False)
class NAG(Rule):
    """Nesterov accelerated gradient: momentum that looks where it is about to go.

    Parameters
    ----------
    lr : float or array_like, default 0.01
        Learning rate η.
    momentum : float or array_like, default 0.9
        The fraction γ of the velocity that is kept from one step to the next.

    References
    ----------
    Nesterov (1983); Sutskever, Martens, Dahl and Hinton (2013), equations (3)
    and (4), there with the sign of v exchanged.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import NAG
    >>> rule, theta = NAG(lr=0.1, momentum=0.9), np.array([1.0, 1.0])
    >>> theta, state = rule.step(theta, np.array([2.0, -0.5]), rule.init(theta))
    >>> theta
    array([0.8 , 1.05])
    >>> state
    State(t=1, v=array([ 0.2 , -0.05]))
    """

    lr: Any = 0.01
    momentum: Any = 0.9

    state_names: ClassVar[tuple[str, ...]] = ("v",)
    on_circles: ClassVar[dict[str, float]] = {"lr": 0.1, "momentum": 0.9}

    def lookahead(self, theta: Any, state: Any) -> Any:
        """Return θ - γ v, where momentum alone would carry the parameters."""
        return theta - self.momentum * state.v

    def update(self, g: Any, t: int, v: Any) -> tuple[Any, Any]:
        """Return -v and the new velocity v; g is of the look-ahead point."""
        v = self.momentum * v + self.lr * g
        return -v, v
