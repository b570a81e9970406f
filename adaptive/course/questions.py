"""Questions that can be marked: code, numbers, choices, predictions.

A question is marked part by part. A part of an answer in code is an equation:
what it should give is computed from what the student's function was handed and
from what it returned for the parts before. So one mistake is charged once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from adaptive.course.calling import Mishap, call, standing_in, uses_package

#: Agreement asked for, relative to the largest element: wide enough for float32. The
#: random problems are such that a mistake shows far above it.
TOLERANCE = 1e-4

#: Agrees with no answer, not even with nan.
_NOTHING = np.empty((0, 0, 0))

#: From what a function was handed and what it returned: the value of a part.
Formula = Callable[[SimpleNamespace, SimpleNamespace], Any]


@dataclass(frozen=True)
class Mark:
    """What one part of an answer got, and why.

    Attributes
    ----------
    name : str
        The part.
    points, of : float
        Points got, and points to be had.
    says : str
        What to tell the student.
    """

    name: str
    points: float
    of: float
    says: str = ""


class Question(Protocol):
    """Anything with points that can be marked."""

    @property
    def points(self) -> float:
        """The points to be had."""

    def marks(self, answer: Any, rng: np.random.Generator) -> list[Mark]:
        """Return a mark for each part, or raise `Mishap`."""


@dataclass(frozen=True)
class Mistake:
    """A typical wrong formula for a part, and what to say to whoever wrote it."""

    says: str
    value: Formula


@dataclass(frozen=True)
class Part:
    """One equation of an answer in code.

    Parameters
    ----------
    name : str
        The property: "the velocity".
    points : float
        What it is worth.
    of : str
        The returned value that it is about.
    expected : callable, optional
        The right value, from the inputs ``i`` and the outputs ``o`` of one call.
    holds : callable, optional
        In place of ``expected``: whether a property holds.
    reminder : str
        What to say if no mistake is recognised.
    mistakes : tuple of Mistake
        Wrong formulas, recognised by name.
    accepts : tuple of callable
        Other right values: what follows from a mistake that an earlier part is charged for.
    draw : callable, optional
        Draws the inputs on which this part is marked, if not the question's.
    """

    name: str
    points: float
    of: str
    expected: Formula | None = None
    holds: Formula | None = None
    reminder: str = ""
    mistakes: tuple[Mistake, ...] = ()
    accepts: tuple[Formula, ...] = ()
    draw: Callable[[np.random.Generator], dict[str, Any]] | None = None


def follows(of: str, mistaken: Formula, then: Formula) -> Formula:
    """Return a formula for `Part.accepts`: ``then``, if ``of`` was mistaken in that way."""
    return lambda i, o: then(i, o) if _close(getattr(o, of), mistaken(i, o)) else _NOTHING


@dataclass(frozen=True)
class _Call:
    """One call of a student's function: where it stood, what went in, what came out."""

    problem: int
    step: int
    i: SimpleNamespace
    o: SimpleNamespace


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
    renew : callable, optional
        Draws the inputs that change from step to step.
    calls : int
        Steps made on each problem.
    defaults : dict
        Usual values of hyperparameters, to notice when they are written into the function.
    problems : int
        Random problems.
    observe : callable, optional
        Returns more to mark, by name, from the inputs after the call: where a
        function that was handed in was asked.
    called : dict
        What reports call a returned value, if not by its name.
    given : dict
        Right versions of earlier answers, by name. If the function calls its
        author's own, these stand in.
    by_hand : bool
        Whether the function may not call the package.
    """

    arguments: tuple[str, ...]
    returns: tuple[str, ...]
    parts: tuple[Part, ...]
    draw: Callable[[np.random.Generator], dict[str, Any]]
    renew: Callable[[np.random.Generator, dict[str, Any]], dict[str, Any]] | None = None
    calls: int = 6
    defaults: Mapping[str, float] = field(default_factory=dict)
    problems: int = 3
    observe: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    called: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    by_hand: bool = True

    @property
    def points(self) -> float:
        """The points of all parts."""
        return sum(part.points for part in self.parts)

    def marks(self, answer: Any, rng: np.random.Generator) -> list[Mark]:
        """Run the function and mark its equations."""
        if not callable(answer):
            raise Mishap(f"must be a function, and is {_short(answer)}")
        with standing_in(answer, self.given):
            return self._marks(answer, rng)

    def _marks(self, answer: Callable[..., Any], rng: np.random.Generator) -> list[Mark]:
        inputs = self._first(self.draw, rng)
        if self.by_hand and uses_package(answer, self._handed(inputs)):
            raise Mishap(
                "lets the package do the work. The package is right, of course; but the lines of "
                "the equation are the exercise. Write them with numpy, and keep the package to "
                "compare with in a cell of your own"
            )
        if not self._repeats(answer, inputs):
            raise Mishap(
                "gives another result when it is called again with the same arguments: does it "
                "remember something from one call to the next? All that it needs comes in as "
                "arguments"
            )
        # In the order of the parts: a set's order would change from one Python to the next.
        draws = dict.fromkeys(part.draw for part in self.parts)
        runs = {draw: self._run(answer, draw, rng) for draw in draws}
        constant = self._constant([made for calls, _ in runs.values() for made in calls])
        marks = [
            Mark(part.name, 0, part.points, f"{part.of} is the same whatever goes in.")
            if part.holds is not None and part.of in constant
            else self._mark(part, runs[part.draw][0])
            for part in self.parts
        ]
        changed = sorted(set().union(*(names for _, names in runs.values())))
        if changed:
            marks.append(_damage(changed, sum(mark.points for mark in marks)))
        return marks

    def _constant(self, calls: list[_Call]) -> set[str]:
        """Return the names of the outputs that are the same in all calls, and finite."""
        outputs = {name: [getattr(made.o, name) for made in calls] for name in self.returns}
        return {
            name
            for name, (first, *others) in outputs.items()
            if others and np.isfinite(first).all() and all(_close(o, first) for o in others)
        }

    def _first(self, draw: Any, rng: np.random.Generator) -> dict[str, Any]:
        inputs = (draw or self.draw)(rng)
        return self._renewed(inputs, rng)

    def _renewed(self, inputs: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        return inputs | (self.renew(rng, inputs) if self.renew else {})

    def _handed(self, inputs: dict[str, Any]) -> dict[str, Any]:
        return {name: _copy(inputs[name]) for name in self.arguments}

    def _repeats(self, answer: Any, inputs: dict[str, Any]) -> bool:
        once, again = (self.outputs(call(answer, self._handed(inputs))) for _ in range(2))
        return all(_same(once[name], again[name]) for name in self.returns)

    def _run(
        self, answer: Any, draw: Any, rng: np.random.Generator
    ) -> tuple[list[_Call], set[str]]:
        """Return all calls, and the names of the arguments that the function changed."""
        made: list[_Call] = []
        changed: set[str] = set()
        for problem in range(1, self.problems + 1):
            inputs = self._first(draw, rng)
            for step in range(1, self.calls + 1):
                handed = self._handed(inputs)
                try:
                    outputs = self.outputs(call(answer, handed))
                except Mishap as mishap:
                    where = "" if not made else f", at step {step} of random problem {problem}"
                    raise Mishap(f"{mishap}{where}") from None
                if self.observe:
                    outputs |= self.observe(inputs)
                changed |= {name for name in handed if not _same(handed[name], inputs[name])}
                made.append(
                    _Call(problem, step, SimpleNamespace(**inputs), SimpleNamespace(**outputs))
                )
                state = [name for name in self.returns if name in inputs]
                carried = {name: _spread(outputs[name], inputs[name]) for name in state}
                if any(value is None for value in carried.values()):
                    break  # a wrong shape, of which its part tells: nobody can go on from there
                inputs = self._renewed(inputs | carried, rng)
        return made, changed

    def outputs(self, result: Any) -> dict[str, npt.NDArray[np.float64]]:
        """Return what a student's function returned, by name, as copies; or raise `Mishap`."""
        names = self.returns
        wanted = names[0] if len(names) == 1 else f"({', '.join(names)})"
        if result is None:
            raise Mishap(f"returns nothing: its last line should be `return {', '.join(names)}`")
        if isinstance(result, Mapping) and set(names) <= set(result):
            result = [result[name] for name in names]
        if len(names) == 1 and not (isinstance(result, tuple | list) and len(result) == 1):
            result = (result,)
        if not isinstance(result, tuple | list | np.ndarray) or len(result) != len(names):
            raise Mishap(f"must return {wanted}, and returns {_short(result)}")
        try:
            return {n: np.array(r, np.float64) for n, r in zip(names, result, strict=True)}
        except (TypeError, ValueError):
            raise Mishap(
                f"must return numbers for {wanted}, and returns {_short(result)}"
            ) from None

    def _mark(self, part: Part, calls: list[_Call]) -> Mark:
        if part.holds is not None:
            return self._mark_property(part, calls)
        right = [self._values(part, call) for call in calls]
        got = [getattr(call.o, part.of) for call in calls]
        wrong = [k for k in range(len(calls)) if not any(_close(got[k], r) for r in right[k])]
        if not any(np.isfinite(value).any() for value in got):
            wrong = list(range(len(calls)))  # what follows from nan is nan, right or not
        if not wrong:
            return Mark(part.name, part.points, part.points)
        first = calls[wrong[0]]
        says = self._where(part, first, got[wrong[0]], right[wrong[0]][0])
        return Mark(part.name, 0, part.points, f"{says} {self._why(part, calls, wrong)}".strip())

    def _mark_property(self, part: Part, calls: list[_Call]) -> Mark:
        assert part.holds is not None
        for made in calls:
            holds = _tried(part.holds, made)
            if holds is _NOTHING or not holds:
                says = f"It fails first at {self._place(made)}."
                return Mark(part.name, 0, part.points, f"{says} {part.reminder}".strip())
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
        return f"step {made.step}" if self.calls > 1 else f"random problem {made.problem}"

    def _where(self, part: Part, made: _Call, got: Any, right: Any) -> str:
        place, right = self._place(made), np.asarray(right, np.float64)
        name = self.called.get(part.of, part.of)
        if got.shape != right.shape:
            return f"{name} has shape {got.shape} and should have {right.shape}."
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

    def _why(self, part: Part, calls: list[_Call], wrong: list[int]) -> str:
        """Return the likely reason: a known mistake, or what can be said in general."""
        got = [getattr(call.o, part.of) for call in calls]
        assert part.expected is not None
        with np.errstate(all="ignore"):
            value = np.asarray(_tried(part.expected, calls[wrong[0]]))
        if value.size and not np.isfinite(value).any():
            return part.reminder  # from nan every formula makes nan
        for mistake in (*part.mistakes, *self._general(part)):
            with np.errstate(all="ignore"):
                values = [_tried(mistake.value, call) for call in calls]
            if all(_close(g, value) for g, value in zip(got, values, strict=True)):
                return mistake.says
        first = calls[wrong[0]]
        return f"{self._ratio(part, first)}{part.reminder}"

    def _general(self, part: Part) -> list[Mistake]:
        """Return the mistakes that can be made in any equation."""
        assert part.expected is not None
        made = []
        for name, value in self.defaults.items():
            says = f"{name} is fixed at {value:g} inside the function: use the argument {name}."
            made.append(Mistake(says, _with(part.expected, name, value)))
        if part.of in self.arguments:
            says = f"{part.of} comes back as it went in: is the new value computed and returned?"
            made.append(Mistake(says, lambda i, o: getattr(i, part.of)))
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
        if not np.isfinite(factors[0]) or not _close(factors, np.full_like(factors, factors[0])):
            return ""
        if np.isclose(factors[0], -1):
            return "It has the wrong sign. "
        what = "The step" if part.of == "theta" else "It"
        return f"{what} is {factors[0]:.3g} times what it should be. "


