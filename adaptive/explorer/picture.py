"""The first picture, drawn without JavaScript; and contours, which the page never draws itself."""

from __future__ import annotations

import html
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import plotting
from adaptive.explorer.ranges import Range
from adaptive.problems.base import Problem

Points = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Box:
    """A picture in its own pixels: its size, and where in it things are drawn."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float

    @property
    def view(self) -> str:
        """The whole picture, as SVG wants it."""
        return f"0 0 {self.width:g} {self.height:g}"

    @property
    def inner(self) -> str:
        """The inner part, as a nested picture that cuts off what is outside."""
        width, height = self.right - self.left, self.bottom - self.top
        return (
            f'x="{self.left:g}" y="{self.top:g}" width="{width:g}" height="{height:g}" '
            f'viewBox="{self.left:g} {self.top:g} {width:g} {height:g}"'
        )

    def x(self, share: Any) -> Any:
        """Return the pixel at a share of the width, from the left."""
        return self.left + np.asarray(share) * (self.right - self.left)

    def y(self, share: Any) -> Any:
        """Return the pixel at a share of the height, from the bottom."""
        return self.bottom - np.asarray(share) * (self.bottom - self.top)


LANDSCAPE = Box(400, 300, left=40, right=394, top=8, bottom=262)
CHART = Box(300, 146, left=44, right=288, top=8, bottom=126)
#: Beside a map there is more room for the charts.
WIDE_CHART = Box(400, 150, left=44, right=388, top=8, bottom=130)

#: How wide a digit of an axis is at most.
DIGIT = 7.5

#: How fine the grid is on which contours are computed, and how far they may be off, in pixels.
GRID = (161, 121)
TOLERANCE = 0.25


def backdrop(problem: Problem) -> str:
    """Return the contours of a problem, its axes and its minimum, as SVG."""
    (x_low, x_high), (y_low, y_high) = bounds_of(problem)
    x, y = np.linspace(x_low, x_high, GRID[0]), np.linspace(y_low, y_high, GRID[1])
    with np.errstate(all="ignore"):
        height = problem.loss(np.stack(np.meshgrid(x, y), axis=-1))
    height = np.where(np.isfinite(height), height, np.nanmax(height[np.isfinite(height)]))
    # Equal steps of the fourth root, as in the book's other figures.
    low, high = float(height.min()), float(height.max())
    levels = low + (high - low) * np.linspace(0, 1, 15)[1:-1] ** 4
    regions = below(height, levels, LANDSCAPE)
    paths = "".join(f'<path class="level" d="{d}"/>' for d in regions if d)
    marks = "" if problem.minimum is None else _minimum(problem.minimum, problem)
    return (
        f"<svg {LANDSCAPE.inner}>{paths}{marks}</svg>"
        + axis(LANDSCAPE, nice(x_low, x_high), x_low, x_high, "x")
        + axis(LANDSCAPE, nice(y_low, y_high), y_low, y_high, "y")
        + names(LANDSCAPE, "θ[0]", "θ[1]")
    )


def bounds_of(problem: Problem) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the part of the plane to show: the problem's own, or one around what is known."""
    if problem.bounds is not None:
        (x_low, x_high), (y_low, y_high) = problem.bounds
        return (float(x_low), float(x_high)), (float(y_low), float(y_high))
    known = [np.asarray(problem.start, dtype=np.float64)]
    known.append(known[0] * 0 if problem.minimum is None else np.asarray(problem.minimum))
    low, high = np.min(known, axis=0), np.max(known, axis=0)
    room = np.maximum(high - low, 1) / 2
    (x_low, y_low), (x_high, y_high) = (low - room).tolist(), (high + room).tolist()
    return (x_low, x_high), (y_low, y_high)


def below(height: Points, levels: Iterable[float], box: Box) -> list[str]:
    """Return the outlines of where a grid of heights lies below each level."""
    from contourpy import FillType, contour_generator

    rows, columns = height.shape
    x, y = box.x(np.linspace(0, 1, columns)), box.y(np.linspace(0, 1, rows))
    found: Any = contour_generator(x, y, height, fill_type=FillType.OuterOffset)
    floor = float(height.min()) - 1
    outlines = []
    for level in levels:
        d = ""
        polygons, offsets = found.filled(floor, level)
        for points, starts in zip(polygons, offsets, strict=True):
            for i, j in itertools.pairwise(starts):
                d += outline(points[i:j], closed=True)
        outlines.append(d)
    return outlines


