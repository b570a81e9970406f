"""Bad input gets an error that names the argument, shows the value and says what is allowed."""

from __future__ import annotations

import inspect
import io
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

import adaptive
from adaptive import (
    LAMB,
    NAG,
    SGD,
    SOAP,
    Adadelta,
    Adagrad,
    Adam,
    AdaMax,
    AdamW,
    AMSGrad,
    Clipped,
    Lion,
    MatrixRule,
    Mixed,
    Momentum,
    Muon,
    Nadam,
    Prodigy,
    RMSprop,
    Rule,
    ScheduleFree,
    Shampoo,
    VectorRule,
    anatomy,
    compare,
    curvature,
    descend,
    explore,
    export,
    flipbook,
    frameworks,
    gallery,
    interact,
    load_state,
    minimizer,
    opening,
    orthogonalized,
    plotting,
    polar_factor,
    register_container,
    save_state,
    scheduled,
    sweep,
    tracing,
    trained,
    translator,
)
from adaptive import race as races
from adaptive.explorer.plane import plane
from adaptive.problems import (
    Beale,
    Bigrams,
    Characters,
    Circles,
    Convolution,
    Digits,
    Himmelblau,
    Lessard,
    LogisticRegression,
    MovingTarget,
    NoisyQuadratic,
    Problem,
    RareAndSteady,
    Ravine,
    Reddi,
    Rescaled,
    Rosenbrock,
    Saddle,
    SparseFeatures,
    Surface,
    compute_grad,
    compute_loss,
    expand,
    probability,
)
from adaptive.problems.networks import Blocks, Network, larger
from adaptive.schedules import WSD, Constant, Cosine, Linear
from adaptive.tracing import cost
from tests.every import every_rule_of_all, every_rule_on_vectors
from tests.public import CALLED, named

NAN, INF = float("nan"), float("inf")
MIXED, MODEL = Mixed(Muon(), AdamW()), {"W": np.ones((2, 2))}
REAL = "must be a real number or an array of real numbers"
THETA = np.array([1.0, 2.0])
G = np.array([0.5, -0.5])
X = np.ones((3, 2))
Y = np.array([0, 1, 1])
W = np.zeros(2)
CIRCLES = Circles()


def opens(rule: Any = None, problem: Any = None, slider: Any = "lr", **given: Any) -> Any:
    """Make an opening in which one thing is wrong."""
    rule, problem = SGD() if rule is None else rule, Ravine() if problem is None else problem
    return opening(rule, problem, slider=slider, **given)


STATE = Momentum().init(THETA)
PATH = descend(SGD(), Ravine(), steps=3)
RUNS = sweep(SGD(), Ravine(), 3, keep="path", lr=[0.1, 0.2])
NETWORK = Digits(hidden=2)
RACE = races.race(Ravine(), [SGD], steps=3, trials=2, fresh=2, budget=3)

Case = tuple[Callable[[], Any], type[Exception], list[str]]

# ------------------------------------------------------------------ hyperparameters

HYPERPARAMETERS: list[Case] = [
    (lambda: SGD(lr=-1), ValueError, ["SGD.lr", "[0, inf)", "got -1"]),
    (lambda: Adam(lr=-0.001), ValueError, ["Adam.lr", "[0, inf)", "-0.001"]),
    (lambda: Adam(lr=NAN), ValueError, ["Adam.lr", "finite", "nan"]),
    (lambda: Adagrad(lr=INF), ValueError, ["Adagrad.lr", "finite", "inf"]),
    (lambda: Adagrad(eps=-1e-8), ValueError, ["Adagrad.eps", "[0, inf)", "-1e-08"]),
    (lambda: RMSprop(eps=-INF), ValueError, ["RMSprop.eps", "finite", "-inf"]),
    (lambda: Momentum(momentum=1), ValueError, ["Momentum.momentum", "[0, 1)", "got 1"]),
    (lambda: Momentum(momentum=-0.1), ValueError, ["Momentum.momentum", "[0, 1)", "-0.1"]),
    (lambda: NAG(momentum=1.5), ValueError, ["NAG.momentum", "[0, 1)", "1.5"]),
    (lambda: Adadelta(rho=1.0), ValueError, ["Adadelta.rho", "[0, 1)", "1.0"]),
    (lambda: RMSprop(rho=-1), ValueError, ["RMSprop.rho", "[0, 1)", "-1"]),
    (lambda: Nadam(eps="tiny"), TypeError, ["Nadam.eps", REAL, "'tiny'"]),
    (lambda: Adam(beta1=1), ValueError, ["Adam.beta1", "[0, 1)", "1"]),
    (
        lambda: AdamW(weight_decay=-0.1),
        ValueError,
        ["AdamW.weight_decay", "[0, inf)", "-0.1"],
    ),
    (lambda: ScheduleFree(beta=1.5), ValueError, ["ScheduleFree.beta", "[0, 1]", "1.5"]),
    (lambda: Lion(beta1=1), ValueError, ["Lion.beta1", "[0, 1)", "1"]),
    (lambda: AMSGrad(beta2=1.0), ValueError, ["AMSGrad.beta2", "[0, 1)", "1.0"]),
    (lambda: AdaMax(beta2=NAN), ValueError, ["AdaMax.beta2", "finite", "nan"]),
    (lambda: SGD(lr=[0.1, -0.2]), ValueError, ["SGD.lr", "[0, inf)", "[0.1, -0.2]"]),
    (lambda: SGD(lr=np.array([[0.1], [NAN]])), ValueError, ["SGD.lr", "finite", "nan"]),
    (lambda: Adam(beta1=np.linspace(0, 1, 99)), ValueError, ["Adam.beta1", "[0, 1)", "..."]),
    (lambda: SGD(lr=[]), ValueError, ["SGD.lr", "empty", "[]"]),
    (lambda: SGD(lr="0.1"), TypeError, ["SGD.lr", REAL, "'0.1'"]),
    (lambda: SGD(lr=None), TypeError, ["SGD.lr", REAL, "None"]),
    (lambda: SGD(lr=0.1j), TypeError, ["SGD.lr", REAL, "0.1j"]),
    (lambda: SGD(lr=True), TypeError, ["SGD.lr", REAL, "True"]),
    (lambda: Adam(eps=np.array([True])), TypeError, ["Adam.eps", REAL, "True"]),
    (lambda: SGD(lr=[0.1, [0.2]]), TypeError, ["SGD.lr", REAL, "[0.1, [0.2]]"]),
    (lambda: SGD(lr={"lr": 1}), TypeError, ["SGD.lr", REAL, "{'lr': 1}"]),
    (lambda: SGD(lr=lambda t: 1 / t), TypeError, ["SGD.lr", REAL, "<function"]),
    (lambda: SGD(lr=np.datetime64("2020")), TypeError, ["SGD.lr", REAL, "2020"]),
    (lambda: Adam(learning_rate=0.1), TypeError, ["Adam", "learning_rate"]),
    (lambda: Adam(0.1, 0.9, 0.99, 1e-8, 5), TypeError, ["5 positional", "6 were"]),
    (lambda: AdaMax(eps=1e-8), TypeError, ["AdaMax", "eps"]),
]

# ------------------------------------------------------------------ init, step, restore

STEPS: list[Case] = [
    (lambda: SGD().init("theta"), TypeError, ["theta", REAL, "'theta'"]),
    (lambda: SGD().init(None), TypeError, ["theta", REAL, "None"]),
    (lambda: SGD().init([1, 2j]), TypeError, ["theta", REAL, "2j"]),
    (lambda: SGD().init([[1, 2], [3]]), TypeError, ["theta", REAL, "[[1, 2], [3]]"]),
    (
        lambda: Momentum().step(np.zeros(6), np.zeros((6, 1)), Momentum().init(np.zeros(6))),
        ValueError,
        ["g must have the shape of theta", "(6,)", "leading axes", "(6, 1)"],
    ),
    (lambda: Momentum().step(THETA, np.zeros(3), STATE), ValueError, ["g must", "(2,)", "(3,)"]),
    (lambda: Momentum().step(THETA, 0.5, STATE), ValueError, ["g must", "(2,)", "shape ()"]),
    (lambda: Momentum().step(THETA, G[:1], STATE), ValueError, ["g must", "(2,)", "(1,)"]),
    (lambda: Momentum().step(THETA, "down", STATE), TypeError, ["g must", "real", "'down'"]),
    (lambda: Momentum().step(THETA, None, STATE), TypeError, ["g must", "real", "None"]),
    (lambda: Momentum().step(THETA, 1j * G, STATE), TypeError, ["g must", "real", "0.5j"]),
    (lambda: Momentum().step(THETA, G > 0, STATE), TypeError, ["g must", "real", "True"]),
    (lambda: Momentum().step("here", G, STATE), TypeError, ["theta must", "real", "'here'"]),
    (lambda: Momentum().step(None, G, STATE), TypeError, ["theta must", "real", "None"]),
    (lambda: Momentum().step(1j * THETA, G, STATE), TypeError, ["theta must", "real", "1.j"]),
    (lambda: Momentum().step(THETA > 0, G > 0, STATE), TypeError, ["theta must", "real", "True"]),
    (lambda: Momentum().step(THETA, G, None), TypeError, ["state", "Momentum.init", "None"]),
    (lambda: Momentum().step(THETA, G, ()), TypeError, ["state", "Momentum.init", "()"]),
    (lambda: Momentum().step(THETA, G, (0, G)), TypeError, ["state", "Momentum.init", "(0, "]),
    (
        lambda: Momentum().step(THETA, G, NAG().init(THETA)),
        TypeError,
        ["state", "Momentum.init", "State(t=0"],
    ),
    (
        lambda: Momentum().step(THETA, G, Momentum().init(np.zeros(3))),
        ValueError,
        ["theta (2,)", "g (2,)", "Momentum must broadcast", "got [(3,), (), ()] for"],
    ),
    (
        lambda: SGD(lr=[0.1, 0.2, 0.3]).step(THETA, G, SGD.State(0)),
        ValueError,
        ["theta (2,)", "hyperparameters of SGD must broadcast", "(3,)"],
    ),
    (
        lambda: Adam(beta1=np.full((3, 1), 0.5)).step(np.ones((2, 2)), G, Adam().init(THETA)),
        ValueError,
        ["theta (2, 2)", "hyperparameters of Adam must broadcast", "(3, 1)"],
    ),
    (lambda: Momentum().step_into([1, 2], G, STATE), TypeError, ["theta must", "floats", "[1, 2]"]),
    (lambda: Momentum().step_into(THETA, "g", STATE), TypeError, ["g must", "real", "'g'"]),
    (lambda: Momentum().step_into(THETA, G[:1], STATE), ValueError, ["g must", "(2,)", "(1,)"]),
    (lambda: Momentum().step_into(THETA, G, None), TypeError, ["state", "Momentum.init", "None"]),
    (
        lambda: Momentum().step_into(THETA, G, STATE, "fast"),
        ValueError,
        ["engine", "auto", "'fast'"],
    ),
    (
        lambda: Adam().restore({"t": 1, "m": G}),
        ValueError,
        ["saved", "('t', 'm', 'v')", "Adam", "('t', 'm')"],
    ),
    (
        lambda: Adam().restore(AMSGrad().init(THETA)._asdict()),
        ValueError,
        ["saved", "('t', 'm', 'v') for Adam", "'v_hat'"],
    ),
    (lambda: SGD().restore(5), TypeError, ["saved must be a mapping", "got 5"]),
    (lambda: SGD().restore({"t": 1.5}), TypeError, ["saved['t']", "integer", "1.5"]),
    (lambda: SGD().restore({"t": -1}), ValueError, ["saved['t']", "at least 0", "-1"]),
    (lambda: SGD().restore({"t": [1, 2]}), TypeError, ["saved['t']", "integer", "[1, 2]"]),
    (
        lambda: Momentum().restore({"t": 1, "v": "fast"}),
        TypeError,
        ["saved['v']", "real", "'fast'"],
    ),
]

