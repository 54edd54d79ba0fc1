"""Days are replaced by files of ours in one commit: what must hold when others write, stop, or are killed."""

import datetime as dt
import json
import signal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from ntanalytics.contract import DATASETS
from ntanalytics.errors import LakeError
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.commit import commit_days, superseded_files
from ntanalytics.lake.parts import PartFiles, PartWriter
from tests import warm
from tests.lake.test_lake import BILLS, DAY, bills, parted, replace, total

NEXT = DAY + dt.timedelta(days=1)
LOGINS = DATASETS["identity.logins"]


@pytest.fixture
def lake(tmp_path: Path) -> DeltaLake:
    return DeltaLake(tmp_path / "lake")


def on_disk(lake: DeltaLake) -> set[str]:
    return {str(file) for file in lake.path("sms.bills").rglob("*.parquet")}


def written(lake: DeltaLake, segments: int, source: str = "a") -> PartFiles:
    parts = PartFiles(lake.location("sms.bills"), source, DAY, DAY)
    parts.add_files(parted(bills(DAY, segments, source), lake.folder))
    return parts


def put(lake: DeltaLake, parts: PartFiles) -> None:
    commit_days(lake.location("sms.bills"), parts, BILLS.schema(), name="sms.bills")


def test_a_window_is_replaced_in_one_commit_with_the_days_that_become_empty(lake: DeltaLake):
    both = pa.concat_tables([bills(DAY, 1).read_all(), bills(NEXT, 10).read_all()])
    replace(lake, both.to_reader(), "a", DAY, NEXT)
    replace(lake, bills(DAY, 100, "b"), "b", DAY, DAY)
    before = lake.version("sms.bills")
    replace(lake, bills(NEXT, 1000), "a", DAY, NEXT)
    assert lake.version("sms.bills") == before + 1
    assert (total(lake, before), total(lake, before + 1)) == (111, 1100)
    assert total(lake, before + 1, last=DAY) == 100
    replace(lake, BILLS.schema().empty_table().to_reader(), "a", DAY, NEXT)
    assert lake.days("sms.bills", lake.version("sms.bills")) == {DAY}


def test_the_log_tells_rows_bounds_and_missing_values_of_a_file(lake: DeltaLake):
    at = [dt.datetime(2026, 11, 1, 3, 4, 5, 123456, tzinfo=dt.UTC), dt.datetime(2026, 11, 1, 3, tzinfo=dt.UTC)]
    rows = [
        {
            "login_id": "1",
            "logged_in_at": moment,
            "account_id": None,
            "method": "sso",
            "outcome": "success",
            "reason": reason,
            "terminal": None,
            "address_hash": None,
            "source": "源" * 99,
            "day": DAY,
        }
        for moment, reason in zip(at, ("x" * 65, None), strict=True)
    ]
    replace(lake, pa.Table.from_pylist(rows, schema=LOGINS.schema()).to_reader(), "源" * 99, DAY, DAY, LOGINS)
    log = (lake.path("identity.logins") / "_delta_log" / f"{0:020}.json").read_text(encoding="utf-8")
    (added,) = [action["add"] for line in log.splitlines() if "add" in (action := json.loads(line))]
    told = json.loads(added["stats"])
    assert told["numRecords"] == 2
    assert told["minValues"] == {
        "login_id": "1",
        "logged_in_at": "2026-11-01T03:00:00Z",
        "method": "sso",
        "outcome": "success",
        "source": "源" * 99,
    }
    assert told["maxValues"] == {**told["minValues"], "logged_in_at": "2026-11-01T03:04:05.123456Z"}
    assert {name: told["nullCount"][name] for name in ("account_id", "reason", "login_id")} == {
        "account_id": 2,
        "reason": 1,
        "login_id": 0,
    }
    assert DeltaTable(str(lake.path("identity.logins"))).to_pyarrow_table().num_rows == 2


def test_many_rows_are_written_a_row_group_at_a_time(tmp_path: Path):
    rows = pa.table({"number": pa.array(range(300_000))})
    writer = PartWriter(tmp_path / "new" / "file", rows.schema)
    for batch in rows.to_batches(max_chunksize=1000):
        writer.add(pa.Table.from_batches([batch]))
    writer.close()
    footer = pq.ParquetFile(tmp_path / "new" / "file").metadata
    assert [footer.row_group(number).num_rows for number in range(footer.num_row_groups)] == [
        66_000,
        66_000,
        66_000,
        66_000,
        36_000,
    ]


def test_what_is_missing_where_the_table_wants_a_value_is_not_written(tmp_path: Path):
    schema = pa.schema([pa.field("carrier", pa.string(), nullable=False)])
    writer = PartWriter(tmp_path / "file", schema)
    writer.add(pa.Table.from_arrays([pa.array(["a", None])], schema=schema))
    with pytest.raises(pa.ArrowException, match="carrier"):
        writer.close()


def test_files_of_another_source_or_day_are_refused_and_none_is_left_in_the_table(lake: DeltaLake):
    replace(lake, bills(DAY, 10), "a", DAY, DAY)
    before = on_disk(lake)
    both = pa.concat_tables([bills(DAY, 20).read_all(), bills(DAY, 1, "b").read_all()])
    with pytest.raises(LakeError, match="another source"):
        replace(lake, both.to_reader(), "a", DAY, DAY)
    days = pa.concat_tables([bills(DAY, 20).read_all(), bills(NEXT, 20).read_all()])
    with pytest.raises(LakeError, match="other days"):
        replace(lake, days.to_reader(), "a", DAY, DAY)
    assert (on_disk(lake), total(lake, lake.version("sms.bills"))) == (before, 10)


