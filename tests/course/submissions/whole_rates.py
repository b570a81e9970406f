"""Ten whole submissions of assignment 2, marked by hand before a check saw them.

They are written as those in `whole_ravine.py`.
"""


# %% rates alma: all of it right, in her own way
# points: adagrad 3, predicted 1, measured 1, rmsprop 3, adadelta 4, epsilon 2, curves 3, units 5
# answer: adagrad
def adagrad(theta, g, G, lr, eps):
    G = np.add(G, np.square(g))
    own_rate = lr * (G + eps) ** -0.5
    return theta - own_rate * g, G


# answer: predicted
predicted = 1.5
# answer: measured
adagrad_tried = [
    rates.learned(rates.as_rule(adagrad, Adagrad(lr), stand_in=True)) for lr in rates.GRID
]
k = int(np.argmin([one.loss for one in adagrad_tried]))
print(rates.GRID[k], adagrad_tried[k])
sgd_tried = [rates.learned(SGD(lr)) for lr in rates.GRID]
j = int(np.argmin([one.loss for one in sgd_tried]))
measured = adagrad_tried[k].rare / sgd_tried[j].rare


# answer: rmsprop
def rmsprop(theta, g, Eg2, lr, rho, eps):
    # an average moves towards what comes in
    Eg2 = Eg2 + (1 - rho) * (g * g - Eg2)
    return theta - lr * g / np.sqrt(Eg2 + eps), Eg2


# answer: adadelta
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    def rms(mean_square):
        return np.sqrt(mean_square + eps)

    def fade(old, new):
        return rho * old + (1 - rho) * np.square(new)

    Eg2 = fade(Eg2, g)
    step = -rms(Edx2) / rms(Eg2) * g
    return theta + step, Eg2, fade(Edx2, step)


# answer: epsilon
epsilon = {"power": 0.5, "best": 0.0025}
# answer: curves
curves = {"A": "RMSprop", "B": "Adagrad", "C": "Adadelta"}
# answer: units
units = {
    "SGD": (1, -1),
    "Momentum": (1, -1),
    "Adagrad": (0, 0),
    "RMSprop": (0, 0),
    "Adadelta": (0, 1),
}


# %% rates bruno: puts ε where PyTorch does
# points: adagrad 2, predicted 1, measured 1, rmsprop 1, adadelta 2, epsilon 1, curves 3, units 4
# answer: adagrad
def adagrad(theta, g, G, lr, eps):
    G = G + g * g
    return theta - lr * g / (np.sqrt(G) + eps), G


# answer: predicted
predicted = 3
# answer: measured
tried = []
for lr in rates.GRID:
    rule = rates.as_rule(adagrad, Adagrad(lr), stand_in=True)
    tried.append(rates.learned(rule))
sgd_best = min([rates.learned(SGD(lr)) for lr in rates.GRID], key=lambda one: one.loss)
best = min(tried, key=lambda one: one.loss)
measured = round(best.rare / sgd_best.rare, 2)


