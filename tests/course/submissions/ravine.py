"""Answers to assignment 1. Sections are read by `tests.course.fast`; nothing here is imported."""


# %% wrong expand: the ones stand first
# points: expand 0
# says: The column of ones is first; it should be last.
def expand(X):
    x0, x1 = X[:, 0], X[:, 1]
    return np.stack([np.ones(len(X)), x0, x1, x0**2, x1**2, x0 * x1], axis=1)


# %% wrong expand: features in rows
# points: expand 0
# says: The features are in rows: transpose
def expand(X):
    x0, x1 = X.T
    return np.array([x0, x1, x0**2, x1**2, x0 * x1, np.ones(len(X))])


# %% wrong expand: no constant
# points: expand 0
# says: The column of ones is missing
def expand(X):
    x0, x1 = X.T
    return np.array([x0, x1, x0**2, x1**2, x0 * x1]).T


# %% wrong expand: written for one point
# points: expand 0
# says: features has shape (6,) and should have
def expand(X):
    x0, x1 = X[0]
    return np.array([x0, x1, x0**2, x1**2, x0 * x1, 1])


# %% wrong expand: nothing is returned
# points: expand 0
# says: It returns nothing: its last line should be `return features`
def expand(X):
    x0, x1 = X.T
    features = np.array([x0, x1, x0**2, x1**2, x0 * x1, np.ones(len(X))]).T


# %% wrong expand: taken from the package
# points: expand 0
# says: It lets the package do the work. The package is right, of course
from adaptive.problems import expand


# %% wrong probability: the probability of class 0
# points: probability 1
# says: That is the probability of class 0: look at the sign
# A later answer that calls it is not charged again.
def probability(X, w):
    return 1 / (1 + np.exp(X @ w))


# %% wrong probability: nan far from the boundary
# points: probability 1
# says: far from the boundary (1 point). Where X w is large and positive the result is 1
def probability(X, w):
    z = X @ w
    return np.exp(z) / (1 + np.exp(z))


# %% wrong probability: rounded to a class
# points: probability 0
# says: That is one class or the other: return the probability
def probability(X, w):
    return np.where(X @ w > 0, 1.0, 0.0)


# %% wrong probability: a half, whatever goes in
# points: probability 0
# says: It is 1 / (1 + exp(-X w)), one value for each row. p has shape ()
def probability(X, w):
    return 0.5


# %% wrong probability: expands once more
# points: probability 0
# says: It fails in line
# says: `X = np.stack([X, X[:, :5]], axis=1)`, when called as probability(X, w), with ValueError
def probability(X, w):
    x0, x1 = X[:, 0], X[:, 1]
    X = np.stack([X, X[:, :5]], axis=1)
    return 1 / (1 + np.exp(-X @ w))


# %% wrong loss: the sum
# points: loss 1
# says: That is the sum over the rows: take the mean.
def compute_loss(X, y, w):
    z = X @ w
    return np.sum(np.logaddexp(0, z) - y * z)


# %% wrong loss: nan where p rounds
# points: loss 1
# says: Where p rounds to 0 or 1 its logarithm is -inf
def compute_loss(X, y, w):
    p = probability(X, w)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


# %% wrong loss: the likelihood
# points: loss 1
# says: It is negative: a loss is the negative of the log-likelihood.
def compute_loss(X, y, w):
    z = X @ w
    return np.mean(y * z - np.logaddexp(0, z))


# %% wrong loss: squared error
# points: loss 0
# says: That is the mean squared error, not the logistic loss.
def compute_loss(X, y, w):
    return np.mean((probability(X, w) - y) ** 2)


# %% wrong loss: the mean is left out
# points: loss 1
# says: You return one loss for each row
def compute_loss(X, y, w):
    z = X @ w
    return np.logaddexp(0, z) - y * z


# %% wrong grad: the sum
# points: grad 1
# says: That is the sum over the rows: the loss is a mean, and so is its gradient.
def compute_grad(X, y, w):
    return (probability(X, w) - y) @ X


