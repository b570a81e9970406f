r"""The closed formulas of the chapters, read from their LaTeX and made to keep what they say.

Each labelled formula is parsed as the update rules are (see `equations`), and handed as a
function to a claim: the claim puts it to work on random numbers and returns two things that
then must agree, such as the printed best rate and the largest eigenvalue at the printed best
setting. So what is checked is what the reader sees, and against something that is not itself.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import solve_discrete_lyapunov

from adaptive import NAG, SGD, Adam, AdaMax, AMSGrad, Momentum, Nadam, RMSprop, Rule, frameworks
from adaptive.problems import Lessard
from tests.book.equations import EquationError, block, canonical, parsed
from tests.book.notebooks import CHAPTERS

#: How a formula calls its quantities, where SymPy does not call them so.
SYMBOLS = {
    "lam": "lambda",
    "eps": "epsilon",
    "beta1": "beta_{1}",
    "beta2": "beta_{2}",
    "x1": "x_{t-1}",
    "x2": "x_{t-2}",
    "x0": "x_{0}",
    "g1": "g_{1}",
    "g": "g_{t}",
    "m": "m_{t}",
    "v0": "Z",
    "q": "q_{t}",
    "sum": "S",
}
#: What SymPy would misread, and a letter that no formula uses otherwise.
REWRITTEN = (
    (r"\\frac ?(\w) ?(\w)", r"\\frac{\1}{\2}"),
    (r"\\tfrac ?(\w) ?(\w)", r"\\frac{\1}{\2}"),
    (r"\\sqrt ?(\\\w+|\w)(?=[ )}+*/-]|$)", r"\\sqrt{\1}"),
    (r"\\gamma'", "F"),
    (r"\\operatorname\{sign\}\(g_t\)", "S"),
    (r"(\\sum_\{[^}]*\}\^\{[^}]*\}) ?\(", r"\1 1 ("),
    (r"v_\{\(0\)\}", "Z"),
    (r"\\(?:textstyle|displaystyle)\b", ""),
    (r"\[", "("),
    (r"\]", ")"),
)
#: From which to which value a quantity is drawn, and how finely.
RANGES = {
    **dict.fromkeys(("gamma", "beta", "beta1"), (0.1, 0.9)),
    **dict.fromkeys(("rho", "s"), (0.2, 0.8)),
    "beta2": (0.91, 0.995),
    "lam": (0.5, 3.0),
    "mu": (0.5, 1.0),
    "L": (2.0, 9.0),
    "eta": (0.05, 0.3),
    "sigma": (0.3, 2.0),
    "a": (0.05, 0.95),
    "b": (1.0, 8.0),
    "x0": (-2.0, 2.0),
    "x1": (-2.0, 2.0),
    "x2": (-2.0, 2.0),
    "g1": (0.2, 3.0),
    "eps": (0.05, 0.5),
    "q": (0.2, 3.0),
    "z": (-2.0, 2.0),
    "psi": (0.001, 0.5),
    "zeta": (0.2, 3.0),
    "h": (2.0, 9.0),
    "ell": (0.2, 1.5),
}
WHOLE = {"t": (2, 12), "T": (2, 30), "p": (1, 9), "P": (2, 12)}

Formula = Callable[..., Any]


def text_of(label: str) -> str:
    """The formula of a label, in canonical spelling, on one line."""
    chapter = CHAPTERS / f"{label.split('-')[1]}.ipynb"
    latex = block(chapter, label)
    if latex is None:
        raise EquationError(f"{chapter.name} has no equation with the label {label}")
    return " ".join(canonical(latex).split())


def read(latex: str) -> Formula:
    """A formula as a function of its quantities, by the names in `SYMBOLS`."""
    for pattern, replacement in REWRITTEN:
        latex = re.sub(pattern, replacement, latex)
    expression = parsed(latex.strip(" .,"))

    def function(**values: Any) -> Any:
        known = {SYMBOLS.get(name, name): value for name, value in values.items()}
        named = {s: known[str(s).replace(" ", "")] for s in expression.free_symbols}
        return complex(expression.subs(named).doit().evalf()).real

    return function


@dataclass(frozen=True)
class Claim:
    """What a formula says: how to find it in its equation, and what must then agree."""

    label: str
    take: tuple[str, ...]
    claim: Callable[..., tuple[Any, Any]]

    def printed(self) -> list[str]:
        """Return the formulas that stand in the equation."""
        found, text = [], text_of(self.label)
        for pattern in self.take:
            match = re.search(pattern, text)
            if not match:
                raise EquationError(f"{self.label} does not read as {pattern}: {text}")
            found.append(match[1])
        return found

    def difference(self, printed: list[str]) -> float:
        """Return the largest relative difference of what must agree, over random numbers."""
        return max(self.differences(printed))

    def differences(self, printed: list[str], seed: int = 1, times: int = 4) -> Iterator[float]:
        """Yield the largest relative difference of what must agree, for one draw after another."""
        rng, formulas = np.random.default_rng(seed), [read(x) for x in printed]
        names = list(inspect.signature(self.claim).parameters)[len(formulas) :]
        for _ in range(times):
            values = {
                name: int(rng.integers(*WHOLE[name]))
                if name in WHOLE
                else rng.uniform(*RANGES[name])
                for name in names
            }
            got, want = map(np.asarray, self.claim(*formulas, **values))
            difference = np.abs(got - want) / (1e-3 + np.abs(want))
            yield float(np.nan_to_num(difference, nan=np.inf).max())


CLAIMS: list[Claim] = []


def claims(label: str, *take: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add a claim about a formula; ``take`` finds it, by default what follows the last =."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        CLAIMS.append(Claim(label, take or (r"=([^=]*)$",), function))
        return function

    return add


# ------------------------------------------------------------------ what they are held against


def one_step(rule: Rule, g: float, **state: float) -> tuple[float, tuple[float, ...]]:
    """Return the change of a parameter in one step, and the new state."""
    t = int(state.pop("t", 1))
    change, *new = rule.update(np.float64(g), t, *(state.get(n, 0.0) for n in rule.state_names))
    return float(change), tuple(map(float, new))


def changes(rule: Rule, gradients: Any) -> list[float]:
    """Return the change of a parameter in each step."""
    state: tuple[Any, ...] = (0.0,) * len(rule.state_names)
    found = []
    for t, g in enumerate(gradients, start=1):
        change, *state = rule.update(np.float64(g), t, *state)
        found.append(float(change))
    return found


def matrix(rule: Rule, lam: float) -> Any:
    """Return what one step does to (x, v) where the curvature is λ: measured, not derived."""
    columns = []
    for x, v in np.eye(2):
        g = lam * rule.lookahead(x, rule.State(0, v))
        change, new = one_step(rule, g, v=v)
        columns.append([x + change, new[0]])
    return np.transpose(columns)


def radius(rule: Rule, lam: float) -> float:
    """Return the factor by which the distance shrinks in each step, in the long run."""
    return float(np.abs(np.linalg.eigvals(matrix(rule, lam))).max())


def variance(rule: Rule, lam: float, sigma: float) -> float:
    """Return the variance at which a rule comes to rest under noise."""
    change, new = one_step(rule, sigma)
    noise = np.array([change, new[0]])
    return float(solve_discrete_lyapunov(matrix(rule, lam), np.outer(noise, noise))[0, 0])


def corrected(beta: float, t: int) -> Any:
    """Return the weights of a bias-corrected average of t values, the latest first."""
    weights = beta ** np.arange(t)
    return weights / weights.sum()


# ------------------------------------------------------------------ gradient descent


@claims("eq-sgd-region", r"<([^<]*)$")
def _(edge, L):
    """There a step turns x into -x."""
    return 1 + one_step(SGD(edge(L=L)), L)[0], -1


@claims("eq-sgd-factor")
def _(x_t, eta, lam, x1):
    return x_t(eta=eta, lam=lam, x1=x1), x1 + one_step(SGD(eta), lam * x1)[0]


@claims("eq-sgd-best", r"\\eta = ([^=,]*)")
def _(eta, L, mu):
    """Both ends of the spectrum shrink by (κ - 1)/(κ + 1)."""
    lr = eta(L=L, mu=mu)
    return [1 - lr * mu, lr * L - 1], [(L - mu) / (L + mu)] * 2


@claims("eq-sgd-descent", r"\\le (.*?) \\lVert")
def _(share, eta, L, x1):
    """On the parabola itself there is equality."""
    new = x1 + one_step(SGD(eta), L * x1)[0]
    return share(eta=eta, L=L) * (L * x1) ** 2, L / 2 * (new**2 - x1**2)


@claims("eq-sgd-condition")
def _(kappa, L, mu):
    return kappa(L=L, mu=mu), np.linalg.cond(np.diag([mu, L]))


@claims("eq-sgd-noise", r"\] = (.*?),? V =", r"V = (\\frac.*)$")
def _(mean_square, V, eta, lam, sigma, b, x0, t):
    rest = V(eta=eta, lam=lam, sigma=sigma, b=b)
    x2 = x0**2
    for _ in range(t):
        x2 = (1 - eta * lam) ** 2 * x2 + eta**2 * sigma**2 / b
    return mean_square(eta=eta, lam=lam, t=t, x0=x0, V=rest), x2


# ------------------------------------------------------------------ momentum


@claims("eq-momentum-effective", r"= (.*?) g \\longrightarrow", r"longrightarrow (.*?) g$")
def _(after, limit, eta, gamma, t):
    velocity = 0.0
    for _ in range(t):
        _, (velocity,) = one_step(Momentum(eta, gamma), 1.0, v=velocity)
    return [after(eta=eta, gamma=gamma, t=t), limit(eta=eta, gamma=gamma)], [
        velocity,
        after(eta=eta, gamma=gamma, t=2000),
    ]


@claims("eq-momentum-halflife")
def _(steps, gamma):
    return gamma ** steps(gamma=gamma), 0.5


@claims("eq-momentum-recurrence")
def _(x_t, eta, lam, gamma, x1, x2):
    new = matrix(Momentum(eta, gamma), lam) @ [x1, x2 - x1]
    return x_t(eta=eta, lam=lam, gamma=gamma, x1=x1, x2=x2), new[0]


@claims("eq-momentum-characteristic", r"^(.*?) = 0")
def _(polynomial, eta, lam, gamma, z):
    shifted = z * np.eye(2) - matrix(Momentum(eta, gamma), lam)
    return polynomial(eta=eta, lam=lam, gamma=gamma, z=z), np.linalg.det(shifted)


@claims("eq-momentum-region", r"<([^<]*)$")
def _(edge, gamma):
    eigenvalues = np.linalg.eigvals(matrix(Momentum(edge(gamma=gamma), gamma), 1))
    return np.sort(eigenvalues), [-1, -gamma]


@claims(
    "eq-momentum-rate",
    r"cases\} (.*?) \(1",
    r"gamma (\(1-.*?) \\le a",
    r"a \\le (.*?) \\tfrac",
    r"(\\tfrac.*?) \\text",
)
def _(complex_roots, low, high, real_roots, a, gamma):
    """At both ends the two roots are one; between them they are complex."""
    ends = np.array([low(gamma=gamma), high(gamma=gamma)])
    inside, outside = ends @ [1 - a, a], a * ends[0]
    printed = [complex_roots(gamma=gamma), real_roots(sum=1 + gamma - outside, gamma=gamma)]
    measured = [radius(Momentum(rate, gamma), 1) for rate in (inside, outside)]
    shared = [*(1 + gamma - ends) ** 2, float(ends[1] > 1)]
    return [*printed, *shared], [*measured, 4 * gamma, 4 * gamma, 1]


@claims("eq-momentum-best", r"\\eta = (.*?)[ ,]*\\gamma =", r"\\gamma = (.*)$")
def _(eta, gamma, L, mu):
    """Both ends of the spectrum shrink by the printed best rate."""
    return both_ends(Momentum(eta(L=L, mu=mu), gamma(kappa=L / mu)), "eq-momentum-best-rate", L, mu)


def both_ends(rule, label, L, mu):
    """Return how much a rule leaves at both ends of the spectrum, and the printed rate."""
    rate = read(re.search(r"=(.*)$", text_of(label))[1])(kappa=L / mu)
    # Where two roots coincide, rounding moves them by its square root.
    return [round(radius(rule, lam), 6) for lam in (mu, L)], [round(rate, 6)] * 2


@claims("eq-momentum-best-rate")
def _(rate, L, mu):
    """No setting of a grid is better, and one is nearly as good."""
    gammas, shares = np.meshgrid(np.linspace(0, 0.95, 200), np.linspace(0.005, 1, 200))
    worst = np.zeros_like(gammas)
    for lam in (mu, L):
        s = 1 + gammas - shares * (2 + 2 * gammas) * lam / L
        root = np.sqrt(s.astype(complex) ** 2 - 4 * gammas)
        worst = np.maximum(worst, np.maximum(abs(s + root), abs(s - root)) / 2)
    best = rate(kappa=L / mu)
    return max(best, worst.min() - 0.02), min(best, worst.min())


@claims("eq-momentum-variance")
def _(V, eta, lam, gamma, sigma):
    expected = variance(Momentum(eta, gamma), lam, sigma)
    return V(eta=eta, lam=lam, gamma=gamma, sigma=sigma), expected


# ------------------------------------------------------------------ NAG


@claims("eq-nag-friction")
def _(own, eta, lam, gamma):
    return own(eta=eta, lam=lam, gamma=gamma), matrix(NAG(eta, gamma), lam)[1, 1]


@claims("eq-nag-recurrence")
def _(x_t, a, gamma, x1, x2):
    new = matrix(NAG(a, gamma), 1) @ [x1, x2 - x1]
    return x_t(a=a, gamma=gamma, x1=x1, x2=x2), new[0]


@claims("eq-nag-characteristic")
def _(P, a, gamma, z):
    return P(a=a, gamma=gamma, z=z), np.linalg.det(z * np.eye(2) - matrix(NAG(a, gamma), 1))


@claims("eq-nag-difference", r"= P\(z\) (.*)$")
def _(rest, a, gamma, z):
    nag, heavy = (
        np.linalg.det(z * np.eye(2) - matrix(kind(a, gamma), 1)) for kind in (NAG, Momentum)
    )
    return rest(a=a, gamma=gamma, z=z), nag - heavy


@claims("eq-nag-region", r"<([^<]*)$")
def _(edge, gamma):
    eigenvalues = np.linalg.eigvals(matrix(NAG(edge(gamma=gamma), gamma), 1))
    return eigenvalues.min(), -1


@claims(
    "eq-nag-rate",
    r"cases\} (.*?) \\text",
    r"\\text\{if \} (.*?) \\le a",
    r"(\\tfrac.*?) \\text",
)
def _(complex_roots, low, real_roots, a, gamma):
    """Where the complex roots begin, the two are one."""
    edge = low(gamma=gamma)
    inside, outside, total = edge + a * (1 - edge), a * edge, (1 + gamma) * (1 - a * edge)
    printed = [complex_roots(a=inside, gamma=gamma), real_roots(a=outside, sum=total, gamma=gamma)]
    measured = [radius(NAG(rate, gamma), 1) for rate in (inside, outside)]
    return [*printed, ((1 + gamma) * (1 - edge)) ** 2], [*measured, 4 * gamma * (1 - edge)]


@claims("eq-nag-versus", r"^(.*?) <", r"<([^<]*)$")
def _(low, high, gamma):
    """At both ends NAG and momentum are equally fast."""
    ends = [low(gamma=gamma), high(gamma=gamma)]
    return [radius(NAG(a, gamma), 1) for a in ends], [radius(Momentum(a, gamma), 1) for a in ends]


@claims("eq-nag-best", r"\\eta = (.*?)[ ,]*\\gamma =", r"\\gamma = (.*)$")
def _(eta, gamma, L, mu):
    return both_ends(NAG(eta(L=L, mu=mu), gamma(kappa=L / mu)), "eq-nag-best-rate", L, mu)


@claims("eq-nag-best-rate")
def _(rate, L, mu):
    """At the ends a fraction of the spectrum apart, no setting of a grid is better."""
    gammas, a = np.meshgrid(np.linspace(0, 0.95, 200), np.linspace(0.005, 1.5, 300))
    worst = np.zeros_like(gammas)
    for share in (mu / L, 1):
        s = (1 + gammas) * (1 - a * share)
        root = np.sqrt(s.astype(complex) ** 2 - 4 * gammas * (1 - a * share))
        worst = np.maximum(worst, np.maximum(abs(s + root), abs(s - root)) / 2)
    best = rate(kappa=L / mu)
    return max(best, worst.min() - 0.02), min(best, worst.min())


@claims("eq-nag-variance", r"= (.*?)[ ,]*\\gamma' =", r"\\gamma' = (.*)$")
def _(V, own, eta, lam, gamma, sigma):
    F = own(eta=eta, lam=lam, gamma=gamma)
    expected = variance(NAG(eta, gamma), lam, sigma)
    return V(eta=eta, lam=lam, gamma=gamma, sigma=sigma, F=F), expected


@claims("eq-nag-trap", r"cases\} (.*?) \\text", r"< 1 (.*?) \\text", r"< 2 (.*?) \\text")
def _(first, second, third, a):
    places = [a - 1, a + 1, a + 2]
    printed = [piece(x=x) for piece, x in zip((first, second, third), places, strict=True)]
    return printed, [Lessard().grad([x, 0.0])[0] for x in places]


# ------------------------------------------------------------------ adaptive rules


@claims("eq-adagrad-decay", r"\\approx (.*)$")
def _(rate, eta, sigma, t):
    return rate(eta=eta, sigma=sigma, t=t), eta / np.sqrt(sum(sigma**2 for _ in range(t)))


@claims("eq-adadelta-window")
def _(window, gamma):
    """An average over w values has 1/w of the variance of one."""
    weights = (1 - gamma) * gamma ** np.arange(2000)
    return 1 / window(gamma=gamma), np.sum(weights**2)


@claims("eq-rmsprop-step")
def _(step, gamma, eta, q):
    average = q * 0.7**2
    change, _ = one_step(RMSprop(eta, gamma, 0), -0.7, Eg2=average)
    return step(gamma=gamma, eta=eta, q=q, S=-1), change


@claims("eq-rmsprop-inside", r"\\le (.*?) \\le", r"\\le ([^e]*)$")
def _(quotient, most, eps):
    """The most is reached where E = ε."""
    spread = [quotient(E=E, eps=eps) for E in np.geomspace(1e-14, 1e14, 57) * eps]
    return [min(spread), quotient(E=eps, eps=eps), max(1.4, *spread)], [1, most(), most()]


@claims("eq-adam-corrected", r"w_k = (.*)$")
def _(weight, beta, t):
    return [weight(beta=beta, t=t, k=k) for k in range(t)], corrected(beta, t)


@claims("eq-adam-age")
def _(age, beta, t):
    return age(beta=beta, t=t), corrected(beta, t) @ np.arange(t)


@claims("eq-adam-first")
def _(change, eta, eps, g1):
    return change(eta=eta, eps=eps, g1=g1), one_step(Adam(eta, eps=eps), g1)[0]


@claims("eq-adam-bound", r"^[^=]*=(.*)$")
def _(square, beta1, beta2, t):
    """The longest step is that with gradients which grow by β₂/β₁."""
    made = changes(Adam(1, beta1, beta2, 0), (beta2 / beta1) ** np.arange(float(t)))
    return square(beta1=beta1, beta2=beta2, t=t, r=beta1**2 / beta2), made[-1] ** 2


@claims("eq-adam-bound-limit")
def _(limit, beta1, beta2):
    grown = (beta2 / beta1) ** np.arange(-3000.0, 0)
    with np.errstate(all="ignore"):
        made = changes(Adam(1, beta1, beta2, 0), grown[grown > 1e-140])
    t = len(made)
    corrections = (1 - beta1**t) / np.sqrt(1 - beta2**t)
    return limit(beta1=beta1, beta2=beta2), abs(made[-1]) * corrections


@claims("eq-adam-snr", r"\| = (.*?) \\mathrm", r"\[s_t\] = (.*)$")
def _(mean, spread, eta, beta1, zeta, t):
    weights = corrected(beta1, t)
    return [mean(eta=eta, zeta=zeta), spread(eta=eta, zeta=zeta, beta1=beta1, t=t)], [
        eta * zeta / np.sqrt(1 + zeta**2),
        eta**2 * np.sum(weights**2) / (1 + zeta**2),
    ]


@claims("eq-adam-factor", r"^(.*)$")
def _(factor, beta1, beta2, t):
    change, (m, v) = one_step(Adam(1, beta1, beta2, 0), 0.8, t=t, m=0.3, v=0.2)
    return factor(beta1=beta1, beta2=beta2, t=t), m / np.sqrt(v) / -change


@claims("eq-adam-stability", r"< (.*?) =", r"= (\d+)$")
def _(limit, at_default, beta1):
    """The edge of momentum with the rate (1 - β₁) η."""
    edge = limit(beta1=beta1)
    eigenvalue = np.linalg.eigvals(matrix(Momentum((1 - beta1) * edge, beta1), 1)).min()
    return [eigenvalue, limit(beta1=0.9)], [-1, at_default()]


@claims("eq-adamax-correction")
def _(correction, beta2, p, t):
    """Equal gradients of 1 have the norm 1, corrected."""
    v = 0.0
    for _ in range(t):
        v = beta2**p * v + (1 - beta2**p)
    return correction(beta2=beta2, p=p, t=t) * v ** (1 / p), 1


@claims("eq-adamax-bound", r"^[^=]*=(.*)$")
def _(bound, beta1, beta2, t):
    made = changes(AdaMax(1, beta1, beta2), beta2 ** np.arange(float(t)))
    return bound(beta1=beta1, beta2=beta2, t=t), -made[-1]


@claims("eq-adamax-limit-bound")
def _(limit, beta1, beta2):
    made = changes(AdaMax(1, beta1, beta2), 1e30 * beta2 ** np.arange(2500.0))
    return limit(beta1=beta1, beta2=beta2), -made[-1]


@claims("eq-nadam-sum")
def _(total, beta1, beta2, t):
    return total(beta1=beta1, t=t), -changes(Nadam(1, beta1, beta2, 0), [0.7] * t)[-1]


def nadams(beta1: float) -> Any:
    """Return the weights of the gradients in Nadam's direction in the long run, latest first."""
    settled: dict[str, Any] = {"t": 10**9, "v": 1.0}
    rule, weights, m = Nadam(1, beta1, 1 - 1e-12, 0), [], 0.0
    for g in [1.0, *[0.0] * 400]:
        change, (m, _) = one_step(rule, g, m=m, **settled)
        weights.append(-change)
    weights = np.array(weights)
    return weights / weights.sum()


