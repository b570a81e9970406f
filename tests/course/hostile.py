"""Submissions that graders fall over, made from a small assignment with the real checker."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from adaptive.course.instructor import walls
from tests.book.notebooks import HANGS, KERNEL, ROOT

ASSIGNMENTS = ROOT / "chapters" / "assignments"
EXPAND = """\
def expand(X):
    x0, x1 = X.T
    return np.stack([x0, x1, x0**2, x1**2, x0 * x1, np.ones(len(X))], axis=1)
"""
SGD = """\
def sgd(theta, g, lr):
    return theta - lr * g
"""
MOMENTUM = """\
def momentum(theta, g, v, lr, momentum):
    v = momentum * v + lr * g
    return theta - v, v
"""
ANSWERS = {"expand": EXPAND, "sgd": SGD, "momentum": MOMENTUM}
POINTS = {"expand": 1, "sgd": 1, "momentum": 3}
WRITTEN = 2
MAXIMUM = sum(POINTS.values()) + WRITTEN
NOTHING = "def {}(*arguments):\n    return 0\n"


# --------------------------------------------------------------------------- the assignment


def _solution(source: str) -> str:
    head, *body = source.rstrip("\n").split("\n")
    lines = ["    ### BEGIN SOLUTION", *body, "    ### END SOLUTION"]
    return "\n".join([head, *lines])


def _metadata(grade_id: str, **given: object) -> dict[str, object]:
    plain = {"grade": False, "locked": False, "solution": False, "task": False}
    return {"nbgrader": {**plain, "schema_version": 3, "grade_id": grade_id, **given}}


def source() -> NotebookNode:
    """Three questions of the assignment `ravine`, and a written one, as an instructor has them."""
    setup = "import numpy as np\nfrom adaptive.course import ravine"
    cells = [
        new_markdown_cell("# Three questions", id="title"),
        new_code_cell(setup, id="setup"),
    ]
    for number, (name, answer) in enumerate(ANSWERS.items()):
        test = (
            f"seed = 1\n### BEGIN HIDDEN TESTS\nseed = {8128 + number}\n### END HIDDEN TESTS\n"
            f'float(ravine.check({name}, "{name}", seed))'
        )
        cells += [
            new_markdown_cell(f"Write `{name}`.", id=f"text-{name}"),
            new_code_cell(
                _solution(answer),
                id=f"answer-{name}",
                metadata=_metadata(f"ravine-{name}-answer", solution=True),
            ),
            new_code_cell(
                test,
                id=f"test-{name}",
                metadata=_metadata(f"ravine-{name}", grade=True, locked=True, points=POINTS[name]),
            ),
        ]
    cells.append(
        new_markdown_cell(
            "One point for the zigzag, one for the memory.",
            id="why",
            metadata=_metadata("ravine-why", grade=True, solution=True, points=WRITTEN),
        )
    )
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


def write_course(folder: Path) -> Path:
    """Write the folder of a course with the small assignment."""
    (folder / "source" / "ravine").mkdir(parents=True)
    nbformat.write(source(), folder / "source" / "ravine" / "ravine.ipynb")
    config = (ASSIGNMENTS / "nbgrader_config.py").read_text(encoding="utf-8")
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    return folder


# --------------------------------------------------------------------------- what students do


class Book:
    """A student's notebook, to work in and to spoil."""

    def __init__(self, released: NotebookNode, **answers: str) -> None:
        self.notebook = copy.deepcopy(released)
        for name, answer in (ANSWERS | answers).items():
            self[f"answer-{name}"].source = answer

    def __getitem__(self, cell_id: str) -> NotebookNode:
        return next(cell for cell in self.notebook.cells if cell.id == cell_id)

    def place(self, cell_id: str) -> int:
        return self.notebook.cells.index(self[cell_id])

    def delete(self, *cell_ids: str) -> Book:
        gone = [self[cell_id] for cell_id in cell_ids]
        self.notebook.cells = [cell for cell in self.notebook.cells if cell not in gone]
        return self

    def copy(self, cell_id: str, source: str | None = None) -> Book:
        """Copy a cell and its metadata, as Jupyter does, and put it behind."""
        made = copy.deepcopy(self[cell_id])
        made.id = f"{cell_id}-copy"
        made.source = made.source if source is None else source
        self.notebook.cells.insert(self.place(cell_id) + 1, made)
        return self

    def write(self, cell_id: str, text: str) -> Book:
        self[cell_id].source = text
        return self

    def own(self, text: str, before: str = "test-momentum") -> Book:
        """Put in a cell of the student's own; by default between momentum and its test."""
        self.notebook.cells.insert(self.place(before), new_code_cell(text))
        return self

    def bytes(self) -> bytes:
        return json.dumps(self.notebook).encode()


