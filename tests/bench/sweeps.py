"""A sweep of learning rates on the circles task, against optax, and a Python loop over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from adaptive import Adam, sweep
from adaptive.problems import Circles
from tests.bench.measure import Goal, group, interleaved

STEPS = 200
#: How many rates, and how long the sweep may take beside optax.
RATES = {1_000: 1.1, 10_000: 1.1, 100_000: 1.0}
#: The Python loop takes so long that a part of the rates has to stand for all.
PART = 20


def looped(problem: Circles, rates: Any, batches: Any) -> Any:
    """Train one rate after the other, with the same minibatches, in plain numpy."""
    X, y, ends = problem.X, problem.y, []
    for lr in rates:
        w, m, v = problem.start, 0.0, 0.0
        for t, batch in enumerate(batches, start=1):
            rows = X[batch]
            g = (1 / (1 + np.exp(-rows @ w)) - y[batch]) @ rows / len(batch)
            m = 0.9 * m + 0.1 * g
            v = 0.999 * v + 0.001 * g * g
            m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
            w = w - lr * m_hat / (np.sqrt(v_hat) + 1e-8)
        ends.append(w)
    return np.array(ends)


def groups(quick: bool) -> Iterator[dict[str, Any]]:
    """Measure, and yield group by group."""
    from tests.bench import contestants

    problem, rng = Circles(), np.random.default_rng(0)
    batches = [problem.draw(t, rng) for t in range(1, STEPS + 1)]
    for n, limit in RATES.items():
        rates = np.geomspace(1e-4, 1, n)

        def batched(engine: Any = "plain", rates: Any = rates) -> Any:
            how = {"steps": STEPS, "batches": batches, "engine": engine}
            return sweep(Adam(), problem, **how, lr=rates).theta[-1]

        def loop(rates: Any = rates) -> Any:
            return looped(problem, rates[:: len(rates) // PART], batches)

        compiled = contestants.optax_sweep(problem, rates, batches)
        # Compiled against compiled, and the default beside it.
        goals = [Goal("numba", "optax", at_most=limit), Goal("sweep", "optax", at_most=1.1)]
        ways: dict[str, Callable[[], Any]] = {
            "sweep": batched,
            "numba": partial(batched, "numba"),
            "optax": compiled,
        }
        ends = batched()
        assert np.allclose(ends, compiled(), rtol=1e-6, atol=1e-6)
        assert np.allclose(ends, batched("numba"), rtol=1e-6, atol=1e-6)
        if n == min(RATES):
            assert np.allclose(ends[:: n // PART], loop(), rtol=1e-6, atol=1e-6)
            ways["loop"] = loop
            goals.append(Goal("loop", "sweep", at_least=150))
        rounds = 3 if quick else 40 if n < 10_000 else 20 if n < 100_000 else 9
        timings = interleaved(ways, rounds, pause=0.002)
        if "loop" in timings:
            timings["loop"] = timings["loop"].divided(PART / n)
        yield group("sweep", timings, goals, rates=n, steps=STEPS)


def total() -> int:
    """Return how many groups there will be."""
    return len(RATES)
