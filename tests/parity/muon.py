"""Make the paths of the frameworks' own Muons again, with the frameworks: for `make parity`.

``python -m tests.parity.muon`` compares them with what is stored, and fails if they are others;
with ``store`` it writes what it has found. `tests/rules/test_muon.py` compares it with ours.

Each is given the same gradients, which do not depend on the parameters: close to a minimum Muon
makes large what differs by rounding.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any
from unittest import mock

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"

import jax.numpy as jnp
import keras
import numpy as np
import optax
import torch

from tests.parity.storing import store_or_compare
from tests.rules.muons import FILE, RATE, SHAPES, STEPS, TOLERANCE, gradients, start

#: PyTorch computes in bfloat16, whatever the parameters are; with this, in their precision.
IN_FULL = mock.patch.object(torch.Tensor, "bfloat16", torch.Tensor.clone)


def with_torch(shape: tuple[int, int], **options: Any) -> list[Any]:
    parameter, found = torch.nn.Parameter(torch.tensor(start(shape))), []
    optimizer = torch.optim.Muon([parameter], lr=RATE, **options)
    for g in gradients(shape):
        parameter.grad = torch.tensor(g)
        optimizer.step()
        found.append(parameter.detach().numpy().copy())
    return found


def with_optax(shape: tuple[int, int], **options: Any) -> list[Any]:
    transformation, params = optax.contrib.muon(RATE, **options), {"W": jnp.asarray(start(shape))}
    state, found = transformation.init(params), []
    for g in gradients(shape):
        updates, state = transformation.update({"W": jnp.asarray(g)}, state, params)
        params = optax.apply_updates(params, updates)
        found.append(np.asarray(params["W"]))
    return found


def with_keras(shape: tuple[int, int]) -> list[Any]:
    keras.config.set_floatx("float64")
    variable, found = keras.Variable(start(shape)), []
    optimizer = keras.optimizers.Muon(RATE)
    for g in gradients(shape):
        optimizer.apply([jnp.asarray(g)], [variable])
        found.append(np.array(variable))
    return found


def in_full(make: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    with IN_FULL:
        return make(*arguments, **options)


def main(arguments: list[str]) -> int:
    """Make all paths, and store them or compare."""
    made = {}
    for name, shape in SHAPES.items():
        made |= {
            f"torch/{name}": in_full(with_torch, shape),
            f"torch as Adam/{name}": in_full(with_torch, shape, adjust_lr_fn="match_rms_adamw"),
            f"torch as shipped/{name}": with_torch(shape),
            f"optax/{name}": with_optax(shape),
            f"optax as Adam/{name}": with_optax(shape, consistent_rms=0.2, weight_decay=0.1),
            f"keras/{name}": with_keras(shape),
        }
    made = {key: np.array(path)[STEPS - 1] for key, path in made.items()}
    return store_or_compare(made, FILE, arguments, TOLERANCE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
