"""The convex loss on which the heavy ball, at its best setting for quadratics, cycles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from adaptive.problems.base import Surface, point


@dataclass(frozen=True)
class Lessard(Surface):
    """A convex loss that the heavy ball at its "optimal" setting need not descend.

    Along the first coordinate the curvature is 25, but 1 between x = 1 and
    x = 2; along the second it is 1. So the loss is strongly convex, with all
    curvatures between 1 and 25.

    References
    ----------
    Lessard, Recht and Packard (2016), where there is only the first coordinate.
    The second lets the loss be drawn like the others.

    Examples
    --------
    >>> from adaptive.problems import Lessard
    >>> Lessard().grad([[0.5, 1.0], [1.5, 1.0], [3.0, 1.0]])
    array([[12.5,  1. ],
           [25.5,  1. ],
           [51. ,  1. ]])
    """

    name = "trap of Lessard et al."
    start = point(3.3, 1.0)
    minimum = point(0.0, 0.0)
    bounds = ((-4.0, 4.0), (-2.0, 2.0))

    def f(self, x: Any, y: Any) -> Any:
        """Return the integral of the first partial derivative, plus ½y²."""
        c = np.minimum(np.maximum(x - 1, 0), 1)
        return 25 * x**2 / 2 - 24 * (c * (x - 1) - c**2 / 2) + y**2 / 2

    def partials(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return 25x for x < 1, x + 24 up to x = 2 and 25x - 24 beyond it; and y."""
        c = np.minimum(np.maximum(x - 1, 0), 1)
        return 25 * x - 24 * c, y
