from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive.problems import SURFACES, Beale, Himmelblau, Ravine, Rosenbrock, Saddle, Surface
from tests.problems.support import named, surfaces


def test_values_by_hand() -> None:
    assert Ravine(condition=20).loss([2, 1]) == (4 + 20) / 2
    assert Rosenbrock().loss([-1, 2]) == 4 + 100
    assert Beale().loss([1, 2]) == (1.5 - 1 + 2) ** 2 + (2.25 - 1 + 4) ** 2 + (2.625 - 1 + 8) ** 2
    assert Himmelblau().loss([1, 2]) == (1 + 2 - 11) ** 2 + (1 + 4 - 7) ** 2
    assert Saddle().loss([2, 2]) == 2 - 2 + 4


@pytest.mark.parametrize(
    ("surface", "minima"),
    [
        (Ravine(), [(0, 0)]),
        (Rosenbrock(), [(1, 1)]),
        (Beale(), [(3, 0.5)]),
        (
            Himmelblau(),
            [(3, 2), (-2.805118, 3.131313), (-3.779310, -3.283186), (3.584428, -1.848127)],
        ),
    ],
    ids=repr,
)
def test_minima(surface: Surface, minima: list[tuple[float, float]]) -> None:
    np.testing.assert_allclose(surface.loss(minima), 0, atol=1e-9)
    assert surface.minimum.tolist() == list(minima[0])


def test_saddle() -> None:
    surface = Saddle()
    assert surface.grad([[0, 0], [0, 1], [0, -1]]).tolist() == [[0, 0]] * 3
    assert surface.loss([0, 0.1]) < surface.loss([0, 0]) < surface.loss([0.1, 0])
    assert surface.loss(surface.minimum) == -0.25


@pytest.mark.parametrize("angle", [0, 30, 90, 200])
def test_ravine_is_turned(angle: float) -> None:
    """The curvatures along the axes of the ravine are 1 and κ, whichever way it lies."""
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    hessian = Ravine(50, angle).grad(np.eye(2))
    np.testing.assert_allclose(hessian @ [c, s], [c, s], atol=1e-12)
    np.testing.assert_allclose(hessian @ [-s, c], [-50 * s, 50 * c], atol=1e-12)


@pytest.mark.parametrize("surface", surfaces, ids=named)
def test_coordinates_may_be_seen_apart(surface: Surface) -> None:
    """The figures call with a grid of x and a grid of y."""
    x, y = np.meshgrid(np.linspace(-1, 1, 4), np.linspace(0, 2, 3))
    theta = np.stack([x, y], axis=-1)
    np.testing.assert_array_equal(surface.f(x, y), surface.loss(theta))
    np.testing.assert_array_equal(np.stack(surface.partials(x, y), -1), surface.grad(theta))


def test_fields_are_values() -> None:
    assert Ravine(20, 30) == Ravine(condition=20, angle=30)
    assert Ravine(20) != Ravine(21)
    assert len({Ravine(), Ravine(20), Ravine(21), Rosenbrock(), Rosenbrock()}) == 3


def test_own_surface() -> None:
    class Bowl(Surface):
        name = "bowl"
        start = np.array([1.0, 2.0])

        def f(self, x: Any, y: Any) -> Any:
            return x**2 + y**2

        def partials(self, x: Any, y: Any) -> tuple[Any, Any]:
            return 2 * x, 2 * y

    assert Bowl not in SURFACES
    assert Bowl().loss([3, 4]) == 25
    assert Bowl().grad([[3, 4]]).tolist() == [[6, 8]]