# %% wrong grad: uphill and downhill exchanged
# points: grad 1
# says: It has the wrong sign: it is p - y
def compute_grad(X, y, w):
    return (y - probability(X, w)) @ X / len(y)


# %% wrong grad: the gradient of the squared error
# points: grad 1
# says: The factor p (1 - p) belongs to the squared error; here it cancels.
def compute_grad(X, y, w):
    p = probability(X, w)
    return ((p - y) * p * (1 - p)) @ X / len(y)


# %% wrong grad: the wrong names
# points: grad 0
# says: `return (probability(X, weights) - y) @ X / len(y)`: there is no weights here
def compute_grad(X, y, w):
    return (probability(X, weights) - y) @ X / len(y)


# %% wrong sgd: uphill
# points: sgd 0
# says: It walks uphill: the gradient points up, so it is subtracted.
def sgd(theta, g, lr):
    return theta + lr * g


# %% wrong sgd: in place
# points: sgd 0
# says: The caller's theta changed
def sgd(theta, g, lr):
    theta -= lr * g
    return theta


# %% wrong sgd: the step alone
# points: sgd 0
# says: You return the step alone: add it to theta.
def sgd(theta, g, lr):
    return -lr * g


# %% wrong sgd: a rate of its own
# points: sgd 0
# says: lr is fixed at 0.1 inside the function: use the argument lr.
def sgd(theta, g, lr):
    return theta - 0.1 * g


# %% wrong largest-rate: the fastest
# points: largest-rate 0
# says: That is the fastest rate, not the limit of those that converge.
largest_rate = 2 / 21

# %% wrong largest-rate: the limit along the ravine
# points: largest-rate 0
# says: That is the limit along the ravine; across it is lower.
largest_rate = 2

# %% wrong largest-rate: where the slider stood
# points: largest-rate 0
# says: 0.12 is too large. Move the slider
largest_rate = 0.12

# %% wrong largest-rate: a range
# points: largest-rate 0
# says: It must be one number, and is (0.09, 0.11).
largest_rate = (0.09, 0.11)


# %% wrong momentum: the learning rate is missing
# points: momentum 1
# says: lr is missing from the velocity
def momentum(theta, g, v, lr, momentum):
    v = momentum * v + g
    return theta - lr * v, v


# %% wrong momentum: the learning rate twice
# points: momentum 2
# says: Is the learning rate applied twice? It is in the velocity already.
def momentum(theta, g, v, lr, momentum):
    v = momentum * v + lr * g
    return theta - lr * v, v


# %% wrong momentum: the other sign
# points: momentum 1
# says: Your velocity points downhill; in the book v is subtracted
def momentum(theta, g, v, lr, momentum):
    v = momentum * v - lr * g
    return theta + v, v


# %% wrong momentum: an average
# points: momentum 1
# says: That is an average, with the factor (1 - γ) η
def momentum(theta, g, v, lr, momentum):
    v = momentum * v + (1 - momentum) * lr * g
    return theta - v, v


# %% wrong momentum: the old velocity moves it
# points: momentum 2
# says: It uses the old velocity: use the new one.
def momentum(theta, g, v, lr, momentum):
    return theta - v, momentum * v + lr * g


# %% wrong momentum: returned in the wrong order
# points: momentum 2
# says: what is returned (1 point off). The values come back in the order v, theta
def momentum(theta, g, v, lr, momentum):
    v = momentum * v + lr * g
    return v, theta - v


# %% wrong momentum: the velocity is not returned
# points: momentum 1
# says: v is not returned. The last line should be `return theta, v`.
def momentum(theta, g, v, lr, momentum):
    v = momentum * v + lr * g
    return theta - v


# %% wrong momentum: ten times too much
# points: momentum 1
# says: v is wrong first at step 1
# says: It is 10 times what it should be. It is γ times the old velocity plus η times the gradient.
def momentum(theta, g, v, lr, momentum):
    v = momentum * v + 10 * lr * g
    return theta - v, v


