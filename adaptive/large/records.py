"""How long steps take, measured beside torch and optax, and stored with the package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from importlib import resources
from typing import Any

from adaptive import _checks

#: What is stored beside this file; ``make bench`` writes it.
FILE = "measured.json"
#: And on each other processor, by its name.
ELSEWHERE = "measured_{}.json"
#: And what ``make bench-torch`` writes, on a processor and on a GPU.
EXPORTED = {"cpu": "exported_cpu.json", "cuda": "exported_cuda.json"}
#: What other programs may take of a machine that is called quiet.
QUIET = 0.02


@dataclass(frozen=True, eq=False)
class Measured:
    """One run of the benchmarks.

    Attributes
    ----------
    made : mapping
        The ``date``, the ``command`` that makes it again, how many ``minutes`` it took, whether
        it was ``quick``: with few rounds, and the share of the cores that ``others`` took.
    machine, versions : mapping
        Where, and with what; a GPU's name is the ``device``.
    groups : tuple of mapping
        Contenders that took turns. Each group has its ``task`` ("large", "six parameters",
        "sweep", "import" or "exported") and what else it is about; ``seconds``, with the
        ``median`` and the quartiles ``low`` and ``high`` of each contender; ``rounds``; and
        ``ratios``, medians of the rounds' ratios, with their goals.
    """

    made: Mapping[str, Any]
    machine: Mapping[str, Any]
    versions: Mapping[str, str]
    groups: tuple[Mapping[str, Any], ...]

    def group(self, task: str, **about: Any) -> Mapping[str, Any]:
        """Return the one group that is about this.

        Parameters
        ----------
        task : str
            Its task.
        **about
            The rest, such as ``rule="Adam", size=10_000_000, dtype="float32", threads=1``.

        Returns
        -------
        mapping
            The group.

        Raises
        ------
        ValueError
            If there is none, or more than one.
        """
        about = {"task": task, **about}
        found = [each for each in self.groups if about.items() <= _about(each).items()]
        if len(found) != 1:
            near = found or [each for each in self.groups if each["task"] == task]
            names = near or [{"task": each} for each in {each["task"]: 0 for each in self.groups}]
            raise ValueError(
                f"task and what it is about must name one group of measurements, got {about} "
                f"for {len(found)}; there are {_checks.shown([_about(each) for each in names[:3]])}"
            )
        return found[0]

    def seconds(self, contender: str, task: str, **about: Any) -> float:
        """Return the median time of a contender, in seconds; see `group`."""
        there = self.group(task, **about)["seconds"]
        _checks.one_of("contender", contender, there)
        return float(there[contender]["median"])

    def ratio(self, of: str, to: str, task: str, **about: Any) -> float:
        """Return how many times as long one contender took as another; see `group`."""
        there = self.group(task, **about)["ratios"]
        pairs = {f"{each['of']} / {each['to']}": each["ratio"] for each in there}
        _checks.one_of("ratio", f"{of} / {to}", pairs)
        return float(pairs[f"{of} / {to}"])

    def __str__(self) -> str:
        versions = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        cores = f"{self.machine['cpu']}, {self.machine['cores']} cores"
        device = self.machine.get("device", "CPU")
        where = cores if device == "CPU" else f"{device} beside {cores}"
        if self.made["others"] > QUIET:
            where += f", which other programs kept {self.made['others']:.0%} busy"
        return f"{where}, {self.made['date']}; {versions}. To measure again: {self.made['command']}"


def _about(group: Mapping[str, Any]) -> dict[str, Any]:
    return {name: group[name] for name in group if name not in ("seconds", "ratios", "rounds")}


@cache
def measured() -> Measured:
    """Return the measurements that are stored with the package.

    Returns
    -------
    Measured
        The run.

    Raises
    ------
    FileNotFoundError
        If there are none.

    Examples
    --------
    >>> from adaptive.large import measured
    >>> adam = {"task": "large", "rule": "Adam", "size": 10_000_000, "dtype": "float32"}
    >>> measured().seconds("numba", threads=1, **adam) > 0
    True
    """
    return read(resources.files(__package__).joinpath(FILE))


@cache
def machines() -> tuple[Measured, ...]:
    """Return the measurements of all machines, that of `measured` first.

    Returns
    -------
    tuple of Measured
        A run for each processor. Ratios that hold on one of them need not hold on another.

    Examples
    --------
    >>> from adaptive.large import machines, measured
    >>> machines()[0] is measured()
    True
    """
    return (measured(), *map(read, elsewhere(resources.files(__package__))))


def elsewhere(folder: Any) -> list[Any]:
    """Return the files in a folder that are of other processors than `FILE` is, by name."""
    others = [file for file in folder.iterdir() if fnmatch(file.name, ELSEWHERE.format("*"))]
    return sorted(others, key=lambda file: file.name)


@cache
def exported(device: str) -> Measured | None:
    """Return how long steps of exported rules take in PyTorch, beside its own optimizers.

    Parameters
    ----------
    device : {"cpu", "cuda"}
        On a processor, or on a GPU.

    Returns
    -------
    Measured or None
        The run, whose groups are about a ``rule``, a number of ``tensors``, and the ``size`` of
        each; None where it has not been measured yet.

    Examples
    --------
    >>> from adaptive.large import exported
    >>> run = exported("cuda")
    >>> run is None or run.ratio("triton", "plain", "exported", rule="Adam", tensors=300) < 1
    True
    """
    _checks.one_of("device", device, EXPORTED)
    file = resources.files(__package__).joinpath(EXPORTED[device])
    return read(file) if file.is_file() else None


def read(file: Any) -> Measured:
    """Return what is stored in a file (a path, or a resource of a package); see `measured`."""
    parts = ("made", "machine", "versions", "groups")
    stored = _checks.measurements(file, parts, "`make bench`")
    return Measured(stored["made"], stored["machine"], stored["versions"], tuple(stored["groups"]))