@dataclass(frozen=True)
class Number:
    """A number to find.

    Parameters
    ----------
    points : float
        What it is worth.
    right : callable
        Returns the right value.
    rtol : float
        Allowed relative difference: as much as a reader of a figure needs.
    reminder : str
        Where to look, for an answer that is not recognised.
    mistakes : tuple of (callable, str)
        Values that typical mistakes lead to, and what to say.
    """

    points: float
    right: Callable[[], float]
    rtol: float = 0.01
    reminder: str = ""
    mistakes: tuple[tuple[Callable[[], float], str], ...] = ()

    def marks(self, answer: Any, rng: np.random.Generator) -> list[Mark]:
        """Compare the number."""
        value, right = _number(answer), self.right()
        if abs(value - right) <= self.rtol * abs(right):
            return [Mark("the number", self.points, self.points)]
        for wrong, says in self.mistakes:
            if abs(value - wrong()) <= self.rtol * abs(wrong()):
                return [Mark("the number", 0, self.points, says)]
        size = "too large" if value > right else "too small"
        return [Mark("the number", 0, self.points, f"{value:g} is {size}. {self.reminder}".strip())]


@dataclass(frozen=True)
class Choice:
    """One of a few answers to choose from.

    Parameters
    ----------
    points : float
        What it is worth.
    right : str
        The right one.
    wrong : dict of str
        The others, and what to say to each.
    """

    points: float
    right: str
    wrong: Mapping[str, str]

    def marks(self, answer: Any, rng: np.random.Generator) -> list[Mark]:
        """Compare the choice; upper and lower case and blanks do not matter."""
        options = {_plain(option): option for option in (self.right, *self.wrong)}
        if not isinstance(answer, str) or _plain(answer) not in options:
            listed = ", ".join(f'"{option}"' for option in sorted(options.values()))
            raise Mishap(f"must be one of {listed}, and is {_short(answer)}")
        chosen = options[_plain(answer)]
        if chosen == self.right:
            return [Mark(chosen, self.points, self.points)]
        return [Mark(chosen, 0, self.points, self.wrong[chosen])]


