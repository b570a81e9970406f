"""Answers to assignment 3. Sections are read by `tests.course.fast`; nothing here is imported."""


# %% wrong correct: nothing is corrected
# points: correct 0
# says: That is m as it came in: divide it by 1 - β₁ᵗ.
# says: That is v as it came in: divide it by 1 - β₂ᵗ.
def correct(m, v, t, beta1, beta2):
    return m, v


# %% wrong correct: only the first moment
# points: correct 1
# says: That is v as it came in
def correct(m, v, t, beta1, beta2):
    return m / (1 - beta1**t), v


# %% wrong correct: multiplied
# points: correct 0
# says: m is too small at the start: divide.
def correct(m, v, t, beta1, beta2):
    return m * (1 - beta1**t), v * (1 - beta2**t)


# %% wrong correct: no exponent
# points: correct 0
# says: that is right at the first step only
def correct(m, v, t, beta1, beta2):
    return m / (1 - beta1), v / (1 - beta2)


# %% wrong correct: t is counted from 0, charged once
# points: correct 1
# says: You use t - 1; t is 1 at the first step.
def correct(m, v, t, beta1, beta2):
    t = t - 1
    return m / (1 - beta1**t), v / (1 - beta2**t)


# %% wrong correct: the decays are exchanged, charged once
# points: correct 1
# says: the first line (1 point off). Its arguments are (m, v, t, beta2, beta1)
def correct(m, v, t, beta2, beta1):
    return m / (1 - beta1**t), v / (1 - beta2**t)


# %% wrong correct: the order of the returned values
# points: correct 1
# says: The values come back in the order v_hat, m_hat; asked for is `return m_hat, v_hat`.
def correct(m, v, t, beta1, beta2):
    return v / (1 - beta2**t), m / (1 - beta1**t)


# %% wrong correct: the power is taken of the difference
# points: correct 0
# says: A power comes before a difference
def correct(m, v, t, beta1, beta2):
    return m / (1 - beta1) ** t, v / (1 - beta2) ** t


# %% wrong correct: the decays of the chapter
# points: correct 0
# says: beta1 is fixed at 0.9 inside the function
def correct(m, v, t, beta1, beta2):
    return m / (1 - 0.9**t), v / (1 - 0.999**t)


# %% wrong correct: in place
# points: correct 1
# says: The caller's m and v changed
def correct(m, v, t, beta1, beta2):
    m /= 1 - beta1**t
    v /= 1 - beta2**t
    return m, v


# %% wrong correct: printed and not returned
# points: correct 0
# says: returns nothing
def correct(m, v, t, beta1, beta2):
    print(m / (1 - beta1**t), v / (1 - beta2**t))


# %% wrong correct: the later answers do not pay for an earlier one
# points: correct 0
# says: That is 1 - β₁ᵗ, the weight that has come in: divide m by it.
def correct(m, v, t, beta1, beta2):
    return 1 - beta1**t, 1 - beta2**t


# %% wrong first-steps: two curves exchanged
# points: first-steps 1
# says: With m̂ over √v the first step is 1/√(1 - β₂) = 31.6 η long.
# says: With none the first step is (1 - β₁)/√(1 - β₂) = 3.2 η long.
first_steps = {"A": "only m", "B": "both", "C": "none"}


# %% wrong first-steps: a word that is not asked for, and one row left out
# points: first-steps 1
# says: must be one of "both", "none", "only m", "only v", and is 'half'
# says: There is no answer yet.
first_steps = {"A": "none", "B": "half"}


# %% wrong first-steps: the other single correction
# points: first-steps 2
# says: With m over √v̂ the first step is 1 - β₁ = 0.1 η long.
first_steps = {"A": "none", "B": "both", "C": "only v"}


# %% wrong adam: both corrections are missing
# points: adam 3
# says: Both corrections are missing
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return theta - lr * m / (np.sqrt(v) + eps), m, v


# %% wrong adam: only m is corrected
# points: adam 3
# says: Only m is corrected
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, _ = correct(m, v, t, beta1, beta2)
    return theta - lr * m_hat / (np.sqrt(v) + eps), m, v


