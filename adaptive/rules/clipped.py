"""Clipping: a rule that never sees a gradient longer than a given length."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from adaptive import _checks
from adaptive.rules import containers
from adaptive.rules.base import Rule
from adaptive.rules.vector import check_numbers, norm


@dataclass(frozen=True, eq=False)
class Clipped(Rule):
    """A rule that gets the gradient shortened, if it is longer than c.

    Its length is that of all arrays together, as of one vector.

    Parameters
    ----------
    rule : Rule
        The rule that makes the step, Mixed among them.
    c : float or array_like, default 1
        The length to which longer gradients are shortened. More than 0.

    Raises
    ------
    TypeError
        If ``rule`` is no rule, or ``c`` not a real number or an array of them.
    ValueError
        If ``c`` is not in (0, inf), or ``rule`` is clipped already or has a hyperparameter of that
        name. From `step`, if ``c`` is an array: a batch is made by `sweep`.

    Notes
    -----
    Its state is that of the rule. Its hyperparameters are those of the rule, and ``c``. A schedule
    is given to the rule, before it is clipped. A gradient with an entry that is not finite has no
    length: it goes to the rule as it is.

    References
    ----------
    Pascanu, Mikolov and Bengio (2013), algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import SGD, Clipped
    >>> rule = Clipped(SGD(lr=0.1), c=1)
    >>> theta = {"W": np.zeros(1), "b": np.zeros(1)}
    >>> g = {"W": np.array([30.0]), "b": np.array([-40.0])}
    >>> rule.step(theta, g, rule.init(theta))[0]
    {'W': array([-0.06]), 'b': array([0.08])}
    """

    rule: Rule
    c: Any = 1.0

    elementwise: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Check the rule and the length."""
        _checks.instance("rule", self.rule, Rule)
        if isinstance(self.rule, Clipped):
            raise ValueError(f"rule must not be clipped already, got {self.rule!r}")
        if "c" in self.rule.hyperparameters:
            raise ValueError(f"rule must have no hyperparameter c of its own, got {self.rule!r}")
        object.__setattr__(self, "c", _checks.within("Clipped.c", self.c, 0, open_low=True))
        object.__setattr__(self, "state_names", self.rule.state_names)
        object.__setattr__(self, "State", self.rule.State)

    def __reduce__(self) -> Any:
        return type(self), (self.rule, self.c)

    def __eq__(self, other: object) -> bool:
        """Two are equal if their rules are, and the lengths."""
        return (
            isinstance(other, Clipped)
            and self.rule == other.rule
            and np.array_equal(self.c, other.c)
        )

    def __hash__(self) -> int:
        return hash((self.rule, np.asarray(self.c).tobytes()))

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """Those of the rule, and ``c``."""
        return {**self.rule.hyperparameters, "c": self.c}

    def changed(self, **hyperparameters: Any) -> Clipped:
        """Return one like this with other values of some hyperparameters."""
        c = hyperparameters.pop("c", self.c)
        return replace(self, rule=self.rule.changed(**hyperparameters), c=c)

    def lookahead(self, theta: Any, state: Any) -> Any:
        """Return where the rule wants its gradient."""
        return self.rule.lookahead(theta, state)

    def init(self, theta: Any) -> Any:
        """Return the state before the first step, which is the rule's."""
        return self.rule.init(theta)

    def step(self, theta: Any, g: Any, state: Any) -> tuple[Any, Any]:
        """Make one step, as `Rule.step`."""
        return self.rule.step(theta, self._shortened(theta, g, state), state)

    def step_into(self, theta: Any, g: Any, state: Any, engine: str = "auto") -> Any:
        """Make one step in place, as `Rule.step_into`."""
        return self.rule.step_into(theta, self._shortened(theta, g, state), state, engine)

    def factors(self, lengths: Any) -> Any:
        """Return what gradients of these lengths are multiplied by."""
        # Neither nothing nor what is not finite can be brought to a length.
        there = np.isfinite(lengths) & (lengths > 0)
        return np.minimum(1, self.c / np.where(there, lengths, self.c))

    def _shortened(self, theta: Any, g: Any, state: Any) -> Any:
        """Return the gradient in a container like theta; in single precision where it is half."""
        self.rule._check_state(state)
        check_numbers(self, {"c": self.c})
        given = []
        for array, slope, _ in containers.apart(theta, g, state):
            given.append(_checks.single(_checks.floating("g", slope)))
            if given[-1].shape != np.shape(array):
                raise ValueError(
                    f"g must have the shape of theta, {np.shape(array)}, as its length counts, "
                    f"got shape {given[-1].shape}"
                )
        length = norm(np.concatenate([norm(array.reshape(-1)) for array in given]))
        factor = float(self.factors(length)[0])
        short = (array if factor == 1 else np.asarray(factor * array) for array in given)
        return containers.refilled(theta, short)
