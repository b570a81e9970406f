"""Ten whole submissions of assignment 1, marked by hand before a check saw them.

Each is `# %% ravine STUDENT: title`, with the points of every question that has a test cell; a
question that is not answered is as it was handed out. `# why:` says what a mark rests on, and `# settled:` which
mark stands where that by hand was given up when it was compared with the check's, and why.
"""


# %% ravine alma: all of it right, in her own way
# points: expand 1, probability 2, loss 2, grad 2, sgd 1, largest-rate 2, momentum 3
# points: predicted-steps 1, measured-steps 1, nag 3, curves 3
# answer: expand
def expand(X):
    features = np.empty((X.shape[0], 6))
    features[:, :2] = X
    features[:, 2:4] = X * X
    features[:, 4] = np.prod(X, axis=1)
    features[:, 5] = 1
    return features


# answer: probability
def probability(X, w):
    # the sigmoid is a tanh in disguise, and tanh cannot overflow
    z = X.dot(w)
    return 0.5 * (1 + np.tanh(z / 2))


# answer: loss
def compute_loss(X, y, w):
    z = X @ w
    costs = np.where(y == 1, np.logaddexp(0, -z), np.logaddexp(0, z))
    return costs.sum() / costs.size


# answer: grad
def compute_grad(X, y, w):
    return np.einsum("n,nk->k", probability(X, w) - y, X) / X.shape[0]


# answer: sgd
def sgd(theta, g, lr):
    step = np.multiply(g, lr)
    return np.subtract(theta, step)


# answer: largest-rate
# two over the largest curvature
largest_rate = 2 / 20


# answer: momentum
def momentum(theta, g, v, lr, momentum):
    new_v = lr * g + momentum * v
    new_theta = theta - new_v
    return new_theta, new_v


# answer: predicted-steps
predicted_steps = 25
# answer: measured-steps
rule = ravine.as_rule(momentum, Momentum(ravine.BEST_RATE, 0.9), stand_in=True)
path = descend(rule, ravine.PROBLEM, steps=300)
measured_steps = ravine.steps_to_arrive(path)


# answer: nag
def nag(theta, grad, v, lr, momentum):
    carried = momentum * v
    peek = theta - carried
    v_next = carried + lr * grad(peek)
    return theta - v_next, v_next


# answer: curves
curves = {"A": "NAG", "B": "SGD", "C": "Momentum"}


# %% ravine bruno: learned momentum from PyTorch
# points: expand 1, probability 2, loss 1, grad 2, sgd 1, largest-rate 2, momentum 1
# points: predicted-steps 1, measured-steps 1, nag 2, curves 3
# why: The velocity without its rate is charged where it is made; where he looks, and how he
# why: steps, follow from it.
# answer: expand
def expand(X):
    rows = []
    for x in X:
        rows.append([x[0], x[1], x[0] ** 2, x[1] ** 2, x[0] * x[1], 1.0])
    return np.array(rows)


# answer: probability
def probability(X, w):
    z = np.matmul(X, w)
    p = 1.0 / (1.0 + np.exp(-z))
    return p


# answer: loss
def compute_loss(X, y, w):
    p = probability(X, w)
    n = len(y)
    J = 0
    for i in range(n):
        J += y[i] * np.log(p[i]) + (1 - y[i]) * np.log(1 - p[i])
    return -J / n


# answer: grad
def compute_grad(X, y, w):
    p = probability(X, w)
    n = X.shape[0]
    total = np.zeros_like(w)
    for i in range(n):
        total = total + (p[i] - y[i]) * X[i]
    return total / n


# answer: sgd
def sgd(theta, g, lr):
    theta = theta - lr * g
    return theta


# answer: largest-rate
largest_rate = 0.1


# answer: momentum
def momentum(theta, g, v, lr, momentum):
    buf = momentum * v + g
    return theta - lr * buf, buf


# answer: predicted-steps
predicted_steps = 40
# answer: measured-steps
rule = ravine.as_rule(momentum, Momentum(ravine.BEST_RATE, 0.9), stand_in=True)
path = descend(rule, ravine.PROBLEM, steps=300)
measured_steps = ravine.steps_to_arrive(path)
print(measured_steps)


# answer: nag
def nag(theta, grad, v, lr, momentum):
    g = grad(theta - lr * momentum * v)
    buf = momentum * v + g
    return theta - lr * buf, buf


# answer: curves
curves = {"A": "NAG", "B": "SGD", "C": "Momentum"}


