"""What `explore` takes, says and sends."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from py_mini_racer import MiniRacer

import adaptive
from adaptive import (
    RULES,
    SGD,
    Adam,
    Momentum,
    RMSprop,
    descend,
    explore,
    palette,
    problems,
)
from adaptive.explorer import book, bundle, catalogue, colours, picture
from adaptive.explorer.ranges import ranges_of
from adaptive.explorer.regimes import REGIMES
from adaptive.explorer.stored import stored_paths
from adaptive.problems import Circles, NoisyQuadratic, Ravine, Reddi, Rosenbrock, Surface
from adaptive.rules import Rule


class Bowl(Surface):
    name = "bowl"
    start = np.array([1.0, 1.0])

    def f(self, x, y):
        return x**2 + y**2

    def partials(self, x, y):
        return 2 * x, 2 * y


@dataclass(frozen=True, eq=False)
class Clipped(Rule):
    """A rule of the kind that cannot be traced: it looks at the size of the gradient."""

    lr: Any = 0.05

    def update(self, g, t):
        size = np.sqrt(np.sum(g * g))
        return (-self.lr * (g / size if size > 1 else g),)


@dataclass(frozen=True, eq=False)
class SGDToo(Rule):
    """A rule that the package does not have."""

    lr: Any = 0.01

    def update(self, g, t):
        return (-self.lr * g,)


# ------------------------------------------------------------------ what it says


def test_the_text_form_says_what_is_shown_and_where_it_ends():
    one = explore(Ravine(), Momentum(lr=0.05, momentum=0.7))
    assert repr(one) == (
        "<explorer: Momentum on ravine, lr=0.05, momentum=0.7, 100 steps, loss 18 -> 4.7e-15>"
    )
    lost = descend(SGD(0.2), Ravine())
    two = explore(Ravine(), SGD(0.2), SGDToo(0.05))
    assert repr(two).splitlines() == [
        "<explorer: 2 rules on ravine, 100 steps",
        f"  SGD, lr=0.2: diverges at step {lost.steps}",
        "  SGDToo, lr=0.05: loss 18 -> 0.00028>",
    ]


def test_jupyter_gets_html_and_text():
    shown = explore(Ravine(), SGD())
    bundle_ = shown._repr_mimebundle_()
    assert bundle_ == {"text/plain": repr(shown), "text/html": shown.to_html()}


def test_the_same_call_gives_the_same_html():
    make = lambda: explore(Rosenbrock(), Adam(0.05), SGDToo())  # noqa: E731
    assert make().to_html() == make().to_html()


def test_nothing_is_asked_of_the_network():
    text = explore(Ravine(), SGD()).to_page()
    assert not re.search(r"https?:(?!//www\.w3\.org/2000/svg)|src=|@import|url\(", text)


def test_import_does_not_load_it():
    code = (
        "import sys, adaptive; print([m for m in sys.modules if 'explorer' in m or 'tracing' in m])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
    assert {"explore", "interact"} <= set(dir(adaptive))
    with pytest.raises(AttributeError, match="nothing"):
        _ = adaptive.nothing


# ------------------------------------------------------------------ what it sends


@pytest.mark.parametrize(
    "make",
    [
        lambda: explore(Ravine(), Momentum(0.05, 0.7)),
        lambda: explore(Ravine(), Momentum(0.05, 0.7), map=("lr", "momentum")),
        lambda: explore(Rosenbrock(), *[catalogue.default_rule(kind) for kind in RULES]),
        lambda: explore(NoisyQuadratic(), RMSprop(0.01), steps=500),
        lambda: explore(Bowl(), Clipped(), steps=100),
    ],
    ids=["one rule", "with a map", "ten rules", "noise", "computed beforehand"],
)
def test_an_explorer_adds_at_most_60_kb(make):
    assert len(gzip.compress(make().to_html().encode())) <= 60_000


def test_a_second_explorer_on_a_page_adds_little():
    one, two = explore(Ravine(), SGD()).to_html(), explore(Rosenbrock(), Adam(0.1)).to_html()
    page = book.once(f"<p>{one}</p><p>{two}</p>")
    assert page.count("class Explorer ") == 1
    assert page.count('class="adaptive-explorer ') == 2
    assert len(gzip.compress(page.encode())) - len(gzip.compress(one.encode())) < 8_000
    # Each output alone has all that it needs.
    assert two.count("class Explorer ") == 1


def test_the_extension_hooks_into_pages():
    hooks = {}

    class App:
        def connect(self, event, hook):
            hooks[event] = hook

    assert book.setup(App())["parallel_read_safe"]
    part = explore(Ravine(), SGD()).to_html()
    context = {"body": part + part}
    hooks["html-page-context"](None, "page", "page.html", context, None)
    assert context["body"].count("class Explorer ") == 1
    hooks["html-page-context"](None, "search", "search.html", {}, None)


def test_modules_can_be_put_one_after_another():
    folder = bundle.files("adaptive.explorer") / "page"
    before: list[str] = []
    names: list[str] = []
    for module in bundle.MODULES:
        source = (folder / module).read_text(encoding="utf-8")
        for imported, origin in re.findall(r'import \{([^}]*)\} from "\./([\w.]+)"', source):
            assert origin in before, f"{module} imports {origin}, which must come before it"
            exported = (folder / origin).read_text(encoding="utf-8")
            for name in imported.replace(",", " ").split():
                assert re.search(rf"^export (?:const|function|class) {name}\b", exported, re.M)
        before.append(module)
        names += re.findall(r"^(?:export )?(?:const|let|function|class) (\w+)", source, re.M)
    assert len(names) == len(set(names)), {name for name in names if names.count(name) > 1}
    assert {path.name for path in folder.iterdir() if path.name.endswith(".js")} == set(before)
    assert "import " not in bundle.modules().replace("important", "")
    assert not re.search(r"^export ", bundle.modules(), re.M)


def test_no_two_modules_declare_one_name():
    """Their names are of one scope where all are put one after another."""
    MiniRacer().eval(f"(() => {{{bundle.modules()}}}, 0)")


def test_nothing_in_the_data_ends_the_script():
    class Evil(Bowl):
        name = "</script><!--<script>"

    text = explore(Evil(), SGD()).to_html()
    assert text.count("</script>") == 3, "what all share, what the view adds, and the figure"
    assert "<!--<" not in text


def test_every_rule_and_every_surface_is_offered():
    common = catalogue.common()
    assert list(common["rules"]) == [kind.__name__ for kind in RULES]
    names = [kind().name for kind in problems.SURFACES]
    assert list(common["problems"]) == [*names, NoisyQuadratic().name]
    spec = explore(Ravine(), Momentum())._spec()
    assert spec["pickRules"] == list(common["rules"])
    assert spec["pickProblems"] == list(common["problems"])


def test_a_rule_added_to_the_package_is_in_every_explorer(monkeypatch):
    monkeypatch.setattr(adaptive.rules, "RULES", (*RULES, SGDToo))
    assert explore(Ravine(), SGD())._spec()["pickRules"][-1] == "SGDToo"


def test_it_opens_on_what_the_text_speaks_of():
    rule = Momentum(lr=0.0123, momentum=0.456)
    spec = explore(Ravine(condition=50), rule, theta0=[-3, 0.5], at=7, steps=40)._spec()
    assert [each["value"] for each in spec["rules"]["Momentum"]["settings"]] == [0.0123, 0.456]
    assert (spec["start"], spec["t"], spec["steps"]) == ([-3, 0.5], 7, 40)
    assert spec["shown"] == ["Momentum"]
    assert "* 50" in str(spec["problems"]["ravine"]["code"]) or "50 *" in str(
        spec["problems"]["ravine"]["code"]
    )
    # What the page knows already is not sent again.
    assert explore(Ravine(), rule)._spec()["problems"] == {}


def test_the_first_picture_is_the_path():
    path = descend(Momentum(0.05, 0.7), Ravine())
    shown = explore(Ravine(), Momentum(0.05, 0.7)).to_html()
    d = re.search(r'class="past" d="([^"]*)"', shown)[1]
    corners = np.cumsum(
        [[float(x) for x in pair] for pair in re.findall(r"(-?[\d.]+),?(-?[\d.]+)", d)], axis=0
    )
    expected = picture._to_pixels(path.theta, Ravine())
    distance = np.linalg.norm(corners[:, None] - expected, axis=-1)
    assert distance.min(axis=1).max() < 0.1
    assert distance[0, 0] < 0.1
    assert distance[-1, -1] < 0.1


def test_contours_lie_at_their_levels():
    problem = Rosenbrock()
    x, y = np.linspace(-2, 2, picture.GRID[0]), np.linspace(-1, 3, picture.GRID[1])
    height = problem.loss(np.stack(np.meshgrid(x, y), axis=-1))
    level = 100.0
    (d,) = picture.below(height, [level], picture.LANDSCAPE)
    box = picture.LANDSCAPE
    checked = 0
    for part in d.split("M")[1:]:
        pairs = re.findall(r"(-?[\d.]+),?(-?[\d.]+)", part)
        corners = np.cumsum([[float(a), float(b)] for a, b in pairs], axis=0)
        across = -2 + 4 * (corners[:, 0] - box.left) / (box.right - box.left)
        up = -1 + 4 * (box.bottom - corners[:, 1]) / (box.bottom - box.top)
        inner = (np.abs(across) < 1.98) & (up > -0.98) & (up < 2.98)
        assert np.allclose(problem.f(across, up)[inner], level, rtol=0.1)
        checked += inner.sum()
    assert checked > 20


# ------------------------------------------------------------------ colours


def test_a_figure_brings_the_colours_of_both_pages():
    assert colours.look("Adam") == "--light:#a1012a;--dark:#ec481b"
    assert colours.look("gradient", "gradient-").startswith("--gradient-light:#9a6200;")
    assert colours.look("Mine") == f"--light:{palette.INK};--dark:{palette.on_dark(palette.INK)}"


# ------------------------------------------------------------------ ranges


def test_ranges_have_the_scale_of_their_name_and_hold_the_setting():
    found = {each.name: each for each in ranges_of(Adam(lr=20))}
    assert [each.scale for each in found.values()] == ["log", "decay", "decay", "log"]
    assert found["lr"].high == 20
    assert ranges_of(Adam(eps=0))[3].scale == "linear"
    assert np.allclose(found["beta2"].place(found["beta2"].at([0, 0.3, 1])), [0, 0.3, 1])
    middle = {name: float(each.at(0.5)) for name, each in found.items()}
    assert middle["lr"] == pytest.approx(np.sqrt(1e-4 * 20))
    assert 1 - middle["beta2"] == pytest.approx(np.sqrt(1e-4))


def test_ranges_of_names_that_the_book_does_not_know():
    @dataclass(frozen=True, eq=False)
    class Strange(Rule):
        alpha: Any = 0.5
        shift: Any = 0.0
        slope: Any = -2.0

        def update(self, g, t):
            return (-self.alpha * g,)

    alpha, shift, slope = ranges_of(Strange())
    assert (alpha.scale, alpha.low, alpha.high) == ("log", 0.005, 50)
    assert (shift.scale, shift.low, shift.high) == ("linear", -1, 1)
    assert (slope.scale, slope.low, slope.high) == ("linear", -4, 0)


# ------------------------------------------------------------------ what the page is told


@dataclass(frozen=True, eq=False)
class Along(Rule):
    """Momentum whose velocity points where it goes."""

    state_names = ("squares", "v")

    def update(self, g, t, squares, v):
        v = 0.9 * v - 0.1 * g
        return v, squares + g * g, v


def test_memory_is_the_state_that_turns_round():
    told = {rule: catalogue.describe_rule(rule)["memory"] for rule in (Momentum(), Along())}
    assert list(told.values()) == [["v"], ["v"]]
    assert catalogue.describe_rule(RMSprop())["memory"] == []


def test_the_floor_is_the_loss_at_the_minimum():
    assert catalogue.floor_of(problems.Saddle()) == -0.25
    assert catalogue.floor_of(problems.MovingTarget()) == 0


def test_the_page_gets_the_noise_that_descend_draws():
    sent = catalogue.noise([Ravine(), NoisyQuadratic()], 5, 3)
    assert list(sent) == ["noisy quadratic"]
    drawn = np.frombuffer(base64.b64decode(sent["noisy quadratic"]), "<f8").reshape(5, 2)
    path = descend(SGD(), NoisyQuadratic(), steps=5, rng=3)
    np.testing.assert_array_equal(path.gradient, NoisyQuadratic().grad(path.theta[:-1]) + drawn)


# ------------------------------------------------------------------ the map


def test_the_map_tells_what_theory_tells():
    shown = explore(
        Ravine(), Momentum(0.05, 0.7), map=("lr", "momentum"), ranges={"lr": (1e-3, 0.25)}
    )
    lr, momentum = (
        np.asarray(each.at((np.arange(n) + 0.5) / n))
        for each, n in zip(shown.map.ranges, shown.map.rate.shape[::-1], strict=True)
    )
    eta, gamma = np.meshgrid(lr, momentum)
    diverges = shown.map.regime == REGIMES.index("diverges")
    # Beyond 2 (1 + γ) / κ it diverges. Near the border, 100 steps do not show it.
    assert diverges[eta > 1.1 * 2 * (1 + gamma) / 20].all()
    assert not diverges[(eta < 0.9 * 2 * (1 + gamma) / 20) & (gamma < 0.9)].any()
    # Complex roots for the curvature λ: (1 - √γ)² < ηλ.
    with_turns = np.isin(shown.map.regime, (1, 3))
    assert with_turns[(eta * 20 > 1.5 * (1 - np.sqrt(gamma)) ** 2 + 0.05) & ~diverges].all()
    assert not with_turns[eta * 20 < 0.9 * (1 - np.sqrt(gamma)) ** 2].any()
    # There the rate is √γ.
    both = (shown.map.regime == 3) & (gamma < 0.9) & (eta < 1.2 * (1 + gamma) / 20)
    assert np.allclose(shown.map.rate[both], np.sqrt(gamma[both]), atol=0.03)


def test_the_map_is_part_of_the_figure():
    text = explore(Ravine(), Momentum(0.05, 0.7), map=("lr", "momentum")).to_html()
    assert 'class="picture pad"' in text
    assert "both oscillate" in text
    assert json.dumps(list(REGIMES), ensure_ascii=False, separators=(",", ":")) in text


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: explore(Ravine()), TypeError, "explore needs a rule, such as Momentum"),
        (lambda: explore(Ravine(), "Adam"), TypeError, r"write Adam\(\) with one of SGD, Momentum"),
        (lambda: explore(Ravine(), Adam), TypeError, r"call it: Adam\(\)"),
        (lambda: explore(Ravine, Adam()), TypeError, r"call it: Ravine\(\)"),
        (lambda: explore(Circles(), Adam()), ValueError, "two coordinates.*circles with 6"),
        (lambda: explore(Reddi(), Adam()), ValueError, "two coordinates.* with 1"),
        (lambda: explore(Ravine(), SGD(), SGD(0.1)), ValueError, "SGD twice"),
        (lambda: explore(Ravine(), SGD(), ranges={"lr": (1, 1)}), ValueError, "empty range"),
        (lambda: explore(Ravine(), SGD(), ranges={"lr": (1, 0.1)}), ValueError, "low < high"),
        (lambda: explore(Ravine(), SGD(), ranges={"lr": ()}), ValueError, "low < high"),
        (lambda: explore(Ravine(), SGD(), ranges={"lr": "big"}), TypeError, "real number"),
        (lambda: explore(Ravine(), SGD(0.01), ranges={"lr": (1, 2)}), ValueError, "must hold the"),
        (lambda: explore(Ravine(), SGD(), ranges={"lr": (-1, 2)}), ValueError, "SGD.lr"),
        (
            lambda: explore(Ravine(), SGD(), ranges={"beta": (0, 1)}),
            ValueError,
            "names beta, which",
        ),
        (lambda: explore(Ravine(), SGD([0.1, 0.2])), ValueError, "must be one number"),
        (lambda: explore(Ravine(), SGD(), steps=0), ValueError, "at least 1"),
        (lambda: explore(Ravine(), SGD(), steps=10**6), ValueError, "at most 2000"),
        (lambda: explore(Ravine(), SGD(), at=101), ValueError, "at most steps = 100"),
        (lambda: explore(Ravine(), SGD(), theta0=[1, 2, 3]), ValueError, "shape"),
        (lambda: explore(Ravine(), SGD(), theta0=[[1, 1]]), ValueError, "shape"),
        (lambda: explore(Ravine(), SGD(), theta0=[99, 0]), ValueError, "inside of the picture"),
        (lambda: explore(Ravine(), SGD(), theta0=[np.nan, 0]), ValueError, "finite"),
        (lambda: explore(Ravine(), SGD(), key="a b"), ValueError, "letters, digits and hyphens"),
        (lambda: explore(Ravine(), SGD(), map=("lr", "momentum")), ValueError, "two hyperparam"),
        (lambda: explore(Ravine(), Momentum(), map="lr"), ValueError, "two hyperparameters"),
        (
            lambda: explore(Bowl(), Momentum(), map=("lr", "momentum")),
            ValueError,
            "minimum is known",
        ),
        (lambda: explore(Ravine(), SGD(), rng=-1), ValueError, "rng"),
    ],
)
def test_bad_input_says_what_to_do(call, kind, message):
    with pytest.raises(kind, match=message):
        call()


# ------------------------------------------------------------------ computed beforehand


def test_what_cannot_be_traced_is_computed_beforehand():
    shown = explore(Ravine(), Clipped(), SGD(0.05), steps=50)
    assert len(shown.obstacles) == 1
    assert shown.obstacles[0].startswith("Clipped.update cannot be recorded: it uses np.sum")
    spec = shown._spec()
    assert spec["fixed"]
    assert spec["pickProblems"] == ["ravine"]
    stored = spec["rules"]["Clipped"]["stored"]
    assert 0.05 in stored["stops"][0]
    assert "computed beforehand" in shown.to_html()
    assert "stored" not in spec["rules"].get("SGD", {})


def test_a_problem_that_cannot_be_traced_takes_all_rules_along():
    class Steps(Bowl):
        name = "steps"

        def f(self, x, y):
            return np.floor(4 * x) ** 2 + y**2

    spec = explore(Steps(), SGD(0.05), Momentum(0.05, 0.5), steps=20)._spec()
    assert spec["pickRules"] == ["SGD", "Momentum"]
    assert all("stored" in rule for rule in spec["rules"].values())
    assert np.prod([len(stops) for stops in spec["rules"]["Momentum"]["stored"]["stops"]]) > 20


@pytest.mark.parametrize("curves", ["gradient", "v", "step", "rate"])
def test_curves_say_what_is_drawn_at_first(curves):
    drawn = explore(Ravine(), Momentum(0.05, 0.7), curves=curves)
    title = {"gradient": "Gradient", "v": "State v", "step": "Step", "rate": "Step per gradient"}
    assert f"{title[curves]} of Momentum</p>" in drawn.to_html()
    chosen = "state.v" if curves == "v" else curves
    assert re.search(rf'"?quantity"?: ?"{re.escape(chosen)}"', drawn.to_html())


def test_curves_that_the_rule_has_not():
    with pytest.raises(ValueError, match=r"curves must be one of gradient, v, step, rate, got 'm'"):
        explore(Ravine(), Momentum(), curves="m")


# ------------------------------------------------------------------ the first picture, in detail


def _corners(d):
    """Return the corners of a line that Python has drawn, whose moves are relative."""
    pairs = re.findall(r"(-?[\d.]+),?(-?[\d.]+)", d)
    return np.cumsum([[float(x) for x in pair] for pair in pairs], axis=0)


def _part(html_, name):
    """Return the picture of a name, from an explorer's HTML."""
    return re.search(rf'<svg class="picture {name}".*?(?=<svg class="picture|</div>)', html_, re.S)[
        0
    ]


