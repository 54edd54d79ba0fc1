"""The scheduler in a process of its own, that is killed with no warning at a place of the program, as by `kill -9`."""

from __future__ import annotations

import ctypes
import datetime as dt
import importlib
import json
import multiprocessing
import os
import signal
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ntanalytics.runner import RunContext
from ntanalytics.scheduling.jobs import load_jobs
from ntanalytics.scheduling.run_due import run_due
from ntanalytics.settings import load
from tests.faults.town import Town, impatient
from tests.prepared_kernels import prepare

#: Each process is forked from one that has imported what takes seconds, and has done nothing else.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(
    [
        "tests.preloaded_kernels", "tests.faults.scheduler", "papermill", "nbconvert", "ntanalytics.reports.exporters",
        "ntanalytics.extraction",
    ]
)  # fmt: skip

#: capabilities(7): the version of the structures; what lets root pass over the permissions of files.
_VERSION = 0x20080522
_DAC_OVERRIDE, _DAC_READ_SEARCH = 1, 2


@dataclass(frozen=True)
class Ended:
    """How the other process ended.

    Attributes:
        returncode: negative for a signal.
        done: what became of each turn; empty where it did not come to that.
    """

    returncode: int | None
    done: list[dict[str, Any]]


def scheduled(town: Town, now: dt.datetime, *killed: str, is_bound: bool = False) -> Ended:
    """Do what is due at a moment in another process.

    Args:
        town: whose.
        now: the moment (aware).
        killed: a function or method as ``MODULE:NAME``, and whether the process is killed ``before`` or ``after`` it;
            nowhere by default.
        is_bound: whether the permissions of files hold for it, whoever it is.
    """
    told = town.home / "done.json"
    told.unlink(missing_ok=True)
    given = (town.config, town.notebooks, told, now, dict(os.environ), killed, is_bound)
    process = _PROCESSES.Process(target=_be, args=given)
    process.start()
    process.join()
    done = json.loads(told.read_text(encoding="utf-8")) if told.exists() else []
    return Ended(process.exitcode, done)


def _be(
    config: Path,
    notebooks: Path,
    told: Path,
    now: dt.datetime,
    environment: Mapping[str, str],
    killed: tuple[str, ...],
    is_bound: bool,
) -> None:
    """Be that process."""
    os.environ.update(environment)
    if is_bound:
        _be_bound()
    prepare()
    if killed:
        _kill_at(*killed)
    settings = load(config)
    context = RunContext(settings=settings, clock=lambda: now, notebooks=notebooks)
    done = run_due(context, load_jobs(settings.jobs), retry_budget=impatient)
    told.write_text(json.dumps([vars(each) for each in done]), encoding="utf-8")


def _kill_at(place: str, when: str) -> None:
    """Let the process kill itself where a function, or a method, begins or has done its work."""
    module, _, name = place.partition(":")
    owner: Any = importlib.import_module(module)
    *within, last = name.split(".")
    for each in within:
        owner = getattr(owner, each)
    works: Callable[..., object] = getattr(owner, last)

    def dies(*given: object, **named: object) -> None:
        if when == "after":
            works(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, last, dies)


def _be_bound() -> None:
    """Give up what lets root pass over the permissions of files."""
    libc = ctypes.CDLL(None, use_errno=True)
    header, held = struct.pack("Ii", _VERSION, 0), ctypes.create_string_buffer(24)
    if libc.capget(header, held) != 0:
        raise OSError(ctypes.get_errno(), "capget")
    effective, *rest = struct.unpack("6I", held.raw)
    effective &= ~(1 << _DAC_OVERRIDE | 1 << _DAC_READ_SEARCH)
    if libc.capset(header, struct.pack("6I", effective, *rest)) != 0:
        raise OSError(ctypes.get_errno(), "capset")
