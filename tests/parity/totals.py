"""Make the paths of optax's LAMB and Prodigy, and of clipping, again: for `make parity`.

``python -m tests.parity.totals`` compares them with what is stored, and fails if they are others;
with ``store`` it writes what it has found. `tests/rules/test_vector.py` and `test_clipped.py`
compare it with ours.
"""

from __future__ import annotations

import os
import sys
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"

import jax.numpy as jnp
import keras
import numpy as np
import optax
import torch

from tests.parity.storing import store_or_compare
from tests.rules.totals import FILE, SETTINGS, STEPS, TOLERANCE, gradients, start


def path(transformation: Any) -> dict[str, Any]:
    """Return the parameters after each step, array by array."""
    params = {name: jnp.asarray(array) for name, array in start().items()}
    state, found = transformation.init(params), []
    for g in gradients():
        slopes = {name: jnp.asarray(array) for name, array in g.items()}
        updates, state = transformation.update(slopes, state, params)
        params = optax.apply_updates(params, updates)
        found.append(params)
    return by_name(found)


def by_name(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return of each array where it was after the steps that are stored."""
    return {name: np.array([each[name] for each in found])[STEPS - 1] for name in found[0]}


def clipped() -> dict[str, dict[str, Any]]:
    """Return the paths of the frameworks' own Momentum behind their own clipping."""
    lr, gamma, c = (SETTINGS["Clipped"][name] for name in ("lr", "momentum", "c"))
    inside = optax.chain(optax.clip_by_global_norm(c), optax.sgd(lr, momentum=gamma))
    return {
        "torch": clipped_by_torch(lr, gamma, c),
        "optax": path(inside),
        "keras": clipped_by_keras(lr, gamma, c),
    }


def clipped_by_torch(lr: float, gamma: float, c: float) -> dict[str, Any]:
    params = {name: torch.nn.Parameter(torch.tensor(array)) for name, array in start().items()}
    optimizer, found = torch.optim.SGD(params.values(), lr=lr, momentum=gamma), []
    for g in gradients():
        for name, parameter in params.items():
            parameter.grad = torch.tensor(g[name])
        torch.nn.utils.clip_grad_norm_(params.values(), max_norm=c)
        optimizer.step()
        found.append({name: each.detach().numpy().copy() for name, each in params.items()})
    return by_name(found)


def clipped_by_keras(lr: float, gamma: float, c: float) -> dict[str, Any]:
    keras.config.set_floatx("float64")
    params = {name: keras.Variable(array) for name, array in start().items()}
    optimizer, found = keras.optimizers.SGD(lr, momentum=gamma, global_clipnorm=c), []
    for g in gradients():
        optimizer.apply([jnp.asarray(g[name]) for name in params], [*params.values()])
        found.append({name: keras.ops.convert_to_numpy(each) for name, each in params.items()})
    return by_name(found)


def main(arguments: list[str]) -> int:
    """Make all paths, and store them or compare."""
    ours, theirs = SETTINGS["LAMB"], SETTINGS["Prodigy"]
    rules = {
        "LAMB": optax.lamb(
            ours["lr"],
            b1=ours["beta1"],
            b2=ours["beta2"],
            eps=ours["eps"],
            weight_decay=ours["weight_decay"],
        ),
        "Prodigy": optax.contrib.prodigy(
            theirs["lr"],
            betas=(theirs["beta1"], theirs["beta2"]),
            eps=theirs["eps"],
            estim_lr0=theirs["d0"],
        ),
    }
    made = {
        f"{rule}/{name}": array
        for rule, transformation in rules.items()
        for name, array in path(transformation).items()
    } | {
        f"{framework}/Clipped/{name}": array
        for framework, paths in clipped().items()
        for name, array in paths.items()
    }
    return store_or_compare(made, FILE, arguments, TOLERANCE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
