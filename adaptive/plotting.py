"""Every figure's look: one colour for one algorithm and for one concept, in the whole book."""

from __future__ import annotations

#: The colour of each algorithm: at least 3 : 1 against a white page.
ALGORITHMS: dict[str, str] = {
    "SGD": "#5f6b76",
    "Momentum": "#0068b5",
    "NAG": "#008c95",
    "Adagrad": "#1d7a35",
    "Adadelta": "#7f8a00",
    "RMSprop": "#d45b00",
    "Adam": "#c22038",
    "AdaMax": "#7c1d4f",
    "Nadam": "#7d4fc4",
    "AMSGrad": "#d0569b",
}

#: The dashes of each algorithm, so that colour is never all that tells two lines apart.
DASHES: dict[str, tuple[float, ...]] = {
    "SGD": (),
    "Momentum": (6, 1.5),
    "NAG": (3, 1.5),
    "Adagrad": (),
    "Adadelta": (6, 1.5, 1.5, 1.5),
    "RMSprop": (3, 1.5),
    "Adam": (),
    "AdaMax": (6, 1.5),
    "Nadam": (1.5, 1.5),
    "AMSGrad": (6, 1.5, 1.5, 1.5),
}

#: The colour of what a rule computes with, in every figure that shows it.
CONCEPTS: dict[str, str] = {
    "gradient": "#a87400",
    "velocity": "#4a3fc4",
    "step": "#111111",
}
