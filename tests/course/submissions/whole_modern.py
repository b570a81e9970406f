"""Ten whole submissions of assignment 5, marked by hand before a check saw them.

They are written as those in `whole_ravine.py`.
"""


# %% modern alma: all of it right, in her own way
# points: adamw 4, box 2, factor 3, predicted-warmup 1, shortest 1, quintic 2, newton-schulz 4
# points: steps 2
# answer: adamw
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    shrunk = theta - lr * weight_decay * theta
    m = m * beta1 + g * (1 - beta1)
    v = v * beta2 + np.square(g) * (1 - beta2)
    root = np.sqrt(v / (1 - beta2**t))
    return shrunk - lr / (1 - beta1**t) * m / (root + eps), m, v


# answer: box
box = {"wall": 0.4, "end": 1.25}


# answer: factor
def factor(t, T, warmup):
    if t <= warmup:
        return t / warmup
    into_decay = t - warmup - 1
    return max(1 - into_decay / (T - warmup), 0.0)


# answer: predicted-warmup
predicted_warmup = 15
# answer: shortest
shortest = 9


# answer: quintic
def quintic(X, a, b, c):
    A = np.matmul(X, np.transpose(X))
    return np.linalg.multi_dot([a * np.eye(len(A)) + b * A + c * A.dot(A), X])


# answer: newton-schulz
def newton_schulz(G, a, b, c, steps):
    X = G / np.sqrt((G**2).sum())
    if X.shape[0] > X.shape[1]:
        return newton_schulz(G.T, a, b, c, steps).T
    while steps > 0:
        X, steps = quintic(X, a, b, c), steps - 1
    return X


# answer: steps
steps = {"fast": 5, "gentle": 7}


# %% modern bruno: the decay is a penalty, and powers are elementwise
# points: adamw 2, box 2, factor 2, predicted-warmup 1, shortest 1, quintic 0, newton-schulz 4
# points: steps 2
# why: λθ in the gradient is one mistake about the decay; all else of Adam is right where λ is 0.
# answer: adamw
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    g = g + weight_decay * theta
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# answer: box
box = {"wall": 0.4, "end": 1.25}


# answer: factor
def factor(t, T, warmup):
    if t <= warmup:
        return t / warmup
    if t <= T:
        return (T - t) / (T - warmup)
    return 0


# answer: predicted-warmup
predicted_warmup = 6
# answer: shortest
shortest = 9


# answer: quintic
def quintic(X, a, b, c):
    return a * X + b * X**3 + c * X**5


# answer: newton-schulz
def newton_schulz(G, a, b, c, steps):
    X = G / np.linalg.norm(G)
    transposed = X.shape[0] > X.shape[1]
    if transposed:
        X = X.T
    for k in range(steps):
        X = quintic(X, a, b, c)
    if transposed:
        X = X.T
    return X


# answer: steps
steps = {"fast": 5, "gentle": 7}


# %% modern chiara: brackets, whole division, and shapes
# points: adamw 3, box 1, factor 2, predicted-warmup 0, shortest 0, quintic 0, newton-schulz 3
# points: steps 1
# why: The wrong norm is one mistake, and a part is about the norm.
# answer: adamw
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return theta - lr * (m_hat / np.sqrt(v_hat) + eps + weight_decay * theta), m, v


# answer: box
box = {"wall": 0.4, "end": 2.5}


# answer: factor
def factor(t, T, warmup):
    if t <= warmup:
        return t // warmup
    elif t <= T:
        return (T + 1 - t) / (T - warmup)
    else:
        return 0


# answer: predicted-warmup
predicted_warmup = 60
# answer: shortest
shortest = 8


# answer: quintic
def quintic(X, a, b, c):
    return a * X + b * X @ X @ X + c * X @ X @ X @ X @ X


# answer: newton-schulz
def newton_schulz(G, a, b, c, steps):
    tall = G.shape[0] > G.shape[1]
    X = G.T if tall else G
    X = X / np.linalg.norm(X, 2)
    for i in range(steps):
        A = X @ X.T
        X = a * X + b * A @ X + c * A @ A @ X
    return X.T if tall else X


# answer: steps
steps = {"fast": 5, "gentle": 8}


