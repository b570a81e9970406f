"""Printing a rule's equations from its code, in the notation of the book.

The code is recorded, made into SymPy's expressions and printed by SymPy. What the code calls
``m_hat`` leaves no name in a recording: it is found again as what it is, a state divided by
something that depends on the step and the hyperparameters alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from adaptive import _checks
from adaptive.rules.base import Rule
from adaptive.tracing.anatomy import factors, parts_of
from adaptive.tracing.graph import Node, Program, TracingError
from adaptive.tracing.record import TracedRule, trace_rule

#: The book's letters for hyperparameters and states; others are printed as they are called.
LETTERS = {
    "lr": r"\eta",
    "momentum": r"\gamma",
    "rho": r"\gamma",
    "beta1": r"\beta_1",
    "beta2": r"\beta_2",
    "beta": r"\beta",
    "eps": r"\epsilon",
    "weight_decay": r"\lambda",
    "warmup": r"T_{\mathrm{w}}",
    "decay": r"\alpha",
    "Eg2": "E[g^2]",
    "Edx2": r"E[\Delta\theta^2]",
    "v_hat": r"\hat v",
}

#: The step, where it has a name.
STEP = r"\Delta\theta_t"

#: A maximum with so small a number guards against 0/0, and is no part of the equation.
GUARD = 1e-30

#: Between a root and a letter, a little space: else the letter seems to stand under the root.
AFTER_ROOT = re.compile(r"(\\sqrt\{(?:[^{}]|\{[^{}]*\})*\}) (?=[a-z])")


def rule_to_latex(rule: Rule) -> str:
    r"""Return the equations of a rule as LaTeX, one line each, from the code of the rule.

    The lines say where the gradient is taken, if not at θ; then what each state array becomes;
    then what the parameters become. They stand in an ``aligned`` environment.

    Parameters
    ----------
    rule : Rule
        The rule; its settings do not matter.

    Returns
    -------
    str
        The LaTeX.

    Raises
    ------
    ImportError
        If SymPy is not installed.
    TypeError
        If ``rule`` is not a rule.
    TracingError
        If the rule does what cannot be recorded, or has no place in a formula.

    Examples
    --------
    >>> from adaptive import Momentum
    >>> from adaptive.tracing import rule_to_latex
    >>> print(rule_to_latex(Momentum()))
    \begin{aligned}
    v_t &= \gamma v_{t-1} + \eta g_t \\
    \theta_t &= \theta_{t-1} - v_t
    \end{aligned}
    """
    _checks.instance("rule", rule, Rule)
    try:
        sympy = import_module("sympy")
    except ImportError as error:
        raise ImportError(
            "rule_to_latex needs SymPy, which is not installed: pip install sympy"
        ) from error
    lines = [f"{left} &= {right}" for left, right in _Equations(trace_rule(rule), sympy).lines()]
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def letters_of(traced: TracedRule) -> dict[str, str]:
    """Return how the book writes the inputs of a rule's update, as LaTeX."""
    return {
        "g": "g_t",
        "t": "t",
        "theta": r"\theta_{t-1}",
        **{f"hyper.{name}": _letter(name) for name in traced.rule.hyperparameters},
        **{f"state.{name}": f"{_letter(name)}_{{t-1}}" for name in traced.rule.state_names},
    }


def names_of(traced: TracedRule) -> dict[Node, str]:
    """Return the parts of an update that have a name of their own, with it, as LaTeX."""
    step, *states = traced.update.outputs
    names = _factors(traced.rule, traced.update)
    names |= {
        new: f"{_letter(name)}_t" for name, new in zip(traced.rule.state_names, states, strict=True)
    }
    for new in states:
        names |= _corrected(traced, new, names[new])
    # A step that a state remembers has a name as well: Adadelta's.
    if any(step in parts_of(new) for new in states):
        names[step] = STEP
    return names


def names_ahead(traced: TracedRule) -> dict[Node, str]:
    """Return the parts of a look-ahead that the lines of the update explain, with their names."""
    assert traced.lookahead is not None
    told = _factors(traced.rule, traced.update).values()
    found = _factors(traced.rule, traced.lookahead)
    return {node: name for node, name in found.items() if name in told}


def _factors(rule: Rule, program: Program) -> dict[Node, str]:
    """Return the factors of the schedules that a rule follows, with their names, as LaTeX."""
    found: dict[Node, str] = {}
    values: dict[str, Node] = {}
    nodes = list(program.nodes())
    for number, name in enumerate(rule.follows, start=1):
        value = values.get(name)
        for node in nodes:
            # Nothing but its schedule sees a hyperparameter that follows one.
            if node.op != "multiply" or not _is_of(node.args[0], value, name):
                continue
            values[name], factor = node, node.args[1]
            if factor.op not in ("symbol", "number"):
                found[factor] = "f_t" if len(rule.follows) == 1 else f"f_{{{number},t}}"
            break
    return found


def _is_of(node: Node, value: Node | None, name: str) -> bool:
    """Return whether a node is a hyperparameter, or what a schedule has made of it."""
    return node.value == f"hyper.{name}" if value is None else node is value


def in_order(names: Mapping[Node, str]) -> Iterator[Node]:
    """Yield what has a name in an order in which it can be worked out."""
    told: set[Node] = set()
    for node in names:
        # First what it is made of, if that has a name.
        for part in parts_of(node):
            if part in names and part not in told:
                told.add(part)
                yield part