# ------------------------------------------------------------------ saved, and held

SAVED: list[Case] = [
    (lambda: save_state(3, THETA, STATE), TypeError, ["file must be a path", "3"]),
    (lambda: save_state(io.StringIO(), THETA, STATE), TypeError, ["file", "binary", "StringIO"]),
    (lambda: save_state(io.BytesIO(), THETA, (0, G)), TypeError, ["state", "Rule.init", "(0, "]),
    (lambda: save_state(io.BytesIO(), "a", STATE), TypeError, ["theta", REAL, "'a'"]),
    (
        lambda: save_state(io.BytesIO(), {"a": None}, STATE),
        ValueError,
        ["theta", "one array", "None"],
    ),
    (
        lambda: save_state(io.BytesIO(), {G.dtype: G}, SGD().init({G.dtype: G})),
        TypeError,
        ["keys", "float64"],
    ),
    (lambda: load_state(io.BytesIO(), Adam), TypeError, ["rule must be a Rule", "Adam()"]),
    (lambda: load_state(None, Adam()), TypeError, ["file must be a path", "None"]),
    (lambda: load_state(io.StringIO(), Adam()), TypeError, ["file", "binary", "StringIO"]),
    (lambda: load_state(io.BytesIO(b"x"), Adam()), ValueError, ["file", "save_state has made"]),
    (lambda: register_container(3), TypeError, ["kind must be a class", "3"]),
    (
        lambda: register_container(np.random.Generator),
        TypeError,
        ["dataclass, or names", "of Generator"],
    ),
    (lambda: register_container(np.random.Generator, "w"), TypeError, ["names", "sequence", "'w'"]),
    (
        lambda: register_container(np.random.Generator, [1]),
        TypeError,
        ["names", "attributes' names", "[1]"],
    ),
    (
        lambda: register_container(np.random.Generator, []),
        ValueError,
        ["names", "one or more", "()"],
    ),
    (lambda: register_container(SGD, ["rate"]), ValueError, ["fields of SGD", "('rate',)"]),
    (lambda: register_container(SGD, ["lr", "lr"]), ValueError, ["different fields of SGD"]),
    (lambda: register_container(dict, ["a"]), TypeError, ["names must not", "dict", "['a']"]),
]

# ------------------------------------------------------------------ descend

DESCENTS: list[Case] = [
    (lambda: descend(Adam, Ravine()), TypeError, ["rule must be a Rule object", "Adam()"]),
    (lambda: descend("Adam", Ravine()), TypeError, ["rule must be a Rule object", "'Adam'"]),
    (lambda: descend(SGD(), Ravine), TypeError, ["problem must be a Problem object", "Ravine()"]),
    (lambda: descend(Ravine(), SGD()), TypeError, ["rule must be a Rule object", "Ravine("]),
    (lambda: descend(SGD(), lambda x: x), TypeError, ["problem must be a Problem", "<function"]),
    (lambda: descend(SGD(), Ravine(), [NAN, 0]), ValueError, ["theta0", "finite", "[nan, 0]"]),
    (lambda: descend(SGD(), Ravine(), [INF, 0]), ValueError, ["theta0", "finite", "[inf, 0]"]),
    (lambda: descend(SGD(), Ravine(), "start"), TypeError, ["theta0", "real", "'start'"]),
    (lambda: descend(SGD(), Ravine(), ["a", "b"]), TypeError, ["theta0", "real", "['a', 'b']"]),
    (lambda: descend(SGD(), Ravine(), [1j, 0]), TypeError, ["theta0", "real", "1j"]),
    (lambda: descend(SGD(), Ravine(), [1, 2, 3]), ValueError, ["theta0", "(..., 2)", "(3,)"]),
    (lambda: descend(SGD(), Ravine(), 1.0), ValueError, ["theta0", "(..., 2)", "()"]),
    (lambda: descend(SGD(), Ravine(), []), ValueError, ["theta0", "(..., 2)", "(0,)"]),
    (lambda: descend(SGD(), Ravine(), np.ones((0, 2))), ValueError, ["theta0", "(0, 2)"]),
    (
        lambda: descend(SGD(), Ravine(), np.ones((3, 2))),
        ValueError,
        ["one run", "theta0", "(d,)", "(3, 2)", "sweep"],
    ),
    (
        lambda: descend(SGD(lr=[[0.1], [0.2]]), Ravine()),
        ValueError,
        ["one run", "hyperparameters", "(d,)", "(2, 1)", "sweep"],
    ),
    (lambda: descend(SGD(lr=[1, 2, 3]), Ravine()), ValueError, ["one run", "(d,)", "(3,)"]),
    (lambda: descend(SGD(), Ravine(), steps=-1), ValueError, ["steps", "at least 0", "-1"]),
    (lambda: descend(SGD(), Ravine(), steps=1.0), TypeError, ["steps", "integer", "1.0"]),
    (lambda: descend(SGD(), Ravine(), steps=True), TypeError, ["steps", "integer", "True"]),
    (lambda: descend(SGD(), Ravine(), steps="9"), TypeError, ["steps", "integer", "'9'"]),
    (lambda: descend(SGD(), Ravine(), steps=None), TypeError, ["steps", "integer", "None"]),
    (lambda: descend(SGD(), CIRCLES, rng="seed"), TypeError, ["rng", "Generator", "'seed'"]),
    (lambda: descend(SGD(), CIRCLES, rng=-1), ValueError, ["rng", "at least 0", "-1"]),
    (lambda: descend(SGD(), CIRCLES, rng=1.5), TypeError, ["rng", "seed", "1.5"]),
    (lambda: descend(SGD(), CIRCLES, rng=True), TypeError, ["rng", "seed", "True"]),
    (lambda: descend(SGD(), CIRCLES, rng=[1, 2]), TypeError, ["rng", "seed", "[1, 2]"]),
    (lambda: descend(SGD(), CIRCLES, rng=np.random), TypeError, ["rng", "Generator", "module"]),
    (
        lambda: descend(Adam(), Ravine(), state=Momentum().init(THETA)),
        TypeError,
        ["state", "of Adam", "State(t=0, v="],
    ),
    (lambda: descend(Adam(), Ravine(), state=3), TypeError, ["state", "of Adam", "got 3"]),
    (
        lambda: descend(Adam(), Ravine(), state=Adam().init(np.zeros((3, 2)))),
        ValueError,
        ["state", "(2,) of theta0", "(3, 2)"],
    ),
    (
        lambda: descend(SGD(), CIRCLES, steps=3, batches=[[0], [1]]),
        ValueError,
        ["batches", "each of the 3 steps", "got 2"],
    ),
    (
        lambda: descend(SGD(), CIRCLES, batches=iter([[0]])),
        TypeError,
        ["batches", "sequence of one batch for each step", "iterator"],
    ),
    (lambda: descend(SGD(), CIRCLES, batches=7), TypeError, ["batches", "sequence", "7"]),
    (lambda: descend(SGD(), Ravine(), step=7), TypeError, ["step"]),
]

# ------------------------------------------------------------------ sweep

