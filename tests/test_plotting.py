"""What figures show is what the runs are."""

from __future__ import annotations

import sys
import warnings
from itertools import count, pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import matplotlib.legend
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.colors import to_hex, to_rgba

from adaptive import SGD, Adam, Momentum, descend, palette, plotting, sweep
from adaptive.problems import Circles, MovingTarget, Ravine, Rosenbrock, Saddle, Surface, expand
from tests.every import DRAWN

RAVINE = Ravine()
PATHS = [descend(rule, RAVINE, steps=30) for rule in (SGD(0.09), Momentum(0.05, 0.7))]


def lines(ax: Any) -> list[Any]:
    """Return the points of each line of some axes."""
    return [np.stack(line.get_data(), axis=-1) for line in ax.lines]


def test_every_rule_has_a_look_of_its_own() -> None:
    looks = [plotting.line(rule) for rule in DRAWN]
    assert len({look["color"] for look in looks}) == len(DRAWN)
    assert all(look["label"] == rule.__name__ for look, rule in zip(looks, DRAWN, strict=True))
    assert plotting.line(Adam(lr=0.5)) == plotting.line(Adam) == plotting.line("Adam")
    assert plotting.line("Sophia")["color"] == plotting.INK
    neighbours = pairwise(looks)
    assert all(one["dashes"] != other["dashes"] for one, other in neighbours)


@pytest.mark.parametrize("name", ["_Mine", "__Mine", "Cash$", "$$", "$Lion$", "_$x_1$", "a$b$c"])
def test_any_name_is_drawn_letter_by_letter(name: str) -> None:
    kind = type(name, (SGD,), {})
    paths = [descend(rule, Circles(), steps=3) for rule in (kind(), Adam())]
    axes = [plotting.loss(paths), plotting.table([[1.0], [2.0]], [name, "Adam"], [name])]
    _, right = plotting.circles(paths)
    shown = [
        axes[0].get_legend().get_texts()[0],
        axes[1].get_yticklabels()[0],
        axes[1].get_xticklabels()[0],
        right.figure.legends[0].get_texts()[0],
    ]
    for text in shown:
        text.figure.canvas.draw()
        # As matplotlib reads it: no mathematics, and the escapes undone.
        read, mathematics = text._preprocess_math(text.get_text())
        assert (read.removeprefix("\N{ZERO WIDTH SPACE}"), mathematics) == (name, False)
        assert not read.startswith("_")
    assert axes[1].get_yticklabels()[1].get_color() == plotting.ALGORITHMS["Adam"]
    plotting.trajectory([descend(kind(), RAVINE, steps=2)]).figure.canvas.draw()


def test_shades_are_in_order() -> None:
    lightness = [np.dot(colour[:3], (0.3, 0.6, 0.1)) for colour in plotting.shades(7)]
    assert np.all(np.diff(lightness) > 0)


def test_the_books_fonts_have_each_symbol_of_the_notation() -> None:
    with plt.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("error")  # a glyph that is missing is a warning
        plotting.use()
        plotting.use()
        faces = plt.figure().text(0, 0, "θ").get_fontfamily()
        assert faces[0] == "Adaptive Sans"
        path = Path(font_manager.findfont("Adaptive Sans", fallback_to_default=False))
        assert path.name == "AdaptiveSans-Regular.ttf"
        plt.gcf().text(0, 0.5, r"γ ηε β₁ κ √ ≤ ∞ × − ½ and $\theta[0], \hat v_t$, θ")
        plt.gcf().canvas.draw()
        known = [font.name for font in font_manager.fontManager.ttflist]
        assert known.count("Adaptive Sans") == known.count("Adaptive Math") == 1
    plt.close("all")


def test_where_runs_diverge_the_map_is_hatched() -> None:
    runs = sweep(Momentum(), RAVINE, steps=2, lr=[0.01, 0.1], momentum=[0, 0.5])
    assert plotting.landscape(runs).patch.get_hatch()


@pytest.mark.parametrize(
    ("rates", "scale"),
    [
        ([0.02], "linear"),
        ([0.01, 0.02], "linear"),
        ([0.01, 0.02, 0.04], "log"),
        ([0.01, 0.02, 0.03], "linear"),
    ],
)
def test_three_values_by_equal_factors_make_an_axis_logarithmic(rates: Any, scale: str) -> None:
    runs = sweep(Momentum(), RAVINE, steps=2, lr=rates, momentum=[0, 0.5])
    ax = plotting.landscape(runs)
    assert (ax.get_xscale(), ax.get_yscale()) == (scale, "linear")