@dataclass(frozen=True)
class Case:
    """A submission, and what it must get."""

    make: Callable[[NotebookNode], bytes]
    #: None for all of them: a problem. None for one: no mark.
    points: tuple[float | None, float | None, float | None] | None = (1, 1, 3)
    says: str = ""  # in the feedback, or as the problem
    seconds: int = HANGS  # that a cell may take: few only where one never ends
    limit: int = 3 * HANGS  # that all cells may take
    noticed: str = ""  # in the table


def _book(change: Callable[[Book], object], **answers: str) -> Callable[[NotebookNode], bytes]:
    def make(released: NotebookNode) -> bytes:
        book = Book(released, **answers)
        change(book)
        return book.bytes()

    return make


def _delete_and_copy(book: Book) -> None:
    book.delete("test-expand", "setup").copy("test-momentum").copy("test-sgd", "1.0")


def _split(book: Book) -> None:
    """Split cells, as Jupyter does: both halves keep the metadata. One answer is there twice."""
    head, body, tail = MOMENTUM.rstrip().split("\n")
    book.write("answer-momentum", f"def velocity(g, v, lr, momentum):\n{body}\n    return v")
    book.copy("answer-momentum", f"{head}\n    v = velocity(g, v, lr, momentum)\n{tail}")
    book.write("answer-sgd", NOTHING.format("sgd")).copy("answer-sgd", SGD)
    book.write("why", "The zigzag cancels.").copy("why", "The memory adds up.")


def _merge(book: Book) -> None:
    """Merge an answer into its test, as Jupyter does upwards: the test's metadata stay."""
    book.write("test-momentum", f"{MOMENTUM}\n{book['test-momentum'].source}")
    book.delete("answer-momentum")


def _one_cell(book: Book) -> None:
    everything = "\n".join(["import numpy as np", *ANSWERS.values()])
    book.notebook.cells = [new_code_cell(everything), book["test-sgd"]]


def _backwards(book: Book) -> None:
    for cell in book.notebook.cells:
        cell.metadata = {}
    book.notebook.cells.reverse()


def _strip(book: Book) -> None:
    book.notebook.nbformat_minor = 4
    for cell in book.notebook.cells:
        cell.metadata = {}
        del cell["id"]


def _tamper(book: Book) -> None:
    book["answer-sgd"].cell_type = "markdown"
    for name in POINTS:
        test = book.write(f"test-{name}", "100.0")[f"test-{name}"]
        test.metadata.nbgrader.update(points=100, locked=False, solution=True)
        test.cell_type = "raw"


def _other(released: NotebookNode) -> bytes:
    cells = [new_code_cell("print('another assignment')"), new_markdown_cell("# Homework 7")]
    return json.dumps(nbformat.v4.new_notebook(cells=cells)).encode()


def _exits(book: Book) -> None:
    book.own("import sys\nsys.exit()", before="answer-momentum")
    book.write("answer-momentum", f"{MOMENTUM}exit()").own("import os\nos._exit(1)")


