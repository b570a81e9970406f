"""What the page of errata says is shown by tests; those that are nowhere else are here."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest

from adaptive import SGD, Adam, AMSGrad, Momentum, Rule, ScheduleFree, scheduled, sweep
from adaptive.compare import paired
from adaptive.frameworks import recorded
from adaptive.problems import Convolution, Digits, NoisyQuadratic
from adaptive.schedules import Cosine, Linear
from adaptive.trained import trained
from tests.book.checked import in_file, sources
from tests.rules.reference import changes
from tests.toys import measure

ENTRIES = {
    part.partition("\n")[0]: part
    for part in re.split(r"^### ", sources().get("errata", ""), flags=re.M)[1:]
}
NAMED = re.compile(r"\{test\}`((?:[\w/]+)\.py)::(\w+)`")


@pytest.mark.parametrize("entry", ENTRIES)
def test_entry_names_a_test_that_is_there(entry):
    tests = NAMED.findall(ENTRIES[entry])
    assert tests, "no test shows this"
    for file, name in tests:
        assert name in in_file(file)


def test_there_are_entries():
    assert len(ENTRIES) >= 6


@pytest.mark.parametrize("entry", [name for name, part in ENTRIES.items() if "{cite" in part])
def test_entry_says_where_and_when(entry):
    assert re.search(r"\]\(https://\S+\)", ENTRIES[entry]), "no link"
    assert re.search(r"\b20\d\d\b", ENTRIES[entry]), "no date"


def test_neither_bound_of_the_paper_holds():
    """Kingma and Ba (2015), section 2.1: with 1 - β₁ above √(1 - β₂), and not above it."""
    for beta1, beta2, claimed in (
        (0.9, 0.999, (1 - 0.9) / np.sqrt(1 - 0.999)),
        (0.9, 0.99, 1.0),
        (0.9, 0.95, 1.0),
    ):
        grown = (beta2 / beta1) ** np.arange(-400.0, 1)
        longest = -changes(Adam(1.0, beta1, beta2, eps=0), *grown)[-1]
        assert longest > 1.1 * claimed
    # What the paper speaks of: a gradient that comes alone, after a long silence.
    alone = changes(Adam(1.0, eps=0), *[1e-100] * 8000, 1.0)[-1]
    assert -alone == pytest.approx(0.1 / np.sqrt(0.001), rel=1e-3)
    at_099 = -changes(Adam(1.0, 0.9, 0.99, eps=0), *(1.1 ** np.arange(-1500.0, 1)))[-1]
    assert at_099 == pytest.approx(2.35, abs=0.01)


def test_adam_has_regret_under_the_conditions_of_its_theorem():
    """Kingma and Ba (2015), theorem 4.1: any decaying β₁, so 0 as well, and a rate η/√t.

    The losses are 3θ in one step of three and -θ in the others, on [-1, 1]; -1 is best. Here
    β₁² is below √β₂, as the theorem wants it.
    """
    rule, steep = Adam(0.5, beta1=0, beta2=0.1, eps=0), 3.0
    theta, ends = np.zeros(1), []
    state, regret, average = rule.init(theta), 0.0, []
    for t in range(1, 30_001):
        g = np.array([steep if t % 3 == 1 else -1.0])
        regret += float(g[0] * (theta[0] + 1))
        theta, state = replace(rule, lr=0.5 / np.sqrt(t)).step(theta, g, state)
        theta = np.clip(theta, -1, 1)
        ends.append(theta[0])
        average.append(regret / t)
    assert ends[-1] > 0.98
    # Per three steps, +1 loses 3 - 2 = 1, and -1 gains as much: 2/3 a step, for ever.
    assert average[-1] == pytest.approx(2 / 3, abs=0.02)
    assert abs(average[-1] - average[9_999]) < 0.02


@dataclass(frozen=True, eq=False)
class Printed(Rule):
    """AMSGrad as PyTorch 2.5 documented it: the maximum of corrected moments."""

    lr: Any = 0.001
    beta1: Any = 0.9
    beta2: Any = 0.999
    corrected_first: ClassVar[bool] = True
    state_names: ClassVar[tuple[str, ...]] = ("m", "v", "top")

    def update(self, g: Any, t: int, m: Any, v: Any, top: Any) -> tuple[Any, ...]:
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g**2
        correction = 1 - self.beta2**t
        top = np.maximum(top, v / correction if self.corrected_first else v)
        square = top if self.corrected_first else top / correction
        return -self.lr * m / (1 - self.beta1**t) / (np.sqrt(square) + 1e-8), m, v, top


class Coded(Printed):
    """AMSGrad as its code is: the maximum first."""

    corrected_first = False


def test_torch_takes_the_maximum_before_it_corrects():
    made = recorded("torch", "AMSGrad", "circles")
    settings = {name: AMSGrad.on_circles[name] for name in ("lr", "beta1", "beta2")}
    assert made.distance(Coded(**settings)) < 1e-12
    assert made.distance(Printed(**settings)) > 0.01


def dive(gradients, lr=0.01, eps=1e-6):
    """The function `adam` for TensorFlow of Dive into Deep Learning, for one parameter."""
    p, v, s = np.zeros((3, 1))
    t, path = 1, [0.0]
    for grad in gradients:
        v = 0.9 * v + (1 - 0.9) * grad
        s = 0.999 * s + (1 - 0.999) * grad**2
        v_bias_corr = v / (1 - 0.9**t)
        s_bias_corr = s / (1 - 0.999**t)
        p = p - lr * v_bias_corr / np.sqrt(s_bias_corr) + eps
        path.append(p.item())
    return np.diff(path)


def test_a_step_number_that_is_never_increased():
    steps = -dive([1.0] * 8000, eps=0) / 0.01
    np.testing.assert_allclose(-np.array(changes(Adam(0.01), *[1.0] * 50)) / 0.01, 1, rtol=1e-6)
    assert steps[0] == pytest.approx(1)
    assert steps.max() > 2
    assert steps[-1] == pytest.approx(np.sqrt(0.001) / 0.1, rel=1e-3)  # 0.316


def test_epsilon_beside_the_fraction():
    """The parameters drift by ε a step; and what ε is there for, 0/0, is NaN."""
    drift = dive([1.0, -1.0] * 50, eps=1e-3) - dive([1.0, -1.0] * 50, eps=0)
    np.testing.assert_allclose(drift, 1e-3)
    with np.errstate(invalid="ignore"):
        assert np.isnan(dive([0.0])).all()
    assert changes(Adam(0.01, eps=1e-6), 0.0) == [0]


def test_the_curvature_of_networks_stays_near_the_limit():
    (steep,) = (o for o in trained("edges", "characters")["rules"] if o["lr"] == 0.3)
    assert steep["share"].max() < 2
    few, rule = measure.first(Convolution(), 200), Adam(0.003)
    theta, state = few.start, rule.init(few.start)
    for _ in range(20):
        theta, state = rule.step(theta, few.grad(theta), state)
        assert measure.share_of_limit(rule, few, theta, state) < 0.5
    (later,) = (o for o in trained("edges", "convolution")["rules"] if o["lr"] == 0.003)
    assert later["share"].max() < 0.5


def best(losses):
    """Return the last losses of all seeds at the rate with the best median, which is inside."""
    medians = np.nan_to_num(np.median(losses, axis=1), nan=np.inf)
    assert 0 < medians.argmin() < len(medians) - 1
    return losses[medians.argmin()]


@pytest.mark.parametrize("start", [0, 1])
def test_linear_decay_is_ahead_of_the_cosine_on_digits(start):
    problem, ends = Digits(seed=start), {}
    for schedule in (Linear(T=150), Cosine(T=150)):
        rule = scheduled(Momentum(), schedule)
        runs = sweep(rule, problem, 150, rng=range(4, 16), lr=[0.16, 0.32, 0.64])
        ends[type(schedule)] = best(runs.loss[-1])
    assert paired(ends[Cosine], ends[Linear], level=0.95)[1] > 0


@pytest.mark.parametrize("curvatures", [[1, 10], [1, 1]])
def test_linear_decay_is_ahead_of_schedule_free_on_noisy_quadratics(curvatures):
    few = np.geomspace(0.002, 1, 12), np.geomspace(0.002, 0.15, 9)
    assert schedule_free_behind(curvatures, 0.9, *few)[1] > 0


def test_with_more_rates_or_another_beta_it_is_not_behind():
    many = np.geomspace(0.001, 3.2, 29)
    low, high = schedule_free_behind([1, 10], 0.9, many, many)[1:]
    assert low < 0 < high
    assert schedule_free_behind([1, 10], 0.5, many, many)[2] < 0


def schedule_free_behind(curvatures, beta, rates, decayed_rates):
    """Return how far it is behind linear decay after 1000 steps, in pairs, each at its best."""
    problem = NoisyQuadratic(curvatures)
    decayed = scheduled(SGD(), Linear(T=1000))
    ends = []
    for rule, tried in ((ScheduleFree(beta=beta), rates), (decayed, decayed_rates)):
        with np.errstate(all="ignore"):
            ends.append(best(sweep(rule, problem, 1000, rng=range(50), lr=tried).loss[-1]))
    return paired(*ends, level=0.95)