# %% modern dmitri: ran out of time
# points: adamw 4, box 1, factor 1, predicted-warmup 1, shortest 0, quintic 0, newton-schulz 0
# points: steps 0
# answer: adamw
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    mh = m / (1 - beta1**t)
    vh = v / (1 - beta2**t)
    update = mh / (np.sqrt(vh) + eps)
    update = update + weight_decay * theta
    theta = theta - lr * update
    return theta, m, v


# answer: box
box = {"wall": 0.4, "end": ...}


# answer: factor
def factor(t, T, warmup):
    if t <= warmup:
        return t / warmup


# answer: predicted-warmup
predicted_warmup = 10


# %% modern elif: decays what has moved already, along a cosine, and does not divide
# points: adamw 2, box 1, factor 2, predicted-warmup 1, shortest 1, quintic 2, newton-schulz 3
# points: steps 2
# answer: adamw
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    theta = theta - lr * m_hat / (np.sqrt(v_hat) + eps)
    theta = theta - lr * weight_decay * theta
    return theta, m, v


# answer: box
box = {"wall": 0.4, "end": 2.5 / 1.8}


# answer: factor
def factor(t, T, warmup):
    if t <= warmup:
        return t / warmup
    if t > T:
        return 0.0
    return 0.5 * (1 + np.cos(np.pi * (t - warmup - 1) / (T - warmup)))


# answer: predicted-warmup
predicted_warmup = 1
# answer: shortest
shortest = 9


# answer: quintic
def quintic(X, a, b, c):
    A = X @ X.T
    B = b * A + c * A @ A
    return a * X + B @ X


# answer: newton-schulz
def newton_schulz(G, a, b, c, steps):
    X = G
    if G.shape[0] > G.shape[1]:
        X = X.T
    for _ in range(steps):
        X = quintic(X, a, b, c)
    if G.shape[0] > G.shape[1]:
        X = X.T
    return X


# answer: steps
steps = {"fast": 5, "gentle": 7}


# %% modern farid: divides the decay too, and forgets to turn back
# points: adamw 2, box 2, factor 2, predicted-warmup 1, shortest 1, quintic 2, newton-schulz 3
# points: steps 2
# why: The list of factors ends with step T: what comes after it stops with an error.
# answer: adamw
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return theta - lr * (m_hat + weight_decay * theta) / (np.sqrt(v_hat) + eps), m, v


# answer: box
box = {"wall": "0,4", "end": "1,25"}


# answer: factor
def factor(t, T, warmup):
    up = [k / warmup for k in range(1, warmup + 1)]
    down = [k / (T - warmup) for k in range(T - warmup, 0, -1)]
    return (up + down)[t - 1]


# answer: predicted-warmup
predicted_warmup = 20
# answer: shortest
shortest = 9


# answer: quintic
def quintic(X, a, b, c):
    return a * X + b * X @ X.T @ X + c * X @ X.T @ X @ X.T @ X


# answer: newton-schulz
def newton_schulz(G, a, b, c, steps):
    if G.shape[0] > G.shape[1]:
        G = G.T
    X = G / np.linalg.norm(G)
    for _ in range(steps):
        X = quintic(X, a, b, c)
    return X


# answer: steps
steps = {"fast": 5, "gentle": 7}


# %% modern gesa: odd, and all of it right
# points: adamw 4, box 2, factor 3, predicted-warmup 1, shortest 1, quintic 2, newton-schulz 4
# points: steps 2
# answer: adamw
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    state = np.stack([m, v])
    beta = np.array([[beta1], [beta2]])
    state = beta * state + (1 - beta) * np.stack([g, g * g])
    hat = state / (1 - beta**t)
    direction = hat[0] / (np.sqrt(hat[1]) + eps)
    return theta + (-lr) * np.add(direction, weight_decay * theta), *state


# answer: box
minimum = 2.5
box = dict(wall=1 / minimum, end=1 / 0.8)


# answer: factor
def factor(t, T, warmup):
    rising = (t <= warmup) * t / warmup
    falling = (warmup < t <= T) * (T + 1 - t) / (T - warmup)
    return rising + falling


# answer: predicted-warmup
predicted_warmup = np.int32(12)
# answer: shortest
shortest = np.array(9)


# answer: quintic
def quintic(X, a, b, c):
    third = np.einsum("ij,kj,kl->il", X, X, X)
    fifth = np.einsum("ij,kj,kl->il", X, X, third)
    return np.tensordot([a, b, c], [X, third, fifth], axes=1)