@dataclass(frozen=True)
class Prediction:
    """A number written down before the experiment: it counts for having been made.

    Parameters
    ----------
    low, high : float
        What a serious prediction lies between.
    whole : bool
        Whether it counts something.
    points : float
        What it is worth.
    """

    low: float
    high: float
    whole: bool = False
    points: float = 1

    def marks(self, answer: Any, rng: np.random.Generator) -> list[Mark]:
        """Take the prediction down."""
        value = _number(answer)
        kind = "whole number" if self.whole else "number"
        if not self.low <= value <= self.high or (self.whole and value != int(value)):
            raise Mishap(
                f"must be a {kind} from {self.low:g} to {self.high:g}, and is {_short(answer)}"
            )
        says = f"{value:g} is noted. Run the experiment, and compare."
        return [Mark("a prediction was made", self.points, self.points, says)]


@dataclass(frozen=True)
class Table:
    """Several small questions answered in one dictionary.

    Parameters
    ----------
    rows : dict of Question
        A question for each key.
    """

    rows: Mapping[str, Question]

    @property
    def points(self) -> float:
        """The points of all rows."""
        return sum(row.points for row in self.rows.values())

    def marks(self, answer: Any, rng: np.random.Generator) -> list[Mark]:
        """Mark each row by itself."""
        if not isinstance(answer, Mapping):
            keys = ", ".join(f'"{key}"' for key in self.rows)
            raise Mishap(f"must be a dictionary with the keys {keys}, and is {_short(answer)}")
        marks = []
        for key, row in self.rows.items():
            if answer.get(key) is None or answer[key] is ...:
                marks.append(Mark(key, 0, row.points, "There is no answer yet."))
                continue
            try:
                marks += [
                    Mark(f"{key}: {mark.name}", mark.points, mark.of, mark.says)
                    for mark in row.marks(answer[key], rng)
                ]
            except Mishap as mishap:
                marks.append(Mark(key, 0, row.points, f"It {mishap}."))
        return marks