# %% wrong momentum: in place
# points: momentum 2
# says: The caller's theta and v changed
def momentum(theta, g, v, lr, momentum):
    v *= momentum
    v += lr * g
    theta -= v
    return theta, v


# %% wrong momentum: remembers its velocity
# points: momentum 0
# says: It gives another result when it is called again with the same arguments
memory = {"v": 0}


def momentum(theta, g, v, lr, momentum):
    memory["v"] = momentum * memory["v"] + lr * g
    return theta - memory["v"], memory["v"]


# %% wrong predicted-steps: a word
# points: predicted-steps 0
# says: It must be one number, and is 'fewer'.
predicted_steps = "fewer"

# %% wrong predicted-steps: no number of steps
# points: predicted-steps 0
# says: It must be a whole number from 1 to 1000, and is 0.5.
predicted_steps = 0.5

# %% wrong measured-steps: without momentum
# points: measured-steps 0
# says: That is SGD, without momentum.
measured_steps = 47

# %% wrong measured-steps: left as it was
# points: measured-steps 0
# says: There is no answer yet.
measured_steps = ...


# %% wrong nag: the gradient is asked where it stands
# points: nag 2
# says: It is asked where you are: that is Momentum. NAG looks ahead first.
def nag(theta, grad, v, lr, momentum):
    v = momentum * v + lr * grad(theta)
    return theta - v, v


# %% wrong nag: it looks back
# points: nag 2
# says: It looks back: v is subtracted, so ahead is theta - γ v.
def nag(theta, grad, v, lr, momentum):
    v = momentum * v + lr * grad(theta + momentum * v)
    return theta - v, v


# %% wrong nag: ahead by the whole velocity
# points: nag 2
# says: It looks ahead by the whole velocity: only γ v of it will be kept.
def nag(theta, grad, v, lr, momentum):
    v = momentum * v + lr * grad(theta - v)
    return theta - v, v


# %% wrong nag: grad is taken for an array
# points: nag 2
# says: grad is never called with a point: it is a function
def nag(theta, grad, v, lr, momentum):
    v = momentum * v + lr * grad
    return theta - v, v


# %% wrong nag: leaves Python
# points: nag 0
# says: ends Python with exit() in line
def nag(theta, grad, v, lr, momentum):
    v = momentum * v + lr * grad(theta - momentum * v)
    raise SystemExit


# %% wrong curves: Momentum and NAG exchanged
# points: curves 1
# says: Momentum swings across the ravine for a long time: fast ripples
# says: NAG damps the swings across the ravine
curves = {"A": "Momentum", "B": "SGD", "C": "NAG"}

# %% wrong curves: one is left out
# points: curves 1
# says: C (1 point). There is no answer yet.
# says: B (1 point). It must be one of "Momentum", "NAG", "SGD", and is 'gradient descent'.
curves = {"A": "nag", "B": "gradient descent"}


# %% right momentum: a class that is called, with other names
class Step:
    def __call__(self, position, slope, speed, eta, gamma):
        speed = gamma * speed + eta * slope
        return position - speed, speed


momentum = Step()


# %% right momentum: in place on copies, returned as a dictionary
def momentum(theta, g, v, lr, momentum):
    theta, v = theta.copy(), v.copy()
    v *= momentum
    v += lr * g
    theta -= v
    return {"v": v, "theta": theta}


# %% right momentum: in float32, element by element
def momentum(theta, g, v, lr, momentum):
    v = [
        np.float32(momentum) * np.float32(a) + np.float32(lr) * np.float32(b) for a, b in zip(v, g)
    ]
    return [np.float32(a) - b for a, b in zip(theta, v)], v


# %% right nag: asks for the gradient more than once
def nag(theta, grad, v, lr, momentum):
    print("the gradient here is", grad(theta))
    ahead = theta - momentum * v
    v_new = momentum * v + lr * np.asarray(grad(ahead))
    grad(theta - v_new)
    return theta - v_new, v_new


