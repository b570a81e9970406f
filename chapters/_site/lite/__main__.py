"""Build it: ``python -m chapters._site.lite FOLDER``, with Pyodide from where PYODIDE says."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from chapters._site.lite import CDN
from chapters._site.lite.build import build


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m chapters._site.lite")
    parser.add_argument("folder", type=Path, help="where it goes, such as _build/html/lite")
    folder = parser.parse_args().folder
    try:
        build(folder, os.environ.get("PYODIDE") or CDN)
    except (RuntimeError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
