"""Classes that are made from rules when they are asked for."""

from __future__ import annotations

import copyreg
from typing import Any


class Made(type):
    """The class of such classes: one is pickled as the function and the rule that it came from.

    pickle would look for it by its name, and there is no module in which it has one.
    """

    made_by: Any
    made_from: Any


copyreg.pickle(Made, lambda made: (made.made_by, (made.made_from,)))
