"""What all rules share: hyperparameters that are checked, a state, and one step."""

from __future__ import annotations

import inspect
from collections import namedtuple
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from adaptive import _checks
from adaptive.rules import containers, in_place, shapes

#: The half-open interval of each hyperparameter that the book has a name for.
INTERVALS: dict[str, tuple[float, float]] = {
    "lr": (0, np.inf),
    "momentum": (0, 1),
    "rho": (0, 1),
    "beta1": (0, 1),
    "beta2": (0, 1),
    "eps": (0, np.inf),
    "weight_decay": (0, np.inf),
    "rms": (0, np.inf),
    "d0": (0, np.inf),
    "beta": (0, 1),
}
#: Those whose upper end belongs to the interval.
CLOSED = ("beta",)
#: Those whose lower end does not.
OPEN = ("d0",)
#: What a rule says of itself as a class, and what is no hyperparameter.
OF_THE_CLASS = ("state_names", "sides", "sees_theta", "elementwise", "of_all", "follows")


@dataclass(frozen=True, eq=False)
class Rule:
    """An update rule: what an optimizer does with one gradient.

    A rule is a frozen dataclass whose fields are its hyperparameters. It names
    its state arrays in `state_names` and says what the algorithm is in one
    method, `update`. Everything else in the package is derived from that.

    Hyperparameters may be numbers or arrays; arrays broadcast against the
    parameters, so a rule whose ``lr`` has shape (1000, 1) makes a thousand
    steps at once.

    A gradient that is not finite, or whose square is not (above 1.3e154 in
    float64), makes the state of its coordinate not finite, and it stays so:
    nothing is repaired in silence. Other coordinates are not touched, unless the
    rule works on whole arrays.

    Raises
    ------
    TypeError
        If a hyperparameter is not a real number or an array of them.
    ValueError
        If a hyperparameter is outside its interval: [0, 1) for ``momentum``,
        ``rho``, ``beta1`` and ``beta2``; [0, inf) for ``lr``, ``eps``,
        ``weight_decay`` and ``rms``; (0, inf) for ``d0``; [0, 1] for ``beta``.

    Examples
    --------
    A rule of one's own is its fields, the names of its state and one method:

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from adaptive import Rule, descend
    >>> from adaptive.problems import Ravine
    >>> @dataclass(frozen=True, eq=False)
    ... class SignDescent(Rule):
    ...     lr: float = 0.01
    ...
    ...     def update(self, g, t):
    ...         return (-self.lr * np.sign(g),)
    >>> descend(SignDescent(lr=0.1), Ravine(), steps=4)
    <Path: SignDescent on ravine, 4 steps, loss 18 -> 10.1>
    """

    #: The names of the state arrays, in the order in which `update` takes them.
    state_names: ClassVar[tuple[str, ...]] = ()
    #: The state arrays that are square, and the axis of theta that is as long as their sides, -1 or
    #: -2. All others have the shape of theta.
    sides: ClassVar[dict[str, int]] = {}
    #: Whether `update` takes theta as well, before the state: for weight decay. A class whose
    #: `update` does otherwise is refused as it is written.
    sees_theta: ClassVar[bool] = False
    #: Whether each parameter makes its step alone. From the update of one parameter are derived
    #: figures to be moved, exported optimizers and compiled loops.
    elementwise: ClassVar[bool] = True
    #: The hyperparameters that follow a schedule, that of the outermost first: see `scheduled`.
    follows: ClassVar[tuple[str, ...]] = ()
    #: The hyperparameters with which the book runs the rule on the circles task.
    on_circles: ClassVar[dict[str, float]] = {}
    #: The state: a named tuple of ``t``, the steps made so far, and the arrays.
    State: ClassVar[Any]

    def __init_subclass__(cls) -> None:
        """Give each rule a named tuple of its own for its state."""
        cls.State = cls._state_of(cls.state_names, cls.sides)
        if "lookahead" in vars(cls):
            cls.lookahead = containers.each(cls.lookahead)  # type: ignore[method-assign]
        cls._check_update()

    @classmethod
    def _state_of(cls, names: tuple[str, ...], sides: Mapping[str, int]) -> Any:
        """Return the named tuple for a state with these arrays."""
        made = namedtuple("State", ("t", *names))  # type: ignore[misc]
        state: Any = made
        state.__module__ = cls.__module__
        state.__qualname__ = f"{cls.__qualname__}.State"
        state.rule_name = cls.__name__
        state.sides = dict(sides)
        return state

    @classmethod
    def _check_update(cls) -> None:
        """Raise a TypeError if `update` takes theta and the class does not say so, or reversely.

        It would be given an array of the state for it, which fails late or not at all.
        """
        if not isinstance(cls.sees_theta, bool):
            raise TypeError(
                f"{cls.__name__}.sees_theta must be True or False, got {cls.sees_theta!r}"
            )
        given = ["g", "t", *(["theta"] if cls.sees_theta else []), *cls.state_names]
        signature = _checks.signature(cls.update)
        names = list(signature.parameters)[1:]
        if "theta" in names:
            place = names.index("theta")
            fits = given[place : place + 1] == ["theta"]
        else:
            fits = not cls.sees_theta or _takes(signature, 1 + len(given))
        if not fits:
            raise TypeError(
                f"{cls.__name__}.update must take ({', '.join(given)}), as sees_theta is "
                f"{cls.sees_theta}, got ({', '.join(names)})"
            )

    def __post_init__(self) -> None:
        """Check the hyperparameters; numbers become floats, arrays read-only copies."""
        for field in fields(self):
            if field.name in OF_THE_CLASS:
                raise TypeError(
                    f"{type(self).__name__}.{field.name} must be no field of the dataclass: "
                    "annotate it with ClassVar, or not at all"
                )
            value = getattr(self, field.name)
            low, high = INTERVALS.get(field.name, (-np.inf, np.inf))
            checked = _checks.within(
                f"{type(self).__name__}.{field.name}",
                value,
                low,
                high,
                open_low=field.name in OPEN,
                closed_high=field.name in CLOSED,
            )
            object.__setattr__(self, field.name, checked)

    def __eq__(self, other: object) -> bool:
        """Two rules are equal if they are of one class with the same hyperparameters."""
        return type(self) is type(other) and all(
            np.array_equal(value, getattr(other, name))
            for name, value in self.hyperparameters.items()
        )

    def __hash__(self) -> int:
        # Adding 0 makes 0 of -0, which is equal to it.
        values = (np.asarray(value) + 0.0 for value in self.hyperparameters.values())
        return hash((type(self), *(value.tobytes() for value in values)))

    @property
    def hyperparameters(self) -> dict[str, Any]:
        """The hyperparameters by name, in the order of the fields."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def changed(self, **hyperparameters: Any) -> Any:
        """Return a rule like this one with other values of some hyperparameters."""
        return replace(self, **hyperparameters)

    def update(self, g: Any, t: int, *state: Any) -> tuple[Any, ...]:
        """Return what is added to theta, then the new state arrays.

        Parameters
        ----------
        g : array_like
            The gradient at `lookahead`.
        t : int
            The number of this step, from 1.
        *state : array_like
            The state arrays, in the order of `state_names`. Before them theta, if the rule
            says `sees_theta`: the parameters that the step is added to, wherever the gradient
            was taken.
        """
        theta = "theta, " * self.sees_theta
        raise NotImplementedError(f"{type(self).__name__} must define update(g, t, {theta}*state)")

    def lookahead(self, theta: Any, state: Any) -> Any:
        """Return the point at which this rule wants its gradient: theta itself but for NAG.

        It is written for one array, as `update` is; called with several, in a container, it
        returns a container like theirs.
        """
        return theta

    def init(self, theta: npt.ArrayLike) -> Any:
        """Return the state before the first step: ``t`` = 0 and arrays of zeros.

        Parameters
        ----------
        theta : array_like, or container of arrays
            The parameters, whose shape and dtype the state arrays take, except for
            the square ones of Shampoo and SOAP; float32 for parameters of half
            precision. If they are several arrays, in a
            dict, a list, a tuple or what `register_container` has been told of,
            so is each field of the state.

        Returns
        -------
        Rule.State
            A named tuple ``(t, *state_names)``.

        Raises
        ------
        TypeError
            If ``theta`` is not an array of real numbers.
        ValueError
            If ``eps`` is not 0, but becomes 0 in the dtype of ``theta``.

        Examples
        --------
        >>> import numpy as np
        >>> from adaptive import Momentum
        >>> Momentum().init(np.zeros(2))
        State(t=0, v=array([0., 0.]))
        """
        if containers.is_container(theta):
            return containers.init_each(self.init, theta)
        theta = _checks.single(_checks.floating("theta", theta))
        self._check_eps(theta.dtype)
        shaped = (shapes.of_state(self.State, name, theta.shape) for name in self.state_names)
        return self.State(0, *(np.zeros_like(theta, shape=shape) for shape in shaped))

    def restore(self, saved: Mapping[str, Any]) -> Any:
        """Return a state from its parts by name, such as ``state._asdict()``.

        To keep a state on disk, there are `save_state` and `load_state`.

        Parameters
        ----------
        saved : mapping
            ``t`` and the state arrays, or containers of arrays, by name. Or a state.

        Returns
        -------
        Rule.State
            A state from which `step` continues with the same bits.

        Raises
        ------
        TypeError
            If ``t`` is not an integer or an array is not of real numbers.
        ValueError
            If the names are not those of this rule's state, or its fields are not in
            containers that are alike.
        """
        if isinstance(saved, self.State):
            saved = saved._asdict()
        if not isinstance(saved, Mapping):
            raise TypeError(
                f"saved must be a mapping of names to arrays, got {_checks.shown(saved)}"
            )
        if set(saved) != {"t", *self.state_names}:
            raise ValueError(
                f"saved must hold {('t', *self.state_names)} for {type(self).__name__}, "
                f"got {_checks.shown(tuple(saved))}"
            )
        t = np.asarray(saved["t"])
        return self.State(
            _checks.count("saved['t']", t.item() if t.ndim == 0 else saved["t"]),
            *containers.restored({f"saved[{name!r}]": saved[name] for name in self.state_names}),
        )

    def step(self, theta: npt.ArrayLike, g: npt.ArrayLike, state: Any) -> tuple[Any, Any]:
        """Make one step; neither the arguments nor the rule are modified.

        Parameters
        ----------
        theta : array_like, shape (..., d), or container of arrays
            The parameters. Integers are taken as float64, floats keep their dtype.
            float16, and bfloat16 of the package ml_dtypes, are computed in float32
            and rounded once; their state is float32.
        g : array_like, or container of arrays
            The gradient at ``lookahead(theta, state)``: of the shape of ``theta``,
            or broadcasting against it over leading axes.
        state : Rule.State
            From `init`, or from the step before.

        Returns
        -------
        theta : ndarray, or container of ndarray
            The new parameters, of the dtype of the old, in a container like theirs.
        state : Rule.State
            The new state.

        Raises
        ------
        TypeError
            If ``theta`` or ``g`` are not real numbers, or ``state`` is not a state of this rule.
        ValueError
            If the shapes of ``theta``, ``g``, the state and the hyperparameters do not broadcast.

        Examples
        --------
        >>> import numpy as np
        >>> from adaptive import Momentum
        >>> rule = Momentum(lr=0.5, momentum=0.9)
        >>> theta = np.array([1, 2])
        >>> theta, state = rule.step(theta, np.array([2.0, 0.0]), rule.init(theta))
        >>> theta
        array([0., 2.])
        >>> state
        State(t=1, v=array([1., 0.]))
        """
        # Written for speed: on six parameters a check that is called costs as much as the update.
        as_it_is = (
            state.__class__ is self.State
            and theta.__class__ is g.__class__ is np.ndarray
            and theta.dtype is g.dtype
            and theta.itemsize > 2
            and theta.shape == g.shape != ()
        )
        if not as_it_is:
            self._check_state(state)
            if containers.is_container(theta):
                return containers.step_each(self.step, theta, g, state)
            theta = _checks.floating("theta", theta)
            if _checks.is_half(theta):
                return self._step_in_single(theta, g, state)
            theta, g = self._checked(theta, g, state)
        t = state[0] + 1
        try:
            seen = (theta, *state[1:]) if self.sees_theta else state[1:]
            new = self.update(g, t, *seen)
            moved = theta + new[0]
        except (TypeError, ValueError) as error:
            self._blame(theta, g, state, error)
            raise
        same_dtype = as_it_is and moved.dtype is theta.dtype  # type: ignore[union-attr]
        if not same_dtype or new.__class__ is not tuple or len(new) != len(state):
            return self._cast(theta, g, state, moved, new)
        # What `State._make` does, but for its check of the length.
        return moved, tuple.__new__(self.State, (t, *new[1:]))

    def step_into(self, theta: Any, g: Any, state: Any, engine: str = "auto") -> Any:
        """Make one step in place: the fast way for large arrays.

        Parameters
        ----------
        theta : ndarray, or container of ndarray
            The parameters, of floats; they are overwritten.
        g : ndarray, or container of ndarray
            The gradient at ``lookahead(theta, state)``, of the shape of ``theta``; only read.
        state : Rule.State
            From `init`, or from the step before; its arrays are overwritten.
        engine : {"auto", "numba", "blocks", "plain"}
            How it is done: a loop compiled by numba, numpy on blocks that fit
            the cache, or `step` and a copy. `adaptive.large.choose` says which
            one "auto" takes, and why.

        Returns
        -------
        Rule.State
            The state with the new step number, and the same arrays.

        Raises
        ------
        ImportError
            If ``engine`` is "numba" and it is not installed.
        TypeError
            If ``theta`` is not an array of floats, ``g`` not of real numbers, or ``state``
            not a state of this rule.
        ValueError
            If shapes or dtypes differ, an array cannot be written to or is there twice, or
            ``engine`` is unknown or cannot do this.

        Notes
        -----
        It agrees with `step` to a few units in the last place of what is added up: what all
        elements share is computed once, and divisions by it become products. Where a sum nearly
        cancels, such as a θ near 0 or a step of Nadam, more of its own last digits differ.

        Examples
        --------
        >>> import numpy as np
        >>> from adaptive import Momentum
        >>> rule = Momentum(lr=0.5, momentum=0.9)
        >>> theta = np.array([1.0, 2.0])
        >>> state = rule.init(theta)
        >>> state = rule.step_into(theta, np.array([2.0, 0.0]), state)
        >>> theta, state
        (array([0., 2.]), State(t=1, v=array([1., 0.])))
        """
        if not containers.is_container(theta):
            return in_place.step_into(self, theta, g, state, engine)

        def step(theta: Any, g: Any, state: Any) -> tuple[Any, Any]:
            return theta, self.step_into(theta, g, state, engine)

        self._check_state(state)
        containers.check_apart(theta)
        return containers.step_each(step, theta, g, state)[1]

    def _check_eps(self, dtype: np.dtype[Any]) -> None:
        """Raise a ValueError if ε is there to keep a divisor from 0, and would itself be 0."""
        eps = getattr(self, "eps", 0.0)
        if isinstance(eps, float) and eps and not dtype.type(eps):
            raise ValueError(
                f"{type(self).__name__}.eps must not be 0 in the dtype of theta, {dtype}, "
                f"got {eps!r}: take a larger one, 0 itself, or float64"
            )

    def _check_state(self, state: Any) -> None:
        """Raise a TypeError unless this is a state of this rule."""
        if state.__class__ is not self.State:
            raise TypeError(
                f"state must come from {type(self).__name__}.init or .step, "
                f"got {_checks.shown(state)}"
            )

    def _checked(self, theta: npt.ArrayLike, g: npt.ArrayLike, state: Any) -> tuple[Any, Any]:
        """Return theta and g as arrays of one float dtype, or say what is wrong with them."""
        theta = _checks.floating("theta", theta)
        g = _checks.numeric("g", g).astype(theta.dtype, copy=False)
        # A column of gradients for a row of parameters would broadcast to a matrix: never meant.
        if theta.shape[-1:] != g.shape[-1:]:
            raise ValueError(
                f"g must have the shape of theta, {theta.shape}, or broadcast against it over "
                f"leading axes, got shape {g.shape}"
            )
        return theta, g

    def _step_in_single(self, theta: Any, g: Any, state: Any) -> tuple[Any, Any]:
        """Return what `step` does for parameters of half precision, rounded once at the end."""
        arrays = (_checks.single(_checks.floating("state", array)) for array in state[1:])
        moved, state = self.step(_checks.single(theta), g, self.State(state.t, *arrays))
        return moved.astype(theta.dtype), state

    def _blame(self, theta: Any, g: Any, state: Any, error: Exception) -> None:
        """Say which argument of `step` made the update fail, if it was one of them."""
        theta, g = self._checked(theta, g, state)
        arrays = {name: np.shape(getattr(state, name)) for name in self.state_names}
        settings = [np.shape(value) for value in self.hyperparameters.values()]
        try:
            for name in self.sides:
                wanted = shapes.of_state(self.State, name, theta.shape)
                np.broadcast_shapes(arrays[name], wanted)
            like_theta = [shape for name, shape in arrays.items() if name not in self.sides]
            np.broadcast_shapes(theta.shape, g.shape, *like_theta, *settings)
        except ValueError:
            raise ValueError(
                f"theta {theta.shape}, g {g.shape}, the state and the hyperparameters of "
                f"{type(self).__name__} must broadcast, got {[*arrays.values(), *settings]} "
                "for the last two"
            ) from error

    def _cast(self, theta: Any, g: Any, state: Any, moved: Any, new: Any) -> tuple[Any, Any]:
        """Return what `step` does, in the dtype of theta, if the update promoted it."""
        if not isinstance(new, tuple) or len(new) != len(state):
            names = ", ".join(("the change", *self.state_names))
            raise TypeError(
                f"{type(self).__name__}.update must return a tuple of {names}, "
                f"got {_checks.shown(new)}"
            )
        if theta.dtype.kind != "f":  # integers, or what is no number at all
            return self.step(*self._checked(theta, g, state), state)
        # Arrays of float64 hyperparameters promote float32.
        moved, *arrays = (np.asarray(array, theta.dtype) for array in (moved, *new[1:]))
        return moved, self.State(state.t + 1, *arrays)


def _takes(signature: inspect.Signature, count: int) -> bool:
    """Return whether a function can be called with so many arguments."""
    try:
        signature.bind(*range(count))
    except TypeError:
        return False
    return True
