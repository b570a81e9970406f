"""The measurements of the second part's rules: whole, and made by the code that is here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adaptive
from adaptive import SOAP, Adam, AdamW, Mixed, Muon, ScheduleFree, Shampoo, descend, scheduled
from adaptive.compare import paired
from adaptive.problems import Characters, Digits
from adaptive.rules import polar
from adaptive.rules.spectra import inverse_root
from adaptive.schedules import Constant, Linear
from adaptive.trained import FILE, MODERN_FILE, made, measured
from tests.measured import measure
from tests.measured.__main__ import main

STORED = Path(adaptive.problems.networks.__file__).parent / "data" / MODERN_FILE
NETWORKS = tuple(measure.NETWORKS)


@pytest.mark.parametrize("network", NETWORKS)
def test_all_entries_are_stored(network: str) -> None:
    found = measured(network)
    assert list(found["rules"]) == list(measure.ENTRIES)
    assert (found["steps"], found["fresh"]) == (measure.NETWORKS[network][1], measure.FRESH)
    for name, entry in measure.ENTRIES.items():
        rule = found["rules"][name]
        budgets = [f"linear/{share}" for share in measure.BUDGETS if "linear" in entry.schedules]
        assert [key for key in rule if key != "seconds"] == [*entry.schedules, *budgets]
        for schedule in entry.schedules:
            assert rule[schedule]["loss"].shape == (10, measure.FRESH)
            assert rule[schedule]["times"][-1] == found["steps"]
        for budget in budgets:
            assert rule[budget]["loss"].shape == (measure.FRESH,)
    assert list(found["beside"]) == list(measure.BESIDE)
    for name, entry in measure.BESIDE.items():
        for schedule in entry.schedules:
            assert found["beside"][name][schedule]["loss"].shape == (1, measure.FRESH)
    assert set(found["again"]) == {name for name, one in measure.ENTRIES.items() if one.tuned}


@pytest.mark.parametrize("network", NETWORKS)
def test_a_chosen_rate_is_compared_with_its_neighbours_on_other_trials(network: str) -> None:
    assert not set(measure.AGAIN) & {*range(measure.TRIALS)}
    assert max(measure.AGAIN) < measure.SEED
    found = measured(network)
    for name, again in found["again"].items():
        one = found["rules"][name][measure.ENTRIES[name].schedules[-1]]
        i = list(one["values"]).index(one["best"])
        assert list(again["values"]) == list(one["values"][i - 1 : i + 2])
        assert len(again["left"]) == 3


@pytest.mark.parametrize("network", NETWORKS)
def test_on_both_sides_of_each_chosen_rate_there_is_a_worse_one(network: str) -> None:
    found = measured(network)
    for name, entry in (measure.ENTRIES | measure.BESIDE).items():
        for schedule, one in (found["rules"] | found["beside"])[name].items():
            if schedule == "seconds" or not entry.tuned:
                continue
            values, left = one["values"], one["left"]
            assert values[0] < one["best"] < values[-1], (name, schedule)
            assert one["best"] == values[np.argmin(left)]
            if "/" not in schedule:  # so that the width of the good rates is seen
                assert min(left[0], left[-1]) > found["good"] * left.min()


def test_it_says_how_it_was_made() -> None:
    assert made(MODERN_FILE)["command"] == "python -m tests.measured"
    assert "numpy" in made(MODERN_FILE)
    assert "minutes" in made() == made(FILE)
    assert STORED.stat().st_size < 100_000
    with pytest.raises(ValueError, match="network must be one of bigrams, digits"):
        measured("letters")
    with pytest.raises(ValueError, match="file must be one of trained"):
        made("other")


def test_nobody_can_write_to_them() -> None:
    with pytest.raises(TypeError):
        measured("digits")["steps"] = 3  # type: ignore[index]
    with pytest.raises(ValueError, match="read-only"):
        measured("digits")["rules"]["Adam"]["linear"]["loss"][0] = 0


# ------------------------------------------------------------- a small part, measured again


#: Of stored trials on the digits: where they stand, and the rule with a rate.
PLAIN = {
    ("rules", "Adam", "linear"): lambda lr: scheduled(Adam(lr=lr), Linear(T=300)),
    ("beside", "Adam, β₂ = 0.95", "linear"): lambda lr: scheduled(
        Adam(lr=lr, beta2=0.95), Linear(T=300)
    ),
    ("beside", "Schedule-Free, warm-up", "constant"): lambda lr: scheduled(
        ScheduleFree(lr=lr), Constant(warmup=30)
    ),
}


@pytest.mark.parametrize(("trial", "where"), list(enumerate(PLAIN, start=3)), ids=str)
def test_a_fresh_trial_is_a_plain_run(trial: int, where: tuple[str, str, str]) -> None:
    problem, seed = Digits(), measure.SEED + trial
    part, name, schedule = where
    one = measured("digits")[part][name][schedule]
    end = descend(PLAIN[where](one["best"]), problem, problem.initial(seed), 300, rng=seed)
    assert one["loss"][-1, trial] == pytest.approx(problem.loss(end.theta[-1]), rel=1e-3)
    held_out = problem.held_out.loss(end.theta[-1])
    assert one["held_out"][trial] == pytest.approx(held_out, rel=1e-3)


@pytest.mark.parametrize("network", ["digits", "characters"])
def test_adam_does_not_gain_by_the_warm_up_with_which_schedule_free_is_ahead(network: str) -> None:
    found = measured(network)
    one, steps = found["rules"]["Adam"]["linear"], found["steps"]
    make = measure.maker(network, measure.Entry(Adam(), warm=True), "linear", steps, {})
    near = np.array([measure._near(one["best"] * measure.FACTOR**i) for i in (-1, 0, 1)])
    left = measure._median(network, make, near, steps)
    assert left.argmin() == 1, "there is a worse rate on both sides"
    adam = measure._ends(network, make(near[1]), np.array([steps]))["loss"][0]
    low, high = paired(np.array(adam) / 10, one["loss"][-1] / 10)[1:]
    assert low < 0 < high
    free = found["beside"]["Schedule-Free, warm-up"]["constant"]["loss"][-1]
    assert paired(free / 10, np.array(adam) / 10)[2] < 0


@pytest.mark.parametrize("network", ["digits", "characters"])
def test_one_run_of_schedule_free_is_ahead_at_three_stops_of_adams_own(network: str) -> None:
    found = measured(network)
    rules, steps = found["rules"], found["steps"]
    free = found["beside"]["Schedule-Free, warm-up"]["constant"]
    rule = scheduled(ScheduleFree(lr=free["best"]), Constant(warmup=steps // 10))
    stops = np.array([steps // 4, steps // 2, steps])
    losses = measure._ends(network, rule, stops)["loss"]
    np.testing.assert_allclose(losses[-1], free["loss"][-1], rtol=2e-3)
    for left, how in zip(losses, ("linear/4", "linear/2", "linear"), strict=True):
        told = np.atleast_2d(rules["Adam"][how]["loss"])[-1]
        assert paired(np.array(left) / 10, told / 10)[2] < 0


def test_what_a_rate_leaves_on_other_trials_is_a_median_over_ten() -> None:
    again = measured("digits")["again"]["Adam"]
    rule = scheduled(Adam(lr=again["values"][1]), Linear(T=300))
    problem, ends = Digits(), []
    for seed in measure.AGAIN:
        end = descend(rule, problem, problem.initial(seed), 300, rng=seed).theta[-1]
        ends.append(problem.loss(end))
    assert len(ends) == 10
    assert again["left"][1] == pytest.approx(np.median(ends), rel=1e-3)


def test_on_a_finer_grid_lamb_comes_near_adam_on_the_bigrams() -> None:
    found, ends = measured("bigrams"), {}
    for name in ("Adam", "LAMB"):
        one = found["rules"][name]["linear"]
        make = measure.maker(
            "bigrams", measure.ENTRIES[name], "linear", found["steps"], found["rules"]
        )
        near = np.array(
            [measure._near(one["best"] * measure.FACTOR ** (i / 4)) for i in range(-3, 4)]
        )
        rate = near[np.argmin(measure._median("bigrams", make, near, found["steps"]))]
        ends[name] = measure._ends("bigrams", make(rate), np.array([found["steps"]]))["loss"][0]
    on_the_grid = (found["rules"][name]["linear"]["loss"][-1] for name in ("LAMB", "Adam"))
    assert 10 ** paired(ends["LAMB"], ends["Adam"])[0] == pytest.approx(1.6, abs=0.05)
    assert 10 ** paired(*on_the_grid)[0] == pytest.approx(36, abs=0.5)


@pytest.mark.parametrize(
    ("network", "slower"), [("digits", 1.8), ("convolution", 1.9), ("characters", 1.7)]
)
def test_a_rate_two_places_too_low_costs_adam_steps(network: str, slower: float) -> None:
    found = measured(network)
    adam, end = found["rules"]["Adam"], np.array([found["steps"]])
    one, make = adam["linear"], lambda lr: scheduled(Adam(lr=lr), Linear(T=found["steps"]))
    low = one["values"][np.argmin(one["left"]) - 2]
    seeds = range(measure.SEED, measure.SEED + measure.FRESH)
    left = np.median(measure.run(network, make, [low], seeds, end))
    half, whole = np.median(adam["linear/2"]["loss"]), np.median(one["loss"][-1])
    # In the power law between half of the steps and all, so many times fewer leave as much.
    assert (left / whole) ** (1 / np.log2(half / whole)) == pytest.approx(slower, abs=0.05)


def test_another_rate_for_embeddings_is_worth_as_much_as_a_rule_on_matrices() -> None:
    found = measured("characters")
    rules, falls, end = found["rules"], Linear(T=found["steps"]), np.array([found["steps"]])
    best = rules["Adam"]["linear"]["best"]
    aside = scheduled(AdamW(lr=measure._near(measure.FACTOR**2 * best), weight_decay=0), falls)
    inside = {
        "Adam": AdamW(lr=measure._near(best / measure.FACTOR), weight_decay=0),
        "SOAP": SOAP(lr=rules["SOAP"]["linear"]["best"], weight_decay=0),
        "Muon": Muon(lr=rules["Muon"]["linear"]["best"]),
    }
    seeds, left = range(measure.SEED, measure.SEED + measure.FRESH), {}
    for name, rule in inside.items():
        both = Mixed(scheduled(rule, falls), aside, where=measure.inner)
        losses = measure.run("characters", lambda _, both=both: both, [0.0], seeds, end)
        left[name] = losses[0, 0] / 10
    usual = {name: rules[name]["linear"]["loss"][-1] / 10 for name in inside}
    assert paired(left["Adam"], usual["SOAP"])[2] < 0
    for name in ("SOAP", "Muon"):
        lead, before = (paired(each[name], each["Adam"]) for each in (left, usual))
        assert lead[2] < 0
        assert before[0] < lead[0], "by less"


@pytest.mark.parametrize(
    ("network", "rate"),
    [("bigrams", 4.63), ("digits", 0.215), ("convolution", 0.215), ("characters", 0.215)],
)
def test_in_the_shortest_runs_a_shorter_momentum_is_ahead_of_muons_and_of_none(
    network: str, rate: float
) -> None:
    rules, steps = measured(network)["rules"], measured(network)["steps"] // 4
    entry = measure.Entry(Muon(momentum=0.7), mixed=True)
    make = measure.maker(network, entry, "linear", steps, rules)
    near = np.array([measure._near(rate * measure.FACTOR**i) for i in (-1, 0, 1)])
    assert measure._median(network, make, near, steps).argmin() == 1
    left = np.array(measure._ends(network, make(rate), np.array([steps]))["loss"][0])
    for name in ("Muon", "Muon, γ = 0"):
        assert paired(left / 10, rules[name]["linear/4"]["loss"] / 10)[2] < 0


def test_on_other_trials_lamb_is_ahead_of_adam_on_the_characters() -> None:
    rules, losses = measured("characters")["rules"], {}
    seeds, end = range(2 * measure.SEED, 2 * measure.SEED + 20), np.array([200])
    for name in ("LAMB", "Adam"):
        make = measure.maker("characters", measure.ENTRIES[name], "linear", 200, rules)
        best = rules[name]["linear"]["best"]
        losses[name] = measure.run("characters", make, [best], seeds, end)[0, 0] / 10
    middle, _, high = paired(losses["LAMB"], losses["Adam"])
    assert high < 0
    assert 10**middle == pytest.approx(0.99, abs=0.004)


def test_a_trial_of_soap_hangs_on_rounding(monkeypatch: Any) -> None:
    rules = measured("digits")["rules"]
    make = measure.maker("digits", measure.ENTRIES["SOAP"], "linear", 300, rules)
    seeds = range(measure.SEED, measure.SEED + measure.FRESH)
    start = measure._start
    ends = []
    for nudged in (1.0, 1 + 1e-15):
        monkeypatch.setattr(measure, "_start", lambda *of, by=nudged: by * start(*of))
        best = rules["SOAP"]["linear"]["best"]
        ends.append(measure.run("digits", make, [best], seeds, np.array([300]))[0, 0])
    assert np.abs(np.log2(ends[1] / ends[0])).max() > 1
    adam = rules["Adam"]["linear"]["loss"][-1]
    assert max(paired(end, adam)[2] for end in ends) < 0


class Forgets(Shampoo):
    """Shampoo with means that forget, in place of its sums."""

    def update(self, g: Any, t: int, L: Any, R: Any) -> tuple[Any, Any, Any]:
        L, R = 0.95 * L + 0.05 * (g @ g.mT), 0.95 * R + 0.05 * (g.mT @ g)
        left, right = (
            inverse_root(M / (1 - 0.95**t) + self.eps * np.eye(M.shape[-1]), 4) for M in (L, R)
        )
        return -self.lr * (left @ g @ right), L, R


def test_shampoo_with_means_that_forget_gains_by_a_falling_rate() -> None:
    # Each of the two rates is the best of the chapter's grid for its schedule.
    entry = measure.Entry(Forgets(), mixed=True)
    rules, seeds = measured("digits")["rules"], range(measure.SEED, measure.SEED + 4)
    constant, falling = (
        measure.run(
            "digits",
            measure.maker("digits", entry, schedule, 300, rules),
            [rate],
            seeds,
            np.array([300]),
        )[0, 0]
        for schedule, rate in (("constant", 0.0998), ("linear", 0.463))
    )
    assert np.median(constant / falling) > 3
    assert (constant > falling).all()


@pytest.mark.parametrize(("name", "kind"), [("Muon", Muon), ("SOAP", SOAP)])
def test_a_fresh_trial_on_matrices_begins_as_a_plain_run(name: str, kind: Any) -> None:
    # Later, on another machine, the last digit of a number may have become a difference.
    problem, seed = Characters(), measure.SEED + 1
    rules = measured("characters")["rules"]
    one, falls = rules[name]["linear"], Linear(T=200)
    rule = Mixed(
        scheduled(kind(lr=one["best"], weight_decay=0), falls),
        scheduled(AdamW(lr=rules["Adam"]["linear"]["best"], weight_decay=0), falls),
        where=lambda name, array: array.ndim == 2 and name not in ("E", "P"),
    )
    path = descend(rule, problem, problem.initial(seed), 20, rng=seed)
    assert one["times"][0] == 20
    assert one["loss"][0, 1] == pytest.approx(path.loss[-1], rel=2e-3)


def test_many_rates_are_one_by_one() -> None:
    entry = measure.ENTRIES["Shampoo"]
    aside = {"Adam": {"constant": {"best": 0.02}}}
    make = measure.maker("digits", entry, "constant", 6, aside)
    times, rates = np.array([3, 6]), [0.1, 1.0]
    both = measure.run("digits", make, rates, range(2), times)
    for i, rate in enumerate(rates):
        alone = measure.run("digits", make, [rate], [1], times)
        np.testing.assert_allclose(both[:, i, 1], alone[:, 0, 0], rtol=1e-9)


@pytest.mark.parametrize("name", ["Momentum", "ScheduleFree", "Muon"])
@pytest.mark.parametrize("how", ["constant", "linear"])
def test_a_run_is_a_plain_one(name: str, how: str) -> None:
    aside = {"Adam": {how: {"best": 0.02}}}
    make = measure.maker("digits", measure.ENTRIES[name], how, 8, aside)
    losses = measure.run("digits", make, [0.1], [3, 4], np.array([2, 8]))
    problem = Digits()
    for i, seed in enumerate((3, 4)):
        path = descend(make(0.1), problem, problem.initial(seed), 8, rng=seed)
        np.testing.assert_allclose(losses[:, 0, i], path.loss[[2, 8]], rtol=1e-9)


def test_the_rate_of_all_arrays_falls() -> None:
    aside = {"Adam": {"linear": {"best": 0.5}}}
    make = measure.maker("characters", measure.ENTRIES["Muon"], "linear", 10, aside)
    rule: Any = make(0.3)
    for part, rate in ((rule.matrices, 0.3), (rule.rest, 0.5)):
        assert part.at(1).lr == pytest.approx(rate)
        assert part.at(10).lr == pytest.approx(rate / 10)
        assert part.weight_decay == 0
    arrays = {"E": 2, "P": 2, "WQ1": 2, "WS": 2, "b": 1}
    inner = [n for n, axes in arrays.items() if rule.where(n, np.ones((3,) * axes))]
    assert inner == ["WQ1", "WS"]


def test_a_run_that_diverges_is_infinity() -> None:
    make = measure.maker("digits", measure.ENTRIES["Momentum"], "constant", 30, {})
    lost = measure.run("digits", make, [0.1, 1e308], [0], np.array([30]))
    assert np.isfinite(lost[0, 0, 0])
    assert np.isinf(lost[0, 1, 0])


def test_the_search_goes_on_until_the_best_rate_is_inside(monkeypatch: Any) -> None:
    tried = []

    def left(network: str, make: Any, rates: Any, steps: int) -> Any:
        tried.extend(rates)
        return 1 + np.log10(np.asarray(rates) / 50) ** 2

    monkeypatch.setattr(measure, "_median", left)
    found = measure.tune("digits", lambda lr: lr, 1.0, 5)
    assert found["values"] == sorted(tried)
    assert found["best"] == pytest.approx(46.3, rel=0.01)
    assert found["values"][0] == 0.464, "nothing is added where it is worse"
    wide = measure.tune("digits", lambda lr: lr, 1.0, 5, wide=True)
    assert min(wide["left"][0], wide["left"][-1]) > 2, "the ends are not good"
    assert wide["values"][-1] > 500


def test_what_is_there_is_not_measured_again(monkeypatch: Any, tmp_path: Any) -> None:
    asked = []
    file = tmp_path / "measured.json"
    monkeypatch.setattr("tests.measured.__main__.FILE", file)

    def one(network: str, name: str, rules: Any) -> dict[str, Any]:
        asked.append((network, name))
        return {}

    def other(network: str, name: str, rules: dict[str, Any]) -> dict[str, Any]:
        asked.append((network, f"{name} again"))
        return {}

    monkeypatch.setattr(measure, "measured", one)
    monkeypatch.setattr(measure, "again", other)
    tuned = sum(entry.tuned for entry in measure.ENTRIES.values())
    main([])
    assert len(asked) == len(NETWORKS) * (len(measure.ENTRIES | measure.BESIDE) + tuned)
    assert len(set(asked)) == len(asked)
    before = len(asked)
    main([])
    assert len(asked) == before
    main(["digits", "Muon"])
    assert asked[before:] == [("digits", "Muon"), ("digits", "Muon again")]
    assert list(json.loads(file.read_text())["networks"]["digits"]["rules"]) == [*measure.ENTRIES]


# ------------------------------------------------------------- what the chapter proves


class Counted(np.ndarray):
    """An array that counts the multiplications and additions of products of matrices."""

    done: int = 0

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        plain = [np.asarray(each) for each in inputs]
        found = getattr(ufunc, method)(*plain, **keywords)
        if ufunc is np.matmul:
            Counted.done += 2 * found.size * plain[0].shape[-1]
        return np.asarray(found).view(Counted)

    def __array_function__(self, f: Any, kinds: Any, inputs: Any, keywords: Any) -> Any:
        plain = [np.asarray(x) if isinstance(x, np.ndarray) else x for x in inputs]
        found = f(*plain, **keywords)
        # A decomposition returns several; what it costs is no product.
        return found.view(Counted) if isinstance(found, np.ndarray) else found


def products(rule: Any, p: int, q: int, monkeypatch: Any, steps: int = 2) -> int:
    """Return how much work products are in the last of some steps."""
    monkeypatch.setattr(polar, "_matrices", lambda name, value: value)
    monkeypatch.setattr(polar, "_normalized", lambda G: G / np.linalg.norm(np.asarray(G)))
    rng = np.random.default_rng(0)
    theta, state = rng.normal(size=(p, q)), rule.init(np.zeros((p, q)))[1:]
    for t in range(1, steps + 1):
        g = rng.normal(size=(p, q)).view(Counted)
        Counted.done = 0
        seen = (theta,) if rule.sees_theta else ()
        _, *state = rule.update(g, t, *seen, *(np.asarray(s).view(Counted) for s in state))
    return Counted.done


@pytest.mark.parametrize(("p", "q"), [(3, 5), (5, 3), (4, 4), (2, 9)])
def test_products_of_a_step(p: int, q: int, monkeypatch: Any) -> None:
    k = min(p, q)
    muon = products(Muon(), p, q, monkeypatch)
    assert muon == 5 * (4 * k * p * q + 2 * k**3)
    assert muon <= 30 * k * p * q, "at most, with equality for a square"
    assert (muon == 30 * k * p * q) == (p == q)
    soap = products(SOAP(), p, q, monkeypatch)
    assert soap == 8 * p * q * (p + q) + 2 * (p**3 + q**3)
    shampoo = products(Shampoo(), p, q, monkeypatch)
    assert shampoo == 4 * p * q * (p + q) + 2 * (p**3 + q**3)


def test_the_best_of_many_equal_settings_looks_better_the_more_there_are() -> None:
    rng = np.random.default_rng(0)
    for draw in (rng.normal, rng.exponential, rng.uniform):
        tuning, fresh = draw(size=(2, 40_000, 16))
        means, again = [], []
        for n in (1, 2, 4, 8, 16):
            best = tuning[:, :n].argmin(axis=1)
            means.append(np.take_along_axis(tuning, best[:, None], axis=1).mean())
            again.append(np.take_along_axis(fresh, best[:, None], axis=1).mean())
        assert np.all(np.diff(means) < -0.01)
        np.testing.assert_allclose(again, fresh.mean(), atol=0.03)


def test_an_interval_of_ten_trials_is_narrower_than_it_says() -> None:
    draws = np.random.default_rng(0).integers(10, size=(2000, 10))
    differences, held = np.random.default_rng(1).normal(size=(1500, 10)), []
    for some in np.split(differences, 30):
        medians = np.median(some[:, draws], axis=-1)
        low, high = np.quantile(medians, [0.005, 0.995], axis=1)
        held.extend((low <= 0) & (high >= 0))
    interval = paired(10 ** differences[-1] / 1e4, np.full(10, 1e-4))[1:]
    assert interval == pytest.approx((low[-1], high[-1]))
    assert 0.97 < np.mean(held) < 0.98, np.mean(held)


def test_products_of_a_gradient() -> None:
    b, p, q = 7, 3, 5
    rng = np.random.default_rng(0)
    X, W, R = (rng.normal(size=s).view(Counted) for s in ((b, p), (p, q), (b, q)))
    Counted.done = 0
    _ = X @ W, X.T @ R, R @ W.T
    assert Counted.done == 6 * b * p * q
    for p, q in ((3, 5), (4, 4), (1, 9)):
        muon = 20 * p * p * q + 10 * p**3
        assert muon / (6 * b * p * q) <= 5 * p / b * (1 + 1e-12)
        assert (muon / (6 * b * p * q) == pytest.approx(5 * p / b)) == (p == q)


@pytest.mark.parametrize("alpha", [0.05, 0.5, 2.0])
def test_a_small_lead_is_a_long_way(alpha: float) -> None:
    T, c, r = 400.0, 3.0, 0.97
    first, second = c * T**-alpha, r * c * (r ** (1 / alpha) * T) ** -alpha
    assert second == pytest.approx(first, rel=1e-12)
    # Another way: where does the line of the second, in logarithms, come down to the first?
    lengths = np.geomspace(1, T, 5)
    curve = np.log(r * c * lengths**-alpha)
    reached = np.exp(np.interp(-np.log(first), -curve, np.log(lengths)))
    assert T / reached == pytest.approx(r ** (-1 / alpha), rel=1e-9)
