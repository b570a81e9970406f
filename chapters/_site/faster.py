"""What makes the build take less time, and changes nothing in the book."""

from __future__ import annotations

import functools
import gc
from typing import Any

from pybtex import plugin


def setup(app: Any) -> None:
    """Look for garbage, and for the plug-ins of the bibliography, less often."""
    # A page is a tree of some ten thousand nodes, all of them in use: to look at them again after
    # every 700 new ones took a fifth of the build.
    gc.set_threshold(500_000)
    # Each citation asks all packages that are installed for the same plug-in.
    plugin._load_entry_point = functools.cache(plugin._load_entry_point)
