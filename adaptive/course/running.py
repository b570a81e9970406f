"""A student's function in the package's machinery: run, drawn, driven by sliders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from adaptive import _checks
from adaptive.course.calling import Mishap, call, quietly, say
from adaptive.course.code import Code
from adaptive.rules.base import Rule


def as_rule(
    codes: Mapping[type[Rule], Code],
    function: Callable[..., Any],
    rule: Rule,
    *,
    stand_in: bool = False,
) -> Rule:
    """Return ``rule`` with a student's function in the place of its equations.

    Parameters
    ----------
    codes : dict of Code
        For each class of rules, the question that asks for it: what the function takes and
        returns.
    function : callable
        The student's.
    rule : Rule
        Gives the hyperparameters, the names of the state, and the look in figures.
    stand_in : bool, default False
        Whether ``rule`` itself stands in for a function that is not right yet, so that
        what is measured with it is right all the same.

    Returns
    -------
    Rule
        For `descend` and `plotting`. Where it asks for its gradient is the
        function's choice too, if it takes the gradient as a function.

    Raises
    ------
    TypeError
        If ``function`` cannot be called, or the rule is of none of the classes.
    """
    _check_callable(function)
    if type(rule) not in codes:
        names = ", ".join(kind.__name__ for kind in codes)
        raise TypeError(f"rule must be one of {names}, got {_checks.shown(rule)}")
    code = codes[type(rule)]
    if stand_in and not _is_right(code, function):
        say(f"Your {type(rule).__name__} is not right yet: a right one stands in for it here.")
        return rule

    def outputs(self: Rule, given: dict[str, Any]) -> dict[str, Any]:
        return _outputs(code, function, given | self.hyperparameters)

    def lookahead(self: Rule, theta: Any, state: Any) -> Any:
        if "grad" not in code.arguments:
            return theta
        asked = [theta]

        def grad(point: Any) -> Any:
            asked.append(np.array(point, np.float64))
            return np.zeros_like(theta)

        outputs(self, {"theta": theta, "grad": grad, **state._asdict()})
        return asked[-1]

    def update(self: Rule, g: Any, t: int, *seen: Any) -> tuple[Any, ...]:
        names = ("theta", *self.state_names) if self.sees_theta else self.state_names
        # The step of a rule that does not see where it stands is the same everywhere: at zero too.
        arrays = {"theta": np.zeros_like(g), **dict(zip(names, seen, strict=True))}
        made = outputs(self, {"g": g, "grad": lambda point: g, "t": t, **arrays})
        step = made["theta"] - arrays["theta"]
        return step, *(made[name] for name in self.state_names)

    theirs = {"update": update, "lookahead": lookahead}
    return type(type(rule).__name__, (type(rule),), theirs)(**rule.hyperparameters)


def as_function(
    code: Code, function: Callable[..., Any], settings: Mapping[str, Any], *, stand_in: bool = False
) -> Callable[[Any], float]:
    """Return a student's function of one argument more than its settings as one of that alone.

    Parameters
    ----------
    code : Code
        What the function takes and returns: one number.
    function : callable
        The student's.
    settings : dict
        The values of its other arguments, by name.
    stand_in : bool, default False
        Whether a right one stands in for a function that is not right yet.

    Returns
    -------
    callable
        From the argument that is left to the number.

    Raises
    ------
    TypeError
        If ``function`` cannot be called.
    """
    _check_callable(function)
    if stand_in and not _is_right(code, function):
        say(f"Your {_named(function)} is not right yet: a right one stands in for it here.")
        function = code.answer
    (free,) = (name for name in code.arguments if name not in settings)

    def of_one(value: Any) -> float:
        made = _outputs(code, function, {free: value, **settings})
        return float(made[code.returns[0]])

    return of_one


def _outputs(code: Code, function: Callable[..., Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a student's function returns, by name; a mishap says whose it is."""
    try:
        return code.outputs(call(function, {name: named[name] for name in code.arguments}))
    except Mishap as mishap:
        raise Mishap(f"{_named(function)} {mishap}.") from None


def _named(function: Any) -> str:
    return str(getattr(function, "__name__", "Your function"))


def _check_callable(function: Any) -> None:
    if not callable(function):
        raise TypeError(f"function must be callable, got {_checks.shown(function)}")


def _is_right(code: Code, function: Callable[..., Any]) -> bool:
    try:
        with quietly():
            marks = code.marks(function, np.random.default_rng(1))
    except Mishap:
        return False
    return sum(mark.points for mark in marks) >= code.points
