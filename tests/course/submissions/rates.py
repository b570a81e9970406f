"""Answers to assignment 2. Sections are read by `tests.course.fast`; nothing here is imported."""


# %% wrong adagrad: ε outside the root, as in PyTorch
# points: adagrad 2
# says: the step (1 point). ε is outside the root, as in PyTorch
# says: ε is outside the root, as in PyTorch; in the book's form it is inside
def adagrad(theta, g, G, lr, eps):
    G = G + g**2
    return theta - lr * g / (np.sqrt(G) + eps), G


# %% wrong adagrad: only the last gradient counts
# points: adagrad 1
# says: Only the last gradient is in it: add its square to the old G.
def adagrad(theta, g, G, lr, eps):
    G = g**2
    return theta - lr * g / np.sqrt(G + eps), G


# %% wrong adagrad: the old sum under the root
# points: adagrad 2
# says: It uses the old G: the gradient of this step counts already.
def adagrad(theta, g, G, lr, eps):
    theta = theta - lr * g / np.sqrt(G + eps)
    return theta, G + g**2


# %% wrong adagrad: no root
# points: adagrad 2
# says: The root is missing
def adagrad(theta, g, G, lr, eps):
    G = G + g**2
    return theta - lr / (G + eps) * g, G


# %% wrong adagrad: returned in the wrong order
# points: adagrad 2
# says: The values come back in the order G, theta; asked for is `return theta, G`.
def adagrad(theta, g, G, lr, eps):
    G = G + g**2
    return G, theta - lr / np.sqrt(G + eps) * g


# %% wrong adagrad: one sum for all coordinates
# points: adagrad 1
# says: All coordinates share one sum
def adagrad(theta, g, G, lr, eps):
    G = G + np.sum(g**2)
    return theta - lr / np.sqrt(G + eps) * g, G


# %% wrong adagrad: the sum is one number
# points: adagrad 1
# says: G has shape () and should have
def adagrad(theta, g, G, lr, eps):
    G = np.sum(G) + np.sum(g**2)
    return theta - lr / np.sqrt(G + eps) * g, G


# %% wrong adagrad: ε piles up in the sum, which is charged once
# points: adagrad 1
# says: ε is added to the sum in every step, so it piles up
def adagrad(theta, g, G, lr, eps):
    G = G + g**2 + eps
    return theta - lr / np.sqrt(G) * g, G


# %% wrong adagrad: the root is kept, which is charged once
# points: adagrad 1
# says: The root is stored: keep the sum of squares
def adagrad(theta, g, G, lr, eps):
    G = np.sqrt(G + g**2)
    return theta - lr / np.sqrt(G**2 + eps) * g, G


# %% wrong adagrad: the caller's arrays are changed
# points: adagrad 2
# says: The caller's G and theta changed
def adagrad(theta, g, G, lr, eps):
    G += g**2
    theta -= lr / np.sqrt(G + eps) * g
    return theta, G


# %% wrong adagrad: hyperparameters written into it
# points: adagrad 2
# says: lr is fixed at 0.01 inside the function: use the argument lr.
def adagrad(theta, g, G, lr, eps):
    G = G + g**2
    return theta - 0.01 / np.sqrt(G + eps) * g, G


# %% wrong adagrad: return forgotten
# points: adagrad 0
# says: It returns nothing: its last line should be `return theta, G`.
def adagrad(theta, g, G, lr, eps):
    G = G + g**2
    theta = theta - lr / np.sqrt(G + eps) * g


# %% wrong adagrad: it calls the package
# points: adagrad 0
# says: It lets the package do the work. The package is right, of course
def adagrad(theta, g, G, lr, eps):
    step, G = Adagrad(lr, eps).update(g, 1, G)
    return theta + step, G


# %% wrong adagrad: remembers the sum from run to run
# points: adagrad 0
# says: does it remember something from one call to the next?
remembered = {}


def adagrad(theta, g, G, lr, eps):
    total = remembered.get(len(g), 0) + g**2
    remembered[len(g)] = total
    return theta - lr / np.sqrt(total + eps) * g, total