def test_contours_and_the_minimum() -> None:
    ax = plotting.contours(Saddle())
    (cross,) = lines(ax)
    np.testing.assert_array_equal(cross, [[0, 1]])
    (contours,) = ax.collections
    levels = contours.levels
    for level, path in zip(levels, contours.get_paths(), strict=True):
        drawn = path.vertices[path.codes != path.CLOSEPOLY] if path.codes is not None else []
        if len(drawn):
            np.testing.assert_allclose(Saddle().loss(np.asarray(drawn)), level, atol=0.02)
    assert (ax.get_xlim(), ax.get_ylim()) == Saddle().bounds


class Plane(Surface):
    name, start, bounds = "plane", np.ones(2), ((-1.0, 1.0), (-1.0, 1.0))

    def f(self, x: Any, y: Any) -> Any:
        return x + y

    def partials(self, x: Any, y: Any) -> Any:
        return 1 + 0 * x, 1 + 0 * y


def test_what_has_no_minimum_has_no_cross() -> None:
    assert not plotting.contours(Plane()).lines
    ax = plotting.contours(Plane(), bounds=[(0, 3), (1, 2)])
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 3), (1, 2))


def test_trajectories_are_the_paths_from_hollow_to_filled() -> None:
    ax = plt.figure().add_subplot()
    assert plotting.trajectory(PATHS, ax) is ax
    _, first, end, start, second, *_ = ax.lines
    for line, path in ((first, PATHS[0]), (second, PATHS[1])):
        np.testing.assert_array_equal(np.stack(line.get_data(), axis=-1), path.theta)
        assert line.get_label() == type(path.rule).__name__
    np.testing.assert_array_equal(np.ravel(end.get_data()), PATHS[0].theta[-1])
    np.testing.assert_array_equal(np.ravel(start.get_data()), PATHS[0].theta[0])
    assert start.get_markerfacecolor() == "white" != end.get_markerfacecolor()


def test_a_style_of_ones_own() -> None:
    ax = plotting.trajectory(PATHS[0], label="mine", color="red")
    assert ax.lines[1].get_label() == "mine"
    assert to_rgba(ax.lines[2].get_color()) == to_rgba("red")


def test_the_loss_above_the_minimum() -> None:
    path = descend(SGD(0.1), Saddle(), steps=20)
    (drawn,) = lines(plotting.loss(path))
    np.testing.assert_allclose(drawn[:, 1], path.loss + 0.25)
    np.testing.assert_array_equal(drawn[:, 0], np.arange(21))


def test_the_losses_of_runs_on_several_problems() -> None:
    paths = [descend(SGD(0.01), problem, steps=5) for problem in (RAVINE, Saddle())]
    first, second = lines(plotting.loss(paths))
    np.testing.assert_array_equal(first[:, 1], paths[0].loss)
    np.testing.assert_allclose(second[:, 1], paths[1].loss + 0.25)
    paths.append(descend(SGD(0.1), MovingTarget(), steps=5))
    for order in (paths, paths[::-1]):
        ax = plotting.loss(order)
        assert ax.get_ylabel() == "loss"
        for drawn, path in zip(lines(ax), order, strict=True):
            np.testing.assert_array_equal(drawn[:, 1], path.loss)


def test_the_loss_where_no_minimum_is_known() -> None:
    path = descend(SGD(0.1), MovingTarget(), steps=20)
    ax = plotting.loss(path)
    np.testing.assert_array_equal(lines(ax)[0][:, 1], path.loss)
    assert ax.get_ylabel() == "loss"
    assert ax.get_legend() is None
    legend = plotting.loss(PATHS, labels=["a", "b"]).get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b"]


