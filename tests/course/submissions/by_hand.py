"""Sixty answers that were marked by hand before a check saw them.

Read by `tests.course.fast`, as the other files here; each section names its assignment too.
"""


# %% ravine expand: a comprehension over the rows
# points: expand 1
def expand(X):
    return np.array([[a, b, a**2, b**2, a * b, 1] for a, b in X])


# %% ravine expand: hstack with columns
# points: expand 1
def expand(X):
    x0, x1 = X[:, [0]], X[:, [1]]
    return np.hstack([x0, x1, x0 * x0, x1 * x1, x0 * x1, np.ones_like(x0)])


# %% ravine expand: the product is a sum
# points: expand 0
def expand(X):
    x0, x1 = X.T
    return np.stack([x0, x1, x0**2, x1**2, x0 + x1, np.ones(len(X))], axis=1)


# %% ravine probability: two branches, each without overflow
# points: probability 2
def probability(X, w):
    z = X @ w
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + small), small / (1 + small))


# %% ravine probability: a loop, with math
# points: probability 1
import math


def probability(X, w):
    p = []
    for row in X:
        z = sum(a * b for a, b in zip(row, w))
        try:
            p.append(1 / (1 + math.exp(-z)))
        except OverflowError:
            p.append(float("nan"))
    return p


# %% ravine probability: the sign is forgotten
# points: probability 1
def probability(X, w):
    return 1 / (1 + np.exp(X.dot(w)))


# %% ravine loss: straight from the formula
# points: loss 1
def compute_loss(X, y, w):
    p = probability(X, w)
    loss = -(y * np.log(p) + (1 - y) * np.log(1 - p))
    return loss.mean()


# %% ravine loss: a small number inside the logarithm
# points: loss 1
def compute_loss(X, y, w):
    p = probability(X, w)
    tiny = 1e-10
    return -np.mean(y * np.log(p + tiny) + (1 - y) * np.log(1 - p + tiny))


# %% ravine loss: the sum, in the stable form
# points: loss 1
def compute_loss(X, y, w):
    z = X @ w
    total = 0
    for k in range(len(y)):
        total += np.logaddexp(0, z[k]) - y[k] * z[k]
    return total


# %% ravine loss: by log1p and the larger of z and 0
# points: loss 2
def compute_loss(X, y, w):
    z = np.dot(X, w)
    return np.mean(np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z))))


# %% ravine grad: the sum over the rows
# points: grad 1
def compute_grad(X, y, w):
    error = probability(X, w) - y
    return X.T @ error


# %% ravine grad: an outer loop
# points: grad 2
def compute_grad(X, y, w):
    p = probability(X, w)
    grad = np.zeros(len(w))
    for j in range(len(w)):
        grad[j] = np.mean((p - y) * X[:, j])
    return grad


# %% ravine grad: the loss of one row differentiated
# points: grad 0
def compute_grad(X, y, w):
    p = probability(X, w)
    return (p - y)[0] * X[0] * w


# %% ravine momentum: in place, then returned
# points: momentum 2
def momentum(theta, g, v, lr, momentum):
    v[:] = momentum * v + lr * g
    theta[:] = theta - v
    return theta, v


# %% ravine momentum: the sign of both is turned
# points: momentum 1
def momentum(theta, g, v, lr, momentum):
    v_new = momentum * v - lr * g
    theta_new = theta + v_new
    return theta_new, v_new


# %% ravine nag: the gradient of the new place, for both
# points: nag 2
def nag(theta, grad, v, lr, momentum):
    ahead = theta + momentum * v
    v = momentum * v + lr * grad(ahead)
    return theta - v, v


# %% ravine nag: a colon is missing
# points: nag 0
#! def nag(theta, grad, v, lr, momentum)
#!     ahead = theta - momentum * v
#!     v = momentum * v + lr * grad(ahead)
#!     return theta - v, v


# %% ravine sgd: a line too many
# points: sgd 1
def sgd(theta, g, lr):
    step = lr * g
    theta_new = theta - step
    print("moved by", step)
    return theta_new


# %% rates adagrad: a square root by power
# points: adagrad 3
def adagrad(theta, g, G, lr, eps):
    G = G + np.square(g)
    return theta - lr * g * (G + eps) ** -0.5, G


