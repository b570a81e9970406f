"""Every figure's look: one colour for one algorithm and for one concept, in the whole book."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib import _mathtext, font_manager
from matplotlib.axes import Axes

from adaptive import _checks
from adaptive.descent import Path
from adaptive.palette import ALGORITHMS as ALGORITHMS
from adaptive.palette import AREAS, LINES
from adaptive.palette import CONCEPTS as CONCEPTS
from adaptive.palette import INK as INK
from adaptive.palette import QUIET as QUIET
from adaptive.problems import Circles, Problem, expand
from adaptive.rules import Rule
from adaptive.sweep import Sweep

#: The dashes of each algorithm, so that colour is never all that tells two lines apart.
DASHES: dict[str, tuple[float, ...]] = {
    "SGD": (),
    "Momentum": (6, 1.5),
    "NAG": (3, 1.5),
    "Adagrad": (),
    "Adadelta": (6, 1.5, 1.5, 1.5),
    "RMSprop": (3, 1.5),
    "Adam": (),
    "AdaMax": (6, 1.5),
    "Nadam": (1.5, 1.5),
    "AMSGrad": (6, 1.5, 1.5, 1.5),
    "AdamW": (3, 1.5),
    "Lion": (6, 1.5),
    "ScheduleFree": (1.5, 1.5),
    "Shampoo": (6, 1.5, 1.5, 1.5),
    "SOAP": (),
    "Muon": (3, 1.5),
}

#: What matplotlib is told by `use`.
STYLE: Any = {
    "figure.figsize": (6.0, 3.4),
    "figure.constrained_layout.use": True,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    **dict.fromkeys(["text.color", "axes.edgecolor", "axes.labelcolor"], INK),
    **dict.fromkeys(["xtick.color", "ytick.color"], INK),
    "font.family": ["Adaptive Sans", "DejaVu Sans"],
    "mathtext.fontset": "custom",
    "mathtext.fallback": "cm",
    **dict.fromkeys(["mathtext.rm", "mathtext.bf"], "Adaptive Sans"),
    **dict.fromkeys(["mathtext.it", "mathtext.cal"], "Adaptive Math:italic"),
    "font.size": 10.5,
    "axes.titlesize": 10.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.titlelocation": "left",
    "lines.linewidth": 1.8,
    "hatch.linewidth": 0.4,
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "svg.hashsalt": "adaptive",
}

#: How large exponents and indices are beside the text. matplotlib's own 0.7, of which it has no
#: setting, is less than 8 pixels on a phone.
_SCRIPT = 0.82

#: How figures write a hyperparameter.
SYMBOLS: dict[str, str] = {
    "lr": "learning rate η",
    "momentum": "momentum γ",
    "rho": "decay γ",
    "beta1": "β₁",
    "beta2": "β₂",
    "beta": "β",
    "eps": "ε",
    "momentum_decay": "decay of μ",
    "weight_decay": "weight decay λ",
    "initial_accumulator": "G₀",
}

#: The part of the plane that figures of the circles task show.
PLANE = ((-2.8, 3.0), (-3.2, 2.8))


def use() -> None:
    """Give all figures of this session the look of the book, as SVG where Jupyter shows them.

    Examples
    --------
    >>> from adaptive import plotting
    >>> plotting.use()
    """
    _add_fonts()
    plt.rcParams.update(STYLE)
    _mathtext.SHRINK_FACTOR = _SCRIPT
    # Whether more than a second passes says how busy the machine is, and would be in the notebook.
    warnings.filterwarnings("ignore", 'Creating legend with loc="best" can be slow', UserWarning)
    if "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None:
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("svg")


def _add_fonts() -> None:
    """Let matplotlib know the book's fonts, once."""
    known = {font.name for font in font_manager.fontManager.ttflist}
    for file in ("AdaptiveSans-Regular.ttf", "AdaptiveMath-Italic.ttf"):
        path = str(files("adaptive") / "fonts" / file)
        if font_manager.get_font(path).family_name not in known:
            font_manager.fontManager.addfont(path)


