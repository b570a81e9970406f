r"""The update rule of a chapter, read from its LaTeX and run.

The rule of each chapter is one block with the label ``eq-<algorithm>``, one equation a
line. It is parsed by SymPy and evaluated line by line, with the quantities of one step
carried over to the next. What LaTeX writes with accents and brackets, SymPy would
misread: those are mapped to plain letters first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import sympy
from sympy.parsing.latex import parse_latex

from adaptive import NAG, Adam, AdaMax, Nadam, RMSprop, Rule
from adaptive.frameworks.forms import AdamEpsilonHat
from tests.book.notebooks import CHAPTERS

#: What LaTeX writes, as a pattern; the letter that SymPy reads; the name of the state array.
LETTERS = (
    (r"E\[g\^2\]", "A", "Eg2"),
    (r"E\[\\Delta ?\\theta\^2\]", "B", "Edx2"),
    (r"\\Delta ?\\theta", "D", None),
    (r"\\hat\{?m\}?", "M", "m_hat"),
    (r"\\hat\{?v\}?", "V", "v_hat"),
    (r"\\bar\{?m\}?", "N", "m_bar"),
)
#: The state array that each letter stands for.
STATE = {letter: name for _, letter, name in LETTERS if name} | {name: name for name in "Gmuv"}
#: The hyperparameters as SymPy names them, and their fields; γ is `momentum` or `rho`.
FIELDS = {
    "eta": ("lr",),
    "gamma": ("momentum", "rho"),
    "beta_{1}": ("beta1",),
    "beta_{2}": ("beta2",),
    "beta": ("beta",),
    "epsilon": ("eps",),
    "lambda": ("weight_decay",),
}
#: How LaTeX can write the same thing, before anything else is looked at.
SPELLINGS = (
    (r"\\(?:[,;:!> ]|quad\b|qquad\b|displaystyle\b)", " "),
    (r"\\(?:left|right|[bB]igg?[lr]?)(?![a-zA-Z])\s*", ""),
    (r"\\[td]frac\b", r"\\frac"),
    (r"\\varepsilon\b", r"\\epsilon"),
    (r"\\[lr]vert\b|\\vert\b", "|"),
    (r"\\odot\b", r"\\cdot"),
    (r"\\nabla_\{?\\theta\}?", r"\\nabla"),
    (r"\\max\s*\\\{(.*?)\\\}", r"\\max(\1)"),
    (r"\\operatorname\{sign\}\s*\{\s*\((.*?)\)\s*\}", r"\\operatorname{sign}(\1)"),
    (r"\\hat\s*\{\s*(\w)_(\w)\s*\}", r"\\hat{\1}_\2"),
    (r"\\hat\s+(\w)", r"\\hat{\1}"),
    (r"\\bar\s+(\w)", r"\\bar{\1}"),
    (r"_\{(\w)\}", r"_\1"),
    (r"_\{\s*t\s*-\s*1\s*\}", "_{t-1}"),
    (r"\^\{(\w)\}", r"^\1"),
    (r"\^(\w)_(\w|\{t-1\})", r"_\2^\1"),
    (r"\s+", " "),
)


class EquationError(ValueError):
    """The block is not an update rule that can be run."""


def chapter_of(rule: type[Rule]) -> Path:
    """The notebook of a rule: named after its module, as its label is."""
    return CHAPTERS / f"{rule.__module__.rsplit('.', 1)[-1]}.ipynb"


def rule_label(rule: type[Rule]) -> str:
    """The label of a rule's block."""
    return f"eq-{chapter_of(rule).stem}"


