"""Mathematics without a library: from the nodes of a recording to HTML, SVG and plain text.

A formula is first a `Row`: runs of letters and signs, with what hangs on them. Names come as the
LaTeX of `adaptive.tracing.latex`; of LaTeX no more is read than names need.
"""

from __future__ import annotations

import html as _html
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from adaptive.tracing.anatomy import factors
from adaptive.tracing.graph import Node
from adaptive.tracing.latex import GUARD


@dataclass(frozen=True)
class Letters:
    """A run of text: italic for variables, upright for numbers and signs."""

    text: str
    italic: bool = False


@dataclass(frozen=True)
class Script:
    """Something with what stands at its foot, its head, or both."""

    base: Row
    below: Row = ()
    above: Row = ()


@dataclass(frozen=True)
class Accent:
    """A letter under a hat or a bar."""

    base: Row
    sign: str


@dataclass(frozen=True)
class Root:
    """A square root."""

    inner: Row


Part = Letters | Script | Accent | Root
Row = tuple[Part, ...]

MINUS, PLUS, EQUALS = "−", "+", "="
#: Spaces of a formula: around a sign, and between factors.
_WIDE, _THIN = "\u2005", "\u200a"

_GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ϵ",
    "zeta": "ζ",
    "eta": "η",
    "theta": "θ",
    "kappa": "κ",
    "lambda": "λ",
    "mu": "μ",
    "nu": "ν",
    "xi": "ξ",
    "pi": "π",
    "rho": "ρ",
    "sigma": "σ",
    "tau": "τ",
    "phi": "ϕ",
    "psi": "ψ",
    "omega": "ω",
}
_UPRIGHT = {"Delta": "Δ", "Gamma": "Γ", "nabla": "∇"}
_ACCENTS = {"hat": "^", "bar": "¯"}
_TOKEN = re.compile(r"\\[A-Za-z]+|\d+|\S")

_COMPARED = {"less": "<", "less_equal": "≤", "greater": ">", "greater_equal": "≥"}
_COMPARED |= {"equal": "=", "not_equal": "≠"}
#: How strongly what stands there binds.
_SUM, _PRODUCT, _ATOM = 1, 2, 3


def upright(text: str) -> Row:
    """Return signs, digits or words."""
    return (Letters(text),)


# ------------------------------------------------------------------ names


def name(latex: str) -> Row:
    r"""Return a name, such as ``\hat v_{t-1}``, as a formula.

    Raises
    ------
    ValueError
        If it uses a command that names do not need.
    """
    tokens = _TOKEN.findall(latex)
    row = _read(tokens)
    if tokens:
        raise ValueError(f"a name must have its braces in pairs, got {latex!r}")
    return row


def _read(tokens: list[str]) -> Row:
    row: list[Part] = []
    while tokens and tokens[0] != "}":
        atom = _atom(tokens)
        below: Row = ()
        above: Row = ()
        while tokens and tokens[0] in "_^":
            if tokens.pop(0) == "_":
                below = _atom(tokens)
            else:
                above = _atom(tokens)
        # What hangs on a bracket hangs on the last sign.
        row += [*atom[:-1], Script(atom[-1:], below, above)] if below or above else atom
    return tuple(row)


def _atom(tokens: list[str]) -> Row:
    token = tokens.pop(0)
    if token == "{":
        row = _read(tokens)
        tokens.pop(0)
        return row
    if not token.startswith("\\"):
        return (Letters(token.replace("-", MINUS), token.isalpha()),)
    command = token[1:]
    if command in _ACCENTS:
        return (Accent(_atom(tokens), _ACCENTS[command]),)
    if command == "mathrm":
        return upright(plain(_atom(tokens)))
    if command in _UPRIGHT:
        return upright(_UPRIGHT[command])
    if command in _GREEK:
        return (Letters(_GREEK[command], True),)
    raise ValueError(f"a name must consist of letters, accents and scripts, got \\{command}")


# ------------------------------------------------------------------ formulas


