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
    """

    lr: Any = 0.01

    on_circles: ClassVar[dict[str, float]] = {"lr": 0.1}

    def update(self, g: Any, t: int) -> tuple[Any]:
        """Return -η g."""
        return (-self.lr * g,)
