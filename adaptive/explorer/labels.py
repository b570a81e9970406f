"""Where names and numbers stand in pictures: where they cover least of what is drawn.

Each function here has its twin in `page/labels.js`, and a test holds them together.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from adaptive.explorer.stage import Stage

Points = npt.NDArray[np.floating]

#: A text that stands somewhere: its left end, its baseline, and its width.
Text = tuple[float, float, float]

#: About how wide letters are, and how high a line, in the picture; with room for a phone's.
NARROW, LETTER, WIDE, LINE = 5.0, 8.5, 13.0, 14
#: What a short screen crops of the picture, above and below; names stand inside of it.
EDGE = 22
#: A name stands beside one of so many first points of its line.
PLACES = 40
#: How far apart the points are that it should leave free, and how many a step has at most.
APART, PARTS = 10.0, 8
#: What it costs to cover one such point, and a text that stands already.
COVERS, OVERLAPS = 6, 300
#: How wide "drag me" is.
HINT = 56.0
#: How wide the loss curve is on a phone; what a number leaves free there it does where it is wider.
PLOT = 298.0
#: How wide a digit of its numbers is, and how high they are.
DIGIT, TALL = 8, 14


def width_of(text: str) -> float:
    """Return about how wide a text is in the picture."""
    return sum(WIDE if c in "mwMW" else NARROW if c in "fijlt .,'" else LETTER for c in text)


def covered(lines: Sequence[Points]) -> Points:
    """Return points all along some lines, which texts should leave free: none twice."""
    found: list[tuple[float, float]] = []
    for points in lines:
        last = (np.inf, np.inf)
        for (x, y), (to_x, to_y) in itertools.pairwise(points.tolist()):
            parts = min(PARTS, int(np.ceil((abs(to_x - x) + abs(to_y - y)) / APART)))
            for k in range(1, parts + 1):
                at = (x + k / parts * (to_x - x), y + k / parts * (to_y - y))
                if abs(at[0] - last[0]) + abs(at[1] - last[1]) >= APART / 2:
                    found.append(at)
                    last = at
    return np.array(found).reshape(-1, 2)


def within(free: Points, left: float, top: float, right: float, bottom: float) -> int:
    """Return how many points lie in a box."""
    x, y = free[:, 0], free[:, 1]
    return int(((x > left) & (x < right) & (y > top) & (y < bottom)).sum())


def _covers(free: Points, x: float, y: float, width: float) -> int:
    """Return how many points a text covers, with some room around it."""
    return within(free, x - 5, y - LINE - 3, x + width + 5, y + 6)


def place(
    points: Points, text: str, stage: Stage, taken: Sequence[Text], free: Points
) -> tuple[float, float] | None:
    """Return where a name stands beside its line: where it covers least of what is drawn.

    Parameters
    ----------
    points : ndarray, shape (n, 2)
        The line.
    text : str
        The name.
    stage : Stage
        The picture.
    taken : sequence of (left, baseline, width)
        The texts that stand already.
    free : ndarray, shape (m, 2)
        Points that should stay free.

    Returns
    -------
    pair of float, or None
        The left end of its baseline; None where there is no room.
    """
    width = width_of(text)
    sides = [
        (9, -9), (-width - 9, -9), (9, LINE + 3), (-width - 9, LINE + 3),
        (-width / 2, -12), (-width / 2, LINE + 8),
    ]  # fmt: skip
    low, high = stage.window
    best, least = None, np.inf
    for i, point in enumerate(points[1:PLACES], start=1):
        for across, up in sides:
            x, y = float(point[0] + across), float(point[1] + up)
            if x < low + 8 or x + width > high - 8:
                continue
            if y - LINE < EDGE or y > stage.height - EDGE:
                continue
            cost = 0.35 * i + COVERS * _covers(free, x, y, width)
            for left, base, wide in taken:
                if x < left + wide + 8 and x + width > left - 8 and abs(y - base) < LINE + 6:
                    cost += OVERLAPS
            if cost < least:
                best, least = (x, y), cost
    return best


def hint(start: Points, stage: Stage, free: Points) -> Text:
    """Return the room of "drag me": over the start, or below it where lines or the top are."""
    low, high = stage.window
    left = float(np.clip(start[0], low + 34, high - 34)) - HINT / 2
    above, below = float(start[1]) - 15, float(start[1]) + 28
    return left, _above_or_below(above, below, left, HINT, stage, free, prefers_above=True), HINT


def beside_place(point: Points, text: str, stage: Stage, free: Points) -> Text:
    """Return the room of the name of a place: below its cross, or above it where lines are."""
    width = width_of(text)
    left, above, below = float(point[0]) - width / 2, float(point[1]) - 11, float(point[1]) + 20
    return left, _above_or_below(above, below, left, width, stage, free, prefers_above=False), width


def _above_or_below(
    above: float,
    below: float,
    left: float,
    width: float,
    stage: Stage,
    free: Points,
    *,
    prefers_above: bool,
) -> float:
    """Return one of two baselines: in the picture, and where the text covers less."""
    if above - LINE < EDGE:
        return below
    if below > stage.height - EDGE:
        return above
    over, under = (_covers(free, left, base, width) for base in (above, below))
    return above if over < under or (over == under and prefers_above) else below


# ------------------------------------------------------------------ numbers beside curves


@dataclass(frozen=True)
class Number:
    """A number beside a curve.

    Attributes
    ----------
    text : str
        The number, with an arrow if its point is beyond the end.
    top : float
        The height of the point beside which it stands.
    below, before, beyond : bool
        Whether it stands below the point, to the left of it, and at the end of the curve.
    """

    text: str
    top: float
    below: bool
    before: bool
    beyond: bool

    @property
    def kind(self) -> str:
        """The classes of its element."""
        named = {"below": self.below, "before": self.before, "beyond": self.beyond}
        return "".join(f"{name} " for name, holds in named.items() if holds)


def beside_curves(
    runs: Sequence[tuple[int | None, Points]], steps: int, threshold: float, height: float
) -> list[Number | None]:
    """Return where the steps stand at which curves cross a height.

    Parameters
    ----------
    runs : sequence of (int or None, array)
        For each curve, the step at which it crosses, and its heights.
    steps : int
        How many steps the curves have.
    threshold, height : float
        The height that they cross, and how high the picture is.

    Returns
    -------
    list of Number or None
        None for a curve that does not cross, or at the step of one before it.
    """
    across = PLOT / steps
    lines = [np.stack([np.arange(len(up)) * across, up], axis=-1) for _, up in runs]
    free = covered(lines)
    taken = [
        (t * across - 5, threshold - 5, t * across + 5, threshold + 5)
        for t, _ in runs
        if t is not None and t <= steps
    ]
    found: list[Number | None] = []
    for i, (t, up) in enumerate(runs):
        if t is None or t in [other for other, _ in runs[:i]]:
            found.append(None)
            continue
        beyond = t > steps
        text = f"{t} →" if beyond else f"{t}"
        wide = DIGIT * len(text)
        x, y = (PLOT, float(up[-1])) if beyond else (t * across, threshold)
        best, least, box = None, np.inf, taken[:0]
        for below in (False, True):
            for before in (True,) if beyond else (False, True):
                left = x - wide - (0 if beyond else 6) if before else x + 6
                top = y + 5 if below else y - 4 - TALL
                right, bottom = left + wide, top + TALL
                if left < 0 or right > PLOT + 8 or top < -5 or bottom > height + 3:
                    continue
                cost = 3 * (below != (i > 0)) + 3 * before
                cost += COVERS * within(free, left - 3, top - 1, right + 3, bottom + 1)
                cost += 3 * (top + 2 < threshold < bottom - 2)
                for a, b, c, d in taken:
                    cost += OVERLAPS * (left < c and right > a and top < d and bottom > b)
                if cost < least:
                    best, least = Number(text, y, below, before and not beyond, beyond), cost
                    box = [(left, top, right, bottom)]
        found.append(best)
        taken += box
    return found