# %% wrong adam: only v is corrected
# points: adam 3
# says: Only v is corrected
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    _, v_hat = correct(m, v, t, beta1, beta2)
    return theta - lr * m / (np.sqrt(v_hat) + eps), m, v


# %% wrong adam: t is counted from 0
# points: adam 3
# says: theta is (nan, nan
# says: Is t counted from 0? With t - 1 the first correction divides 0 by 0.
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    t = t - 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% wrong adam: t is counted once more
# points: adam 3
# says: You correct with t + 1
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    t += 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% wrong adam: the decays are exchanged everywhere, charged once
# points: adam 3
# says: keep the first line as it was given.
def adam(theta, g, t, m, v, lr, beta2, beta1, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% wrong adam: the decays are exchanged in the correction only
# points: adam 3
# says: β₁ and β₂ are exchanged in the correction
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta2, beta1)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% wrong adam: eps inside the root
# points: adam 3
# says: ε is inside the root; in Adam it is added to the root.
# says: ε is inside the root
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - lr * m_hat / np.sqrt(v_hat + eps), m, v


# %% wrong adam: eps before the correction, as in Keras
# points: adam 3
# says: ε is added before the correction, as Keras does
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    alpha = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    m = m + (g - m) * (1 - beta1)
    v = v + (g**2 - v) * (1 - beta2)
    return theta - alpha * m / (np.sqrt(v) + eps), m, v


# %% wrong adam: v of g in place of its square
# points: adam 3
# says: It averages g in place of g²
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% wrong adam: the correction is fed back into the state, charged once
# points: adam 3
# says: The correction is fed back into the state: return m itself.
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m, v = correct(m, v, t, beta1, beta2)
    return theta - lr * m / (np.sqrt(v) + eps), m, v


# %% wrong adam: the root is missing
# points: adam 3
# says: The root is missing
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - lr * m_hat / (v_hat + eps), m, v


# %% wrong adam: the factor of the average is missing
# points: adam 3
# says: The factor 1 - β₁ is missing
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% wrong adam: the order of the returned values
# points: adam 3
# says: The values come back in the order m, v, theta
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return m, v, theta - lr * m_hat / (np.sqrt(v_hat) + eps)


# %% wrong adam: in place
# points: adam 3
# says: The caller's m and theta and v changed
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    theta -= lr * m_hat / (np.sqrt(v_hat) + eps)
    return theta, m, v


# %% wrong adam: the hyperparameters of the paper
# points: adam 0
# says: beta1 is fixed at 0.9 inside the function: use the argument beta1.
# says: beta2 is fixed at 0.999 inside the function: use the argument beta2.
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    lr, beta1, beta2, eps = 0.001, 0.9, 0.999, 1e-8
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% wrong adam: one decay is the paper's, charged once
# points: adam 3
# says: beta2 is fixed at 0.999 inside the function: use the argument beta2.
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = 0.999 * v + 0.001 * g**2
    m_hat, v_hat = correct(m, v, t, beta1, 0.999)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% wrong adam: counts its own steps
# points: adam 0
# says: does it remember something from one call to the next?
made = 0


def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    global made
    made += 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, made, beta1, beta2)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% wrong adam: calls the package
# points: adam 0
# says: lets the package do the work
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    step, m, v = Adam(lr, beta1, beta2, eps).update(g, t, m, v)
    return theta + step, m, v


# %% wrong adam: one v for all coordinates
# points: adam 3
# says: All coordinates share one v
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * (g @ g)
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% wrong adam: the state loses a coordinate
# points: adam 0
# says: m has shape
# says: and should have
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    return theta, g[1:], v[1:]


# %% wrong adam: ends Python
# points: adam 0
# says: ends Python with exit()
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    exit()


# %% wrong adamax: u is corrected though it needs none
# points: adamax 2
# says: u is corrected though it needs none
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = np.maximum(beta2 * u, np.abs(g))
    m_hat, u_hat = correct(m, u, t, beta1, beta2)
    return theta - lr * m_hat / np.maximum(u_hat, 1e-30), m, u


