"""What is large is imported when it is used, and not before."""

from __future__ import annotations

import subprocess
import sys

import pytest

LARGE = (
    "IPython",
    "anywidget",
    "antlr4",
    "ipywidgets",
    "matplotlib",
    "myst_nb",
    "numba",
    "psutil",
    "scipy",
    "sympy",
    "tqdm",
)

RUNS = """
import numpy as np
from adaptive import Adam, descend, problems, sweep
descend(Adam(), problems.Circles(), steps=3)
sweep(Adam(), problems.Ravine(), steps=3, lr=[0.1, 0.2])
theta, g = np.zeros(6), np.ones(6)
Adam().step_into(theta, g, Adam().init(theta))
"""


def loaded(code: str) -> set[str]:
    """Return which of the large packages are there after this code, in a process of its own."""
    code += f"\nimport sys; print(*[name for name in {LARGE} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import adaptive",
        "import adaptive, adaptive.large; adaptive.large.measured()",
        "import adaptive.race, adaptive.tracing, adaptive.frameworks",
        RUNS,
    ],
    ids=["the package", "what was measured", "what needs numpy alone", "short runs"],
)
def test_nothing_large_is_loaded(code):
    assert loaded(code) == set()


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        ("import adaptive.plotting", "matplotlib"),
        ("from adaptive import explore", "matplotlib"),
        (
            "import numpy as np\nfrom adaptive import SGD\n"
            "theta = np.zeros(20_000)\nSGD().step_into(theta, theta + 1, SGD().init(theta))",
            "numba",
        ),
    ],
    ids=["plotting", "explore", "a large step"],
)
def test_the_test_would_see_it(code, needed):
    assert needed in loaded(code)


def test_what_comes_later_is_listed_and_found():
    import adaptive

    assert {"explore", "interact"} <= set(dir(adaptive))
    with pytest.raises(AttributeError, match="has no attribute 'exlpore'"):
        adaptive.exlpore  # noqa: B018
