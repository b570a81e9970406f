"""The rules as PyTorch, optax and Keras have them, and what these really did.

`torch`, `optax` and `keras` hold a rule for each of the ten algorithms and for most of the newer
ones that the framework has, under the book's names and with the framework's defaults, written in
numpy: ``frameworks.torch.Nadam(lr=0.1)`` makes the steps of ``torch.optim.NAdam(lr=0.1)``. Where a
framework has the book's form, the rule is the book's. `recorded` gives paths that the frameworks
themselves have made; no framework needs to be installed. `entry` puts it together, one algorithm
at a time.
"""

from typing import Any

from adaptive.frameworks import keras, optax, torch
from adaptive.frameworks.entries import Entry, Translation, entry
from adaptive.frameworks.records import ALGORITHMS, Record, default_rule, recorded, stored_texts

__all__ = [
    "ALGORITHMS",
    "DEFAULTS",
    "FACTS",
    "VERSIONS",
    "Entry",
    "Record",
    "Translation",
    "default_rule",
    "entry",
    "keras",
    "optax",
    "recorded",
    "torch",
]

#: The versions of the frameworks that made the records.
VERSIONS: dict[str, str]
#: The arguments of each framework's optimizers, with their defaults, by the book's names.
DEFAULTS: dict[str, dict[str, dict[str, Any]]]
#: Single numbers that were measured with the frameworks.
FACTS: dict[str, float]


def __getattr__(name: str) -> Any:
    if name in ("VERSIONS", "DEFAULTS", "FACTS"):
        return stored_texts()[name.lower()]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
