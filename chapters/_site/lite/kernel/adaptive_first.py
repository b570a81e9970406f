"""What a kernel imports first, for its start to be short."""

import sys
import types

# Modules are looked for in the notebook's folder last. It is in the browser's store, which answers
# by way of the page: some hundred times, if it is asked first at each import.
sys.path.remove("")
sys.path.append("")


def _embed(*arguments: object, **options: object) -> None:
    raise RuntimeError("IPython.embed opens a terminal, and there is none in a browser")


# IPython imports what it needs for a terminal, and that is more than half of it.
_terminal = types.ModuleType("IPython.terminal.embed", "No terminal.")
vars(_terminal)["embed"] = _embed
sys.modules[_terminal.__name__] = _terminal
