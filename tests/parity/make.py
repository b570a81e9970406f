"""Make the paths of `adaptive.frameworks.recorded` again, with the frameworks themselves.

``python -m tests.parity.make`` runs torch, optax and keras, compares their paths with
`adaptive` and with what is stored, and fails if they are not what the tests say; with
``store`` it writes what it has found. `make parity` runs it in an environment of its own.

The gradients come from `adaptive`, in float64, at the parameters that the framework holds:
what is compared is the optimizer and nothing else.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"

import jax
import keras
import numpy as np
import optax
import torch

import adaptive
from adaptive import NAG
from adaptive.frameworks import entries, records
from adaptive.problems import Problem

keras.config.set_floatx("float64")
torch.set_default_dtype(torch.float64)

HERE = Path(records.__file__).parent
VERSIONS = {
    "torch": torch.__version__.split("+")[0],
    "optax": optax.__version__,
    "keras": keras.__version__,
    "jax": jax.__version__,
    "numpy": np.__version__,
}


# ------------------------------------------------------------------ how each is asked


@dataclass(frozen=True)
class Code:
    """What makes an optimizer, what is done before each step, and how θ is read."""

    make: str
    each: str = ""
    read: str = ""

    def __str__(self) -> str:
        texts = [textwrap.dedent(self.make).strip()]
        if self.each:
            texts += ["# before step t:", textwrap.dedent(self.each).strip()]
        if self.read:
            texts += ["# and the book's theta is", self.read]
        return "\n".join(texts)


def _all(**codes: Code | str) -> dict[str, Code]:
    return {name: Code(code) if isinstance(code, str) else code for name, code in codes.items()}


#: The settings of the book's runs; everything else as the framework has it.
DEFAULT = {
    "torch": _all(
        SGD="torch.optim.SGD([p], lr=0.1)",
        Momentum="torch.optim.SGD([p], lr=0.08, momentum=0.9)",
        NAG="torch.optim.SGD([p], lr=0.1, momentum=0.9, nesterov=True)",
        Adagrad="torch.optim.Adagrad([p], lr=0.7)",
        Adadelta="torch.optim.Adadelta([p], rho=0.9)",
        RMSprop="torch.optim.RMSprop([p], lr=0.07, alpha=0.9)",
        Adam="torch.optim.Adam([p], lr=0.1)",
        AdaMax="torch.optim.Adamax([p], lr=0.3)",
        Nadam="torch.optim.NAdam([p], lr=0.1)",
        AMSGrad="torch.optim.Adam([p], lr=0.1, amsgrad=True)",
    ),
    "optax": _all(
        SGD="optax.sgd(0.1)",
        Momentum="optax.sgd(0.08, momentum=0.9)",
        NAG="optax.sgd(0.1, momentum=0.9, nesterov=True)",
        Adagrad="optax.adagrad(0.7)",
        Adadelta="optax.adadelta(rho=0.9)",
        RMSprop="optax.rmsprop(0.07, decay=0.9)",
        Adam="optax.adam(0.1)",
        AdaMax="optax.adamax(0.3)",
        Nadam="optax.nadam(0.1)",
        AMSGrad="optax.amsgrad(0.1)",
    ),
    "keras": _all(
        SGD="keras.optimizers.SGD(0.1)",
        Momentum="keras.optimizers.SGD(0.08, momentum=0.9)",
        NAG="keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True)",
        Adagrad="keras.optimizers.Adagrad(0.7)",
        Adadelta="keras.optimizers.Adadelta(rho=0.9)",
        RMSprop="keras.optimizers.RMSprop(0.07, rho=0.9)",
        Adam="keras.optimizers.Adam(0.1)",
        AdaMax="keras.optimizers.Adamax(0.3)",
        Nadam="keras.optimizers.Nadam(0.1)",
        AMSGrad="keras.optimizers.Adam(0.1, amsgrad=True)",
    ),
}

#: What makes them follow the book's form.
MATCHED = {
    "torch": DEFAULT["torch"]
    | _all(
        NAG=replace(
            DEFAULT["torch"]["NAG"], read='p + 0.9 * 0.1 * opt.state[p]["momentum_buffer"]'
        ),
        Adagrad="torch.optim.Adagrad([p], lr=0.7, initial_accumulator_value=1e-8, eps=0)",
        Adadelta="torch.optim.Adadelta([p], rho=0.9, eps=1e-2)",
        RMSprop=Code(
            "torch.optim.RMSprop([p], lr=0.07, alpha=0.9, eps=0)",
            each="""
            if t == 1:
                opt.state[p]["step"] = torch.tensor(0.0)
                opt.state[p]["square_avg"] = torch.full_like(p, 1e-8)
            opt.state[p]["square_avg"] += (1 - 0.9) / 0.9 * 1e-8
            """,
        ),
        AdaMax="torch.optim.Adamax([p], lr=0.3, eps=0)",
        Nadam=Code(
            "torch.optim.NAdam([p], lr=0.1, momentum_decay=1e6)",
            each="""
            if t == 1:
                state = opt.state[p]
                state["step"], state["mu_product"] = torch.zeros(2)
                state["exp_avg"], state["exp_avg_sq"] = torch.zeros(2, *p.shape)
            opt.param_groups[0]["lr"] = 0.1 / (1 - 0.9**t)
            """,
        ),
        AMSGrad=Code(
            "torch.optim.Adam([p], lr=0.1, amsgrad=True)",
            each="""
            opt.param_groups[0]["lr"] = 0.1 * (1 - 0.9**t) / (1 - 0.999**t) ** 0.5
            opt.param_groups[0]["eps"] = 1e-8 / (1 - 0.999**t) ** 0.5
            """,
        ),
    ),
    "optax": DEFAULT["optax"]
    | _all(
        NAG=replace(DEFAULT["optax"]["NAG"], read="p + 0.9 * 0.1 * state[0].trace"),
        Adagrad="optax.adagrad(0.7, initial_accumulator_value=0.0, eps=1e-8)",
        Adadelta="optax.adadelta(1.0, rho=0.9, eps=1e-2)",
        AdaMax="optax.adamax(0.3, eps=0.0)",
        Nadam="""
        def update(g, state, params=None):
            _, state = moments.update(g, state)
            c1, c2 = 1 - 0.9**state.count, 1 - 0.999**state.count
            look = (0.9 * state.mu + (1 - 0.9) * g) / c1
            return -0.1 * look / (jax.numpy.sqrt(state.nu / c2) + 1e-8), state

        moments = optax.scale_by_adam()
        optax.GradientTransformation(moments.init, update)
        """,
        AMSGrad="optax.amsgrad(0.1, bias_correction_mu=False, bias_correction_nu=False)",
    ),
    "keras": DEFAULT["keras"]
    | _all(
        NAG=replace(DEFAULT["keras"]["NAG"], read="p - 0.9 * opt.momentums[0]"),
        Adagrad="keras.optimizers.Adagrad(0.7, initial_accumulator_value=0.0, epsilon=1e-8)",
        Adadelta="keras.optimizers.Adadelta(1.0, rho=0.9, epsilon=1e-2)",
        RMSprop="keras.optimizers.RMSprop(0.07, rho=0.9, epsilon=1e-8)",
        Adam=Code("keras.optimizers.Adam(0.1)", each="opt.epsilon = 1e-8 * (1 - 0.999**t) ** 0.5"),
        AdaMax="keras.optimizers.Adamax(0.3, epsilon=0)",
        Nadam=Code(
            "keras.optimizers.Nadam(0.1)",
            each="""
            if t == 1:
                opt.iterations.assign(100_000)
                opt._u_product.assign(0.0)
            opt.learning_rate = 0.1 * (1 - 0.999**t) ** 0.5 / (1 - 0.9**t)
            opt.epsilon = 1e-8 * (1 - 0.999**t) ** 0.5
            """,
        ),
        AMSGrad=Code(
            "keras.optimizers.Adam(0.1, amsgrad=True, epsilon=1e-8)",
            each="opt.learning_rate = 0.1 * (1 - 0.9**t) / (1 - 0.999**t) ** 0.5",
        ),
    ),
}

#: The same numbers for all, and no word about a learning rate.
SAME = {
    "torch": _all(Adadelta="torch.optim.Adadelta([p], rho=0.9, eps=1e-2)"),
    "optax": _all(Adadelta="optax.adadelta(rho=0.9, eps=1e-2)"),
    "keras": _all(Adadelta="keras.optimizers.Adadelta(rho=0.9, epsilon=1e-2)"),
}

#: A learning rate that drops to a tenth after step 100.
_DROP = "optax.piecewise_constant_schedule(0.08, {100: 0.1})"
SCHEDULE = {
    "torch": _all(
        Momentum=Code(
            "torch.optim.SGD([p], lr=0.08, momentum=0.9)",
            each="""
            if t == 101:
                opt.param_groups[0]["lr"] *= 0.1
            """,
        )
    ),
    "optax": _all(Momentum=f"optax.sgd({_DROP}, momentum=0.9)"),
    "keras": _all(
        Momentum=Code(
            "keras.optimizers.SGD(0.08, momentum=0.9)",
            each="""
            if t == 101:
                opt.learning_rate = 0.008
            """,
        )
    ),
}
SCHEDULE_MATCHED = SCHEDULE | {
    "torch": _all(
        Momentum=Code(
            "torch.optim.SGD([p], lr=0.08, momentum=0.9)",
            each="""
            if t == 101:
                opt.param_groups[0]["lr"] *= 0.1
                opt.state[p]["momentum_buffer"] /= 0.1
            """,
        )
    ),
    "optax": _all(
        Momentum=f"optax.chain(optax.scale_by_learning_rate({_DROP}), optax.trace(decay=0.9))"
    ),
}
_EPS_TORCH = 'opt.param_groups[0]["eps"] = {} / (1 - 0.999**t) ** 0.5'
_EPS_KERAS = "opt.epsilon = 1e-8 * (1 - 0.999**t) ** 0.5"
_EPS_OPTAX = "lambda t: 1e-7 / (1 - 0.999 ** (t + 1)) ** 0.5"
_INSIDE = """
if t == 1:
    opt.state[p]["step"] = torch.tensor(0.0)
    opt.state[p]["square_avg"] = torch.full_like(p, {0})
