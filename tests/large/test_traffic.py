"""What a step moves is counted from the rule's own update; and the counts are right."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

import numpy as np
import pytest

from adaptive import SGD, Adam, Momentum
from adaptive.large import traffic
from adaptive.tracing.split import split
from tests.every import every_rule, updated


class Counted(np.lib.mixins.NDArrayOperatorsMixin):
    """An array that counts what numpy reads and writes of its like."""

    def __init__(self, array: Any, tally: dict[str, int]) -> None:
        self.array, self.tally = array, tally

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        arrays = {id(each): each for each in inputs if isinstance(each, Counted)}
        self.tally["passes"] += 1
        self.tally["moved"] += len(arrays) + 1
        plain = [each.array if isinstance(each, Counted) else each for each in inputs]
        return Counted(getattr(ufunc, method)(*plain, **keywords), self.tally)


@every_rule
def test_plain_expressions_move_what_is_counted(kind):
    tally = {"passes": 0, "moved": 0}
    rule, names = kind(), ("g", *kind.state_names)
    g, *state = (Counted(np.ones(3), tally) for _ in names)
    theta = Counted(np.ones(3), tally)
    step, *_ = updated(rule, g, 3, theta, *state)
    theta + step
    counted = traffic(kind)
    assert (counted.passes, counted.plain) == (tally["passes"], tally["moved"])
    # The compiled loop does the same, and no more.
    assert counted.passes == 1 + sum(bool(node.args) for node in split(kind).elements.nodes())


@every_rule
def test_a_step_needs_all_of_its_arrays(kind):
    """Each input changes an output, and each output is other than the array that it replaces."""
    rng = np.random.default_rng(0)
    rule, names = kind(), ("g", "theta", *kind.state_names)
    # Some gradients are larger and some smaller than the state: of a maximum both count.
    arrays = [rng.uniform(0.5, 2, size=50) for _ in names]
    arrays[0] = rng.uniform(0.1, 3, size=50)

    def outputs(given: Any) -> Any:
        step, *new = updated(rule, given[0], 3, *given[1:])
        return [given[1] + step, *new]

    before = outputs(arrays)
    read = 0
    for k in range(len(names)):
        changed = [array * (1.5 if k == j else 1.0) for j, array in enumerate(arrays)]
        read += any((a != b).any() for a, b in zip(before, outputs(changed), strict=True))
    written = sum((a != b).any() for a, b in zip(before, arrays[1:], strict=True))
    assert traffic(kind).needed == read + written == 3 + 2 * len(kind.state_names)


@every_rule
def test_a_step_in_place_takes_no_memory_and_plain_expressions_do(kind):
    n = 400_000
    rule = kind()
    theta, g = np.ones(n), np.full(n, 0.5)
    state = rule.init(theta)
    rule.step_into(theta, g, state, "blocks")

    def peak(step: Any) -> float:
        gc.freeze()  # what is there is not what it takes; to look for garbage in it takes seconds
        tracemalloc.start()
        step()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        gc.unfreeze()
        return most / theta.nbytes

    assert peak(lambda: rule.step_into(theta, g, state, "blocks")) < 0.25
    counted = traffic(kind)
    assert 1 + counted.state <= peak(lambda: rule.step(theta, g, state)) <= counted.passes + 0.1


def test_adam_by_hand():
    # m: 3 operations (7 arrays), v: 4 (9), two quotients (4), root (2), + eps (2), -lr / . (2),
    # times m_hat (3), and the sum with theta (3).
    assert traffic(Adam).passes == 14
    assert traffic(Adam).plain == 32
    assert traffic(Adam).needed == 7
    assert traffic(SGD).waste == pytest.approx(2 / 5)


@pytest.mark.parametrize("kind", [Momentum(), "Adam", int])
def test_bad_input(kind):
    with pytest.raises(TypeError, match="kind must be a class of rules, such as Adam, got"):
        traffic(kind)
