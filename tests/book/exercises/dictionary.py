"""Answers to the exercises of the dictionary, right and wrong."""

import numpy as np

from adaptive import descend
from adaptive.frameworks import default_rule, recorded
from adaptive.problems import Ravine
from tests.book.answers import right, wrong

NAMES = ("torch", "optax", "keras")


def _path(name):
    """The path of that framework's Nadam at the steps that are recorded."""
    run = descend(default_rule(name, "Nadam"), Ravine(condition=12), steps=200)
    return run.theta[recorded(name, "Nadam").steps]


@wrong("ex-dictionary-detective", check="check", says="this was made by keras, not by torch")
def always_the_first(θ):
    return "torch"


@wrong("ex-dictionary-detective", check="check", says="the answer must be one of")
def its_number(θ):
    return int(np.argmin([np.abs(_path(name) - θ).max() for name in NAMES]))


@wrong("ex-dictionary-detective", check="check", says="compare nearness, not equality")
def nearly_equal(θ):
    return next((name for name in NAMES if np.allclose(_path(name), θ, atol=1e-12)), None)


@wrong("ex-dictionary-detective", check="check", says="your function changes its argument")
def in_place(θ):
    far = {}
    for name in NAMES:
        θ -= _path(name)
        far[name] = np.abs(θ).max()
        θ += _path(name)
    θ[:] = 0
    return min(far, key=far.get)


@wrong("ex-dictionary-detective", check="check", says="this was made by keras, not by")
def the_farthest(θ):
    return max(NAMES, key=lambda name: np.abs(_path(name) - θ).max())


@wrong("ex-dictionary-detective", check="check", says="not by")
def the_first_steps_for_the_recorded_ones(θ):
    far = {}
    for name in NAMES:
        run = descend(default_rule(name, "Nadam"), Ravine(condition=12), steps=200)
        far[name] = np.abs(run.theta[: len(θ)] - θ).max()
    return min(far, key=far.get)


@right("ex-dictionary-detective", check="check")
def by_the_sum_of_squares(θ):
    return NAMES[np.argmin([np.sum((_path(name) - θ) ** 2) for name in NAMES])]


@right("ex-dictionary-detective", check="check")
def by_the_last_point(θ):
    last = {np.linalg.norm(_path(name)[-1] - θ[-1]): name for name in NAMES}
    return last[min(last)]
