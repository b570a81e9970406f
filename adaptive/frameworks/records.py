"""Paths that the frameworks have made, and how they were asked for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import _checks, rules
from adaptive.descent import descend
from adaptive.frameworks import keras, optax, torch
from adaptive.problems import Circles, Problem, Ravine
from adaptive.problems.base import Array
from adaptive.problems.networks import Blocks
from adaptive.rules.base import Rule

#: Each record has so many steps, and holds the parameters after these.
STEPS = 200
KEPT = np.array([*range(10), *range(10, STEPS + 1, 10)])
#: With a schedule, the learning rate drops to a tenth after this step.
DROP = 100
#: The algorithms beside the book's ten, with the settings of their runs where the rule has none on
#: the circles.
LATER: dict[str, dict[str, float]] = {
    "AdamW": {},
    "RAdam": {"lr": 0.1, "beta1": 0.9, "beta2": 0.999},
    "Adafactor": {"lr": 0.1},
    "Lion": {},
    "ScheduleFree": {},
    "ScheduleFreeAdamW": {"lr": 0.1, "beta1": 0.9, "beta2": 0.999},
    "LAMB": {"lr": 0.05},
    "Prodigy": {},
    "Muon": {"lr": 0.05},
}
#: All algorithms of the dictionary, in its order.
ALGORITHMS = (*(rule.__name__ for rule in rules.RULES), *LATER)


class Replay(Problem):
    """A fixed sequence of gradients, the same wherever the parameters are.

    Parameters
    ----------
    gradients : array_like, shape (steps, d)
        The gradient of each step.
    name : str
        What figures call the problem.
    """

    stochastic = True

    def __init__(self, gradients: npt.ArrayLike, name: str) -> None:
        self.gradients = _checks.finite("gradients", gradients)
        self.start = np.zeros(self.gradients.shape[1])
        self.name = name

    def loss(self, theta: npt.ArrayLike) -> Any:
        """Return 0: there is nothing to descend."""
        return np.zeros(np.shape(theta)[:-1])

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Array:
        """Return the gradient of step ``batch``."""
        return self.gradients[batch - 1]

    def draw(self, t: int, rng: np.random.Generator) -> int:
        """Return t."""
        return t


class Matrix(Problem):
    """A matrix, 3 by 2, in a bowl with a steep and a flat column, and gradients with noise.

    It has more rows than columns, so that what depends on its shape shows; and rounding is not
    made larger, because the noise decides where the path goes.
    """

    stochastic, name = True, "matrix"
    blocks = Blocks({"W": (3, 2)})

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.steep = np.tile([1, 0.1], 3)
        self.start = 3 * rng.normal(size=self.blocks.size)
        self.noise = 0.1 * rng.normal(size=(STEPS, self.blocks.size))

    def loss(self, theta: npt.ArrayLike) -> Any:
        """Return the loss without noise."""
        return np.sum(self.steep * np.square(theta), axis=-1) / 2

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Array:
        """Return the gradient with the noise of step ``batch``."""
        return self.steep * theta + self.noise[batch - 1]

    def draw(self, t: int, rng: np.random.Generator) -> int:
        """Return t."""
        return t


def _fading() -> Replay:
    """Gradients that swing and fade from 1 to 1e-4, so that every ε comes to matter."""
    t = np.arange(1, STEPS + 1)[:, None]
    return Replay(np.cos([0.3, 1.7] * t) * 10.0 ** (-t / 50), "fading gradients")


def _late() -> Replay:
    """Gradients of 1, but for coordinate 0, which has exactly 0 in the first ten steps."""
    gradients = np.ones((STEPS, 2))
    gradients[:10, 0] = 0
    return Replay(gradients, "late gradients")


#: What the paths were recorded on, by name.
PROBLEMS: dict[str, Callable[[], Problem]] = {
    "matrix": Matrix,
    "ravine": lambda: Ravine(condition=12),
    "circles": Circles,
    "fading": _fading,
    "late": _late,
}


def problems(algorithm: str) -> tuple[str, ...]:
    """Return on which problems an algorithm was recorded; what follows it, on the last of them.

    What is newer than the book's ten may make the step of a matrix from the whole of its gradient,
    so all of it has a matrix for its parameters.
    """
    return ("matrix",) if algorithm in LATER else ("ravine", "circles")


def settings(algorithm: str) -> dict[str, float]:
    """Return the settings of the runs of an algorithm, by the book's names."""
    rule = getattr(rules, algorithm, None)
    return dict(getattr(rule, "on_circles", None) or LATER[algorithm])


def book_rule(algorithm: str) -> Rule | None:
    """Return the book's rule with the settings of the runs; None if the book has none."""
    rule = getattr(rules, algorithm, None)
    made: Rule | None = None if rule is None else rule(**settings(algorithm))
    return made


@cache
def _stored() -> tuple[dict[str, Any], dict[str, Array]]:
    """Return what is on disk: the texts, and the parameters by key."""
    here = resources.files(__package__)
    texts = json.loads(here.joinpath("recorded.json").read_text(encoding="utf-8"))
    with here.joinpath("recorded.npz").open("rb") as file, np.load(file) as arrays:
        return texts, dict(arrays)


def stored_texts() -> dict[str, Any]:
    """Return what was written down beside the paths: versions, code, defaults, facts."""
    return _stored()[0]


