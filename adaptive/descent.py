"""The loop: a rule and a problem make a path."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import _checks, _memory
from adaptive._on_blocks import on_problem
from adaptive.problems.base import Array, Problem
from adaptive.rules.base import Rule

#: A run has diverged when a parameter is so many times as large as the largest at its start (or 1).
FAR = 1e10

#: What an array in a list takes beside its numbers, in bytes.
OBJECT = 200

#: Runs of more steps than this show a progress bar, once they have taken two seconds.
MANY_STEPS = 5_000


@dataclass(frozen=True, eq=False)
class Path:
    """What happened in one run.

    Attributes
    ----------
    rule : Rule
        The rule that ran.
    problem : Problem
        The problem that it descended.
    theta : ndarray, shape (steps + 1, *shape)
        The parameters, with the start first.
    loss : ndarray, shape (steps + 1,)
        The loss at each of them; for a stochastic problem, over all the data.
    gradient : ndarray, shape (steps, *shape)
        The gradient that each step was given.
    state : dict of ndarray, shape (steps + 1, *shape)
        The state arrays by name, with the state at the start first. Those of Shampoo and
        SOAP that are square are vectors, of all arrays one after the other.
    last_state : Rule.State
        The state after the last step, from which `descend` can go on.
    diverged : bool
        Whether the run left for infinity: a parameter 10¹⁰ times as large as
        the largest at the start (or as 1), or a loss that is not finite. The run
        ends there: its last entry is the first for which this holds.

    Examples
    --------
    >>> from adaptive import SGD, descend
    >>> from adaptive.problems import Ravine
    >>> path = descend(SGD(lr=0.09), Ravine(), steps=50)
    >>> path.theta.shape, path.loss.shape, path.diverged
    ((51, 2), (51,), False)
    """

    rule: Rule
    problem: Problem
    theta: Array
    loss: Array
    gradient: Array
    state: dict[str, Array]
    last_state: Any
    diverged: bool

    @property
    def steps(self) -> int:
        """The steps made: fewer than were asked for if the run diverged."""
        return len(self.gradient)

    @property
    def distance(self) -> Array:
        """The distance of each of ``theta`` to the problem's minimum, shape (steps + 1,)."""
        return distance_to_minimum(self.problem, self.theta)

    def steps_to(self, fraction: float) -> int | None:
        """Return the step from which on the distance stays at most ``fraction`` of the first.

        Parameters
        ----------
        fraction : float
            The fraction of the distance at the start.

        Returns
        -------
        int or None
            The step; None if the run does not come to stay so near.

        Examples
        --------
        >>> from adaptive import SGD, descend
        >>> from adaptive.problems import Ravine
        >>> descend(SGD(lr=0.09), Ravine(), steps=200).steps_to(1e-3)
        73
        """
        first = stays_within(self.distance, fraction)
        return None if np.isnan(first) else int(first)

    def __repr__(self) -> str:
        end = "diverged" if self.diverged else f"loss {self.loss[0]:.3g} -> {self.loss[-1]:.3g}"
        rule = type(self.rule).__name__
        return f"<Path: {rule} on {self.problem.name}, {self.steps} steps, {end}>"