def border(field: Points, level: float, box: Box) -> str:
    """Return the line on which a grid of numbers has some value."""
    from contourpy import contour_generator

    rows, columns = field.shape
    x, y = box.x(np.linspace(0, 1, columns)), box.y(np.linspace(0, 1, rows))
    found: Any = contour_generator(x, y, field)
    lines = found.lines(level)
    return "".join(outline(points) for points in lines if len(points) > 8)


def outline(points: Points, closed: bool = False) -> str:
    """Return a line through points as the data of an SVG path, without those that hardly matter."""
    points = _simplified(points[:-1]) if closed else _simplified(points)
    whole = np.round(points * 10).astype(int)
    moves = np.diff(whole, axis=0)
    d = "M" + _pair(whole[0])
    for move in moves:
        if move.any():
            d += "l" + _pair(move)
    return d + ("z" if closed else "")


def _simplified(points: Points) -> Points:
    """Return the points without which the line would be off by more than the tolerance."""
    kept = np.zeros(len(points), dtype=bool)
    kept[[0, -1]] = True
    parts = [(0, len(points) - 1)]
    while parts:
        first, last = parts.pop()
        if last - first < 2:
            continue
        start, way = points[first], points[last] - points[first]
        inner = points[first + 1 : last] - start
        length = np.hypot(*way)
        if length > 1e-9:
            share = np.clip(inner @ way / length**2, 0, 1)
            inner = inner - share[:, None] * way
        off = np.hypot(*inner.T)
        worst = int(off.argmax())
        if off[worst] > TOLERANCE:
            middle = first + 1 + worst
            kept[middle] = True
            parts += [(first, middle), (middle, last)]
    return points[kept]


def _pair(tenths: Any) -> str:
    x, y = (f"{value / 10:.7g}" for value in tenths)
    return f"{x},{y}" if not y.startswith("-") else f"{x}{y}"


# ------------------------------------------------------------------ axes


def nice(low: float, high: float) -> list[float]:
    """Return round numbers between two others."""
    from matplotlib.ticker import MaxNLocator

    found = MaxNLocator(6, steps=[1, 2, 5, 10]).tick_values(low, high)
    return [float(tick) for tick in found if low - 1e-12 <= tick <= high + 1e-12]


def written(value: float, digits: int = 3) -> str:
    """Return a number as axes show it, with a true minus."""
    if not np.isfinite(value):
        return "not a number" if np.isnan(value) else "∞" if value > 0 else "−∞"
    text = f"{float(f'{value:.{digits}g}'):.{digits + 2}g}"
    if value and not 1e-3 <= abs(value) < 1e5:
        mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
        mantissa = f"{float(mantissa):.{digits}g}"
        text = power_of_ten(int(exponent))
        if abs(float(mantissa)) != 1:
            text = f"{mantissa}·{text}"
        elif mantissa == "-1":
            text = f"-{text}"
    return text.replace("-", "−")


def power_of_ten(exponent: int) -> str:
    """Return a power of ten, written with its exponent."""
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def axis(box: Box, ticks: Iterable[float], low: float, high: float, which: str) -> str:
    """Return the numbers on one axis of a picture whose other side they stand on."""
    shares = [(tick, (tick - low) / (high - low)) for tick in ticks]
    return ticks_at(box, [(written(tick), share) for tick, share in shares], which)


def ticks_at(box: Box, ticks: Iterable[tuple[str, float]], which: str) -> str:
    """Return texts at shares of an axis."""
    parts = []
    for text, share in ticks:
        if which == "x":
            # All of it is in the picture, also at the end of an axis that ends near the edge.
            middle = min(float(box.x(share)), box.width - DIGIT * len(text) / 2)
            place = f'x="{middle:.1f}" y="{box.bottom + 14:g}" text-anchor="middle"'
        else:
            place = f'x="{box.left - 6:g}" y="{box.y(share) + 4:.1f}" text-anchor="end"'
        parts.append(f'<text class="tick" {place}>{text}</text>')
    return "".join(parts)


