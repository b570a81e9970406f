"""What PyTorch, optax and Keras do, from paths that they have made; none of them is needed.

`make parity` makes the paths again, with the frameworks, and compares.
"""

from __future__ import annotations

import sys
from dataclasses import MISSING, fields, replace

import numpy as np
import pytest

import adaptive
from adaptive import RULES, frameworks
from adaptive.export.recipe import exported
from adaptive.export.settings import settings_for
from adaptive.frameworks import default_rule, entry, recorded
from adaptive.frameworks.entries import NO_WAY, TITLES

FRAMEWORKS = ("torch", "optax", "keras")
NAMES = [rule.__name__ for rule in RULES]
PROBLEMS = ("ravine", "circles")
TOLERANCE = 1e-12

#: How far each framework's default path is from the book's, at the same learning rate and decays:
#: the largest at the recorded steps on the ravine, and on the circles; 0 is within TOLERANCE.
DEFAULT_DISTANCE = {
    "torch": {
        "NAG": (1.08, 0.133),
        "Adagrad": (3.02e-10, 2.64e-6),
        "Adadelta": (3.84, 3.17),
        "RMSprop": (9.96e-5, 7.17e-6),
        "AdaMax": (5.13e-9, 7.73e-8),
        "Nadam": (0.586, 0.344),
        "AMSGrad": (3.80, 4.38),
    },
    "optax": {
        "NAG": (1.08, 0.133),
        "Adagrad": (3.34e-3, 1.09),
        "Adadelta": (5.00, 2.81),
        "AdaMax": (5.13e-9, 7.73e-8),
        "Nadam": (0.152, 0.0791),
        "AMSGrad": (3.85, 4.53),
    },
    "keras": {
        "NAG": (1.08, 0.133),
        "Adagrad": (3.34e-3, 1.09),
        "Adadelta": (4.00, 3.12),
        "RMSprop": (9.18e-4, 6.61e-5),
        "Adam": (6.87e-7, 1.48e-5),
        "AdaMax": (5.18e-8, 7.73e-7),
        "Nadam": (0.578, 0.277),
        "AMSGrad": (3.80, 4.38),
    },
}

#: The arguments with which the frameworks' rules follow the book's form, where arguments do.
MATCHING = {
    ("torch", "Adagrad"): {"initial_accumulator": 1e-8, "eps": 0.0},
    ("torch", "Adadelta"): {"eps": 1e-2},
    ("torch", "AdaMax"): {"eps": 0.0},
    ("optax", "Adagrad"): {"initial_accumulator": 0.0, "eps": 1e-8},
    ("optax", "Adadelta"): {"lr": 1.0, "eps": 1e-2},
    ("optax", "AdaMax"): {"eps": 0.0},
    ("keras", "Adagrad"): {"initial_accumulator": 0.0, "eps": 1e-8},
    ("keras", "Adadelta"): {"lr": 1.0, "eps": 1e-2},
    ("keras", "RMSprop"): {"eps": 1e-8},
    ("keras", "AdaMax"): {"eps": 0.0},
}

every_framework = pytest.mark.parametrize("framework", FRAMEWORKS)
every_name = pytest.mark.parametrize("name", NAMES)
every_problem = pytest.mark.parametrize("problem", PROBLEMS)


def ours(name):
    """The book's rule, at the setting that was recorded."""
    rule = getattr(adaptive, name)
    return rule(**rule.on_circles)


def theirs(framework, name, **other):
    """The rule of `adaptive.frameworks`, at the setting that was recorded."""
    if (framework, name) == ("optax", "Adadelta"):
        return frameworks.optax.Adadelta(**({"lr": 1.0, "rho": 0.9} | other))
    return replace(default_rule(framework, name), **other)


def far(record, rule):
    with np.errstate(all="ignore"):
        return record.distance(rule)


@every_problem
@every_name
@every_framework
def test_matched_path_is_the_books(framework, name, problem):
    assert recorded(framework, name, problem, "matched").distance(ours(name)) <= TOLERANCE


