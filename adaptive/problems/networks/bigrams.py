"""The next word, given this one: a softmax regression on real text."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import _checks
from adaptive.problems.base import Array, Problem
from adaptive.problems.networks import stored
from adaptive.problems.networks.blocks import Blocks
from adaptive.problems.networks.network import softmax
from adaptive.problems.tables import kept


class Bigrams(Problem):
    """The mean cross-entropy of the next word in a text, where each word has scores of its own.

    Word x is followed by word y with probability softmax(θ[x])[y]. In

        Σ_x f(x) [log Σ_y exp θ[x, y] - Σ_y p(y | x) θ[x, y]]

    f(x) is how frequent word x is and p(y | x) how often y follows it. The rows of θ do not
    interact, and the curvature of row x is proportional to f(x). So the loss is convex, and the
    lowest is known: the entropy Σ_x f(x) Σ_y -p(y | x) log p(y | x).

    Parameters
    ----------
    words : int, default 128
        How many words, the most frequent ones of the text; from 2 to 128.
    power : float, default 1
        Words count in proportion to their frequency to this power. With 0 all are equally
        frequent, and follow each other as in the text.
    smoothing : float, default 0
        In this share of the cases, in [0, 1), the next word is one of those that follow any word.
        With more than 0 every word follows every other one sometimes, and the lowest loss is at a
        finite point.
    followers : float, default 1
        What follows a word does so in proportion to its share, after smoothing, to this power, at
        least 0: the smaller, the more evenly.

    Attributes
    ----------
    vocabulary : list of str
        The words, the most frequent in the text first.
    frequency : ndarray, shape (words,)
        f, whose sum is 1.
    following : ndarray, shape (words, words)
        p(y | x), in row x.
    minimum : ndarray, shape (words²,)
        log p(y | x), less the mean of its row. Where y never follows x, it is a very low score:
        the lowest loss would want minus infinity there, and this point is above it by less than
        rounding.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what is said above.

    Notes
    -----
    The text is the documentation that Python 3.11.7 shows in ``help("topics")``.

    Examples
    --------
    >>> from adaptive.problems import Bigrams
    >>> text = Bigrams()
    >>> text
    <bigrams: 128 words, frequencies to the power 1>
    >>> print(f"{text.loss(text.start):.3f} at the start, {text.loss(text.minimum):.3f} at best")
    4.852 at the start, 2.201 at best
    >>> the = text.vocabulary.index("the")
    >>> [text.vocabulary[i] for i in text.following[the].argsort()[:-4:-1]]
    ['"', 'same', 'class']
    """

    #: What is below the logarithm of each p(y | x) by so much has no weight in float64.
    NEVER = -60.0
    minimum: Array

    def __init__(
        self,
        words: int = 128,
        power: float = 1.0,
        smoothing: float = 0.0,
        followers: float = 1.0,
    ) -> None:
        vocabulary, counts = stored.bigrams()
        n = _checks.count("words", words, 2)
        if n > len(vocabulary):
            raise ValueError(f"words must be at most {len(vocabulary)}, got {words}")
        self.power = _checks.number("power", power)
        self.smoothing = _checks.number("smoothing", smoothing, 0, 1)
        self.followers = _checks.number("followers", followers, 0)
        self.vocabulary, counts = vocabulary[:n], counts[:n, :n]
        often = counts.sum(axis=1)
        exact, whatever = counts / often[:, None], counts.sum(axis=0) / counts.sum()
        shares = ((1 - self.smoothing) * exact + self.smoothing * whatever) ** self.followers
        self.following = kept(shares / shares.sum(axis=1, keepdims=True))
        self.frequency = kept(often**self.power / np.sum(often**self.power))
        self.blocks = Blocks({"scores": (n, n)})
        self.name = "bigrams"
        self.start = kept(np.zeros(n * n))
        with np.errstate(divide="ignore"):
            lowest = np.maximum(np.log(self.following), self.NEVER)
        # A constant added to a row changes nothing: of all minimisers, the one nearest to 0.
        self.minimum = kept((lowest - lowest.mean(axis=1, keepdims=True)).ravel())

    def __repr__(self) -> str:
        words, more = len(self.vocabulary), ""
        if self.smoothing:
            more = f", smoothed by {self.smoothing:g}"
        if self.followers != 1:
            more += f", what follows to the power {self.followers:g}"
        return f"<{self.name}: {words} words, frequencies to the power {self.power:g}{more}>"

    def excess(self, theta: npt.ArrayLike) -> Array:
        """Return how far the loss of each word is above its lowest, shape (..., words).

        It is the divergence of Kullback and Leibler; weighted by ``frequency``, its sum is the loss
        less the lowest loss.
        """
        losses = self._losses(theta)
        return losses - self._losses(self.minimum).astype(losses.dtype)

    def loss(self, theta: npt.ArrayLike) -> Any:
        """Return the loss at ``theta``, shape (..., words²)."""
        losses = self._losses(theta)
        # No matrix product, so that many are computed with the same bits as one.
        return np.sum(losses * self.frequency.astype(losses.dtype), axis=-1)

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Array:
        """Return the gradient at ``theta``, shape (..., words²)."""
        scores = self.blocks.split(theta)["scores"]
        G = softmax(scores)
        G -= self.following
        G *= self.frequency[:, None]
        return G.reshape(*G.shape[:-2], -1)

    def _losses(self, theta: npt.ArrayLike) -> Array:
        """Return the cross-entropy of the word that follows each, shape (..., words)."""
        Z = self.blocks.split(theta)["scores"]
        Z = Z - Z.max(axis=-1, keepdims=True)
        told = np.einsum("...xy,xy->...x", Z, self.following.astype(Z.dtype))
        return np.log(np.exp(Z, out=Z).sum(axis=-1)) - told