def names(box: Box, x: str, y: str) -> str:
    """Return the names of two axes, and the frame."""
    middle, height = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    width, tall = box.right - box.left, box.bottom - box.top
    return (
        f'<rect class="frame" fill="none" x="{box.left:g}" y="{box.top:g}" width="{width:g}" '
        f'height="{tall:g}"/>'
        f'<text class="axis" x="{middle:g}" y="{box.bottom + 32:g}" text-anchor="middle">{x}</text>'
        f'<text class="axis" transform="translate(11,{height:g}) rotate(-90)" '
        f'text-anchor="middle">{y}</text>'
    )


def _minimum(minimum: Any, problem: Problem) -> str:
    x, y = _to_pixels(np.asarray(minimum, dtype=np.float64), problem)
    return f'<path class="minimum" transform="translate({x:.1f},{y:.1f})" d="M-4-4L4,4M-4,4L4-4"/>'


def _to_pixels(theta: Points, problem: Problem) -> Points:
    """Return points of the plane as points of the picture."""
    (x_low, x_high), (y_low, y_high) = bounds_of(problem)
    x = LANDSCAPE.x((theta[..., 0] - x_low) / (x_high - x_low))
    y = LANDSCAPE.y((theta[..., 1] - y_low) / (y_high - y_low))
    return np.stack([x, y], axis=-1)


# ------------------------------------------------------------------ the first picture


@dataclass(frozen=True)
class Run:
    """One line of the picture: a rule's name and look, and its path up to the moment shown."""

    label: str
    look: str
    dashes: str | None
    theta: Points
    loss: Points
    gradient: Points


def landscape(problem: Problem, runs: Sequence[Run], start: Points, t: int) -> str:
    """Return the paths on the contours."""
    paths = ""
    for run in runs:
        pixels = np.clip(_to_pixels(run.theta[: t + 1], problem), -1e5, 1e5)
        pixels = pixels[np.isfinite(pixels).all(axis=-1)]
        x, y = pixels[-1]
        d = outline(pixels) if len(pixels) > 1 else ""
        paths += (
            f'<g class="rule" style="{run.look}"><path class="past" d="{d}"{_dashes(run)}/>'
            f'<circle class="now" cx="{x:.1f}" cy="{y:.1f}" r="5"/></g>'
        )
    x, y = _to_pixels(start, problem)
    label = f"Paths on the problem {problem.name}"
    return (
        f'<svg class="picture landscape" viewBox="{LANDSCAPE.view}" role="group" '
        f'aria-label="{html.escape(label)}">'
        f'<g class="backdrop" aria-hidden="true">{backdrop(problem)}</g>'
        f'<rect class="area" {_rect(LANDSCAPE)} aria-hidden="true"/>'
        f'<svg {LANDSCAPE.inner} aria-hidden="true" class="over"><g class="paths">{paths}</g></svg>'
        f'<g class="start" aria-hidden="true" transform="translate({x:.1f},{y:.1f})">'
        '<circle class="ring" r="5.5"/></g></svg>'
    )


def _rect(box: Box) -> str:
    width, height = box.right - box.left, box.bottom - box.top
    return f'x="{box.left:g}" y="{box.top:g}" width="{width:g}" height="{height:g}"'


def _dashes(run: Run) -> str:
    return f' stroke-dasharray="{run.dashes}"' if run.dashes else ""