# %% wrong adagrad: exit
# points: adagrad 0
# says: ends Python with exit() in line 4 of its cell, `exit()`: a function ends with return
def adagrad(theta, g, G, lr, eps):
    exit()


# %% wrong predicted: negative
# points: predicted 0
# says: must be a number from 0.1 to 100, and is -2
predicted = -2


# %% wrong predicted: in words
# points: predicted 0
# says: must be one number, and is 'more'
predicted = "more"


# %% wrong measured: upside down
# points: measured 0
# says: That is SGD's share divided by Adagrad's.
measured = 1 / 2.5817


# %% wrong measured: the common weights
# points: measured 0
# says: That is the quotient for the common weights: take the rare ones.
best = rates.learned(Adagrad(0.7))
measured = best.common / rates.learned(SGD(0.7)).common


# %% wrong measured: at the rate with the largest share
# points: measured 0
# says: The best rate is that with the lowest loss
measured = rates.learned(Adagrad(3.0)).rare / rates.learned(SGD(3.0)).rare


# %% wrong rmsprop: a sum, with a step that follows from it
# points: rmsprop 2
# says: That is a sum, as in Adagrad
def rmsprop(theta, g, Eg2, lr, rho, eps):
    Eg2 = Eg2 + g**2
    return theta - lr / np.sqrt(Eg2 + eps) * g, Eg2


# %% wrong rmsprop: γ and 1 - γ exchanged
# points: rmsprop 2
# says: γ and 1 - γ are exchanged: γ belongs to the old average.
def rmsprop(theta, g, Eg2, lr, rho, eps):
    Eg2 = (1 - rho) * Eg2 + rho * g**2
    return theta - lr / np.sqrt(Eg2 + eps) * g, Eg2