SWEEPS: list[Case] = [
    (lambda: sweep(Adam, Ravine(), lr=[1]), TypeError, ["rule must be a Rule object", "Adam()"]),
    (lambda: sweep(Adam(), Circles, lr=[1]), TypeError, ["problem must be a Problem", "Circles()"]),
    (
        lambda: sweep(Adam(), Ravine(), momentum=[0.9]),
        TypeError,
        ["'momentum' is no hyperparameter of Adam", "lr, beta1, beta2, eps"],
    ),
    (lambda: sweep(SGD(), Ravine(), learning_rate=[1]), TypeError, ["'learning_rate'", "lr"]),
    (lambda: sweep(SGD(), Ravine(), lr=0.1), ValueError, ["lr must have shape (n,)", "0.1"]),
    (
        lambda: sweep(SGD(), Ravine(), engine="gpu", lr=[0.1]),
        ValueError,
        ["engine must be one of", "numba", "'gpu'"],
    ),
    (
        lambda: sweep(SGD(), Ravine(), theta0=np.ones(2, np.float32), engine="blocks", lr=[0.1]),
        ValueError,
        ["engine must be 'plain' or 'auto' here", "'blocks'", "lr of SGD"],
    ),
    (lambda: sweep(SGD(), Ravine(), lr=[[1], [2]]), ValueError, ["lr", "(n,)", "[[1], [2]]"]),
    (lambda: sweep(SGD(), Ravine(), lr=[]), ValueError, ["lr", "empty", "[]"]),
    (lambda: sweep(SGD(), Ravine(), lr=[0.1, -1]), ValueError, ["lr", "[0, inf)", "[0.1, -1]"]),
    (lambda: sweep(Adam(), Ravine(), beta1=[0, 1]), ValueError, ["beta1", "[0, 1)", "[0, 1]"]),
    (lambda: sweep(SGD(), Ravine(), lr=[NAN]), ValueError, ["lr", "finite", "[nan]"]),
    (lambda: sweep(SGD(), Ravine(), lr="fast"), TypeError, ["lr", "real", "'fast'"]),
    (lambda: sweep(SGD(), Ravine(), lr=None), TypeError, ["lr", "real", "None"]),
    (lambda: sweep(SGD(), Ravine(), -3, lr=[1]), ValueError, ["steps", "at least 0", "-3"]),
    (lambda: sweep(SGD(), Ravine(), 2.5, lr=[1]), TypeError, ["steps", "integer", "2.5"]),
    (lambda: sweep(SGD(), Ravine(), keep="all"), ValueError, ["keep", '"end", "loss"', "'all'"]),
    (lambda: sweep(SGD(), Ravine(), keep=None), ValueError, ["keep", '"path"', "None"]),
    (lambda: sweep(SGD(), Ravine(), theta0=[1]), ValueError, ["theta0", "(..., 2)", "(1,)"]),
    (
        lambda: sweep(SGD(), Ravine(), theta0=np.ones((2, 3, 2))),
        ValueError,
        ["theta0", "(d,) or (k, d)", "(2, 3, 2)"],
    ),
    (lambda: sweep(SGD(), Ravine(), theta0=np.ones((0, 2))), ValueError, ["theta0", "(0, 2)"]),
    (lambda: sweep(SGD(), Ravine(), theta0=[NAN, 1]), ValueError, ["theta0", "finite", "nan"]),
    (lambda: sweep(SGD(), CIRCLES, rng=[]), ValueError, ["rng", "at least one", "empty"]),
    (lambda: sweep(SGD(), CIRCLES, rng=["a"]), TypeError, ["rng", "Generator", "'a'"]),
    (lambda: sweep(SGD(), CIRCLES, rng="abc"), TypeError, ["rng", "Generator", "'abc'"]),
    (lambda: sweep(SGD(), CIRCLES, rng=[0, -1]), ValueError, ["rng", "at least 0", "-1"]),
    (lambda: sweep(SGD(), CIRCLES, rng=np.ones(2)), TypeError, ["rng", "seed", "1.0"]),
    (lambda: sweep(SGD(), Ravine(), rng=[0, 1]), ValueError, ["rng", "one generator", "[0, 1]"]),
    (
        lambda: sweep(SGD(), CIRCLES, 1, rng=[0, 1], batches=[[0]]),
        ValueError,
        ["rng", "one generator", "[0, 1]"],
    ),
    (
        lambda: sweep(SGD(), CIRCLES, 3, batches=[[0]], lr=[0.1]),
        ValueError,
        ["batches", "each of the 3 steps", "got 1"],
    ),
    (
        lambda: sweep(SGD(lr=[[0.1], [0.2]]), Ravine(), theta0=np.ones((2, 2))),
        ValueError,
        ["SGD.lr", "() or (d,)", "(2, 1)", "lr=[...]"],
    ),
    (lambda: sweep(SGD(lr=[1, 2, 3]), Ravine()), ValueError, ["SGD must broadcast", "(3,)"]),
]

# ------------------------------------------------------------------ problems

PROBLEMS: list[Case] = [
    (lambda: Ravine(condition=0.5), ValueError, ["condition", "[1, inf)", "0.5"]),
    (lambda: Ravine(condition=INF), ValueError, ["condition", "finite", "inf"]),
    (lambda: Ravine(condition="steep"), TypeError, ["condition", "real", "'steep'"]),
    (lambda: Ravine(condition=[2, 3]), ValueError, ["condition", "one number", "[2, 3]"]),
    (lambda: Ravine(angle=NAN), ValueError, ["angle", "finite", "nan"]),
    (lambda: Ravine(angle=None), TypeError, ["angle", "real", "None"]),
    (lambda: Ravine(kappa=3), TypeError, ["kappa"]),
    (lambda: Beale().loss([1, 2, 3]), ValueError, ["theta", "(..., 2)", "(3,)"]),
    (lambda: Rosenbrock().grad(np.ones((2, 3))), ValueError, ["theta", "(..., 2)", "(2, 3)"]),
    (lambda: Rosenbrock().loss(None), ValueError, ["theta", "(..., 2)", "()"]),
    (lambda: NoisyQuadratic([1, -2]), ValueError, ["curvatures", "(0, inf)", "[1, -2]"]),
    (lambda: NoisyQuadratic([0.0]), ValueError, ["curvatures", "(0, inf)", "[0.0]"]),
    (lambda: NoisyQuadratic([]), ValueError, ["curvatures", "empty", "[]"]),
    (lambda: NoisyQuadratic([[1, 2]]), ValueError, ["curvatures", "(d,)", "(1, 2)"]),
    (lambda: NoisyQuadratic("ab"), TypeError, ["curvatures", "real", "'ab'"]),
    (lambda: NoisyQuadratic(noise=-1), ValueError, ["noise", "[0, inf)", "-1"]),
    (lambda: NoisyQuadratic(noise=[1, 2, 3]), ValueError, ["noise", "one number", "[1, 2, 3]"]),
    (lambda: NoisyQuadratic(batch_size=0), ValueError, ["batch_size", "at least 1", "0"]),
    (lambda: NoisyQuadratic(batch_size=2.0), TypeError, ["batch_size", "integer", "2.0"]),
    (lambda: Reddi(large=1000), ValueError, ["large", "(period - 1) * small = 1000", "1000"]),
    (lambda: Reddi(large=NAN), ValueError, ["large", "finite", "nan"]),
    (lambda: Reddi(large=[2000, 3000]), ValueError, ["large", "one number", "[2000, 3000]"]),
    (lambda: Reddi(small=0), ValueError, ["small", "(0, inf)", "0"]),
    (lambda: Reddi(period=1), ValueError, ["period", "at least 2", "1"]),
    (lambda: Reddi(period=2.5), TypeError, ["period", "integer", "2.5"]),
    (lambda: Reddi(at_random=1), TypeError, ["at_random", "True or False", "1"]),
    (lambda: Circles(batch_size=0), ValueError, ["batch_size", "at least 1", "0"]),
    (lambda: Circles(seed=-1), ValueError, ["seed", "at least 0", "-1"]),
    (lambda: Circles(seed="a"), TypeError, ["seed", "integer", "'a'"]),
    (lambda: SparseFeatures(batch_size=True), TypeError, ["batch_size", "integer", "True"]),
    (lambda: LogisticRegression(X, [0, 1, 2]), ValueError, ["y", "0 and 1", "[0, 1, 2]"]),
    (lambda: LogisticRegression(X, [-1, 1, 1]), ValueError, ["y", "0 and 1", "[-1, 1, 1]"]),
    (lambda: LogisticRegression(X, [0, 1, NAN]), ValueError, ["y", "0 and 1", "nan"]),
    (lambda: LogisticRegression(X, ["a", "b", "a"]), TypeError, ["y", "real", "'a'"]),
    (lambda: LogisticRegression(X, Y[:2]), ValueError, ["y", "each row of X", "(3,)", "(2,)"]),
    (lambda: LogisticRegression(X, Y[:, None]), ValueError, ["y", "each row of X", "(3, 1)"]),
    (lambda: LogisticRegression(X[0], Y), ValueError, ["X", "(n, d)", "(2,)"]),
    (lambda: LogisticRegression(X[:0], Y[:0]), ValueError, ["X", "(n, d)", "(0, 2)"]),
    (lambda: LogisticRegression(X * NAN, Y), ValueError, ["X", "finite", "nan"]),
    (lambda: LogisticRegression([["a"]], [1]), TypeError, ["X", "real", "'a'"]),
    (lambda: LogisticRegression(X, Y, start=[1]), ValueError, ["start", "(2,)", "(1,)"]),
    (lambda: LogisticRegression(X, Y, start=[NAN, 0]), ValueError, ["start", "finite", "nan"]),
    (lambda: LogisticRegression(X, Y, batch_size=-4), ValueError, ["batch_size", "1", "-4"]),
    (lambda: CIRCLES.loss(np.ones(5)), ValueError, ["theta", "(..., d)", "(5,)"]),
    (lambda: CIRCLES.grad("theta"), TypeError, ["theta", "real", "'theta'"]),
    (lambda: expand([1, 2, 3]), ValueError, ["X", "(..., 2)", "(3,)"]),
    (lambda: expand("ab"), TypeError, ["X", "real", "'ab'"]),
    (lambda: probability(X, [1]), ValueError, ["X", "(n, d)", "w", "(3, 2)", "(1,)"]),
    (lambda: probability(X, None), TypeError, ["w", "real", "None"]),
    (lambda: compute_loss(X, [0, 1], W), ValueError, ["y", "each row of X", "(2,)"]),
    (lambda: compute_loss(X[:0], [], W), ValueError, ["X and y", "at least one row"]),
    (lambda: compute_loss(X, [0, 1, 0.5], W), ValueError, ["y", "0 and 1", "0.5"]),
    (lambda: compute_grad(X, Y, np.zeros(6)), ValueError, ["X", "w", "(3, 2)", "(6,)"]),
    (lambda: compute_grad(X, Y, "w"), TypeError, ["w", "real", "'w'"]),
]


# ------------------------------------------------------------------ networks

BLOCKS = Blocks({"W": (2, 3), "b": (3,)})
DIGITS, WORDS = Digits(hidden=2), Bigrams(words=3)
ROWS = (np.ones((3, 2)), np.array([0, 1, 1]))