# %% wrong adamax: 0/0
# points: adamax 2.5
# says: 0 / 0 is nan. It should stay where it is
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = np.maximum(beta2 * u, np.abs(g))
    return theta - lr * m / (1 - beta1**t) / u, m, u


# %% wrong adamax: the maximum does not fade
# points: adamax 2
# says: The old maximum does not fade
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = np.maximum(u, np.abs(g))
    return theta - lr * m / (1 - beta1**t) / (u + 1e-30), m, u


# %% wrong adamax: no absolute value
# points: adamax 2
# says: The sign of g is kept
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = np.maximum(beta2 * u, g)
    return theta - lr * m / (1 - beta1**t) / np.maximum(u, 1e-38), m, u


# %% wrong adamax: m is not corrected
# points: adamax 2
# says: m is not corrected: it starts at 0, as in Adam.
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = np.maximum(beta2 * u, np.abs(g))
    return theta - lr * m / np.maximum(u, 1e-30), m, u


# %% wrong adamax: one maximum for all coordinates
# points: adamax 2
# says: All coordinates share one maximum
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = np.maximum(beta2 * u, np.abs(g)).max()
    return theta - lr * m / (1 - beta1**t) / u, m, u


# %% wrong adamax: an empty step gets nothing for standing still
# points: adamax 0
# says: u comes back as it went in: is the new value computed and returned?
# says: m comes back as it went in
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    return theta, m, u


# %% wrong adamax: squares, but with the root
# points: adamax 2
# says: g is squared: u is a maximum of |g|
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = np.maximum(beta2 * u, g**2)
    return theta - lr * m / (1 - beta1**t) / (np.sqrt(u) + 1e-30), m, u


# %% wrong nadam: Adam
# points: nadam 1
# says: That is Adam: m̂ is where Nadam looks ahead.
def nadam(theta, g, t, m, v, lr, beta1, beta2, eps):
    return adam(theta, g, t, m, v, lr, beta1, beta2, eps)


# %% wrong nadam: the exponent of optax
# points: nadam 2
# says: m is corrected with the exponent t + 1, as optax does.
def nadam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * g / (1 - beta1**t)
    return theta - lr * m_hat / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


# %% wrong nadam: the schedule of PyTorch
# points: nadam 2
# says: That is Dozat's schedule, as in PyTorch
def nadam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    mu = beta1 * (1 - 0.5 * 0.96 ** (np.arange(1, t + 2) * 0.004))
    first = mu[-1] * m / (1 - mu.prod())
    second = (1 - mu[-2]) * g / (1 - mu[:-1].prod())
    return theta - lr * (first + second) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


# %% wrong nadam: the gradient ahead is not corrected
# points: nadam 2
# says: The gradient in the look-ahead is not corrected
def nadam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    m_bar = beta1 * m_hat + (1 - beta1) * g
    return theta - lr * m_bar / (np.sqrt(v_hat) + eps), m, v


# %% wrong nadam: the look-ahead is stored
# points: nadam 2.5
# says: That is Nadam's look-ahead: it belongs to the step
def nadam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    m = beta1 * m_hat + (1 - beta1) / (1 - beta1**t) * g
    return theta - lr * m / (np.sqrt(v_hat) + eps), m, v


# %% wrong nadam: t is counted from 0
# points: nadam 2
# says: Is t counted from 0? With t - 1 the first correction divides 0 by 0.
def nadam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    missing = 1 - beta1 ** (t - 1)
    ahead = beta1 * m / missing + (1 - beta1) / missing * g
    return theta - lr * ahead / (np.sqrt(v / (1 - beta2 ** (t - 1))) + eps), m, v


# %% wrong adamax: the parameters become one number
# points: adamax 1.5
# says: theta has shape ()
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = np.maximum(beta2 * u, np.abs(g))
    return np.sum(theta - lr * m / (1 - beta1**t) / (u + 1e-30)), m, u