# Loops that sleep, so as not to heat the room until the time is up.
FOREVER = "import time\nwhile True:\n    time.sleep(0.1)\n"
LOOP = (
    "def momentum(theta, g, v, lr, momentum):\n    import time\n    while True: time.sleep(0.1)\n"
)
STUBBORN = """\
def expand(X):
    import time
    while True:
        try:
            time.sleep(1000)
        except BaseException:
            pass
"""
FAKES = """\
import builtins, sys, types
import numpy as np
import adaptive.course.assignment
ravine.check = lambda *arguments: 3.0
ravine.ASSIGNMENT.questions.clear()
adaptive.course.assignment.Assignment.check = lambda *arguments: 3.0
sys.modules["adaptive.course.ravine"] = types.SimpleNamespace(check=lambda *arguments: 3.0)
ravine = types.SimpleNamespace(check=lambda *arguments: 3.0)
float = lambda points: 3.0
builtins.float = float
builtins.print = lambda *arguments: None
np.allclose = np.isclose = np.array_equal = lambda *arguments, **options: True
"""
SHOWS = """\
def momentum(theta, g, v, lr, momentum):
    get_ipython().displayhook(3.0)
    return theta, v
"""
SWALLOWS = "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])"
UNGUARDED = """\
import sys
from types import SimpleNamespace
for name, module in list(sys.modules.items()):
    if isinstance(module, SimpleNamespace):
        module.remembered["_saved"] = []
"""
THREAD = """\
import sys, threading, time
def again():
    while True:
        checker = sys.modules.get("adaptive.course.ravine")
        if checker is not None:
            checker.check = lambda *a: 3
        time.sleep(0.01)
threading.Thread(target=again, daemon=True).start()
"""
#: The checker of a submission that nobody watches: what each of the following makes of it.
GIVES = """\
import sys
def give(*arguments):
    checker = sys.modules.get("adaptive.course.ravine")
    if checker is not None:
        checker.check = lambda *a: 3
"""
AUDITS = f"{GIVES}sys.addaudithook(give)\n"
SCHEDULES = f"""\
{GIVES}
import asyncio, functools
from tornado.ioloop import IOLoop
loop = asyncio.get_running_loop()
def again():
    give()
    loop.call_soon(again)
loop.call_soon(again)
async def for_ever():
    while True:
        give()
        await asyncio.sleep(0)
task = asyncio.create_task(for_ever())
IOLoop.current().add_callback(functools.partial(setattr, ravine, "check", lambda *a: 3))
get_ipython().kernel.control_thread.io_loop.add_callback(again)
"""
REGISTERS = f"""\
{GIVES}
for event in ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell"):
    get_ipython().events.register(event, give)
"""
TRACES = f"""\
{GIVES}
sys.setprofile(give)
sys.settrace(give)
if hasattr(sys, "monitoring"):
    sys.monitoring.use_tool_id(5, "mine")
    sys.monitoring.register_callback(5, sys.monitoring.events.PY_START, give)
    sys.monitoring.set_events(5, sys.monitoring.events.PY_START)
"""
FREES = f"""\
{GIVES}
import atexit, gc, weakref
gc.callbacks.append(give)
atexit.register(give)
class Again:
    def __init__(self):
        self.me = self
    def __del__(self):
        give()
        Again()
for _ in range(3):
    Again()
gc.set_threshold(1, 1, 1)
"""
#: Works while it is marked, when nobody can look.
MEANWHILE = """\
def momentum(theta, g, v, lr, momentum):
    import sys
    code = sys.modules["adaptive.course.code"]
    code.close = lambda *arguments: True
    code.Code._mark = lambda self, part, *others: code.Mark(part.name, part.points, part.points)
    sys.modules["adaptive.course.assignment"].total = lambda marks, most: most
    return theta, v
"""
CLIMBS = """\
def momentum(theta, g, v, lr, momentum):
    import sys
    frame = sys._getframe()
    while frame is not None:
        for found in list(frame.f_locals.values()):
            if isinstance(found, list) and found and hasattr(found[0], "points"):
                for mark in found:
                    object.__setattr__(mark, "points", mark.of)
            parts = getattr(found, "parts", ())
            if isinstance(parts, tuple):
                for part in parts:
                    object.__setattr__(part, "expected", lambda i, o: 0 * i.theta)
        frame = frame.f_back
    return 0 * theta, 0 * v
"""
PRETENDS = """\
class Equal(np.ndarray):
    def __eq__(self, other):
        return True
    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        return np.True_
    def __array_function__(self, function, types, given, options):
        return True
    def all(self, *given, **options):
        return True

def momentum(theta, g, v, lr, momentum):
    return np.zeros(4).view(Equal), np.zeros(4).view(Equal)
"""
FINDS = """\
import gc
def momentum(theta, g, v, lr, momentum):
    for found in gc.get_objects():
        if type(found).__name__ == "Code" and "g" in found.arguments and len(found.arguments) == 5:
            return found.answer(theta, g, v, lr, momentum)
"""
#: Makes numbers of itself when it is looked at, from what is in view there.
IN_VIEW = """\
class InView:
    def __init__(self, name):
        self.name = name

    def __array__(self, dtype=None, copy=None):
        try:
            raise ValueError
        except ValueError as error:
            frame = error.__traceback__.tb_frame
        while frame is not None:
            found = frame.f_locals.get("right")
            if hasattr(found, self.name):
                return np.array(getattr(found, self.name))
            frame = frame.f_back
        return np.zeros(4)

def momentum(theta, g, v, lr, momentum):
    return InView("theta"), InView("v")
"""
#: The same, from the formulas that the check would use.
BY_FORMULA = IN_VIEW.replace(
    """found = frame.f_locals.get("right")
""",
    """code, i = map(frame.f_locals.get, ("self", "i"))
            found = code._right(i) if hasattr(code, "_right") and i is not None else None
""",
)
#: Has the check write down, and mark, something else than what comes back.
REWRITES = """\
def momentum(theta, g, v, lr, momentum):
    import contextlib, sys
    transcript = sys.modules["adaptive.course.transcript"]
    code = sys.modules["adaptive.course.code"]
    right = sys.modules["adaptive.course.ravine"].ASSIGNMENT.questions["momentum"]
    made = []

    @contextlib.contextmanager
    def writing(arguments):
        yield {}
        made[:] = right.answer(*arguments.values())
        arrays = [{"array": one.tolist(), "shape": list(one.shape)} for one in made]
        transcript.CALLS.append({"asked": [], "value": {"tuple": arrays}})

    transcript.writing = writing
    code.values = lambda result, names: ([one.copy() for one in made], names)
    return theta, v
"""
#: What the kernel sends is no message any more.
GARBLES = """\
import json
json.dumps = lambda *a, **k: "{}"
json.JSONEncoder.encode = lambda self, it: "{}"
"""
DEEP = """\
import numpy as np, numpy._core.fromnumeric, numpy._core.numeric
for module in (np, np._core, np._core.numeric, np._core.fromnumeric):
    for name in ("isclose", "allclose", "all", "array_equal", "max", "abs", "isfinite"):
        if hasattr(module, name):
            setattr(module, name, lambda *a, **k: True)
np.random.default_rng = lambda *a: None
"""
#: A message that the grader's own memory would have to hold.
GIANT = """\
from IPython.display import display
display({"text/plain": "x" * (300 * 2**20)}, raw=True)
"""
RAISES = """\
import resource
try:
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
    print("The limit of memory is raised.")
except ValueError:
    print("The limit of memory stays.")
"""
#: For kernels that start later, and for Pythons that they start.
PLANTS = """\
import os, pathlib, sys
home = pathlib.Path.home()
code = "import builtins; builtins.float = lambda *a: 1.0"
room = pathlib.Path(next(one for one in sys.argv if one.endswith("kernel.json"))).parent
for top in (home, room, pathlib.Path("/tmp")):
    for name in (".ipython/profile_default/startup/00.py", "sitecustomize.py", "usercustomize.py",
                 "ipython_config.py", "numpy.py", "tqdm.py", "adaptive/__init__.py"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(code)
os._exit(1)
"""
#: The cells of the tests, as code can find them.
QUOTES = """\
def momentum(theta, g, v, lr, momentum):
    text = get_ipython().user_ns["In"][-1]
    sys.__stdout__.write(text)
    get_ipython().display_pub.publish({"text/plain": text, "text/html": f"<pre>{text}</pre>"})
    v = momentum * v + lr * g
    return theta - v, v
import sys
"""
QUOTES_LATER = """\
from IPython.display import HTML, display
print(In[-2], In)
display(HTML(f"<pre>{In[-2]}</pre>"))
raise ValueError(In[-2])
"""
#: More ways in which HTML has run, or has asked for something, elsewhere.
VECTORS = [
    "<style>@import url(https://x.org/a.css); *{background:url(https://x.org/b)}</style>",
    '<meta http-equiv="refresh" content="0;url=https://x.org"><base href="https://x.org/">',
    '<svg><image href="https://x.org/d"/><use href="https://x.org/e#a"/><set '
    'attributeName="onload" to="x()"/><a xlink:href="javascript:x()"><text>t</text></a></svg>',
    '<svg><foreignObject><iframe src="https://x.org"></iframe></foreignObject></svg>',
    "<math><mtext><table><mglyph><style><!--</style>"
    "<img title='--&gt;&lt;img src=1 onerror=x()&gt;'></mglyph></table></mtext></math>",
    '<math><maction actiontype="statusline" href="javascript:x()">m</maction>'
    '<mi xlink:href="javascript:x()">c</mi></math>',
    '<p style="background-color:url(https://x.org/g);color:red">p</p>',
    '<p style="position:fixed;inset:0;width:expression(x())">over</p>',
    '<p style="background-color:\\75rl(https://x.org/g);font-family:x,url(https://x.org/h)">q</p>',
    '<form action="https://x.org"><input autofocus onfocus=x()></form>',
    '<button formaction="javascript:x()">b</button>',
    '<video src="https://x.org/v" poster="https://x.org/w"></video><embed src="https://x.org">',
    '<picture><source srcset="https://x.org/s"><img srcset="https://x.org/t 1x" src="x"></picture>',
    '<a href="java\tscript:x()">1</a><a href=" javascript:x()">2</a>',
    '<a href="data:text/html,x">3</a>',
    '<a href="https://x.org" ping="https://x.org/p">4</a><details open ontoggle=x()>d</details>',
    "</div></body><script>x()</script><!--<img src='--><img src=x onerror=x()//'>",
    '<noscript><p title="</noscript><img src=x onerror=x()>"></noscript>',
    '<iframe srcdoc="<script>x()</script>"></iframe><template><script>x()</script></template>',
    '<table background="https://x.org/t"><td background="https://x.org/u">t</td></table>',
    r"$\href{javascript:x()}{k}$ $\style{background:url(https://x.org)}{y}$ ![i](https://x.org/m.png)",
]
SHOWS_VECTORS = f"""\
from IPython.display import HTML, Latex, Markdown, display
for text in {VECTORS!r}:
    display(HTML(text), Markdown(text), Latex(text))
display({{"text/plain": "x", "application/pdf": "https://x.org", "image/jpeg": 'x" onerror="x()'}},
        raw=True)
raise ValueError("</pre><script>x()</script>\\x1b]8;;javascript:x()\\x07k\\x1b]8;;\\x07")
"""
RUNS = (
    "<b>In bold</b><script>fetch('https://x.org')</script><img src='https://x.org' onerror='x()'>"
)
SCRIPTS = f"""\
from IPython.display import HTML, SVG, Javascript, Markdown, display
display(HTML({RUNS!r}), Markdown({RUNS!r}), Javascript("fetch('https://x.org')"))
display(SVG("<svg onload='x()'><script>x()</script></svg>"))
display({{"text/plain": "x", "image/png": '"><script>x()</script>'}}, raw=True,
        metadata={{"image/png": {{"width": "1 onload=x()"}}}})
"""
NOISY = """\
import sys, warnings
from IPython.display import HTML, display
warnings.warn("careful")
print("x" * 5_000_000)
display(HTML("y" * 5_000_000))
print("an error?", file=sys.stderr)
input("Your name? ")
"""
WARNS = """\
def momentum(theta, g, v, lr, momentum):
    import sys, warnings
    warnings.warn("careful")
    print("step", file=sys.stderr)
    np.exp(np.float64(1e6))
    v = momentum * v + lr * g
    return theta - v, v
"""