# %% wrong rmsprop: no square, and so nan in the root
# points: rmsprop 2
# says: The gradient is not squared.
def rmsprop(theta, g, Eg2, lr, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g
    return theta - lr / np.sqrt(Eg2 + eps) * g, Eg2


# %% wrong rmsprop: nan throughout
# points: rmsprop 0
# says: Eg2 is (nan
# says: It is theta - lr g / √(Eg2 + ε), with the new Eg2.
def rmsprop(theta, g, Eg2, lr, rho, eps):
    return theta * np.nan, Eg2 * np.nan


# %% wrong rmsprop: ε outside, as in PyTorch
# points: rmsprop 1
# says: ε is outside the root, as in PyTorch; in the book's form it is inside: √(Eg2 + ε).
def rmsprop(theta, g, Eg2, lr, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    return theta - lr * g / (np.sqrt(Eg2) + eps), Eg2


# %% wrong rmsprop: uphill
# points: rmsprop 1
# says: It walks uphill: the gradient points up, so the step is subtracted.
def rmsprop(theta, g, Eg2, lr, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    return theta + lr / np.sqrt(Eg2 + eps) * g, Eg2


# %% wrong rmsprop: γ written into it
# points: rmsprop 2
# says: rho is fixed at 0.9 inside the function: use the argument rho.
def rmsprop(theta, g, Eg2, lr, rho, eps):
    Eg2 = 0.9 * Eg2 + 0.1 * g**2
    return theta - lr / np.sqrt(Eg2 + eps) * g, Eg2


# %% wrong rmsprop: a bias correction, as in Adam
# points: rmsprop 1
# says: It is theta - lr g / √(Eg2 + ε), with the new Eg2.
def rmsprop(theta, g, Eg2, lr, rho, eps):
    rmsprop.t = 1 if not Eg2.any() else rmsprop.t + 1
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    corrected = Eg2 / (1 - rho**rmsprop.t)
    return theta - lr / np.sqrt(corrected + eps) * g, Eg2


# %% wrong rmsprop: the step alone is returned
# points: rmsprop 1
# says: You return the step alone: add it to theta.
def rmsprop(theta, g, Eg2, lr, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    return -lr / np.sqrt(Eg2 + eps) * g, Eg2


# %% wrong rmsprop: the average stays as it was
# points: rmsprop 2
# says: Eg2 comes back as it went in: is the new value computed and returned?
def rmsprop(theta, g, Eg2, lr, rho, eps):
    average = rho * Eg2 + (1 - rho) * g**2
    return theta - lr / np.sqrt(average + eps) * g, Eg2


# %% wrong rmsprop: a name is misspelt
# points: rmsprop 0
# says: `Eg2 = gamma * Eg2 + (1 - gamma) * g**2`: there is no gamma here
# says: Inside of it you have theta, g, Eg2, lr, rho, eps.
def rmsprop(theta, g, Eg2, lr, rho, eps):
    Eg2 = gamma * Eg2 + (1 - gamma) * g**2
    return theta - lr / np.sqrt(Eg2 + eps) * g, Eg2


# %% wrong adadelta: no ε above, so that it never starts
# points: adadelta 2
# says: theta never moves: without its ε the numerator is 0 in the first step
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    dx = -np.sqrt(Edx2) / np.sqrt(Eg2 + eps) * g
    Edx2 = rho * Edx2 + (1 - rho) * dx**2
    return theta + dx, Eg2, Edx2


# %% wrong adadelta: ε outside both roots
# points: adadelta 2
# says: ε is outside both roots: it belongs inside them.
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    dx = -(np.sqrt(Edx2) + eps) / (np.sqrt(Eg2) + eps) * g
    Edx2 = rho * Edx2 + (1 - rho) * dx**2
    return theta + dx, Eg2, Edx2


# %% wrong adadelta: θ² in place of Δθ²
# points: adadelta 3
# says: It averages θ², the squares of the parameters: the steps Δθ are meant.
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    theta = theta - np.sqrt(Edx2 + eps) / np.sqrt(Eg2 + eps) * g
    Edx2 = rho * Edx2 + (1 - rho) * theta**2
    return theta, Eg2, Edx2


# %% wrong adadelta: the step uses the old average of gradients
# points: adadelta 2
# says: The denominator uses the old Eg2
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    dx = -np.sqrt(Edx2 + eps) / np.sqrt(Eg2 + eps) * g
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    Edx2 = rho * Edx2 + (1 - rho) * dx**2
    return theta + dx, Eg2, Edx2


# %% wrong adadelta: both averages are returned in the wrong order
# points: adadelta 3
# says: what is returned (1 point off). The values come back in the order theta, Edx2, Eg2; asked for is
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    dx = -np.sqrt(Edx2 + eps) / np.sqrt(Eg2 + eps) * g
    Edx2 = rho * Edx2 + (1 - rho) * dx**2
    return theta + dx, Edx2, Eg2


# %% wrong adadelta: a learning rate of 0.001 in front, as in Keras
# points: adadelta 2
# says: A learning rate of 0.001 is in front, as in Keras
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    dx = np.sqrt(Edx2 + eps) / np.sqrt(Eg2 + eps) * g
    Edx2 = rho * Edx2 + (1 - rho) * dx**2
    return theta - 0.001 * dx, Eg2, Edx2


# %% wrong adadelta: only two values returned
# points: adadelta 3
# says: Edx2 is not returned. The last line should be `return theta, Eg2, Edx2`.
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    return theta - np.sqrt(Edx2 + eps) / np.sqrt(Eg2 + eps) * g, Eg2


# %% wrong adadelta: an argument too many
# points: adadelta 0
# says: cannot be called as adadelta(theta, g, Eg2, Edx2, rho, eps)
def adadelta(theta, g, Eg2, Edx2, lr, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    dx = -lr * np.sqrt(Edx2 + eps) / np.sqrt(Eg2 + eps) * g
    return theta + dx, Eg2, rho * Edx2 + (1 - rho) * dx**2


# %% wrong epsilon: the factor, and where the slider starts
# points: epsilon 0
# says: That is the factor for ε × 100: which power of 100 is it?
# says: That is where the slider starts, and it hardly moves.
epsilon = {"power": 10, "best": 1e-10}


# %% wrong epsilon: the exponent in place of ε
# points: epsilon 1
# says: That is the exponent: ε is 10 to that power
epsilon = {"power": 0.49, "best": -2.7}


# %% wrong epsilon: the distance in place of ε
# points: epsilon 1
# says: That is the distance, not the ε that leads to it.
epsilon = {"power": 0.5, "best": 0.189}


# %% wrong curves: two exchanged
# points: curves 1
# says: RMSprop starts with a rate that is too high
# says: Adadelta starts near √ε
curves = {"A": "Adadelta", "B": "Adagrad", "C": "RMSprop"}


# %% wrong curves: one rule that is not in the figure
# points: curves 2
# says: It must be one of "Adadelta", "Adagrad", "RMSprop", and is 'Adam'.
curves = {"A": "RMSprop", "B": "Adam", "C": "Adadelta"}


# %% wrong units: those that η must have
# points: units 0
# says: That is the unit that η must have. Asked for is that of the step if η is a number.
# says: Adagrad: [θ] (1 point). That is what a step should have.
units = {
    "SGD": (-1, 2),
    "Momentum": (-1, 2),
    "Adagrad": (0, 1),
    "RMSprop": (0, 1),
    "Adadelta": (0, 0),
}


# %% wrong units: all exchanged
# points: units 2
# says: Upside down: a gradient is a change of J divided by a change of θ.
# says: The powers are exchanged: that of J comes first.
units = {
    "SGD": (-1, 1),
    "Momentum": (-1, 1),
    "Adagrad": (0, 0),
    "RMSprop": (0, 0),
    "Adadelta": (1, 0),
}


# %% wrong units: in words, and one missing
# points: units 3
# says: must be two powers, that of J and that of θ, such as (1, -1) for [J]/[θ], and is 'J/θ'
# says: Momentum (1 point). There is no answer yet.
units = {"SGD": "J/θ", "Adagrad": (0, 0), "RMSprop": (0, 0), "Adadelta": (0, 1)}


# %% right adagrad: in place on a copy
def adagrad(theta, g, G, lr, eps):
    theta, G = theta.copy(), G.copy()
    G += np.square(g)
    theta -= lr * g * (G + eps) ** -0.5
    return theta, G


# %% right adagrad: coordinate by coordinate, as lists
def adagrad(theta, g, G, lr, eps):
    moved, sums = [], []
    for x, slope, seen in zip(theta, g, G):
        seen = seen + slope * slope
        moved.append(x - lr * slope / (seen + eps) ** 0.5)
        sums.append(seen)
    return moved, sums


# %% right rmsprop: a class with names of its own
class Step:
    def __call__(self, weights, gradient, average, eta, gamma, epsilon):
        average = average + (1 - gamma) * (np.square(gradient) - average)
        return weights - eta * gradient / np.sqrt(average + epsilon), average


rmsprop = Step()


# %% right rmsprop: as a dictionary, with a print and a warning
def rmsprop(theta, g, Eg2, lr, rho, eps):
    import warnings

    warnings.warn("I warn you")
    print("step", np.log(np.zeros(1)))
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    return {"Eg2": Eg2, "theta": theta - lr / np.sqrt(Eg2 + eps) * g}


# %% right rmsprop: one array
def rmsprop(theta, g, Eg2, lr, rho, eps):
    Eg2 = np.average([Eg2, g * g], axis=0, weights=[rho, 1 - rho])
    return np.array([theta - lr * g / np.sqrt(Eg2 + eps), Eg2])


# %% right adadelta: in float32
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    theta, g, Eg2, Edx2 = (np.float32(a) for a in (theta, g, Eg2, Edx2))
    rho, eps = np.float32(rho), np.float32(eps)
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    dx = np.sqrt((Edx2 + eps) / (Eg2 + eps)) * g
    Edx2 = rho * Edx2 + (1 - rho) * dx**2
    return theta - dx, Eg2, Edx2


# %% right adadelta: with a helper
def fade(old, new, rho):
    return rho * old + (1 - rho) * new**2


def adadelta(θ, g, a, b, ρ, ε):
    a = fade(a, g, ρ)
    Δ = -np.exp(0.5 * (np.log(b + ε) - np.log(a + ε))) * g
    return [θ + Δ, a, fade(b, Δ, ρ)]


# %% right epsilon: numpy's numbers
epsilon = {"power": np.float64(0.5), "best": np.array([3e-3])}


# %% right units: lists and arrays
units = {
    "SGD": [1, -1],
    "Momentum": np.array([1, -1]),
    "Adagrad": [0, 0],
    "RMSprop": (0.0, 0.0),
    "Adadelta": (np.int64(0), np.int64(1)),
}


# %% right curves: other letters and blanks
curves = {"A": " rmsprop", "B": "ADAGRAD", "C": "adadelta "}


# %% right measured: rounded
measured = 2.58


# %% right predicted: in float32
predicted = np.float32(3)


# %% wrong adagrad: sizes in the place of squares
# points: adagrad 1
# says: That sums the sizes of the gradients: square them.
def adagrad(theta, g, G, lr, eps):
    G = G + np.abs(g)
    return theta - lr / np.sqrt(G + eps) * g, G


# %% wrong adagrad: what goes in comes out
# points: adagrad 0
# says: G comes back as it went in
def adagrad(theta, g, G, lr, eps):
    return theta, G


# %% wrong rmsprop: what goes in comes out
# points: rmsprop 0
# says: Eg2 comes back as it went in
def rmsprop(theta, g, Eg2, lr, rho, eps):
    return theta, Eg2


# %% wrong adadelta: what goes in comes out
# points: adadelta 0
# says: Eg2 comes back as it went in
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    return theta, Eg2, Edx2


# %% wrong adagrad: math for an array
# points: adagrad 2
# says: `return theta - lr / math.sqrt(G + eps) * g, G`: math.sqrt takes one number
# says: write np.sqrt, which takes each element
import math


def adagrad(theta, g, G, lr, eps):
    G = G + g**2 + 1 - 1
    return theta - lr / math.sqrt(G + eps) * g, G


# %% wrong adadelta: rows in the place of flat arrays
# points: adadelta 3
# says: what is returned (1 point off). theta has shape (1,
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * g**2
    dx = -np.sqrt(Edx2 + eps) / np.sqrt(Eg2 + eps) * g
    Edx2 = rho * Edx2 + (1 - rho) * dx**2
    return np.array([theta + dx]), Eg2, Edx2


# %% wrong rmsprop: the root is kept and squared again, which is charged once
# points: rmsprop 2
# says: The root is kept from step to step: keep the average of squares itself.
def rmsprop(theta, g, rms, lr, rho, eps):
    rms = np.sqrt(rho * rms**2 + (1 - rho) * g**2)
    return theta - lr * g / np.sqrt(rms**2 + eps), rms


# %% wrong adagrad: the root is kept and squared again, which is charged once
# points: adagrad 1
# says: The root is kept from step to step: keep the sum of squares itself.
def adagrad(theta, g, G, lr, eps):
    G = np.sqrt(G**2 + g**2)
    return theta - lr * g / np.sqrt(G**2 + eps), G


# %% wrong adagrad: a root of its own for ε
# points: adagrad 2
# says: It is theta - lr g / √(G + ε), with the new G.
def adagrad(theta, g, G, lr, eps):
    G = G + g**2
    return theta - lr * g / (np.sqrt(G) + np.sqrt(eps)), G


# %% right adadelta: one root of the quotient, and the step subtracted
def adadelta(theta, g, Eg2, Edx2, rho, eps):
    Eg2 = rho * Eg2 + (1 - rho) * np.square(g)
    dx = np.sqrt((Edx2 + eps) / (Eg2 + eps)) * g
    Edx2 = rho * Edx2 + (1 - rho) * np.square(dx)
    return theta - dx, Eg2, Edx2
