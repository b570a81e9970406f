"""A rule taken apart: what all elements share in one step, and what is done to each of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from adaptive.rules.base import Rule
from adaptive.tracing import Node, Program, trace_rule
from adaptive.tracing.graph import Graph


@dataclass(frozen=True)
class Split:
    """One step of a rule, taken apart.

    Attributes
    ----------
    arrays : tuple of str
        The inputs of ``elements`` that differ from element to element: the gradient, the
        state, and the hyperparameters that were said to vary.
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
        operations, outputs = self._operations
        results: list[Any] = []
        # 0⁻¹ is inf, as in numpy's arithmetic on arrays.
        with np.errstate(all="ignore"):
            for operation in operations:
                results.append(operation(rule, t, results))
        return [float(results[place]) for place in outputs]

    @cached_property
    def _operations(self) -> tuple[list[Any], list[int]]:
        """What is computed, in order, and in which places of that order the results are."""
        place = {node: k for k, node in enumerate(self.scalars.nodes())}
        operations = [_operation(node, [place[arg] for arg in node.args]) for node in place]
        return operations, [place[node] for node in self.scalars.outputs]


def _operation(node: Node, places: list[int]) -> Any:
    """Return a node as a function of the rule, the step number and the results before it."""
    if node.op == "number":
        return lambda rule, t, results: node.value
    if node.value == "t":
        return lambda rule, t, results: float(t)
    if node.op == "symbol":
        name = node.value.removeprefix("hyper.")
        return lambda rule, t, results: getattr(rule, name)
    ufunc = getattr(np, node.op)
    return lambda rule, t, results: ufunc(*[results[place] for place in places])


@cache
def split(kind: Any, varying: tuple[str, ...] = ()) -> Split:
    """Take a class of rules apart.

    A division by what all elements share becomes a product with its inverse:
    it differs in the last bit, and a division costs as much as ten products.

    Parameters
    ----------
    kind : type of Rule
        A class of rules whose hyperparameters have defaults.
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
    update = trace_rule(kind()).update
    apart = {f"hyper.{name}" for name in varying}
    common = {
        name
        for name in update.inputs
        if name == "t" or (name.startswith("hyper.") and name not in apart)
    }
    arrays = tuple(name for name in update.inputs if name not in common)
    scalars, elements = _with_inverses(update, common).hoist(common, leaves=True)
    shared = elements.inputs[len(update.inputs) :]
    return Split(arrays, shared, scalars, Program((*arrays, *shared), elements.outputs))


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