@pytest.mark.parametrize("t", [0, 1, 7, 40])
def test_the_first_picture_is_that_of_its_moment(t):
    rule = Momentum(0.05, 0.7)
    path = descend(rule, Ravine(), steps=40)
    shown = explore(Ravine(), rule, steps=40, at=t).to_html()
    expected = picture._to_pixels(path.theta, Ravine())
    now = re.search(r'class="now" cx="([\d.]+)" cy="([\d.]+)"', shown)
    assert [float(x) for x in now.groups()] == pytest.approx(expected[t], abs=0.06)
    if t:
        past = _corners(re.search(r'class="past" d="([^"]*)"', shown)[1])
        assert past[0] == pytest.approx(expected[0], abs=0.06)
        assert past[-1] == pytest.approx(expected[t], abs=0.06)
    text = re.search(r'<p class="readout"[^>]*>([^<]*)', shown)[1]
    loss = picture.written(path.loss[t])
    assert text == f"Step {t}. Momentum (lr = 0.05, momentum = 0.7): loss {loss}."


@pytest.mark.parametrize("curves", ["gradient", "v", "step", "rate"])
def test_curves_of_the_first_picture_begin_at_the_first_step(curves):
    rule = Momentum(0.041, 0.7)
    path = descend(rule, Ravine(), steps=20)
    step = np.diff(path.theta, axis=0)
    values = {
        "gradient": path.gradient,
        "v": path.state["v"][1:],
        "step": step,
        "rate": -step / path.gradient,
    }[curves]
    part = _part(explore(Ravine(), rule, steps=20, curves=curves).to_html(), "curves")
    lines = [_corners(d) for d in re.findall(r'class="line" d="([^"]*)"', part)]
    box = picture.CHART
    low, high = min(0, values.min()), max(0, values.max())
    room = 0.06 * (high - low)
    for i, line in enumerate(lines):
        assert line[0, 0] == pytest.approx(box.x(1 / 20), abs=0.06)
        assert line[-1, 0] == pytest.approx(box.x(1), abs=0.06)
        heights = box.y((values[:, i] - low + room) / (high - low + 2 * room))
        at = np.interp(box.x(np.arange(1, 21) / 20), line[:, 0], line[:, 1])
        assert np.allclose(at, heights, atol=0.4)
    assert [("stroke-dasharray" in each) for each in part.split('class="line"')[1:]] == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("problem", "rule"), [(Ravine(), SGD(0.05)), (problems.Saddle(), Momentum(0.1, 0.8))]
)
def test_the_loss_of_the_first_picture_is_the_loss_above_the_minimum(problem, rule):
    path = descend(rule, problem, steps=60)
    part = _part(explore(problem, rule, steps=60).to_html(), "loss")
    line = _corners(re.search(r'class="line" d="([^"]*)"', part)[1])
    box = picture.CHART
    logs = np.log10(path.loss - catalogue.floor_of(problem))
    share = (logs - logs.min()) / np.ptp(logs)
    at = np.interp(box.x(np.arange(61) / 60), line[:, 0], line[:, 1])
    assert np.allclose(at, box.y(share), atol=0.4)