@every_problem
@every_name
@every_framework
def test_the_first_ten_steps_are_recorded_and_then_each_tenth(framework, name, problem):
    steps = [*range(11), *range(20, 201, 10)]
    record = recorded(framework, name, problem)
    assert record.steps.tolist() == steps and len(record.theta) == len(steps)


@every_problem
@every_name
@every_framework
def test_default_path_is_as_far_as_stated(framework, name, problem):
    distance = recorded(framework, name, problem).distance(ours(name))
    if name not in DEFAULT_DISTANCE[framework]:
        assert distance <= TOLERANCE
    else:
        stated = DEFAULT_DISTANCE[framework][name][PROBLEMS.index(problem)]
        assert distance == pytest.approx(stated, rel=0.01)


#: All but the one that goes uphill when it is not told a learning rate: see the test below.
DOWNHILL = [(f, n) for f in FRAMEWORKS for n in NAMES if (f, n) != ("optax", "Adadelta")]


@every_problem
@pytest.mark.parametrize(("framework", "name"), DOWNHILL)
def test_rule_of_the_framework_makes_its_path(framework, name, problem):
    assert recorded(framework, name, problem).distance(theirs(framework, name)) <= TOLERANCE


@every_problem
@pytest.mark.parametrize(("framework", "name"), MATCHING)
def test_rule_of_the_framework_can_be_matched(framework, name, problem):
    rule = theirs(framework, name, **MATCHING[framework, name])
    record = recorded(framework, name, problem, "matched")
    assert far(record, rule) <= TOLERANCE
    assert far(recorded(framework, name, problem), rule) > 1e-10


def test_optax_adadelta_climbs_without_a_learning_rate():
    class Uphill(adaptive.Adadelta):
        def update(self, g, t, *state):
            step, *state = super().update(g, t, *state)
            return -step, *state

    rule = Uphill(rho=0.9, eps=1e-2)
    record = recorded("optax", "Adadelta", "circles", "same")
    assert record.distance(rule) <= 1e-11
    assert (np.diff(adaptive.problems.Circles().loss(record.theta)[[0, 10, -1]]) > 1).all()


def test_same_setting_goes_three_ways_with_adadelta():
    ends = {f: recorded(f, "Adadelta", "ravine", "same").theta[-1, 0] for f in FRAMEWORKS}
    assert abs(ends["torch"]) < 1e-10
    assert ends["optax"] < -1000
    assert -4 < ends["keras"] < -3.9


@pytest.mark.parametrize(
    ("framework", "distance"), [("torch", 9.79e-3), ("optax", 0), ("keras", 2.47e-2)]
)
def test_rmsprop_open_loop(framework, distance):
    record = recorded(framework, "RMSprop", "fading")
    assert record.distance(ours("RMSprop")) == pytest.approx(distance, rel=0.01, abs=TOLERANCE)
    assert record.distance(theirs(framework, "RMSprop")) <= TOLERANCE
    matched = recorded(framework, "RMSprop", "fading", "matched")
    assert matched.distance(ours("RMSprop")) <= TOLERANCE


@every_framework
def test_adamax_without_epsilon_is_nan_where_no_gradient_has_come(framework):
    record = recorded(framework, "AdaMax", "late", "matched")
    asleep, awake = record.theta[1:].T
    assert np.isnan(asleep).all(), "once NaN, it stays NaN"
    followed = record.follow(ours("AdaMax"))
    assert np.abs(awake - followed[record.steps[1:], 1]).max() <= TOLERANCE
    assert np.array_equal(followed[:11, 0], np.zeros(11)), "the book's does not move"
    assert followed[-1, 0] < -10, "until there is a gradient"
    default = recorded(framework, "AdaMax", "late")
    assert default.distance(theirs(framework, "AdaMax")) <= TOLERANCE


