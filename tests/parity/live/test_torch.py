"""Rules as optimizers of PyTorch, beside `Rule.step`."""

from __future__ import annotations

import copy
import inspect
import io
import pickle
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings

from adaptive import NAG, RULES, SGD, Adadelta, Adam, AdaMax, Lion, Momentum, RMSprop, Rule, export
from adaptive.frameworks.forms import MomentumOutside
from adaptive.large.kernel import PARALLEL
from tests.parity import drawn
from tests.parity.live import alike
from tests.parity.live.training import parameter, train

ENGINES = ("plain", "foreach", "numba", "compiled")
KINDS = (torch.float32, torch.float64)
every_rule = pytest.mark.parametrize("rule", alike.EVERY, ids=alike.called)


def key(name: str) -> str:
    return f"state_{name}" if name == "step" else name


@pytest.mark.parametrize("engine", ENGINES)
@every_rule
def test_the_path_is_the_rules(rule, engine):
    lists = engine == "foreach" and isinstance(rule, alike.Clipped | alike.Rising | Lion)
    p = parameter(alike.start())
    make = export.torch(type(rule))
    hyper = make.settings.signature()
    given = {n: v for n, v in rule.hyperparameters.items() if n in hyper.parameters}
    if "betas" in hyper.parameters:
        given["betas"] = (rule.beta1, rule.beta2)
    if lists:
        with pytest.raises(ValueError, match="no operation on lists of tensors does"):
            make([p], **given, engine=engine)
        return
    optimizer = make([p], **given, engine=engine)
    gs = alike.gradients()
    for g, (theta, ahead) in zip(gs, alike.path(rule, gs, alike.start()), strict=True):
        train(optimizer, [g], p)
        assert alike.far(p.detach(), ahead) < alike.TOLERANCE
        assert alike.far(optimizer.theta(p), theta) < alike.TOLERANCE


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(kind=drawn.rules)
def test_the_path_of_any_rule_is_the_rules(kind):
    gs, zeros = alike.gradients(steps=20), np.zeros(alike.SHAPE)
    # What is given is where the gradient is wanted first.
    first = alike.start() - kind().lookahead(zeros, kind().init(zeros))
    for engine in ("plain", "foreach"):
        p = parameter(alike.start())
        optimizer = export.torch(kind)([p], engine=engine)
        train(optimizer, gs, p)
        (*_, (theta, ahead)) = alike.path(kind(), gs, first)
        assert alike.far(p.detach(), ahead) < 1e-11
        assert alike.far(optimizer.theta(p), theta) < 1e-11


@pytest.mark.parametrize("rule", alike.FORMS, ids=alike.called)
def test_the_frameworks_forms_can_be_exported_too(rule):
    p, gs = parameter(alike.start()), alike.gradients()
    train(export.torch(rule)([p]), gs, p)
    (*_, (_, ahead)) = alike.path(rule, gs, alike.start())
    assert alike.far(p.detach(), ahead) < alike.TOLERANCE


#: Where the dictionary says that PyTorch's own is the book's, with the settings that make it so.
SAME = [
    (export.torch(SGD), torch.optim.SGD, {}, {}),
    (export.torch(Momentum), torch.optim.SGD, {"momentum": 0.9}, {"momentum": 0.9}),
    (export.torch(Adam), torch.optim.Adam, {}, {}),
    (export.torch(Adam), torch.optim.AdamW, {"weight_decay": 0.1}, {"weight_decay": 0.1}),
    (export.torch(AdaMax), torch.optim.Adamax, {}, {"eps": 0.0}),
    (export.torch(Adadelta), torch.optim.Adadelta, {"rho": 0.9}, {"rho": 0.9}),
]


@pytest.mark.parametrize(("ours", "theirs", "hyper", "theirs_hyper"), SAME)
def test_the_path_is_pytorchs_where_it_is_the_books(ours, theirs, hyper, theirs_hyper):
    one, other = parameter(alike.start()), parameter(alike.start())
    train(ours([one], lr=0.02, **hyper), alike.gradients(), one)
    train(theirs([other], lr=0.02, **theirs_hyper), alike.gradients(), other)
    assert alike.far(one.detach(), other.detach()) < alike.TOLERANCE


# ------------------------------------------------------------------ as an optimizer of torch