# %% wrong amsgrad: the moments become matrices
# points: amsgrad 2
# says: m has shape
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g[:, None]
    v = beta2 * v + (1 - beta2) * g[:, None] ** 2
    v_hat = np.maximum(v_hat, v)
    return theta - lr * m / (np.sqrt(v_hat) + eps), m, v, v_hat


# %% wrong predicted-end: outside the interval
# points: predicted-end 0
# says: must be a number from -1 to 1, and is 20
predicted_end = 20


# %% wrong predicted-end: a word
# points: predicted-end 0
# says: must be one number, and is 'at the bottom'
predicted_end = "at the bottom"


# %% wrong turn: where the slider starts
# points: turn 0
# says: That is where the slider starts
turn = 0.5


# %% wrong turn: where it arrives in time
# points: turn 0
# says: From there on it arrives at -1 in time.
turn = 0.81


# %% wrong turn: the default
# points: turn 0
# says: 0.999 is too large. Move the slider
turn = 0.999


# %% wrong amsgrad: the maximum of the corrected v, as in optax, charged once
# points: amsgrad 2
# says: The maximum is taken of the corrected v, as in optax.
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_corrected, v_corrected = correct(m, v, t, beta1, beta2)
    v_hat = np.maximum(v_hat, v_corrected)
    return theta - lr * m_corrected / (np.sqrt(v_hat) + eps), m, v, v_hat


# %% wrong amsgrad: corrected after the maximum, as in PyTorch
# points: amsgrad 2
# says: m and the maximum are corrected, as in PyTorch.
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_hat = np.maximum(v_hat, v)
    m_corrected, largest = correct(m, v_hat, t, beta1, beta2)
    return theta - lr * m_corrected / (np.sqrt(largest) + eps), m, v, v_hat


# %% wrong amsgrad: the maximum of the old v
# points: amsgrad 2
# says: It is the maximum with the old v: compare with the new one.
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v_hat = np.maximum(v_hat, v)
    v = beta2 * v + (1 - beta2) * g**2
    return theta - lr * m / (np.sqrt(v_hat) + eps), m, v, v_hat


# %% wrong amsgrad: the larger of the last two
# points: amsgrad 2
# says: It is the larger of the last two v, and forgets all before
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    old = v
    v = beta2 * v + (1 - beta2) * g**2
    v_hat = np.maximum(old, v)
    return theta - lr * m / (np.sqrt(v_hat) + eps), m, v, v_hat


# %% wrong amsgrad: the maximum is not used
# points: amsgrad 2
# says: the maximum is computed and not used
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_hat = np.maximum(v_hat, v)
    return theta - lr * m / (np.sqrt(v) + eps), m, v, v_hat


# %% wrong amsgrad: v is overwritten
# points: amsgrad 2
# says: v is overwritten by the largest v
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = np.maximum(v_hat, beta2 * v + (1 - beta2) * g**2)
    v_hat = v
    return theta - lr * m / (np.sqrt(v_hat) + eps), m, v, v_hat


# %% wrong amsgrad: returns three of four
# points: amsgrad 2
# says: v_hat is not returned. The last line should be `return theta, m, v, v_hat`.
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_hat = np.maximum(v_hat, v)
    return theta - lr * m / (np.sqrt(v_hat) + eps), m, v


# %% wrong measured: the two runs exchanged
# points: measured 0
# says: That is where AMSGrad ends.
# says: That is the regret of Adam.
measured = {"Adam ends": -1, "Adam regret": 0.332, "AMSGrad ends": 1, "AMSGrad regret": 1.727}


# %% wrong measured: theta after the step, and the sum
# points: measured 1
# says: You pay before you learn the slope
# says: That is the sum over the steps: take the mean.
measured = {}
for name, function, rule in [("Adam", adam, Adam), ("AMSGrad", amsgrad, AMSGrad)]:
    path = descend(
        moments.as_rule(function, rule(lr=0.01, beta1=0.5, beta2=0.5)),
        moments.GAME,
        steps=moments.STEPS,
    )
    measured[f"{name} ends"] = path.theta[-1]
    if name == "Adam":
        measured[f"{name} regret"] = np.mean(path.gradient * (path.theta[1:] + 1))
    else:
        measured[f"{name} regret"] = np.sum(path.gradient * (path.theta[:-1] + 1))