def test_the_first_picture_of_a_run_that_diverges():
    path = descend(SGD(0.2), Ravine())
    assert path.diverged
    for at in (path.steps - 1, path.steps, 100):
        text = explore(Ravine(), SGD(0.2), at=at).to_html()
        loss = picture.written(path.loss[min(at, path.steps)])
        assert f"Step {at}. SGD (lr = 0.2): loss {loss}." in text


@pytest.mark.parametrize("lr", [1e20, 1e90, 1e300])
def test_a_run_whose_loss_overflows_is_shown(lr):
    shown = explore(Rosenbrock(), SGD(lr))
    assert shown.paths[0].diverged
    text = shown.to_html()
    assert "NaN" not in text.split("<script>")[0]
    words = re.search(r'<p class="readout"[^>]*>([^<]*)', text)[1]
    assert words.endswith(("not a number.", "∞.")) or "·10" in words


def test_the_key_says_what_is_shown():
    key = lambda *a, **k: explore(*a, **k)._spec()["key"]  # noqa: E731
    assert key(Ravine(), Momentum()) == "ravine-momentum"
    assert key(NoisyQuadratic(), RMSprop(), SGD()) == "noisy-quadratic-rmsprop"
    assert key(Ravine(), Momentum(), key="Own-1") == "Own-1"


