"""What is added to nbgrader's autograding, so that no submission is lost."""

from __future__ import annotations

import ast
import json
import math
import re
import time
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbgrader import preprocessors
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution
from traitlets import Bool, Dict, Float, Integer, List, Unicode

from adaptive.course.code import BORROWED, Code
from adaptive.course.instructor import guard, replay, restore, walls
from adaptive.course.instructor.hiding import hide
from adaptive.course.instructor.kernels import Walled
from adaptive.course.instructor.keys import Key, Paper, marked, paper
from adaptive.course.instructor.variants import Variants
from adaptive.course.regions import CODE_STUB, OPEN_STUB

#: Seconds that the guard may take, whatever cells may.
OURS = 60
#: In the metadata of a notebook that has run to its end: what is to be known about the run.
RAN = "adaptive"
#: Names of errors in the place of points: the question has no mark.
NO_MARK = ("NotReached", "NoPoints")
NO_WALLS = (
    "submissions would run with your rights, not kept apart: neither unshare nor bubblewrap works "
    "here"
)


#: What feedback says where a check cannot be relied on.
UNSOUND = (
    "The check cannot be relied on here: something of the notebook's own still runs, or "
    "has changed what the check needs. Ask your instructor to look at this cell."
)
#: What feedback says where a check ends in more points than follow from what the answer returned.
WITHOUT_THEM = (
    "What the answer returned gives fewer points than the check ended in; these are the points "
    "that follow from it. Ask your instructor if that is a mistake."
)
#: What code has that reads or runs other code: there are good reasons for it, and others.
_LOOKS_ELSEWHERE = re.compile(
    r"\b(getsource|exec|eval|compile|gc|ctypes|FunctionType|__code__|_getframe|setprofile|settrace"
    r"|display_formatter|instructor|addaudithook|asyncio|atexit|currentframe|f_back|io_loop"
    r"|monitoring|weakref|__del__|__array_ufunc__|__array__|__float__|modules|importlib"
    r"|__import__|transcript|ASSIGNMENT|f_locals|__globals__|__closure__|__subclasses__)\b"
)


def _words(nb: NotebookNode) -> list[str]:
    """Return the words in a student's answers, and in cells of their own, that look elsewhere."""
    known = [cell for cell in nb.cells if cell.cell_type == "code" and not is_test(cell)]
    found = {word for cell in known for word in _LOOKS_ELSEWHERE.findall(cell.source)}
    return sorted(found)


def is_test(cell: NotebookNode) -> bool:
    """Return whether a cell's output is points."""
    return cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)


class ClearHiddenTests(preprocessors.ClearHiddenTests):
    """Leave the hidden tests out of tests; what students write may look like their delimiters."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        """Leave the hidden tests of a cell out."""
        if is_test(cell):
            cell, resources = super().preprocess_cell(cell, resources, index)
        return cell, resources


class ClearSolutions(preprocessors.ClearSolutions):
    """Leave the solutions out; what is no function's body gets a stub that can be run."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        """Put stubs in the place of the solutions of a cell."""
        cell, resources = super().preprocess_cell(cell, resources, index)
        lines = (OPEN_STUB if line == CODE_STUB else line for line in cell.source.split("\n"))
        cell.source = "\n".join(lines)
        return cell, resources


def handed_out(asking: Restore | Run, names: dict[str, str]) -> Path:
    """Return the folder of what a student was given: a paper of their own, or that of all."""
    course, name = CourseDirectory(parent=asking), names["assignment"]
    if names["student"] in asking.whose:
        return Variants(Path(course.root), name).of(asking.whose[names["student"]])
    return Path(course.format_path(course.release_directory, ".", name))


class Restore(NbGraderPreprocessor):
    """Put the student's work back into the released notebook."""

    whose = Dict(help="for whom the paper of each student was made").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Return the released notebook with the student's work in it."""
        names = resources["nbgrader"]
        released = handed_out(self, names) / f"{names['notebook']}.ipynb"
        if released.exists():
            nb = restore.restore(nb, nbformat.read(released, as_version=4))
        return nb, resources


