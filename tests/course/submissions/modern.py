"""Answers to assignment 5. Sections are read by `tests.course.fast`; nothing here is imported."""


# %% wrong adamw: L2 inside the gradient
# points: adamw 2
# says: λθ is added to the gradient: that is L2 inside Adam
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    g = g + weight_decay * theta
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% wrong adamw: L2 in the first moment alone
# points: adamw 2
# says: that is L2 inside Adam
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * (g + weight_decay * theta)
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% wrong adamw: no decay
# points: adamw 2
# says: There is no decay: subtract lr λ theta
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% wrong adamw: the decay is above the line
# points: adamw 2
# says: The decay is divided too
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return theta - lr * (m_hat + weight_decay * theta) / (np.sqrt(v_hat) + eps), m, v


# %% wrong adamw: eta does not multiply the decay
# points: adamw 2
# says: η does not multiply the decay, as in the paper
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return (1 - weight_decay) * theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% wrong adamw: eta multiplies the decay twice
# points: adamw 2
# says: η multiplies the decay twice
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    decay = lr * weight_decay * theta
    return theta - lr * (m_hat / (np.sqrt(v_hat) + eps) + decay), m, v


# %% wrong adamw: the decay comes after the step
# points: adamw 2
# says: It shrinks theta after Adam's step, and with it the step.
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    theta = theta - lr * m_hat / (np.sqrt(v_hat) + eps)
    theta = theta - lr * weight_decay * theta
    return theta, m, v


# %% wrong adamw: the decay has the corrected rate
# points: adamw 2
# says: The decay has the rate with both corrections in it.
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    root = np.sqrt(1 - beta2**t)
    rate = lr * root / (1 - beta1**t)
    return theta - rate * (m / (np.sqrt(v) + eps * root) + weight_decay * theta), m, v


# %% wrong adamw: the decay has the wrong sign
# points: adamw 2
# says: The decay has the wrong sign, and makes theta larger
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return theta - lr * (m_hat / (np.sqrt(v_hat) + eps) - weight_decay * theta), m, v


# %% wrong adamw: both corrections are missing, charged once
# points: adamw 3
# says: Both corrections are missing
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return theta - lr * (m / (np.sqrt(v) + eps) + weight_decay * theta), m, v


# %% wrong adamw: no correction, and L2
# points: adamw 1
# says: Both corrections are missing
# says: It is theta - lr (m̂ / (√v̂ + ε) + λ theta)
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    g = g + weight_decay * theta
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return theta - lr * m / (np.sqrt(v) + eps), m, v


# %% wrong adamw: eps inside the root
# points: adamw 3
# says: ε is inside the root; in Adam it is added to the root.
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return theta - lr * (m_hat / np.sqrt(v_hat + eps) + weight_decay * theta), m, v


# %% wrong adamw: the decay of PyTorch is written into it
# points: adamw 3
# says: weight_decay is fixed at 0.01 inside the function
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return theta - lr * (m_hat / (np.sqrt(v_hat) + eps) + 0.01 * theta), m, v


# %% wrong adamw: in place
# points: adamw 3
# says: The caller's theta changed
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    theta *= 1 - lr * weight_decay
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    theta -= lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return theta, m, v


# %% wrong adamw: the package's rule
# points: adamw 0
# says: lets the package do the work
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    step, m, v = AdamW(lr, beta1, beta2, eps, weight_decay).update(g, t, theta, m, v)
    return theta + step, m, v


# %% wrong adamw: the course's own formula
# points: adamw 0
# says: lets the package do the work
def adamw(*given):
    return modern.ASSIGNMENT.questions["adamw"].answer(*given)


# %% wrong adamw: what goes in comes out
# points: adamw 0
# says: m comes back as it went in
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    return theta, m, v


# %% wrong box: the inverse, and the minimum of the penalty
# points: box 0
# says: That is where the minimum is: λ is its inverse.
# says: there L2 inside Adam ends
box = {"wall": 2.5, "end": 2.5 / 1.8}


# %% wrong box: the other coordinate
# points: box 0
# says: There the other coordinate meets its wall
# says: That is where θ[0] ends
box = {"wall": 1.0, "end": 1.0}


# %% wrong box: where the slider starts, and λ itself
# points: box 0
# says: That is where the slider starts
# says: That is λ: the box ends at its inverse.
box = {"wall": 0.02, "end": 0.8}


