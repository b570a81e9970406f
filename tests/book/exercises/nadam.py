"""Answers to the exercises of the Nadam chapter, right and wrong."""

from math import prod

from tests.book.answers import right, wrong


def _mu(t, β1, ψ):
    return β1 * (1 - 0.5 * 0.96 ** (t * ψ))


def _m_bars(gradients, β1, ψ, *, first=1, ahead=1, decay=None, corrected=True, mu=_mu):
    """Dozat's directions, with slips: where the first product ends, and which μ is used."""
    m, found = 0.0, []
    for t, g in enumerate(gradients, start=1):
        kept = β1 if decay is None else decay(t, β1, ψ)
        m = kept * m + (1 - kept) * g
        one, two = (
            1 - prod(mu(s, β1, ψ) for s in range(1, last + 1)) if corrected else 1
            for last in (t + first, t)
        )
        found.append(mu(t + ahead, β1, ψ) * m / one + (1 - mu(t, β1, ψ)) * g / two)
    return found


@wrong("ex-nadam-code", check="check_nadam", says="the first product must run to t + 1")
def product_too_short(gradients, β1, ψ):
    return _m_bars(gradients, β1, ψ, first=0)


@wrong("ex-nadam-code", check="check_nadam", says="the first term needs the μ of the next step")
def mu_of_today(gradients, β1, ψ):
    return _m_bars(gradients, β1, ψ, ahead=0)


@wrong("ex-nadam-code", check="check_nadam", says="neither term is corrected")
def uncorrected(gradients, β1, ψ):
    return _m_bars(gradients, β1, ψ, corrected=False)


@wrong("ex-nadam-code", check="check_nadam", says="the decay of m is β₁, not μ")
def scheduled_decay(gradients, β1, ψ):
    return _m_bars(gradients, β1, ψ, decay=_mu)


@wrong("ex-nadam-code", check="check_nadam", says="μ should follow the schedule")
def constant_mu(gradients, β1, ψ):
    return _m_bars(gradients, β1, ψ, mu=lambda t, β1, ψ: β1)


@wrong("ex-nadam-code", check="check_nadam", says="a later m̄: does the product grow?")
def only_the_last_two(gradients, β1, ψ):
    m, found = 0.0, []
    for t, g in enumerate(gradients, start=1):
        now, ahead = _mu(t, β1, ψ), _mu(t + 1, β1, ψ)
        m = β1 * m + (1 - β1) * g
        found.append(ahead * m / (1 - now * ahead) + (1 - now) * g / (1 - now))
    return found


@wrong("ex-nadam-code", check="check_nadam", says="there must be one m̄ for each gradient")
def the_last_alone(gradients, β1, ψ):
    return _m_bars(gradients, β1, ψ)[-1]


@right("ex-nadam-code", check="check_nadam")
def with_products_anew(gradients, β1, ψ):
    return _m_bars(gradients, β1, ψ)


@right("ex-nadam-code", check="check_nadam")
def as_one_fraction(gradients, β1, ψ):
    m, product, found = 0.0, _mu(1, β1, ψ), []
    for t, g in enumerate(gradients, start=1):
        m, after = m + (1 - β1) * (g - m), product * _mu(t + 1, β1, ψ)
        raw = (1 - _mu(t, β1, ψ)) * g
        mixed = _mu(t + 1, β1, ψ) * m * (1 - product) + raw * (1 - after)
        found.append(mixed / ((1 - after) * (1 - product)))
        product = after
    return found
