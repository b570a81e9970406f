"""How each framework is asked for the paths of the dictionary: code, which `make.py` runs.

It is the code that the book prints, so it has the numbers of the book's runs.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace


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


#: An ε that changes with the step, as the constant with the hat does.
_EPS_TORCH = 'opt.param_groups[0]["eps"] = {} / (1 - 0.999**t) ** 0.5'
_EPS_KERAS = "opt.epsilon = 1e-8 * (1 - 0.999**t) ** 0.5"
_EPS_OPTAX = "lambda t: {} / (1 - 0.999 ** (t + 1)) ** 0.5"
#: What the parameters of optax's Schedule-Free are the look-ahead of.
_MEAN_OPTAX = "optax.contrib.schedule_free_eval_params(state, p)"
#: optax's Prodigy without the correction of the bias in its rate.
_PRODIGY_OPTAX = """
def undone(t):
    return (1 - 0.9 ** (t + 1)) / (1 - 0.999 ** (t + 1)) ** 0.5

optax.contrib.prodigy(undone)
"""
#: optax's Muon without the correction of the bias in its directions.
_MUON_OPTAX = """
optax.chain(
    optax.trace(0.95, nesterov=True),
    optax.contrib.muon(0.05, beta=0.0, nesterov=False, {}),
)
"""
#: The same with PyTorch's scale: rows are outputs.
_MUON_OUT_IN = """
axes = optax.contrib.MuonDimensionNumbers(reduction_axis=1, output_axis=0)
optax.chain(
    optax.trace(0.95, nesterov=True),
    optax.contrib.muon(
        0.05,
        beta=0.0,
        nesterov=False,
        weight_decay=0.1,
        muon_weight_dimension_numbers=axes,
    ),
)
"""
#: optax's Adafactor with a rate that falls, and with sums over rows and columns of each matrix.
_ADAFACTOR_OPTAX = """
optax.adafactor(
    lambda t: jax.numpy.minimum(0.1, (t + 1) ** -0.5),
    min_dim_size_to_factor=1,
)
"""

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
        AdamW="torch.optim.AdamW([p], lr=0.1)",
        RAdam="torch.optim.RAdam([p], lr=0.1)",
        Adafactor="torch.optim.Adafactor([p], lr=0.1)",
        Muon="torch.optim.Muon([p], lr=0.05)",
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
        AdamW="optax.adamw(0.1)",
        RAdam="optax.radam(0.1)",
        Lion="optax.lion(0.02)",
        ScheduleFree="optax.contrib.schedule_free_sgd(0.8)",
        ScheduleFreeAdamW="optax.contrib.schedule_free_adamw(0.1)",
        LAMB="optax.lamb(0.05)",
        Prodigy="optax.contrib.prodigy()",
        Adafactor="optax.adafactor(0.1)",
        Muon="optax.contrib.muon(0.05)",
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
        AdamW="keras.optimizers.AdamW(0.1)",
        Lion="keras.optimizers.Lion(0.02)",
        ScheduleFreeAdamW="keras.optimizers.ScheduleFreeAdamW(0.1)",
        LAMB="keras.optimizers.Lamb(0.05)",
        Adafactor="keras.optimizers.Adafactor(0.1)",
        Muon="keras.optimizers.Muon(0.05)",
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
        Muon='torch.optim.Muon([p], lr=0.05, weight_decay=0, adjust_lr_fn="match_rms_adamw")',
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
        AdamW="optax.adamw(0.1, weight_decay=0.01)",
        Lion="optax.lion(0.02, weight_decay=0.0)",
        ScheduleFree=replace(DEFAULT["optax"]["ScheduleFree"], read=_MEAN_OPTAX),
        Prodigy=_PRODIGY_OPTAX,
        Muon=_MUON_OPTAX.format("consistent_rms=0.2"),
    ),
    "keras": DEFAULT["keras"]
    | _all(
        NAG=replace(DEFAULT["keras"]["NAG"], read="p - 0.9 * opt.momentums[0]"),
        Adagrad="keras.optimizers.Adagrad(0.7, initial_accumulator_value=0.0, epsilon=1e-8)",
        Adadelta="keras.optimizers.Adadelta(1.0, rho=0.9, epsilon=1e-2)",
        RMSprop="keras.optimizers.RMSprop(0.07, rho=0.9, epsilon=1e-8)",
        Adam=Code("keras.optimizers.Adam(0.1)", each=_EPS_KERAS),
        AdaMax="keras.optimizers.Adamax(0.3, epsilon=0)",
        Nadam=Code(
            "keras.optimizers.Nadam(0.1)",
            each=f"""
            if t == 1:
                opt.iterations.assign(100_000)
                opt._u_product.assign(0.0)
            opt.learning_rate = 0.1 * (1 - 0.999**t) ** 0.5 / (1 - 0.9**t)
            {_EPS_KERAS}
            """,
        ),
        AMSGrad=Code(
            "keras.optimizers.Adam(0.1, amsgrad=True, epsilon=1e-8)",
            each="opt.learning_rate = 0.1 * (1 - 0.9**t) / (1 - 0.999**t) ** 0.5",
        ),
        AdamW=Code("keras.optimizers.AdamW(0.1, weight_decay=0.01)", each=_EPS_KERAS),
        LAMB="keras.optimizers.Lamb(0.05, epsilon=1e-6)",
        Muon="keras.optimizers.Muon(0.05, weight_decay=None)",
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
        AdamW="optax.adamw(0.1, weight_decay=0.01)",
        RAdam=f"optax.inject_hyperparams(optax.radam)(0.1, eps={_EPS_OPTAX.format('1e-8')})",
        Adafactor=_ADAFACTOR_OPTAX,
        Muon=_MUON_OUT_IN,
    ),
    "keras": _all(
        Adagrad="keras.optimizers.Adagrad(0.7, initial_accumulator_value=0.0, epsilon=1e-20)",
        Adadelta="keras.optimizers.Adadelta(1.0, rho=0.9, epsilon=1e-6)",
        RMSprop="keras.optimizers.RMSprop(0.07, rho=0.9, epsilon=1e-16)",
        Adam=Code("keras.optimizers.Adam(0.1)", each=_EPS_KERAS),
        AdaMax="keras.optimizers.Adamax(0.3, epsilon=1e-8)",
        AMSGrad=Code("keras.optimizers.Adam(0.1, amsgrad=True)", each=_EPS_KERAS),
        AdamW=Code("keras.optimizers.AdamW(0.1, weight_decay=0.01)", each=_EPS_KERAS),
        Muon="keras.optimizers.Muon(0.05, weight_decay=0.1, rms_rate=p.shape[1] ** -0.5)",
    ),
}
AS_OPTAX = {
    "torch": _all(
        Adagrad="torch.optim.Adagrad([p], lr=0.7, initial_accumulator_value=0.1 + 1e-7, eps=0)",
        RMSprop=Code(
            "torch.optim.RMSprop([p], lr=0.07, alpha=0.9, eps=0)", each=_INSIDE.format("1e-8")
        ),
        Nadam="torch.optim.NAdam([p], lr=0.1, momentum_decay=1e6)",
        AdamW="torch.optim.AdamW([p], lr=0.1, weight_decay=1e-4)",
        RAdam=Code(
            "torch.optim.RAdam([p], lr=0.1)",
            each='opt.param_groups[0]["eps"] = 1e-8 * (1 - 0.999**t) ** 0.5',
        ),
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
        AdamW=Code("keras.optimizers.AdamW(0.1, weight_decay=1e-4)", each=_EPS_KERAS),
        Lion="keras.optimizers.Lion(0.02, weight_decay=1e-3)",
        LAMB="keras.optimizers.Lamb(0.05, epsilon=1e-6)",
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
        AdamW=Code(
            "torch.optim.AdamW([p], lr=0.1, weight_decay=4e-3)", each=_EPS_TORCH.format("1e-7")
        ),
        Muon="""
        torch.optim.Muon(
            [p], lr=0.05, weight_decay=0.004, adjust_lr_fn="match_rms_adamw"
        )
        """,
    ),
    "optax": _all(
        Adadelta="optax.adadelta(0.001, rho=0.9, eps=1e-7)",
        RMSprop="optax.rmsprop(0.07, decay=0.9, eps=1e-7)",
        Adam=f"optax.inject_hyperparams(optax.adam)(0.1, eps={_EPS_OPTAX.format('1e-7')})",
        AdaMax="optax.adamax(0.3, eps=1e-7)",
        AdamW=f"""
        optax.inject_hyperparams(optax.adamw)(
            0.1,
            weight_decay=0.004,
            eps={_EPS_OPTAX.format("1e-7")},
        )
        """,
        Lion="optax.lion(0.02, weight_decay=0.0)",
        LAMB="optax.lamb(0.05, eps=1e-7)",
        Adafactor=_ADAFACTOR_OPTAX,
        Muon=_MUON_OPTAX.format("consistent_rms=0.2, weight_decay=0.004"),
    ),
}
