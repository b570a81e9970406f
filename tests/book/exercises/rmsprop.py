"""Answers to the exercises of the RMSprop chapter, right and wrong."""

import numpy as np

from tests.book.answers import right, wrong

# ------------------------------------------------------------------ PyTorch's form


@wrong("ex-rmsprop-torch", check="check", says="α and 1 - α are swapped")
def swapped(θ, average, g, lr, alpha, eps):
    average = (1 - alpha) * average + alpha * g**2
    return θ - lr * g / (np.sqrt(average) + eps), average


@wrong("ex-rmsprop-torch", check="check", says="ε is inside the root")
def inside(θ, average, g, lr, alpha, eps):
    average = alpha * average + (1 - alpha) * g**2
    return θ - lr * g / np.sqrt(average + eps), average


@wrong("ex-rmsprop-torch", check="check", says="the step goes uphill")
def uphill(θ, average, g, lr, alpha, eps):
    average = alpha * average + (1 - alpha) * g**2
    return θ + lr * g / (np.sqrt(average) + eps), average


@wrong("ex-rmsprop-torch", check="check", says="the step uses the old average")
def old_average(θ, average, g, lr, alpha, eps):
    return θ - lr * g / (np.sqrt(average) + eps), alpha * average + (1 - alpha) * g**2


@wrong("ex-rmsprop-torch", check="check", says="the squares are summed")
def adagrad(θ, average, g, lr, alpha, eps):
    average = average + g**2
    return θ - lr * g / (np.sqrt(average) + eps), average


@wrong("ex-rmsprop-torch", check="check", says="the step comes back, not the new θ")
def step_only(θ, average, g, lr, alpha, eps):
    average = alpha * average + (1 - alpha) * g**2
    return -lr * g / (np.sqrt(average) + eps), average


@wrong("ex-rmsprop-torch", check="check", says="the step is bias-corrected")
def corrected(θ, average, g, lr, alpha, eps):
    average = alpha * average + (1 - alpha) * g**2
    return θ - lr * g / (np.sqrt(average / (1 - alpha)) + eps), average


@wrong("ex-rmsprop-torch", check="check", says="the root is missing")
def no_root(θ, average, g, lr, alpha, eps):
    average = alpha * average + (1 - alpha) * g**2
    return θ - lr * g / (average + eps), average


@right("ex-rmsprop-torch", check="check")
def towards_the_new(θ, average, g, lr, alpha, eps):
    average = average + (1 - alpha) * (g * g - average)
    return θ + -lr / (average**0.5 + eps) * g, average


@right("ex-rmsprop-torch", check="check")
def in_place(θ, average, g, lr, alpha, eps):
    average *= alpha
    average += (1 - alpha) * g**2
    θ -= lr * g / (eps + np.sqrt(average))
    return θ, average


@right("ex-rmsprop-torch", check="check")
def on_the_gradient(θ, average, g, lr, alpha, eps):
    average = alpha * average + (1 - alpha) * g**2
    g /= np.sqrt(average) + eps
    return θ - lr * g, average


# ------------------------------------------------------------------ a variance without a difference


@wrong("ex-rmsprop-welford", check="check_variance", says="should vanish on a steady gradient")
def difference_of_squares(V, m, g, γ):
    square = V + m**2
    m_new = γ * m + (1 - γ) * g
    return γ * square + (1 - γ) * g**2 - m_new**2, m_new


@wrong("ex-rmsprop-welford", check="check_variance", says="should vanish on a steady gradient")
def cut_off(V, m, g, γ):
    V, m = difference_of_squares(V, m, g, γ)
    return max(V, 0 * V), m


@wrong("ex-rmsprop-welford", check="check_variance", says="should vanish on a steady gradient")
def in_double(V, m, g, γ):
    V, m = difference_of_squares(float(V), float(m), float(g), float(γ))
    return max(V, 0.0), m


@wrong("ex-rmsprop-welford", check="check_variance", says="the new square misses a factor γ")
def factor_missing(V, m, g, γ):
    return γ * V + (1 - γ) * (g - m) ** 2, γ * m + (1 - γ) * g


@wrong("ex-rmsprop-welford", check="check_variance", says="the difference is from the new mean")
def new_mean(V, m, g, γ):
    m = γ * m + (1 - γ) * g
    return γ * (V + (1 - γ) * (g - m) ** 2), m


@wrong("ex-rmsprop-welford", check="check_variance", says="γ and 1 - γ swapped")
def decays_swapped(V, m, g, γ):
    return γ * (V + (1 - γ) * (g - m) ** 2), (1 - γ) * m + γ * g


@wrong("ex-rmsprop-welford", check="check_variance", says="V is not E[g²]-m²")
def mean_square(V, m, g, γ):
    return γ * V + (1 - γ) * g**2, γ * m + (1 - γ) * g


@right("ex-rmsprop-welford", check="check_variance")
def both_means(V, m, g, γ):
    new = m + (1 - γ) * (g - m)
    return γ * V + (1 - γ) * (g - m) * (g - new), new


@right("ex-rmsprop-welford", check="check_variance")
def spelled_out(V, m, g, γ):
    d = g - m
    return γ * V + γ * (1 - γ) * d * d, m + (1 - γ) * d
