"""Rules as methods for `scipy.optimize.minimize`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adaptive import _checks
from adaptive.rules.base import Rule


def minimizer(rule: Rule) -> Callable[..., Any]:
    """Return a rule as a method for `scipy.optimize.minimize`.

    The method takes two options: ``maxiter`` (default 1000), the steps to
    make, and ``gtol`` (default: scipy's ``tol``, or 1e-5), the largest entry
    of a gradient that ends the run. It honours ``callback``, and refuses bounds and constraints.

    Parameters
    ----------
    rule : Rule
        The rule, such as ``Adam(lr=0.1)``.

    Returns
    -------
    callable
        To be passed as ``method``.

    Raises
    ------
    TypeError
        If ``rule`` is not a rule.
    ValueError
        From the method: if ``jac`` is missing, or bounds or constraints are given.

    Examples
    --------
    >>> from scipy.optimize import minimize, rosen, rosen_der
    >>> from adaptive import Adam, minimizer
    >>> adam, options = minimizer(Adam(lr=0.05)), {"maxiter": 5000}
    >>> found = minimize(rosen, [-1.2, 1], jac=rosen_der, method=adam, options=options)
    >>> found.success, found.x.round(3)
    (True, array([1., 1.]))
    """
    _checks.instance("rule", rule, Rule)

    def method(
        fun: Callable[..., float],
        x0: Any,
        args: tuple[Any, ...] = (),
        *,
        jac: Any = None,
        bounds: Any = None,
        constraints: Any = (),
        callback: Callable[[Any], Any] | None = None,
        maxiter: int = 1000,
        gtol: float | None = None,
        tol: float = 1e-5,
        **_: Any,
    ) -> Any:
        from scipy.optimize import OptimizeResult

        if not callable(jac):
            raise ValueError(f"jac must be a function that returns the gradient, got {jac!r}")
        if bounds is not None or constraints:
            raise ValueError("bounds and constraints must not be given: these rules have none")
        steps = _checks.count("maxiter", maxiter)
        small = _checks.number("gtol", tol if gtol is None else gtol, 0)
        theta = _checks.finite("x0", x0)
        state = rule.init(theta)
        g = np.asarray(jac(theta, *args))
        with np.errstate(all="ignore"):
            while state.t < steps and np.abs(g).max() > small:
                theta, state = rule.step(theta, g, state)
                if callback is not None:
                    callback(theta)
                g = np.asarray(jac(rule.lookahead(theta, state), *args))
        success = bool(np.abs(g).max() <= small)
        return OptimizeResult(
            x=theta,
            fun=fun(theta, *args),
            jac=g,
            nit=state.t,
            nfev=1,
            njev=state.t + 1,
            success=success,
            status=0 if success else 1,
            message="The gradient is small." if success else "The steps were used up.",
        )

    return method
