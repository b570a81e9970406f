"""What is published is the package: all of it, and nothing else."""

from __future__ import annotations

import ast
import io
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests import release

INFO = "{name}-{version}.dist-info".format(**release.project())


def _archives(folder: Path, names: set[str]) -> tuple[Path, Path]:
    """Make a wheel and a source distribution of empty files."""
    wheel, sources = folder / "x.whl", folder / "x.tar.gz"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in [*names, f"{INFO}/METADATA"]:
            archive.writestr(name, "")
    with tarfile.open(sources, "w:gz") as archive:
        for name in [*names, "pyproject.toml", "adaptive_optimizers.egg-info/PKG-INFO"]:
            archive.addfile(tarfile.TarInfo(f"adaptive_optimizers-0.1.0/{name}"), io.BytesIO())
    return wheel, sources


def test_the_files_of_the_package_pass(tmp_path):
    assert {"adaptive/py.typed", "adaptive/sweep.py"} <= release.package()
    assert release.check(*_archives(tmp_path, release.package())) == []


@pytest.mark.parametrize(
    "name",
    [
        "tests/test_sweep.py",
        "chapters/assignments/source/ravine/ravine.ipynb",
        "adaptive/test_sweep.py",
        "adaptive/course/answers.ipynb",
        "adaptive.egg-info/PKG-INFO",
        "pyproject.toml/x",
    ],
)
def test_what_is_no_part_of_it_is_named(tmp_path, name):
    said = release.check(*_archives(tmp_path, {*release.package(), name}))
    assert said == [f"{each}: {name} is no part of the package" for each in ("x.whl", "x.tar.gz")]


@pytest.mark.parametrize("name", ["adaptive/py.typed", "adaptive/large/measured.json"])
def test_what_is_missing_is_named(tmp_path, name):
    said = release.check(*_archives(tmp_path, release.package() - {name}))
    assert said == [f"{each}: {name} is missing" for each in ("x.whl", "x.tar.gz")]


def test_a_tag_names_the_version():
    version = release.project()["version"]
    tag = {"GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": f"v{version}"}
    assert release.tagged(tag) == []
    assert release.tagged({}) == []
    assert release.tagged({"GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "main"}) == []
    assert release.tagged(tag | {"GITHUB_REF_NAME": "v9.9"}) == [
        f"the tag is v9.9, and the version in pyproject.toml is {version}"
    ]


def test_what_is_built_from_this_checkout_is_the_package(tmp_path):
    """With what is installed, as no network can be counted on."""
    there = tmp_path / "project"
    for name in ("adaptive", "tests"):
        skip = shutil.ignore_patterns("__pycache__", "node_modules")
        shutil.copytree(release.ROOT / name, there / name, ignore=skip)
    for name in ("pyproject.toml", "README.md", "LICENSE", "MANIFEST.in"):
        shutil.copy(release.ROOT / name, there / name)
    run = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", "dist"],
        cwd=there,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    (wheel,), (sources,) = there.glob("dist/*.whl"), there.glob("dist/*.tar.gz")
    assert release.check(wheel, sources) == []
    with zipfile.ZipFile(wheel) as archive:
        said = archive.read(f"{INFO}/METADATA").decode()
    assert "License-Expression: BSD-3-Clause" in said
    assert "Project-URL: Documentation, https://" in said


def test_the_tests_that_are_taken_along_find_all_that_they_share():
    taken = [release.ROOT / "tests" / each for each in release.TESTS]
    files = {file for path in taken for file in (path.rglob("*.py") if path.is_dir() else [path])}
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "tests":
                room = release.ROOT.joinpath(*node.module.split("."))
                parts = (room / alias.name for alias in node.names)
                needed = {path.with_suffix(".py") for path in (room, *parts)}
                assert {path for path in needed if path.exists()} <= files, file
