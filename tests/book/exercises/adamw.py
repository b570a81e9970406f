"""Answers to the exercises of the AdamW chapter, right and wrong."""

import numpy as np

from tests.book.answers import right, wrong


def _adam(g, t, m, v, beta1, beta2, eps):
    """Return Adam's direction and the moments."""
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    root = np.sqrt(v / (1 - beta2**t)) + eps
    return m / (1 - beta1**t) / root, root, m, v


@wrong("ex-adamw-code", check="check", says="that is L2 inside Adam")
def inside_adam(θ, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    u, _, m, v = _adam(g + weight_decay * θ, t, m, v, beta1, beta2, eps)
    return θ - lr * u, m, v


@wrong("ex-adamw-code", check="check", says="θ does not decay")
def plain_adam(θ, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    u, _, m, v = _adam(g, t, m, v, beta1, beta2, eps)
    return θ - lr * u, m, v


@wrong("ex-adamw-code", check="check", says="the decay is not multiplied by η")
def as_the_paper(θ, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    u, _, m, v = _adam(g, t, m, v, beta1, beta2, eps)
    return θ - lr * u - weight_decay * θ, m, v


@wrong("ex-adamw-code", check="check", says="the decay is divided by the root")
def divided(θ, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    u, root, m, v = _adam(g, t, m, v, beta1, beta2, eps)
    return θ - lr * (u + weight_decay * θ / root), m, v


@wrong("ex-adamw-code", check="check", says="the decay shrinks the step, too")
def shrinks_afterwards(θ, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    u, _, m, v = _adam(g, t, m, v, beta1, beta2, eps)
    return (θ - lr * u) * (1 - lr * weight_decay), m, v


@wrong("ex-adamw-code", check="check", says="no bias correction")
def without_correction(θ, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    return θ - lr * (m / (np.sqrt(v) + eps) + weight_decay * θ), m, v


@wrong("ex-adamw-code", check="check", says="m or v is not Adam's")
def second_moment_of_the_first(θ, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    u, _, m, v = _adam(g, t, m, v, beta1, beta2, eps)
    return θ - lr * (u + weight_decay * θ), m, np.sqrt(v)


@wrong("ex-adamw-code", check="check", says="θ should end at")
def the_other_sign(θ, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    u, _, m, v = _adam(g, t, m, v, beta1, beta2, eps)
    return θ - lr * (u - weight_decay * θ), m, v


@right("ex-adamw-code", check="check")
def shrinks_first(θ, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    u, _, m, v = _adam(g, t, m, v, beta1, beta2, eps)
    θ *= 1 - lr * weight_decay
    θ -= lr * u
    return θ, m, v


@right("ex-adamw-code", check="check")
def with_increments(θ, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m, v = m + (1 - beta1) * (g - m), v + (1 - beta2) * (g * g - v)
    c1, c2 = 1 - beta1**t, np.sqrt(1 - beta2**t)
    step = lr * c2 / c1 * m / (np.sqrt(v) + c2 * eps)
    return (1 - lr * weight_decay) * θ - step, m, v
