"""jax's gradients as `jac` and in a step: the same ends as with the gradient by hand."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import minimize

from adaptive import RULES, minimizer


def quartic(x: Any) -> Any:
    """Return a function of two variables, in jax's numpy."""
    return jnp.sum((x - jnp.array([1.0, -0.5])) ** 4) + jnp.sum(x**2) / 2


def its_gradient(x: Any) -> Any:
    """Return its gradient."""
    return 4 * (x - np.array([1.0, -0.5])) ** 3 + x


def main() -> None:
    """Compare, for each rule, or raise an AssertionError."""
    # jax computes in single precision unless told otherwise.
    single: Any = {"rtol": 1e-5}
    start = np.array([0.5, 0.5])
    for kind in RULES:
        call: dict[str, Any] = {"method": minimizer(kind()), "options": {"maxiter": 50}}
        exact = minimize(quartic, start, jac=its_gradient, **call)
        for jac in (jax.grad(quartic), jax.jit(jax.grad(quartic))):
            traced = minimize(quartic, start, jac=jac, **call)
            assert type(traced.fun) is float
            assert type(traced.jac) is type(traced.x) is np.ndarray
            np.testing.assert_allclose(traced.x, exact.x, **single)
        both = minimize(jax.value_and_grad(quartic), start, jac=True, **call)
        np.testing.assert_allclose(both.x, exact.x, **single)
        theta, state = jnp.array(start), kind().init(jnp.array(start))
        for _ in range(50):
            theta, state = kind().step(
                theta, jax.grad(quartic)(kind().lookahead(theta, state)), state
            )
        assert all(type(array) is np.ndarray for array in (theta, *state[1:]))
        np.testing.assert_allclose(theta, exact.x, **single)
        print(f"jax's gradient as jac, {kind.__name__}: the same")


if __name__ == "__main__":
    main()