# %% rates adagrad: eps is outside
# points: adagrad 2
def adagrad(theta, g, G, lr, eps):
    G = G + g**2
    return theta - lr * g / (np.sqrt(G) + eps), G


# %% rates adagrad: a sum over the coordinates
# points: adagrad 1
def adagrad(theta, g, G, lr, eps):
    G = G + (g**2).sum()
    return theta - lr * g / np.sqrt(G + eps), G


# %% rates adagrad: the new sum is not returned
# points: adagrad 1
def adagrad(theta, g, G, lr, eps):
    new_G = G + g**2
    return theta - lr * g / np.sqrt(new_G + eps), G


# %% rates adagrad: ^ for the square
# points: adagrad 0
def adagrad(theta, g, G, lr, eps):
    G = G + g ^ 2
    return theta - lr * g / np.sqrt(G + eps), G


# %% rates rmsprop: np.average with weights
# points: rmsprop 3
def rmsprop(theta, g, Eg2, lr, rho, eps):
    Eg2 = np.average([Eg2, g**2], axis=0, weights=[rho, 1 - rho])
    rate = lr / np.sqrt(Eg2 + eps)
    return theta - rate * g, Eg2


# %% rates rmsprop: the weights are exchanged
# points: rmsprop 2
def rmsprop(theta, g, Eg2, lr, rho, eps):
    Eg2 = (1 - rho) * Eg2 + rho * g**2
    return theta - lr * g / np.sqrt(Eg2 + eps), Eg2


