"""What a run of the benchmarks is stored as: JSON for the chapter, Markdown to be read."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from adaptive.large import records
from tests.bench.measure import met

#: Where the chapter takes its times from, and the table for readers.
JSON = Path(records.__file__).with_name(records.FILE)
MARKDOWN = Path(__file__).with_name("RESULTS.md")

UNITS = {
    "large": (1e3, "ms"),
    "six parameters": (1e6, "µs"),
    "sweep": (1e3, "ms"),
    "import": (1e3, "ms"),
    "exported": (1e6, "µs"),
}


def machine() -> dict[str, Any]:
    """Return what can be said about this machine."""
    import psutil

    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "caches": _caches(),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}",
    }


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = (line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _caches() -> dict[str, str]:
    here = Path("/sys/devices/system/cpu/cpu0/cache")
    found = {}
    for index in sorted(here.glob("index*")):
        level, kind, size = (
            (index / name).read_text(encoding="utf-8").strip() for name in ("level", "type", "size")
        )
        if kind != "Instruction":
            found[f"L{level}"] = size
    return found


def place(run: Mapping[str, Any]) -> Path:
    """Return where a run is stored: each processor has a file of its own."""
    cpu = run["machine"]["cpu"]
    if not JSON.exists() or json.loads(JSON.read_text(encoding="utf-8"))["machine"]["cpu"] == cpu:
        return JSON
    name = re.sub("[^a-z0-9]+", "_", cpu.lower()).strip("_")
    return JSON.with_name(records.ELSEWHERE.format(name))


def stored() -> list[dict[str, Any]]:
    """Return the runs of all machines, that of the chapter first."""
    files = [JSON, *records.elsewhere(JSON.parent)]
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def text(run: Mapping[str, Any]) -> str:
    """Return a run as JSON, one group a line."""
    head = {name: run[name] for name in ("made", "machine", "versions")}
    lines = ",\n".join(json.dumps(group, ensure_ascii=False) for group in run["groups"])
    return f'{json.dumps(head, indent=1, ensure_ascii=False)[:-2]},\n "groups": [\n{lines}\n]}}\n'


def line(group: dict[str, Any]) -> str:
    """Return a group's ratios in one line."""
    about = [str(v) for k, v in group.items() if k not in ("seconds", "ratios", "rounds")]
    marks = {True: "", False: " ✗", None: ""}
    ratios = (f"{e['of']} / {e['to']} {e['ratio']:.2f}{marks[met(e)]}" for e in group["ratios"])
    return f"{', '.join(about)}: {', '.join(ratios)}"


def device(name: str) -> str:
    """Return what torch has computed on, in words."""
    import torch

    return torch.cuda.get_device_name() if name.startswith("cuda") else "CPU"


# ------------------------------------------------------------------ the table


def markdown(runs: Sequence[Mapping[str, Any]]) -> str:
    """Return runs as tables: their goals beside each other, then all that each has measured."""
    parts = [
        "# Speed, measured",
        "Contenders took turns in shuffled order. Times are medians, with half of the spread "
        "between the quartiles; a ratio is the median over the rounds of each round's ratio.",
        "## Goals",
        _table(
            ["", "goal", *(head for run in runs for head in (run["machine"]["cpu"], "worst"))],
            beside(runs),
        ),
        *(sentence for name, sentence in LIMITS.items() if _took_part(name, runs)),
    ]
    return "\n\n".join((*parts, *chain.from_iterable(map(_tables, runs)))) + "\n"


#: Contenders that show how far a goal can be met.
LIMITS = {
    "unchecked": "`unchecked` is `step` without its checks: a call of a method, a call of `update` "
    "and a tuple. A `step` that calls `update` does that too, and cannot take less.",
    "arithmetic": "`arithmetic` is the compiled loop on arrays that stay in the nearest cache, for "
    "as many elements: what a step takes where the memory costs nothing.",
}


def _took_part(name: str, runs: Sequence[Mapping[str, Any]]) -> bool:
    return any(name in group["seconds"] for run in runs for group in run["groups"])


