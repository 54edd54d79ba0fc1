"""A process that calls run-due and health as a timer does, at given moments; it can be killed like any process."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import resource
import sys
import traceback
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

from ntanalytics.errors import NtaError
from ntanalytics.runner import RunContext
from ntanalytics.scheduling.alerts import alert_health
from ntanalytics.scheduling.health import health
from ntanalytics.scheduling.jobs import load_jobs
from ntanalytics.scheduling.run_due import run_due
from ntanalytics.settings import load
from tests.faults.town import impatient
from tests.prepared_kernels import prepare
from tests.soak.site import notebooks_of

#: A server that has imported what a call needs and forks the callers.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.preloaded_kernels", __name__])

#: A call that lasts longer is taken for one that hangs.
LONGEST_S = 900.0

What = Literal["run-due", "health"]


@dataclass(frozen=True)
class CallResult:
    """Result of a call.

    Attributes:
        done: job, period, status and reason of each run that it executed, skipped or reissued.
        error: the error of a failure; else empty.
        is_bug: True if the error is none of the suite's own.
    """

    done: list[tuple[str, str, str, str]] = field(default_factory=list)
    error: str = ""
    is_bug: bool = False


class Caller:
    """One calling process.

    Args:
        config: the site's ``ntanalytics.yml``.
        log: the file of its output.
        file_bytes: the largest file that it and its kernels can write; 0 for no limit.
    """

    def __init__(self, config: Path, log: Path, file_bytes: int = 0) -> None:
        self._ours, theirs = _FORKS.Pipe()
        arguments = (theirs, str(config), str(log), file_bytes)
        self._process = _FORKS.Process(target=_serve, args=arguments, daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, what: What, moment: dt.datetime) -> None:
        """Start a call, without waiting."""
        self._ours.send((what, moment))

    def answers(self, within_s: float) -> bool:
        """Return whether it answers, or ends, within some seconds."""
        return self._ours.poll(within_s)

    def answer(self) -> CallResult | None:
        """Return the result of the call; None if the process was killed.

        Raises:
            TimeoutError: the call hangs.
        """
        if not self._ours.poll(LONGEST_S):
            raise TimeoutError(f"a call has lasted {LONGEST_S:.0f} s")
        try:
            called: CallResult = self._ours.recv()
        except (EOFError, ConnectionResetError):
            return None
        return called

    def kill(self) -> None:
        """Kill the process as the kernel does when memory runs out."""
        self._process.kill()
        self._process.join()

    def close(self) -> None:
        """End the process."""
        self._ours.close()
        self._process.join(30)


def _serve(theirs: Connection, config: str, log: str, file_bytes: int) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(descriptor, stream.fileno())
    os.environ["NTANALYTICS_CHROMIUM"] = ""  # a print takes seconds
    if file_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    prepare()
    while True:
        try:
            what, moment = theirs.recv()
        except EOFError:
            return
        theirs.send(_call(Path(config), what, moment))


def _call(config: Path, what: What, moment: dt.datetime) -> CallResult:
    try:
        settings = load(config)
        jobs = load_jobs(settings.jobs)
        own = notebooks_of(config.parent)
        context = RunContext(settings=settings, clock=lambda: moment, notebooks=own.resolve() if own.is_dir() else None)
        if what == "health":
            alert_health(context, health(context, jobs))
            return CallResult()
        done = run_due(context, jobs, retry_budget=impatient)
        return CallResult([(each.job, each.period, each.status, each.why) for each in done])
    except NtaError as error:
        return CallResult(error=f"{type(error).__name__}: {error}")
    except Exception as error:  # noqa: BLE001 - the soak is there to find them
        traceback.print_exc()
        return CallResult(error=f"{type(error).__name__}: {error}", is_bug=not isinstance(error, OSError))
