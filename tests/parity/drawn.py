"""Rules that hypothesis draws: update rules of readers that nobody has thought of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from hypothesis import strategies as st

from adaptive import Rule

Expression = tuple[Any, ...]
STATES = ("a", "b")

leaves = st.sampled_from(("g", "t", "lr", "beta1", "a", "b")) | st.floats(0.25, 2)


def _grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What is continuous and stays of moderate size, so that rounding stays rounding."""
    one = st.sampled_from(("tanh", "negative", "absolute", "root", "power"))
    two = st.sampled_from(("add", "subtract", "multiply", "maximum", "minimum", "over"))
    return st.tuples(one, inner) | st.tuples(two, inner, inner)


expressions = st.recursive(leaves, _grown, max_leaves=8)


def value(expression: Any, known: dict[str, Any]) -> Any:
    """Return the value of an expression, computed with numpy or recorded."""
    if isinstance(expression, float):
        return expression
    if isinstance(expression, str):
        return known[expression]
    name, *args = expression
    values = [value(arg, known) for arg in args]
    if name == "root":
        return np.sqrt(np.abs(values[0]) + 0.5)
    if name == "over":
        return values[0] / (np.abs(values[1]) + 0.5)
    if name == "power":
        return np.tanh(values[0]) / (1 - known["beta1"] ** known["t"])
    return getattr(np, name)(*values)


@dataclass(frozen=True, eq=False)
class Drawn(Rule):
    """What all drawn rules have in common."""

    lr: Any = 0.05
    beta1: Any = 0.75

    state_names: ClassVar[tuple[str, ...]] = STATES
    drawn: ClassVar[Any] = ()

    def update(self, g: Any, t: Any, a: Any, b: Any) -> tuple[Any, ...]:
        known = {"g": g, "t": t, "a": a, "b": b, "lr": self.lr, "beta1": self.beta1}
        step, first, second, _ = self.drawn
        a = self.beta1 * a + (1 - self.beta1) * np.tanh(value(first, known))
        b = np.tanh(value(second, {**known, "a": a}))
        # g keeps it an array where what was drawn is a number.
        return (
            -self.lr * np.tanh(value(step, {**known, "a": a, "b": b})) + 0 * g,
            a + 0 * g,
            b + 0 * g,
        )


def _made(drawn: Any) -> Any:
    ahead = drawn[3]
    space: dict[str, Any] = {"drawn": drawn}
    if ahead is not None:

        def lookahead(self: Any, theta: Any, state: Any) -> Any:
            known = {"g": state.a, "t": state.t + 1, "a": state.a, "b": state.b}
            return theta - np.tanh(value(ahead, {**known, "lr": self.lr, "beta1": self.beta1}))

        space["lookahead"] = lookahead
    return type("Drawn", (Drawn,), space)


#: Classes of rules.
rules = st.builds(_made, st.tuples(expressions, expressions, expressions, st.none() | expressions))