@claims("eq-nadam-age")
def _(age, beta1):
    weights = nadams(beta1)
    return age(beta1=beta1), weights @ np.arange(len(weights))


@claims("eq-nadam-noise", r"^(.*)$")
def _(noise, beta1, sigma):
    return noise(beta1=beta1, sigma=sigma), sigma**2 * np.sum(nadams(beta1) ** 2)


@claims("eq-nadam-stability", r"<([^<]*)$")
def _(limit, beta1):
    """With v̂ = 1, at the edge the direction turns round in each step."""
    edge, columns = limit(beta1=beta1), []
    for x, m in np.eye(2):
        new = beta1 * m + (1 - beta1) * x
        columns.append([x - edge * (beta1 * new + (1 - beta1) * x), new])
    return np.linalg.eigvals(np.transpose(columns)).min(), -1


@claims("eq-nadam-schedule")
def _(mu, beta1, psi):
    """The first μ is what PyTorch's product begins with."""
    rule = frameworks.torch.Nadam(1.0, beta1, momentum_decay=psi)
    _, (_, _, c) = one_step(rule, 1.0, c=0.0)
    return mu(beta1=beta1, psi=psi, t=1), 1 - c


@claims("eq-nadam-difference")
def _(difference, beta1, beta2, t):
    steps = [one_step(kind(1, beta1, beta2, 0), 0.8, t=t, m=0.3) for kind in (Nadam, Adam)]
    (nadam, (m, v)), (adam, _) = steps
    root = np.sqrt(v / (1 - beta2**t))
    return difference(beta1=beta1, t=t, g=0.8, m=m), (adam - nadam) * root


