"""What is built to run the notebooks in the browser; nothing here needs a browser or a network."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import parse_qs, urldefrag, urlsplit

import nbformat
import pytest

from adaptive.course.regions import secrets, traces
from chapters._site import lite, publishing
from chapters._site.lite import build, lock, offline, wheels
from tests import release
from tests.book.notebooks import NOTEBOOK_PAGES, ROOT, pages
from tests.site.conftest import soup

LOCK = json.loads(lock.LOCK.read_text(encoding="utf-8"))
#: What the kernel itself asks for at its start, one by one, as its source says.
STARTS = ("ssl", "sqlite3", "ipykernel", "comm", "pyodide_kernel", "jedi", "ipython")


@pytest.fixture(scope="module")
def built(book: Path) -> Path:
    """Return the folder of the application in the book."""
    return book / lite.FOLDER


def _kernel(folder):
    data = json.loads((folder / "jupyter-lite.json").read_text("utf-8"))["jupyter-config-data"]
    return data["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]


def _index(folder):
    """Return the wheels that are in the site, by the name of the package."""
    known = json.loads((folder / "pypi/all.json").read_text("utf-8"))
    return {
        name: [file for files in package["releases"].values() for file in files]
        for name, package in known.items()
    }


# ------------------------------------------------------------------ where things come from


def test_python_comes_from_one_place_and_packages_from_no_other(built):
    kernel = _kernel(built)
    assert kernel["pyodideUrl"] == f"{lite.CDN}pyodide.js"
    assert kernel["disablePyPIFallback"] is True
    assert kernel["loadPyodideOptions"]["lockFileURL"] == "./pyodide-lock.json"
    assert len(kernel["pipliteUrls"]) == 2
    for address in kernel["pipliteUrls"]:
        path, _, digest = address.partition("?sha256=")
        assert hashlib.sha256((built / path).read_bytes()).hexdigest() == digest
    assert f"/v{LOCK['info']['version']}/" in lite.CDN


def _served(folder):
    return json.loads((folder / lock.LOCK.name).read_text("utf-8"))["packages"]


def test_the_lock_knows_what_a_kernel_needs():
    names = LOCK["packages"].keys()
    assert {*lock.NEEDED, *lock.OFFERED} <= names
    assert lock.taken(LOCK) == LOCK
    for name, package in LOCK["packages"].items():
        assert {each.replace("_", "-") for each in package["depends"]} <= names, name
        assert re.fullmatch(r"[0-9a-f]{64}", package["sha256"])


def test_the_lock_that_is_served_has_the_wheels_of_the_site_as_well(built):
    served = _served(built)
    for name, package in LOCK["packages"].items():
        changed = {"depends": served[name]["depends"]} if name == lock.FIRST else {}
        assert served[name] == {**package, **changed}
    ours = {name: package for name, package in served.items() if name not in LOCK["packages"]}
    for name, package in ours.items():
        data = (built / package["file_name"]).read_bytes()
        assert "/" in package["file_name"], "that is how the extension knows where it is"
        assert hashlib.sha256(data).hexdigest() == package["sha256"], name
    theirs = {"pyodide-kernel", "ipykernel", "piplite", "widgetsnbextension"}
    assert {*_index(built), *theirs} == ours.keys()
    assert served["widgetsnbextension"]["version"].startswith("4.")
    assert "adaptive" in served[wheels.OURS]["imports"]


def test_what_a_kernel_starts_with_is_loaded_at_once(built):
    served = _served(built)
    # Else it would ask for them one by one.
    asked_for = {*_kernel(built)["loadPyodideOptions"]["packages"]}
    assert asked_for == {*STARTS, "micropip", "piplite"}
    found = lock.closure(served, (lock.FIRST,))
    assert {name.replace("_", "-") for name in asked_for} - {*lock.OFFERED} <= found
    assert {"numpy", "matplotlib"} <= found
    assert {name for name in served if name not in LOCK["packages"]} <= found
    assert not found & {*lock.OFFERED}


@pytest.mark.parametrize(("name", "unused"), lock.UNUSED.items())
def test_what_is_left_out_is_not_imported(pyodide_here, name, unused):
    (wheel,) = offline.FOLDER.glob(f"{name}-[0-9]*.whl")
    with zipfile.ZipFile(wheel) as archive:
        code = {each: archive.read(each) for each in archive.namelist() if each.endswith(".py")}
    imported = {
        alias.name.partition(".")[0] if isinstance(node, ast.Import) else node.module or ""
        for each, source in code.items()
        if "/tests/" not in each
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert "numpy" in imported
    assert not {*unused} & imported


def test_another_pyodide_gives_no_lock():
    other = {**LOCK, "info": {**LOCK["info"], "version": "0.28.0"}}
    with pytest.raises(ValueError, match=r"of Pyodide 0\.28\.0, not 0\.27\.7"):
        lock.taken(other)


def test_wheels_are_there_and_have_their_hashes(built):
    found = _index(built)
    assert set(found) == {
        wheels.OURS,
        wheels.START,
        *(name.replace("_", "-") for name in wheels.INSTALLED),
    }
    for files in found.values():
        (file,) = files
        data = (built / "pypi" / file["url"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == file["digests"]["sha256"]
        assert file["filename"].endswith("-py3-none-any.whl")
        with zipfile.ZipFile(built / "pypi" / file["url"]) as archive:
            assert archive.testzip() is None


def test_the_wheel_of_the_package_is_of_this_checkout(built):
    (wheel,) = built.glob("pypi/adaptive_optimizers-[0-9]*.whl")
    assert f"-{publishing.version()}-" in wheel.name
    info = "{name}-{version}.dist-info/".format(**release.project())
    assert not release.wrong(release.in_wheel(wheel), [info])
    with zipfile.ZipFile(wheel) as archive:
        for name in release.package():
            assert archive.read(name) == (ROOT / name).read_bytes(), name


def test_made_twice_wheels_are_the_same(tmp_path):
    digests = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        made = wheels.make(tmp_path / name)
        digests.append({w.name: hashlib.sha256(w.read_bytes()).hexdigest() for w in made})
    assert digests[0] == digests[1]
    assert not [path for path in ROOT.glob("*") if path.name in ("build", "dist")]


def test_what_is_compiled_is_not_packed(tmp_path):
    with pytest.raises(ValueError, match="numpy is not pure Python"):
        wheels.packed("numpy", tmp_path)


def test_what_wheels_need_is_there(built):
    there, asked = _served(built).keys(), set()
    for each in built.glob("pypi/*.whl"):
        with zipfile.ZipFile(each) as archive:
            (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
            text = archive.read(name).decode()
        lines = re.findall(r"^Requires-Dist: ([\w.-]+)(?!.*extra ==)", text, re.M)
        windows = {"colorama"}
        asked |= {line.lower().replace("_", "-") for line in lines} - windows
    assert {"numpy", "matplotlib", "tqdm", "widgetsnbextension"} <= asked
    assert asked <= there


def test_what_makes_a_start_short_is_there_for_it(built):
    worker = built / "extensions/@adaptive-optimizers/lite/static/python.js"
    (first,) = re.findall(r'runPython\("import (\w+)"\)', worker.read_text("utf-8"))
    with zipfile.ZipFile(next(built.glob("pypi/adaptive_optimizers_lite-*.whl"))) as archive:
        assert f"{first}.py" in archive.namelist()
    # The kernel of this version gets Python by these names.
    kernels = "extensions/@jupyterlite/pyodide-kernel-extension/static/*.js"
    sources = [path.read_text("utf-8") for path in built.glob(kernels)]
    workers = [text for text in sources if "async initRuntime" in text]
    assert workers
    for text in workers:
        assert re.search(r"importScripts\(\w+\),\w+=self\.loadPyodide\)", text)
    assert [text for text in sources if re.search(r"new Worker\(new URL\(", text)]


# ------------------------------------------------------------------ notebooks


def test_each_notebook_is_there_as_its_reader_gets_it(built):
    found = {p.relative_to(built / "files").as_posix() for p in built.glob("files/**/*.ipynb")}
    assert found == {f"{name}.ipynb" for name in NOTEBOOK_PAGES}
    for name in NOTEBOOK_PAGES:
        made = json.loads((built / f"files/{name}.ipynb").read_text("utf-8"))
        nbformat.validate(made)
        source = nbformat.read(ROOT / f"{name}.ipynb", as_version=4)
        if "/assignments/" not in name:
            # What its text becomes is tested in `test_plain`.
            code = [cell for cell in made["cells"] if cell["cell_type"] == "code"]
            assert code == [cell for cell in source.cells if cell.cell_type == "code"]
            continue
        assert not traces(source, made), "it gives an answer away"
        assert secrets(source)


def test_all_that_notebooks_import_is_there():
    files = {"adaptive", "myst_nb", *(path.stem for path in (lite.HERE / "kernel").glob("*.py"))}
    there = {name for p in LOCK["packages"].values() for name in p["imports"]} | files
    there |= {"IPython", "ipywidgets", *sys.stdlib_module_names}
    for path in build.notebooks().values():
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type != "code":
                continue
            for node in ast.walk(ast.parse(re.sub(r"(?m)^[%!].*$", "", cell.source))):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) else []
                assert {name.partition(".")[0] for name in names} <= there, path.name


@pytest.mark.parametrize("name", NOTEBOOK_PAGES)
def test_buttons_of_a_page_open_its_notebook(book, name):
    page = soup(book / f"{name}.html")
    links = [a["href"] for a in page.select("a[href*='lite/notebooks']")]
    assert len(links) == 2, "one in the menu, one in the text"
    for link in links:
        address, _ = urldefrag(link)
        assert not urlsplit(address).scheme, "the site may be anywhere"
        path, _, query = address.partition("?")
        assert ((book / name).parent / path).resolve() == (book / lite.PAGE).resolve()
        (notebook,) = parse_qs(query)["path"]
        assert notebook == f"{name}.ipynb"
        assert (book / lite.FOLDER / "files" / notebook).is_file()
    assert (book / lite.PAGE).is_file()


def test_other_pages_have_no_such_button(book):
    for name in {*pages()} - {*NOTEBOOK_PAGES}:
        assert not soup(book / f"{name}.html").select("article a[href*='lite/notebooks']"), name


# ------------------------------------------------------------------ a site without a network


def _folder(path, *, without=""):
    """Fill a folder as Pyodide's is filled, with empty files."""
    path.mkdir()
    for name in offline.files().keys() - {without}:
        (path / name).touch()
    return path


