"""The life of findings in a report, from what a real ledger knows of the inspections of other days."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.findings.finding import Finding
from ntanalytics.ledger import InspectedFinding, PastInspection
from ntanalytics.periods import Period
from ntanalytics.report_content.finding_history import closed, hazards, inspection_lifecycle
from ntanalytics.reports import Table
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.record import DATA
from ntanalytics.settings import load
from ntanalytics.workspace import Report, Workspace
from tests.workspace.oa_site import SETTINGS, OaSite

RATE, DISK = "sms.delivery_rate", "infra.disk_used"
CODES = {RATE: True, DISK: True}
MONDAY, FRIDAY, SATURDAY = (dt.date(2026, 11, day) for day in (16, 20, 21))


@pytest.fixture
def club(tmp_path: Path) -> OaSite:
    return OaSite(tmp_path)


def _report(club: OaSite, period: Period, name: str = "daily_inspection") -> Report:
    return Report(Workspace(load(club.config)), name, "", period)


def _found(subject: str, code: str = RATE, state: str = "warning", since: str | None = None) -> InspectedFinding:
    return InspectedFinding(
        code=code,
        subsystem=code.partition(".")[0],
        subject=subject,
        check="送达率",
        state=state,
        value=0.9,
        format="rate:1",
        since=since,
    )


def _note(club: OaSite, day: dt.date, *found: InspectedFinding, codes: dict[str, bool] = CODES) -> None:
    at = dt.datetime.combine(day, dt.time(23, 30), dt.UTC)
    club.ledger.inspections.record(
        PastInspection(
            run_id=f"run-{day}", report="daily_inspection", day=day, published_at=at, codes=codes, findings=found
        )
    )


def _today(subject: str, state: str = "warning", **more) -> Finding:
    return Finding(RATE, "sms", subject, "送达率", state, 0.9, "rate:1", "", "", **more)  # type: ignore[arg-type]


def _rows(block: Block) -> list[dict[str, object]]:
    return block._repr_mimebundle_()[DATA]["data"]  # type: ignore[no-any-return]


def test_the_life_of_todays_findings_is_told_from_the_days_before(club: OaSite):
    _note(club, MONDAY, _found("联通"), _found("电信"))
    _note(club, dt.date(2026, 11, 23), _found("移动"))  # a later day, inspected before
    found = inspection_lifecycle(_report(club, Period.day(FRIDAY)), [_today("联通", "critical"), _today("电信", "ok")])
    assert (found.on, found.before, found.days) == (FRIDAY, MONDAY, (MONDAY, FRIDAY))
    assert [(each.subject, each.change) for each in found.lives] == [("联通", "worse"), ("电信", "closed")]
    [gone] = closed(found)
    assert [(row["subject"], row["days"], row["how"]) for row in _rows(gone)] == [("电信", 4, "已消除")]


def test_what_is_noted_says_the_same_as_what_was_seen(club: OaSite):
    seen = [
        _today("联通", "critical", since="11月18日"),
        _today("电信", "unknown"),
        _today("移动", "ok", is_asked=False),
    ]
    today = inspection_lifecycle(_report(club, Period.day(FRIDAY)), seen)
    noted = (_found("联通", state="critical", since="11月18日"), _found("电信", state="unknown"))
    _note(club, FRIDAY, *noted, codes=dict(today.codes))
    again = inspection_lifecycle(_report(club, Period.day(dt.date(2026, 11, 23))), seen)
    assert today.codes[RATE] is False
    assert [(each.change, each.opened_on) for each in again.lives] == [("same", FRIDAY)]
    assert closed(again) == []


def test_a_free_day_closes_nothing_by_silence(club: OaSite):
    _note(club, FRIDAY, _found("联通"))
    found = inspection_lifecycle(_report(club, Period.day(SATURDAY)), [])
    assert [each.change for each in found.lives] == ["unconfirmed"]


def test_a_rule_that_the_site_switched_off_is_no_longer_asked(club: OaSite):
    _note(club, MONDAY, _found("联通"))
    club.config.write_text(f"{SETTINGS}rules:\n  {RATE}: {{enabled: false}}\n", encoding="utf-8")
    found = inspection_lifecycle(_report(club, Period.day(FRIDAY)), [])
    assert [each.change for each in found.lives] == ["dropped"]
    assert [row["how"] for row in _rows(closed(found)[0])] == ["不再检查"]


def test_a_past_that_cannot_be_read_fails_no_report(club: OaSite):
    day, week = _report(club, Period.day(FRIDAY)), _report(club, Period.week(FRIDAY), "weekly_service_report")
    engine = sa.create_engine(club.settings.ledger, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE findings"))
    found = inspection_lifecycle(day, [_today("联通")])
    assert (found.is_known, found.on, closed(found)) == (False, FRIDAY, [])
    told = hazards(week)
    assert (_rows(told), told.note) == ([], "巡检记录无法读取，隐患的新增与消除未知。")


def _hazards(club: OaSite) -> tuple[str, list[tuple[object, ...]]]:
    told: Table = hazards(_report(club, Period.week(FRIDAY), "weekly_service_report"))
    return told.note, [
        (row["state"], row["subject"], row["begun_on"], row["days"], row["opened"], row["how"]) for row in _rows(told)
    ]


def test_a_week_tells_what_its_inspections_opened_left_and_closed(club: OaSite):
    _note(club, dt.date(2026, 11, 12), _found("旧"), _found("早"))
    _note(club, dt.date(2026, 11, 13), _found("旧"))  # 早 was closed before the week
    _note(club, MONDAY, _found("旧"), _found("联通"), _found("电信", state="critical", since="11月10日"))
    _note(club, dt.date(2026, 11, 18), _found("旧"), _found("电信"))
    _note(club, FRIDAY, _found("旧"), _found("oa-db-1 /data", DISK, "critical"))
    _note(club, dt.date(2026, 11, 23), _found("后"))
    note, rows = _hazards(club)
    assert note == "巡检 3 天：新增 2 项，已消除 2 项，期末未消除 2 项。11月17日、11月19日无巡检记录。"
    assert rows == [
        ("critical", "oa-db-1 /data", "2026-11-20", 3, "本期新增", "未消除"),
        ("warning", "旧", "2026-11-12", 11, "此前已有", "未消除"),
        ("critical", "电信", "2026-11-10", 10, "此前已有", "11月20日已消除"),
        ("warning", "联通", "2026-11-16", 2, "本期新增", "11月18日已消除"),
    ]


def test_a_week_without_inspections_says_so(club: OaSite):
    _note(club, dt.date(2026, 11, 12), _found("旧"))
    assert _hazards(club) == ("无每日巡检记录，隐患的新增与消除未知。", [])