@every_framework
def test_schedule_tells_where_the_learning_rate_stands(framework):
    record = recorded(framework, "Momentum", "circles", "schedule")
    inside = framework == "keras"
    stated = 0 if inside else 0.377
    assert record.distance(ours("Momentum")) == pytest.approx(stated, rel=0.01, abs=TOLERANCE)
    assert record.distance(theirs(framework, "Momentum")) <= TOLERANCE
    matched = recorded(framework, "Momentum", "circles", "schedule matched")
    assert matched.distance(ours("Momentum")) <= TOLERANCE
    assert isinstance(theirs(framework, "Momentum"), adaptive.Momentum) == inside


@every_name
def test_forms_that_differ_are_told_apart(name):
    """A rule of one framework does not pass for another's unless it is of the same form."""
    same = name in ("SGD", "Momentum", "NAG")
    for one in FRAMEWORKS:
        for other in set(FRAMEWORKS) - {one}:
            if name == "Adadelta" and "optax" in (one, other):
                continue  # optax's has no default learning rate
            alike = same or {one, other} in SAME_FORM.get(name, ())
            rule = theirs(one, name)
            distance = max(far(recorded(other, name, problem), rule) for problem in PROBLEMS)
            assert (distance <= TOLERANCE) if alike else (distance > 1e-8), (one, other)


#: The frameworks whose defaults are one and the same.
SAME_FORM = {
    "Adagrad": ({"optax", "keras"},),
    "Adam": ({"torch", "optax"},),
    "AdaMax": ({"torch", "optax"},),
}

#: Where a framework follows another only nearly, and how nearly.
NEARLY = {
    ("optax", "Adagrad", "torch"): 2.58e-9,
    ("keras", "Adagrad", "torch"): 2.58e-9,
    ("keras", "RMSprop", "torch"): 1.80e-7,
    ("keras", "AdaMax", "torch"): 1.22e-9,
    ("keras", "AdaMax", "optax"): 1.22e-9,
    ("torch", "AdaMax", "keras"): 1.22e-8,
    ("optax", "AdaMax", "keras"): 1.22e-8,
}


def test_one_framework_follows_another():
    found = {}
    for name in NAMES:
        for aim in FRAMEWORKS:
            for record in entry(name).changes(aim):
                found[record.framework, name, aim] = record.distance()
    exact = {key for key, distance in found.items() if distance <= TOLERANCE}
    assert len(exact) >= 20
    assert found.keys() - exact == NEARLY.keys()
    for key, stated in NEARLY.items():
        assert found[key] == pytest.approx(stated, rel=0.02), key


@every_name
def test_entry_says_what_was_recorded(name):
    text = entry(name)._repr_markdown_()
    for framework in FRAMEWORKS:
        call = frameworks.DEFAULTS[framework][name]["name"]
        assert f".{call}(" in text
    for record in entry(name).changes("book"):
        assert record.code in text
    for aim in ("book", *FRAMEWORKS):
        for record in entry(name).changes(aim):
            assert record.code != recorded(record.framework, name).code, "there is no change"
    assert repr(entry(name)) == f"<Entry: {name}>"
    if name == "Adam":
        assert text.count("| same | same | `") == 2
        assert "6.9e-07" in text


@every_name
def test_forms_of_an_entry_have_the_settings_of_the_records(name):
    forms = entry(name).forms()
    assert forms == {"book": ours(name)} | {f: theirs(f, name) for f in FRAMEWORKS}


class Exports:
    """In the place of `adaptive.export`: what it is called with."""

    @staticmethod
    def torch(kind):
        return lambda params, *args, **kwargs: (kind, args, kwargs)

    @staticmethod
    def keras(kind):
        return lambda *args, **kwargs: (kind, args, kwargs)

    @staticmethod
    def optax(kind, *args, **kwargs):
        return kind, args, kwargs