class Run(Execute):
    """Run a submission so that each cell costs itself at most.

    A cell that ends its kernel, or cannot be stopped, is left out: a new kernel runs the
    cells before it, and of the cell itself the definitions alone, and goes on behind it.
    """

    memory = Float(4, help="GiB that a submission may use; 0 for no limit").tag(config=True)
    room = Integer(200_000, help="characters of output that are kept of a cell").tag(config=True)
    limit = Integer(300, help="seconds that a whole submission may take").tag(config=True)
    unsafe = Bool(False, help="whether to run submissions without walls").tag(config=True)
    kind = Unicode("", help="which walls; by default the best there are").tag(config=True)
    executed = Unicode("", help="the notebook, if it has run already").tag(config=True)
    whose = Dict(help="for whom the paper of each student was made").tag(config=True)
    of = Dict(help="what the marks depend on, as hashes, to be noted").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: Any = None, km: Any = None
    ) -> tuple[NotebookNode, Any]:
        """Run the notebook, and note in its metadata that it has run to its end."""
        if self.executed:
            nb = nbformat.reads(self.executed, as_version=4)
            nb.metadata[RAN] |= self.of
            return nb, resources
        self._guarded: Any = None  # the kernel that has a guard
        self._left_out: set[int] = set()
        self._names = resources["nbgrader"]
        self._keys = self._paper().keys
        self._noticed: dict[str, None] = {}
        self._borrowed: list[str] = []
        self._unfounded: list[str] = []
        self._end = time.monotonic() + self.limit
        self.timeout_func = self._seconds_of_cell
        nb, resources = super().preprocess(nb, resources, km)
        hide(nb, filter(is_test, nb.cells))
        nb.metadata[RAN] = {
            "noticed": list(self._noticed),
            "borrowed": self._borrowed,
            "unfounded": self._unfounded,
            "words": _words(nb),
        }
        return nb, resources

    def _paper(self) -> Paper:
        root, name = Path(CourseDirectory(parent=self).root), self._names["assignment"]
        whose = self.whose.get(self._names["student"])
        return Variants(root, name).paper(whose) if whose else paper(root, name)

    def _seconds_of_cell(self, cell: NotebookNode) -> int:
        usual: int = self.timeout
        return self._seconds(usual)

    def _seconds(self, usual: int) -> int:
        """Return the seconds that there are for something, which are few at the end."""
        return max(1, min(usual, math.ceil(self._end - time.monotonic())))

    @property
    def _late(self) -> bool:
        return time.monotonic() >= self._end

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        """Run a cell, and see to it that a test cell ends in points or in an error."""
        if cell.cell_type != "code" or not cell.source.strip():
            return cell, resources
        self._left = self.room
        back: list[str] | None = []
        reached, unfounded = not self._late, False
        try:
            if reached:
                self._guard()
                if is_test(cell):
                    back = self._put_back(cell)
                cell, resources = super().preprocess_cell(cell, resources, index)
                if in_code := self._in_code(cell):
                    unfounded = self._hold(cell, *in_code)
            if any(o.get("ename") == "CellTimeoutError" for o in cell.outputs):
                self._left_out.add(index)
        except CellTimeoutError:
            self._give_up(cell, index, "CellTimeoutError", self.error_on_timeout["evalue"])
        except DeadKernelError:
            says = "The kernel died in this cell: does it call exit(), or need much memory?"
            self._give_up(cell, index, "DeadKernelError", says)
        # What comes from the kernel may be anything, where code there has got at what sends it.
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            self._noticed["what the kernel sends"] = None
            self._give_up(cell, index, *_garbled(cell, error))
        if is_test(cell):
            if not reached or (self._late and index in self._left_out):
                says = f"The notebook was stopped after {self.limit} seconds, and no mark was made."
                cell.outputs = [_error("NotReached", says)]
            prefix = f"{self._names['assignment']}-"
            question = cell.metadata.nbgrader["grade_id"].removeprefix(prefix)
            if key := self._keys.get(question):
                mark_note(cell, key, question)
            settle(cell, back)
            self._noticed |= dict.fromkeys(back if back is not None else ["the guard"])
            if any(BORROWED in output.get("text", "") for output in cell.outputs):
                self._borrowed.append(question)
            if unfounded:
                self._unfounded.append(question)
        return cell, resources

    # ----------------------------------------------------------------- the kernel

    def create_kernel_manager(self) -> Any:
        """Return the manager of a kernel behind walls, or of any if that is asked for."""
        if self.unsafe:
            return super().create_kernel_manager()
        if not (kind := self.kind or walls.available()):
            raise RuntimeError(NO_WALLS)
        self.km = Walled(kind, self._files(), config=self.config)
        return self.km

    def _files(self) -> dict[str, Path]:
        """Return what a submission may read: itself, and the data of the assignment."""
        course, names = CourseDirectory(parent=self), self._names
        path = handed_out(self, names)
        found = {
            one.relative_to(path).as_posix(): one.resolve()
            for one in path.rglob("*")
            if one.is_file() and one.suffix != ".ipynb"
        }
        who = (course.submitted_directory, names["student"], names["assignment"])
        own = Path(course.format_path(*who)) / f"{names['notebook']}.ipynb"
        return found | ({own.name: own.resolve()} if own.is_file() else {})

    def _silently(self, code: str, result: str = "''", timeout: int | None = None) -> str:
        """Run code beside the notebook; return the value of an expression, a string."""
        asked = self.kc.execute(
            code, silent=True, store_history=False, user_expressions={"result": result}
        )
        usual: int = self.timeout  # type: ignore[has-type]
        self.timeout = timeout or self._seconds(usual)
        try:
            reply = self.wait_for_reply(asked)
        finally:
            self.timeout = usual
        found = reply["content"].get("user_expressions", {}).get("result", {}) if reply else {}
        return ast.literal_eval(found["data"]["text/plain"]) if "data" in found else ""

    @cached_property
    def _source(self) -> str:
        return Path(guard.__file__).read_text(encoding="utf-8")

    def _guard(self) -> None:
        """Set up the guard in a kernel that has none yet."""
        if self._guarded is not self.kc:
            self._guarded = self.kc
            checker = self._names["assignment"]
            self._seal = self._ask_guard(f"begin({checker!r}, {self.memory})")

    def _put_back(self, cell: NotebookNode) -> list[str] | None:
        """Return what was put back before a check, or None if that cannot be relied on."""
        names = sorted({n.id for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.Name)})
        try:
            done = json.loads(self._ask_guard(f"before_check({names!r})"))
            if done["running"]:
                self._noticed["a thread that still runs"] = None
            self._course = done["course"]
            sound = done["seal"] == self._seal and not done["running"]
            return list(map(_printable, done["back"])) if sound else None
        except (ValueError, KeyError, TypeError):
            return None

    def _in_code(self, cell: NotebookNode) -> tuple[Code, int] | None:
        """Return the question of a test cell that has given points for code, and its seed."""
        if is_test(cell) and any(_points(one) > 0 for one in _results(cell)):
            return replay.asked(self._names["assignment"], cell.source)
        return None

    def _hold(self, cell: NotebookNode, code: Code, seed: int) -> bool:
        """Take off the points that do not follow from what an answer returned, if there are any.

        Where the check was changed while it ran, they follow from nothing that can be trusted.
        """
        try:
            done = json.loads(self._ask_guard("after_check()"))
            calls, same = done["calls"], done["course"] == self._course
        except (ValueError, SyntaxError, KeyError, TypeError):
            calls, same = None, True
        most = replay.deserved(code, seed, calls)
        results = _results(cell)
        if all(_points(one) <= most for one in results):
            if not same:
                self._noticed["the check itself, while it ran"] = None
                cell.outputs = [_error("NoPoints", UNSOUND)]
            return False
        for one in results:
            one["data"]["text/plain"] = repr(most)
        cell.outputs.insert(0, _stream(f"{WITHOUT_THEM}\n"))
        return True

    def _ask_guard(self, call: str) -> str:
        """Return what a function of the guard returns; its code is read anew, in no module."""
        # An expression, because what IPython does to cells does not reach it.
        names = f"{{'__name__': 'guard', '__call__': {call!r}}}"
        code = f"{self._source}\nanswer = eval(__call__)\n"
        return self._silently(
            "", f"(lambda names: (exec({code!r}, names), names)[1])({names})['answer']", OURS
        )

    def _give_up(self, cell: NotebookNode, index: int, name: str, says: str) -> None:
        """Note an error, and go on with a new kernel in which the cells before have run."""
        cell.outputs.append(_error(name, says))
        self._left_out.add(index)
        while not self._late and not self._caught_up(index):
            pass

    def _caught_up(self, index: int) -> bool:
        """Start a new kernel and run the cells up to this one; return whether it lived."""
        self._cleanup_kernel()
        self.create_kernel_manager()
        self.start_new_kernel()
        self.start_new_kernel_client()
        self._guard()
        for place, cell in enumerate(self.nb.cells[: index + 1]):
            if cell.cell_type == "code" and not is_test(cell):
                alone = place in self._left_out
                try:
                    self._silently(_definitions(cell.source) if alone else cell.source)
                except (CellTimeoutError, DeadKernelError):
                    self._left_out.add(place)
                    if alone:
                        raise
                    return False
        return True

    # ----------------------------------------------------------------- its output

    def output(self, outs: list[Any], msg: Any, display_id: Any, cell_index: int) -> Any:
        """Take an output, as long as there is room for it."""
        if msg["msg_type"] in ("stream", "display_data"):
            content = msg["content"]
            size = len(content.get("text", "")) + len(str(content.get("data", "")))
            if size > self._left >= 0:
                outs.append(_stream("... The rest of the output is left out ...\n"))
            self._left = self._left - size if size <= self._left else -1
            if self._left < 0:
                return None
        return super().output(outs, msg, display_id, cell_index)