def test_it_is_an_optimizer_with_pytorchs_names():
    made = export.torch(Adam)
    assert issubclass(made, torch.optim.Optimizer) and made.__name__ == "Adam"
    names = list(inspect.signature(made).parameters)
    assert names == [
        *("params", "lr", "betas", "eps", "weight_decay", "maximize", "capturable", "engine")
    ]
    assert inspect.signature(made).parameters["betas"].default == (0.9, 0.999)
    assert made is export.torch(Adam)
    optimizer = made([parameter([1.0])], 0.5)
    assert optimizer.param_groups[0]["lr"] == 0.5
    assert repr(optimizer).startswith("Adam (\nParameter Group 0\n    betas: (0.9, 0.999)")


def test_hyperparameters_of_an_object_are_the_defaults():
    made = export.torch(Adam(lr=0.3, beta2=0.5))
    assert made([parameter([1.0])]).defaults["betas"] == (0.9, 0.5)
    assert made([parameter([1.0])]).defaults["lr"] == 0.3


def test_groups_have_settings_of_their_own():
    slow, fast = parameter(alike.start()), parameter(alike.start())
    groups = [
        {"params": [slow], "lr": 0.01, "name": "slow"},
        {"params": [fast], "betas": (0.5, 0.9)},
    ]
    optimizer = export.torch(Adam)(groups, lr=0.1)
    train(optimizer, alike.gradients(), slow, fast)
    for p, rule in ((slow, Adam(lr=0.01)), (fast, Adam(lr=0.1, beta1=0.5, beta2=0.9))):
        (*_, (theta, _)) = alike.path(rule, alike.gradients(), alike.start())
        assert alike.far(p.detach(), theta) < alike.TOLERANCE


@every_rule
def test_a_parameter_without_a_gradient_stays_and_counts_no_step(rule):
    late, always = parameter(alike.start()), parameter(alike.start())
    optimizer, gs = export.torch(rule)([late, always]), alike.gradients(steps=20)
    train(optimizer, gs[:10], always)
    assert late not in optimizer.state and np.array_equal(late.detach(), alike.start())
    train(optimizer, gs[10:], always, late)
    (*_, (_, ahead)) = alike.path(rule, gs[10:], alike.start())
    assert alike.far(late.detach(), ahead) < alike.TOLERANCE
    (*_, (_, ahead)) = alike.path(rule, gs, alike.start())
    assert alike.far(always.detach(), ahead) < alike.TOLERANCE


def test_a_closure_is_called_with_gradients_on():
    p = parameter([1.0, 2.0])
    optimizer, seen = export.torch(Momentum)([p], lr=0.1), []

    def closure() -> Any:
        optimizer.zero_grad()
        loss = (p**2).sum()
        loss.backward()
        seen.append(float(loss.detach()))
        return loss

    losses = [float(optimizer.step(closure).detach()) for _ in range(5)]
    assert losses == seen and losses[-1] < losses[0] / 5


@pytest.mark.parametrize("engine", ["plain", "foreach", "numba"])
def test_maximize_is_the_step_on_the_opposite_gradient(engine):
    up, down = parameter(alike.start()), parameter(alike.start())
    train(export.torch(Adam)([up], maximize=True, engine=engine), alike.gradients(), up)
    train(export.torch(Adam)([down], engine=engine), -alike.gradients(), down)
    assert torch.equal(up, down)


@pytest.mark.parametrize("engine", ["plain", "foreach", "numba", "compiled"])
@pytest.mark.parametrize("rule", [Adam(lr=0.1), NAG(lr=0.1), Adadelta(eps=1e-2)], ids=alike.called)
def test_weights_decay_by_themselves(rule, engine):
    """θ is multiplied by 1 - lr · weight_decay, and then the rule makes its step."""
    p = parameter(alike.start())
    optimizer = export.torch(rule)([p], weight_decay=0.1, engine=engine)
    theta, state = alike.start(), rule.init(alike.start())
    for g in alike.gradients():
        train(optimizer, [g], p)
        theta, state = rule.step(theta * (1 - getattr(rule, "lr", 1.0) * 0.1), g, state)
        assert alike.far(optimizer.theta(p), theta) < alike.TOLERANCE
        assert alike.far(p.detach(), rule.lookahead(theta, state)) < alike.TOLERANCE


def test_a_rule_may_decay_in_its_own_way():
    @dataclass(frozen=True, eq=False)
    class Decaying(Rule):
        lr: Any = 0.1
        weight_decay: Any = 0.5

        def update(self, g: Any, t: Any) -> tuple[Any]:
            return (-self.lr * (1 - self.weight_decay) * g,)

    p = parameter([1.0])
    optimizer = export.torch(Decaying)([p], weight_decay=0.25)
    train(optimizer, [np.array([2.0])], p)
    assert p.item() == pytest.approx(1 - 0.1 * 0.75 * 2)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@every_rule
