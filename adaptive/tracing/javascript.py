"""Printing programs as JavaScript.

The printed code makes the same operations in the same order as numpy, in the
same double precision. Where the results still differ, in the last bit, it is
because a power, a logarithm or the like is rounded differently.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from adaptive import _checks
from adaptive.tracing.anatomy import copied, dissect
from adaptive.tracing.graph import Graph, Node, Program
from adaptive.tracing.record import TracedProblem, TracedRule

#: Operators, and how strongly they bind.
_INFIX = {
    "less": ("<", 1),
    "less_equal": ("<=", 1),
    "greater": (">", 1),
    "greater_equal": (">=", 1),
    "equal": ("===", 1),
    "not_equal": ("!==", 1),
    "add": ("+", 2),
    "subtract": ("-", 2),
    "multiply": ("*", 3),
    "divide": ("/", 3),
}
_TERNARY, _UNARY, _ATOM = 0, 4, 5

#: Functions of Math, where their name is not numpy's.
_MATH = {
    "absolute": "abs",
    "arccos": "acos",
    "arcsin": "asin",
    "arctan": "atan",
    "maximum": "max",
    "minimum": "min",
    "power": "pow",
}

#: Words that no variable of JavaScript can have as its name, or should.
_RESERVED = frozenset(
    word
    for line in (
        "arguments await break case catch class const continue debugger default delete do else",
        "enum eval export extends false finally for function if implements import in instanceof",
        "interface let new null package private protected public return static super switch this",
        "throw true try typeof undefined var void while with yield Infinity Math NaN",
    )
    for word in line.split()
)


def rule_to_javascript(traced: TracedRule) -> str:
    """Return a rule as the source of a JavaScript object.

    Its ``constants`` depend on the step and the hyperparameters alone, and are
    computed once a step; ``update`` is called for each coordinate, and so is ``memory``, the
    part of the step that earlier gradients left behind (see `dissect`). If the rule sees θ, they
    take it last, and ``decay`` is the part that θ itself adds.

    Parameters
    ----------
    traced : TracedRule
        From `trace_rule`.

    Returns
    -------
    str
        An object literal.

    Examples
    --------
    >>> from adaptive import Momentum
    >>> from adaptive.tracing import trace_rule
    >>> print(rule_to_javascript(trace_rule(Momentum())))
    {
      constants(t, [lr, momentum]) {
        return [];
      },
      update(g, [v], [lr, momentum], []) {
        const $a = momentum * v + lr * g;
        return [-$a, $a];
      },
      memory(g, [v], [lr, momentum], []) {
        return -(momentum * v);
      },
      lookahead: null,
    }
    """
    _checks.instance("traced", traced, TracedRule)
    parts = dissect(traced).parts
    memory, decay = ((), ()) if parts is None else (parts.outputs[:1], parts.outputs[2:])
    printer = _RulePrinter(traced, (*traced.update.outputs, *memory, *decay))
    lookahead = "lookahead: null"
    if traced.lookahead is not None:
        head = f"lookahead(theta, t, {printer.state}, {printer.settings})"
        lookahead = _method(head, traced.lookahead, printer.names, single=True)
    count = len(traced.update.outputs)
    methods = [
        printer.constants(),
        printer.method("update", slice(count)),
        printer.method("memory", slice(count, count + 1), single=True)
        if memory
        else "memory: null",
    ]
    if decay:
        methods.append(printer.method("decay", slice(count + 1, None), single=True))
    return _object(*methods, lookahead)


def nodes_to_javascript(traced: TracedRule, nodes: Sequence[Node]) -> str:
    """Return the values of some nodes of a rule's update as the source of a JavaScript object.

    Parameters
    ----------
    traced : TracedRule
        The rule.
    nodes : sequence of Node
        What is wanted: made of the inputs of its update.

    Returns
    -------
    str
        An object literal: ``constants`` as in `rule_to_javascript`, and ``values``.

    Examples
    --------
    >>> from adaptive import Momentum
    >>> from adaptive.tracing import trace_rule
    >>> traced = trace_rule(Momentum())
    >>> print(nodes_to_javascript(traced, traced.update.outputs[1].args))
    {
      constants(t, [lr, momentum]) {
        return [];
      },
      values(g, [v], [lr, momentum], []) {
        return [momentum * v, lr * g];
      },
    }
    """
    _checks.instance("traced", traced, TracedRule)
    printer = _RulePrinter(traced, nodes)
    return _object(printer.constants(), printer.method("values", slice(None)))


class _RulePrinter:
    """Prints methods that compute nodes of a rule's update, and share their constants."""

    def __init__(self, traced: TracedRule, nodes: Sequence[Node]) -> None:
        states = tuple(f"state.{name}" for name in traced.rule.state_names)
        hyper = tuple(f"hyper.{name}" for name in traced.rule.hyperparameters)
        self.names = _identifiers(["g", "t", "theta", *states, *hyper])
        # As nodes of one graph, so that what they share is one.
        graph = Graph()
        program = Program(traced.update.inputs, tuple(copied(node, graph) for node in nodes))
        self.first, self.rest = program.hoist({"t", *hyper}, leaves={"t"})
        taken = tuple(f"${i}" for i in range(len(self.first.outputs)))
        self.names |= {name: name for name in taken}
        self.state, self.settings, self.taken = map(self._listed, (states, hyper, taken))
        self.theta = ", theta" * traced.rule.sees_theta

    def _listed(self, group: Sequence[str]) -> str:
        return f"[{', '.join(self.names[name] for name in group)}]"

    def constants(self) -> str:
        return _method(f"constants(t, {self.settings})", self.first, self.names)

    def method(self, name: str, outputs: slice, single: bool = False) -> str:
        """Return a method for some of the nodes."""
        program = Program(self.rest.inputs, self.rest.outputs[outputs])
        head = f"{name}(g, {self.state}, {self.settings}, {self.taken}{self.theta})"
        return _method(head, program, self.names, single)


