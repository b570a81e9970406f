"""Assignment 5's matrices: a step of an odd polynomial, and Newton-Schulz of several."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive.course.code import Code
from adaptive.course.parts import Formula, Mistake, Part
from adaptive.rules.polar import QUINTIC

Array = npt.NDArray[np.float64]

#: Coefficients with which each singular value from 0 to 1 tends to 1.
GENTLE = (15 / 8, -10 / 8, 3 / 8)

# --------------------------------------------------------------------------- what is drawn


def _coefficients(rng: np.random.Generator) -> dict[str, Any]:
    """Return coefficients between two triples that both keep singular values from 0 to 1 there."""
    share = rng.uniform(0.3, 0.8)
    mixed = share * np.array(QUINTIC) + (1 - share) * np.array(GENTLE)
    return dict(zip("abc", mixed, strict=True))


def _matrix(rng: np.random.Generator, tall: bool = False, norm: float = 1.0) -> Array:
    m, n = int(rng.integers(2, 4)), int(rng.integers(5, 7))
    G = rng.normal(size=(n, m) if tall else (m, n))
    return np.asarray(norm * G / np.linalg.norm(G))


def _one_step(rng: np.random.Generator) -> dict[str, Any]:
    return {"X": _matrix(rng)} | _coefficients(rng)


def _one_cubic_step(rng: np.random.Generator) -> dict[str, Any]:
    return _one_step(rng) | {"c": 0.0}


def _several(
    tall: bool = False, size: tuple[float, float] = (1.0, 1.0)
) -> Callable[[np.random.Generator], dict[str, Any]]:
    """Return what draws a matrix of a shape and a size, with coefficients."""

    def draw(rng: np.random.Generator) -> dict[str, Any]:
        G = _matrix(rng, tall, rng.uniform(*size))
        return {"G": G} | _coefficients(rng)

    return draw


def _a_step_more(rng: np.random.Generator, i: dict[str, Any]) -> dict[str, Any]:
    return {"steps": i.get("steps", 1) + 1}


_WIDE, _TALL = _several(), _several(tall=True)
_LARGE = _several(size=(1.4, 1.8))


def singular_values(matrix: npt.ArrayLike) -> Array:
    """Return the singular values of a matrix, the largest first; nan where there are none."""
    array = np.asarray(matrix, np.float64)
    if array.ndim != 2 or not np.isfinite(array).all():
        return np.full(max(array.ndim, 1), np.nan)
    return np.asarray(np.linalg.svd(array, compute_uv=False))


# --------------------------------------------------------------------------- one step


def _polynomial(X: Any, a: Any, b: Any, c: Any) -> Any:
    A = X @ X.T
    return a * X + b * A @ X + c * A @ A @ X


def _step(i: Any, o: Any) -> Any:
    return _polynomial(i.X, i.a, i.b, i.c)


def _elementwise(X: Any, a: Any, b: Any, c: Any) -> Any:
    return a * X + b * X**3 + c * X**5


def _squared_entries(X: Any, a: Any, b: Any, c: Any) -> Any:
    A = X @ X.T
    return a * X + (b * A + c * A * A) @ X


_OF_ENTRIES = (
    "Each entry is taken through the polynomial by itself. * multiplies entries; a product of "
    "matrices is written @, and then the polynomial acts on the singular values."
)
_OF_THE_SQUARE = "A * A and A**2 square each entry: the product of matrices is A @ A."
_IN_ORDER = "The coefficients are in another order: a multiplies X, b multiplies X Xᵀ X and c the "
_TOGETHER = f"{_IN_ORDER}product with five factors."

_WRONG_POLYNOMIALS: tuple[tuple[str, Callable[..., Any]], ...] = (
    (_TOGETHER, lambda X, a, b, c: _polynomial(X, c, b, a)),
    (_TOGETHER, lambda X, a, b, c: _polynomial(X, a, c, b)),
    (_TOGETHER, lambda X, a, b, c: _polynomial(X, b, a, c)),
    (_TOGETHER, lambda X, a, b, c: _polynomial(X, b, c, a)),
    (
        "The first term is missing: a X.",
        lambda X, a, b, c: _polynomial(X, 0, b, c),
    ),
    (
        "a is added to each entry: it multiplies X.",
        lambda X, a, b, c: a + _polynomial(X, 0, b, c),
    ),
    (
        "The middle term is subtracted: b is negative already, so add b X Xᵀ X.",
        lambda X, a, b, c: _polynomial(X, a, -b, c),
    ),
)


#: From a polynomial of a matrix, right or wrong, to what it makes of the inputs.
_Of = Callable[[Callable[..., Any]], Formula]


def _by_entries(of: _Of) -> Mistake:
    """Return the mistake that leaves nothing of the idea."""
    return Mistake(_OF_ENTRIES, of(_elementwise), other_rule=True)


def _wrong(of: _Of) -> tuple[Mistake, ...]:
    """Return the mistakes that can be made in each polynomial."""
    return (
        _by_entries(of),
        *(Mistake(says, of(polynomial)) for says, polynomial in _WRONG_POLYNOMIALS),
    )


def _wrong_in_five(of: _Of) -> tuple[Mistake, ...]:
    """Return the mistakes that show only where c is not 0."""
    return (
        Mistake(_OF_THE_SQUARE, of(_squared_entries)),
        Mistake(
            "The last term is missing: c (X Xᵀ)² X.",
            of(lambda X, a, b, c: _polynomial(X, a, b, 0)),
        ),
        Mistake(
            "The last term has three factors: c multiplies (X Xᵀ)² X, which has five.",
            of(lambda X, a, b, c: _polynomial(X, a, b + c, 0)),
        ),
        Mistake(
            "The last term has seven factors: c multiplies (X Xᵀ)² X, which has five.",
            of(lambda X, a, b, c: _polynomial(X, a, b, 0) + c * _polynomial(X @ X.T @ X, 0, 1, 0)),
        ),
    )


def _once(polynomial: Callable[..., Any]) -> Formula:
    return lambda i, o: polynomial(i.X, i.a, i.b, i.c)


QUINTIC_STEP = Code(
    arguments=("X", "a", "b", "c"),
    returns=("Y",),
    draw=_one_step,
    calls=1,
    told={"Y": ("The list of singular values of Y", singular_values)},
    parts=(
        Part(
            "the first two terms, where c is 0",
            1,
            "Y",
            expected=_step,
            draw=_one_cubic_step,
            reminder="There it is a X + b X Xᵀ X.",
            mistakes=_wrong(_once),
        ),
        Part(
            "all three terms",
            1,
            "Y",
            expected=_step,
            charged_once=True,
            reminder="With A = X Xᵀ it is a X + (b A + c A A) X.",
            mistakes=(*_wrong_in_five(_once), _by_entries(_once)),
        ),
    ),
)


def quintic(X: Any, a: Any, b: Any, c: Any) -> Any:
    """Stand in for a student's `quintic`."""
    return QUINTIC_STEP.answer(X, a, b, c)


