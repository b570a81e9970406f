"""A step in place on large arrays, against torch, optax, and the memory itself."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import numpy as np

from adaptive import RULES, Rule
from adaptive.large import kernel
from tests.bench.measure import Goal, group, interleaved

SIZES = (1_000_000, 10_000_000)
DTYPES = ("float32", "float64")
#: So many elements of each array of a step fit into the nearest cache.
NEAR = 512

#: What is asked at every size, and what only where memory is the limit.
EVERYWHERE = [Goal("numba", "torch fused", at_most=1.0), Goal("numba", "optax donated")]
AT_SCALE = [
    Goal("numba", "traffic", at_most=1.15),
    Goal("arithmetic", "traffic"),
    Goal("plain", "blocks", at_least=2.4),
]
BELOW = [Goal("numba", "traffic"), Goal("plain", "blocks")]

_TRAFFIC = '''"""The memory traffic of a step with {n} state arrays, and next to no arithmetic."""

import numba


@numba.njit(cache=True, nogil=True, parallel=True)
def traffic({parameters}, nothing):
    for i in numba.prange(theta.size):
        x = nothing * g[i]
{body}
        theta[i] += x
'''


def traffic(n: int) -> Callable[..., None]:
    """Return a kernel that reads g, and reads and writes theta and n arrays, as a step does.

    Its last argument is 0: the arrays stay as they are.
    """
    states = [f"s{k}" for k in range(n)]
    text = _TRAFFIC.format(
        n=n,
        parameters=", ".join(("theta", "g", *states)),
        body="\n".join(f"        {name}[i] += x" for name in states),
    )
    kept: Callable[..., None] = kernel.module(f"traffic_{n}", text).traffic
    return kept


def arithmetic(rule: Rule, g: Any) -> Callable[[], Any]:
    """Return the loop of a step on arrays that stay in the nearest cache, for as many elements."""
    from adaptive.tracing.split import split

    step, near = kernel.compiled(type(rule), ()).serial, g[:NEAR].copy()
    arrays = [np.ones_like(near), near, *(np.ones_like(near) for _ in rule.state_names)]
    numbers = map(g.dtype.type, split(type(rule)).values(rule, 1000))
    return partial(_again(), step, g.size // NEAR, *arrays, *numbers)


@cache
def _again() -> Callable[..., None]:
    import numba

    @numba.njit(nogil=True)
    def again(step: Any, times: int, *arguments: Any) -> None:
        for _ in range(times):
            step(*arguments)

    return again


def contenders(rule: Rule, g: Any, threads: int, together: bool) -> dict[str, Callable[[], Any]]:
    """Return all that make a step on arrays like g.

    What has no threads of its own takes part on one; optax, which takes all, on all.
    """
    import numba

    from tests.bench import contestants, torchs

    name = type(rule).__name__
    numba.set_num_threads(threads)
    torchs.torch_threads(threads)
    theta = np.random.default_rng(1).standard_normal(g.size, g.dtype)
    held = {how: rule.init(theta) for how in ("numba", "blocks", "plain")}
    moved = [theta.copy()]
    bare, nothing = traffic(len(rule.state_names)), g.dtype.type(0)

    def into(engine: str) -> None:
        held[engine] = rule.step_into(theta, g, held[engine], engine)

    def plain() -> None:
        moved[0], held["plain"] = rule.step(moved[0], g, held["plain"])

    ways: dict[str, Callable[[], Any]] = {
        "traffic": lambda: bare(theta, g, *held["numba"][1:], nothing),
        "numba": partial(into, "numba"),
    }
    if name in torchs.FUSED:
        ways["torch fused"] = torchs.torch_steps(name, theta, [g], fused=True)
    if threads == 1:
        ways |= {"blocks": partial(into, "blocks"), "plain": plain}
        ways["arithmetic"] = arithmetic(rule, g)
    if together and name in contestants.OPTAX:
        ways["optax donated"] = contestants.optax_steps(name, theta, [g], donate=True)
    return ways


def groups(quick: bool, cores: int) -> Iterator[dict[str, Any]]:
    """Measure, and yield group by group."""
    for size in SIZES:
        repeats = 10_000_000 // size
        for dtype in DTYPES:
            g = np.random.default_rng(0).standard_normal(size, np.dtype(dtype))
            for kind in RULES:
                for threads in sorted({1, min(2, cores)}):
                    ways = contenders(kind(), g, threads, threads == min(2, cores))
                    timings = interleaved(
                        {name: partial(_several, way, repeats) for name, way in ways.items()},
                        rounds=(4 if quick else 24) if repeats == 1 else (4 if quick else 12),
                        pause=0.002,
                    )
                    yield group(
                        "large",
                        {name: timing.divided(repeats) for name, timing in timings.items()},
                        EVERYWHERE + (AT_SCALE if size == SIZES[-1] else BELOW),
                        rule=kind.__name__,
                        size=size,
                        dtype=dtype,
                        threads=threads,
                    )
                    del ways, timings
                    gc.collect()


def _several(way: Callable[[], Any], repeats: int) -> None:
    for _ in range(repeats):
        way()


def total(cores: int) -> int:
    """Return how many groups there will be."""
    return len(SIZES) * len(DTYPES) * len(RULES) * min(2, cores)
