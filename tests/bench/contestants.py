"""Optax's optimizers, each as a function that makes one step on its own parameters.

Their forms differ in details that cost no time; chapters/dictionary.ipynb has them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

os.environ.setdefault("JAX_ENABLE_X64", "1")

import jax
import numpy as np
import optax

OPTAX: dict[str, Callable[[], Any]] = {
    "SGD": lambda: optax.sgd(0.01),
    "Momentum": lambda: optax.sgd(0.01, momentum=0.9),
    "NAG": lambda: optax.sgd(0.01, momentum=0.9, nesterov=True),
    "Adagrad": lambda: optax.adagrad(0.01),
    "Adadelta": lambda: optax.adadelta(1.0),
    "RMSprop": lambda: optax.rmsprop(0.001),
    "Adam": lambda: optax.adam(0.001),
    "AdaMax": lambda: optax.adamax(0.002),
    "Nadam": lambda: optax.nadam(0.001),
    "AMSGrad": lambda: optax.amsgrad(0.001),
}


def versions() -> dict[str, str]:
    """Return the versions of what took part."""
    return {
        "optax": optax.__version__,
        "jax": jax.__version__,
    }


def optax_steps(
    name: str, theta: Any, gradients: Sequence[Any], donate: bool = False
) -> Callable[[], None]:
    """Return a function that makes one compiled step for each gradient, on a copy of theta."""
    optimizer = OPTAX[name]()

    def one(p: Any, state: Any, g: Any) -> Any:
        updates, state = optimizer.update(g, state, p)
        return optax.apply_updates(p, updates), state

    compiled = jax.jit(one, donate_argnums=(0, 1) if donate else ())
    slopes = [jax.numpy.array(g) for g in gradients]
    p = jax.numpy.array(theta)
    held = [(p, optimizer.init(p))]

    def steps() -> None:
        p, state = held.pop()
        for g in slopes:
            p, state = compiled(p, state, g)
        held.append((jax.block_until_ready(p), state))

    return steps


def optax_sweep(problem: Any, rates: Any, batches: Any) -> Callable[[], Any]:
    """Return Adam's runs with all rates: vmap over them, scan over the batches, compiled."""
    X, y = jax.numpy.array(problem.X), jax.numpy.array(problem.y)
    start, drawn = jax.numpy.array(problem.start), jax.numpy.array(np.stack(batches))

    def loss(w: Any, rows: Any) -> Any:
        score = X[rows] @ w
        return jax.numpy.mean(jax.numpy.logaddexp(0, score) - y[rows] * score)

    def run(rate: Any) -> Any:
        optimizer = optax.adam(rate)

        def one(carry: Any, rows: Any) -> Any:
            w, state = carry
            updates, state = optimizer.update(jax.grad(loss)(w, rows), state, w)
            return (optax.apply_updates(w, updates), state), None

        return jax.lax.scan(one, (start, optimizer.init(start)), drawn)[0][0]

    compiled, values = jax.jit(jax.vmap(run)), jax.numpy.array(rates)
    return lambda: jax.block_until_ready(compiled(values))