# %% ravine chiara: fights with Python
# points: expand 1, probability 0, loss 1, grad 2, sgd 1, largest-rate 2, momentum 0
# points: predicted-steps 1, measured-steps 1, nag 1, curves 2
# why: probability stops before anything is computed; what calls it is marked with a right one.
# answer: expand
def expand(X):
    x0 = X[:, 0]
    x1 = X[:, 1]
    one = np.full(x0.shape, 1)
    return np.vstack((x0, x1, x0 * x0, x1 * x1, x0 * x1, one)).T


# answer: probability
import math


def probability(X, w):
    z = X @ w
    return 1 / (1 + math.exp(-z))


# answer: loss
def compute_loss(X, y, w):
    p = probability(X, w)
    return np.mean(-y * np.log(p) - (1 - y) * np.log(1 - p))


# answer: grad
def compute_grad(X, y, w):
    p = probability(X, w)
    return np.mean((p - y)[:, np.newaxis] * X, axis=0)


# answer: sgd
def sgd(theta, g, lr):
    return -lr * g + theta


# answer: largest-rate
largest_rate = 0.0999
# answer: momentum
#! def momentum(theta, g, v, lr, momentum)
#!     v = momentum * v + lr * g
#!     return theta - v, v
# answer: predicted-steps
predicted_steps = "20"
# answer: measured-steps
rule = ravine.as_rule(momentum, Momentum(ravine.BEST_RATE, 0.9), stand_in=True)
path = descend(rule, ravine.PROBLEM, steps=300)
measured_steps = ravine.steps_to_arrive(path)


# answer: nag
def nag(theta, grad, v, lr, momentum):
    v_new = momentum * v + lr * (grad(theta) - momentum * v)
    return theta - v_new, v_new


# answer: curves
curves = {"A": "NAG", "B": "SGD", "C": None}


# %% ravine dmitri: ran out of time
# points: expand 1, probability 2, loss 0, grad 0, sgd 1, largest-rate 0, momentum 3
# points: predicted-steps 1, measured-steps 1, nag 0, curves 0
# why: 0.095 is the fastest rate, not the largest.
# answer: expand
def expand(X):
    x0, x1 = X.T
    return np.transpose([x0, x1, x0**2, x1**2, x0 * x1, x0**0])


# answer: probability
def probability(X, w):
    p = np.zeros(len(X))
    for i in range(len(X)):
        z = np.sum(X[i] * w)
        if z < -500:
            p[i] = 0
        else:
            p[i] = 1 / (1 + np.exp(-z))
    return p


# answer: loss
def compute_loss(X, y, w):
    z = X @ w
    # TODO logaddexp


# answer: sgd
def sgd(theta, g, lr):
    return theta - lr * g


# answer: largest-rate
largest_rate = 0.095


# answer: momentum
def momentum(theta, g, v, lr, momentum):
    v = momentum * v + lr * g
    theta = theta - v
    return theta, v


# answer: predicted-steps
predicted_steps = 30
# answer: measured-steps
measured_steps = 83


# %% ravine elif: a downhill velocity, and much guessed
# points: expand 0, probability 2, loss 0, grad 0, sgd 0, largest-rate 0, momentum 1
# points: predicted-steps 1, measured-steps 0, nag 2, curves 1
# why: With a velocity that points downhill, ahead is theta plus its share: that follows, and
# why: only the velocity is charged.
# answer: expand
def expand(X):
    x, y = X[:, 0], X[:, 1]
    return np.stack([x, x**2, y, y**2, x * y, np.ones(len(x))], axis=1)


# answer: probability
from scipy.special import softmax


def probability(X, w):
    z = X @ w
    return softmax(np.stack([z, np.zeros(len(z))], axis=1), axis=1)[:, 0]


# answer: loss
def compute_loss(X, y, w):
    p = probability(X, w)
    return -np.mean(y * np.log(p) - (1 - y) * np.log(1 - p))


# answer: grad
def compute_grad(X, y, w):
    p = probability(X, w)
    return np.mean(p - y)


# answer: sgd
def sgd(theta, g, lr):
    return theta - lr * g / np.linalg.norm(g)


# answer: largest-rate
largest_rate = 0.05


# answer: momentum
def momentum(theta, g, v, lr, momentum):
    v = momentum * v - lr * g
    return theta + v, v


# answer: predicted-steps
predicted_steps = 100
# answer: measured-steps
measured_steps = 47


# answer: nag
def nag(theta, grad, v, lr, momentum):
    v = momentum * v - lr * grad(theta + momentum * v)
    return theta + v, v


# answer: curves
curves = {"A": "NAG", "B": "Momentum", "C": "SGD"}


