"""The public names of the package: what the tests of bad input and of the reference go through."""

from __future__ import annotations

import ast
import inspect
from importlib import import_module
from types import ModuleType
from typing import Any


def _modules(*names: str) -> tuple[ModuleType, ...]:
    return tuple(import_module(f"adaptive{'.' * bool(name)}{name}") for name in names)


#: What is called by users, with arguments of theirs.
CALLED = _modules(
    *("", "problems", "problems.networks", "plotting", "tracing", "race", "frameworks", "export"),
    *("explorer", "interactive", "minimizer", "curvature", "trained", "schedules"),
)
#: All whose names are described in the reference.
DESCRIBED = (
    *CALLED,
    *_modules("compare", "large", "palette", "rules", "tracing.cost"),
    *_modules(*(f"explorer.{name}" for name in ("opening", "gallery", "flipbook"))),
    *_modules(*(f"explorer.{name}" for name in ("plane", "translator"))),
    *_modules(*(f"frameworks.{name}" for name in ("torch", "optax", "keras"))),
    *_modules(*(f"course.{name}" for name in ("assignment", "code", "questions"))),
    *_modules(*(f"course.{name}" for name in ("ravine", "rates", "moments", "choose", "modern"))),
)


#: Modules whose constants are for users too.
WITH_CONSTANTS = _modules("compare", "curvature", "palette", "plotting", "trained")


def named(module: ModuleType) -> dict[str, Any]:
    """Return what a module offers: what it says, or else the functions and classes of its own."""
    here = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    kinds = {n: v for n, v in here.items() if inspect.isfunction(v) or inspect.isclass(v)}
    own = {n: v for n, v in kinds.items() if v.__module__ == module.__name__}
    return {name: getattr(module, name) for name in getattr(module, "__all__", own)}


def constants(module: ModuleType) -> dict[str, Any]:
    """Return the constants of a module that are for users: of each a comment ``#:`` says what."""
    if module not in WITH_CONSTANTS:
        return {}
    source = inspect.getsource(module)
    lines = source.splitlines()
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and lines[node.lineno - 2].startswith("#:"):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and not target.id.startswith("_"):
                found[target.id] = getattr(module, target.id)
    return found
