"""Networks race, too: their floor is given, and each trial has a start of its own."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive import NAG, SGD, Adam, AdamW, Mixed, Muon, Sweep, descend, scheduled
from adaptive.problems import Bigrams, Circles, Digits, Ravine
from adaptive.problems.base import Array
from adaptive.race import grid, race
from adaptive.schedules import Linear

SMALL = Digits(hidden=3, batch_size=4, seed=7)
STEPS = 12


def left(rule: object, seed: int, floor: float = 0.0) -> float:
    """Return what a run leaves from the start, and on the minibatches, of one seed."""
    path = descend(rule, SMALL, SMALL.initial(seed), STEPS, rng=seed)  # type: ignore[arg-type]
    return float((path.loss[-1] - floor) / (path.loss[0] - floor))


@pytest.mark.parametrize("floor", [0.0, -1.5])
def test_each_trial_has_a_start_and_minibatches_of_one_seed(floor: float) -> None:
    found = race(SMALL, [NAG], STEPS, trials=3, fresh=2, budget=4, floor=floor, memories=False)
    entry = found.entries["NAG"]
    assert entry.tried.shape == (len(entry.axes["lr"]), 3)
    for i, seed in enumerate((0, 1, 2)):
        expected = [left(NAG(lr=lr), seed, floor) for lr in entry.axes["lr"][:4]]
        np.testing.assert_allclose(entry.tried[:4, i], expected, rtol=1e-9)
    expected = [left(entry.rule, seed, floor) for seed in (1_000_000, 1_000_001)]
    np.testing.assert_allclose(entry.final, expected, rtol=1e-9)
    assert len(np.unique(entry.tried[2])) == 3


def test_all_rules_get_the_same_trials_and_memories_have_axes() -> None:
    both = race(SMALL, [SGD, Adam], STEPS, trials=2, fresh=2, budget=12, floor=0)
    alone = race(SMALL, [Adam], STEPS, trials=2, fresh=2, budget=12, floor=0)
    np.testing.assert_array_equal(both.entries["Adam"].final, alone.entries["Adam"].final)
    assert list(both.entries["Adam"].axes) == ["lr", "beta1", "beta2"]
    assert both.entries["Adam"].tried.shape[-1] == 2


def test_another_start_is_drawn_with_another_seed() -> None:
    runs = [race(SMALL, [SGD], 0, trials=3, fresh=2, budget=2, floor=0, seed=s) for s in (0, 5)]
    # Without a step what is left is all there was, wherever the start.
    for each in runs:
        np.testing.assert_allclose(each.entries["SGD"].tried, 1)
    moved = race(SMALL, [SGD], 1, trials=2, fresh=2, budget=2, floor=0, seed=5)
    np.testing.assert_allclose(
        moved.entries["SGD"].final[0], descend_one(moved.entries["SGD"].rule, 1_000_005)
    )


def descend_one(rule: object, seed: int) -> float:
    path = descend(rule, SMALL, SMALL.initial(seed), 1, rng=seed)  # type: ignore[arg-type]
    return float(path.loss[-1] / path.loss[0])


def test_a_score_is_asked_of_each_trial() -> None:
    def held_out(runs: Sweep) -> Array:
        return np.asarray(SMALL.held_out.loss(runs.theta[-1]))

    found = race(SMALL, [SGD], STEPS, trials=2, fresh=2, budget=3, score=held_out).entries["SGD"]
    assert found.tried.shape == (len(found.axes["lr"]), 2)
    path = descend(found.rule, SMALL, SMALL.initial(1_000_001), STEPS, rng=1_000_001)
    assert found.final[1] == pytest.approx(SMALL.held_out.loss(path.theta[-1]), rel=1e-9)


def test_words_have_a_lowest_loss_and_need_no_floor() -> None:
    found = race(Bigrams(words=4), [SGD], 20, trials=2, fresh=2, budget=3).entries["SGD"]
    assert found.final.max() < 1
    assert len(np.unique(found.final)) == 2


def test_a_given_floor_is_that_of_other_problems_too() -> None:
    found = race(Ravine(10), [SGD], 20, trials=2, fresh=3, budget=3, floor=-1)
    usual = race(Ravine(10), [SGD], 20, trials=2, fresh=3, budget=3)
    assert (found.entries["SGD"].final > usual.entries["SGD"].final).all()
    exact = race(Ravine(10), [SGD], 20, trials=2, fresh=3, budget=3, floor=0)
    np.testing.assert_array_equal(exact.entries["SGD"].final, usual.entries["SGD"].final)


def test_without_memories_all_settings_are_rates() -> None:
    assert {name: len(values) for name, values in grid(Adam, 25, memories=False).items()} == {
        "lr": 25
    }
    circles = race(Circles(), [Adam], 5, trials=2, fresh=2, budget=7, memories=False)
    assert list(circles.entries["Adam"].axes) == ["lr"]
    assert circles.entries["Adam"].rule == Adam(lr=circles.entries["Adam"].best["lr"])


def test_rules_race_beside_classes_each_by_its_name() -> None:
    falls = Linear(T=STEPS)
    entrants = {
        "both": Mixed(Muon(), AdamW(lr=0.02)),
        "first": Mixed(Muon(), AdamW(lr=0.02), where=lambda name, array: name == "W1"),
        "falling": scheduled(Adam(eps=0.1), falls),
        "constant": Adam(eps=0.1),
        "Adam": Adam,
    }
    how = {"trials": 2, "fresh": 2, "budget": 4, "floor": 0, "memories": False}
    found = race(SMALL, entrants, STEPS, **how)  # type: ignore[arg-type]
    assert list(found.entries) == list(entrants)
    for name, entry in found.entries.items():
        expected = [left(entry.rule, seed) for seed in (1_000_000, 1_000_001)]
        np.testing.assert_allclose(entry.final, expected, rtol=1e-9, err_msg=name)
    # What is not varied is what was given.
    rule = found.entries["both"].rule
    assert list(found.entries["both"].best) == ["matrices__lr"]
    assert isinstance(rule, Mixed)
    assert rule.rest == AdamW(lr=0.02)
    assert rule.matrices == Muon(lr=found.entries["both"].best["matrices__lr"])
    rates = {name: found.entries[name].best["lr"] for name in ("falling", "constant")}
    assert found.entries["falling"].rule == scheduled(Adam(rates["falling"], eps=0.1), falls)
    assert found.entries["constant"].rule == Adam(rates["constant"], eps=0.1)
    # Rules that differ in nothing but where they go are not taken for one another.
    same = [Mixed(Muon(0.1), AdamW(lr=0.02), where=entrants[w].where) for w in ("both", "first")]  # type: ignore[union-attr]
    assert (found.left(same[0]) != found.left(same[1])).all()
    again = found.chosen_by(0.8).entries["first"]
    np.testing.assert_array_equal(again.final, found.left(again.rule))
