"""Landscapes over the plane: a ravine, three classics, a saddle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from adaptive import _checks
from adaptive.problems.base import Surface, point, store


@dataclass(frozen=True)
class Ravine(Surface):
    """A quadratic whose curvature is 1 along the ravine and ``condition`` across it.

    Parameters
    ----------
    condition : float, default 20
        Condition number κ, at least 1: the ratio of the two curvatures.
    angle : float, default 0
        Direction of the ravine's floor, in degrees from the first axis.

    Raises
    ------
    ValueError
        If ``condition`` is below 1, or either is not finite.

    Examples
    --------
    >>> from adaptive.problems import Ravine
    >>> Ravine(condition=20).grad([2.0, 1.0])
    array([ 2., 20.])
    """

    condition: Any = 20.0
    angle: Any = 0.0

    name = "ravine"
    start = point(-4.0, 1.0)
    minimum = point(0.0, 0.0)
    bounds = ((-5.0, 5.0), (-2.0, 2.0))

    def __post_init__(self) -> None:
        """Check the fields."""
        store(
            self,
            condition=_checks.number("condition", self.condition, 1),
            angle=_checks.number("angle", self.angle),
        )

    def f(self, x: Any, y: Any) -> Any:
        """Return ½(u² + κ w²), with u along the ravine and w across it."""
        u, w = self._rotated(x, y, 1)
        return (u**2 + self.condition * w**2) / 2

    def partials(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return the gradient (u, κ w), turned back to the axes of x and y."""
        u, w = self._rotated(x, y, 1)
        return self._rotated(u, self.condition * w, -1)

    def _rotated(self, x: Any, y: Any, sign: int) -> tuple[Any, Any]:
        """Return the coordinates of (x, y) in axes turned by the angle, or turned back."""
        c, s = np.cos(np.radians(self.angle)), sign * np.sin(np.radians(self.angle))
        return c * x + s * y, c * y - s * x


@dataclass(frozen=True)
class Rosenbrock(Surface):
    """Rosenbrock's banana: a curved valley with a floor that hardly falls.

    References
    ----------
    Rosenbrock (1960), with the usual a = 1 and b = 100.

    Examples
    --------
    >>> from adaptive.problems import Rosenbrock
    >>> problem = Rosenbrock()
    >>> problem.loss([0.0, 1.0])
    np.float64(101.0)
    >>> problem.grad([0.0, 1.0])
    array([ -2., 200.])
    """

    name = "Rosenbrock"
    start = point(-1.2, 1.0)
    minimum = point(1.0, 1.0)
    bounds = ((-2.0, 2.0), (-1.0, 3.0))

    def f(self, x: Any, y: Any) -> Any:
        """Return (1 - x)² + 100 (y - x²)²."""
        return (1 - x) ** 2 + 100 * (y - x**2) ** 2

    def partials(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return the two partial derivatives."""
        return 2 * (x - 1) - 400 * x * (y - x**2), 200 * (y - x**2)


@dataclass(frozen=True)
class Beale(Surface):
    """Beale's function: flat plains, steep walls and one minimum at (3, ½).

    Examples
    --------
    >>> from adaptive.problems import Beale
    >>> problem = Beale()
    >>> problem.loss([1.0, 1.0])
    np.float64(14.203125)
    >>> problem.grad([1.0, 1.0])
    array([ 0.  , 27.75])
    """

    name = "Beale"
    start = point(1.0, 1.5)
    minimum = point(3.0, 0.5)
    bounds = ((-4.5, 4.5), (-4.5, 4.5))

    def f(self, x: Any, y: Any) -> Any:
        """Return (1.5 - x + xy)² + (2.25 - x + xy²)² + (2.625 - x + xy³)²."""
        a, b, c = self._residuals(x, y)
        return a**2 + b**2 + c**2

    def partials(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return the two partial derivatives."""
        a, b, c = self._residuals(x, y)
        return (
            2 * (a * (y - 1) + b * (y**2 - 1) + c * (y**3 - 1)),
            2 * x * (a + 2 * b * y + 3 * c * y**2),
        )

    def _residuals(self, x: Any, y: Any) -> tuple[Any, Any, Any]:
        return 1.5 - x + x * y, 2.25 - x + x * y**2, 2.625 - x + x * y**3


@dataclass(frozen=True)
class Himmelblau(Surface):
    """Himmelblau's function: four minima of equal depth.

    Examples
    --------
    >>> from adaptive.problems import Himmelblau
    >>> problem = Himmelblau()
    >>> problem.loss([3.0, 2.0])
    np.float64(0.0)
    >>> problem.grad([3.0, 2.0])
    array([0., 0.])
    """

    name = "Himmelblau"
    start = point(0.0, 0.0)
    minimum = point(3.0, 2.0)
    bounds = ((-5.0, 5.0), (-5.0, 5.0))

    def f(self, x: Any, y: Any) -> Any:
        """Return (x² + y - 11)² + (x + y² - 7)²."""
        return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2

    def partials(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return the two partial derivatives."""
        a, b = x**2 + y - 11, x + y**2 - 7
        return 4 * x * a + 2 * b, 2 * a + 4 * y * b


@dataclass(frozen=True)
class Saddle(Surface):
    """A saddle at the origin between two minima, at (0, 1) and (0, -1).

    The start lies a thousandth beside the line on which the gradient leads
    straight into the saddle.

    Examples
    --------
    >>> from adaptive.problems import Saddle
    >>> problem = Saddle()
    >>> problem.loss([0.0, 1.0])
    np.float64(-0.25)
    >>> problem.grad([0.0, 1.0])
    array([0., 0.])
    """

    name = "saddle"
    start = point(1.5, 0.001)
    minimum = point(0.0, 1.0)
    bounds = ((-2.0, 2.0), (-1.75, 1.75))

    def f(self, x: Any, y: Any) -> Any:
        """Return ½x² - ½y² + ¼y⁴."""
        return x**2 / 2 - y**2 / 2 + y**4 / 4

    def partials(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return the two partial derivatives."""
        return x, y**3 - y
