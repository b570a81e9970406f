"""Ten whole submissions of assignment 3, marked by hand before a check saw them.

They are written as those in `whole_ravine.py`.
"""


# %% moments alma: all of it right, in her own way
# points: correct 2, first-steps 3, adam 4, adamax 3, nadam 3, predicted-end 1, turn 1, amsgrad 3
# points: measured 2
# answer: correct
def correct(m, v, t, beta1, beta2):
    come_in = [1 - beta**t for beta in (beta1, beta2)]
    m_hat, v_hat = (moment / weight for moment, weight in zip((m, v), come_in))
    return m_hat, v_hat


# answer: first-steps
first_steps = {"A": "none", "B": "both", "C": "only m"}


# answer: adam
def mix(old, new, beta):
    return beta * old + (1 - beta) * new


def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m, v = mix(m, g, beta1), mix(v, g * g, beta2)
    mean, spread = correct(m, v, t, beta1, beta2)
    return theta - lr * mean / (spread**0.5 + eps), m, v


# answer: adamax
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m, u = mix(m, g, beta1), np.maximum(beta2 * u, np.abs(g))
    ratio = np.divide(m, u, out=np.zeros_like(m), where=u > 0)
    return theta - lr / (1 - beta1**t) * ratio, m, u


# answer: nadam
def nadam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m, v = mix(m, g, beta1), mix(v, g * g, beta2)
    ahead = mix(m, g, beta1) / (1 - beta1**t)
    return theta - lr * ahead / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


# answer: predicted-end
predicted_end = 0
# answer: turn
turn = 0.743


# answer: amsgrad
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m, v = mix(m, g, beta1), mix(v, g * g, beta2)
    v_hat = np.fmax(v, v_hat)
    return theta - lr * m / (np.sqrt(v_hat) + eps), m, v, v_hat


# answer: measured
measured = {}
for name, function, rule in [("Adam", adam, Adam), ("AMSGrad", amsgrad, AMSGrad)]:
    settings = rule(lr=0.01, beta1=0.5, beta2=0.5)
    path = descend(moments.as_rule(function, settings), moments.GAME, steps=moments.STEPS)
    regrets = path.gradient[:, 0] * (path.theta[:-1, 0] + 1)
    measured[name + " ends"] = path.theta[-1, 0]
    measured[name + " regret"] = regrets.mean()


# %% moments bruno: puts ε under the root
# points: correct 2, first-steps 3, adam 3, adamax 3, nadam 2, predicted-end 1, turn 0, amsgrad 2
# points: measured 2
# why: Two digits of what he measured are the right ones.
# answer: correct
def correct(m, v, t, beta1, beta2):
    m = m / (1 - np.power(beta1, t))
    v = v / (1 - np.power(beta2, t))
    return m, v


# answer: first-steps
first_steps = {"A": "none", "B": "both", "C": "only m"}


# answer: adam
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - lr * m_hat / np.sqrt(v_hat + eps), m, v


# answer: adamax
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = np.maximum(beta2 * u, abs(g))
    return theta - lr / (1 - beta1**t) * m / (u + 1e-12), m, u


# answer: nadam
def nadam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    m_bar = beta1 * m_hat + (1 - beta1) * g / (1 - beta1**t)
    return theta - lr * m_bar / np.sqrt(v_hat + eps), m, v


# answer: predicted-end
predicted_end = 1
# answer: turn
turn = 0.7


# answer: amsgrad
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_hat = np.maximum(v_hat, v)
    return theta - lr * m / np.sqrt(v_hat + eps), m, v, v_hat


# answer: measured
measured = {
    "Adam ends": 1.0,
    "Adam regret": 1.73,
    "AMSGrad ends": -1.0,
    "AMSGrad regret": 0.33,
}


# %% moments chiara: fights with Python
# points: correct 1, first-steps 2, adam 4, adamax 0.5, nadam 1, predicted-end 1, turn 1, amsgrad 3
# points: measured 0
# why: The brackets are missing twice, which is one mistake. What had been computed when a
# why: function stopped counts.
# settled: nadam 2: Early and late it is one error, and an error is charged once.
# answer: correct
def correct(m, v, t, beta1, beta2):
    return m / 1 - beta1**t, v / 1 - beta2**t


