"""Answers to the exercises of the chapter on gradient descent, right and wrong."""

import numpy as np

from tests.book.answers import right, wrong

# ------------------------------------------------------------------ exact line search


@wrong("ex-sgd-search", check="check_search", says="it stops too early")
def largest_curvature(θ, A):
    return θ - A @ θ / np.linalg.eigvalsh(A)[-1]


@wrong("ex-sgd-search", check="check_search", says="it goes too far")
def twice_as_far(θ, A):
    g = A @ θ
    return θ - 2 * (g @ g) / (g @ A @ g) * g if g.any() else θ


@wrong("ex-sgd-search", check="check_search", says="not along the gradient")
def newton(θ, A):
    return θ - np.linalg.solve(A, A @ θ)


@wrong("ex-sgd-search", check="check_search", says="the step leads uphill")
def wrong_sign(θ, A):
    g = A @ θ
    return θ + (g @ g) / (g @ A @ g) * g if g.any() else θ


@wrong("ex-sgd-search", check="check_search", says="at the minimum it must stay")
def nothing_over_nothing(θ, A):
    g = A @ θ
    with np.errstate(invalid="ignore"):
        return θ - (g @ g) / (g @ A @ g) * g


@wrong("ex-sgd-search", check="check_search", says="changes its argument")
def in_place(θ, A):
    g = A @ θ
    θ -= (g @ g) / (g @ A @ g) * g
    return θ


@wrong("ex-sgd-search", check="check_search", says="this is the step")
def step_alone(θ, A):
    g = A @ θ
    return -(g @ g) / (g @ A @ g) * g if g.any() else 0 * θ


@right("ex-sgd-search", check="check_search")
def early_return(θ, A):
    g = A @ θ
    if not np.any(g):
        return θ.copy()
    return θ - g * np.sum(g**2) / np.sum(g * (A @ g))


@right("ex-sgd-search", check="check_search")
def parabola_through_three_points(θ, A):
    g = A @ θ
    if np.linalg.norm(g) == 0:
        return θ
    loss = [(θ - η * g) @ A @ (θ - η * g) / 2 for η in (0.0, 0.5, 1.0)]
    bend = 2 * (loss[0] - 2 * loss[1] + loss[2])
    slope = -3 * loss[0] + 4 * loss[1] - loss[2]
    return θ + slope / (2 * bend) * g


# ------------------------------------------------------------------ without replacement


@wrong("ex-sgd-shuffle", check="check_epochs", says="the same rows always go together")
def fixed_batches_in_shuffled_order(n, batch_size, steps, rng):
    rows = np.arange(n - n % batch_size).reshape(-1, batch_size)
    batches = []
    while len(batches) < steps:
        batches += [rows[i] for i in rng.permutation(len(rows))]
    return batches[:steps]


@wrong("ex-sgd-shuffle", check="check_epochs", says="some rows are never drawn")
def without_the_last_rows(n, batch_size, steps, rng):
    batches = []
    while len(batches) < steps:
        batches.extend(rng.permutation(n - n % batch_size).reshape(-1, batch_size))
    return batches[:steps]


@wrong("ex-sgd-shuffle", check="check_epochs", says="some rows never come first")
def each_half_by_itself(n, batch_size, steps, rng):
    batches = []
    while len(batches) < steps:
        halves = rng.permutation(n // 2), n // 2 + rng.permutation(n - n // 2)
        rows = np.concatenate(halves)[: n - n % batch_size]
        batches.extend(rows.reshape(-1, batch_size))
    return batches[:steps]


@wrong("ex-sgd-shuffle", check="check_epochs", says="one order, at most begun elsewhere")
def one_permutation_rolled(n, batch_size, steps, rng):
    order, batches = rng.permutation(n), []
    while len(batches) < steps:
        order = np.roll(order, 1)
        batches.extend(order[: n - n % batch_size].reshape(-1, batch_size))
    return batches[:steps]


@wrong("ex-sgd-shuffle", check="check_epochs", says="a row twice in an epoch")
def with_replacement(n, batch_size, steps, rng):
    return [rng.integers(n, size=batch_size) for _ in range(steps)]


@wrong("ex-sgd-shuffle", check="check_epochs", says="not shuffled")
def in_order(n, batch_size, steps, rng):
    rows = np.arange(n - n % batch_size).reshape(-1, batch_size)
    return [rows[t % len(rows)] for t in range(steps)]


@wrong("ex-sgd-shuffle", check="check_epochs", says="one order, at most begun elsewhere")
def shuffled_once(n, batch_size, steps, rng):
    rows = rng.permutation(n)[: n - n % batch_size].reshape(-1, batch_size)
    return [rows[t % len(rows)] for t in range(steps)]


@wrong("ex-sgd-shuffle", check="check_epochs", says="randomness beside rng")
def own_generator(n, batch_size, steps, rng):
    return deal(n, batch_size, steps, np.random.default_rng())


@wrong("ex-sgd-shuffle", check="check_epochs", says="wrong size")
def ragged(n, batch_size, steps, rng):
    batches = []
    while len(batches) < steps:
        rows = rng.permutation(n)
        batches += [rows[i : i + batch_size] for i in range(0, n, batch_size)]
    return batches[:steps]


@wrong("ex-sgd-shuffle", check="check_epochs", says="one batch for each step")
def whole_epochs(n, batch_size, steps, rng):
    return deal(n, batch_size, steps + n, rng)


def deal(n, batch_size, steps, rng):
    """Return a right answer, for others to spoil."""
    batches = []
    while len(batches) < steps:
        rows = rng.permutation(n)
        while len(rows) >= batch_size and len(batches) < steps:
            batches.append(rows[:batch_size])
            rows = rows[batch_size:]
    return batches


@right("ex-sgd-shuffle", check="check_epochs")
def dealt(n, batch_size, steps, rng):
    return deal(n, batch_size, steps, rng)


@right("ex-sgd-shuffle", check="check_epochs")
def shuffled_in_place(n, batch_size, steps, rng):
    rows, whole, batches = np.arange(n), n // batch_size, []
    for t in range(steps):
        if t % whole == 0:
            rng.shuffle(rows)
        first = t % whole * batch_size
        batches.append([int(row) for row in rows[first : first + batch_size]])
    return batches
