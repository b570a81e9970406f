"""The picture of an opening before any script: what `page/opening.js` draws, drawn by Python.

Each function here has its twin there, and a test holds them together. Where names and numbers
stand, `labels` says.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive.explorer import labels
from adaptive.explorer.outcome import Outcome, is_word, speed
from adaptive.explorer.picture import GRID, Box, below, power_of_ten, written
from adaptive.problems.base import Problem

Points = npt.NDArray[np.floating]
Bounds = tuple[tuple[float, float], tuple[float, float]]

#: The picture in its own pixels: its width, and between which heights it takes the problem's shape.
WIDTH, LOWEST, HIGHEST = 688, 236, 276
#: On a phone it is cropped to this shape, not shrunk.
PHONE = 358 / 224
#: One scale on both axes shows more of the plane than was asked for, at most so many times more.
MOST_ROOM = 4.0
#: The height of the loss curve in its pixels, and the logarithm of how far above its start it goes.
CURVE, ABOVE = 64, 0.4
#: Far outside of the picture all points are as good as each other.
OUTSIDE = 1e5


@dataclass(frozen=True)
class Stage:
    """A part of the plane as a picture.

    Attributes
    ----------
    height : float
        The height of the picture, which is `WIDTH` wide.
    bounds : pair of pairs
        What it shows of the plane.
    equal : bool
        Whether both axes have one scale.
    window : pair of float
        Which part of the width a phone shows.
    """

    height: float
    bounds: Bounds
    equal: bool
    window: tuple[float, float]

    def pixels(self, theta: Any) -> Points:
        """Return points of the plane as points of the picture."""
        (left, right), (bottom, top) = self.bounds
        theta = np.asarray(theta, dtype=np.float64)
        x = (theta[..., 0] - left) * (WIDTH / (right - left))
        y = (top - theta[..., 1]) * (self.height / (top - bottom))
        return np.stack([x, y], axis=-1)

    @property
    def align(self) -> str:
        """What a phone keeps of the width, as SVG wants it."""
        low, high = self.window
        return "xMid" if (low > 0) == (high < WIDTH) else "xMax" if low else "xMin"

    def as_dict(self) -> dict[str, Any]:
        """Return what the page is told."""
        return {
            "width": WIDTH,
            "height": self.height,
            "bounds": self.bounds,
            "window": list(self.window),
        }


def stage_of(
    bounds: Bounds, seen: Sequence[Any], heights: tuple[int, int] = (LOWEST, HIGHEST)
) -> Stage:
    """Return the picture of a part of the plane; ``seen`` are points that a phone has to show."""
    (left, right), (bottom, top) = bounds
    height = float(np.clip(round(WIDTH * (top - bottom) / (right - left)), *heights))
    room = (right - left) / (top - bottom) / (WIDTH / height)
    equal = 1 / MOST_ROOM <= room <= MOST_ROOM
    if equal:
        across, up = (1 / room, 1.0) if room < 1 else (1.0, room)
        bounds = (_widened(left, right, across), _widened(bottom, top, up))
    shown = round(height * PHONE)
    whole = Stage(height, bounds, equal, (0, WIDTH))
    x = np.array([whole.pixels(point)[0] for point in seen])
    for start in (0, (WIDTH - shown) // 2, WIDTH - shown):
        if x.min() >= start + 24 and x.max() <= start + shown - 24:
            return Stage(height, bounds, equal, (start, start + shown))
    return whole


def _widened(low: float, high: float, by: float) -> tuple[float, float]:
    middle, half = (low + high) / 2, (high - low) / 2 * by
    return float(middle - half), float(middle + half)


def tenths(values: Any) -> Points:
    """Return numbers rounded as the page rounds them: halves upwards, nothing far outside."""
    with np.errstate(all="ignore"):
        kept = np.clip(np.asarray(values, dtype=np.float64), -OUTSIDE, OUTSIDE)
        return np.floor(kept * 10 + 0.5) / 10


def contours(problem: Problem, stage: Stage, batch: Any) -> str:
    """Return the contours of a problem, as SVG; of one that moves, where it is at the end."""
    (left, right), (bottom, top) = stage.bounds
    plane = np.stack(
        np.meshgrid(np.linspace(left, right, GRID[0]), np.linspace(bottom, top, GRID[1])), axis=-1
    )
    with np.errstate(all="ignore"):
        height = problem.loss(plane) if batch is None else problem.loss_on(plane, batch)
    height = np.where(np.isfinite(height), height, np.nanmax(height[np.isfinite(height)]))
    low, high = float(height.min()), float(height.max())
    levels = low + (high - low) * np.linspace(0, 1, 15)[1:-1] ** 4
    box = Box(WIDTH, stage.height, 0, WIDTH, 0, stage.height)
    return "".join(f'<path class="level" d="{d}"/>' for d in below(height, levels, box) if d)


# ------------------------------------------------------------------ lines


def line(points: Points) -> str:
    """Return a line as the data of an SVG path, without points that fall on the one before."""
    finite = np.isfinite(points).all(axis=-1)
    kept = _thinned(points[: len(points) if finite.all() else finite.argmin()], 0.4, keep_last=True)
    return "".join(f"{'L' if i else 'M'}{_pair(point)}" for i, point in enumerate(kept))


def dots(points: Points) -> str:
    """Return a dot at each point, as lines without length."""
    seen = points[(np.abs(points) < OUTSIDE).all(axis=-1)]
    return "".join(f"M{_pair(point)}h0" for point in _thinned(seen, 2, keep_last=False))


def _thinned(points: Points, near: float, keep_last: bool) -> Points:
    kept: list[Any] = []
    for i, point in enumerate(points):
        last = keep_last and i == len(points) - 1
        if last or not kept or np.abs(point - kept[-1]).sum() >= near:
            kept.append(point)
    return np.array(kept).reshape(-1, 2)


def _pair(point: Points) -> str:
    return ",".join(map(_short, tenths(point)))


def _short(value: Any) -> str:
    return f"{float(value):.10g}"


# ------------------------------------------------------------------ the loss curve and the dial


def heights(loss: Points, within: float) -> Points:
    """Return losses over that of the start as heights of the curve, logarithmically."""
    low = 2 * np.log10(within)
    with np.errstate(all="ignore"):
        logs = np.log10(np.maximum(loss, 1e-300))
    return tenths((ABOVE - np.clip(logs, low - 1, ABOVE + 1)) / (ABOVE - low) * CURVE)


def curve_line(loss: Points, within: float) -> str:
    """Return the losses as the data of an SVG path, one unit a step."""
    up = heights(loss, within)
    return "".join(f"{'L' if t else 'M'}{t},{_short(y)}" for t, y in enumerate(up))


def curve(steps: int, within: float, lines: str, crossings: str) -> str:
    """Return the frame of the loss curve with what is in it."""
    levels = [(1.0, "1"), (within, f"1/{1 / within:g}"), (within**2, "")]
    levels[2] = (within**2, power_of_ten(round(2 * np.log10(within))))
    grid = texts = ""
    for level, text in levels:
        (up,) = heights(np.array([level]), within)
        kind = "threshold" if level == within else "grid"
        grid += f'<path class="{kind}" d="M0,{_short(up)}H{steps}"/>'
        texts += f'<span class="level-name" style="top:{_short(up)}px">{text}</span>'
    for t in ticks(steps):
        name = f"step {t}" if t == 0 else f"{t}"
        texts += f'<span class="step-name" style="left:{_short(100 * t / steps)}%">{name}</span>'
    return (
        '<div class="curve" role="img" aria-label="Loss over that of the start, against the step">'
        f'<div class="plot"><svg viewBox="0 0 {steps} {CURVE}" preserveAspectRatio="none" '
        f'aria-hidden="true">{grid}<g class="lines">{lines}</g><path class="cursor"/></svg>'
        f'{texts}<div class="crossings">{crossings}</div></div></div>'
    )


def ticks(steps: int) -> list[int]:
    """Return a few round steps, the first and almost the last among them."""
    every = next(unit for unit in (1, 2, 5, 10, 20, 50, 100, 200, 500) if steps <= 4 * unit)
    return list(range(0, steps + 1, every))


def crossings(runs: Sequence[tuple[Outcome, Points, str, str]], steps: int, within: float) -> str:
    """Return the steps at which runs cross the threshold, each written there.

    Parameters
    ----------
    runs : sequence of (Outcome, losses, kind, look)
        The runs, the first of which has its number above the threshold if there is room.
    steps : int
        How many steps are drawn.
    within : float
        The threshold.

    Returns
    -------
    str
        Their marks. Where two cross at one step it is written once.
    """
    (up,) = heights(np.array([within]), within)
    drawn = [(run.steps, heights(loss[: steps + 1], within)) for run, loss, *_ in runs]
    numbers = labels.beside_curves(drawn, steps, float(up), CURVE)
    found = ""
    for (run, _, kind, look), number in zip(runs, numbers, strict=True):
        if number is None or run.steps is None:
            continue
        left = "" if number.beyond else f"left:{_short(100 * run.steps / steps)}%;"
        found += (
            f'<span class="crossing {number.kind}rule {kind}" '
            f'style="{left}top:{_short(number.top)}px;{look}"><b>{number.text}</b></span>'
        )
    return found


def paint(index: int, run: Outcome, most: int) -> str:
    """Return the colour of the rail at one stop of the slider."""
    kind = "lost" if run.diverges else "been"
    share = round(100 * speed(run, most))
    return (
        f'<rect class="{kind}" x="{index - 0.5:g}" width="1.02" height="10" style="--v:{share}%"/>'
    )


def dial(
    label: str, stops: Sequence[float], marks: Mapping[int, str], at: int, paint: str, look: str
) -> str:
    """Return the slider, on a rail that is painted where it stands, with names below some stops."""
    last = len(stops) - 1
    words, _, symbol = label.rpartition(" ")
    face = "{}" if is_word(symbol) else "<i>{}</i>"
    named = f"{html.escape(words)} {face.format(html.escape(symbol))}".strip()
    notches = "".join(f'<span class="notch" style="--at:{i / last:.10g}"></span>' for i in marks)
    texts = "".join(
        f'<span class="stop-name {_side(i / last)}" style="--at:{i / last:.10g}">'
        f"{html.escape(text)}</span>"
        for i, text in _stop_names(stops, marks)
    )
    return (
        f'<label class="dial rule" style="{look}"><span class="dial-name">{named}</span>'
        f'<span class="rail"><svg viewBox="0 0 {last} 10" preserveAspectRatio="none" '
        f'aria-hidden="true"><rect class="bed" width="{last}" height="10"/>'
        f'<g class="paint">{paint}</g></svg>'
        f'<input type="range" min="0" max="{last}" step="1" value="{at}" '
        f'autocomplete="off" disabled>{notches}{texts}</span>'
        f'<span class="dial-value" aria-hidden="true">{written(stops[at], 6)}</span></label>'
    )


def _stop_names(stops: Sequence[float], marks: Mapping[int, str]) -> list[tuple[int, str]]:
    """Return what stands below the rail: what was given, and the ends that are not near it."""
    last = len(stops) - 1
    ends = [(i, written(stops[i], 6)) for i in (0, last)]
    apart = [end for end in ends if all(abs(end[0] - at) > last / 8 for at in marks)]
    return [*apart, *marks.items()]


def _side(share: float) -> str:
    """Return how a text stands below the rail: not beyond its ends."""
    return "first" if share < 0.1 else "last" if share > 0.9 else ""