def test_pyodide_from_a_folder_is_in_the_site(tmp_path):
    build.build(tmp_path / "lite", str(_folder(tmp_path / "pyodide")))
    assert _kernel(tmp_path / "lite")["pyodideUrl"] == "./pyodide/pyodide.js"
    found = {path.name for path in (tmp_path / "lite/pyodide").iterdir()}
    assert found == {*offline.files()}
    text = (tmp_path / "lite/jupyter-lite.json").read_text("utf-8")
    for known in ("https://jupyterlite.rtfd.io", publishing.address()):
        text = text.replace(f'"{known}', "")
    assert "//" not in text


def test_a_folder_that_is_not_whole_is_refused_by_name(tmp_path):
    folder = _folder(tmp_path / "pyodide", without="python_stdlib.zip")
    command = [sys.executable, "-m", "chapters._site.lite", str(tmp_path / "lite")]
    environment = {"PYODIDE": str(folder), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert run.returncode == 1
    said = f"PYODIDE: {folder} is without python_stdlib.zip; see `make pyodide`\n"
    assert run.stderr == said


def test_what_is_gathered_is_what_the_lock_names(tmp_path, monkeypatch):
    known = {"pyodide.js": b"core", "numpy.whl": b"package"}
    monkeypatch.setattr(
        offline, "files", lambda: {n: hashlib.sha256(d).hexdigest() for n, d in known.items()}
    )
    monkeypatch.setenv("ADAPTIVE_PYODIDE", str(tmp_path / "here"))
    monkeypatch.setattr(offline, "_from_npm", lambda folder: None)
    monkeypatch.setattr(offline, "_from_cdn", {"pyodide.js": b"core"}.get)
    (tmp_path / "here").mkdir()
    with pytest.raises(ValueError, match=r"numpy\.whl is not to be had"):
        offline.gather(tmp_path / "all")
    (tmp_path / "here/numpy.whl").write_bytes(b"another")
    with pytest.raises(ValueError, match=r"numpy\.whl is not the file that the lock names"):
        offline.gather(tmp_path / "all")
    assert not offline.whole(tmp_path / "all")
    (tmp_path / "here/numpy.whl").write_bytes(b"package")
    offline.gather(tmp_path / "all")
    assert offline.whole(tmp_path / "all")
    (tmp_path / "all/numpy.whl").write_bytes(b"spoilt")
    assert not offline.whole(tmp_path / "all")
