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
from filelock import FileLock

from chapters._site import launch, publishing
from tests.book.notebooks import CHAPTER_PAGES, ROOT, pages
from tests.site import pdf
from tests.site.conftest import soup


def test_binder_copies_the_source_before_it_installs(tmp_path):
    """What repo2docker would build; it does not build, so it needs no Docker."""
    command = [str(Path(sys.executable).with_name("jupyter-repo2docker")), "--no-build", "--debug"]
    # A copy without what is not in the repository.
    copy = tmp_path / "project"
    copy.mkdir()
    for name in ("environment.yml", "pyproject.toml", "README.md", "LICENSE"):
        (copy / name).write_bytes((ROOT / name).read_bytes())
    run = subprocess.run([*command, str(copy)], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-2000:]
    docker = run.stdout + run.stderr
    copied = re.search(r"COPY --chown=\d+:\d+ src/ \$\{REPO_DIR\}", docker)
    installed = re.search(r"env update -p \$\{NB_PYTHON_PREFIX\}", docker)
    assert copied, docker
    assert installed, docker
    assert copied.start() < installed.start()


@pytest.mark.parametrize("name", pages())
def test_launch_buttons_open_the_notebook_of_the_page(book, name):
    links = soup(book / f"{name}.html").select(".dropdown-launch-buttons a")
    found = [link["href"] for link in links if re.search(r"mybinder|colab", link["href"])]
    assert len(found) == (2 if name in CHAPTER_PAGES else 0), found
    assert all(address.endswith(f"{name}.ipynb") for address in found), found


@pytest.mark.parametrize("name", CHAPTER_PAGES)
def test_first_cell_installs_this_version_and_the_page_does_not_show_it(book, name):
    notebook = json.loads((ROOT / f"{name}.ipynb").read_text(encoding="utf-8"))
    first = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    assert "".join(first["source"]) == launch.code(), "run `python -m chapters._site.launch`"
    assert first["metadata"]["tags"] == ["remove-cell"]
    assert first["outputs"] == []
    assert "metadata.distributions" not in soup(book / f"{name}.html").article.get_text()


def test_the_cell_is_written_once_and_for_this_version():
    assert launch.code() == launch.CELL.read_text(encoding="utf-8").rstrip("\n")
    assert launch.code().count(f'"{launch.source()}"') == 1
    assert launch.source().endswith(f"@v{publishing.version()}")


def test_the_cell_is_written_into_a_notebook_that_has_another_one(tmp_path):
    path = tmp_path / "momentum.ipynb"
    stored = json.loads((ROOT / "chapters/momentum.ipynb").read_text(encoding="utf-8"))
    first = next(cell for cell in stored["cells"] if cell["cell_type"] == "code")
    assert first["id"] == launch.IDENTITY
    for cells in (
        [{**cell, "source": ["old"]} if cell is first else cell for cell in stored["cells"]],
        [cell for cell in stored["cells"] if cell is not first],
    ):
        path.write_text(json.dumps({**stored, "cells": cells}), encoding="utf-8")
        launch.main([str(path)])
        written = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert [cell["id"] for cell in written] == [cell["id"] for cell in stored["cells"]]
        assert "".join(written[stored["cells"].index(first)]["source"]) == launch.code()


# --------------------------------------------------------------------------- other machines

#: What a session on Colab or Kaggle may have, at the oldest versions that the package takes.
OLDEST = ["numpy==2.0.*", "matplotlib==3.8.*", "pyparsing<3.3"]