def loss_chart(runs: Sequence[Run], floor: float, steps: int, box: Box = CHART) -> str:
    """Return the loss above its floor, on a log axis."""
    values = [run.loss - floor for run in runs]
    positive = np.concatenate([v[np.isfinite(v) & (v > 0)] for v in values] or [np.ones(1)])
    ceiling = 1e4 * max((float(v[0]) for v in values), default=1.0)
    high = min(float(positive.max(initial=1e-300)), max(ceiling, 1e-300))
    low = max(float(positive.min(initial=high)), high * 1e-18)
    if high / low < 10:
        low, high = low / 3, high * 3
    bottom, top = np.log10(low), np.log10(high)
    exponents = range(int(np.ceil(bottom)), int(np.floor(top)) + 1)
    every = max(1, -(-len(exponents) // 5))
    ticks = [(power_of_ten(e), (e - bottom) / (top - bottom)) for e in exponents if e % every == 0]
    with np.errstate(all="ignore"):
        heights = [(np.log10(np.clip(v, low, high)) - bottom) / (top - bottom) for v in values]
    return _chart("loss", "Loss against the step", runs, heights, ticks, steps, box)


def curves_chart(run: Run, values: Points, kind: str, steps: int, box: Box = CHART) -> str:
    """Return two coordinates of what a rule computes with, against the step from 1."""
    finite = values[np.isfinite(values)]
    low, high = min(0.0, float(finite.min(initial=0))), max(0.0, float(finite.max(initial=0)))
    room = 0.06 * (high - low) or 1.0
    low, high = low - room, high + room
    heights = [(np.concatenate([[np.nan], values[:, i]]) - low) / (high - low) for i in range(2)]
    ticks = [(written(tick), (tick - low) / (high - low)) for tick in nice(low, high)[::2]]
    lines = [
        Run(f"θ[{i}]", run.look, (None, "4 3")[i], run.theta, run.loss, run.gradient)
        for i in range(2)
    ]
    return _chart("curves", "Curves against the step", lines, heights, ticks, steps, box, kind)


def _chart(
    name: str,
    label: str,
    runs: Sequence[Run],
    heights: Sequence[Points],
    ticks: Sequence[tuple[str, float]],
    steps: int,
    box: Box,
    kind: str = "",
) -> str:
    grid = "".join(
        f'<path class="grid" d="M{box.left:g},{box.y(share):.1f}H{box.right:g}"/>'
        for _, share in ticks
    )
    frame = f"M{box.left:g},{box.top:g}V{box.bottom:g}H{box.right:g}"
    lines = ""
    for run, height in zip(runs, heights, strict=True):
        pixels = np.stack([box.x(np.arange(len(height)) / max(steps, 1)), box.y(height)], -1)
        pixels = np.clip(pixels[np.isfinite(pixels).all(axis=-1)], -1e5, 1e5)
        d = outline(pixels) if len(pixels) > 1 else ""
        lines += (
            f'<g class="rule {kind}" style="{run.look}">'
            f'<path class="line" d="{d}"{_dashes(run)}/></g>'
        )
    across = [(f"{t:g}", t / steps) for t in nice(0, steps) if t == int(t)] if steps else []
    return (
        f'<svg class="picture {name}" viewBox="{box.view}" role="img" aria-label="{label}">'
        f'<g class="axes">{grid}{ticks_at(box, ticks, "y")}{ticks_at(box, across, "x")}'
        f'<path class="frame" d="{frame}"/></g>'
        f'<svg {box.inner}><g class="lines">{lines}</g></svg></svg>'
    )


def pad(ranges: Sequence[Range], regions: str, labels: Sequence[tuple[str, float, float]]) -> str:
    """Return the map of two hyperparameters: regions, their names, and the point on them."""
    (x, y), box = ranges, LANDSCAPE
    texts = "".join(
        f'<text class="regime" x="{box.x(across):.1f}" y="{box.y(up):.1f}">{text}</text>'
        for text, across, up in labels
    )
    ticks = [[(written(tick), float(each.place(tick))) for tick in each.ticks()] for each in ranges]
    left, up = float(LANDSCAPE.x(x.place(x.value))), float(LANDSCAPE.y(y.place(y.value)))
    return (
        f'<svg class="picture pad" viewBox="{LANDSCAPE.view}" role="group" '
        f'aria-label="Map of {html.escape(x.label)} and {html.escape(y.label)}">'
        f'<g aria-hidden="true"><svg {LANDSCAPE.inner}>{regions}</svg>{texts}'
        f"{ticks_at(box, ticks[0], 'x')}{ticks_at(box, ticks[1], 'y')}"
        f"{names(LANDSCAPE, html.escape(x.label), html.escape(y.label))}"
        f'<rect class="area" {_rect(LANDSCAPE)}/></g>'
        f'<g class="point" aria-hidden="true" transform="translate({left:.1f},{up:.1f})">'
        '<circle class="ring" r="5.5"/></g></svg>'
    )


def swatch(mark: str, kind: str) -> str:
    """Return a small sample of a mark, for the key."""
    width = 8 if kind == "small" else 26
    return f'<svg class="swatch {kind}" viewBox="0 0 {width} 8" aria-hidden="true">{mark}</svg>'


def dashes_of(name: str) -> str | None:
    """Return an algorithm's dashes as SVG wants them; None for a line without."""
    pattern = plotting.DASHES.get(name) or ()
    return " ".join(f"{1.9 * part:.3g}" for part in pattern) or None
