"""Taking the step of a recorded rule apart: memory, this gradient, and what only scales them.

Turn all gradients round, and θ with them. Some of what a rule computes turns round too, such as a
velocity: it says where to go. Some stays, such as an average of squares: it says how far. That is
found from the recording alone, for the states by starting from the zeros that they start from.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from adaptive import _checks
from adaptive.tracing.graph import Graph, Node, Program
from adaptive.tracing.record import TracedRule, differs

#: How a value answers when gradients and θ are turned round; 0 does both, a mixture neither.
Parity = frozenset[str]
ODD, EVEN = frozenset({"odd"}), frozenset({"even"})
BOTH, NEITHER = ODD | EVEN, Parity()

#: The parts of a step, in the order in which they are told; the last only if the rule sees θ.
PARTS = ("memory", "gradient", "decay")

_ODD_FUNCTIONS = frozenset({"negative", "sign", "reciprocal", "sin", "tan", "arcsin", "arctan"}) | {
    "sinh",
    "tanh",
}
_EVEN_FUNCTIONS = frozenset({"absolute", "square", "cos", "cosh"})


@dataclass(frozen=True)
class Dissection:
    """What a step is made of; made by `dissect`.

    Attributes
    ----------
    traced : TracedRule
        The rule.
    parity : mapping from Node to frozenset
        For each node of its update, how it answers when all gradients are turned round, and θ.
    parts : Program or None
        From the inputs of the update to the parts of the step, which add up to it: what
        earlier gradients left behind, what this one adds, and what θ itself does if the rule
        sees it. None where they cannot be told apart, as in the sign of a mixture.
    """

    traced: TracedRule
    parity: Mapping[Node, Parity]
    parts: Program | None

    @property
    def step(self) -> Node:
        """The step."""
        return self.traced.update.outputs[0]

    def directed(self, node: Node) -> bool:
        """Return whether a node says where to go, and not only how far."""
        return self.parity[node] == ODD

    def sources(self, node: Node) -> set[str]:
        """Return the inputs from which a node has its direction."""
        found: dict[Node, set[str]] = {}
        for part in parts_of(node):
            found[part] = set().union(*(found[arg] for arg in part.args))
            if not self.directed(part):
                found[part] = set()
            elif part.op == "symbol":
                found[part] = {str(part.value)}
        return found[node]

    def role(self, node: Node) -> str:
        """Return what a node is to the step.

        Returns
        -------
        str
            ``"step"``, ``"memory"``, ``"gradient"``, ``"decay"`` for what is made of θ,
            ``"scale"``, or ``"plain"`` for what is made of several, or of settings alone.
        """
        step = self.step
        if node is step or (step.op == "negative" and step.args[0] is node):
            return "step" if node.args else _role_of(str(node.value))
        if roles := {_role_of(name) for name in self.sources(node)}:
            return "plain" if len(roles) > 1 else roles.pop()
        return "scale" if self.parity[node] == EVEN and has_data(node) else "plain"


def dissect(traced: TracedRule) -> Dissection:
    """Return what the step of a rule is made of.

    Parameters
    ----------
    traced : TracedRule
        From `trace_rule`.

    Returns
    -------
    Dissection
        Its parts.

    Examples
    --------
    >>> from adaptive import Adam
    >>> from adaptive.tracing import trace_rule
    >>> anatomy = dissect(trace_rule(Adam()))
    >>> _, m, v = anatomy.traced.update.outputs
    >>> anatomy.directed(m), anatomy.directed(v), anatomy.role(v)
    (True, False, 'scale')
    """
    _checks.instance("traced", traced, TracedRule)
    parity = _parities(traced)
    return Dissection(traced, parity, _parts(traced, parity))


def _role_of(source: str) -> str:
    """Return which part of the step comes from an input."""
    return {"g": "gradient", "theta": "decay"}.get(source, "memory")


def has_data(node: Node) -> bool:
    """Return whether a node differs from element to element, and is not of settings and t alone."""
    return any(differs(str(part.value)) for part in parts_of(node) if part.op == "symbol")


def parts_of(node: Node) -> Iterator[Node]:
    """Yield all that a node is made of, and then itself."""
    return Program((), (node,)).nodes()


# ------------------------------------------------------------------ what turns round


def _parities(traced: TracedRule) -> dict[Node, Parity]:
    """Return how each node of the update answers when all gradients are turned round."""
    update = traced.update
    names = [f"state.{name}" for name in traced.rule.state_names]
    states = dict.fromkeys(names, BOTH)  # zeros
    while True:
        found: dict[Node, Parity] = {}
        for node in update.nodes():
            found[node] = _parity(node, [found[arg] for arg in node.args], states)
        new = {
            name: states[name] & found[output]
            for name, output in zip(names, update.outputs[1:], strict=True)
        }
        if new == states:
            return found
        states = new


def _parity(node: Node, args: list[Parity], states: Mapping[str, Parity]) -> Parity:
    if node.op == "symbol":
        return ODD if node.value in ("g", "theta") else states.get(str(node.value), EVEN)
    if node.op == "number":
        return EVEN if node.value else BOTH
    if node.op in ("add", "subtract"):
        return args[0] & args[1]
    if node.op == "multiply" and node.args[0] is node.args[1]:
        return EVEN if args[0] else NEITHER
    if node.op in ("multiply", "divide"):
        return Parity("even" if a == b else "odd" for a in args[0] for b in args[1])
    if node.op == "where":
        return args[1] & args[2] if "even" in args[0] else NEITHER
    odd, even = node.op in _ODD_FUNCTIONS, node.op in _EVEN_FUNCTIONS
    if node.op == "power" and node.args[1].op == "number":
        odd, even = node.args[1].value % 2 == 1, node.args[1].value % 2 == 0
        args = args[:1]
    found = set()
    if all("even" in arg for arg in args) or (even and args[0]):
        found.add("even")
    if odd and "odd" in args[0]:
        found.add("odd")
    return Parity(found)


# ------------------------------------------------------------------ the parts


class _Mixed(Exception):
    """Memory and gradient go through something together that is no sum."""


def _parts(traced: TracedRule, parity: Mapping[Node, Parity]) -> Program | None:
    step = traced.update.outputs[0]
    if parity[step] != ODD:
        return None
    graph = Graph()
    roles = PARTS if traced.rule.sees_theta else PARTS[:2]
    try:
        parts = tuple(_part(step, role, parity, graph) for role in roles)
    except _Mixed:
        return None
    return Program(traced.update.inputs, parts)


def _part(step: Node, role: str, parity: Mapping[Node, Parity], graph: Graph) -> Node:
    """Return the step with the inputs of other roles put to 0, as far as they are its direction.

    What scales the direction stays as it is, whatever it is made of. So the step is linear in
    what is put to 0, and the parts for all roles add up to it.
    """
    zero = graph.node("number", value=0.0)

    def kept(name: str) -> bool:
        return _role_of(name) == role

    @functools.cache
    def go(node: Node) -> Node:
        args = node.args
        if node.op == "symbol":
            return copied(node, graph) if kept(str(node.value)) else zero
        if node.op in ("add", "subtract", "negative"):
            return _tidied(graph, node.op, [go(arg) for arg in args], zero)
        if node.op == "where":
            return graph.node("where", copied(args[0], graph), go(args[1]), go(args[2]))
        if node.op in ("multiply", "divide"):
            directed = [parity[arg] == ODD for arg in args]
            if directed[0] or (directed[1] and node.op == "multiply"):
                pairs = zip(args, directed, strict=True)
                new = [go(arg) if turns else copied(arg, graph) for arg, turns in pairs]
                return _tidied(graph, node.op, new, zero)
        leaves = {str(n.value) for n in parts_of(node) if n.op == "symbol" and parity[n] == ODD}
        halves = {kept(name) for name in leaves}
        if len(halves) != 1:
            raise _Mixed
        return copied(node, graph) if True in halves else zero

    return go(step)


def _tidied(graph: Graph, op: str, args: list[Node], zero: Node) -> Node:
    """Return the node of an operation without what a zero makes of it."""
    if op in ("multiply", "divide", "negative") and zero in args:
        return zero
    if op in ("add", "subtract") and args[1] is zero:
        return args[0]
    if args[0] is zero:
        return args[1] if op == "add" else graph.node("negative", args[1])
    return graph.node(op, *args)


def copied(node: Node, graph: Graph) -> Node:
    """Return a node as one of another graph."""
    new: dict[Node, Node] = {}
    for part in parts_of(node):
        new[part] = graph.node(part.op, *(new[arg] for arg in part.args), value=part.value)
    return new[node]


# ------------------------------------------------------------------ sums and products


def summands(node: Node, named: Collection[Node], sign: int = 1) -> list[tuple[int, Node]]:
    """Return the terms of a sum with their signs; one term for what is no sum.

    What has a name is not taken apart, unless it is the node itself.
    """

    def inner(arg: Node, sign: int) -> list[tuple[int, Node]]:
        return [(sign, arg)] if arg in named else summands(arg, named, sign)

    if node.op in ("add", "subtract"):
        first, second = node.args
        return inner(first, sign) + inner(second, sign if node.op == "add" else -sign)
    if node.op == "negative":
        return inner(node.args[0], -sign)
    return [(sign, node)]


def factors(node: Node, named: Collection[Node]) -> tuple[int, list[Node], list[Node]]:
    """Return the sign of a product, its factors, and what they are divided by.

    What has a name is not taken apart, unless it is the node itself; nor is a square.
    """

    def inner(arg: Node) -> tuple[int, list[Node], list[Node]]:
        return (1, [arg], []) if arg in named else factors(arg, named)

    if node.op == "negative":
        sign, above, below = inner(node.args[0])
        return -sign, above, below
    if node.op == "reciprocal":
        sign, above, below = inner(node.args[0])
        return sign, below, above
    if node.op in ("multiply", "divide") and node.args[0] is not node.args[1]:
        (s1, up1, down1), (s2, up2, down2) = map(inner, node.args)
        if node.op == "divide":
            up2, down2 = down2, up2
        return s1 * s2, up1 + up2, down1 + down2
    return 1, [] if node.op == "number" and node.value == 1 else [node], []