@claims("eq-amsgrad-periodic", r"m_\{\(k\)\} = (.*?) v_", r"v_\{\(k\)\} = (.*)$")
def _(m_k, v_k, beta1, beta2, h, ell, P):
    """A long run of the game settles on them."""
    m = v = 0.0
    rounds = 1 + int(40 / (1 - beta2) / P)
    for k in [*range(P)] * rounds:
        g = h if k == 0 else -ell
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    known = {"beta1": beta1, "beta2": beta2, "h": h, "ell": ell, "P": P, "k": P - 1}
    return [m_k(**known), v_k(**known)], [m, v]


@claims("eq-amsgrad-warm", r"^(.*)$")
def _(rate, eta, beta1, beta2, t):
    change, (m, v) = one_step(Adam(1, beta1, beta2, 0), 0.8, t=t, m=0.3, v=0.2)
    return rate(eta=eta, beta1=beta1, beta2=beta2, t=t), eta * (m / np.sqrt(v)) / -change


@claims("eq-amsgrad-longest", r"\\le (.*)$")
def _(longest, eta, beta1, beta2):
    """Gradients that grow by β₂/β₁ come near it."""
    grown = (beta2 / beta1) ** np.arange(-3000.0, 0)
    gradients = grown[grown > 1e-140]
    change = changes(AMSGrad(eta, beta1, beta2, 0), gradients)[-1]
    missing = np.sqrt(1 - (beta1**2 / beta2) ** len(gradients))
    return longest(eta=eta, beta1=beta1, beta2=beta2) * missing, -change


@claims("eq-dictionary-root", r"\\le (.*?) \\le", r"\\le ([^e]*\\epsilon\}?)$")
def _(outside, most, eps):
    """The factor of √2 is reached where v = ε."""
    return outside(v=eps, eps=eps), most(v=eps, eps=eps)


# ------------------------------------------------------------------ corrupting


def corruptions(text: str) -> Iterator[str]:
    """A formula with one sign, digit or letter exchanged, or a plain fraction turned round."""
    swaps = {"+": "-", "-": "+", "1": "3", "2": "3", "3": "2", "4": "2", r"\sqrt": ""}
    swaps |= {r"\beta_1": r"\beta_2", r"\beta_2": r"\beta_1", r"\gamma": r"\gamma^2"}
    for old, new in swaps.items():
        for match in re.finditer(re.escape(old) + r"(?![a-z])", text):
            yield text[: match.start()] + new + text[match.end() :]
    for match in re.finditer(r"\\frac\{(\\?\w+)\}\{(\\?\w+)\}", text):
        turned = rf"\frac{{{match[2]}}}{{{match[1]}}}"
        yield text[: match.start()] + turned + text[match.end() :]
