"""Schedule-Free SGD."""

from dataclasses import dataclass
from typing import Any, ClassVar

from adaptive.rules.base import Rule


@dataclass(frozen=True, eq=False)
class ScheduleFree(Rule):
    """Schedule-Free SGD: the parameters are the mean of all points that plain steps have led to.

    Parameters
    ----------
    lr : float or array_like, default 1
        Learning rate η of the plain steps.
    beta : float or array_like, default 0.9
        Weight β of the mean in the point at which the gradient is taken; the newest point has
        the rest. With 0 the gradients are taken at the newest point, with 1 at the mean.

    Notes
    -----
    The state u leads from the mean θ to the newest point z = θ + u. In the first step the mean
    is of one point, and in step t of t, all with the same weight.

    References
    ----------
    Defazio et al. (2024), where θ is called x, the newest point z, and `lookahead` y.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import ScheduleFree
    >>> rule, theta = ScheduleFree(lr=0.1), np.array([1.0, 1.0])
    >>> theta, state = rule.step(theta, np.array([2.0, -0.5]), rule.init(theta))
    >>> theta, state = rule.step(theta, np.array([1.0, -0.5]), state)
    >>> theta
    array([0.75 , 1.075])
    >>> state
    State(t=2, u=array([-0.05 ,  0.025]))
    >>> rule.lookahead(theta, state)
    array([0.745 , 1.0775])
    """

    lr: Any = 1.0
    beta: Any = 0.9

    state_names: ClassVar[tuple[str, ...]] = ("u",)
    on_circles: ClassVar[dict[str, float]] = {"lr": 0.8, "beta": 0.9}

    def lookahead(self, theta: Any, state: Any) -> Any:
        """Return a point between the mean and the newest one."""
        return theta + (1 - self.beta) * state.u

    def update(self, g: Any, t: int, u: Any) -> tuple[Any, Any]:
        """Return the step, and the way from the new mean to the newest point."""
        q = u - self.lr * g
        return q / t, (1 - 1 / t) * q
