"""The loss along a plane: what is stored, the geometry, and the figure."""

from __future__ import annotations

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from adaptive import plotting, sweep
from adaptive.explorer.plane import LEVELS, plane
from adaptive.problems import Digits
from adaptive.problems.networks import stored
from tests.explorer import make_plane as maker

RUNS = stored.plane()
HALF = 2**-11  # of a number, in half precision


@pytest.fixture(autouse=True)
def style():
    with plt.rc_context():
        plotting.use()
        yield
    assert not plt.get_fignums()


# ------------------------------------------------------------------ the geometry


@pytest.fixture
def tilted():
    rng = np.random.default_rng(0)
    return maker.Plane(*rng.normal(size=(3, 7)))


def test_the_axes_are_orthogonal_and_of_length_one(tilted):
    np.testing.assert_allclose(tilted.axes @ tilted.axes.T, np.eye(2), atol=1e-14)


def test_the_three_points_lie_in_the_plane_the_second_on_the_first_axis():
    origin, first, second = np.random.default_rng(0).normal(size=(3, 7))
    laid = maker.Plane(origin, first, second)
    assert laid.coordinates(origin).tolist() == [0, 0]
    along, across = laid.coordinates(first)
    assert along == pytest.approx(np.linalg.norm(first - origin))
    assert across == pytest.approx(0, abs=1e-14)
    assert laid.coordinates(second)[1] > 0
    for point in (first, second):
        np.testing.assert_allclose(laid.points(laid.coordinates(point)), point, atol=1e-13)
        assert laid.share(point) == pytest.approx(1)


def test_of_a_point_outside_the_nearest_one_is_shown(tilted):
    point = np.random.default_rng(1).normal(size=7)
    rest = point - tilted.points(tilted.coordinates(point))
    np.testing.assert_allclose(tilted.axes @ rest, 0, atol=1e-14)
    whole = np.sum((point - tilted.origin) ** 2)
    assert tilted.share(point) == pytest.approx(1 - rest @ rest / whole)


# ------------------------------------------------------------------ what is stored


@pytest.fixture(scope="module")
def again():
    """Return the problem, the plane, and the three runs that are stored at some rate, anew."""
    problem, runs = Digits(), {}
    for kind, rate in zip(maker.RULES, (0.5, 0.1, 0.01), strict=True):
        made = sweep(kind(), problem, maker.STEPS, rng=maker.SEED, keep="path", lr=[rate])
        runs[kind.__name__, rate] = made.theta[:, 0]
    laid = maker.Plane(problem.start, *(runs[name][-1] for name in maker.THROUGH))
    return problem, laid, runs


def test_the_paths_are_those_of_the_rules(again):
    problem, laid, runs = again
    for (name, rate), path in runs.items():
        rule, at = RUNS["rules"].tolist().index(name), RUNS["rates"].tolist().index(rate)
        found = RUNS["paths"][rule, at].astype(float)
        np.testing.assert_allclose(
            found, laid.coordinates(path[RUNS["steps"]]), rtol=2 * HALF, atol=1e-3
        )
        assert RUNS["loss"][rule, at] == pytest.approx(problem.loss(path[-1]), rel=1e-3)
        assert RUNS["share"][rule, at] == pytest.approx(laid.share(path[-1]), abs=1e-3)


def test_the_heights_are_the_loss_in_the_plane(again):
    problem, laid, _ = again
    for row, column in ((0, 0), (7, 6), (33, 39), (20, 25)):
        point = laid.points(np.array([RUNS["x"][column], RUNS["y"][row]], dtype=float))
        assert RUNS["heights"][row, column] == pytest.approx(problem.loss(point), rel=2e-3)


def test_all_is_stored_in_a_few_kilobytes():
    assert maker.FILE.stat().st_size < 12_000
    assert not any(array.flags.writeable for array in RUNS.values())
    assert RUNS["paths"].shape == (3, len(RUNS["rates"]), len(RUNS["steps"]), 2)
    assert np.isfinite(RUNS["paths"]).all() and np.isfinite(RUNS["heights"]).all()
    assert (RUNS["paths"][:, :, 0] == 0).all()
    assert RUNS["rules"].tolist() == [kind.__name__ for kind in maker.RULES]
    assert RUNS["rates"].tolist() == list(maker.RATES)
    assert RUNS["steps"][[0, -1]].tolist() == [0, maker.STEPS]


