"""What the dictionary proves about the frameworks' forms, over random instances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptive import Adam, AMSGrad, Momentum, RMSprop
from adaptive.frameworks import forms, keras, optax, torch

DECAY = st.floats(0.05, 0.999)
SEED = st.integers(0, 2**32 - 1)

#: So many instances, and no complaint if another program has the processor.
some = settings(deadline=None, max_examples=40)


def gradients(seed, steps=40):
    """Gradients of very different sizes."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(steps, 3)) * 10.0 ** rng.uniform(-3, 1, size=(steps, 3))


def steps_of(rule, gradients, change=lambda rule, t: rule, rescale=None):
    """The step and the state after each gradient; ``change`` gives the rule of step t."""
    theta, found = np.zeros(gradients.shape[1]), []
    state = rule.init(theta)
    for t, g in enumerate(gradients, start=1):
        if rescale is not None:
            state = rescale(state, t)
        new, state = change(rule, t).step(theta, g, state)
        found.append((new - theta, state))
        theta = np.zeros_like(theta)  # so that steps are not rounded to large parameters
    return found


@some
@given(v=st.floats(0, 1e6), eps=st.floats(1e-12, 1e3))
def test_carry_the_root_of_epsilon(v, eps):
    inside, outside = np.sqrt(v + eps), np.sqrt(v) + np.sqrt(eps)
    assert inside <= outside * (1 + 1e-15)
    assert outside <= np.sqrt(2) * inside * (1 + 1e-15)


def test_the_factor_of_root_two_is_reached():
    assert 2 / np.sqrt(2) == pytest.approx(np.sqrt(2))  # v = ε = 1


@some
@given(seed=SEED, rho=DECAY, eps=st.floats(1e-9, 1))
def test_epsilon_through_the_state(seed, rho, eps):
    g = gradients(seed)
    book = steps_of(RMSprop(lr=0.1, rho=rho, eps=eps), g)

    def rescale(state, t):
        start = eps if t == 1 else 0
        return state._replace(Eg2=state.Eg2 + start + (1 - rho) / rho * eps)

    theirs = steps_of(torch.RMSprop(lr=0.1, rho=rho, eps=0.0), g, rescale=rescale)
    for (step, state), (other, with_eps) in zip(book, theirs, strict=True):
        np.testing.assert_allclose(with_eps.Eg2, state.Eg2 + eps, rtol=1e-11)
        np.testing.assert_allclose(other, step, rtol=1e-11)


@some
@given(seed=SEED, beta1=DECAY, beta2=DECAY, eps=st.floats(1e-9, 1))
def test_the_constant_with_the_hat(seed, beta1, beta2, eps):
    g = gradients(seed)
    hat = steps_of(keras.Adam(lr=0.1, beta1=beta1, beta2=beta2, eps=eps), g)
    adam = steps_of(
        Adam(lr=0.1, beta1=beta1, beta2=beta2),
        g,
        change=lambda rule, t: Adam(0.1, beta1, beta2, eps / np.sqrt(1 - beta2**t)),
    )
    for (step, _), (other, _) in zip(hat, adam, strict=True):
        np.testing.assert_allclose(step, other, rtol=1e-11)


@some
@given(seed=SEED, momentum=st.floats(0, 0.99))
def test_schedules_tell_momentum_apart(seed, momentum):
    g, rates = gradients(seed), np.random.default_rng(seed).uniform(0.01, 1, size=41)
    rates[0] = rates[1]
    book = steps_of(Momentum(), g, change=lambda rule, t: Momentum(rates[t], momentum))
    theirs = steps_of(
        torch.Momentum(0.1, momentum),
        g,
        change=lambda rule, t: torch.Momentum(rates[t], momentum),
        rescale=lambda state, t: state._replace(b=state.b * (rates[t - 1] / rates[t])),
    )
    for t, ((step, state), (other, outside)) in enumerate(zip(book, theirs, strict=True), start=1):
        size = np.abs(g[:t]).max(axis=0)  # where gradients cancel, rounding is of their size
        assert (np.abs(state.v - rates[t] * outside.b) <= 1e-12 * size).all()
        assert (np.abs(step - other) <= 1e-12 * size).all()


@some
@given(seed=SEED, beta1=DECAY, beta2=DECAY)
def test_the_paper_and_optax_keep_the_promise(seed, beta1, beta2):
    for form in (AMSGrad, optax.AMSGrad):
        found = steps_of(form(lr=1.0, beta1=beta1, beta2=beta2, eps=0.0), gradients(seed))
        factor = np.array([-step / state.m for step, state in found])
        assert (factor[1:] <= factor[:-1] * (1 + 1e-9)).all()


@some
@given(beta1=st.floats(0, 0.95), seed=SEED)
def test_torch_and_keras_do_not(beta1, seed):
    g = np.vstack([np.ones((1, 3)), 1e-2 * np.abs(gradients(seed, 1500)).clip(0.1, 1)])
    for form in (torch.AMSGrad, keras.AMSGrad):
        found = steps_of(form(lr=1.0, beta1=beta1, eps=0.0), g)
        factor = np.array([-step / state.m for step, state in found])
        assert (factor[-1] > 2 * factor[200]).all()
        assert (np.diff(factor[200:], axis=0) > 0).all()


@some
@given(seed=SEED, start=st.floats(0.01, 1))
def test_an_accumulator_that_does_not_start_at_zero_shortens_all_steps(seed, start):
    g = gradients(seed)
    book = steps_of(forms.AdagradInside(0.1, 1e-8, initial_accumulator=0.0), g)
    theirs = steps_of(forms.AdagradInside(0.1, 1e-8, initial_accumulator=start), g)
    factors = np.array([b / a for (a, _), (b, _) in zip(book, theirs, strict=True)])
    assert (factors < 1).all()
    assert (np.diff(factors, axis=0) > -1e-12).all()
