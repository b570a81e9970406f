"""What is learned, and by how large a network: the book's own networks, made larger."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from adaptive import Rule
from adaptive.problems import Characters, Convolution, Digits
from adaptive.problems.networks.network import Network
from adaptive.problems.networks.stored import apart
from tests.problems.make_data import in_one, topics


class Perceptron(Digits):
    """Digits with more layers: one after each number of hidden units."""

    name = "perceptron"

    def __init__(self, hidden: Sequence[int], batch_size: int) -> None:
        one = Digits()
        ends = [64, *hidden, 10]
        shapes: dict[str, tuple[int, ...]] = {}
        for i in range(1, len(ends)):
            shapes |= {f"W{i}": (ends[i - 1], ends[i]), f"b{i}": (ends[i],)}
        rows = (one.X, one.y), (one.held_out.X, one.held_out.y)
        Network.__init__(self, shapes, *rows, batch_size)


class Text(Characters):
    """Characters with longer windows, of the whole text, of which the last tenth is held out.

    The text is the documentation of the Python that runs this, which differs between versions.
    """

    name = "transformer"

    def __init__(self, width: int, context: int, batch_size: int) -> None:
        text = in_one(topics())
        self.alphabet = "".join(sorted(set(text)))
        place = {character: i for i, character in enumerate(self.alphabet)}
        codes = np.array([place[character] for character in text])
        many = (len(codes) - 1) // context
        X, y = (codes[i : i + many * context].reshape(many, context) for i in (0, 1))
        few = len(self.alphabet)
        sizes = {"E": (few, width), "P": (context, width), "WS": (width, few)}
        shapes = {**Characters(width).blocks.shapes, **sizes}
        Network.__init__(self, shapes, *apart(X, y, many // 10), batch_size)


def text_is() -> str:
    """Return a short fingerprint of the text."""
    return hashlib.sha256(in_one(topics()).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Size:
    """How large the networks are, how many are trained, and how long.

    Attributes
    ----------
    steps, rates, seeds : int
        How many steps, learning rates and seeds.
    width, context, batch_size : int
        Of the transformer.
    filters, hidden, images : int
        Of the convolution, of each hidden layer of the perceptron, and how many images are in a
        minibatch of both.
    """

    steps: int
    rates: int
    seeds: int
    width: int
    context: int
    batch_size: int
    filters: int
    hidden: int
    images: int

    def network(self, name: str) -> Network:
        """Return a network of this size."""
        if name == "transformer":
            return Text(self.width, self.context, self.batch_size)
        if name == "convolution":
            return Convolution(self.filters, self.images)
        return Perceptron([self.hidden, self.hidden], self.images)


#: Two cores do the small one in half an hour; a GPU does the whole in minutes.
SIZES = {
    "tiny": Size(20, 2, 2, width=8, context=8, batch_size=2, filters=2, hidden=8, images=8),
    "small": Size(500, 8, 3, width=32, context=32, batch_size=16, filters=8, hidden=64, images=32),
    "whole": Size(
        800, 8, 3, width=64, context=64, batch_size=32, filters=16, hidden=128, images=64
    ),
}

#: The networks, and which losses are close to the lowest: up to so many times it and so much more.
CLOSE = {
    "transformer": {"times": 1.0, "more": 0.1},
    "convolution": {"times": 1.5, "more": 0.0},
    "perceptron": {"times": 1.5, "more": 0.0},
}

#: The lowest rate of a rule, as a power of ten; others begin at 10⁻⁴.
LOWEST = {
    "SGD": -2.0,
    "Momentum": -3.0,
    "NAG": -3.0,
    "Adagrad": -3.0,
    "Adadelta": -9.0,
    "AMSGrad": -4.5,
}


def knob(kind: type[Rule]) -> str:
    """Return what is tuned: the learning rate, or the ε of a rule that has none."""
    return "lr" if "lr" in kind().hyperparameters else "eps"


def rates(kind: type[Rule], many: int) -> list[float]:
    """Return the rates of a rule, each √10 times the one before; of ε, ten times."""
    apart = 0.5 if knob(kind) == "lr" else 1.0
    lowest = LOWEST.get(kind.__name__, -4.0)
    return [float(f"{10 ** (lowest + apart * i):.4g}") for i in range(many)]