def test_names_in_a_script_are_names():
    text = bundle.to_javascript({"__proto__": 1, "constructor": 2})
    assert text == '{["__proto__"]:1,"constructor":2}'


def test_the_first_copy_of_what_is_shared_is_kept():
    part = "<!--adaptive-explorer {0}-->{0}{1}<!--/adaptive-explorer {0}-->"
    page = "".join(part.format(key, number) for key, number in ("a1", "b2", "a3", "b4"))
    kept = book.once(page)
    assert kept == part.format("a", 1) + part.format("b", 2)


def test_what_is_shared_is_told_apart_by_all_that_is_in_it(monkeypatch):
    common = catalogue.common()
    first, html = bundle.shared(common, "Explorer")
    other, _ = bundle.shared({**common, "far": 1}, "Explorer")
    view, beside = bundle.shared(common, "Opening")
    monkeypatch.setattr(bundle, "stylesheet", lambda view=None: "")
    plain, _ = bundle.shared(common, "Explorer")
    assert len({first, other, view, plain}) == 4
    # What two views have in common is the same, and is sent once.
    assert html.partition("<!--/adaptive-")[0] == beside.partition("<!--/adaptive-")[0]
    assert len(book.once(html + beside)) < len(html + beside) - 10_000


@pytest.mark.parametrize("problem", [Ravine(), problems.Saddle()], ids=lambda p: p.name)
def test_paths_computed_beforehand_are_those_of_descend(problem):
    steps, rule = 30, Momentum(0.05, 0.5)
    stored = stored_paths(rule, problem, ranges_of(rule), problem.start, steps)
    numbers = np.frombuffer(base64.b64decode(stored["data"]), "<u2").reshape(-1, steps + 1, 3)
    shares = numbers / 65_535
    low, high = np.array(stored["low"]), np.array(stored["high"])
    lost = 0
    for row, (lr, momentum) in enumerate(itertools.product(*stored["stops"])):
        path = descend(Momentum(lr, momentum), problem, steps=steps)
        assert stored["lengths"][row] == path.steps + 1
        assert stored["diverged"][row] == path.diverged
        lost += path.diverged
        theta = low + shares[row, : path.steps + 1, :2] * (high - low)
        near = np.clip(path.theta, low, high)
        assert np.allclose(theta, near, atol=2 * (high - low).max() / 65_535)
        bottom, top = stored["logs"]
        logs = bottom + shares[row, : path.steps + 1, 2] * (top - bottom)
        above = np.clip(path.loss - stored["floor"], 10**bottom, 10**top)
        assert np.allclose(logs, np.log10(above), atol=2 * (top - bottom) / 65_535)
    assert lost > 10


