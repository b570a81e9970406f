"""Schedules: what a hyperparameter is multiplied by in step t, and rules that follow one.

A schedule is a function of the step number, written with numpy's ufuncs as rules are. Its
settings, such as the number of steps, are hyperparameters of the rule that follows it: sweeps run
over them, and what they make in a step is computed once, not for each element.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, make_dataclass
from functools import cache
from typing import Any

import numpy as np

from adaptive import _checks
from adaptive.rules.base import Rule

__all__ = ["WSD", "Constant", "Cosine", "Linear", "scheduled"]


@dataclass(frozen=True, eq=False)
class _Schedule:
    """What the schedules share: settings that are checked, and equality that knows arrays."""

    def __post_init__(self) -> None:
        _check(self)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(
            np.array_equal(getattr(self, each.name), getattr(other, each.name))
            for each in fields(self)
        )

    def __hash__(self) -> int:
        # Adding 0 makes 0 of -0, which is equal to it.
        values = (np.asarray(getattr(self, each.name)) + 0.0 for each in fields(self))
        return hash((type(self), *(value.tobytes() for value in values)))


@dataclass(frozen=True, eq=False)
class Constant(_Schedule):
    """1 in each step, after a linear warm-up.

    Parameters
    ----------
    warmup : float or array_like, default 0
        T_w: in step t up to this one, the factor is t/T_w. With 1 or less it is 1.

    Raises
    ------
    TypeError
        If a setting is not a real number or an array of them.
    ValueError
        If ``warmup`` is not in [0, inf).

    References
    ----------
    Goyal et al. (2017), for the warm-up.

    Examples
    --------
    >>> from adaptive.schedules import Constant
    >>> [float(Constant(warmup=4)(t)) for t in range(1, 7)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """

    warmup: Any = 0

    def __call__(self, t: Any) -> Any:
        """Return the factor of step ``t``, from 1."""
        return _warming(t, self.warmup)


@dataclass(frozen=True, eq=False)
class Linear(_Schedule):
    """Linear decay: after the warm-up, from 1 by equal parts to 0 in step T + 1.

    Parameters
    ----------
    T : float or array_like
        The number of steps. The last has the factor 1/(T - T_w), and those after it 0.
    warmup : float or array_like, default 0
        T_w, as in `Constant`; the decay begins after it.

    Raises
    ------
    TypeError
        If a setting is not a real number or an array of them.
    ValueError
        If ``T`` is not in (0, inf), ``warmup`` not in [0, T), or their shapes do not fit.

    References
    ----------
    Defazio et al. (2023).

    Examples
    --------
    >>> from adaptive.schedules import Linear
    >>> [float(Linear(T=4)(t)) for t in range(1, 7)]
    [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    >>> [float(Linear(T=6, warmup=2)(t)) for t in range(1, 7)]
    [0.5, 1.0, 1.0, 0.75, 0.5, 0.25]
    """

    T: Any
    warmup: Any = 0

    def __call__(self, t: Any) -> Any:
        """Return the factor of step ``t``, from 1."""
        left = (self.T + 1 - t) / (self.T - self.warmup)
        return np.minimum(_warming(t, self.warmup), np.maximum(0, left))


@dataclass(frozen=True, eq=False)
class Cosine(_Schedule):
    """Half a wave of the cosine: after the warm-up, from 1 to 0 in step T + 1, level at both ends.

    Parameters
    ----------
    T : float or array_like
        The number of steps; the factor of those after it is 0.
    warmup : float or array_like, default 0
        T_w, as in `Constant`; the decay begins after it.

    Raises
    ------
    TypeError
        If a setting is not a real number or an array of them.
    ValueError
        If ``T`` is not in (0, inf), ``warmup`` not in [0, T), or their shapes do not fit.

    References
    ----------
    Loshchilov and Hutter (2017), without restarts.

    Examples
    --------
    >>> from adaptive.schedules import Cosine
    >>> [round(float(Cosine(T=4)(t)), 3) for t in range(1, 7)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """

    T: Any
    warmup: Any = 0

    def __call__(self, t: Any) -> Any:
        """Return the factor of step ``t``, from 1."""
        gone = (t - 1 - self.warmup) / (self.T - self.warmup)
        wave = (1 + np.cos(np.pi * np.minimum(1, np.maximum(0, gone)))) / 2
        return np.minimum(_warming(t, self.warmup), wave)


@dataclass(frozen=True, eq=False)
class WSD(_Schedule):
    """Warm-up, stable, decay: 1 up to a last share of the steps, in which it falls linearly to 0.

    Parameters
    ----------
    T : float or array_like
        The number of steps; the factor of those after it is 0.
    decay : float or array_like, default 0.2
        The share α of the steps in which it falls; with 1 it is `Linear`, but for a warm-up.
    warmup : float or array_like, default 0
        T_w, as in `Constant`. A decay that begins before its end cuts it off.

    Raises
    ------
    TypeError
        If a setting is not a real number or an array of them.
    ValueError
        If ``T`` is not in (0, inf), ``decay`` not in (0, 1] or ``warmup`` not in [0, T), or their
        shapes do not fit.

    References
    ----------
    Hu et al. (2024); there the fall is exponential.

    Examples
    --------
    >>> from adaptive.schedules import WSD
    >>> [round(float(WSD(T=5, decay=0.4)(t)), 3) for t in range(1, 8)]
    [1.0, 1.0, 1.0, 1.0, 0.5, 0.0, 0.0]
    """

    T: Any
    decay: Any = 0.2
    warmup: Any = 0

    def __call__(self, t: Any) -> Any:
        """Return the factor of step ``t``, from 1."""
        left = (self.T + 1 - t) / (self.decay * self.T)
        return np.minimum(_warming(t, self.warmup), np.maximum(0, left))


def scheduled(rule: Rule, schedule: Callable[[Any], Any], name: str = "lr") -> Any:
    """Return a rule that multiplies one of its hyperparameters by a schedule.

    In step t it does what ``rule`` does with ``schedule(t)`` times the hyperparameter. It is a
    rule, of a subclass of the rule's class: its hyperparameters are those of the rule, followed
    by the fields of the schedule. `race.race` makes its rules itself, by their classes alone, and
    so takes none whose schedule has a field without a default, such as T.

    Parameters
    ----------
    rule : Rule
        The rule; one that follows another schedule already will do.
    schedule : callable
        From the step number, from 1, to the factor: one of this module, a function written with
        numpy's ufuncs, or a dataclass with such a ``__call__``, whose fields are numbers.
    name : str, default "lr"
        The hyperparameter. That the product stays in its interval is not checked.

    Returns
    -------
    Rule
        The rule. ``at(t)`` returns ``rule`` as it is in step t.

    Raises
    ------
    TypeError
        If ``rule`` is no rule, or holds others; if ``schedule`` is no function of the step to real
        numbers, or one that cannot be hashed and is no dataclass.
    ValueError
        If ``name`` is no hyperparameter of the rule, or a field of the schedule is one.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import SGD, scheduled, sweep
    >>> from adaptive.problems import NoisyQuadratic
    >>> from adaptive.schedules import Linear
    >>> rule = scheduled(SGD(lr=0.5), Linear(T=4))
    >>> [rule.at(t).lr for t in range(1, 6)]
    [0.5, 0.375, 0.25, 0.125, 0.0]
    >>> sweep(rule, NoisyQuadratic(), steps=100, lr=[0.05, 0.1], T=[50, 100])
    <Sweep: LinearSGD on noisy quadratic, 2 lr x 2 T, 0 runs diverged>
    >>> scheduled(SGD(lr=0.5), lambda t: 1 / np.sqrt(t)).at(4).lr
    0.25
    """
    _checks.instance("rule", rule, Rule)
    if set(rule.hyperparameters) != {each.name for each in fields(rule)}:
        raise TypeError(
            "rule must be one whose hyperparameters are its own; give each part of "
            f"{type(rule).__name__} its schedule, got {_checks.shown(rule)}"
        )
    _checks.one_of("name", name, rule.hyperparameters)
    if isinstance(schedule, type) or not callable(schedule):
        raise TypeError(
            "schedule must be a function of the step, such as Linear(T=100), "
            f"got {_checks.shown(schedule)}"
        )
    _checks.within("schedule(1)", schedule(1))
    of: Any = type(rule)
    its: Any = type(schedule) if is_dataclass(schedule) else schedule
    if not isinstance(its, Hashable):
        raise TypeError(
            "schedule must be a function, a dataclass or another object that can be hashed, "
            f"got {_checks.shown(schedule)}"
        )
    kind = _kind(of, its, name)
    own = {each.name: getattr(schedule, each.name) for each in _settings(schedule)}
    if taken := own.keys() & rule.hyperparameters:
        raise ValueError(
            f"schedule must have no field that {type(rule).__name__} has too, "
            f"got {', '.join(sorted(taken))}"
        )
    return kind(**rule.hyperparameters, **own)


@cache
def _kind(of: Any, schedule: Any, name: str) -> Any:
    """Return the class of the rules of a class that follow a schedule.

    One for each class of schedules, so that what is derived from a class is derived once. Where
    a schedule is a function, it is its own class.
    """
    names = tuple(each.name for each in _settings(schedule))

    def __post_init__(self: Any) -> None:
        of.__post_init__(self)
        if names:
            made = schedule(**{each: getattr(self, each) for each in names})
            for each in names:
                object.__setattr__(self, each, getattr(made, each))

    def at(self: Any, t: Any) -> Any:
        """Return the rule as it is in step ``t``."""
        factor = _bare(schedule, names, self) if names else schedule
        value = getattr(self, name) * factor(t)
        made = _bare(of, tuple(each.name for each in fields(of)), self)
        # Floats of numpy's would promote parameters in float32.
        object.__setattr__(made, name, float(value) if isinstance(value, np.floating) else value)
        return made

    def update(self: Any, g: Any, t: Any, *rest: Any) -> Any:
        """Return what the rule does in step ``t``."""
        return self.at(t).update(g, t, *rest)

    def lookahead(self: Any, theta: Any, state: Any) -> Any:
        """Return where the rule wants the gradient of the next step."""
        return self.at(state.t + 1).lookahead(theta, state)

    def __repr__(self: Any) -> str:
        rule = of(**{each.name: getattr(self, each.name) for each in fields(of)})
        shown = schedule(**{each: getattr(self, each) for each in names}) if names else schedule
        return f"scheduled({rule!r}, {shown!r}{'' if name == 'lr' else f', name={name!r}'})"

    def __reduce__(self: Any) -> Any:
        return _remade, (of, schedule, name, self.hyperparameters)

    methods = (__post_init__, at, update, __repr__, __reduce__)
    looks = () if of.lookahead is Rule.lookahead else (lookahead,)
    prefix = schedule.__name__ if isinstance(schedule, type) else "Scheduled"
    kind: Any = make_dataclass(
        prefix + of.__name__,
        # By name only: a field without a default may follow those that have one.
        [(each.name, Any, _again(each)) for each in _settings(schedule)],
        bases=(of,),
        namespace={
            "__module__": __name__,
            "follows": (name, *of.follows),
            **{each.__name__: each for each in (*methods, *looks)},
        },
        frozen=True,
        eq=False,
        repr=False,
    )
    kind.State.__reduce__ = lambda state: (_state, (of, schedule, name, tuple(state)))
    return kind


def _remade(of: Any, schedule: Any, name: str, hyperparameters: dict[str, Any]) -> Any:
    """Return a rule again that was pickled or copied."""
    return _kind(of, schedule, name)(**hyperparameters)


def _state(of: Any, schedule: Any, name: str, values: tuple[Any, ...]) -> Any:
    """Return its state again."""
    return _kind(of, schedule, name).State(*values)


def _settings(schedule: Any) -> tuple[Any, ...]:
    """Return the fields of a schedule, or of its class: a function has none."""
    return fields(schedule) if is_dataclass(schedule) else ()


def _again(old: Any) -> Any:
    """Return the field of a schedule as one of a rule."""
    default = {} if old.default is MISSING else {"default": old.default}
    return field(kw_only=True, **default)


def _bare(kind: Any, names: tuple[str, ...], source: Any) -> Any:
    """Return an object with some attributes of another, past the checks: they may be traced."""
    made = object.__new__(kind)
    for name in names:
        object.__setattr__(made, name, getattr(source, name))
    return made


def _check(schedule: Any) -> None:
    """Check the settings of a schedule; numbers become floats, arrays read-only copies."""
    for each in fields(schedule):
        where = f"{type(schedule).__name__}.{each.name}"
        value = getattr(schedule, each.name)
        # The end of the interval of `decay` belongs to it, so both ends are looked at below.
        low = -np.inf if each.name == "decay" else 0
        value = _checks.within(where, value, low, open_low=each.name == "T")
        object.__setattr__(schedule, each.name, value)
    kind, decay = type(schedule).__name__, np.asarray(getattr(schedule, "decay", 1))
    if not np.all((decay > 0) & (decay <= 1)):
        raise ValueError(f"{kind}.decay must be in (0, 1], got {_checks.shown(schedule.decay)}")
    shapes = {each.name: np.shape(getattr(schedule, each.name)) for each in fields(schedule)}
    try:
        np.broadcast_shapes(*shapes.values())
    except ValueError:
        given = " and ".join(f"{name} of shape {shape}" for name, shape in shapes.items() if shape)
        raise ValueError(
            f"the settings of {kind} must have shapes that fit together, got {given}"
        ) from None
    if not np.all(schedule.warmup < getattr(schedule, "T", np.inf)):
        raise ValueError(
            f"{kind}.warmup must be less than T, got {_checks.shown(schedule.warmup)} "
            f"with T = {_checks.shown(schedule.T)}"
        )


def _warming(t: Any, warmup: Any) -> Any:
    """Return t/T_w up to step T_w, and then 1."""
    return np.minimum(1, t / np.maximum(1, warmup))
