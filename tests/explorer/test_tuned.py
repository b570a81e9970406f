"""Settings that suit a problem keep all paths in the picture."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
import pytest

import adaptive
from adaptive import RULES, Adadelta, Momentum, descend, explore, explorer
from adaptive.explorer import catalogue
from adaptive.explorer.picture import bounds_of
from adaptive.explorer.tuned import STORED, settings_on, stored, tuned, tuned_values
from adaptive.problems import Ravine
from adaptive.rules import Rule
from tests.explorer.make_tuned import text
from tests.explorer.test_explore import Bowl, Clipped

PROBLEMS = {problem.name: problem for problem in catalogue.default_problems()}


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("kind", RULES)
def test_no_path_leaves_the_picture(kind, name):
    problem = PROBLEMS[name]
    rule = kind(*catalogue.common()["tuned"][name][kind.__name__])
    path = descend(rule, problem, steps=100)
    assert not path.diverged
    low, high = np.array(bounds_of(problem)).T
    assert ((path.theta >= low) & (path.theta <= high)).all()
    assert (np.abs(np.diff(path.theta, axis=0)) <= (high - low) / 4).all()
    # And it gets somewhere.
    floor = catalogue.floor_of(problem)
    assert path.loss[-1] - floor < (path.loss[0] - floor) / 2


def test_what_is_stored_is_found_again():
    """Else: ``python -m tests.explorer.make_tuned``."""
    assert resources.files(explorer).joinpath(STORED).read_text(encoding="utf-8") == text()


def test_only_the_packages_own_rules_and_problems_are_looked_up():
    class Momentum(adaptive.Momentum):
        """Another, which looks like the package's."""

        def update(self, g, t):
            return (-self.lr * g, 0 * g)

    Momentum.__qualname__ = "Momentum"
    rule, ours = Momentum(**adaptive.Momentum.on_circles), adaptive.Momentum.on_circles
    [[settings]] = [each.values() for each in settings_on([rule], [Ravine()]).values()]
    assert repr(rule) in stored()[repr(Ravine())]
    assert settings == list(tuned(rule, Ravine()).hyperparameters.values())
    assert settings != settings_on([adaptive.Momentum(**ours)], [Ravine()])["ravine"]["Momentum"]
    # Nor settings of a problem that is set otherwise.
    other = settings_on([adaptive.Momentum(**ours)], [Ravine(condition=3)])["ravine"]["Momentum"]
    assert other == tuned_values(adaptive.Momentum(**ours), Ravine(condition=3))


def test_what_is_not_tuned_stays():
    assert tuned(Momentum(0.5, 0.7), Ravine()).momentum == 0.7
    assert tuned(Adadelta(0.8), Ravine()).rho == 0.8
    assert tuned(Adadelta(0.8), Ravine()).eps != Adadelta().eps
    assert tuned(Clipped(), Bowl()) == Clipped()

    @dataclass(frozen=True, eq=False)
    class Fixed(Rule):
        beta1: Any = 0.5

        def update(self, g, t):
            return (-0.1 * g,)

    assert tuned(Fixed(), Ravine()) == Fixed()


def test_another_rate_is_no_better():
    found = tuned(Momentum(momentum=0.7), Ravine())
    end = descend(found, Ravine(), steps=100).loss[-25:].max()
    for lr in (found.lr / 2, found.lr * 1.8):
        path = descend(Momentum(lr, 0.7), Ravine(), steps=100)
        leaps = (np.abs(np.diff(path.theta, axis=0)) > [2.5, 1]).any()
        assert path.loss[-25:].max() > end or leaps


def test_the_page_is_told_what_suits_the_problems():
    told = explore(Ravine(), Momentum(0.05, 0.7))._spec()["tuned"]
    assert set(told) == set(PROBLEMS) - {"ravine"}
    assert all(list(rules) == ["Momentum"] for rules in told.values())
    assert told["Beale"]["Momentum"][1] == 0.7
    own = explore(Bowl(), Momentum(0.05, 0.7))._spec()["tuned"]["bowl"]
    assert set(own) == {kind.__name__ for kind in RULES} - {"Momentum"}
    assert settings_on([Momentum()], [Ravine()]) == {"ravine": {"Momentum": [0.014, 0.9]}}
