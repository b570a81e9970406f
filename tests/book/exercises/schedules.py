"""Answers to the exercises of the chapter on schedules, right and wrong."""

import math

import numpy as np

from tests.book.answers import right, wrong


def _wave(gone):
    return (1 + math.cos(math.pi * min(1, max(0, gone)))) / 2


@wrong("ex-schedules-code", check="check_factor", says="the first step does nothing")
def counted_from_zero(t, T, warmup):
    t = t - 1
    return min(t / warmup if warmup else 1, _wave((t - warmup) / (T - warmup)))


@wrong("ex-schedules-code", check="check_factor", says="step 1 of 4 has 1/4")
def a_step_too_long(t, T, warmup):
    return min(1, t / (1 + warmup), _wave((t - 1 - warmup) / (T - warmup)))


@wrong("ex-schedules-code", check="check_factor", says="the decay begins a step early")
def a_step_early(t, T, warmup):
    return min(1, t / max(1, warmup), _wave((t - warmup) / (T - warmup + 1)))


@wrong("ex-schedules-code", check="check_factor", says="begins after the warm-up")
def decays_from_the_start(t, T, warmup):
    return t / warmup if t <= warmup else _wave((t - 1) / T)


@wrong("ex-schedules-code", check="check_factor", says="the warm-up ends with 1")
def the_wave_begins_before_the_end_of_the_warm_up(t, T, warmup):
    gone = min(1, (t - 1 - warmup) / (T - warmup))
    return min(1, t / max(1, warmup), (1 + math.cos(math.pi * gone)) / 2)


@wrong("ex-schedules-code", check="check_factor", says="the last step should still move")
def ends_in_step_T(t, T, warmup):
    return min(1, t / max(1, warmup), _wave((t - warmup) / (T - warmup)))


@wrong("ex-schedules-code", check="check_factor", says="steps 5 to 10 have")
def linear(t, T, warmup):
    return max(0, min(1, t / max(1, warmup), (T + 1 - t) / (T - warmup)))


@wrong("ex-schedules-code", check="check_factor", says="after T it rises again")
def comes_up_again(t, T, warmup):
    gone = max(0, t - 1 - warmup) / (T - warmup)
    return min(1, t / max(1, warmup), (1 + math.cos(math.pi * gone)) / 2)


@right("ex-schedules-code", check="check_factor")
def in_two_cases(t, T, warmup):
    if t <= warmup:
        return t / warmup
    return _wave((t - 1 - warmup) / (T - warmup))


@right("ex-schedules-code", check="check_factor")
def with_a_square(t, T, warmup):
    gone = np.clip((t - 1 - warmup) / (T - warmup), 0, 1)
    ramp = 1 if warmup == 0 else min(1, t / warmup)
    return min(ramp, np.cos(np.pi / 2 * gone) ** 2)


def _norm(gradients):
    return math.sqrt(sum(float((g * g).sum()) for g in gradients))


@wrong("ex-schedules-clip", check="check_clip", says="each array was clipped by itself")
def one_by_one(gradients, c):
    return [g * min(1, c / np.linalg.norm(g)) if g.any() else g for g in gradients]


@wrong("ex-schedules-clip", check="check_clip", says="each entry was clipped by itself")
def entry_by_entry(gradients, c):
    return [np.clip(g, -c, c) for g in gradients]


@wrong("ex-schedules-clip", check="check_clip", says="it stays")
def scaled_up_too(gradients, c):
    norm = _norm(gradients)
    return [g * c / norm if norm else g for g in gradients]


@wrong("ex-schedules-clip", check="check_clip", says="the length should be 1")
def sum_of_norms(gradients, c):
    norm = sum(np.linalg.norm(g) for g in gradients)
    return [g * min(1, c / norm) if norm else g for g in gradients]


@wrong("ex-schedules-clip", check="check_clip", says="should stay zero")
def direction_times_length(gradients, c):
    norm = np.float64(_norm(gradients))
    with np.errstate(all="ignore"):
        return [g / norm * min(norm, c) for g in gradients]


@wrong("ex-schedules-clip", check="check_clip", says="the given arrays were changed")
def in_place(gradients, c):
    norm = _norm(gradients)
    for g in gradients:
        g *= min(1, c / norm) if norm else 1
    return gradients


@right("ex-schedules-clip", check="check_clip")
def as_torch_without_its_guard(gradients, c):
    norm = _norm(gradients)
    return [g * c / norm for g in gradients] if norm > c else list(gradients)


@right("ex-schedules-clip", check="check_clip")
def with_one_vector(gradients, c):
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in gradients]))
    return [g / max(1, norm / c) for g in gradients]