def test_what_it_stores_is_made_in_this_way(monkeypatch, tmp_path):
    """At a few steps of a small network, from end to end."""
    monkeypatch.setattr(maker, "STEPS", 10)
    monkeypatch.setattr(maker, "FILE", tmp_path / "plane.npz")
    monkeypatch.setattr(maker, "Digits", lambda: Digits(hidden=2))
    monkeypatch.setattr(maker, "X", np.linspace(-1, 1, 3))
    monkeypatch.setattr(maker, "Y", np.linspace(-1, 1, 2))
    maker.main()
    with np.load(tmp_path / "plane.npz") as made:
        assert set(made) == set(RUNS)
        assert made["heights"].shape == (2, 3)
        assert made["paths"].shape == (3, 10, 3, 2)
        for name, rate in maker.THROUGH:
            place = made["rules"].tolist().index(name), made["rates"].tolist().index(rate)
            assert made["share"][place] == pytest.approx(1, abs=1e-6)


# ------------------------------------------------------------------ the figure


def test_the_sentence_is_about_the_rate_that_is_shown():
    shown = plane(at=0.1)
    assert shown.at == 6
    for (value, sentence), rate in zip(shown.shown, RUNS["rates"], strict=True):
        assert value == f"{rate:g}"
        at = RUNS["rates"].tolist().index(rate)
        numbers = re.findall(r"(\w+) ([\d.]+) \((\d+)\N{NO-BREAK SPACE}%\)", sentence)
        assert [name for name, *_ in numbers] == ["SGD", "Momentum", "Adam"]
        for i, (_, loss, share) in enumerate(numbers):
            assert float(loss) == pytest.approx(RUNS["loss"][i, at], rel=0.06)
            assert float(share) == pytest.approx(100 * RUNS["share"][i, at], abs=0.51)
    assert "Loss after 200 steps" in shown.to_html()


def test_only_the_paths_change_with_the_rate():
    drawn = plane().pictures
    # Three paths, and two numbers of each end; one that is outside of the picture is not drawn.
    assert [name for _, name in drawn.slots if name] == ["d"] * 3 + ["x", "y"] * 2 + ["id"]
    stored_in_page = sum(len(value or "") for row in drawn.values for value in row)
    assert stored_in_page < 30_000


def test_contours_have_their_loss_beside_them():
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", plane().pictures.whole)
    numbers = [float(text) for text in texts if re.fullmatch(r"[\d.]+", text)]
    assert len({0.05, 0.1, 0.2, 0.5, 1, 2} & {*numbers} & {*LEVELS}) == 6


def test_it_says_what_is_to_be_seen():
    page = plane().to_html()
    assert 'aria-label="Contours of the loss over a plane through the start' in page
    assert "SGD, Momentum and Adam" in page


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_slider_moves_the_paths_and_nothing_else(reader, tmp_path, width, scheme):
    (tmp_path / "plane.html").write_text(plane().to_page(), encoding="utf-8")
    page = reader(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page.goto((tmp_path / "plane.html").as_uri())
    page.wait_for_selector("[data-live]")
    slider = page.get_by_role("slider", name="learning rate η")
    seen = "() => [...document.querySelectorAll('svg path')].map((e) => e.getAttribute('d')).join()"
    pictures, heights = [], []
    slider.focus()
    page.keyboard.press("Home")
    for _ in RUNS["rates"]:
        pictures.append(page.evaluate(seen))
        heights.append(page.locator(".said").bounding_box()["height"])
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.keyboard.press("ArrowRight")
    assert len(set(pictures)) == len(RUNS["rates"])
    assert max(heights) == min(heights)
    assert page.locator(".value").inner_text() == "1"


def test_without_a_script_the_first_picture_is_there(reader, tmp_path):
    (tmp_path / "plane.html").write_text(plane().to_page(), encoding="utf-8")
    page = reader(java_script_enabled=False)
    page.goto((tmp_path / "plane.html").as_uri())
    assert page.locator("svg[role=img]").is_visible()
    assert "Adam 0.068" in page.locator(".said").inner_text()
