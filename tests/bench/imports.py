"""How long `import adaptive` takes beside `import numpy`, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from typing import Any

from tests.bench.measure import Goal, group, interleaved

CODE = {"python": "pass", "numpy": "import numpy", "adaptive": "import adaptive"}


def groups(quick: bool) -> Iterator[dict[str, Any]]:
    """Measure, and yield the one group."""
    with tempfile.TemporaryDirectory() as folder:
        # As a package that was installed has them: compiled, by the round that does not count.
        environment = os.environ | {"PYTHONPYCACHEPREFIX": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        run = partial(subprocess.run, env=environment, check=True)
        ways = {name: partial(run, [sys.executable, "-c", code]) for name, code in CODE.items()}
        timings = interleaved(ways, rounds=5 if quick else 25)
    yield group("import", timings, [Goal("adaptive", "numpy", at_most=1.3)])


def total() -> int:
    """Return how many groups there will be."""
    return 1
