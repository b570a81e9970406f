"""What the tools that make mistakes share."""

from __future__ import annotations

from dataclasses import dataclass

from tests.mutants import rooms
from tests.mutants.runner import ROOT

#: The mutants that are no mistakes, and why.
EXPLAINED = ROOT / "tests" / "mutants" / "equivalent.toml"

#: What a mutant is known by: its file, the line as it was, and what it becomes.
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Mutant:
    """A file with one change in it."""

    file: str
    source: str
    was: str
    becomes: str

    @property
    def key(self) -> Key:
        """What it is known by; two places with the same line are one."""
        return self.file, self.was, self.becomes

    @property
    def room(self) -> str:
        """The room of its file."""
        return rooms.room(ROOT / self.file)

    def __str__(self) -> str:
        return f"{self.file}\n    - {self.was}\n    + {self.becomes}"
