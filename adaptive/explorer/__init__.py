"""Figures that stay alive on a static page.

`explore` returns an object that Jupyter, Binder and the built book show alike. The
page computes the paths itself, with code made from the Python rules and
problems; it needs no kernel and no network.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import _checks, rules
from adaptive.descent import Path, check_run, descend
from adaptive.explorer import arguments, catalogue, colours, picture
from adaptive.explorer.figure import Figure
from adaptive.explorer.ranges import ranges_of
from adaptive.explorer.regimes import Map, map_of
from adaptive.explorer.step import Anatomy, anatomy
from adaptive.explorer.stored import stored_paths
from adaptive.explorer.tuned import settings_on
from adaptive.problems.base import Problem
from adaptive.rules.base import Rule
from adaptive.tracing import TracingError, trace_problem, trace_rule

__all__ = ["Anatomy", "Explorer", "anatomy", "explore"]


def explore(
    problem: Problem,
    *rules: Rule,
    steps: int = 100,
    theta0: npt.ArrayLike | None = None,
    at: int | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    map: tuple[str, str] | None = None,
    curves: str = "gradient",
    rng: int = 0,
    key: str | None = None,
) -> Explorer:
    """Show rules on a problem in the plane, for the reader to move.

    Parameters
    ----------
    problem : Problem
        A problem in two coordinates: one of the package, or your own.
    *rules : Rule
        The rules that are shown at first, with the settings that the text
        speaks of. All others of the package can be added by the reader.
    steps : int, default 100
        The steps of all paths, at most 2000.
    theta0 : array_like, shape (2,), optional
        The start; the problem's own by default.
    at : int, optional
        The step that is shown at first; the last by default.
    ranges : dict of (low, high), optional
        Through which values the sliders of some hyperparameters go, such as
        ``{"lr": (1e-3, 1)}``.
    map : pair of str, optional
        Two hyperparameters of the first rule, such as ``("lr", "momentum")``: then a map shows
        how fast the rule is at each pair, and its point can be dragged.
    curves : str, default "gradient"
        Which curves of the first rule are drawn at first: ``"gradient"``, ``"step"``, ``"rate"``
        (the step per gradient) or one of its state arrays.
    rng : int, default 0
        Seed of the noise of a stochastic problem, as in `descend`.
    key : str, optional
        What the explorer is called in the address of the page, if the reader
        puts its settings there; made from the problem and the rules by default.

    Returns
    -------
    Explorer
        An object that Jupyter shows.

    Raises
    ------
    TypeError
        If ``problem`` or a rule is none, or an argument is of the wrong kind.
    ValueError
        If the problem is not in two coordinates, a rule is given twice, or an
        argument is outside of what is said above.

    Notes
    -----
    A rule or problem that cannot be traced (see `adaptive.tracing`) is shown
    with paths that `sweep` has computed beforehand. The explorer says so, and why.

    Examples
    --------
    >>> from adaptive import Momentum, explore
    >>> from adaptive.problems import Ravine
    >>> explore(Ravine(), Momentum(lr=0.05, momentum=0.7))
    <explorer: Momentum on ravine, lr=0.05, momentum=0.7, 100 steps, loss 18 -> 4.7e-15>
    """
    _check(problem, rules)
    steps = arguments.steps(steps, 1)
    at = steps if at is None else _checks.count("at", at)
    if at > steps:
        raise ValueError(f"at must be at most steps = {steps}, got {at}")
    arguments.key(key)
    choices = ("gradient", *rules[0].state_names, "step", "rate")
    _checks.one_of("curves", curves, choices)
    start = arguments.start(problem, theta0)
    if not isinstance(ranges, Mapping | None):
        raise TypeError(
            f'ranges must be a mapping such as {{"lr": (1e-3, 1)}}, got {_checks.shown(ranges)}'
        )
    unknown = set(ranges or {}) - {name for rule in rules for name in rule.hyperparameters}
    if unknown:
        raise ValueError(
            f"ranges names {', '.join(sorted(unknown))}, which no rule has; they have "
            f"{', '.join(dict.fromkeys(name for rule in rules for name in rule.hyperparameters))}"
        )
    for rule in rules:
        ranges_of(rule, ranges)  # so that a wrong range is found before anything is computed
    plan = None
    if map is not None:
        plan = map_of(rules[0], problem, map, ranges_of(rules[0], ranges), start, steps)
    paths = [descend(rule, problem, start, steps, _checks.count("rng", rng)) for rule in rules]
    return Explorer(
        problem, rules, paths, start, steps, at, dict(ranges or {}), plan, curves, rng, key
    )


@dataclass(frozen=True, eq=False, repr=False)
class Explorer(Figure):
    """A live figure; made by `explore`, shown by Jupyter.

    Attributes
    ----------
    problem : Problem
        The problem that it opens with.
    rules : tuple of Rule
        The rules that it opens with.
    paths : list of Path
        Their paths, as Python computes them.
    obstacles : list of str
        Why something is shown with paths computed beforehand; empty if nothing is.
    """

    problem: Problem
    rules: tuple[Rule, ...]
    paths: list[Path]
    start: npt.NDArray[np.floating]
    steps: int
    at: int
    ranges: dict[str, tuple[float, float]]
    map: Map | None
    curves: str
    rng: int
    key: str | None
    obstacles: list[str] = field(init=False, default_factory=list)

    kind = "adaptive-explorer"

    def __post_init__(self) -> None:
        """Try to trace what was given."""
        self.obstacles.extend(filter(None, _obstacles(trace_problem, [self.problem])))
        self.obstacles.extend(filter(None, _obstacles(trace_rule, self.rules)))

    def __repr__(self) -> str:
        ends = []
        for path in self.paths:
            settings = "".join(f", {k}={v:g}" for k, v in path.rule.hyperparameters.items())
            end = f"loss {path.loss[0]:.2g} -> {path.loss[-1]:.2g}"
            if path.diverged:
                end = f"diverges at step {path.steps}"
            ends.append((type(path.rule).__name__, settings, end))
        if len(ends) == 1:
            name, settings, end = ends[0]
            return f"<explorer: {name} on {self.problem.name}{settings}, {self.steps} steps, {end}>"
        lines = "".join(f"\n  {name}{settings}: {end}" for name, settings, end in ends)
        return f"<explorer: {len(ends)} rules on {self.problem.name}, {self.steps} steps{lines}>"

    # -------------------------------------------------------------- what the page is told

    def _name(self) -> str:
        rules = ", ".join(type(rule).__name__ for rule in self.rules)
        return f"Explorer: {rules} on {self.problem.name}"

    def _spec(self) -> dict[str, Any]:
        """Return what this explorer adds to what all have."""
        common = catalogue.common()
        own_rules, own_problems = self._own(common)
        fixed = bool(self.obstacles)
        traceable = self._traceable(self.problem)
        names = [type(rule).__name__ for rule in self.rules]
        everyone = [*common["rules"], *(name for name in names if name not in common["rules"])]
        offered = catalogue.default_problems()
        picks = list(common["problems"])
        if self.problem.name not in picks:
            picks.append(self.problem.name)
        if fixed or self.map:
            picks, offered = [self.problem.name], []
        offered = [each for each in offered if each.name != self.problem.name]
        return {
            "key": self.key or arguments.key_of(self.problem.name, names[0]),
            "problem": self.problem.name,
            "start": self.start.tolist(),
            "shown": names,
            "steps": self.steps,
            "t": self.at,
            "quantity": self._curves()[0],
            "fixed": fixed,
            "rules": own_rules,
            "problems": own_problems,
            "pickRules": everyone if traceable else names,
            "pickProblems": picks,
            "batches": catalogue.noise([*offered, self.problem], self.steps, self.rng)
            if traceable
            else {},
            "map": self.map.as_dict(names[0]) if self.map else None,
            "tuned": {} if fixed or self.map else self._tuned(common, offered),
        }

    def _tuned(self, common: dict[str, Any], offered: Sequence[Problem]) -> dict[str, Any]:
        """Return settings that suit the problems, as far as the page does not know them."""
        found = settings_on(self.rules, offered)
        if self.problem.name not in common["tuned"]:
            given = [type(rule) for rule in self.rules]
            others = [catalogue.default_rule(kind) for kind in rules.RULES if kind not in given]
            found |= settings_on(others, [self.problem])
        return found

    def _own(self, common: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what the page is told of the rules and the problem, as far as it is not known."""
        traceable = self._traceable(self.problem)
        described = catalogue.describe_problem(self.problem, code=traceable)
        news = catalogue.news(described, common["problems"].get(self.problem.name, {}))
        problems = {self.problem.name: news} if news else {}
        rules = {}
        for rule, coloured in zip(self.rules, colours.names_of(self.rules), strict=True):
            name = type(rule).__name__
            code = traceable and self._traceable(rule)
            own = catalogue.describe_rule(rule, self.ranges, code=code, coloured=coloured)
            if not code:
                ranges = ranges_of(rule, self.ranges)
                own["code"] = None
                own["stored"] = stored_paths(rule, self.problem, ranges, self.start, self.steps)
            rules[name] = catalogue.news(own, common["rules"].get(name, {}))
        return rules, problems

    def _traceable(self, what: Rule | Problem) -> bool:
        (obstacle,) = _obstacles(trace_rule if isinstance(what, Rule) else trace_problem, [what])
        return obstacle is None

    # -------------------------------------------------------------- the first picture

    def _picture(self) -> str:
        """Return the picture that is there before, and without, any script."""
        runs = list(map(_run, self.paths, colours.names_of(self.rules)))
        landscape = picture.landscape(self.problem, runs, self.start, self.at)
        box = picture.WIDE_CHART if self.map else picture.CHART
        loss = picture.loss_chart(runs, catalogue.floor_of(self.problem), self.steps, box)
        _, label, values, look = self._curves()
        curves = picture.curves_chart(runs[0], values, look, self.steps, box)
        pad, kind = "", "pictures"
        if self.map:
            drawn = picture.pad(self.map.ranges, self.map.regions(), self.map.labels())
            pad, kind = f"<div>{drawn}{_MAP_KEY}</div>", "pictures with-map"
        notes = "".join(
            f'<p class="note" dir="auto">{html.escape(text)}{_BEFOREHAND}</p>'
            for text in self.obstacles
        )
        name = html.escape(type(self.rules[0]).__name__)
        title = "Loss" if catalogue.floor_of(self.problem) == 0 else "Loss above the minimum"
        return (
            f'<div class="{kind}">{pad}<div>{landscape}{_key(self.rules)}</div>'
            f'<div class="charts"><div><p class="chart-title loss-title">{title}</p>{loss}</div>'
            f'<div><p class="chart-title curves-title">{label} of {name}</p>{curves}</div>'
            "</div></div>\n"
            f'<p class="readout" dir="auto">{html.escape(self._words())}</p>{notes}\n'
            '<div class="controls"><noscript>This is the first picture of a live figure, which '
            "needs JavaScript to be moved.</noscript></div>"
        )

    def _curves(self) -> tuple[str, str, npt.NDArray[np.floating], str]:
        """Return the name, title, values and look of the curves that are drawn at first."""
        path, name = self.paths[0], self.curves
        step = np.diff(path.theta, axis=0)
        if name in path.state:
            return f"state.{name}", f"State {name}", path.state[name][1:], ""
        with np.errstate(all="ignore"):
            return {
                "gradient": ("gradient", "Gradient", path.gradient, "gradient"),
                "step": ("step", "Step", step, "step"),
                "rate": ("rate", "Step per gradient", -step / path.gradient, "step"),
            }[name]

    def _words(self) -> str:
        words = [f"Step {self.at}."]
        for path in self.paths:
            name, t = type(path.rule).__name__, min(self.at, path.steps)
            settings = ", ".join(f"{k} = {v:g}" for k, v in path.rule.hyperparameters.items())
            words.append(f"{name} ({settings}): loss {picture.written(path.loss[t])}.")
        return " ".join(words)


