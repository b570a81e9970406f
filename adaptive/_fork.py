"""Whether this process is the fork of another one."""

import os

#: The process that imported the package, which is when this is run.
_IMPORTED_BY = os.getpid()


def is_forked() -> bool:
    """Return whether the package was imported before this process was forked.

    A fork has none of its parent's threads, and libraries that had started some do not
    always notice.
    """
    return os.getpid() != _IMPORTED_BY
