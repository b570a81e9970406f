"""Make the paths of exported and of modern rules again, with the frameworks: `make parity`.

``python -m tests.parity.frozen`` compares them with what is stored, and fails if they are others;
with ``store`` it writes what it has found. `test_exported` compares what is stored with the rules.
"""

from __future__ import annotations

import inspect
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
import schedulefree
import torch

from adaptive import Rule, export
from tests.parity.live import alike
from tests.parity.storing import store_or_compare
from tests.parity.test_exported import BETAS, DECAY, FILE, RATE, STEPS


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
    return found | {"optax/AdamW decay": of_optax(optax.adamw(RATE, weight_decay=DECAY))}


def of_optax(theirs: Any) -> list[Any]:
    """Return the path of one of optax's own."""
    params, path = jnp.asarray(alike.start()), []
    state = theirs.init(params)
    for g in alike.gradients():
        updates, state = theirs.update(g, state, params)
        params = optax.apply_updates(params, updates)
        path.append(np.asarray(params))
    return path


def with_lion() -> dict[str, Any]:
    """Return the paths of the frameworks' own Lion; PyTorch has none."""
    keras.config.set_floatx("float64")
    variable, path = keras.Variable(alike.start()), []
    kerass = keras.optimizers.Lion(RATE, weight_decay=DECAY)
    for g in alike.gradients():
        kerass.apply([jnp.asarray(g)], [variable])
        path.append(np.array(variable))
    return {
        "keras/Lion decay": path,
        "optax/Lion decay": of_optax(optax.lion(RATE, weight_decay=DECAY)),
    }


def with_schedule_free() -> dict[str, Any]:
    """Return the means, and where gradients are wanted, of the two packages that have the rule."""
    found = {}
    for beta in BETAS:
        parameter = torch.nn.Parameter(torch.tensor(alike.start()))
        theirs = schedulefree.SGDScheduleFree([parameter], lr=RATE, momentum=beta)
        params = jnp.asarray(alike.start())
        optaxs = optax.contrib.schedule_free(optax.sgd(RATE), RATE, b1=beta)
        state, paths = optaxs.init(params), [[], [], [], []]
        theirs.train()
        for g in alike.gradients():
            parameter.grad = torch.tensor(g)
            theirs.step()
            paths[0].append(parameter.detach().numpy().copy())
            theirs.eval()
            paths[1].append(parameter.detach().numpy().copy())
            theirs.train()
            updates, state = optaxs.update(g, state, params)
            params = optax.apply_updates(params, updates)
            paths[2].append(np.asarray(params))
            paths[3].append(np.asarray(optax.contrib.schedule_free_eval_params(state, params)))
        names = (
            f"{name}/ScheduleFree {what} {beta}"
            for name in ("schedulefree", "optax")
            for what in ("train", "eval")
        )
        found |= dict(zip(names, paths, strict=True))
    return found


def schedule_frees_defaults() -> dict[str, Any]:
    """Return the learning rate and β of each, for SGD."""
    places = inspect.signature(schedulefree.SGDScheduleFree).parameters
    theirs = [places[name].default for name in ("lr", "momentum")]
    of_optax = inspect.signature(optax.contrib.schedule_free_sgd).parameters
    optaxs = [of_optax[name].default for name in ("learning_rate", "b1")]
    return {
        "schedulefree/ScheduleFree defaults": [float(x) for x in theirs],
        "optax/ScheduleFree defaults": [float(x) for x in optaxs],
    }


def lions_defaults() -> dict[str, Any]:
    """Return the learning rate (NaN if it must be given), both betas and the decay of Lion."""
    names = {
        optax.lion: ("learning_rate", "b1", "b2", "weight_decay"),
        keras.optimizers.Lion: ("learning_rate", "beta_1", "beta_2", "weight_decay"),
    }
    found = []
    for maker, four in names.items():
        places = inspect.signature(maker).parameters
        default = [places[name].default for name in four]
        found.append([np.nan if x is inspect.Parameter.empty else float(x or 0) for x in default])
    return {"optax/Lion defaults": found[0], "keras/Lion defaults": found[1]}


def main(arguments: list[str]) -> int:
    """Make all paths, and store them or compare."""
    made = {
        f"{name}/{type(rule).__name__}": np.array(path(rule))[STEPS - 1]
        for name, path in (("torch", with_torch), ("optax", with_optax), ("keras", with_keras))
        for rule in (*alike.OURS, *alike.SCHEDULED)
    }
    theirs = with_decay() | with_lion() | with_schedule_free()
    made |= {key: np.array(path)[STEPS - 1] for key, path in theirs.items()}
    made |= {
        key: np.array(four) for key, four in (lions_defaults() | schedule_frees_defaults()).items()
    }
    return store_or_compare(made, FILE, arguments, alike.TOLERANCE, alike.far)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
