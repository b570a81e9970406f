"""Answers to the exercises of the dictionary, right and wrong."""

import numpy as np

from adaptive.frameworks import default_rule, recorded
from tests.book.answers import right, wrong

NAMES = ("torch", "optax", "keras")


def _path(name, gradients, *, forgets=False):
    """The path of that framework's Nadam on these gradients."""
    rule, theta, path = default_rule(name, "Nadam"), np.zeros(2), []
    state = rule.init(theta)
    for g in gradients:
        theta, state = rule.step(theta, g, rule.init(theta) if forgets else state)
        path.append(theta)
    return np.array(path)


def _nearest(gradients, theta, **how):
    return min(NAMES, key=lambda name: np.abs(_path(name, gradients, **how) - theta).max())


@wrong("ex-dictionary-detective", check="check", says="this was made by keras, not by torch")
def always_the_first(gradients, θ):
    return "torch"


@wrong("ex-dictionary-detective", check="check", says="not by")
def the_nearest_record(gradients, θ):
    """A lookup: it knows the runs that are stored, and no rule."""
    far = {}
    for name in NAMES:
        record = recorded(name, "Nadam")
        path = record.theta[1:] - record.theta[0]
        far[name] = np.abs(path[: len(θ)] - θ[: len(path)]).max()
    return min(far, key=far.get)


@wrong("ex-dictionary-detective", check="check", says="the answer must be in")
def its_number(gradients, θ):
    return NAMES.index(_nearest(gradients, θ))


@wrong("ex-dictionary-detective", check="check", says="compare nearness, not equality")
def nearly_equal(gradients, θ):
    found = (n for n in NAMES if np.allclose(_path(n, gradients), θ, rtol=0, atol=1e-12))
    return next(found, None)


@wrong("ex-dictionary-detective", check="check", says="your function changes its arguments")
def in_place(gradients, θ):
    answer = _nearest(gradients, θ)
    θ -= _path(answer, gradients)
    return answer


@wrong("ex-dictionary-detective", check="check", says="not by")
def the_farthest(gradients, θ):
    return max(NAMES, key=lambda name: np.abs(_path(name, gradients) - θ).max())


@wrong("ex-dictionary-detective", check="check", says="not by")
def without_the_state(gradients, θ):
    return _nearest(gradients, θ, forgets=True)


@right("ex-dictionary-detective", check="check")
def by_the_sum_of_squares(gradients, θ):
    return NAMES[np.argmin([np.sum((_path(n, gradients) - θ) ** 2) for n in NAMES])]


@right("ex-dictionary-detective", check="check")
def by_the_last_point(gradients, θ):
    last = {np.linalg.norm(_path(n, gradients)[-1] - θ[-1]): n for n in NAMES}
    return last[min(last)]


@right("ex-dictionary-detective", check="check")
def by_the_first_two_steps(gradients, θ):
    return _nearest(gradients[:2], θ[:2])
