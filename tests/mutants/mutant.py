"""What the tools that make mistakes share."""

from __future__ import annotations

from dataclasses import dataclass

from tests.mutants.runner import ROOT

#: The mutants that are no mistakes, and why.
EXPLAINED = ROOT / "tests" / "mutants" / "equivalent.toml"


@dataclass(frozen=True)
class Mutant:
    """A file with one change in it."""

    file: str
    source: str
    was: str
    becomes: str

    def __str__(self) -> str:
        return f"{self.file}\n    - {self.was}\n    + {self.becomes}"
