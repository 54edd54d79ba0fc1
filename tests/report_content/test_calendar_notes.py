"""The weekly report says from November on which jobs stop on which day, and no longer once the notice is added."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from ntanalytics.periods import Period
from ntanalytics.report_content.calendar_notes import calendar_notes
from ntanalytics.settings import load
from ntanalytics.settings.calendar_file import with_notice, write_calendar
from ntanalytics.settings.holiday_notice import parse_notice
from ntanalytics.workspace.report import Report
from ntanalytics.workspace.site import Workspace
from tests.settings.notices import OF_2027


def _texts(config: Path, day: dt.date) -> list[str]:
    report = Report(Workspace(load(config)), "weekly_service_report", "周报", Period.week(day))
    return [item["text"] for block in calendar_notes(report) for item in block.body()["items"]]


def test_the_note_names_each_job_and_its_day_until_the_notice_is_added(tmp_path: Path):
    config, jobs = tmp_path / "ntanalytics.yml", tmp_path / "scheduled" / "jobs.yml"
    config.write_text("sources: {}\n", encoding="utf-8")
    november = dt.date(2026, 11, 18)
    assert _texts(config, november) == []  # no schedule, so no job stops
    jobs.parent.mkdir()
    job = "{report: sms_volume, period: last-week, when: working day 07:30}"
    jobs.write_text(f"jobs:\n  daily: {job}\n", encoding="utf-8")
    assert _texts(config, dt.date(2026, 10, 14)) == []
    [text] = _texts(config, november)
    assert "2027年1月1日起 短信统计" in text
    calendar = tmp_path / "calendar.yml"
    write_calendar(calendar, with_notice(calendar, parse_notice(OF_2027), november))
    assert _texts(config, november) == []
