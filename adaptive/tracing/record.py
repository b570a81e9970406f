"""From a rule or a problem to the programs that it consists of."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adaptive import _checks
from adaptive.problems.base import Problem, Surface
from adaptive.rules.base import Rule
from adaptive.tracing.graph import Graph, Program, TracingError

#: A batch of more numbers than this is data, not noise.
LARGEST_BATCH = 16


@dataclass(frozen=True)
class TracedRule:
    """A rule as programs on numbers, since rules work elementwise.

    Attributes
    ----------
    rule : Rule
        The rule.
    update : Program
        From the gradient ``g``, the step number ``t``, ``theta`` if the rule sees it,
        ``state.*`` and ``hyper.*`` to the step and the new state.
    lookahead : Program or None
        From ``theta``, the steps made ``t``, ``state.*`` and ``hyper.*`` to
        where the gradient is wanted; None where that is theta itself.
    """

    rule: Rule
    update: Program
    lookahead: Program | None


@dataclass(frozen=True)
class TracedProblem:
    """A problem in the plane as programs on its two coordinates.

    Attributes
    ----------
    problem : Problem
        The problem.
    loss, gradient : Program
        From ``x``, ``y`` (and ``batch.0``, ``batch.1``, … of a stochastic
        problem) to the loss, and to the two partial derivatives.
    loss_on : Program or None
        From ``x``, ``y`` and the batch to the loss of one step; None where that is the loss.
    project : Program or None
        From ``x``, ``y`` to the nearest feasible point; None where all are.
    batch : int
        How many numbers a batch has: 0 where the gradient is exact.
    """

    problem: Problem
    loss: Program
    gradient: Program
    loss_on: Program | None
    project: Program | None
    batch: int


def record(
    function: Callable[..., Any], inputs: Sequence[str], where: str, outputs: int
) -> Program:
    """Call a function with traced numbers and return what it computes.

    Parameters
    ----------
    function : callable
        Takes one argument for each input, and returns a sequence of results.
    inputs : sequence of str
        Names for the inputs.
    where : str
        What error messages call the function.
    outputs : int
        How many results it must return.

    Returns
    -------
    Program
        The expressions.

    Raises
    ------
    TracingError
        If the function does what cannot be recorded.

    Examples
    --------
    >>> import numpy as np
    >>> program = record(lambda x: [np.sqrt(1 + x * x)], ["x"], "f(x)", 1)
    >>> [node.op for node in program.nodes()]
    ['number', 'symbol', 'multiply', 'add', 'sqrt']
    """
    graph = Graph()
    try:
        results = list(function(*(graph.symbol(name) for name in inputs)))
        nodes = tuple(graph.as_node(result) for result in results)
    except TracingError as error:
        raise TracingError(f"{where} cannot be recorded: {error}") from None
    except Exception as error:
        raise TracingError(
            f"{where} cannot be recorded: {type(error).__name__}: {error}"
        ) from error
    if len(nodes) != outputs:
        raise TracingError(f"{where} must return {outputs} values, got {len(nodes)}")
    return Program(tuple(inputs), nodes)


def trace_rule(rule: Rule) -> TracedRule:
    """Return what a rule computes, with its hyperparameters as inputs.

    Parameters
    ----------
    rule : Rule
        The rule.

    Returns
    -------
    TracedRule
        Its programs.

    Raises
    ------
    TracingError
        If the rule does what cannot be recorded.

    Examples
    --------
    >>> from adaptive import Momentum
    >>> trace_rule(Momentum()).update.inputs
    ('g', 't', 'state.v', 'hyper.lr', 'hyper.momentum')
    """
    _checks.instance("rule", rule, Rule)
    if not rule.elementwise:
        raise TracingError(
            f"{type(rule).__name__} cannot be recorded: it works on whole arrays, and figures, "
            "exported optimizers and compiled loops are derived from the step of a single parameter"
        )
    name = type(rule).__name__
    states = [f"state.{s}" for s in rule.state_names]
    seen = [*(["theta"] if rule.sees_theta else []), *states]
    hyper = [f"hyper.{h}" for h in rule.hyperparameters]

    def update(g: Any, t: Any, *rest: Any) -> Any:
        given, settings = rest[: len(seen)], rest[len(seen) :]
        return _with(rule, settings).update(g, t, *given)

    def lookahead(theta: Any, t: Any, *rest: Any) -> Any:
        state, settings = rest[: len(states)], rest[len(states) :]
        return [_with(rule, settings).lookahead(theta, rule.State(t, *state))]

    ahead = record(lookahead, ["theta", "t", *states, *hyper], f"{name}.lookahead", 1)
    stays = ahead.outputs[0].value == "theta"
    return TracedRule(
        rule=rule,
        update=record(update, ["g", "t", *seen, *hyper], f"{name}.update", 1 + len(states)),
        lookahead=None if stays else ahead,
    )


def differs(name: str) -> bool:
    """Return whether an input of a rule differs from element to element, as the gradient does."""
    return name in ("g", "theta") or name.startswith("state.")


def trace_problem(problem: Problem) -> TracedProblem:
    """Return what a problem in the plane computes.

    Parameters
    ----------
    problem : Problem
        A problem in two coordinates. One that is no `Surface` is called with
        arrays of traced numbers, so that even matrix products are recorded.

    Returns
    -------
    TracedProblem
        Its programs.

    Raises
    ------
    TracingError
        If the problem does what cannot be recorded.

    Examples
    --------
    >>> from adaptive.problems import Saddle
    >>> [node.op for node in trace_problem(Saddle()).gradient.outputs]
    ['symbol', 'subtract']
    """
    _checks.instance("problem", problem, Problem)
    name = type(problem).__name__
    shape = None if isinstance(problem, Surface) else _batch_shape(problem)
    size = int(np.prod(shape)) if shape is not None else 0

    def drawn(batch: Sequence[Any]) -> Any:
        return None if shape is None else _objects(*batch).reshape(shape)

    if isinstance(problem, Surface):
        loss: Callable[..., Any] = lambda x, y: [problem.f(x, y)]  # noqa: E731
        gradient: Callable[..., Any] = problem.partials
        names = (f"{name}.f", f"{name}.partials")
    else:
        loss = lambda x, y: [problem.loss(_objects(x, y))]  # noqa: E731
        gradient = lambda x, y, *batch: problem.grad(_objects(x, y), drawn(batch))  # noqa: E731
        names = (f"{name}.loss", f"{name}.grad")

    project = None
    if type(problem).project is not Problem.project:
        project = record(
            lambda x, y: problem.project(_objects(x, y)), ["x", "y"], f"{name}.project", 2
        )
    batch = [f"batch.{i}" for i in range(size)]
    loss_on = None
    if type(problem).loss_on is not Problem.loss_on:
        loss_on = record(
            lambda x, y, *batch: [problem.loss_on(_objects(x, y), drawn(batch))],
            ["x", "y", *batch],
            f"{name}.loss_on",
            1,
        )
    return TracedProblem(
        problem=problem,
        loss=record(loss, ["x", "y"], names[0], 1),
        gradient=record(gradient, ["x", "y", *batch], names[1], 2),
        loss_on=loss_on,
        project=project,
        batch=size,
    )


def _with(rule: Rule, settings: Sequence[Any]) -> Rule:
    """Return the rule with traced hyperparameters, past the checks that take numbers only."""
    traced = copy.copy(rule)
    for name, value in zip(rule.hyperparameters, settings, strict=True):
        object.__setattr__(traced, name, value)
    return traced


def _objects(*values: Any) -> Any:
    """Return traced numbers as an array of objects, which most of numpy can compute with."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _batch_shape(problem: Problem) -> tuple[int, ...] | None:
    """Return the shape of a problem's batches, None if it has none."""
    drawn = problem.draw(1, np.random.default_rng(0))
    if drawn is None:
        return None
    if not isinstance(drawn, np.ndarray | float) or np.size(drawn) > LARGEST_BATCH:
        raise TracingError(
            f"{type(problem).__name__}.grad cannot be recorded: its batches are data "
            f"({_checks.shown(drawn)}), where only noise of a few numbers can be recorded"
        )
    return np.shape(drawn)
