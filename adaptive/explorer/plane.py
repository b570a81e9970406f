"""The loss of a network along a plane, and the paths of rules in it, from stored runs."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from adaptive import _checks, plotting
from adaptive.explorer.flipbook import Flipbook, flipbook
from adaptive.explorer.picture import written
from adaptive.problems.networks import stored

__all__ = ["plane"]

#: The losses at which contours are drawn, about evenly spaced in their logarithm.
LEVELS = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)


def plane(at: float = 0.01, key: str = "plane") -> Flipbook:
    """Show the loss of the digits' network along a plane, and where three rules go in it.

    The plane goes through the start and the ends of two runs. Other runs do not lie in it: what is
    drawn of them is their projection, and the sentence below says how much of the way it holds.
    Slider: the learning rate. All runs are stored, with the same start and minibatches;
    ``python -m tests.explorer.make_plane`` makes them again.

    Parameters
    ----------
    at : float, default 0.01
        The learning rate that is shown first: 1, 2 or 5 times a power of ten, from 0.001 to 1.
    key : str, default "plane"
        What the page calls the figure.

    Returns
    -------
    Flipbook
        An object that Jupyter shows.

    Raises
    ------
    TypeError
        If ``at`` is not a number.
    ValueError
        If there are no runs at this rate, or ``key`` has other characters than letters, digits
        and hyphens.

    Examples
    --------
    >>> from adaptive.explorer.plane import plane
    >>> plane()
    <flipbook: 10 pictures, learning rate η from 0.001 to 1>
    """
    runs = stored.plane()
    rates = runs["rates"].tolist()
    if _checks.number("at", at) not in rates:
        shown = ", ".join(map(written, rates))
        raise ValueError(f"at must be one of {shown}, got {_checks.shown(at)}")
    return flipbook(
        lambda rate: _drawn(runs, rates.index(rate)),
        rates,
        label=plotting.SYMBOLS["lr"],
        at=rates.index(at),
        says=lambda rate: _said(runs, rates.index(rate)),
        written=written,
        alt="Contours of the loss over a plane through the start of the training and the ends of "
        "two runs. From the start, a hollow circle, lead the paths of "
        f"{_listed(runs['rules'].tolist())}; each ends at a filled circle, or outside of the "
        "picture.",
        key=key,
    )


def _drawn(runs: dict[str, Any], rate: int) -> Axes:
    """Return the picture at one rate."""
    figure = plt.figure(figsize=(3.9, 3.9))
    ax = figure.add_subplot()
    quiet: Any = {"colors": plotting.QUIET, "linewidths": 0.6, "zorder": 0}
    drawn = ax.contour(runs["x"], runs["y"], runs["heights"].astype(float), LEVELS, **quiet)
    ax.clabel(drawn, fmt="%g", fontsize="small", colors=plotting.INK, manual=_label_places(runs))
    for name, paths in zip(runs["rules"].tolist(), runs["paths"].astype(float), strict=True):
        look = plotting.line(name)
        ax.plot(*paths[rate].T, **look)
        ax.plot(*paths[rate, -1], "o", color=look["color"], ms=6.5, zorder=4)
    ax.plot(0, 0, "o", color=plotting.INK, mfc="white", ms=7, mew=1.6, zorder=5)
    ends = [(axis[0], axis[-1]) for axis in (runs["x"], runs["y"])]
    ax.set(xlim=ends[0], ylim=ends[1], aspect="equal")
    ax.set(xticks=range(0, 21, 5), yticks=range(-5, 16, 5))
    ax.set(xlabel="distance along the first axis", ylabel="along the second")
    figure.legend(
        *ax.get_legend_handles_labels(), loc="outside upper left", ncols=3, fontsize="small"
    )
    return ax


def _label_places(runs: dict[str, Any]) -> list[tuple[float, float]]:
    """Return where the contours get their numbers: on the way down, below the paths."""
    low = 3
    falling = -runs["heights"][low].astype(float)
    falling = falling[: falling.argmax() + 1]
    inside = [level for level in LEVELS if falling[0] < -level < falling[-1]]
    x = np.interp(-np.array(inside), falling, runs["x"][: len(falling)])
    return [(float(each), float(runs["y"][low])) for each in x]


def _said(runs: dict[str, Any], rate: int) -> str:
    """Return what becomes of the runs at one rate, in words."""
    each = zip(runs["rules"].tolist(), runs["loss"][:, rate], runs["share"][:, rate], strict=True)
    named = [
        f"{name} {loss:.2g} ({100 * share:.0f}\N{NO-BREAK SPACE}%)" for name, loss, share in each
    ]
    return (
        f"Loss after {runs['steps'][-1]} steps, with the share of the squared distance from the "
        f"start that the plane holds: {_listed(named)}."
    )


def _listed(names: list[str]) -> str:
    """Return names as a list in a sentence."""
    return f"{', '.join(names[:-1])} and {names[-1]}"
