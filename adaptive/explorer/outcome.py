"""What comes of a run of an opening, in numbers and in words; its twin is `page/outcome.js`."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive.explorer.picture import written

Points = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Outcome:
    """What comes of one run.

    Attributes
    ----------
    steps : int or None
        The step from which on the loss stays below the fraction asked for; None if none does.
    diverges : bool
        Whether the loss leaves for infinity, or has grown tenfold at the end.
    longest : float
        The longest step in a coordinate, among the steps that are drawn.
    """

    steps: int | None
    diverges: bool
    longest: float


def outcome_of(theta: Points, loss: Points, diverged: bool, within: float, drawn: int) -> Outcome:
    """Return what comes of a run, from its points and its losses over that of the start."""
    above = np.flatnonzero(~(loss < within))
    steps = int(above[-1]) + 1 if len(above) else 0
    moves = np.abs(np.diff(theta[: drawn + 1], axis=0))
    return Outcome(
        None if diverged or steps >= len(loss) else steps,
        bool(diverged or not loss[-1] <= 10),
        float(moves.max(initial=0.0)),
    )


FRACTIONS = {1e-1: "a tenth", 1e-2: "a hundredth", 1e-3: "a thousandth"}


def fraction(within: float) -> str:
    """Return a fraction in words."""
    return FRACTIONS.get(within, written(within))


def sentence(
    value: str, mark: str | None, run: Outcome, other: Outcome | None, words: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """Return in words what is seen, as pieces of text, each with how it is set.

    Parameters
    ----------
    value, mark : str
        Where the slider stands, and what that is called, if anything.
    run, other : Outcome
        What comes of the run, and of the one behind it.
    words : mapping
        What the page is told as well: ``symbol``, ``ghost``, ``fraction``, ``most``, ``unit``
        and ``counts``.
    """
    named = f" ({mark})" if mark and mark != value else ""
    symbol = words["symbol"]
    begin = [(symbol, "" if is_word(symbol) else "symbol"), (f" = {value}", "strong"), (named, "")]
    ghost, part, most = words["ghost"], words["fraction"], words["most"]
    if words["counts"] == "step":
        length = _length(run, words)
        rest = [(" makes steps of up to ", ""), (length, "strong"), (" in a coordinate", "")]
        if other:
            rest.append((f"; {ghost} of up to {_length(other, words)}", ""))
    elif run.diverges:
        rest = [(" diverges", "strong"), (": the loss grows without end", "")]
        rest.append((_behind(other, f"; {ghost} needs {{}} steps", ""), ""))
    elif run.steps is None:
        rest = [(" does not settle", "strong")]
        rest.append((f": after {most} steps the loss still rises above {part} of its start", ""))
        rest.append((_behind(other, f"; {ghost} needs {{}} steps", ""), ""))
    elif other and other.steps is not None and other.steps < run.steps:
        rest = [(" is slower", "strong"), (": ", ""), (_steps(run.steps), "strong")]
        rest.append((f" bring the loss to {part}; {ghost} needs only {other.steps}", ""))
    else:
        rest = [(f" brings the loss to {part} in ", ""), (_steps(run.steps), "strong")]
        never = f"; {ghost} is not there after {most}"
        rest.append((_behind(other, f"; {ghost} needs {{}}", never), ""))
    return [(text, kind) for text, kind in [*begin, *rest, (".", "")] if text]


def _behind(other: Outcome | None, found: str, never: str) -> str:
    if other is None:
        return ""
    return never if other.steps is None else found.format(other.steps)


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"


def _length(run: Outcome, words: Mapping[str, Any]) -> str:
    unit = words["unit"]
    return f"{written(run.longest / unit, 2)} η" if unit else written(run.longest, 2)


def speed(run: Outcome, most: int) -> float:
    """Return how fast a run is, from 0 to 1, for the colour of the rail."""
    if run.diverges or run.steps is None:
        return 0.0
    return float(np.clip(np.log(most / max(run.steps, 1)) / np.log(most / 5), 0, 1))


def is_word(name: str) -> bool:
    """Return whether what a slider changes is called by a word, and not by a symbol.

    Examples
    --------
    >>> is_word("share"), is_word("β₂"), is_word("q")
    (True, False, False)
    """
    return len(name) > 1 and name.isascii()


def pieces(parts: Sequence[tuple[str, str]]) -> str:
    """Return a sentence as HTML."""
    tags = {"strong": "b", "symbol": "i"}
    made = ""
    for text, kind in parts:
        tag = tags.get(kind)
        quoted = html.escape(text, quote=False)
        made += f"<{tag}>{quoted}</{tag}>" if tag else quoted
    return made