def line(rule: Rule | type[Rule] | str) -> dict[str, Any]:
    """Return the colour, dashes and label of an algorithm's line, as keywords for ``plot``.

    Parameters
    ----------
    rule : Rule, type or str
        A rule, its class, or the name of its class.

    Returns
    -------
    dict
        ``color``, ``dashes`` and ``label``. An algorithm that the book has no
        colour for is drawn in black.

    Examples
    --------
    >>> line("Adam")
    {'color': '#a1012a', 'dashes': (None, None), 'label': 'Adam'}
    """
    if not isinstance(rule, str):
        kind = rule if isinstance(rule, type) else type(rule)
        if not issubclass(kind, Rule):
            raise TypeError(
                f"rule must be a Rule object, its class or its name, got {_checks.shown(rule)}"
            )
        rule = kind.__name__
    return {
        "color": ALGORITHMS.get(rule, INK),
        "dashes": DASHES.get(rule) or (None, None),
        "label": _named(rule),
    }


def shades(n: int) -> list[Any]:
    """Return ``n`` colours in order, from strong to weak, for the values of one quantity.

    Parameters
    ----------
    n : int
        How many.

    Returns
    -------
    list of tuple
        Colours as (red, green, blue, alpha), each from 0 to 1.

    Examples
    --------
    >>> from adaptive import plotting
    >>> [tuple(colour.round(2).tolist()) for colour in plotting.shades(2)]
    [(0.18, 0.12, 0.45, 1.0), (0.31, 0.62, 0.47, 1.0)]
    """
    return list(LINES(np.linspace(1, 0, _checks.count("n", n, 1))))


def contours(
    problem: Problem,
    ax: Axes | None = None,
    bounds: Sequence[tuple[float, float]] | None = None,
) -> Axes:
    """Draw quiet contours of a problem in the plane, with its minimum as a cross.

    Parameters
    ----------
    problem : Problem
        A problem in two coordinates.
    ax : Axes, optional
        Where to draw; new axes by default.
    bounds : pair of (low, high), optional
        What to show; the problem's own bounds by default.

    Returns
    -------
    Axes
        The axes.

    Raises
    ------
    ValueError
        If the problem is not in two coordinates.

    Examples
    --------
    >>> from adaptive import plotting
    >>> from adaptive.problems import Rosenbrock
    >>> ax = plotting.contours(Rosenbrock())
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('$θ[0]$', '$θ[1]$')
    """
    _checks.instance("problem", problem, Problem)
    if np.shape(problem.start) != (2,):
        raise ValueError(
            f"problem must have two coordinates, got {problem.name} with {np.size(problem.start)}"
        )
    shown: Any = problem.bounds if bounds is None else bounds
    if shown is None or np.shape(shown) != (2, 2):
        raise ValueError(
            f"bounds must be ((left, right), (bottom, top)), got {_checks.shown(shown)}"
        )
    ax = _axes(ax)
    (left, right), (bottom, top) = shown
    x, y = np.linspace(left, right, 201), np.linspace(bottom, top, 201)
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    height = problem.loss(grid)
    # Equal steps of the fourth root: dense enough in the valley, not black on the walls.
    low, high = height.min(), height.max()
    levels = low + (high - low) * np.linspace(0, 1, 15)[1:] ** 4
    quiet: Any = {"colors": QUIET, "linewidths": 0.6, "linestyles": "-", "zorder": 0}
    ax.contour(grid[..., 0], grid[..., 1], height, levels, **quiet)
    if problem.minimum is not None:
        ax.plot(*problem.minimum, "x", color=INK, ms=8, mew=1.8, zorder=5)
    ax.set(xlim=(left, right), ylim=(bottom, top), xlabel="$θ[0]$", ylabel="$θ[1]$")
    return ax