def test_a_landscape_shows_each_run_at_its_place_and_none_that_diverged() -> None:
    axes = {"lr": np.geomspace(1e-3, 1, 7), "momentum": np.array([0, 0.5, 0.9])}
    runs = sweep(Momentum(), RAVINE, 40, **axes)
    ax = plotting.landscape(runs, label=None)
    drawn = ax.collections[0].get_array()
    assert drawn.shape == (3, 7)
    np.testing.assert_array_equal(drawn.mask, runs.diverged.T)
    np.testing.assert_array_equal(drawn.filled(0).T, np.where(runs.diverged, 0, runs.loss[-1]))
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "linear")
    assert len(ax.figure.axes) == 1
    mine = plotting.landscape(runs, values=np.ones((7, 3)), label="mine")
    assert mine.collections[0].get_array().max() == 1
    assert mine.figure.axes[1].get_ylabel() == "mine"


def test_the_boundary_is_where_the_score_is_zero() -> None:
    path = descend(Adam(lr=0.1), Circles(), rng=1)
    ax = plotting.boundary(path)
    *_, contour = ax.collections
    points = np.concatenate([part.vertices for part in contour.get_paths()])
    assert len(points) > 50
    size = abs(expand(points)) @ abs(path.theta[-1])
    assert (abs(expand(points) @ path.theta[-1]) < 0.01 * size).all()


def test_the_points_of_both_classes() -> None:
    circles = Circles()
    rings, dots = plotting.points(circles).collections
    np.testing.assert_array_equal(rings.get_offsets(), circles.points[circles.y == 0])
    np.testing.assert_array_equal(dots.get_offsets(), circles.points[circles.y == 1])
    assert len(rings.get_facecolor()) == 0 < len(dots.get_facecolor())


def test_one_run_on_the_circles_needs_no_legend_of_its_own() -> None:
    left, right = plotting.circles([descend(Adam(lr=0.1), Circles())])
    assert right.get_legend() is None
    assert left.figure.legends[0].get_texts()[0].get_text() == "Adam"


def test_a_table_with_a_hole() -> None:
    ax = plotting.table([[1.0, np.inf], [np.nan, -2.0]], ["Adam", "mine"], ["a", "b"])
    assert [text.get_text() for text in ax.texts] == ["1.0", "×", "×", "-2.0"]
    assert [text.get_position() for text in ax.texts] == [(0, 0), (1, 0), (0, 1), (1, 1)]
    colours = [label.get_color() for label in ax.get_yticklabels()]
    assert colours == [plotting.ALGORITHMS["Adam"], plotting.INK]


@pytest.mark.parametrize("draw", [plotting.contours, plotting.points])
def test_new_axes_are_made_where_none_are_given(draw: Any) -> None:
    problem = Rosenbrock() if draw is plotting.contours else Circles()
    one, other = draw(problem), draw(problem)
    assert one is not other
    assert draw(problem, one) is one


# ------------------------------------------------------------------ the look


def test_dashes_are_long_short_or_dots_with_equal_gaps() -> None:
    assert set(plotting.DASHES) == set(plotting.ALGORITHMS) == {rule.__name__ for rule in DRAWN}
    for dashes in plotting.DASHES.values():
        assert set(dashes[::2]) <= {6, 3, 1.5}
        assert set(dashes[1::2]) <= {1.5}
        assert len(dashes) % 2 == 0


def test_the_plane_holds_all_points_with_a_little_room() -> None:
    points = Circles().points
    for (low, high), x in zip(plotting.PLANE, points.T, strict=True):
        assert 0 < x.min() - low < 0.9
        assert 0 < high - x.max() < 0.9


@pytest.mark.parametrize(
    ("ipython", "asked"),
    [
        (None, []),
        (SimpleNamespace(get_ipython=lambda: None), []),
        (SimpleNamespace(get_ipython=object), [("svg",)]),
    ],
    ids=["without IPython", "outside of it", "in a notebook"],
)
def test_notebooks_and_they_alone_are_asked_for_svg(
    monkeypatch: pytest.MonkeyPatch, ipython: Any, asked: Any
) -> None:
    from matplotlib_inline import backend_inline

    heard: list[Any] = []
    monkeypatch.setattr(backend_inline, "set_matplotlib_formats", lambda *a: heard.append(a))
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    if ipython is not None:
        monkeypatch.setitem(sys.modules, "IPython", ipython)
    with plt.rc_context():
        plotting.use()
    assert heard == asked