class Machine:
    """An environment on another machine: without this project, but for a copy of it."""

    def __init__(self, folder: Path, environment: Path, cache: Path) -> None:
        self.folder = folder
        self.environment = {"MPLBACKEND": "agg", "PATH": "/usr/bin:/bin", "HOME": str(folder)}
        # A bar for what takes long would say how fast this machine is.
        self.environment["TQDM_DISABLE"] = "1"
        # Most of what is installed is never imported, and need not be compiled.
        self.environment["PIP_NO_COMPILE"] = "1"
        kept = ("PIP_", "SSL_")
        self.environment |= {k: v for k, v in os.environ.items() if k.startswith(kept)}
        self.environment["PIP_CACHE_DIR"] = str(cache)
        # Linked: what installs files replaces them, and never writes into one that is there.
        shutil.copytree(environment, folder / "environment", symlinks=True, copy_function=os.link)
        self.tree = folder / "project"
        shutil.copytree(ROOT / "adaptive", self.tree / "adaptive")
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, self.tree / name)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run its Python."""
        command = [str(self.folder / "environment/bin/python"), *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, cwd=self.folder, env=self.environment
        )

    def install(self, *packages: str) -> None:
        """Install packages."""
        done = self.run("-m", "pip", "install", "--quiet", *packages)
        assert done.returncode == 0, done.stderr

    def execute(self, *cells: str) -> subprocess.CompletedProcess[str]:
        """Execute cells, any warning being an error; the first one installs the copy."""
        script = self.folder / "cells.py"
        # As a script: figures go nowhere, and are closed after each cell, as in a notebook.
        close = "\n\nimport sys\nif 'matplotlib.pyplot' in sys.modules:\n"
        close += "    sys.modules['matplotlib.pyplot'].close('all')\n\n"
        text = close.join(cells).replace(launch.source(), self.tree.as_uri())
        script.write_text(text, encoding="utf-8")
        runner = f"import runpy; runpy.run_path({str(script)!r}, run_name='chapter')"
        return self.run("-W", "error", "-c", runner)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return the folder of all workers."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def bare(shared: Path) -> Path:
    """Return an environment in which nothing is installed but pip."""
    folder = shared / "bare"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    return folder


@pytest.fixture(scope="session")
def cache(shared: Path) -> Path:
    """Return where pip keeps what it has loaded, for all machines."""
    return shared / "pip"


@pytest.fixture(scope="session")
def first(shared: Path, bare: Path, cache: Path) -> tuple[subprocess.CompletedProcess[str], Path]:
    """Run a chapter where nothing is installed, once; return what it said, and the environment.

    What the project depends on is installed then; the project itself is taken away.
    """
    folder = shared / "first"
    with FileLock(f"{folder}.lock"):
        if not (said := folder / "said.json").exists():
            folder.mkdir()
            machine = Machine(folder, bare, cache)
            run = machine.execute(*_cells("nadam"))
            machine.run("-m", "pip", "uninstall", "--quiet", "--yes", "adaptive-optimizers")
            said.write_text(json.dumps([run.returncode, run.stdout, run.stderr]))
    return subprocess.CompletedProcess("", *json.loads(said.read_text())), folder / "environment"


@pytest.fixture
def machine(tmp_path: Path, bare: Path, cache: Path) -> Machine:
    """Return another machine, with nothing but pip."""
    return Machine(tmp_path, bare, cache)


@pytest.fixture
def second(
    tmp_path: Path, first: tuple[subprocess.CompletedProcess[str], Path], cache: Path
) -> Machine:
    """Return a machine on which other work has been done with what the project depends on."""
    return Machine(tmp_path, first[1], cache)


def _cells(name: str) -> list[str]:
    """Return the code of a chapter, with the first cell as it is to be."""
    notebook = json.loads((ROOT / f"chapters/{name}.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    return [launch.code(), *cells[1:]]


def test_a_chapter_runs_with_what_its_first_cell_installs(first):
    run, _ = first
    assert run.returncode == 0, run.stderr[-3000:]
    assert run.stderr == ""
    assert "<Path: Nadam on ravine, 150 steps" in run.stdout


def test_a_chapter_runs_where_the_oldest_versions_are_loaded_before(second):
    """As on Colab and Kaggle, where a session has begun with numpy."""
    second.install(*OLDEST)
    before = "import matplotlib, matplotlib.pyplot, numpy"
    before += "; assert numpy.__version__.startswith('2.0.')"
    before += "; assert matplotlib.__version__.startswith('3.8.')"
    run = second.execute(before, *_cells("momentum"))
    assert run.returncode == 0, run.stderr[-3000:]
    assert run.stderr == ""
    assert "steps to come 1000 times closer" in run.stdout


def test_where_the_loaded_numpy_was_replaced_the_cell_asks_for_a_restart(second):
    second.install("numpy==1.26.*")
    run = second.execute("import numpy", launch.code(), "print('went on')")
    assert "went on" not in run.stdout
    said = r"ImportError: numpy is 2\.[\d.]+ now, 1\.26\.4 is loaded: restart the session, then run"
    assert re.search(said, run.stderr), run.stderr[-2000:]
    again = second.execute(launch.code(), "from adaptive import Adam; print(Adam().lr)")
    assert again.stdout == "0.001\n", again.stderr[-2000:]


@pytest.mark.parametrize("ours", ["missing", "over it"])
def test_where_the_other_adaptive_is_installed_the_cell_says_what_to_do(second, ours):
    other = second.folder / "other"
    (other / "adaptive").mkdir(parents=True)
    (other / "adaptive/__init__.py").write_text("__version__ = '1.4.0'\n", encoding="utf-8")
    (other / "pyproject.toml").write_text(
        '[project]\nname = "adaptive"\nversion = "1.4.0"\n'
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
        encoding="utf-8",
    )
    second.install(str(other))
    if ours == "over it":
        second.install(str(second.tree))
    run = second.execute(launch.code(), "print('went on')")
    assert "went on" not in run.stdout
    found = re.search(r"in the place of ours: %pip (uninstall --yes .*); restart", run.stderr)
    assert found, run.stderr[-2000:]
    assert second.run("-m", "pip", *found[1].split()).returncode == 0
    again = second.execute(launch.code(), "from adaptive import Adam; print(Adam().lr)")
    assert again.stdout == "0.001\n", again.stderr[-2000:]


def test_what_an_interrupted_pip_has_left_is_no_matter_to_the_cell(second):
    second.install(str(second.tree))
    packages = second.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout
    (Path(packages.strip()) / "-umpy.dist-info").mkdir()
    run = second.execute("import matplotlib, numpy", launch.code(), "print('went on')")
    assert run.stdout == "went on\n", run.stderr[-2000:]


def test_where_nothing_can_be_installed_the_cell_shows_why(machine):
    shutil.rmtree(machine.tree)
    run = machine.execute(launch.code())
    _, found, why = run.stderr.rpartition("\nImportError: pip could not install it:\n")
    assert found, run.stderr
    assert machine.tree.as_posix() in why


def test_paper_has_all_pages_and_their_links(browser, book, tmp_path):
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
    pdf.write(browser, book, target, names)
    data = target.read_bytes()
    assert data.startswith(b"%PDF")
    assert b"/Outlines" in data
    assert data.count(b"/Type /Page\n") > 15
