"""Functions to write, marked equation by equation.

What an equation should give is computed from what the student's function was handed and from what
it returned for the equations before. So one mistake is charged once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive.course.calling import Mishap, call, standing_in, uses_package, watching
from adaptive.course.parts import NOTHING, Formula, Mistake, Part
from adaptive.course.questions import Mark, shown
from adaptive.course.returned import adapted, close, fitted, order, slip_of_order, values

#: What is said of an answer that is not one's own; who grades looks for it.
BORROWED = "lets the package do the work"
_NOT_YOURS = (
    f"{BORROWED}. The package is right, of course; but the lines of the equation are the exercise. "
    "Write them with numpy, and keep the package to compare with in a cell of your own"
)


@dataclass(frozen=True)
class _Call:
    """One call of a student's function: where it stood, what went in, what came out.

    ``missing`` says for each value that did not come out why; ``o`` holds a right one in its place.
    """

    problem: int
    step: int
    i: SimpleNamespace
    o: SimpleNamespace
    missing: Mapping[str, str] = field(default_factory=dict)
    resumed: bool = False


@dataclass
class _Run:
    """What came of running a function: its calls, and what is wrong with them but for values."""

    calls: list[_Call] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    slips: dict[str, str] = field(default_factory=dict)
    #: What stopped the function, if nothing came of it.
    stopped: Mishap | None = None

    def note(self, kind: str, slip: str) -> None:
        """Remember the first slip of a kind; an empty one is none."""
        if slip:
            self.slips.setdefault(kind, slip)


@dataclass(frozen=True)
class Code:
    """A function to write. It is run on random problems, fed with its own state.

    Parameters
    ----------
    arguments : tuple of str
        What it is called with, by position.
    returns : tuple of str
        What it returns. A name that is also an argument is a state: what comes
        out of one call goes into the next.
    parts : tuple of Part
        Its equations.
    draw : callable
        Draws the inputs of a problem's first call; it may hold more than the
        arguments, for the formulas to use.
    resume : callable, optional
        Draws the inputs of a run that is under way, for the last problem: where what is kept from
        step to step is not zero, nothing is right by returning it as it came.
    renew : callable, optional
        Draws the inputs that change from step to step.
    calls : int
        Steps made on each problem.
    defaults : dict
        Usual values of hyperparameters, one or several, to notice when they are written into the
        function.
    problems : int
        Random problems.
    observe : callable, optional
        Returns more to mark, by name, from the inputs after the call: where a
        function that was handed in was asked.
    called : dict
        What reports call a returned value, if not by its name.
    told : dict
        For a returned value, what reports tell of it in place of its elements, where that is wrong:
        the name, and a function of the value.
    place : callable, optional
        Returns in words which call it is, from its inputs; by default calls are counted.
    given : dict
        Right versions of earlier answers, by name. If the function calls its
        author's own, these stand in.
    by_hand : bool
        Whether the function may not call the package.
    by_chance : bool
        Whether the function may return something else when it is called again.
    passing : tuple of str
        Returned values whose names most functions use for something else as well, such as what a
        loop runs over: where an error stops one, what they hold is not what was to be returned.
    """

    arguments: tuple[str, ...]
    returns: tuple[str, ...]
    parts: tuple[Part, ...]
    draw: Callable[[np.random.Generator], dict[str, Any]]
    resume: Callable[[np.random.Generator], dict[str, Any]] | None = None
    renew: Callable[[np.random.Generator, dict[str, Any]], dict[str, Any]] | None = None
    calls: int = 6
    defaults: Mapping[str, float | tuple[float, ...]] = field(default_factory=dict)
    problems: int = 3
    observe: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    called: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, tuple[str, Callable[[Any], Any]]] = field(default_factory=dict)
    place: Callable[[SimpleNamespace], str] | None = None
    given: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    by_hand: bool = True
    by_chance: bool = False
    passing: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """The points of all parts."""
        return sum(part.points for part in self.parts)

    def answer(self, *given: Any) -> Any:
        """Return what a right function returns: it stands in where a student's is not there."""
        right = vars(self._right(SimpleNamespace(**dict(zip(self.arguments, given, strict=True)))))
        made = tuple(right[name] for name in self.returns)
        return made if len(made) > 1 else made[0]

    def marks(self, answer: Any, rng: np.random.Generator) -> list[Mark]:
        """Run the function and mark its equations."""
        if not callable(answer):
            raise Mishap(f"must be a function, and is {shown(answer)}")
        with standing_in(answer, self.given):
            return self._marks(answer, rng)

    def _marks(self, answer: Callable[..., Any], rng: np.random.Generator) -> list[Mark]:
        inputs = self._first(self.draw, rng)
        if self.by_hand and uses_package(answer, self._handed(inputs)):
            raise Mishap(_NOT_YOURS)
        function, called_wrongly = adapted(answer, self.arguments)
        with watching(self._handed(inputs)) as watch:
            found = self._order(function, inputs, rng)
            # In the order of the parts: a set's order would change from one Python to the next.
            draws = dict.fromkeys(part.draw for part in self.parts)
            runs = {draw: self._run(function, found, draw, rng) for draw in draws}
        stopped = [run.stopped for run in runs.values() if run.stopped is not None]
        if stopped and len(stopped) == len(runs):
            raise stopped[0]
        if self.by_hand and watch.found:
            raise Mishap(_NOT_YOURS)
        constant = self._constant([made for run in runs.values() for made in run.calls])
        marks = []
        recognised: dict[str, Mistake] = {}
        gone: set[str] = set()
        for part in self.parts:
            if (mishap := runs[part.draw].stopped) is not None:
                marks.append(Mark(part.name, 0, part.points, mishap.sentence))
            elif part.holds is not None and part.of in constant:
                says = f"{part.of} is the same whatever goes in."
                marks.append(Mark(part.name, 0, part.points, says))
            else:
                marks.append(self._mark(part, runs[part.draw].calls, recognised, gone))
        slips = {kind: says for run in runs.values() for kind, says in run.slips.items()}
        for slip in slips.values():
            marks = _charged("what is returned", slip, marks)
        if called_wrongly and all(mark.points == mark.of for mark in marks):
            marks = _charged("the first line", called_wrongly, marks)
        changed = sorted(set().union(*(run.changed for run in runs.values())))
        if changed:
            marks.append(_damage(changed, sum(mark.points for mark in marks)))
        return _once(marks)

    def _constant(self, calls: list[_Call]) -> set[str]:
        """Return the names of the outputs that are the same in all calls, and finite."""
        outputs = {name: [getattr(made.o, name) for made in calls] for name in self.returns}
        return {
            name
            for name, (first, *others) in outputs.items()
            if others and np.isfinite(first).all() and all(close(o, first) for o in others)
        }

    def _first(self, draw: Any, rng: np.random.Generator) -> dict[str, Any]:
        inputs = (draw or self.draw)(rng)
        return self._renewed(inputs, rng)

    def _renewed(self, inputs: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        return inputs | (self.renew(rng, inputs) if self.renew else {})

    def _handed(self, inputs: dict[str, Any]) -> dict[str, Any]:
        return {name: _copy(inputs[name]) for name in self.arguments}

    def _order(
        self, answer: Callable[..., Any], inputs: dict[str, Any], rng: np.random.Generator
    ) -> tuple[str, ...]:
        """Return the names of what is returned, in its order; it must be the same twice."""
        under_way = self._first(self.resume, rng) if self.resume else inputs
        try:
            once, again, late = (
                values(call(answer, self._handed(given)), self.returns)
                for given in (inputs, inputs, under_way)
            )
        except Mishap as mishap:
            if not any(self._rescued(mishap, given) for given in (inputs, under_way)):
                raise
            return self.returns
        if not self.by_chance and not all(
            _same(*both) for both in zip(once[0], again[0], strict=False)
        ):
            raise Mishap(
                "gives another result when it is called again with the same arguments: does it "
                "remember something from one call to the next? All that it needs comes in as "
                "arguments"
            )
        return order(*late, vars(self._right(SimpleNamespace(**under_way))))

    def _run(
        self, answer: Any, found: tuple[str, ...], draw: Any, rng: np.random.Generator
    ) -> _Run:
        """Run a function on random problems, fed with its own state."""
        run = _Run()
        for problem in range(1, self.problems + 1):
            resumed = bool(self.resume) and draw is None and problem == self.problems
            drawn = draw[(problem - 1) % len(draw)] if isinstance(draw, tuple) else draw
            inputs = self._first(self.resume if resumed else drawn, rng)
            for step in range(1, self.calls + 1):
                try:
                    made = self._called(answer, found, inputs, run)
                except Mishap as mishap:
                    where = f", at step {step} of random problem {problem}" if run.calls else ""
                    if self.place:
                        where = f", at {self.place(SimpleNamespace(**inputs))}"
                    # It has returned something before, or no run would have begun.
                    if "returns nothing" in str(mishap):
                        where += ", though elsewhere it does: does each branch end with return?"
                    run.stopped = Mishap(f"{mishap}{where}")
                    if mishap.stops:
                        raise run.stopped from None
                    return run
                made = replace(made, problem=problem, step=step, resumed=resumed)
                run.calls.append(made)
                carried = {
                    name: _spread(getattr(made.o, name), inputs[name])
                    for name in self.returns
                    if name in inputs
                }
                if any(value is None for value in carried.values()):
                    break  # a wrong shape, of which its part tells: nobody can go on from there
                inputs = self._renewed(inputs | carried, rng)
        return run

    def _called(
        self, answer: Any, found: tuple[str, ...], inputs: dict[str, Any], run: _Run
    ) -> _Call:
        """Call a function once, and note in the run what is wrong but for the values."""
        handed = self._handed(inputs)
        i = SimpleNamespace(**inputs)
        missing: dict[str, str] = {}
        try:
            parts, named = values(call(answer, handed), self.returns)
            got = dict(zip(found if named == self.returns else named, parts, strict=False))
            run.note("order", slip_of_order(parts, found, self.returns))
            last = f"The last line should be `return {', '.join(self.returns)}`."
            missing = {name: f"{name} is not returned. {last}" for name in self.returns}
        except Mishap as mishap:
            got = self._rescued(mishap, inputs)
            if not got:
                raise
            got = {name: value for name, value in got.items() if name in self.returns}
            missing = dict.fromkeys(self.returns, mishap.sentence)
            if len(got) == len(self.returns):
                run.note("error", mishap.sentence)
        # Not before: what is there while the function runs, it could find.
        o, right = SimpleNamespace(), self._right(i)
        for name in got:
            value, slip = fitted(name, got[name], getattr(right, name))
            run.note("shape", slip)
            setattr(o, name, value)
        if self.observe:
            vars(o).update(self.observe(inputs))
        for part in self.parts:
            if part.expected is not None and not hasattr(o, part.of):
                setattr(o, part.of, np.asarray(part.expected(i, o), np.float64))
        run.changed |= {name for name in handed if not _same(handed[name], inputs[name])}
        return _Call(0, 0, i, o, {name: says for name, says in missing.items() if name not in got})

    def _rescued(self, mishap: Mishap, inputs: dict[str, Any]) -> dict[str, npt.NDArray[Any]]:
        """Return what a function had computed when it stopped, of what it was to return."""
        found = {}
        for name in (one for one in self.returns if one not in self.passing):
            try:
                value = np.array(mishap.reached[name], np.float64)
            except (KeyError, TypeError, ValueError):
                continue
            if name not in inputs or not _same(value, np.asarray(inputs[name])):
                found[name] = value
        if mishap.reached and self.observe:
            # A function that was handed in had been asked for something by then.
            seen = self.observe(inputs).items()
            found |= {k: value for k, value in seen if np.isfinite(value).all() and np.any(value)}
        return found

    def outputs(self, result: Any) -> dict[str, npt.NDArray[np.float64]]:
        """Return what a student's function returned, by name, as copies; or raise `Mishap`."""
        parts, names = values(result, self.returns)
        if len(parts) != len(self.returns):
            wanted = f"({', '.join(self.returns)})"
            raise Mishap(f"must return {wanted}, and returns {shown(result)}")
        return dict(zip(names, parts, strict=True))

    def _mark(
        self, part: Part, calls: list[_Call], recognised: dict[str, Mistake], gone: set[str]
    ) -> Mark:
        """Mark a part; what is wrong in it is noted, for parts about the same value.

        ``recognised`` holds known mistakes, and ``gone`` the values that did not come out.
        """
        for made in calls:
            if part.of in made.missing:
                if part.charged_once and part.of in gone:
                    return Mark(part.name, part.points, part.points)
                gone.add(part.of)
                return Mark(part.name, 0, part.points, made.missing[part.of])
        if part.holds is not None:
            return self._mark_property(part, calls)
        if part.spoilt and sum(float(part.spoilt.value(made.i, made.o)) for made in calls) > 0:
            return Mark(part.name, 0, part.points, part.spoilt.says)
        right = [self._values(part, call) for call in calls]
        got = [getattr(call.o, part.of) for call in calls]
        wrong = [k for k in range(len(calls)) if not any(close(got[k], r) for r in right[k])]
        if not any(np.isfinite(value).any() for value in got):
            wrong = list(range(len(calls)))  # what follows from nan is nan, right or not
        if not wrong:
            return Mark(part.name, part.points, part.points)
        known = recognised.get(part.of)
        if part.charged_once and known and not known.other_rule and _fits(known, got, calls):
            return Mark(part.name, part.points, part.points)
        why, mistake = self._why(part, calls, wrong)
        if mistake:
            again = any(one.anywhere and one.says == mistake.says for one in recognised.values())
            recognised[part.of] = mistake
            if again and mistake.anywhere:
                return Mark(part.name, part.points, part.points)
        where = self._where(part, calls[wrong[0]], got[wrong[0]], right[wrong[0]][0])
        return Mark(part.name, 0, part.points, f"{why} {where}".strip())

    def _mark_property(self, part: Part, calls: list[_Call]) -> Mark:
        assert part.holds is not None
        for made in calls:
            holds = _tried(part.holds, made)
            if holds is NOTHING or not holds:
                says = f"{part.reminder} It fails first at {self._place(made)}."
                return Mark(part.name, 0, part.points, says.strip())
        return Mark(part.name, part.points, part.points)

    def _values(self, part: Part, made: _Call) -> list[Any]:
        """Return all values that count as right for a part.

        They follow from right earlier parts, from the student's own, and from
        mistakes in them that are charged there.
        """
        assert part.expected is not None
        formulas = (part.expected, *part.accepts)
        return [getattr(self._right(made.i), part.of), *(_tried(f, made) for f in formulas)]

    def _right(self, i: SimpleNamespace) -> SimpleNamespace:
        """Return what a right answer returns for these inputs."""
        right = SimpleNamespace()
        for part in self.parts:
            if part.expected is not None:
                setattr(right, part.of, part.expected(i, right))
        return right

    def _rightly(self, name: str) -> Formula:
        return lambda i, o: getattr(self._right(i), name)

    def _place(self, made: _Call) -> str:
        if self.place:
            return self.place(made.i)
        if self.calls == 1:
            return f"random problem {made.problem}"
        return f"step {made.step}" + (" of a run that was under way" if made.resumed else "")

    def _where(self, part: Part, made: _Call, got: Any, right: Any) -> str:
        place, right = self._place(made), np.asarray(right, np.float64)
        name = self.called.get(part.of, part.of)
        name = f"T{name[1:]}" if name.startswith("the ") else name
        if got.shape != right.shape:
            return f"{name} has shape {got.shape} and should have {right.shape}."
        if part.of in self.told and np.isfinite(got).all():
            known, of = self.told[part.of]
            if not close(of(got), of(right)):
                name, got, right = known, of(got), of(right)
        if not np.isfinite(got).all() and np.isfinite(right).all():
            return f"{name} is {_numbers(got)} first at {place}, and should be {_numbers(right)}."
        if _numbers(got) == _numbers(right):  # the first elements, to four digits
            k = int(np.argmax(np.abs(got - right)))
            place, got, right = f"{place}, in element {k}", got.flat[k], right.flat[k]
            return (
                f"{name} is wrong first at {place}: yours is {got:.6g}, and {right:.6g} is right."
            )
        return (
            f"{name} is wrong first at {place}: yours is {_numbers(got)}, "
            f"and {_numbers(right)} is right."
        )

    def _why(self, part: Part, calls: list[_Call], wrong: list[int]) -> tuple[str, Mistake | None]:
        """Return the likely reason, and the mistake if it is a known one."""
        got = [getattr(call.o, part.of) for call in calls]
        assert part.expected is not None
        with np.errstate(all="ignore"):
            value = np.asarray(_tried(part.expected, calls[wrong[0]]))
        if value.size and not np.isfinite(value).any():
            return part.reminder, None  # from nan every formula makes nan
        for mistake in (*part.mistakes, *self._general(part)):
            if _fits(mistake, got, calls):
                return mistake.says, mistake
        return f"{self._ratio(part, calls[wrong[0]])}{part.reminder}", None

    def _general(self, part: Part) -> list[Mistake]:
        """Return the mistakes that can be made in any equation."""
        assert part.expected is not None
        made = []
        for name, usual in self.defaults.items():
            for value in np.atleast_1d(usual).tolist():
                says = f"{name} is fixed at {value:g} inside the function: use the argument {name}."
                formula = _with(part.expected, name, value)
                made.append(Mistake(says, formula, anywhere=True))
        if part.of in self.arguments:
            says = f"{part.of} comes back as it went in: is the new value computed and returned?"
            made.append(Mistake(says, lambda i, o: getattr(i, part.of), other_rule=True))
            for which, k in (("last", -1), ("first", 0)):
                says = (
                    f"The {which} coordinate stays as it was: does a loop leave it out? "
                    "range(len(g)) has all of them."
                )
                made.append(Mistake(says, _but_for(part, k), anywhere=True))
        for other in set(self.returns) - {part.of}:
            says = f"That is {other}: are the returned values in the order asked for?"
            made.append(Mistake(says, self._rightly(other)))
        return made

    def _ratio(self, part: Part, first: _Call) -> str:
        """Return by which factor a result, or its change, is off, where it is one factor."""
        right = np.asarray(self._values(part, first)[0], np.float64)
        got = getattr(first.o, part.of)
        if part.of == "theta":
            got, right = got - first.i.theta, right - first.i.theta
        if got.shape != right.shape or got.size < 2 or not np.all(right):
            return ""
        factors = np.ravel(got / right)
        if not np.isfinite(factors[0]) or not close(factors, np.full_like(factors, factors[0])):
            return ""
        if np.isclose(factors[0], -1):
            return "It has the wrong sign. "
        what = "The step" if part.of == "theta" else "It"
        return f"{what} is {factors[0]:.3g} times what it should be. "


# --------------------------------------------------------------------------- helpers


def _tried(formula: Formula, made: _Call) -> Any:
    """Return a formula's value, which there is none of where a shape does not fit."""
    try:
        return formula(made.i, made.o)
    except (IndexError, TypeError, ValueError):
        return NOTHING


def _fits(mistake: Mistake, got: list[Any], calls: list[_Call]) -> bool:
    """Return whether a mistake explains what came out of all calls."""
    with np.errstate(all="ignore"):
        return all(
            close(value, _tried(mistake.value, made))
            for value, made in zip(got, calls, strict=True)
        )


def _spread(new: npt.NDArray[Any], old: Any) -> npt.NDArray[Any] | None:
    """Return a new state in the shape of the old one, or None if it does not fit."""
    try:
        return np.broadcast_to(new, np.shape(old)).copy() if np.ndim(old) else new
    except ValueError:
        return None


def _with(formula: Formula, name: str, value: float) -> Formula:
    """Return a formula in which one input is fixed."""
    return lambda i, o: formula(SimpleNamespace(**{**vars(i), name: value}), o)


def _but_for(part: Part, k: int) -> Formula:
    """Return a part's formula, which leaves one coordinate as it came in."""

    def value(i: Any, o: Any) -> Any:
        assert part.expected is not None
        new = np.array(part.expected(i, o), np.float64)
        new[k] = getattr(i, part.of)[k]
        return new

    return value


def _damage(changed: list[str], got: float) -> Mark:
    """Return the mark for a function that changes its arguments: one point off, at most."""
    first = changed[0]
    return Mark(
        "the arguments stay as they were",
        -min(1.0, got),
        0,
        f"The caller's {' and '.join(changed)} changed: `{first} += …`, `{first} -= …` and "
        f"`{first}[k] = …` write into the array that was handed in, and a path that was stored "
        f"step by step would show the last point only. Write `{first} = {first} + …`, or work on "
        f"`{first}.copy()`.",
    )


def _charged(name: str, slip: str, marks: list[Mark]) -> list[Mark]:
    """Return the marks with one for a slip of form: as many points off as the least part has.

    Where nothing is left to take off, the slip is told nonetheless.
    """
    least = min((mark.points for mark in marks if mark.points > 0), default=0.0)
    return [*marks, Mark(name, -least, 0, slip)]


def _once(marks: list[Mark]) -> list[Mark]:
    """Return the marks with no reason said twice."""
    said: set[str] = set()
    made = []
    for mark in marks:
        says = "For the same reason." if mark.says and mark.says in said else mark.says
        said.add(mark.says)
        made.append(replace(mark, says=says))
    return made


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def _same(one: Any, other: Any) -> bool:
    return not isinstance(one, np.ndarray) or np.array_equal(one, other, equal_nan=True)


def _numbers(value: Any) -> str:
    flat = np.ravel(value)
    text = ", ".join(f"{x:.4g}" for x in flat[:3])
    return text if flat.size == 1 else f"({text}{', …' if flat.size > 3 else ''})"
