"""Logs of an estate as logrotate leaves them at the end of its last day: a file a day, older ones compressed."""

from __future__ import annotations

import datetime as dt
import gzip
import os
from collections.abc import Iterable
from pathlib import Path

from ntanalytics.demo.incidents.incident import ZONE


def write_rotated(folder: Path, name: str, day: dt.date, until: dt.date, parts: Iterable[bytes]) -> None:
    """Write one day's log, whose time of change is the end of its day.

    The last day is ``<name>``, the day before ``<name>.1``, earlier ones ``<name>.<n>.gz``. It is written part by part:
    of ten cities a day is five gigabytes.
    """
    age = (until - day).days
    path = folder / {0: name, 1: f"{name}.1"}.get(age, f"{name}.{age}.gz")
    with path.open("wb") as file:
        if path.suffix == ".gz":
            # no name and no time of writing in the file, so that the same seed gives the same bytes
            with gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=file, mtime=0) as packed:
                packed.writelines(parts)
        else:
            file.writelines(parts)
    changed = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), ZONE).timestamp()
    os.utime(path, (changed, changed))