def _corrected(traced: TracedRule, state: Node, name: str) -> dict[Node, str]:
    """Return where a state is divided by what depends on the step, with its name: a hat."""
    found = {}
    for node in traced.update.nodes():
        if node.op == "divide" and node.args[0] is state:
            below = {str(part.value) for part in parts_of(node.args[1]) if part.op == "symbol"}
            if "t" in below and all(x == "t" or x.startswith("hyper.") for x in below):
                found[node] = rf"\hat {name}"
    return found


class _Equations:
    """The equations of a recorded rule, with names for what they have in common."""

    def __init__(self, traced: TracedRule, sympy: Any) -> None:
        self.traced, self.sympy = traced, sympy
        self.letters = letters_of(traced)

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield the two sides of each equation, in an order in which they can be worked out."""
        if self.traced.lookahead is not None:
            (point,) = self.traced.lookahead.outputs
            named = self._next(point) | names_ahead(self.traced)
            yield "g_t", rf"\nabla J\left({self._printed(point, named)}\right)"
        names = names_of(self.traced)
        for node in in_order(names):
            rest = {other: name for other, name in names.items() if other is not node}
            yield names[node], self._printed(node, rest)
        old = self._symbol(r"\theta_{t-1}")
        step = self.traced.update.outputs[0]
        yield r"\theta_t", self._latex(self._sum(old, self._expression(step, names)))

    def _next(self, point: Node) -> dict[Node, str]:
        """Return the steps made, and one more, of a look-ahead: in step t they are t - 1, and t."""
        nodes = list(parts_of(point))
        made = [node for node in nodes if node.op == "symbol" and node.value == "t"]
        after = [
            node
            for node in nodes
            if node.op == "add" and node.args[0] in made and node.args[1].value == 1
        ]
        return {**dict.fromkeys(made, "(t-1)"), **dict.fromkeys(after, "t")}

    def _printed(self, node: Node, named: Mapping[Node, str]) -> str:
        return self._latex(self._expression(node, named))

    def _latex(self, expression: Any) -> str:
        names = {symbol: symbol.name for symbol in expression.free_symbols}
        text = str(self.sympy.latex(expression, order="none", symbol_names=names))
        return AFTER_ROOT.sub(r"\1 \, ", text)

    def _symbol(self, letters: str) -> Any:
        return self.sympy.Symbol(letters)

    def _expression(self, node: Node, named: Mapping[Node, str]) -> Any:
        """Return a node as an expression of SymPy, which is left as it is written."""
        if node in named:
            return self._symbol(named[node])
        if node.op == "symbol":
            return self._symbol(self.letters[node.value])
        if node.op == "number":
            value = node.value
            if value == math.pi:
                return self.sympy.pi
            return self.sympy.Integer(value) if value == int(value) else self.sympy.Float(value)
        if node.op == "multiply" and node.args[0] is node.args[1]:
            return self.sympy.Pow(self._expression(node.args[0], named), 2)
        if node.op in ("multiply", "divide", "negative", "reciprocal"):
            return self._product(node, named)
        args = [self._expression(arg, named) for arg in node.args]
        if node.op in ("add", "subtract"):
            first, second = args
            return self._sum(first, second if node.op == "add" else -second)
        if node.op == "maximum":
            guards = [arg for arg in node.args if arg.op == "number" and 0 < arg.value < GUARD]
            if guards:
                return args[1 - node.args.index(guards[0])]
        functions = {
            "maximum": lambda a, b: self.sympy.Max(a, b, evaluate=False),
            "minimum": lambda a, b: self.sympy.Min(a, b, evaluate=False),
            "absolute": lambda a: self.sympy.Abs(a, evaluate=False),
            "power": lambda a, b: self.sympy.Pow(a, b, evaluate=False),
            "square": lambda a: self.sympy.Pow(a, 2, evaluate=False),
            "sqrt": self.sympy.sqrt,
            "sign": self.sympy.sign,
            "exp": self.sympy.exp,
            "log": self.sympy.log,
            "cos": lambda a: self.sympy.cos(a, evaluate=False),
        }
        if node.op not in functions:
            raise TracingError(f"np.{node.op} has no place in a formula of the book")
        return functions[node.op](*args)

    def _sum(self, first: Any, second: Any) -> Any:
        return self.sympy.Add(first, second, evaluate=False)

    def _product(self, node: Node, named: Mapping[Node, str]) -> Any:
        """Return a product with one sign, what is above the line and what is below."""
        sign, above, below = factors(node, named)
        over = self._times(above, named)
        if below:
            under = self.sympy.Pow(self._times(below, named), -1, evaluate=False)
            over = self.sympy.Mul(over, under, evaluate=False) if above else under
        return over if sign > 0 else self.sympy.Mul(-1, over, evaluate=False)

    def _times(self, nodes: Sequence[Node], named: Mapping[Node, str]) -> Any:
        found = [self._expression(node, named) for node in nodes]
        return self.sympy.Mul(*found, evaluate=False) if found else self.sympy.Integer(1)


def _letter(name: str) -> str:
    """Return how the book writes a name; longer ones than a letter are set upright."""
    return LETTERS.get(name) or (name if len(name) == 1 else rf"\mathrm{{{name}}}")
