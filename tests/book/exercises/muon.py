"""Answers to the exercises of the Muon chapter, right and wrong."""

import numpy as np

from tests.book.answers import right, wrong


def _iterated(X, a, b, c, steps):
    for _ in range(steps):
        A = X @ X.T
        X = a * X + (b * A + c * A @ A) @ X
    return X


@wrong("ex-muon-code", check="check", says="not divided by its Frobenius norm")
def not_divided(G, a, b, c, steps):
    return _iterated(G, a, b, c, steps)


@wrong("ex-muon-code", check="check", says="not divided by its Frobenius norm")
def divided_by_the_spectral_norm(G, a, b, c, steps):
    return _iterated(G / np.linalg.norm(G, 2), a, b, c, steps)


@wrong("ex-muon-code", check="check", says="the fifth power is missing")
def cubic(G, a, b, c, steps):
    return _iterated(G / np.linalg.norm(G), a, b, 0, steps)


@wrong("ex-muon-code", check="check", says="powers of entries")
def entry_by_entry(G, a, b, c, steps):
    X = G / np.linalg.norm(G)
    for _ in range(steps):
        X = a * X + b * X**3 + c * X**5
    return X


@wrong("ex-muon-code", check="check", says="the shape should be (5, 2)")
def left_transposed(G, a, b, c, steps):
    X = G / np.linalg.norm(G)
    return _iterated(X.T if X.shape[0] > X.shape[1] else X, a, b, c, steps)


@wrong("ex-muon-code", check="check", says="as the polynomial does")
def squares_for_the_fifth_power(G, a, b, c, steps):
    X = G / np.linalg.norm(G)
    for _ in range(steps):
        A = X @ X.T
        X = a * X + (b * A + c * A * A) @ X
    return X


@wrong("ex-muon-code", check="check", says="one step is right, three are not")
def once(G, a, b, c, steps):
    return _iterated(G / np.linalg.norm(G), a, b, c, min(steps, 1))


@right("ex-muon-code", check="check")
def from_the_right(G, a, b, c, steps):
    X = G / np.sqrt((G * G).sum())
    for _ in range(steps):
        A = X.T @ X
        X = X @ (a * np.eye(len(A)) + b * A + c * A @ A)
    return X


@right("ex-muon-code", check="check")
def by_decomposition(G, a, b, c, steps):
    U, S, Vt = np.linalg.svd(G, full_matrices=False)
    S /= np.linalg.norm(S)
    for _ in range(steps):
        S = a * S + b * S**3 + c * S**5
    return U @ np.diag(S) @ Vt


# ------------------------------------------------------------------ the polynomial that converges

_COEFFICIENTS = {"exercise": "ex-muon-coefficients", "check": "check_coefficients"}


@wrong(**_COEFFICIENTS, says="φ''(1) is -3")
def of_the_third_degree():
    return 1.5, -0.5, 0


@wrong(**_COEFFICIENTS, says="no fixed point")
def those_of_muon():
    return 3.4445, -4.775, 2.0315


@wrong(**_COEFFICIENTS, says="divide all three by 8")
def not_divided_by_8():
    return 15, -10, 3


@wrong(**_COEFFICIENTS, says="turned round")
def highest_first():
    return np.array([3, -10, 15]) / 8


@wrong(**_COEFFICIENTS, says="φ'(1) is")
def derivatives_without_the_powers():
    return np.linalg.solve([[1, 1, 1], [1, 2, 3], [0, 1, 3]], [1, 0, 0])


@wrong(**_COEFFICIENTS, says="φ'(1) is 1")
def the_identity():
    return 1, 0, 0


@wrong(**_COEFFICIENTS, says="three numbers")
def with_the_even_powers():
    return 1.875, 0, -1.25, 0, 0.375


@right(**_COEFFICIENTS)
def as_fractions():
    return [15 / 8, -10 / 8, 3 / 8]


@right(**_COEFFICIENTS)
def from_the_slope():
    """φ' is a multiple of (1 − s²)², and its integral to 1 is 1."""
    a = 1 / (1 - 2 / 3 + 1 / 5)
    return a, -2 * a / 3, a / 5


# ------------------------------------------------------------------ a step that has its price

_PRICE = {"exercise": "ex-muon-price", "check": "check_step"}


def _svd(g):
    return np.linalg.svd(g, full_matrices=False)


@wrong(**_PRICE, says="k is not η")
def muons_length(g, lr):
    U, _, Vt = _svd(g)
    return -lr * U @ Vt


@wrong(**_PRICE, says="goes uphill")
def up(g, lr):
    U, S, Vt = _svd(g)
    return lr * S.sum() * U @ Vt


@wrong(**_PRICE, says="that is gradient descent")
def of_the_frobenius_norm(g, lr):
    return -lr * g


@wrong(**_PRICE, says="by entry")
def of_the_largest_entry(g, lr):
    return -lr * np.abs(g).sum() * np.sign(g)


@wrong(**_PRICE, says="not the largest")
def the_largest_value(g, lr):
    U, S, Vt = _svd(g)
    return -lr * S[0] * U @ Vt


@wrong(**_PRICE, says="not the norm of g")
def the_frobenius_norm_in_place_of_the_sum(g, lr):
    U, _, Vt = _svd(g)
    return -lr * np.linalg.norm(g) * U @ Vt


@wrong(**_PRICE, says="O is the polar factor")
def the_first_direction_alone(g, lr):
    U, S, Vt = _svd(g)
    return -lr * S[0] * np.outer(U[:, 0], Vt[0])


@wrong(**_PRICE, says="k should be")
def the_half_forgotten(g, lr):
    U, S, Vt = _svd(g)
    return -lr / 2 * S.sum() * U @ Vt


@right(**_PRICE)
def by_a_root(g, lr):
    """The polar factor is g (gᵀg)^(−1/2), and the sum is the trace of the root."""
    s2, V = np.linalg.eigh(g.T @ g)
    root = np.sqrt(s2)
    return -lr * root.sum() * g @ (V / root) @ V.T


@right(**_PRICE)
def from_the_theorem(g, lr):
    U, _, Vt = _svd(g)
    return -lr * np.sum(g * (U @ Vt)) * (U @ Vt)
