"""The update rule that each chapter prints is the code of the package."""

from __future__ import annotations

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from adaptive import NAG, RULES, AdaMax, Momentum, Nadam, RMSprop
from adaptive.tracing import rule_to_latex
from tests.book import equations
from tests.book.equations import (
    PARTS,
    EquationError,
    block,
    canonical,
    chapter_of,
    compare,
    corrupted,
    random_rule,
    with_part,
)
from tests.book.notebooks import CHAPTERS
from tests.every import KINDS

TOLERANCE = 1e-12


def printed(rule):
    """The block of the rule's chapter; None if there is no chapter or no such block yet."""
    chapter = chapter_of(rule)
    return block(chapter, f"eq-{chapter.stem}") if chapter.exists() else None


def largest_difference(latex, rule):
    """Over several random settings, starts and sequences of gradients."""
    rng = np.random.default_rng(0)
    with np.errstate(all="ignore"):
        return max(compare(latex, random_rule(rule, rng), rng) for _ in range(3))


@pytest.mark.parametrize("rule", KINDS, ids=lambda rule: rule.__name__)
def test_chapter_prints_the_rule_of_the_package(rule):
    chapter = chapter_of(rule)
    if not chapter.exists():
        pytest.skip(f"chapters/{chapter.name} is not written yet")
    latex = printed(rule)
    assert latex, f"{chapter.name} has no equation with the label eq-{chapter.stem}"
    difference = largest_difference(latex, rule)
    assert difference <= TOLERANCE, (
        f"({chapter.name}, eq-{chapter.stem}) is not {rule.__name__}.update: "
        f"they differ by {difference:.1e}\n{canonical(latex)}"
    )


@pytest.mark.parametrize("rule", KINDS, ids=lambda rule: rule.__name__)
def test_code_prints_its_equation(rule):
    """What is printed from the code and what the chapter prints are one rule, line by line."""
    if not chapter_of(rule).exists():
        pytest.skip(f"chapters/{chapter_of(rule).name} is not written yet")
    from_code, from_chapter = rule_to_latex(rule()), printed(rule)
    assert largest_difference(from_code, rule) <= TOLERANCE, from_code
    code, chapter = (
        [row.split("=")[0].strip() for row in canonical(latex).splitlines()]
        for latex in (from_code, from_chapter)
    )
    # The code's names for what is neither state nor correction are not recorded: m̄ of Nadam, c
    # of Lion, q of Schedule-Free.
    assert code == [left for left in chapter if left not in (r"\bar{m}_t", "c_t", "q_t")]


MISTAKES = [
    pytest.param(rule, wrong, id=f"{rule.__name__}: {what}")
    for rule in KINDS
    for what, wrong in corrupted(printed(rule) or "")
]


@pytest.mark.parametrize(("rule", "wrong"), MISTAKES)
def test_a_corrupted_equation_is_found_out(rule, wrong):
    try:
        difference = largest_difference(wrong, rule)
    except EquationError:
        return  # it cannot even be run: a value that is used before it is there, for one
    assert difference > 1e-3, f"nothing noticed that this is wrong:\n{canonical(wrong)}"


@pytest.mark.parametrize("label", PARTS)
def test_part_of_a_rule_is_a_part_of_the_package(label):
    for latex in with_part(label):
        assert largest_difference(latex, PARTS[label][1]) <= TOLERANCE, latex


@pytest.mark.parametrize("label", PARTS)
def test_a_corrupted_part_is_found_out(label, monkeypatch):
    """What is compared holds the part as it is printed: a mistake in the part is one in it."""
    right, found = equations.block(CHAPTERS / f"{label.split('-')[1]}.ipynb", label), 0
    for _, wrong in corrupted(right.replace(r"\hat\epsilon", r"\epsilon")):
        monkeypatch.setattr(
            equations,
            "block",
            lambda path, name, wrong=wrong: wrong if name == label else block(path, name),
        )
        versions = list(with_part(label))
        assert versions
        try:
            found += max(largest_difference(latex, PARTS[label][1]) for latex in versions) > 1e-3
        except EquationError:
            found += 1
    assert found >= 1


def test_a_quantity_of_a_part_that_the_rule_does_not_have_is_named(monkeypatch):
    monkeypatch.setattr(
        equations,
        "block",
        lambda path, name: "w_t = g_t" if name == "eq-adam-moments" else block(path, name),
    )
    with pytest.raises(EquationError, match=r"w_t +of eq-adam-moments is not defined"):
        list(with_part("eq-adam-moments"))