# ------------------------------------------------------------------ limits


def test_what_is_just_allowed_is_allowed():
    explore(Ravine(), SGD(), steps=1, at=1, theta0=[-5, 2])
    explore(Ravine(), SGD(), steps=2000, at=0, theta0=[5, -2])
    for wrong, message in (
        ({"steps": 2001}, "steps must be at most 2000 in a figure, got 2001"),
        ({"steps": 5, "at": 6}, "at must be at most steps = 5, got 6"),
        ({"theta0": [5.01, 0]}, "theta0 must lie inside of the picture"),
        ({"theta0": [0, -2.01]}, "theta0 must lie inside of the picture"),
        ({"key": ""}, "key must consist of letters, digits and hyphens, got ''"),
        ({"key": "a_b"}, "key must consist of"),
        ({"key": 3}, "key must consist of"),
    ):
        with pytest.raises(ValueError, match=message):
            explore(Ravine(), SGD(), **wrong)
    with pytest.raises(TypeError, match="ranges must be a mapping"):
        explore(Ravine(), SGD(), ranges=[("lr", (0.1, 1))])
    with pytest.raises(ValueError, match=r"names a, b, which no rule has; they have lr, momentum$"):
        explore(Ravine(), SGD(), Momentum(), ranges={"b": (0, 1), "a": (0, 1)})