def descend(
    rule: Rule,
    problem: Problem,
    theta0: npt.ArrayLike | None = None,
    steps: int = 100,
    rng: np.random.Generator | int | None = None,
    *,
    state: Any = None,
    batches: Sequence[Any] | None = None,
) -> Path:
    """Run one rule on one problem.

    Parameters
    ----------
    rule : Rule
        The rule, such as ``Adam(lr=0.1)``.
    problem : Problem
        The problem, such as ``problems.Rosenbrock()``.
    theta0 : array_like, shape (d,), optional
        The start; the problem's own by default. Integers are taken as
        float64, floats keep their dtype. In half precision the parameters are
        rounded after each step; all else is computed in float32.
    steps : int, default 100
        How many steps to make.
    rng : numpy.random.Generator or int, optional
        Source of the minibatches, or its seed; 0 by default.
    state : Rule.State, optional
        The state to go on from, such as ``path.last_state``.
    batches : sequence, optional
        The batch of each step, in place of those that ``rng`` would draw.

    Returns
    -------
    Path
        The path. A run that diverges is a result too, and its ``diverged`` is True.

    Raises
    ------
    MemoryError
        If the path does not fit into the memory that is available.
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If ``theta0`` does not have the shape of the problem's start or is not
        finite, ``steps`` is negative, or there are fewer batches than steps.

    Examples
    --------
    >>> from adaptive import Momentum, descend
    >>> from adaptive.problems import Ravine
    >>> descend(Momentum(lr=0.05, momentum=0.7), Ravine(), steps=50)
    <Path: Momentum on ravine, 50 steps, loss 18 -> 1.1e-07>

    A run that is stopped and resumed makes the same steps:

    >>> rng = np.random.default_rng(1)
    >>> half = descend(Momentum(), Ravine(), steps=25, rng=rng)
    >>> rest = descend(
    ...     Momentum(), Ravine(), half.theta[-1], steps=25, rng=rng, state=half.last_state
    ... )
    >>> whole = descend(Momentum(), Ravine(), steps=50)
    >>> bool(np.array_equal(rest.theta[-1], whole.theta[-1]))
    True
    """
    check_run(rule, problem)
    theta = start_of(problem, theta0)
    _check_one_run(rule, theta)
    runner = on_problem(rule, problem)
    first = runner.init(theta)
    state = first if state is None else state
    if not isinstance(state, rule.State):
        raise TypeError(
            f"state must be a state of {type(rule).__name__}, got {_checks.shown(state)}"
        )
    shapes, fitting = ([np.shape(array) for array in each[1:]] for each in (state, first))
    if shapes != fitting:
        square = any(shape != theta.shape for shape in fitting)
        words = f"shapes {fitting} for theta0" if square else f"shape {theta.shape} of theta0"
        raise ValueError(f"state must hold arrays of the {words}, got {shapes}")
    steps = _checks.count("steps", steps)
    drawn = batches_for(problem, steps, rng, batches, first=state.t + 1)
    # Parameters, gradient and state of each step, and once more when they are put together.
    held = sum(theta.itemsize * math.prod(shape) for shape in shapes)
    _memory.check(
        steps * (2 * (2 * theta.nbytes + held) + (1 + len(state)) * OBJECT),
        f"descend with {steps:,} steps in {theta.size:,} parameters",
        'take fewer steps, or make one with rule.step_into; sweep(..., keep="end") holds the last',
    )

    # Copies, here and below: a problem or a rule may use an array again.
    state, computed = _copied(state), _checks.single(theta).dtype
    thetas, states, gradients = [theta], [_copied(state)], []
    with np.errstate(all="ignore"):  # a diverging run is a result
        losses = [loss_at(problem, theta)]
        diverged = has_diverged(theta, losses[0], theta)
        todo = () if diverged else progress(drawn, steps)
        for theta, state, g in iterate(runner, problem, theta, state, todo):
            thetas.append(theta.copy())
            states.append(_copied(state))
            gradients.append(g)
            losses.append(loss_at(problem, theta))
            diverged = has_diverged(theta, losses[-1], thetas[0])
            if diverged:
                break

    return Path(
        rule=rule,
        problem=problem,
        theta=np.stack(thetas),
        loss=np.asarray(losses),
        gradient=np.reshape(gradients, (len(gradients), *theta.shape)).astype(computed),
        state={name: np.stack([getattr(s, name) for s in states]) for name in rule.state_names},
        last_state=state,
        diverged=bool(diverged),
    )


def iterate(
    rule: Any,
    problem: Problem,
    theta: Array,
    state: Any,
    batches: Iterable[Any],
    step: Callable[..., Any] | None = None,
) -> Iterator[tuple[Array, Any, Array]]:
    """Make one step for each batch, and yield the parameters, the state and the gradient.

    The gradient is a copy: a problem may fill one buffer again and again, or return theta.
    Problems are asked in float32 about parameters of half precision.
    """
    step, dtype = step or rule.step, theta.dtype
    for batch in batches:
        g = problem.grad(read_only(rule.lookahead(_checks.single(theta), state)), batch)
        g = g.copy() if g.__class__ is np.ndarray else np.array(_checks.numeric("g", g))
        theta, state = step(theta, g, state)
        theta = np.asarray(_checks.unmasked("theta", problem.project(_checks.single(theta))), dtype)
        yield theta, state, g


def read_only(array: Array) -> Array:
    """Return a view of an array for a problem, which must not write to it."""
    view = array.view()
    view.flags.writeable = False
    return view