def trajectory(
    paths: Path | Sequence[Path],
    ax: Axes | None = None,
    bounds: Sequence[tuple[float, float]] | None = None,
    **style: Any,
) -> Axes:
    """Draw paths over the contours of their problem: start hollow, end filled, minimum a cross.

    Parameters
    ----------
    paths : Path or sequence of Path
        Runs on one problem in two coordinates.
    ax : Axes, optional
        Where to draw; new axes by default.
    bounds : pair of (low, high), optional
        What to show; the problem's own bounds by default.
    **style
        Keywords for matplotlib's ``plot``, such as ``label``.

    Returns
    -------
    Axes
        The axes.

    Examples
    --------
    >>> from adaptive import SGD, Momentum, descend, plotting
    >>> from adaptive.problems import Ravine
    >>> paths = [descend(rule, Ravine(), steps=50) for rule in (SGD(0.09), Momentum(0.05, 0.7))]
    >>> ax = plotting.trajectory(paths)
    >>> [line.get_label() for line in ax.lines if not line.get_label().startswith("_")]
    ['SGD', 'Momentum']
    """
    paths = _several(paths)
    ax = contours(paths[0].problem, ax, bounds)
    for path in paths:
        look = {**line(path.rule), "marker": ".", "ms": 4, "lw": 1.2, **style}
        ax.plot(*path.theta.T, **look)
        ax.plot(*path.theta[-1], "o", color=look["color"], ms=6.5, zorder=4)
        ax.plot(*path.theta[0], "o", color=look["color"], mfc="white", ms=7, mew=1.6, zorder=4)
    return ax


def loss(
    paths: Path | Sequence[Path], ax: Axes | None = None, labels: Sequence[str] | None = None
) -> Axes:
    """Draw the loss of runs against the step, on a log axis.

    Where the minimum is known, for each run that of its own problem, what is drawn is the loss
    above it.

    Parameters
    ----------
    paths : Path or sequence of Path
        The runs.
    ax : Axes, optional
        Where to draw; new axes by default.
    labels : sequence of str, optional
        Their names, as matplotlib takes labels; those of their rules by default.

    Returns
    -------
    Axes
        The axes.

    Examples
    --------
    >>> from adaptive import SGD, Momentum, descend, plotting
    >>> from adaptive.problems import Ravine
    >>> paths = [descend(rule, Ravine(), steps=50) for rule in (SGD(0.09), Momentum(0.05, 0.7))]
    >>> ax = plotting.loss(paths, labels=["without", "with"])
    >>> ax.get_ylabel(), ax.get_yscale()
    ('loss above the minimum', 'log')
    """
    paths = _several(paths)
    if labels is not None and len(labels) != len(paths):
        raise ValueError(
            f"labels must be one for each of the {len(paths)} paths, got {_checks.shown(labels)}"
        )
    ax = _axes(ax)
    known = all(path.problem.minimum is not None for path in paths)
    for i, path in enumerate(paths):
        look = line(path.rule) | ({} if labels is None else {"label": labels[i]})
        minimum = path.problem.minimum if known else None
        floor = 0.0 if minimum is None else path.problem.loss(minimum)
        ax.plot(path.loss - floor, **look)
    ax.set(yscale="log", xlabel="step", ylabel="loss above the minimum" if known else "loss")
    if len(paths) > 1:
        ax.legend(fontsize="small")
    return ax


