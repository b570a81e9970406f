"""One rule for the matrices of a model, another for the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, ClassVar

import numpy as np

from adaptive import _checks
from adaptive.rules import containers
from adaptive.rules.base import Rule
from adaptive.rules.clipped import Clipped


@dataclass(frozen=True, eq=False)
class Mixed(Rule):
    """Two rules: one for the arrays that are matrices, another for the rest.

    Parameters
    ----------
    matrices : Rule
        The rule for matrices, such as ``Muon()``.
    rest : Rule
        The rule for all other arrays, such as ``AdamW()``.
    where : callable, optional
        Takes the name of an array and the array, and says whether it goes to ``matrices``; by
        default arrays of two axes do. Names are as in PyTorch, ``"layers.0.W"``.

    Raises
    ------
    TypeError
        If ``matrices`` or ``rest`` is no rule, or one for several arrays, as Mixed, Clipped and
        Prodigy are; or ``where`` no function.
    ValueError
        If one of the rules takes its gradient elsewhere than at theta, as NAG does.

    Notes
    -----
    The state has the arrays of both rules, under their names. Where the rule of an array has no
    such state, there is a single zero. Hyperparameters are called ``matrices__lr``, ``rest__lr``
    and so on, in `changed` and in `sweep`.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import AdamW, Mixed, Muon
    >>> rule = Mixed(Muon(lr=0.1), AdamW(lr=0.1))
    >>> theta = {"W": np.zeros((2, 2)), "b": np.zeros(2)}
    >>> g = {"W": np.diag([3.0, -0.2]), "b": np.array([1.0, -1.0])}
    >>> theta, state = rule.step(theta, g, rule.init(theta))
    >>> theta["W"].diagonal().round(3), theta["b"]
    (array([-0.02 ,  0.032]), array([-0.1,  0.1]))
    >>> state.v
    {'W': array(0.), 'b': array([0.001, 0.001])}
    """

    matrices: Rule
    rest: Rule
    where: Callable[[str, Any], Any] | None = None

    elementwise: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Check the two rules, and give the state the arrays of both."""
        for name in ("matrices", "rest"):
            rule = getattr(self, name)
            _checks.instance(name, rule, Rule)
            if isinstance(rule, Mixed | Clipped) or getattr(rule, "of_all", False):
                raise TypeError(
                    f"{name} must be a rule for one array, got {rule!r}"
                    + "; Clipped(Mixed(...)) clips all" * isinstance(rule, Clipped)
                )
            if type(rule).lookahead is not Rule.lookahead:
                raise ValueError(
                    f"{name} must take its gradient at theta itself, "
                    f"got {type(rule).__name__}, which looks ahead"
                )
        if self.where is not None and not callable(self.where):
            raise TypeError(f"where must be a function, got {_checks.shown(self.where)}")
        names = dict.fromkeys((*self.matrices.state_names, *self.rest.state_names))
        object.__setattr__(self, "state_names", tuple(names))
        sides = {**self.rest.State.sides, **self.matrices.State.sides}
        object.__setattr__(self, "State", _state(tuple(names), tuple(sides.items())))

    def __eq__(self, other: object) -> bool:
        """Two are equal if both rules are, and arrays go the same way."""
        return isinstance(other, Mixed) and self._parts == other._parts

    def __hash__(self) -> int:
        return hash(self._parts)

    def __reduce__(self) -> Any:
        # The class of its state, which it has as an attribute, cannot be found by a pickle.
        return Mixed, self._parts

    @property
    def _parts(self) -> tuple[Any, ...]:
        return self.matrices, self.rest, self.where

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """The hyperparameters of both rules, such as ``matrices__lr``."""
        return {
            f"{part}__{name}": value
            for part in ("matrices", "rest")
            for name, value in getattr(self, part).hyperparameters.items()
        }

    def changed(self, **hyperparameters: Any) -> Mixed:
        """Return one like this with other values of some hyperparameters, such as matrices__lr."""
        new: dict[str, dict[str, Any]] = {"matrices": {}, "rest": {}}
        for name, value in hyperparameters.items():
            if name not in self.hyperparameters:
                raise TypeError(
                    f"{name!r} is no hyperparameter of Mixed, which has "
                    f"{', '.join(self.hyperparameters)}"
                )
            part, _, own = name.partition("__")
            new[part][own] = value
        rules = {part: getattr(self, part).changed(**values) for part, values in new.items()}
        return replace(self, **rules)

    def rule_of(self, name: str, array: Any) -> Rule:
        """Return the rule that an array of this name goes to.

        Examples
        --------
        >>> import numpy as np
        >>> from adaptive import AdamW, Mixed, Muon
        >>> rule = Mixed(Muon(), AdamW(), where=lambda name, array: name != "head")
        >>> rule.rule_of("head", np.ones((2, 2)))
        AdamW(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08, weight_decay=0.01)
        """
        is_one = np.ndim(array) == 2 if self.where is None else self.where(name, array)
        return self.matrices if is_one else self.rest

    def init(self, theta: Any) -> Any:
        """Return the state before the first step, as `Rule.init`."""
        return self._init("", theta)

    def step(self, theta: Any, g: Any, state: Any) -> tuple[Any, Any]:
        """Make one step, as `Rule.step`: each array by its rule."""
        self._check_state(state)
        moved, new = self._step(lambda rule, *one: rule.step(*one), "", theta, g, state)
        return moved, new

    def step_into(self, theta: Any, g: Any, state: Any, engine: str = "auto") -> Any:
        """Make one step in place, as `Rule.step_into`: each array by its rule."""

        def step(rule: Rule, theta: Any, g: Any, state: Any) -> tuple[Any, Any]:
            return theta, rule.step_into(theta, g, state, engine)

        self._check_state(state)
        if containers.is_container(theta):
            containers.check_apart(theta)
        return self._step(step, "", theta, g, state)[1]

    def _own_state(self, rule: Rule, state: Any) -> Any:
        """Return what the state of one array is to the rule that it goes to."""
        return rule.State(state.t, *(getattr(state, name) for name in rule.state_names))

    def _init(self, path: str, theta: Any) -> Any:
        if containers.is_container(theta):
            return containers.init_named(
                lambda key, item: self._init(_within(path, key), item), theta
            )
        own = self.rule_of(path, theta).init(theta)._asdict()
        nothing = np.zeros((), _checks.single(_checks.floating("theta", theta)).dtype)
        return self.State(0, *(own.get(name, nothing.copy()) for name in self.state_names))

    def _step(self, make: Callable[..., Any], path: str, theta: Any, g: Any, state: Any) -> Any:
        """Make a step of each array, in the way that is given; return parameters and state."""
        if containers.is_container(theta):
            return containers.step_named(
                lambda key, *one: self._step(make, _within(path, key), *one), theta, g, state
            )
        rule = self.rule_of(path, theta)
        moved, new = make(rule, theta, g, self._own_state(rule, state))
        return moved, state._replace(**new._asdict())


def _within(path: str, key: Any) -> str:
    """Return the name of what is under this key in a container of this name."""
    return f"{path}.{key}" if path else str(key)


@cache
def _state(names: tuple[str, ...], sides: tuple[tuple[str, int], ...]) -> Any:
    """Return the named tuple for a state of these arrays: one class for each such names."""
    state = Mixed._state_of(names, dict(sides))
    # A pickle cannot find by its name a class that is one of several.
    state.__reduce__ = lambda self: (_restored, (names, tuple(self), sides))
    return state


def _restored(
    names: tuple[str, ...], values: tuple[Any, ...], sides: tuple[tuple[str, int], ...]
) -> Any:
    return _state(names, sides)._make(values)
