"""The next character of a text, given those before it: a transformer of two small blocks."""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive import _checks
from adaptive.problems.base import Array
from adaptive.problems.networks import stored
from adaptive.problems.networks.network import Network, softmax

#: How many characters the network sees at once.
CONTEXT = 16
#: Which characters come after each of them.
AHEAD = np.triu(np.ones((CONTEXT, CONTEXT), bool), 1)


class Characters(Network):
    """A transformer that says which character comes next in a text.

    The characters and their places have vectors, whose sum is x. Each of two blocks adds to it
    what the characters before have to say, and then what a layer of hidden units makes of that:

        u = x/‖x‖,  x ← x + softmax(u Q (u K)ᵀ/√width) u V M,
        u = x/‖x‖,  x ← x + max(u A, 0) B,

    where ‖x‖ is the root of the mean square of a row and the softmax does not look ahead. The
    scores are (x/‖x‖) S. The text is that of `Bigrams`, in windows of 16 characters, of which the
    last fifth is held out.

    Parameters
    ----------
    width : int, default 16
        How long the vectors are; there are twice as many hidden units.
    batch_size : int, default 8
        Windows drawn, with replacement, for each gradient.
    seed : int, default 0
        Seed of the start.

    Attributes
    ----------
    alphabet : str
        The characters, in the order of their scores.

    Raises
    ------
    TypeError
        If an argument is not an integer.
    ValueError
        If one is too small.

    Examples
    --------
    >>> from adaptive.problems import Characters
    >>> problem = Characters()
    >>> problem
    <characters: 6528 parameters, 1600 rows, minibatches of 8>
    >>> print(f"{problem.loss(problem.start):.2f} at the start")
    4.85 at the start
    """

    name = "characters"

    def __init__(self, width: int = 16, batch_size: int = 8, seed: int = 0) -> None:
        d = _checks.count("width", width, 1)
        self.alphabet, X, y = stored.characters(CONTEXT)
        shapes = {"E": (len(self.alphabet), d), "P": (CONTEXT, d)}
        for i in (1, 2):
            shapes |= {f"W{name}{i}": (d, d) for name in "QKVM"}
            shapes |= {f"WA{i}": (d, 2 * d), f"WB{i}": (2 * d, d)}
        shapes["WS"] = (d, len(self.alphabet))
        rows = stored.apart(X, y, len(X) // 5)
        super().__init__(shapes, *rows, batch_size, seed)
        self.widest = CONTEXT * max(len(self.alphabet), 2 * d)

    def spread(self, name: str) -> float:
        """Return the standard deviation of an array at the start."""
        return 1.0 if name in "EP" else super().spread(name)

    def forward(self, w: dict[str, Array], X: Array) -> tuple[Any, ...]:
        """Return the scores, shape (..., b · 16, characters), and what `backward` needs."""
        # One row for each character of each window, with a 1 in the column of the character.
        one = np.eye(len(self.alphabet), dtype=w["E"].dtype)[X]
        one = one.reshape(*X.shape[:-2], -1, len(self.alphabet))
        x = one @ w["E"] + np.concatenate([w["P"]] * X.shape[-2], axis=-2)
        blocks = []
        for i in (1, 2):
            u, u_size = normed(x)
            y, seen = attention(u, *(w[f"W{name}{i}"] for name in "QKVM"))
            x = x + y
            n, n_size = normed(x)
            h = np.maximum(n @ w[f"WA{i}"], 0)
            x = x + h @ w[f"WB{i}"]
            blocks.append((i, u, u_size, seen, n, n_size, h))
        u, size = normed(x)
        return u @ w["WS"], one, blocks, u, size

    def backward(self, w: dict[str, Array], X: Array, R: Array, *seen: Any) -> dict[str, Array]:
        """Return the gradient with respect to each array."""
        one, blocks, u, size = seen
        slopes = {"WS": u.mT @ R}
        g = normed_back(R @ w["WS"].mT, u, size)
        for i, u, u_size, inner, n, n_size, h in reversed(blocks):
            slopes[f"WB{i}"] = h.mT @ g
            r = (g @ w[f"WB{i}"].mT) * (h > 0)
            slopes[f"WA{i}"] = n.mT @ r
            g = g + normed_back(r @ w[f"WA{i}"].mT, n, n_size)
            r, *matrices = attention_back(g, u, inner, *(w[f"W{name}{i}"] for name in "QKVM"))
            slopes |= {f"W{name}{i}": slope for name, slope in zip("QKVM", matrices, strict=True)}
            g = g + normed_back(r, u, u_size)
        return slopes | {"E": one.mT @ g, "P": in_windows(g).sum(axis=-3)}


def attention(u: Array, Q: Array, K: Array, V: Array, M: Array) -> tuple[Array, tuple[Array, ...]]:
    """Return what the characters up to each have to say, and what `attention_back` needs."""
    q, k, v = in_windows(u @ Q), in_windows(u @ K), in_windows(u @ V)
    p = softmax(np.where(AHEAD, -np.inf, q @ k.mT / q.shape[-1] ** 0.5))
    y = in_rows(p @ v)
    return y @ M, (q, k, v, p, y)


def attention_back(
    g: Array, u: Array, seen: tuple[Array, ...], Q: Array, K: Array, V: Array, M: Array
) -> tuple[Array, ...]:
    """Return the gradient with respect to u, and to each of the matrices."""
    q, k, v, p, y = seen
    r = in_windows(g @ M.mT)
    s = r @ v.mT
    s = p * (s - np.sum(s * p, axis=-1, keepdims=True)) / q.shape[-1] ** 0.5
    dq, dk, dv = in_rows(s @ k), in_rows(s.mT @ q), in_rows(p.mT @ r)
    return dq @ Q.mT + dk @ K.mT + dv @ V.mT, u.mT @ dq, u.mT @ dk, u.mT @ dv, y.mT @ g


def normed(x: Array) -> tuple[Array, Array]:
    """Return the rows of x, each divided by the root of its mean square, and these roots."""
    size = np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + 1e-6)
    return x / size, size


def normed_back(g: Array, u: Array, size: Array) -> Array:
    """Return the gradient with respect to x, where u is x / size."""
    return (g - u * np.mean(g * u, axis=-1, keepdims=True)) / size


def in_windows(x: Array) -> Array:
    """Return rows, shape (..., b · 16, width), as windows, shape (..., b, 16, width)."""
    return x.reshape(*x.shape[:-2], -1, CONTEXT, x.shape[-1])


def in_rows(x: Array) -> Array:
    """Return windows, shape (..., b, 16, width), as rows, shape (..., b · 16, width)."""
    return x.reshape(*x.shape[:-3], -1, x.shape[-1])
