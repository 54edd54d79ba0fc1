"""Week files: readers get the rows of the day files, whatever was replaced, removed or damaged meanwhile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from deltalake import DeltaTable

from ntanalytics.lake import DeltaLake, week_files
from ntanalytics.lake.backends.duckdb import DuckReader
from ntanalytics.lake.maintenance import maintain_table
from tests.city import City
from tests.faults.small_disk import fill_disk, small_disk
from tests.lake.test_lake import BILLS, bills, replace

NAME = "sms.bills"
MONDAY = dt.date(2026, 11, 2)
KEEP = dt.timedelta(days=7)
#: A week, and the day that makes it a settled one.
WEEK = (*range(7), 13)
#: Rows of a day: more than are held in memory.
ROWS = 101


def day(number: int) -> dt.date:
    return MONDAY + dt.timedelta(days=number)


def write(lake: DeltaLake, segments: dict[int, int], source: str = "a") -> None:
    """Replace each of some days by rows with a number of segments, and write what a week is read from."""
    for number, each in segments.items():
        replace(lake, bills(day(number), each, source, ROWS), source, day(number), day(number))
    lake.write_week_files(NAME)


def stored(lake: DeltaLake) -> list[Path]:
    return sorted((lake.path(NAME) / week_files.FOLDER).glob("*"))


def segments(lake: DeltaLake, version: int | None = None, **days: dt.date) -> int:
    """The segments of a row of each day, added up."""
    table = DuckReader(lake).table(BILLS, lake.version(NAME) if version is None else version, **days)
    total = table.billed_segments.sum().to_pyarrow().as_py()
    assert total % ROWS == 0
    return int(total // ROWS)


def damage_day_files(lake: DeltaLake, numbers: range) -> None:
    """Have whoever opens a day file fail."""
    for number in numbers:
        for file in lake.path(NAME).glob(f"day={day(number)}/*.parquet"):
            file.write_bytes(b"")


@pytest.fixture
def lake(tmp_path: Path) -> DeltaLake:
    return DeltaLake(tmp_path / "lake")


def test_a_week_is_read_from_one_file_and_what_is_beside_it_from_its_days(lake: DeltaLake):
    write(lake, {number: 2**number for number in WEEK})
    assert len(stored(lake)) == 1
    damage_day_files(lake, range(7))
    assert segments(lake) == 127 + 2**13
    assert segments(lake, last=day(6)) == 127
    assert segments(lake, first=day(7)) == 2**13
    with pytest.raises(duckdb.Error):
        segments(lake, first=day(1))  # six days of a week are read from their own files
    table = DuckReader(lake).table(BILLS, lake.version(NAME), MONDAY, day(6)).to_pyarrow()
    assert table.schema.names == BILLS.schema().names
    assert sorted({(row["day"], row["month_on"]) for row in table.to_pylist()}) == [(day(n), day(n)) for n in range(7)]


@pytest.mark.parametrize(
    ("chosen", "read"),
    [
        ({0, 1, 2, 3}, range(7)),  # four of seven: the week is read at once
        ({0, 1, 2}, (0, 1, 2)),
        ({7, 8}, (7, 8, 9)),  # of a week that has three files
        (set(), ()),
    ],
)
def test_a_week_of_which_most_files_are_needed_is_taken_whole(chosen: set[int], read: Sequence[int]):
    files = pa.table({"partition.day": [day(number) for number in range(10)], "path": list(range(10))})
    needed = pa.chunked_array([[number in chosen for number in range(10)]], pa.bool_())
    assert week_files.with_whole_weeks(files, needed)["path"].to_pylist() == list(read)


def test_a_day_that_was_replaced_is_never_read_as_it_was(lake: DeltaLake):
    write(lake, dict.fromkeys(WEEK, 1))
    before = lake.version(NAME)
    replace(lake, bills(day(3), 100, "a", ROWS), "a", day(3), day(3))
    replace(lake, bills(day(4), 1000, "b", ROWS), "b", day(4), day(4))
    assert (segments(lake, last=day(6)), segments(lake, before, last=day(6))) == (1106, 7)
    lake.write_week_files(NAME)
    assert (segments(lake, last=day(6)), segments(lake, before, last=day(6))) == (1106, 7)
    assert len(stored(lake)) == 2
    damage_day_files(lake, range(7))
    assert (segments(lake, last=day(6)), segments(lake, before, last=day(6))) == (1106, 7)


def test_days_without_rows_leave_the_week_and_a_retained_day_is_no_longer_read(lake: DeltaLake):
    write(lake, dict.fromkeys(range(15), 1))
    lake.drop_before(BILLS, day(2))
    assert segments(lake) == 13
    lake.write_week_files(NAME)
    assert segments(lake) == 13


@pytest.mark.parametrize(
    "days", [range(6), range(13), range(3), range(3, 14)], ids=["unfinished", "unsettled", "few days", "few files"]
)
def test_a_week_that_is_not_settled_or_has_few_files_has_none(lake: DeltaLake, days: range):
    write(lake, dict.fromkeys(days, 1))
    assert stored(lake) == []
    assert segments(lake) == len(days)


def test_a_dataset_without_a_table_has_none(lake: DeltaLake):
    lake.write_week_files(NAME)
    assert stored(lake) == []


def test_a_week_of_large_files_has_none(lake: DeltaLake, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(week_files, "_MEAN_BYTES", 100)
    write(lake, dict.fromkeys(WEEK, 1))
    assert stored(lake) == []


def test_a_folder_that_cannot_be_written_leaves_the_day_files(lake: DeltaLake):
    lake.path(NAME).mkdir(parents=True)
    (lake.path(NAME) / week_files.FOLDER).touch()
    write(lake, dict.fromkeys(WEEK, 1))
    assert segments(lake) == 8


def test_a_full_disk_leaves_the_day_files_until_there_is_room(tmp_path: Path):
    with small_disk(tmp_path / "lake") as ballast:
        lake = DeltaLake(tmp_path / "lake")
        for number in WEEK:
            replace(lake, bills(day(number), 1, "a", ROWS), "a", day(number), day(number))
        fill_disk(ballast, 0)
        lake.write_week_files(NAME)
        assert (stored(lake), segments(lake)) == ([], 8)
        ballast.unlink()
        lake.write_week_files(NAME)
        assert (len(stored(lake)), segments(lake)) == (1, 8)


def test_the_rows_of_the_week_files_are_counted_while_they_are_written(lake: DeltaLake):
    for number in range(21):
        replace(lake, bills(day(number), 1, "a", ROWS), "a", day(number), day(number))
    rows: list[int] = []
    lake.write_week_files(NAME, rows.append)
    lake.write_week_files(NAME, rows.append)  # there are none left to write
    assert rows == [7 * ROWS, 14 * ROWS]


def test_a_file_that_cannot_be_read_leaves_nothing_behind(lake: DeltaLake):
    write(lake, {number: 1 for number in WEEK if number != 5})
    replace(lake, bills(day(5), 1, "a", ROWS), "a", day(5), day(5))
    damage_day_files(lake, range(3, 4))
    before = stored(lake)
    lake.write_week_files(NAME)
    assert stored(lake) == before


def test_the_upkeep_removes_what_no_recent_version_has_and_no_other(lake: DeltaLake):
    write(lake, dict.fromkeys(WEEK, 1))
    (old,) = stored(lake)
    write(lake, {3: 10})
    draft = old.with_name("killed.tmp")
    draft.touch()
    assert len(stored(lake)) == 3

    def tend(later_days: float, *, dry_run: bool = False) -> list[Path]:
        now = dt.datetime.now(dt.UTC) + dt.timedelta(days=later_days)
        maintain_table(lake, NAME, (), now, keep=KEEP, dry_run=dry_run)
        return stored(lake)

    assert draft in tend(0.9)
    assert draft not in tend(1.1)
    assert old in tend(6)  # somebody may have opened the lake before the day was replaced
    assert old in tend(8, dry_run=True)
    left = tend(8)
    assert len(left) == 1
    assert old not in left
    damage_day_files(lake, range(7))
    assert segments(lake, last=day(6)) == 16


def test_other_programs_read_the_table_without_it(lake: DeltaLake):
    write(lake, dict.fromkeys(WEEK, 1))
    assert stored(lake)
    table = DeltaTable(lake.path(NAME))
    assert table.to_pyarrow_table().num_rows == 8 * ROWS
    assert table.vacuum(retention_hours=0, dry_run=True, enforce_retention_duration=False) == []


def test_an_extraction_leaves_them_and_every_dataset_is_the_same_without_them(city: City):
    lake = DeltaLake.of(city.settings)
    for name in ("oa.tasks", "sms.messages", "infra.checks"):
        version = lake.version(name)
        assert version is not None
        files = lake.files(name, version)
        days, weeks = week_files.split_files(files)
        assert len(weeks) >= 5, name
        from_weeks = checksum(weeks, has_folders=False)
        from_days = checksum(sorted({*files} - {*days}), has_folders=True)
        assert from_weeks == from_days


def checksum(files: list[str], *, has_folders: bool) -> tuple[int, int]:
    """The number of rows, and the hashes of all their columns by name, added up."""
    relation = duckdb.read_parquet(files, hive_partitioning=has_folders)
    names = ", ".join(sorted(relation.columns))
    ((count, hashes),) = relation.aggregate(f"count(*), sum(hash({names}))").fetchall()
    assert count > 0
    return count, int(hashes)
