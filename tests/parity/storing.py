"""What the scripts of `make parity` share: paths are stored, or compared with what is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np


def apart(one: Any, other: Any) -> float:
    """Return the largest difference of two paths."""
    return float(np.abs(one - other).max())


def store_or_compare(
    made: Mapping[str, Any],
    file: Path,
    arguments: list[str],
    tolerance: float,
    far: Callable[[Any, Any], float] = apart,
) -> int:
    """Store paths if the arguments say ``store``; print how far they are from what is stored.

    Returns
    -------
    int
        The exit status: 1 if one of them is farther than ``tolerance``.
    """
    if "store" in arguments:
        np.savez_compressed(file, **made)
    stored = np.load(file)
    # A default that must be given is NaN.
    drifts = {
        key: far(np.nan_to_num(path), np.nan_to_num(stored[key])) for key, path in made.items()
    }
    for key, drift in drifts.items():
        print(f"{key:24} {drift:7.1e} from the stored")
    return int(max(drifts.values()) > tolerance)