# answer: first-steps
first_steps = {"A": "none", "B": "both", "C": "only v"}


# answer: adam
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    mh, vh = correct(m, v, t, beta1, beta2)
    theta = theta - lr * mh / (np.sqrt(vh) + eps)
    return theta, m, v


# answer: adamax
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = max(beta2 * u, abs(g))
    m_hat = m / (1 - beta1**t)
    return theta - lr * m_hat / u, m, u


# answer: nadam
def nadam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    mh = m / (1 - beta1 ^ t)
    vh = v / (1 - beta2 ^ t)
    mbar = beta1 * mh + (1 - beta1) / (1 - beta1 ^ t) * g
    return theta - lr * mbar / (np.sqrt(vh) + eps), m, v


# answer: predicted-end
predicted_end = -1
# answer: turn
turn = "0.74"


# answer: amsgrad
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    biggest = np.where(v > v_hat, v, v_hat)
    theta = theta - lr * m / (np.sqrt(biggest) + eps)
    return theta, m, v, biggest


# answer: measured
path = descend(Adam(**setting), moments.GAME, steps=moments.STEPS)
measured = {"Adam ends": path.theta[-1], "Adam regret": 0}


# %% moments dmitri: ran out of time
# points: correct 2, first-steps 3, adam 4, adamax 1.5, nadam 0, predicted-end 1, turn 0, amsgrad 0
# points: measured 0
# why: m and u of adamax are there when it stops at the line that was handed out.
# answer: correct
def correct(m, v, t, beta1, beta2):
    a = 1 - beta1**t
    b = 1 - beta2**t
    return m / a, v / b


# answer: first-steps
first_steps = {"A": "none", "B": "both", "C": "only m"}


# answer: adam
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    a, b = correct(m, v, t, beta1, beta2)
    return theta - lr * a / (b ** (1 / 2) + eps), m, v


# answer: adamax
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = np.maximum(beta2 * u, np.abs(g))
    raise NotImplementedError("write your code here, then run this cell")


# answer: predicted-end
predicted_end = 0.5


# %% moments elif: the spread around the mean
# points: correct 2, first-steps 1, adam 3, adamax 2, nadam 2, predicted-end 1, turn 0, amsgrad 2
# points: measured 1
# why: One factor that is missing in the look-ahead is one mistake, early and late.
# answer: correct
def correct(m, v, t, beta1, beta2):
    return m / (1 - beta1**t), v / (1 - beta2**t)


# answer: first-steps
first_steps = {"A": "only v", "B": "both", "C": "none"}


# answer: adam
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * (g - m) ** 2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# answer: adamax
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = np.maximum(beta2 * u, np.abs(g))
    m_hat = m / (1 - beta1**t)
    lr_t = lr / (1 - beta1**t)
    return theta - lr_t * m_hat / np.where(u > 0, u, 1), m, u


# answer: nadam
def nadam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    m_bar = beta1 * m_hat + g / (1 - beta1**t)
    return theta - lr * m_bar / (np.sqrt(v_hat) + eps), m, v


# answer: predicted-end
predicted_end = -0.99
# answer: turn
turn = 0.5


# answer: amsgrad
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_hat = np.maximum(v_hat, v)
    return theta - lr * m / (v_hat + eps), m, v, v_hat


# answer: measured
settings = {"lr": 0.01, "beta1": 0.5, "beta2": 0.5}
one = descend(Adam(**settings), moments.GAME, steps=moments.STEPS)
two = descend(AMSGrad(**settings), moments.GAME, steps=moments.STEPS)
measured = {
    "Adam ends": one.theta[-1, 0],
    "Adam regret": np.sum(one.gradient * (one.theta[:-1] + 1)),
    "AMSGrad ends": two.theta[-1, 0],
    "AMSGrad regret": np.sum(two.gradient * (two.theta[:-1] + 1)),
}


# %% moments farid: one beta for both, and one maximum
# points: correct 2, first-steps 0, adam 3, adamax 2, nadam 2, predicted-end 1, turn 1, amsgrad 2.5
# points: measured 1.5
# why: A list with the four numbers in the order asked for is a slip of form.
# settled: measured 0: A closed answer counts as the check has noted it, and the check says at once
#     that a list is none.
# answer: correct
def correct(m, v, t, beta1, beta2):
    return (m / (1 - pow(beta1, t)), v / (1 - pow(beta2, t)))


