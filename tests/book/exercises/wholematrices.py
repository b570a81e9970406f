"""Answers to the exercises of the chapter on whole matrices, right and wrong."""

import numpy as np

from tests.book.answers import right, wrong


def _power(A, exponent):
    s, Q = np.linalg.eigh(A)
    return (Q * s**exponent) @ Q.T


def _walk(gradients, η, ε, exponent=-1 / 4):
    p, q = gradients[0].shape
    θ, L, R = np.zeros((p, q)), ε * np.eye(p), ε * np.eye(q)
    for g in gradients:
        L, R = L + g @ g.T, R + g.T @ g
        θ = θ - η * _power(L, exponent) @ g @ _power(R, exponent)
    return θ


@wrong("ex-whole-code", check="check", says="the sign is wrong")
def uphill(gradients, η, ε):
    return -_walk(gradients, η, ε)


@wrong("ex-whole-code", check="check", says="L and R are not summed")
def the_last_alone(gradients, η, ε):
    return sum(_walk([g], η, ε) for g in gradients)


@wrong("ex-whole-code", check="check", says="on one number it should be Adagrad")
def square_roots(gradients, η, ε):
    return _walk(gradients, η, ε, -1 / 2)


@wrong("ex-whole-code", check="check", says="only the diagonals are used")
def diagonals(gradients, η, ε):
    p, q = gradients[0].shape
    θ, L, R = np.zeros((p, q)), np.full(p, ε), np.full(q, ε)
    for g in gradients:
        L, R = L + (g**2).sum(axis=1), R + (g**2).sum(axis=0)
        θ = θ - η * L[:, None] ** -0.25 * g * R**-0.25
    return θ


@wrong("ex-whole-code", check="check", says="on a matrix not")
def powers_of_entries(gradients, η, ε):
    p, q = gradients[0].shape
    θ, L, R = np.zeros((p, q)), ε * np.eye(p), ε * np.eye(q)
    for g in gradients:
        L, R = L + g @ g.T, R + g.T @ g
        θ = θ - η * np.abs(L) ** -0.25 @ g @ np.abs(R) ** -0.25
    return θ


@wrong("ex-whole-code", check="check", says="on one number it should be Adagrad")
def before_the_sum(gradients, η, ε):
    p, q = gradients[0].shape
    θ, L, R = np.zeros((p, q)), ε * np.eye(p), ε * np.eye(q)
    for g in gradients:
        θ = θ - η * _power(L, -1 / 4) @ g @ _power(R, -1 / 4)
        L, R = L + g @ g.T, R + g.T @ g
    return θ


@wrong("ex-whole-code", check="check", says="the shape should be")
def the_norm(gradients, η, ε):
    return float(np.sum(_walk(gradients, η, ε)))


@wrong("ex-whole-code", check="check", says="η and ε make no difference")
def with_numbers_of_its_own(gradients, η, ε):
    return _walk(gradients, 0.5, 1e-3)


@wrong("ex-whole-code", check="check", says="on one number it should be Adagrad")
def more_ε_in_each_step(gradients, η, ε):
    p, q = gradients[0].shape
    θ, L, R = np.zeros((p, q)), np.zeros((p, p)), np.zeros((q, q))
    for g in gradients:
        L, R = L + g @ g.T + ε * np.eye(p), R + g.T @ g + ε * np.eye(q)
        θ = θ - η * _power(L, -1 / 4) @ g @ _power(R, -1 / 4)
    return θ


@wrong("ex-whole-code", check="check", says="on a matrix not")
def the_left_side_alone(gradients, η, ε):
    p, q = gradients[0].shape
    θ, L = np.zeros((p, q)), ε * np.eye(p)
    for g in gradients:
        L = L + g @ g.T
        θ = θ - η * _power(L, -1 / 2) @ g
    return θ


@wrong("ex-whole-code", check="check", says="on a matrix not")
def a_larger_share_on_the_left(gradients, η, ε):
    p, q = gradients[0].shape
    θ, L, R = np.zeros((p, q)), ε * np.eye(p), ε * np.eye(q)
    for g in gradients:
        L, R = L + g @ g.T, R + g.T @ g
        θ = θ - η * _power(L, -3 / 8) @ g @ _power(R, -1 / 8)
    return θ