# answer: rmsprop
def rmsprop(theta, g, Eg2, lr, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    return theta - lr * g / (eps + np.sqrt(Eg2)), Eg2


# answer: adadelta
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    delta = (np.sqrt(Edx2) + eps) / (np.sqrt(Eg2) + eps) * g
    Edx2 = rho * Edx2 + (1 - rho) * delta**2
    return theta - delta, Eg2, Edx2


# answer: epsilon
epsilon = {"power": 10, "best": 3e-3}
# answer: curves
curves = {"A": "RMSprop", "B": "Adagrad", "C": "Adadelta"}
# answer: units
units = {
    "SGD": (1, -1),
    "Momentum": (0, 1),
    "Adagrad": (0, 0),
    "RMSprop": (0, 0),
    "Adadelta": (0, 1),
}


# %% rates chiara: fights with Python
# points: adagrad 2, predicted 1, measured 0, rmsprop 0, adadelta 1, epsilon 2, curves 3, units 4
# why: Eg2 was computed when adadelta stopped. 0 is no pair of powers.
# answer: adagrad
def adagrad(theta, g, G, lr, eps):
    G += g**2
    return theta - lr * g / np.sqrt(G + eps), G


# answer: predicted
predicted = 2.0
# answer: measured
sgd_tried = [rates.learned(SGD(lr)) for lr in rates.GRID]
sgd_best = min(sgd_tried, key=lambda learned: learned.loss)
measured = adagrad_best.rare / sgd_best.rare
# answer: rmsprop
#! def rmsprop(theta, g, Eg2, lr, rho, eps):
#!     Eg2 = rho * Eg2 + (1 - rho) g**2
#!     return theta - lr / np.sqrt(Eg2 + eps) * g, Eg2
# answer: adadelta
from math import sqrt


def adadelta(theta, g, Eg2, Edx2, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    dx = -sqrt(Edx2 + eps) / sqrt(Eg2 + eps) * g
    Edx2 = rho * Edx2 + (1 - rho) * dx**2
    return theta + dx, Eg2, Edx2


# answer: epsilon
epsilon = {"power": 1 / 2, "best": "2e-3"}
# answer: curves
curves = {"A": "rmsprop", "B": "adagrad", "C": "adadelta"}
# answer: units
units = {
    "SGD": (1, -1),
    "Momentum": (1, -1),
    "Adagrad": 0,
    "RMSprop": (0, 0),
    "Adadelta": (0, 1),
}


# %% rates dmitri: ran out of time
# points: adagrad 3, predicted 1, measured 0, rmsprop 3, adadelta 3, epsilon 0, curves 1, units 0
# answer: adagrad
def adagrad(theta, g, G, lr, eps):
    G_new = G + g**2
    theta_new = theta - (lr / np.sqrt(G_new + eps)) * g
    return theta_new, G_new


# answer: predicted
predicted = 2


# answer: rmsprop
def rmsprop(theta, g, Eg2, lr, rho, eps):
    E_new = rho * Eg2 + (1 - rho) * g**2
    theta_new = theta - (lr / np.sqrt(E_new + eps)) * g
    return theta_new, E_new


# answer: adadelta
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    E_new = rho * Eg2 + (1 - rho) * g**2
    delta = -np.sqrt(Edx2 + eps) / np.sqrt(E_new + eps) * g
    return theta + delta, E_new


# answer: curves
curves = {"A": ..., "B": "Adagrad", "C": ...}


# %% rates elif: averages where there are sums, and no roots
# points: adagrad 1, predicted 1, measured 0, rmsprop 2, adadelta 2, epsilon 1, curves 1, units 2
# answer: adagrad
def adagrad(theta, g, G, lr, eps):
    G = (G + g**2) / 2
    return theta - lr / np.sqrt(G + eps) * g, G


# answer: predicted
predicted = 10
# answer: measured
measured = 0.387


# answer: rmsprop
def rmsprop(theta, g, Eg2, lr, rho, eps):
    Eg2 = rho * Eg2 + g**2
    return theta - lr / np.sqrt(Eg2 + eps) * g, Eg2


# answer: adadelta
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    dx = -(Edx2 + eps) / (Eg2 + eps) * g
    Edx2 = rho * Edx2 + (1 - rho) * dx**2
    return theta + dx, Eg2, Edx2


# answer: epsilon
epsilon = {"power": 0.5, "best": 0.01}
# answer: curves
curves = {"A": "Adadelta", "B": "Adagrad", "C": "RMSprop"}
# answer: units
units = {
    "SGD": (1, -1),
    "Momentum": (1, -1),
    "Adagrad": (1, -1),
    "RMSprop": (1, -1),
    "Adadelta": (0, 0),
}


# %% rates farid: climbs
# points: adagrad 2, predicted 0, measured 1, rmsprop 1, adadelta 2, epsilon 2, curves 3, units 5
# answer: adagrad
def adagrad(theta, g, G, lr, eps):
    G = G + np.power(g, 2)
    theta = theta + lr * g / np.sqrt(G + eps)
    return theta, G


# answer: predicted
predicted = "twice"
# answer: measured
measured = 2.6


# answer: rmsprop
def rmsprop(theta, g, Eg2, lr, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * np.power(g, 2)
    theta = theta + lr * g / np.sqrt(Eg2 + eps)
    return theta, Eg2


# answer: adadelta
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * np.power(g, 2)
    dx = np.sqrt((Edx2 + eps) / (Eg2 + eps)) * g
    Edx2 = rho * Edx2 + (1 - rho) * np.power(dx, 2)
    return theta + dx, Eg2, Edx2


# answer: epsilon
epsilon = {"best": 0.002, "power": 0.5}
# answer: curves
curves = {"C": "Adadelta", "B": "Adagrad", "A": "RMSprop"}
# answer: units
of_gradient = np.array([1, -1])
nothing = np.zeros(2)
units = {
    "SGD": of_gradient,
    "Momentum": of_gradient,
    "Adagrad": nothing,
    "RMSprop": nothing,
    "Adadelta": np.array([0, 1]),
}


# %% rates gesa: odd, and all of it right
# points: adagrad 3, predicted 1, measured 1, rmsprop 3, adadelta 4, epsilon 2, curves 3, units 5
# answer: adagrad
def adagrad(theta, g, G, lr, eps):
    total = np.sum([G, g * g], axis=0)
    return np.subtract(theta, lr * np.divide(g, np.sqrt(total + eps))), total


# answer: predicted
predicted = np.array([4])


# answer: measured
def best_rare(make):
    results = sorted((rates.learned(make(lr)) for lr in rates.GRID), key=lambda r: r.loss)
    return results[0].rare


measured = best_rare(Adagrad) / best_rare(SGD)


# answer: rmsprop
def rmsprop(theta, g, Eg2, lr, rho, eps):
    weights = np.array([rho, 1 - rho])
    mean = weights @ np.stack([Eg2, g**2])
    return theta - lr * g * np.exp(-0.5 * np.log(mean + eps)), mean


# answer: adadelta
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    means = np.stack([Eg2, Edx2])
    means[0] = rho * means[0] + (1 - rho) * g**2
    ratio = np.exp(0.5 * np.subtract(*np.log(means[::-1] + eps)))
    delta = np.negative(ratio * g)
    means[1] = rho * means[1] + (1 - rho) * delta**2
    return [theta + delta, *means]


# answer: epsilon
far = {1e-10: 0.0019, 1e-8: 0.021}
epsilon = {"power": np.log(far[1e-8] / far[1e-10]) / np.log(100), "best": 10**-2.6}
# answer: curves
curves = {"A": RMSprop, "B": Adagrad, "C": Adadelta}
# answer: units
from fractions import Fraction

g = [Fraction(1), Fraction(-1)]
units = dict.fromkeys(["SGD", "Momentum"], g)
units |= dict.fromkeys(["Adagrad", "RMSprop"], [Fraction(0)] * 2)
units["Adadelta"] = [Fraction(0), Fraction(1)]


# %% rates hannes: slips of every kind
# points: adagrad 0, predicted 1, measured 0, rmsprop 2, adadelta 2, epsilon 0, curves 3, units 3
# why: Adagard can be nothing but Adagrad.
# settled: curves 2: A closed answer counts as the check has noted it, and the check says at once
#     that this is no name.
# answer: adagrad
def adagrad(theta, g, G, lr, eps):
    G = G + g
    return theta - lr * g / (G + eps), G


# answer: predicted
predicted = 2
# answer: measured
tried = [rates.learned(Adagrad(lr)) for lr in rates.GRID]
best = min(tried, key=lambda learned: learned.loss)
measured = best.common / sgd_best.common


# answer: rmsprop
def rmsprop(theta, g, Eg2, lr, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    theta = theta - lr / np.sqrt(Eg2 + eps) * g
    return Eg2, theta


# answer: adadelta
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    theta = -np.sqrt(Edx2 + eps) / np.sqrt(Eg2 + eps) * g
    Edx2 = rho * Edx2 + (1 - rho) * theta**2
    return theta, Eg2, Edx2


# answer: epsilon
epsilon = {"power": 2, "best": -2.7}
# answer: curves
curves = {"A": "RMSProp", "B": "Adagard", "C": "AdaDelta"}
# answer: units
units = {
    "SGD": (-1, 1),
    "Momentum": (-1, 1),
    "Adagrad": (0, 0),
    "RMSprop": (0, 0),
    "Adadelta": (0, 1),
}


# %% rates ines: calls things as she likes
# points: adagrad 3, predicted 1, measured 1, rmsprop 2, adadelta 3, epsilon 2, curves 3, units 5
# why: ρ is written into adadelta: that costs an average, once.
# answer: adagrad
def adagrad(theta, g, G, lr=0.1, eps=1e-8):
    acc = G + g**2
    return theta - lr * g / np.sqrt(acc + eps), acc


# answer: predicted
predicted = 2.5
# answer: measured
measured = 2.58


# answer: rmsprop
def rmsprop(theta, g, Eg2, eps, lr, rho):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    return theta - lr / np.sqrt(Eg2 + eps) * g, Eg2


# answer: adadelta
def adadelta(theta, g, Eg2, Edx2, eps):
    Eg2 = 0.9 * Eg2 + 0.1 * g**2
    dx = -np.sqrt(Edx2 + eps) / np.sqrt(Eg2 + eps) * g
    Edx2 = 0.9 * Edx2 + 0.1 * dx**2
    return theta + dx, Eg2, Edx2


# answer: epsilon
epsilon = {"power": "0,5", "best": 2.8e-3}
# answer: curves
curves = {"A": "RMSprop.", "B": "Adagrad.", "C": "Adadelta."}
# answer: units
units = {
    "SGD": [1, -1],
    "Momentum": [1, -1],
    "Adagrad": [0, 0],
    "RMSprop": [0, 0],
    "Adadelta": [0, 1],
}


# %% rates jonas: loops over coordinates
# points: adagrad 2, predicted 1, measured 1, rmsprop 1, adadelta 4, epsilon 1, curves 3, units 4
# why: The loop of rmsprop leaves the last coordinate out: the formulas are right, and its
# why: parameter never moves.
# settled: rmsprop 2: One loop is one mistake, and a mistake is charged once, in the first part that
#     shows it.
# answer: adagrad
def adagrad(theta, g, G, lr, eps):
    for i in range(len(g)):
        G[i] = G[i] + g[i] ** 2
        theta[i] = theta[i] - lr / np.sqrt(G[i] + eps) * g[i]
    return theta, G


# answer: predicted
predicted = 1
# answer: measured
best_loss = 1e9
for lr in rates.GRID:
    r = rates.learned(Adagrad(lr))
    if r.loss < best_loss:
        best_loss = r.loss
        adagrad_rare = r.rare
best_loss = 1e9
for lr in rates.GRID:
    r = rates.learned(SGD(lr))
    if r.loss < best_loss:
        best_loss = r.loss
        sgd_rare = r.rare
measured = adagrad_rare / sgd_rare


# answer: rmsprop
def rmsprop(theta, g, Eg2, lr, rho, eps):
    theta, Eg2 = theta.copy(), Eg2.copy()
    for i in range(len(g) - 1):
        Eg2[i] = rho * Eg2[i] + (1 - rho) * g[i] ** 2
        theta[i] = theta[i] - lr / np.sqrt(Eg2[i] + eps) * g[i]
    return theta, Eg2


# answer: adadelta
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    a, b, c = [], [], []
    for th, gr, e, d in zip(theta, g, Eg2, Edx2):
        e = rho * e + (1 - rho) * gr * gr
        dx = -((d + eps) ** 0.5) / (e + eps) ** 0.5 * gr
        d = rho * d + (1 - rho) * dx * dx
        a.append(th + dx)
        b.append(e)
        c.append(d)
    return a, b, c


# answer: epsilon
epsilon = {"power": 0.5, "best": 1e-6}
# answer: curves
curves = {"A": "RMSprop", "B": "Adagrad", "C": "Adadelta"}
# answer: units
units = {
    "SGD": (1, -1),
    "Momentum": (1, -1),
    "Adagrad": (0, 0),
    "RMSprop": (0, 0),
    "Adadelta": (0, 0),
}
