"""Notebooks are stored with text outputs and execution counts, and nothing else.

``python -m tests.book.notebooks store [PATH ...]`` runs each notebook from top to bottom
in a fresh kernel and stores it cleaned; ``check`` runs nothing and names what is not as
it should be. Without paths, both take all notebooks of the book.

Text and counts are what `nbval --nbval` compares: without a count it compares nothing,
and it never looks at a picture. The book draws its figures afresh when it is built.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
import yaml
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = ROOT / "chapters"

#: What of an output is stored, and so compared; pictures and HTML are not.
KEPT_MIMETYPES = ("text/plain", "text/latex", "text/markdown")
KEPT_PREFIX = "application/papermill.record/"  # what `myst_nb.glue` stores
KEPT_CELL_METADATA = ("deletable", "editable", "mystnb", "nbgrader", "tags")
KEPT_OUTPUT_METADATA = ("scrapbook",)
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}

#: Seconds after which a cell hangs, on the busiest machine; the longest takes 20 on a quiet one.
HANGS = 900

#: Each chapter shows at least so many numbers that nbval compares.
FEWEST_NUMBERS = 10
NUMBER = re.compile(r"(?<![\w.])[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w])")
FIGURE = re.compile(r"<Figure size .*? Axes>")

#: What would make an output differ on another machine, or on another day.
UNSTABLE = {
    "an address": re.compile(r"\b0x[0-9a-fA-F]{6,}"),
    "an absolute path": re.compile(
        r"(?<![\w.:/])/(?:home|Users|root|tmp|usr|var|opt|mnt|private|content)/"
        rf"|\b[A-Z]:\\|site-packages|{re.escape(str(ROOT))}"
    ),
    "a time": re.compile(r"\b(?:Wall time|CPU times)\b|\d ?(?:it/s|s/it|[mµn]s)\b"),
}
EXEMPTIONS = re.compile(r"nbval[-_](?:skip|ignore[-_]output)", re.IGNORECASE)


# --------------------------------------------------------------------------- which


def notebooks() -> list[Path]:
    """All notebooks of the book: chapters, and sources of assignments."""
    return sorted([*CHAPTERS.glob("*.ipynb"), *CHAPTERS.glob("assignments/source/*/*.ipynb")])


def _files(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("root", "file") and isinstance(value, str):
                yield value
            else:
                yield from _files(value)
    elif isinstance(node, list):
        for value in node:
            yield from _files(value)


def pages() -> list[str]:
    """The pages of the book in the order of the table of contents, without suffix."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [str(Path(name).with_suffix("")) for name in _files(toc)]


def chapters() -> list[Path]:
    """The notebooks among the pages."""
    return [path for name in pages() if (path := ROOT / f"{name}.ipynb").exists()]


#: The pages that are notebooks; those of assignments are handed out in other ways than chapters.
NOTEBOOK_PAGES = [path.relative_to(ROOT).with_suffix("").as_posix() for path in chapters()]
CHAPTER_PAGES = [name for name in NOTEBOOK_PAGES if "/assignments/" not in name]


# --------------------------------------------------------------------------- clean


def _kept(mimetype: str) -> bool:
    if mimetype.startswith(KEPT_PREFIX):
        mimetype = mimetype.removeprefix(KEPT_PREFIX)
    return mimetype in KEPT_MIMETYPES


def _clean_outputs(outputs: Iterable[NotebookNode]) -> Iterator[NotebookNode]:
    last = None
    for output in outputs:
        if output.output_type == "stream":
            # One stream however it was flushed.
            if last is not None and last.output_type == "stream" and last.name == output.name:
                last.text += output.text
                continue
        elif output.output_type in ("display_data", "execute_result"):
            output.data = NotebookNode({m: d for m, d in output.data.items() if _kept(m)})
            output.metadata = NotebookNode(
                {k: v for k, v in output.metadata.items() if k in KEPT_OUTPUT_METADATA}
            )
            if not output.data:
                continue
        last = output
        yield output