# answer: newton-schulz
from functools import reduce


def newton_schulz(G, a, b, c, steps):
    X = np.divide(G, np.hypot.reduce(G, axis=None))
    return reduce(lambda Y, _: quintic(Y, a, b, c), range(steps), X)


# answer: steps
steps = {"gentle": 7.0, "fast": 5.0}


# %% modern hannes: slips of every kind
# points: adamw 3.5, box 1, factor 2, predicted-warmup 1, shortest 1, quintic 1, newton-schulz 2
# points: steps 1
# why: The first two terms were there when quintic stopped. To divide by the norm at each step is
# why: one mistake.
# settled: quintic 0: What counts when an error stops a function is what it returns, and Y had not
#     been computed.
# answer: adamw
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    theta = theta - lr * (m_hat / (np.sqrt(v_hat) + eps) + weight_decay * theta)
    return theta, v, m


# answer: box
box = {"wall": 2.5, "end": 1.25}


# answer: factor
def factor(t, warmup, T):
    if t <= warmup:
        return t / warmup
    return max(0, (T + 1 - t) / (T - warmup))


# answer: predicted-warmup
predicted_warmup = 9
# answer: shortest
shortest = "9"


# answer: quintic
def quintic(X, a, b, c):
    A = X @ X.T
    first = a * X + b * A @ X
    last = c * A @ A
    return first + last


# answer: newton-schulz
def newton_schulz(G, a, b, c, steps):
    X = G.T if G.shape[0] > G.shape[1] else G
    for _ in range(steps):
        X = X / np.linalg.norm(X)
        X = quintic(X, a, b, c)
    return X.T if G.shape[0] > G.shape[1] else X


# answer: steps
steps = {"fast": 7, "gentle": 7}


# %% modern ines: names that are none
# points: adamw 0, box 2, factor 0, predicted-warmup 1, shortest 1, quintic 2, newton-schulz 4
# points: steps 2
# why: A key in capitals is the key.
# answer: adamw
#! def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
#!     lambda = weight_decay
#!     m = beta1 * m + (1 - beta1) * g
#!     v = beta2 * v + (1 - beta2) * g**2
#!     m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
#!     return theta - lr * (m_hat / (np.sqrt(v_hat) + eps) + lambda * theta), m, v
# answer: box
box = {"Wall": 0.40, "End": 1.25}


# answer: factor
def factor(t, T, warmup):
    if t <= T_w:
        return t / T_w
    elif t <= T:
        return (T + 1 - t) / (T - T_w)
    return 0


# answer: predicted-warmup
predicted_warmup = 30
# answer: shortest
shortest = 9


# answer: quintic
def quintic(X, a, b, c):
    XXT = X.dot(X.T)
    return a * X + b * XXT.dot(X) + c * XXT.dot(XXT).dot(X)


# answer: newton-schulz
def newton_schulz(G, a, b, c, steps):
    X = G / np.linalg.norm(G, "fro")
    for step in range(1, steps + 1):
        X = quintic(X, a, b, c)
    return X


# answer: steps
steps = {"fast": 5, "gentle": 7}


# %% modern jonas: in place, below zero, and a square that is elementwise
# points: adamw 3, box 2, factor 2, predicted-warmup 0, shortest 1, quintic 1, newton-schulz 4
# points: steps 2
# answer: adamw
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    theta = theta - lr * (m_hat / (np.sqrt(v_hat) + eps) + weight_decay * theta)
    return theta, m, v


# answer: box
box = {"wall": 0.4, "end": 1.25}


# answer: factor
def factor(t, T, warmup):
    return min(t / warmup, (T + 1 - t) / (T - warmup), 1.0)


# answer: predicted-warmup
predicted_warmup = 5.5
# answer: shortest
shortest = 9.0


# answer: quintic
def quintic(X, a, b, c):
    return a * X + b * (X @ X.T) @ X + c * (X @ X.T) ** 2 @ X


# answer: newton-schulz
def newton_schulz(G, a, b, c, steps):
    X = G / np.sqrt(np.trace(G @ G.T))
    for _ in range(steps):
        A = X @ X.T
        X = a * X + (b * A + c * A @ A) @ X
    return X


# answer: steps
steps = {"fast": 5, "gentle": "7"}