NETWORKS: list[Case] = [
    (lambda: Blocks({"W": (2, 0)}), ValueError, ["shapes['W']", "at least 1", "0"]),
    (lambda: Blocks({"W": (2.5,)}), TypeError, ["shapes['W']", "integer", "2.5"]),
    (lambda: BLOCKS.split(np.ones(8)), ValueError, ["theta", "(..., 9)", "(8,)"]),
    (lambda: BLOCKS.split("ab"), TypeError, ["theta", REAL, "'ab'"]),
    (lambda: BLOCKS.join({"W": np.ones((2, 3))}), ValueError, ["arrays", "W, b", "got W"]),
    (lambda: BLOCKS.join({"W": 1, "c": 2}), ValueError, ["arrays", "W, b", "got W, c"]),
    (
        lambda: BLOCKS.join({"W": np.ones((3, 2)), "b": np.ones(3)}),
        ValueError,
        ["arrays['W']", "(..., 2, 3)", "(3, 2)"],
    ),
    (lambda: BLOCKS.join({"W": np.ones(3), "b": 1}), ValueError, ["arrays['W']", "(3,)"]),
    (
        lambda: BLOCKS.join({"W": np.ones((4, 2, 3)), "b": np.ones((5, 3))}),
        ValueError,
        ["arrays['b']", "leading axes", "(5, 3)"],
    ),
    (lambda: BLOCKS.join({"W": "ab", "b": 1}), TypeError, ["arrays['W']", REAL, "'ab'"]),
    (lambda: Bigrams(words=1), ValueError, ["words", "at least 2", "1"]),
    (lambda: Bigrams(words=129), ValueError, ["words", "at most 128", "129"]),
    (lambda: Bigrams(words=2.5), TypeError, ["words", "integer", "2.5"]),
    (lambda: Bigrams(power=NAN), ValueError, ["power", "finite", "nan"]),
    (lambda: Bigrams(power=[0, 1]), ValueError, ["power", "one number", "[0, 1]"]),
    (lambda: Bigrams(power="equal"), TypeError, ["power", REAL, "'equal'"]),
    (lambda: Bigrams(followers=-1), ValueError, ["followers", "[0, inf)", "-1"]),
    (lambda: Bigrams(smoothing=1), ValueError, ["smoothing", "[0, 1)", "1"]),
    (lambda: Bigrams(smoothing=-0.1), ValueError, ["smoothing", "[0, 1)", "-0.1"]),
    (lambda: WORDS.loss(np.ones(8)), ValueError, ["theta", "(..., 9)", "(8,)"]),
    (lambda: WORDS.grad(np.ones((3, 3))), ValueError, ["theta", "(..., 9)", "(3, 3)"]),
    (lambda: WORDS.grad("ab"), TypeError, ["theta", REAL, "'ab'"]),
    (lambda: WORDS.excess(3), ValueError, ["theta", "(..., 9)", "()"]),
    (lambda: Digits(hidden=0), ValueError, ["hidden", "at least 1", "0"]),
    (lambda: Digits(hidden=2.0), TypeError, ["hidden", "integer", "2.0"]),
    (lambda: Digits(batch_size=0), ValueError, ["batch_size", "at least 1", "0"]),
    (lambda: Digits(seed=-1), ValueError, ["seed", "at least 0", "-1"]),
    (lambda: Convolution(filters=0), ValueError, ["filters", "at least 1", "0"]),
    (lambda: Convolution(filters="4"), TypeError, ["filters", "integer", "'4'"]),
    (lambda: Convolution(batch_size=1.5), TypeError, ["batch_size", "integer", "1.5"]),
    (lambda: Characters(width=0), ValueError, ["width", "at least 1", "0"]),
    (lambda: Characters(batch_size="8"), TypeError, ["batch_size", "integer", "'8'"]),
    (lambda: DIGITS.loss(np.ones(3)), ValueError, ["theta", "(..., 160)", "(3,)"]),
    (lambda: DIGITS.grad(np.ones((160, 2))), ValueError, ["theta", "(..., 160)", "(160, 2)"]),
    (lambda: DIGITS.grad("ab"), TypeError, ["theta", REAL, "'ab'"]),
    (lambda: DIGITS.grad(DIGITS.start, [2000]), IndexError, ["batch", "0 to 1296", "[2000]"]),
    (lambda: DIGITS.accuracy(np.ones(3)), ValueError, ["theta", "(..., 160)", "(3,)"]),
    (lambda: DIGITS.arrays(np.ones(3)), ValueError, ["theta", "(..., 160)", "(3,)"]),
    (lambda: DIGITS.vector({"W1": 3}), ValueError, ["arrays", "W1, b1, W2, b2", "got W1"]),
    (lambda: DIGITS.initial(-1), ValueError, ["seed", "at least 0", "-1"]),
    (lambda: DIGITS.initial(None), TypeError, ["seed", "integer", "None"]),
    (
        lambda: Network({"W": (2, 2)}, ROWS, (ROWS[0], ROWS[1][:2])),
        ValueError,
        ["X and y", "equally many", "3 and 2"],
    ),
    (lambda: Network({"W": (2, 2)}, ROWS, ROWS, 0), ValueError, ["batch_size", "at least 1", "0"]),
    (
        lambda: Network({"W": (2, 2)}, ROWS, ROWS).forward({}, ROWS[0]),
        NotImplementedError,
        ["Network must define forward(w, X)"],
    ),
    (
        lambda: Network({"W": (2, 2)}, ROWS, ROWS).backward({}, ROWS[0], ROWS[0]),
        NotImplementedError,
        ["Network must define backward(w, X, R, *seen)"],
    ),
    (lambda: larger().rules("rnn"), ValueError, ["network", "transformer", "'rnn'"]),
    (lambda: larger().runs("transformer", "Lion"), ValueError, ["rule", "Adam", "'Lion'"]),
]

# ------------------------------------------------------------------ problems, asked at a point

POINTS: list[Case] = [
    (lambda: Ravine().loss("ab"), TypeError, ["theta", REAL, "'ab'"]),
    (lambda: Saddle().grad([1j, 2]), TypeError, ["theta", REAL, "[1j, 2]"]),
    (lambda: Himmelblau().grad(1.0), ValueError, ["theta", "(..., 2)", "()"]),
    (lambda: Lessard().loss([1, 2, 3]), ValueError, ["theta", "(..., 2)", "(3,)"]),
    (lambda: Surface().f(1, 2), NotImplementedError, ["Surface must define f(x, y)"]),
    (lambda: Surface().partials(1, 2), NotImplementedError, ["must define partials(x, y)"]),
    (lambda: Problem().loss(W), NotImplementedError, ["Problem must define loss(theta)"]),
    (lambda: Problem().grad(W), NotImplementedError, ["must define grad(theta, batch=None)"]),
    (lambda: NoisyQuadratic().loss([1, 2, 3]), ValueError, ["theta", "(..., 2)", "(3,)"]),
    (lambda: NoisyQuadratic().loss("ab"), TypeError, ["theta", REAL, "'ab'"]),
    (lambda: NoisyQuadratic().grad([[1], [2]]), ValueError, ["theta", "(..., 2)", "(2, 1)"]),
    (lambda: NoisyQuadratic().grad(None), ValueError, ["theta", "(..., 2)", "()"]),
    (lambda: MovingTarget().loss([1, 2]), ValueError, ["theta", "(..., 1)", "(2,)"]),
    (lambda: MovingTarget().loss("a"), TypeError, ["theta", REAL, "'a'"]),
    (lambda: MovingTarget().grad(3), ValueError, ["theta", "(..., 1)", "()"]),
    (lambda: MovingTarget().target(0), ValueError, ["t", "step numbers, from 1", "0"]),
    (lambda: MovingTarget().target(1.5), ValueError, ["t", "step numbers, from 1", "1.5"]),
    (lambda: MovingTarget().target([3, -1]), ValueError, ["t", "from 1", "[3, -1]"]),
    (lambda: MovingTarget([1, 2]), ValueError, ["targets", "(k, d)", "(2,)"]),
    (lambda: MovingTarget([[NAN]]), ValueError, ["targets", "finite", "nan"]),
    (lambda: MovingTarget("a"), TypeError, ["targets", REAL, "'a'"]),
    (lambda: MovingTarget(every=0), ValueError, ["every", "at least 1", "0"]),
    (lambda: MovingTarget(every=2.0), TypeError, ["every", "integer", "2.0"]),
    (lambda: MovingTarget(noise=-1), ValueError, ["noise", "[0, inf)", "-1"]),
    (lambda: Reddi().loss([1, 2]), ValueError, ["theta", "(..., 1)", "(2,)"]),
    (lambda: Reddi().loss(3), ValueError, ["theta", "(..., 1)", "()"]),
    (lambda: Reddi().grad([1, 2]), ValueError, ["theta", "(..., 1)", "(2,)"]),
    (lambda: Reddi().grad("a"), TypeError, ["theta", REAL, "'a'"]),
    (lambda: RareAndSteady().loss([1]), ValueError, ["theta", "(..., 2)", "(1,)"]),
    (lambda: RareAndSteady().grad([1, 2, 3]), ValueError, ["theta", "(..., 2)", "(3,)"]),
    (lambda: RareAndSteady(period=1), ValueError, ["period", "at least 2", "1"]),
    (lambda: RareAndSteady(large=1), ValueError, ["large", "(period - 1) * small = 10", "1"]),
    (lambda: Rescaled(Ravine), TypeError, ["problem must be a Problem", "call it: Ravine()"]),
    (lambda: Rescaled(Ravine(), loss_by=0), ValueError, ["loss_by", "(0, inf)", "0"]),
    (lambda: Rescaled(Ravine(), theta_by=[1, -1]), ValueError, ["theta_by", "(0, inf)", "-1"]),
    (lambda: Rescaled(Ravine(), theta_by=[1, 2, 3]), ValueError, ["theta_by", "(2,)", "(3,)"]),
    (lambda: Rescaled(Ravine()).loss([1, 2, 3]), ValueError, ["theta", "(..., 2)", "(3,)"]),
    (lambda: Rescaled(Ravine()).grad("a"), TypeError, ["theta", REAL, "'a'"]),
    (lambda: CIRCLES.grad(np.ones(6), [826]), IndexError, ["batch", "from 0 to 825", "[826]"]),
    (lambda: CIRCLES.grad(np.ones(6), [1.5]), IndexError, ["batch", "indices of rows", "[1.5]"]),
    (lambda: CIRCLES.grad(np.ones(6), "a"), IndexError, ["batch", "indices of rows", "'a'"]),
]

# ------------------------------------------------------------------ what is made of a run

RESULTS: list[Case] = [
    (lambda: PATH.steps_to(-0.5), ValueError, ["fraction", "[0, inf)", "-0.5"]),
    (lambda: PATH.steps_to([0.1, 0.2]), ValueError, ["fraction", "one number", "[0.1, 0.2]"]),
    (lambda: RUNS.steps_to(-1), ValueError, ["fraction", "[0, inf)", "-1"]),
    (lambda: RUNS.steps_to("a"), TypeError, ["fraction", REAL, "'a'"]),
    (
        lambda: sweep(SGD(), Ravine(), 1, lr=[0.1]).steps_to(0.1),
        ValueError,
        ["steps_to", 'keep="path"'],
    ),
    (
        lambda: sweep(SGD(), MovingTarget(), 1, keep="path", lr=[0.1]).steps_to(0.1),
        ValueError,
        ["known minimum", "moving target has none"],
    ),
    (
        lambda: sweep(SGD(), Rosenbrock(), 9, lr=[1e6]).best(),
        ValueError,
        ["all runs of the sweep diverged"],
    ),
    (lambda: minimizer(Adam), TypeError, ["rule must be a Rule object", "call it: Adam()"]),
    (lambda: minimizer("Adam"), TypeError, ["rule must be a Rule object", "'Adam'"]),
    (lambda: minimizer(SGD())(abs, [1.0]), ValueError, ["jac must be a function", "None"]),
    (lambda: minimizer(SGD())(abs, [1.0], jac=True), ValueError, ["jac must be", "True"]),
    (lambda: minimizer(SGD())(abs, [NAN], jac=abs), ValueError, ["x0", "finite", "nan"]),
    (lambda: minimizer(SGD())(abs, "a", jac=abs), TypeError, ["x0", REAL, "'a'"]),
    (
        lambda: minimizer(SGD())(abs, [1.0], jac=abs, bounds=[(0, 1)]),
        ValueError,
        ["bounds and constraints must not be given"],
    ),
    (
        lambda: minimizer(SGD())(abs, [1.0], jac=abs, maxiter=1.5),
        TypeError,
        ["maxiter", "integer", "1.5"],
    ),
    (
        lambda: minimizer(SGD())(abs, [1.0], jac=abs, gtol=-1),
        ValueError,
        ["gtol", "[0, inf)", "-1"],
    ),
]

