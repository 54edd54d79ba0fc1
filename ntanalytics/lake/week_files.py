"""Week files: copies of the rows of a table's many small files, one per week, for readers.

A table has a file per source and day, so that a day of a source is replaced alone. To open some hundred of them takes
several times as long as to read their few rows. A week file has the rows of day files, which never change, and is named
after them: when one of them is replaced, readers find no week file under the new name, and read the day files. It
belongs to no version of the table, and ``ntanalytics maintain`` removes it when no recent version has these files.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from ntanalytics.disk_space import sync
from ntanalytics.lake.commit import TableFile, files_of
from ntanalytics.lake.compaction import read_rows
from ntanalytics.lake.parts import PartWriter, day_of
from ntanalytics.lake.table_location import TableLocation

#: Folder below that of the table; programs of Delta Lake leave alone what begins with an underscore.
FOLDER = "_weeks"

#: Fewest files of a week, and their mean size: to open a file takes as long as to read some 100 KB.
_FEWEST_FILES, _MEAN_BYTES = 5, 256 * 2**10

#: Days from the last one of a week to the last one of its table: the days of a newer week are replaced each morning.
_SETTLED_DAYS = 7


def split_files(files: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the day files of a table that no week file stands for, and the week files that stand for the others.

    Args:
        files: paths of day files on this host.
    """
    day_files, week_files = [], []
    for members in _by_week(files).values():
        week_file = _path(Path(members[0]).parent.parent, members)
        if len(members) >= _FEWEST_FILES and week_file.is_file():
            week_files.append(str(week_file))
        else:
            day_files += members
    return day_files, week_files


def with_whole_weeks(files: pa.Table, chosen: pa.ChunkedArray) -> pa.Table:
    """Return the chosen files of a table, and the others of each week of which most are chosen.

    A week file stands for all files of a settled week of small ones, and is read sooner than most of them.

    Args:
        files: the files, with their ``partition.day``.
        chosen: whether a reader needs the file.
    """
    weeks = pc.floor_temporal(files["partition.day"], unit="week")
    shares = pa.table({"week": weeks, "chosen": pc.cast(chosen, pa.int8())}).group_by("week")
    means = shares.aggregate([("chosen", "mean")])
    crowded = means.filter(pc.greater(means["chosen_mean"], 0.5))["week"]
    return files.filter(pc.or_(chosen, pc.is_in(weeks, value_set=crowded.combine_chunks())))


def write_week_files(location: TableLocation, progress: Callable[[int], None] = lambda _: None) -> None:
    """Write the missing week files of the newest version of a table, for settled weeks of small files.

    Without them readers read the day files: a failure to write one leaves nothing behind and is no error.

    Args:
        location: location of the table.
        progress: called after each week file with the number of rows written so far; the first call writes those of
            the whole past.
    """
    if location.bucket:
        return
    with suppress(DeltaError, OSError, pa.ArrowException):
        table = location.open()
        schema, rows = pa.schema(table.schema().to_arrow()), 0
        for week_file, members in _wanted(table, location.folder).items():
            if not week_file.is_file():
                rows += _write(location, week_file, members, schema)
                progress(rows)


def unneeded_week_files(location: TableLocation, stored: Collection[str], versions: Iterable[int]) -> list[str]:
    """Return the stored files of the folder of week files that no one of some versions has a use for.

    Args:
        location: location of the table.
        stored: names of its files.
        versions: versions that may still be read.
    """
    own = {name for name in stored if name.startswith(f"{FOLDER}/")}
    for version in sorted(versions, reverse=True):
        if not own:
            break
        own -= {f"{FOLDER}/{path.name}" for path in _wanted(location.open(version), location.folder)}
    return sorted(own)


def _wanted(table: DeltaTable, folder: Path) -> Mapping[Path, list[TableFile]]:
    """Return week file → its day files in a version, for each week that is to have one."""
    files: list[TableFile] = files_of(table).select(["path", "size_bytes", "partition.day"]).to_pylist()
    by_name = {file["path"]: file for file in files}
    last = max((file["partition.day"] for file in files), default=dt.date.min)
    wanted = {}
    for monday, names in _by_week(by_name).items():
        members = [by_name[name] for name in names]
        is_small = sum(file["size_bytes"] for file in members) <= _MEAN_BYTES * len(members)
        if len(members) >= _FEWEST_FILES and is_small and monday + dt.timedelta(days=6 + _SETTLED_DAYS) <= last:
            wanted[_path(folder, names)] = members
    return wanted


def _by_week(files: Iterable[str]) -> dict[dt.date, list[str]]:
    """Return Monday → the day files of its week, in order."""
    weeks: dict[dt.date, list[str]] = {}
    for file in sorted(files):
        weeks.setdefault(_monday_of(file.rpartition("/")[0]), []).append(file)
    return weeks


@cache
def _monday_of(folder: str) -> dt.date:
    """Return the Monday of a day's folder; a report asks for those of the files of years."""
    day = day_of(Path(folder) / "file")
    return day - dt.timedelta(days=day.weekday())


def _path(folder: Path, files: Iterable[str]) -> Path:
    """Return the path of the week file of some day files, whose names are given to one file alone."""
    names = "\n".join(sorted(file.rpartition("/")[2] for file in files))
    return folder / FOLDER / f"{hashlib.sha256(names.encode()).hexdigest()[:32]}.zstd.parquet"


def _write(location: TableLocation, week_file: Path, members: Iterable[TableFile], schema: pa.Schema) -> int:
    """Write a week file, and return its number of rows.

    Raises:
        OSError, pyarrow.ArrowException: it cannot be written, or has columns that the table has not; nothing is left.
    """
    draft = week_file.with_name(f"{secrets.token_hex(16)}.tmp")
    writer, count = PartWriter(draft, schema), 0
    try:
        for member in members:
            for rows in read_rows(location, member, schema):
                writer.add(rows)
                count += rows.num_rows
        writer.close()
        sync(draft)  # after a loss of power there is the whole file, or none
        draft.replace(week_file)
        return count
    finally:
        writer.abandon()
        draft.unlink(missing_ok=True)