def test_half_precision_has_a_state_of_single_and_is_rounded_once(rule, dtype):
    p = parameter(alike.start(), dtype)
    optimizer = export.torch(rule)([p])
    wide = p.detach().float().clone().requires_grad_()
    beside = export.torch(rule)([wide])
    for g in alike.gradients(steps=20):
        g = torch.tensor(g, dtype=dtype)
        with torch.no_grad():
            wide.copy_(p.float())
        p.grad, wide.grad = g, g.float()
        optimizer.step()
        beside.step()
        assert torch.equal(p.detach(), wide.detach().to(dtype))
        for name in type(rule).state_names:
            one, other = optimizer.state[p][key(name)], beside.state[wide][key(name)]
            assert one.dtype == torch.float32 and torch.equal(one, other)


def test_single_precision_is_as_near_as_its_digits():
    for rule in alike.OURS:
        p, gs = parameter(alike.start(), torch.float32), alike.gradients()
        optimizer = export.torch(rule)([p])
        train(optimizer, gs, p)
        (*_, (_, ahead)) = alike.path(rule, gs, alike.start())
        assert p.dtype == torch.float32
        assert alike.far(p.detach(), ahead) < 2e-4, rule


# ------------------------------------------------------------------ schedules


def scheduled(optimizer: Any, scheduler: Any, gs: Any, p: Any) -> tuple[list[float], list[float]]:
    """Train with a scheduler; return the learning rate and the momentum of each step."""
    rates, momenta = [], []
    for g in gs:
        group = optimizer.param_groups[0]
        rates.append(group["lr"])
        momenta.append(group["betas"][0] if "betas" in group else group.get("momentum"))
        train(optimizer, [g], p)
        scheduler.step()
    return rates, momenta


@pytest.mark.parametrize(
    ("rule", "cycled"),
    [(Adam(), "beta1"), (Momentum(), "momentum"), (NAG(), "momentum")],
    ids=["Adam", "Momentum", "NAG"],
)
def test_one_cycle(rule, cycled):
    p, gs = parameter(alike.start()), alike.gradients()
    optimizer = export.torch(rule)([p])
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=len(gs) + 1)
    rates, momenta = scheduled(optimizer, scheduler, gs, p)
    assert len(set(rates)) > 100 and len(set(momenta)) > 100
    (*_, (theta, ahead)) = alike.path(rule, gs, alike.start(), lr=rates, **{cycled: momenta})
    assert alike.far(p.detach(), ahead) < alike.TOLERANCE
    assert alike.far(optimizer.theta(p), theta) < alike.TOLERANCE


@pytest.mark.parametrize("rule", alike.OURS, ids=alike.called)
def test_a_schedule_of_the_learning_rate(rule):
    p, gs = parameter(alike.start()), alike.gradients()
    optimizer = export.torch(rule)([p])
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, len(gs))
    rates, _ = scheduled(optimizer, scheduler, gs, p)
    assert rates[0] > 2 * rates[-1]
    if hasattr(rule, "lr"):
        (*_, (_, ahead)) = alike.path(rule, gs, alike.start(), lr=rates)
    else:  # lr multiplies the step
        theta, state = alike.start(), rule.init(alike.start())
        for g, rate in zip(gs, rates, strict=True):
            moved, state = rule.step(theta, g, state)
            theta = theta + rate * (moved - theta)
        ahead = theta
    assert alike.far(p.detach(), ahead) < 1e-11