def test_it_opens_on_its_last_step_and_with_the_noise_of_seed_0():
    shown = explore(NoisyQuadratic(), SGD(0.01), steps=7)
    assert shown.at == 7
    np.testing.assert_array_equal(
        shown.paths[0].theta, descend(SGD(0.01), NoisyQuadratic(), steps=7, rng=0).theta
    )
    other = explore(NoisyQuadratic(), SGD(0.01), steps=7, rng=3)
    np.testing.assert_array_equal(
        other.paths[0].theta, descend(SGD(0.01), NoisyQuadratic(), steps=7, rng=3).theta
    )
    assert other._spec()["batches"] != shown._spec()["batches"]


def test_a_map_and_what_cannot_be_traced_stay_on_their_problem():
    spec = explore(Ravine(), Momentum(0.05, 0.7), map=("lr", "momentum"))._spec()
    assert (spec["pickProblems"], spec["fixed"], spec["batches"]) == (["ravine"], False, {})
    assert spec["map"]["rule"] == "Momentum"
    spec = explore(Bowl(), SGD(0.1))._spec()
    assert spec["pickProblems"][-1] == "bowl"
    assert spec["map"] is None
    assert list(spec["problems"]) == ["bowl"]
    assert list(spec["batches"]) == ["noisy quadratic"]


