from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from adaptive import NAG, SGD, Momentum, descend
from adaptive.problems import NoisyQuadratic, Rosenbrock
from tests.rules.reference import assert_follows, changes


def test_equations() -> None:
    def recurrence(theta: float, gradients: list[float]) -> Iterator[tuple[float, ...]]:
        v = 0.0
        for g in gradients:
            v = 0.8 * v + 0.05 * g
            theta = theta - v
            yield theta, v

    assert_follows(NAG(lr=0.05, momentum=0.8), recurrence)


def test_by_hand() -> None:
    """On ½θ² from 1, where the gradient is the look-ahead point itself."""
    path = descend(
        NAG(lr=0.1, momentum=0.5), NoisyQuadratic(curvatures=[1], noise=0), [1.0], steps=3
    )
    # v: 0.1, then 0.05 + 0.1 (0.9 - 0.05), then 0.0675 + 0.1 (0.765 - 0.0675)
    assert path.gradient.ravel().tolist() == pytest.approx([1, 0.85, 0.6975])
    assert path.state["v"].ravel().tolist() == pytest.approx([0, 0.1, 0.135, 0.13725])
    assert path.theta.ravel().tolist() == pytest.approx([1, 0.9, 0.765, 0.62775])


def test_gradient_is_taken_where_momentum_leads() -> None:
    problem, rule = Rosenbrock(), NAG(lr=1e-3, momentum=0.9)
    path = descend(rule, problem, steps=20)
    ahead = path.theta[:-1] - 0.9 * path.state["v"][:-1]
    np.testing.assert_allclose(path.gradient, problem.grad(ahead), rtol=1e-12)
    assert not np.allclose(path.gradient[1:], problem.grad(path.theta[1:-1]), rtol=1e-3)


def test_lookahead() -> None:
    state = NAG.State(3, np.array([1.0, -2.0]))
    rule = NAG(lr=7, momentum=0.5)
    assert rule.lookahead(np.array([1.0, 1.0]), state).tolist() == [0.5, 2]
    assert rule.lookahead([1, 1], state).tolist() == [0.5, 2]


def test_same_path_as_the_form_without_lookahead() -> None:
    """Frameworks hold p = θ - γv and add the gradient at p twice: to the buffer, and directly."""
    problem, lr, gamma = Rosenbrock(), 1e-3, 0.9
    path = descend(NAG(lr=lr, momentum=gamma), problem, steps=50)
    p, buffer = problem.start, 0.0
    for theta, v in zip(path.theta, path.state["v"], strict=True):
        np.testing.assert_allclose(p, theta - gamma * v, rtol=1e-12)
        g = problem.grad(p)
        buffer = gamma * buffer + g
        p = p - lr * (g + gamma * buffer)


def test_differs_from_momentum() -> None:
    nag, heavy_ball = (
        descend(rule(lr=1e-3), Rosenbrock(), steps=20).theta[-1] for rule in (NAG, Momentum)
    )
    assert np.linalg.norm(nag - heavy_ball) > 0.01


def test_without_momentum_it_is_sgd() -> None:
    assert changes(NAG(lr=0.3, momentum=0), 1, -2, 3) == changes(SGD(lr=0.3), 1, -2, 3)


def test_defaults() -> None:
    assert NAG() == NAG(lr=0.01, momentum=0.9)
