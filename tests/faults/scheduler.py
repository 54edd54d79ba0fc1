"""The scheduler in a process of its own, that is killed with no warning at a place of the program, as by `kill -9`.

python -m tests.faults.scheduler CONFIG NOTEBOOKS TOLD NOW [MODULE:NAME before|after]
"""

from __future__ import annotations

import datetime as dt
import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ntanalytics.scheduling.jobs import load_jobs
from ntanalytics.scheduling.running import run_due
from ntanalytics.settings import load
from tests.faults.town import Town, impatient

_ROOT = Path(__file__).parents[2]


#: Has even root bound by the permissions of files.
_BOUND = ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
_ITSELF = (sys.executable, "-m", "tests.faults.scheduler")


@dataclass(frozen=True)
class Ended:
    """How the other process ended.

    Attributes:
        returncode: negative for a signal.
        said: what it wrote on its way.
        done: what became of each turn; empty where it did not come to that.
    """

    returncode: int
    said: str
    done: list[dict[str, Any]]


def scheduled(town: Town, now: dt.datetime, *killed: str, is_bound: bool = False) -> Ended:
    """Do what is due at a moment in another process.

    Args:
        town: whose.
        now: the moment (aware).
        killed: where it is killed, and whether ``before`` or ``after``; nowhere by default.
        is_bound: whether the permissions of files hold for it, whoever it is.
    """
    told = town.home / "done.json"
    told.unlink(missing_ok=True)
    command = [*_ITSELF, town.config, town.notebooks, told, now.isoformat(), *killed]
    if is_bound and os.geteuid() == 0:
        command = [*_BOUND, *command]
    ended = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    done = json.loads(told.read_text(encoding="utf-8")) if told.exists() else []
    return Ended(ended.returncode, ended.stdout + ended.stderr, done)


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


def main() -> None:
    """Be that process."""
    config, notebooks, told, now, *killed = sys.argv[1:]
    moment, settings = dt.datetime.fromisoformat(now), load(Path(config))
    if killed:
        _kill_at(*killed)
    done = run_due(
        settings, load_jobs(settings.jobs), now=moment, clock=lambda: moment, notebooks=Path(notebooks),
        patience=impatient,
    )  # fmt: skip
    Path(told).write_text(json.dumps([vars(each) for each in done]), encoding="utf-8")


if __name__ == "__main__":
    main()
