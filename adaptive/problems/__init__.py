"""What there is to descend: losses with gradients."""

from adaptive.problems.base import Problem, Surface
from adaptive.problems.logistic import (
    Circles,
    LogisticRegression,
    SparseFeatures,
    compute_grad,
    compute_loss,
    expand,
    probability,
)
from adaptive.problems.moving import MovingTarget
from adaptive.problems.networks import Bigrams, Characters, Convolution, Digits
from adaptive.problems.noisy import NoisyQuadratic
from adaptive.problems.online import Reddi
from adaptive.problems.rescaled import Rescaled
from adaptive.problems.slopes import RareAndSteady
from adaptive.problems.surfaces import Beale, Himmelblau, Ravine, Rosenbrock, Saddle
from adaptive.problems.trap import Lessard

#: The problems in the plane, which the explorer shows.
SURFACES: tuple[type[Surface], ...] = (Ravine, Rosenbrock, Beale, Himmelblau, Saddle)

__all__ = [
    "SURFACES",
    "Beale",
    "Bigrams",
    "Characters",
    "Circles",
    "Convolution",
    "Digits",
    "Himmelblau",
    "Lessard",
    "LogisticRegression",
    "MovingTarget",
    "NoisyQuadratic",
    "Problem",
    "RareAndSteady",
    "Ravine",
    "Reddi",
    "Rescaled",
    "Rosenbrock",
    "Saddle",
    "SparseFeatures",
    "Surface",
    "compute_grad",
    "compute_loss",
    "expand",
    "probability",
]
