import datetime as dt
import os
import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from ntanalytics.contract import DATASETS, Dataset
from ntanalytics.errors import LakeError
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.backends.duckdb import DuckReader
from ntanalytics.lake.commit import CommitConflict, commit_days
from ntanalytics.lake.parts import PartFiles, PartWriter, part_path

BILLS = DATASETS["sms.bills"]
DAY = dt.date(2026, 11, 1)


def bills(day: dt.date, segments: int, source: str = "a", count: int = 1) -> pa.RecordBatchReader:
    rows = [
        {
            "month_on": day,
            "carrier": f"c{number}",
            "billed_segments": segments,
            "billed_yuan": 1.0,
            "source": source,
            "day": day,
        }
        for number in range(count)
    ]
    return pa.Table.from_pylist(rows, schema=BILLS.schema()).to_reader()


def parted(rows: pa.RecordBatchReader, folder: Path) -> list[Path]:
    """The rows as files, one a day, as an extraction leaves them."""
    table = rows.read_all()
    files = []
    for day in table["day"].unique().to_pylist():
        files.append(part_path(folder / ".spool", day))
        writer = PartWriter(files[-1], table.schema.remove(table.schema.get_field_index("day")))
        for batch in table.filter(pc.equal(table["day"], day)).to_batches():
            writer.add(pa.Table.from_batches([batch]))
        writer.close()
    return files


def replace(
    lake: DeltaLake, rows: pa.RecordBatchReader, source: str, first: dt.date, last: dt.date, contract: Dataset = BILLS
) -> None:
    lake.replace(contract, parted(rows, lake.folder), source, first, last)


@pytest.fixture
def lake(tmp_path: Path) -> DeltaLake:
    return DeltaLake(tmp_path / "lake")


def total(lake: DeltaLake, version: int | None, **days: dt.date) -> int | None:
    return DuckReader(lake).table(BILLS, version, **days).billed_segments.sum().to_pyarrow().as_py()


def test_what_was_never_written_is_an_empty_table_of_the_right_shape(lake: DeltaLake):
    table = DuckReader(lake).table(BILLS, lake.version("sms.bills"))
    assert table.count().to_pyarrow().as_py() == 0
    assert table.columns == tuple(BILLS.schema().names)


def test_an_old_version_still_reads_as_it_was(lake: DeltaLake):
    replace(lake, bills(DAY, 10), "a", DAY, DAY)
    first = lake.version("sms.bills")
    replace(lake, bills(DAY, 20), "a", DAY, DAY)
    assert (total(lake, first), total(lake, lake.version("sms.bills"))) == (10, 20)


def days_of(lake: DeltaLake) -> dict[str, str]:
    """Day → the file of the newest version that has its rows."""
    files = lake.files("sms.bills", lake.version("sms.bills"))
    return {Path(file).parent.name.removeprefix("day="): file for file in files}


def test_a_day_of_the_same_rows_keeps_its_file_and_a_window_of_them_its_version(lake: DeltaLake):
    last = DAY + dt.timedelta(days=2)

    def window(*segments: int) -> pa.RecordBatchReader:
        days = [bills(DAY + dt.timedelta(days=at), each).read_all() for at, each in enumerate(segments) if each]
        return pa.concat_tables(days).to_reader()

    replace(lake, window(1, 10, 100), "a", DAY, last)
    replace(lake, bills(DAY, 1000, "b"), "b", DAY, DAY)
    version, before = lake.version("sms.bills"), days_of(lake)
    replace(lake, window(1, 10, 100), "a", DAY, last)
    assert lake.version("sms.bills") == version
    replace(lake, window(1, 20, 0), "a", DAY, last)  # one day is the same, one has changed, one has no rows any more
    after = days_of(lake)
    assert total(lake, lake.version("sms.bills")) == 1021
    assert (set(after), after["2026-11-02"] == before["2026-11-02"]) == ({"2026-11-01", "2026-11-02"}, False)
    (own,) = [file for file in lake.files("sms.bills", version, DAY, DAY) if total_of(file) == 1]
    assert own in lake.files("sms.bills", lake.version("sms.bills"))


def total_of(file: str) -> int:
    return sum(pq.read_table(file, columns=["billed_segments"], partitioning=None)["billed_segments"].to_pylist())


@pytest.mark.parametrize("damage", [lambda file: file.write_bytes(file.read_bytes()[:-1] + b"!"), Path.unlink])
def test_a_file_that_was_damaged_or_is_gone_is_replaced_by_the_same_rows(
    lake: DeltaLake, damage: Callable[[Path], object]
):
    replace(lake, bills(DAY, 10), "a", DAY, DAY)
    (file,) = lake.files("sms.bills", lake.version("sms.bills"))
    damage(Path(file))
    replace(lake, bills(DAY, 10), "a", DAY, DAY)
    assert total(lake, lake.version("sms.bills")) == 10


def test_a_kept_file_that_another_writer_replaced_is_a_conflict_and_nothing_is_committed(lake: DeltaLake):
    replace(lake, bills(DAY, 10), "a", DAY, DAY)
    location = lake.location("sms.bills")
    parts = PartFiles(location, "a", DAY, DAY)
    parts.add_files(parted(bills(DAY, 20), lake.folder))
    with pytest.raises(CommitConflict):
        commit_days(location, parts, BILLS.schema(), name="sms.bills", kept=["day=2026-11-01/gone"])
    assert (lake.version("sms.bills"), total(lake, 0)) == (0, 10)
    assert len([*lake.path("sms.bills").glob("day=*/*.parquet")]) == 1


