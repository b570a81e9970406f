"""Answers to the exercises of the race, right and wrong."""

import numpy as np

from tests.book.answers import right, wrong


@wrong("ex-race-basin", check="check", says="an island of good rates does not count")
def all_good_rates(rates, left):
    good = np.flatnonzero(left <= 2 * left.min())
    return np.log10(rates[good[-1]] / rates[good[0]])


@wrong("ex-race-basin", check="check", says="exactly twice as much is still good")
def strictly_less(rates, left):
    return walk(rates, left, left < 2 * left.min())


@wrong("ex-race-basin", check="check", says="three good rates span two powers of ten")
def counts_rates(rates, left):
    return walk(rates, left, left <= 2 * left.min()) + 1


@wrong("ex-race-basin", check="check", says="three good rates span two powers of ten")
def natural_logarithm(rates, left):
    return walk(rates, left, left <= 2 * left.min()) * np.log(10)


@wrong("ex-race-basin", check="check", says="three good rates span two powers of ten")
def to_the_right_only(rates, left):
    best, good = int(left.argmin()), left <= 2 * left.min()
    high = best
    while high < len(left) - 1 and good[high + 1]:
        high += 1
    return np.log10(rates[high] / rates[best])


@wrong("ex-race-basin", check="check", says="an island of good rates does not count")
def falls_off_the_end(rates, left):
    good = np.append(left <= 2 * left.min(), left[0] <= 2 * left.min())
    best = int(left.argmin())
    low = best - 1
    while low > -len(left) and good[low]:
        low -= 1
    high = best
    while high < len(left) - 1 and good[high + 1]:
        high += 1
    return np.log10(rates[high] / rates[low + 1])


def walk(rates, left, good):
    """Return the width of what hangs together with the best."""
    low = high = int(np.argmin(left))
    while low > 0 and good[low - 1]:
        low -= 1
    while high < len(left) - 1 and good[high + 1]:
        high += 1
    return np.log10(rates[high] / rates[low])


@right("ex-race-basin", check="check")
def by_the_nearest_bad_rates(rates, left):
    bad = np.flatnonzero(~(left <= 2 * left.min()))
    best = int(left.argmin())
    low = max([i for i in bad if i < best], default=-1) + 1
    high = min([i for i in bad if i > best], default=len(left)) - 1
    return np.log10(rates[high]) - np.log10(rates[low])


@right("ex-race-basin", check="check")
def by_runs_of_good_rates(rates, left):
    runs = np.cumsum(left > 2 * np.min(left))
    mine = (runs == runs[left.argmin()]) & (left <= 2 * np.min(left))
    return float(np.ptp(np.log10(rates[mine])))


@wrong("ex-race-basin", check="check", says="two gaps of half a power")
def counts_gaps(rates, left):
    return walk(10.0 ** np.arange(len(rates)), left, left <= 2 * left.min())
