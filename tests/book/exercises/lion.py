"""Answers to the exercises of the Lion chapter, right and wrong."""

import numpy as np

from tests.book.answers import right, wrong


@wrong("ex-lion-code", check="check", says="c without its sign")
def without_sign(θ, g, m, lr, beta1, beta2, weight_decay):
    c = beta1 * m + (1 - beta1) * g
    return θ - lr * (c + weight_decay * θ), beta2 * m + (1 - beta2) * g


@wrong("ex-lion-code", check="check", says="where is the memory")
def sign_of_the_gradient(θ, g, m, lr, beta1, beta2, weight_decay):
    return θ - lr * (np.sign(g) + weight_decay * θ), beta2 * m + (1 - beta2) * g


@wrong("ex-lion-code", check="check", says="the step looks at m alone")
def memory_alone(θ, g, m, lr, beta1, beta2, weight_decay):
    return θ - lr * (np.sign(m) + weight_decay * θ), beta2 * m + (1 - beta2) * g


@wrong("ex-lion-code", check="check", says="the step is the sign of the new m")
def sign_of_the_average(θ, g, m, lr, beta1, beta2, weight_decay):
    m = beta2 * m + (1 - beta2) * g
    return θ - lr * (np.sign(m) + weight_decay * θ), m


@wrong("ex-lion-code", check="check", says="c takes the m of before the step")
def memory_first(θ, g, m, lr, beta1, beta2, weight_decay):
    m = beta2 * m + (1 - beta2) * g
    c = beta1 * m + (1 - beta1) * g
    return θ - lr * (np.sign(c) + weight_decay * θ), m


@wrong("ex-lion-code", check="check", says="β₁ and β₂ are exchanged")
def exchanged(θ, g, m, lr, beta1, beta2, weight_decay):
    beta1, beta2 = beta2, beta1
    c = beta1 * m + (1 - beta1) * g
    return θ - lr * (np.sign(c) + weight_decay * θ), beta2 * m + (1 - beta2) * g


@wrong("ex-lion-code", check="check", says="m is not c")
def keeps_the_sum(θ, g, m, lr, beta1, beta2, weight_decay):
    m = beta1 * m + (1 - beta1) * g
    return θ - lr * (np.sign(m) + weight_decay * θ), m


@wrong("ex-lion-code", check="check", says="θ does not decay")
def without_decay(θ, g, m, lr, beta1, beta2, weight_decay):
    c = beta1 * m + (1 - beta1) * g
    return θ - lr * np.sign(c), beta2 * m + (1 - beta2) * g


@wrong("ex-lion-code", check="check", says="the decay is not multiplied by η")
def decay_without_rate(θ, g, m, lr, beta1, beta2, weight_decay):
    c = beta1 * m + (1 - beta1) * g
    return θ - lr * np.sign(c) - weight_decay * θ, beta2 * m + (1 - beta2) * g


@wrong("ex-lion-code", check="check", says="the decay went into the sign")
def penalty(θ, g, m, lr, beta1, beta2, weight_decay):
    c = beta1 * m + (1 - beta1) * g + weight_decay * θ
    return θ - lr * np.sign(c), beta2 * m + (1 - beta2) * g


@wrong("ex-lion-code", check="check", says="θ should end at")
def uphill(θ, g, m, lr, beta1, beta2, weight_decay):
    c = beta1 * m + (1 - beta1) * g
    return θ + lr * (np.sign(c) - weight_decay * θ), beta2 * m + (1 - beta2) * g


@wrong("ex-lion-code", check="check", says="m should end at")
def sum_without_weight(θ, g, m, lr, beta1, beta2, weight_decay):
    c = beta1 * m + (1 - beta1) * g
    return θ - lr * (np.sign(c) + weight_decay * θ), beta2 * m + g


@right("ex-lion-code", check="check")
def decays_first(θ, g, m, lr, beta1, beta2, weight_decay):
    c = beta1 * m + (1 - beta1) * g
    θ *= 1 - lr * weight_decay
    θ -= lr * np.where(c > 0, 1.0, np.where(c < 0, -1.0, 0.0))
    return θ, beta2 * m + (1 - beta2) * g


@right("ex-lion-code", check="check")
def with_increments(θ, g, m, lr, beta1, beta2, weight_decay):
    step = lr * np.sign(m + (1 - beta1) * (g - m))
    m += (1 - beta2) * (g - m)
    return θ - step - lr * weight_decay * θ, m