def test_only_the_files_of_the_days_asked_for_are_read(lake: DeltaLake):
    for offset in range(3):
        day = DAY + dt.timedelta(days=offset)
        replace(lake, bills(day, 10**offset), "a", day, day)
    version = lake.version("sms.bills")
    later = DAY + dt.timedelta(days=1)
    assert total(lake, version, first=later) == 110
    assert total(lake, version, first=later, last=later) == 10
    assert len(lake.files("sms.bills", version, later, later)) == 1


@pytest.mark.parametrize(
    ("days", "rows", "is_held"),
    [(20, 1, True), (20, 100, True), (19, 1, False), (20, 101, False)],
    ids=["few rows", "as many as are few", "few files", "many rows"],
)
def test_few_rows_of_many_files_are_read_once(lake: DeltaLake, days: int, rows: int, is_held: bool):
    last = DAY + dt.timedelta(days=days - 1)
    every = [bills(DAY + dt.timedelta(days=offset), 1, count=rows).read_all() for offset in range(days)]
    replace(lake, pa.concat_tables(every).to_reader(), "a", DAY, last)
    table = DuckReader(lake).table(BILLS, lake.version("sms.bills"))
    expected = table.billed_segments.sum().to_pyarrow().as_py()
    assert expected == days * rows
    for file in (lake.folder / "sms.bills").glob("*/*.parquet"):
        file.write_bytes(b"")
    if is_held:
        assert table.billed_segments.sum().to_pyarrow().as_py() == expected
    else:
        with pytest.raises(duckdb.Error):
            table.billed_segments.sum().to_pyarrow()


def test_files_are_partitioned_by_day_and_compressed_with_zstd(lake: DeltaLake):
    replace(lake, bills(DAY, 10), "a", DAY, DAY)
    (file,) = lake.files("sms.bills", 0)
    assert "day=2026-11-01" in file
    assert pq.ParquetFile(file).metadata.row_group(0).column(0).compression == "ZSTD"


def test_rows_outside_the_replaced_days_are_refused_and_nothing_is_changed(lake: DeltaLake):
    replace(lake, bills(DAY, 10), "a", DAY, DAY)
    with pytest.raises(LakeError):
        replace(lake, bills(DAY, 99), "a", DAY - dt.timedelta(days=9), DAY - dt.timedelta(days=8))
    assert total(lake, lake.version("sms.bills")) == 10


def test_a_source_with_a_quote_in_its_name_replaces_only_its_own_rows(lake: DeltaLake):
    name = "o'brien' OR 'a' = 'a"
    replace(lake, bills(DAY, 1), "a", DAY, DAY)
    replace(lake, bills(DAY, 10, name), name, DAY, DAY)
    replace(lake, bills(DAY, 100, name), name, DAY, DAY)
    assert total(lake, lake.version("sms.bills")) == 101


def test_a_reader_sees_a_day_whole_whatever_the_writer_does(lake: DeltaLake):
    replace(lake, bills(DAY, 1, count=50), "a", DAY, DAY)
    seen: set[tuple[int, int]] = set()
    reader = DuckReader(lake)

    def read() -> None:
        for _ in range(40):
            table = reader.table(BILLS, lake.version("sms.bills"))
            row = table.aggregate(rows=table.count(), kinds=table.billed_segments.nunique()).to_pyarrow().to_pylist()[0]
            seen.add((row["rows"], row["kinds"]))

    thread = threading.Thread(target=read)
    thread.start()
    for segments in range(20):
        replace(lake, bills(DAY, segments, count=50), "a", DAY, DAY)
    thread.join()
    assert seen == {(50, 1)}


def test_two_writers_of_one_day_wait_for_each_other(lake: DeltaLake):
    errors: list[BaseException] = []

    def write(source: str) -> None:
        try:
            for segments in range(5):
                replace(lake, bills(DAY, segments, source), source, DAY, DAY)
        except LakeError as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert total(lake, lake.version("sms.bills")) == 8


def test_a_lake_that_cannot_be_written_says_where(tmp_path: Path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    with pytest.raises(LakeError, match=r"sms\.bills"):
        DeltaLake(blocked / "lake").replace(BILLS, parted(bills(DAY, 1), tmp_path), "a", DAY, DAY)


@pytest.mark.skipif(os.geteuid() != 0 or not Path("/bin/mount").exists(), reason="needs root to mount a small disk")
def test_a_full_disk_leaves_the_table_as_it_was(tmp_path: Path):
    import subprocess

    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], check=False).returncode:
        pytest.skip("this machine does not let root mount")
    try:
        lake = DeltaLake(small)
        replace(lake, bills(DAY, 10), "a", DAY, DAY)
        rest = os.statvfs(small).f_bavail * os.statvfs(small).f_frsize
        (small / "ballast").write_bytes(b"x" * (rest - 4096))
        with pytest.raises(LakeError, match="disk full"):
            lake.replace(BILLS, parted(bills(DAY, 20, count=5000), tmp_path), "a", DAY, DAY)
        (small / "ballast").unlink()
        assert total(lake, lake.version("sms.bills")) == 10
    finally:
        subprocess.run(["umount", str(small)], check=True)
