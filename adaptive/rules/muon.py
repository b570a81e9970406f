"""Muon."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from adaptive.rules.matrix import MatrixRule
from adaptive.rules.polar import orthogonalized


@dataclass(frozen=True, eq=False)
class Muon(MatrixRule):
    """Muon: momentum on a matrix, whose singular values are then brought near 1.

    Parameters
    ----------
    lr : float or array_like, default 0.001
        Learning rate η.
    momentum : float or array_like, default 0.95
        The fraction γ of the mean of the gradients that is kept from one step to the next.
    weight_decay : float or array_like, default 0
        λ: without gradients, a step multiplies θ by 1 - ηλ.
    rms : float or array_like, default 0.2
        Size of the entries of a step of η = 1, in the root mean square, if singular values of 1
        came out of the iteration; 0.2 is about Adam's size, so that η can be Adam's.

    Notes
    -----
    Other scales than ``rms`` √max(m, n) are one method, `scale`, of a class derived from this one;
    so is another way to orthogonalize, in `orthogonalize`. A number in a gradient that is not
    finite makes its whole matrix not finite.

    References
    ----------
    Jordan et al. (2024); the scale is that of Liu et al. (2025).

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import Muon
    >>> rule, theta = Muon(lr=0.1), np.zeros((2, 2))
    >>> theta, state = rule.step(theta, np.diag([3.0, -0.2]), rule.init(theta))
    >>> theta.round(3)
    array([[-0.02 ,  0.   ],
           [ 0.   ,  0.032]])
    """

    lr: Any = 0.001
    momentum: Any = 0.95
    weight_decay: Any = 0.0
    rms: Any = 0.2

    state_names: ClassVar[tuple[str, ...]] = ("m",)
    sees_theta: ClassVar[bool] = True
    orthogonalize = staticmethod(orthogonalized)

    def update(self, g: Any, t: int, theta: Any, m: Any) -> tuple[Any, Any]:
        """Return the step and the mean of the gradients."""
        m = self.momentum * m + (1 - self.momentum) * g
        d = self.momentum * m + (1 - self.momentum) * g
        o = self.scale(*g.shape[-2:]) * self.orthogonalize(d)
        return -self.lr * (o + self.weight_decay * theta), m

    def scale(self, m: int, n: int) -> Any:
        """Return what the orthogonalized matrix, m by n, is multiplied by."""
        return self.rms * np.sqrt(max(m, n))
