"""What GitHub is told to do: only what `make` does, on the versions that the package names."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from tests.book.notebooks import ROOT
from tests.site import links

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
MAKE = (ROOT / "Makefile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _workflow(path):
    # YAML reads the key `on` as true.
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _steps(path):
    return [step for job in _workflow(path)["jobs"].values() for step in job["steps"]]


def _schema(name, *files):
    command = [str(Path(sys.executable).with_name("check-jsonschema")), "--builtin-schema", name]
    return subprocess.run([*command, *map(str, files)], capture_output=True, text=True)


def test_workflows_are_what_github_takes(tmp_path):
    run = _schema("vendor.github-workflows", *WORKFLOWS)
    assert run.returncode == 0, run.stdout
    run = _schema("vendor.dependabot", ROOT / ".github/dependabot.yml")
    assert run.returncode == 0, run.stdout
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(WORKFLOWS[0].read_text().replace("runs-on", "run-on"))
    assert _schema("vendor.github-workflows", wrong).returncode != 0


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_run_targets_of_make_and_nothing_else(path):
    known = set(re.findall(r"^([a-z -]+):.*## ", MAKE, re.MULTILINE))
    known = {name for names in known for name in names.split()}
    commands = [step["run"] for step in _steps(path) if "run" in step]
    numpys = [
        value
        for job in _workflow(path)["jobs"].values()
        for value in job.get("strategy", {}).get("matrix", {}).get("numpy", [])
    ]
    assert commands or path.stem == "publish"
    for command in commands:
        match = re.fullmatch(r"make ([a-z-]+|test-\$\{\{ matrix\.numpy \}\})( ARGS=\S+)?", command)
        assert match, command
        names = [f"test-{n}" for n in numpys] if "matrix" in match[1] else [match[1]]
        assert set(names) <= known, command


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_may_do_no_more_than_they_need(path):
    assert _workflow(path)["permissions"]["contents"] == "read"
    for step in _steps(path):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
        if "uses" in step:
            # What is not GitHub's own cannot become something else overnight.
            assert re.fullmatch(r"actions/[a-z-]+@v\d+|[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])


def test_each_python_that_the_package_names_is_tested():
    named = {
        text.rpartition(" ")[2] for text in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", text)
    }
    jobs = _workflow(ROOT / ".github/workflows/tests.yml")["jobs"]
    assert set(jobs["python"]["strategy"]["matrix"]["python"]) == named
    assert jobs["numpy"]["strategy"]["matrix"]["numpy"] == ["oldest", "newest"]
    (numpy,) = (each for each in PROJECT["dependencies"] if each.startswith("numpy"))
    oldest = re.search(r'NUMPY_oldest := "numpy==([\d.]+)\.\*"', MAKE)[1]
    assert f">={oldest}," in numpy


@pytest.mark.parametrize("target", ["parity", "hub", "otter", "links"])
def test_what_is_too_long_for_each_change_runs_every_week_and_when_it_is_asked_for(target):
    workflow = _workflow(ROOT / ".github/workflows" / f"{target}.yml")
    steps = [step.get("run", "") for step in _steps(ROOT / ".github/workflows" / f"{target}.yml")]
    assert [step for step in steps if step.split()[:2] == ["make", target]]
    assert "workflow_dispatch" in workflow[True]
    ((when,),) = ([one["cron"]] for one in workflow[True]["schedule"])
    assert re.fullmatch(r"\d+ \d+ \* \* \d", when)


def test_the_hub_s_root_has_the_node_that_its_proxy_needs(tmp_path):
    (job,) = _workflow(ROOT / ".github/workflows/hub.yml")["jobs"].values()
    uses = [step for step in job["steps"] if "actions/setup-node@" in step.get("uses", "")]
    set_up = uses[0]["with"]["node-version"]
    # Of root's own it would be another one.
    assert "env PATH=$PATH" in job["steps"][-1]["shell"]
    lock = json.loads((ROOT / "tests/hub/package-lock.json").read_text("utf-8"))
    needed = lock["packages"]["node_modules/commander"]["engines"]["node"]
    assert needed == f">={set_up}.12.0"
    assert f"Node {set_up}.12 or newer" in MAKE


def test_a_tag_is_published_after_it_is_checked():
    workflow = _workflow(ROOT / ".github/workflows/publish.yml")
    assert workflow[True]["push"] == {"tags": ["v*"]}
    commands = [step.get("run") for step in workflow["jobs"]["build"]["steps"]]
    assert commands.index("make book") < commands.index("make check-site")
    assert workflow["jobs"]["deploy"]["needs"] == "build"


def test_a_tag_is_released_after_it_is_checked_and_no_password_is_kept():
    text = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")
    workflow = _workflow(ROOT / ".github/workflows/release.yml")
    assert workflow[True] == {"push": {"tags": ["v*"]}}
    build, publish = workflow["jobs"]["build"], workflow["jobs"]["publish"]
    assert [step["run"] for step in build["steps"] if "run" in step] == ["make dist"]
    assert "permissions" not in build
    assert publish["needs"] == "build"
    assert publish["permissions"] == {"id-token": "write"}
    assert publish["environment"]["name"] == "pypi"
    # No code of the project, nor what it depends on, runs with that right.
    assert not [step for step in publish["steps"] if "run" in step or "checkout" in step["uses"]]
    kept = {step["with"]["name"] for step in (build["steps"][-1], publish["steps"][0])}
    assert kept == {"dist"}
    assert "secrets." not in text


@pytest.mark.parametrize(
    "path",
    [p for p in sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")) if p.stem != "config"],
    ids=lambda path: path.stem,
)
def test_issue_forms_are_complete(path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= form.keys()
    ids = [part["id"] for part in form["body"]]
    assert len(ids) == len(set(ids))
    assert all(part["attributes"]["label"] for part in form["body"])


def test_tools_of_node_stay_as_they_are_locked():
    folder = ROOT / "tests" / "site"
    lock = json.loads((folder / "package-lock.json").read_text("utf-8"))
    # What asks for the newest of something is out of step with the lock at the next release.
    moving = {
        name
        for package in lock["packages"].values()
        for name, version in package.get("dependencies", {}).items()
        if version == "latest"
    }
    pinned = json.loads((folder / "package.json").read_text("utf-8"))["overrides"]
    assert moving == set(pinned)
    for name, version in pinned.items():
        assert lock["packages"][f"node_modules/{name}"]["version"] == version


def test_pre_commit_calls_what_continuous_integration_calls():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    entries = {hook["entry"] for repo in hooks["repos"] for hook in repo["hooks"]}
    assert "make lint" in entries
    assert any("tests.book.notebooks check" in entry for entry in entries)
    assert any("check-jsonschema" in entry for entry in entries)


# ------------------------------------------------------------------ links that lead out


@pytest.fixture
def outside():
    """Return an address outside the book, where some pages are there and some are not."""

    class Server(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response({"/there": 200, "/closed": 403}.get(self.path, 404))
            self.end_headers()

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_dead_links_are_named_with_their_pages(outside, tmp_path):
    (tmp_path / "chapters").mkdir()
    addresses = ["/there", "/closed", "/gone#part"]
    text = "".join(f'<a href="{outside}{address}">x</a>' for address in addresses)
    text += '<a href="https://mybinder.org/v2/x">x</a><a href="other.html">x</a>'
    (tmp_path / "chapters/page.html").write_text(text)
    said = links.report(tmp_path, pause=0)
    assert said == f"- {outside}/gone (404 Not Found), on chapters/page"


def test_an_address_that_cannot_be_reached_is_wrong():
    assert links.wrong("http://127.0.0.1:9/", tries=2, pause=0)


def test_a_place_where_chapters_run_and_that_does_not_answer_stops_a_version(monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(links, "wrong", lambda address: asked.append(address) or "")
    assert links.main(["--launches"]) == 0
    assert {"https://mybinder.org/", "https://colab.research.google.com/"} < set(asked)
    assert any(re.search(r"/v0\.27\.7/full/numpy-.*\.whl$", address) for address in asked)
    monkeypatch.setattr(links, "wrong", lambda address: "404" if "binder" in address else "")
    assert links.main(["--launches"]) == 1
    assert capsys.readouterr().out.endswith("- https://mybinder.org/ (404)\n")


def test_one_issue_is_opened(monkeypatch):
    calls = []

    def run(command, **_):
        calls.append(command)
        return subprocess.CompletedProcess(command, 0, stdout=b"[]")

    monkeypatch.setattr(links.subprocess, "run", run)
    links.open_issue("- x")
    assert calls[-1] == ["gh", "issue", "create", "--title", links.TITLE, "--body", "- x"]

    def known(command, **_):
        calls.append(command)
        answer = f'[{{"title": "{links.TITLE}"}}]'.encode()
        return subprocess.CompletedProcess(command, 0, stdout=answer)

    monkeypatch.setattr(links.subprocess, "run", known)
    links.open_issue("- x")
    assert calls[-1][:3] == ["gh", "issue", "list"]


def test_links_of_the_book_are_found(book):
    found = links.links(book)
    assert len(found) > 30
    assert not any(address.startswith(links.OURS + links.LAUNCHES) for address in found)
