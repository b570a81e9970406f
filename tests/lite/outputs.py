"""What a notebook has shown in the browser, compared with what is stored, by nbval's own rules."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat

from tests.book import executed
from tests.book.notebooks import ROOT


def differences(path: Path, shown: dict[str, Any], folder: Path) -> str:
    """Return what nbval says of the outputs of a notebook that ran elsewhere.

    Parameters
    ----------
    path : Path
        The stored notebook.
    shown : dict
        The same notebook, with the outputs of the run.
    folder : Path
        Where the run can be kept for nbval.

    Returns
    -------
    str
        Empty if all outputs are the stored ones.
    """
    notebook = nbformat.from_dict(shown)
    stored = nbformat.read(path, as_version=4)
    notebook.metadata["executed"] = {"key": executed.key(stored), "seconds": 0}
    nbformat.write(notebook, folder / path.name)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    run = subprocess.run(
        [*command, str(path)],
        cwd=ROOT,
        # What ran elsewhere is compared, and never a run here.
        env={**os.environ, "ADAPTIVE_EXECUTED": str(folder), "ADAPTIVE_EXECUTED_ONLY": "1"},
        capture_output=True,
        text=True,
    )
    return f"{run.stdout}\n{run.stderr}" if run.returncode else ""
