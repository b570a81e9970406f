"""What figures show is what the runs are."""

from __future__ import annotations

import warnings
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.colors import to_rgba

from adaptive import RULES, SGD, Adam, Momentum, descend, plotting, sweep
from adaptive.problems import Circles, MovingTarget, Ravine, Rosenbrock, Saddle, Surface, expand

RAVINE = Ravine()
PATHS = [descend(rule, RAVINE, steps=30) for rule in (SGD(0.09), Momentum(0.05, 0.7))]


def lines(ax: Any) -> list[Any]:
    """Return the points of each line of some axes."""
    return [np.stack(line.get_data(), axis=-1) for line in ax.lines]


def test_every_rule_has_a_look_of_its_own() -> None:
    looks = [plotting.line(rule) for rule in RULES]
    assert len({look["color"] for look in looks}) == len(RULES)
    assert all(look["label"] == rule.__name__ for look, rule in zip(looks, RULES, strict=True))
    assert plotting.line(Adam(lr=0.5)) == plotting.line(Adam) == plotting.line("Adam")
    assert plotting.line("Lion")["color"] == plotting.INK
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