def test_the_scheduler_comes_back_from_a_checkpoint():
    whole, half = parameter(alike.start()), parameter(alike.start())
    gs = alike.gradients(steps=40)

    def pair(p: Any) -> Any:
        optimizer = export.torch(NAG)([p])
        return optimizer, torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=41)

    scheduled(*pair(whole), gs, whole)
    optimizer, scheduler = pair(half)
    scheduled(optimizer, scheduler, gs[:20], half)
    kept = saved({"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()})
    optimizer, scheduler = pair(half)
    optimizer.load_state_dict(kept["optimizer"])
    scheduler.load_state_dict(kept["scheduler"])
    scheduled(optimizer, scheduler, gs[20:], half)
    assert torch.equal(whole, half)


# ------------------------------------------------------------------ checkpoints


def saved(what: Any) -> Any:
    """Return what comes back from a file, loaded as weights only."""
    file = io.BytesIO()
    torch.save(what, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
@every_rule
def test_a_checkpoint_goes_on_with_the_same_bits(rule, dtype):
    whole, gs = parameter(alike.start(), dtype), alike.gradients(steps=20)
    optimizer = export.torch(rule)([whole])
    train(optimizer, gs[:10], whole)
    half = torch.nn.Parameter(whole.detach().clone())
    resumed = export.torch(rule)([half])
    kept = saved(optimizer.state_dict())
    resumed.load_state_dict(kept)
    for name in rule.state_names:
        one, other = (o.state[p][key(name)] for o, p in ((resumed, half), (optimizer, whole)))
        assert torch.equal(one, other) and one.dtype == other.dtype
    train(optimizer, gs[10:], whole)
    train(resumed, gs[10:], half)
    assert torch.equal(whole, half)
    again = saved(optimizer.state_dict())
    assert again["state"][0]["step"] == 20 and kept["state"][0]["step"] == 10


def test_what_is_loaded_is_a_copy():
    p, q = parameter([1.0]), parameter([1.0])
    optimizer, other = export.torch(Adam)([p]), export.torch(Adam)([q])
    train(optimizer, np.ones((3, 1)), p)
    state = optimizer.state_dict()
    before = state["state"][0]["m"].clone()
    other.load_state_dict(state)
    train(other, np.ones((3, 1)), q)
    assert torch.equal(state["state"][0]["m"], before)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (torch.optim.Adam, "made from Adam: it lacks engine, got lr, betas, .*fused"),
        (export.torch(Momentum), "made from Adam: it lacks betas, eps, got lr, momentum"),
    ],
)
def test_a_state_of_another_optimizer_is_refused_when_it_is_loaded(other, words):
    p = parameter([1.0])
    theirs, ours = other([p], lr=0.1), export.torch(Adam)([p], lr=0.2)
    train(theirs, np.ones((3, 1)), p)
    train(ours, np.ones((2, 1)), p)
    with pytest.raises(ValueError, match=words):
        ours.load_state_dict(theirs.state_dict())
    assert ours.param_groups[0]["lr"] == 0.2 and ours.state[p]["step"] == 2
    lacking = ours.state_dict()
    del lacking["state"][0]["v"]
    with pytest.raises(ValueError, match="made from Adam: it lacks v, got m"):
        ours.load_state_dict(lacking)


def test_a_hook_may_translate_a_state_of_pytorchs():
    """Such as that of a run which goes on with the book's Adam."""
    p, q = parameter([1.0]), parameter([1.0])
    theirs, ours = torch.optim.Adam([p], lr=0.1), export.torch(Adam)([q], lr=0.1)
    train(theirs, np.ones((3, 1)), p)

    def translated(optimizer: Any, found: Any) -> Any:
        groups = [
            {**optimizer.defaults, "params": each["params"]} for each in found["param_groups"]
        ]
        states = {
            k: {"step": int(s["step"]), "m": s["exp_avg"], "v": s["exp_avg_sq"]}
            for k, s in found["state"].items()
        }
        return {"state": states, "param_groups": groups}

    ours.register_load_state_dict_pre_hook(translated)
    ours.load_state_dict(theirs.state_dict())
    q.data.copy_(p.data)
    for optimizer, each in ((theirs, p), (ours, q)):
        train(optimizer, np.full((3, 1), 0.5), each)
    assert torch.allclose(p, q, rtol=1e-14)


def test_hooks_see_what_is_loaded_and_may_change_it():
    p = parameter([1.0], torch.bfloat16)
    optimizer = export.torch(Momentum)([p])
    train(optimizer, np.ones((3, 1)), p)

    def doubled(_: Any, state: Any) -> Any:
        state = copy.deepcopy(state)
        state["state"][0]["v"] *= 2
        return state

    kept, v = optimizer.state_dict(), optimizer.state[p]["v"].clone()
    optimizer.register_load_state_dict_pre_hook(doubled)
    optimizer.load_state_dict(kept)
    assert torch.equal(optimizer.state[p]["v"], 2 * v)
    assert len(optimizer._optimizer_load_state_dict_pre_hooks) == 1


@every_rule
def test_optimizers_and_their_classes_can_be_pickled_and_copied(rule):
    p = parameter(alike.start())
    optimizer = export.torch(rule)([p])
    train(optimizer, alike.gradients(steps=3), p)
    assert pickle.loads(pickle.dumps(type(optimizer))) is type(optimizer)
    for other in (pickle.loads(pickle.dumps(optimizer)), copy.deepcopy(optimizer)):
        assert type(other) is type(optimizer)
        q = other.param_groups[0]["params"][0]
        before = q.detach().clone()
        train(other, alike.gradients(2, 3), q)
        assert not torch.equal(before, q) and other.state[q]["step"] == 6


def test_a_class_with_a_required_setting_is_pickled_as_well():
    made = export.torch(MomentumOutside)
    assert pickle.loads(pickle.dumps(made)) is made
    with pytest.raises(TypeError, match="missing a required argument: 'lr'"):
        made([parameter([1.0])])


def test_a_gradient_scaler_steps_and_skips():
    p = parameter([1.0, 2.0], torch.float32)
    optimizer = export.torch(Adam)([p], lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    scaler.scale((p**2).sum()).backward()
    scaler.step(optimizer)
    scaler.update()
    np.testing.assert_allclose(p.detach(), [0.9, 1.9], rtol=1e-6)
    p.grad = torch.tensor([np.inf, 1.0], dtype=torch.float32)
    scaler.step(optimizer)
    scaler.update()
    assert optimizer.state[p]["step"] == 1


# ------------------------------------------------------------------ engines


def test_the_engine_is_chosen_with_a_reason():
    optimizer = export.torch(Adam)
    cases = {
        "10 elements are fewer than 10000": parameter(np.zeros(10)),
        "numba is installed": parameter(np.zeros(20_000)),
        "numba compiles float32 and float64, and the parameter is torch.bfloat16": parameter(
            np.zeros(20_000), torch.bfloat16
        ),
        "the parameter is not contiguous": torch.nn.Parameter(torch.zeros(200, 200).t()[::2]),
    }
    for reason, p in cases.items():
        chosen = optimizer([p]).choose(p)
        assert chosen.reason == reason
        assert chosen.name == ("numba" if reason == "numba is installed" else "plain")
    on_gpu = torch.nn.Parameter(torch.zeros(3, device="meta"))
    assert optimizer([on_gpu]).choose(on_gpu).name == "foreach"
    assert optimizer([on_gpu], engine="plain").choose(on_gpu).reason == "it was asked for"


@pytest.mark.parametrize(
    ("engine", "p", "words"),
    [
        ("numba", parameter([1.0], torch.bfloat16), "numba compiles float32 and float64"),
        ("foreach", parameter([1.0], torch.bfloat16), "is computed in single precision"),
        ("numba", torch.nn.Parameter(torch.zeros(1, device="meta")), "is on meta"),
        ("numba", torch.nn.Parameter(torch.zeros(4, 4).t()), "not contiguous"),
        (
            "fused",
            parameter([1.0]),
            "engine must be one of auto, plain, foreach, numba, triton, compiled",
        ),
    ],
)
def test_what_an_engine_cannot_do_is_refused_when_it_is_made(engine, p, words):
    with pytest.raises(ValueError, match=words):
        export.torch(Adam)([p], engine=engine)


@pytest.mark.parametrize("engine", ["plain", "foreach", "numba", "compiled"])
def test_a_large_model_of_many_shapes(engine):
    shapes = [(200, 100), (3,), (), (5, 1, 7), (PARALLEL,), (30_000,), (0, 3)]
    ps = [parameter(np.ones(shape), torch.float32) for shape in shapes]
    optimizer = export.torch(Adam)(ps, lr=0.1, engine=engine)
    for p in ps:
        p.grad = torch.full_like(p, 3.0)
    optimizer.step()
    for p in ps:
        np.testing.assert_allclose(p.detach(), np.full(p.shape, 0.9), rtol=1e-6)


def test_small_parameters_are_moved_as_their_group_is():
    """Once there is something to compile for, the loop moves the others as well."""
    small, large, alone = (parameter(np.zeros(n)) for n in (10, 9_990, 9_999))
    optimizer = export.torch(Adam)([{"params": [small, large]}, {"params": [alone]}])
    assert [optimizer.choose(p).name for p in (small, large, alone)] == ["numba", "numba", "plain"]
    assert optimizer.choose(alone).reason == "9999 elements are fewer than 10000"


@pytest.mark.parametrize("rule", [SGD(), NAG()], ids=alike.called)
def test_one_call_moves_parameters_of_two_groups_and_kinds(rule):
    """With gradients that lie otherwise, some that are not there, and steps that differ."""
    shapes = [(3, 4), (5,), (), (2, 3, 2)]

    def made(engine: str) -> tuple[Any, list[Any]]:
        ps = [parameter(np.ones(shape), dtype) for dtype in KINDS for shape in shapes]
        groups = [{"params": ps[::2], "lr": 0.1}, {"params": ps[1::2]}]
        return export.torch(rule)(groups, engine=engine, weight_decay=0.01), ps

    both = [made("plain"), made("numba")]
    rng = np.random.default_rng(0)
    for t in range(4):
        for k in range(len(both[0][1])):
            g = rng.normal(size=both[0][1][k].shape)
            for _, ps in both:
                lies = torch.tensor(g, dtype=ps[k].dtype).mT.contiguous().mT if g.ndim > 1 else None
                other = torch.tensor(g, dtype=ps[k].dtype) if lies is None else lies
                ps[k].grad = None if (t + k) % 3 == 0 else other
        for optimizer, _ in both:
            optimizer.step()
    for p, q in zip(both[0][1], both[1][1], strict=True):
        torch.testing.assert_close(p, q, rtol=1e-12 if p.dtype == torch.float64 else 1e-5, atol=0)


@pytest.mark.parametrize("engine", ["plain", "foreach", "numba"])
def test_not_a_number_stays_so(engine):
    @dataclass(frozen=True, eq=False)
    class Signed(Rule):
        lr: Any = 0.1
        state_names: ClassVar[tuple[str, ...]] = ("u",)

        def update(self, g: Any, t: Any, u: Any) -> tuple[Any, ...]:
            return -self.lr * np.sign(g), np.maximum(0.5 * u, np.minimum(g, 3.0))

    p = parameter([1.0, 1.0])
    if engine == "foreach":
        with pytest.raises(ValueError, match="does sign"):
            export.torch(Signed)([p], engine=engine)
        return
    optimizer = export.torch(Signed)([p], engine=engine)
    train(optimizer, [np.array([np.nan, 1.0])], p)
    np.testing.assert_array_equal(p.detach(), [np.nan, 0.9])
    np.testing.assert_array_equal(optimizer.state[p]["u"], [np.nan, 1.0])


@pytest.mark.parametrize("engine", ["plain", "foreach", "numba", "compiled"])
def test_a_backward_pass_after_the_step_says_that_its_values_are_gone(engine):
    p = parameter(np.ones(3))
    loss = (p**2).sum()
    loss.backward(retain_graph=True)
    export.torch(SGD)([p], engine=engine).step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_channels_last_gradients_and_parameters():
    values = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    p = parameter(values)
    with torch.no_grad():
        p.data = p.data.contiguous(memory_format=torch.channels_last)
    q = parameter(values)
    for each in (p, q):
        each.grad = torch.tensor(values).contiguous(memory_format=torch.channels_last)
    export.torch(Adam)([p]).step()
    export.torch(Adam)([q], engine="numba").step()
    np.testing.assert_allclose(p.detach(), q.detach(), rtol=1e-14)


# ------------------------------------------------------------------ the step number as a tensor


@every_rule
def test_capturable_computes_what_all_share_on_tensors(rule):
    p, gs = parameter(alike.start()), alike.gradients()
    optimizer = export.torch(rule)([p], capturable=True)
    for g, (theta, ahead) in zip(gs, alike.path(rule, gs, alike.start()), strict=True):
        train(optimizer, [g], p)
        assert alike.far(p.detach(), ahead) < alike.TOLERANCE
        assert alike.far(optimizer.theta(p), theta) < alike.TOLERANCE
    step = optimizer.state[p]["step"]
    assert step.dtype == torch.float64 and step.shape == () and step == len(gs)


@pytest.mark.parametrize("engine", ["foreach", "numba"])
def test_engines_that_take_numbers_are_refused_with_capturable(engine):
    with pytest.raises(ValueError, match="takes numbers, and with capturable they are tensors"):
        export.torch(Adam)([parameter([1.0])], engine=engine, capturable=True)
    p = parameter(np.zeros(20_000))
    assert export.torch(Adam)([p], capturable=True).choose(p).name == "plain"


@pytest.mark.parametrize("engine", ["plain", "compiled"])
def test_with_capturable_each_parameter_counts_its_own_steps(engine):
    late, always = parameter(alike.start()), parameter(alike.start())
    optimizer = export.torch(Adam)([late, always], engine=engine, capturable=True)
    gs = alike.gradients(steps=20)
    train(optimizer, gs[:10], always)
    train(optimizer, gs[10:], always, late)
    for p, slopes in ((late, gs[10:]), (always, gs)):
        (*_, (_, ahead)) = alike.path(Adam(), slopes, alike.start())
        assert alike.far(p.detach(), ahead) < alike.TOLERANCE


@pytest.mark.parametrize("rule", [Adam(), NAG()], ids=alike.called)
def test_a_capturable_checkpoint_goes_on_with_the_same_bits(rule):
    whole, gs = parameter(alike.start(), torch.bfloat16), alike.gradients(steps=20)
    optimizer = export.torch(rule)([whole], capturable=True)
    train(optimizer, gs[:10], whole)
    half = torch.nn.Parameter(whole.detach().clone())
    resumed = export.torch(rule)([half])
    resumed.load_state_dict(saved(optimizer.state_dict()))
    assert resumed.state[half]["step"].dtype == torch.float64
    train(optimizer, gs[10:], whole)
    train(resumed, gs[10:], half)
    assert torch.equal(whole, half) and resumed.state[half]["step"] == 20


# ------------------------------------------------------------------ torch.compile


def graphs(optimizer: Any, step: Any, gs: Any, *parameters: Any) -> int:
    """Return how many graphs torch compiles for some steps; between them lr is halved once."""
    torch._dynamo.reset()
    counters = torch._dynamo.utils.counters
    counters.clear()
    for t, g in enumerate(gs):
        for each in parameters:
            each.grad = torch.tensor(g, dtype=each.dtype)
        if t == len(gs) // 2:
            optimizer.param_groups[0]["lr"] /= 2
        step()
    assert not counters["graph_break"]
    return int(counters["stats"]["unique_graphs"])


@pytest.mark.parametrize(
    ("backend", "rule"),
    [*(("eager", rule) for rule in alike.EVERY), ("inductor", Adam()), ("inductor", NAG())],
    ids=lambda each: each if isinstance(each, str) else alike.called(each),
)
def test_the_whole_step_is_compiled_three_times_in_200_steps(backend, rule):
    """The first step makes the state, and when lr first changes it becomes an input."""
    one, other, gs = parameter(alike.start()), parameter(alike.start()), alike.gradients()
    optimizer = export.torch(rule)([one], capturable=True)
    beside = export.torch(rule)([other])
    step = torch.compile(optimizer.step, fullgraph=True, backend=backend)
    assert graphs(optimizer, step, gs, one) == 3
    assert optimizer.choose(one).name == "plain"
    for t, g in enumerate(gs):
        if t == len(gs) // 2:
            beside.param_groups[0]["lr"] /= 2
        train(beside, [g], other)
    assert alike.far(one.detach(), other.detach()) < alike.TOLERANCE


@pytest.mark.parametrize("rule", [SGD(), NAG(), Adam()], ids=alike.called)
def test_the_compiled_engine_has_one_graph_in_200_steps(rule):
    p = parameter(alike.start())
    optimizer = export.torch(rule)([p], engine="compiled")
    assert graphs(optimizer, optimizer.step, alike.gradients(), p) == 1


# ------------------------------------------------------------------ refused


@dataclass(frozen=True, eq=False)
class Averaging(Rule):
    lr: Any = 0.1

    def update(self, g: Any, t: Any) -> tuple[Any]:
        return (-self.lr * g.mean(),)


@dataclass(frozen=True, eq=False)
class Shrinking(SGD):
    def lookahead(self, theta: Any, state: Any) -> Any:
        return 0.5 * theta


@pytest.mark.parametrize(
    ("rule", "error", "words"),
    [
        (Averaging, TypeError, "Averaging.update cannot be recorded"),
        (Shrinking, ValueError, "Shrinking.lookahead must be theta plus something free of theta"),
        (SGD(lr=np.array([0.1, 0.2])), ValueError, "SGD.lr must be one number, got array"),
        (torch.optim.Adam, TypeError, "rule must be a rule, such as Adam, got <class 'torch"),
        (Rule, TypeError, "rule must be a rule"),
        ("Adam", TypeError, "rule must be a rule, such as Adam, got 'Adam'"),
    ],
)
def test_what_cannot_be_exported(rule, error, words):
    with pytest.raises(error, match=words):
        export.torch(rule)


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"lr": -1.0}, ValueError, r"Adam.lr must be finite and in \[0, inf\), got -1"),
        ({"lr": np.array([1.0, 2.0])}, ValueError, "Adam.lr must be one number"),
        ({"lr": torch.tensor(0.1)}, TypeError, "lr must be a number, not a tensor"),
        ({"betas": (0.9, 1.0)}, ValueError, r"Adam.beta2 must be finite and in \[0, 1\), got 1"),
        ({"betas": 0.9}, ValueError, "betas must be 2 numbers, beta1, beta2, got 0.9"),
        ({"betas": (0.9, "1")}, TypeError, r"Adam.beta2 must be a real number .* got '1'"),
        ({"beta1": 0.9}, TypeError, "beta1 is not known, got beta1=0.9; Adam takes params, lr, be"),
        ({"momentum": 0.9}, TypeError, "momentum is not known, got momentum=0.9; Adam takes"),
        ({"lr": True}, TypeError, r"Adam.lr must be a real number .* got True"),
        ({"lr": float("nan")}, ValueError, r"Adam.lr must be finite and in \[0, inf\), got nan"),
        ({"weight_decay": None}, TypeError, "weight_decay must be a real number .* got None"),
        ({"weight_decay": -0.1}, ValueError, "weight_decay must be finite and in"),
        ({"maximize": 1}, TypeError, "maximize must be True or False, got 1"),
        ({"eps": 1e-60}, ValueError, "Adam.eps must not be 0 in the dtype of theta, float32"),
    ],
)
def test_bad_settings(settings, error, words):
    with pytest.raises(error, match=words):
        export.torch(Adam)([parameter([1.0], torch.float32)], **settings)