opt.state[p]["square_avg"] += (1 - 0.9) / 0.9 * {0}
"""

#: What makes one framework follow another's defaults, where that can be said in a few lines.
AS_TORCH = {
    "optax": _all(
        Adagrad="optax.adagrad(0.7, initial_accumulator_value=0.0, eps=1e-20)",
        Adadelta="optax.adadelta(1.0, rho=0.9)",
        RMSprop="optax.rmsprop(0.07, decay=0.9, eps_in_sqrt=False)",
    ),
    "keras": _all(
        Adagrad="keras.optimizers.Adagrad(0.7, initial_accumulator_value=0.0, epsilon=1e-20)",
        Adadelta="keras.optimizers.Adadelta(1.0, rho=0.9, epsilon=1e-6)",
        RMSprop="keras.optimizers.RMSprop(0.07, rho=0.9, epsilon=1e-16)",
        Adam=Code("keras.optimizers.Adam(0.1)", each=_EPS_KERAS),
        AdaMax="keras.optimizers.Adamax(0.3, epsilon=1e-8)",
        AMSGrad=Code("keras.optimizers.Adam(0.1, amsgrad=True)", each=_EPS_KERAS),
    ),
}
AS_OPTAX = {
    "torch": _all(
        Adagrad="torch.optim.Adagrad([p], lr=0.7, initial_accumulator_value=0.1 + 1e-7, eps=0)",
        RMSprop=Code(
            "torch.optim.RMSprop([p], lr=0.07, alpha=0.9, eps=0)", each=_INSIDE.format("1e-8")
        ),
        Nadam="torch.optim.NAdam([p], lr=0.1, momentum_decay=1e6)",
    ),
    "keras": _all(
        RMSprop="keras.optimizers.RMSprop(0.07, rho=0.9, epsilon=1e-8)",
        Adam=Code("keras.optimizers.Adam(0.1)", each=_EPS_KERAS),
        AdaMax="keras.optimizers.Adamax(0.3, epsilon=1e-8)",
        Nadam=Code(
            "keras.optimizers.Nadam(0.1)",
            each=f"""
            if t == 1:
                opt.iterations.assign(100_000)
            opt.learning_rate = 0.1 * (1 - 0.999**t) ** 0.5
            {_EPS_KERAS}
            """,
        ),
    ),
}
AS_KERAS = {
    "torch": _all(
        Adagrad="torch.optim.Adagrad([p], lr=0.7, initial_accumulator_value=0.1 + 1e-7, eps=0)",
        Adadelta="torch.optim.Adadelta([p], lr=0.001, rho=0.9, eps=1e-7)",
        RMSprop=Code(
            "torch.optim.RMSprop([p], lr=0.07, alpha=0.9, eps=0)", each=_INSIDE.format("1e-7")
        ),
        Adam=Code("torch.optim.Adam([p], lr=0.1)", each=_EPS_TORCH.format("1e-7")),
        AdaMax="torch.optim.Adamax([p], lr=0.3, eps=1e-7)",
        Nadam="torch.optim.NAdam([p], lr=0.1, momentum_decay=1.0, eps=1e-7)",
        AMSGrad=Code("torch.optim.Adam([p], lr=0.1, amsgrad=True)", each=_EPS_TORCH.format("1e-7")),
    ),
    "optax": _all(
        Adadelta="optax.adadelta(0.001, rho=0.9, eps=1e-7)",
        RMSprop="optax.rmsprop(0.07, decay=0.9, eps=1e-7)",
        Adam=f"optax.inject_hyperparams(optax.adam)(0.1, eps={_EPS_OPTAX})",
        AdaMax="optax.adamax(0.3, eps=1e-7)",
    ),
}

#: What is recorded: the setting, its codes, and the problems, for all or for one algorithm.
RECORDED = (
    ("default", DEFAULT, ("ravine", "circles"), None),
    ("matched", MATCHED, ("ravine", "circles"), None),
    ("default", DEFAULT, ("fading",), "RMSprop"),
    ("matched", MATCHED, ("fading",), "RMSprop"),
    ("default", DEFAULT, ("late",), "AdaMax"),
    ("matched", MATCHED, ("late",), "AdaMax"),
    ("same", SAME, ("ravine", "circles"), "Adadelta"),
    ("schedule", SCHEDULE, ("circles",), "Momentum"),
    ("schedule matched", SCHEDULE_MATCHED, ("circles",), "Momentum"),
    ("as torch", AS_TORCH, ("circles",), None),
    ("as optax", AS_OPTAX, ("circles",), None),
    ("as keras", AS_KERAS, ("circles",), None),
)

#: What each algorithm is called.
NAMES = {
    "torch": ("SGD SGD SGD Adagrad Adadelta RMSprop Adam Adamax NAdam Adam", torch.optim),
    "optax": ("sgd sgd sgd adagrad adadelta rmsprop adam adamax nadam amsgrad", optax),
    "keras": ("SGD SGD SGD Adagrad Adadelta RMSprop Adam Adamax Nadam Adam", keras.optimizers),
}

#: The arguments that say which algorithm it is.
ARGUMENTS = {
    *("lr", "learning_rate", "lr_decay", "momentum", "dampening", "nesterov", "momentum_decay"),
    *("rho", "alpha", "decay", "betas", "b1", "b2", "beta_1", "beta_2", "centered", "amsgrad"),
    *("eps", "epsilon", "eps_root", "eps_in_sqrt", "initial_accumulator_value", "initial_scale"),
    *("bias_correction_mu", "bias_correction_nu"),
}


# ------------------------------------------------------------------ running them


def _made(source: str, names: dict[str, Any]) -> Any:
    """Run the code, and return the value of its last line."""
    *before, last = textwrap.dedent(source).strip().splitlines()
    exec("\n".join(before), names)
    return eval(last, names)


class Running:
    """One optimizer at work: `held` is where it wants its gradient, `theta` is the book's θ."""

    def __init__(self, code: Code, start: np.ndarray) -> None:
        frameworks = {"torch": torch, "optax": optax, "keras": keras, "jax": jax}
        self.code, self.names = code, {**vars(adaptive), **frameworks}
        self.set_up(start)

    def step(self, g: np.ndarray, t: int) -> None:
        """Make step t."""
        self.names["t"] = t
        exec(textwrap.dedent(self.code.each), self.names)
        self.update(g)

    @property
    def held(self) -> np.ndarray:
        """The parameters as the framework has them."""
        raise NotImplementedError

    @property
    def theta(self) -> np.ndarray:
        """The parameters as the book has them."""
        if not self.code.read:
            return self.held
        return np.asarray(eval(self.code.read, self.names)).astype(float)

    def set_up(self, start: np.ndarray) -> None:
        """Make the parameters and the optimizer."""
        raise NotImplementedError

    def update(self, g: np.ndarray) -> None:
        """Let the optimizer make one step."""
        raise NotImplementedError


