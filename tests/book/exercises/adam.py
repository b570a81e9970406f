"""Answers to the exercises of the Adam chapter, right and wrong."""

import numpy as np

from tests.book.answers import right, wrong


def _moments(m, v, g, beta1, beta2):
    return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2


@wrong("ex-adam-factor", check="check_adam", says="no bias correction")
def uncorrected(θ, m, v, g, t, lr, beta1, beta2):
    m, v = _moments(m, v, g, beta1, beta2)
    return θ - lr * m / np.sqrt(v), m, v


@wrong("ex-adam-factor", check="check_adam", says="the factor is upside down")
def upside_down(θ, m, v, g, t, lr, beta1, beta2):
    m, v = _moments(m, v, g, beta1, beta2)
    rate = lr * (1 - beta1**t) / np.sqrt(1 - beta2**t)
    return θ - rate * m / np.sqrt(v), m, v


@wrong("ex-adam-factor", check="check_adam", says="m is stored corrected")
def stores_the_corrected(θ, m, v, g, t, lr, beta1, beta2):
    m, v = _moments(m, v, g, beta1, beta2)
    m, v = m / (1 - beta1**t), v / (1 - beta2**t)
    return θ - lr * m / np.sqrt(v), m, v


@wrong("ex-adam-factor", check="check_adam", says="v is wrong")
def averages_sizes(θ, m, v, g, t, lr, beta1, beta2):
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * np.abs(g)
    return θ - lr * np.sqrt(1 - beta2**t) / (1 - beta1**t) * m / np.sqrt(v), m, v


@wrong("ex-adam-factor", check="check_adam", says="m is wrong")
def exchanges_the_decays(θ, m, v, g, t, lr, beta1, beta2):
    m, v = _moments(m, v, g, beta2, beta1)
    return θ - lr * np.sqrt(1 - beta1**t) / (1 - beta2**t) * m / np.sqrt(v), m, v


@wrong("ex-adam-factor", check="check_adam", says="the root is missing")
def forgets_the_root_of_the_factor(θ, m, v, g, t, lr, beta1, beta2):
    m, v = _moments(m, v, g, beta1, beta2)
    return θ - lr * (1 - beta2**t) / (1 - beta1**t) * m / np.sqrt(v), m, v


@wrong("ex-adam-factor", check="check_adam", says="step 2: θ should be")
def corrects_as_in_the_first_step(θ, m, v, g, t, lr, beta1, beta2):
    m, v = _moments(m, v, g, beta1, beta2)
    return θ - lr * np.sqrt(1 - beta2) / (1 - beta1) * m / np.sqrt(v), m, v


@right("ex-adam-factor", check="check_adam")
def with_corrected_moments(θ, m, v, g, t, lr, beta1, beta2):
    m, v = _moments(m, v, g, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return θ - lr * m_hat / np.sqrt(v_hat), m, v


@right("ex-adam-factor", check="check_adam")
def with_increments(θ, m, v, g, t, lr, beta1, beta2):
    m = m + (1 - beta1) * (g - m)
    v = v + (1 - beta2) * (g * g - v)
    return θ - lr / (1 - beta1**t) * m * ((1 - beta2**t) / v) ** 0.5, m, v


@right("ex-adam-factor", check="check_adam")
def in_place(θ, m, v, g, t, lr, beta1, beta2):
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g**2
    θ -= lr * np.sqrt(1 - beta2**t) / (1 - beta1**t) * m / np.sqrt(v)
    return θ, m, v