# --------------------------------------------------------------------------- Newton-Schulz


def _frobenius(G: Array) -> Any:
    return G / np.sqrt(np.sum(G * G))


def _iterated(
    polynomial: Callable[..., Any] = _polynomial,
    begin: Callable[[Array], Any] = _frobenius,
    more: int = 0,
) -> Formula:
    """Return what comes of some steps, any of whose pieces may be wrong."""

    def value(i: Any, o: Any) -> Any:
        X = begin(i.G)
        for _ in range(i.steps + more):
            X = polynomial(X, i.a, i.b, i.c)
        return X

    return value


def _fixed(i: Any, o: Any) -> Any:
    """Return what comes of the coefficients of the chapter."""
    a, b, c = QUINTIC
    return _RIGHT(SimpleNamespace(**{**vars(i), "a": a, "b": b, "c": c}), o)


def _polar(i: Any, o: Any) -> Any:
    U, _, Vt = np.linalg.svd(i.G, full_matrices=False)
    return U @ Vt


def _again_and_again(X: Any, a: Any, b: Any, c: Any) -> Any:
    return _polynomial(_frobenius(X), a, b, c)


_RIGHT = _iterated()
_DIVIDE = "Divide by the norm of Frobenius, the root of the sum of all squared entries"

#: Divided by another norm: the last part is about the norm, and charges it.
_BY_ANOTHER_NORM = (
    Mistake(
        "It is divided by the largest singular value, which is what np.linalg.norm "
        f"returns with a 2. {_DIVIDE}.",
        _iterated(begin=lambda G: G / np.linalg.norm(G, 2)),
    ),
    Mistake(
        f"It is divided by the largest entry. {_DIVIDE}.",
        _iterated(begin=lambda G: G / np.max(np.abs(G))),
    ),
    Mistake(
        "It is divided by the sum of the singular values, which is what np.linalg.norm "
        f"returns with 'nuc'. {_DIVIDE}.",
        _iterated(begin=lambda G: G / np.linalg.norm(G, "nuc")),
    ),
    Mistake(
        "It is divided by the largest sum of a column, which is what np.linalg.norm "
        f"returns with a 1. {_DIVIDE}.",
        _iterated(begin=lambda G: G / np.linalg.norm(G, 1)),
    ),
    Mistake(
        f"Each row is divided by its own norm. {_DIVIDE}.",
        _iterated(begin=lambda G: G / np.linalg.norm(G, axis=1, keepdims=True)),
    ),
    Mistake(
        f"Each column is divided by its own norm. {_DIVIDE}.",
        _iterated(begin=lambda G: G / np.linalg.norm(G, axis=0)),
    ),
)
_CHARGED_BELOW = tuple(mistake.value for mistake in _BY_ANOTHER_NORM)

