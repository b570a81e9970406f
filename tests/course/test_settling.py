"""A test cell ends in points that count or in an error, and the kernel's names are put back."""

from __future__ import annotations

import _thread
import asyncio
import builtins
import functools
import gc
import importlib
import json
import math
import signal
import subprocess
import sys
import threading
import types
import warnings
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbformat.v4 import new_code_cell, new_output

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from adaptive.course.instructor import guard, preprocessors
    from adaptive.course.instructor.preprocessors import Run, settle

SAYS = "The check did not end in points. Ask your instructor to look at this cell."


def _result(text: str):
    return new_output("execute_result", {"text/plain": text}, execution_count=1)


def _error(name: str = "ValueError", says: str = "no"):
    return new_output("error", ename=name, evalue=says, traceback=["the hidden tests"])


def _stream(text: str, name: str = "stdout"):
    return new_output("stream", name=name, text=text)


def _settled(*outputs: Any, back: Any = ()) -> list[tuple[Any, ...]]:
    cell = new_code_cell("check()", metadata={"nbgrader": {"points": 3}}, outputs=list(outputs))
    settle(cell, back if back is None else list(back))
    shown = []
    for output in cell.outputs:
        if output.output_type == "error":
            # Nothing of the hidden tests is left in it.
            assert output.traceback == [f"{output.ename}: {output.evalue}"]
            shown.append((output.ename, output.evalue))
        elif output.output_type == "stream":
            assert output.name == "stdout"
            shown.append(("text", output.text))
        else:
            shown.append(("points", output.data["text/plain"]))
    return shown


@pytest.mark.parametrize("points", ["0", "0.0", "1.5", "3", "3.0"])
def test_points_that_count_are_kept(points):
    assert _settled(_stream("well"), _result(points)) == [("text", "well"), ("points", points)]


@pytest.mark.parametrize("points", ["-0.5", "3.1", "nan", "inf", "None", "'3'", ""])
def test_points_that_do_not_count_are_an_error(points):
    assert _settled(_result(points)) == [("NoPoints", SAYS)]


def test_two_results_are_none():
    assert _settled(_result("3"), _result("3")) == [("NoPoints", SAYS)]
    odd = new_output("execute_result", {"image/png": "x"}, execution_count=1)
    assert _settled(odd) == [("NoPoints", SAYS)]


def test_a_cell_without_points_has_one_error():
    assert _settled() == [("NoPoints", SAYS)]
    assert _settled(_error(), _stream("x")) == [("ValueError", "no"), ("text", "x")]
    assert _settled(_error(), _result("nan")) == [("ValueError", "no")]


def test_what_is_put_back_has_a_name_that_terminals_can_show():
    """A function's name is the student's to choose, and is told to the instructor."""
    run, said = Run(), {"seal": "s", "course": "c", "running": False}
    run._seal = "s"
    run._ask_guard = lambda call: json.dumps(said | {"back": ["a\x1b[2J\nb", 3, "x" * 1000]})
    assert run._put_back(new_code_cell("check(f)")) == ["a?[2J?b", "3", "x" * 100]


def test_what_is_written_to_stderr_is_no_failure():
    assert _settled(_stream("careful", "stderr"), _result("2")) == [
        ("text", "careful"),
        ("points", "2"),
    ]


def test_an_interrupted_check_counts_what_was_right_until_then():
    late = _error("CellTimeoutError", "too long")
    assert _settled(late, _result("2")) == [("points", "2")]
    assert _settled(late) == [("CellTimeoutError", "too long")]
    assert _settled(_error(), _result("2")) == [("ValueError", "no"), ("points", "2")]


def test_what_was_put_back_is_said_first():
    says = "Put back before this check, because the notebook had changed it: float, np.sum.\n"
    assert _settled(_result("2"), back=["float", "np.sum"]) == [("text", says), ("points", "2")]