@pytest.mark.parametrize("whose", ["book", *FRAMEWORKS])
@every_name
@every_framework
def test_the_lines_that_export_make_the_rule(framework, name, whose):
    """`make parity` runs them in the frameworks."""
    line = entry(name).exported(framework, whose)
    kind, args, kwargs = eval(line, {**vars(adaptive), "export": Exports, "p": None})
    settings = settings_for(framework, exported(kind))
    given = settings.hyperparameters(settings.bound(settings.signature(), args, kwargs))
    assert exported(kind).rule(given) == entry(name).forms()[whose]
    own = {field.name for field in fields(kind)}
    assert "lr" not in own or given["lr"] in (*args, kwargs.get("lr"))
    text = entry(name)._repr_markdown_()
    assert line in text if whose == "book" else (line in text) == (f"{NO_WAY}\n{line}" in text)


def test_what_no_argument_does_is_exported():
    text = entry("Nadam")._repr_markdown_()
    assert f"in Keras: {NO_WAY}\nexport.keras(frameworks.torch.Nadam)(0.1)" in text
    assert all(entry(name)._repr_markdown_().count("opt.theta(p)") == 0 for name in NAMES[:2])
    assert entry("NAG")._repr_markdown_().count("opt.theta(p)") == 1


def test_what_is_exported_is_named():
    with pytest.raises(ValueError, match=r"framework must be one of torch, .*, got 'tensorflow'"):
        entry("Adam").exported("tensorflow")
    with pytest.raises(ValueError, match=r"whose must be one of book, torch, .*, got 'paper'"):
        entry("Adam").exported("torch", "paper")


def test_entry_names_the_algorithms():
    with pytest.raises(ValueError, match=r"algorithm must be one of SGD, .*, Muon, got 'Lyon'"):
        entry("Lyon")


#: What each framework calls the book's hyperparameters.
ARGUMENTS = {
    "lr": ("lr", "learning_rate"),
    "rho": ("rho", "alpha", "decay"),
    "beta1": ("b1", "beta_1"),
    "beta2": ("b2", "beta_2"),
    "eps": ("eps", "epsilon"),
    "initial_accumulator": ("initial_accumulator_value",),
    "momentum_decay": ("momentum_decay",),
}


@every_name
@every_framework
def test_defaults_are_the_frameworks(framework, name):
    recorded_defaults = dict(frameworks.DEFAULTS[framework][name])
    if "betas" in recorded_defaults:
        recorded_defaults["b1"], recorded_defaults["b2"] = recorded_defaults["betas"]
    rule = getattr(getattr(frameworks, framework), name)
    compared = 0
    for field in fields(rule):
        for argument in ARGUMENTS.get(field.name, ()):
            if argument in recorded_defaults:
                wanted = recorded_defaults[argument]
                got = "required" if field.default is MISSING else field.default
                # optax's Adadelta has None for a learning rate, and then goes uphill.
                assert got == ("required" if wanted is None else wanted), field.name
                compared += 1
    assert compared >= 1


#: The default of the argument ``weight_decay``; 0 where it is None.
DECAYS = {
    "torch Adam": 0,
    "torch AdamW": 0.01,
    "keras Adam": 0,
    "keras AdamW": 0.004,
    "optax adamw": 0.0001,
}


def test_facts():
    facts = frameworks.FACTS
    assert facts["torch NAdam, product of mu in float32"] == pytest.approx(1.55e-9, rel=0.1)
    key = "torch SGD(nesterov=True, foreach={}), p.grad of 3 after the step"
    assert facts[key.format(False)] == 3
    assert facts[key.format(True)] == pytest.approx(5.7)


RULES_OF_FRAMEWORKS = [
    pytest.param(getattr(getattr(frameworks, f), name), id=f"{f}.{name}")
    for f in FRAMEWORKS
    for name in NAMES
]


