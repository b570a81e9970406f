"""Make the paths of `adaptive.frameworks.recorded` again, with the frameworks themselves.

``python -m tests.parity.make`` runs torch, optax and keras, compares their paths with
`adaptive` and with what is stored, and fails if they are not what the tests say; with
``store`` it writes what it has found. `make parity` runs it in an environment of its own.

The gradients come from `adaptive`, in float64, at the parameters that the framework holds:
what is compared is the optimizer and nothing else.
"""

from __future__ import annotations

import ast
import inspect
import json
import os
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from operator import attrgetter
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
from adaptive import NAG, ScheduleFree
from adaptive.frameworks import entries, records
from adaptive.problems import Problem
from tests.parity import codes
from tests.parity.codes import Code

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


# ------------------------------------------------------------------ what each is asked

#: What is recorded: the setting, its codes, and the problems, for one algorithm; or, for all, which
#: of those that each is recorded on.
RECORDED = (
    ("default", codes.DEFAULT, slice(None), None),
    ("matched", codes.MATCHED, slice(None), None),
    ("default", codes.DEFAULT, ("fading",), "RMSprop"),
    ("matched", codes.MATCHED, ("fading",), "RMSprop"),
    ("default", codes.DEFAULT, ("late",), "AdaMax"),
    ("matched", codes.MATCHED, ("late",), "AdaMax"),
    ("same", codes.SAME, ("ravine", "circles"), "Adadelta"),
    ("schedule", codes.SCHEDULE, ("circles",), "Momentum"),
    ("schedule matched", codes.SCHEDULE_MATCHED, ("circles",), "Momentum"),
    ("as torch", codes.AS_TORCH, slice(-1, None), None),
    ("as optax", codes.AS_OPTAX, slice(-1, None), None),
    ("as keras", codes.AS_KERAS, slice(-1, None), None),
)

#: What each algorithm is called.
NAMES = {
    "torch": (
        "SGD SGD SGD Adagrad Adadelta RMSprop Adam Adamax NAdam Adam "
        "AdamW RAdam Adafactor - - - - - Muon",
        torch.optim,
    ),
    "optax": (
        "sgd sgd sgd adagrad adadelta rmsprop adam adamax nadam amsgrad adamw radam adafactor lion "
        "contrib.schedule_free_sgd contrib.schedule_free_adamw lamb contrib.prodigy contrib.muon",
        optax,
    ),
    "keras": (
        "SGD SGD SGD Adagrad Adadelta RMSprop Adam Adamax Nadam Adam "
        "AdamW - Adafactor Lion - ScheduleFreeAdamW Lamb - Muon",
        keras.optimizers,
    ),
}

#: The arguments that say which algorithm it is.
ARGUMENTS = {
    *("lr", "learning_rate", "lr_decay", "momentum", "dampening", "nesterov", "momentum_decay"),
    *("rho", "alpha", "decay", "betas", "b1", "b2", "beta_1", "beta_2", "centered", "amsgrad"),
    *("eps", "epsilon", "eps_root", "eps_in_sqrt", "initial_accumulator_value", "initial_scale"),
    *("bias_correction_mu", "bias_correction_nu", "weight_decay", "beta2_decay", "beta_2_decay"),
    *("decay_rate", "min_dim_size_to_factor", "epsilon_1", "epsilon_2", "relative_step"),
    *("estim_lr0", "beta", "adjust_lr_fn", "rms_rate", "consistent_rms"),
}


# ------------------------------------------------------------------ running them


def _made(source: str, names: dict[str, Any]) -> Any:
    """Run the code, and return the value of its last expression."""
    tree = ast.parse(textwrap.dedent(source))
    *before, last = tree.body
    assert isinstance(last, ast.Expr)
    exec(compile(ast.Module(before, []), "code", "exec"), names)
    return eval(compile(ast.Expression(last.value), "code", "eval"), names)


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
    blocks = getattr(problem, "blocks", None)
    (shape,) = [problem.start.shape] if blocks is None else blocks.shapes.values()
    run = RUNNING[framework](code, problem.start.reshape(shape).copy())
    rng = np.random.default_rng(1)
    kept = [problem.start]
    for t in range(1, records.STEPS + 1):
        run.step(problem.grad(run.held.ravel(), problem.draw(t, rng)).reshape(shape), t)
        if t in records.KEPT:
            kept.append(run.theta.ravel())
    return np.array(kept)


def of_book(name: str) -> bool:
    """Whether the book has a rule of this name."""
    return records.book_rule(name) is not None


def everything() -> Iterator[tuple[str, str, str, str, Code, np.ndarray]]:
    """All paths: framework, algorithm, setting, problem, code and parameters."""
    for setting, asked, which, only in RECORDED:
        for framework, by_name in asked.items():
            for name, code in by_name.items():
                if only not in (None, name) or (setting == "matched" and not of_book(name)):
                    continue
                for problem in records.problems(name)[which] if only is None else which:
                    theta = path(framework, code, records.PROBLEMS[problem]())
                    yield framework, name, setting, problem, code, theta


def exports() -> Iterator[tuple[str, float]]:
    """How far the rules that the dictionary's lines export are from these rules, on the circles."""
    # The parameters are where the book's rule wants its gradient.
    ahead = {
        "NAG": adaptive.frameworks.keras.NAG(**NAG.on_circles),
        "ScheduleFree": adaptive.frameworks.optax.ScheduleFree(**ScheduleFree.on_circles),
    }
    for name in records.ALGORITHMS:
        entry, problem = entries.entry(name), records.problems(name)[-1]
        for framework in RUNNING:
            for whose, rule in entry.forms().items():
                if whose == framework or not rule.elementwise:
                    continue
                code = Code(entry.exported(framework, whose))
                theta = path(framework, code, records.PROBLEMS[problem]())
                made = records.Record(framework, name, problem, "exported", code.make, theta)
                yield code.make, made.distance(ahead.get(name, rule) if whose == "book" else rule)


# ------------------------------------------------------------------ single facts


def defaults() -> dict[str, dict[str, dict[str, Any]]]:
    """The arguments of each optimizer, with the defaults that are plain values."""
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for framework, (names, module) in NAMES.items():
        for ours, theirs in zip(records.ALGORITHMS, names.split(), strict=True):
            if theirs == "-":
                continue
            parameters = inspect.signature(attrgetter(theirs)(module)).parameters.values()
            found.setdefault(framework, {})[ours] = {"name": theirs} | {
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
    exact = path("torch", codes.DEFAULT["torch"]["Nadam"], ravine)
    torch.set_default_dtype(torch.float32)
    found["torch NAdam, product of mu in float32"] = float(
        np.abs(path("torch", codes.DEFAULT["torch"]["Nadam"], ravine) - exact).max()
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
        off = record.distance() if setting.startswith("as ") or of_book(name) else np.nan
        print(f"{key:40} {off:8.1e} off, {drift:7.1e} from the stored")
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