def seen(theta: Array) -> Array:
    """Return ``theta`` as a problem sees it: in the precision computed with, and read-only."""
    return read_only(_checks.single(theta))


def loss_at(problem: Problem, theta: Array) -> Array:
    """Return a problem's loss at ``theta``, shape (..., d), as an array of its own."""
    return _checks.numeric("loss", problem.loss(seen(theta))).copy()


def _copied(value: Any) -> Any:
    """Return a value with copies of the arrays in it: what is kept must not change any more."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, tuple):
        parts = [_copied(each) for each in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return [_copied(each) for each in value] if isinstance(value, list) else value


def has_diverged(theta: Array, loss: Any, start: Array) -> Any:
    """Return whether each run is far from its ``start`` or its loss is not finite, shape (...)."""
    # In float64, so that the limit of a start in float16 is not infinite.
    limit = FAR * np.maximum(np.float64(1), np.abs(start).max(axis=-1, keepdims=True))
    # Asked this way round, NaN counts as far.
    return ~((np.abs(theta) <= limit).all(axis=-1) & np.isfinite(loss))


def distance_to_minimum(problem: Problem, theta: Array) -> Array:
    """Return the distance of ``theta``, shape (..., d), to the problem's minimum, shape (...)."""
    if problem.minimum is None:
        raise ValueError(f"the problem must have a known minimum, {problem.name} has none")
    return np.linalg.norm(theta - problem.minimum, axis=-1)


def stays_within(distance: Array, fraction: float) -> Any:
    """Return from which time on ``distance``, time first, stays at most a fraction of the first.

    Shape (...); NaN for runs that do not come to stay so near.
    """
    # Asked this way round, NaN counts as far.
    near = distance <= _checks.number("fraction", fraction, 0) * distance[0]
    near_to_the_end = np.logical_and.accumulate(near[::-1]).sum(axis=0)
    return np.where(near_to_the_end > 0, len(distance) - near_to_the_end, np.nan)


def check_run(rule: Any, problem: Any) -> None:
    """Raise a TypeError unless there is a rule and a problem, each of them an instance."""
    _checks.instance("rule", rule, Rule)
    _checks.instance("problem", problem, Problem)


def start_of(problem: Problem, theta0: npt.ArrayLike | None) -> Array:
    """Return a copy of the start: ``theta0``, or the problem's own."""
    theta = _checks.finite("theta0", problem.start if theta0 is None else theta0).copy()
    shape = np.shape(problem.start)
    if theta.shape[theta.ndim - len(shape) :] != shape or not theta.size:
        raise ValueError(f"theta0 must have shape (..., {shape[0]}), got shape {theta.shape}")
    return theta


def batches_for(
    problem: Problem,
    steps: int,
    rng: Any,
    batches: Sequence[Any] | None,
    first: int = 1,
) -> Iterable[Any]:
    """Return the batch of each step, drawn when it is needed unless it was given."""
    if batches is None:
        source = _checks.generator("rng", rng)
        return (_copied(problem.draw(t, source)) for t in range(first, first + steps))
    if not hasattr(batches, "__len__"):
        raise TypeError(
            f"batches must be a sequence of one batch for each step, got {_checks.shown(batches)}"
        )
    if len(batches) < steps:
        raise ValueError(
            f"batches must hold one batch for each of the {steps} steps, got {len(batches)}"
        )
    return batches[:steps]


def progress(items: Iterable[Any], total: int) -> Iterable[Any]:
    """Return ``items`` with a progress bar if there are many of them and they take long."""
    if total <= MANY_STEPS:
        return items
    from tqdm import tqdm

    if sys.platform == "emscripten":  # there no thread can watch the bar, and tqdm would say so
        tqdm.monitor_interval = 0
    return tqdm(items, total=total, unit="step", delay=2, leave=False)


def _check_one_run(rule: Rule, theta: Array) -> None:
    """Raise a ValueError if the start or the hyperparameters make several runs."""
    shapes = [np.shape(value) for value in rule.hyperparameters.values()]
    try:
        together = np.broadcast_shapes(theta.shape, *shapes)
    except ValueError:
        together = None
    if theta.ndim != 1 or together != theta.shape:
        raise ValueError(
            f"descend makes one run: theta0 must have shape (d,) and hyperparameters shape () or "
            f"(d,), got theta0 {theta.shape} and {shapes}; sweep makes many"
        )
