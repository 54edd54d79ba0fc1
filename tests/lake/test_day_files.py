import datetime as dt
import resource
import signal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from ntanalytics.lake.day_files import DayFiles
from ntanalytics.lake.parts import ROW_GROUP, day_of, read_parts

FIRST = dt.date(2026, 1, 1)
SCHEMA = pa.schema([pa.field("number", pa.int64()), pa.field("day", pa.date32())])


def rows(days: list[int], number: int) -> pa.Table:
    return pa.table({"number": [number] * len(days), "day": [FIRST + dt.timedelta(days=day) for day in days]}, SCHEMA)


def test_more_days_than_files_may_be_open_at_once_get_more_than_one_file_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("ntanalytics.lake.day_files._MAX_OPEN", 10)
    written = DayFiles(tmp_path, SCHEMA)
    days = list(range(30))
    assert written.add(rows(days * 2, 1)) == {FIRST + dt.timedelta(days=day): 2 for day in days}
    written.add(rows([29, 5], 2))
    written.close()
    files = [file for group in written.files.values() for file in group]
    assert {day_of(file) for file in files} == {FIRST + dt.timedelta(days=day) for day in days}
    assert {day: len(group) for day, group in written.files.items() if len(group) > 1} == {dt.date(2026, 1, 6): 2}
    kept = read_parts(files, SCHEMA).read_all().to_pylist()
    expected = [(day, 1) for day in days for _ in range(2)] + [(29, 2), (5, 2)]
    assert sorted(((row["day"] - FIRST).days, row["number"]) for row in kept) == sorted(expected)


def test_what_is_abandoned_can_be_removed(tmp_path: Path):
    written = DayFiles(tmp_path, SCHEMA)
    written.add(rows([1, 2], 1))
    written.abandon(remove=True)
    assert not list(tmp_path.rglob("*.parquet"))
    written.add(rows([1], 1))
    written.close()
    assert [pq.read_metadata(file).num_rows for file in tmp_path.rglob("*.parquet")] == [1]


def test_a_row_group_that_a_thread_could_not_write_is_an_error_of_the_next_step(tmp_path: Path):
    """The file may have 200 kB, as on a full disk; the limit is removed before the second row group."""
    numbers = pa.array(pc.random(2 * ROW_GROUP, initializer=1)).cast(pa.decimal128(18, 17)).cast(pa.string())
    schema = pa.schema([pa.field("number", pa.string()), pa.field("day", pa.date32())])
    many = pa.table([numbers, pa.repeat(pa.scalar(FIRST), len(numbers))], schema=schema)
    written, limits = DayFiles(tmp_path, schema), resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
    try:
        written.add(many)
        with pytest.raises(OSError, match="File too large"):
            written.add(many)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    written.abandon(remove=True)
    assert not list(tmp_path.rglob("*.parquet"))


def test_times_and_whole_numbers_are_stored_as_differences(tmp_path: Path):
    """Equal steps take next to no bytes, and every value is read as it was, the least and the largest too."""
    steps = [dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=second) for second in range(50_000)]
    extremes = [-(2**63), 2**63 - 1, None, 0] * 12_500
    kinds = {"at": pa.timestamp("us", "UTC"), "number": pa.int64(), "day": pa.date32()}
    schema = pa.schema([pa.field(name, kind) for name, kind in kinds.items()])
    rows = pa.table({"at": steps, "number": extremes, "day": [FIRST] * 50_000}, schema)
    written = DayFiles(tmp_path, schema)
    written.add(rows)
    written.close()
    (file,) = written.files[FIRST]
    assert read_parts([file], schema).read_all().equals(rows)
    assert pq.read_metadata(file).row_group(0).column(0).total_compressed_size < 5_000