def test_what_is_sent_of_a_rule_is_what_is_not_known():
    spec = explore(Ravine(), Momentum(0.05, 0.7), SGDToo())._spec()
    assert list(spec["rules"]["Momentum"]) == ["settings"]
    assert {"label", "look", "state", "settings", "code"} <= set(spec["rules"]["SGDToo"])
    assert spec["pickRules"][-1] == "SGDToo"


def test_names_are_escaped():
    class Odd(Bowl):
        name = "a<b>&\"c'"

    page = explore(Odd(), SGD()).to_page()
    assert "<title>Explorer: SGD on a&lt;b&gt;&amp;&quot;c&#x27;</title>" in page
    assert 'aria-label="Explorer: SGD on a&lt;b&gt;&amp;&quot;c&#x27;"' in page
    assert page.startswith("<!doctype html>")


def test_a_short_name_stands_for_a_text():
    one, other = bundle.digest("a"), bundle.digest("b")
    assert re.fullmatch("[0-9a-f]{10}", one)
    assert one == bundle.digest("a") != other
    key, text = bundle.shared({"a": 1}, "Explorer")
    # What all views have in common comes first, with a key of its own.
    marks = re.findall(r"<!--/?adaptive-explorer ([0-9a-f]{10})-->", text)
    assert marks == [marks[0], marks[0], key, key]
    assert marks[0] != key
    # Each names itself at its ends and in its script; the first also where it is asked for.
    assert [text.count(each) for each in marks[1:3]] == [4, 3]
    assert bundle.to_javascript([True, None, 1.5, "</script>", (bundle.Code("x"),), {1: "é"}]) == (
        '[true,null,1.5,"<\\/script>",[x],{"1":"é"}]'
    )


def test_the_key_of_the_picture_names_its_marks():
    text = explore(Ravine(), SGD()).to_html()
    key = re.search(r'<ul class="key">(.*?)</ul>', text)[1]
    assert re.findall(r"</svg>([^<]*)</li>", key) == [
        *("start", "minimum", "memory +", "gradient =", "step"),
    ]
    assert re.findall(r'class="swatch (\w+)" viewBox="0 0 (\d+) 8"', key) == [
        *(("small", "8"), ("small", "8")),
        *(("memory", "26"), ("gradient", "26"), ("step", "26")),
    ]


def test_noise_is_sent_only_where_there_are_steps():
    assert catalogue.noise([NoisyQuadratic()], 0, 0) == {}
    assert catalogue.noise([Ravine()], 5, 0) == {}