class Printer:
    """Prints nodes, those that have a name by it.

    Parameters
    ----------
    letters : mapping of str
        The names of inputs, as LaTeX.
    names : mapping of Node
        The names of nodes, as LaTeX.
    """

    def __init__(self, letters: Mapping[str, str], names: Mapping[Node, str]) -> None:
        self.letters, self.names = letters, names

    def print(self, node: Node, least: int = _SUM, *, top: bool = False) -> Row:
        """Return a node, in brackets if it binds less than it has to.

        Parameters
        ----------
        node : Node
            The node.
        least : int
            How strongly it has to bind.
        top : bool
            Whether it is written out although it has a name.
        """
        if node in self.names and not top:
            return name(self.names[node])
        row, strength = self._expression(node)
        return row if strength >= least else bracketed(row)

    def product(self, nodes: Sequence[Node]) -> Row:
        """Return factors one after another, 1 for none."""
        least = _ATOM if len(nodes) > 1 else _PRODUCT
        return joined([self.print(each, least) for each in nodes], _THIN) or upright("1")

    def _expression(self, node: Node) -> tuple[Row, int]:
        op, args = node.op, node.args
        if op == "symbol":
            return name(self.letters[node.value]), _ATOM
        if op == "number":
            text = "π" if node.value == math.pi else f"{node.value:g}".replace("-", MINUS)
            return upright(text), _ATOM if node.value >= 0 else _SUM
        if op in ("add", "subtract"):
            sign = PLUS if op == "add" else MINUS
            # A sign after a sign needs brackets.
            second = self.print(args[1], _SUM if op == "add" else _PRODUCT)
            if plain(second).startswith(MINUS):
                second = bracketed(second)
            return joined([self.print(args[0]), second], _WIDE + sign + _WIDE), _SUM
        if op == "square" or (op == "multiply" and args[0] is args[1]):
            return self._raised(args[0], upright("2")), _ATOM
        if op == "power":
            return self._raised(args[0], self.print(args[1])), _ATOM
        if op in ("multiply", "divide", "negative", "reciprocal"):
            return self._product(node)
        if op == "sqrt":
            return (Root(self.print(args[0])),), _ATOM
        if op == "absolute":
            return (*upright("|"), *self.print(args[0]), *upright("|")), _ATOM
        if op == "maximum":
            guards = [arg for arg in args if arg.op == "number" and 0 < arg.value < GUARD]
            if guards:
                return self.print(args[1 - args.index(guards[0])], _ATOM), _ATOM
        if op in _COMPARED:
            pair = [self.print(arg, _PRODUCT) for arg in args]
            return joined(pair, _WIDE + _COMPARED[op] + _WIDE), 0
        if op == "where":
            condition, yes, no = self.print(args[0], 0), self.print(args[1]), self.print(args[2])
            return (*yes, *upright(" if "), *condition, *upright(", else "), *no), 0
        word = {"maximum": "max", "minimum": "min"}.get(op, op)
        return (*upright(word), *bracketed(joined([self.print(a) for a in args], ", "))), _ATOM

    def _product(self, node: Node) -> tuple[Row, int]:
        sign, above, below = factors(node, self.names)
        row = self.product(above)
        if below:
            under = self.product(below)
            row += (
                *upright(f"{_THIN}/{_THIN}"),
                *(bracketed(under) if len(below) > 1 else self.print(below[0], _ATOM)),
            )
        return (*upright(MINUS), *row) if sign < 0 else row, _SUM if sign < 0 else _PRODUCT

    def _raised(self, node: Node, power: Row) -> Row:
        base = self.print(node, 0)
        last = base[-1]
        called = node.op == "symbol" or node in self.names
        if called and isinstance(last, Script) and not last.above:
            return (*base[:-1], Script(last.base, last.below, power))
        return (Script(base if len(base) == 1 else bracketed(base), above=power),)


def joined(rows: Sequence[Row], sign: str) -> Row:
    """Return formulas with a sign between them."""
    found: Row = ()
    for row in rows:
        found += (*upright(sign), *row) if found else row
    return found


def bracketed(row: Row) -> Row:
    """Return a formula in brackets."""
    return (*upright("("), *row, *upright(")"))


# ------------------------------------------------------------------ what becomes of them


def html(row: Row) -> str:
    """Return a formula as HTML, for the classes of the style sheet."""
    return "".join(map(_html_of, row))


def _html_of(part: Part) -> str:
    match part:
        case Letters(text, italic):
            return f"<i>{_html.escape(text)}</i>" if italic else _html.escape(text)
        case Script(base, below, above):
            foot, head = f"<sub>{html(below)}</sub>", f"<sup>{html(above)}</sup>"
            if below and above:
                return f'{html(base)}<span class="both">{head}{foot}</span>'
            return html(base) + (foot if below else head)
        case Accent(base, sign):
            return f'<span class="accent" data-sign="{sign}">{html(base)}</span>'
        case Root(inner):
            return f'<span class="root"><span>{html(inner)}</span></span>'


def svg(row: Row) -> str:
    """Return a formula as the inner part of an SVG text: spans that move up and down."""
    parts, height = "", 0.0
    for text, italic, size, shift in runs(row):
        move = f' dy="{shift - height:.2f}em"' if shift != height else ""
        # A shift is measured in the size of its own span.
        if move and size != 1:
            move = f' dy="{(shift - height) / size:.2f}em"'
        small = f' font-size="{size:.0%}"' if size != 1 else ""
        kind = ' class="i"' if italic else ""
        parts += f"<tspan{kind}{small}{move}>{_html.escape(text)}</tspan>"
        height = shift
    return parts


def runs(
    row: Row, size: float = 1.0, shift: float = 0.0
) -> Iterator[tuple[str, bool, float, float]]:
    """Yield pieces of text with their slope, size and depth below the line."""
    for part in row:
        match part:
            case Letters(text, italic):
                yield text, italic, size, shift
            case Script(base, below, above):
                yield from runs(base, size, shift)
                yield from runs(below, 0.8, shift + 0.25)
                yield from runs(above, 0.8, shift - 0.35)
            case Accent(base, sign):
                for text, italic, *where in runs(base, size, shift):
                    yield text + {"^": "\u0302", "¯": "\u0304"}[sign], italic, where[0], where[1]
            case Root(inner):
                yield "√(", False, size, shift
                yield from runs(inner, size, shift)
                yield ")", False, size, shift


def plain(row: Row) -> str:
    """Return a formula in words' place, such as ``β₁ m_{t−1}`` without its layout."""
    text = "".join(map(_plain_of, row))
    return text.replace(_THIN, " ").replace(_WIDE, " ").replace("ϵ", "ε")


def _plain_of(part: Part) -> str:
    match part:
        case Letters(text, _):
            return text
        case Script(base, below, above):
            foot = f"_{plain(below)}" if below else ""
            return plain(base) + foot + (f"^{plain(above)}" if above else "")
        case Accent(base, sign):
            return plain(base) + {"^": " hat", "¯": " bar"}[sign]
        case Root(inner):
            return f"√({plain(inner)})"