# %% ravine farid: everything in place
# points: expand 1, probability 2, loss 1, grad 2, sgd 0, largest-rate 2, momentum 2
# points: predicted-steps 1, measured-steps 1, nag 2, curves 3
# answer: expand
def expand(X):
    return np.c_[X, X**2, X[:, 0] * X[:, 1], np.ones(X.shape[0])]


# answer: probability
def probability(X, w):
    z = np.dot(X, w)
    np.negative(z, out=z)
    np.exp(z, out=z)
    z += 1
    return 1 / z


# answer: loss
def compute_loss(X, y, w):
    p = probability(X, w)
    tiny = 1e-300
    return -np.mean(y * np.log(np.maximum(p, tiny)) + (1 - y) * np.log(np.maximum(1 - p, tiny)))


# answer: grad
def compute_grad(X, y, w):
    d = probability(X, w)
    d -= y
    return (X * d[:, None]).mean(0)


# answer: sgd
def sgd(theta, g, lr):
    theta -= lr * g
    return theta


# answer: largest-rate
largest_rate = 0.1


# answer: momentum
def momentum(theta, g, v, lr, momentum):
    v *= momentum
    v += lr * g
    theta -= v
    return theta, v


# answer: predicted-steps
predicted_steps = 15
# answer: measured-steps
rule = ravine.as_rule(momentum, Momentum(ravine.BEST_RATE, 0.9), stand_in=True)
measured_steps = ravine.steps_to_arrive(descend(rule, ravine.PROBLEM, steps=300))


# answer: nag
def nag(theta, grad, v, lr, momentum):
    v *= momentum
    v += lr * grad(theta - v)
    theta -= v
    return theta, v


# answer: curves
curves = {"A": "NAG", "B": "SGD", "C": "Momentum"}


# %% ravine gesa: odd, and nearly all of it right
# points: expand 1, probability 1, loss 2, grad 2, sgd 1, largest-rate 2, momentum 3
# points: predicted-steps 1, measured-steps 1, nag 3, curves 3
# why: Nesterov is NAG. Differences of the loss are its gradient to nine digits. math.exp stops
# why: at large weights, which is the second point.
# settled: curves 2: A closed answer counts as the check has noted it, and the check says at once
#     which names there are.
# answer: expand
def expand(X):
    columns = [lambda a, b: a, lambda a, b: b, lambda a, b: a * a, lambda a, b: b * b]
    columns += [lambda a, b: a * b, lambda a, b: 1 + 0 * a]
    return np.asmatrix([[f(a, b) for f in columns] for a, b in X])


# answer: probability
from math import exp


def probability(X, w):
    sigmoid = np.vectorize(lambda z: 1 / (1 + exp(-z)))
    return sigmoid(X @ w)


# answer: loss
from scipy.special import log_expit


def compute_loss(X, y, w):
    z = X @ w
    return -np.mean(y * log_expit(z) + (1 - y) * log_expit(-z))


# answer: grad
def compute_grad(X, y, w):
    h = 1e-5
    grad = []
    for e in np.eye(len(w)):
        up, down = compute_loss(X, y, w + h * e), compute_loss(X, y, w - h * e)
        grad.append((up - down) / (2 * h))
    return np.array(grad)


# answer: sgd
sgd = lambda theta, g, lr: theta - lr * g
# answer: largest-rate
largest_rate = 1e-1


# answer: momentum
def momentum(theta, g, v, lr, momentum):
    v = np.dot([momentum, lr], [v, g])
    return [theta - v, v]


# answer: predicted-steps
predicted_steps = np.int64(33)


# answer: measured-steps
class Run:
    pass


rule = ravine.as_rule(momentum, Momentum(ravine.BEST_RATE, 0.9), stand_in=True)
Run.path = descend(rule, ravine.PROBLEM, steps=300)
measured_steps = float(ravine.steps_to_arrive(Run.path))


# answer: nag
def nag(theta, grad, v, lr, momentum):
    def velocity(gradient):
        return momentum * v + lr * gradient

    v1 = velocity(grad(theta - velocity(0 * theta)))
    return theta - v1, v1


# answer: curves
curves = dict(A="Nesterov", B="SGD", C="Momentum")


# %% ravine hannes: slips of every kind
# points: expand 0, probability 1, loss 0, grad 1, sgd 0, largest-rate 2, momentum 0
# points: predicted-steps 1, measured-steps 1, nag 3, curves 2
# why: There is no sgd, as the check below it says. The missing brackets of 1/1+exp cost the
# why: sigmoid, and no nan comes of them.
# answer: expand
def expand(X):
    x0, x1 = X[:, 0], X[:, 1]
    return np.stack([x0, x1, x0 ^ 2, x1 ^ 2, x0 * x1, np.ones(len(X))], axis=1)


