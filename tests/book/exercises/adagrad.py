"""Answers to the exercises of the Adagrad chapter, right and wrong."""

import numpy as np

from tests.book.answers import right, wrong

# ------------------------------------------------------------------ PyTorch's form


@wrong("ex-adagrad-torch", check="check", says="ε is inside the root")
def eps_inside(θ, G, g, lr, eps):
    G = G + g**2
    return θ - lr * g / np.sqrt(G + eps), G


@wrong("ex-adagrad-torch", check="check", says="the step uses the old G")
def old_sum(θ, G, g, lr, eps):
    return θ - lr * g / (np.sqrt(G) + eps), G + g**2


@wrong("ex-adagrad-torch", check="check", says="the root is missing")
def no_root(θ, G, g, lr, eps):
    G = G + g**2
    return θ - lr * g / (G + eps), G


@wrong("ex-adagrad-torch", check="check", says="θ moves uphill")
def uphill(θ, G, g, lr, eps):
    G = G + g**2
    return θ + lr * g / (np.sqrt(G) + eps), G


@wrong("ex-adagrad-torch", check="check", says="the step comes back, not the new θ")
def step_only(θ, G, g, lr, eps):
    G = G + g**2
    return -lr * g / (np.sqrt(G) + eps), G


@wrong("ex-adagrad-torch", check="check", says="η is missing")
def no_rate(θ, G, g, lr, eps):
    G = G + g**2
    return θ - g / (np.sqrt(G) + eps), G


@wrong("ex-adagrad-torch", check="check", says="G should be")
def absolute_values(θ, G, g, lr, eps):
    return θ - lr * g / (np.sqrt(G + g**2) + eps), G + np.abs(g)


@right("ex-adagrad-torch", check="check")
def in_place(θ, G, g, lr, eps):
    G += g * g
    θ -= lr * g / (G**0.5 + eps)
    return θ, G


@right("ex-adagrad-torch", check="check")
def on_the_gradient(θ, G, g, lr, eps):
    G = G + g**2
    g /= np.sqrt(G) + eps
    return θ - lr * g, G


@right("ex-adagrad-torch", check="check")
def coordinate_by_coordinate(θ, G, g, lr, eps):
    sums = [was + one**2 for was, one in zip(G, g, strict=True)]
    new = [x - lr * one / (s**0.5 + eps) for x, one, s in zip(θ, g, sums, strict=True)]
    return np.array(new), np.array(sums)


# ------------------------------------------------------------------ the full matrix


def walk(step):
    """A path whose steps are made from all gradients so far, the last one included."""

    def full_path(problem, start, lr, steps):
        path, gradients = [np.asarray(start, float)], []
        for _ in range(steps):
            gradients.append(problem.grad(path[-1]))
            path.append(path[-1] - lr * step(np.array(gradients)))
        return np.array(path)

    return full_path


def root_of(g):
    w, Q = np.linalg.eigh(g.T @ g + 1e-8 * np.eye(2))
    return Q @ np.diag(w**-0.5) @ Q.T


@wrong("ex-adagrad-full", check="check_full", says="one sum for both coordinates")
def norm(problem, start, lr, steps):
    return walk(lambda g: g[-1] / np.sqrt(np.sum(g**2) + 1e-8))(problem, start, lr, steps)


@wrong("ex-adagrad-full", check="check_full", says="no record")
def normalised(problem, start, lr, steps):
    return walk(lambda g: g[-1] / np.linalg.norm(g[-1]))(problem, start, lr, steps)


@wrong("ex-adagrad-full", check="check_full", says="each coordinate has its own sum")
def diagonal(problem, start, lr, steps):
    return walk(lambda g: g[-1] / np.sqrt(np.sum(g**2, axis=0) + 1e-8))(problem, start, lr, steps)


@wrong("ex-adagrad-full", check="check_full", says="the step goes uphill")
def full_uphill(problem, start, lr, steps):
    return walk(lambda g: -root_of(g) @ g[-1])(problem, start, lr, steps)


@wrong("ex-adagrad-full", check="check_full", says="the inverse, not its root")
def inverse(problem, start, lr, steps):
    return walk(lambda g: np.linalg.solve(g.T @ g + 1e-8 * np.eye(2), g[-1]))(
        problem, start, lr, steps
    )


@wrong("ex-adagrad-full", check="check_full", says="start and 30 steps make 31 rows")
def without_start(problem, start, lr, steps):
    return walk(lambda g: root_of(g) @ g[-1])(problem, start, lr, steps)[1:]


@wrong("ex-adagrad-full", check="check_full", says="the first row is the start")
def from_elsewhere(problem, start, lr, steps):
    return walk(lambda g: root_of(g) @ g[-1])(problem, np.ones(2), lr, steps)


@wrong("ex-adagrad-full", check="check_full", says="is off by")
def forgets(problem, start, lr, steps):
    return walk(lambda g: root_of(g[-2:]) @ g[-1])(problem, start, lr, steps)


@right("ex-adagrad-full", check="check_full")
def by_eigenvalues(problem, start, lr, steps):
    return walk(lambda g: root_of(g) @ g[-1])(problem, start, lr, steps)


@right("ex-adagrad-full", check="check_full")
def by_scipy(problem, start, lr, steps):
    from scipy.linalg import sqrtm

    def step(g):
        return np.linalg.solve(np.real(sqrtm(g.T @ g + 1e-8 * np.eye(2))), g[-1])

    return walk(step)(problem, start, lr, steps)