def test_a_file_that_is_gone_leaves_the_table_and_the_disk_as_they_were(lake: DeltaLake):
    replace(lake, bills(DAY, 10), "a", DAY, NEXT)
    before = on_disk(lake)
    days = pa.concat_tables([bills(DAY, 20).read_all(), bills(NEXT, 20).read_all()])
    files = parted(days.to_reader(), lake.folder)
    files[1].unlink()
    with pytest.raises(LakeError, match=r"sms\.bills: cannot write"):
        lake.replace(BILLS, files, "a", DAY, NEXT)
    assert (on_disk(lake), total(lake, lake.version("sms.bills"))) == (before, 10)


def test_a_writer_that_others_overtook_replaces_what_they_wrote(lake: DeltaLake, monkeypatch: pytest.MonkeyPatch):
    """The lock does not reach another machine: both begin on a table without this day, and one is later."""
    replace(lake, bills(NEXT, 1), "a", NEXT, NEXT)
    overtaken = []

    def look(table: DeltaTable, *window: object) -> object:
        found = superseded_files(table, *window)
        if not overtaken:
            overtaken.append(True)
            put(lake, written(lake, 10))
        return found

    monkeypatch.setattr("ntanalytics.lake.commit.superseded_files", look)
    put(lake, written(lake, 100))
    assert total(lake, lake.version("sms.bills")) == 101


def test_a_writer_that_is_overtaken_each_time_gives_up_and_leaves_nothing(
    lake: DeltaLake, monkeypatch: pytest.MonkeyPatch
):
    replace(lake, bills(DAY, 1), "a", DAY, DAY)

    def look(table: DeltaTable, *window: object) -> object:
        found = superseded_files(table, *window)
        lake._overwrite(lake.location("sms.bills"), bills(DAY, 5, "b"), "source = 'b'", "sms.bills")
        return found

    parts = written(lake, 100)
    monkeypatch.setattr("ntanalytics.lake.commit.superseded_files", look)
    with pytest.raises(Exception, match="Failed to commit"):
        put(lake, parts)
    assert total(lake, lake.version("sms.bills")) == 6
    assert not any((lake.path("sms.bills") / name).exists() for name in parts.names())


def test_a_file_that_a_commit_names_stays_when_what_follows_the_commit_fails(
    lake: DeltaLake, monkeypatch: pytest.MonkeyPatch
):
    replace(lake, bills(DAY, 1), "a", DAY, DAY)
    real = DeltaTable.create_write_transaction

    def and_then_fail(*given: object, **named: object) -> None:
        real(*given, **named)
        raise OSError("no space for the checkpoint")

    monkeypatch.setattr(DeltaTable, "create_write_transaction", and_then_fail)
    replace(lake, bills(DAY, 100), "a", DAY, DAY)
    assert total(lake, lake.version("sms.bills")) == 100


def test_a_table_that_somebody_compacted_still_loses_no_row_of_another_source(lake: DeltaLake):
    for source, segments in (("a", 1), ("b", 10), ("c", 100)):
        replace(lake, bills(DAY, segments, source), source, DAY, DAY)
    DeltaTable(str(lake.path("sms.bills"))).optimize.compact()
    assert len(lake.files("sms.bills", lake.version("sms.bills"))) == 1
    for source, segments in (("b", 1000), ("a", 2), ("c", 200)):
        replace(lake, bills(DAY, segments, source), source, DAY, DAY)
    assert total(lake, lake.version("sms.bills")) == 1202


def test_a_table_of_an_earlier_release_is_replaced_alike(lake: DeltaLake):
    lake._overwrite(lake.location("sms.bills"), bills(DAY, 1), "", "sms.bills")
    lake._overwrite(lake.location("sms.bills"), bills(DAY, 10, "b"), "source = 'b'", "sms.bills")
    replace(lake, bills(DAY, 100), "a", DAY, DAY)
    assert total(lake, lake.version("sms.bills")) == 110


def test_a_table_whose_columns_are_in_another_order_is_replaced_alike(lake: DeltaLake):
    turned = pa.table(bills(DAY, 1).read_all()).select(BILLS.schema().names[::-1])
    lake._overwrite(lake.location("sms.bills"), turned, "", "sms.bills")
    replace(lake, bills(NEXT, 10), "a", NEXT, NEXT)
    replace(lake, bills(DAY, 100), "a", DAY, DAY)
    assert total(lake, lake.version("sms.bills")) == 110


def test_a_table_of_other_columns_is_refused(lake: DeltaLake):
    lake._overwrite(lake.location("sms.bills"), bills(DAY, 1).read_all().drop_columns(["carrier"]), "", "sms.bills")
    with pytest.raises(LakeError, match=r"sms\.bills: cannot write"):
        replace(lake, bills(DAY, 100), "a", DAY, DAY)


def test_a_killed_writer_leaves_a_file_that_no_version_names_and_that_a_vacuum_removes(lake: DeltaLake):
    replace(lake, bills(DAY, 10), "a", DAY, DAY)
    code = f"""
import os, signal
from pathlib import Path
from tests.lake.test_commit import *
written(DeltaLake(Path({str(lake.folder)!r})), 20)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = warm.run("-c", code)
    assert done.returncode == -signal.SIGKILL
    named = set(lake.files("sms.bills", lake.version("sms.bills")))
    assert len(on_disk(lake) - named) == 1
    assert total(lake, lake.version("sms.bills")) == 10
    replace(lake, bills(DAY, 30), "a", DAY, DAY)
    table = DeltaTable(str(lake.path("sms.bills")))
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False, full=True)
    assert on_disk(lake) == set(table.file_uris())
    assert total(lake, lake.version("sms.bills")) == 30
