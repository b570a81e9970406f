"""Assignment 4's network: so small that a run takes a fraction of a second."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from adaptive import Rule, _checks, sweep
from adaptive.problems import Digits

#: The network: 64 pixels, 8 hidden units, 10 digits.
NETWORK = Digits(hidden=8)
#: Steps of each of its runs.
NETWORK_STEPS = 100


def held_out(rule: Rule, seeds: int = 3, first: int = 0) -> npt.NDArray[np.float64]:
    """Return the network's loss after `NETWORK_STEPS` steps, on images that it has not seen.

    Parameters
    ----------
    rule : Rule
        The rule with its settings.
    seeds : int, default 3
        How many runs; each has another start and other minibatches.
    first : int, default 0
        The first seed: others are fresh runs.

    Returns
    -------
    ndarray, shape (seeds,)
        The mean cross-entropy, about 2.4 before training; inf for a run that diverged.

    Examples
    --------
    >>> from adaptive import SGD
    >>> from adaptive.course.choose import held_out
    >>> held_out(SGD(lr=0.5), seeds=2).round(1)
    array([0.7, 0.5])
    """
    losses = []
    for seed in range(first, first + _checks.count("seeds", seeds, 1)):
        run = sweep(rule, NETWORK, NETWORK_STEPS, theta0=NETWORK.initial(seed), rng=seed)
        lost = run.diverged.any()
        losses.append(np.inf if lost else float(NETWORK.held_out.loss(run.theta[-1])))
    return np.array(losses)
