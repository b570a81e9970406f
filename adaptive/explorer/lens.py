"""The still of the lens: the arrows of one step, on one scale, where they are."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive.explorer import picture, typeset
from adaptive.explorer.labels import OVERLAPS, covered, within
from adaptive.explorer.stage import tenths
from adaptive.explorer.typeset import Row
from adaptive.problems.base import Problem
from adaptive.tracing.anatomy import PARTS

Points = npt.NDArray[np.float64]

#: What the script is told of the geometry, so that it draws what is drawn here. Sizes in the
#: lens's own pixels; `middle` is where the arrows come to lie, `share` how much of it they fill.
LAYOUT: dict[str, Any] = {
    "size": (400, 240),
    "middle": (0.38, 0.54),
    "share": (0.54, 0.66),
    "inset": (132, 84),
    "edge": 7,
    "grid": (51, 31),
    "ratio": 1.8,
    "depth": 1e-3,
    "inset_depth": 0.02,
    "least": 4,
}
#: What is farther out is as good as there.
FAR_OUT = 1e5
#: The height of a label, and the width of one letter of it.
LABEL_HEIGHT, LETTER = 18, 8.0
#: Where along its arrow a label may stand, and how much farther off than right beside it.
ALONG, OFF = (0.5, 0.3, 0.7, 0.1, 0.9), (0, 10, 20, 35, 60, 100, 160)
#: On which sides of its tip as well, beside the one it points to.
AROUND = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, -1.0], [0.0, 1.0]])
#: What it costs to be at the arrow's end, on the other side, around the tip, a pixel farther off;
#: and to cover a point of an arrow, or of another line.
ASIDE, ACROSS, AHEAD, FARTHER, COVERS_ARROW, COVERS_LINE = 10, 8, 6, 0.3, 20, 1.5


@dataclass(frozen=True)
class Window:
    """The part of the plane that is seen, with as many pixels for a unit on either axis."""

    zoom: float
    middle: Points

    def pixels(self, theta: npt.ArrayLike) -> Points:
        """Return points of the plane as points of the lens."""
        width, height = LAYOUT["size"]
        across, down = LAYOUT["middle"]
        x, y = np.moveaxis((np.asarray(theta) - self.middle) * self.zoom, -1, 0)
        return np.stack([across * width + x, down * height - y], axis=-1)

    def bounds(self) -> Points:
        """Return the least and the largest of each coordinate."""
        width, height = LAYOUT["size"]
        across, down = LAYOUT["middle"]
        x, y = self.middle
        left, bottom = x - across * width / self.zoom, y - (1 - down) * height / self.zoom
        return np.array([[left, left + width / self.zoom], [bottom, bottom + height / self.zoom]])


def window(points: npt.ArrayLike, bounds: Sequence[Sequence[float]]) -> Window:
    """Return the window that shows some points, in powers of √2 so that it does not breathe."""
    low, high = np.min(points, axis=0), np.max(points, axis=0)
    room = np.asarray(LAYOUT["share"]) * LAYOUT["size"]
    with np.errstate(all="ignore"):
        zoom = float(np.min(room / (high - low)))
    (left, right), _ = bounds
    if not (0 < zoom < math.inf):
        # Nothing moves: the whole plane.
        zoom = LAYOUT["size"][0] / (right - left)
    return Window(2 ** (math.floor(2 * math.log2(zoom)) / 2), (low + high) / 2)


def levels(low: float, high: float, depth: float) -> list[float]:
    """Return heights at which to draw contours: powers of one ratio, or of a root of it."""
    if not 0 < high < math.inf:
        return []
    low = max(low, depth * high)
    ratio = math.log(LAYOUT["ratio"])
    while True:
        first, last = math.ceil(math.log(low) / ratio), math.floor(math.log(high) / ratio)
        if last - first >= LAYOUT["least"] or ratio < 1e-7:
            return [math.exp(k * ratio) for k in range(first, last + 1)]
        ratio /= 2


def contours(
    problem: Problem,
    floor: float,
    bounds: Any,
    size: Sequence[float],
    depth: float = LAYOUT["depth"],
) -> str:
    """Return the contours in a part of the plane, as one SVG path."""
    from contourpy import contour_generator

    (left, right), (bottom, top) = bounds
    columns, rows = LAYOUT["grid"]
    x, y = np.linspace(left, right, columns), np.linspace(bottom, top, rows)
    with np.errstate(all="ignore"):
        height = problem.loss(np.stack(np.meshgrid(x, y), axis=-1)) - floor
    height = np.ma.masked_invalid(height)
    if height.mask.all():
        return ""
    width, tall = size
    found: Any = contour_generator(
        np.linspace(0, width, columns), np.linspace(tall, 0, rows), height
    )
    chosen = levels(float(height.min()), float(height.max()), depth)
    lines = (found.lines(level) for level in chosen)
    return "".join(picture.outline(line) for each in lines for line in each if len(line) > 1)


def floor_of(problem: Problem, known: float) -> float:
    """Return a height that no contour in the picture lies below."""
    (left, right), (bottom, top) = picture.bounds_of(problem)
    x, y = np.linspace(left, right, 41), np.linspace(bottom, top, 41)
    with np.errstate(all="ignore"):
        height = problem.loss(np.stack(np.meshgrid(x, y), axis=-1))
    return float(min(known, np.min(height, where=np.isfinite(height), initial=known)))


# ------------------------------------------------------------------ arrows and their labels


def corners(before: Points, parts: Mapping[str, Points]) -> dict[str, tuple[Points, Points]]:
    """Return from where to where each arrow goes: the parts tip to tail."""
    found, tip = {"step": (before, before + parts["step"])}, before
    for role in PARTS:
        if role in parts:
            found[role] = (tip, tip + parts[role])
            tip = found[role][1]
    return found


def arrow(role: str, start: Points, end: Points) -> str:
    """Return an arrow as SVG; its head is never longer than the arrow."""
    way = end - start
    length = float(np.hypot(*way))
    if not 0.1 < length < FAR_OUT:
        return _arrow(role, "", "", "")
    head = min(15 if role == "step" else 11, 0.6 * length)
    along = way / length
    base, side = end - along * head, np.array([-along[1], along[0]]) * head * 0.42
    tip = f"{_path(end, base + side, base - side)}Z"
    return _arrow(role, _path(start, base), tip, _path(start, end))


def _arrow(role: str, shaft: str, head: str, hit: str) -> str:
    return (
        f'<g class="part {role}" data-role="{role}"><path class="shaft" d="{shaft}"/>'
        f'<path class="head" d="{head}"/><path class="hit" d="{hit}"/></g>'
    )


def _path(*points: Points) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)


def width_of(row: Row) -> int:
    """Return about how wide a label is, in whole pixels, as the script is told."""
    return round(LETTER * sum(size * len(text) for text, _, size, _ in typeset.runs(row)))


def places(
    ends: Mapping[str, tuple[Points, Points]],
    widths: Mapping[str, float],
    taken: list[Any],
    lines: Sequence[npt.NDArray[np.floating]] = (),
) -> dict[str, Points]:
    """Return where the labels of arrows stand: outside of their triangle, upon nothing.

    Parameters
    ----------
    ends : dict of pairs of points
        From where to where each arrow goes.
    widths : dict of float
        How wide the labels are.
    taken : list of (x, y, half width, half height)
        What labels should not stand upon; they are added to it.
    lines : sequence of array, optional
        What else they should leave free.

    Returns
    -------
    dict of points
        The middle of each label whose arrow is seen.
    """
    size = np.array(LAYOUT["size"])
    arrows, others = covered([tenths(pair) for pair in ends.values()]), covered(lines)
    start, end = ends["step"]
    side = 1.0
    if "memory" in ends:
        tip = ends["memory"][1] - start
        way = end - start
        side = -1.0 if tip[0] * way[1] - tip[1] * way[0] > 0 else 1.0
    found = {}
    for role, (one, other) in ends.items():
        length = float(np.hypot(*(other - one)))
        if not 1.5 < length < FAR_OUT:
            continue
        turn = (-side if role == "step" else side) / length
        outside = np.array([-(other - one)[1], (other - one)[0]]) * turn
        half = np.array([widths[role] / 2, LABEL_HEIGHT / 2])
        best, least = one, math.inf
        for wanted, cost in _candidates(one, other, outside, half):
            at = np.clip(wanted, half + 3, size - half - 3)
            low, high = at - half - (3, 2), at + half + (3, 2)
            cost += FARTHER * float(np.abs(at - wanted).sum())
            cost += COVERS_ARROW * within(arrows, *low, *high)
            cost += COVERS_LINE * within(others, *low, *high)
            for x, y, wide, tall in taken:
                meets = abs(at[0] - x) < half[0] + wide and abs(at[1] - y) < half[1] + tall
                cost += OVERLAPS * meets
            if cost < least:
                best, least = at, cost
        taken.append((*best, *half))
        found[role] = best
    return found


def _candidates(
    one: Points, other: Points, outside: Points, half: Points
) -> Iterator[tuple[Points, float]]:
    """Yield where the label of an arrow may stand, beside it and around its tip, and the cost."""
    ahead = (other - one) / np.hypot(*(other - one))
    for off in OFF:
        for across, share in itertools.product((1, -1), ALONG):
            away = 8 + half @ np.abs(outside) + off
            cost = ASIDE * abs(share - 0.5) + ACROSS * (across < 0) + FARTHER * off
            yield one + share * (other - one) + across * away * outside, cost
        for way in (ahead, *AROUND):
            yield other + way * (8 + half @ np.abs(way) + off), AHEAD + FARTHER * off


# ------------------------------------------------------------------ the whole lens


def inset_size(problem: Problem) -> tuple[float, float]:
    """Return the size of the inset, which has the shape of what it shows."""
    (left, right), (bottom, top) = picture.bounds_of(problem)
    width, height = LAYOUT["inset"]
    scale = min(width / (right - left), height / (top - bottom))
    return round(scale * (right - left), 1), round(scale * (top - bottom), 1)


def unit_of(zoom: float) -> float:
    """Return the round length that the scale bar shows: at most a fifth of the width."""
    longest = 0.2 * LAYOUT["size"][0] / zoom
    power = 10.0 ** math.floor(math.log10(longest))
    return max(digit * power for digit in (1, 2, 5) if digit * power <= longest)


@dataclass(frozen=True)
class Moment:
    """What the lens shows: a step, from where, and its parts.

    Attributes
    ----------
    theta : array, shape (steps + 1, 2)
        The path.
    t : int
        The step.
    parts : dict of array
        The step, and its parts if it has any.
    at : array or None
        Where the gradient was taken, if elsewhere.
    reach : array or None
        How far each coordinate goes if direction and scale are equal.
    """

    theta: Points
    t: int
    parts: Mapping[str, Points]
    at: Points | None
    reach: Points | None

    @property
    def before(self) -> Points:
        """Where the step begins."""
        return self.theta[self.t - 1]

    def seen(self, bounds: Any) -> Window:
        """Return the window that shows all of it."""
        shown = [point for pair in corners(self.before, self.parts).values() for point in pair]
        if self.reach is not None:
            shown += [self.before - self.reach, self.before + self.reach]
        return window(shown, bounds)


def still(
    problem: Problem, floor: float, moment: Moment, labels: Mapping[str, Row], start: Points
) -> str:
    """Return the lens at a step, as SVG. The script moves its parts, and adds none."""
    width, height = LAYOUT["size"]
    seen = moment.seen(picture.bounds_of(problem))
    ends = {
        role: (seen.pixels(one), seen.pixels(other))
        for role, (one, other) in corners(moment.before, moment.parts).items()
    }
    lines = contours(problem, floor, seen.bounds(), LAYOUT["size"])
    return (
        f'<svg class="picture lens" viewBox="0 0 {width} {height}" role="group" '
        'aria-label="The step from its parts, tip to tail">'
        f'<rect class="ground" width="{width}" height="{height}"/><g aria-hidden="true">'
        f'<path class="contour" d="{lines}"/><path class="trail" d="{_trail(seen, moment)}"/>'
        f"{_box(seen, moment)}{_minimum(seen, problem)}"
        f"{''.join(arrow(role, *ends[role]) for role in ends)}{_dots(seen, moment)}"
        f"{_labels(ends, labels, problem, seen, moment)}{_reach_label(seen, moment, labels)}"
        f"{_bar(seen)}</g>{_inset(problem, floor, moment, seen, start)}</svg>"
    )


def _trail(seen: Window, moment: Moment) -> str:
    past = seen.pixels(moment.theta[: moment.t])
    past = np.clip(past[np.isfinite(past).all(axis=-1)], -1e4, 1e4)
    return picture.outline(past) if len(past) > 1 else ""


def _box(seen: Window, moment: Moment) -> str:
    if moment.reach is None:
        return ""
    x, y = seen.pixels(moment.before + [-1, 1] * moment.reach)
    wide, tall = 2 * seen.zoom * moment.reach
    place = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}"'
    return f'<rect class="part scale box" data-role="scale" {place}/>'


def _minimum(seen: Window, problem: Problem) -> str:
    if problem.minimum is None:
        return ""
    x, y = np.clip(seen.pixels(np.asarray(problem.minimum, dtype=float)), -FAR_OUT, FAR_OUT)
    return f'<path class="minimum" transform="translate({x:.1f},{y:.1f})" d="M-4-4L4,4M-4,4L4-4"/>'


def _dots(seen: Window, moment: Moment) -> str:
    x, y = seen.pixels(moment.before)
    ahead = ""
    if moment.at is not None:
        ahead = '<circle class="ahead" cx="{:.1f}" cy="{:.1f}" r="4"/>'.format(
            *seen.pixels(moment.at)
        )
    return f'{ahead}<circle class="here" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'


def _labels(
    ends: Mapping[str, tuple[Points, Points]],
    labels: Mapping[str, Row],
    problem: Problem,
    seen: Window,
    moment: Moment,
) -> str:
    width, height = LAYOUT["size"]
    wide, tall = inset_size(problem)
    edge = LAYOUT["edge"]
    taken = [(width - edge - wide / 2, edge + tall / 2, wide / 2, tall / 2)]
    taken += [(80, height - 16, 76, 16), (*seen.pixels(moment.before), 6, 6)]
    if problem.minimum is not None:
        taken.append((*seen.pixels(np.asarray(problem.minimum, dtype=float)), 6, 6))
    lines = [tenths(seen.pixels(moment.theta[max(moment.t - 2, 0) : moment.t]))]
    if moment.reach is not None:
        x, y = _reach_place(seen, moment.before, moment.reach)
        half = width_of(labels["reach"]) / 2
        taken.append((x + half, y - 5, half, LABEL_HEIGHT / 2))
        box = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1], [-1, -1]]) * moment.reach
        lines.append(tenths(seen.pixels(moment.before + box)))
    widths = {role: width_of(labels[role]) for role in ends}
    where = places(ends, widths, taken, lines)
    text = ""
    for role in ends:
        place = 'visibility="hidden"'
        if role in where:
            x, y = where[role]
            place = f'x="{x:.1f}" y="{y + 5:.1f}"'
        text += (
            f'<text class="label {role}" data-role="{role}" data-width="{widths[role]}" '
            f"{place}>{typeset.svg(labels[role])}</text>"
        )
    return text


def _reach_place(seen: Window, before: Points, reach: Points) -> tuple[float, float]:
    """Return where the label of the box stands: above its corner, in the picture."""
    x, y = seen.pixels(before + reach * (-1, 1))
    return max(float(x), 4.0), max(float(y) - 6, 13.0)


def _reach_label(seen: Window, moment: Moment, labels: Mapping[str, Row]) -> str:
    if moment.reach is None:
        return ""
    x, y = _reach_place(seen, moment.before, moment.reach)
    text, wide = typeset.svg(labels["reach"]), width_of(labels["reach"])
    return (
        f'<text class="label scale reach" data-role="scale" data-width="{wide}" '
        f'x="{x:.1f}" y="{y:.1f}">{text}</text>'
    )


def _bar(seen: Window) -> str:
    height = LAYOUT["size"][1]
    unit = unit_of(seen.zoom)
    return (
        f'<g class="bar"><path d="M10,{height - 29}v6h{unit * seen.zoom:.1f}v-6"/>'
        f'<text x="10" y="{height - 9}"><tspan class="unit">{picture.written(unit)}</tspan> in '
        '<tspan class="i">θ</tspan>, for all arrows</text></g>'
    )


def _inset(problem: Problem, floor: float, moment: Moment, seen: Window, start: Points) -> str:
    """Return the plane, small: where the lens is, the whole path, and its start."""
    bounds = np.array(picture.bounds_of(problem))
    wide, tall = inset_size(problem)
    edge = LAYOUT["edge"]

    def small(theta: Points) -> Points:
        share = (theta - bounds[:, 0]) / (bounds[:, 1] - bounds[:, 0])
        return np.stack([share[..., 0] * wide, (1 - share[..., 1]) * tall], axis=-1)

    path = small(moment.theta)
    path = np.clip(path[np.isfinite(path).all(axis=-1)], -1e4, 1e4)
    (left, top), (right, bottom) = (small(seen.bounds()[:, i]) for i in (0, 1))
    top, bottom = bottom, top
    x, y = small(start)
    x_edge = LAYOUT["size"][0] - edge - wide
    lines = contours(problem, floor, bounds, (wide, tall), LAYOUT["inset_depth"])
    return (
        f'<svg class="inset" x="{x_edge:.1f}" y="{edge}" width="{wide}" height="{tall}">'
        f'<rect class="area" width="{wide}" height="{tall}"/>'
        f'<g aria-hidden="true"><path class="contour" d="{lines}"/>'
        f'<path class="trail" d="{picture.outline(path) if len(path) > 1 else ""}"/>'
        f'<rect class="seen" x="{left:.1f}" y="{top:.1f}" width="{max(right - left, 3):.1f}" '
        f'height="{max(bottom - top, 3):.1f}"/></g>'
        f'<g class="start" aria-hidden="true" transform="translate({x:.1f},{y:.1f})">'
        '<circle class="ring" r="4"/></g></svg>'
    )