def clean(notebook: NotebookNode) -> NotebookNode:
    """Return a copy that holds what is stored and nothing else."""
    notebook = nbformat.from_dict(notebook)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    kept = {key: notebook.metadata[key] for key in ("mystnb",) if key in notebook.metadata}
    notebook.metadata = NotebookNode(
        kernelspec=NotebookNode(KERNEL), language_info=NotebookNode(name="python"), **kept
    )
    seen: set[str] = set()
    for cell in notebook.cells:
        cell.metadata = NotebookNode(
            {k: v for k, v in cell.metadata.items() if k in KEPT_CELL_METADATA and v != []}
        )
        # Ids stay as they are; a cell without one gets one made from its text.
        if "id" not in cell or cell.id in seen:
            digest = hashlib.sha256(cell.source.encode())
            while (made := digest.hexdigest()[:8]) in seen:
                digest.update(b"again")
            cell.id = made
        seen.add(cell.id)
        if cell.cell_type == "code":
            cell.outputs = list(_clean_outputs(cell.outputs))
        elif "attachments" in cell and not cell.attachments:
            del cell["attachments"]
    return notebook


def written(notebook: NotebookNode) -> str:
    """The text of the file."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


def execute(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Return a copy of a notebook, run from top to bottom in a fresh kernel."""
    notebook = nbformat.from_dict(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = NotebookClient(
        notebook,
        timeout=HANGS,
        startup_timeout=HANGS,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    return client.execute()


def store(path: Path) -> list[str]:
    """Run a notebook, store it cleaned, and return what is wrong with it."""
    notebook = execute(nbformat.read(path, as_version=4), path.parent)
    text = written(clean(notebook))
    if text != path.read_text(encoding="utf-8"):
        path.write_text(text, encoding="utf-8")
    return list(problems(path))


# --------------------------------------------------------------------------- check


def _texts(output: NotebookNode) -> Iterator[str]:
    if output.output_type == "stream":
        yield output.text
    else:
        for data in output.get("data", {}).values():
            yield data if isinstance(data, str) else str(data)


def numbers(notebook: NotebookNode) -> list[str]:
    """The numbers in the text outputs that nbval compares, in order."""
    return [
        number
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.execution_count is not None
        for output in cell.outputs
        for text in _texts(output)
        for number in NUMBER.findall(FIGURE.sub("", text))
    ]


def problems(path: Path) -> Iterator[str]:
    """Say what is not as it should be in a stored notebook."""
    raw = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(raw, as_version=4)

    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(code, start=1):
        where = f"code cell {count} ({cell.source.strip().splitlines()[:1]})"
        if cell.execution_count is None:
            yield f"{where} has no execution count, so nbval would compare nothing in it"
        elif cell.execution_count != count:
            yield f"{where} has execution count {cell.execution_count}, not {count}"
        if EXEMPTIONS.search(cell.source + " " + " ".join(cell.metadata.get("tags", []))):
            yield f"{where} is exempt from comparison"
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                yield f"{where} writes to stderr: {output.text.strip().splitlines()[-1:]}"
            if output.output_type == "error" and "raises-exception" not in cell.metadata.get(
                "tags", []
            ):
                yield f"{where} ends in an error: {output.ename}"
            for mimetype in output.get("data", {}):
                if not _kept(mimetype):
                    yield f"{where} stores {mimetype}"
            for text in _texts(output):
                for what, pattern in UNSTABLE.items():
                    if found := pattern.search(text):
                        yield f"{where} shows {what}: {found[0]!r}"
    if "widgets" in notebook.metadata:
        yield "it stores the state of widgets"
    if (found := len(numbers(notebook))) < FEWEST_NUMBERS and path in chapters():
        yield f"it shows {found} numbers that are compared; a chapter needs {FEWEST_NUMBERS}"
    if written(clean(notebook)) != raw:
        yield "it is not stored as `make notebooks` would store it"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.book.notebooks")
    parser.add_argument("command", choices=["store", "check"])
    parser.add_argument("paths", nargs="*", type=Path, help="all notebooks of the book if none")
    options = parser.parse_args(arguments)
    paths = [path.resolve() for path in options.paths] or notebooks()

    if options.command == "store":
        os.environ.setdefault("TQDM_DISABLE", "1")
        with ProcessPoolExecutor() as pool:
            found = list(pool.map(store, paths))
    else:
        found = [list(problems(path)) for path in paths]

    for path, wrong in zip(paths, found, strict=True):
        print(f"{path.name}: {'ok' if not wrong else ''}")
        for line in wrong:
            print(f"    {line}")
    return int(any(found))


if __name__ == "__main__":
    sys.exit(main())
