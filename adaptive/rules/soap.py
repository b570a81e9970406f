"""SOAP."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from adaptive.rules.matrix import MatrixRule
from adaptive.rules.spectra import followed, singular_vectors


@dataclass(frozen=True, eq=False)
class SOAP(MatrixRule):
    """SOAP: Adam in the axes of Shampoo's matrices.

    Parameters
    ----------
    lr : float or array_like, default 0.003
        Learning rate η.
    beta1 : float or array_like, default 0.95
        Decay of the mean of the gradients.
    beta2 : float or array_like, default 0.95
        Decay of the mean of the squares, and of L and R.
    eps : float or array_like, default 1e-8
        ε, added to the root.
    weight_decay : float or array_like, default 0.01
        λ: without gradients, a step multiplies θ by 1 - ηλ.

    Notes
    -----
    The axes of a step are those of the gradients before it, and those of the first gradient in
    the first step. They follow L and R by one step of orthogonal iteration after each step; the
    paper's implementation does this after every tenth, and makes no step with the first gradient.
    The sign of a column of Q_L changes no step. Where L has an eigenvalue twice, as 0 where θ has
    two rows more than columns, the routine that finds singular vectors chooses its axes; where the
    first gradient has a lower rank than its shape allows, or singular values that are all equal, or
    L or R stays singular in two directions after the second, rounding does.
    ε has to be more than what rounding adds to a gradient that its axes make diagonal: 1e-8 is too
    little in float64 for gradients of 1e8, and in float32 for gradients of 1 that repeat.

    References
    ----------
    Vyas et al. (2025), algorithm 3.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import SOAP
    >>> rule, theta = SOAP(lr=0.1), np.zeros((2, 2))
    >>> theta, state = rule.step(theta, np.array([[0.0, 3.0], [0.2, 0.0]]), rule.init(theta))
    >>> theta.round(6) + 0.0
    array([[ 0. , -0.1],
           [-0.1,  0. ]])
    >>> state.L.round(3)
    array([[0.45 , 0.   ],
           [0.   , 0.002]])
    """

    lr: Any = 0.003
    beta1: Any = 0.95
    beta2: Any = 0.95
    eps: Any = 1e-8
    weight_decay: Any = 0.01

    state_names: ClassVar[tuple[str, ...]] = ("m", "v", "L", "R", "Q_L", "Q_R")
    sides: ClassVar[dict[str, int]] = {"L": -2, "R": -1, "Q_L": -2, "Q_R": -1}
    sees_theta: ClassVar[bool] = True

    def update(
        self, g: Any, t: int, theta: Any, m: Any, v: Any, L: Any, R: Any, Q_L: Any, Q_R: Any
    ) -> tuple[Any, ...]:
        """Return the step, the means, and the axes that follow L and R."""
        if t == 1:
            # In these axes g is a diagonal: what rounding adds beside it must be less than ε.
            g = g.astype(np.float64)
            Q_L, Q_R = singular_vectors(g)
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * (Q_L.mT @ g @ Q_R) ** 2
        m_hat = m / (1 - self.beta1**t)
        v_hat = v / (1 - self.beta2**t)
        turned = Q_L.mT @ m_hat @ Q_R / (np.sqrt(v_hat) + self.eps)
        step = -self.lr * (Q_L @ turned @ Q_R.mT + self.weight_decay * theta)
        L = self.beta2 * L + (1 - self.beta2) * (g @ g.mT)
        R = self.beta2 * R + (1 - self.beta2) * (g.mT @ g)
        if t > 1:
            Q_L, rows = followed(L, Q_L)
            Q_R, columns = followed(R, Q_R)
            v = np.take_along_axis(v, rows[..., None], axis=-2)
            v = np.take_along_axis(v, columns[..., None, :], axis=-1)
        return step, m, v, L, R, Q_L, Q_R
