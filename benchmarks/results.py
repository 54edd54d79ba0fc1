"""benchmarks/results.md: a part for each case, in their order; what was not run keeps its part, with its date."""

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

Written by `make bench`; do not edit. `of ours` is the time for a unit as a multiple of that of the first way, so that
more than 1 × is slower than ours. Where a case does not say otherwise, its city is of the scale named. Each way ran in
a process of its own, the ways in turn. CPU counts the processes that a way started, memory all of them together.

"""
_NOT_RUN = "Not run.\n\n"


def part(name: str, case: Case, found: Sequence[Measured], scale: float) -> str:
    """The part of a case: what was measured, when, on what."""
    rounds = len(found[0].seconds)
    many = f"{rounds} rounds" if rounds >= 5 else f"{rounds} round{'s' * (rounds > 1)}, as one takes long"
    lines = [
        f"## `{name}`", "", f"{case.title}. {dt.datetime.now(dt.UTC):%Y-%m-%d}, scale {scale:g}, {many}.",
        *([case.note] if case.note else []), "", _machine(), "",
        f"| way | seconds, median | lowest to highest | {case.unit} | s per {case.unit} | of ours | CPU s | peak MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]  # fmt: skip
    roles = {"ours": "", "beside": "", "limit": " (limit)"}
    for way, its in zip(case.ways, found, strict=True):
        lines.append(
            f"| {way.name}{roles[way.role]} | {statistics.median(its.seconds):.3f} | "
            f"{min(its.seconds):.3f} to {max(its.seconds):.3f} | {its.units:,.6g} | {its.per_unit:.3g} | "
            f"{its.per_unit / found[0].per_unit:.2f} × | {statistics.median(its.cpu):.2f} | {max(its.peak_mb):.0f} |"
        )
    names = sorted({what for its in found for what in its.told})
    if names:
        lines += [
            "",
            "| of it | " + " | ".join(way.name for way in case.ways) + " |",
            "| --- |" + " ---: |" * len(found),
        ]
        for what in names:
            cells = [f"{statistics.median(its.told[what]):.3f}" if what in its.told else "" for its in found]
            lines.append(f"| {what} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n\n"


def write(parts: Mapping[str, str], cases: Mapping[str, Case]) -> None:
    """Write the page: the new parts, the earlier ones of the other cases, and which were never run."""
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
