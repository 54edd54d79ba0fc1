"""What a case is, and how it is measured: each way in a process of its own, in turn, so many times.

A way gets ready before the clock starts (imports, connections) and then does its work once; what it starts itself, such
as a command, counts as its own. Beside the time: processor time of it and its children, and the largest memory of all
of its processes together, looked at ten times a second. Memory that forked processes share is counted once (PSS).
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal

import psutil

#: Does the work once; returns how many units it did, and what else is worth telling, by name.
Work = Callable[[], "Done | int"]

#: Seconds between two looks at the memory.
_LOOK_S = 0.1

_MB = 2**20


@dataclass(frozen=True)
class Done:
    """What a way did.

    Attributes:
        units: how many units of the case.
        told: further figures, by name, each reported as the median of the rounds.
    """

    units: float
    told: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Way:
    """One way of doing what a case is about.

    Attributes:
        name: what it is, as the results say it.
        ready: where the case's data are → the work.
        role: ``ours``, what a user would take instead (``beside``), or what cannot be beaten (``limit``).
    """

    name: str
    ready: Callable[[str], Work]
    role: Literal["ours", "beside", "limit"] = "beside"


@dataclass(frozen=True)
class Case:
    """What is measured.

    Attributes:
        title: what is done, and on how much.
        unit: what is counted.
        ways: the ways, ours first; ratios are against the first.
        place: holds the data, or the server, while it is open; gives where they are.
        rounds: how many rounds; fewer than five only where one takes minutes.
        is_warm: whether each way does its work once before it is measured.
        note: what a reader must know, such as an arithmetic.
    """

    title: str
    unit: str
    ways: tuple[Way, ...]
    place: Callable[[], AbstractContextManager[str]]
    rounds: int = 5
    is_warm: bool = False
    note: str = ""


@dataclass
class Measured:
    """What was seen of a way, a figure a round."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak_mb: list[float] = field(default_factory=list)
    units: float = 0
    told: dict[str, list[float]] = field(default_factory=dict)

    @property
    def per_unit(self) -> float:
        """The median of the seconds for one unit."""
        return statistics.median(self.seconds) / max(self.units, 1e-9)


def measure(name: str, case: Case, rounds: int, told: Callable[[str], None]) -> list[Measured]:
    """Measure a case, its ways in turn.

    Args:
        name: the case's.
        case: the case.
        rounds: how many rounds; no more than it has where it has fewer than five.
        told: told how far it is.

    Raises:
        SystemExit: a way failed.
    """
    found = [Measured() for _ in case.ways]
    with case.place() as where:
        for number in range(1, min(rounds, case.rounds) + 1):
            for place, way in enumerate(case.ways):
                line, peak_mb = _in_a_process([sys.executable, "-m", "benchmarks.way", name, str(place), where])
                seen, its = json.loads(line), found[place]
                its.seconds.append(seen["seconds"])
                its.cpu.append(seen["cpu"])
                its.peak_mb.append(peak_mb)
                its.units = seen["units"]
                for what, value in seen["told"].items():
                    its.told.setdefault(what, []).append(value)
                told(f"{name} {number}: {seen['seconds']:8.3f} s  {peak_mb:6.0f} MB  {way.name}")
    return found


def run_once(case: Case, way: Way, where: str) -> dict[str, object]:
    """Do the work of a way in this process and tell what it took."""
    work = way.ready(where)
    if case.is_warm:
        work()
    cpu, begun = _cpu(), time.perf_counter()
    done = work()
    seconds, used = time.perf_counter() - begun, _cpu() - cpu
    made = done if isinstance(done, Done) else Done(done)
    return {"seconds": seconds, "cpu": used, "units": made.units, "told": dict(made.told)}


def command(*arguments: str, environment: Mapping[str, str] | None = None) -> None:
    """Run a command, silently; what it said is shown where it fails.

    Raises:
        SystemExit: it failed.
    """
    ended = subprocess.run(  # noqa: S603 - commands of the benchmark
        arguments, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _in_a_process(arguments: list[str]) -> tuple[str, float]:
    """What it printed, and the largest memory of it and its descendants together, in MB."""
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 - ourselves
        peak, over = [0.0], threading.Event()
        watcher = threading.Thread(target=_watch, args=(child.pid, peak, over), daemon=True)
        watcher.start()
        line = child.stdout.read() if child.stdout else ""
        code = child.wait()
        over.set()
        watcher.join()
    if code:
        raise SystemExit(f"{' '.join(arguments)} ended with {code}")
    return line.strip().splitlines()[-1], peak[0] / _MB


def _watch(pid: int, peak: list[float], over: threading.Event) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        while not over.wait(_LOOK_S):
            total = 0
            for process in [root, *root.children(recursive=True)]:
                with contextlib.suppress(psutil.Error, OSError):
                    total += process.memory_full_info().pss
            peak[0] = max(peak[0], total)
