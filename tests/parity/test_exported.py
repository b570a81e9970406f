"""Exported rules in PyTorch, optax and Keras, from paths that they have made there.

And AdamW, Lion and Schedule-Free beside the frameworks' own.

`make parity` makes the paths again, and runs the tests in `live` that need the frameworks.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive import Adam, AdamW, Lion, ScheduleFree, frameworks
from tests.every import KINDS
from tests.parity.live import alike

FILE = Path(__file__).with_name("exported.npz")
#: The steps that are stored.
STEPS = np.array([1, 2, 3, 5, 10, 20, 50, 100, 200])
#: With which learning rate and `weight_decay` the frameworks' own Adam, AdamW and Lion have run.
RATE, DECAY = 0.1, 0.2
#: And with which β the packages' Schedule-Free.
BETAS = (0.5, 0.9)


@pytest.mark.parametrize("rule", [*alike.OURS, *alike.SCHEDULED], ids=alike.called)
@pytest.mark.parametrize("framework", ["torch", "optax", "keras"])
def test_the_path_is_the_rules(framework, rule):
    stored = np.load(FILE)[f"{framework}/{type(rule).__name__}"]
    path = alike.path(rule, alike.gradients(), alike.start())
    ahead = np.array([point for _, point in path])[STEPS - 1]
    assert stored.shape == ahead.shape
    assert alike.far(stored, ahead) < alike.TOLERANCE
    assert alike.far(stored[-1], stored[0]) > 1e-3, "it moves"


def decayed(rule, *, penalty=0.0, decay=0.0):
    """Return the path of a rule with a penalty in its gradient or a decay of the weights."""
    theta, state = alike.start(), rule.init(alike.start())
    for g in alike.gradients():
        g = g + penalty * theta
        theta, state = rule.step(theta * (1 - RATE * decay), g, state)
        yield theta


@pytest.mark.parametrize(
    ("stored", "kind"),
    [
        ("torch/AdamW decay", Adam),
        ("optax/AdamW decay", Adam),
        ("keras/AdamW decay", frameworks.keras.Adam),
        ("keras/Adam decay", frameworks.keras.Adam),
    ],
)
def test_adamw_is_adam_beside_which_weights_decay(stored, kind):
    """`test_export` holds that this is what exported rules do with a `weight_decay`."""
    path = np.array([*decayed(kind(lr=RATE), decay=DECAY)])[STEPS - 1]
    assert alike.far(np.load(FILE)[stored], path) < alike.TOLERANCE
    other = np.array([*decayed(kind(lr=RATE), penalty=DECAY)])[STEPS - 1]
    assert alike.far(np.load(FILE)[stored], other) > 0.1


@pytest.mark.parametrize(
    ("stored", "kind"),
    [
        ("torch/AdamW decay", AdamW),
        ("optax/AdamW decay", AdamW),
        ("optax/Lion decay", Lion),
        ("keras/Lion decay", Lion),
    ],
)
def test_it_is_that_of_the_frameworks(stored, kind):
    rule = kind(lr=RATE, weight_decay=DECAY)
    run = alike.path(rule, alike.gradients(), alike.start())
    path = np.array([theta for theta, _ in run])[STEPS - 1]
    assert alike.far(np.load(FILE)[stored], path) < alike.TOLERANCE


def test_defaults_of_lion():
    """The learning rate, which optax has to be given; β₁ and β₂; the decay, 0 where it is None."""
    ours = [0.0001, 0.9, 0.99, 0.0]
    assert [*Lion().hyperparameters.values()] == ours
    np.testing.assert_array_equal(np.load(FILE)["optax/Lion defaults"], [np.nan, 0.9, 0.99, 0.001])
    np.testing.assert_array_equal(np.load(FILE)["keras/Lion defaults"], [0.001, 0.9, 0.99, 0.0])


@pytest.mark.parametrize("package", ["schedulefree", "optax"])
@pytest.mark.parametrize("beta", BETAS)
def test_schedule_free_is_that_of_the_packages(package, beta):
    """In training their parameters are where the gradient is taken, and θ is to be asked for."""
    path = alike.path(ScheduleFree(RATE, beta), alike.gradients(), alike.start())
    theta, ahead = (np.array(points)[STEPS - 1] for points in zip(*path, strict=True))
    stored = np.load(FILE)
    for what, ours in (("eval", theta), ("train", ahead)):
        theirs = stored[f"{package}/ScheduleFree {what} {beta}"]
        assert alike.far(theirs, ours) < alike.TOLERANCE
    assert alike.far(theta, ahead) > 0.01


def test_defaults_of_schedule_free():
    stored = np.load(FILE)
    assert [*ScheduleFree().hyperparameters.values()] == [1.0, 0.9]
    np.testing.assert_array_equal(stored["schedulefree/ScheduleFree defaults"], [1.0, 0.9])
    np.testing.assert_array_equal(stored["optax/ScheduleFree defaults"], [1.0, 0.9])


def test_pytorchs_adam_has_the_penalty():
    path = np.array([*decayed(Adam(lr=RATE), penalty=DECAY)])[STEPS - 1]
    assert alike.far(np.load(FILE)["torch/Adam decay"], path) < alike.TOLERANCE


def test_all_are_stored():
    assert len(np.load(FILE).files) == 3 * (len(KINDS) + len(alike.SCHEDULED)) + 19