def test_a_check_that_could_not_be_prepared_has_no_points():
    says = (
        "The check cannot be relied on here: something of the notebook's own still runs, or "
        "has changed what the check needs. Ask your instructor to look at this cell."
    )
    assert _settled(_stream("well"), _result("3"), back=None) == [("NoPoints", says)]


def test_definitions_are_what_a_cell_has_without_running():
    source = (
        "import math\nfrom os import path\nx = 1\nprint(x)\n\ndef f(a):\n    return a\n\n"
        "class C:\n    y = 2\n\nwhile True:\n    pass\n"
    )
    found = preprocessors._definitions(source)
    names: dict[str, Any] = {}
    exec(found, names)
    assert {"math", "path", "f", "C"} <= set(names)
    assert "x" not in names
    assert "while" not in found
    assert preprocessors._definitions("def f(:") == ""


@pytest.mark.parametrize(
    ("kind", "marks", "test"),
    [
        ("code", {"grade": True}, True),
        ("code", {"grade": True, "solution": True}, False),
        ("code", {"solution": True}, False),
        ("markdown", {"grade": True}, False),
    ],
)
def test_a_cell_whose_output_is_points(kind, marks, test):
    cell = new_code_cell("", metadata={"nbgrader": marks})
    cell.cell_type = kind
    assert preprocessors.is_test(cell) is test


