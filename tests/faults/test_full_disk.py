"""A disk that is full, or nearly: refused in time, else an error; nothing half written stands, and made up for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ntanalytics import disk_space
from ntanalytics.errors import LakeError
from tests.faults.small_disk import fill_disk, small_disk
from tests.faults.town import Town

DAY = dt.date(2026, 11, 24)
#: 08:00 of the day after.
EIGHT = dt.datetime(2026, 11, 25, 0, tzinfo=dt.UTC)
MB = 2**20


@pytest.fixture(autouse=True)
def _no_print(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")


def _nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full in the middle, before anybody could have looked."""
    monkeypatch.setattr(disk_space, "MIN_FREE_BYTES", 0)


NEARLY = "the disk is nearly full: 50 MB are free, 64 MB are wanted"
FULL = "No space left on device"


# bytes that are left: room for the file that is taken, and none for the commit that names it, are 4096
@pytest.mark.parametrize(("left", "said"), [(50 * MB, NEARLY), (0, FULL), (4096, FULL)])
def test_a_full_disk_of_the_lake_is_a_hole_until_there_is_room(
    tmp_path: Path, left: int, said: str, monkeypatch: pytest.MonkeyPatch
):
    town = Town(tmp_path)
    town.fill([DAY - dt.timedelta(days=1), DAY])
    if left < MB:
        _nobody_looks(monkeypatch)
    with small_disk(town.settings.lake) as ballast:
        town.due(EIGHT - dt.timedelta(days=1))
        stood = town.bytes_of("2026-11-23")
        fill_disk(ballast, left)
        [done] = town.due(EIGHT)
        assert done.status == "issued"
        town.is_whole()
        assert town.bytes_of("2026-11-23") == stood
        assert town.counted(f"{DAY}") == 0
        [gap] = town.manifest(f"{DAY}")["gaps"]
        assert "数据源 shop 缺11月24日的完整数据（写入数据湖出错）" in gap
        assert said in town.failed_to_take()[0]
        assert town.told() == ["【运维提醒】数据源 shop 取数失败"]
        assert [path.name for path in (town.settings.lake / ".spool").iterdir()] == []

        ballast.unlink()
        [corrected] = town.due(EIGHT + dt.timedelta(minutes=15))
        assert corrected.status == "corrected"
        town.is_whole()
        assert (town.manifest(f"{DAY}")["version"], town.counted(f"{DAY}")) == (2, 3)
        assert town.told() == ["【运维提醒】数据源 shop 取数失败"]
        assert town.ledger.notices.list_open() == []


@pytest.mark.parametrize(("left", "said"), [(50 * MB, NEARLY), (32 * 1024, FULL)])
def test_a_full_disk_of_the_outputs_delays_the_report_and_leaves_the_last(
    tmp_path: Path, left: int, said: str, monkeypatch: pytest.MonkeyPatch
):
    town = Town(tmp_path)
    town.fill([DAY])
    if left < MB:
        _nobody_looks(monkeypatch)
    with small_disk(town.settings.outputs) as ballast:
        town.by_hand(f"{DAY}", EIGHT - dt.timedelta(minutes=30))
        stood = town.bytes_of(f"{DAY}")
        fill_disk(ballast, left)
        for minute in range(2):
            [done] = town.due(EIGHT + dt.timedelta(minutes=minute))
            assert (done.status, done.exit_code) == ("retry", 8)
            assert said in done.why
        town.is_whole()
        assert town.bytes_of(f"{DAY}") == stood
        assert list((town.settings.outputs / ".staging").glob("*")) == []
        assert town.told() == ["【运维提醒】任务 daily 未能完成"]

        ballast.unlink()
        [done] = town.due(EIGHT + dt.timedelta(minutes=5))
        assert done.status == "issued"
        town.is_whole()
        assert town.manifest(f"{DAY}")["version"] == 2
        assert town.told() == ["【运维提醒】任务 daily 未能完成"]
        assert town.ledger.notices.list_open() == []


def test_one_full_disk_for_all_is_an_error_of_the_ledger_and_then_all_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    _nobody_looks(monkeypatch)
    with small_disk(tmp_path / "town") as ballast:
        town = Town(tmp_path / "town")
        town.fill([DAY])
        town.by_hand(f"{DAY}", EIGHT - dt.timedelta(minutes=30))
        stood = town.bytes_of(f"{DAY}")
        fill_disk(ballast, 0)
        with pytest.raises(LakeError, match="database or disk is full"):
            town.due(EIGHT)
        town.is_whole()
        assert town.bytes_of(f"{DAY}") == stood
        ballast.unlink()
        [done] = town.due(EIGHT + dt.timedelta(minutes=5))
        assert done.status == "issued"
        town.is_whole()
        assert town.manifest(f"{DAY}")["version"] == 2
