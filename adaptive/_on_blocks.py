"""Rules that are not elementwise, where a problem has all its parameters in one vector."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from adaptive import _checks
from adaptive.problems.base import Array, Problem
from adaptive.problems.networks import Blocks
from adaptive.rules import shapes
from adaptive.rules.base import Rule
from adaptive.rules.clipped import Clipped
from adaptive.rules.mixed import Mixed
from adaptive.rules.vector import VectorRule, norm


def on_problem(rule: Rule, problem: Problem) -> Any:
    """Return what makes the steps of a rule on a problem: the rule itself, if it is elementwise.

    Raises
    ------
    ValueError
        If the rule works on matrices, and the problem has none.
    """
    if rule.elementwise:
        return rule
    if isinstance(rule, Clipped):
        return Shortening(rule, on_problem(rule.rule, problem))
    blocks = getattr(problem, "blocks", None)
    if isinstance(rule, VectorRule) and (blocks is None or rule.of_all):
        blocks = Blocks({"theta": problem.start.shape[-1:]})
    if blocks is None:
        raise ValueError(
            f"problem must have arrays of its own, as networks do, for {type(rule).__name__}, "
            f"which works on matrices; {problem.name} has a vector"
        )
    return OnBlocks(rule, blocks)


class OnBlocks:
    """A rule on the arrays that a vector of parameters holds.

    Its state is one of the rule, with vectors: in each of them the arrays of one name follow each
    other. What the rule of an array does not keep is zeros, as many as the array has numbers.

    Parameters
    ----------
    rule : Rule
        The rule. Hyperparameters that are arrays have an axis of length 1 for the parameters, and
        their other axes are runs.
    blocks : adaptive.problems.networks.Blocks
        Where the arrays are. Rules on vectors get theirs as rows.
    """

    def __init__(self, rule: Rule, blocks: Blocks) -> None:
        self.rule = rule
        self.State, self.lookahead = rule.State, rule.lookahead
        own = {name: _one_of(rule, name, shape) for name, shape in blocks.shapes.items()}
        self.blocks = Blocks(
            {
                name: (math.prod(shape),) if isinstance(own[name], VectorRule) else shape
                for name, shape in blocks.shapes.items()
            }
        )
        self._rules = {
            name: _widened(own[name], len(shape)) for name, shape in self.blocks.shapes.items()
        }
        self._layouts = {field: self._layout(field) for field in rule.state_names}

    def _layout(self, field: str) -> Blocks:
        """Return where the arrays of a field of the state are in its vector."""
        kept = {
            name: shapes.of_state(one.State, field, self.blocks.shapes[name])
            for name, one in self._rules.items()
            if field in one.state_names
        }
        return Blocks({**self.blocks.shapes, **kept})

    def init(self, theta: Array) -> Any:
        """Return the state before the first step: zeros."""
        single = _checks.single(theta)
        for name, part in self.blocks.split(single).items():
            self._rules[name].init(part)  # which may have something to say
        lead, layouts = single.shape[:-1], self._layouts.values()
        return self.State(0, *(np.zeros((*lead, each.size), single.dtype) for each in layouts))

    def step(self, theta: Array, g: Array, state: Any) -> tuple[Array, Any]:
        """Make one step, as `Rule.step`."""
        parts, slopes, moved = self.blocks.split(theta), self.blocks.split(g), {}
        fields = {
            name: layout.split(getattr(state, name)) for name, layout in self._layouts.items()
        }
        for name, rule in self._rules.items():
            own = rule.State(state.t, *(fields[field][name] for field in rule.state_names))
            step = rule.step_rows if isinstance(rule, VectorRule) else rule.step
            moved[name], new = step(parts[name], slopes[name], own)
            for field in rule.state_names:
                fields[field][name] = getattr(new, field)
        joined = (self._layouts[name].join(field) for name, field in fields.items())
        return self.blocks.join(moved), self.State(state.t + 1, *joined)


class Shortening:
    """A clipped rule on vectors of parameters, each of which is a run.

    Parameters
    ----------
    rule : Clipped
        The rule. Where its length ``c`` is an array, it has an axis of length 1 for the parameters.
    runner : Rule or OnBlocks
        What makes the steps.
    """

    def __init__(self, rule: Clipped, runner: Any) -> None:
        _check_column(rule, "c", rule.c)
        self.rule, self.runner = rule, runner
        self.State, self.lookahead, self.init = rule.State, runner.lookahead, runner.init

    def step(self, theta: Array, g: Array, state: Any) -> tuple[Array, Any]:
        """Make one step, as `Rule.step`."""
        return self.runner.step(theta, self.rule.factors(norm(g)) * g, state)


def _one_of(rule: Rule, name: str, shape: tuple[int, ...]) -> Rule:
    """Return the rule for an array of this name and shape."""
    # Its shape is what counts: a batch of vectors is no matrix.
    return rule.rule_of(name, np.broadcast_to(0.0, shape)) if isinstance(rule, Mixed) else rule


def _widened(rule: Rule, axes: int) -> Rule:
    """Return a rule whose hyperparameters, one for each run, fit runs of arrays with these axes."""
    wide = {}
    for name, value in rule.hyperparameters.items():
        if isinstance(value, np.ndarray):
            _check_column(rule, name, value)
            wide[name] = value.reshape((*value.shape[:-1], *(1,) * axes))
    return rule.changed(**wide)


def _check_column(rule: Rule, name: str, value: Any) -> None:
    """Raise a ValueError if a hyperparameter is not one number for each run."""
    if np.ndim(value) and np.shape(value)[-1] != 1:
        raise ValueError(
            f"{type(rule).__name__}.{name} must be one number for a run of whole arrays, "
            f"got shape {np.shape(value)}"
        )