_BEFOREHAND = (
    " So its paths were computed beforehand: sliders move between settings that were computed, "
    "and the start stays where it is."
)

_MAP_KEY = (
    '<p class="key">The stronger the colour, the faster the distance to the minimum shrinks. '
    "Lines: where a coordinate begins to oscillate, or to diverge.</p>"
)


def _key(shown: Sequence[Rule]) -> str:
    """Return what the marks of the landscape mean."""
    ring = '<circle cx="4" cy="4" r="3"/>'
    cross = '<path d="M1,1L7,7M1,7L7,1"/>'
    arrow = '<path d="M2,4H22M18,1L23,4L18,7"/>'
    marks = [("start", ring, "small"), ("minimum", cross, "small"), ("memory +", arrow, "memory")]
    if any(rule.sees_theta for rule in shown):
        marks += [("gradient +", arrow, "gradient"), ("decay =", arrow, "decay")]
    else:
        marks += [("gradient =", arrow, "gradient")]
    marks.append(("step", arrow, "step"))
    items = "".join(
        f"<li>{picture.swatch(mark, concept)}{text}</li>" for text, mark, concept in marks
    )
    return f'<ul class="key">{items}</ul>'


def _run(path: Path, name: str) -> picture.Run:
    return picture.Run(
        label=type(path.rule).__name__,
        look=colours.look(name),
        dashes=picture.dashes_of(name),
        theta=path.theta,
        loss=path.loss,
        gradient=path.gradient,
    )


def _obstacles(trace: Any, things: Sequence[Any]) -> list[str | None]:
    """Return for each thing why it cannot be traced, or None."""
    found: list[str | None] = []
    for thing in things:
        try:
            trace(thing)
            found.append(None)
        except TracingError as error:
            found.append(f"{error}.")
    return found


def _check(problem: Any, given: Sequence[Any]) -> None:
    """Say what is wrong with the problem or the rules, if something is."""
    names = ", ".join(kind.__name__ for kind in rules.RULES)
    if not given:
        raise TypeError(f"explore needs a rule, such as Momentum(lr=0.05); there are {names}")
    for rule in given:
        if isinstance(rule, str):
            raise TypeError(
                f"rule must be a Rule object, got {rule!r}; write {rule}() with one of {names}"
            )
        check_run(rule, problem)
    arguments.planar(problem)
    kinds = [type(rule).__name__ for rule in given]
    for kind in kinds:
        if kinds.count(kind) > 1:
            raise ValueError(
                f"rules must differ, got {kind} twice; its sliders show other settings, and sweep "
                "compares them"
            )
