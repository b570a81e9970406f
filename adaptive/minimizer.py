"""Rules as methods for `scipy.optimize.minimize`."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from adaptive import _checks
from adaptive.problems.base import Array
from adaptive.rules.base import Rule

#: What a run ends with: ``OptimizeResult.status`` and its message, as scipy's own methods number
#: them.
ENDINGS: dict[int, str] = {
    0: "The gradient is small.",
    1: "The steps were used up.",
    3: "A NaN or an infinity was met.",
    99: "`callback` raised `StopIteration`.",
}


def minimizer(rule: Rule) -> Callable[..., Any]:
    """Return a rule as a method for `scipy.optimize.minimize`.

    The method takes three options: ``maxiter`` (default 1000), the steps to
    make; ``gtol`` (default: scipy's ``tol``, or 1e-5), the largest entry
    of a gradient that ends the run; and ``disp``, which prints how it ended. It needs ``jac``,
    calls ``callback`` after each step in either of scipy's forms, and refuses
    bounds and constraints.

    Where the run ends is the result, as in `descend`: a rule does not search
    for a lower loss, so that ``fun`` may be above what it was on the way. A rule
    whose weights decay comes to rest where the gradient holds against the decay,
    not where it is small.

    Parameters
    ----------
    rule : Rule
        The rule, such as ``Adam(lr=0.1)``.

    Returns
    -------
    callable
        To be passed as ``method``. Its `scipy.optimize.OptimizeResult` has ``x``,
        ``fun`` and ``jac``, both at ``x``, ``nit``, ``nfev``, ``njev``,
        ``success``, ``message`` and ``status``: 0 if the gradient is small,
        1 if the steps were used up, 3 if something was not finite, 99 if
        ``callback`` raised ``StopIteration``.

    Raises
    ------
    TypeError
        If ``rule`` is not a rule. From the method: if ``fun`` or ``jac`` return
        what is no real number.
    ValueError
        From the method: if ``jac`` is missing or returns another shape than (n,), ``fun`` returns
        more than a number, a hyperparameter has another shape, or bounds or constraints are given.

    Warns
    -----
    RuntimeWarning
        From the method, if ``hess`` or ``hessp`` are given.
    scipy.optimize.OptimizeWarning
        From the method, if it does not know an option.

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
    # Not a closure, which could not be sent to another process.
    return partial(_minimize, rule)


def _minimize(
    rule: Rule,
    fun: Callable[..., Any],
    x0: Any,
    args: tuple[Any, ...] = (),
    *,
    jac: Any = None,
    hess: Any = None,
    hessp: Any = None,
    bounds: Any = None,
    constraints: Any = (),
    callback: Callable[..., Any] | None = None,
    maxiter: int | None = None,
    gtol: float | None = None,
    tol: float = 1e-5,
    disp: bool = False,
    **unknown: Any,
) -> Any:
    """Minimize ``fun`` by the rule: what `scipy.optimize.minimize` calls with its own arguments."""
    if not callable(jac):
        raise ValueError(f"jac must be a function that returns the gradient, got {jac!r}")
    if bounds is not None or not (isinstance(constraints, tuple | list) and not constraints):
        raise ValueError("bounds and constraints must not be given: these rules have none")
    _warn(hess, hessp, unknown)
    steps = _checks.count("maxiter", 1000 if maxiter is None else maxiter)
    small = _checks.number("gtol", tol if gtol is None else gtol, 0)
    theta = np.atleast_1d(_checks.finite("x0", x0)).copy()
    if theta.ndim != 1 or not theta.size:
        raise ValueError(f"x0 must have shape (n,), got shape {theta.shape}")
    for name, value in rule.hyperparameters.items():
        if np.shape(value) not in ((), (1,), theta.shape):
            raise ValueError(
                f"{type(rule).__name__}.{name} must have shape () or that of x0, {theta.shape}, "
                f"got shape {np.shape(value)}"
            )
    with np.errstate(all="ignore"):  # a diverging run is a result
        run = _Run(rule, fun, jac, args, theta)
        status = run.descend(steps, small, _informed(callback))
        found = run.result(status, ENDINGS[status])
    if disp:
        print(f"{found.message} {found.nit} steps, function value {found.fun:.6g}.")
    return found


class _Run:
    """One run: the parameters, the state, and what was counted and computed on the way."""

    def __init__(
        self, rule: Rule, fun: Callable[..., Any], jac: Any, args: tuple[Any, ...], theta: Array
    ) -> None:
        self.rule, self.fun, self.jac, self.args = rule, fun, jac, args
        self.theta, self.state = theta, rule.init(theta)
        self.nfev = self.njev = 0
        self._value: float | None = None
        self._slope: Array | None = None

    def descend(self, steps: int, small: float, callback: Callable[[_Run], None] | None) -> int:
        """Make the steps, and return the status in which they end."""
        while True:
            point = self.rule.lookahead(self.theta, self.state)
            same = np.array_equal(point, self.theta)
            g = self.slope if same else self._gradient(point)
            if not (np.isfinite(self.theta).all() and np.isfinite(g).all()):
                return 3
            # A rule that looks ahead may do so from a slope to a place without one.
            if np.abs(g).max() <= small and np.abs(self.slope).max() <= small:
                return 0 if np.isfinite(self.value) else 3
            if self.state.t >= steps:
                return 1 if np.isfinite(self.value) else 3
            self.theta, self.state = self.rule.step(self.theta, g, self.state)
            self._value = self._slope = None
            if callback is not None:
                try:
                    callback(self)
                except StopIteration:
                    return 99

    @property
    def value(self) -> float:
        """The function at the parameters, computed once for each step that asks for it."""
        if self._value is None:
            self.nfev += 1
            value = _checks.numeric("fun", self.fun(self.theta.copy(), *self.args))
            if value.size != 1:
                raise ValueError(f"fun must return one number, got {_checks.shown(value)}")
            self._value = float(value.item())
        return self._value

    @property
    def slope(self) -> Array:
        """The gradient at the parameters, computed once for each step that asks for it."""
        if self._slope is None:
            self._slope = self._gradient(self.theta)
        return self._slope

    def _gradient(self, point: Array) -> Array:
        """Return the gradient at a point, both copies: jac may write into either."""
        self.njev += 1
        g = np.atleast_1d(_checks.floating("jac", self.jac(np.array(point), *self.args))).copy()
        if g.shape != self.theta.shape:
            raise ValueError(
                f"jac must return an array of shape {self.theta.shape}, got shape {g.shape}"
            )
        return g

    def result(self, status: int, message: str) -> Any:
        """Return what scipy calls the result."""
        from scipy.optimize import OptimizeResult

        end = {"x": self.theta, "fun": self.value, "jac": self.slope, "nit": self.state.t}
        return OptimizeResult(
            **end,
            nfev=self.nfev,
            njev=self.njev,
            success=status == 0,
            status=status,
            message=message,
        )


def _informed(callback: Callable[..., Any] | None) -> Callable[[_Run], None] | None:
    """Return ``callback`` as a function of the run, in the one of scipy's two forms that it has."""
    if callback is None:
        return None
    names = _parameters(callback)

    def call(run: _Run) -> None:
        if names == {"intermediate_result"}:
            from scipy.optimize import OptimizeResult

            now = OptimizeResult(x=run.theta.copy(), fun=run.value)
            callback(intermediate_result=now)
        else:
            callback(run.theta.copy())

    return call


def _parameters(callback: Callable[..., Any]) -> set[str]:
    """Return the names of a callback's parameters; none for functions in C that do not say."""
    try:
        return set(_checks.signature(callback).parameters)
    except ValueError:
        return set()


def _warn(hess: Any, hessp: Any, unknown: dict[str, Any]) -> None:
    """Warn of what is not used, as scipy's own methods do."""
    from scipy.optimize import OptimizeWarning

    for name, value in {"hess": hess, "hessp": hessp}.items():
        if value is not None:
            warnings.warn(f"{name} is not used by these rules", RuntimeWarning, stacklevel=4)
    if unknown:
        text = f"Unknown solver options: {', '.join(unknown)}"
        warnings.warn(text, OptimizeWarning, stacklevel=4)