class SaveAutoGrades(preprocessors.SaveAutoGrades):
    """Save the points of the questions that have a mark, and keep what a person has entered."""

    only = List(Unicode(), help="grade ids to save; all if there is none").tag(config=True)
    again = Bool(False, help="whether this very submission was graded before").tag(config=True)

    def _add_score(self, cell: NotebookNode, resources: Any) -> None:
        grade_id = cell.metadata.nbgrader["grade_id"]
        if self.only and grade_id not in self.only:
            return
        names = resources["nbgrader"]
        where = (names["notebook"], names["assignment"], names["student"])
        grade = self.gradebook.find_grade(grade_id, *where)
        looked_at = grade.manual_score is not None and not grade.needs_manual_grade
        super()._add_score(cell, resources)
        if any(output.get("ename") in NO_MARK for output in cell.get("outputs", ())):
            grade.auto_score, grade.needs_manual_grade = None, True
        if self.again and looked_at:
            # A person has marked this very answer.
            grade.needs_manual_grade = False
        self.gradebook.db.commit()


def settle(cell: NotebookNode, back: list[str] | None) -> None:
    """Leave in a test cell either points that count, or errors.

    nbgrader takes a result that is no number, or none at all, for full points, a number that
    is too large for a reason to reject the whole submission, and anything on stderr for a
    failure. A traceback would show the hidden tests.

    Parameters
    ----------
    cell : NotebookNode
        A test cell that has run; changed in place.
    back : list of str
        Names that had to be put back before; None if that could not be done, which leaves the
        cell without points.
    """
    if back is None:
        cell.outputs = [_error("NoPoints", UNSOUND)]
    results = _results(cell)
    points = _points(results[0]) if len(results) == 1 else math.nan
    if 0 <= points <= float(cell.metadata.nbgrader["points"]):
        # A check that was interrupted, and counted what was right until then.
        cell.outputs = [o for o in cell.outputs if o.get("ename") != "CellTimeoutError"]
    else:
        cell.outputs = [o for o in cell.outputs if o.output_type != "execute_result"]
        if not any(o.output_type == "error" for o in cell.outputs):
            says = "The check did not end in points. Ask your instructor to look at this cell."
            cell.outputs.append(_error("NoPoints", says))
    for output in cell.outputs:
        if output.output_type == "error":
            output.traceback = [f"{output.ename}: {output.evalue}"]
        elif output.output_type == "stream":
            output.name = "stdout"
    if back:
        says = f"Put back before this check, because the notebook had changed it: {', '.join(back)}"
        cell.outputs.insert(0, _stream(f"{says}.\n"))


