"""Days are replaced by files of ours in one commit: what must hold when others write, stop, or are killed."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from ntanalytics.contract import DATASETS
from ntanalytics.errors import LakeError
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.commit import commit, superseded
from ntanalytics.lake.parts import Parts
from tests.lake.test_lake import BILLS, DAY, bills, total

NEXT = DAY + dt.timedelta(days=1)
LOGINS = DATASETS["identity.logins"]


@pytest.fixture
def lake(tmp_path: Path) -> DeltaLake:
    return DeltaLake(tmp_path / "lake")


def on_disk(lake: DeltaLake) -> set[str]:
    return {str(file) for file in lake.path("sms.bills").rglob("*.parquet")}


def written(lake: DeltaLake, segments: int, source: str = "a") -> Parts:
    parts = Parts(lake.path("sms.bills"), BILLS.schema(), source, DAY, DAY)
    parts.write(bills(DAY, segments, source))
    return parts


def put(lake: DeltaLake, parts: Parts, source: str = "a") -> None:
    commit(lake.path("sms.bills"), parts, BILLS.schema(), source, DAY, DAY, name="sms.bills")


def test_a_window_is_replaced_in_one_commit_with_the_days_that_become_empty(lake: DeltaLake):
    both = pa.concat_tables([bills(DAY, 1).read_all(), bills(NEXT, 10).read_all()])
    lake.replace(BILLS, both.to_reader(), "a", DAY, NEXT)
    lake.replace(BILLS, bills(DAY, 100, "b"), "b", DAY, DAY)
    before = lake.version("sms.bills")
    lake.replace(BILLS, bills(NEXT, 1000), "a", DAY, NEXT)
    assert lake.version("sms.bills") == before + 1
    assert (total(lake, before), total(lake, before + 1)) == (111, 1100)
    assert total(lake, before + 1, last=DAY) == 100
    lake.replace(BILLS, BILLS.schema().empty_table().to_reader(), "a", DAY, NEXT)
    assert lake.days("sms.bills", lake.version("sms.bills")) == {DAY}


def test_days_that_come_mixed_are_kept_apart(lake: DeltaLake):
    mixed = pa.concat_tables([bills(day, 1).read_all() for day in (NEXT, DAY, NEXT)])
    lake.replace(BILLS, mixed.combine_chunks().to_reader(), "a", DAY, NEXT)
    version = lake.version("sms.bills")
    assert (total(lake, version, last=DAY), total(lake, version, first=NEXT)) == (1, 2)
    assert len(lake.files("sms.bills", version)) == 2


def test_the_log_tells_rows_bounds_and_missing_values_of_a_file(lake: DeltaLake):
    at = [dt.datetime(2026, 11, 1, 3, 4, 5, 123456, tzinfo=dt.UTC), dt.datetime(2026, 11, 1, 3, tzinfo=dt.UTC)]
    rows = [
        {
            "login_id": "1", "logged_in_at": moment, "account_id": None, "method": "sso", "outcome": "success",
            "reason": reason, "terminal": None, "address_hash": None, "source": "源" * 99, "day": DAY,
        }
        for moment, reason in zip(at, ("x" * 65, None), strict=True)
    ]  # fmt: skip
    lake.replace(LOGINS, pa.Table.from_pylist(rows, schema=LOGINS.schema()).to_reader(), "源" * 99, DAY, DAY)
    log = (lake.path("identity.logins") / "_delta_log" / f"{0:020}.json").read_text(encoding="utf-8")
    (added,) = [action["add"] for line in log.splitlines() if "add" in (action := json.loads(line))]
    told = json.loads(added["stats"])
    assert told["numRecords"] == 2
    assert told["minValues"] == {
        "login_id": "1", "logged_in_at": "2026-11-01T03:00:00Z", "method": "sso", "outcome": "success",
        "source": "源" * 99,
    }  # fmt: skip
    assert told["maxValues"] == {**told["minValues"], "logged_in_at": "2026-11-01T03:04:05.123456Z"}
    assert {name: told["nullCount"][name] for name in ("account_id", "reason", "login_id")} == {
        "account_id": 2, "reason": 1, "login_id": 0,
    }  # fmt: skip
    assert DeltaTable(str(lake.path("identity.logins"))).to_pyarrow_table().num_rows == 2


def test_many_rows_are_written_a_row_group_at_a_time(lake: DeltaLake):
    count = 300_000
    month = pa.repeat(pa.scalar(DAY), count)
    table = pa.table(
        {
            "month_on": month, "carrier": pa.array(range(count)).cast(pa.string()),
            "billed_segments": pa.repeat(1, count), "billed_yuan": pa.repeat(0.5, count),
            "source": pa.repeat("a", count), "day": month,
        }
    ).cast(BILLS.schema())  # fmt: skip
    lake.replace(BILLS, table.to_reader(max_chunksize=1000), "a", DAY, DAY)
    (file,) = lake.files("sms.bills", 0)
    footer = pq.ParquetFile(file).metadata
    assert [footer.row_group(number).num_rows for number in range(footer.num_row_groups)] == [132_000, 132_000, 36_000]


def test_what_is_missing_where_the_table_wants_a_value_is_refused_and_leaves_no_file(lake: DeltaLake):
    lake.replace(BILLS, bills(DAY, 10), "a", DAY, DAY)
    before = on_disk(lake)
    base = bills(DAY, 20).read_all()
    place = base.schema.get_field_index("carrier")
    loose = base.set_column(place, pa.field("carrier", pa.string()), pa.array([None], pa.string()))
    missing = pa.Table.from_pylist([{**base.to_pylist()[0], "carrier": None}], schema=BILLS.schema())
    for rows in (loose, missing, base.append_column("more", pa.array([1])), base.drop_columns(["carrier"])):
        with pytest.raises(LakeError, match=r"sms\.bills: cannot write"):
            lake.replace(BILLS, rows.to_reader(), "a", DAY, DAY)
    with pytest.raises(LakeError, match="2 sources"):
        lake.replace(BILLS, pa.concat_tables([base, bills(DAY, 1, "b").read_all()]).combine_chunks().to_reader(), "a",
                     DAY, DAY)  # fmt: skip
    assert (on_disk(lake), total(lake, lake.version("sms.bills"))) == (before, 10)


def test_rows_that_stop_coming_leave_the_table_and_the_disk_as_they_were(lake: DeltaLake):
    lake.replace(BILLS, bills(DAY, 10), "a", DAY, DAY)
    before = on_disk(lake)

    def broken() -> Iterator[pa.RecordBatch]:
        yield from bills(DAY, 20)
        raise OSError("the spool is gone")

    with pytest.raises(LakeError, match="the spool is gone"):
        lake.replace(BILLS, pa.RecordBatchReader.from_batches(BILLS.schema(), broken()), "a", DAY, DAY)
    assert (on_disk(lake), total(lake, lake.version("sms.bills"))) == (before, 10)


def test_a_writer_that_others_overtook_replaces_what_they_wrote(lake: DeltaLake, monkeypatch: pytest.MonkeyPatch):
    """The lock does not reach another machine: both begin on a table without this day, and one is later."""
    lake.replace(BILLS, bills(NEXT, 1), "a", NEXT, NEXT)
    overtaken = []

    def look(table: DeltaTable, *window: object) -> object:
        found = superseded(table, *window)
        if not overtaken:
            overtaken.append(True)
            put(lake, written(lake, 10))
        return found

    monkeypatch.setattr("ntanalytics.lake.commit.superseded", look)
    put(lake, written(lake, 100))
    assert total(lake, lake.version("sms.bills")) == 101


def test_a_writer_that_is_overtaken_each_time_gives_up_and_leaves_nothing(
    lake: DeltaLake, monkeypatch: pytest.MonkeyPatch
):
    lake.replace(BILLS, bills(DAY, 1), "a", DAY, DAY)

    def look(table: DeltaTable, *window: object) -> object:
        found = superseded(table, *window)
        lake._overwrite(lake.path("sms.bills"), bills(DAY, 5, "b"), "source = 'b'", ["day"], "sms.bills")
        return found

    parts = written(lake, 100)
    monkeypatch.setattr("ntanalytics.lake.commit.superseded", look)
    with pytest.raises(Exception, match="Failed to commit"):
        put(lake, parts)
    assert total(lake, lake.version("sms.bills")) == 6
    assert not any((lake.path("sms.bills") / name).exists() for name in parts.names())


def test_a_file_that_a_commit_names_stays_when_what_follows_the_commit_fails(
    lake: DeltaLake, monkeypatch: pytest.MonkeyPatch
):
    lake.replace(BILLS, bills(DAY, 1), "a", DAY, DAY)
    real = DeltaTable.create_write_transaction

    def and_then_fail(*given: object, **named: object) -> None:
        real(*given, **named)
        raise OSError("no space for the checkpoint")

    monkeypatch.setattr(DeltaTable, "create_write_transaction", and_then_fail)
    lake.replace(BILLS, bills(DAY, 100), "a", DAY, DAY)
    assert total(lake, lake.version("sms.bills")) == 100


def test_a_table_that_somebody_compacted_still_loses_no_row_of_another_source(lake: DeltaLake):
    for source, segments in (("a", 1), ("b", 10), ("c", 100)):
        lake.replace(BILLS, bills(DAY, segments, source), source, DAY, DAY)
    DeltaTable(str(lake.path("sms.bills"))).optimize.compact()
    assert len(lake.files("sms.bills", lake.version("sms.bills"))) == 1
    for source, segments in (("b", 1000), ("a", 2), ("c", 200)):
        lake.replace(BILLS, bills(DAY, segments, source), source, DAY, DAY)
    assert total(lake, lake.version("sms.bills")) == 1202


def test_a_table_of_an_earlier_release_is_replaced_alike(lake: DeltaLake):
    lake._overwrite(lake.path("sms.bills"), bills(DAY, 1), "", ["day"], "sms.bills")
    lake._overwrite(lake.path("sms.bills"), bills(DAY, 10, "b"), "source = 'b'", ["day"], "sms.bills")
    lake.replace(BILLS, bills(DAY, 100), "a", DAY, DAY)
    assert total(lake, lake.version("sms.bills")) == 110


def test_a_killed_writer_leaves_a_file_that_no_version_names_and_that_a_vacuum_removes(lake: DeltaLake):
    lake.replace(BILLS, bills(DAY, 10), "a", DAY, DAY)
    code = f"""
import os, signal
from pathlib import Path
from tests.lake.test_commit import *
written(DeltaLake(Path({str(lake.folder)!r})), 20)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2], env=os.environ)
    assert done.returncode == -signal.SIGKILL
    named = set(lake.files("sms.bills", lake.version("sms.bills")))
    assert len(on_disk(lake) - named) == 1
    assert total(lake, lake.version("sms.bills")) == 10
    lake.replace(BILLS, bills(DAY, 30), "a", DAY, DAY)
    table = DeltaTable(str(lake.path("sms.bills")))
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False, full=True)
    assert on_disk(lake) == set(table.file_uris())
    assert total(lake, lake.version("sms.bills")) == 30