def _tables(run: Mapping[str, Any]) -> Iterator[str]:
    """Yield what one machine has measured."""
    made, machine = run["made"], run["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
    caches = ", ".join(f"{name} {size}" for name, size in machine["caches"].items())
    short = " **A short run: not to be relied upon.**" if made["quick"] else ""
    busy = " **A busy machine: its times are not to be relied upon, and its ratios less.**"
    yield f"## {machine['cpu']}"
    yield f"Made by `{made['command']}` on {made['date']}, in {made['minutes']} minutes.{short}"
    yield (
        f"{machine['cores']} cores, {machine['memory']}, {caches}; {machine['system']}. Other "
        f"programs used {made['others']:.0%} of the cores meanwhile."
        f"{busy if made['others'] > records.QUIET else ''}"
    )
    yield f"{versions}."
    large = [group for group in run["groups"] if group["task"] == "large"]
    for size, dtype in dict.fromkeys((group["size"], group["dtype"]) for group in large):
        for threads in dict.fromkeys(group["threads"] for group in large):
            about = {"size": size, "dtype": dtype, "threads": threads}
            chosen = [group for group in large if about.items() <= group.items()]
            title = f"{size:,} parameters, {dtype}, {threads} thread{'s' * (threads > 1)}"
            yield f"### A step in place: {title}"
            yield _times(chosen, "rule")
    for task, title, column in (
        ("six parameters", "A step on six parameters", "rule"),
        ("sweep", "A sweep of Adam's rates on the circles, 200 steps", "rates"),
        ("import", "Importing, each time in a fresh process", None),
    ):
        chosen = [group for group in run["groups"] if group["task"] == task]
        yield f"### {title}"
        yield _times(chosen, column)


def beside(runs: Sequence[Mapping[str, Any]]) -> Iterator[list[str]]:
    """Yield for each goal how often it was met on each machine, and where least."""
    found = [{tuple(row[:2]): row[2:] for row in goals(run["groups"])} for run in runs]
    for goal in dict.fromkeys(goal for each in found for goal in each):
        yield [*goal, *(cell for each in found for cell in each.get(goal, ["–", "–"]))]


def goals(groups: Iterable[Mapping[str, Any]]) -> Iterator[list[str]]:
    """Yield for each goal how often it was met, and where least."""
    found: dict[tuple[Any, ...], list[tuple[float, str, bool]]] = {}
    for group in groups:
        for entry in group["ratios"]:
            good = met(entry)
            if good is None:
                continue
            bound = "at_most" if "at_most" in entry else "at_least"
            key = (group["task"], entry["of"], entry["to"], bound, entry[bound])
            excess = entry["ratio"] / entry[bound]
            worse = excess if bound == "at_most" else 1 / excess
            found.setdefault(key, []).append((worse, f"{entry['ratio']:.2f} {_where(group)}", good))
    for (task, of, to, bound, limit), each in found.items():
        sign = "≤" if bound == "at_most" else "≥"
        count = sum(good for _, _, good in each)
        yield [
            task,
            f"{of} / {to} {sign} {limit:g}",
            f"{count} of {len(each)}{'' if count == len(each) else ' ✗'}",
            max(each)[1].strip(),
        ]


def _where(group: Mapping[str, Any]) -> str:
    names = ("rule", "tensors", "size", "dtype", "threads", "rates")
    values = [
        f"{group[name]:,}" if name in ("size", "rates") else str(group[name])
        for name in names
        if name in group
    ]
    return f"({', '.join(values)})" if values else ""


def _times(groups: Sequence[Mapping[str, Any]], column: str | None) -> str:
    if not groups:
        return "Not measured."
    factor, unit = UNITS[groups[0]["task"]]
    contenders = list(dict.fromkeys(name for group in groups for name in group["seconds"]))
    ratios = list(
        dict.fromkeys(f"{each['of']} / {each['to']}" for g in groups for each in g["ratios"])
    )
    rows = []
    for group in groups:
        row = [f"{group[column]:,}" if column == "rates" else str(group[column]) if column else ""]
        for name in contenders:
            row.append(_time(group["seconds"].get(name), factor))
        measured = {f"{each['of']} / {each['to']}": each for each in group["ratios"]}
        row += [_ratio(measured.get(name)) for name in ratios]
        rows.append(row)
    heads = [column or "", *(f"{name}, {unit}" for name in contenders), *ratios]
    return _table(heads, rows)


def _time(entry: Mapping[str, float] | None, factor: float) -> str:
    if entry is None:
        return "–"
    half = (entry["high"] - entry["low"]) / 2 / entry["median"]
    return f"{entry['median'] * factor:#.3g} ± {half:.0%}"


def _ratio(entry: Mapping[str, Any] | None) -> str:
    if entry is None:
        return "–"
    return f"{entry['ratio']:.2f}{' ✗' if met(entry) is False else ''}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
