"""A rule taken apart: what all elements share in one step, and what is done to each of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
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
        The inputs of ``elements`` that differ from element to element: the gradient and
        the state.
    shared : tuple of str
        Its other inputs: what depends on the step number and the hyperparameters alone.
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
        known = {f"hyper.{name}": value for name, value in rule.hyperparameters.items()}
        results: dict[Node, Any] = {}
        # 0⁻¹ is inf, as in numpy's arithmetic on arrays.
        with np.errstate(all="ignore"):
            for node in self.scalars.nodes():
                if node.op == "number":
                    results[node] = node.value
                elif node.op == "symbol":
                    results[node] = float(t) if node.value == "t" else known[node.value]
                else:
                    results[node] = getattr(np, node.op)(*(results[arg] for arg in node.args))
        return [float(results[node]) for node in self.scalars.outputs]


@cache
def split(kind: Any) -> Split:
    """Take a class of rules apart.

    A division by what all elements share becomes a product with its inverse:
    it differs in the last bit, and a division costs as much as ten products.

    Parameters
    ----------
    kind : type of Rule
        A class of rules whose hyperparameters have defaults.

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
    """
    update = trace_rule(kind()).update
    common = {name for name in update.inputs if name == "t" or name.startswith("hyper.")}
    arrays = tuple(name for name in update.inputs if name not in common)
    update, free = _with_inverses(update, common)
    used = {arg for node in update.nodes() if node not in free for arg in node.args}
    shared = tuple(n for n in update.nodes() if n in free and n in used | {*update.outputs})
    graph, new = Graph(), dict[Node, Node]()
    names = tuple(f"c{i}" for i in range(len(shared)))
    for name, node in zip(names, shared, strict=True):
        new[node] = graph.node("symbol", value=name)
    for node in update.nodes():
        if node not in free:
            new[node] = graph.node(node.op, *(new[a] for a in node.args), value=node.value)
    elements = Program((*arrays, *names), tuple(new[node] for node in update.outputs))
    return Split(arrays, names, Program(tuple(sorted(common)), shared), elements)


def _with_inverses(program: Program, common: set[str]) -> tuple[Program, set[Node]]:
    """Return a program that divides by nothing common, and its nodes that depend on no other."""
    graph, new, free = Graph(), dict[Node, Node](), set[Node]()

    def add(op: str, *args: Node, value: Any = None) -> Node:
        node = graph.node(op, *args, value=value)
        if (
            op == "number"
            or (op == "symbol" and value in common)
            or (args and free.issuperset(args))
        ):
            free.add(node)
        return node

    for node in program.nodes():
        args = [new[arg] for arg in node.args]
        if node.op == "divide" and args[1] in free and args[0] not in free:
            new[node] = add("multiply", args[0], add("reciprocal", args[1]))
        else:
            new[node] = add(node.op, *args, value=node.value)
    return Program(program.inputs, tuple(new[node] for node in program.outputs)), free
