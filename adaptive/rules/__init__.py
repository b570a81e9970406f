"""The update rules, one file each, in the order of the book."""

from adaptive.rules.adadelta import Adadelta
from adaptive.rules.adagrad import Adagrad
from adaptive.rules.adam import Adam
from adaptive.rules.adamax import AdaMax
from adaptive.rules.adamw import AdamW
from adaptive.rules.amsgrad import AMSGrad
from adaptive.rules.base import Rule
from adaptive.rules.containers import register_container
from adaptive.rules.lion import Lion
from adaptive.rules.momentum import Momentum
from adaptive.rules.nadam import Nadam
from adaptive.rules.nag import NAG
from adaptive.rules.rmsprop import RMSprop
from adaptive.rules.saving import load_state, save_state
from adaptive.rules.sgd import SGD

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
MODERN: tuple[type[Rule], ...] = (AdamW, Lion)

__all__ = [
    "MODERN",
    "NAG",
    "RULES",
    "SGD",
    "AMSGrad",
    "AdaMax",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Lion",
    "Momentum",
    "Nadam",
    "RMSprop",
    "Rule",
    "load_state",
    "register_container",
    "save_state",
]
