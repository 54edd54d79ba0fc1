"""A report that takes too much memory or time: it ends, says which cell it was, and leaves the last good one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ntanalytics.errors import ReportFailed
from ntanalytics.runner.engine import Limits
from tests.desk import Desk
from tests.faults.town import CELLS, Town

DAY = dt.date(2026, 11, 24)
#: 08:00 of the day after.
EIGHT = dt.datetime(2026, 11, 25, 0, tzinfo=dt.UTC)


def test_a_cell_that_takes_too_much_memory_fails_its_report_and_is_told_of_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NTANALYTICS_CHROMIUM", "")
    town = Town(tmp_path)
    town.fill([DAY])
    town.by_hand(f"{DAY}", EIGHT - dt.timedelta(minutes=30))
    stood = town.bytes_of(f"{DAY}")
    with town.config.open("a", encoding="utf-8") as settings:
        settings.write("report_memory_mb: 400\n")
    town.write(*CELLS[:2], "import time\nheld = b'x' * (600 * 2**20)\ntime.sleep(600)", *CELLS[2:])
    [failed] = town.due(EIGHT)
    assert (failed.status, failed.exit_code) == ("failed", 7)
    assert "probe, code cell 4 of 7: the cell took " in failed.why
    assert "of the 400 MB that a report may hold" in failed.why
    town.is_whole()
    assert town.bytes_of(f"{DAY}") == stood
    assert town.due(EIGHT + dt.timedelta(minutes=5)) == []
    assert town.told() == ["【运维提醒】任务 daily 失败"]

    town.write(*CELLS)
    assert town.by_hand(f"{DAY}", EIGHT + dt.timedelta(minutes=10)).version == 2


def test_a_run_without_end_is_stopped_though_each_cell_ends(desk: Desk):
    desk.write_bare(*["import time\ntime.sleep(0.5)"] * 40)
    # the seconds in which a kernel starts on a loaded machine are of the run, too
    with pytest.raises(ReportFailed, match=r"probe, code cell \d+ of 42: the run took longer than 6 s"):
        desk.run(limits=Limits(run=6))
    assert not desk.published.exists()
