"""Answers to the exercises of the AMSGrad chapter, right and wrong."""

import numpy as np

from tests.book.answers import right, wrong


def _state(m, v, v_hat, g, beta1, beta2):
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    return m, v, np.maximum(v_hat, v)


@wrong("ex-amsgrad-torch", check="check", says="ε is inside the root")
def inside_the_root(θ, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m, v, v_hat = _state(m, v, v_hat, g, beta1, beta2)
    θ = θ - lr * m / (1 - beta1**t) / np.sqrt(v_hat / (1 - beta2**t) + eps)
    return θ, m, v, v_hat


@wrong("ex-amsgrad-torch", check="check", says="ε is added before the correction")
def as_keras(θ, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m, v, v_hat = _state(m, v, v_hat, g, beta1, beta2)
    rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return θ - rate * m / (np.sqrt(v_hat) + eps), m, v, v_hat


@wrong("ex-amsgrad-torch", check="check", says="no bias correction")
def as_the_paper(θ, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m, v, v_hat = _state(m, v, v_hat, g, beta1, beta2)
    return θ - lr * m / (np.sqrt(v_hat) + eps), m, v, v_hat


@wrong("ex-amsgrad-torch", check="check", says="the max is of corrected v")
def as_optax(θ, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m, v, _ = _state(m, v, v_hat, g, beta1, beta2)
    v_hat = np.maximum(v_hat, v / (1 - beta2**t))
    return θ - lr * m / (1 - beta1**t) / (np.sqrt(v_hat) + eps), m, v, v_hat


@wrong("ex-amsgrad-torch", check="check", says="v_hat is stored corrected")
def stores_the_corrected(θ, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m, v, v_hat = _state(m, v, v_hat, g, beta1, beta2)
    v_hat = v_hat / (1 - beta2**t)
    return θ - lr * m / (1 - beta1**t) / (np.sqrt(v_hat) + eps), m, v, v_hat


@wrong("ex-amsgrad-torch", check="check", says="v_hat is not the largest v")
def without_the_maximum(θ, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m, v, _ = _state(m, v, v_hat, g, beta1, beta2)
    root = np.sqrt(v / (1 - beta2**t)) + eps
    return θ - lr * m / (1 - beta1**t) / root, m, v, np.zeros_like(v)


@wrong("ex-amsgrad-torch", check="check", says="θ should be")
def corrects_m_alone(θ, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m, v, v_hat = _state(m, v, v_hat, g, beta1, beta2)
    return θ - lr * m / (1 - beta1**t) / (np.sqrt(v_hat) + eps), m, v, v_hat


@right("ex-amsgrad-torch", check="check")
def with_increments(θ, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m, v = m + (1 - beta1) * (g - m), v + (1 - beta2) * (g * g - v)
    v_hat = np.where(v > v_hat, v, v_hat)
    step = lr / (1 - beta1**t) * m / (np.sqrt(v_hat) / np.sqrt(1 - beta2**t) + eps)
    return θ - step, m, v, v_hat


@right("ex-amsgrad-torch", check="check")
def in_one_fraction(θ, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m, v, v_hat = _state(m, v, v_hat, g, beta1, beta2)
    c = np.sqrt(1 - beta2**t)
    return θ - lr * c / (1 - beta1**t) * m / (np.sqrt(v_hat) + c * eps), m, v, v_hat


@right("ex-amsgrad-torch", check="check")
def in_place(θ, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m += (1 - beta1) * (g - m)
    v += (1 - beta2) * (g * g - v)
    np.maximum(v_hat, v, out=v_hat)
    θ -= lr * (m / (1 - beta1**t)) / (np.sqrt(v_hat / (1 - beta2**t)) + eps)
    return θ, m, v, v_hat
