"""Make the paths of exported rules and of AdamW again, with the frameworks: for `make parity`.

``python -m tests.parity.frozen`` compares them with what is stored, and fails if they are others;
with ``store`` it writes what it has found. `test_exported` compares what is stored with the rules.
"""

from __future__ import annotations

import os
import sys
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"

import jax
import jax.numpy as jnp
import keras
import numpy as np
import optax
import torch

from adaptive import Rule, export
from tests.parity.live import alike
from tests.parity.test_exported import DECAY, FILE, RATE, STEPS


def with_torch(rule: Rule) -> list[Any]:
    parameter = torch.nn.Parameter(torch.tensor(alike.start()))
    optimizer, found = export.torch(rule)([parameter]), []
    for g in alike.gradients():
        parameter.grad = torch.tensor(g)
        optimizer.step()
        found.append(parameter.detach().numpy().copy())
    return found


def with_optax(rule: Rule) -> list[Any]:
    transformation, params, found = export.optax(rule), jnp.asarray(alike.start()), []
    state, update = transformation.init(params), jax.jit(transformation.update)
    for g in alike.gradients():
        updates, state = update(g, state, params)
        params = optax.apply_updates(params, updates)
        found.append(np.asarray(params))
    return found


def with_keras(rule: Rule) -> list[Any]:
    keras.config.set_floatx("float64")
    variable, optimizer, found = keras.Variable(alike.start()), export.keras(rule)(), []
    for g in alike.gradients():
        optimizer.apply([jnp.asarray(g)], [variable])
        found.append(np.array(variable))
    return found


def with_decay() -> dict[str, list[Any]]:
    """Return the paths of the frameworks' own Adam and AdamW with a `weight_decay`."""
    keras.config.set_floatx("float64")
    found: dict[str, list[Any]] = {}
    for name in ("Adam", "AdamW"):
        parameter = torch.nn.Parameter(torch.tensor(alike.start()))
        theirs = getattr(torch.optim, name)([parameter], lr=RATE, weight_decay=DECAY)
        variable = keras.Variable(alike.start())
        kerass = getattr(keras.optimizers, name)(RATE, weight_decay=DECAY)
        paths = found[f"torch/{name} decay"], found[f"keras/{name} decay"] = [], []
        for g in alike.gradients():
            parameter.grad = torch.tensor(g)
            theirs.step()
            kerass.apply([jnp.asarray(g)], [variable])
            for path, held in zip(paths, (parameter.detach().numpy(), variable), strict=True):
                path.append(np.array(held))
    params, adamw = jnp.asarray(alike.start()), optax.adamw(RATE, weight_decay=DECAY)
    state, path = adamw.init(params), []
    for g in alike.gradients():
        updates, state = adamw.update(g, state, params)
        params = optax.apply_updates(params, updates)
        path.append(np.asarray(params))
    return found | {"optax/AdamW decay": path}


def main(arguments: list[str]) -> int:
    """Make all paths, and store them or compare."""
    made = {
        f"{name}/{type(rule).__name__}": np.array(path(rule))[STEPS - 1]
        for name, path in (("torch", with_torch), ("optax", with_optax), ("keras", with_keras))
        for rule in alike.OURS
    }
    made |= {key: np.array(path)[STEPS - 1] for key, path in with_decay().items()}
    if "store" in arguments:
        np.savez_compressed(FILE, **made)
    stored = np.load(FILE)
    drifts = {key: alike.far(path, stored[key]) for key, path in made.items()}
    for key, drift in drifts.items():
        print(f"{key:18} {drift:7.1e} from the stored")
    return int(max(drifts.values()) > alike.TOLERANCE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
