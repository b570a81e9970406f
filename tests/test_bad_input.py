"""Bad input gets an error that names the argument, shows the value and says what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adaptive import (
    NAG,
    RULES,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdaMax,
    AMSGrad,
    Momentum,
    RMSprop,
    descend,
    sweep,
)
from adaptive.problems import (
    Beale,
    Circles,
    LogisticRegression,
    NoisyQuadratic,
    Ravine,
    Reddi,
    Rosenbrock,
    SparseFeatures,
    compute_grad,
    compute_loss,
    expand,
    probability,
)

NAN, INF = float("nan"), float("inf")
REAL = "must be a real number or an array of real numbers"
THETA = np.array([1.0, 2.0])
G = np.array([0.5, -0.5])
X = np.ones((3, 2))
Y = np.array([0, 1, 1])
W = np.zeros(2)
CIRCLES = Circles()
STATE = Momentum().init(THETA)

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
    (lambda: Adam(beta1=1), ValueError, ["Adam.beta1", "[0, 1)", "1"]),
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
        ["theta (2,)", "g (2,)", "Momentum must broadcast", "(3,)"],
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
    (
        lambda: descend(SGD(), Ravine(), steps=1).steps_to(-0.5),
        ValueError,
        ["fraction", "[0, inf)", "-0.5"],
    ),
    (lambda: descend(SGD(), Ravine(), steps=1).steps_to("a"), TypeError, ["fraction", "'a'"]),
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


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        pytest.param(*case, id=f"{table}-{i}-{'-'.join(case[2][:1])}")
        for table, cases in {
            "hyperparameters": HYPERPARAMETERS,
            "step": STEPS,
            "descend": DESCENTS,
            "sweep": SWEEPS,
            "problems": PROBLEMS,
        }.items()
        for i, case in enumerate(cases)
    ],
)
def test_message(call: Callable[[], Any], kind: type[Exception], words: list[str]) -> None:
    with pytest.raises(kind) as caught:
        call()
    message = str(caught.value)
    assert type(caught.value) is kind
    assert all(word in message for word in words), message
    assert len(message) < 300
    assert "\n" not in message


def test_nothing_was_modified() -> None:
    """After all of the above, the arrays that were passed are what they were."""
    assert THETA.tolist() == [1, 2]
    assert G.tolist() == [0.5, -0.5]
    assert (X == 1).all()
    assert Y.tolist() == [0, 1, 1]
    assert W.tolist() == [0, 0]
    assert STATE.t == 0
    assert STATE.v.tolist() == [0, 0]


@pytest.mark.parametrize("kind", RULES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("bad", [-0.5, NAN, INF, "0.5", None, 1j, True, [], [0.1, -1]], ids=repr)
def test_every_hyperparameter_of_every_rule(kind: type, bad: Any) -> None:
    for name in kind().hyperparameters:
        with pytest.raises((TypeError, ValueError), match=rf"^{kind.__name__}\.{name} must "):
            kind(**{name: bad})


@pytest.mark.parametrize("kind", RULES, ids=lambda kind: kind.__name__)
def test_every_decay_is_below_one(kind: type) -> None:
    for name in kind().hyperparameters.keys() - {"lr", "eps"}:
        with pytest.raises(ValueError, match=rf"{kind.__name__}\.{name} must .*\[0, 1\), got 1"):
            kind(**{name: 1})
        kind(**{name: 0})


@pytest.mark.parametrize("kind", RULES, ids=lambda kind: kind.__name__)
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
