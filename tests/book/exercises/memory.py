"""Answers to the exercises of the chapter on memory, right and wrong."""

import numpy as np

from tests.book.answers import right, wrong


def _blocks(theta, size=16_384):
    return (slice(begin, begin + size) for begin in range(0, theta.size, size))


@wrong("ex-memory-rmsprop", check="check", says="the caller's gradient was changed")
def squares_in_place(theta, g, v, lr, rho, eps):
    for b in _blocks(theta):
        old = g[b].copy()
        g[b] *= g[b]
        v[b] = rho * v[b] + (1 - rho) * g[b]
        theta[b] -= lr / np.sqrt(v[b] + eps) * old


@wrong("ex-memory-rmsprop", check="check", says="v is not changed in place")
def new_arrays(theta, g, v, lr, rho, eps):
    v = rho * v + (1 - rho) * g * g
    theta -= lr / np.sqrt(v + eps) * g


@wrong("ex-memory-rmsprop", check="check", says="the last elements are left out")
def whole_blocks_only(theta, g, v, lr, rho, eps, size=16_384):
    for begin in range(0, theta.size - size + 1, size):
        b = slice(begin, begin + size)
        v[b] = rho * v[b] + (1 - rho) * g[b] ** 2
        theta[b] -= lr / np.sqrt(v[b] + eps) * g[b]


@wrong("ex-memory-rmsprop", check="check", says="ρ and 1 - ρ are swapped")
def swapped(theta, g, v, lr, rho, eps):
    for b in _blocks(theta):
        v[b] = (1 - rho) * v[b] + rho * g[b] ** 2
        theta[b] -= lr / np.sqrt(v[b] + eps) * g[b]


@wrong("ex-memory-rmsprop", check="check", says="the state is not that of RMSprop")
def summed(theta, g, v, lr, rho, eps):
    for b in _blocks(theta):
        v[b] += g[b] ** 2
        theta[b] -= lr / np.sqrt(v[b] + eps) * g[b]


@wrong("ex-memory-rmsprop", check="check", says="theta is not changed in place")
def returned(theta, g, v, lr, rho, eps):
    new = theta.copy()
    for b in _blocks(theta):
        v[b] = rho * v[b] + (1 - rho) * g[b] ** 2
        new[b] -= lr / np.sqrt(v[b] + eps) * g[b]
    return new, v


@wrong("ex-memory-rmsprop", check="check", says="ε is outside the root")
def outside(theta, g, v, lr, rho, eps):
    for b in _blocks(theta):
        v[b] = rho * v[b] + (1 - rho) * g[b] ** 2
        theta[b] -= lr / (np.sqrt(v[b]) + eps) * g[b]


@wrong("ex-memory-rmsprop", check="check", says="theta is not that of RMSprop")
def uphill(theta, g, v, lr, rho, eps):
    for b in _blocks(theta):
        v[b] = rho * v[b] + (1 - rho) * g[b] ** 2
        theta[b] += lr / np.sqrt(v[b] + eps) * g[b]


@wrong("ex-memory-rmsprop", check="check", says="arrays: work in blocks")
def the_whole_array(theta, g, v, lr, rho, eps):
    v[:] = rho * v + (1 - rho) * g * g
    theta[:] = theta - lr / np.sqrt(v + eps) * g


@right("ex-memory-rmsprop", check="check")
def in_a_hundred_parts(theta, g, v, lr, rho, eps):
    parts = (np.array_split(array, 100) for array in (theta, g, v))
    for θ, slope, average in zip(*parts, strict=True):
        average += (1 - rho) * (slope * slope - average)
        θ -= lr * slope / np.sqrt(average + eps)


@right("ex-memory-rmsprop", check="check")
def with_out(theta, g, v, lr, rho, eps, size=5000):
    room = np.empty(size)
    for b in _blocks(theta, size):
        new = room[: theta[b].size]
        np.multiply(g[b], g[b], out=new)
        new *= 1 - rho
        v[b] *= rho
        v[b] += new
        np.add(v[b], eps, out=new)
        np.sqrt(new, out=new)
        np.divide(g[b], new, out=new)
        new *= lr
        theta[b] -= new