class Torch(Running):
    """torch.optim."""

    def set_up(self, start):
        self.names["p"] = torch.tensor(start)
        self.names["opt"] = _made(self.code.make, self.names)

    def update(self, g):
        self.names["p"].grad = torch.tensor(g)
        self.names["opt"].step()

    @property
    def held(self):
        return self.names["p"].numpy().copy()


class Optax(Running):
    """optax."""

    def set_up(self, start):
        self.names["p"] = jax.numpy.asarray(start)
        self.names["opt"] = _made(self.code.make, self.names)
        self.names["state"] = self.names["opt"].init(self.names["p"])
        self.jitted = jax.jit(self.names["opt"].update)

    def update(self, g):
        names = self.names
        steps, names["state"] = self.jitted(jax.numpy.asarray(g), names["state"], names["p"])
        names["p"] = optax.apply_updates(names["p"], steps)

    @property
    def held(self):
        return np.asarray(self.names["p"])


class Keras(Running):
    """keras.optimizers."""

    def set_up(self, start):
        self.names["p"] = keras.Variable(start, dtype="float64")
        self.names["opt"] = _made(self.code.make, self.names)
        self.names["opt"].build([self.names["p"]])

    def update(self, g):
        self.names["opt"].apply([jax.numpy.asarray(g)])

    @property
    def held(self):
        return np.asarray(self.names["p"].value)