def test_the_look_is_that_of_the_book_once_it_is_asked_for() -> None:
    with plt.rc_context():
        plt.rcdefaults()
        plotting.use()
        look = plt.rcParams
        assert {name: look[name] for name in plotting.STYLE} == {
            name: [*value] if isinstance(value, tuple) else value
            for name, value in plotting.STYLE.items()
        }
        # Wide enough for a column of text, flat enough to be seen with it.
        width, height = look["figure.figsize"]
        assert (width, height) == (6, 3.4)
        assert look["font.size"] == look["axes.titlesize"] == 10.5
        assert look["axes.linewidth"] == 0.8 < look["lines.linewidth"] == 1.8
        assert not look["axes.spines.top"]
        assert not look["axes.spines.right"]
        assert not look["legend.frameon"]
        # Two dashes of the longest kind are seen in a legend.
        assert 2 * look["lines.linewidth"] * 7.5 < look["legend.handlelength"] * 10.5 < 30
        assert look["figure.constrained_layout.use"]
        for part in ("figure", "axes", "savefig"):
            assert look[f"{part}.facecolor"] == "none"


def test_contours_are_dense_in_the_valley_and_quiet() -> None:
    (contours,) = plotting.contours(Plane()).collections
    shares = (np.array(contours.levels) + 2) / 4
    np.testing.assert_allclose(shares**0.25, np.arange(1, 15) / 14)
    assert {to_rgba(colour) for colour in contours.get_edgecolor()} == {to_rgba(plotting.QUIET)}
    assert set(contours.get_linewidth()) == {0.6}
    # Fine enough that they are smooth on a page.
    (height,) = plotting.contours(Saddle()).collections
    steps = [np.abs(np.diff(p.vertices, axis=0)) for p in height.get_paths() if len(p.vertices)]
    assert max(step.max() for step in steps) < 3 or len(steps) > 0
    longest = np.ptp(np.array(Saddle().bounds), axis=1).max() / 200
    inner = np.concatenate([np.hypot(*step.T) for step in steps])
    assert np.median(inner) <= longest * 1.5


def test_what_matters_lies_above_what_does_not() -> None:
    ax = plotting.trajectory(PATHS)
    cross, path, end, start, *_ = ax.lines
    (contours,) = ax.collections
    assert contours.get_zorder() < path.get_zorder() < end.get_zorder() <= start.get_zorder()
    assert start.get_zorder() < cross.get_zorder()
    assert contours.get_zorder() == plotting.points(Circles()).collections[0].get_zorder() == 0
    sizes = [part.get_markersize() for part in (path, end, start, cross)]
    assert sizes == [4, 6.5, 7, 8]
    assert (path.get_linewidth(), start.get_markeredgewidth()) == (1.2, 1.6)
    assert cross.get_markeredgewidth() == 1.8
    assert cross.get_color() == plotting.INK


def test_a_run_may_be_given_alone_and_needs_no_legend() -> None:
    assert plotting.loss(PATHS[0]).get_legend() is None
    ax = plotting.loss(PATHS)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["SGD", "Momentum"]
    assert (ax.get_xlabel(), ax.get_yscale()) == ("step", "log")
    assert ax.lines[1].get_color() == plotting.ALGORITHMS["Momentum"]


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([0.001, 0.01, 0.1], "log"),
        (np.geomspace(1e-3, 0.5, 9), "log"),
        ([0.001, 0.1], "linear"),
        ([0.1, 0.2, 0.3], "linear"),
        ([0.0, 0.01, 0.1], "linear"),
        ([0.001, 0.01, 0.1 * (1 + 1e-5)], "linear"),
        ([0.001, 0.01, 0.1 * (1 + 1e-8)], "log"),
    ],
)
def test_an_axis_is_logarithmic_if_its_values_are_equal_factors_apart(
    values: Any, scale: str
) -> None:
    runs = sweep(Momentum(), RAVINE, 2, lr=values, momentum=[0, 0.5, 0.8])
    ax = plotting.landscape(runs)
    assert (ax.get_xscale(), ax.get_yscale()) == (scale, "linear")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("learning rate η", "momentum γ")
    (bar,) = (other for other in ax.figure.axes if other is not ax)
    assert bar.get_ylabel() == "loss after the last step"
    turned = sweep(Momentum(), RAVINE, 2, momentum=[0, 0.5, 0.8], lr=values)
    assert plotting.landscape(turned).get_yscale() == scale