@dataclass(frozen=True, eq=False)
class Record:
    """One path that a framework has made.

    Attributes
    ----------
    framework, algorithm, problem, setting : str
        What was asked for; see `recorded`.
    code : str
        The code that made the optimizer, and what was done to it in each step, if anything.
    theta : ndarray, shape (times, d)
        The parameters after the steps in ``steps``.
    steps : ndarray of int, shape (times,)
        0 to 10, then each tenth up to 200.
    """

    framework: str
    algorithm: str
    problem: str
    setting: str
    code: str
    theta: Array

    steps = KEPT

    def follow(self, rule: Rule) -> Array:
        """Return the path of a rule under the same circumstances, after each of 0 to 200 steps.

        The start and the gradients or minibatches are the same, and the learning rate drops
        where it did.

        Parameters
        ----------
        rule : Rule
            The rule.

        Returns
        -------
        ndarray, shape (201, d)
            The parameters; NaN after a run has diverged.
        """
        problem, rng = PROBLEMS[self.problem](), np.random.default_rng(1)
        theta = np.full((STEPS + 1, len(problem.start)), np.nan)
        first = DROP if self.setting.startswith("schedule") else STEPS
        path = descend(rule, problem, steps=first, rng=rng)
        theta[: path.steps + 1] = path.theta
        if first < STEPS and not path.diverged:
            lower: dict[str, Any] = {"lr": rule.hyperparameters["lr"] / 10}
            end, state = path.theta[-1], path.last_state
            path = descend(replace(rule, **lower), problem, end, STEPS - first, rng, state=state)
            theta[first : first + path.steps + 1] = path.theta
        return theta

    @property
    def aim(self) -> Rule | Record:
        """What this path is compared with: the book's rule, or the path that "as ..." names."""
        if self.setting.startswith("as "):
            return recorded(self.setting.removeprefix("as "), self.algorithm, self.problem)
        book = book_rule(self.algorithm)
        if book is None:
            raise ValueError(f"rule must be given: the book has no {self.algorithm}")
        return book

    def distance(self, rule: Rule | Record | None = None) -> float:
        """Return the largest difference to another path, over coordinates and recorded steps.

        Parameters
        ----------
        rule : Rule or Record, optional
            A rule, or another record on the same problem; `aim` by default.

        Returns
        -------
        float
            The difference; NaN if the rule diverges.
        """
        aim = self.aim if rule is None else rule
        other = aim.theta if isinstance(aim, Record) else self.follow(aim)[self.steps]
        return float(np.abs(other - self.theta).max())


def default_rule(framework: str, algorithm: str) -> Rule:
    """Return a framework's rule with the settings of its default records.

    These are the learning rate and the decays of the moments of the book's runs; ε, the decay of
    the weights and all else are the framework's.

    Parameters
    ----------
    framework : {"torch", "optax", "keras"}
        The framework.
    algorithm : str
        The book's name of the algorithm.

    Returns
    -------
    Rule
        The rule, from `adaptive.frameworks`.

    Raises
    ------
    ValueError
        If there is no such framework or algorithm, or the framework has none of this name that
        is written as a rule.

    Examples
    --------
    >>> from adaptive import frameworks
    >>> frameworks.default_rule("keras", "RMSprop")
    RMSprop(lr=0.07, rho=0.9, eps=1e-07)
    """
    modules = {"torch": torch, "optax": optax, "keras": keras}
    _checks.one_of("framework", framework, modules)
    module = modules[framework]
    _checks.one_of("algorithm", algorithm, (name for name in ALGORITHMS if name in module.__all__))
    given = settings(algorithm)
    for name in ("eps", "weight_decay"):
        given.pop(name, None)
    return getattr(module, algorithm)(**given)


def recorded(
    framework: str, algorithm: str, problem: str | None = None, setting: str = "default"
) -> Record:
    """Return a path that a framework has made.

    Parameters
    ----------
    framework : {"torch", "optax", "keras"}
        The framework; `VERSIONS` says which version.
    algorithm : str
        The book's name of the algorithm.
    problem : {"ravine", "circles", "matrix", "fading", "late"}, optional
        For the ten, ``Ravine(condition=12)``, the default, and ``Circles()`` with minibatches from
        seed 1; for what is newer, a noisy 3 × 2 matrix. For RMSprop and AdaMax also a fixed
        sequence of gradients.
    setting : str, default "default"
        "default": the learning rate and the decays of the book's runs on the circles, and all
        else as the framework has it. "matched": made to follow the book's form. "as torch", "as
        optax", "as keras": made to follow another framework's default, on the circles or the
        matrix. For Momentum also "schedule" and "schedule matched", with a learning rate that
        drops to a tenth after step 100; for Adadelta also "same", the same ρ and ε for all and no
        word about a learning rate.

    Returns
    -------
    Record
        The path.

    Raises
    ------
    ValueError
        If there is no such record.

    Examples
    --------
    >>> from adaptive import Nadam, frameworks
    >>> record = frameworks.recorded("torch", "Nadam")
    >>> record.code
    'torch.optim.NAdam([p], lr=0.1)'

    It is not the book's Nadam, but the one in `frameworks.torch`:

    >>> record.distance(Nadam(lr=0.1)) > 0.1
    True
    >>> record.distance(frameworks.torch.Nadam(lr=0.1)) < 1e-12
    True
    """
    texts, arrays = _stored()
    problem = problems(algorithm)[0] if problem is None else problem
    key = f"{framework}/{algorithm}/{setting}"
    place = texts["runs"].get(f"{key}/{problem}")
    if place is None:
        there = [run for run in texts["runs"] if run.startswith(f"{framework}/{algorithm}/")]
        there = there or [run for run in texts["runs"] if f"/{algorithm}/default/" in run]
        there = there or list(ALGORITHMS)
        raise ValueError(f"there is no record {key}/{problem}; there are {', '.join(there)}")
    return Record(framework, algorithm, problem, setting, texts["code"][key], arrays[place])
