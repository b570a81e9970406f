"""A rule's update as a live display: its lines, term by term, with places for their numbers."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from adaptive.explorer import typeset
from adaptive.explorer.typeset import EQUALS, MINUS, PLUS, Printer, Row
from adaptive.tracing.anatomy import PARTS, Dissection, copied, factors, has_data, summands
from adaptive.tracing.graph import Graph, Node
from adaptive.tracing.latex import GUARD, STEP, in_order, letters_of, names_ahead, names_of

#: A term of more signs may be broken into lines.
LONG = 36

#: What the page knows without the rule's help: θ before and after the step, where the gradient
#: was taken, and the gradient.
GIVEN = ("before", "after", "at", "gradient")

#: What each part of the step is from, where no single term says it.
FROM = {
    "memory": typeset.upright("memory"),
    "gradient": typeset.name("g_t"),
    "decay": typeset.name(r"\theta_{t-1}"),
}


@dataclass(frozen=True)
class Term:
    """One term: how it is written, its role, and which value stands under it, if one does.

    A value that is ``common`` to both coordinates stands there once.
    """

    row: Row
    role: str
    value: int | None
    common: bool = False


@dataclass(frozen=True)
class Fraction:
    """Terms above a line, and terms below it."""

    above: list[Term]
    below: list[Term]


@dataclass(frozen=True)
class Division:
    """A step that is a reach times a direction over a scale, for each coordinate: their values."""

    reach: int
    direction: int
    scale: int


#: A line: terms with signs between them.
Line = list[Term | Fraction | Row]


@dataclass(frozen=True)
class Equation:
    """The lines of a rule's update.

    Attributes
    ----------
    lines : list
        Each a list of terms, fractions and the signs between them.
    nodes : list of Node
        What the numbers are; value ``len(GIVEN) + i`` is node i.
    labels : dict of Row
        What is written on the arrow of each role.
    division : Division or None
        What divides the step, if something does, with how it is written.
    written : dict of Row
        How the three of the division are written.
    """

    lines: list[Line]
    nodes: list[Node]
    labels: dict[str, Row]
    division: Division | None
    written: dict[str, Row] = field(default_factory=dict)


def equation(anatomy: Dissection, *, projects: bool = False) -> Equation:
    """Return the lines of a rule's update.

    Parameters
    ----------
    anatomy : Dissection
        From `dissect`.
    projects : bool
        Whether the problem brings θ back to where it is allowed to be.
    """
    return _Builder(anatomy, projects).equation()


class _Builder:
    def __init__(self, anatomy: Dissection, projects: bool) -> None:
        self.anatomy, self.projects = anatomy, projects
        self.traced = anatomy.traced
        self.names = names_of(self.traced)
        self.nodes: list[Node] = []
        step = anatomy.step
        _, above, below = factors(step, self.names)
        for node in above:
            # The direction of a step, if it is a sum in a product, gets a name: Nadam's.
            if len(above + below) > 1 and self._is_sum(node):
                self.names[node] = self._direction(self.anatomy.sources(node))
        self.turned = step.op == "negative" and step.args[0] in self.names
        if step not in self.names and not self.turned:
            self.names[step] = STEP
        self.printer = Printer(letters_of(self.traced), self.names)

    def _direction(self, sources: set[str]) -> str:
        """Return the name of a direction that is a sum of what is from these inputs."""
        if "theta" in sources:
            return "u_t"
        states = sources - {"g"}
        letter = names_of(self.traced)[self._state(min(states))] if states else "g_t"
        return rf"\bar {letter}"

    def _is_sum(self, node: Node) -> bool:
        return node.op in ("add", "subtract") and node not in self.names

    def _state(self, name: str) -> Node:
        place = self.traced.rule.state_names.index(name.removeprefix("state."))
        return self.traced.update.outputs[1 + place]

    def equation(self) -> Equation:
        lines = [self._lookahead()] if self.traced.lookahead is not None else []
        lines += [self._line(node) for node in in_order(self.names)]
        lines.append(self._last())
        division, written = self._division()
        return Equation(lines, self.nodes, self._labels(), division, written)

    # -------------------------------------------------------------- values and terms

    def _value(self, node: Node) -> int:
        if node not in self.nodes:
            self.nodes.append(node)
        return len(GIVEN) + self.nodes.index(node)

    def _term(self, node: Node, *, top: bool = False, least: int = 2, numbers: bool = True) -> Term:
        row = self.printer.print(node, least, top=top)
        common = not has_data(node)
        return Term(row, self.anatomy.role(node), self._value(node) if numbers else None, common)

    # -------------------------------------------------------------- lines

    def _lookahead(self) -> Line:
        """Return the line that says where the gradient is taken."""
        assert self.traced.lookahead is not None
        (point,) = self.traced.lookahead.outputs
        where = Printer(letters_of(self.traced), names_ahead(self.traced)).print(point)
        return [
            Term(typeset.name("g_t"), "gradient", GIVEN.index("gradient")),
            typeset.upright(EQUALS),
            typeset.name(r"\nabla J") + typeset.upright("("),
            Term(where, "plain", GIVEN.index("at")),
            typeset.upright(")"),
        ]

    def _line(self, node: Node) -> Line:
        """Return the line that says what a name stands for."""
        right = self._right(node)
        alone = sum(isinstance(part, Term) for part in right) == 1
        left = self._term(node, numbers=not alone or node is self.anatomy.step)
        return [left, typeset.upright(EQUALS), *right]

    def _right(self, node: Node) -> Line:
        if node is self.anatomy.step and not self._is_plain_sum(node):
            return self._product(node)
        terms = summands(node, self.names)
        if len(terms) > 1:
            line: Line = []
            for sign, term in terms:
                if line or sign < 0:
                    line.append(typeset.upright(PLUS if sign > 0 else MINUS))
                line.append(self._term(term))
            return line
        if node.op in ("maximum", "minimum") and not any(map(_guards, node.args)):
            first, second = (self._term(arg, least=0) for arg in node.args)
            comma, end = typeset.upright(","), typeset.upright(")")
            return [typeset.upright(node.op[:3] + "("), first, comma, second, end]
        return [self._term(node, top=True, least=0)]

    def _is_plain_sum(self, node: Node) -> bool:
        return len(summands(node, self.names)) > 1

    def _product(self, step: Node) -> Line:
        """Return the step as a product: its sign and settings, then what is made of data."""
        sign, above, below = factors(step, self.names)
        line: Line = [typeset.upright(MINUS)] if sign < 0 else []
        if not any(map(self._has_data, below)):
            # Nothing divides: one term, settings and all.
            role = self.anatomy.role(next(n for n in above if self.anatomy.directed(n)))
            row = self.printer.product(above)
            if below:
                under = typeset.bracketed(self.printer.product(below))
                row += (*typeset.upright("/"), *under)
            return [*line, Term(row, role, self._value(_product_of(above, below)))]
        front = [node for node in above if not self._has_data(node)]
        if front:
            line.append(self.printer.product(front))
        data = [node for node in above if self._has_data(node)]
        line.append(
            Fraction(
                [self._term(node, least=2 if len(data) == 1 else 3) for node in data],
                [self._term(node, least=1 if len(below) == 1 else 3) for node in below],
            )
        )
        return line

    def _has_data(self, node: Node) -> bool:
        return self.anatomy.directed(node) or self.anatomy.role(node) == "scale"

    def _last(self) -> Line:
        """Return the line that says what becomes of θ."""
        step = self.anatomy.step
        shown = step.args[0] if self.turned else step
        before = Term(typeset.name(r"\theta_{t-1}"), "plain", GIVEN.index("before"))
        after = Term(typeset.name(r"\theta_t"), "plain", GIVEN.index("after"))
        term = Term(self.printer.print(shown), "step", self._value(shown))
        sign = typeset.upright(MINUS if self.turned else PLUS)
        moved: Line = [before, sign, term]
        if self.projects:
            moved = [typeset.upright("Π("), *moved, typeset.upright(")")]
        return [after, typeset.upright(EQUALS), *moved]

    # -------------------------------------------------------------- arrows

    def _labels(self) -> dict[str, Row]:
        """Return what is written on the arrows."""
        step = self.anatomy.step
        shown = step.args[0] if self.turned else step
        sign = -1 if self.turned else 1
        minus = typeset.upright(MINUS)
        named = self.printer.print(shown)
        labels = {"step": (*(minus if sign < 0 else ()), *named, *typeset.upright(" step"))}
        exact = summands(shown, self.names)
        for role in PARTS:
            terms = list(dict.fromkeys(self._terms_of(role)))
            direct = [(s * sign, n) for s, n in exact if self.anatomy.role(n) == role]
            if len(exact) > 1 and len(terms) == len(direct) == 1:
                turned = direct[0][0] < 0
                row = self.printer.print(direct[0][1], 2)
                labels[role] = (*(minus if turned else ()), *row)
            elif len(terms) == 1:
                labels[role] = (*typeset.upright("from "), *terms[0])
            else:
                row = FROM[role]
                labels[role] = (*typeset.upright("from "), *row)
        return labels

    def _terms_of(self, role: str) -> Iterator[Row]:
        """Yield how the terms of a role are written, as far as they stand in sums or the step."""
        for node in in_order(self.names):
            for part in self._right(node):
                terms = part.above if isinstance(part, Fraction) else [part]
                yield from (t.row for t in terms if isinstance(t, Term) and t.role == role)

    # -------------------------------------------------------------- what divides

    def _division(self) -> tuple[Division | None, dict[str, Row]]:
        """Return how far, which way and over what, if the step is such a product."""
        sign, above, below = factors(self.anatomy.step, self.names)
        ways = [node for node in above if self.anatomy.directed(node)]
        if len(ways) != 1 or not any(map(self._has_data, below)):
            return None, {}
        reach = [node for node in above if node not in ways]
        written = {
            "sign": typeset.upright(MINUS) if sign < 0 else (),
            "reach": self.printer.product(reach),
            "direction": self.printer.print(ways[0]),
            "scale": self.printer.product(below),
        }
        values = [_product_of(reach, []), ways[0], _product_of(below, [])]
        return Division(*map(self._value, values)), written


def _guards(node: Node) -> bool:
    return node.op == "number" and 0 < node.value < GUARD


def _product_of(above: Sequence[Node], below: Sequence[Node]) -> Node:
    """Return the node of a product, in a graph of its own unless it is one node as it is."""
    if len(above) == 1 and not below:
        return above[0]
    graph = Graph()
    found = graph.node("number", value=1.0)
    for i, node in enumerate(above):
        new = copied(node, graph)
        found = graph.node("multiply", found, new) if i else new
    for node in below:
        found = graph.node("divide", found, copied(node, graph))
    return found


# ------------------------------------------------------------------ as HTML


def to_html(lines: Sequence[Line], numbers: Sequence[Sequence[str]]) -> str:
    """Return the lines, with the two numbers of each value."""
    return "".join(
        f'<div class="line">{"".join(_part(part, numbers) for part in line)}</div>'
        for line in lines
    )


def _part(part: Term | Fraction | Row, numbers: Sequence[Sequence[str]]) -> str:
    if isinstance(part, Term):
        shown = ""
        if part.value is not None:
            pair = "".join(f"<span>{text}</span>" for text in numbers[part.value])
            shown = f'<span class="n" data-value="{part.value}">{pair}</span>'
        say = html.escape(typeset.plain(part.row))
        kind = part.role + " long" * (len(say) > LONG) + " common" * part.common
        return (
            f'<span class="term {kind}" data-role="{part.role}" data-say="{say}">'
            f'<span class="s">{typeset.html(part.row)}</span>{shown}</span>'
        )
    if isinstance(part, Fraction):
        above, below = (
            "".join(_part(t, numbers) for t in side) for side in (part.above, part.below)
        )
        return f'<span class="fraction"><span>{above}</span><span>{below}</span></span>'
    return f'<span class="op">{typeset.html(part)}</span>'