# answer: first-steps
first_steps = {"A": "both", "B": "only m", "C": "none"}


# answer: adam
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta1 * v + (1 - beta1) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# answer: adamax
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = np.max([beta2 * u, np.abs(g)])
    return theta - lr * (m / (1 - beta1**t)) / u, m, u


# answer: nadam
def nadam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - lr * beta1 * m_hat / (np.sqrt(v_hat) + eps), m, v


# answer: predicted-end
predicted_end = 0.3
# answer: turn
turn = 0.75


# answer: amsgrad
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_hat = np.maximum(v_hat, v)
    return theta - lr * m / (np.sqrt(v_hat) + eps), v_hat, m, v


# answer: measured
measured = [1.0, 1.727, -0.996, 0.332]


# %% moments gesa: odd, and all of it right
# points: correct 2, first-steps 3, adam 4, adamax 3, nadam 3, predicted-end 1, turn 1, amsgrad 3
# points: measured 2
# answer: correct
def correct(m, v, t, beta1, beta2):
    weights = -np.expm1(t * np.log([beta1, beta2]))
    return tuple(np.stack([m, v]) / weights[:, None])


# answer: first-steps
first_steps = {"A": "NONE", "B": "BOTH", "C": "ONLY M"}


# answer: adam
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = np.average([m, g], axis=0, weights=[beta1, 1 - beta1])
    v = np.average([v, g * g], axis=0, weights=[beta2, 1 - beta2])
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - np.reciprocal(np.sqrt(v_hat) + eps) * m_hat * lr, m, v


# answer: adamax
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = m + (1 - beta1) * (g - m)
    u = np.array([beta2 * u, g, -g]).max(axis=0)
    return theta - lr * (m / (1 - beta1**t)) / (u + (u == 0)), m, u


# answer: nadam
def nadam(theta, g, t, m, v, lr, beta1, beta2, eps):
    ahead, m, v = (
        (1 - beta1) * ((1 + beta1) * g) + beta1**2 * m,
        m + (1 - beta1) * (g - m),
        v + (1 - beta2) * (g**2 - v),
    )
    ahead, v_hat = correct(ahead, v, t, beta1, beta2)
    return theta - lr * ahead / (np.sqrt(v_hat) + eps), m, v


# answer: predicted-end
predicted_end = np.float32(-0.9)
# answer: turn
turn = np.float32(0.743)


# answer: amsgrad
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m = m + (1 - beta1) * (g - m)
    v = v + (1 - beta2) * (g**2 - v)
    v_hat = np.stack([v_hat, v]).max(0)
    theta = theta - lr * m / (np.hypot(np.sqrt(v_hat), 0) + eps)
    return {"theta": theta, "m": m, "v": v, "v_hat": v_hat}


# answer: measured
def play_out(rule):
    path = descend(rule, moments.GAME, steps=moments.STEPS)
    paid = path.gradient.T @ (path.theta[:-1] + 1)
    return path.theta[-1], paid / len(path.gradient)


keys = "Adam ends", "Adam regret", "AMSGrad ends", "AMSGrad regret"
values = play_out(Adam(0.01, 0.5, 0.5)) + play_out(AMSGrad(0.01, 0.5, 0.5))
measured = dict(zip(keys, values))


# %% moments hannes: forgets the learning rate
# points: correct 2, first-steps 3, adam 3, adamax 2, nadam 2, predicted-end 1, turn 1, amsgrad 2
# points: measured 1
# answer: correct
def correct(m, v, t, beta1, beta2):
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return m_hat, v_hat


# answer: first-steps
first_steps = {"A": "none", "B": "both", "C": "only m"}


# answer: adam
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - m_hat / (np.sqrt(v_hat) + eps), m, v


# answer: adamax
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = np.maximum(beta2 * u, np.abs(g))
    u_safe = u.copy()
    u_safe[u == 0] = 1
    return theta - m / (1 - beta1**t) / u_safe, m, u


# answer: nadam
def nadam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    m_bar = beta1 * m_hat + (1 - beta1) / (1 - beta1**t) * g
    return theta - m_bar / (np.sqrt(v_hat) + eps), m, v


