"""Shampoo."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from adaptive.rules.matrix import MatrixRule
from adaptive.rules.spectra import inverse_root


@dataclass(frozen=True, eq=False)
class Shampoo(MatrixRule):
    """Shampoo: Adagrad's scaling on both sides of a matrix, with roots of matrices.

    Parameters
    ----------
    lr : float or array_like, default 0.01
        Learning rate η.
    eps : float or array_like, default 1e-12
        ε: multiples of the identity that the sums L and R begin with.

    Notes
    -----
    L and R begin with zeros, and ε times the identity is added where their roots are taken: the
    same matrices. Directions in which they are 0, to rounding, stay 0, so that ε may be 0. A
    number in a gradient that is not finite makes its whole matrix not finite.

    References
    ----------
    Gupta, Koren and Singer (2018), algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import Shampoo
    >>> rule, theta = Shampoo(lr=0.1), np.zeros((2, 2))
    >>> theta, state = rule.step(theta, np.diag([3.0, -0.2]), rule.init(theta))
    >>> theta.round(6)
    array([[-0.1,  0. ],
           [ 0. ,  0.1]])
    >>> state.L.round(6)
    array([[9.  , 0.  ],
           [0.  , 0.04]])
    """

    lr: Any = 0.01
    eps: Any = 1e-12

    state_names: ClassVar[tuple[str, ...]] = ("L", "R")
    sides: ClassVar[dict[str, int]] = {"L": -2, "R": -1}

    def update(self, g: Any, t: int, L: Any, R: Any) -> tuple[Any, Any, Any]:
        """Return the step and the sums over rows and columns."""
        p, q = g.shape[-2:]
        L = L + g @ g.mT
        R = R + g.mT @ g
        left = inverse_root(L + self.eps * np.eye(p), 4)
        right = inverse_root(R + self.eps * np.eye(q), 4)
        return -self.lr * (left @ g @ right), L, R
