"""Answers to the exercises of the NAG chapter, right and wrong."""

import numpy as np

from tests.book.answers import right, wrong

# ------------------------------------------------------------------ reading a framework's state


@wrong("ex-nag-read", check="check_read", says="where is η")
def buffer_for_velocity(p, b, lr, momentum):
    return p + momentum * b, b


@wrong("ex-nag-read", check="check_read", says="not b/η")
def divided(p, b, lr, momentum):
    return p + momentum * b / lr, b / lr


@wrong("ex-nag-read", check="check_read", says="θ lies the other way")
def other_way(p, b, lr, momentum):
    return p - momentum * lr * b, lr * b


@wrong("ex-nag-read", check="check_read", says="p is not θ")
def not_shifted(p, b, lr, momentum):
    return p, lr * b


@wrong("ex-nag-read", check="check_read", says="p is γv from θ")
def whole_velocity(p, b, lr, momentum):
    return p + lr * b, lr * b


@wrong("ex-nag-read", check="check_read", says="add γv, not γb")
def eta_forgotten_in_the_shift(p, b, lr, momentum):
    return p + momentum * b, lr * b


@wrong("ex-nag-read", check="check_read", says="changes its arguments")
def in_place(p, b, lr, momentum):
    b *= lr
    p += momentum * b
    return p, b


@wrong("ex-nag-read", check="check_read", says="use the argument lr")
def one_rate(p, b, lr, momentum):
    return p + momentum * 0.1 * b, 0.1 * b


@wrong("ex-nag-read", check="check_read", says="use the argument momentum")
def one_momentum(p, b, lr, momentum):
    return p + 0.8 * lr * b, lr * b


@right("ex-nag-read", check="check_read")
def without_a_name(p, b, lr, momentum):
    return np.add(p, lr * momentum * b), np.multiply(b, lr)


@right("ex-nag-read", check="check_read")
def one_by_one(p, b, lr, momentum):
    v = np.array([lr * x for x in b])
    return np.array([x + momentum * y for x, y in zip(p, v, strict=True)]), v


# ------------------------------------------------------------------ restart

SLOPES = np.array([1, 1000])


@wrong("ex-nag-restart", check="check_restart", says="a restart is due, but none made")
def never(θ, steps, η, γ):
    path, v = [θ], np.zeros(2)
    for _ in range(steps):
        v = γ * v + η * SLOPES * (θ - γ * v)
        θ = θ - v
        path.append(θ)
    return path


@wrong("ex-nag-restart", check="check_restart", says="restart where none is due")
def timer(θ, steps, η, γ):
    path, v = [θ], np.zeros(2)
    for t in range(steps):
        g = SLOPES * (θ - γ * v)
        v = η * g if t % 45 == 44 else γ * v + η * g
        θ = θ - v
        path.append(θ)
    return path


@wrong("ex-nag-restart", check="check_restart", says="neither NAG's nor a restart")
def plain_descent_from_then_on(θ, steps, η, γ):
    path, v, over = [θ], np.zeros(2), False
    for _ in range(steps):
        g = SLOPES * (θ if over else θ - γ * v)
        v = γ * v + η * g
        over = over or g @ v < 0
        if over:
            v = η * g
        θ = θ - v
        path.append(θ)
    return path


@wrong("ex-nag-restart", check="check_restart", says="neither NAG's nor a restart")
def at_once_at_the_minimum(θ, steps, η, γ):
    return [θ, *np.zeros((steps, 2))]


@wrong("ex-nag-restart", check="check_restart", says="take v = ηg")
def stands_still(θ, steps, η, γ):
    path, v = [θ], np.zeros(2)
    for _ in range(steps):
        g = SLOPES * (θ - γ * v)
        v = γ * v + η * g
        if g @ v < 0:
            v = np.zeros(2)
        θ = θ - v
        path.append(θ)
    return path


@wrong("ex-nag-restart", check="check_restart", says="neither NAG's nor a restart")
def momentum_with_restart(θ, steps, η, γ):
    path, v = [θ], np.zeros(2)
    for _ in range(steps):
        g = SLOPES * θ
        v = γ * v + η * g
        if g @ v < 0:
            v = η * g
        θ = θ - v
        path.append(θ)
    return path


@wrong("ex-nag-restart", check="check_restart", says="return the start and all 600 new θ")
def without_the_start(θ, steps, η, γ):
    return restarting(θ, steps, η, γ)[1:]


def restarting(θ, steps, η, γ):
    """Return a right answer, with the velocity as the difference of two points."""
    path = [θ, θ - η * SLOPES * θ]
    while len(path) <= steps:
        v = γ * (path[-2] - path[-1])
        g = SLOPES * (path[-1] - v)
        v = v + η * g
        path.append(path[-1] - (v if g @ v >= 0 else η * g))
    return path


@right("ex-nag-restart", check="check_restart")
def by_differences(θ, steps, η, γ):
    return restarting(θ, steps, η, γ)


@right("ex-nag-restart", check="check_restart")
def in_an_array(θ, steps, η, γ):
    path, v = np.empty((steps + 1, 2)), np.zeros(2)
    path[0] = θ
    for t in range(steps):
        ahead = path[t] - γ * v
        g = ahead * SLOPES
        v *= γ
        v += η * g
        if np.dot(g, v) < 0:
            v = η * g
        path[t + 1] = path[t] - v
    return path