# %% wrong box: half of it
# points: box 1
# says: There is no answer yet.
box = {"wall": 0.4}


# %% wrong factor: t is counted from 0, in both lines
# points: factor 1
# says: The first step does nothing: is t counted from 0?
# says: It is a step early
def factor(t, T, warmup):
    t = t - 1
    if t < warmup:
        return t / warmup
    return max(0, (T - 1 - t) / (T - warmup))


# %% wrong factor: the last step does not move
# points: factor 2
# says: It is a step early: step T_w + 1 should have the factor 1.
def factor(t, T, warmup):
    if t <= warmup:
        return t / warmup
    return max(0, (T - t) / (T - warmup))


# %% wrong factor: the ramp reaches 1 a step late
# points: factor 2
# says: It is divided by T_w + 1
def factor(t, T, warmup):
    return t / (warmup + 1) if t <= warmup else max(0, (T + 1 - t) / (T - warmup))


# %% wrong factor: the decay takes over in the last step of the warm-up
# points: factor 2
# says: In step T_w the decay has begun, with a factor larger than 1
def factor(t, T, warmup):
    if t < warmup:
        return t / warmup
    return max(0, (T + 1 - t) / (T - warmup))


# %% wrong factor: negative after the end
# points: factor 2
# says: After step T the factor is negative
def factor(t, T, warmup):
    return min(1, t / warmup, (T + 1 - t) / (T - warmup))


# %% wrong factor: divided by all steps
# points: factor 2
# says: It is divided by T: the decay has T - T_w steps.
def factor(t, T, warmup):
    return max(0, min(1, t / warmup, (T + 1 - t) / T))


# %% wrong factor: it rises
# points: factor 1
# says: It rises: that is what is gone of the decay.
def factor(t, T, warmup):
    if t <= warmup:
        return t / warmup
    return (t - warmup) / (T - warmup)


# %% wrong factor: ramp and decay are multiplied
# points: factor 2
# says: Ramp and decay are multiplied.
def factor(t, T, warmup):
    return min(1, t / warmup) * max(0, (T + 1 - t) / (T - warmup))


# %% wrong factor: no warm-up
# points: factor 2
# says: There is no warm-up
def factor(t, T, warmup):
    return max(0, min(1, (T + 1 - t) / (T - warmup)))


# %% wrong factor: no decay
# points: factor 1
# says: It stays at 1: there is no decay.
def factor(t, T, warmup):
    return min(1, t / warmup)


