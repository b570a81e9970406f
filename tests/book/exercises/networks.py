"""Answers to the exercises on toys and networks, right and wrong."""

import numpy as np

from tests.book.answers import right, wrong


@right("ex-networks-product", check="check")
def four_points(problem, theta, v, h=1e-3):
    def g(k):
        return problem.grad(theta + k * h * v)

    return (8 * (g(1) - g(-1)) - (g(2) - g(-2))) / (12 * h)


@right("ex-networks-product", check="check")
def column_by_column(problem, theta, v):
    h = 1e-5 * np.eye(len(theta))
    H = (problem.grad(theta + h) - problem.grad(theta - h)) / 2e-5
    return v @ H


@wrong("ex-networks-product", check="check", says="the gradients are 2h apart, not h")
def divided_by_h(problem, theta, v, h=1e-4):
    return (problem.grad(theta + h * v) - problem.grad(theta - h * v)) / h


@wrong("ex-networks-product", check="check", says="ahead minus behind")
def the_wrong_way_round(problem, theta, v, h=1e-4):
    return (problem.grad(theta - h * v) - problem.grad(theta + h * v)) / (2 * h)


@wrong("ex-networks-product", check="check", says="a v five times as long changes five times")
def of_unit_length(problem, theta, v, h=1e-4):
    v = v / np.linalg.norm(v)
    return (problem.grad(theta + h * v) - problem.grad(theta - h * v)) / (2 * h)


@wrong("ex-networks-product", check="check", says="H v is a vector, not a number")
def along_v(problem, theta, v, h=1e-4):
    ahead, behind = problem.grad(theta + h * v), problem.grad(theta - h * v)
    return v @ (ahead - behind) / (2 * h)


@wrong("ex-networks-product", check="check", says="θ must stay where it is")
def moved(problem, theta, v, h=1e-4):
    theta += h * v
    ahead = problem.grad(theta)
    theta -= 2 * h * v
    return (ahead - problem.grad(theta)) / (2 * h)


@wrong("ex-networks-product", check="check", says="not [")
def one_sided(problem, theta, v, h=1e-4):
    return (problem.grad(theta + h * v) - problem.grad(theta)) / h


@right("ex-networks-gap", check="check_gap")
def by_hand(one, other):
    points = [100 * (a - b) for a, b in zip(one, other, strict=True)]
    n = len(points)
    mean = sum(points) / n
    variance = sum((point - mean) ** 2 for point in points) / (n - 1)
    return mean, 2 * (variance / n) ** 0.5


@right("ex-networks-gap", check="check_gap")
def by_covariance(one, other):
    C = np.cov(one, other)
    variance = C[0, 0] + C[1, 1] - 2 * C[0, 1]
    return 100 * (np.mean(one) - np.mean(other)), 200 * np.sqrt(variance / len(one))


@wrong("ex-networks-gap", check="check_gap", says="in points")
def in_shares(one, other):
    d = np.subtract(one, other)
    return d.mean(), 2 * d.std(ddof=1) / len(d) ** 0.5


@wrong("ex-networks-gap", check="check_gap", says="one less other")
def reversed_difference(one, other):
    d = 100 * np.subtract(other, one)
    return d.mean(), 2 * d.std(ddof=1) / len(d) ** 0.5


@wrong("ex-networks-gap", check="check_gap", says="in pairs: how much the trials differ cancels")
def unpaired(one, other):
    error = np.sqrt((np.var(one, ddof=1) + np.var(other, ddof=1)) / len(one))
    return 100 * (np.mean(one) - np.mean(other)), 200 * error


@wrong("ex-networks-gap", check="check_gap", says="of the mean: divide by √n")
def spread_of_trials(one, other):
    d = 100 * np.subtract(one, other)
    return d.mean(), 2 * d.std(ddof=1)


@wrong("ex-networks-gap", check="check_gap", says="n − 1, not n")
def with_n(one, other):
    d = 100 * np.subtract(one, other)
    return d.mean(), 2 * d.std() / len(d) ** 0.5


@wrong("ex-networks-gap", check="check_gap", says="twice the standard error")
def once(one, other):
    d = 100 * np.subtract(one, other)
    return d.mean(), d.std(ddof=1) / len(d) ** 0.5


@wrong("ex-networks-gap", check="check_gap", says="not 2")
def median_difference(one, other):
    d = 100 * np.subtract(one, other)
    return np.median(d), 2 * d.std(ddof=1) / len(d) ** 0.5
