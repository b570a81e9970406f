"""The live equation: its terms and what is written on them, its still, and bad input."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from adaptive import (
    NAG,
    ON_MATRICES,
    SGD,
    WITH_TOTALS,
    Adadelta,
    Adam,
    AdaMax,
    AdamW,
    AMSGrad,
    Lion,
    Momentum,
    Nadam,
    ScheduleFree,
    anatomy,
    descend,
    scheduled,
)
from adaptive.explorer import equation, lens, typeset
from adaptive.explorer.equation import Fraction, Term
from adaptive.problems import Digits, LogisticRegression, Ravine, Rosenbrock, Saddle, Surface
from adaptive.rules import Rule
from adaptive.schedules import Constant, Cosine, Linear
from adaptive.tracing import TracingError, dissect, trace_rule
from adaptive.tracing.latex import in_order, letters_of, names_of
from tests.every import KINDS, every_rule
from tests.test_anatomy import Mixing, Signs

TEXT = Momentum(lr=0.06, momentum=0.7)
NUMBER = re.compile(r"-?[\d.]+")
#: In the lens, the arrows, and the labels that are seen.
HIT = re.compile(r'class="hit" d="([^"]+)"')
LABEL = re.compile(
    r'class="label (?:step|memory|gradient|decay)" [^>]*data-width="(\d+)" x="([^"]+)" y="([^"]+)"'
)


def _shown(part):
    if isinstance(part, Term):
        return f"[{part.role}: {typeset.plain(part.row)}]"
    if isinstance(part, Fraction):
        above, below = (" ".join(map(_shown, side)) for side in (part.above, part.below))
        return f"{above} over {below}"
    return typeset.plain(part)


def _lines(rule, **options):
    found = equation.equation(dissect(trace_rule(rule)), **options)
    return [" ".join(map(_shown, line)) for line in found.lines]


# ------------------------------------------------------------------ terms


def test_the_terms_of_nag():
    assert _lines(NAG()) == [
        "[gradient: g_t] = ∇J( [plain: θ_t−1 − γ v_t−1] )",
        "[step: v_t] = [memory: γ v_t−1] + [gradient: η g_t]",
        "[plain: θ_t] = [plain: θ_t−1] − [step: v_t]",
    ]


def test_the_terms_of_adamax():
    assert _lines(AdaMax()) == [
        "[plain: m_t] = [memory: β_1 m_t−1] + [gradient: (1 − β_1) g_t]",
        "[scale: u_t] = max( [scale: β_2 u_t−1] , [scale: |g_t|] )",
        "[plain: m hat_t] = [plain: m_t / (1 − β_1^t)]",
        "[step: Δθ_t] = − η [plain: m hat_t] over [scale: u_t]",
        "[plain: θ_t] = [plain: θ_t−1] + [step: Δθ_t]",
    ]


def test_the_terms_of_adadelta():
    assert _lines(Adadelta())[1] == (
        "[step: Δθ_t] = − [scale: √(E[Δθ^2]_t−1 + ε)] [gradient: g_t] over [scale: √(E[g^2]_t + ε)]"
    )


def test_a_direction_that_is_a_sum_has_a_name():
    assert _lines(Nadam())[4:6] == [
        "[plain: m bar_t] = [plain: β_1 m hat_t] + [gradient: (1 − β_1) g_t / (1 − β_1^t)]",
        "[step: Δθ_t] = − η [plain: m bar_t] over [scale: √(v hat_t) + ε]",
    ]
    assert _lines(Mixing())[1:3] == [
        "[plain: v bar_t] = [gradient: (1 − mix) g_t] + [plain: mix v_t]",
        "[step: Δθ_t] = − [plain: η v bar_t]",
    ]


@pytest.mark.parametrize("kind", (*ON_MATRICES, *WITH_TOTALS), ids=lambda kind: kind.__name__)
def test_a_rule_on_whole_arrays_is_told_why_not(kind):
    """Whatever the problem: that there is no matrix in the plane is not the reason."""
    words = rf"^{kind.__name__} cannot be recorded: it works on whole arrays, and figures.*single"
    for problem in (Ravine(), Digits()):
        with pytest.raises(TracingError, match=words):
            anatomy(kind(), problem)


def test_a_schedule_has_a_line_of_its_own():
    decaying = [
        "[plain: f_t] = min( [plain: min(1, t / max(1, T_w))] , "
        "[plain: max(0, (T + 1 − t) / (T − T_w))] )",
    ]
    lines = _lines(scheduled(Adam(), Linear(T=60)))
    assert lines[:1] == decaying
    assert lines[-2] == "[step: Δθ_t] = − η f_t [plain: m hat_t] over [scale: √(v hat_t) + ε]"
    ahead, factor, velocity, _ = _lines(scheduled(NAG(), Constant(), "momentum"))
    assert ahead == "[gradient: g_t] = ∇J( [plain: θ_t−1 − γ f_t v_t−1] )"
    assert factor == "[plain: f_t] = min( [plain: 1] , [plain: t / max(1, T_w)] )"
    assert velocity == "[step: v_t] = [memory: γ f_t v_t−1] + [gradient: η g_t]"
    assert "cos(π min(1" in _lines(scheduled(SGD(), Cosine(T=9)))[0]


def test_what_both_coordinates_share_is_told_once():
    """The factor of a schedule, and what it is made of; all else differs between them."""
    found = equation.equation(dissect(trace_rule(scheduled(AdamW(), Linear(T=60)))))
    for k, line in enumerate(found.lines):
        assert all(term.common == (k == 0) for term in line if isinstance(term, Term))
    made = equation.to_html(found.lines, [["1", "2"]] * (len(found.nodes) + 4))
    assert made.count(" common") == 3


def test_the_factor_of_a_schedule_is_that_of_its_step():
    rule = scheduled(Adam(lr=0.4), Linear(T=60, warmup=10))
    shown = anatomy(rule, Ravine(), at=5)
    (factor, *_), *_ = shown._equation.lines
    for t in (1, 5, 10, 11, 60):
        values = [None] * len(equation.GIVEN) + shown._computed(shown._equation.nodes, t)
        np.testing.assert_allclose(values[factor.value], Linear(T=60, warmup=10)(t))


def test_where_a_problem_projects_the_last_line_says_so():
    assert _lines(SGD(), projects=True)[-1].startswith("[plain: θ_t] = Π( [plain: θ_t−1]")


@every_rule
def test_a_term_is_worth_what_is_written(kind):
    """The terms of a sum, with its signs, make up what is on the left of it."""
    shown = anatomy(kind(**kind.on_circles), Saddle(), steps=20)
    found, checked = shown._equation, 0
    for t in (1, 7, 20):
        values = [np.full(2, np.nan)] * len(equation.GIVEN) + shown._computed(found.nodes, t)
        values[:2] = shown.path.theta[t - 1], shown.path.theta[t]
        for left, _, *right in found.lines:
            kinds = [type(part) for part in right]
            if left.value is None or len(kinds) != 3 or kinds.count(Term) != 2:
                continue
            one, sign, other = right
            times = 1 if typeset.plain(sign) == "+" else -1
            total = values[one.value] + times * values[other.value]
            np.testing.assert_allclose(total, values[left.value], rtol=1e-12, atol=1e-15)
            checked += 1
    assert checked >= 3


#: Rules whose step is no quotient, or, as AdamW's, not one alone.
UNDIVIDED = (SGD, Momentum, NAG, AdamW, Lion, ScheduleFree)


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in UNDIVIDED])
def test_where_it_divides_the_step_is_the_reach_times_bar_over_band(kind):
    shown = anatomy(kind(**kind.on_circles), Saddle(), steps=20)
    found = shown._equation
    assert typeset.plain(found.written["sign"]) == "−"
    for t in (1, 9):
        given = [None] * len(equation.GIVEN)
        values = given + shown._computed(found.nodes, t)
        reach, direction, scale = (
            values[getattr(found.division, name)] for name in ("reach", "direction", "scale")
        )
        step = -reach * direction / scale
        np.testing.assert_allclose(step, shown.parts(t)["step"], rtol=1e-12)


def test_what_does_not_divide_has_no_band():
    for rule in (SGD(), Momentum(), NAG(), Lion(), Mixing(), Signs()):
        assert equation.equation(dissect(trace_rule(rule))).division is None


def test_labels_of_arrows():
    def labels(rule):
        found = equation.equation(dissect(trace_rule(rule))).labels
        return [typeset.plain(found[role]) for role in ("memory", "gradient", "step")]

    assert labels(Momentum()) == ["−γ v_t−1", "−η g_t", "−v_t step"]
    assert labels(Adam()) == ["from β_1 m_t−1", "from (1 − β_1) g_t", "Δθ_t step"]
    assert labels(Nadam()) == ["from β_1 m_t−1", "from g_t", "Δθ_t step"]


# ------------------------------------------------------------------ how it is set


def test_labels_of_arrows_stay_in_the_picture():
    width, height = lens.LAYOUT["size"]
    widths = {"step": 60, "memory": 90, "gradient": 120}
    rng = np.random.default_rng(0)
    for _ in range(300):
        start = rng.uniform(0, [width, height])
        tip, end = start + rng.normal(size=(2, 2)).cumsum(axis=0) * 60
        ends = {"step": (start, end), "memory": (start, tip), "gradient": (tip, end)}
        taken = [(width - 70, 35, 60, 25), (80, height - 16, 76, 16)]
        found = lens.places(ends, widths, taken)
        for role, (x, y) in found.items():
            assert widths[role] / 2 <= x <= width - widths[role] / 2
            assert lens.LABEL_HEIGHT / 2 <= y <= height - lens.LABEL_HEIGHT / 2
        # A bar or an inset is not written on, unless another label has taken the place beside it.
        x, y = found.get("step", (0, 120))
        for at, row, wide, tall in taken[:2]:
            apart = abs(x - at) >= 30 + wide or abs(y - row) >= lens.LABEL_HEIGHT / 2 + tall
            assert apart, (x, y)


@pytest.mark.parametrize(
    "rule",
    [
        TEXT,
        NAG(0.04, 0.7),
        Adam(0.4),
        AdaMax(0.4),
        Nadam(0.4),
        AMSGrad(0.4),
        AdamW(0.4, weight_decay=0.3),
    ],
    ids=repr,
)
def test_labels_do_not_stand_upon_arrows_or_each_other(rule):
    for at in range(2, 22):
        text = anatomy(rule, Ravine(), at=at).to_html()
        arrows = [np.array(re.findall(NUMBER, d), float).reshape(2, 2) for d in HIT.findall(text)]
        boxes = [
            [
                float(x) - float(wide) / 2 + 4,
                float(y) - 11,
                float(x) + float(wide) / 2 - 4,
                float(y),
            ]
            for wide, x, y in LABEL.findall(text)
        ]
        for i, (left, top, right, bottom) in enumerate(boxes):
            for one, other in arrows:
                x, y = (one + np.linspace(0, 1, 200)[:, None] * (other - one)).T
                upon = (left < x) & (x < right) & (top < y) & (y < bottom)
                assert not upon.any(), (at, boxes[i])
            for a, b, c, d in boxes[:i]:
                assert not (left < c and a < right and top < d and b < bottom), (at, boxes)


def test_names_are_set_as_the_book_writes_them():
    assert typeset.html(typeset.name(r"\hat v_{t-1}")) == (
        '<span class="accent" data-sign="^"><i>v</i></span><sub><i>t</i>−1</sub>'
    )
    assert typeset.html(typeset.name("E[g^2]_t")) == (
        "<i>E</i>[<i>g</i><sup>2</sup>]<sub><i>t</i></sub>"
    )
    assert typeset.plain(typeset.name(r"\mathrm{mix}")) == "mix"
    with pytest.raises(ValueError, match=r"got \\frac"):
        typeset.name(r"\frac")
    with pytest.raises(ValueError, match="braces in pairs"):
        typeset.name("a}b")


def test_brackets_stand_where_they_have_to():
    class Nested(Rule):
        state_names = ("m",)

        def update(self, g, t, m):
            part = np.where(m > 0, g, -g) * np.minimum(m, 2) ** 2
            return -(g - (m - g)) / (2 * (m + 1)) - (-part), (g + m) ** 2 * np.exp(m)

    traced = trace_rule(Nested())
    printer = typeset.Printer(letters_of(traced), {})
    step, state = traced.update.outputs
    assert typeset.plain(printer.print(step)) == (
        "−(g_t − (m_t−1 − g_t)) / (2 (m_t−1 + 1)) − "
        "(−(g_t if m_t−1 > 0, else −g_t) (min(m_t−1, 2))^2)"
    )
    assert typeset.plain(printer.print(state)) == "(g_t + m_t−1)^2 exp(m_t−1)"


def test_every_formula_is_set_in_svg_with_its_feet_on_the_line():
    for kind in KINDS:
        traced = trace_rule(kind())
        names = names_of(traced)
        printer = typeset.Printer(letters_of(traced), names)
        for node in in_order(names):
            heights = [shift for *_, shift in typeset.runs(printer.print(node, top=True))]
            assert min(heights) >= -0.35
            assert max(heights) <= 0.25
            assert "<tspan" in typeset.svg(printer.print(node, top=True))


# ------------------------------------------------------------------ the still


def test_parts_are_those_of_the_run():
    shown = anatomy(Momentum(0.06, 0.7), Ravine(), steps=9)
    path = descend(Momentum(0.06, 0.7), Ravine(), steps=9)
    for t in (1, 9):
        parts = shown.parts(t)
        np.testing.assert_allclose(parts["step"], path.theta[t] - path.theta[t - 1], rtol=1e-9)
        np.testing.assert_allclose(parts["memory"], -0.7 * path.state["v"][t - 1], rtol=1e-12)
    with pytest.raises(ValueError, match="t must be at most 9, got 10"):
        shown.parts(10)


def test_the_decay_is_of_theta_before_the_step():
    shown = anatomy(AdamW(lr=0.1, weight_decay=0.5), Ravine())
    for t in (1, 2, 30):
        parts = shown.parts(t)
        np.testing.assert_allclose(parts["decay"], -0.05 * shown.path.theta[t - 1], rtol=1e-15)
        made = sum(parts[role] for role in ("memory", "gradient", "decay"))
        np.testing.assert_allclose(made, np.diff(shown.path.theta, axis=0)[t - 1], rtol=1e-12)


def test_what_is_seen_is_said():
    def said(rule, t, problem=None):
        return anatomy(rule, problem or Ravine(), at=t)._summary()

    assert said(TEXT, 1) == "first"
    assert said(TEXT, 3) == "oppose"
    # At the start the valley's floor falls away ever more: the gradients agree.
    assert said(Momentum(0.001, 0.9), 3) == "agree"
    assert said(Momentum(0.0001, 0.99), 30) == "memory"
    assert said(Momentum(0.04, 0.01), 2) == "gradient"
    assert said(SGD(0.01), 5) == "alone"
    assert said(Adadelta(), 5) == "scaled"
    assert said(Signs(), 5) == "whole"
    assert said(AdamW(weight_decay=0.1), 1) == said(AdamW(weight_decay=0.1), 5) == "decay"
    assert said(AdamW(weight_decay=0), 1) == "first"
    assert said(AdamW(weight_decay=0), 5) != "decay"
    turns = anatomy(Adam(0.4), Ravine(), at=5)
    memory, gradient = turns.parts(5)["memory"], turns.parts(5)["gradient"]
    cosine = memory @ gradient / np.hypot(*memory) / np.hypot(*gradient)
    assert turns._summary() == "turn"
    assert abs(cosine) < 0.35


def test_the_lens_has_one_scale_and_holds_what_it_shows():
    rng = np.random.default_rng(0)
    width, height = lens.LAYOUT["size"]
    for size in (1e-9, 1e-2, 1, 1e4):
        points = rng.normal(size=(4, 2)) * size
        seen = lens.window(points, ((-1, 1), (-1, 1)))
        pixels = seen.pixels(points)
        filled = np.ptp(pixels, axis=0) / np.multiply(lens.LAYOUT["share"], lens.LAYOUT["size"])
        assert 0.7 < filled.max() <= 1.001
        assert (pixels > 0).all()
        assert (pixels < (width, height)).all()
        np.testing.assert_allclose(
            np.diff(pixels, axis=0), np.diff(points, axis=0) * seen.zoom * [1, -1], rtol=1e-6
        )
        assert 2 * np.log2(seen.zoom) == pytest.approx(round(2 * np.log2(seen.zoom)))
        (left, right), (bottom, top) = seen.bounds()
        corners = seen.pixels([[left, bottom], [right, top]])
        np.testing.assert_allclose(corners, [[0, height], [width, 0]], atol=1e-6 * width)
        unit = lens.unit_of(seen.zoom)
        assert 0.08 * width <= unit * seen.zoom <= 0.2 * width + 1e-9


def test_a_step_of_nothing_is_seen_in_the_whole_plane():
    seen = lens.window(np.zeros((3, 2)), ((-5, 5), (-2, 2)))
    assert seen.zoom == pytest.approx(32, rel=0.3)


def test_contours_are_few_and_never_none():
    for low, high in ((0, 100), (99.9, 100), (1e-12, 1e9), (0.5, 0.50001)):
        found = lens.levels(low, high, 1e-3)
        assert 5 <= len(found) <= 16
        assert all(max(low, 1e-3 * high) * 0.999 <= level <= high * 1.001 for level in found)
    assert lens.levels(-2, -1, 1e-3) == []
    assert lens.levels(0, np.inf, 1e-3) == []


def test_numbers_in_little_room():
    from adaptive.explorer.step import short

    values = (0.0, -0.27649, 0.00049, -1234567, 99.96, 3.14159, 250.4, np.nan)
    assert [short(value) for value in values] == [
        "0.000", "−0.276", "5·10⁻⁴", "−1·10⁶", "100.0", "3.14", "250", "–",
    ]  # fmt: skip


def test_a_run_that_diverges_is_shown():
    shown = anatomy(SGD(lr=1.0), Ravine(), at=60)
    assert shown.path.diverged
    assert "step 9 of 60" in repr(shown)
    assert shown.to_html()


def test_a_rule_of_the_readers_own_is_shown():
    html = anatomy(Mixing(), Saddle()).to_html()
    assert 'data-say="mix v_t"' in html
    assert "[1 - mix" in html or "mix" in html
    whole = anatomy(Signs(), Saddle())
    assert list(whole.parts(3)) == ["step"]
    assert "the step is one arrow" in whole.to_html()


# ------------------------------------------------------------------ bad input


class Branching(Rule):
    """A rule that cannot be recorded."""

    def update(self, g, t):
        return (-g if np.all(g > 0) else g,)


@dataclass(frozen=True)
class Steps(Surface):
    """A problem that cannot be recorded."""

    start = np.array([1.0, 1.0])
    name = "steps"

    def f(self, x: Any, y: Any) -> Any:
        return np.floor(x)

    def partials(self, x: Any, y: Any) -> tuple[Any, Any]:
        return np.floor(x), np.floor(y)


@pytest.mark.parametrize(
    ("kind", "message", "call"),
    [
        (TypeError, "rule must be", lambda: anatomy("Adam", Ravine())),
        (TypeError, "rule must be", lambda: anatomy(Adam, Ravine())),
        (TypeError, "problem must be", lambda: anatomy(Adam(), "ravine")),
        (TypeError, "rule must be", lambda: anatomy(Ravine(), Adam())),
        (TracingError, "Branching.update cannot be rec", lambda: anatomy(Branching(), Ravine())),
        (TracingError, "Steps.* cannot be recorded", lambda: anatomy(Adam(), Steps())),
        (ValueError, "steps must be at least 1", lambda: anatomy(Adam(), Ravine(), steps=0)),
        (ValueError, "steps must be at most 2000", lambda: anatomy(Adam(), Ravine(), steps=2001)),
        (ValueError, "at must be at most steps = 60", lambda: anatomy(Adam(), Ravine(), at=61)),
        (ValueError, "at must be at least 1", lambda: anatomy(Adam(), Ravine(), at=0)),
        (TypeError, "at must be", lambda: anatomy(Adam(), Ravine(), at=2.5)),
        (ValueError, "theta0 must lie inside", lambda: anatomy(Adam(), Ravine(), theta0=[9, 0])),
        (ValueError, "theta0 must have shape", lambda: anatomy(Adam(), Ravine(), theta0=[1])),
        (ValueError, "Adam.lr must be one n", lambda: anatomy(Adam(lr=[0.1, 0.2]), Ravine())),
        (ValueError, "key must consist", lambda: anatomy(Adam(), Ravine(), key="a b")),
        (
            ValueError,
            "problem must have two coordinates",
            lambda: anatomy(Adam(), LogisticRegression(np.ones((3, 3)), np.array([0, 1, 1]))),
        ),
    ],
)  # fmt: skip
def test_bad_input_is_named(kind, message, call):
    with pytest.raises(kind, match=message):
        call()


def test_other_problems_are_drawn():
    for problem in (Rosenbrock(), Saddle(), Ravine(angle=30)):
        assert 'class="contour" d="M' in anatomy(Adam(lr=0.1), problem).to_html()