NEWTON_SCHULZ = Code(
    arguments=("G", "a", "b", "c", "steps"),
    returns=("O",),
    draw=_WIDE,
    renew=_a_step_more,
    calls=3,
    defaults={"steps": 5},
    place=lambda i: f"steps = {i.steps} for a matrix of shape {i.G.shape}",
    told={"O": ("The list of singular values of O", singular_values)},
    given={"quintic": quintic},
    parts=(
        Part(
            "a wide matrix",
            2,
            "O",
            expected=_RIGHT,
            accepts=_CHARGED_BELOW,
            draw=_WIDE,
            reminder="From X = G / ‖G‖ on each of the steps replaces X by quintic(X, a, b, c).",
            mistakes=(
                Mistake(
                    "X is divided by its norm in each step: divide once, before the first.",
                    _iterated(_again_and_again),
                ),
                Mistake("One step is missing: count them.", _iterated(more=-1)),
                Mistake("That is one step too many: count them.", _iterated(more=1)),
                Mistake(
                    "It is one step, whatever steps says: the next one begins from what came out "
                    "of the one before.",
                    lambda i, o: _polynomial(_frobenius(i.G), i.a, i.b, i.c),
                ),
                Mistake(
                    "That is G / ‖G‖: no step is made.",
                    lambda i, o: _frobenius(i.G),
                    other_rule=True,
                ),
                Mistake(
                    "The coefficients are those of the chapter, fixed inside the function: use the "
                    "arguments a, b and c.",
                    _fixed,
                ),
                Mistake(
                    "That is U Vᵀ itself, from the singular value decomposition. Asked for is what "
                    "the steps make of G, whose singular values only come near 1.",
                    _polar,
                    other_rule=True,
                ),
                Mistake(
                    "It comes back transposed: turn it back after the steps.",
                    lambda i, o: _RIGHT(i, o).T,
                ),
                *_wrong(_iterated),
                *_wrong_in_five(_iterated),
            ),
        ),
        Part(
            "a tall matrix",
            1,
            "O",
            expected=_RIGHT,
            accepts=_CHARGED_BELOW,
            draw=_TALL,
            charged_once=True,
            reminder="Turn a matrix with more rows than columns before the steps, and turn it back "
            "after them; or leave it as it is.",
            mistakes=(
                Mistake(
                    "It comes back transposed: turn it back after the steps.",
                    lambda i, o: _RIGHT(i, o).T,
                ),
                Mistake(
                    "Its entries are in another order: .reshape does not turn a matrix, .T does.",
                    lambda i, o: _RIGHT(
                        SimpleNamespace(**{**vars(i), "G": i.G.reshape(i.G.shape[::-1])}), o
                    ).reshape(i.G.shape),
                ),
                Mistake(
                    "It is turned back by .reshape, which leaves entries in another order: write "
                    ".T.",
                    lambda i, o: _RIGHT(i, o).T.reshape(i.G.shape),
                ),
            ),
        ),
        Part(
            "a matrix whose norm is not 1",
            1,
            "O",
            expected=_RIGHT,
            draw=_LARGE,
            charged_once=True,
            reminder=f"{_DIVIDE}, once and before the first step.",
            mistakes=(
                *_BY_ANOTHER_NORM,
                Mistake(
                    "G is not divided by its norm: the polynomial throws singular values that are "
                    "larger than 1 far away.",
                    _iterated(begin=lambda G: G),
                ),
                Mistake(
                    "It is divided by the sum of the squares: the root is missing.",
                    _iterated(begin=lambda G: G / np.sum(G * G)),
                ),
                Mistake(
                    "It is divided by the root of the norm: np.linalg.norm has taken the root.",
                    _iterated(begin=lambda G: G / np.sum(G * G) ** 0.25),
                ),
                Mistake(
                    "It is multiplied by the norm: divide.",
                    _iterated(begin=lambda G: G * np.linalg.norm(G)),
                ),
                Mistake(
                    "The size of G is put back at the end: the singular values should be near 1 "
                    "whatever they were.",
                    lambda i, o: _RIGHT(i, o) * np.linalg.norm(i.G),
                ),
                Mistake(
                    "It is divided after the steps: divide before the first of them.",
                    lambda i, o: _frobenius(_iterated(begin=lambda G: G)(i, o)),
                ),
            ),
        ),
    ),
)