class _Room(Run):
    """Takes outputs without a kernel."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self._left = room


def _kept(room: int, *sizes: int, kind: str = "stream") -> tuple[list[int], list[str]]:
    run, outs, kept = _Room(room), [], []
    with pytest.MonkeyPatch.context() as patch:
        base = Run.__mro__[1]
        patch.setattr(base, "output", lambda self, outs, msg, *rest: kept.append(msg))
        for size in sizes:
            content = {"text": "x" * size} if kind == "stream" else {"data": "x" * size}
            run.output(outs, {"msg_type": kind, "content": content}, None, 0)
    return [len(str(*m["content"].values())) for m in kept], [out.text for out in outs]


@pytest.mark.parametrize("kind", ["stream", "display_data"])
def test_output_is_kept_as_long_as_there_is_room(kind):
    said = ["... The rest of the output is left out ...\n"]
    assert _kept(10, 4, 6, kind=kind) == ([4, 6], [])
    assert _kept(10, 4, 7, kind=kind) == ([4], said)
    # What is too large closes the room, and that is said once.
    assert _kept(10, 11, 1, 1, kind=kind) == ([], said)
    assert _kept(10, 10, 1, 1, kind=kind) == ([10], said)


def test_errors_and_results_are_kept_whatever_room_there_is():
    assert _kept(0, 99, kind="error") == ([99], [])


# ------------------------------------------------------------------ the guard


@pytest.fixture
def kept(monkeypatch):
    """Make a module for the guard to keep, and return it."""
    source = "def f(a=1, *, b=2):\n    return a + b\n\nclass C:\n    x = 3\n\nnumber = 4\n"
    module = types.ModuleType("kept_by_guard")
    exec(source, vars(module))
    monkeypatch.setitem(sys.modules, "kept_by_guard", module)
    monkeypatch.setattr(guard, "KEPT", ("kept_by_guard", "builtins"))
    monkeypatch.setattr(guard, "COURSE", "no_course")
    monkeypatch.setattr(guard, "CHANGING", {"builtins": ("input",), "kept_by_guard": ("busy",)})
    module.busy = 0
    return module


def test_what_is_bound_anew_is_put_back(kept):
    watch = guard.Guard("none")
    watch.put_back([], {})
    assert watch.back == []
    right, path = kept.f, sys.path[:]
    kept.number, kept.C.x, kept.f = 5, 6, lambda: 7
    sys.path.insert(0, "elsewhere")
    watch.put_back([], {})
    assert (kept.number, kept.C.x, kept.f, sys.path) == (4, 3, right, path)
    assert sorted(watch.back) == ["C.x", "kept_by_guard.f", "kept_by_guard.number"]
    del kept.number
    watch.put_back([], {})
    assert (kept.number, watch.back) == (4, ["kept_by_guard.number"])
    watch.put_back([], {})
    assert watch.back == []


def test_the_code_and_the_defaults_of_a_function_are_put_back(kept):
    watch = guard.Guard("none")
    kept.f.__code__ = (lambda a=1, *, b=2: 0).__code__
    kept.f.__defaults__, kept.f.__kwdefaults__ = (8,), {"b": 9}
    watch.put_back([], {})
    assert kept.f() == 3
    assert watch.back == ["f", "f", "f"]


def test_what_changes_all_the_time_is_left_alone(kept):
    watch = guard.Guard("none")
    kept.busy = 1
    watch.put_back([], {})
    assert (kept.busy, watch.back) == (1, [])


def test_a_name_of_the_notebook_does_not_hide_pythons_own(kept):
    watch = guard.Guard("none")
    names = {"float": lambda x: 3, "sum": 1, "mine": 2}
    watch.put_back(["float", "mine", "len"], names)
    # One that the check does not use may stay.
    assert names == {"sum": 1, "mine": 2}
    assert watch.back == ["float"]
    assert builtins.float is float


def test_the_checker_is_read_afresh(monkeypatch):
    # With nothing else kept, so that this process stays as it is.
    monkeypatch.setattr(guard, "KEPT", ())
    course = {
        name: module for name, module in sys.modules.items() if name.startswith("adaptive.course")
    }
    try:
        watch = guard.Guard("ravine")
        first = sys.modules["adaptive.course.ravine"]
        names: dict[str, Any] = {"ravine": first}
        watch.put_back(["ravine", "x"], names)
        assert names["ravine"] is sys.modules["adaptive.course.ravine"]
        assert names["ravine"] is not first
        assert watch.back == []
        names = {"ravine": SimpleNamespace(check=lambda *a: 99)}
        watch.put_back(["ravine"], names)
        assert watch.back == ["ravine"]
        assert names["ravine"].ASSIGNMENT.name == "ravine"
        # A check that does not use it needs none.
        names = {}
        watch.put_back([], names)
        assert names == {}
        assert guard.Guard("not_there")._load() is None
    finally:
        sys.modules.update(course)


def test_the_guard_is_read_anew_and_its_memory_is_sealed(kept, monkeypatch):
    monkeypatch.setattr(guard, "limit_memory", lambda gibibytes: None)
    monkeypatch.setattr(guard, "_refuse_hooks", lambda refused: None)
    monkeypatch.setattr(guard, "get_ipython", lambda: None)
    seal = guard.begin("none", 4)
    monkeypatch.setattr(guard, "get_ipython", lambda: SimpleNamespace(user_ns={"sum": 1}))
    try:
        kept.number = 5
        done = json.loads(guard.before_check(["sum"]))
        assert done.pop("course") == guard._course()
        assert done == {"seal": seal, "back": ["kept_by_guard.number", "sum"], "running": False}
        remembered = sys.modules[guard.PLACE].remembered
        # What is not remembered is not taken over.
        remembered["put_back"] = remembered["seal"] = lambda *arguments: seal
        kept.number = 5
        done = json.loads(guard.before_check([]))
        assert (done["seal"], done["back"]) == (seal, ["kept_by_guard.number"])
        remembered["_saved"] = []
        assert json.loads(guard.before_check([]))["seal"] != seal
    finally:
        del sys.modules[guard.PLACE]


@pytest.mark.parametrize(
    ("module", "name"), [("returned", "close"), ("transcript", "writing"), ("transcript", "CALLS")]
)
def test_the_course_s_code_has_another_hash_when_some_of_it_is_another(module, name, monkeypatch):
    known = guard._course()
    assert guard._course() == known
    # Where the guard finds it: a module may have been read afresh.
    held = importlib.import_module(f"adaptive.course.{module}")
    monkeypatch.setattr(held, name, lambda *given: True)
    assert guard._course() != known
    monkeypatch.undo()
    assert guard._course() == known


def test_other_code_in_a_function_or_a_class_of_the_course_changes_its_hash(monkeypatch):
    known = guard._course()
    checks = importlib.import_module("adaptive.course.code")
    monkeypatch.setattr(checks.Code, "_mark", lambda *given: None)
    assert guard._course() != known
    monkeypatch.undo()
    assert guard._course() == known
    function = importlib.import_module("adaptive.course.returned").close
    monkeypatch.setattr(function, "__code__", (lambda one, other: True).__code__)
    assert guard._course() != known


def _of_a_cell(text: str) -> Any:
    """Return the function `f` as a cell makes it."""
    names: dict[str, Any] = {}
    exec(compile(text, "<cell 3>", "exec"), names)
    return names["f"]


def test_what_waits_in_the_event_loop_is_called_off():
    calls: list[int] = []
    theirs = _of_a_cell("def f(*given): given[0].append(1)")
    later = _of_a_cell("import asyncio\nasync def f(calls):\n    calls.append(1)")

    async def kernel(*waiting):
        loop = asyncio.get_running_loop()
        loop.call_soon(int, "3")
        loop.call_later(1e-6, str, 4)
        for how in waiting:
            how(loop)
        back = guard._call_off()
        await asyncio.sleep(0.01)
        return back

    ways = (
        lambda loop: loop.call_soon(theirs, calls),
        lambda loop: loop.call_later(1e-6, theirs, calls),
        lambda loop: loop.call_soon(functools.partial(int, theirs)),
        lambda loop: loop.call_soon(setattr, SimpleNamespace(), "check", 3),
        lambda loop: loop.create_task(later(calls)),
    )
    # In a thread of its own: where a browser is tested, a loop runs in this one.
    with ThreadPoolExecutor(1) as alone:
        assert alone.submit(lambda: asyncio.run(kernel())).result() == []
        for how in ways:
            found = alone.submit(lambda how=how: asyncio.run(kernel(how))).result()
            assert found == ["what waits in the event loop"]
        assert alone.submit(guard._call_off).result() == []
    assert calls == []


def test_what_is_called_when_memory_is_freed_is_put_back(kept):
    watch = guard.Guard("none")
    gc.callbacks.append(print)
    watch.put_back([], {})
    assert print not in gc.callbacks
    assert watch.back == ["what is called when memory is freed"]
    watch.put_back([], {})
    assert watch.back == []


def test_audit_hooks_of_others_are_refused():
    """In a process of its own, since nobody can take a hook away."""
    code = (
        "import sys\nfrom adaptive.course.instructor import guard\n"
        "refused = []\nguard._refuse_hooks(refused)\n"
        "sys.addaudithook(lambda *given: print('called'))\nopen(sys.executable).close()\n"
        "print(refused)"
    )
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True
    )
    assert run.stdout.strip() == "['an audit hook']"


def test_a_thread_that_still_runs_is_seen(kept, monkeypatch):
    monkeypatch.setattr(guard, "limit_memory", lambda gibibytes: None)
    monkeypatch.setattr(guard, "_refuse_hooks", lambda refused: None)
    monkeypatch.setattr(guard, "get_ipython", lambda: None)
    guard.begin("none", 4)
    monkeypatch.setattr(guard, "get_ipython", lambda: SimpleNamespace(user_ns={}))
    ended = threading.Event()
    # Not one of `threading`, which lists only its own.
    begun = threading.Event()
    _thread.start_new_thread(lambda: (begun.set(), ended.wait()), ())
    try:
        assert begun.wait(60)
        assert json.loads(guard.before_check([]))["running"]
        with monkeypatch.context() as hidden:
            known = sys.modules[guard.PLACE].remembered["_threads"]
            hidden.setattr(sys, "_current_frames", lambda: dict.fromkeys(known))
            assert json.loads(guard.before_check([]))["running"]
    finally:
        ended.set()
        del sys.modules[guard.PLACE]


def test_what_signals_call_is_put_back(kept):
    watch = guard.Guard("none")
    before = signal.getsignal(signal.SIGTERM)
    try:
        signal.signal(signal.SIGTERM, lambda *a: None)
        watch.put_back([], {})
        assert watch.back == ["what SIGTERM calls"]
        assert signal.getsignal(signal.SIGTERM) is before
        watch.put_back([], {})
        assert watch.back == []
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.fixture
def shell(monkeypatch):
    """Return a shell as a kernel has one, with what a module adds to its events."""
    module = types.ModuleType("draws")
    exec("def flush(*a): pass", vars(module))
    monkeypatch.setitem(sys.modules, "draws", module)

    class Shell:
        def __init__(self):
            self.input_transformer_manager = TransformerManager()
            self.input_transformers_post, self.ast_transformers = [], []
            self.events = SimpleNamespace(callbacks={"pre_run_cell": []})

        def run_cell(self):
            return "run"

    made = Shell()
    monkeypatch.setattr(guard, "get_ipython", lambda: made)
    return made


def test_what_ipython_does_to_cells_is_put_back(shell):
    watch = guard._Shell()
    assert watch.put_back() == []
    before = list(shell.input_transformer_manager.cleanup_transforms)

    def swallow(lines):
        return ["pass\n"]

    manager = shell.input_transformer_manager
    manager.cleanup_transforms.append(swallow)
    shell.input_transformers_post = [swallow]
    shell.ast_transformers.append(swallow)
    assert watch.put_back() == ["IPython's transformers"]
    assert manager.cleanup_transforms == before
    assert (shell.input_transformers_post, shell.ast_transformers) == ([], [])
    shell.input_transformer_manager = TransformerManager()
    assert watch.put_back() == ["IPython's transformers"]
    assert shell.input_transformer_manager is manager
    # What draws figures registers itself, and is no student's.
    shell.events.callbacks["pre_run_cell"] += [sys.modules["draws"].flush]
    assert watch.put_back() == []
    shell.events.callbacks["pre_run_cell"] += [swallow]
    assert watch.put_back() == ["IPython's events"]
    assert shell.events.callbacks["pre_run_cell"] == [sys.modules["draws"].flush]
    shell.run_cell = lambda: "nothing"
    assert watch.put_back() == ["IPython's run_cell"]
    assert shell.run_cell() == "run"
    assert watch.put_back() == []


@pytest.mark.parametrize("limit", [0, 1.5])
def test_memory_is_limited(monkeypatch, limit):
    resource = pytest.importorskip("resource")
    asked = []
    monkeypatch.setattr(resource, "setrlimit", lambda *a: asked.append(a))
    monkeypatch.setattr(resource, "getrlimit", lambda which: (1, resource.RLIM_INFINITY))
    guard.limit_memory(limit)
    # Code that runs later cannot raise it.
    size = int(1.5 * 2**30)
    assert asked == ([(resource.RLIMIT_AS, (size, size))] if limit else [])
    asked.clear()
    monkeypatch.setattr(resource, "getrlimit", lambda which: (1, 7))
    guard.limit_memory(limit)
    assert asked == ([(resource.RLIMIT_AS, (7, 7))] if limit else [])
    # Where the system cannot do that, there is no limit.
    monkeypatch.setitem(sys.modules, "resource", None)
    guard.limit_memory(1)


def test_nothing_is_no_number():
    assert math.isnan(preprocessors._points(new_output("error", ename="", evalue="", traceback=[])))
    assert np.isclose(preprocessors._points(_result("1.25")), 1.25)
