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


@right("ex-momentum-torch", check="check")
def written_out(θ, b, g, lr, momentum):
    new = g + b - (1 - momentum) * b
    return θ + (-lr) * new, new