# answer: predicted-end
predicted_end = -1.0
# answer: turn
turn = 0.745


# answer: amsgrad
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_hat = np.maximum(v_hat, v)
    return theta - m / (np.sqrt(v_hat) + eps), m, v, v_hat


# answer: measured
measured = {
    "Adam ends": 1.0,
    "Adam regret": 1.727,
    "AMSGrad ends": -0.5,
    "AMSGrad regret": 0.5,
}


# %% moments ines: counts a step too many
# points: correct 2, first-steps 3, adam 3, adamax 2, nadam 2, predicted-end 0, turn 1, amsgrad 2
# points: measured 2
# answer: correct
def correct(m, v, t, beta1, beta2):
    return m / (1 - beta1**t), v / (1 - beta2**t)


# answer: first-steps
first_steps = {"A": "none.", "B": "both.", "C": "only m."}


# answer: adam
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return theta - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


# answer: adamax
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    u = np.maximum(beta2 * u, np.abs(g))
    return theta - lr * (m / (1 - beta1**t)) / np.maximum(u, 1e-20), m, u


# answer: nadam
def nadam(theta, g, t, m, v, lr, beta1, beta2, eps):
    t = t + 1
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_bar = beta1 * m / (1 - beta1**t) + (1 - beta1) * g / (1 - beta1**t)
    return theta - lr * m_bar / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


# answer: predicted-end
predicted_end = "maybe -0.2"
# answer: turn
turn = 0.76


# answer: amsgrad
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    larger = v > v_hat
    v_hat[larger] = v[larger]
    return theta - lr * m / (np.sqrt(v_hat) + eps), m, v, v_hat


# answer: measured
a = descend(Adam(0.01, 0.5, 0.5), moments.GAME, steps=moments.STEPS)
b = descend(AMSGrad(0.01, 0.5, 0.5), moments.GAME, steps=moments.STEPS)
measured = {
    "Adam ends": a.theta[-1],
    "AMSGrad ends": b.theta[-1],
    "Adam regret": sum(a.gradient * (a.theta[:-1] + 1)) / 2200,
    "AMSGrad regret": sum(b.gradient * (b.theta[:-1] + 1)) / 2200,
}


# %% moments jonas: brackets and blanks
# points: correct 0, first-steps 3, adam 4, adamax 3, nadam 0, predicted-end 1, turn 1, amsgrad 1
# points: measured 1.5
# why: None is his word for none, beside two words that are right.
# settled: first-steps 2: As the check says at once, None is no answer: it may mean that one is
#     still to come.
# settled: measured 0: He had deleted the line that makes the dictionary, so nothing is there to be
#     filled in.
# answer: correct
#! def correct(m, v, t, beta1, beta2):
#!     return m / (1 - beta1**t), v / (1 - beta2**t
# answer: first-steps
first_steps = {"A": None, "B": "both", "C": "only m"}


# answer: adam
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = correct(m, v, t, beta1, beta2)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


# answer: adamax
def adamax(theta, g, t, m, u, lr, beta1, beta2):
    return (
        theta
        - lr
        * ((m := beta1 * m + (1 - beta1) * g) / (1 - beta1**t))
        / np.maximum(u := np.maximum(beta2 * u, np.abs(g)), 1e-100),
        m,
        u,
    )


# answer: nadam
#! def nadam(theta, g, t, m, v, lr, beta1, beta2, eps):
#!     m = beta1 * m + (1 - beta1) * g
#!       v = beta2 * v + (1 - beta2) * g**2
#!     m_hat, v_hat = correct(m, v, t, beta1, beta2)
#!     m_bar = beta1 * m_hat + (1 - beta1) / (1 - beta1**t) * g
#!     return theta - lr * m_bar / (np.sqrt(v_hat) + eps), m, v
# answer: predicted-end
predicted_end = -0.75
# answer: turn
turn = 0.74


# answer: amsgrad
def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    v_hat = np.maximun(v_hat, v)
    return theta - lr * m / (np.sqrt(v_hat) + eps), m, v, v_hat


# answer: measured
path = descend(AMSGrad(0.01, 0.5, 0.5), moments.GAME, steps=moments.STEPS)
measured["Adam ends"] = 1
measured["Adam regret"] = 1.73
measured["AMSGrad ends"] = path.theta[-1, 0]
