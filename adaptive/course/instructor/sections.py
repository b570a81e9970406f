"""Which section of which chapter treats what a question asks for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from adaptive.rules import MODERN, ON_MATRICES, RULES

BOOK = "https://adaptive-optimizers.github.io/adaptive-optimizers/chapters/"
_CHAPTERS = {
    "race": "The race",
    "schedules": "Schedules",
    **{rule.__name__.lower(): rule.__name__ for rule in (*RULES, *MODERN, *ON_MATRICES)},
}


@dataclass(frozen=True)
class Section:
    """A section of the book.

    Parameters
    ----------
    page : str
        The chapter's file, without its suffix.
    title : str
        The section's heading.
    """

    page: str
    title: str

    @property
    def chapter(self) -> str:
        """The chapter, by its usual name."""
        return _CHAPTERS[self.page]

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        plain = unicodedata.normalize("NFKD", self.title.lower()).encode("ascii", "ignore").decode()
        anchor = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
        return f"{BOOK}{self.page}.html#{anchor}"


_RULE = "The update rule"
_IDEA = "From the idea to the rule"
#: For each assignment and question, and where a part of it is treated elsewhere, for
#: ``question: part``.
SECTIONS: dict[str, dict[str, Section]] = {
    "ravine": {
        "expand": Section("sgd", "The real task"),
        "probability": Section("sgd", "The real task"),
        "loss": Section("sgd", "The real task"),
        "grad": Section("sgd", "The real task"),
        "sgd": Section("sgd", _RULE),
        "largest-rate": Section("sgd", "The exact answer on a quadratic"),
        "momentum": Section("momentum", _RULE),
        "momentum: the velocity": Section("momentum", _IDEA),
        "predicted-steps": Section("momentum", "The best η and γ"),
        "measured-steps": Section("momentum", "The best η and γ"),
        "nag": Section("nag", _RULE),
        "nag: where the gradient is asked": Section("nag", "The idea: look where you are going"),
        "curves": Section("nag", "Watch it work"),
        "why-tie": Section("momentum", "The real task"),
    },
    "rates": {
        "adagrad": Section("adagrad", _RULE),
        "predicted": Section("adagrad", "Rare features that are not learned"),
        "measured": Section("adagrad", "Rare features that are not learned"),
        "rmsprop": Section("rmsprop", _RULE),
        "rmsprop: the average of g²": Section("rmsprop", "From Adagrad to RMSprop"),
        "adadelta": Section("adadelta", _RULE),
        "adadelta: the step Δθ": Section("adadelta", "From Newton to Adadelta"),
        "epsilon": Section("adadelta", "ε is the learning rate in disguise"),
        "curves": Section("rmsprop", "Two runs that cannot follow"),
        "units": Section("adadelta", "What units say"),
        "why": Section("rmsprop", "Two runs that cannot follow"),
    },
    "moments": {
        "correct": Section("adam", "What the correction repairs, and what it leaves"),
        "first-steps": Section("adam", "What the correction repairs, and what it leaves"),
        "adam": Section("adam", _RULE),
        "adam: the first moment": Section("adam", "Two averages"),
        "adam: the second moment": Section("adam", "Two averages"),
        "adam: the step, with both corrections": Section(
            "adam", "What the correction repairs, and what it leaves"
        ),
        "adamax": Section("adamax", _RULE),
        "adamax: the decaying maximum": Section("adamax", "From squares to the maximum"),
        "nadam": Section("nadam", _RULE),
        "nadam: the step, with all corrections": Section("nadam", "The same change in Adam"),
        "predicted-end": Section("amsgrad", "The worst point"),
        "turn": Section("amsgrad", "How much memory is enough"),
        "amsgrad": Section("amsgrad", _RULE),
        "amsgrad: the largest second moment": Section("amsgrad", "The idea: keep the largest"),
        "measured": Section("amsgrad", "What the maximum buys: a regret that vanishes"),
        "why": Section("amsgrad", "Why: a rate that rises when it must not"),
    },
    "choose": {
        "search": Section("race", "How much tuning does a rule need?"),
        "sgd-rate": Section("race", "Where the basin lies"),
        "predicted-gain": Section("adagrad", "Rare features that are not learned"),
        "measured": Section("race", "One run decides nothing"),
        "one-sweep": Section("race", "The width of the basin"),
        "choice": Section("race", "An honest guide to choosing"),
        "network": Section("race", "The width of the basin"),
        "run-a": Section("sgd", "The exact answer on a quadratic"),
        "run-b": Section("adagrad", "When it stalls"),
        "run-c": Section("adam", "How long can a step be?"),
        "cure": Section("rmsprop", "Two runs that cannot follow"),
        "defence": Section("race", "Six decisions"),
    },
    "modern": {
        "adamw": Section("adamw", _RULE),
        "adamw: the first moment": Section("adam", "Two averages"),
        "adamw: the second moment": Section("adam", "Two averages"),
        "adamw: Adam's step, where λ is 0": Section("adam", _RULE),
        "adamw: the decay beside it": Section("adamw", "The idea: outside the quotient"),
        "box": Section("adamw", "The box"),
        "factor": Section("schedules", "The idea: a rate for each step"),
        "predicted-warmup": Section("schedules", "Clipping, where the slope is a cliff"),
        "shortest": Section("schedules", "Clipping, where the slope is a cliff"),
        "quintic": Section("muon", "From the idea to products of matrices"),
        "newton-schulz": Section("muon", "From the idea to products of matrices"),
        "steps": Section("muon", "From the idea to products of matrices"),
        "carry": Section("adamw", '"λ does not depend on η"'),
    },
}


def section(assignment: str, question: str, part: str = "") -> Section | None:
    """Return the section that treats a part of a question.

    Parameters
    ----------
    assignment, question : str
        Their names.
    part : str, optional
        As the check calls it.

    Returns
    -------
    Section or None
        That of the part, else that of the question; None where the book does not know it.

    Examples
    --------
    >>> section("rates", "units").address.rpartition("/")[2]
    'adadelta.html#what-units-say'
    """
    known = SECTIONS.get(assignment, {})
    return known.get(f"{question}: {part}") or known.get(question)