# ------------------------------------------------------------------ figures

FIGURES: list[Case] = [
    (lambda: plotting.line(3), TypeError, ["rule must be a Rule object, its class", "got 3"]),
    (lambda: plotting.line(Ravine()), TypeError, ["rule must be a Rule object", "Ravine("]),
    (lambda: plotting.line(int), TypeError, ["rule must be a Rule object", "int"]),
    (lambda: plotting.shades(0), ValueError, ["n must be at least 1", "0"]),
    (lambda: plotting.shades(1.5), TypeError, ["n must be an integer", "1.5"]),
    (lambda: plotting.contours(CIRCLES), ValueError, ["problem", "two coordinates", "6"]),
    (lambda: plotting.contours(Ravine), TypeError, ["problem must be a Problem", "Ravine()"]),
    (lambda: plotting.contours(Ravine(), ax=3), TypeError, ["ax must be an Axes object", "3"]),
    (lambda: plotting.contours(Ravine(), bounds=3), ValueError, ["bounds", "(bottom, top)", "3"]),
    (
        lambda: plotting.contours(Ravine(), bounds=[(0, 1)]),
        ValueError,
        ["bounds", "((left, right), (bottom, top))", "[(0, 1)]"],
    ),
    (lambda: plotting.trajectory([]), TypeError, ["paths must be a Path or a sequence", "[]"]),
    (lambda: plotting.trajectory(3), TypeError, ["paths must be a Path or a sequence", "3"]),
    (lambda: plotting.trajectory([PATH, 3]), TypeError, ["paths must be a Path", "<Path"]),
    (
        lambda: plotting.trajectory(descend(SGD(), CIRCLES, steps=1)),
        ValueError,
        ["problem", "two coordinates", "circles with 6"],
    ),
    (lambda: plotting.loss([]), TypeError, ["paths must be a Path or a sequence", "[]"]),
    (lambda: plotting.loss(RUNS), TypeError, ["paths must be a Path or a sequence", "<Sweep"]),
    (lambda: plotting.loss([PATH], labels=[]), ValueError, ["labels", "each of the 1", "[]"]),
    (
        lambda: plotting.loss([PATH], labels=["a", "b"]),
        ValueError,
        ["labels must be one for each of the 1 paths", "['a', 'b']"],
    ),
    (lambda: plotting.landscape(PATH), TypeError, ["sweep must be a Sweep object", "<Path"]),
    (lambda: plotting.landscape(RUNS), ValueError, ["sweep must have two axes", "['lr']"]),
    (
        lambda: plotting.landscape(sweep(NAG(), Ravine(), 1, lr=[1, 2], momentum=[0.1]), W),
        ValueError,
        ["values must have shape (2, 1)", "(2,)"],
    ),
    (
        lambda: plotting.landscape(sweep(NAG(), Ravine(), 1, lr=[1], momentum=[0.1]), "a"),
        TypeError,
        ["values", REAL, "'a'"],
    ),
    (lambda: plotting.boundary(PATH), TypeError, ["problem must be a Circles", "Ravine("]),
    (lambda: plotting.boundary(3), TypeError, ["path must be a Path object", "3"]),
    (lambda: plotting.points(Ravine()), TypeError, ["problem must be a Circles", "Ravine("]),
    (lambda: plotting.circles([]), TypeError, ["paths must be a Path or a sequence", "[]"]),
    (lambda: plotting.circles([PATH]), TypeError, ["problem must be a Circles", "Ravine("]),
    (lambda: plotting.table([[1, 2]], ["a"], ["b"]), ValueError, ["values", "(1, 1)", "(1, 2)"]),
    (lambda: plotting.table([["x"]], ["a"], ["b"]), TypeError, ["values", REAL, "[['x']]"]),
    (
        lambda: explore(Ravine()),
        TypeError,
        ["explore needs a rule, such as Momentum(lr=0.05)", "RMSprop"],
    ),
    (lambda: explore(Ravine(), "Adam"), TypeError, ["'Adam'", "write Adam() with one of SGD"]),
    (lambda: explore(Ravine(), Adam), TypeError, ["rule must be a Rule", "call it: Adam()"]),
    (lambda: gallery(Ravine()), ValueError, ["at least one rule", "Momentum(lr=0.05)"]),
    (lambda: gallery(3, SGD()), TypeError, ["problem must be a Problem", "3"]),
    (lambda: gallery(Ravine(), Adam), TypeError, ["rule must be a Rule", "call it: Adam()"]),
    (lambda: gallery(CIRCLES, SGD()), ValueError, ["two coordinates", "circles with 6"]),
    (lambda: gallery(Ravine(), SGD(), steps=201), ValueError, ["at most 200", "201"]),
    (lambda: gallery(Ravine(), SGD(), within=1), ValueError, ["between 0 and 1", "1"]),
    (lambda: gallery(Ravine(), SGD(), key="a b"), ValueError, ["letters, digits", "'a b'"]),
    (lambda: flipbook(3, [1], label="a"), TypeError, ["draw must be callable", "3"]),
    (lambda: flipbook(str, [1], label="a", says=3), TypeError, ["says must be callable", "3"]),
    (lambda: flipbook(str, [1], label="a"), TypeError, ["draw must return", "'1' for 1"]),
    (lambda: flipbook(str, 3, label="a"), TypeError, ["values must be a sequence", "3"]),
    (lambda: flipbook(str, [], label="a"), ValueError, ["values must be 1 to 100 values", "0"]),
    (lambda: flipbook(str, range(101), label="a"), ValueError, ["1 to 100 values", "101"]),
    (lambda: flipbook(str, [1], label=3), TypeError, ["label must be a str", "3"]),
    (lambda: flipbook(str, [1], label="a", alt=3), TypeError, ["alt must be a str", "3"]),
    (lambda: flipbook(str, [1], label="a", at=1), ValueError, ["at must be less than", "1, got 1"]),
    (lambda: flipbook(str, [1], label="a", at=-1), ValueError, ["at", "at least 0", "-1"]),
    (lambda: flipbook(str, [1], label="a", key="a b"), ValueError, ["letters, digits", "'a b'"]),
    (lambda: translator("Adan"), ValueError, ["algorithm", "'Adan'", "RMSprop"]),
    (lambda: translator("Adam", "jax"), ValueError, ["source", "'jax'", "optax"]),
    (lambda: translator("Adadelta", "optax"), ValueError, ["source", "'optax'", "keras"]),
    (lambda: translator("Adam", "torch", "torch"), ValueError, ["target", "'torch'", "optax"]),
    (lambda: translator(key="a b"), ValueError, ["letters, digits", "'a b'"]),
    (lambda: plane(at=0.03), ValueError, ["at must be one of 0.001", "0.5, 1", "0.03"]),
    (lambda: plane(at="0.1"), TypeError, ["at", REAL, "'0.1'"]),
    (lambda: plane(key="a b"), ValueError, ["letters, digits", "'a b'"]),
    (lambda: explore(3, SGD()), TypeError, ["problem must be a Problem object", "3"]),
    (lambda: explore(CIRCLES, SGD()), ValueError, ["problem", "two coordinates", "circles with 6"]),
    (lambda: explore(Ravine(), SGD(), SGD(1)), ValueError, ["rules must differ", "SGD twice"]),
    (lambda: explore(Ravine(), SGD(), steps=0), ValueError, ["steps", "at least 1", "0"]),
    (lambda: explore(Ravine(), SGD(), steps=1.5), TypeError, ["steps", "integer", "1.5"]),
    (lambda: explore(Ravine(), SGD(), steps=9999), ValueError, ["steps", "at most 2000", "9999"]),
    (lambda: explore(Ravine(), SGD(), at=101), ValueError, ["at", "at most steps = 100", "101"]),
    (lambda: explore(Ravine(), SGD(), theta0=[9, 0]), ValueError, ["theta0", "inside", "[9.0, "]),
    (lambda: explore(Ravine(), SGD(), theta0=[NAN, 0]), ValueError, ["theta0", "finite", "nan"]),
    (lambda: explore(Ravine(), SGD(), ranges=3), TypeError, ["ranges must be a mapping", "3"]),
    (lambda: explore(Ravine(), SGD(), ranges={"x": (0, 1)}), ValueError, ["names x", "lr"]),
    (
        lambda: explore(Ravine(), SGD(), ranges={"lr": (1, 0.1)}),
        ValueError,
        ["ranges['lr']", "low < high", "(1, 0.1)"],
    ),
    (lambda: explore(Ravine(), SGD(), map=3), ValueError, ["map", "two hyperparameters", "3"]),
    (
        lambda: explore(Ravine(), Adam(), map=("lr", "lr")),
        ValueError,
        ["map must name two hyperparameters of Adam", "beta1", "('lr', 'lr')"],
    ),
    (lambda: explore(Ravine(), SGD(), curves="v"), ValueError, ["curves", "gradient, ", "'v'"]),
    (lambda: explore(Ravine(), SGD(), rng=1.5), TypeError, ["rng", "integer", "1.5"]),
    (lambda: explore(Ravine(), SGD(), key="a b"), ValueError, ["key", "hyphens", "'a b'"]),
    (lambda: anatomy(3, Ravine()), TypeError, ["rule must be a Rule object", "3"]),
    (lambda: anatomy(SGD, Ravine()), TypeError, ["rule must be a Rule", "call it: SGD()"]),
    (lambda: anatomy(SGD(), 3), TypeError, ["problem must be a Problem object", "3"]),
    (lambda: anatomy(SGD(), CIRCLES), ValueError, ["two coordinates", "circles with 6"]),
    (lambda: anatomy(SGD(), Ravine(), at=61), ValueError, ["at", "at most steps = 60", "61"]),
    (lambda: anatomy(SGD(), Ravine(), theta0=[9, 0]), ValueError, ["theta0", "inside", "[9.0, "]),
    (lambda: anatomy(SGD(), Ravine()).parts(0), ValueError, ["t must be", "at least 1", "0"]),
    (lambda: anatomy(SGD(), Ravine()).parts(61), ValueError, ["t must be", "at most 60", "61"]),
    (lambda: tracing.dissect(SGD()), TypeError, ["traced must be a TracedRule", "SGD("]),
    (
        lambda: tracing.nodes_to_javascript(SGD(), []),
        TypeError,
        ["traced must be a TracedRule", "SGD("],
    ),
    (
        lambda: tracing.trace_rule(SGD()).update.evaluate({"g": 1.0}),
        ValueError,
        ["inputs must have a value for hyper.lr"],
    ),
    (lambda: opens(rule="Adam"), TypeError, ["rule must be a Rule object", "'Adam'"]),
    (lambda: opens(problem=CIRCLES), ValueError, ["problem", "two coordinates", "circles with 6"]),
    (lambda: opens(slider="x"), ValueError, ["slider must be a field of SGD", "lr", "'x'"]),
    (lambda: opens(slider=3), TypeError, ["slider", "name of a field", "3"]),
    (lambda: opens(values=[1, 0.01]), ValueError, ["values", "increasing order", "[1, 0.01]"]),
    (lambda: opens(values=[NAN, 1]), ValueError, ["values must be finite", "nan"]),
    (lambda: opens(values=[0.1, 1]), ValueError, ["values must hold", "SGD.lr = 0.01"]),
    (lambda: opens(ghost=3), TypeError, ["ghost must be a Rule object", "3"]),
    (lambda: opens(together=1), TypeError, ["together", "True or False", "1"]),
    (lambda: opens(together=True), ValueError, ["together needs a ghost", "'lr'", "None"]),
    (lambda: opens(question=3), TypeError, ["question must be a str", "3"]),
    (lambda: opens(name=3), TypeError, ["name must be a str", "3"]),
    (lambda: opens(label=3), TypeError, ["label must be a str", "3"]),
    (lambda: opens(marks=3), TypeError, ["marks must be a mapping", "3"]),
    (lambda: opens(marks={9: "x"}), ValueError, ["marks", "values of the slider", "9"]),
    (lambda: opens(places=3), TypeError, ["places must be a mapping", "3"]),
    (lambda: opens(places={"x": 3}), ValueError, ["places['x']", "shape (2,)", "()"]),
    (lambda: opens(steps=0), ValueError, ["steps", "at least 1", "0"]),
    (lambda: opens(steps=601), ValueError, ["steps", "at most 600", "601"]),
    (lambda: opens(within=1), ValueError, ["within", "between 0 and 1", "1"]),
    (lambda: opens(counts="x"), ValueError, ["counts", "loss, step", "'x'"]),
    (lambda: opens(theta0=[9, 0]), ValueError, ["theta0", "inside", "[9.0, "]),
    (lambda: opens(bounds=[[1, 0], [0, 1]]), ValueError, ["bounds", "(left, right)", "[[1, 0]"]),
    (lambda: opens(rng=1.5), TypeError, ["rng", "integer", "1.5"]),
    (lambda: opens(key="a b"), ValueError, ["key", "hyphens", "'a b'"]),
    (lambda: opens().outcome(9), ValueError, ["value", "slider's stops", "9"]),
    (lambda: interact(3), TypeError, ["function must be callable", "3"]),
    (lambda: interact(print, 3), TypeError, ["runs must be a Sweep", "3", "controls have names"]),
    (lambda: interact(print, lr=3), TypeError, ["lr must be (low, high)", "3"]),
    (lambda: interact(print, lr=("a", "b")), TypeError, ["lr", REAL, "('a', 'b')"]),
    (lambda: interact(print, lr=(1.0, 1.0)), ValueError, ["lr", "low < high", "(1.0, 1.0)"]),
    (lambda: interact(print, lr=(0.1, 1.0, 2.0)), ValueError, ["lr must start within", "2"]),
    (lambda: interact(print, kind=[]), ValueError, ["kind", "something to choose from"]),
    (lambda: interact(print, RUNS, lr=(0.1, 1)), ValueError, ["axes of runs, lr", "got lr"]),
]