@pytest.mark.parametrize("label", PARTS)
def test_a_part_of_another_rule_is_found_out(label):
    other = next(rule for rule in (RMSprop, Nadam, NAG) if rule is not PARTS[label][1])
    for latex in with_part(label):
        try:
            assert largest_difference(latex, other) > 1e-3
        except EquationError:
            continue  # the other rule has hyperparameters or a state of its own


def test_a_state_is_compared_where_the_parameters_agree():
    """Momentum with the rate outside of the velocity moves alike, and keeps something else."""
    other = r"v_t = \gamma v_{t-1} + g_t \\ \theta_t = \theta_{t-1} - \eta v_t"
    assert largest_difference(other, Momentum) > 1e-3
    with pytest.raises(EquationError, match="no line says what the state v is"):
        largest_difference(r"\theta_t = \theta_{t-1} - \eta g_t", Momentum)


def test_a_label_that_stands_twice_is_an_error(tmp_path):
    cells = [new_markdown_cell("$$\nx_t = g_t\n$$ (eq-x)") for _ in range(2)]
    path = tmp_path / "page.ipynb"
    nbformat.write(new_notebook(cells=cells[:1]), path)
    assert block(path, "eq-x").strip() == "x_t = g_t"
    assert block(path, "eq-y") is None
    nbformat.write(new_notebook(cells=cells), path)
    with pytest.raises(EquationError, match="2 equations with the label eq-x"):
        block(path, "eq-x")


def test_many_kinds_of_mistakes_were_tried():
    for rule in filter(printed, KINDS):
        count = sum(mistake.values[0] is rule for mistake in MISTAKES)
        assert count >= 3, f"{count} corrupted equations for {rule.__name__}"
    assert len(MISTAKES) >= 100


@pytest.mark.parametrize(
    ("latex", "words"),
    [
        (r"\theta_t = \theta_{t-1} - \zeta g_t", "zeta is not known"),
        (r"\theta_t = \theta_{t-1} - \tilde g_t", r"\\tilde cannot be read"),
        (r"\theta_t = \theta_{t-1} - \eta g_t)", "SymPy cannot read"),
        (r"\theta_{t+1} = \theta_t - \eta g_t", "must be a quantity of step t"),
        (r"\theta_t - \eta g_t", "not one equation"),
        (r"v_t = \eta g_t", r"no line says what \\theta_t is"),
        (r"\theta_t = \theta_{t-1} - \eta \nabla J", "not written"),
    ],
)
def test_what_cannot_be_run_is_named(latex, words):
    with pytest.raises(EquationError, match=words):
        largest_difference(latex, RULES[0])


@pytest.mark.parametrize(
    ("rule", "latex"),
    [
        (
            AdaMax,
            r"""m_t &= \beta_1\, m_{t-1} + (1 - \beta_1)\, g_t, \\[4pt]
            u_t &= \max\!\left(\beta_2 u_{t-1},\ \left|g_t\right|\right) \\
            \theta_t &= \theta_{t-1} - \frac{\eta}{1 - \beta_1^t}\, \frac{m_t}{u_t}.""",
        ),
        (
            Nadam,
            r"""m_t &= \beta_1 m_{t-1} + (1-\beta_1) g_t \\
            v_t &= \beta_2 v_{t-1} + (1-\beta_2) g^2_t \\
            \hat m_t &= m_t / (1-\beta_1^t) \\ \hat v_t &= v_t / (1-\beta^t_2) \\
            \bar m_t &= \beta_1 \hat m_t + \tfrac{1-\beta_1}{1-\beta_1^t} g_t \\
            \theta_t &= \theta_{t-1} - \eta \frac{\bar m_t}{\sqrt{\hat{v}_t} + \varepsilon}""",
        ),
        (
            NAG,
            r"""v_t &= \gamma v_{t-1} + \eta \nabla J\bigl(\theta_{t-1} - \gamma v_{t-1}\bigr) \\
            \theta_t &= \theta_{t-1} - v_t""",
        ),
    ],
)
def test_other_ways_to_write_a_rule_are_understood(rule, latex):
    assert largest_difference(latex, rule) <= TOLERANCE


@pytest.mark.parametrize(
    "latex",
    [
        r"\hat{m}_t &= \frac{m_t}{1-\beta^t_1}",
        r"\hat m_{t} = \dfrac{m_t}{1 - \beta_1^{t}},",
        r"\hat{m_t} = \tfrac{m_t}{1 - \beta_1^t}.",
    ],
)
def test_spellings_of_one_equation_are_one(latex):
    assert canonical(latex).replace(" ", "") == r"\hat{m}_t=\frac{m_t}{1-\beta_1^t}"
