"""Cases of the suite and their measurement: each way runs in a process of its own, the ways in turn, for some rounds.

A way prepares itself (imports, connections) before the clock starts, and then does its work once; a command that it
starts belongs to it. Measured are the time and the processor time of the process and its children; and, in a round of
its own before the others, the peak memory of all its processes together. Memory that forked processes share is counted
once (PSS). To sample it takes a tenth of the time of a report that has eight processes, and next to none of one that
has two.
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
from pathlib import Path
from typing import Literal

import psutil

#: A function that does the work once, and returns the number of units, perhaps with further figures.
Work = Callable[[], "Outcome | int"]

#: Seconds between two samples of the memory.
_SAMPLE_S = 0.1

_MB = 2**20


@dataclass(frozen=True)
class Outcome:
    """Result of the work of a way.

    Attributes:
        units: number of units of the case.
        figures: further figures by name; each is reported as the median of the rounds.
    """

    units: float
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Way:
    """One way to do the work of a case.

    Attributes:
        name: its description in the results.
        ready: place of the case's data → the work.
        role: ``ours``, an alternative for a user (``beside``), or a lower bound (``limit``).
        program: the program that it calls; empty for none.
    """

    name: str
    ready: Callable[[str], Work]
    role: Literal["ours", "beside", "limit"] = "beside"
    program: str = ""


@dataclass(frozen=True)
class Case:
    """One task, measured in several ways.

    Attributes:
        title: the task and the amount of data.
        unit: the unit that is counted.
        ways: the ways, ours first; ratios refer to the first.
        place: context of the data or the server; it gives their place.
        rounds: number of rounds; fewer than five only if a round takes minutes.
        is_warm: True if each way does its work once before it is measured.
        note: a note for the reader of the results.
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
    """Measurements of a way, one per round, and its peak memory."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak_mb: float = 0
    units: float = 0
    figures: dict[str, list[float]] = field(default_factory=dict)

    @property
    def per_unit(self) -> float:
        """Median of the seconds for one unit."""
        return statistics.median(self.seconds) / max(self.units, 1e-9)


def measure(name: str, case: Case, rounds: int, show: Callable[[str], None]) -> list[Measured]:
    """Measure a case, its ways in turn.

    Args:
        name: the case's name.
        case: the case.
        rounds: number of rounds, at most that of the case.
        show: a callback for progress.

    Raises:
        SystemExit: a way failed.
    """
    results = [Measured() for _ in case.ways]
    with case.place() as where:
        for number in range(min(rounds, case.rounds) + 1):
            for place, (way, result) in enumerate(zip(case.ways, results, strict=True)):
                arguments = [sys.executable, "-m", "benchmarks.way", name, str(place), where]
                line, peak_mb = _run_process(arguments, is_watched=number == 0)
                if number == 0:
                    result.peak_mb = peak_mb
                    show(f"{name} memory: {peak_mb:6.0f} MB  {way.name}")
                    continue
                answer = json.loads(line)
                result.seconds.append(answer["seconds"])
                result.cpu.append(answer["cpu"])
                result.units = answer["units"]
                for figure, value in answer["figures"].items():
                    result.figures.setdefault(figure, []).append(value)
                show(f"{name} {number}: {answer['seconds']:8.3f} s  {way.name}")
    return results


def run_once(case: Case, way: Way, where: str) -> dict[str, object]:
    """Do the work of a way in this process, and return its measurements."""
    work = way.ready(where)
    if case.is_warm:
        work()
    cpu, started = _cpu(), time.perf_counter()
    result = work()
    seconds, used = time.perf_counter() - started, _cpu() - cpu
    outcome = result if isinstance(result, Outcome) else Outcome(result)
    return {"seconds": seconds, "cpu": used, "units": outcome.units, "figures": dict(outcome.figures)}


def command(*arguments: str, environment: Mapping[str, str] | None = None) -> None:
    """Run a command without its output.

    Raises:
        SystemExit: the command failed; the message has its output.
    """
    process = subprocess.run(  # noqa: S603 - commands of the benchmark
        arguments, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False
    )
    if process.returncode:
        output = f"{process.stdout}{process.stderr}"
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}:\n{output}")


def own_command(module: str, *arguments: str) -> None:
    """Run one of our modules in a process of its own, which has imported nothing yet.

    Raises:
        SystemExit: it failed; the message has its output.
    """
    root, scripts = Path(__file__).parents[1], Path(sys.executable).parent
    environment = {"PYTHONPATH": str(root), "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
    command(sys.executable, "-m", module, *arguments, environment=environment)


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _run_process(arguments: list[str], *, is_watched: bool) -> tuple[str, float]:
    """Return the last line that a process printed, and the peak memory of it and its descendants together, in MB.

    The memory of one that is not watched is 0.
    """
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 - ourselves
        peak, over = [0.0], threading.Event()
        watcher = threading.Thread(target=_watch, args=(child.pid, peak, over), daemon=True)
        if is_watched:
            watcher.start()
        line = child.stdout.read() if child.stdout else ""
        code = child.wait()
        over.set()
        if is_watched:
            watcher.join()
    if code:
        raise SystemExit(f"{' '.join(arguments)} ended with {code}")
    return line.strip().splitlines()[-1], peak[0] / _MB


def _watch(pid: int, peak: list[float], over: threading.Event) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        while not over.wait(_SAMPLE_S):
            total = 0
            for process in [root, *root.children(recursive=True)]:
                with contextlib.suppress(psutil.Error, OSError):
                    total += process.memory_full_info().pss
            peak[0] = max(peak[0], total)