# %% right probability: warns of an overflow
import warnings


def probability(X, w):
    warnings.warn("exp may overflow")
    return 1 / (1 + np.exp(-np.dot(X, w)))


# %% right loss: a scalar of NumPy, by another formula
def compute_loss(X, y, w):
    signed = (2 * y - 1) * (X @ w)
    return np.float64(
        np.mean(np.where(signed > 0, np.log1p(np.exp(-signed)), np.log1p(np.exp(signed)) - signed))
    )


# %% right grad: row by row, as a list
def compute_grad(X, y, w):
    total = 0
    for row, label in zip(X, y):
        total = total + (1 / (1 + np.exp(-row @ w)) - label) * row
    return list(total / len(X))


# %% right expand: column by column
def expand(X):
    out = np.empty((len(X), 6))
    out[:, :2] = X
    out[:, 2:4] = X * X
    out[:, 4] = X.prod(axis=1)
    out[:, 5] = True
    return out


# %% right curves: in small letters, with blanks
curves = {"a": "", "A": " nag", "B": "sgd ", "C": "MOMENTUM"}


# %% wrong probability: clipped
# points: probability 1
# says: far from the boundary (1 point). Where X w is large and positive
def probability(X, w):
    return 1 / (1 + np.exp(-np.clip(X @ w, -8, 8)))


# %% wrong probability: nan is replaced by a number
# points: probability 1
# says: far from the boundary (1 point). Where X w is large and positive
def probability(X, w):
    z = X @ w
    return np.nan_to_num(np.exp(z) / (1 + np.exp(z)))


# %% wrong loss: p is clipped
# points: loss 1
# says: far from the boundary (1 point). Where p rounds to 0 or 1
# says: To clip p, or to replace nan, hides that and gives another loss
def compute_loss(X, y, w):
    p = np.clip(probability(X, w), 1e-12, 1 - 1e-12)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


# %% wrong loss: nan is replaced by 0
# points: loss 1
# says: To clip p, or to replace nan, hides that and gives another loss
def compute_loss(X, y, w):
    p = probability(X, w)
    return -np.mean(np.nan_to_num(y * np.log(p) + (1 - y) * np.log(1 - p)))


# %% wrong loss: the share of wrong classes
# points: loss 0
# says: far from the boundary (1 point)
def compute_loss(X, y, w):
    return np.mean((X @ w > 0) != y)


# %% wrong momentum: what goes in comes out
# points: momentum 0
# says: v comes back as it went in: is the new value computed and returned?
def momentum(theta, g, v, lr, momentum):
    return theta, v


# %% wrong nag: what goes in comes out
# points: nag 0
# says: grad is never called with a point
def nag(theta, grad, v, lr, momentum):
    return theta, v


# %% wrong sgd: what goes in comes out
# points: sgd 0
# says: theta comes back as it went in
def sgd(theta, g, lr):
    return theta


# %% wrong probability: cannot be read, and costs its cell only
# points: probability 0
# says: probability is not there. It should come from cell
# says: `return 1 / (1 + np.exp(-X @ w)`: this ( has no partner
#! def probability(X, w):
#!     return 1 / (1 + np.exp(-X @ w)


# %% wrong momentum: cannot be read, and the measurement is right all the same
# points: momentum 0
# says: the colon at the end of the line is missing
#! def momentum(theta, g, v, lr, momentum)
#!     v = momentum * v + lr * g
#!     return theta - v, v


# %% wrong expand: a package that is not there
# points: expand 0
# says: expand is not there. It should come from cell
# says: `import torchoptim`: torchoptim is not installed where this is marked
import torchoptim


def expand(X):
    return torchoptim.expand(X)