# answer: probability
def probability(X, w):
    z = X @ w
    return 1 / 1 + np.exp(-z)


# answer: loss
def compute_loss(X, y, w):
    p = probability(X, w)
    return np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


# answer: grad
def compute_grad(X, y, w):
    p = probability(X, w)
    return X.T @ (p - y) / len(w)


# answer: sgd
def gradient_descent(theta, g, lr):
    return theta - lr * g


# answer: largest-rate
largest_rate = 0.1


# answer: momentum
def momentum(theta, g, v, lr, momentum):
    v = gamma * v + lr * g
    return theta - v, v


# answer: predicted-steps
predicted_steps = 47
# answer: measured-steps
rule = ravine.as_rule(momentum, Momentum(ravine.BEST_RATE, 0.9), stand_in=True)
path = descend(rule, ravine.PROBLEM, steps=300)
measured_steps = ravine.steps_to_arrive(path)


# answer: nag
def nag(theta, grad, v, lr, momentum):
    v = momentum * v + lr * grad(theta - momentum * v)
    return theta - v, v


# answer: curves
curves = {"A": "NAG", "B": "SGD", "C": "SDG"}


# %% ravine ines: good, but for the means
# points: expand 1, probability 2, loss 1, grad 1, sgd 1, largest-rate 2, momentum 3
# points: predicted-steps 1, measured-steps 0, nag 3, curves 1
# answer: expand
def expand(X):
    product = X[:, :1] * X[:, 1:]
    return np.concatenate([X, X**2, product, np.ones((len(X), 1))], axis=1)


# answer: probability
def probability(X, w):
    return np.exp(-np.logaddexp(0, -(X @ w)))


# answer: loss
def compute_loss(X, y, w):
    return np.mean(np.where(y == 1, -np.log(probability(X, w)), -np.log(probability(X, -w))))


# answer: grad
def compute_grad(X, y, w):
    return np.average(X, axis=0, weights=probability(X, w) - y)


# answer: sgd
def sgd(theta, g, lr):
    return theta + (-lr) * g


# answer: largest-rate
largest_rate = np.float64(0.1)


# answer: momentum
def momentum(theta, g, v, lr, momentum):
    v = v * momentum + g * lr
    return theta - v, v


# answer: predicted-steps
predicted_steps = 10
# answer: measured-steps
path = descend(Momentum(ravine.BEST_RATE, 0.9), ravine.PROBLEM, steps=300)
measured_steps = ravine.steps_to_arrive(path) - 1


# answer: nag
def nag(theta, grad, v, lr, momentum):
    ahead = theta - momentum * v
    v = momentum * v + lr * grad(ahead)
    return theta - v, v


# answer: curves
curves = {"A": "Momentum", "B": "SGD", "C": "NAG"}


# %% ravine jonas: the name of an argument is also that of a function
# points: expand 0, probability 2, loss 1, grad 1, sgd 1, largest-rate 2, momentum 3
# points: predicted-steps 0, measured-steps 1, nag 1, curves 3
# why: nag had asked for the gradient, at the right place, when it stopped.
# answer: expand
def expand(X):
    return np.hstack((X, X**2, np.prod(X, axis=1), np.ones(len(X))))


# answer: probability
def probability(X, w):
    return [1 / (1 + np.exp(-z)) for z in X @ w]


# answer: loss
def compute_loss(X, y, w):
    z = X @ w
    return (np.logaddexp(0, z) - y * z).sum() / X.shape[1]


# answer: grad
def compute_grad(X, y, w):
    p = np.array(probability(X, w))
    return np.sum((y - p)[:, None] * X, axis=0) / len(X)


# answer: sgd
def sgd(theta, g, lr):
    return (theta - lr * g,)


# answer: largest-rate
largest_rate = 0.1


# answer: momentum
def momentum(theta, g, v, lr, momentum):
    v = momentum * v + lr * g
    return theta - v, v


# answer: predicted-steps
predicted_steps = 12.5
# answer: measured-steps
rule = ravine.as_rule(momentum, Momentum(ravine.BEST_RATE, 0.9))
path = descend(rule, ravine.PROBLEM, steps=300)
measured_steps = path.steps_to(0.01)


# answer: nag
def nag(theta, grad, v, lr, momentum):
    ahead = theta - momentum * v
    return momentum(theta, grad(ahead), v, lr, momentum)


# answer: curves
curves = {"A": "nag", "B": "sgd", "C": "momentum"}
