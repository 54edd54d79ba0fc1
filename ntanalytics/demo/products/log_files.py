"""Log files of an estate: lines from a template, and files as logrotate leaves them at the end of the last day."""

from __future__ import annotations

import datetime as dt
import gzip
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.demo.arrays import Ints
from ntanalytics.demo.local_time import midnight

#: Texts, an item each line; Arrow's types are not annotated.
Texts: TypeAlias = Any

_FIELD = re.compile(r"\$\{(\w+)\}")


def format_lines(template: str, fields: Mapping[str, Texts | str]) -> Texts:
    """Return lines with every ``${field}`` of a template replaced, as nginx's ``log_format`` does.

    Args:
        template: text of a line.
        fields: field → texts, an item each line, or one text for all lines.
    """
    # literals and names alternate
    parts = [fields[part] if place % 2 else part for place, part in enumerate(_FIELD.split(template))]
    return pc.binary_join_element_wise(*parts, "")


def clock_of(at_s: Ints) -> Texts:
    """Return seconds since midnight as ``HH:MM:SS``."""
    return pa.array(at_s.astype(np.int32), pa.time32("s")).cast(pa.string())


def write_rotated(folder: Path, name: str, day: dt.date, until: dt.date, parts: Iterable[bytes]) -> None:
    """Write the log of one day, with the end of that day as time of change.

    The last day is ``<name>``, the day before ``<name>.1``, earlier days are ``<name>.<n>.gz``. The parts are written
    one by one, since a day of a large city has gigabytes.
    """
    age = (until - day).days
    path = folder / {0: name, 1: f"{name}.1"}.get(age, f"{name}.{age}.gz")
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        if path.suffix == ".gz":
            # without name and time in the file the same seed gives the same bytes
            with gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=file, mtime=0) as packed:
                packed.writelines(parts)
        else:
            file.writelines(parts)
    changed = midnight(day + dt.timedelta(days=1)).timestamp()
    os.utime(path, (changed, changed))
