"""A process killed by `kill -9`, wherever it is: what is left is whole, the next call mends it, operators hear once."""

from __future__ import annotations

import datetime as dt
import shutil
import signal
from pathlib import Path

import pytest

from tests.faults.scheduler import scheduled
from tests.faults.town import Town

DAY = dt.date(2026, 11, 24)
#: 08:00 of the day after.
EIGHT = dt.datetime(2026, 11, 25, 0, tzinfo=dt.UTC)
LATER = EIGHT + dt.timedelta(minutes=2)

#: Where a process dies that nothing is published of → the function, and whether before or after its work.
BEFORE_PUBLISHING = {
    "rows were read": ("ntanalytics.extraction.filling:check", "after"),
    "rows are spooled": ("ntanalytics.lake.delta:DeltaLake.replace", "before"),
    "files lie in the table, and no version names them": ("ntanalytics.lake.delta:commit_days", "before"),
    "the lake has them, and the ledger does not know": ("ntanalytics.lake.delta:commit_days", "after"),
    "cells run": ("nbclient.client:NotebookClient.output", "before"),
    "the page and the workbook are made": ("ntanalytics.reports.exporters:write_office_files", "after"),
    "all is made": ("ntanalytics.runner.publishing:publish", "before"),
    "all is on the disk": ("ntanalytics.runner.atomic_publish:atomic_publish", "before"),
}

#: Where it dies that has published its report.
AFTER_PUBLISHING = {
    "the new one is there, and the old one not removed": ("ntanalytics.runner.atomic_publish:_exchange", "after"),
    "the ledger does not know of the run's end": ("ntanalytics.ledger.runs:Runs.finish", "before"),
    "the ledger does not know of the turn's end": ("ntanalytics.ledger.scheduled_runs:ScheduledRuns.end", "before"),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town whose report of the day stands, made by hand at half past seven; a message came since."""
    folder = tmp_path_factory.mktemp("town")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTANALYTICS_CHROMIUM", "")
        town = Town(folder)
        town.fill([DAY])
        town.by_hand(f"{DAY}", EIGHT - dt.timedelta(minutes=30))
        town.fill([DAY], 1, since=3)
    return folder


@pytest.fixture
def town(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    shutil.copytree(built, tmp_path / "town")
    return Town(tmp_path / "town")


def _comes_back(town: Town) -> None:
    """What the calls of the next minutes make of it."""
    assert town.due(EIGHT + dt.timedelta(minutes=1)) == []  # the lease holds: it may be alive
    town.let_leases_expire()
    [done] = town.due(EIGHT + dt.timedelta(minutes=2))
    assert done.status == "issued"
    town.is_whole()
    assert (town.manifest(f"{DAY}")["version"], town.counted(f"{DAY}")) == (2, 4)
    assert town.delivered(f"{DAY}") == town.bytes_of(f"{DAY}")["report.xlsx"]
    assert [each.status for each in town.ledger.scheduled_runs.for_job("daily")] == ["issued"]
    assert [each.status for each in town.ledger.deliveries.for_subject("report", "probe")] == ["sent"]
    assert list((town.settings.outputs / ".staging").iterdir()) == []
    assert list((town.settings.lake / ".spool").iterdir()) == []
    assert town.due(EIGHT + dt.timedelta(minutes=3)) == []
    assert town.told() == ["【运维提醒】任务 daily 运行中断"]


@pytest.mark.parametrize("place", BEFORE_PUBLISHING.values(), ids=BEFORE_PUBLISHING)
def test_killed_before_publishing_it_leaves_the_report_that_stood_and_is_made_by_the_next_call(
    town: Town, place: tuple[str, str]
):
    stood = town.bytes_of(f"{DAY}")
    killed = scheduled(town, EIGHT, *place)
    assert killed.returncode == -signal.SIGKILL
    town.is_whole()
    assert town.bytes_of(f"{DAY}") == stood
    _comes_back(town)
    assert sorted(run.status for run in town.ledger.runs.history()) == ["failed", "published", "published"]


@pytest.mark.parametrize("place", AFTER_PUBLISHING.values(), ids=AFTER_PUBLISHING)
def test_killed_after_publishing_it_is_not_made_again(town: Town, place: tuple[str, str]):
    killed = scheduled(town, EIGHT, *place)
    assert killed.returncode == -signal.SIGKILL
    town.is_whole()
    published = town.bytes_of(f"{DAY}")
    assert town.manifest(f"{DAY}")["version"] == 2
    _comes_back(town)
    assert town.bytes_of(f"{DAY}") == published
    assert [run.status for run in town.ledger.runs.history()] == ["published", "published"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_while_it_delivers_it_repeats_nothing_and_says_that_nobody_knows(town: Town, when: str):
    killed = scheduled(town, EIGHT, "ntanalytics.delivery.session:_hand_over", when)
    assert killed.returncode == -signal.SIGKILL
    town.is_whole()
    town.let_leases_expire()
    assert town.due(EIGHT + dt.timedelta(minutes=2)) == []
    assert town.due(EIGHT + dt.timedelta(minutes=3)) == []
    assert [each.status for each in town.ledger.deliveries.for_subject("report", "probe")] == ["ambiguous"]
    assert (town.delivered(f"{DAY}") is not None) == (when == "after")
    assert town.told() == ["【运维提醒】probe 2026-11-24 是否送达不明"]


def test_killed_before_it_says_that_nobody_knows_it_is_said_by_the_next_call(town: Town):
    for at, place in ((EIGHT, "delivery.session:_hand_over"), (LATER, "scheduling.delivery_run:alert_deliveries")):
        assert scheduled(town, at, f"ntanalytics.{place}", "before").returncode == -signal.SIGKILL
        town.let_leases_expire()
    assert [each.status for each in town.ledger.deliveries.for_subject("report", "probe")] == ["ambiguous"]
    assert town.told() == []
    for minutes in (1, 2):
        assert town.due(LATER + dt.timedelta(minutes=minutes)) == []
        assert town.told() == ["【运维提醒】probe 2026-11-24 是否送达不明"]


def test_killed_while_it_corrects_it_leaves_the_version_with_the_hole_and_corrects_it_at_the_next_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    town = Town(tmp_path)
    town.due(EIGHT)
    stood = town.bytes_of(f"{DAY}")
    town.fill([DAY])
    killed = scheduled(town, EIGHT + dt.timedelta(minutes=15), *BEFORE_PUBLISHING["all is on the disk"])
    assert killed.returncode == -signal.SIGKILL
    town.is_whole()
    assert town.bytes_of(f"{DAY}") == stood
    town.let_leases_expire()
    [corrected] = town.due(EIGHT + dt.timedelta(minutes=31))
    assert corrected.status == "corrected"
    town.is_whole()
    assert (town.manifest(f"{DAY}")["version"], town.counted(f"{DAY}")) == (2, 3)
    assert town.due(EIGHT + dt.timedelta(hours=9)) == []
    assert town.told() == ["【运维提醒】任务 daily 运行中断", "【运维提醒】数据源 shop 取数失败"]