def problem_to_javascript(traced: TracedProblem) -> str:
    """Return a problem in the plane as the source of a JavaScript object.

    Parameters
    ----------
    traced : TracedProblem
        From `trace_problem`.

    Returns
    -------
    str
        An object literal.

    Examples
    --------
    >>> from adaptive.problems import Saddle
    >>> from adaptive.tracing import trace_problem
    >>> print(problem_to_javascript(trace_problem(Saddle())))
    {
      loss(x, y) {
        return x * x / 2 - y * y / 2 + Math.pow(y, 4) / 4;
      },
      gradient(x, y, []) {
        return [x, Math.pow(y, 3) - y];
      },
      lossOn: null,
      project: null,
    }
    """
    _checks.instance("traced", traced, TracedProblem)
    batch = [f"batch.{i}" for i in range(traced.batch)]
    names = {"x": "x", "y": "y"} | {name: f"b{i}" for i, name in enumerate(batch)}
    project = "project: null"
    if traced.project is not None:
        project = _method("project(x, y)", traced.project, names)
    drawn = ", ".join(names[name] for name in batch)
    loss_on = "lossOn: null"
    if traced.loss_on is not None:
        loss_on = _method(f"lossOn(x, y, [{drawn}])", traced.loss_on, names, single=True)
    return _object(
        _method("loss(x, y)", traced.loss, names, single=True),
        _method(f"gradient(x, y, [{drawn}])", traced.gradient, names),
        loss_on,
        project,
    )


def _object(*members: str) -> str:
    body = "".join(f"  {line}\n" for member in members for line in f"{member},".splitlines())
    return f"{{\n{body}}}"


def _method(head: str, program: Program, names: Mapping[str, str], single: bool = False) -> str:
    """Return a method that computes what a program says, shared parts first."""
    lines, results = _statements(program, names)
    value = results[0] if single else f"[{', '.join(results)}]"
    body = "".join(f"  {line}\n" for line in [*lines, f"return {value};"])
    return f"{head} {{\n{body}}}"


def _statements(program: Program, names: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return a statement for each part that is needed more than once, and the results."""
    nodes = list(program.nodes())
    uses = Counter(arg for node in nodes for arg in node.args) + Counter(program.outputs)
    # A square is printed as a product, so it needs its base twice.
    uses += Counter(node.args[0] for node in nodes if _is_square(node))
    lines: list[str] = []
    text: dict[Node, tuple[str, int]] = {}
    for node in nodes:
        text[node] = _expression(node, text, names)
        if node.args and uses[node] > 1:
            name = f"${_letters(len(lines))}"
            lines.append(f"const {name} = {text[node][0]};")
            text[node] = (name, _ATOM)
    return lines, [text[node][0] for node in program.outputs]


def _expression(
    node: Node, text: Mapping[Node, tuple[str, int]], names: Mapping[str, str]
) -> tuple[str, int]:
    """Return a node as JavaScript, with how strongly its outermost operation binds."""

    def part(arg: Node, at_least: int) -> str:
        source, strength = text[arg]
        return source if strength >= at_least else f"({source})"

    if node.op == "symbol":
        return names[node.value], _ATOM
    if node.op == "number":
        return _number(node.value)
    if _is_square(node):
        base = part(node.args[0], _UNARY)
        return f"{base} * {base}", _INFIX["multiply"][1]
    if node.op in _INFIX:
        sign, strength = _INFIX[node.op]
        # Operators of one strength are applied from the left; a sign after a sign needs brackets.
        left, right = part(node.args[0], strength), part(node.args[1], strength + 1)
        right = f"({right})" if right.startswith("-") else right
        return f"{left} {sign} {right}", strength
    if node.op == "where":
        condition, yes, no = (part(arg, _TERNARY + 1) for arg in node.args)
        return f"{condition} ? {yes} : {no}", _TERNARY
    if node.op == "negative":
        return f"-{part(node.args[0], _ATOM)}", _UNARY
    if node.op == "reciprocal":
        return f"1 / {part(node.args[0], _INFIX['divide'][1] + 1)}", _INFIX["divide"][1]
    arguments = ", ".join(text[arg][0] for arg in node.args)
    return f"Math.{_MATH.get(node.op, node.op)}({arguments})", _ATOM


def _is_square(node: Node) -> bool:
    return node.op == "square" or (node.op == "power" and node.args[1].value == 2.0)


def _number(value: float) -> tuple[str, int]:
    if value != value:
        return "NaN", _ATOM
    if value in (float("inf"), -float("inf")):
        source = "Infinity" if value > 0 else "-Infinity"
    else:
        # The shortest text that reads back as the same double; 2.0 is 2 in JavaScript.
        source = re.sub(r"\.0$", "", repr(value))
    return source, _UNARY if source.startswith("-") else _ATOM


def _identifiers(inputs: Sequence[str]) -> dict[str, str]:
    """Return a name in JavaScript for each input: its last part, changed where it is taken."""
    names: dict[str, str] = {}
    for name in inputs:
        short = name.rpartition(".")[2]
        while short in _RESERVED or short in names.values():
            short += "$"
        names[name] = short
    return names


def _letters(i: int) -> str:
    """Return a, b, …, z, aa, ab and so on."""
    letters = ""
    i += 1
    while i:
        i, digit = divmod(i - 1, 26)
        letters = chr(ord("a") + digit) + letters
    return letters
