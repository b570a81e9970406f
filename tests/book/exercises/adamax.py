"""Answers to the exercises of the AdaMax chapter, right and wrong."""

import numpy as np

from tests.book.answers import right, wrong


def _torch(θ, m, u, t, lr, beta1):
    return θ - lr / (1 - beta1**t) * m / u, m, u


@wrong("ex-adamax-torch", check="check", says="ε is inside |g|")
def inside_the_size(θ, m, u, g, t, lr, beta1, beta2, eps):
    m, u = beta1 * m + (1 - beta1) * g, np.maximum(beta2 * u, np.abs(g + eps))
    return _torch(θ, m, u, t, lr, beta1)


@wrong("ex-adamax-torch", check="check", says="ε belongs inside the maximum")
def outside_the_maximum(θ, m, u, g, t, lr, beta1, beta2, eps):
    m, u = beta1 * m + (1 - beta1) * g, np.maximum(beta2 * u, np.abs(g)) + eps
    return _torch(θ, m, u, t, lr, beta1)


@wrong("ex-adamax-torch", check="check", says="ε is not in the mark")
def as_keras(θ, m, u, g, t, lr, beta1, beta2, eps):
    m, u = beta1 * m + (1 - beta1) * g, np.maximum(beta2 * u, np.abs(g))
    return θ - lr / (1 - beta1**t) * m / (u + eps), m, u


@wrong("ex-adamax-torch", check="check", says="0/0 where no gradient has been yet")
def without_epsilon(θ, m, u, g, t, lr, beta1, beta2, eps):
    m, u = beta1 * m + (1 - beta1) * g, np.maximum(beta2 * u, np.abs(g))
    with np.errstate(invalid="ignore"):
        return _torch(θ, m, u, t, lr, beta1)


@wrong("ex-adamax-torch", check="check", says="m is not corrected")
def uncorrected(θ, m, u, g, t, lr, beta1, beta2, eps):
    m, u = beta1 * m + (1 - beta1) * g, np.maximum(beta2 * u, np.abs(g) + eps)
    return θ - lr * m / u, m, u


@wrong("ex-adamax-torch", check="check", says="the step lacks η")
def without_the_rate(θ, m, u, g, t, lr, beta1, beta2, eps):
    m, u = beta1 * m + (1 - beta1) * g, np.maximum(beta2 * u, np.abs(g) + eps)
    return _torch(θ, m, u, t, 1, beta1)


@wrong("ex-adamax-torch", check="check", says="m is not the average of g")
def sums(θ, m, u, g, t, lr, beta1, beta2, eps):
    m, u = beta1 * m + g, np.maximum(beta2 * u, np.abs(g) + eps)
    return _torch(θ, m, u, t, lr, beta1)


@right("ex-adamax-torch", check="check")
def by_cases(θ, m, u, g, t, lr, beta1, beta2, eps):
    m, new = m + (1 - beta1) * (g - m), np.abs(g) + eps
    u = np.where(new > beta2 * u, new, beta2 * u)
    return θ - lr * (m / (1 - beta1**t)) / u, m, u


@right("ex-adamax-torch", check="check")
def as_a_stack(θ, m, u, g, t, lr, beta1, beta2, eps):
    m, u = beta1 * m + (1 - beta1) * g, np.max([beta2 * u, abs(g) + eps], axis=0)
    return _torch(θ, m, u, t, lr, beta1)


@right("ex-adamax-torch", check="check")
def in_place(θ, m, u, g, t, lr, beta1, beta2, eps):
    m += (1 - beta1) * (g - m)
    u *= beta2
    np.maximum(u, np.abs(g) + eps, out=u)
    θ -= lr * m / ((1 - beta1**t) * u)
    return θ, m, u


@wrong("ex-adamax-stable", check="check_norm", says="p = 5 is not the norm")
def maximum_but_for_two(n, g, beta2, p):
    if p == 2:
        return np.sqrt((beta2 * n) ** 2 + (1 - beta2**2) * g**2)
    return max(beta2 * n, abs(g))


@wrong("ex-adamax-stable", check="check_norm", says="p = 2 is not Adam's")
def the_maximum(n, g, beta2, p):
    return max(beta2 * n, abs(g))


@wrong("ex-adamax-stable", check="check_norm", says="the norm is")
def unscaled(n, g, beta2, p):
    with np.errstate(over="ignore"):
        total = np.float64(beta2 * n) ** p + (1 - beta2**p) * np.abs(np.float64(g)) ** p
        return float(total ** (1 / p))


@wrong("ex-adamax-stable", check="check_norm", says="p = 2 is not Adam's")
def without_the_share(n, g, beta2, p):
    largest = max(beta2 * n, abs(g))
    if largest == 0:
        return 0.0
    return largest * ((beta2 * n / largest) ** p + (abs(g) / largest) ** p) ** (1 / p)


@wrong("ex-adamax-stable", check="check_norm", says="p = 2 is not Adam's")
def plain_decay(n, g, beta2, p):
    largest = max(n, abs(g))
    if largest == 0:
        return 0.0
    old, new = n / largest, abs(g) / largest
    return largest * (beta2 * old**p + (1 - beta2) * new**p) ** (1 / p)


@wrong("ex-adamax-stable", check="check_norm", says="no gradient yet")
def zero_by_zero(n, g, beta2, p):
    largest = np.float64(max(beta2 * n, abs(g)))
    with np.errstate(invalid="ignore"):
        old, new = beta2 * n / largest, abs(g) / largest
    return largest * (old**p + (1 - beta2**p) * new**p) ** (1 / p)


@right("ex-adamax-stable", check="check_norm")
def with_logarithms(n, g, beta2, p):
    with np.errstate(divide="ignore"):
        old = p * np.log(beta2 * n)
        new = p * np.log(abs(g)) + np.log1p(-(beta2**p))
    return float(np.exp(np.logaddexp(old, new) / p))


@right("ex-adamax-stable", check="check_norm")
def scaled_by_the_sum(n, g, beta2, p):
    old, new = beta2 * n, abs(g)
    scale = old + new
    if scale == 0:
        return 0.0
    if old >= new:
        return old * (1 + (1 - beta2**p) * (new / old) ** p) ** (1 / p)
    return new * ((old / new) ** p + 1 - beta2**p) ** (1 / p)
