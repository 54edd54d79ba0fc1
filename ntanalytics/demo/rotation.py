"""Logs of an estate as logrotate leaves them at the end of its last day: a file a day, older ones compressed."""

from __future__ import annotations

import datetime as dt
import gzip
import os
from pathlib import Path

from ntanalytics.demo.incidents import ZONE


def write_rotated(folder: Path, name: str, day: dt.date, until: dt.date, content: bytes) -> None:
    """Write one day's log, whose time of change is the end of its day.

    The last day is ``<name>``, the day before ``<name>.1``, earlier ones ``<name>.<n>.gz``.
    """
    age = (until - day).days
    path = folder / {0: name, 1: f"{name}.1"}.get(age, f"{name}.{age}.gz")
    # mtime=0 keeps the time of writing out of the file, so that the same seed gives the same bytes
    path.write_bytes(gzip.compress(content, compresslevel=1, mtime=0) if path.suffix == ".gz" else content)
    changed = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZONE).timestamp()
    os.utime(path, (changed, changed))