# %% rates rmsprop: no root
# points: rmsprop 1
def rmsprop(theta, g, Eg2, lr, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    return theta - lr * g / (Eg2 + eps), Eg2


# %% rates adadelta: the average of steps is renewed first
# points: adadelta 2
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    dx = -np.sqrt(Edx2 + eps) / np.sqrt(Eg2 + eps) * g
    Edx2 = rho * Edx2 + (1 - rho) * dx**2
    dx = -np.sqrt(Edx2 + eps) / np.sqrt(Eg2 + eps) * g
    return theta + dx, Eg2, Edx2


# %% rates adadelta: the last average is forgotten
# points: adadelta 3
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    dx = -np.sqrt(Edx2 + eps) / np.sqrt(Eg2 + eps) * g
    return theta + dx, Eg2, Edx2


# %% rates units: one power is turned round
# points: units 4
units = {
    "SGD": (1, -1),
    "Momentum": [1, -1],
    "Adagrad": (0, 0),
    "RMSprop": (0, 0),
    "Adadelta": (1, 0),
}


# %% moments correct: a function inside
# points: correct 2
def correct(m, v, t, beta1, beta2):
    def unbiased(x, beta):
        return x / (1 - np.power(beta, t))

    return unbiased(m, beta1), unbiased(v, beta2)


# %% moments correct: only the first is right
# points: correct 1
def correct(m, v, t, beta1, beta2):
    return m / (1 - beta1**t), v / (1 - beta2) ** t


# %% moments adam: eps under the root
# points: adam 3
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    mh, vh = correct(m, v, t, beta1, beta2)
    return theta - lr * mh / np.sqrt(vh + eps), m, v


# %% moments adam: no correction
# points: adam 3
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return theta - lr * m / (np.sqrt(v) + eps), m, v


# %% moments adam: in one line of its own rate
# points: adam 4
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m_new, v_new = m + (1 - beta1) * (g - m), v + (1 - beta2) * (g * g - v)
    c1, c2 = 1 - beta1**t, 1 - beta2**t
    return theta - lr / c1 * m_new / ((v_new / c2) ** 0.5 + eps), m_new, v_new


# %% moments adam: the corrected moments are returned
# points: adam 3
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m, v = correct(m, v, t, beta1, beta2)
    return theta - lr * m / (np.sqrt(v) + eps), m, v


# %% moments adam: a name is misspelt in the step
# points: adam 3
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - lr * mhat / (np.sqrt(v_hat) + eps), m, v


# %% moments adam: the mean of the gradients is squared
# points: adam 3
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * m**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% moments adamax: nan is replaced afterwards
# points: adamax 3
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = np.maximum(beta2 * u, np.abs(g))
    step = np.nan_to_num(m / (1 - beta1**t) / u)
    return theta - lr * step, m, u


# %% moments adamax: nothing is done against 0/0
# points: adamax 2.5
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = np.maximum(beta2 * u, abs(g))
    return theta - lr * m / (1 - beta1**t) / u, m, u


# %% moments adamax: the largest of all coordinates
# points: adamax 2
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = np.full_like(g, max(beta2 * u.max(), np.abs(g).max()))
    return theta - lr * m / (1 - beta1**t) / (u + 1e-30), m, u


# %% moments nadam: the newest gradient is not corrected
# points: nadam 2
def nadam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    m_bar = beta1 * m_hat + (1 - beta1) * g
    return theta - lr * m_bar / (np.sqrt(v_hat) + eps), m, v


# %% moments amsgrad: the maximum of Adam's corrected v
# points: amsgrad 2
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_now = correct(m, v, t, beta1, beta2)
    v_hat = np.maximum(v_hat, v_now)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v, v_hat


# %% moments amsgrad: Adam with a maximum that is not used
# points: amsgrad 2
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_hat = np.where(v > v_hat, v, v_hat)
    return theta - lr * m / (np.sqrt(v) + eps), m, v, v_hat


# %% moments first-steps: two exchanged
# points: first-steps 1
first_steps = {"A": "only m", "B": "both", "C": "none"}

# %% moments turn: two digits
# points: turn 1
turn = 0.75


# %% choose search: a dictionary of losses
# points: search 4
def search(run, rates, budget):
    losses = {}
    for lr in list(rates)[:budget]:
        loss = run(lr)
        if np.isfinite(loss):
            losses[lr] = loss
    return min(losses, key=losses.get)


# %% choose search: argmin, with nan in it
# points: search 3
def search(run, rates, budget):
    losses = [run(lr) for lr in rates[:budget]]
    return rates[np.argmin(losses)]


# %% choose search: the budget is overlooked
# points: search 3
def search(run, rates, budget):
    losses = np.array([run(lr) for lr in rates])
    losses[~np.isfinite(losses)] = np.inf
    return rates[losses.argmin()]


# %% choose search: the lowest loss comes back
# points: search 3
def search(run, rates, budget):
    best = np.inf
    for lr in rates[:budget]:
        loss = run(lr)
        if loss < best:
            best = loss
    return best


# %% choose one-sweep: a letter and its reason
# points: one-sweep 1
one_sweep = "b."


# %% modern adamw: shrinks first, in one line
# points: adamw 4
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    step = (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return (1 - lr * weight_decay) * theta - lr * step, m, v


# %% modern adamw: the decay has no rate
# points: adamw 2
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    step = (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return theta - lr * step - weight_decay * theta, m, v


# %% modern adamw: the size of g in the place of its square
# points: adamw 3.5
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * abs(g)
    step = (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return theta - lr * (step + weight_decay * theta), m, v


# %% modern adamw: a penalty, and no correction of v
# points: adamw 1
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    grad = g + weight_decay * theta
    m, v = beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2
    return theta - lr * (m / (1 - beta1**t)) / (np.sqrt(v) + eps), m, v


# %% modern factor: gone in place of left, a step early
# points: factor 2
def factor(t, T, warmup):
    if t <= warmup:
        return t / warmup
    gone = (t - warmup) / (T - warmup)
    return 1 - min(gone, 1)


# %% modern factor: after the end it goes on
# points: factor 2
def factor(t, T, warmup):
    if t > warmup:
        return (T - t + 1) / (T - warmup)
    return t / warmup


# %% modern factor: nothing after the end, in an if
# points: factor 3
def factor(t, T, warmup):
    if t > T:
        return 0.0
    return t / warmup if t < warmup else 1 - max(0, t - warmup - 1) / (T - warmup)


# %% modern quintic: powers of a matrix
# points: quintic 2
def quintic(X, a, b, c):
    A = X @ X.T
    return a * X + b * A @ X + c * np.linalg.matrix_power(A, 2) @ X


# %% modern newton-schulz: a step too few
# points: newton-schulz 2
def newton_schulz(G, a, b, c, steps):
    X = G / np.linalg.norm(G, "fro")
    for k in range(1, steps):
        X = quintic(X, a, b, c)
    return X


# %% modern newton-schulz: turned, and the size forgotten
# points: newton-schulz 3
def newton_schulz(G, a, b, c, steps):
    rows, columns = G.shape
    if rows > columns:
        return newton_schulz(G.T, a, b, c, steps).T
    for _ in range(steps):
        G = quintic(G, a, b, c)
    return G
