"""Many settings of one rule, in one batch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from adaptive import _checks, _memory
from adaptive._on_blocks import on_problem
from adaptive.descent import (
    batches_for,
    check_run,
    distance_to_minimum,
    has_diverged,
    iterate,
    loss_at,
    progress,
    read_only,
    start_of,
    stays_within,
)
from adaptive.problems.base import Array, Problem
from adaptive.problems.tables import kept
from adaptive.rules.base import Rule

#: So many parameters, of all runs together, go through the loop at once: 240 kB in float64.
#: More fall out of the processor's cache, and numpy takes fresh memory for each result.
CHUNK = 30_000
#: In place there are fewer arrays.
CHUNK_IN_PLACE = 60_000

Keep = Literal["end", "loss", "path"]


@dataclass(frozen=True, eq=False)
class Sweep:
    """What happened in many runs of one rule.

    Attributes
    ----------
    rule : Rule
        The rule; hyperparameters that are axes have its value nowhere.
    problem : Problem
        The problem that it descended.
    axes : dict of ndarray
        What was varied, by name, in the order of the axes below. Several
        generators are the last axis, ``rng``, numbered from 0.
    theta : ndarray, shape (times, *axes, d)
        The parameters: of all times with ``keep="path"``, else of the last; read-only.
    start : ndarray
        Where the runs began, of a shape that broadcasts against their ends; read-only.
    losses : ndarray, shape (steps + 1, *axes), or None
        The loss at all times, where it was kept; see `loss`.

    Examples
    --------
    >>> from adaptive import SGD, sweep
    >>> from adaptive.problems import Ravine
    >>> runs = sweep(SGD(), Ravine(), steps=50, lr=[0.01, 0.09, 0.2])
    >>> runs.loss.shape, runs.diverged.tolist()
    ((1, 3), [False, False, True])
    >>> runs.best()
    {'lr': np.float64(0.09)}
    """

    rule: Rule
    problem: Problem
    axes: dict[str, npt.NDArray[Any]]
    theta: Array
    start: Array
    losses: Array | None

    @cached_property
    def loss(self) -> Array:
        """The loss, shape (times, ``*axes``): of the last time with ``keep="end"``, else of all.

        For the last time it is computed when it is first asked for: on much data
        it may cost as much as the runs.
        """
        if self.losses is not None:
            return self.losses
        ends = self.theta[-1].reshape(-1, self.theta.shape[-1])
        chunk = max(1, CHUNK // ends.shape[-1])
        with np.errstate(all="ignore"):
            parts = [
                loss_at(self.problem, ends[low : low + chunk]) for low in range(0, len(ends), chunk)
            ]
        return np.concatenate(parts).reshape(1, *self.theta.shape[1:-1])

    @cached_property
    def diverged(self) -> npt.NDArray[np.bool_]:
        """Whether each run had diverged at its end, as in `Path`, shape (``*axes``)."""
        with np.errstate(all="ignore"):
            return has_diverged(self.theta[-1], self.loss[-1], self.start)

    def best(self) -> dict[str, Any]:
        """Return the setting with the lowest last loss, in the median over ``rng``.

        Returns
        -------
        dict
            The value of each axis but ``rng``.

        Raises
        ------
        ValueError
            If all runs diverged.
        """
        loss = np.where(self.diverged, np.inf, self.loss[-1])
        if "rng" in self.axes:
            loss = np.median(loss, axis=-1)
        if not np.isfinite(loss).any():
            raise ValueError("all runs of the sweep diverged: it has no best setting")
        place = np.unravel_index(np.argmin(loss), loss.shape)
        return {name: self.axes[name][i] for name, i in zip(self.axes, place, strict=False)}

    def steps_to(self, fraction: float) -> Array:
        """Return the steps from which on runs stay near the minimum; needs ``keep="path"``.

        Parameters
        ----------
        fraction : float
            How near: this fraction of the distance at the start.

        Returns
        -------
        ndarray, shape of the axes
            The steps; NaN for runs that do not come to stay so near.

        Raises
        ------
        ValueError
            If the sweep did not keep its paths, or the minimum is not known.
        """
        if len(self.theta) == 1:
            raise ValueError('steps_to needs all parameters: sweep(..., keep="path")')
        return stays_within(distance_to_minimum(self.problem, self.theta), fraction)

    def __repr__(self) -> str:
        axes = " x ".join(f"{len(values)} {name}" for name, values in self.axes.items())
        rule = type(self.rule).__name__
        return (
            f"<Sweep: {rule} on {self.problem.name}, {axes}, {self.diverged.sum()} runs diverged>"
        )


def sweep(
    rule: Rule,
    problem: Problem,
    steps: int = 100,
    theta0: npt.ArrayLike | None = None,
    rng: np.random.Generator | int | Sequence[Any] | None = None,
    *,
    keep: Keep = "end",
    batches: Sequence[Any] | None = None,
    engine: str = "plain",
    **axes: npt.ArrayLike,
) -> Sweep:
    """Run one rule with every combination of settings, all at once.

    Parameters
    ----------
    rule : Rule
        The rule; its hyperparameters hold where no axis varies them.
    problem : Problem
        The problem.
    steps : int, default 100
        How many steps to make.
    theta0 : array_like, shape (d,) or (k, d), optional
        The start; k starts are an axis, after the hyperparameters.
    rng : numpy.random.Generator or int, or a sequence of them, optional
        Source of the minibatches, which all runs share; several make an
        axis, the last. 0 by default.
    keep : {"end", "loss", "path"}, default "end"
        What to hold: the last parameters and losses; also the losses at all
        times; also the parameters at all times.
    batches : sequence, optional
        The batch of each step, in place of those that ``rng`` would draw.
    engine : {"plain", "numba", "blocks", "auto"}, default "plain"
        How steps are made: with `Rule.step`, so that each run has the same bits as alone, or
        in place, as `Rule.step_into` says, which agrees in each step to a few units in the last
        place of what is added up.
        "auto" does so where it pays: many thousands of runs are half as fast again with
        numba, which first takes some seconds to compile, once for each rule.
    **axes : array_like, shape (n,)
        The values of a hyperparameter, such as ``lr=np.geomspace(1e-3, 1, 30)``.

    Returns
    -------
    Sweep
        The runs, with one axis for each keyword, in their order.

    Raises
    ------
    ImportError
        If ``engine`` is "numba" and it is not installed.
    MemoryError
        If what is to be held does not fit into the memory that is available.
    TypeError
        If an argument is of the wrong kind, or a keyword is no hyperparameter of the rule.
    ValueError
        If an axis is empty or not one-dimensional, a value is outside its
        interval, or ``keep`` or ``engine`` is none of those above, or cannot do this.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import Momentum, sweep
    >>> from adaptive.problems import Ravine
    >>> grid = sweep(Momentum(), Ravine(), lr=np.geomspace(1e-3, 1, 4), momentum=[0, 0.5, 0.9])
    >>> grid
    <Sweep: Momentum on ravine, 4 lr x 3 momentum, 3 runs diverged>
    >>> grid.loss.shape
    (1, 4, 3)
    """
    check_run(rule, problem)
    steps = _checks.count("steps", steps)
    if keep not in ("end", "loss", "path"):
        raise ValueError(f'keep must be "end", "loss" or "path", got {_checks.shown(keep)}')
    values = {name: _axis(rule, name, value) for name, value in axes.items()}
    start = start_of(problem, theta0)
    if start.ndim not in (1, 2):
        raise ValueError(f"theta0 must have shape (d,) or (k, d), got shape {start.shape}")
    starts = np.atleast_2d(start)
    drawn, seeds = _shared_batches(problem, steps, rng, batches)
    for name, value in rule.hyperparameters.items():
        if np.ndim(value) > 1 and name not in axes:
            raise ValueError(
                f"{type(rule).__name__}.{name} must have shape () or (d,) in a sweep, "
                f"got shape {np.shape(value)}; {name}=[...] makes an axis"
            )

    # One row for each combination: which start, and which value of each hyperparameter.
    sizes = [*(len(value) for value in values.values()), len(starts)]
    runs = math.prod(sizes)
    shape = (runs, seeds) if seeds else (runs,)
    thetas, losses = _room(problem, starts, steps, shape, keep)
    most = CHUNK if engine == "plain" else CHUNK_IN_PLACE
    chunk = max(1, most // (max(1, seeds) * starts.shape[-1]))
    chunks = range(0, runs, chunk)
    bar = iter(progress(range(steps * len(chunks)), steps * len(chunks)))
    for low in chunks:
        rows = slice(low, min(low + chunk, runs))
        *places, which = np.unravel_index(np.arange(rows.start, rows.stop), sizes)
        first = starts[which]
        if seeds:
            first = np.repeat(first[:, None], seeds, axis=1)
        # A column, so that each row of parameters has its own value.
        column = (-1,) + (1,) * (first.ndim - 1)
        settings = {
            name: value[place].reshape(column)
            for (name, value), place in zip(values.items(), places, strict=True)
        }
        kept = thetas[:, rows], None if losses is None else losses[:, rows]
        runner = rule.changed(**settings)
        step = _in_place(runner, first, engine)
        _run(on_problem(runner, problem), problem, first, drawn, *kept, bar, step)

    # `Sweep` computes losses and divergence from these when it is asked: nobody may move them.
    thetas, start, starts = read_only(thetas), read_only(start), read_only(starts)
    named: dict[str, Any] = dict(values)
    if start.ndim == 2:
        named["theta0"] = starts
    else:
        sizes.pop()
    if seeds:
        named["rng"] = np.arange(seeds)
        sizes.append(seeds)
    return Sweep(
        rule=rule,
        problem=problem,
        axes=named,
        theta=thetas.reshape(len(thetas), *sizes, starts.shape[-1]),
        start=start[:, None] if seeds and start.ndim == 2 else start,
        losses=None if losses is None else losses.reshape(len(losses), *sizes),
    )


def _room(
    problem: Problem, starts: Array, steps: int, shape: tuple[int, ...], keep: Keep
) -> tuple[Array, Array | None]:
    """Return the arrays for what is kept of theta and of the loss, if there is memory for them."""
    times = {"theta": steps + 1 if keep == "path" else 1, "loss": 0 if keep == "end" else steps + 1}
    with np.errstate(all="ignore"):
        loss = loss_at(problem, starts[0]).dtype if keep != "end" else np.dtype(float)
    runs, d = math.prod(shape), starts.shape[-1]
    needed = runs * (times["theta"] * d * starts.itemsize + times["loss"] * loss.itemsize)
    less = {"path": 'keep="loss" or keep="end", ', "loss": 'keep="end", ', "end": ""}[keep]
    fewer = f"{less}fewer steps or fewer values" if keep != "end" else "take fewer values"
    _memory.check(
        needed,
        f'sweep with {runs:,} runs of {steps:,} steps in {d:,} parameters and keep="{keep}"',
        fewer,
    )
    thetas = np.empty((times["theta"], *shape, d), starts.dtype)
    return thetas, None if keep == "end" else np.empty((times["loss"], *shape), loss)


def _run(
    rule: Any,
    problem: Problem,
    theta: Array,
    batches: Sequence[Any],
    thetas: Array,
    losses: Array | None,
    bar: Any,
    step: Callable[..., Any] | None,
) -> None:
    """Make all steps for one chunk, and write what is kept of theta and of the loss."""
    with np.errstate(all="ignore"):
        thetas[0] = theta
        if losses is not None:
            losses[0] = loss_at(problem, theta)
        steps = iterate(rule, problem, theta, rule.init(theta), batches, step)
        for t, (theta, _, _) in enumerate(steps, start=1):
            if len(thetas) > 1:
                thetas[t] = theta
            if losses is not None:
                losses[t] = loss_at(problem, theta)
            next(bar)
        thetas[-1] = theta


def _in_place(rule: Rule, theta: Array, engine: str) -> Callable[..., Any] | None:
    """Return how to make a step on parameters like theta in place, unless it is to be plain."""
    if engine == "plain":
        return None
    from adaptive.large.engine import choose, varying

    # The loop over elements wants each hyperparameter for each of them.
    whole = {
        name: np.broadcast_to(rule.hyperparameters[name], theta.shape) for name in varying(rule)
    }
    rule = rule.changed(**{name: value.copy() for name, value in whole.items()})
    if choose(rule, theta, engine).name == "plain":
        return None

    def step(theta: Array, g: Array, state: Any) -> tuple[Array, Any]:
        if g.shape != theta.shape:
            g = np.broadcast_to(g, theta.shape)
        return theta, rule.step_into(theta, g, state, engine)

    return step


def _axis(rule: Rule, name: str, value: npt.ArrayLike) -> Array:
    """Return the values of one hyperparameter, checked as the rule itself would."""
    if name not in rule.hyperparameters:
        raise TypeError(
            f"{name!r} is no hyperparameter of {type(rule).__name__}, which has "
            f"{', '.join(rule.hyperparameters)}"
        )
    # A rule of the reader's own may hold what it is given, and `Sweep` asks the axes later.
    checked = kept(np.asarray(rule.changed(**{name: value}).hyperparameters[name]))
    if np.ndim(checked) != 1 or not np.size(checked):
        raise ValueError(f"{name} must have shape (n,) with n > 0, got {_checks.shown(value)}")
    return checked


def _shared_batches(
    problem: Problem, steps: int, rng: Any, batches: Sequence[Any] | None
) -> tuple[Sequence[Any], int]:
    """Return the batch of each step, and over how many generators they are stacked (0: one)."""
    if isinstance(rng, np.ndarray):
        rng = rng.tolist()
    if not isinstance(rng, list | tuple | range):
        return list(batches_for(problem, steps, rng, batches)), 0
    if not rng:
        raise ValueError("rng must hold at least one generator, got an empty sequence")
    if not problem.stochastic or batches is not None:
        raise ValueError(
            "rng must be one generator or seed where no batches are drawn, "
            f"got {_checks.shown(rng)}"
        )
    sources = [_checks.generator("rng", one) for one in rng]
    together = [problem.draws(range(1, steps + 1), source) for source in sources]
    if together[0] is not None:
        return list(np.stack(together, axis=1)), len(rng)
    runs = [batches_for(problem, steps, source, None) for source in sources]
    return [np.stack(drawn) for drawn in zip(*runs, strict=True)], len(rng)
