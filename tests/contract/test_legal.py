"""Legal references stand in one place, and the wording of the day is cited."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics import event_log
from ntanalytics.contract import legal
from ntanalytics.settings import project_dir

PACKAGE = project_dir("notebooks").parent / "ntanalytics"


@pytest.mark.parametrize(
    ("day", "article"),
    [
        (dt.date(2015, 1, 1), "第二十一条第（三）项"),
        (dt.date(2025, 12, 31), "第二十一条第（三）项"),
        (dt.date(2026, 1, 1), "第二十三条第（三）项"),
    ],
)
def test_the_wording_that_was_in_force(day: dt.date, article: str) -> None:
    assert legal.in_force(legal.LOG_RETENTION, day).article == article


def test_six_calendar_months_are_never_longer_than_the_limit() -> None:
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=number) for number in range(366)]
    spans = [
        (dt.date(day.year + (day.month > 6), (day.month + 5) % 12 + 1, 1) - day.replace(day=1)).days for day in days
    ]
    assert max(spans) == legal.LOG_RETENTION_DAYS == event_log.KEEP_DAYS  # our own log is kept as long as the others


@pytest.mark.parametrize("words", ["网络安全法", "国办函", "网络安全事件报告", "第二十一条", "第二十三条"])
def test_no_other_module_writes_a_citation(words: str) -> None:
    found = [path.name for path in PACKAGE.rglob("*.py") if words in path.read_text(encoding="utf-8")]
    assert found == ["legal.py"]
