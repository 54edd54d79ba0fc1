"""Logs that cannot be read, are half written, or are rotated while they are read: never half of them, never twice."""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from ntanalytics.extraction import Extractor
from tests.faults.scheduler import scheduled
from tests.faults.town import Town

DAY = dt.date(2026, 11, 24)
#: 08:00 of the day after.
EIGHT = dt.datetime(2026, 11, 25, 0, tzinfo=dt.UTC)
QUARTER = dt.timedelta(minutes=15)


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    return Town(tmp_path, is_logged=True)


def _lines(first: int, last: int, day: dt.date = DAY) -> bytes:
    return b"".join(f"{number},{day} 10:00:00\n".encode() for number in range(first, last))


def _comes_out_and_is_corrected(town: Town, status: str, mend: Callable[[], object], said: str) -> None:
    """The report came out at eight, with the hole, and its second version comes when the log can be read."""
    assert status == "issued"
    town.is_whole()
    [gap] = town.manifest(f"{DAY}")["gaps"]
    assert "数据源 shop 缺11月24日的完整数据" in gap
    assert town.counted(f"{DAY}") == 0
    assert said in town.failed_to_take()[0]
    mend()
    [corrected] = town.due(EIGHT + QUARTER)
    assert corrected.status == "corrected"
    town.is_whole()
    assert (town.manifest(f"{DAY}")["version"], town.counted(f"{DAY}")) == (2, 100)
    assert town.told() == ["【运维提醒】数据源 shop 取数失败"]
    assert town.ledger.notices.list_open() == []


def test_a_log_that_may_not_be_read_is_a_hole_until_it_may(town: Town):
    log = town.logs / "shop.log"
    log.write_bytes(_lines(0, 100))
    log.chmod(0)
    [done] = scheduled(town, EIGHT, is_bound=True).done
    _comes_out_and_is_corrected(
        town, done["status"], lambda: log.chmod(0o640), "cannot read the file: Permission denied"
    )


def test_a_half_written_gz_is_a_hole_until_it_is_whole(town: Town):
    (town.logs / "shop.log").write_bytes(_lines(0, 50))
    packed = gzip.compress(_lines(50, 100))
    log = town.logs / "shop.log.1.gz"
    log.write_bytes(packed[: len(packed) // 2])
    [done] = town.due(EIGHT)
    _comes_out_and_is_corrected(town, done.status, lambda: log.write_bytes(packed), "the compressed file is damaged")


def test_links_that_go_in_a_circle_are_no_log_and_stop_nothing(town: Town):
    log = town.logs / "shop.log"
    log.symlink_to("shop.log.1")
    (town.logs / "shop.log.1").symlink_to("shop.log")

    def mend() -> None:
        log.unlink()
        log.write_bytes(_lines(0, 100))

    [done] = town.due(EIGHT)
    _comes_out_and_is_corrected(town, done.status, mend, "no file matches")


def _renamed(logs: Path) -> None:
    """As logrotate does it, by renaming."""
    for number in (2, 1):
        (logs / f"shop.log.{number}").rename(logs / f"shop.log.{number + 1}")
    (logs / "shop.log").rename(logs / "shop.log.1")
    (logs / "shop.log").write_bytes(b"")


def _copied(logs: Path) -> None:
    """As its copytruncate does it."""
    for number in (2, 1):
        (logs / f"shop.log.{number}").rename(logs / f"shop.log.{number + 1}")
    (logs / "shop.log.1").write_bytes((logs / "shop.log").read_bytes())
    (logs / "shop.log").write_bytes(b"")


@pytest.mark.parametrize("rotate", [_renamed, _copied])
def test_logs_that_are_rotated_while_they_are_read_lose_no_line_and_give_none_twice(
    town: Town, rotate: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("ntanalytics.sources.logs.BATCH_ROWS", 10_000)
    (town.logs / "shop.log").write_bytes(_lines(0, 100_000))
    for number in (1, 2):
        (town.logs / f"shop.log.{number}").write_bytes(_lines(number * 100_000, (number + 1) * 100_000))
    batches = []

    def in_the_middle(_what: str, rows: int) -> None:
        if not batches:
            rotate(town.logs)
        batches.append(rows)

    [taken] = Extractor(town.settings, town.ledger, in_the_middle, lambda: EIGHT).extract(["sms.messages"], DAY, DAY)
    assert (taken.error, dict(taken.rows), taken.rejected.total()) == ("", {DAY: 300_000}, 0)
    assert max(batches) == 300_000
    assert len(batches) > len(set(batches))  # it was begun again, after the first batch or later
    town.is_whole()
