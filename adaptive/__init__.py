"""Adaptive gradient-descent optimizers whose code is their equations.

Each rule is written once, as elementwise numpy, and everything else follows
from it: `descend` makes one run, `sweep` makes many at once, `explore` shows
them on a page to be moved, `opening` asks one question of a rule, `anatomy`
shows a step as the sum of its terms, `gallery` shows rules side by side,
`flipbook` puts pictures drawn beforehand under a slider, `translator` is the
dictionary under three menus, `interact` gives sliders to any function.
"""

from typing import TYPE_CHECKING, Any

from adaptive import _fork as _fork  # which notes the process that imports it
from adaptive import export, problems, schedules
from adaptive.descent import Path, descend
from adaptive.minimizer import minimizer
from adaptive.rules import (
    LAMB,
    MODERN,
    NAG,
    ON_MATRICES,
    RULES,
    SGD,
    SOAP,
    WITH_TOTALS,
    Adadelta,
    Adagrad,
    Adam,
    AdaMax,
    AdamW,
    AMSGrad,
    Clipped,
    Lion,
    MatrixRule,
    Mixed,
    Momentum,
    Muon,
    Nadam,
    Prodigy,
    RMSprop,
    Rule,
    ScheduleFree,
    Shampoo,
    VectorRule,
    load_state,
    orthogonalized,
    polar_factor,
    register_container,
    save_state,
)
from adaptive.rules import in_place as _in_place
from adaptive.schedules import scheduled
from adaptive.sweep import Sweep, sweep

if TYPE_CHECKING:
    from adaptive.explorer import anatomy, explore
    from adaptive.explorer.flipbook import flipbook
    from adaptive.explorer.gallery import gallery
    from adaptive.explorer.opening import opening
    from adaptive.explorer.translator import translator
    from adaptive.interactive import interact

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
    "Path",
    "Prodigy",
    "RMSprop",
    "Rule",
    "ScheduleFree",
    "Shampoo",
    "Sweep",
    "VectorRule",
    "anatomy",
    "descend",
    "explore",
    "export",
    "flipbook",
    "gallery",
    "interact",
    "load_state",
    "minimizer",
    "opening",
    "orthogonalized",
    "polar_factor",
    "problems",
    "register_container",
    "save_state",
    "scheduled",
    "schedules",
    "sweep",
    "translator",
]

#: What needs more than numpy, and is imported when it is first asked for.
_LATER = {
    **dict.fromkeys(("anatomy", "explore"), "adaptive.explorer"),
    "flipbook": "adaptive.explorer.flipbook",
    "gallery": "adaptive.explorer.gallery",
    "interact": "adaptive.interactive",
    "opening": "adaptive.explorer.opening",
    "translator": "adaptive.explorer.translator",
}


def _step_into(*arguments: Any) -> Any:
    """Make a step in place as the room for large arrays does, which is then imported."""
    from adaptive.large import step_into

    return step_into(*arguments)


_in_place.provide(_step_into)


def __getattr__(name: str) -> Any:
    if name in _LATER:
        from importlib import import_module

        found = getattr(import_module(_LATER[name]), name)
        globals()[name] = found
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