# %% wrong momentum: a row in the place of a flat array
# points: momentum 2
# says: what is returned (1 point off). v has shape (1, 4) and should have (4,)
def momentum(theta, g, v, lr, momentum):
    v = momentum * v.reshape(1, -1) + lr * g
    return theta - v.ravel(), v


# %% wrong grad: a column in the place of a flat array
# points: grad 1
# says: what is returned (1 point off). grad has shape (6, 1) and should have (6,)
def compute_grad(X, y, w):
    return X.T @ (probability(X, w) - y)[:, None] / len(y)


# %% wrong momentum: the velocity of libraries that average
# points: momentum 1
# says: That is an average, with the factor 1 - γ
def momentum(theta, g, v, lr, momentum):
    v = momentum * v + (1 - momentum) * g
    return theta - lr * v, v


# %% wrong momentum: an argument is left out
# points: momentum 1
# says: momentum is fixed at 0.9 inside the function
def momentum(theta, g, v, lr):
    v = 0.9 * v + lr * g
    return theta - v, v


# %% wrong momentum: the arguments in another order
# points: momentum 2
# says: the first line (1 point off). Its arguments are (theta, v, g, lr, momentum)
def momentum(theta, v, g, lr, momentum):
    v = momentum * v + lr * g
    return theta - v, v


# %% wrong momentum: one value too many
# points: momentum 2
# says: what is returned (1 point off). 3 values come back; asked for is `return theta, v`
def momentum(theta, g, v, lr, momentum):
    v = momentum * v + lr * g
    return theta - v, v, g


# %% wrong momentum: stops in its last line
# points: momentum 2
# says: `return theta - velocity, v`: there is no velocity here
def momentum(theta, g, v, lr, momentum):
    v = momentum * v + lr * g
    return theta - velocity, v


# %% wrong nag: a power that is none
# points: nag 1
# says: `v = momentum * v + lr * grad(theta - momentum * v) ^ 1`: ^ is no power in Python
def nag(theta, grad, v, lr, momentum):
    v = momentum * v + lr * grad(theta - momentum * v) ^ 1
    return theta - v, v


# %% right probability: the expit of scipy
from scipy.special import expit


def probability(X, w):
    return expit(X @ w)


# %% right probability: z is clipped where that changes nothing
def probability(X, w):
    return 1 / (1 + np.exp(-np.clip(X @ w, -500, 500)))


# %% right curves: the classes that the notebook has imported
curves = {"A": NAG, "B": SGD, "C": Momentum}

# %% right curves: with full stops
curves = {"A": "NAG.", "B": "SGD.", "C": "Momentum. "}

# %% right largest-rate: in quotation marks, with a decimal comma
largest_rate = "0,1"


# %% wrong nag: square brackets for round ones
# points: nag 0
# says: a function is called with round brackets, grad(theta)
def nag(theta, grad, v, lr, momentum):
    v = momentum * v + lr * grad[theta - momentum * v]
    return theta - v, v


# %% wrong nag: the gradient is handed the velocity too
# points: nag 0
# says: grad is called with the wrong number of values: it takes 1, and gets 2
def nag(theta, grad, v, lr, momentum):
    v = momentum * v + lr * grad(theta - momentum * v, v)
    return theta - v, v


# %% wrong loss: divided by the features
# points: loss 1
# says: You divide by the number of features; divide by the number of rows.
def compute_loss(X, y, w):
    z = X @ w
    return np.sum(np.logaddexp(0, z) - y * z) / X.shape[1]


# %% wrong nag: ahead by the learning rate
# points: nag 2
# says: It looks ahead by η v
def nag(theta, grad, v, lr, momentum):
    g = grad(theta - lr * v)
    v = momentum * v + lr * g
    return theta - v, v


# %% right probability: the hyperbolic tangent
def probability(X, w):
    return 0.5 * (1 + np.tanh(X @ w / 2))


# %% right expand: powers of the whole array
def expand(X):
    return np.column_stack([X, X**2, X[:, 0] * X[:, 1], np.ones(len(X))])
