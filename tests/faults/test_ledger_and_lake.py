"""A ledger that another process holds, a lake that may not be written: what stands stays, and the next call goes on."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import warm
from tests.faults.scheduler import scheduled
from tests.faults.town import Town

DAY = dt.date(2026, 11, 24)
#: 08:00 of the day after.
EIGHT = dt.datetime(2026, 11, 25, 0, tzinfo=dt.UTC)

#: Another process, that holds the ledger until its input ends.
_HOLDER = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
held.execute("ROLLBACK")
"""


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A town whose report of the day stands, made by hand."""
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    town = Town(tmp_path)
    town.fill([DAY])
    town.by_hand(f"{DAY}", EIGHT - dt.timedelta(minutes=30))
    return town


@contextmanager
def _held(town: Town) -> Iterator[subprocess.Popen[bytes]]:
    """The ledger, held by another process."""
    command = [sys.executable, "-c", _HOLDER, town.home / "ledger.sqlite"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield holder


def test_a_ledger_that_is_locked_for_a_while_is_waited_for(town: Town):
    with _held(town) as holder:
        assert holder.stdin is not None
        released = threading.Timer(1, holder.stdin.close)  # longer than it takes to meet the lock
        released.start()
        [done] = town.due(EIGHT)
        released.join()
    assert done.status == "issued"
    town.is_whole()
    assert town.told() == []


def test_a_ledger_that_stays_locked_is_an_error_that_says_so_and_the_next_call_goes_on(town: Town):
    stood = town.bytes_of(f"{DAY}")
    with town.config.open("a", encoding="utf-8") as settings:
        settings.write("ledger: sqlite:///ledger.sqlite?timeout=1\n")
    with _held(town):
        called = warm.command("--config", town.config, "run-due")
    assert called.returncode == 6
    assert "database is locked" in called.stderr
    assert "does another process hold it" in called.stderr
    assert town.bytes_of(f"{DAY}") == stood
    [done] = town.due(EIGHT)
    assert done.status == "issued"
    town.is_whole()
    assert town.manifest(f"{DAY}")["version"] == 2


def _let_nobody_write(folder: Path, *, may_write: bool = False) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o750 if path.is_dir() else 0o640) if may_write else path.chmod(0o550 if path.is_dir() else 0o440)


def test_a_lake_that_may_not_be_written_is_a_hole_until_it_may(town: Town):
    lake = town.settings.lake
    stood = town.bytes_of(f"{DAY}")
    day, eight = DAY + dt.timedelta(days=1), EIGHT + dt.timedelta(days=1)
    town.due(EIGHT)
    stood = town.bytes_of(f"{DAY}")
    town.fill([day])
    files = {path: path.stat().st_mtime_ns for path in lake.rglob("*")}
    _let_nobody_write(lake)
    [done] = scheduled(town, eight, is_bound=True).done
    _let_nobody_write(lake, may_write=True)
    assert done["status"] == "issued"
    assert {path: path.stat().st_mtime_ns for path in lake.rglob("*")} == files
    town.is_whole()
    assert town.bytes_of(f"{DAY}") == stood
    assert town.counted(f"{day}") == 0
    [gap] = town.manifest(f"{day}")["gaps"]
    assert "数据源 shop 缺11月25日的完整数据（写入数据湖出错）" in gap
    assert "Permission denied" in town.failed_to_take()[0]
    [corrected] = town.due(eight + dt.timedelta(minutes=15))
    assert corrected.status == "corrected"
    town.is_whole()
    assert (town.manifest(f"{day}")["version"], town.counted(f"{day}")) == (2, 3)
    assert town.told() == ["【运维提醒】数据源 shop 取数失败"]
    assert town.ledger.notices.list_open() == []


def test_outputs_that_may_not_be_written_delay_the_report_until_they_may(town: Town):
    stood = town.bytes_of(f"{DAY}")
    _let_nobody_write(town.settings.outputs)
    [done] = scheduled(town, EIGHT, is_bound=True).done
    _let_nobody_write(town.settings.outputs, may_write=True)
    assert (done["status"], done["exit_code"], "Permission denied" in done["why"]) == ("retry", 8, True)
    town.is_whole()
    assert town.bytes_of(f"{DAY}") == stood
    [done] = town.due(EIGHT + dt.timedelta(minutes=5))
    assert done.status == "issued"
    town.is_whole()
    assert town.told() == ["【运维提醒】任务 daily 未能完成"]
    assert town.ledger.notices.list_open() == []
