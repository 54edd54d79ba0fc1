import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ntanalytics.lake.day_files import DayFiles
from ntanalytics.lake.parts import day_of, read_parts

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