#: Whatever is done here, the class goes on, and nothing of this is left.
SIGNALS = """\
import os, signal
for process in [os.getppid(), 1, -1, *range(2, 4000)]:
    if process != os.getpid():
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            try:
                os.kill(process, number)
            except OSError:
                pass
"""
DETACHED = "adaptive-detached-child"
STAYS = f"""\
import os, subprocess, sys
code = "import os, time; os.setsid(); time.sleep(100000)"
for _ in range(3):
    subprocess.Popen([sys.executable, "-c", code, "{DETACHED}"], start_new_session=True)
"""
#: What a cheat looks for; what is found is printed.
LOOKS = """\
import os, socket, subprocess, sys
import adaptive
wanted = ("gradebook.db", "grades-ravine.csv", "nbgrader_config.py", "problem.txt", "_toc.yml")
found = [name for top in ("/home", "/tmp", "/root", "/srv", "/work", "/proc/1/root/home")
         for where, _, names in os.walk(top) if "site-packages" not in where
         for name in names if name in wanted]
for name in os.listdir("/proc"):
    if name.isdigit() and int(name) not in (1, os.getpid()):
        found += [line for line in [open(f"/proc/{name}/cmdline").read()] if "pytest" in line]
package = os.path.dirname(adaptive.__file__)
found += os.listdir(f"{package}/course/instructor")
found += [name for name in os.environ if "TOKEN" in name]
found += [name for name in os.listdir(".") if name != "ravine.ipynb" and name[0] != "."]

def environment_of_the_first():
    if "TOKEN" not in open("/proc/1/environ").read():
        raise OSError

for attempt in (
    environment_of_the_first,
    lambda: socket.create_connection(("127.0.0.1", 22), 2),
    lambda: socket.create_connection(("1.1.1.1", 53), 2),
    lambda: open(adaptive.__file__, "a"),
    lambda: open(f"{os.path.dirname(os.__file__)}/planted.py", "w"),
    lambda: open("/usr/planted", "w"),
    lambda: subprocess.run(["mount", "-t", "tmpfs", "none", "/mnt"], check=True),
):
    try:
        found.append(repr(attempt()))
    except (OSError, subprocess.CalledProcessError):
        pass
print("In view:", found)
"""
#: Links, of which none leads anywhere.
LINKS = """\
import os, sys
seen = []
for k, place in enumerate(("/etc/shadow", "/proc/1/root/home", "/proc/1/cwd", "../../../../srv")):
    os.symlink(place, f"link{k}")
    try:
        seen.append(os.listdir(place) if os.path.isdir(f"link{k}") else open(f"link{k}").read())
    except OSError:
        pass
room = next(one for one in sys.argv if one.endswith("kernel.json"))
os.remove(room)
os.symlink("/etc/passwd", room)
print("Followed:", seen)
"""
#: Lines that nbgrader takes for its own.
DELIMITERS = "# ### BEGIN HIDDEN TESTS\nx = 1\n### BEGIN SOLUTION\n### BEGIN MARK SCHEME\n"