# --------------------------------------------------------------------------- helpers


def _tried(formula: Formula, made: _Call) -> Any:
    """Return a formula's value, which there is none of where a shape does not fit."""
    try:
        return formula(made.i, made.o)
    except (IndexError, TypeError, ValueError):
        return _NOTHING


def _spread(new: npt.NDArray[Any], old: Any) -> npt.NDArray[Any] | None:
    """Return a new state in the shape of the old one, or None if it does not fit."""
    try:
        return np.broadcast_to(new, np.shape(old)).copy() if np.ndim(old) else new
    except ValueError:
        return None


def _with(formula: Formula, name: str, value: float) -> Formula:
    """Return a formula in which one input is fixed."""
    return lambda i, o: formula(SimpleNamespace(**{**vars(i), name: value}), o)


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


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def _same(one: Any, other: Any) -> bool:
    return not isinstance(one, np.ndarray) or np.array_equal(one, other, equal_nan=True)


def _close(one: Any, other: Any) -> bool:
    one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
    if other.ndim and one.shape != other.shape:
        return False
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        return bool(np.allclose(one, other, rtol=TOLERANCE, atol=0, equal_nan=True))
    scale = max(float(np.max(np.abs(other), initial=0)), 1e-12)
    return bool(np.all(np.abs(one - other) <= TOLERANCE * scale))


def _number(answer: Any) -> float:
    try:
        value = np.asarray(answer, np.float64)
        if value.size == 1 and not isinstance(answer, bool | str) and np.isfinite(value).all():
            return float(value.ravel()[0])
    except (TypeError, ValueError):
        pass
    raise Mishap(f"must be one number, and is {_short(answer)}")


def _numbers(value: Any) -> str:
    flat = np.ravel(value)
    text = ", ".join(f"{x:.4g}" for x in flat[:3])
    return text if flat.size == 1 else f"({text}{', …' if flat.size > 3 else ''})"


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def _short(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."