def landscape(
    sweep: Sweep,
    values: npt.ArrayLike | None = None,
    ax: Axes | None = None,
    label: str | None = "loss after the last step",
    **style: Any,
) -> Axes:
    """Draw a sweep over two hyperparameters as a map; where runs diverged it is hatched.

    Parameters
    ----------
    sweep : Sweep
        A sweep with exactly two axes.
    values : array_like, shape of the axes, optional
        What to draw; the last loss by default.
    ax : Axes, optional
        Where to draw; new axes by default.
    label : str or None
        What the colour bar says; None for no bar.
    **style
        Keywords for matplotlib's ``pcolormesh``, such as ``norm``.

    Returns
    -------
    Axes
        The axes.

    Raises
    ------
    ValueError
        If the sweep does not have two axes.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import Momentum, plotting, sweep
    >>> from adaptive.problems import Ravine
    >>> runs = sweep(Momentum(), Ravine(), lr=np.geomspace(1e-3, 0.1, 9), momentum=[0, 0.5, 0.9])
    >>> ax = plotting.landscape(runs)
    >>> ax.get_xscale(), ax.get_ylabel()
    ('log', 'momentum γ')
    """
    _checks.instance("sweep", sweep, Sweep)
    if len(sweep.axes) != 2:
        raise ValueError(f"sweep must have two axes, got {list(sweep.axes)}")
    (x_name, x), (y_name, y) = sweep.axes.items()
    drawn = sweep.loss[-1] if values is None else _checks.floating("values", values)
    if drawn.shape != sweep.loss.shape[1:]:
        raise ValueError(f"values must have shape {sweep.loss.shape[1:]}, got shape {drawn.shape}")
    ax = _axes(ax)
    drawn = np.ma.masked_where(sweep.diverged | ~np.isfinite(drawn), drawn)
    ax.patch.set(hatch="////", edgecolor=QUIET, linewidth=0)
    image = ax.pcolormesh(x, y, drawn.T, rasterized=True, **{"cmap": AREAS.reversed(), **style})
    if label is not None:
        ax.figure.colorbar(image, ax=ax, label=label)
    ax.set(xlabel=SYMBOLS.get(x_name, x_name), ylabel=SYMBOLS.get(y_name, y_name))
    for set_scale, spaced in ((ax.set_xscale, x), (ax.set_yscale, y)):
        if (spaced > 0).all() and len(spaced) > 2 and np.ptp(np.diff(np.log(spaced))) < 1e-6:
            set_scale("log")
    return ax


def boundary(path: Path, ax: Axes | None = None) -> Axes:
    """Draw where a run on the circles task ends up dividing the plane.

    Parameters
    ----------
    path : Path
        A run on `problems.Circles`.
    ax : Axes, optional
        Where to draw, over the points if they are drawn already; new axes with the points by
        default.

    Returns
    -------
    Axes
        The axes.

    Examples
    --------
    >>> from adaptive import Adam, descend, plotting
    >>> from adaptive.problems import Circles
    >>> ax = plotting.boundary(descend(Adam(lr=0.1), Circles()))
    >>> ax.get_xlabel()
    '$x_0$'
    """
    _checks.instance("path", path, Path)
    _check_plane(path.problem)
    if ax is None:
        ax = points(path.problem)
    (x_low, x_high), (y_low, y_high) = PLANE
    x, y = np.meshgrid(np.linspace(x_low, x_high, 121), np.linspace(y_low, y_high, 121))
    look = line(path.rule)
    score = expand(np.stack([x, y], axis=-1)) @ path.theta[-1]
    dashes = (0, look["dashes"]) if look["dashes"][0] else "-"
    ax.contour(x, y, score, [0], colors=look["color"], linestyles=[dashes], linewidths=1.5)
    return ax


def points(problem: Any, ax: Axes | None = None) -> Axes:
    """Draw the two classes of the circles task: class 1 as dots, class 0 as rings.

    Parameters
    ----------
    problem : problems.Circles
        The problem.
    ax : Axes, optional
        Where to draw; new axes by default.

    Returns
    -------
    Axes
        The axes.

    Examples
    --------
    >>> from adaptive import plotting
    >>> from adaptive.problems import Circles
    >>> ax = plotting.points(Circles())
    >>> [len(part.get_offsets()) for part in ax.collections]
    [314, 512]
    """
    _check_plane(problem)
    ax = _axes(ax)
    for label, face in ((0.0, "none"), (1.0, QUIET)):
        rows = problem.points[problem.y == label]
        ax.scatter(
            rows[:, 0], rows[:, 1], s=9, linewidths=0.6, edgecolors=QUIET, facecolors=face, zorder=0
        )
    ax.set(xlim=PLANE[0], ylim=PLANE[1], xlabel="$x_0$", ylabel="$x_1$", aspect="equal")
    return ax


