"""A class that is graded once, in a folder of its own, with nothing of the user's settings."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import nbgrader.api
import pytest
from sqlalchemy import Engine, event

VERSION = nbgrader.api.get_alembic_version


@pytest.fixture(scope="session")
def own_settings(tmp_path_factory: pytest.TempPathFactory):
    """Keep kernels and nbgrader away from the user's folders."""
    base: Path = tmp_path_factory.mktemp("settings")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
            patch.setenv(name, str(base / name.lower()))
        # Each new gradebook would start a program to ask for the same answer.
        patch.setattr(nbgrader.api, "get_alembic_version", functools.cache(VERSION))
        # Nor does it wait for the disk: these gradebooks need not outlive the machine's current.
        event.listen(Engine, "connect", _does_not_wait)
        yield
        event.remove(Engine, "connect", _does_not_wait)


def _does_not_wait(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA synchronous = OFF")