# ------------------------------------------------------------------ tracing

TRACES: list[Case] = [
    (lambda: tracing.trace_rule(SGD), TypeError, ["rule must be a Rule object", "SGD()"]),
    (lambda: tracing.trace_rule(3), TypeError, ["rule must be a Rule object", "3"]),
    (lambda: tracing.trace_problem(Ravine), TypeError, ["problem must be a Problem", "Ravine()"]),
    (
        lambda: tracing.trace_problem(CIRCLES),
        tracing.TracingError,
        ["Circles.loss cannot be recorded"],
    ),
    (
        lambda: tracing.record(3, ["x"], "f(x)", 1),
        tracing.TracingError,
        ["f(x) cannot be recorded", "not callable"],
    ),
    (
        lambda: tracing.record(lambda x: [x, x], ["x"], "f(x)", 1),
        tracing.TracingError,
        ["f(x) must return 1 values, got 2"],
    ),
    (
        lambda: tracing.record(lambda x: [np.sort(x)], ["x"], "f(x)", 1),
        tracing.TracingError,
        ["f(x) cannot be recorded", "np.sort", "elementwise"],
    ),
    (lambda: tracing.rule_to_latex(Adam), TypeError, ["rule must be a Rule", "Adam()"]),
    (lambda: tracing.rule_to_latex("Adam"), TypeError, ["rule must be a Rule", "'Adam'"]),
    (
        lambda: tracing.rule_to_javascript(SGD()),
        TypeError,
        ["traced must be a TracedRule object", "SGD("],
    ),
    (
        lambda: tracing.problem_to_javascript(Ravine()),
        TypeError,
        ["traced must be a TracedProblem object", "Ravine("],
    ),
    (
        lambda: tracing.trace_rule(SGD()).update.hoist(["lr"]),
        ValueError,
        ["names must be inputs of the program, g, t, hyper.lr", "got lr"],
    ),
    (lambda: tracing.Graph().as_node("a"), tracing.TracingError, ["'a'", "only numbers"]),
]

# ------------------------------------------------------------------ what is stored, and curvature

STORED: list[Case] = [
    (lambda: trained.trained("rice", "digits"), ValueError, ["part must be one of race", "'rice'"]),
    (lambda: trained.behind("letters", "SGD"), ValueError, ["name must be one of", "'letters'"]),
    (lambda: trained.behind("digits", "Lion"), ValueError, ["rule must be one of", "'Lion'"]),
    (lambda: trained.behind("digits", "SGD", 3), ValueError, ["than must be one of", "3"]),
    (lambda: trained.trained("race", 3), ValueError, ["name must be one of", "digits", "3"]),
    (lambda: trained.measured("letters"), ValueError, ["network must be one of", "'letters'"]),
    (lambda: trained.made("lost.json"), ValueError, ["file must be one of", "'lost.json'"]),
    (lambda: curvature.sharpness(Ravine, THETA), TypeError, ["problem must be a Problem"]),
    (lambda: curvature.sharpness(Ravine(), [1.0]), ValueError, ["theta", "(1,)"]),
    (lambda: curvature.sharpness(Ravine(), [[1.0, 2.0]]), ValueError, ["theta", "(2,)", "(1, 2)"]),
    (lambda: curvature.sharpness(Ravine(), [1.0, 2.0], [1.0]), ValueError, ["scale", "(1,)"]),
    (lambda: curvature.sharpness(Ravine(), [1.0, 2.0], "a"), TypeError, ["scale", REAL]),
]

# ------------------------------------------------------------------ races

RACES: list[Case] = [
    (lambda: races.quantile(np.ones((2, 3)), 1.5), ValueError, ["share", "[0, 1]", "1.5"]),
    (lambda: races.quantile(np.ones((2, 3)), "half"), TypeError, ["share", REAL, "'half'"]),
    (lambda: races.grid(Clipped), TypeError, ["kind must be", "defaults", "Clipped", "given rule"]),
    (lambda: races.grid("SGD"), TypeError, ["kind must be a rule or its class", "'SGD'"]),
    (lambda: races.grid(Rule), TypeError, ["kind must be a rule or its class", "Rule"]),
    (lambda: races.grid(SGD, 0), ValueError, ["budget", "at least 1", "0"]),
    (lambda: races.grid(SGD, 1.5), TypeError, ["budget", "integer", "1.5"]),
    (lambda: races.race(Ravine, [SGD]), TypeError, ["problem must be a Problem", "Ravine()"]),
    (lambda: races.race(Ravine(), [SGD, 3]), TypeError, ["rules[1] must be a rule", "3"]),
    (lambda: races.race(Ravine(), "SGD"), TypeError, ["rules must be a list", "'SGD'"]),
    (lambda: races.race(Ravine(), None), TypeError, ["rules must be a list", "None"]),
    (lambda: races.race(Ravine(), 5), TypeError, ["rules must be a list", "5"]),
    (lambda: races.race(Ravine(), {1: SGD}), TypeError, ["name must be a str", "1"]),
    (lambda: races.race(Ravine(), {"a": 3}), TypeError, ["rules['a'] must be a rule", "3"]),
    (lambda: races.race(Ravine(), {}), TypeError, ["rules must be a list", "{}"]),
    (lambda: races.race(Ravine(), [SGD, SGD(1.0)]), ValueError, ["dict", "two are SGD"]),
    (lambda: races.race(Ravine(), SGD()), TypeError, ["rules must be a list", "SGD(lr="]),
    (lambda: races.race(Ravine(), SGD), TypeError, ["rules must be a list", "SGD"]),
    (lambda: races.race(Ravine(), []), TypeError, ["rules must be a list", "[]"]),
    (lambda: races.race(Ravine(), [SGD], steps=-1), ValueError, ["steps", "at least 0", "-1"]),
    (lambda: races.race(Ravine(), [SGD], trials=0), ValueError, ["trials", "at least 1", "0"]),
    (lambda: races.race(Ravine(), [SGD], fresh=0), ValueError, ["fresh", "at least 1", "0"]),
    (lambda: races.race(Ravine(), [SGD], seed=-1), ValueError, ["seed", "at least 0", "-1"]),
    (lambda: races.race(Ravine(), [SGD], score=3), TypeError, ["score must be callable", "3"]),
    (lambda: races.grid(SGD, 9, "no"), TypeError, ["memories must be a bool", "'no'"]),
    (lambda: races.race(Ravine(), [SGD], memories=1), TypeError, ["memories must be a bool", "1"]),
    (lambda: races.race(NETWORK, [SGD]), ValueError, ["not known", "floor=0"]),
    (lambda: races.race(NETWORK, [SGD], floor=9), ValueError, ["floor must be below", "9"]),
    (lambda: races.race(NETWORK, [SGD], floor=np.nan), ValueError, ["floor", "nan"]),
    (
        lambda: races.race(Ravine(), [SGD], floor=0, score=races.following),
        ValueError,
        ["floor has no use", "score"],
    ),
    (lambda: races.lowest_loss(NETWORK), ValueError, ["lowest loss of <digits", "not known"]),
    (lambda: races.trials_of(NETWORK, 2, 0), ValueError, ["problem.initial(seed)"]),
    (lambda: races.trials_of(3, 1, 1), TypeError, ["problem must be a Problem object", "3"]),
    (lambda: races.trials_of(Ravine(), 0, 1), ValueError, ["trials", "at least 1", "0"]),
    (lambda: races.lowest_loss(3), TypeError, ["problem must be a Problem object", "3"]),
    (lambda: races.following(PATH), TypeError, ["runs must be a Sweep object", "<Path"]),
    (lambda: races.following(RUNS), ValueError, ["runs must be on a MovingTarget", "<Sweep"]),
    (lambda: RACE.chosen_by(2), ValueError, ["share must be in [0, 1]", "2"]),
    (lambda: compare.one_setting([], "SGD"), ValueError, ["races", "at least one"]),
    (lambda: compare.one_setting([RACE], "Adam"), ValueError, ["rule must be one of", "'Adam'"]),
    (lambda: compare.paired([1.0], [1.0, 2.0]), ValueError, ["one shape", "(1,) and (2,)"]),
    (lambda: compare.paired([1.0], [1.0], level=1), ValueError, ["level", "between 0 and 1", "1"]),
    (lambda: compare.paired([1.0], [1.0], resamples=0), ValueError, ["resamples", "at least 1"]),
    (lambda: compare.paired(["a"], [1.0]), TypeError, ["left", REAL]),
    (lambda: compare.mean_difference([1.0], [2.0]), ValueError, ["at least 2", "(1,) and (1,)"]),
    (lambda: compare.mean_difference([1.0, 2], [1.0]), ValueError, ["one shape", "(2,) and (1,)"]),
    (lambda: compare.mean_difference(np.ones((2, 2)), np.ones((2, 2))), ValueError, ["(trials,)"]),
    (lambda: compare.mean_difference([1, 2], [1, 2], 95), ValueError, ["level", "between 0", "95"]),
    (lambda: compare.mean_difference([1, 2], ["a", 1]), TypeError, ["other", REAL]),
    (lambda: cost.operations(SGD), TypeError, ["rule must be a Rule object", "SGD()"]),
    (lambda: RACE.entries["SGD"].along(2), ValueError, ["share must be in [0, 1]", "2"]),
    (lambda: RACE.entries["SGD"].along("a"), TypeError, ["share", REAL, "'a'"]),
    (lambda: RACE.entries["SGD"].basin(0.5), ValueError, ["factor", "[1, inf)", "0.5"]),
]