def mark_note(cell: NotebookNode, key: Key, question: str) -> None:
    """Put points in the place of an answer that was noted; nothing else in the cell counts.

    Parameters
    ----------
    cell : NotebookNode
        The test cell of a closed question, which has run; changed in place.
    key : Key
        To the question.
    question : str
        Its name.
    """
    results = _results(cell)
    cell.outputs = [o for o in cell.outputs if o.output_type != "execute_result"]
    text = results[0]["data"].get("text/plain") if len(results) == 1 else None
    if isinstance(text, str) and (done := marked(key, question, text)):
        points, says = done
        data = {"text/plain": repr(points)}
        result = nbformat.v4.new_output("execute_result", data, execution_count=None)
        cell.outputs = [_stream(f"{says}\n"), result]


def _results(cell: NotebookNode) -> list[NotebookNode]:
    return [o for o in cell.outputs if o.output_type == "execute_result"]


def _points(result: NotebookNode) -> float:
    try:
        return float(result["data"]["text/plain"])
    except (KeyError, TypeError, ValueError):
        return math.nan


def _error(name: str, says: str) -> NotebookNode:
    return nbformat.v4.new_output("error", ename=name, evalue=says, traceback=[f"{name}: {says}"])


def _printable(said: object) -> str:
    """Return what another process says as a terminal and a table can show it."""
    return "".join(sign if sign.isprintable() else "?" for sign in str(said)[:100])


def _garbled(cell: NotebookNode, error: Exception) -> tuple[str, str]:
    """Return the name and the words of an error for a cell from which nothing readable came."""
    says = (
        "Nothing that can be read comes from the kernel any more: does a cell change something "
        f"that the kernel itself needs, such as json? ({type(error).__name__})"
    )
    # Of a check nobody knows then what it would have given.
    return ("NoPoints" if is_test(cell) else "KernelError"), says


def _stream(text: str) -> NotebookNode:
    return nbformat.v4.new_output("stream", name="stdout", text=text)


def _definitions(source: str) -> str:
    """Return the functions, classes and imports of a cell, and nothing that it does."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ""
    kinds = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    return "\n".join(ast.unparse(node) for node in tree.body if isinstance(node, kinds))