RUNNING = {"torch": Torch, "optax": Optax, "keras": Keras}


def path(framework: str, code: Code, problem: Problem) -> np.ndarray:
    """The parameters after the steps that are kept."""
    run, rng = RUNNING[framework](code, problem.start.copy()), np.random.default_rng(1)
    kept = [problem.start]
    for t in range(1, records.STEPS + 1):
        run.step(problem.grad(run.held, problem.draw(t, rng)), t)
        if t in records.KEPT:
            kept.append(run.theta)
    return np.array(kept)


def everything() -> Iterator[tuple[str, str, str, str, Code, np.ndarray]]:
    """All paths: framework, algorithm, setting, problem, code and parameters."""
    for setting, codes, problems, only in RECORDED:
        for framework, by_name in codes.items():
            for name, code in by_name.items():
                for problem in problems if only in (None, name) else ():
                    theta = path(framework, code, records.PROBLEMS[problem]())
                    yield framework, name, setting, problem, code, theta


def exports() -> Iterator[tuple[str, float]]:
    """How far the rules that the dictionary's lines export are from these rules, on the circles."""
    for kind in adaptive.RULES:
        entry = entries.entry(kind.__name__)
        for framework in RUNNING:
            for whose, rule in entry.forms().items():
                if whose == framework:
                    continue
                # The parameters are where the book's NAG wants its gradient, as Keras's are.
                aim = adaptive.frameworks.keras.NAG(**kind.on_circles) if kind is NAG else rule
                code = Code(entry.exported(framework, whose))
                theta = path(framework, code, records.PROBLEMS["circles"]())
                made = records.Record(
                    framework, kind.__name__, "circles", "exported", code.make, theta
                )
                yield code.make, made.distance(aim if whose == "book" else rule)