# %% wrong measured: without what the best point pays
# points: measured 1.5
# says: subtract what θ = -1 would have paid
measured = {"Adam ends": 1.0, "Adam regret": 0.818, "AMSGrad ends": -1.0, "AMSGrad regret": 0.332}


# %% wrong measured: never run
# points: measured 0
# says: must be a dictionary with the keys
measured = "Adam is at the worst point"


# %% right correct: another name for each argument, and a dictionary
def correct(first, second, step, decay1, decay2):
    return {"m_hat": first / (1 - decay1**step), "v_hat": second / (1 - decay2**step)}


# %% right first-steps: capital letters and blanks
first_steps = {"A": "None", "B": " both", "C": "Only M"}


# %% right adam: in place on copies
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    theta, m, v = theta.copy(), m.copy(), v.copy()
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * np.square(g)
    theta -= lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return theta, m, v


# %% right adam: the correction in the rate, with eps in its place
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = m + (1 - beta1) * (g - m)
    v = v + (1 - beta2) * (g * g - v)
    root = np.sqrt(1 - beta2**t)
    return theta - lr * root / (1 - beta1**t) * m / (np.sqrt(v) + eps * root), m, v


# %% right adam: a class, in float32
class Step:
    def __call__(self, *given):
        theta, g, t, m, v, lr, beta1, beta2, eps = (np.float32(x) for x in given)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = correct(m, v, t, beta1, beta2)
        return [theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v]


adam = Step()


# %% right adam: a loop over the coordinates
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    rows = []
    for x, slope, first, second in zip(theta, g, m, v):
        first = beta1 * first + (1 - beta1) * slope
        second = beta2 * second + (1 - beta2) * slope**2
        root = (second / (1 - beta2**t)) ** 0.5
        rows.append((x - lr * first / (1 - beta1**t) / (root + eps), first, second))
    return np.array(rows).T


# %% right adamax: nan is put right afterwards, with warnings
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = np.max([beta2 * u, abs(g)], axis=0)
    return theta - lr * np.nan_to_num(m / (1 - beta1**t) / u), m, u


# %% right adamax: where
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = np.where(beta2 * u > np.abs(g), beta2 * u, np.abs(g))
    return theta - np.where(u > 0, lr * m / (1 - beta1**t) / np.where(u > 0, u, 1), 0), m, u


# %% right nadam: from Adam, and a step more
def nadam(theta, g, t, m, v, lr, beta1, beta2, eps):
    _, m, v = adam(theta, g, t, m, v, lr, beta1, beta2, eps)
    ahead = (beta1 * m + (1 - beta1) * g) / (1 - beta1**t)
    return theta - lr * ahead / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


# %% right amsgrad: other names, and a list
def amsgrad(x, d, n, a, b, top, rate, p, q, small):
    a, b = p * a + (1 - p) * d, q * b + (1 - q) * d * d
    top = np.maximum(b, top)
    return [x - rate / (small + top**0.5) * a, a, b, top]


# %% right measured: rounded to three digits, by numpy's own scalars
measured = {
    "Adam ends": np.float32(1),
    "Adam regret": np.array([1.73]),
    "AMSGrad ends": np.float64(-1),
    "AMSGrad regret": 0.332,
}


# %% right turn: as a scalar of numpy
turn = np.float32(0.745)


# %% wrong adam: the decay of AdamW
# points: adam 3
# says: that is the weight decay of AdamW, which the rule here does not have
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - lr * (m_hat / (np.sqrt(v_hat) + eps) + 0.01 * theta), m, v


