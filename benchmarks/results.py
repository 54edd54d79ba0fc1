"""The page benchmarks/results.md: one part per case; a case that was not run keeps its former part."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import platform
import re
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from benchmarks.suite import Case, Measured

FILE = Path(__file__).with_name("results.md")

_VERSIONS = (
    "ntanalytics", "pandas", "pyarrow", "duckdb", "deltalake", "ibis-framework", "sqlalchemy", "connectorx",
    "papermill", "nbconvert", "openpyxl", "xlsxwriter",
)  # fmt: skip
_PART = re.compile(r"^## `(?P<name>[\w-]+)`\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_INTRO = """# What was measured

Written by `make bench`; do not edit. `of ours` is the time per unit as a multiple of the first way's time: more than
1 × is slower than ours. The city has the scale of the part, unless the case names another one. Each way ran in a
process of its own, the ways in turn. CPU time includes the processes that a way started and waited for, and so not the
kernels of our reports, which end after it: compare seconds there. Memory is that of all of them together, in a round of
its own.

"""
_NOT_RUN = "Not run.\n\n"


def part(name: str, case: Case, measured: Sequence[Measured], scale: float) -> str:
    """Return the part of a case: the measurements, with date and machine."""
    rounds = len(measured[0].seconds)
    count = f"{rounds} rounds" if rounds >= 5 else f"{rounds} round{'s' * (rounds > 1)}, as one takes long"
    lines = [
        f"## `{name}`", "", f"{case.title}. {dt.datetime.now(dt.UTC):%Y-%m-%d}, scale {scale:g}, {count}.",
        *([case.note] if case.note else []), "", _machine(), "",
        f"| way | seconds, median | lowest to highest | {case.unit} | s per {case.unit} | of ours | CPU s | peak MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]  # fmt: skip
    roles = {"ours": "", "beside": "", "limit": " (limit)"}
    for way, result in zip(case.ways, measured, strict=True):
        ratio = result.per_unit / measured[0].per_unit
        lines.append(
            f"| {way.name}{roles[way.role]} | {statistics.median(result.seconds):.3f} | "
            f"{min(result.seconds):.3f} to {max(result.seconds):.3f} | {result.units:,.6g} | {result.per_unit:.3g} | "
            f"{ratio:.2f} × | {statistics.median(result.cpu):.2f} | {result.peak_mb:.0f} |"
        )
    names = sorted({figure for result in measured for figure in result.figures})
    if names:
        ways = " | ".join(way.name for way in case.ways)
        lines += ["", f"| of it | {ways} |", "| --- |" + " ---: |" * len(measured)]
        for figure in names:
            values = [result.figures.get(figure) for result in measured]
            cells = [f"{statistics.median(rounds):.3f}" if rounds else "" for rounds in values]
            lines.append(f"| {figure} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n\n"


def write(parts: Mapping[str, str], cases: Mapping[str, Case]) -> None:
    """Write the page: the new parts, the former ones of the other cases, and a line for a case that was never run."""
    earlier = {}
    if FILE.is_file():
        earlier = {match["name"]: match[0] for match in _PART.finditer(FILE.read_text(encoding="utf-8"))}
    page = _INTRO
    for name, case in cases.items():
        missing = f"## `{name}`\n\n{case.title}. {_NOT_RUN}"
        page += parts.get(name) or earlier.get(name) or missing
    FILE.write_text(page.rstrip() + "\n", encoding="utf-8")


def _machine() -> str:
    versions = []
    for name in _VERSIONS:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    memory = psutil.virtual_memory().total / 2**30
    load = os.getloadavg()[2]
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, load {load:.1f}; Python "
        f"{platform.python_version()}, {', '.join(versions)}."
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
