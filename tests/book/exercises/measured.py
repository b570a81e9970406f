"""Answers to the exercises on claims and measurements, right and wrong."""

import numpy as np

from tests.book.answers import right, wrong


def _steps(target, steps, losses, across=np.log, back=np.exp, height=np.log, first=True):
    reached = np.flatnonzero(np.asarray(losses) <= target)
    if not len(reached):
        return np.inf
    i = reached[0] if first else reached[-1]
    if i == 0:
        return steps[0]
    part = (height(losses[i - 1]) - height(target)) / (height(losses[i - 1]) - height(losses[i]))
    return back(across(steps[i - 1]) + part * (across(steps[i]) - across(steps[i - 1])))


def _same(x):
    return x


@wrong("ex-measured-steps", check="check_steps", says="in logarithms, of both")
def straight(target, steps, losses):
    return _steps(target, steps, losses, _same, _same, _same)


@wrong("ex-measured-steps", check="check_steps", says="the loss in logarithms, too")
def steps_alone(target, steps, losses):
    return _steps(target, steps, losses, height=_same)


@wrong("ex-measured-steps", check="check_steps", says="the steps in logarithms, too")
def loss_alone(target, steps, losses):
    return _steps(target, steps, losses, _same, _same)


@wrong("ex-measured-steps", check="check_steps", says="between the lengths")
def the_first_run(target, steps, losses):
    reached = np.flatnonzero(losses <= target)
    return steps[reached[0]] if len(reached) else np.inf


@wrong("ex-measured-steps", check="check_steps", says="the first has reached it")
def beyond_the_shortest(target, steps, losses):
    slope, at = np.polyfit(np.log(losses), np.log(steps), 1)
    return np.exp(at + slope * np.log(target)) if target >= losses.min() else np.inf


@wrong("ex-measured-steps", check="check_steps", says="none has reached it")
def the_longest(target, steps, losses):
    return min(_steps(target, steps, losses), steps[-1])


@wrong("ex-measured-steps", check="check_steps", says="reached first at")
def from_the_last_run(target, steps, losses):
    return _steps(target, steps, losses, first=losses[0] <= target)


@wrong("ex-measured-steps", check="check_steps", says="from the run just before")
def from_the_first_run(target, steps, losses):
    reached = np.flatnonzero(losses <= target)
    if not len(reached) or reached[0] == 0:
        return steps[0] if len(reached) else np.inf
    i = reached[0]
    part = np.log(losses[0] / target) / np.log(losses[0] / losses[i])
    return steps[0] * (steps[i] / steps[0]) ** part


@wrong("ex-measured-steps", check="check_steps", says="need not be twice")
def lengths_that_double(target, steps, losses):
    reached = np.flatnonzero(losses <= target)
    if not len(reached) or reached[0] == 0:
        return steps[0] if len(reached) else np.inf
    i = reached[0]
    return steps[i - 1] * 2 ** (np.log(losses[i - 1] / target) / np.log(losses[i - 1] / losses[i]))


@wrong("ex-measured-steps", check="check_steps", says="equal to the target")
def below_the_target(target, steps, losses):
    return _steps(target, steps, losses) if np.any(losses < target) else np.inf


@wrong("ex-measured-steps", check="check_steps", says="though a longer one does not")
def the_last_run_decides(target, steps, losses):
    return _steps(target, steps, losses) if losses[-1] <= target else np.inf


@wrong("ex-measured-steps", check="check_steps", says="reached first")
def at_the_last_crossing(target, steps, losses):
    last = int(np.flatnonzero(losses > target)[-1]) if np.any(losses > target) else -1
    if last < 0 or last == len(losses) - 1:
        return _steps(target, steps, losses)
    return _steps(target, steps[last:], losses[last:])


@wrong("ex-measured-steps", check="check_steps", says="reached first")
def as_if_they_only_fell(target, steps, losses):
    i = int(np.searchsorted(-losses, -target))
    return _steps(target, steps[max(i - 1, 0) :], losses[max(i - 1, 0) :])


@right("ex-measured-steps", check="check_steps")
def piece_by_piece(target, steps, losses):
    return _steps(target, list(steps), list(losses))


@right("ex-measured-steps", check="check_steps")
def in_a_loop(target, steps, losses):
    if losses[0] <= target:
        return steps[0]
    for i in range(1, len(steps)):
        if losses[i] <= target:
            slope = np.log(losses[i] / losses[i - 1]) / np.log(steps[i] / steps[i - 1])
            return steps[i - 1] * np.exp(np.log(target / losses[i - 1]) / slope)
    return np.inf


def _flipped(before, after, order):
    many = 0
    for i in range(len(before)):
        for j in range(i):
            many += order(before[i], before[j]) * order(after[i], after[j]) < 0
    return many


@wrong("ex-measured-flips", check="check_flips", says="on every trial")
def by_medians(before, after):
    return _flipped(before, after, lambda a, b: np.sign(np.median(a) - np.median(b)))


@wrong("ex-measured-flips", check="check_flips", says="a mean or a single trial")
def by_means(before, after):
    return _flipped(before, after, lambda a, b: np.sign(np.mean(a) - np.mean(b)))


@wrong("ex-measured-flips", check="check_flips", says="a mean or a single trial")
def by_the_worst(before, after):
    return _flipped(before, after, lambda a, b: np.sign(np.max(a) - np.max(b)))


@wrong("ex-measured-flips", check="check_flips", says="a mean or a single trial")
def by_the_last_trial(before, after):
    return _flipped(before, after, lambda a, b: np.sign(a[-1] - b[-1]))


@wrong("ex-measured-flips", check="check_flips", says="a tie on one trial")
def not_more_on_any(before, after):
    def order(a, b):
        more, less = np.any(a > b), np.any(a < b)
        return int(more and not less) - int(less and not more)

    return _flipped(before, after, order)


@wrong("ex-measured-flips", check="check_flips", says="on every trial")
def by_most_trials(before, after):
    return _flipped(before, after, lambda a, b: np.sign(np.sum(np.sign(a - b))))


@wrong("ex-measured-flips", check="check_flips", says="each pair once")
def both_ways(before, after):
    return 2 * _flipped(before, after, lambda a, b: np.sign(np.median(a) - np.median(b)))


@wrong("ex-measured-flips", check="check_flips", says="equal is no order")
def a_tie_is_an_order(before, after):
    def order(a, b):
        return -1 if np.all(a <= b) else 1 if np.all(a > b) else 0

    many = 0
    for i in range(len(before)):
        for j in range(i):
            many += order(before[i], before[j]) * order(after[i], after[j]) < 0
    return many


@wrong("ex-measured-flips", check="check_flips", says="three rules have three pairs")
def neighbours(before, after):
    def order(a, b):
        return int(np.all(a > b)) - int(np.all(a < b))

    return sum(
        order(before[i], before[i + 1]) * order(after[i], after[i + 1]) < 0
        for i in range(len(before) - 1)
    )


@wrong("ex-measured-flips", check="check_flips", says="nothing flipped")
def pairs_in_order(before, after):
    return _flipped(before, -after, lambda a, b: int(np.all(a > b)) - int(np.all(a < b)))


@right("ex-measured-flips", check="check_flips")
def in_arrays(before, after):
    def order(losses):
        less = losses[:, None] < losses[None]
        return less.all(axis=-1).astype(int) - less.all(axis=-1).T

    return int(np.sum(order(before) * order(after) < 0)) // 2


@right("ex-measured-flips", check="check_flips")
def pair_by_pair(before, after):
    return _flipped(before, after, lambda a, b: int((a > b).all()) - int((a < b).all()))