def test_values_of_a_landscape_that_are_not_finite_stay_empty() -> None:
    runs = sweep(Momentum(), RAVINE, 2, lr=[0.01, 0.02], momentum=[0, 0.5, 0.8])
    values = np.array([[1, np.nan, 2], [np.inf, 3, 4]])
    ax = plotting.landscape(runs, values, cmap="magma")
    drawn = ax.collections[0]
    np.testing.assert_array_equal(drawn.get_array().mask, ~np.isfinite(values).T)
    assert drawn.get_cmap().name == "magma"
    assert plotting.landscape(runs).collections[0].get_cmap() == palette.AREAS.reversed()
    assert drawn.get_rasterized()


def test_boundaries_are_lines_of_their_algorithm_over_the_points() -> None:
    left, right = plotting.circles(
        [descend(rule, Circles(), steps=40) for rule in (Adam(0.1), Momentum(0.05))]
    )
    *_, adam, momentum = left.collections
    for contour, name in ((adam, "Adam"), (momentum, "Momentum")):
        assert to_rgba(contour.get_edgecolor()[0]) == to_rgba(plotting.ALGORITHMS[name])
        assert set(contour.get_linewidth()) == {1.5}
    assert adam.get_linestyle()[0][1] is None
    assert momentum.get_linestyle()[0][1][0] == pytest.approx(1.5 * 6)
    # Within the part of the plane that is shown, and to its edges.
    vertices = np.concatenate([part.vertices for part in adam.get_paths()])
    assert (vertices.min(0) >= [low for low, _ in plotting.PLANE]).all()
    assert (vertices.max(0) <= [high for _, high in plotting.PLANE]).all()
    assert (left.get_xlim(), left.get_ylim()) == plotting.PLANE
    assert left.get_aspect() == 1
    assert [tick.get_text() for tick in right.get_yticklabels()] == ["0.2", "0.3", "0.5", "0.7"]
    assert right.get_yticks().tolist() == [0.2, 0.3, 0.5, 0.7]
    assert len(right.get_yticks(minor=True)) == 0
    (legend,) = left.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["Adam", "Momentum"]
    assert legend._ncols == 5
    assert left.figure.get_size_inches().tolist() == [6.2, 3.5]


def test_the_points_are_small_and_quiet() -> None:
    for part in plotting.points(Circles()).collections:
        assert part.get_sizes().tolist() == [9]
        assert part.get_linewidths().tolist() == [0.6]
        assert to_rgba(part.get_edgecolor()[0]) == to_rgba(plotting.QUIET)


def test_numbers_of_a_table_can_be_read_on_their_colour() -> None:
    values = np.linspace(0, 1, 11)[None]
    ax = plotting.table(values, ["Adam"], [str(i) for i in range(11)], number="{:.2f}")
    (image,) = ax.images
    for text, value in zip(ax.texts, values[0], strict=True):
        area = to_hex(image.cmap(image.norm(value)))
        assert palette.contrast(to_hex(text.get_color()), area) >= 4.5
        assert text.get_text() == f"{value:.2f}"
        assert text.get_fontsize() == 9
        assert (text.get_ha(), text.get_va()) == ("center", "center")
    # All in one colour: the map has none that words could not be read on.
    assert len({text.get_color() for text in ax.texts}) == 1
    assert image.cmap == palette.AREAS
    assert {label.get_rotation() for label in ax.get_xticklabels()} == {45}
    assert not any(spine.get_visible() for spine in ax.spines.values())
    assert {tick.tick1line.get_markersize() for tick in ax.xaxis.get_major_ticks()} == {0}
    assert ax.get_aspect() == "auto"


def test_how_long_a_place_for_the_legend_is_looked_for_is_not_told(monkeypatch):
    """It is found in time on one machine and not on another, which does other things as well."""
    clock = count(step=2)
    monkeypatch.setattr(matplotlib.legend, "time", SimpleNamespace(perf_counter=clock.__next__))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure, ax = plt.subplots()
        ax.plot([0, 1], label="a")
        ax.legend()
        with pytest.raises(UserWarning, match='loc="best" can be slow'):
            figure.canvas.draw()
        plotting.use()
        figure.canvas.draw()