# %% wrong factor: whole numbers
# points: factor 1
# says: // leaves the fraction out: write /.
def factor(t, T, warmup):
    return max(0, min(1, t // warmup, (T + 1 - t) // (T - warmup)))


# %% wrong factor: the cosine
# points: factor 2
# says: That is the cosine
def factor(t, T, warmup):
    gone = np.clip((t - 1 - warmup) / (T - warmup), 0, 1)
    return min(1, t / warmup, (1 + np.cos(np.pi * gone)) / 2)


# %% wrong factor: printed
# points: factor 0
# says: returns nothing
def factor(t, T, warmup):
    print(max(0, min(1, t / warmup, (T + 1 - t) / (T - warmup))))


# %% wrong factor: a table, made before by the package
# points: factor 0
# says: the dictionary has no key
from adaptive.schedules import Linear

cases = [(t, T, w) for w in range(1, 13) for T in range(w + 1, 50) for t in range(1, T + 9)]
table = {(t, T, w): float(Linear(T=T, warmup=w)(t)) for t, T, w in cases}


def factor(t, T, warmup):
    return table[t, T, warmup]


# %% wrong factor: the package's schedule
# points: factor 0
# says: lets the package do the work
def factor(t, T, warmup):
    from adaptive.schedules import Linear

    return Linear(T=T, warmup=warmup)(t)


# %% wrong predicted-warmup: half a step
# points: predicted-warmup 0
# says: must be a whole number from 1 to 59, and is 7.5
predicted_warmup = 7.5

# %% right predicted-warmup: a serious one that is wrong
predicted_warmup = 30

# %% wrong shortest: by the first step alone
# points: shortest 0
# says: With so many the first step comes down
shortest = 8

# %% wrong shortest: as if no step might cross
# points: shortest 0
# says: That is about twice as long as it takes
shortest = 16

# %% wrong shortest: no warm-up
# points: shortest 0
# says: With one step of warm-up there is none
shortest = 1

# %% wrong shortest: between two whole numbers
# points: shortest 0
# says: 7.5 is too small. It is a whole number of steps
shortest = 7.5

# %% wrong shortest: no number
# points: shortest 0
# says: must be one number
shortest = "about nine"


# %% wrong quintic: each entry by itself
# points: quintic 0
# says: Each entry is taken through the polynomial by itself.
def quintic(X, a, b, c):
    return a * X + b * X**3 + c * X**5


# %% wrong quintic: the square of the entries
# points: quintic 1
# says: A * A and A**2 square each entry: the product of matrices is A @ A.
def quintic(X, a, b, c):
    A = X @ X.T
    return a * X + (b * A + c * A**2) @ X


# %% wrong quintic: the coefficients from the last to the first
# points: quintic 1
# says: The coefficients are in another order
def quintic(X, a, b, c):
    A = X @ X.T
    return c * X + (b * A + a * A @ A) @ X


# %% wrong quintic: without a transpose
# points: quintic 0
# says: in a product a @ b the last size of a must be the first of b
def quintic(X, a, b, c):
    return a * X + b * X @ X @ X + c * X @ X @ X @ X @ X


# %% wrong quintic: the last term is not squared
# points: quintic 1
# says: The last term has three factors
def quintic(X, a, b, c):
    A = X @ X.T
    return a * X + b * A @ X + c * A @ X


# %% wrong quintic: a is added
# points: quintic 1
# says: a is added to each entry: it multiplies X.
def quintic(X, a, b, c):
    A = X @ X.T
    return a + (b * A + c * A @ A) @ X


# %% wrong quintic: X is missing at the end
# points: quintic 0
# says: do not fit together element by element
def quintic(X, a, b, c):
    A = X @ X.T
    return a * X + b * A + c * A @ A


# %% wrong quintic: the sign of b
# points: quintic 1
# says: b is negative already
def quintic(X, a, b, c):
    A = X @ X.T
    return a * X - b * A @ X + c * A @ A @ X


# %% wrong newton-schulz: not normalised
# points: newton-schulz 3
# says: G is not divided by its norm
def newton_schulz(G, a, b, c, steps):
    X = G
    for _ in range(steps):
        X = quintic(X, a, b, c)
    return X


# %% wrong newton-schulz: comes back transposed
# points: newton-schulz 3
# says: It comes back transposed: turn it back after the steps.
def newton_schulz(G, a, b, c, steps):
    X = G.T if G.shape[0] > G.shape[1] else G
    X = X / np.linalg.norm(X)
    for _ in range(steps):
        X = quintic(X, a, b, c)
    return X


# %% wrong newton-schulz: always turned, and back by reshape
# points: newton-schulz 3
# says: It is turned back by .reshape
def newton_schulz(G, a, b, c, steps):
    X = G.T if len(G) > len(G[0]) else G
    X = X / np.linalg.norm(X)
    for _ in range(steps):
        X = quintic(X, a, b, c)
    return X.reshape(G.shape)


# %% wrong newton-schulz: by the largest singular value
# points: newton-schulz 3
# says: It is divided by the largest singular value
def newton_schulz(G, a, b, c, steps):
    X = G / np.linalg.norm(G, 2)
    for _ in range(steps):
        X = quintic(X, a, b, c)
    return X


# %% wrong newton-schulz: by the sum of squares
# points: newton-schulz 3
# says: It is divided by the sum of the squares: the root is missing.
def newton_schulz(G, a, b, c, steps):
    X = G / np.sum(G**2)
    for _ in range(steps):
        X = quintic(X, a, b, c)
    return X


# %% wrong newton-schulz: normalised in each step
# points: newton-schulz 2
# says: X is divided by its norm in each step
def newton_schulz(G, a, b, c, steps):
    for _ in range(steps):
        G = quintic(G / np.linalg.norm(G), a, b, c)
    return G


# %% wrong newton-schulz: the same step again and again
# points: newton-schulz 2
# says: It is one step, whatever steps says
def newton_schulz(G, a, b, c, steps):
    X = G / np.linalg.norm(G)
    for _ in range(steps):
        Y = quintic(X, a, b, c)
    return Y


# %% wrong newton-schulz: five steps
# points: newton-schulz 2
# says: steps is fixed at 5 inside the function
def newton_schulz(G, a, b, c, steps):
    X = G / np.linalg.norm(G)
    for _ in range(5):
        X = quintic(X, a, b, c)
    return X


# %% wrong newton-schulz: Muon's coefficients
# points: newton-schulz 2
# says: The coefficients are those of the chapter, fixed inside the function
def newton_schulz(G, a, b, c, steps):
    X = G / np.linalg.norm(G)
    for _ in range(steps):
        X = quintic(X, 3.4445, -4.7750, 2.0315)
    return X


# %% wrong newton-schulz: each entry by itself
# points: newton-schulz 0
# says: Each entry is taken through the polynomial by itself.
def newton_schulz(G, a, b, c, steps):
    X = G / np.linalg.norm(G)
    for _ in range(steps):
        X = a * X + b * X**3 + c * X**5
    return X


# %% wrong newton-schulz: the decomposition itself
# points: newton-schulz 0
# says: That is U Vᵀ itself, from the singular value decomposition.
def newton_schulz(G, a, b, c, steps):
    U, s, Vt = np.linalg.svd(G, full_matrices=False)
    return U @ Vt


# %% wrong newton-schulz: coefficients in the wrong order
# points: newton-schulz 2
# says: The coefficients are in another order
def newton_schulz(G, a, b, c, steps):
    X = G / np.linalg.norm(G)
    for _ in range(steps):
        X = quintic(X, c, b, a)
    return X


# %% wrong newton-schulz: G / ‖G‖
# points: newton-schulz 0
# says: no step is made
def newton_schulz(G, a, b, c, steps):
    return G / np.linalg.norm(G)


# %% wrong newton-schulz: the size is put back
# points: newton-schulz 3
# says: The size of G is put back at the end
def newton_schulz(G, a, b, c, steps):
    size = np.linalg.norm(G)
    X = G / size
    for _ in range(steps):
        X = quintic(X, a, b, c)
    return size * X


# %% wrong newton-schulz: the package
# points: newton-schulz 0
# says: lets the package do the work
def newton_schulz(G, a, b, c, steps):
    from adaptive import orthogonalized

    return orthogonalized(G, (a, b, c), steps)


# %% wrong newton-schulz: the package's Muon
# points: newton-schulz 0
# says: lets the package do the work
def newton_schulz(G, a, b, c, steps):
    from adaptive import Muon

    return Muon.orthogonalize(G, (a, b, c), steps)


# %% wrong newton-schulz: the check's own answer
# points: newton-schulz 0
# says: lets the package do the work
import sys


def newton_schulz(G, a, b, c, steps):
    frame = sys._getframe()
    while not hasattr(frame.f_locals.get("self"), "answer"):
        frame = frame.f_back
    return frame.f_locals["self"].answer(G, a, b, c, steps)


# %% wrong newton-schulz: the check's own step
# points: newton-schulz 0
# says: lets the package do the work
def newton_schulz(G, a, b, c, steps):
    X = G / np.linalg.norm(G)
    for _ in range(steps):
        X = modern.QUINTIC_STEP.answer(X, a, b, c)
    return X


# %% wrong steps: exchanged
# points: steps 0
# says: That is the number of the gentle one.
# says: That is the number of the fast one.
steps = {"fast": 7, "gentle": 5}

# %% wrong steps: one too few
# points: steps 0
# says: After so many the smallest is still below the band.
steps = {"fast": 4, "gentle": 6}

# %% wrong steps: where it settles
# points: steps 1
# says: 12 is too large.
steps = {"fast": 5, "gentle": 12}


# %% right adamw: first shrunk, then the step, as in PyTorch
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    theta = theta * (1 - lr * weight_decay)
    m = m + (1 - beta1) * (g - m)
    v = beta2 * v + (1 - beta2) * g * g
    root = np.sqrt(v) / np.sqrt(1 - beta2**t) + eps
    return theta - lr / (1 - beta1**t) * m / root, m, v


# %% right adamw: in float32, with other names
def adamw(x, d, n, a, b, rate, p, q, small, shrink):
    x, d, a, b = (np.float32(one) for one in (x, d, a, b))
    a, b = p * a + (1 - p) * d, q * b + (1 - q) * d**2
    u = a / (1 - p**n) / (np.sqrt(b / (1 - q**n)) + small)
    return x - rate * u - rate * shrink * x, a, b


# %% right adamw: a dictionary
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m = np.average([m, g], axis=0, weights=[beta1, 1 - beta1])
    v = np.average([v, g**2], axis=0, weights=[beta2, 1 - beta2])
    u = (m / (1 - beta1**t)) / ((v / (1 - beta2**t)) ** 0.5 + eps)
    return {"theta": theta - lr * (u + weight_decay * theta), "v": v, "m": m}


# %% right box: read off the figure
box = {"wall": 0.41, "end": np.float32(1.25)}


# %% right factor: pieces
def factor(t, T, warmup):
    if t <= warmup:
        return t / warmup
    elif t <= T:
        return 1 - (t - 1 - warmup) / (T - warmup)
    return 0


# %% right factor: interpolated
def factor(t, T, warmup):
    return np.interp(t, [0, warmup, warmup + 1, T + 1], [0, 1, 1, 0])


# %% right factor: a sum over the steps, with its rounding
def factor(t, T, warmup):
    f = 0
    for step in range(1, t + 1):
        if step <= warmup:
            f += 1 / warmup
        elif step > warmup + 1:
            f = max(0, f - 1 / (T - warmup))
    return f


# %% right factor: by numpy, as an array of one
def factor(t, T, warmup):
    up, left = np.array([t / warmup]), np.array([(T + 1 - t) / (T - warmup)])
    return np.clip(np.minimum(up, left), 0, 1)


# %% right shortest: as a text
shortest = "9"


# %% right quintic: from the right side
def quintic(X, a, b, c):
    A = X.T @ X
    return X @ (a * np.eye(len(A)) + b * A + c * A @ A)


# %% right quintic: by Horner
def quintic(X, a, b, c):
    A = np.dot(X, X.T)
    return a * X + A.dot(b * X + c * A.dot(X))


# %% right newton-schulz: never transposed
def newton_schulz(G, a, b, c, steps):
    X = G / np.sqrt((G**2).sum())
    for _ in range(steps):
        A = X @ X.T
        X = a * X + b * A @ X + c * A @ A @ X
    return X


# %% right newton-schulz: a matrix that is wide is turned
def newton_schulz(G, a, b, c, steps):
    turned = G.shape[1] > G.shape[0]
    X = G.T if turned else G.copy()
    X = X / np.sqrt(np.trace(X.T @ X))
    while steps > 0:
        X, steps = quintic(X, a, b, c), steps - 1
    return X.T if turned else X


# %% right newton-schulz: on the singular values themselves
def newton_schulz(G, a, b, c, steps):
    U, s, Vt = np.linalg.svd(G, full_matrices=False)
    s = s / np.sqrt(np.sum(s**2))
    for _ in range(steps):
        s = a * s + b * s**3 + c * s**5
    return (U * s) @ Vt


# %% right newton-schulz: in float32
def newton_schulz(G, a, b, c, steps):
    X = G.astype(np.float32) / np.linalg.norm(G)
    for _ in range(steps):
        X = quintic(X, a, b, c)
    return X


# %% right newton-schulz: a recursion
def newton_schulz(G, a, b, c, steps):
    if steps == 0:
        return G / np.linalg.norm(G)
    return quintic(newton_schulz(G, a, b, c, steps - 1), a, b, c)


# %% right steps: numpy's numbers
steps = {"fast": np.int64(5), "gentle": 7.0}


# %% wrong newton-schulz: by the nuclear norm
# points: newton-schulz 3
# says: It is divided by the sum of the singular values
def newton_schulz(G, a, b, c, steps):
    X = G / np.linalg.norm(G, "nuc")
    for _ in range(steps):
        X = quintic(X, a, b, c)
    return X


# %% wrong newton-schulz: by another norm of matrices
# points: newton-schulz 3
# says: It is divided by the largest sum of a column
def newton_schulz(G, a, b, c, steps):
    X = G / np.linalg.norm(G, 1)
    for _ in range(steps):
        X = quintic(X, a, b, c)
    return X


# %% wrong factor: one more below the line
# points: factor 2
# says: the line is divided by T - T_w
def factor(t, T, warmup):
    if t < warmup:
        return t / warmup
    return max(0, (T - t + 1) / (T - warmup + 1))


# %% wrong adamw: a decay by the sign
# points: adamw 2
# says: The decay takes the sign of theta
def adamw(theta, g, t, m, v, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    theta = theta - lr * weight_decay * np.sign(theta)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v
