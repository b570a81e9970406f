"""Each of these mistakes is caught by the test that it names."""

from __future__ import annotations

import tomllib
from collections import Counter
from typing import Any

import pytest

from tests.every import ALL
from tests.mutants.runner import ROOT, judge


def listed(name: str) -> list[dict[str, Any]]:
    """Return the mistakes of a list."""
    text = (ROOT / "tests" / "mutants" / name).read_text(encoding="utf-8")
    return tomllib.loads(text)["mutant"]


MUTANTS = listed("mutants.toml")
#: Mistakes in what tests share: a check that can pass whatever it is given is the worst of all.
HELPERS = listed("helpers.toml")
#: By the test that is named, what of it has noticed mistakes: the cases of a test are many.
NOTICED: dict[str, set[str]] = {}


def wrong(mutant: dict[str, Any]) -> str:
    """Return the text of the file with the mistake in it."""
    text = (ROOT / mutant["file"]).read_text(encoding="utf-8")
    for old, new in mutant["change"]:
        times = text.count(old)
        assert times == 1, f"{mutant['file']} has {times} times, not once: {old}"
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    "mutant", [*MUTANTS, *HELPERS], ids=lambda m: f"{m['file']}: {m['mistake']}"
)
def test_mistake_is_caught(mutant: dict[str, Any]) -> None:
    verdict = judge(mutant["file"], wrong(mutant), [mutant["killed_by"]])
    assert verdict.failed, (
        f"{mutant['killed_by']} does not notice that {mutant['mistake']}: {verdict.why}"
    )
    NOTICED.setdefault(mutant["killed_by"], set()).add(verdict.failed)


def test_the_tests_pass_on_the_right_version() -> None:
    """Else a test that always fails would catch everything: what has noticed a mistake does not.

    Of a test that was not shown its mistakes before, all cases are run.
    """
    file = "adaptive/__init__.py"
    named = {mutant["killed_by"] for mutant in [*MUTANTS, *HELPERS]}
    cases = {case for test in named for case in NOTICED.get(test, {test})}
    right = (ROOT / file).read_text(encoding="utf-8")
    try:
        verdict = judge(file, right, sorted(cases))
    except LookupError:  # a mistake may have been in the name of its case as well
        verdict = judge(file, right, sorted(named))
    assert verdict.failed is None, verdict
    assert verdict.why == "all passed"


@pytest.mark.parametrize(
    ("source", "test", "why"),
    [
        ("1 / 0", "tests/rules/test_sgd.py", "ZeroDivisionError"),
        ("", "tests/book/test_book.py::test_the_front_page_leads_to_the_book", "fixture 'book'"),
    ],
    ids=["import", "setup"],
)
def test_only_a_failing_test_catches(source: str, test: str, why: str) -> None:
    file = "adaptive/rules/sgd.py"
    right = (ROOT / file).read_text(encoding="utf-8")
    verdict = judge(file, f"{right}\n{source}\n", [test])
    assert verdict.failed is None
    assert why in verdict.why, verdict


def test_a_test_that_is_not_there_is_named() -> None:
    file = "adaptive/rules/sgd.py"
    with pytest.raises(LookupError, match=r"there is no test .*::test_of_nothing"):
        judge(file, (ROOT / file).read_text(), ["tests/rules/test_sgd.py::test_of_nothing"])


def test_every_rule_has_mutants() -> None:
    count = Counter(mutant["file"] for mutant in MUTANTS)
    files = {f"{rule.__module__.replace('.', '/')}.py" for rule in ALL}
    assert not {file for file in files if count[file] < 2}
    assert len(MUTANTS) >= 200
    assert len({mutant["file"] for mutant in HELPERS}) >= 11
    names = Counter((mutant["file"], mutant["mistake"]) for mutant in MUTANTS)
    assert max(names.values()) == 1
