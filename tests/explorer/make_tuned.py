"""Write the settings that suit the package's rules: ``python -m tests.explorer.make_tuned``."""

from __future__ import annotations

import json
from importlib import resources

from adaptive import RULES, explorer
from adaptive.explorer import catalogue
from adaptive.explorer.tuned import STORED, tuned_values


def text() -> str:
    """Return what is to be stored: a line for each rule, by problems."""
    rules = [catalogue.default_rule(kind) for kind in RULES]
    made = {
        repr(problem): {repr(rule): tuned_values(rule, problem) for rule in rules}
        for problem in catalogue.default_problems()
    }
    parts = []
    for problem, settings in made.items():
        lines = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in settings.items())
        parts.append(f" {json.dumps(problem)}: {{\n{lines}\n }}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    with resources.as_file(resources.files(explorer).joinpath(STORED)) as path:
        path.write_text(text(), encoding="utf-8")
