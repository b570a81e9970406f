"""What the page knows of rules and problems: their code, made from Python, and their look."""

from __future__ import annotations

import base64
import functools
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from adaptive import problems, rules
from adaptive.descent import FAR, batches_for
from adaptive.explorer import colours, picture
from adaptive.explorer.bundle import Code
from adaptive.explorer.ranges import ranges_of
from adaptive.explorer.tuned import settings_on
from adaptive.problems.base import Problem
from adaptive.rules.base import Rule
from adaptive.tracing import (
    dissect,
    problem_to_javascript,
    rule_to_javascript,
    trace_problem,
    trace_rule,
)


def default_rule(kind: type[Rule]) -> Rule:
    """Return a rule as it stands in an explorer that was given no other: as on the circles task.

    The defaults of some papers are too small to see a step.
    """
    return kind(**kind.on_circles)


def default_problems() -> list[Problem]:
    """Return the problems that every explorer offers."""
    return [*(kind() for kind in problems.SURFACES), problems.NoisyQuadratic()]


def common() -> dict[str, Any]:
    """Return what all explorers share: the ten rules, and the problems of the package."""
    return _common(tuple(rules.RULES), tuple(problems.SURFACES))


@functools.cache
def _common(kinds: tuple[type[Rule], ...], surfaces: tuple[type[Problem], ...]) -> dict[str, Any]:
    return {
        "far": FAR,
        "layout": {
            "landscape": asdict(picture.LANDSCAPE),
            "chart": asdict(picture.CHART),
            "wideChart": asdict(picture.WIDE_CHART),
        },
        "rules": {kind.__name__: describe_rule(default_rule(kind)) for kind in kinds},
        "problems": {each.name: describe_problem(each) for each in default_problems()},
        "tuned": settings_on([default_rule(kind) for kind in kinds], default_problems()),
    }


def describe_rule(
    rule: Rule,
    ranges: Mapping[str, Any] | None = None,
    *,
    code: bool = True,
    coloured: str | None = None,
) -> dict[str, Any]:
    """Return what the page needs to know of a rule, which may be coloured by another name.

    Raises
    ------
    TracingError
        If its code is wanted, and the rule cannot be traced.
    """
    name = type(rule).__name__
    coloured = coloured or colours.name_of(rule)
    described: dict[str, Any] = {
        "label": name,
        "look": colours.look(coloured),
        "dashes": picture.dashes_of(coloured),
        "state": list(rule.state_names),
        "settings": [each.as_dict() for each in ranges_of(rule, ranges)],
    }
    described["memory"] = []
    if code:
        traced = trace_rule(rule)
        described["code"] = Code(rule_to_javascript(traced))
        anatomy = dissect(traced)
        states = zip(rule.state_names, traced.update.outputs[1:], strict=True)
        # The states that say where to go; the others say how far.
        described["memory"] = [state for state, node in states if anatomy.directed(node)]
    return described


def describe_problem(problem: Problem, *, code: bool = True) -> dict[str, Any]:
    """Return what the page needs to know of a problem.

    Raises
    ------
    TracingError
        If its code is wanted, and the problem cannot be traced.
    """
    described: dict[str, Any] = {
        "label": problem.name,
        "start": np.asarray(problem.start, dtype=np.float64).tolist(),
        "floor": floor_of(problem),
        "bounds": picture.bounds_of(problem),
        "minimum": None if problem.minimum is None else np.asarray(problem.minimum).tolist(),
    }
    if code:
        described["code"] = problem_code(problem)
    return described | {"backdrop": picture.backdrop(problem)}


def problem_code(problem: Problem) -> Code:
    """Return what a problem computes, as the page runs it."""
    return Code(problem_to_javascript(trace_problem(problem)))


def floor_of(problem: Problem) -> float:
    """Return the loss at the minimum; 0 where it is not known."""
    return 0.0 if problem.minimum is None else float(problem.loss(problem.minimum))


def noise(each: Sequence[Problem], steps: int, rng: Any) -> dict[str, str]:
    """Return the batches of stochastic problems by name, as the page reads them."""
    return {
        problem.name: packed(list(batches_for(problem, steps, rng, None)))
        for problem in each
        if problem.stochastic and steps
    }


def packed(numbers: Any) -> str:
    """Return numbers as a text from which the page reads them."""
    return base64.b64encode(np.array(numbers, dtype="<f8").tobytes()).decode("ascii")


def news(described: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is described otherwise than it is known."""
    return {k: v for k, v in described.items() if k not in known or known[k] != v}
