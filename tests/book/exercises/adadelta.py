"""Answers to the exercises of the Adadelta chapter, right and wrong."""

import numpy as np

from tests.book.answers import right, wrong


def step_of(Eg2, Edx2, g, γ, ε_θ, ε_g):
    """The right step, and both averages after it."""
    Eg2 = γ * Eg2 + (1 - γ) * g**2
    Δθ = -np.sqrt((Edx2 + ε_θ) / (Eg2 + ε_g)) * g
    return Δθ, Eg2, γ * Edx2 + (1 - γ) * Δθ**2


@wrong("ex-adadelta-code", check="check", says="the step comes back, not the new θ")
def step_only(θ, Eg2, Edx2, g, γ, ε_θ, ε_g):
    return step_of(Eg2, Edx2, g, γ, ε_θ, ε_g)


@wrong("ex-adadelta-code", check="check", says="the step less θ comes back")
def step_less_start(θ, Eg2, Edx2, g, γ, ε_θ, ε_g):
    Δθ, *averages = step_of(Eg2, Edx2, g, γ, ε_θ, ε_g)
    return Δθ - θ, *averages


@wrong("ex-adadelta-code", check="check", says="γ and 1 - γ are exchanged")
def exchanged(θ, Eg2, Edx2, g, γ, ε_θ, ε_g):
    Δθ, *averages = step_of(Eg2, Edx2, g, 1 - γ, ε_θ, ε_g)
    return θ + Δθ, *averages


@wrong("ex-adadelta-code", check="check", says="the two ε are exchanged")
def eps_exchanged(θ, Eg2, Edx2, g, γ, ε_θ, ε_g):
    Δθ, *averages = step_of(Eg2, Edx2, g, γ, ε_g, ε_θ)
    return θ + Δθ, *averages


@wrong("ex-adadelta-code", check="check", says="the step goes uphill")
def uphill(θ, Eg2, Edx2, g, γ, ε_θ, ε_g):
    Δθ, *averages = step_of(Eg2, Edx2, g, γ, ε_θ, ε_g)
    return θ - Δθ, *averages


@wrong("ex-adadelta-code", check="check", says="the step uses the old E[g²]")
def old_gradients(θ, Eg2, Edx2, g, γ, ε_θ, ε_g):
    Δθ = -np.sqrt((Edx2 + ε_θ) / (Eg2 + ε_g)) * g
    return θ + Δθ, γ * Eg2 + (1 - γ) * g**2, γ * Edx2 + (1 - γ) * Δθ**2


@wrong("ex-adadelta-code", check="check", says="the roots are missing")
def no_roots(θ, Eg2, Edx2, g, γ, ε_θ, ε_g):
    Eg2 = γ * Eg2 + (1 - γ) * g**2
    Δθ = -(Edx2 + ε_θ) / (Eg2 + ε_g) * g
    return θ + Δθ, Eg2, γ * Edx2 + (1 - γ) * Δθ**2


@wrong("ex-adadelta-code", check="check", says="E[Δθ²] should be")
def steps_not_recorded(θ, Eg2, Edx2, g, γ, ε_θ, ε_g):
    Δθ, Eg2, _ = step_of(Eg2, Edx2, g, γ, ε_θ, ε_g)
    return θ + Δθ, Eg2, Edx2


@wrong("ex-adadelta-code", check="check", says="return three things")
def two_things(θ, Eg2, Edx2, g, γ, ε_θ, ε_g):
    Δθ, Eg2, _ = step_of(Eg2, Edx2, g, γ, ε_θ, ε_g)
    return θ + Δθ, Eg2


@right("ex-adadelta-code", check="check")
def in_one_root(θ, Eg2, Edx2, g, γ, ε_θ, ε_g):
    Δθ, *averages = step_of(Eg2, Edx2, g, γ, ε_θ, ε_g)
    return [θ + Δθ, *averages]


@right("ex-adadelta-code", check="check")
def in_place(θ, Eg2, Edx2, g, γ, ε_θ, ε_g):
    Eg2 += (1 - γ) * (g * g - Eg2)
    Δθ = g * (Edx2 + ε_θ) ** 0.5 / (Eg2 + ε_g) ** 0.5
    Edx2 += (1 - γ) * (Δθ * Δθ - Edx2)
    θ -= Δθ
    return θ, Eg2, Edx2


@right("ex-adadelta-code", check="check")
def on_the_gradient(θ, Eg2, Edx2, g, γ, ε_θ, ε_g):
    Eg2 = γ * Eg2 + (1 - γ) * g**2
    g *= np.sqrt((Edx2 + ε_θ) / (Eg2 + ε_g))
    return θ - g, Eg2, γ * Edx2 + (1 - γ) * g**2