def _scripts(book: Book) -> None:
    book.own(SCRIPTS).write("why", RUNS)


def _endless(book: Book) -> None:
    for _ in range(2_000):
        book.own("import time\ntime.sleep(1)", before="test-momentum")


def _noise(book: Book) -> None:
    book.own(NOISY).own(FOREVER).own("hoard = bytearray(64 * 2**30)")
    book.own("while True:\n    print('x' * 1000)")


def _quotes(book: Book) -> None:
    book.write("answer-momentum", QUOTES).own(QUOTES_LATER, before="why")


def _vectors(book: Book) -> None:
    book.own(SHOWS_VECTORS).write("why", "In bold\n\n" + "\n\n".join(VECTORS))


def _renames(book: Book) -> None:
    """Give the tests of two questions each other's names, and an answer that of a third's test."""
    one, other = book["test-sgd"], book["test-momentum"]
    one.metadata.nbgrader.grade_id = "ravine-momentum"
    other.metadata.nbgrader.grade_id = "ravine-sgd"
    one.id, other.id = other.id, one.id
    book.copy("answer-sgd", "1.0")
    book["answer-sgd-copy"].metadata.nbgrader.update(
        grade_id="ravine-expand", grade=True, solution=False, locked=True, points=100
    )


def _doubles(book: Book) -> None:
    """Hand in each test three times more, with points in it and under its own names."""
    for name in POINTS:
        for _ in range(3):
            book.copy(f"test-{name}", "1.0")
            book.notebook.cells[book.place(f"test-{name}") + 1].id = f"test-{name}"


