"""Answers to the exercises of the Schedule-Free chapter, right and wrong."""

import numpy as np

from tests.book.answers import right, wrong


def plain(g, p, v, t, eps, decay, beta2):
    v = beta2 * v + (1 - beta2) * g**2
    return g / (np.sqrt(v / (1 - beta2**t)) + eps) + decay * p, v


@wrong("ex-schedulefree-code", check="check", says="the gradient is taken at z")
def at_the_newest(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    step, v = plain(gradient(θ + u), θ + u, v, t, eps, decay, beta2)
    q = u - lr * step
    return θ + q / t, (1 - 1 / t) * q, v


@wrong("ex-schedulefree-code", check="check", says="the gradient is taken at θ")
def at_the_mean(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    step, v = plain(gradient(θ), θ, v, t, eps, decay, beta2)
    q = u - lr * step
    return θ + q / t, (1 - 1 / t) * q, v


@wrong("ex-schedulefree-code", check="check", says="the share of u is 1 - β₁")
def other_share(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    p = θ + beta1 * u
    step, v = plain(gradient(p), p, v, t, eps, decay, beta2)
    q = u - lr * step
    return θ + q / t, (1 - 1 / t) * q, v


@wrong("ex-schedulefree-code", check="check", says="v is not corrected")
def uncorrected(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    p = θ + (1 - beta1) * u
    g = gradient(p)
    v = beta2 * v + (1 - beta2) * g**2
    q = u - lr * (g / (np.sqrt(v) + eps) + decay * p)
    return θ + q / t, (1 - 1 / t) * q, v


@wrong("ex-schedulefree-code", check="check", says="the decay is of θ")
def decays_the_mean(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    step, v = plain(gradient(θ + (1 - beta1) * u), θ, v, t, eps, decay, beta2)
    q = u - lr * step
    return θ + q / t, (1 - 1 / t) * q, v


@wrong("ex-schedulefree-code", check="check", says="the decay is of z")
def decays_the_newest(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    step, v = plain(gradient(θ + (1 - beta1) * u), θ + u, v, t, eps, decay, beta2)
    q = u - lr * step
    return θ + q / t, (1 - 1 / t) * q, v


@wrong("ex-schedulefree-code", check="check", says="nothing decays")
def without_decay(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    p = θ + (1 - beta1) * u
    step, v = plain(gradient(p), p, v, t, eps, 0, beta2)
    q = u - lr * step
    return θ + q / t, (1 - 1 / t) * q, v


@wrong("ex-schedulefree-code", check="check", says="the first point is the whole mean")
def with_the_start_in_the_mean(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    p = θ + (1 - beta1) * u
    step, v = plain(gradient(p), p, v, t, eps, decay, beta2)
    q = u - lr * step
    return θ + q / (t + 1), (1 - 1 / (t + 1)) * q, v


@wrong("ex-schedulefree-code", check="check", says="u is the way from the new mean")
def from_the_old_mean(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    p = θ + (1 - beta1) * u
    step, v = plain(gradient(p), p, v, t, eps, decay, beta2)
    q = u - lr * step
    return θ + q / t, q, v


@wrong("ex-schedulefree-code", check="check", says="θ should end at")
def uphill(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    p = θ + (1 - beta1) * u
    step, v = plain(gradient(p), p, v, t, eps, decay, beta2)
    q = u + lr * step
    return θ + q / t, (1 - 1 / t) * q, v


@wrong("ex-schedulefree-code", check="check", says="v should end at")
def keeps_the_corrected(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    p = θ + (1 - beta1) * u
    raw = v * (1 - beta2 ** (t - 1))
    step, raw = plain(gradient(p), p, raw, t, eps, decay, beta2)
    q = u - lr * step
    return θ + q / t, (1 - 1 / t) * q, raw / (1 - beta2**t)


@wrong("ex-schedulefree-code", check="check", says="ε is added to the root, not under it")
def epsilon_under_the_root(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    p = θ + (1 - beta1) * u
    g = gradient(p)
    v = beta2 * v + (1 - beta2) * g**2
    q = u - lr * (g / np.sqrt(v / (1 - beta2**t) + eps) + decay * p)
    return θ + q / t, (1 - 1 / t) * q, v


@wrong("ex-schedulefree-code", check="check", says="v does not see it")
def decay_in_the_gradient(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    p = θ + (1 - beta1) * u
    step, v = plain(gradient(p) + decay * p, p, v, t, eps, 0, beta2)
    q = u - lr * step
    return θ + q / t, (1 - 1 / t) * q, v


@wrong("ex-schedulefree-code", check="check", says="with (0.04,")
def with_settings_of_its_own(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    p = θ + 0.2 * u
    step, v = plain(gradient(p), p, v, t, 1e-3, 0.3, 0.9)
    q = u - 0.07 * step
    return θ + q / t, (1 - 1 / t) * q, v


@wrong("ex-schedulefree-code", check="check", says="θ should end at")
def with_the_rate_of_another_cell(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    p = θ + (1 - beta1) * u
    step, v = plain(gradient(p), p, v, t, eps, decay, beta2)
    q = u - 0.1 * step
    return θ + q / t, (1 - 1 / t) * q, v


@wrong("ex-schedulefree-code", check="check", says="return θ, u and v")
def returns_nothing(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    p = θ + (1 - beta1) * u
    step, v = plain(gradient(p), p, v, t, eps, decay, beta2)
    u -= lr * step
    θ += u / t
    u *= 1 - 1 / t


@wrong("ex-schedulefree-code", check="check", says="return θ, u and v")
def without_the_second_moment(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    p = θ + (1 - beta1) * u
    step, v = plain(gradient(p), p, v, t, eps, decay, beta2)
    q = u - lr * step
    return θ + q / t, (1 - 1 / t) * q


@wrong("ex-schedulefree-code", check="check", says="η multiplies the decay, too")
def decay_without_the_rate(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    p = θ + (1 - beta1) * u
    step, v = plain(gradient(p), p, v, t, eps, 0, beta2)
    q = u - lr * step - decay * p
    return θ + q / t, (1 - 1 / t) * q, v


@right("ex-schedulefree-code", check="check")
def as_one_array(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    p = θ + (1 - beta1) * u
    step, v = plain(gradient(p), p, v, t, eps, decay, beta2)
    q = u - lr * step
    return np.stack([θ + q / t, (1 - 1 / t) * q, v])


@right("ex-schedulefree-code", check="check")
def as_a_list(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    c = 1 / t
    g = gradient(p := beta1 * θ + (1 - beta1) * (θ + u))
    v = v + (1 - beta2) * (g**2 - v)
    scale = np.sqrt(1 - beta2**t)
    z = θ + u - lr * (scale * g / (np.sqrt(v) + scale * eps) + decay * p)
    mean = (1 - c) * θ + c * z
    return [mean, z - mean, v]


@right("ex-schedulefree-code", check="check")
def with_three_points(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    z = θ + u
    p = (1 - beta1) * z + beta1 * θ
    step, v = plain(gradient(p), p, v, t, eps, decay, beta2)
    z = z - lr * step
    θ = θ + (z - θ) / t
    return θ, z - θ, v


@right("ex-schedulefree-code", check="check")
def in_place(θ, u, v, t, gradient, lr, beta1, beta2, eps, decay):
    p = θ + (1 - beta1) * u
    g = gradient(p)
    v += (1 - beta2) * (g * g - v)
    u -= lr * decay * p + lr * g / (np.sqrt(v / (1 - beta2**t)) + eps)
    θ += u / t
    u *= (t - 1) / t
    return θ, u, v


@wrong("ex-schedulefree-edge", check="check_edge", says="1/h is the fastest rate")
def fastest(h, beta):
    return 1 / (h * (1 - beta))


@wrong("ex-schedulefree-edge", check="check_edge", says="share is 1 - β, not β")
def divided_by_beta(h, beta):
    return 2 / (h * beta)


@wrong("ex-schedulefree-edge", check="check_edge", says="where is β")
def as_sgd(h, beta):
    return 2 / h


@wrong("ex-schedulefree-edge", check="check_edge", says="a smaller share allows a larger rate")
def multiplied(h, beta):
    return 2 * (1 - beta) / h


@wrong("ex-schedulefree-edge", check="check_edge", says="should be 1.6")
def with_a_square(h, beta):
    return 2 / (h * (1 - beta) ** 2)


@wrong("ex-schedulefree-edge", check="check_edge", says="with β = 0 it is the edge of SGD")
def memorised(h, beta):
    return 1.6


@wrong("ex-schedulefree-edge", check="check_edge", says="edge(2, 0.5) should be 2")
def on_a_straight_line(h, beta):
    return 2 * (1 + 4 * beta) / h


@wrong("ex-schedulefree-edge", check="check_edge", says="nothing caps it")
def at_most_ten_times_that_of_sgd(h, beta):
    return min(1 / (1 - beta), 10) * 2 / h


@wrong("ex-schedulefree-edge", check="check_edge", says="return one number")
def printed_only(h, beta):
    print(2 / (h * (1 - beta)))


@wrong("ex-schedulefree-edge", check="check_edge", says="return one number")
def of_both_rules(h, beta):
    return 2 / h, 2 / (h * (1 - beta))


@wrong("ex-schedulefree-edge", check="check_edge", says="should be 1.6")
def what_a_middle_step_allows(h, beta, t=10):
    return (4 * t - 2) / (1 + 2 * (t - 1) * (1 - beta)) / h


@right("ex-schedulefree-edge", check="check_edge")
def solved(h, beta):
    seen = (1 - beta) * h
    return seen**-1 + seen**-1


@right("ex-schedulefree-edge", check="check_edge")
def by_halves(h, beta):
    return np.float64(2) / (h - beta * h)