@wrong("ex-whole-code", check="check", says="on a matrix not")
def the_full_matrix(gradients, η, ε):
    θ, M = np.zeros(gradients[0].size), ε * np.eye(gradients[0].size)
    for g in gradients:
        M = M + np.outer(g, g)
        θ = θ - η * _power(M, -1 / 2) @ g.ravel()
    return θ.reshape(gradients[0].shape)


@right("ex-whole-code", check="check")
def as_one_vector(gradients, η, ε):
    p, q = gradients[0].shape
    θ, L, R = np.zeros(p * q), ε * np.eye(p), ε * np.eye(q)
    for g in gradients:
        L, R = L + g @ g.T, R + g.T @ g
        θ = θ - η * _power(np.kron(L, R), -1 / 4) @ g.ravel()
    return θ.reshape(p, q)


@right("ex-whole-code", check="check")
def as_lists(gradients, η, ε):
    return _walk(gradients, η, ε).tolist()


@right("ex-whole-code", check="check")
def by_decomposition(gradients, η, ε):
    θ = np.zeros_like(gradients[0])
    for t in range(1, len(gradients) + 1):
        seen = np.array(gradients[:t])
        U, s, _ = np.linalg.svd(ε * np.eye(θ.shape[0]) + np.einsum("tik,tjk->ij", seen, seen))
        V, z, _ = np.linalg.svd(ε * np.eye(θ.shape[1]) + np.einsum("tki,tkj->ij", seen, seen))
        inner = U.T @ seen[-1] @ V / np.outer(s, z) ** 0.25
        θ = θ - η * U @ inner @ V.T
    return θ


@right("ex-whole-code", check="check")
def with_the_definition(gradients, η, ε):
    return _walk(list(gradients), η, ε)


@wrong("ex-whole-rows", check="check_rows", says="v itself")
def as_it_is(v):
    return v


@wrong("ex-whole-rows", check="check_rows", says="the sum of all is another")
def not_divided(v):
    return v.sum(axis=1, keepdims=True) * v.sum(axis=0)


@wrong("ex-whole-rows", check="check_rows", says="the sum of all is another")
def means_by_the_sum(v):
    return v.mean(axis=1, keepdims=True) * v.mean(axis=0) / v.sum()


@wrong("ex-whole-rows", check="check_rows", says="one table is wanted")
def both_sums(v):
    return v.sum(axis=1), v.sum(axis=0)


@wrong("ex-whole-rows", check="check_rows", says="one table is wanted")
def both_sums_in_a_list(v):
    return [v.sum(axis=1), v.sum(axis=0)]


@right("ex-whole-rows", check="check_rows")
def as_a_list_of_rows(v):
    return np.outer(v.sum(axis=1), v.sum(axis=0) / v.sum()).tolist()


@wrong("ex-whole-rows", check="check_rows", says="rows: other sums")
def geometric_means(v):
    w = np.exp(np.log(v).mean(axis=1, keepdims=True) + np.log(v).mean(axis=0))
    return w * v.sum() / w.sum()


@wrong("ex-whole-rows", check="check_rows", says="nearest by squares")
def nearest_by_squares(v):
    U, s, Vt = np.linalg.svd(v)
    return s[0] * np.outer(U[:, 0], Vt[0])


@wrong("ex-whole-rows", check="check_rows", says="rows: other sums")
def columns_alone(v):
    return np.broadcast_to(v.sum(axis=0) / len(v), v.shape)


@wrong("ex-whole-rows", check="check_rows", says="columns: other sums")
def rows_alone(v):
    return np.broadcast_to(v.sum(axis=1, keepdims=True) / v.shape[1], v.shape)


@wrong("ex-whole-rows", check="check_rows", says="no column times a row")
def the_mean_of_both(v):
    return (v.mean(axis=1, keepdims=True) + v.mean(axis=0)) / 2


@wrong("ex-whole-rows", check="check_rows", says="the shape should be that of v")
def the_sums_alone(v):
    return v.sum(axis=1)


@right("ex-whole-rows", check="check_rows")
def with_means(v):
    return np.outer(v.mean(axis=1), v.mean(axis=0)) / v.mean()


@right("ex-whole-rows", check="check_rows")
def with_shares(v):
    return v.sum(axis=1)[:, None] * (v.sum(axis=0) / v.sum())[None, :]
