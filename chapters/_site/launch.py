"""Where a chapter can be started: its first cell, on Colab and wherever the package is missing.

``python -m chapters._site.launch [PATH ...]`` writes the cell, which is in ``first_cell.py``, into
all chapters or some; run it when the version has changed. The page does not show it, and where the
package is installed it does nothing.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

from chapters._site.publishing import ROOT, version

REPOSITORY = "https://github.com/adaptive-optimizers/adaptive-optimizers"
CELL = Path(__file__).with_name("first_cell.py")
IDENTITY = "install"


def source() -> str:
    """Return what pip is told to install: the package at the tag of this version."""
    return f"git+{REPOSITORY}@v{version()}"


def code() -> str:
    """Return the text of the cell, which installs this version."""
    text = CELL.read_text(encoding="utf-8").rstrip("\n")
    return re.sub(rf"git\+{REPOSITORY}@v[\w.]+", source(), text)


def with_cell(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook with the cell as its first of code, and with its counts in order."""
    cells = [cell for cell in notebook["cells"] if cell.get("id") != IDENTITY]
    first = next(n for n, cell in enumerate(cells) if cell["cell_type"] == "code")
    cell = {
        "cell_type": "code",
        "execution_count": 1,
        "id": IDENTITY,
        "metadata": {"tags": ["remove-cell"]},
        "outputs": [],
        "source": code().splitlines(keepends=True),
    }
    before = [each for each in notebook["cells"] if each.get("id") == IDENTITY]
    if not before:
        for each in cells:
            if each["cell_type"] == "code" and each["execution_count"] is not None:
                each["execution_count"] += 1
                for output in each["outputs"]:
                    if "execution_count" in output:
                        output["execution_count"] += 1
    return {**notebook, "cells": [*cells[:first], cell, *cells[first:]]}


def main(arguments: list[str] | None = None) -> None:
    """Write the cell into chapters."""
    parser = argparse.ArgumentParser(prog="python -m chapters._site.launch")
    parser.add_argument("paths", nargs="*", type=Path, help="all chapters if none")
    chosen = parser.parse_args(arguments).paths
    for path in chosen or sorted((ROOT / "chapters").glob("*.ipynb")):
        notebook = with_cell(json.loads(path.read_text(encoding="utf-8")))
        text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