# ------------------------------------------------------------------ single facts


def defaults() -> dict[str, dict[str, dict[str, Any]]]:
    """The arguments of each optimizer, with the defaults that are plain values."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for framework, (names, module) in NAMES.items():
        for ours, theirs in zip(adaptive.RULES, names.split(), strict=True):
            parameters = inspect.signature(getattr(module, theirs)).parameters.values()
            found.setdefault(framework, {})[ours.__name__] = {"name": theirs} | {
                p.name: "required" if p.default is p.empty else p.default
                for p in parameters
                if p.name in ARGUMENTS
            }
    return found


def facts() -> dict[str, float]:
    """Numbers that no path shows."""
    found = {}
    # torch's NAdam keeps the product of the μ in the default dtype: float32 unless told otherwise.
    ravine = records.PROBLEMS["ravine"]()
    exact = path("torch", DEFAULT["torch"]["Nadam"], ravine)
    torch.set_default_dtype(torch.float32)
    found["torch NAdam, product of mu in float32"] = float(
        np.abs(path("torch", DEFAULT["torch"]["Nadam"], ravine) - exact).max()
    )
    torch.set_default_dtype(torch.float64)
    for foreach in (False, True):
        p = torch.tensor([1.0, 2.0])
        p.grad = torch.tensor([3.0, 4.0])
        opt = torch.optim.SGD([p], lr=0.1, momentum=0.9, nesterov=True, foreach=foreach)
        opt.step()
        key = f"torch SGD(nesterov=True, foreach={foreach}), p.grad of 3 after the step"
        found[key] = float(p.grad[0])
    return found | decays()


def decays() -> dict[str, float]:
    """What weight decay does to a parameter of 1 in a step on a gradient of 0, and its defaults."""
    η, λ, found = 0.1, 0.01, {}
    for name in ("Adam", "AdamW"):
        p = torch.tensor([1.0])
        p.grad = torch.zeros(1)
        getattr(torch.optim, name)([p], lr=η, weight_decay=λ).step()
        found[f"torch {name}"] = float(p[0])
        variable = keras.Variable(np.ones(1), dtype="float64")
        opt = getattr(keras.optimizers, name)(η, weight_decay=λ)
        opt.apply([np.zeros(1)], [variable])
        found[f"keras {name}"] = float(np.asarray(variable.value)[0])
    θ, opt = np.ones(1), optax.adamw(η, weight_decay=λ)
    update, _ = opt.update(np.zeros(1), opt.init(θ), θ)
    found["optax adamw"] = float(optax.apply_updates(θ, update)[0])
    makers = {
        "torch Adam": torch.optim.Adam,
        "torch AdamW": torch.optim.AdamW,
        "keras Adam": keras.optimizers.Adam,
        "keras AdamW": keras.optimizers.AdamW,
        "optax adamw": optax.adamw,
    }
    default = {
        name: inspect.signature(maker).parameters["weight_decay"].default or 0
        for name, maker in makers.items()
    }
    return {
        f"{name}(weight_decay=0.01), 1 after a step with lr=0.1 and gradient 0": found[name]
        for name in makers
    } | {f"{name}, default weight_decay": float(default[name]) for name in makers}


# ------------------------------------------------------------------ the command


def main(arguments: list[str]) -> int:
    """Run everything, print what was found, compare or store it."""
    texts: dict[str, Any] = {
        "versions": VERSIONS,
        "defaults": defaults(),
        "facts": facts(),
        "code": {},
        "runs": {},
    }
    arrays: dict[str, np.ndarray] = {}
    known: dict[bytes, str] = {}
    for framework, name, setting, problem, code, theta in everything():
        key = f"{framework}/{name}/{setting}"
        texts["code"][key] = str(code)
        # Where two settings or frameworks have made the very same path, it is stored once.
        place = known.setdefault(theta.tobytes(), f"{key}/{problem}".replace("/", "-"))
        arrays[place] = theta
        texts["runs"][f"{key}/{problem}"] = place

    if "store" in arguments:
        text = json.dumps(texts, indent=1, ensure_ascii=False)
        (HERE / "recorded.json").write_text(text + "\n", encoding="utf-8")
        np.savez_compressed(HERE / "recorded.npz", **arrays)
        records._stored.cache_clear()
        print(f"stored {len(texts['runs'])} runs as {len(arrays)} paths")

    return report(texts, arrays)


def report(texts: dict[str, Any], arrays: dict[str, np.ndarray]) -> int:
    """Print how far each path is from the book's, and from what is stored."""
    print({name: f"{version}" for name, version in VERSIONS.items()})
    moved = []
    for key, place in texts["runs"].items():
        framework, name, setting, problem = key.split("/")
        stored = records.recorded(framework, name, problem, setting)
        record = replace(stored, theta=arrays[place])
        # NaN where there was NaN is no drift: AdaMax with ε = 0 on the late gradients.
        same = np.isnan(record.theta) & np.isnan(stored.theta)
        drift = float(np.abs(record.theta - stored.theta)[~same].max())
        print(f"{key:40} {record.distance():8.1e} off, {drift:7.1e} from the stored")
        if drift > 1e-9:
            moved.append(key)
    for line, distance in exports():
        print(f"{line:60} {distance:8.1e} off")
        if distance > entries.SAME:
            moved.append(line)
    for fact, number in texts["facts"].items():
        print(f"{fact}: {number:.3g}")
    for key in moved:
        print(f"{key} is not what is stored: run `make parity ARGS=store` and look at the tests")
    for what in ("code", "defaults"):
        if json.loads(json.dumps(texts[what])) != records.stored_texts()[what]:
            print(f"the {what} are not what is stored")
    return int(bool(moved))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