def test_bad_groups_are_not_added():
    optimizer = export.torch(Adam)([parameter([1.0])])
    for group, error, words in (
        ({"params": [parameter([1.0])], "beta1": 0.5}, TypeError, "got beta1"),
        ({"params": [parameter([1.0])], "lr": -1.0}, ValueError, "Adam.lr"),
        ({"params": [torch.zeros(2, dtype=torch.complex64)]}, TypeError, "real floats"),
        ({"params": [torch.zeros(2, dtype=torch.int64)]}, TypeError, "real floats"),
        ({"params": [torch.zeros(2).to_sparse()]}, TypeError, "must be dense"),
        ([parameter([1.0])], TypeError, "param_group must be a dict"),
    ):
        with pytest.raises(error, match=words):
            optimizer.add_param_group(group)
        assert len(optimizer.param_groups) == 1
    with pytest.raises(ValueError, match="must be one that this optimizer moves"):
        optimizer.theta(parameter([1.0]))


def test_sparse_gradients_are_refused():
    table = torch.nn.Embedding(5, 2, sparse=True)
    optimizer = export.torch(Adam)(table.parameters())
    table(torch.tensor([1])).sum().backward()
    with pytest.raises(TypeError, match=r"grad must be dense, got torch.sparse_coo: .*to_dense"):
        optimizer.step()
    assert table.weight not in optimizer.state


