"""What the upkeep of a table removes, and what it must not."""

import datetime as dt
import os
import threading
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from ntanalytics.errors import LakeError
from ntanalytics.lake import DeltaLake, compaction, maintenance
from ntanalytics.lake.commit import CommitConflict, files_of
from ntanalytics.lake.log_files import newest_version
from ntanalytics.lake.maintenance import TableMaintenance, maintain_table
from ntanalytics.lake.rejects import REJECTS
from ntanalytics.lake.versions import checkpoints, commits
from tests.lake.test_lake import DAY, bills, parted, replace, total

NAME = "sms.bills"
NEXT = DAY + dt.timedelta(days=1)
KEEP = dt.timedelta(days=7)


@pytest.fixture
def lake(tmp_path: Path) -> DeltaLake:
    return DeltaLake(tmp_path / "lake")


def tend(
    lake: DeltaLake, *needed: int, later_days: float = 30, dry_run: bool = False, name: str = NAME
) -> TableMaintenance:
    now = dt.datetime.now(dt.UTC) + dt.timedelta(days=later_days)
    return maintain_table(lake, name, needed, now, keep=KEEP, dry_run=dry_run)


def on_disk(lake: DeltaLake, name: str = NAME) -> int:
    return len(list(lake.path(name).rglob("part-*.parquet")))


def rejects(*days: dt.date | None, reason: str = "why") -> pa.Table:
    rows = [{"source": "a", "day": day, "reason": reason, "source_rows": 1, "record": None} for day in days]
    return pa.Table.from_pylist(rows, schema=REJECTS)


def test_what_a_report_names_stays_readable_and_what_none_names_goes(lake: DeltaLake):
    for segments in range(6):
        replace(lake, bills(DAY, segments), "a", DAY, DAY)
    replace(lake, bills(NEXT, 100), "a", NEXT, NEXT)
    replace(lake, bills(DAY, 50), "a", DAY, DAY)
    done = tend(lake, 1, 3)
    assert (done.removed, done.versions, done.lost) == (4, 3, ())
    assert [total(lake, version) for version in (1, 3, 7)] == [1, 3, 150]
    assert on_disk(lake) == 4
    assert tend(lake, 1, 3).removed == 0


def test_every_version_of_the_last_days_stays(lake: DeltaLake):
    for segments in range(4):
        replace(lake, bills(DAY, segments), "a", DAY, DAY)
    for version, each in commits(
        lake.location(NAME).list_files()
    ).items():  # a commit every four days; the last one today
        age, path = (3 - version) * 4 * 86_400, lake.path(NAME) / each.name
        os.utime(path, (path.stat().st_mtime - age,) * 2)
    done = tend(lake, later_days=2)
    # on the seventh day before the day after tomorrow version 1 was current
    assert (done.removed, done.versions) == (1, 3)
    assert [total(lake, version) for version in (1, 2, 3)] == [1, 2, 3]


def test_nothing_is_changed_by_a_dry_run(lake: DeltaLake):
    for segments in range(3):
        replace(lake, bills(DAY, segments), "a", DAY, DAY)
    before = sorted(lake.path(NAME).rglob("*"))
    done = tend(lake, dry_run=True)
    assert (done.removed, done.freed_bytes > 0) == (2, True)
    assert sorted(lake.path(NAME).rglob("*")) == before


def test_a_file_of_a_killed_writer_goes_after_a_day_and_not_before(lake: DeltaLake):
    replace(lake, bills(DAY, 1), "a", DAY, DAY)
    (left,) = parted(bills(DAY, 9), lake.folder)
    orphan = lake.path(NAME) / "day=2026-11-01" / left.name
    left.rename(orphan)
    assert tend(lake, later_days=0.9).removed == 0
    assert tend(lake, later_days=1.1).removed == 1
    assert not orphan.exists()
    assert total(lake, 0) == 1


def test_the_log_is_cut_off_where_no_version_needs_it_and_not_before(lake: DeltaLake):
    """Delta itself would cut off what is older than thirty days, whatever a report names."""
    old = 90 * 86_400

    def commit(number: int) -> None:
        day = DAY + dt.timedelta(days=number % 3)
        replace(lake, bills(day, number), "a", day, day)
        for path in (lake.path(NAME) / "_delta_log").iterdir():
            os.utime(path, (path.stat().st_mtime - old,) * 2)

    for version in range(25):
        commit(version)
    assert list(checkpoints(lake.location(NAME).list_files())) == [9, 19]
    assert len(commits(lake.location(NAME).list_files())) == 25
    assert newest_version(lake.path(NAME)) == lake.version(NAME) == 24
    assert newest_version(lake.path("sms.messages")) is lake.version("sms.messages") is None
    expected = {version: total(lake, version) for version in (5, 12, 24)}
    assert tend(lake, 5, 12).logs == 0
    assert tend(lake, 12).logs == 9
    assert tend(lake, 5, 12).lost == (5,)
    assert {version: total(lake, version) for version in (12, 24)} == {12: expected[12], 24: expected[24]}
    assert tend(lake).logs == 11  # 9…18, and the checkpoint at 9
    assert total(lake, 24) == expected[24]
    commit(25)
    assert total(lake, 25) == 25 + 24 + 23
    assert newest_version(lake.path(NAME)) == lake.version(NAME) == 25


def test_a_version_that_this_table_never_had_is_told_of(lake: DeltaLake):
    replace(lake, bills(DAY, 1), "a", DAY, DAY)
    assert tend(lake, 0, 17).lost == (17,)


