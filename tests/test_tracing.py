"""Recording what rules and problems compute, and printing it."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from py_mini_racer import MiniRacer

from adaptive import NAG, Adadelta, Adam, AdamW, AMSGrad, Momentum, Nadam, ScheduleFree
from adaptive.problems import Circles, NoisyQuadratic, Problem, Ravine, Reddi, Surface
from adaptive.rules import Rule
from adaptive.tracing import (
    TracingError,
    problem_to_javascript,
    record,
    rule_to_javascript,
    rule_to_latex,
    trace_problem,
    trace_rule,
)
from adaptive.tracing.graph import MOST_NODES, OPERATIONS
from adaptive.tracing.javascript import _identifiers, _letters, _method
from tests.every import KINDS, every_rule, updated


def evaluate(program, **inputs):
    """Compute what a program says."""
    return program.evaluate(inputs)


# ------------------------------------------------------------------ recording


@every_rule
def test_a_recording_computes_what_the_rule_computes(kind):
    rng = np.random.default_rng(1)
    rule = kind()
    traced = trace_rule(rule)
    g, t = rng.normal(), 7
    state = {name: rng.random() for name in rule.state_names}
    theta = rng.normal()
    inputs = {"g": g, "t": t, "theta": theta} | {f"state.{k}": v for k, v in state.items()}
    inputs |= {f"hyper.{k}": v for k, v in rule.hyperparameters.items()}
    expected = updated(rule, g, t, theta, *state.values())
    assert evaluate(traced.update, **inputs) == pytest.approx(expected, rel=1e-15)
    first, rest = traced.update.hoist({"t", *(k for k in inputs if k.startswith("hyper."))})
    constants = evaluate(first, **inputs)
    inputs |= {f"${i}": value for i, value in enumerate(constants)}
    assert evaluate(rest, **inputs) == pytest.approx(expected, rel=1e-15)


def test_two_rules_look_elsewhere():
    found = [kind for kind in KINDS if trace_rule(kind()).lookahead is not None]
    assert found == [NAG, ScheduleFree]


def test_what_depends_on_time_and_settings_alone_is_taken_out():
    traced = trace_rule(Nadam())
    settings = {"t", *(name for name in traced.update.inputs if name.startswith("hyper."))}
    first, rest = traced.update.hoist(settings)
    assert "power" in {node.op for node in first.nodes()}
    assert "power" not in {node.op for node in rest.nodes()}
    assert not {node.value for node in first.nodes()} & {"g", "state.m", "state.v"}


def test_equal_parts_are_one():
    program = record(lambda x: [np.exp(x * x) + 1, np.exp(x * x)], ["x"], "f", 2)
    assert sum(node.op == "exp" for node in program.nodes()) == 1
    assert program.outputs[1] in program.outputs[0].args


def test_zero_and_minus_zero_are_two_numbers():
    program = record(lambda x: [x * 0.0, x * -0.0], ["x"], "f", 2)
    assert [math.copysign(1, v) for v in evaluate(program, x=1.0)] == [1, -1]


def test_settings_of_a_problem_are_numbers_in_it():
    loss = trace_problem(Ravine(condition=7)).loss
    assert 7.0 in {node.value for node in loss.nodes()}
    assert evaluate(loss, x=2.0, y=1.0) == [5.5]


def test_noise_is_an_input():
    traced = trace_problem(NoisyQuadratic())
    assert traced.batch == 2
    found = evaluate(traced.gradient, x=1.0, y=1.0, **{"batch.0": 0.5, "batch.1": -1.0})
    assert found == [1.5, 19]


class Matrix(Problem):
    """A problem that is written with matrices."""

    name = "matrix"
    start = np.ones(2)
    A = np.array([[2.0, 1.0], [1.0, 3.0]])

    def loss(self, theta):
        return theta @ self.A @ theta / 2

    def grad(self, theta, batch=None):
        return self.A @ theta


def test_matrix_products_of_two_coordinates_are_recorded():
    traced = trace_problem(Matrix())
    assert evaluate(traced.gradient, x=1.0, y=2.0) == [4, 7]
    assert evaluate(traced.loss, x=1.0, y=2.0) == [9]


def test_a_projection_is_recorded():
    class Boxed(Matrix):
        def project(self, theta):
            return np.clip(theta[0], -1, 1), theta[1]

    traced = trace_problem(Boxed())
    assert evaluate(traced.project, x=3.0, y=-0.5) == [1, -0.5]
    assert "project(x, y) {" in problem_to_javascript(traced)


# ------------------------------------------------------------------ what cannot be recorded


def _rule(function):
    @dataclass(frozen=True, eq=False)
    class Own(Rule):
        lr: Any = 0.1
        state_names = ("m",)

        def update(self, g, t, m):
            return function(self, g, t, m)

    return Own()


def _in_place(rule, g, t, m):
    m += g
    return -m, m


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda r, g, t, m: (-g if g > 0 else g, m), "branches on data.*use np.where"),
        (lambda r, g, t, m: (-max(g, m), m), "branches on data"),
        (lambda r, g, t, m: (-np.sum(g), m), "uses np.sum, where only elementwise"),
        (lambda r, g, t, m: (-np.linalg.norm(g), m), "uses np.norm"),
        (lambda r, g, t, m: (-np.add.reduce(g), m), "np.add.reduce, which combines"),
        (lambda r, g, t, m: (g @ g, m), "np.matmul, which combines"),
        (lambda r, g, t, m: (-g.mean(), m), "uses `.mean` of an array"),
        (lambda r, g, t, m: (-math.sqrt(g), m), "numpy's functions"),
        (lambda r, g, t, m: (np.arctan2(g, m), m), "uses np.arctan2, which cannot be recorded"),
        (lambda r, g, t, m: (np.sqrt(g, where=True), m), "np.sqrt with where="),
        (_in_place, "in place"),
        (lambda r, g, t, m: (g * np.ones(3), m), "cannot be recorded"),
        (lambda r, g, t, m: (g * np.array(["a"])[0], m), "where only numbers can be recorded"),
        (lambda r, g, t, m: (-g,), "must return 2 values, got 1"),
        (lambda r, g, t, m: (g[0], m), "TypeError"),
        (lambda r, g, t, m: ("step", m), "computes with 'step'"),
    ],
)
def test_errors_say_which_part_and_what_to_write(function, message):
    with pytest.raises(TracingError, match=message) as caught:
        trace_rule(_rule(function))
    assert "Own.update" in str(caught.value)


def test_data_is_not_noise():
    with pytest.raises(TracingError, match=r"Circles\.(grad|loss) cannot be recorded"):
        trace_problem(Circles())


def test_sums_over_data_are_not_formulas():
    class Data(Matrix):
        def loss(self, theta):
            return np.sum(np.exp(np.outer(np.arange(MOST_NODES) / 7, theta)))

    with pytest.raises(TracingError, match="more than 2000 operations"):
        trace_problem(Data())


def test_the_largest_formula():
    def sums(number):
        # One symbol, one 1, and one sum after the other.
        return lambda x: [sum([1.0] * number, x)]

    largest = record(sums(MOST_NODES - 2), ["x"], "f", 1)
    assert len(list(largest.nodes())) == MOST_NODES
    assert evaluate(largest, x=0.5) == [MOST_NODES - 1.5]

    def one_more(x):
        return [-sum([1.0] * (MOST_NODES - 2), x)]

    with pytest.raises(TracingError, match="more than 2000 operations"):
        record(one_more, ["x"], "f", 1)


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_takes_what_numpys_function_takes(name):
    ufunc = getattr(np, name)
    assert OPERATIONS[name] == ufunc.nin
    inputs = ["x", "y"][: ufunc.nin]
    [alone] = record(lambda *xs: [ufunc(*xs)], inputs, "f", 1).outputs
    assert (alone.op, [arg.value for arg in alone.args]) == (name, inputs)


@pytest.mark.parametrize("name", [name for name in OPERATIONS if getattr(np, name).nin == 1])
def test_each_function_of_an_array_is_recorded(name):
    """But for those for which numpy computes with the objects instead of asking them."""
    instead = {"square": "multiply", "reciprocal": "divide", "sign": None}.get(name, name)

    def function(x):
        array = np.empty(1, dtype=object)
        array[0] = x
        return getattr(np, name)(array)

    if instead is None:
        with pytest.raises(TracingError, match="branches on data"):
            record(function, ["x"], "f", 1)
        return
    assert [node.op for node in record(function, ["x"], "f", 1).outputs] == [instead]


@pytest.mark.parametrize(
    ("function", "op"),
    [(np.fabs, "absolute"), (np.abs, "absolute"), (lambda x: np.float_power(x, 3), "power")],
)
def test_other_names_are_the_same_operation(function, op):
    [node] = record(lambda x: [function(x)], ["x"], "f", 1).outputs
    assert node.op == op


def test_results_of_time_and_settings_alone_are_taken_out_too():
    program = record(lambda t, lr, g: [lr / t, g * (lr / t), lr], ["t", "lr", "g"], "f", 3)
    first, rest = program.hoist({"t", "lr"})
    assert first.inputs == ("t", "lr")
    assert [node.op for node in first.outputs] == ["divide"]
    assert [(node.op, node.value) for node in rest.outputs] == [
        ("symbol", "$0"),
        ("multiply", None),
        ("symbol", "lr"),
    ]
    first, rest = program.hoist({"t", "lr"}, leaves=True)
    assert [node.value for node in rest.outputs[:1] + rest.outputs[2:]] == ["$1", "$0"]
    with pytest.raises(ValueError, match=r"inputs of the program, t, lr, g, got beta"):
        program.hoist({"beta"})


@pytest.mark.parametrize("size", [16, 17])
def test_noise_is_a_few_numbers(size):
    class Noisy(NoisyQuadratic):
        def draw(self, t, rng):
            return rng.normal(size=(size // 2, 2)) if size % 2 == 0 else rng.normal(size=size)

        def grad(self, theta, batch=None):
            return self.curvatures * theta + sum(batch[1:], batch[0])

    if size == 17:
        with pytest.raises(TracingError, match=r"Noisy\.grad .*its batches are data"):
            trace_problem(Noisy())
        return
    traced = trace_problem(Noisy())
    batch = {f"batch.{i}": float(i) for i in range(16)}
    assert traced.batch == 16
    assert evaluate(traced.gradient, x=0.0, y=0.0, **batch) == [56, 64]


def test_noise_can_be_one_number():
    class Noisy(NoisyQuadratic):
        def draw(self, t, rng):
            return rng.normal()

    traced = trace_problem(Noisy([1.0, 20.0]))
    assert traced.batch == 1
    assert evaluate(traced.gradient, x=1.0, y=1.0, **{"batch.0": 0.5}) == [1.5, 20.5]


def test_nothing_may_be_kept_between_calls():
    kept = []

    def greedy(x):
        kept.append(x)
        return [x * kept[0]]

    record(greedy, ["x"], "greedy", 1)
    with pytest.raises(TracingError, match="mixes two recordings"):
        record(greedy, ["x"], "greedy", 1)


def test_one_dimension_is_one_too_few():
    with pytest.raises(TracingError):
        trace_problem(Reddi())


# ------------------------------------------------------------------ printing


def test_the_printed_rule_reads_as_the_rule():
    text = rule_to_javascript(trace_rule(Momentum()))
    assert "const $a = momentum * v + lr * g;" in text
    assert "return [-$a, $a];" in text
    assert "lookahead(theta, t, [v], [lr, momentum]) {" in rule_to_javascript(trace_rule(NAG()))
    adam = rule_to_javascript(trace_rule(Adam()))
    assert adam.index("Math.pow(beta1, t)") < adam.index("update(")


EXPRESSIONS = [
    lambda x, y: x - (y - x),
    lambda x, y: x - y - x,
    lambda x, y: (x - y) / (y - x),
    lambda x, y: x / (y / x),
    lambda x, y: x / y / x,
    lambda x, y: x * (y + 1) * x,
    lambda x, y: -(x + y),
    lambda x, y: -(-1 * -x),
    lambda x, y: x - (-y),
    lambda x, y: 2 - -3 * x,
    lambda x, y: -(x**2),
    lambda x, y: (-x) ** 2,
    lambda x, y: (x + y) ** 2 / (x - y) ** 2,
    lambda x, y: np.square(x) * 2 - np.reciprocal(y),
    lambda x, y: 1 / np.reciprocal(x * y),
    lambda x, y: (x * y) ** 3 + 2.0**x,
    lambda x, y: abs(x) ** 0.5 + np.sqrt(abs(y)),
    lambda x, y: np.where(x < y, x, -y) * 2,
    lambda x, y: np.where((x > 0) == (y > 0), 1.0, np.where(y != x, x, y)) + 1,
    lambda x, y: np.where(x >= y, np.where(x <= 1, 1, 2), 3),
    lambda x, y: np.maximum(x, np.minimum(y, 0.5)) + np.clip(x, -1, 1),
    lambda x, y: np.exp(-x * x) + np.expm1(y) + np.log(abs(x)) + np.log1p(abs(y)),
    lambda x, y: np.sin(x) * np.cos(y) + np.tan(x) + np.arctan(y) + np.tanh(x) + np.sinh(y),
    lambda x, y: np.arcsin(np.sin(x)) + np.arccos(np.cos(y)) + np.cosh(x),
    lambda x, y: np.sign(x) * np.log2(abs(y)) - np.log10(abs(x)) + (+y),
    lambda x, y: x * 1e-300 + y * 1e300 + 0.1,
    lambda x, y: np.minimum(x, np.inf) + np.maximum(y, -np.inf),
    lambda x, y: np.asarray(x, dtype=object)[()] * np.float32(0.5) + np.int64(3),
]


@pytest.fixture(scope="module")
def in_javascript():
    """Return a function that calls a function of JavaScript with arguments."""
    engine = MiniRacer()

    def call(function, *arguments):
        listed = ", ".join(map(json.dumps, arguments))
        return json.loads(engine.eval(f"JSON.stringify(({function})({listed}))"))

    return call


def test_printed_expressions_have_the_values_of_numpy(in_javascript):
    names = {"x": "x", "y": "y"}
    programs = [
        record(f, ["x", "y"], "f", 1) for f in ([lambda x, y, f=f: [f(x, y)] for f in EXPRESSIONS])
    ]
    methods = [_method("f(x, y)", program, names, single=True) for program in programs]
    objects = ", ".join(f"{{{method}}}" for method in methods)
    points = np.random.default_rng(3).normal(scale=2, size=(40, 2)).tolist()
    script = f"(points) => [{objects}].map((o) => points.map((p) => o.f(...p)))"
    found = in_javascript(script, points)
    for function, values, method in zip(EXPRESSIONS, found, methods, strict=True):
        expected = [float(function(*np.float64(point))) for point in points]
        assert values == pytest.approx(expected, rel=1e-13, abs=1e-15), method


class Math:
    """As much of JavaScript's Math as Python's grammar can speak of."""

    pow, sqrt, abs, exp = pow, math.sqrt, abs, math.exp
    min, max = min, max


@pytest.mark.parametrize("function", EXPRESSIONS[:14] + EXPRESSIONS[15:17], ids=range(16))
def test_printed_arithmetic_has_the_values_of_numpy(function):
    """Brackets and signs mean the same in Python: so this needs no browser."""
    program = record(lambda x, y: [function(x, y)], ["x", "y"], "f", 1)
    method = _method("f(x, y)", program, {"x": "x", "y": "y"}, single=True)
    *names, result = re.findall(r"(?:const (\S+) =|return) (.*);", method)
    for point in np.random.default_rng(3).normal(scale=2, size=(20, 2)):
        known = {"x": float(point[0]), "y": float(point[1]), "Math": Math}
        for name, expression in names:
            known[name[1:]] = eval(expression.replace("$", ""), known)
        found = eval(result[1].replace("$", ""), known)
        assert found == pytest.approx(float(function(*point)), rel=1e-13, abs=1e-15), method


def test_numbers_in_an_array_of_none_are_numbers():
    program = record(lambda x: [x * np.array(2.5)], ["x"], "f", 1)
    assert "return x * 2.5;" in _method("f(x)", program, {"x": "x"}, single=True)


def test_what_is_no_number_is_printed_so():
    program = record(lambda x: [np.maximum(x, np.nan)], ["x"], "f", 1)
    assert "return Math.max(x, NaN);" in _method("f(x)", program, {"x": "x"}, single=True)


def test_functions_of_arrays_are_recorded_number_by_number():
    program = record(lambda x, y: np.sqrt(np.array([x, y], dtype=object)), ["x", "y"], "f", 2)
    assert [(node.op, node.args[0].value) for node in program.outputs] == [
        ("sqrt", "x"),
        ("sqrt", "y"),
    ]


def test_batches_that_are_no_numbers_cannot_be_recorded():
    class Named(NoisyQuadratic):
        def draw(self, t, rng):
            return {"noise": 0.5}

    with pytest.raises(TracingError, match=r"Named\.grad cannot be recorded: its batches are data"):
        trace_problem(Named())


def test_no_name_is_used_twice_or_is_a_word_of_javascript():
    names = _identifiers(["g", "t", "state.default", "hyper.new", "hyper.g", "hyper.lr"])
    assert list(names.values()) == ["g", "t", "default$", "new$", "g$", "lr"]


WHERE_IN_WHERE = "x ? (y ? 0 : x) : (x ? y : 1)"


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda x, y: np.where(x > y, x, y), "x > y ? x : y"),
        (lambda x, y: np.where(x == y, x, y), "x === y ? x : y"),
        (lambda x, y: x + y * x - y / x, "x + y * x - y / x"),
        (lambda x, y: (x + y) * -x, "(x + y) * (-x)"),
        (lambda x, y: -(x * y), "-(x * y)"),
        (lambda x, y: np.sqrt(x + y), "Math.sqrt(x + y)"),
        (lambda x, y: np.minimum(x, -np.inf), "Math.min(x, -Infinity)"),
        (lambda x, y: np.where(x, x, y) + 1, "(x ? x : y) + 1"),
        (lambda x, y: np.where(np.where(x, 0, y), x, y), "(x ? 0 : y) ? x : y"),
        (lambda x, y: np.where(x, np.where(y, 0, x), np.where(x, y, 1)), WHERE_IN_WHERE),
        (lambda x, y: np.sqrt(np.where(x, x, y)), "Math.sqrt(x ? x : y)"),
        (lambda x, y: -np.where(x, x, y), "-(x ? x : y)"),
        (lambda x, y: (x < y) == (y > x), "x < y === (y > x)"),
        (lambda x, y: (x + y) < (x - y), "x + y < x - y"),
        (lambda x, y: x - (y + 1), "x - (y + 1)"),
        (lambda x, y: (x - y) + 1, "x - y + 1"),
        (lambda x, y: x / (y * 3), "x / (y * 3)"),
        (lambda x, y: (x / y) * 3, "x / y * 3"),
    ],
)
def test_brackets_stand_where_they_are_needed(function, text):
    program = record(lambda x, y: [function(x, y)], ["x", "y"], "f", 1)
    method = _method("f(x, y)", program, {"x": "x", "y": "y"}, single=True)
    assert method == f"f(x, y) {{\n  return {text};\n}}"


def test_what_is_needed_twice_is_computed_once():
    program = record(lambda x: [np.exp(x) * np.exp(x), np.sin(x + 1) ** 2], ["x"], "f", 2)
    assert _method("f(x)", program, {"x": "x"}).splitlines()[1:-1] == [
        "  const $a = Math.exp(x);",
        "  const $b = Math.sin(x + 1);",
        "  return [$a * $a, $b * $b];",
    ]


def test_there_are_letters_for_as_many_parts_as_there_are():
    found = [_letters(i) for i in (0, 25, 26, 27, 51, 52, 701, 702)]
    assert found == ["a", "z", "aa", "ab", "az", "ba", "zz", "aaa"]


#: ECMA-262, 13.1: what is reserved, in strict code or in modules, and two global names.
RESERVED = (
    "await break case catch class const continue debugger default delete do else enum export "
    "extends false finally for function if import in instanceof new null return super switch this "
    "throw true try typeof var void while with yield let static implements interface package "
    "private protected public arguments eval"
)


@pytest.mark.parametrize("word", [*RESERVED.split(), "Math", "NaN", "Infinity", "undefined"])
def test_a_setting_may_have_the_name_of_a_word_of_javascript(word):
    assert _identifiers([f"hyper.{word}"]) == {f"hyper.{word}": f"{word}$"}


def test_the_decay_of_a_page_is_that_of_the_recording(in_javascript):
    text = rule_to_javascript(trace_rule(AdamW()))
    script = f"() => {{ const r = {text}; const h = [0.1, 0.9, 0.99, 1e-8, 0.5]; "
    script += "const given = [2, [3, 5], h, r.constants(4, h), 7]; "
    script += "return [r.update, r.memory, r.decay].map((of) => of(...given)) }"
    (step, *_), memory, decay = in_javascript(script)
    assert decay == pytest.approx(-0.1 * 0.5 * 7, rel=1e-15)
    scale = 0.1 / (1 - 0.9**4) / (np.sqrt((0.99 * 5 + 0.01 * 4) / (1 - 0.99**4)) + 1e-8)
    assert memory == pytest.approx(-scale * 0.9 * 3, rel=1e-13)
    assert step == pytest.approx(-scale * (0.9 * 3 + 0.1 * 2) + decay, rel=1e-13)


def test_names_that_javascript_keeps_for_itself(in_javascript):
    @dataclass(frozen=True, eq=False)
    class Odd(Rule):
        new: Any = 2.0
        g: Any = 3.0
        let: Any = 5.0
        state_names = ("default", "theta")

        def update(self, g, t, default, theta):
            return self.new * g + self.g * t, default + self.let, theta * 2

    text = rule_to_javascript(trace_rule(Odd()))
    script = f"() => {{ const r = {text}; const h = [2, 3, 5]; "
    found = in_javascript(script + "return r.update(7, [11, 13], h, r.constants(4, h)) }")
    assert found == [26, 16, 26]


# ------------------------------------------------------------------ formulas


def test_the_formula_reads_as_the_book_writes_it():
    *_, last = rule_to_latex(Adam()).splitlines()[:-1]
    assert last == r"\theta_t &= \theta_{t-1} - \frac{\eta \hat m_t}{\sqrt{\hat v_t} + \epsilon}"
    assert (
        rule_to_latex(AMSGrad()).splitlines()[3]
        == r"\hat v_t &= \max\left(\hat v_{t-1}, v_t\right) \\"
    )
    # The gradient is not under the root.
    assert r"{\sqrt{E[\Delta\theta^2]_{t-1} + \epsilon} \, g_t}" in rule_to_latex(Adadelta())
    nag = rule_to_latex(NAG())
    assert r"g_t &= \nabla J\left(\theta_{t-1} - \gamma v_{t-1}\right) \\" in nag


@dataclass(frozen=True, eq=False)
class Strange(Rule):
    """A rule with names of its own, a guard, and a step that a state remembers."""

    lr: Any = 0.1
    damping: Any = 2.0
    state_names = ("s", "past")

    def update(self, g, t, s, past):
        s = s * self.damping - np.exp(-abs(g) / 3)
        step = -self.lr * g / np.maximum(s / (1 - self.damping**t), 1e-38) - 0.5 * past
        return step, s, step


def test_the_formula_of_a_rule_with_names_of_its_own():
    assert rule_to_latex(Strange()).splitlines()[1:-1] == [
        r"s_t &= s_{t-1} \mathrm{damping} - e^{- \frac{\left|{g_t}\right|}{3}} \\",
        r"\hat s_t &= \frac{s_t}{1 - \mathrm{damping}^{t}} \\",
        r"\Delta\theta_t &= - \frac{\eta g_t}{\hat s_t} - 0.5 \mathrm{past}_{t-1} \\",
        r"\theta_t &= \theta_{t-1} + \Delta\theta_t",
    ]


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (lambda g, m: np.maximum(m, 0) * g, r"\max\left(0, m_{t-1}\right)"),
        (lambda g, m: np.maximum(1e-38, m) * g, r"m_{t-1} g_t"),
        (lambda g, m: np.maximum(m, 1e-20) * g, r"\max"),
        (lambda g, m: np.maximum(m, -1e-38) * g, r"\max"),
        (lambda g, m: np.maximum(-2, m) * g, r"\max\left(-2, m_{t-1}\right)"),
        (lambda g, m: np.minimum(m, 1e-38) * g, r"\min\left("),
        (lambda g, m: np.minimum(m, g), r"\min\left("),
        # Nothing is worked out: it stays as it is written.
        (lambda g, m: 2 * g * 3, "= 2 g_t 3"),
        (lambda g, m: m / (2 * g * 3), r"\frac{m_{t-1}}{2 g_t 3}"),
        (lambda g, m: -(2 * g * 3), "= - 2 g_t 3"),
        (lambda g, m: np.negative(-m) * -m, "= - m_{t-1} m_{t-1}"),
        (lambda g, m: g * -m, "= - g_t m_{t-1}"),
        (lambda g, m: g / -m, r"= - \frac{g_t}{m_{t-1}}"),
        (lambda g, m: m + g - m, r"= \left(m_{t-1} + g_t\right) - m_{t-1}"),
        (lambda g, m: np.sign(g), r"\operatorname{sign}{\left(g_t \right)}"),
        (lambda g, m: np.log(m), r"\log{\left(m_{t-1} \right)}"),
        (lambda g, m: np.square(g), r"g_t^{2}"),
        (lambda g, m: np.square(np.sqrt(m)), r"\left(\sqrt{m_{t-1}}\right)^{2}"),
        (lambda g, m: g * g, r"g_t^{2}"),
        (lambda g, m: g * np.reciprocal(m), r"\frac{g_t}{m_{t-1}}"),
        (lambda g, m: np.reciprocal(m), r"\frac{1}{m_{t-1}}"),
        (lambda g, m: g / (m / 3), r"\frac{g_t 3}{m_{t-1}}"),
        (lambda g, m: 0.25 * g, r"0.25 g_t"),
    ],
)
def test_each_operation_has_its_place_in_a_formula(function, text):
    latex = rule_to_latex(_rule(lambda r, g, t, m: (-g, function(g, m))))
    line = next(line for line in latex.splitlines() if line.startswith("m_t &="))
    assert text in line


def test_what_has_no_place_in_a_formula():
    sorts = _rule(lambda r, g, t, m: (np.where(g, g, m), m))
    with pytest.raises(TracingError, match=r"np\.where has no place in a formula"):
        rule_to_latex(sorts)


def test_without_sympy_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sympy", None)
    with pytest.raises(ImportError, match="pip install sympy"):
        rule_to_latex(Adam())


def test_sympy_is_not_imported_before_it_is_used():
    code = "import sys, adaptive.tracing, adaptive.explorer; sys.exit('sympy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# ------------------------------------------------------------------ problems


def test_a_surface_and_a_problem_are_called_alike():
    class Plane(Surface):
        name = "plane"
        start = np.ones(2)

        def f(self, x, y):
            return np.hypot(x, y)

        def partials(self, x, y):
            return x, y

    with pytest.raises(TracingError, match=r"Plane\.f cannot be recorded: it uses np.hypot"):
        trace_problem(Plane())
