"""Answers to the exercises of the chapter on convergence, right and wrong."""

import numpy as np

from tests.book.answers import right, wrong


@wrong("ex-convergence-rates", check="check_rates", says="is it 1/η?")
def inverted(L, μ, T):
    return (L + μ) / 2 - (L - μ) / 2 * np.polynomial.chebyshev.chebroots([0] * T + [1])


@wrong("ex-convergence-rates", check="check_rates", says="all rates are equal")
def one_rate(L, μ, T):
    return np.full(T, 2 / (L + μ))


@wrong("ex-convergence-rates", check="check_rates", says="is left, not")
def evenly_spaced(L, μ, T):
    return 1 / np.linspace(μ, L, T + 2)[1:-1]


@wrong("ex-convergence-rates", check="check_rates", says="T = 2 needs 2 rates")
def one_degree_too_many(L, μ, T):
    z = np.polynomial.chebyshev.chebroots([0] * (T + 1 if T > 1 else 1) + [1])
    return 1 / ((L + μ) / 2 - (L - μ) / 2 * z)


@wrong("ex-convergence-rates", check="check_rates", says="a rate is below 1/L")
def interval_not_halved(L, μ, T):
    z = np.polynomial.chebyshev.chebroots([0] * T + [1])
    return 1 / ((L + μ) - (L - μ) * z)


@wrong("ex-convergence-rates", check="check_rates", says="is left, not")
def extrema_instead_of_roots(L, μ, T):
    z = np.cos(np.pi * np.arange(1, T + 1) / (T + 1))
    return 1 / ((L + μ) / 2 - (L - μ) / 2 * z)


@right("ex-convergence-rates", check="check_rates")
def by_the_formula(L, μ, T):
    return [
        2 / (L + μ + (L - μ) * np.cos((2 * j + 1) * np.pi / (2 * T))) for j in reversed(range(T))
    ]


@right("ex-convergence-rates", check="check_rates")
def by_a_matrix(L, μ, T):
    off = np.full(T - 1, 0.5)
    off[:1] = np.sqrt(0.5)
    z = np.linalg.eigvalsh(np.diag(off, 1) + np.diag(off, -1))
    return 1 / ((L + μ) / 2 + (L - μ) / 2 * z)


@wrong("ex-convergence-rates", check="check_rates", says="a rate is above 1/μ")
def for_one_interval(L, μ, T):
    return by_the_formula(1, 0.01, T)


@wrong("ex-convergence-rates", check="check_rates", says="T = 7: 9.6e+06 is left")
def largest_taken_for_one(L, μ, T):
    return by_the_formula(1, μ, T)
