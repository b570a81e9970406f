"""The notebooks in the reader's browser: JupyterLite, built into the site.

``python -m chapters._site.lite FOLDER`` builds it; `make book` does so after the pages. It is an
application of its own beside them: no page loads any of it before a reader asks for it.

- `build` puts it together: notebooks, wheels, settings.
- `plain` writes the chapters in Markdown that JupyterLite knows, `needed` says which cells a cell
  needs.
- `wheels` makes the wheels, of this checkout and of what is installed: no network is needed.
- `lock` says which packages of Pyodide are taken, with their hashes, which the browser checks.
- `offline` gathers Pyodide itself, for a site that needs no network and for tests.
- `kernel` is what a kernel has from its start; `extension` is what a reader sees of it.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).resolve().parent
#: Where it is in the site.
FOLDER = "lite"
#: The application that shows one notebook.
PAGE = f"{FOLDER}/notebooks/index.html"
#: The one that runs a cell.
CELL = f"{FOLDER}/repl/index.html"
#: The version whose packages are in `lock.LOCK`.
PYODIDE = "0.27.7"
#: Where the published site gets Python from.
CDN = f"https://cdn.jsdelivr.net/pyodide/v{PYODIDE}/full/"