@pytest.mark.parametrize("kind", RULES_OF_FRAMEWORKS)
def test_moments_after_one_gradient_are_its_share_of_it(kind):
    """With decays below a half too, where 1 - β is not what is left of 1 after whole β."""
    known = {"lr": 0.1, "rho": 0.3, "beta1": 0.3, "beta2": 0.2}
    rule = kind(**{f.name: known[f.name] for f in fields(kind) if f.name in known})
    g = np.array([2.0, -3.0])
    _, state = rule.step(np.zeros(2), g, rule.init(np.zeros(2)))
    shares = {"m": 0.7 * g, "v": 0.8 * g**2, "Eg2": 0.7 * g**2, "u": np.abs(g), "G": g**2}
    if isinstance(rule, adaptive.Momentum):
        shares["v"] = 0.1 * g
    after = kind is frameworks.optax.AMSGrad  # which takes the maximum after the correction
    shares |= {"b": g, "v_hat": g**2 if after else shares["v"]}
    for name in {*state._fields} - {"t", "c", "Edx2"}:
        np.testing.assert_allclose(getattr(state, name), shares[name], rtol=1e-7, err_msg=name)


@pytest.mark.parametrize("kind", RULES_OF_FRAMEWORKS)
def test_rules_with_an_array_are_compared_by_its_numbers(kind):
    assert kind(lr=np.array([0.1, 0.2])) == kind(lr=np.array([0.1, 0.2]))
    assert kind(lr=np.array([0.1, 0.2])) != kind(lr=np.array([0.1, 0.3]))


def test_what_weight_decay_does():
    """A penalty makes a whole step of a gradient of 0.01; decay takes 0.001 away."""
    after = "{}(weight_decay=0.01), 1 after a step with lr=0.1 and gradient 0"
    decayed = {name: frameworks.FACTS[after.format(name)] for name in DECAYS}
    assert decayed == pytest.approx(dict.fromkeys(DECAYS, 0.999) | {"torch Adam": 0.9}, abs=1e-6)
    defaults = {name: frameworks.FACTS[f"{name}, default weight_decay"] for name in DECAYS}
    assert defaults == DECAYS


# ------------------------------------------------------------------ newer than the ten

#: How far each framework's default path is from the book's on the matrix; 0 is within TOLERANCE.
NEWER = {
    "AdamW": {"torch": 0, "optax": 0.0148, "keras": 8.90e-3},
    "Lion": {"optax": 0.121, "keras": 0},
    "ScheduleFree": {"optax": 0.0894},
    "LAMB": {"optax": 0, "keras": 4.10e-6},
    "Prodigy": {"optax": 2.05},
    "Muon": {"torch": 1.78, "optax": 1.54, "keras": 0.0385},
}

#: How near a framework's rule here is to its path where that is more than rounding, and why.
ROUGH = {
    ("torch", "Muon"): 0.06,  # it iterates in bfloat16
    ("optax", "Muon"): 1e-4,  # 1e-8 is added to a norm, and some steps turn fast
    ("keras", "Muon"): 1e-7,  # 1e-7 is
    ("optax", "Prodigy"): 1e-9,
}

#: How near a framework comes to the book with other arguments, where that is not to rounding.
NEAR_THE_BOOK = {
    ("torch", "Muon"): 0.0174,
    ("optax", "Muon"): 1.32e-9,
    ("keras", "Muon"): 8.93e-9,
    ("optax", "Prodigy"): 5.03e-5,
}


@pytest.mark.parametrize("name", NEWER)
def test_newer_default_paths_are_as_far_as_stated(name):
    found = entry(name).distances()
    assert found.keys() == NEWER[name].keys()
    for framework, stated in NEWER[name].items():
        assert found[framework] == pytest.approx((stated,), rel=0.01, abs=TOLERANCE)


@pytest.mark.parametrize(
    ("framework", "name"),
    [
        (f, n)
        for f in FRAMEWORKS
        for n in frameworks.ALGORITHMS[10:]
        if n in vars(frameworks)[f].__all__
    ],
)
def test_newer_rule_of_the_framework_makes_its_path(framework, name):
    rule = default_rule(framework, name)
    rough = ROUGH.get((framework, name), TOLERANCE)
    assert recorded(framework, name).distance(rule) <= rough
    assert entry(name).forms()[framework] == rule


