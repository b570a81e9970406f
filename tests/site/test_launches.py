"""Binder, Colab and paper: what a reader starts from a page, tried as far as one machine can."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from chapters._site import launch, publishing
from tests.book.notebooks import ROOT, chapters, pages
from tests.site import pdf
from tests.site.conftest import soup

#: The chapters; notebooks of assignments are handed out in other ways.
RAW = [
    path.relative_to(ROOT).with_suffix("").as_posix()
    for path in chapters()
    if path.parent == ROOT / "chapters"
]


def test_binder_copies_the_source_before_it_installs(tmp_path):
    """What repo2docker would build; it does not build, so it needs no Docker."""
    command = [str(Path(sys.executable).with_name("jupyter-repo2docker")), "--no-build", "--debug"]
    # A copy without what is not in the repository.
    copy = tmp_path / "project"
    copy.mkdir()
    for name in ("environment.yml", "pyproject.toml", "README.md", "LICENSE"):
        (copy / name).write_bytes((ROOT / name).read_bytes())
    run = subprocess.run([*command, str(copy)], capture_output=True, text=True, timeout=1200)
    assert run.returncode == 0, run.stderr[-2000:]
    docker = run.stdout + run.stderr
    copied = re.search(r"COPY --chown=\d+:\d+ src/ \$\{REPO_DIR\}", docker)
    installed = re.search(r"env update -p \$\{NB_PYTHON_PREFIX\}", docker)
    assert copied, docker
    assert installed, docker
    assert copied.start() < installed.start()


def test_launch_buttons_open_the_notebook_of_the_page(book):
    for name in pages():
        page = soup(book / f"{name}.html")
        addresses = [
            link["href"]
            for link in page.select(".dropdown-launch-buttons a")
            if re.search(r"mybinder|colab", link["href"])
        ]
        if name not in RAW:
            assert not addresses, (name, addresses)
            continue
        assert len(addresses) == 2, (name, addresses)
        assert all(address.endswith(f"{name}.ipynb") for address in addresses), addresses


@pytest.mark.parametrize("name", RAW)
def test_first_cell_installs_this_version_and_the_page_does_not_show_it(book, name):
    notebook = json.loads((ROOT / f"{name}.ipynb").read_text(encoding="utf-8"))
    first = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    assert "".join(first["source"]) == launch.code(), "run `python -m chapters._site.launch`"
    assert f"@v{publishing.version()}" in launch.code()
    assert first["metadata"]["tags"] == ["remove-cell"]
    assert first["outputs"] == []
    assert "find_spec" not in soup(book / f"{name}.html").article.get_text()


def test_a_chapter_runs_with_what_its_first_cell_installs(tmp_path):
    """In a bare environment, with nothing on stderr; from this copy of the project."""
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", str(bare)], check=True)
    python = bare / "bin" / "python"
    tag = f'"git+{launch.REPOSITORY}@v{publishing.version()}"'
    assert launch.code().count(tag) == 1
    notebook = json.loads((ROOT / "chapters/momentum.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    tree = tmp_path / "project"
    shutil.copytree(ROOT / "adaptive", tree / "adaptive")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree / name)
    cells[0] = cells[0].replace(tag, f'"{tree.as_uri()}"')
    script = tmp_path / "chapter.py"
    # As a script: figures go nowhere, and are closed after each cell, as in a notebook.
    close = "\n\nimport matplotlib.pyplot; matplotlib.pyplot.close('all')\n\n"
    script.write_text(close.join(cells), encoding="utf-8")
    environment = {"MPLBACKEND": "agg", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    environment |= {k: v for k, v in os.environ.items() if k.startswith(("PIP_", "SSL_"))}
    runner = f"import runpy; runpy.run_path({str(script)!r}, run_name='chapter')"
    run = subprocess.run(
        [python, "-W", "error", "-c", runner],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        timeout=4000,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert run.stderr == ""
    assert "steps to come 1000 times closer" in run.stdout


def test_paper_has_all_pages_and_their_links(book, tmp_path):
    names = ["chapters/notation", "chapters/cheatsheet", "chapters/momentum"]
    page = pdf.one_page(book, names)
    tree = BeautifulSoup(page, "html.parser")
    ids = [each["id"] for each in tree.select("[id]")]
    assert len(ids) == len(set(ids))
    inside = [link["href"][1:] for link in tree.select("a[href^='#']")]
    assert len(inside) > 30
    assert set(inside) <= set(ids)
    assert not tree.select("script")
    target = tmp_path / "book.pdf"
    pdf.write(book, target, names)
    data = target.read_bytes()
    assert data.startswith(b"%PDF")
    assert b"/Outlines" in data
    assert data.count(b"/Type /Page\n") > 15
