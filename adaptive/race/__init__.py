"""A fair race: every rule with its best setting from a grid of equal size, on fresh trials."""

from adaptive.race.left import SOLVED, Score, following, lowest_loss, quantile
from adaptive.race.results import Entry, Race
from adaptive.race.running import race
from adaptive.race.settings import (
    ENDS,
    EXTENSIONS,
    LONGER,
    MEMORIES,
    SHARES,
    SHORTER,
    grid,
)
from adaptive.race.trials import SPREAD, trials_of

__all__ = [
    "ENDS",
    "EXTENSIONS",
    "LONGER",
    "MEMORIES",
    "SHARES",
    "SHORTER",
    "SOLVED",
    "SPREAD",
    "Entry",
    "Race",
    "Score",
    "following",
    "grid",
    "lowest_loss",
    "quantile",
    "race",
    "trials_of",
]
