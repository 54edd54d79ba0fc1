"""The scheduler in a process of its own, that is killed with no warning at a place of the program, as by `kill -9`.

python -m tests.faults.scheduler CONFIG NOTEBOOKS NOW [MODULE:NAME before|after]
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
from pathlib import Path
from typing import Any

from ntanalytics.scheduling.jobs import load_jobs
from ntanalytics.scheduling.running import run_due
from ntanalytics.settings import load
from tests.faults.town import Town, impatient

_ROOT = Path(__file__).parents[2]


def scheduled(town: Town, now: dt.datetime, *killed: str) -> subprocess.CompletedProcess[str]:
    """Do what is due at a moment in another process; ``killed`` says where, and whether before or after, if at all."""
    command = [sys.executable, "-m", "tests.faults.scheduler", town.config, town.notebooks, now.isoformat(), *killed]
    return subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)


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
    config, notebooks, now, *killed = sys.argv[1:]
    moment, settings = dt.datetime.fromisoformat(now), load(Path(config))
    if killed:
        _kill_at(*killed)
    done = run_due(
        settings, load_jobs(settings.jobs), now=moment, clock=lambda: moment, notebooks=Path(notebooks),
        patience=impatient,
    )  # fmt: skip
    json.dump([vars(each) for each in done], sys.stdout)


if __name__ == "__main__":
    main()