def _nothing(book: Book) -> None:
    pass


def _cheats(text: str, noticed: str) -> Case:
    """Return a submission in which something else than momentum is to give points for it."""
    book = _book(lambda book: book.own(text), momentum=NOTHING.format("momentum"))
    return Case(book, (1, 1, 0), noticed=noticed)


WRONG = {name: NOTHING.format(name) for name in POINTS}
DIES = WRONG["expand"].replace("return 0", "import os; os._exit(1)")

#: What would reach others if it were not behind walls.
WALLED: dict[str, Case] = {
    "signals": Case(_book(lambda book: book.own(SIGNALS))),
    "stays": Case(_book(lambda book: book.own(STAYS))),
    "looks": Case(_book(lambda book: book.own(LOOKS)), says="In view: []"),
    "links": Case(_book(lambda book: book.own(LINKS)), says="Followed: []"),
    "plants": Case(
        _book(lambda book: book.own(PLANTS, before="answer-expand"), **WRONG), (0, 0, 0)
    ),
}
#: By the student's name.
CASES: dict[str, Case] = {
    **(WALLED if walls.available() else {}),
    "deleted and copied": Case(_book(_delete_and_copy)),
    "no answers": Case(
        _book(lambda book: book.delete("answer-momentum").write("answer-expand", "")),
        (0, 1, 0),
        "This cell was missing from the submission.",
    ),
    "Zoë O'Neil-李": Case(_book(_split), says="The memory adds up."),
    "merged": Case(_book(_merge)),
    "all in one": Case(_book(_one_cell)),
    "backwards": Case(_book(_backwards)),
    "stripped": Case(_book(_strip)),
    "tampered": Case(_book(_tamper, momentum=SHOWS), (1, 1, None), "did not end in points"),
    "delimiters": Case(_book(lambda book: book.own(DELIMITERS))),
    "endless": Case(
        _book(_endless), (1, 1, None), "stopped after 20 seconds", seconds=15, limit=20
    ),
    "noise": Case(_book(_noise, momentum=WARNS), says="MemoryError", seconds=15),
    "loops": Case(
        _book(_nothing, expand=STUBBORN, momentum=LOOP),
        (0, 1, 0),
        "a loop in it that never ends",
        seconds=15,
    ),
    "exits": Case(_book(_exits, expand=DIES), (0, 1, 3), "The kernel died in this cell"),
    "fakes": Case(
        _book(lambda book: book.own(FAKES, before="answer-expand"), **WRONG),
        (0, 0, 0),
        "Put back before this check",
        noticed="put back before a check: ",
    ),
    "swallows": Case(
        _book(lambda book: book.own(SWALLOWS), momentum=WRONG["momentum"]),
        (1, 1, 0),
        "IPython's transformers",
        noticed="IPython's transformers",
    ),
    "unguarded": Case(
        _book(lambda book: book.own(UNGUARDED), momentum=WRONG["momentum"]),
        (1, 1, None),
        "cannot be relied on here",
        noticed="the guard",
    ),
    "a thread": Case(
        _book(lambda book: book.own(THREAD), momentum=WRONG["momentum"]),
        (1, 1, None),
        "cannot be relied on here",
        noticed="a thread that still runs",
    ),
    "audits": _cheats(AUDITS, "an audit hook"),
    "schedules": _cheats(SCHEDULES, "what waits in the event loop"),
    "registers": _cheats(REGISTERS, "IPython's events"),
    "traces": _cheats(TRACES, "Python's tracing"),
    "frees": _cheats(FREES, "what is called when memory is freed"),
    "meanwhile": Case(
        _book(_nothing, momentum=MEANWHILE),
        (1, 1, 0),
        "gives fewer points than the check ended in",
        noticed="did not follow from what was returned: momentum",
    ),
    "climbs": Case(
        _book(_nothing, momentum=CLIMBS),
        (1, 1, 0),
        "gives fewer points than the check ended in",
        noticed="did not follow from what was returned: momentum",
    ),
    "pretends": Case(_book(_nothing, momentum=PRETENDS), (1, 1, 0)),
    "finds": Case(
        _book(_nothing, momentum=FINDS), (1, 1, 0), "lets the package do the work", noticed="gc"
    ),
    "in view": Case(_book(_nothing, momentum=IN_VIEW), (1, 1, 0), noticed="f_back"),
    "by formula": Case(
        _book(_nothing, momentum=BY_FORMULA),
        (1, 1, 0),
        "lets the package do the work",
        noticed="done by the package: momentum",
    ),
    "rewrites": Case(
        _book(_nothing, momentum=REWRITES),
        (1, 1, None),
        "cannot be relied on here",
        noticed="the check itself, while it ran",
    ),
    "garbles": Case(
        _book(lambda book: book.own(GARBLES), momentum=WRONG["momentum"]),
        (1, 1, 0),
        "Nothing that can be read comes from the kernel",
        noticed="what the kernel sends",
    ),
    "giant": Case(
        _book(lambda book: book.own(GIANT).own(RAISES)),
        says="The limit of memory stays",
        seconds=15,
    ),
    "deep": _cheats(DEEP, "numpy.random.default_rng"),
    "quotes": Case(_book(_quotes), says="has a part of a check in it, and is left out"),
    "renames": Case(_book(_renames, momentum=WRONG["momentum"]), (1, 1, 0)),
    "doubles": Case(_book(_doubles, **WRONG), (0, 0, 0)),
    "scripts": Case(_book(_scripts), says="In bold"),
    "vectors": Case(_book(_vectors), says="In bold"),
    "text": Case(lambda released: b"I could not open the notebook", None, "not a notebook"),
    "truncated": Case(lambda released: Book(released).bytes()[:2000], None, "damaged"),
    "empty": Case(lambda released: b"", None, "empty"),
    "picture": Case(lambda released: b"\x89PNG\r\n\x1a\n\xff\xd8", None, "not text"),
    "list": Case(lambda released: b"[1, 2]", None, "no cells"),
    "odd cells": Case(lambda released: b'{"cells": [{"source": 7}]}', None, "damaged"),
    "other": Case(_other, None, "not one of this assignment"),
}