def circles(paths: Sequence[Path]) -> npt.NDArray[Any]:
    """Draw runs on the circles task: the boundaries at the end, beside the loss on the way.

    Parameters
    ----------
    paths : sequence of Path
        Runs on `problems.Circles`.

    Returns
    -------
    ndarray of Axes, shape (2,)
        The axes of the boundaries and of the loss.

    Examples
    --------
    >>> from adaptive import RULES, descend, plotting
    >>> from adaptive.problems import Circles
    >>> runs = [descend(rule(**rule.on_circles), Circles(), rng=1) for rule in RULES]
    >>> left, right = plotting.circles(runs)
    """
    paths = _several(paths)
    for path in paths:
        _check_plane(path.problem)
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.2, 3.5))
    points(paths[0].problem, left)
    for path in paths:
        boundary(path, left)
    loss(paths, right)
    if right.get_legend():
        right.get_legend().remove()
    right.set_yticks([0.2, 0.3, 0.5, 0.7], ["0.2", "0.3", "0.5", "0.7"])
    right.minorticks_off()
    figure.legend(
        *right.get_legend_handles_labels(),
        loc="outside lower center",
        ncols=5,
        fontsize="small",
        columnspacing=1.0,
        handlelength=2.0,
    )
    return np.array([left, right])


def table(
    values: npt.ArrayLike,
    rows: Sequence[str],
    columns: Sequence[str],
    ax: Axes | None = None,
    number: str = "{:.1f}",
    **style: Any,
) -> Axes:
    """Draw a table of numbers as a map, one coloured cell with its number for each.

    Parameters
    ----------
    values : array_like, shape (rows, columns)
        The numbers; cells of those that are not finite stay empty but for a cross.
    rows, columns : sequence of str
        Their names; names of algorithms get their colours.
    ax : Axes, optional
        Where to draw; new axes by default.
    number : str, default "{:.1f}"
        How a number is written.
    **style
        Keywords for matplotlib's ``imshow``, such as ``vmin``.

    Returns
    -------
    Axes
        The axes.

    Raises
    ------
    ValueError
        If the shape of ``values`` is not that of the names.

    Examples
    --------
    >>> from adaptive import plotting
    >>> ax = plotting.table([[1.0, 2.0]], ["Adam"], ["ravine", "saddle"])
    >>> [text.get_text() for text in ax.texts]
    ['1.0', '2.0']
    """
    array = _checks.floating("values", values).astype(np.float64)
    if array.shape != (len(rows), len(columns)):
        raise ValueError(
            f"values must have shape ({len(rows)}, {len(columns)}), got shape {array.shape}"
        )
    ax = _axes(ax)
    shown = np.ma.masked_invalid(array)
    ax.imshow(shown, **{"cmap": AREAS, "aspect": "auto", **style})
    for (i, j), value in np.ndenumerate(array):
        text = number.format(value) if np.isfinite(value) else "×"
        ax.text(j, i, text, fontsize=9, ha="center", va="center")
    ax.set_yticks(range(len(rows)), [_named(row) for row in rows])
    ax.set_xticks(
        range(len(columns)), [_named(column) for column in columns], rotation=45, ha="right"
    )
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    for label, row in zip(ax.get_yticklabels(), rows, strict=True):
        label.set_color(ALGORITHMS.get(row, INK))
    return ax


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        _checks.instance("ax", ax, Axes)
    return plt.figure().add_subplot() if ax is None else ax


def _named(name: str) -> str:
    """Return a name as a label that matplotlib shows letter by letter, and in legends.

    To matplotlib, dollars enclose mathematics; what begins with an underscore legends leave out.
    """
    escaped = name.replace("$", r"\$")
    return f"\N{ZERO WIDTH SPACE}{escaped}" if escaped.startswith("_") else escaped


def _check_plane(problem: Any) -> None:
    """Raise a TypeError unless a problem has points in the plane, of two classes."""
    if not isinstance(problem, Circles):
        raise TypeError(f"problem must be a Circles object, got {_checks.shown(problem)}")


def _several(paths: Path | Sequence[Path]) -> list[Path]:
    """Return a list of paths, or say that there is none."""
    several: list[Any] = list(paths) if isinstance(paths, Iterable) else [paths]
    if not several or not all(isinstance(path, Path) for path in several):
        raise TypeError(f"paths must be a Path or a sequence of them, got {_checks.shown(paths)}")
    return several
