"""Only tests notice a mistake: not a machine that lets them down."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.mutants import verdict
from tests.mutants.mutant import Mutant, among, code, fates, keep
from tests.mutants.runner import ROOT, judge
from tests.mutants.verdict import KILLED, SURVIVED, Verdict, fate

FILE = "adaptive/rules/sgd.py"
TESTS = ["tests/rules/test_sgd.py"]

PASSED = Verdict("passed")
FAILED = Verdict("failed", "no", "a.py::test")
ENDLESS = Verdict("endless", "they compute")
LOST = Verdict("lost", "the process died with code -9")
BROKE = Verdict("broke", "ImportError", "a.py", doubted=True)
SLOW = Verdict("failed", "TimeoutError", "a.py::test", doubted=True)


def appended(text: str) -> Verdict:
    """Return what the tests of SGD say if its file ends with a text."""
    return judge(FILE, f"{(ROOT / FILE).read_text(encoding='utf-8')}\n{text}\n", TESTS)


def script(*verdicts: Verdict) -> Callable[[list[str]], Verdict]:
    """Return what gives one verdict after the other, and no more."""
    rest = iter(verdicts)
    return lambda tests: next(rest)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "died with code -9"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "died with code -11"),
        ("import os; os._exit(0)", "died with code 0"),
        ("raise KeyboardInterrupt", "pytest ended with code 2"),
    ],
    ids=["killed", "crashed", "gone", "interrupted"],
)
def test_a_process_that_dies_tells_nothing(text, why):
    said = appended(text)
    assert said.said == "lost"
    assert said.failed is None
    assert why in said.why


def test_a_loop_without_end_is_told_from_waiting(monkeypatch):
    monkeypatch.setattr(verdict, "COMPUTING", 1)
    assert appended("while True: pass").said == "endless"
    monkeypatch.setattr(verdict, "WAITING", 1)
    said = appended("import time; time.sleep(10_000)")
    assert said.said == "lost"
    assert "do not end" in said.why


@pytest.mark.parametrize(
    ("error", "doubted"),
    [
        ("ValueError()", False),
        ("AssertionError()", False),
        ("MemoryError()", True),
        ("OSError(28, 'No space left on device')", True),
        ("__import__('subprocess').TimeoutExpired('x', 1)", True),
    ],
)
def test_errors_that_a_machine_can_cause_are_doubted(error, doubted):
    said = appended(f"def _raise(*_):\n    raise {error}\nSGD.update = _raise")
    assert said.said == "failed"
    assert said.failed.startswith(f"{TESTS[0]}::test_")
    assert said.doubted is doubted


def test_what_cannot_be_imported_is_doubted():
    assert appended("1 / 0").doubted
    assert appended("1 / 0").where == TESTS[0]


@pytest.mark.parametrize(
    ("wrong", "right", "found"),
    [
        ([PASSED, FAILED], [], KILLED),
        ([PASSED, ENDLESS], [], KILLED),
        ([PASSED, PASSED], [], SURVIVED),
        # A later stage may still notice what an earlier one could not be asked about.
        ([LOST, FAILED], [], KILLED),
        ([LOST, PASSED], [], LOST.why),
        ([PASSED, LOST], [], LOST.why),
        # What may be the machine's fault is asked again, once the right version passes it.
        ([BROKE, BROKE], [PASSED], KILLED),
        ([SLOW, SLOW], [PASSED], KILLED),
        ([SLOW, FAILED], [PASSED], KILLED),
        ([SLOW, PASSED, PASSED], [PASSED], "a.py::test failed once only: TimeoutError"),
        ([BROKE, SLOW, PASSED], [PASSED], "a.py failed once only: ImportError"),
        ([BROKE, LOST, PASSED], [PASSED], LOST.why),
        ([SLOW, PASSED], [SLOW], "a.py::test failed without the mutant as well: TimeoutError"),
        ([SLOW, FAILED], [LOST], KILLED),
    ],
)
def test_only_tests_that_fail_and_loops_without_end_kill(wrong, right, found):
    assert fate(script(*wrong), script(*right), [["a.py"], ["b.py"]]) == found


def test_the_right_version_is_asked_about_what_failed_with_the_same_options():
    asked = []

    def right(tests: list[str]) -> Verdict:
        asked.append(tests)
        return PASSED

    fate(script(SLOW, SLOW), right, [["--doctest-modules", "a.py", "b.py"]])
    assert asked == [["--doctest-modules", "a.py::test"]]


def test_the_exit_code_tells_of_mutants_that_could_not_be_judged(capsys):
    mutants = [Mutant(FILE, "", str(k), "") for k in range(4)]
    became = [KILLED, SURVIVED, SURVIVED, LOST.why]
    explained = {mutants[1].key}
    found = list(fates(mutants, dict(zip(mutants, became, strict=True)).get, explained))
    assert [fate for _, fate in found] == became
    shown = capsys.readouterr().out
    assert f"explained: {mutants[1]}\n" in shown
    assert f"SURVIVED: {mutants[2]}\n" in shown
    assert f"NOT JUDGED: {mutants[3]}\n    {LOST.why}\n" in shown
    assert [code(found[:n], explained) for n in range(5)] == [0, 0, 0, 1, 3]


def test_what_was_not_killed_is_kept_and_asked_about_again(tmp_path):
    mutants = [Mutant(FILE, "", "η", str(k)) for k in range(3)]
    file = tmp_path / "alive.json"
    keep(list(zip(mutants, [SURVIVED, KILLED, LOST.why], strict=True)), file)
    assert among(mutants, file) == [mutants[0], mutants[2]]
    assert among(mutants, None) == mutants
    keep([], None)


def test_a_real_mutant_is_killed_and_the_right_version_survives():
    right = (ROOT / FILE).read_text(encoding="utf-8")
    assert right.count("(-self.lr * g,)") == 1
    wrong = right.replace("(-self.lr * g,)", "(self.lr * g,)")

    def version(source: str) -> Callable[[list[str]], Verdict]:
        return lambda tests: judge(FILE, source, tests)

    assert fate(version(wrong), version(right), [TESTS]) == KILLED
    assert fate(version(f"{right}\n1 / 0\n"), version(right), [TESTS]) == KILLED
    assert fate(version(right), version(right), [TESTS]) == SURVIVED
    dead = f"{right}\nimport os; os._exit({os.EX_OSERR})\n"
    assert "died with code" in fate(version(dead), version(right), [TESTS])
