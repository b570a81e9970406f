"""The equation is the figure: a rule's update, whose terms are arrows that add up to the step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import _checks
from adaptive.descent import Path, check_run, descend
from adaptive.explorer import arguments, bands, catalogue, equation, lens, picture, typeset
from adaptive.explorer.bundle import Code
from adaptive.explorer.figure import Figure
from adaptive.explorer.ranges import ranges_of
from adaptive.problems.base import Problem
from adaptive.rules.base import Rule
from adaptive.tracing import anatomy as tracing
from adaptive.tracing import nodes_to_javascript, trace_problem, trace_rule
from adaptive.tracing.graph import Node, Program

__all__ = ["Anatomy", "anatomy"]

#: From this cosine on, two arrows point the same way.
CLEAR = 0.35
#: A part that is shorter than the other by more than this hardly matters.
SMALL = 0.05

#: What the figure says: of what is seen now, and of a term that is pointed at.
WORDS = {
    "now": {
        "agree": "Memory and gradient agree here: the step is longer than either.",
        "oppose": "Memory and gradient are opposed here: they cancel in part.",
        "turn": "Memory and gradient pull in different directions: the step lies between them.",
        "gradient": "Nearly all of the step is this gradient's: memory hardly changes it.",
        "memory": "Nearly all of the step is memory: this gradient hardly changes it.",
        "first": "There is no memory yet: the step is the gradient's alone.",
        "alone": "This rule has no memory: the step is the gradient's alone.",
        "scaled": "This gradient says where to go; its history says how far in each coordinate.",
        "decay": "θ itself has a part in this step, its decay; the rest is from gradients.",
        "whole": "Memory and gradient are mixed in a way that is no sum: the step is one arrow.",
        "nowhere": "Here the loss is not finite: there is no step.",
    },
    "role": {
        "memory": "what earlier gradients left behind",
        "gradient": "what this gradient adds",
        "decay": "what θ itself adds: decay",
        "scale": "what sets how far each coordinate goes",
        "step": "the step: the sum of its parts, laid tip to tail",
        "plain": "a value on the way",
    },
}


def anatomy(
    rule: Rule,
    problem: Problem,
    *,
    steps: int = 60,
    theta0: npt.ArrayLike | None = None,
    at: int | None = None,
    rng: int = 0,
    key: str | None = None,
) -> Anatomy:
    """Show the update of a rule term by term, and each step as the sum of its parts.

    Each term of the equation has its numbers under it, and the terms that the step is made of
    are arrows in the plane, tip to tail, all on one scale: what memory adds and what this
    gradient adds make up the step. All of it is made from the code of the rule.

    Parameters
    ----------
    rule : Rule
        A rule of the package, or your own, with the settings that the text speaks of.
    problem : Problem
        A problem in two coordinates.
    steps : int, default 60
        The steps of the run, from 1 to 2000.
    theta0 : array_like, shape (2,), optional
        The start; the problem's own by default.
    at : int, optional
        The step that is shown at first, from 1; the third by default.
    rng : int, default 0
        Seed of the noise of a stochastic problem, as in `descend`.
    key : str, optional
        What the figure is called in the address of the page; made from the rule and the problem
        by default.

    Returns
    -------
    Anatomy
        An object that Jupyter shows.

    Raises
    ------
    TypeError
        If ``rule`` or ``problem`` is none, or cannot be recorded (see `adaptive.tracing`): the
        message says which part of it, and why.
    ValueError
        If the problem is not in two coordinates, or an argument is outside of what is said above.

    Notes
    -----
    The step is linear in whatever turns round when all gradients and θ do, such as a velocity; what
    does not, such as an average of squares, scales it and belongs to its parts alike. A rule that
    sees θ, as AdamW does, has a third part, its decay. A rule
    whose step is no such sum, as the sign of a mixture, is shown with one arrow.

    Examples
    --------
    >>> from adaptive import Momentum, anatomy
    >>> from adaptive.problems import Ravine
    >>> anatomy(Momentum(lr=0.06, momentum=0.7), Ravine())
    <anatomy: Momentum on ravine, lr=0.06, momentum=0.7, step 3 of 60>
      memory   (0.276, -0.42)
      gradient (0.202, 0.96)
      step     (0.478, 0.54)
    """
    _checks.instance("rule", rule, Rule)
    trace_rule(rule)  # so that a rule on whole arrays is told why, whatever the problem
    check_run(rule, problem)
    arguments.planar(problem)
    steps = arguments.steps(steps, 1)
    at = min(3, steps) if at is None else _checks.count("at", at, 1)
    if at > steps:
        raise ValueError(f"at must be at most steps = {steps}, got {at}")
    arguments.key(key)
    start = arguments.start(problem, theta0)
    ranges_of(rule)  # which asks for one number for each setting
    path = descend(rule, problem, start, steps, _checks.count("rng", rng))
    if not path.steps:
        raise ValueError(f"theta0 must be where the loss is finite, got {start.tolist()}")
    trace_problem(problem)  # so that what cannot be recorded is said at once
    return Anatomy(rule, problem, path, start, steps, at, rng, key)


@dataclass(frozen=True, eq=False, repr=False)
class Anatomy(Figure):
    """A live equation; made by `anatomy`, shown by Jupyter.

    Attributes
    ----------
    rule : Rule
        The rule.
    problem : Problem
        The problem.
    path : Path
        The run, as Python computes it.
    """

    rule: Rule
    problem: Problem
    path: Path
    start: npt.NDArray[np.floating]
    steps: int
    at: int
    rng: int
    key: str | None

    kind = "adaptive-anatomy"

    @cached_property
    def _made(self) -> tracing.Dissection:
        return tracing.dissect(trace_rule(self.rule))

    @cached_property
    def _equation(self) -> equation.Equation:
        projects = trace_problem(self.problem).project is not None
        return equation.equation(self._made, projects=projects)

    @cached_property
    def _remembers(self) -> bool:
        """Whether some of the step's direction is from earlier gradients."""
        return not self._made.sources(self._made.step) <= {"g", "theta"}

    @property
    def _t(self) -> int:
        return min(self.at, self.path.steps)

    def parts(self, t: int) -> dict[str, npt.NDArray[np.float64]]:
        """Return a step and what memory, the gradient and θ add to it, by name.

        Parameters
        ----------
        t : int
            The step, from 1.

        Returns
        -------
        dict of ndarray, shape (2,)
            ``"step"``, and ``"memory"``, ``"gradient"`` and ``"decay"`` where the rule has them.

        Examples
        --------
        >>> from adaptive import Momentum, anatomy
        >>> from adaptive.problems import Ravine
        >>> anatomy(Momentum(lr=0.1, momentum=0.5), Ravine()).parts(1)["memory"]
        array([-0., -0.])
        """
        t = _checks.count("t", t, 1)
        if t > self.path.steps:
            raise ValueError(f"t must be at most {self.path.steps}, got {t}")
        found = {"step": self._computed((self._made.step,), t)[0]}
        if self._made.parts is not None:
            found |= zip(tracing.PARTS, self._computed(self._made.parts.outputs, t), strict=False)
            if not self._remembers:
                del found["memory"]
        return found

    def _computed(self, nodes: Sequence[Node], t: int) -> list[npt.NDArray[np.float64]]:
        """Return the values of nodes at a step."""
        inputs: dict[str, Any] = {"g": self.path.gradient[t - 1], "t": t}
        inputs["theta"] = self.path.theta[t - 1]
        inputs |= {f"hyper.{name}": value for name, value in self.rule.hyperparameters.items()}
        inputs |= {f"state.{name}": values[t - 1] for name, values in self.path.state.items()}
        with np.errstate(all="ignore"):
            values = Program(tuple(inputs), tuple(nodes)).evaluate(inputs)
        return [np.broadcast_to(np.asarray(value, np.float64), (2,)) for value in values]

    # -------------------------------------------------------------- in words

    def __repr__(self) -> str:
        settings = "".join(f", {k}={v:g}" for k, v in self.rule.hyperparameters.items())
        what = f"{type(self.rule).__name__} on {self.problem.name}{settings}"
        lines = [f"<anatomy: {what}, step {self._t} of {self.steps}>"]
        parts = self.parts(self._t)
        for name in [name for name in (*tracing.PARTS, "step") if name in parts]:
            pair = ", ".join(f"{value:.3g}" for value in parts[name])
            lines.append(f"  {name:8} ({pair})")
        return "\n".join(lines)

    def _name(self) -> str:
        return f"Anatomy of a step: {type(self.rule).__name__} on {self.problem.name}"

    def _summary(self) -> str:
        """Return which of the page's sentences says what is seen."""
        parts = self.parts(self._t)
        if "gradient" not in parts:
            return "whole"
        if np.any(parts.get("decay", 0)):
            return "decay"
        if "memory" not in parts:
            return "scaled" if self._equation.division else "alone"
        one, other = (float(np.hypot(*parts[role])) for role in ("memory", "gradient"))
        if not one:
            return "first"
        if one < SMALL * other or other < SMALL * one:
            return "gradient" if one < other else "memory"
        cosine = float(parts["memory"] @ parts["gradient"]) / one / other
        return "agree" if cosine > CLEAR else "oppose" if cosine < -CLEAR else "turn"

    # -------------------------------------------------------------- what the page is told

    def _spec(self) -> dict[str, Any]:
        common, name = catalogue.common(), type(self.rule).__name__
        own_rule = catalogue.news(catalogue.describe_rule(self.rule), common["rules"].get(name, {}))
        own_problem = catalogue.news(
            catalogue.describe_problem(self.problem),
            common["problems"].get(self.problem.name, {}),
        )
        found, division = self._equation, self._equation.division
        return {
            "key": self.key or arguments.key_of("step", self.problem.name, name),
            "rule": name,
            "problem": self.problem.name,
            "rules": {name: own_rule} if own_rule else {},
            "problems": {self.problem.name: own_problem} if own_problem else {},
            "start": self.start.tolist(),
            "steps": self.steps,
            "t": self._t,
            "batches": catalogue.noise([self.problem], self.steps, self.rng),
            "code": Code(nodes_to_javascript(trace_rule(self.rule), found.nodes)),
            "remembers": self._remembers,
            "division": None if division is None else asdict(division),
            "floor": self._floor,
            "layout": lens.LAYOUT,
            "clear": CLEAR,
            "small": SMALL,
            "words": WORDS,
        }

    @cached_property
    def _floor(self) -> float:
        return lens.floor_of(self.problem, catalogue.floor_of(self.problem))

    # -------------------------------------------------------------- the first picture

    def _picture(self) -> str:
        t, found = self._t, self._equation
        ahead = trace_rule(self.rule).lookahead is not None
        before, after = self.path.theta[t - 1], self.path.theta[t]
        at = self.rule.lookahead(before, self._state(t - 1)) if ahead else before
        values = [before, after, at, self.path.gradient[t - 1], *self._computed(found.nodes, t)]
        numbers = [[short(value) for value in pair] for pair in values]
        reach = None if found.division is None else np.abs(values[found.division.reach])
        moment = lens.Moment(
            np.asarray(self.path.theta, np.float64), t, self.parts(t), at if ahead else None, reach
        )
        labels = found.labels
        if found.division is not None:
            labels = labels | {"reach": typeset.upright("±") + found.written["reach"]}
        drawn = lens.still(self.problem, self._floor, moment, labels, np.asarray(self.start))
        lines = equation.to_html(found.lines, numbers)
        return (
            f'<div class="board"><div class="equation"><div class="lines">{lines}</div>'
            f'<p class="tell">{WORDS["now"][self._summary()]}</p></div>'
            f'<div class="plane">{drawn}{self._bands(values)}</div>'
            '<div class="controls"><noscript>This is the first picture of a live figure, which '
            "needs JavaScript to be moved.</noscript></div></div>"
        )

    def _state(self, t: int) -> Any:
        return self.rule.State(t, *(values[t] for values in self.path.state.values()))

    def _bands(self, values: Sequence[npt.NDArray[np.float64]]) -> str:
        """Return for each coordinate the direction as a bar in the band of its scale."""
        division = self._equation.division
        if division is None:
            return ""
        written = self._equation.written
        reach = _math(written["sign"] + written["reach"])
        scale = _math(typeset.upright("±") + written["scale"], " part scale")
        rows = "".join(
            bands.row(i, float(values[division.direction][i]), float(values[division.scale][i]))
            for i in (0, 1)
        )
        return (
            f'<div class="bands"><svg class="picture" viewBox="{bands.VIEW}" aria-hidden="true">'
            f"{rows}</svg><p>Each coordinate has a bar, {_math(written['direction'])}, in a band "
            f"of its own, {scale}. The step is {reach} times bar over band.</p></div>"
        )


def _math(row: typeset.Row, kind: str = "") -> str:
    role = ' data-role="scale"' if kind else ""
    return f'<span class="formula{kind}"{role}>{typeset.html(row)}</span>'


def short(value: float) -> str:
    """Return a number in little room, with a true minus."""
    size, value = abs(value), value + 0.0  # which takes the sign from -0.0
    if not np.isfinite(value):
        return "–"
    if size and not 5e-4 <= size < 1e5:
        mantissa, _, exponent = f"{value:.0e}".partition("e")
        text = f"{mantissa}·{picture.power_of_ten(int(exponent))}"
    else:
        text = f"{value:.{0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3}f}"
    return text.replace("-", "−")
