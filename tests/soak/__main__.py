"""A simulated half year of the schedule, with faults: ``python -m tests.soak --seed 7`` (``make soak``)."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.soak.run import soak
from tests.soak.site import JOBS


def main() -> int:
    """Run the soak and print its figures; 1 when something does not add up."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same faults")
    parser.add_argument("--days", type=int, default=182, help="days of the schedule (at most 182)")
    parser.add_argument("--jobs", default=",".join(JOBS), help="which jobs, with commas between")
    parser.add_argument("--dir", type=Path, help="a new folder, which is kept (default: one that is removed)")
    parser.add_argument("--ledger", default="", help="the URL of an empty database for the ledger (default: SQLite)")
    asked = parser.parse_args()
    os.environ["NTANALYTICS_CHROMIUM"] = ""
    begun = time.monotonic()

    def show(text: str) -> None:
        _say(f"{time.monotonic() - begun:6.0f} s  {text}")

    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        found = soak(
            asked.dir or Path(folder) / "city",
            seed=asked.seed,
            days=asked.days,
            jobs=asked.jobs.split(","),
            ledger=asked.ledger,
            show=show,
        )
    figures = {**found.figures, "seconds in all": round(time.monotonic() - begun)}
    for name, value in figures.items():
        text = ", ".join(f"{kind} {count}" for kind, count in value.items()) if isinstance(value, dict) else value
        _say(f"{name:<64} {text}")
    for each in found.wrong:
        _say(f"WRONG: {each}")
    _say(f"{len(found.wrong)} things do not add up" if found.wrong else "everything adds up")
    return 1 if found.wrong else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
