"""Answers to the exercises of the Momentum chapter, right and wrong."""

from tests.book.answers import right, wrong


@wrong("ex-momentum-torch", check="check", says="η is inside b")
def eta_inside(θ, b, g, lr, momentum):
    b = momentum * b + lr * g
    return θ - b, b


@wrong("ex-momentum-torch", check="check", says="η is missing")
def eta_missing(θ, b, g, lr, momentum):
    b = momentum * b + g
    return θ - b, b


@wrong("ex-momentum-torch", check="check", says="not against it")
def with_the_velocity(θ, b, g, lr, momentum):
    b = momentum * b + g
    return θ + lr * b, b


@wrong("ex-momentum-torch", check="check", says="g enters b damped")
def an_average(θ, b, g, lr, momentum):
    b = momentum * b + (1 - momentum) * g
    return θ - lr * b, b


@wrong("ex-momentum-torch", check="check", says="b forgets the past")
def no_memory(θ, b, g, lr, momentum):
    return θ - lr * g, g


@wrong("ex-momentum-torch", check="check", says="Nesterov's step")
def nesterov(θ, b, g, lr, momentum):
    b = momentum * b + g
    return θ - lr * (g + momentum * b), b


@wrong("ex-momentum-torch", check="check", says="by the old b")
def old_velocity(θ, b, g, lr, momentum):
    return θ - lr * b, momentum * b + g


@wrong("ex-momentum-torch", check="check", says="the sign of b is turned")
def keras(θ, b, g, lr, momentum):
    b = momentum * b - g
    return θ + lr * b, b


@wrong("ex-momentum-torch", check="check", says="changes its arguments")
def in_place(θ, b, g, lr, momentum):
    b *= momentum
    b += g
    θ -= lr * b
    return θ, b


@wrong("ex-momentum-torch", check="check", says="use the argument lr")
def one_rate(θ, b, g, lr, momentum):
    b = momentum * b + g
    return θ - 0.2 * b, b


@wrong("ex-momentum-torch", check="check", says="use the argument momentum")
def one_momentum(θ, b, g, lr, momentum):
    b = 0.9 * b + g
    return θ - lr * b, b


@right("ex-momentum-torch", check="check")
def written_out(θ, b, g, lr, momentum):
    new = g + b - (1 - momentum) * b
    return θ + (-lr) * new, new


@right("ex-momentum-torch", check="check")
def by_the_step(θ, b, g, lr, momentum):
    step = -lr * momentum * b - lr * g
    return θ + step, step / -lr
