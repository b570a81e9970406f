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
