"""The numbers of an assignment: curves to name, runs to diagnose, a problem's condition.

They are made elsewhere, together with the answers. All have the same, which are in the package,
unless a file with other ones lies beside the notebook.
"""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any


class Sheet:
    """The numbers of an assignment.

    Parameters
    ----------
    assignment : str
        Its name; a file ``NAME.json`` in the folder of the notebook goes before the package's.
    """

    def __init__(self, assignment: str) -> None:
        self.name = f"{assignment}.json"

    @cached_property
    def _numbers(self) -> dict[str, Any]:
        own = Path(self.name)
        path = own if own.is_file() else Path(__file__).parent / "sheets" / self.name
        return dict(json.loads(path.read_text(encoding="utf-8")))

    def __getitem__(self, key: str) -> Any:
        return self._numbers[key]

    def belongs_to(self, student: str) -> None:
        """Raise `FileNotFoundError` if these are not the numbers of a student."""
        if self._numbers.get("made for") != student:
            raise FileNotFoundError(
                f"{self.name}, with the numbers of {student}, must lie beside this notebook: it "
                "came with it, in the same archive. Put it there, and restart the kernel"
            )