# %% wrong adam: weight decay in the gradient
# points: adam 3
# says: A multiple of theta is added to the gradient: that is weight decay
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    g = g + 0.01 * theta
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% wrong adam: lr in the first moment
# points: adam 3
# says: lr is in it: the first moment averages gradients; lr comes in the step.
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * lr * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - m_hat / (np.sqrt(v_hat) + eps), m, v


# %% wrong adam: rows in the place of flat arrays
# points: adam 3
# says: what is returned (1 point off). m has shape (1,
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m.reshape(1, -1) + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m[0], v, t, beta1, beta2)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% wrong adam: what goes in comes out
# points: adam 0
# says: m comes back as it went in
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    return theta, m, v


# %% wrong adamax: what goes in comes out
# points: adamax 0
# says: u comes back as it went in
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    return theta, m, u


# %% wrong nadam: what goes in comes out
# points: nadam 0
# says: m comes back as it went in
def nadam(theta, g, t, m, v, lr, beta1, beta2, eps):
    return theta, m, v


# %% wrong amsgrad: what goes in comes out
# points: amsgrad 0
# says: v_hat comes back as it went in
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    return theta, m, v, v_hat


# %% wrong correct: what goes in comes out
# points: correct 0
# says: That is m as it came in
def correct(m, v, t, beta1, beta2):
    return m, v


# %% wrong amsgrad: the maximum in the name of v, returned twice
# points: amsgrad 2
# says: v is overwritten by the largest v: v itself must go on to fall.
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = np.maximum(v, beta2 * v + (1 - beta2) * g**2)
    return theta - lr * m / (np.sqrt(v) + eps), m, v, v


# %% wrong adam: correct is called with its values in another order
# points: adam 3
# says: correct is called with its values in another order: it takes m, v, t, beta1, beta2.
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, beta1, beta2, t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% wrong adam: correct is called with too few values
# points: adam 3
# says: `m_hat, v_hat = correct(m, v, t)`: correct is called with too few values
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% wrong adamax: max for arrays
# points: adamax 0.5
# says: `u = max(beta2 * u, abs(g))`: max asks which of two arrays is the larger
# says: np.maximum(a, b)
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = max(beta2 * u, abs(g))
    return theta - lr * m / (1 - beta1**t) / np.maximum(u, 1e-30), m, u


# %% wrong correct: cannot be read, and the rest is right all the same
# points: correct 0
# says: correct is not there. It should come from cell
#! def correct(m, v, t, beta1, beta2):
#!     return m / (1 - beta1**t)), v / (1 - beta2**t)


# %% right adam: the powers by multiplication
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g

    def power(beta, t):
        return beta if t == 1 else beta * power(beta, t - 1)

    b1 = b2 = 1.0
    for _ in range(t):
        b1, b2 = b1 * beta1, b2 * beta2
    assert np.isclose(b1, power(beta1, t))
    return theta - lr * (m / (1 - b1)) / (np.sqrt(v / (1 - b2)) + eps), m, v


# %% right first-steps: with full stops
first_steps = {"A": "none.", "B": "Both", "C": "'only m'."}


# %% wrong adam: the step fails, which is charged once
# points: adam 3
# says: there is no math here: is it misspelt
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - lr * m_hat / (math.sqrt(v_hat) + eps), m, v


# %% wrong adam: v is corrected with the decay of m
# points: adam 3
# says: Both moments are corrected with β₁
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta1**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# %% wrong nadam: the gradient is added as it is, which is charged once
# points: nadam 2
# says: The gradient is added as it is
def nadam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    ahead = beta1 * m_hat + g
    return theta - lr * ahead / (np.sqrt(v_hat) + eps), m, v


# %% wrong amsgrad: ε inside the root
# points: amsgrad 2
# says: ε is inside the root
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_hat = np.maximum(v_hat, v)
    return theta - lr * m / np.sqrt(v_hat + eps), m, v, v_hat


# %% right adamax: the maximum of a list of arrays
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = np.max([beta2 * u, np.abs(g)], axis=0)
    return theta - lr / (1 - beta1**t) * m / (u + 1e-12), m, u
