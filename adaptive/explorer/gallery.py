"""Small pictures side by side: several rules from one start, which the reader moves for all."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import _checks
from adaptive.descent import FAR, Path, check_run, descend, start_of
from adaptive.explorer import catalogue, colours, stage
from adaptive.explorer.figure import Figure
from adaptive.explorer.outcome import Outcome, fraction, outcome_of
from adaptive.explorer.picture import bounds_of
from adaptive.explorer.stage import Stage
from adaptive.problems.base import Problem
from adaptive.rules.base import Rule
from adaptive.tracing import trace_problem, trace_rule

__all__ = ["Gallery", "gallery"]

#: More steps than this cannot be told apart in a small picture.
MOST_STEPS = 200
#: Between which heights a picture takes the problem's shape, where it is `stage.WIDTH` wide.
HEIGHTS = (380, 460)


def gallery(
    problem: Problem,
    *rules: Rule,
    steps: int = 60,
    theta0: npt.ArrayLike | None = None,
    within: float = 1e-2,
    words: Mapping[str, str] | None = None,
    question: str = "",
    key: str = "gallery",
) -> Gallery:
    """Show what rules do from one start, each in a small picture of its own.

    Parameters
    ----------
    problem : Problem
        A problem in two coordinates, without noise.
    *rules : Rule
        The rules, with the settings that they run at.
    steps : int, default 60
        The steps of all, at most 200.
    theta0 : array_like, shape (2,), optional
        The start; the problem's own by default.
    within : float, default 0.01
        Below the number of steps each picture says: so many until the loss stays below this
        fraction of what it was at the start.
    words : dict of str to str, optional
        What the picture of a rule says of it, by the name of its class.
    question : str, optional
        What the reader is asked.
    key : str, default "gallery"
        What the page calls the figure.

    Returns
    -------
    Gallery
        An object that Jupyter shows.

    Raises
    ------
    TypeError
        If ``problem`` or a rule is none, or an argument is of the wrong kind.
    TracingError
        If the page could not compute a rule or the problem; the message says why.
    ValueError
        If there is no rule, the problem has noise or is not in two coordinates, or an argument
        is outside of what is said above.

    Examples
    --------
    >>> from adaptive import SGD, Momentum, gallery
    >>> from adaptive.problems import Ravine
    >>> gallery(Ravine(), SGD(lr=0.09), Momentum(lr=0.09, momentum=0.49))
    <gallery: SGD 21 steps, Momentum 10 steps>
    """
    _checks.instance("problem", problem, Problem)
    if not rules:
        raise ValueError("gallery needs at least one rule, such as Momentum(lr=0.05)")
    for rule in rules:
        check_run(rule, problem)
        trace_rule(rule)
    if np.shape(problem.start) != (2,) or problem.stochastic:
        raise ValueError(
            f"problem must have two coordinates and no noise, got {problem.name} with "
            f"{np.size(problem.start)}{' and noise' if problem.stochastic else ''}"
        )
    trace_problem(problem)
    steps = _checks.count("steps", steps, 1)
    if steps > MOST_STEPS:
        raise ValueError(f"steps must be at most {MOST_STEPS} in a gallery, got {steps}")
    if not 0 < _checks.number("within", within) < 1:
        raise ValueError(f"within must be between 0 and 1, got {within}")
    if not isinstance(words, Mapping | None):
        raise TypeError(f"words must be a mapping of names to texts, got {_checks.shown(words)}")
    if not isinstance(question, str):
        raise TypeError(f"question must be a str, got {_checks.shown(question)}")
    if not (isinstance(key, str) and re.fullmatch(r"[A-Za-z0-9-]+", key)):
        raise ValueError(
            f"key must consist of letters, digits and hyphens, got {_checks.shown(key)}"
        )
    start = start_of(problem, theta0).astype(np.float64)
    shown = _stage(problem, start)
    if start.shape != (2,) or not all(
        low <= x <= high for x, (low, high) in zip(start, shown.bounds, strict=True)
    ):
        raise ValueError(
            f"theta0 must be a point inside of the picture, {shown.bounds}, got {start.tolist()}"
        )
    return Gallery(problem, rules, steps, start, float(within), dict(words or {}), question, key)


@dataclass(frozen=True, eq=False, repr=False)
class Gallery(Figure):
    """Small live pictures with one start; made by `gallery`, shown by Jupyter.

    Attributes
    ----------
    problem : Problem
        The problem.
    rules : tuple of Rule
        The rules, each in a picture of its own.
    """

    problem: Problem
    rules: tuple[Rule, ...]
    steps: int
    start: npt.NDArray[np.floating]
    within: float
    words: dict[str, str]
    question: str
    key: str

    kind = "adaptive-gallery"

    def __repr__(self) -> str:
        found = ", ".join(
            f"{type(rule).__name__} {_count(self._outcome(path))}"
            for rule, path in zip(self.rules, self._paths(), strict=True)
        )
        return f"<gallery: {found}>"

    def outcomes(self) -> list[Outcome]:
        """Return what comes of each run from the start of the figure."""
        return [self._outcome(path) for path in self._paths()]

    # -------------------------------------------------------------- the runs

    @property
    def _stage(self) -> Stage:
        return _stage(self.problem, self.start)

    def _paths(self) -> list[Path]:
        return [descend(rule, self.problem, self.start, self.steps) for rule in self.rules]

    def _outcome(self, path: Path) -> Outcome:
        floor = catalogue.floor_of(self.problem)
        with np.errstate(all="ignore"):
            losses = (path.loss - floor) / (path.loss[0] - floor)
        return outcome_of(path.theta, losses, path.diverged, self.within, self.steps)

    # -------------------------------------------------------------- what the page is told

    def _name(self) -> str:
        return f"{len(self.rules)} rules on {self.problem.name}"

    def _spec(self) -> dict[str, Any]:
        rules = []
        for rule in self.rules:
            described = catalogue.describe_rule(rule)
            settings = list(rule.hyperparameters.values())
            rules.append(
                {"code": described["code"], "state": described["state"], "settings": settings}
            )
        return {
            "key": self.key,
            "far": FAR,
            "stage": self._stage.as_dict(),
            "start": self.start.tolist(),
            "steps": self.steps,
            "within": self.within,
            "problem": {
                "code": catalogue.problem_code(self.problem),
                "floor": catalogue.floor_of(self.problem),
            },
            "rules": rules,
        }

    # -------------------------------------------------------------- the first picture

    def _picture(self) -> str:
        view = self._stage
        levels = f"{self.key}-levels"
        cells = "".join(
            self._cell(rule, path, view, levels)
            for rule, path in zip(self.rules, self._paths(), strict=True)
        )
        defined = stage.contours(self.problem, view, None)
        return (
            f'<div class="head"><p class="question">{html.escape(self.question)}</p></div>'
            '<svg class="defined" width="0" height="0" aria-hidden="true">'
            f'<defs><g id="{levels}">{defined}</g></defs></svg>'
            f'<div class="cells">{cells}</div>'
            f'<p class="note">{self.steps} steps from one start; each dot is one. The number says '
            f"after how many the loss stays below {fraction(self.within)} of what it was at "
            "the start.<noscript> This is the first picture of a live figure, which needs "
            "JavaScript to be moved.</noscript></p>"
        )

    def _cell(self, rule: Rule, path: Path, view: Stage, levels: str) -> str:
        """Return the picture of one rule, with its name and what becomes of it."""
        name = type(rule).__name__
        pixels = view.pixels(path.theta)
        d, (x, y) = stage.line(pixels), stage.tenths(pixels[0])
        said = self.words.get(name, "")
        return (
            f'<figure class="rule" style="{colours.look(colours.name_of(rule))}">'
            f'<svg class="scene" viewBox="0 0 {stage.WIDTH} {view.height:g}" role="group" '
            f'aria-label="Path of {html.escape(name)}"><use href="#{levels}" aria-hidden="true"/>'
            f'<rect class="area" width="{stage.WIDTH}" height="{view.height:g}" '
            f'aria-hidden="true"/><g class="paths" aria-hidden="true"><path class="whole" d="{d}"/>'
            f'<path class="halo" d="{d}"/><path class="line" d="{d}"/>'
            f'<path class="dots" d="{stage.dots(pixels)}"/></g>'
            f'<g class="start" aria-hidden="true" transform="translate({x:.10g},{y:.10g})">'
            '<circle class="ring" r="21"/></g></svg>'
            f'<figcaption><b>{html.escape(name)}</b> <span class="count">'
            f'{_count(self._outcome(path))}</span><span class="said">{html.escape(said)}</span>'
            "</figcaption></figure>"
        )


def _stage(problem: Problem, start: npt.NDArray[np.floating]) -> Stage:
    return stage.stage_of(bounds_of(problem), [start], HEIGHTS)


def _count(outcome: Outcome) -> str:
    """Return after how many steps a run has arrived, in words."""
    if outcome.diverges:
        return "diverges"
    if outcome.steps is None:
        return "not there yet"
    return "1 step" if outcome.steps == 1 else f"{outcome.steps} steps"