def test_sources_that_were_put_into_one_file_are_taken_apart_again_and_old_versions_stay(lake: DeltaLake):
    for source, segments in (("a", 1), ("b", 10)):
        replace(lake, bills(DAY, segments, source), source, DAY, DAY)
        replace(lake, bills(NEXT, segments * 100, source), source, NEXT, NEXT)
    DeltaTable(str(lake.path(NAME))).optimize.compact()
    version = lake.version(NAME)
    assert tend(lake, 3, later_days=0).compacted == 2
    told = files_of(DeltaTable(str(lake.path(NAME)))).to_pylist()
    assert sorted((each["partition.day"], each["min.source"], each["max.source"]) for each in told) == [
        (DAY, "a", "a"),
        (DAY, "b", "b"),
        (NEXT, "a", "a"),
        (NEXT, "b", "b"),
    ]
    assert [total(lake, each) for each in (3, version, version + 1)] == [1111, 1111, 1111]
    assert tend(lake, 3, later_days=0).compacted == 0
    replace(lake, bills(DAY, 5), "a", DAY, DAY)
    assert total(lake, lake.version(NAME)) == 1115


def test_many_files_of_a_source_and_day_become_one(lake: DeltaLake):
    replace(lake, bills(DAY, 1), "a", DAY, DAY)
    for number in range(4):
        rows = pa.table(bills(DAY, number).read_all())
        write_deltalake(str(lake.path(NAME)), rows, mode="append", partition_by=["day"])
    assert tend(lake, later_days=0).compacted == 5
    assert len(lake.files(NAME, lake.version(NAME))) == 1
    assert total(lake, lake.version(NAME)) == 7


def test_another_machine_that_is_faster_is_left_in_peace(lake: DeltaLake, monkeypatch: pytest.MonkeyPatch):
    for source in "ab":
        replace(lake, bills(DAY, 1, source), source, DAY, DAY)
    DeltaTable(str(lake.path(NAME))).optimize.compact()
    monkeypatch.setattr(compaction, "compact", lambda *_, **__: (_ for _ in ()).throw(CommitConflict))
    assert tend(lake, later_days=0).is_overtaken


def test_what_was_rejected_long_ago_is_one_file_a_month_and_its_windows_are_replaced_still(lake: DeltaLake):
    days = [dt.date(2026, 8, 30) + dt.timedelta(days=number) for number in range(6)]
    name = f"{NAME}.rejects"
    for day in days:
        lake.replace_rejects(NAME, rejects(day, day, reason=str(day)), "a", day, day)
    lake.replace_rejects(NAME, rejects(None, days[-1]), "a", days[-1], days[-1])

    def held() -> list[object]:
        rows = DeltaTable(str(lake.path(name))).to_pyarrow_table().to_pylist()
        return sorted((row["day"] or dt.date.min for row in rows), key=str)

    expected = sorted([dt.date.min, *days[:-1], *days[:-1], days[-1]], key=str)
    assert held() == expected
    now = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
    assert maintain_table(lake, name, (), now, keep=KEEP, dry_run=False).compacted == 6
    assert len(DeltaTable(str(lake.path(name))).file_uris()) == 3
    assert held() == expected
    lake.replace_rejects(NAME, rejects(), "a", days[1], days[3])
    assert held() == sorted([*[days[0]] * 2, *[days[4]] * 2, days[5]], key=str)  # one without a day is replaced, too


def test_nothing_rejected_where_nothing_was_leaves_the_table_at_its_version(lake: DeltaLake):
    lake.replace_rejects(NAME, rejects(DAY), "a", DAY, DAY)
    lake.replace_rejects(NAME, rejects(), "b", DAY, DAY)
    lake.replace_rejects(NAME, rejects(), "a", NEXT, NEXT)
    assert lake.version(f"{NAME}.rejects") == 0


def test_the_same_rejected_rows_leave_the_table_at_its_version_and_one_row_more_does_not(lake: DeltaLake):
    versions = []
    for days in ([DAY, None, NEXT], [NEXT, DAY, None], [DAY, DAY, None, NEXT]):
        lake.replace_rejects(NAME, rejects(*days), "a", DAY, NEXT)
        versions.append(lake.version(f"{NAME}.rejects"))
    assert versions == [0, 0, 1]


def test_a_table_whose_log_is_broken_loses_nothing(lake: DeltaLake):
    replace(lake, bills(DAY, 1), "a", DAY, DAY)
    replace(lake, bills(DAY, 2), "a", DAY, DAY)
    (lake.path(NAME) / "_delta_log" / f"{0:020}.json").unlink()
    with pytest.raises(LakeError):
        tend(lake)
    assert on_disk(lake) == 2


def test_extraction_and_reading_go_on_meanwhile(lake: DeltaLake, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(maintenance, "_MAX_EXTRACTION", dt.timedelta(0))
    replace(lake, bills(DAY, 1, count=20), "a", DAY, DAY)
    replace(lake, bills(DAY, 1, "b", count=20), "b", DAY, DAY)
    stop, wrong, seen = threading.Event(), [], set()

    def maintain() -> None:
        while not stop.is_set():
            try:
                tend(lake, later_days=0)
            except Exception as error:  # noqa: BLE001 - told below
                wrong.append(error)

    def read() -> None:
        while not stop.is_set():
            version = lake.version(NAME)
            seen.add(total(lake, version) % 20)

    threads = [threading.Thread(target=maintain), threading.Thread(target=read)]
    for thread in threads:
        thread.start()
    for number in range(15):
        replace(lake, bills(DAY, number, count=20), "a", DAY, DAY)
        if number % 5 == 0:
            with lake.locked_table(NAME):
                DeltaTable(str(lake.path(NAME))).optimize.compact()
    stop.set()
    for thread in threads:
        thread.join()
    assert (wrong, seen) == ([], {0})
    assert total(lake, lake.version(NAME)) == 14 * 20 + 20
