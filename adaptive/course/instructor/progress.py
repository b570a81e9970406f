"""A bar that moves also while a single step takes long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm


@contextmanager
def progress(what: str, total: int | None = None, every: float = 1.0) -> Iterator[Any]:
    """Show what is being done, for how long, and how long it will take.

    Parameters
    ----------
    what : str
        Shown at the left.
    total : int, optional
        Students to come; without it there is the time alone.
    every : float, default 1.0
        Seconds after which the time is shown again.

    Yields
    ------
    tqdm.tqdm
        To be updated.
    """
    alone = None if total is not None else "{desc} [{elapsed}]"
    with tqdm(desc=what, total=total, unit="student", bar_format=alone) as bar:
        end = threading.Event()

        def tick() -> None:
            while not end.wait(every):
                bar.refresh()

        ticking = threading.Thread(target=tick, daemon=True)
        ticking.start()
        try:
            yield bar
        finally:
            end.set()
            ticking.join()
