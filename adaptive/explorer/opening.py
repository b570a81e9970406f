"""The figure that opens a chapter: one question, one slider, one start, and what comes of it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from adaptive import _checks, plotting
from adaptive.descent import FAR, batches_for, check_run, descend, has_diverged, start_of
from adaptive.explorer import arguments, asked, catalogue, colours, labels, stage
from adaptive.explorer.figure import Figure
from adaptive.explorer.outcome import Outcome, fraction, outcome_of, pieces, sentence
from adaptive.explorer.picture import written
from adaptive.explorer.stage import Stage
from adaptive.problems.base import Problem
from adaptive.rules.base import Rule
from adaptive.sweep import Sweep, sweep
from adaptive.tracing import trace_problem, trace_rule

__all__ = ["Opening", "opening"]

#: So many steps are made to find out what comes of a run, where each step costs nothing to tell.
MOST = 900
#: More steps than this cannot be told apart in the picture.
MOST_DRAWN = 600


def opening(
    rule: Rule,
    problem: Problem,
    *,
    slider: str,
    values: Sequence[float] | npt.NDArray[Any] | None = None,
    ghost: Rule | None = None,
    together: bool = False,
    question: str = "",
    name: str | None = None,
    label: str | None = None,
    marks: Mapping[float, str] | None = None,
    places: Mapping[str, npt.ArrayLike] | None = None,
    steps: int = 60,
    within: float = 1e-3,
    counts: str = "loss",
    theta0: npt.ArrayLike | None = None,
    bounds: npt.ArrayLike | None = None,
    rng: int = 0,
    key: str | None = None,
) -> Opening:
    """Ask one question of a rule, for the reader to answer with one slider.

    Parameters
    ----------
    rule : Rule
        The rule, one of the package or your own, with its first setting.
    problem : Problem
        A problem in two coordinates.
    slider : str
        The field that the slider turns: one of the rule, or else one of the problem.
    values : sequence of float, optional
        The values at which the slider stops, in increasing order, the first setting among them.
        A switch is ``[0, 1]``. By default the round values of `explore`, for a field of the rule.
    ghost : Rule, optional
        A rule that runs behind, as it is.
    together : bool, default False
        Whether the slider turns the ghost's field of the same name as well.
    question : str, optional
        What the reader is asked.
    name, label : str, optional
        What the picture calls the rule, and the slider; made from the code by default.
    marks : dict of float to str, optional
        What some values of the slider are called, such as ``{0: "Momentum", 1: "NAG"}``.
    places : dict of str to point, optional
        Points that the picture names; by default the minimum, where it is known.
    steps : int, default 60
        The steps that are drawn, at most 600.
    within : float, default 0.001
        The fraction of the loss at the start below which the loss has to stay.
    counts : {"loss", "step"}
        What the sentence below the picture tells: when the loss is there, or how long the
        longest step is.
    theta0 : array_like, shape (2,), optional
        The start; the problem's own by default.
    bounds : array_like, shape (2, 2), optional
        What the picture shows; the problem's own by default. It shows more where it must, so
        that both axes have one scale.
    rng : int, default 0
        Seed of the noise of a stochastic problem, as in `descend`.
    key : str, optional
        What the page calls the figure where it keeps its settings.

    Returns
    -------
    Opening
        An object that Jupyter shows.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    TracingError
        If the page could not compute the rule or the problem; the message says why.
    ValueError
        If an argument is outside of what is said above.

    Notes
    -----
    A run is followed for 900 steps to see when its loss comes to stay below ``within``; that of a
    stochastic problem for the steps that are drawn.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import SGD, Momentum, opening
    >>> from adaptive.problems import Ravine
    >>> opening(
    ...     Momentum(lr=0.09, momentum=0.49),
    ...     Ravine(),
    ...     slider="momentum",
    ...     ghost=SGD(lr=0.09),
    ...     question="How much momentum until it creeps?",
    ... )
    <opening: γ = 0.49 brings the loss to a thousandth in 14 steps; SGD needs 33.>
    """
    check_run(rule, problem)
    if np.shape(problem.start) != (2,):
        raise ValueError(
            f"problem must have two coordinates to be drawn, got {problem.name} with "
            f"{np.size(problem.start)}"
        )
    if ghost is not None:
        _checks.instance("ghost", ghost, Rule)
    if not isinstance(together, bool):
        raise TypeError(f"together must be True or False, got {together!r}")
    for each in (rule, ghost):
        if each is not None:
            trace_rule(each)
    of_rule = asked.owner_of(rule, problem, slider)
    if together and (ghost is None or not of_rule or slider not in ghost.hyperparameters):
        raise ValueError(f"together needs a ghost with a field {slider!r}, got {ghost!r}")
    stops = asked.stops_of(rule if of_rule else problem, slider, values, of_rule)
    steps = _checks.count("steps", steps, 1)
    if steps > MOST_DRAWN:
        raise ValueError(f"steps must be at most {MOST_DRAWN} in an opening, got {steps}")
    if not 0 < _checks.number("within", within) < 1:
        raise ValueError(f"within must be between 0 and 1, got {within}")
    _checks.one_of("counts", counts, ("loss", "step"))
    arguments.key(key)
    for text in ("question", "name", "label"):
        given = {"question": question, "name": name, "label": label}[text]
        if given is not None and not isinstance(given, str):
            raise TypeError(f"{text} must be a str, got {_checks.shown(given)}")
    trace_problem(problem)
    start = start_of(problem, theta0).astype(np.float64)
    if start.shape != (2,):
        raise ValueError(f"theta0 must have shape (2,), got shape {start.shape}")
    points = asked.places_of(problem, places)
    shown = stage.stage_of(asked.bounds_of(problem, bounds), [start, *points.values()])
    if not all(low <= x <= high for x, (low, high) in zip(start, shown.bounds, strict=True)):
        raise ValueError(
            f"theta0 must lie inside of the picture, {shown.bounds}, got {start.tolist()}"
        )
    symbol = plotting.SYMBOLS.get(slider, slider) if label is None else label
    return Opening(
        rule=rule,
        problem=problem,
        slider=slider,
        stops=stops,
        of_rule=of_rule,
        ghost=ghost,
        together=together,
        question=question,
        name=type(rule).__name__ if name is None else name,
        label=symbol,
        marks=asked.marks_of(marks, stops),
        places=points,
        steps=steps,
        within=float(within),
        counts=counts,
        start=start,
        stage=shown,
        rng=_checks.count("rng", rng),
        key=key,
    )


class _Run(NamedTuple):
    """The points of a run, its losses above the floor over the first, and whether it diverges."""

    theta: npt.NDArray[np.floating]
    losses: npt.NDArray[np.floating]
    diverged: bool


@dataclass(frozen=True, eq=False, repr=False)
class Opening(Figure):
    """A live figure with one slider; made by `opening`, shown by Jupyter.

    Attributes
    ----------
    rule, ghost : Rule
        The rule, and the one that runs behind, or None.
    problem : Problem
        The problem.
    slider : str
        The field that the slider turns.
    stops : list of float
        The values that it takes.
    """

    rule: Rule
    problem: Problem
    slider: str
    stops: list[float]
    of_rule: bool
    ghost: Rule | None
    together: bool
    question: str
    name: str
    label: str
    marks: dict[int, str]
    places: dict[str, npt.NDArray[np.floating]]
    steps: int
    within: float
    counts: str
    start: npt.NDArray[np.floating]
    stage: Stage
    rng: int
    key: str | None

    kind = "adaptive-opening"

    def __repr__(self) -> str:
        text = "".join(text for text, _ in self._sentence(self._now()))
        return f"<opening: {text}>"

    def outcome(self, value: float | None = None) -> Outcome:
        """Return what comes of the run at a value of the slider, the first setting by default.

        Parameters
        ----------
        value : float, optional
            One of the slider's ``stops``.

        Returns
        -------
        Outcome
            Its ``steps``, whether it ``diverges``, and its ``longest`` step.

        Raises
        ------
        ValueError
            If the slider does not stop there.

        Examples
        --------
        >>> from adaptive import Momentum, opening
        >>> from adaptive.problems import Ravine
        >>> opening(Momentum(lr=0.09), Ravine(), slider="momentum").outcome(0.49).steps
        14
        """
        return self._outcome(self._run(0, self._index(value)))

    def ghost_outcome(self, value: float | None = None) -> Outcome | None:
        """Return what comes of the ghost's run at a value of the slider; None without a ghost."""
        index = self._index(value)
        return None if self.ghost is None else self._outcome(self._run(1, index))

    # -------------------------------------------------------------- the runs

    def _now(self) -> int:
        return self.stops.index(getattr(self.rule if self.of_rule else self.problem, self.slider))

    def _index(self, value: float | None) -> int:
        if value is None:
            return self._now()
        if value not in self.stops:
            raise ValueError(
                f"value must be one of the slider's stops, from {self.stops[0]:g} to "
                f"{self.stops[-1]:g}, got {_checks.shown(value)}"
            )
        return self.stops.index(value)

    @property
    def _most(self) -> int:
        return self.steps if self.problem.stochastic else max(MOST, self.steps)

    def _problem(self, index: int) -> Problem:
        if self.of_rule:
            return self.problem
        changed: Any = replace(self.problem, **{self.slider: self.stops[index]})  # type: ignore[type-var]
        return changed

    def _batches(self, index: int) -> list[Any] | None:
        problem = self._problem(index)
        if not problem.stochastic:
            return None
        return list(batches_for(problem, self._most, self.rng, None))

    @property
    def _rules(self) -> list[Rule]:
        """The rule, and the ghost if there is one."""
        return [self.rule] if self.ghost is None else [self.rule, self.ghost]

    @cached_property
    def _sweeps(self) -> list[Sweep]:
        """The runs of each rule at all stops, or at one if they do not turn it: all at once."""
        batches, found = self._batches(0), []
        for rule in self._rules:
            turned = rule is self.rule or self.together
            turns: dict[str, Any] = {self.slider: self.stops} if turned else {}
            how: dict[str, Any] = {"batches": batches, "keep": "path"}
            found.append(sweep(rule, self.problem, self._most, self.start, **how, **turns))
        return found

    def _run(self, which: int, index: int) -> _Run:
        """Return the run of the rule (0) or of the ghost (1) at a stop."""
        problem, batches = self._problem(index), self._batches(index)
        if not self.of_rule:
            path = descend(self._rules[which], problem, self.start, self._most, batches=batches)
            losses = self._relative(path.theta, path.loss, problem, batches)
            return _Run(path.theta, losses, path.diverged)
        made = self._sweeps[which]
        column = index if made.axes else ...
        theta, losses = made.theta[:, column], made.loss[:, column]
        with np.errstate(all="ignore"):
            lost = has_diverged(theta, losses, self.start)
        # As far as `descend` would go.
        end = int(lost.argmax()) + 1 if lost.any() else len(lost)
        theta, losses = theta[:end], losses[:end]
        return _Run(theta, self._relative(theta, losses, problem, batches), bool(lost.any()))

    def _runs(self, index: int) -> list[_Run]:
        """Return the runs at a stop."""
        return [self._run(which, index) for which in range(len(self._rules))]

    def _relative(
        self,
        theta: npt.NDArray[np.floating],
        losses: npt.NDArray[np.floating],
        problem: Problem,
        batches: list[Any] | None,
    ) -> npt.NDArray[np.floating]:
        """Return the losses above the floor, over the first; those of batches where there are."""
        floor = catalogue.floor_of(problem)
        if batches is not None:
            seen = [batches[0], *batches]
            losses = np.array([problem.loss_on(at, seen[t]) for t, at in enumerate(theta)])
        with np.errstate(all="ignore"):
            return (losses - floor) / (losses[0] - floor)

    def _outcome(self, run: _Run) -> Outcome:
        return outcome_of(run.theta, run.losses, run.diverged, self.within, self.steps)

    # -------------------------------------------------------------- in words

    def _words(self) -> dict[str, Any]:
        unit = getattr(self.rule, "lr", None) if self.slider != "lr" else None
        return {
            "symbol": self.label.split()[-1],
            "ghost": self._ghost_name(),
            "fraction": fraction(self.within),
            "most": self._most,
            "counts": self.counts,
            "unit": unit if self.counts == "step" else None,
        }

    def _ghost_name(self) -> str:
        if self.ghost is None:
            return ""
        if type(self.ghost) is not type(self.rule):
            return type(self.ghost).__name__
        symbol = self.label.split()[-1]
        return f"{symbol} = {written(getattr(self.ghost, self.slider), 6)}"

    def _sentence(self, index: int) -> list[tuple[str, str]]:
        outcomes = [self._outcome(run) for run in self._runs(index)]
        other = outcomes[1] if self.ghost is not None else None
        value = written(self.stops[index], 6)
        return sentence(value, self.marks.get(index), outcomes[0], other, self._words())

    def _note(self) -> str:
        """Return what is fixed, and how the picture is to be read."""
        parts = [f"{self.name}: {s}" for s in [_settings(self.rule, {self.slider})] if s]
        if self.ghost is not None and self.name:
            left_out = {self.slider} if self.together else set()
            if settings := _settings(self.ghost, left_out):
                parts.append(f"{type(self.ghost).__name__}: {settings}")
        scale = "both axes have one scale" if self.stage.equal else "the axes have two scales"
        return "; ".join([*parts, f"each dot is one step; {scale}."])

    def _name(self) -> str:
        return self.question or f"{self.name} on {self.problem.name}"

    # -------------------------------------------------------------- what the page is told

    def _spec(self) -> dict[str, Any]:
        rule = catalogue.describe_rule(self.rule)
        indices = range(1 if self.of_rule else len(self.stops))
        landscapes = []
        for index in indices:
            problem, batches = self._problem(index), self._batches(index)
            landscapes.append(
                {
                    "code": catalogue.problem_code(problem),
                    "floor": catalogue.floor_of(problem),
                    "backdrop": self._backdrop(index),
                    "batches": None if batches is None else catalogue.packed(batches),
                }
            )
        names = list(self.rule.hyperparameters)
        spec: dict[str, Any] = {
            "key": self.key or _as_key(f"opening {self.name} {self.slider}"),
            "far": FAR,
            "stage": self.stage.as_dict(),
            "start": self.start.tolist(),
            "steps": self.steps,
            "most": self._most,
            "within": self.within,
            "stops": self.stops,
            "marks": {str(index): text for index, text in self.marks.items()},
            "at": self._now(),
            "turns": names.index(self.slider) if self.of_rule else None,
            "problems": landscapes,
            "words": self._words(),
            "rule": {"code": rule["code"], "state": rule["state"], "name": self.name},
            "settings": list(self.rule.hyperparameters.values()),
            "ghost": None,
        }
        if self.ghost is not None:
            behind = catalogue.describe_rule(self.ghost)
            turns = list(self.ghost.hyperparameters).index(self.slider) if self.together else None
            spec["ghost"] = {
                "code": behind["code"],
                "state": behind["state"],
                "name": self._ghost_name(),
                "settings": list(self.ghost.hyperparameters.values()),
                "turns": turns,
            }
        return spec

    # -------------------------------------------------------------- the first picture

    def _backdrop(self, index: int) -> str:
        problem, batches = self._problem(index), self._batches(index)
        last = None if batches is None else batches[self.steps - 1]
        return stage.contours(problem, self.stage, last)

    def _picture(self) -> str:
        index, made = self._now(), self._runs(self._now())
        looks = [colours.look(name) for name in colours.names_of(self._rules)]
        kinds, names = ["live"], [self.name]
        if self.ghost is not None:
            kinds, names = ["live", "ghost"], [self.name, self._ghost_name()]
        paths = [self.stage.pixels(run.theta[: self.steps + 1]) for run in made]
        outcomes = [self._outcome(run) for run in made]
        drawn = list(zip(kinds, names, looks, paths, strict=True))[::-1]  # the ghost behind
        lines = "".join(
            f'<g class="rule {kind}" style="{look}"><path class="halo" d="{d}"/>'
            f'<path class="line" d="{d}"/><path class="dots" d="{stage.dots(path)}"/></g>'
            for kind, _, look, path in drawn
            for d in [stage.line(path)]
        )
        curves = "".join(
            f'<g class="rule {kind}" style="{look}"><path class="line" d="{d}"/></g>'
            for kind, look, run in list(zip(kinds, looks, made, strict=True))[::-1]
            for d in [stage.curve_line(run.losses[: self.steps + 1], self.within)]
        )
        losses = [run.losses for run in made]
        crossings = stage.crossings(
            list(zip(outcomes, losses, kinds, looks, strict=True)), self.steps, self.within
        )
        paint = stage.paint(index, outcomes[0], self._most)
        question = f'<p class="question">{html.escape(self.question)}</p>' if self.question else ""
        return (
            f"{question}{self._scene(index, lines, drawn)}"
            f"{stage.curve(self.steps, self.within, curves, crossings)}"
            f"{stage.dial(self.label, self.stops, self.marks, index, paint, looks[0])}"
            f'<p class="outcome">{pieces(self._sentence(index))}</p>'
            f'<p class="note">{html.escape(self._note())}'
            "<noscript> This is the first picture of a live figure, which needs JavaScript to be "
            "moved.</noscript></p>"
        )

    def _scene(self, index: int, lines: str, drawn: Sequence[Any]) -> str:
        """Return the picture of the landscape, with lines on it and their names beside them."""
        view, x = self.stage, stage.tenths(self.stage.pixels(self.start))
        hint, places, names = self._text_places(drawn)
        texts = "".join(
            f'<text class="name rule {kind}" style="{look}" x="{at[0]:.10g}" y="{at[1]:.10g}">'
            f"{html.escape(name)}</text>"
            for (kind, name, look, _), at in zip(drawn, names, strict=True)
        )
        for (text, point), (left, base, width) in zip(self.places.items(), places, strict=True):
            across, up = stage.tenths(view.pixels(point))
            texts += (
                f'<path class="minimum" d="M{across - 5:g},{up - 5:g}l10,10m0,-10l-10,10"/>'
                f'<text class="place" x="{left + width / 2:g}" y="{base:g}">'
                f"{html.escape(text)}</text>"
            )
        whole = "" if view.window[1] - view.window[0] < stage.WIDTH else " whole"
        return (
            f'<svg class="scene{whole}" viewBox="0 0 {stage.WIDTH} {view.height:g}" '
            f'preserveAspectRatio="{view.align}YMid slice" style="--shape:{stage.WIDTH}/'
            f'{view.height:g}" role="group" aria-label="Paths on the problem '
            f'{html.escape(self.problem.name)}"><g class="backdrop" aria-hidden="true">'
            f"{self._backdrop(index)}</g>"
            f'<rect class="area" width="{stage.WIDTH}" height="{view.height:g}" '
            f'aria-hidden="true"/><g class="paths" aria-hidden="true">{lines}</g>'
            f'<g class="texts" aria-hidden="true">{texts}<text class="hint" '
            f'x="{hint[0] + hint[2] / 2:.10g}" y="{hint[1]:.10g}">drag me</text></g>'
            f'<g class="start" aria-hidden="true" transform="translate({x[0]:.10g},{x[1]:.10g})">'
            '<circle class="ring" r="8"/></g></svg>'
        )

    def _text_places(
        self, drawn: Sequence[Any]
    ) -> tuple[labels.Text, list[labels.Text], list[tuple[float, float]]]:
        """Return where "drag me" stands, the names of the places, and those of the lines."""
        view = self.stage
        lines = [stage.tenths(path) for *_, path in drawn]
        free = labels.covered(lines)
        hint = labels.hint(stage.tenths(view.pixels(self.start)), view, free)
        places = [
            labels.beside_place(stage.tenths(view.pixels(point)), text, view, free)
            for text, point in self.places.items()
        ]
        # The minimum is drawn and has no name.
        taken = [hint, *(place for place in places if place[2])]
        found = []
        for corner, ((_, name, *_), path) in enumerate(zip(drawn, lines, strict=True)):
            at = labels.place(path, name, view, taken, free)
            at = at or (view.window[0] + 12.0, view.height - 30.0 - 20 * corner)
            taken.append((*at, labels.width_of(name)))
            found.append(at)
        return hint, places, found


# ------------------------------------------------------------------ in a few words


def _settings(rule: Rule, left_out: set[str]) -> str:
    """Return the hyperparameters in words; an ε that only guards a division says nothing."""
    kept = {
        name: value
        for name, value in rule.hyperparameters.items()
        if name not in left_out and not (name == "eps" and value <= 1e-7)
    }
    return ", ".join(
        f"{plotting.SYMBOLS.get(name, name).split()[-1]} = {written(value, 6)}"
        for name, value in kept.items()
    )


def _as_key(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