def block(path: Path, label: str) -> str | None:
    """The LaTeX of a labelled equation of a notebook; None if it has none of that label."""
    pattern = re.compile(rf"\$\$((?:(?!\$\$).)*?)\$\$ *\({re.escape(label)}\)", re.DOTALL)
    texts = [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown"]
    found = [match[1] for text in texts for match in pattern.finditer(text)]
    if len(found) > 1:
        raise EquationError(f"{path.name} has {len(found)} equations with the label {label}")
    return found[0] if found else None


def canonical(latex: str) -> str:
    r"""The block in one spelling: no spacing commands, ``X_t^2`` not ``X^2_t``, one line each."""
    text = re.sub(r"\\(?:begin|end)\{aligned\}", "", latex).replace("&", "")
    rows = []
    for row in re.split(r"\\\\(?:\[[^]]*\])?", text):
        for pattern, replacement in SPELLINGS:
            row = re.sub(pattern, replacement, row)
        if row := row.strip(" .,"):
            rows.append(row)
    return "\n".join(rows)


def _closing(text: str, start: int) -> int:
    """The place of the bracket that closes the one at ``start``."""
    depth = 0
    for i in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0:
            return i
    raise EquationError(f"a bracket is not closed: {text}")


@cache
def parsed(latex: str) -> sympy.Expr:
    """One side of an equation, in canonical spelling, as SymPy reads it."""
    text = latex
    for pattern, letter, _ in LETTERS:
        text = re.sub(pattern, letter, text)
    text = text.replace(r"\max", "W").replace(r"\operatorname{sign}", "S")
    # `a (b + c)` is a product: here no letters but those of maximum and sign are functions.
    text = re.sub(r"(?<=[\w})])(?<![WS]) ?\(", r" \\cdot (", text)
    if left := re.search(r"\\(?:hat|bar|tilde|mathrm|text|mathbf|operatorname)\b", text):
        raise EquationError(f"{left[0]} cannot be read: {latex}")
    try:
        expression = parse_latex(text, strict=True, backend="antlr")
    except Exception as error:
        raise EquationError(f"SymPy cannot read {latex}: {error}") from error
    for letter, function in (("W", sympy.Max), ("S", sympy.sign)):
        expression = expression.replace(
            lambda e, letter=letter: getattr(e.func, "__name__", "") == letter,
            lambda e, function=function: function(*e.args),
        )
    return expression


@cache
def _compiled(latex: str) -> tuple[tuple[str, ...], Callable[..., Any]]:
    """The names in an expression, in order, and the expression as a function of them."""
    expression = parsed(latex)
    symbols = sorted(expression.free_symbols, key=str)
    plain = [sympy.Symbol(f"x{i}") for i in range(len(symbols))]
    swapped = expression.xreplace(dict(zip(symbols, plain, strict=True)))
    return tuple(str(symbol).replace(" ", "") for symbol in symbols), sympy.lambdify(
        plain, swapped, "numpy"
    )


@dataclass
class Equations:
    """An update rule as its LaTeX says it, with the state between two steps."""

    latex: str
    hyperparameters: dict[str, Any]
    t: int = 0
    before: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take the equations apart: where the gradient is taken, and what follows from it."""
        self.point, self.rows = r"\theta_{t-1}", []
        for row in canonical(self.latex).splitlines():
            while r"\nabla" in row:
                found = re.search(r"\\nabla J ?\(", row)
                if not found:
                    raise EquationError(f"the gradient is not written \\nabla J(...): {row}")
                end = _closing(row, found.end() - 1)
                self.point = row[found.end() : end]
                row = f"{row[: found.start()]}g_t{row[end + 1 :]}"
            if row.count("=") != 1:
                raise EquationError(f"this is not one equation: {row}")
            left, right = (side.strip() for side in row.split("="))
            if left != right:
                self.rows.append((left, right))

    def _names(self, theta: Any) -> dict[str, Any]:
        """What the right-hand sides may speak of when a step begins."""
        known = {"t": self.t + 1, "theta_{t-1}": theta}
        for symbol, names in FIELDS.items():
            for name in names:
                if name in self.hyperparameters:
                    known[symbol] = self.hyperparameters[name]
        for left, _ in self.rows:
            if (letter := _letter(left)) != "theta":
                known[f"{letter}_{{t-1}}"] = self.before.get(letter, np.zeros_like(theta))
        return known

    def gradient_at(self, theta: Any) -> Any:
        """Where the next step wants its gradient."""
        return _evaluated(self.point, self._names(theta))

    def step(self, theta: Any, g: Any) -> Any:
        """Make one step and return the new parameters."""
        known = self._names(theta) | {"g_{t}": g}
        for left, right in self.rows:
            name = f"{_letter(left)}_{{t}}"
            if name in known:
                raise EquationError(f"{left} is defined twice")
            known[name] = _evaluated(right, known)
        if "theta_{t}" not in known:
            raise EquationError(r"no line says what \theta_t is")
        self.t += 1
        self.before = {name[:-4]: value for name, value in known.items() if name.endswith("_{t}")}
        return self.before["theta"]

    @property
    def state(self) -> dict[str, Any]:
        """What the last step computed, by the names that the package has for it."""
        return {STATE[letter]: self.before[letter] for letter in STATE if letter in self.before}


def _letter(left: str) -> str:
    name = str(parsed(left))
    if not name.endswith("_{t}"):
        raise EquationError(f"the left side must be a quantity of step t, not {left}")
    return name[:-4]


def _evaluated(latex: str, known: dict[str, Any]) -> Any:
    names, function = _compiled(latex)
    for name in names:
        if name not in known:
            raise EquationError(f"{name} is not known where it is used: {latex}")
    return function(*(known[name] for name in names))


# ------------------------------------------------------------------ comparing


def random_rule(rule: type[Rule], rng: np.random.Generator) -> Rule:
    """A rule with hyperparameters at which every symbol of its equation matters."""
    ranges = {"lr": (0.1, 1), "eps": (0.1, 0.5), "beta2": (0.7, 0.95)}
    names = rule().hyperparameters
    return rule(**{name: rng.uniform(*ranges.get(name, (0.3, 0.7))) for name in names})


def compare(latex: str, rule: Rule, rng: np.random.Generator, steps: int = 6) -> float:
    """Run the equation beside the package, and return the largest relative difference.

    Compared are the point at which the gradient is wanted, the parameters, and all state
    arrays, at each step.
    """
    equations = Equations(latex, rule.hyperparameters)
    theta = theirs = rng.normal(size=5)
    state, worst = rule.init(theta), 0.0
    for _ in range(steps):
        # Not zero: AdaMax's 0/0 is the package's business, the equation has none.
        g = rng.choice([-1, 1], size=5) * rng.uniform(0.1, 3, size=5)
        pairs = [(equations.gradient_at(theirs), rule.lookahead(theta, state))]
        theirs = equations.step(theirs, g)
        theta, state = rule.step(theta, g, state)
        pairs.append((theirs, theta))
        for name in rule.state_names:
            if name not in equations.state:
                raise EquationError(f"no line says what the state {name} is")
            pairs.append((equations.state[name], getattr(state, name)))
        for theirs_is, is_ in pairs:
            difference = np.abs(theirs_is - is_) / (1 + np.abs(is_))
            # A corrupted root may be NaN: that is as far as can be.
            worst = max(worst, float(np.nan_to_num(difference, nan=np.inf).max()))
    return worst


# ------------------------------------------------------------------ parts of a rule

#: Equations on the way to a rule: each takes the place of the lines of the rule's block that
#: define the same quantities, and then the block must still be the rule named here.
PARTS: dict[str, tuple[type[Rule], type[Rule]]] = {
    "eq-adadelta-average": (RMSprop, RMSprop),
    "eq-adadelta-half": (RMSprop, RMSprop),
    "eq-rmsprop-average": (RMSprop, RMSprop),
    "eq-adam-moments": (Adam, Adam),
    "eq-adamax-recurrence": (AdaMax, AdaMax),
    "eq-nadam-nag": (NAG, NAG),
    "eq-nadam-split": (Nadam, Nadam),
    "eq-nadam-mbar": (Nadam, Nadam),
    "eq-dictionary-hat": (Adam, AdamEpsilonHat),
}


def with_part(label: str) -> Iterator[str]:
    """The block of a rule with a part of it written as another equation has it.

    Where that equation goes on with a second right-hand side, there are two such blocks.
    """
    base = canonical(block(chapter_of(PARTS[label][0]), rule_label(PARTS[label][0])) or "")
    part = canonical(block(CHAPTERS / f"{label.split('-')[1]}.ipynb", label) or "")
    left, versions = "", [dict(row.split("=") for row in base.splitlines())]
    if label.startswith("eq-nadam-"):
        # That chapter calls NAG's velocity w, beside the second moment v.
        part = re.sub(r"\bw(?=_)", "v", part)
    for row in part.replace(r"\hat\epsilon", r"\epsilon").splitlines():
        name, right = row.split("=")
        if name.strip():
            left = name
            if left not in versions[0]:
                raise EquationError(f"{left} of {label} is not defined in the rule's block")
            versions = [{**version, left: right} for version in versions]
        else:
            versions.append({**versions[0], left: right})
    for version in versions:
        yield r" \\ ".join(f"{name}={right}" for name, right in version.items())


# ------------------------------------------------------------------ corrupting

#: Ways to get an equation wrong: what it does, a pattern of the canonical spelling, and what
#: takes its place. Each is applied at every place of the right-hand sides where it fits.
CORRUPTIONS: tuple[tuple[str, str, str], ...] = (
    ("turns plus into minus", r" ?\+ ?", " - "),
    ("turns minus into plus", r"(?<!t) ?- ?(?!1\})", " + "),
    ("takes the value of this step for that of the last", r"_\{t-1\}", "_t"),
    ("takes the value of the last step for that of this", r"_t(?!\w)", "_{t-1}"),
    ("forgets a square", r"\^2(?!\])", ""),
    ("forgets a root", r"\\sqrt\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}", r"(\1)"),
    ("moves ε out of the root", r"\\sqrt\{([^{}]*(?:\{[^{}]*\}[^{}]*)*?) ?\+ ?\\epsilon ?\}",
     r"\\sqrt{\1} + \\epsilon"),
    ("moves ε into the root", r"\\sqrt\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\} ?\+ ?\\epsilon",
     r"\\sqrt{\1 + \\epsilon}"),
    ("forgets ε", r" ?\+ ?\\epsilon", ""),
    ("takes β₁ for β₂", r"\\beta_2", r"\\beta_1"),
    ("takes β₂ for β₁", r"\\beta_1", r"\\beta_2"),
    ("forgets a bias correction", r"\\frac\{ ?([mv]_t) ?\}\{ ?1 ?- ?\\beta_\d\^t ?\}", r"\1"),
    ("corrects with t = 1 for ever", r"\^t", ""),
    ("takes the uncorrected moment", r"\\hat\{([mv])\}_t", r"\1_t"),
    ("weighs the new gradient with one", r"\( ?1 ?- ?\\(?:beta_\d|gamma) ?\)", ""),
    ("forgets to weigh the old value", r"\\(?:beta_\d|gamma) ?(?=\w_\{t-1\}|E\[)", ""),
    ("forgets the sign", r"\\operatorname\{sign\}", ""),
    ("forgets the bars", r"\|g_t\|", "g_t"),
    ("takes the new value for the maximum", r"\\max ?\([^,]*,([^()]*)\)", r"\1"),
    ("takes the old value for the maximum", r"\\max ?\(([^,]*),[^()]*\)", r"\1"),
    ("forgets the learning rate", r"\\eta", "1"),
    ("takes the gradient at θ", r"(?<=\\theta_\{t-1\}) - \\gamma v_\{t-1\}", ""),
    ("takes half the gradient", r"(?<!\[)g_t", r"\\frac{1}{2} g_t"),
)  # fmt: skip


def corrupted(latex: str) -> Iterator[tuple[str, str]]:
    """All corrupted versions of a block: what was done to it, and the block."""
    rows = canonical(latex).splitlines()
    for i, row in enumerate(rows):
        left, right = row.split("=")
        for name, pattern, replacement in CORRUPTIONS:
            for place, match in enumerate(re.finditer(pattern, right), start=1):
                wrong = right[: match.start()] + match.expand(replacement) + right[match.end() :]
                rest = [*rows[:i], f"{left}={wrong}", *rows[i + 1 :]]
                yield f"line {i + 1} {name} ({place})", r" \\ ".join(rest)
