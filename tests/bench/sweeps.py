"""A sweep of learning rates on the circles task, against a Python loop over them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from adaptive import Adam, sweep
from adaptive.problems import Circles
from tests.bench.measure import interleaved, ratio

GOAL = 150
RATES, STEPS = 1_000, 200
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


def lines(rounds: int = 15) -> Iterator[str]:
    """Measure, and yield the report line by line."""
    problem, rng = Circles(), np.random.default_rng(0)
    rates = np.geomspace(1e-4, 1, RATES)
    batches = [problem.draw(t, rng) for t in range(1, STEPS + 1)]
    every = rates[:: RATES // PART]

    def batched() -> Any:
        return sweep(Adam(), problem, steps=STEPS, batches=batches, lr=rates).theta[-1]

    def loop() -> Any:
        return looped(problem, every, batches)

    assert np.allclose(batched()[:: RATES // PART], loop(), rtol=1e-6, atol=1e-6)
    timings = interleaved({"sweep": batched, "loop": loop}, rounds)
    whole = timings["loop"].median * RATES / PART
    yield f"{RATES:,} rates x {STEPS} Adam steps (goal: at least {GOAL} times faster)"
    yield (
        f"  sweep     {ratio(timings, 'loop', 'sweep') * RATES / PART:5.0f}   sweep "
        f"{timings['sweep'].median * 1e3:.1f} ms, loop {whole:.2f} s "
        f"(from {PART} rates), spread {timings['sweep'].spread:.0%}"
    )
