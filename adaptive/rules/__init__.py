"""The update rules, one file each, in the order of the book."""

from adaptive.rules.adadelta import Adadelta
from adaptive.rules.adagrad import Adagrad
from adaptive.rules.adam import Adam
from adaptive.rules.adamax import AdaMax
from adaptive.rules.adamw import AdamW
from adaptive.rules.amsgrad import AMSGrad
from adaptive.rules.base import Rule
from adaptive.rules.clipped import Clipped
from adaptive.rules.containers import register_container
from adaptive.rules.lamb import LAMB
from adaptive.rules.lion import Lion
from adaptive.rules.matrix import MatrixRule
from adaptive.rules.mixed import Mixed
from adaptive.rules.momentum import Momentum
from adaptive.rules.muon import Muon
from adaptive.rules.nadam import Nadam
from adaptive.rules.nag import NAG
from adaptive.rules.polar import orthogonalized, polar_factor
from adaptive.rules.prodigy import Prodigy
from adaptive.rules.rmsprop import RMSprop
from adaptive.rules.saving import load_state, save_state
from adaptive.rules.schedulefree import ScheduleFree
from adaptive.rules.sgd import SGD
from adaptive.rules.shampoo import Shampoo
from adaptive.rules.soap import SOAP
from adaptive.rules.vector import VectorRule

#: The ten rules of the book's first part, in its order: each figure that compares all rules has
#: these.
RULES: tuple[type[Rule], ...] = (
    SGD,
    Momentum,
    NAG,
    Adagrad,
    Adadelta,
    RMSprop,
    Adam,
    AdaMax,
    Nadam,
    AMSGrad,
)

#: The rules of the book's second part, in its order. Figures show them where they are given them.
MODERN: tuple[type[Rule], ...] = (AdamW, Lion, ScheduleFree)

#: The rules of the second part that make a matrix's step from the whole of its gradient.
ON_MATRICES: tuple[type[MatrixRule], ...] = (Shampoo, SOAP, Muon)

#: The rules of the second part that make a step with totals over an array, or over all.
WITH_TOTALS: tuple[type[VectorRule], ...] = (LAMB, Prodigy)

__all__ = [
    "LAMB",
    "MODERN",
    "NAG",
    "ON_MATRICES",
    "RULES",
    "SGD",
    "SOAP",
    "WITH_TOTALS",
    "AMSGrad",
    "AdaMax",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Clipped",
    "Lion",
    "MatrixRule",
    "Mixed",
    "Momentum",
    "Muon",
    "Nadam",
    "Prodigy",
    "RMSprop",
    "Rule",
    "ScheduleFree",
    "Shampoo",
    "VectorRule",
    "load_state",
    "orthogonalized",
    "polar_factor",
    "register_container",
    "save_state",
]