def test_newer_paths_follow_the_book():
    found = {}
    for name in NEWER:
        for record in entry(name).changes("book"):
            found[record.framework, name] = record.distance()
    exact = {key for key, distance in found.items() if distance <= TOLERANCE}
    assert {("optax", "AdamW"), ("keras", "AdamW"), ("optax", "Lion"), ("keras", "LAMB")} < exact
    assert found.keys() - exact == NEAR_THE_BOOK.keys()
    for key, stated in NEAR_THE_BOOK.items():
        assert found[key] == pytest.approx(stated, rel=0.05), key


def test_what_follows_adafactor_is_single_precision():
    """Its path depends on the rows and columns, and on when its rate begins to fall."""
    for aim in ("torch", "keras"):
        way = entry("Adafactor").translation(aim, "optax")
        assert way.before > 0.1 > 1e-6 > way.after > TOLERANCE
    assert entry("Adafactor").translation("optax", "torch").how == "nothing"
    assert frameworks.DEFAULTS["optax"]["Adafactor"]["min_dim_size_to_factor"] == 128


def test_schedule_free_with_adams_moment_is_one_rule():
    for aim, other in (("optax", "keras"), ("keras", "optax")):
        assert entry("ScheduleFreeAdamW").translation(aim, other).how == "as it comes"


def test_what_the_book_does_not_have_is_said():
    assert entry("RAdam").aims == ("torch", "optax")
    with pytest.raises(ValueError, match=r"aim must be one of torch, optax, got 'book'"):
        entry("RAdam").translation("book", "keras")
    with pytest.raises(ValueError, match="rule must be given: the book has no RAdam"):
        recorded("torch", "RAdam").distance()
    with pytest.raises(TypeError, match="Muon cannot be exported"):
        entry("Muon").exported("torch")
    with pytest.raises(ValueError, match=r"algorithm must be one of .*, got 'Adafactor'"):
        default_rule("torch", "Adafactor")
    text = entry("Muon")._repr_markdown_()
    assert "in PyTorch, to 0.02" in text and "stays in the book" in text
    assert "in Keras: there is none; exported:" in entry("RAdam")._repr_markdown_()


@pytest.mark.parametrize("name", frameworks.ALGORITHMS[10:])
def test_entry_of_what_is_newer_is_a_page(name):
    text = entry(name)._repr_markdown_()
    for framework in FRAMEWORKS:
        defaults = frameworks.DEFAULTS[framework].get(name)
        assert f"# in {TITLES[framework][0]}" in text
        assert defaults is None or f".{defaults['name']}(" in text


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("name", frameworks.ALGORITHMS[10:])
def test_newer_lines_that_export_make_the_rule(framework, name):
    for whose, rule in entry(name).forms().items():
        if rule.elementwise:
            line = entry(name).exported(framework, whose)
            kind, args, kwargs = eval(line, {**vars(adaptive), "export": Exports, "p": None})
            found = settings_for(framework, exported(kind))
            given = found.hyperparameters(found.bound(found.signature(), args, kwargs))
            assert exported(kind).rule(given) == rule


def test_no_framework_was_imported():
    assert not {"torch", "optax", "keras", "jax"} & sys.modules.keys()


def test_versions():
    assert set(frameworks.VERSIONS) >= set(FRAMEWORKS)


@pytest.mark.parametrize(
    "asked",
    [
        ("tensorflow", "Adam", "ravine", "default"),
        ("torch", "Lion", "ravine", "default"),
        ("torch", "Adam", "fading", "default"),
        ("torch", "Adam", "ravine", "nearly"),
    ],
)
def test_what_was_not_recorded_is_named(asked):
    framework, name, problem, setting = asked
    with pytest.raises(ValueError, match=f"no record {framework}/{name}/{setting}/{problem}; "):
        recorded(*asked)


def test_unknown_attribute_is_named():
    with pytest.raises(AttributeError, match="MOOD"):
        frameworks.MOOD  # noqa: B018