# ------------------------------------------------------------------ the frameworks' rules

FRAMEWORKS: list[Case] = [
    (
        lambda: frameworks.default_rule("jax", "Adam"),
        ValueError,
        ["framework must be one of torch, optax, keras", "'jax'"],
    ),
    (
        lambda: frameworks.default_rule("torch", "Lion"),
        ValueError,
        ["algorithm must be one of SGD, Momentum", "'Lion'"],
    ),
    (
        lambda: frameworks.default_rule("torch", Adam),
        ValueError,
        ["algorithm must be one of SGD", "<class"],
    ),
    (lambda: frameworks.entry("SOAP"), ValueError, ["algorithm must be one of SGD", "'SOAP'"]),
    (
        lambda: frameworks.recorded("jax", "Adam"),
        ValueError,
        ["no record jax/Adam/default/ravine", "torch/Adam/default/ravine"],
    ),
    (
        lambda: frameworks.recorded("torch", "SOAP"),
        ValueError,
        ["no record torch/SOAP/default/ravine", "SGD, Momentum"],
    ),
    (
        lambda: frameworks.recorded("torch", "Lion"),
        ValueError,
        ["no record torch/Lion/default/matrix", "there are optax/Lion/default/matrix"],
    ),
    (
        lambda: frameworks.entry("Adam").distances("exact"),
        ValueError,
        ["no record torch/Adam/exact/ravine", "torch/Adam/default/ravine"],
    ),
    (
        lambda: list(frameworks.entry("Adam").changes("jax")),
        ValueError,
        ["aim must be one of book, torch, optax, keras", "'jax'"],
    ),
    (
        lambda: frameworks.recorded("torch", "Adam").follow(Adam),
        TypeError,
        ["rule must be a Rule object", "call it: Adam()"],
    ),
    (
        lambda: frameworks.recorded("torch", "Adam").distance(3),
        TypeError,
        ["rule must be a Rule object", "3"],
    ),
    (lambda: frameworks.torch.Nadam(lr=-1), ValueError, ["Nadam.lr", "[0, inf)", "-1"]),
    (lambda: frameworks.optax.AdaMax(1, eps=NAN), ValueError, ["AdaMax.eps", "finite", "nan"]),
]

EXPORTS: list[Case] = [
    (lambda: export.torch("Adam"), TypeError, ["rule must be a rule, such as Adam", "'Adam'"]),
    (lambda: export.keras([Adam]), TypeError, ["rule must be a rule, such as Adam", "[<class"]),
    (lambda: export.optax(dict, lr=1), TypeError, ["rule must be a rule", "<class 'dict'>"]),
    (lambda: export.optax_factory(None), TypeError, ["rule must be a rule", "None"]),
    (
        lambda: frameworks.entry("Adam").translation("jax", "torch"),
        ValueError,
        ["aim", "'jax'", "book"],
    ),
    (
        lambda: frameworks.entry("Adam").translation("torch", "torch"),
        ValueError,
        ["framework", "'torch'", "optax"],
    ),
    (
        lambda: frameworks.entry("Adam").exported("jax"),
        ValueError,
        ["framework must be one of torch, optax, keras", "'jax'"],
    ),
    (
        lambda: frameworks.entry("Adam").exported("torch", "paper"),
        ValueError,
        ["whose must be one of book, torch, optax, keras", "'paper'"],
    ),
]

SCHEDULES: list[Case] = [
    (lambda: Constant(warmup=-1), ValueError, ["Constant.warmup", "[0, inf)", "-1"]),
    (lambda: Constant(warmup="long"), TypeError, ["Constant.warmup", REAL, "'long'"]),
    (lambda: Linear(T=0), ValueError, ["Linear.T", "(0, inf)", "got 0"]),
    (lambda: Linear(), TypeError, ["'T'"]),
    (lambda: Linear(T=10, warmup=10), ValueError, ["Linear.warmup", "less than T", "10.0"]),
    (
        lambda: Linear(T=[5, 10], warmup=7),
        ValueError,
        ["Linear.warmup", "less than T", "[ 5., 10.]"],
    ),
    (lambda: Cosine(T=INF), ValueError, ["Cosine.T", "finite", "inf"]),
    (lambda: Cosine(T=10, warmup=NAN), ValueError, ["Cosine.warmup", "finite", "nan"]),
    (lambda: WSD(T=10, decay=0), ValueError, ["WSD.decay", "(0, ", "got 0"]),
    (lambda: WSD(T=10, decay=1.5), ValueError, ["WSD.decay", "(0, 1]", "1.5"]),
    (lambda: scheduled(SGD, Linear(T=5)), TypeError, ["rule must", "SGD()"]),
    (lambda: scheduled(SGD(), Linear), TypeError, ["schedule must", "Linear(T=100)", "Linear"]),
    (lambda: scheduled(SGD(), 0.5), TypeError, ["schedule must", "function of the step", "0.5"]),
    (lambda: scheduled(SGD(), lambda t: "half"), TypeError, ["schedule(1)", REAL, "'half'"]),
    (lambda: scheduled(SGD(), lambda t: NAN), ValueError, ["schedule(1)", "finite", "nan"]),
    (lambda: scheduled(SGD(), Linear(T=5), "beta1"), ValueError, ["name", "one of lr", "'beta1'"]),
    (
        lambda: scheduled(Mixed(Muon(), AdamW()), Linear(T=5), "matrices__lr"),
        TypeError,
        ["rule must", "give each part of Mixed its schedule"],
    ),
    (lambda: LAMB(lr=-1), ValueError, ["LAMB.lr", "[0, inf)", "-1"]),
    (lambda: Prodigy(d0=-1), ValueError, ["Prodigy.d0", "(0, inf)", "-1"]),
    (lambda: Clipped(SGD(), c=0), ValueError, ["Clipped.c", "(0, inf)", "got 0"]),
    (lambda: Clipped(SGD), TypeError, ["rule must be a Rule", "SGD()"]),
    (lambda: Clipped(SGD()).init("far"), TypeError, ["theta must be a real number", "'far'"]),
    (lambda: Clipped(SGD()).changed(c=-1), ValueError, ["Clipped.c", "(0, inf)", "-1"]),
    (lambda: Clipped(SGD()).step(1.0, 1.0, 3), TypeError, ["state must come from SGD.init"]),
    (
        lambda: Clipped(SGD()).step_into([1.0], [1.0], SGD().init([1.0])),
        TypeError,
        ["theta must be an array of floats", "[1.0]"],
    ),
    (
        lambda: Prodigy().step_into(MODEL, MODEL, Prodigy().init(MODEL), engine="numba"),
        ValueError,
        ["engine must be", "'numba'"],
    ),
    (
        lambda: LAMB(lr=[0.1, 0.2]).step(np.ones(2), np.ones(2), LAMB().init(np.ones(2))),
        ValueError,
        ["LAMB.lr must be a number in a step", "(2,)", "sweep"],
    ),
    (
        lambda: VectorRule().step(np.ones(2), np.ones(2), 3),
        TypeError,
        ["state must come from VectorRule.init", "got 3"],
    ),
    (lambda: Muon(momentum=1), ValueError, ["Muon.momentum", "[0, 1)", "got 1"]),
    (lambda: Shampoo(eps=-1), ValueError, ["Shampoo.eps", "[0, inf)", "-1"]),
    (lambda: SOAP(beta2=1), ValueError, ["SOAP.beta2", "[0, 1)", "got 1"]),
    (lambda: SOAP().init(np.ones(2)), ValueError, ["theta must have shape (..., m, n) for SOAP"]),
    (
        lambda: Shampoo().step(np.ones((2, 3)), np.ones((2, 3)), Shampoo().init(np.ones((4, 3)))),
        ValueError,
        ["theta (2, 3)", "must broadcast", "(4, 4), (3, 3)"],
    ),
    (lambda: Muon(rms=-1), ValueError, ["Muon.rms", "[0, inf)", "-1"]),
    (lambda: Muon().init(np.ones(2)), ValueError, ["theta must have shape (..., m, n)", "Mixed("]),
    (lambda: MatrixRule().init(np.ones(2)), ValueError, ["theta must have shape (..., m, n)"]),
    (
        lambda: tracing.trace_rule(Muon()),
        tracing.TracingError,
        ["Muon cannot be recorded", "whole arrays"],
    ),
    (lambda: descend(Muon(), Ravine()), ValueError, ["problem must have arrays", "Muon", "ravine"]),
    (
        lambda: Muon().step(np.ones(2), np.ones(2), Muon.State(0, np.ones(2))),
        ValueError,
        ["theta must have shape (..., m, n)", "got shape (2,)"],
    ),
    (lambda: MIXED.init({"W": "a"}), TypeError, ["theta", REAL, "'a'"]),
    (lambda: MIXED.step(MODEL, {"V": 1.0}, MIXED.init(MODEL)), ValueError, ["g must hold", "'W'"]),
    (lambda: MIXED.step(MODEL, MODEL, 3), TypeError, ["state must come from Mixed.init", "got 3"]),
    (
        lambda: MIXED.step_into(MODEL, MODEL, MIXED.init(MODEL), engine="fast"),
        ValueError,
        ["engine must be one of", "'fast'"],
    ),
    (lambda: MIXED.changed(lr=1), TypeError, ["'lr' is no hyperparameter of Mixed", "rest__lr"]),
    (lambda: orthogonalized(np.ones(2)), ValueError, ["G must have shape (..., m, n)"]),
    (lambda: orthogonalized([["a"]]), TypeError, ["G must", REAL]),
    (lambda: orthogonalized([[1.0]], (1, 2)), ValueError, ["coefficients must be three", "(1, 2)"]),
    (lambda: orthogonalized([[1.0]], steps=-1), ValueError, ["steps must", "-1"]),
    (lambda: polar_factor(np.ones(2)), ValueError, ["G must have shape (..., m, n)"]),
    (lambda: polar_factor([[NAN]]), ValueError, ["G must", "finite"]),
    (lambda: Mixed(Muon, AdamW()), TypeError, ["matrices must be a Rule", "Muon()"]),
    (lambda: Mixed(Muon(), NAG()), ValueError, ["rest must", "NAG", "looks ahead"]),
    (lambda: Mixed(Muon(), Mixed(Muon(), AdamW())), TypeError, ["rest must be a rule for one"]),
    (lambda: Mixed(Muon(), AdamW(), where="W"), TypeError, ["where must be a function", "'W'"]),
    (
        lambda: scheduled(scheduled(Momentum(), Linear(T=5)), Cosine(T=5), "momentum"),
        ValueError,
        ["no field that LinearMomentum has too", "T, warmup"],
    ),
    (
        lambda: sweep(scheduled(SGD(), Linear(T=5)), Ravine(), T=[0, 5]),
        ValueError,
        ["Linear.T", "(0, inf)", "[0., 5.]"],
    ),
]

