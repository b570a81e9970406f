"""What all problems share."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from adaptive import _checks

Array = npt.NDArray[np.floating]


def point(*coordinates: float) -> Array:
    """Return a point that all runs share, and that none can move."""
    fixed = np.array(coordinates)
    fixed.flags.writeable = False
    return fixed


def store(frozen: Any, **checked: Any) -> None:
    """Put checked values into the fields of a frozen dataclass, while it is being made.

    Arrays are its own, and nobody can write to them from then on.
    """
    for name, value in checked.items():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
        object.__setattr__(frozen, name, value)


def located(theta: npt.ArrayLike, d: int) -> npt.NDArray[Any]:
    """Return ``theta`` as an array of shape (..., d), or say what is wrong with it."""
    array = _checks.unmasked("theta", theta)
    if array.dtype.kind not in "fO":  # objects are numbers that are being traced
        array = _checks.floating("theta", theta)
    if array.shape[-1:] != (d,):
        raise ValueError(f"theta must have shape (..., {d}), got shape {array.shape}")
    return array


class Problem:
    """Something to descend: a loss with its gradient.

    ``loss`` and ``grad`` broadcast over leading axes: for ``theta`` of shape
    (..., d) they return shapes (...) and (..., d). A problem that draws its
    gradient at random says so in `stochastic` and draws a batch in `draw`.
    Batches of several runs, stacked on a first axis, broadcast against
    ``theta`` as arrays do. Runs hand them ``theta`` as a read-only view; a
    function that wants to write, or is compiled for arrays that can be
    written to, takes ``theta.copy()``.

    Attributes
    ----------
    name : str
        What figures call the problem.
    start : ndarray, shape (d,)
        Where runs begin unless told otherwise.
    minimum : ndarray, shape (d,), or None
        The minimiser nearest to the start, where it is known.
    bounds : tuple of (low, high), one for each coordinate, or None
        The part of the space that figures show.

    Examples
    --------
    A problem of one's own:

    >>> import numpy as np
    >>> from adaptive import SGD, descend
    >>> from adaptive.problems import Problem
    >>> class Bowl(Problem):
    ...     name = "bowl"
    ...     start = np.ones(3)
    ...
    ...     def loss(self, theta):
    ...         return np.sum(np.square(theta), axis=-1)
    ...
    ...     def grad(self, theta, batch=None):
    ...         return 2 * np.asarray(theta)
    >>> descend(SGD(lr=0.25), Bowl(), steps=10)
    <Path: SGD on bowl, 10 steps, loss 3 -> 2.86e-06>
    """

    #: Whether `draw` returns something that changes the gradient.
    stochastic: ClassVar[bool] = False

    name: str
    start: Array
    minimum: Array | None = None
    bounds: tuple[tuple[float, float], ...] | None = None

    def loss(self, theta: npt.ArrayLike) -> Any:
        """Return the loss at ``theta``; for a stochastic problem, its expectation.

        Parameters
        ----------
        theta : array_like, shape (..., d)
            The parameters, with one leading axis or more for several runs.

        Returns
        -------
        float or ndarray, shape (...)
            The loss.
        """
        raise NotImplementedError(f"{type(self).__name__} must define loss(theta)")

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Array:
        """Return the gradient at ``theta``, on ``batch`` where one is given.

        Parameters
        ----------
        theta : array_like, shape (..., d)
            The parameters.
        batch : object, optional
            What `draw` has returned; the expected gradient by default.

        Returns
        -------
        ndarray, shape (..., d)
            The gradient.
        """
        raise NotImplementedError(f"{type(self).__name__} must define grad(theta, batch=None)")

    def loss_on(self, theta: npt.ArrayLike, batch: Any) -> Any:
        """Return the loss at ``theta`` in a step with this batch: `loss`, unless it moves.

        Parameters
        ----------
        theta : array_like, shape (..., d)
            The parameters.
        batch : object
            What `draw` has returned for the step.

        Returns
        -------
        float or ndarray, shape (...)
            The loss.
        """
        return self.loss(theta)

    def draw(self, t: int, rng: np.random.Generator) -> Any:
        """Return the batch for step ``t``; None where the gradient is exact.

        Parameters
        ----------
        t : int
            The number of the step, from 1.
        rng : numpy.random.Generator
            The source of what is random.

        Returns
        -------
        object
            What `grad` takes as ``batch``.
        """
        return None

    def draws(self, times: range, rng: np.random.Generator) -> Any:
        """Return what `draw` would return for each step of ``times``, on a first axis.

        Many runs with a generator each spend most of their time in `draw`, which this replaces.

        Parameters
        ----------
        times : range
            The numbers of the steps, from 1.
        rng : numpy.random.Generator
            The source of what is random.

        Returns
        -------
        ndarray or None
            The batches; None, the default, where `draw` has to be asked step by step.
        """
        return None

    def __init_subclass__(cls, **options: Any) -> None:
        """Let a class that draws in another way not inherit how many batches were drawn."""
        super().__init_subclass__(**options)
        if "draw" in vars(cls) and "draws" not in vars(cls):
            cls.draws = Problem.draws  # type: ignore[method-assign]

    def project(self, theta: Array) -> Array:
        """Return the feasible point nearest to ``theta``: itself where all points are feasible.

        Parameters
        ----------
        theta : ndarray, shape (..., d)
            The parameters after a step.

        Returns
        -------
        ndarray, shape (..., d)
            The point.
        """
        return theta


class Surface(Problem):
    """A deterministic problem in two coordinates, written with plain arithmetic on them.

    A subclass defines ``f(x, y)`` and its partial derivatives
    ``partials(x, y)``. Both see the coordinates apart, so that they can be
    called with arrays, and with the objects that record an expression.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive.problems import Surface
    >>> class Egg(Surface):
    ...     name = "egg"
    ...     start = np.array([1.0, 1.0])
    ...
    ...     def f(self, x, y):
    ...         return x**2 + 3 * y**2
    ...
    ...     def partials(self, x, y):
    ...         return 2 * x, 6 * y
    >>> Egg().grad([[1.0, 1.0], [0.0, 2.0]])
    array([[ 2.,  6.],
           [ 0., 12.]])
    """

    def f(self, x: Any, y: Any) -> Any:
        """Return the loss at (x, y).

        Parameters
        ----------
        x, y : float or ndarray, shape (...)
            The coordinates; or objects that record an expression.

        Returns
        -------
        float or ndarray, shape (...)
            The loss.
        """
        raise NotImplementedError(f"{type(self).__name__} must define f(x, y)")

    def partials(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return the two partial derivatives of `f` at (x, y).

        Parameters
        ----------
        x, y : float or ndarray, shape (...)
            The coordinates; or objects that record an expression.

        Returns
        -------
        tuple of ndarray, shape (...)
            The derivatives with respect to x and to y.
        """
        raise NotImplementedError(f"{type(self).__name__} must define partials(x, y)")

    def loss(self, theta: npt.ArrayLike) -> Any:
        """Return the loss at ``theta``, shape (..., 2)."""
        return self.f(*_coordinates(theta))

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Array:
        """Return the gradient at ``theta``, shape (..., 2)."""
        return np.stack(self.partials(*_coordinates(theta)), axis=-1)


def _coordinates(theta: npt.ArrayLike) -> tuple[Array, Array]:
    """Return the two coordinates of theta, each of shape (...)."""
    array = located(theta, 2)
    return array[..., 0], array[..., 1]
