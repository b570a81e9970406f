"""What assignment 5 says of its bowl, its cliff and its matrix is so."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib import pyplot as plt

from adaptive import SGD, AdamW, descend, orthogonalized, scheduled
from adaptive.course import modern
from adaptive.course.instructor import keys
from adaptive.schedules import Linear
from tests.course.sheets import COURSE

ANSWERS = keys.module(COURSE / "answers" / "modern.py")
SEEDS = range(20)


@pytest.fixture(autouse=True)
def closed():
    """Close the figures of a test."""
    yield
    plt.close("all")


def title(axes):
    """Return the title of axes, at the left in the book's style and in the middle else."""
    return axes.get_title("left") or axes.get_title()


def arrives(minimum, weight_decay):
    """Return where a run of the figure ends."""
    rule = AdamW(0.02, 0.9, 0.9, 1e-4, weight_decay)
    return descend(rule, modern.Bowl(minimum), steps=modern.STEPS)


@pytest.mark.parametrize("far", [1.8, 2.5, 3.2])
def test_the_wall_is_where_the_slider_shows_it_and_the_end_is_at_its_wall(far):
    key = ANSWERS.box((1.0, far), 0.8).rows["wall"]
    assert arrives((1.0, far), 0.94 / far).theta[-1, 1] == pytest.approx(far, abs=0.03)
    late = arrives((1.0, far), 1.06 / far).theta[-1, 1]
    assert late == pytest.approx(far / 1.06, abs=0.01)
    assert key.right() == pytest.approx(1 / far)
    for decay in (0.6, 0.75, 0.9):
        end = ANSWERS.box((1.0, far), decay).rows["end"]
        theta = arrives((1.0, far), decay).theta[-1]
        assert theta == pytest.approx([1.0, end.right()], abs=0.02)


def test_the_title_says_where_a_run_ends():
    assert title(modern.ends(arrives((1.0, 2.5), 0.8))) == "ends at θ[0] = 1.00, θ[1] = 1.25"
    assert modern.Bowl().minimum.tolist() == [1.0, 2.5]
    assert modern.Bowl([1, 3]).loss([[1.0, 3.0], [0.0, 3.0]]).tolist() == [0, 0.5]


# --------------------------------------------------------------------------- the cliff


def come_down(lr, start, warmup):
    rule = scheduled(SGD(lr), Linear(T=modern.DOWN, warmup=warmup))
    return descend(rule, modern.Cliff(), theta0=[start], steps=modern.DOWN)


def test_the_title_says_whether_it_diverges():
    assert title(modern.down(come_down(0.15, 10.0, 8))) == "The run diverges."
    assert title(modern.down(come_down(0.15, 10.0, 9))) == "ends at |θ| = 0.32"


@pytest.mark.parametrize("seed", [None, *SEEDS])
def test_the_shortest_warm_up_is_one_more_than_the_first_step_asks_for(seed):
    """And no longer one throws the run out again."""
    made = keys.paper(COURSE, "modern", seed)
    lr = float(made.phrases.get("SGD(0.15)", "SGD(0.15)")[4:-1])
    start = float(made.phrases.get("theta0=[10.0]", "theta0=[10.0]")[8:-1])
    key = made.keys["shortest"]
    found = [not come_down(lr, start, warmup).diverged for warmup in range(1, 21)]
    assert found == [warmup >= key.right() for warmup in range(1, 21)]
    asked = key.mistakes[0][0]()
    assert lr * start**2 / asked < 2 <= lr * start**2 / (asked - 1)
    assert key.right() == asked + 1


def test_the_schedule_is_that_of_the_chapter(capsys):
    right = modern.FACTOR.answer
    for T, warmup in ((20, 1), (9, 4), (60, 6)):
        steps = range(1, T + 4)
        given = [float(right(t, T, warmup)) for t in steps]
        assert given == pytest.approx([Linear(T=T, warmup=warmup)(t) for t in steps])
    made = modern.as_schedule(lambda t, T, warmup: t / warmup, 20, 10)
    assert [made(t) for t in (1, 5)] == [0.1, 0.5]
    made = modern.as_schedule(lambda t, T, warmup: 2.0, 20, 10, stand_in=True)
    assert made(20) == pytest.approx(0.1)
    assert "is not right yet" in capsys.readouterr().out


# --------------------------------------------------------------------------- the matrix


def test_the_matrix_has_the_singular_values_of_the_numbers():
    values = np.linalg.svd(modern.gradient(), compute_uv=False)
    assert values == pytest.approx(modern.SHEET["sizes"])
    assert modern.gradient().shape == (8, 12)


@pytest.mark.parametrize("seed", SEEDS)
def test_from_the_right_number_of_steps_on_all_are_in_the_band(seed):
    """Also for whoever looks at the first time only: those that are there stay."""
    made = keys.paper(COURSE, "modern", seed)
    U, V = (np.linalg.qr(np.random.default_rng(seed).normal(size=(n, 8)))[0] for n in (8, 12))
    G = (U * np.array(made.numbers["sizes"])) @ V.T
    for name, coefficients in modern.COEFFICIENTS.items():
        key = made.keys["steps"].rows[name]
        inside = []
        for steps in range(21):
            values = np.linalg.svd(orthogonalized(G, coefficients, steps), compute_uv=False)
            inside.append(values.min() >= modern.BAND[0] and values.max() <= modern.BAND[1])
        assert inside == [steps >= key.right() for steps in range(21)]
        assert key.right() <= 20


def test_gentle_settles_on_one_and_fast_does_not():
    G = modern.gradient()
    settled, other = (
        np.linalg.svd(orthogonalized(G, modern.COEFFICIENTS[name], 20), compute_uv=False)
        for name in ("gentle", "fast")
    )
    assert settled == pytest.approx(1, abs=1e-6)
    assert np.abs(other - 1).max() > 0.1


def test_the_title_has_the_least_and_the_largest():
    assert title(modern.band(np.diag([0.5, 1.25]))) == "from 0.500 to 1.250"
    assert title(modern.band(np.full((2, 2), np.nan))) == "from nan to nan"


@pytest.mark.parametrize("shape", [(8, 8), (16, 64), (200, 50)])
def test_entries_of_an_orthogonal_step_are_as_small_as_the_mark_scheme_says(shape):
    made = np.linalg.qr(np.random.default_rng(0).normal(size=(max(shape), min(shape))))[0]
    assert np.sqrt(np.mean(made**2)) == pytest.approx(1 / np.sqrt(max(shape)))


# --------------------------------------------------------------------------- what is told


def told(question, answer):
    marks = modern.ASSIGNMENT.questions[question].marks(answer, np.random.default_rng(1))
    return " ".join(mark.says for mark in marks)


def test_a_wrong_matrix_is_told_by_its_singular_values_where_they_are_wrong():
    def wide(X, a, b, c):
        return 2 * (a * X + b * X @ X.T @ X + c * X @ X.T @ X @ X.T @ X)

    assert "The list of singular values of Y is wrong first at random problem 1" in told(
        "quintic", wide
    )

    def turned(X, a, b, c):
        return (a * X + b * X @ X.T @ X + c * X @ X.T @ X @ X.T @ X)[::-1]

    said = told("quintic", turned)
    assert "Y is wrong first at" in said
    assert "singular" not in said


def test_where_a_factor_is_wrong_is_told_by_t():
    assert "f is wrong first at t = " in told("factor", lambda t, T, warmup: 0.3)
    said = told("newton-schulz", lambda G, a, b, c, steps: np.ones(G.shape))
    assert "steps = 2 for a matrix of shape" in said