TABLES = {
    "hyperparameters": HYPERPARAMETERS,
    "step": STEPS,
    "saved": SAVED,
    "descend": DESCENTS,
    "sweep": SWEEPS,
    "problems": PROBLEMS,
    "networks": NETWORKS,
    "points": POINTS,
    "results": RESULTS,
    "figures": FIGURES,
    "tracing": TRACES,
    "races": RACES,
    "stored": STORED,
    "frameworks": FRAMEWORKS,
    "exports": EXPORTS,
    "schedules": SCHEDULES,
}
CASES = [
    pytest.param(*case, id=f"{table}-{i}-{'-'.join(case[2][:1])}")
    for table, cases in TABLES.items()
    for i, case in enumerate(cases)
]


@pytest.mark.parametrize(("call", "kind", "words"), CASES)
def test_bad_input_is_named(
    call: Callable[[], Any], kind: type[Exception], words: list[str]
) -> None:
    with pytest.raises(kind) as caught:
        call()
    message = str(caught.value)
    assert type(caught.value) is kind
    assert all(word in message for word in words), message
    assert len(message) < 300
    assert "\n" not in message


# ------------------------------------------------------------------ none is left out

#: What has parameters and no case, and why.
UNCHECKED = {
    "Anatomy Chosen Dissection Entry Explorer Form Larger Node Path Program Race Record Runs Sweep"
    " Traced TracedProblem TracedRule TracingError Translation": "the package makes them",
    "Dissection.directed Dissection.role Dissection.sources": "called with nodes of their own",
    "Clipped.factors VectorRule.step_rows": "called in every step, with what `step` checked",
    "Rule.update Rule.lookahead Muon.scale Mixed.rule_of": "called in every step, with what `step`"
    " and `descend` checked",
    "Problem.draw Problem.draws": "called by runs, with what `descend` or `sweep` checked",
    "Problem.loss_on Problem.project": "called in every step, after `descend` checked",
    "Characters.forward Characters.backward Convolution.forward Convolution.backward"
    " Digits.forward Digits.backward": "called by `loss` and `grad`, which check",
    "Network.spread Characters.spread": "called with the names of the network's arrays",
    "Surface.f Surface.partials": "called in every step by `loss` and `grad`, which check",
    "Graph.node Graph.symbol": "called by `record`",
    "Rule": "has no fields",
}


def public() -> Iterator[tuple[str, Any]]:
    """Yield all public callables that take an argument, methods too, by name."""
    for module in CALLED:
        for name, value in named(module).items():
            if inspect.isfunction(value) and inspect.signature(value).parameters:
                yield name, value
            if inspect.isclass(value):
                if issubclass(value, Exception) or inspect.signature(value).parameters:
                    yield name, value
                for method, function in vars(value).items():
                    takes = inspect.isfunction(function) and inspect.signature(function).parameters
                    if takes and len(takes) > 1 and not method.startswith("_"):
                        yield f"{name}.{method}", function


def exempt(name: str, value: Any) -> bool:
    """Return whether a callable, or what it overrides, needs no case."""
    names = {each for several in UNCHECKED for each in several.split()}
    kind, _, method = name.partition(".")
    rooms = (adaptive, adaptive.problems, adaptive.problems.networks)
    owner = next((vars(room)[kind] for room in rooms if kind in vars(room)), object)
    return name in names or bool(
        method and {f"{base.__name__}.{method}" for base in inspect.getmro(owner)} & names
    )


def test_every_public_callable_has_an_example() -> None:
    """The doctests run them; what only the package makes needs none."""
    made = {each for several in UNCHECKED for each in several.split()} - {"Rule", "Path", "Sweep"}
    names = {name for name, _ in public() if "." not in name} | {"Beale", "Problem", "Surface"}
    values = dict(public()) | vars(adaptive.problems)
    missing = {name for name in names - made if ">>> " not in (values[name].__doc__ or "")}
    assert not missing


def blamed(error: BaseException) -> set[Any]:
    """Return the code of the functions that the error came through, and classes being made."""
    found: set[Any] = set()
    for frame, _ in traceback.walk_tb(error.__traceback__):
        found.add(frame.f_code)
        if frame.f_code.co_name in ("__init__", "__post_init__"):
            found.add(type(frame.f_locals["self"]))
    return found


def test_every_public_callable_has_a_case() -> None:
    through: set[Any] = set()
    for cases in TABLES.values():
        for call, kind, _ in cases:
            try:
                call()
            except kind as error:
                through |= blamed(error)
    missing = {
        name
        for name, value in public()
        if not exempt(name, value) and getattr(value, "__code__", value) not in through
    }
    assert not missing
    assert len(CASES) >= 250


def test_exceptions_to_it_are_there() -> None:
    names = {name for name, _ in public()} | {"Rule"}
    assert not {each for several in UNCHECKED for each in several.split()} - names


def test_no_figure_is_opened_for_nothing() -> None:
    before = plt.get_fignums()
    for call, kind, _ in FIGURES:
        with pytest.raises(kind):
            call()
    assert plt.get_fignums() == before


def test_nothing_was_modified() -> None:
    """After all of the above, the arrays that were passed are what they were."""
    assert PATH.theta.tolist() == descend(SGD(), Ravine(), steps=3).theta.tolist()
    assert RUNS.theta.shape == (4, 2, 2)
    assert list(RACE.entries) == ["SGD"]
    assert THETA.tolist() == [1, 2]
    assert G.tolist() == [0.5, -0.5]
    assert (X == 1).all()
    assert Y.tolist() == [0, 1, 1]
    assert W.tolist() == [0, 0]
    assert STATE.t == 0
    assert STATE.v.tolist() == [0, 0]


@every_rule_of_all
@pytest.mark.parametrize("bad", [-0.5, NAN, INF, "0.5", None, 1j, True, [], [0.1, -1]], ids=repr)
def test_every_hyperparameter_of_every_rule(kind: type, bad: Any) -> None:
    for name in kind().hyperparameters:
        with pytest.raises((TypeError, ValueError), match=rf"^{kind.__name__}\.{name} must "):
            kind(**{name: bad})


#: Hyperparameters that may be 1.
NO_DECAYS = {"lr", "eps", "weight_decay", "beta", "d0", "rms"}


@every_rule_of_all
def test_every_decay_is_below_one(kind: type) -> None:
    for name in kind().hyperparameters.keys() - NO_DECAYS:
        with pytest.raises(ValueError, match=rf"{kind.__name__}\.{name} must .*\[0, 1\), got 1"):
            kind(**{name: 1})
        kind(**{name: 0})


def test_a_weight_of_one_is_allowed() -> None:
    assert ScheduleFree(beta=1).beta == 1
    with pytest.raises(ValueError, match=r"ScheduleFree\.beta must .*\[0, 1\], got 1.01"):
        ScheduleFree(beta=1.01)


@every_rule_on_vectors
def test_every_step_refuses_a_column(kind: type) -> None:
    """It would broadcast to a matrix, without an error from numpy."""
    rule, theta = kind(), np.zeros(3)
    state = rule.init(theta)
    before = [np.copy(array) for array in state]
    for column in (np.ones((3, 1)), np.ones((3, 1), int), [[1], [2], [3]]):
        with pytest.raises(ValueError, match="g must have the shape of theta"):
            rule.step(theta, column, state)
    assert not theta.any()
    assert all(np.array_equal(*pair) for pair in zip(state, before, strict=True))
