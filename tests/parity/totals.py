"""Make the paths of optax's LAMB and Prodigy again, with optax: for `make parity`.

``python -m tests.parity.totals`` compares them with what is stored, and fails if they are others;
with ``store`` it writes what it has found. `tests/rules/test_vector.py` compares it with ours.
"""

from __future__ import annotations

import os
import sys
from typing import Any

os.environ["JAX_ENABLE_X64"] = "1"

import jax.numpy as jnp
import numpy as np
import optax

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
    return {name: np.array([each[name] for each in found])[STEPS - 1] for name in params}


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
    }
    return store_or_compare(made, FILE, arguments, TOLERANCE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
