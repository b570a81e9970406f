"""A rule taken apart: what all elements share in one step, and what is done to each of them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import MISSING, dataclass, fields
from functools import cache, cached_property
from typing import Any

import numpy as np

from adaptive.rules.base import Rule
from adaptive.tracing import flat
from adaptive.tracing.graph import Graph, Node, Program
from adaptive.tracing.record import TracedRule, differs, trace_rule


@dataclass(frozen=True)
class Split:
    """One step of a rule, taken apart.

    Attributes
    ----------
    arrays : tuple of str
        The inputs of ``elements`` that differ from element to element: the gradient, θ if the
        rule sees it, the state, and the hyperparameters that were said to vary.
    shared : tuple of str
        Its other inputs: what depends on the step number and the other hyperparameters alone.
    scalars : Program
        From ``t`` and the hyperparameters to the values of ``shared``.
    elements : Program
        From both to the step and the new state. It holds no number: those are shared.
    """

    arrays: tuple[str, ...]
    shared: tuple[str, ...]
    scalars: Program
    elements: Program

    def values(self, rule: Rule, t: int) -> list[float]:
        """Return what all elements share in step ``t``, in double precision."""
        inputs = [float(t) if name == "t" else _setting(rule, name) for name in self.scalars.inputs]
        # 0⁻¹ is inf, as in numpy's arithmetic on arrays.
        with np.errstate(all="ignore"):
            return [float(value) for value in self.compute(np, *inputs)]

    @cached_property
    def compute(self) -> Callable[..., tuple[Any, ...]]:
        """``scalars`` as a function of a module with numpy's functions, and its inputs."""
        return flat.function("scalars", self.scalars, flat.FUNCTIONS)


def _setting(rule: Rule, name: str) -> Any:
    return getattr(rule, name.removeprefix("hyper."))


@cache
def split(kind: Any, varying: tuple[str, ...] = ()) -> Split:
    """Take a class of rules apart.

    A division by what all elements share becomes a product with its inverse:
    it differs in the last bit, and a division costs as much as ten products.

    Parameters
    ----------
    kind : type of Rule
        A class of rules.
    varying : tuple of str
        The hyperparameters that differ from element to element.

    Returns
    -------
    Split
        Its programs.

    Raises
    ------
    TracingError
        If the rule cannot be recorded.

    Examples
    --------
    >>> from adaptive import Momentum
    >>> taken = split(Momentum)
    >>> taken.arrays, [node.op for node in taken.elements.nodes() if node.args]
    (('g', 'state.v'), ['multiply', 'multiply', 'add', 'negative'])
    >>> taken.values(Momentum(lr=0.5, momentum=0.9), t=1)
    [0.9, 0.5]
    >>> split(Momentum, varying=("lr",)).arrays
    ('g', 'state.v', 'hyper.lr')
    """
    update = trace_kind(kind).update
    return take_apart(update, tuple(filter(differs, update.inputs)), varying)


def take_apart(update: Program, arrays: Collection[str], varying: Collection[str] = ()) -> Split:
    """Take a program apart into what its elements share, and what is done to each of them.

    Parameters
    ----------
    update : Program
        What is done to one element.
    arrays : collection of str
        The inputs that differ from element to element.
    varying : collection of str
        The hyperparameters that do so as well.

    Returns
    -------
    Split
        Its programs.
    """
    apart = {*arrays, *(f"hyper.{name}" for name in varying)}
    common = {name for name in update.inputs if name not in apart}
    scalars, elements = _with_inverses(update, common).hoist(common, leaves=True)
    shared = elements.inputs[len(update.inputs) :]
    ordered = tuple(name for name in update.inputs if name in apart)
    return Split(ordered, shared, scalars, Program((*ordered, *shared), elements.outputs))


@cache
def trace_kind(kind: Any) -> TracedRule:
    """Return what a class of rules computes; a hyperparameter without a default gets some number.

    Raises
    ------
    TracingError
        If it cannot be recorded.
    """
    # Which number is of no matter: it is an input of what is recorded.
    return trace_rule(kind(**{f.name: 0.5 for f in fields(kind) if _is_asked_for(f)}))


def _is_asked_for(field: Any) -> bool:
    return field.init and field.default is MISSING and field.default_factory is MISSING


def _with_inverses(program: Program, common: set[str]) -> Program:
    """Return a program that divides nothing by what is common."""
    free, graph, new = program.only_of(common), Graph(), dict[Node, Node]()
    for node in program.nodes():
        args = [new[arg] for arg in node.args]
        if node.op == "divide" and node.args[1] in free and node not in free:
            new[node] = graph.node("multiply", args[0], graph.node("reciprocal", args[1]))
        else:
            new[node] = graph.node(node.op, *args, value=node.value)
    return Program(program.inputs, tuple(new[node] for node in program.outputs))
