"""What larger networks learned from the rules, in PyTorch, stored with the package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from adaptive import _checks
from adaptive.problems.base import Array
from adaptive.problems.tables import kept

#: What is stored in the folder ``data``; ``make networks`` writes it.
FILE = "larger.json"


@dataclass(frozen=True, eq=False)
class Runs:
    """One rule on one network, at each of its rates and from several seeds.

    Attributes
    ----------
    network, rule : str
        Their names.
    knob : str
        What was tuned: "lr", or "eps" for a rule without a learning rate.
    rates : ndarray, shape (n,)
        Its values, upwards, in equal steps of their logarithm.
    validation, training : ndarray, shape (n, seeds)
        The mean cross-entropy after the last step, in nats, on what was held out and on as many
        rows of the training data; infinite where a run diverged.
    close : mapping
        A loss is close to the lowest up to ``times`` it and ``more``.
    """

    network: str
    rule: str
    knob: str
    rates: Array
    validation: Array
    training: Array
    close: Mapping[str, float]

    @property
    def median(self) -> Array:
        """The median over the seeds of the validation loss, shape (n,)."""
        return np.median(self.validation, axis=1)

    @property
    def best(self) -> int:
        """The place of the rate with the lowest median."""
        return int(np.argmin(self.median))

    @property
    def best_rate(self) -> float:
        """The rate with the lowest median."""
        return float(self.rates[self.best])

    @property
    def best_loss(self) -> float:
        """The lowest median, in nats."""
        return float(self.median[self.best])

    @property
    def inside(self) -> bool:
        """Whether the best rate has tried rates on both sides."""
        return 0 < self.best < len(self.rates) - 1

    @property
    def basin(self) -> tuple[float, float]:
        """The lowest and the highest rate around the best, between which all medians are close."""
        close = self.median <= self.best_loss * self.close["times"] + self.close["more"]
        low = high = self.best
        while low > 0 and close[low - 1]:
            low -= 1
        while high < len(close) - 1 and close[high + 1]:
            high += 1
        return float(self.rates[low]), float(self.rates[high])

    @property
    def decades(self) -> float:
        """The width of the basin in powers of ten, where each rate stands for a step of the grid.

        The basin may go on beyond the rates that were tried: then it is at least as wide.
        """
        low, high = np.log10(self.basin)
        return round(float(high - low + np.log10(self.rates[1] / self.rates[0])), 2)


@dataclass(frozen=True, eq=False)
class Larger:
    """Larger networks, trained with all rules.

    Attributes
    ----------
    made : mapping
        The ``date``, the ``command`` that makes it again, its ``size`` by name, how many
        ``steps``, which ``seeds``, how many ``minutes`` and ``cpu_minutes`` it took, and a
        fingerprint of the ``text``.
    machine, versions : mapping
        Where, on which ``device``, and with what.
    networks : dict of mapping
        For each network how many ``parameters``, ``rows`` to train on and ``held_out``, the
        ``batch_size``, and which losses are ``close`` to the lowest; see `Runs`.
    """

    made: Mapping[str, Any]
    machine: Mapping[str, Any]
    versions: Mapping[str, str]
    networks: Mapping[str, Mapping[str, Any]]
    _runs: tuple[Runs, ...]

    def rules(self, network: str) -> dict[str, Runs]:
        """Return what each rule did on a network, by the names of the rules.

        Parameters
        ----------
        network : str
            The name of the network: "transformer", "convolution" or "perceptron".

        Raises
        ------
        ValueError
            If there is no such network.
        """
        _checks.one_of("network", network, self.networks)
        return {each.rule: each for each in self._runs if each.network == network}

    def runs(self, network: str, rule: str) -> Runs:
        """Return what one rule did on a network.

        Parameters
        ----------
        network, rule : str
            Their names, such as "transformer" and "Adam".

        Raises
        ------
        ValueError
            If there is none.
        """
        found = self.rules(network)
        _checks.one_of("rule", rule, found)
        return found[rule]

    def __str__(self) -> str:
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        device = self.machine["device"]
        return (
            f"{self.machine['cpu'] if device == 'CPU' else device}, {self.made['date']}; "
            f"{versions}. To train again: {self.made['command']}"
        )


@cache
def larger() -> Larger:
    """Return what is stored with the package.

    Returns
    -------
    Larger
        The networks and what they have learned.

    Raises
    ------
    FileNotFoundError
        If there is nothing.

    Examples
    --------
    >>> from adaptive.problems.networks import larger
    >>> adam = larger().runs("transformer", "Adam")
    >>> adam.median.shape == adam.rates.shape
    True
    >>> adam.best_loss < larger().runs("transformer", "SGD").best_loss
    True
    """
    return read(resources.files(__package__).joinpath("data", FILE))


def read(file: Any) -> Larger:
    """Return what is stored in a file (a path, or a resource of a package); see `larger`."""
    parts = ("made", "machine", "versions", "networks", "runs")
    stored = _checks.measurements(file, parts, "`make networks`")
    runs = (_runs(stored["networks"], **each) for each in stored["runs"])
    made, machine, versions, networks = (stored[name] for name in parts[:-1])
    return Larger(made, machine, versions, networks, tuple(runs))


def _runs(networks: Mapping[str, Any], network: str, rule: str, knob: str, **numbers: Any) -> Runs:
    rates, validation, training = (
        kept(_infinite(numbers[name])) for name in ("rates", "validation", "training")
    )
    return Runs(network, rule, knob, rates, validation, training, networks[network]["close"])


def _infinite(numbers: Any) -> Array:
    """Return numbers as an array, with infinity for None."""
    array = np.array(numbers, dtype=float)
    return np.where(np.isnan(array), np.inf, array)