@pytest.mark.parametrize("dtype", [torch.complex64, torch.int64])
def test_gradients_that_are_no_real_floats_are_refused(dtype):
    p = torch.nn.Parameter(torch.ones(2))
    p.grad_dtype = None  # any
    p.grad = torch.ones(2, dtype=dtype)
    with pytest.raises(TypeError, match=f"grad must be of real floats, got {dtype}"):
        export.torch(Adam)([p]).step()


def test_too_many_arguments_are_counted():
    with pytest.raises(TypeError, match="too many positional arguments; SGD takes params, lr, we"):
        export.torch(SGD)([parameter([1.0])], 0.1, 0.0, False)


def test_adadelta_has_a_learning_rate_that_multiplies_the_step():
    p = parameter([1.0])
    assert export.torch(Adadelta)([p]).defaults["lr"] == 1.0
    with pytest.raises(ValueError, match=r"Adadelta\.lr must be finite and in"):
        export.torch(Adadelta)([p], lr=-1.0)


def test_the_ten_are_there():
    names = [export.torch(kind).__name__ for kind in RULES]
    assert names == [kind.__name__ for kind in RULES]
    assert "rho" in inspect.signature(export.torch(RMSprop)).parameters


def test_what_it_does_not_have() -> None:
    """The dictionary says so."""
    names = {name.lower().replace("_", "") for name in [*dir(torch.optim)]}
    assert "adam" in names
    assert not {"lion", "lamb", "prodigy", "schedulefree", "shampoo", "soap"} & names
