"""The life of findings in a report, from what a real ledger knows of the inspections of other days."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.engine import Evaluation
from ntanalytics.findings.finding import SNAPSHOT_ON, Entity, Finding
from ntanalytics.findings.lifecycle import LifecycleState
from ntanalytics.findings.lifecycle_text import onset_words
from ntanalytics.findings.text import since_words
from ntanalytics.findings.threshold import Status
from ntanalytics.ledger import InspectedFinding, PastInspection
from ntanalytics.ledger.findings_upgrade import LABEL_KIND
from ntanalytics.periods import Period
from ntanalytics.report_content.finding_history import (
    closed,
    hazards,
    inspection_lifecycle,
    left_open,
    period_lifecycles,
)
from ntanalytics.reports import Table
from ntanalytics.reports.blocks.block import Block
from ntanalytics.reports.record import DATA
from ntanalytics.settings import load
from ntanalytics.subsystems import RULES, rules_of
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


def _recorded(
    label: str, code: str = RATE, status: str = "warning", since: dt.date | None = None, kind: str = "carrier"
) -> InspectedFinding:
    return InspectedFinding(
        code=code,
        entity_kind=kind,
        entity_key=label,
        entity_label=label,
        check="送达率",
        status=status,
        value=0.9,
        format="rate:1",
        since_on=since,
        since_is_bound=False,
    )


def _note(club: OaSite, day: dt.date, *recorded: InspectedFinding, codes: dict[str, bool] = CODES) -> None:
    at = dt.datetime.combine(day, dt.time(23, 30), dt.UTC)
    club.ledger.inspections.record(
        PastInspection(
            run_id=f"run-{day}", report="daily_inspection", day=day, published_at=at, codes=codes, findings=recorded
        )
    )


def _today(label: str, status: Status = "warning", **more) -> Finding:
    return Finding(rule=RULES[RATE], entity=Entity("carrier", label, label), status=status, value=0.9, **more)


def _lifecycle(report: Report, *findings: Finding) -> LifecycleState:
    """Return the lifecycles of an inspection that evaluated two rules."""
    context = CheckContext(report, rules_of(report.workspace.settings))
    codes = frozenset(CODES)
    return inspection_lifecycle(report, Evaluation(context=context, findings=findings, summaries={}, codes=codes))


def _rows(block: Block) -> list[dict[str, object]]:
    return block._repr_mimebundle_()[DATA]["data"]  # type: ignore[no-any-return]


def test_the_life_of_todays_findings_is_told_from_the_days_before(club: OaSite):
    _note(club, MONDAY, _recorded("联通"), _recorded("电信"))
    _note(club, dt.date(2026, 11, 23), _recorded("移动"))  # a later day, inspected before
    found = _lifecycle(_report(club, Period.day(FRIDAY)), _today("联通", "critical"), _today("电信", "ok"))
    assert (found.on, found.previous_on, found.days) == (FRIDAY, MONDAY, (MONDAY, FRIDAY))
    assert [(item.entity.key, item.change) for item in found.lifecycles] == [("联通", "worse"), ("电信", "closed")]
    [gone] = closed(found)
    assert [(row["subject"], row["days"], row["how"]) for row in _rows(gone)] == [("电信", 4, "已消除")]


def test_what_is_noted_says_the_same_as_what_was_seen(club: OaSite):
    seen = [
        _today("联通", "critical", since=dt.date(2026, 11, 18)),
        _today("电信", "unknown"),
        _today("移动", "ok", is_applicable=False),
    ]
    today = _lifecycle(_report(club, Period.day(FRIDAY)), *seen)
    noted = (_recorded("联通", status="critical", since=dt.date(2026, 11, 18)), _recorded("电信", status="unknown"))
    _note(club, FRIDAY, *noted, codes=dict(today.codes))
    again = _lifecycle(_report(club, Period.day(dt.date(2026, 11, 23))), *seen)
    assert today.codes[RATE] is False
    assert [(item.change, item.opened_on) for item in again.lifecycles] == [("same", FRIDAY)]
    assert closed(again) == []


def test_what_version_0_1_0_noted_by_its_label_continues_with_the_entity_of_today(club: OaSite):
    _note(club, MONDAY, _recorded("中国联通", kind=LABEL_KIND), _recorded("中国电信", kind=LABEL_KIND))
    today = Finding(rule=RULES[RATE], entity=Entity("carrier", "unicom", "中国联通"), status="warning", value=0.9)
    state = _lifecycle(_report(club, Period.day(FRIDAY)), today)
    assert [(item.identity, item.change, item.opened_on) for item in state.lifecycles] == [
        (f"{RATE}:carrier/unicom", "same", MONDAY),
        (f"{RATE}:{LABEL_KIND}/中国电信", "closed", MONDAY),
    ]


def test_a_free_day_closes_nothing_by_silence(club: OaSite):
    _note(club, FRIDAY, _recorded("联通"))
    found = _lifecycle(_report(club, Period.day(SATURDAY)))
    assert [item.change for item in found.lifecycles] == ["unconfirmed"]


def test_a_rule_that_the_site_switched_off_is_no_longer_asked(club: OaSite):
    _note(club, MONDAY, _recorded("联通"))
    club.config.write_text(f"{SETTINGS}rules:\n  {RATE}: {{enabled: false}}\n", encoding="utf-8")
    found = _lifecycle(_report(club, Period.day(FRIDAY)))
    assert [item.change for item in found.lifecycles] == ["dropped"]
    assert [row["how"] for row in _rows(closed(found)[0])] == ["不再检查"]


def test_a_past_that_cannot_be_read_fails_no_report(club: OaSite):
    day, week = _report(club, Period.day(FRIDAY)), _week(club)
    engine = sa.create_engine(club.settings.ledger, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE inspection_findings"))
    found = _lifecycle(day, _today("联通"))
    assert (found.is_known, found.on, closed(found)) == (False, FRIDAY, [])
    told = hazards(week)
    assert (_rows(told), told.note) == ([], "巡检记录无法读取，隐患的新增与消除未知。")


def _week(club: OaSite) -> Evaluation:
    report = _report(club, Period.week(FRIDAY), "weekly_service_report")
    return Evaluation(context=CheckContext(report, RULES), findings=(), summaries={}, codes=frozenset())


def _hazards(club: OaSite) -> tuple[str, list[tuple[object, ...]]]:
    told: Table = hazards(_week(club))
    return told.note, [
        (row["state"], row["subject"], row["begun_on"], row["days"], row["opened"], row["how"]) for row in _rows(told)
    ]


def test_a_week_tells_what_its_inspections_opened_left_and_closed(club: OaSite):
    _note(club, dt.date(2026, 11, 12), _recorded("旧"), _recorded("早"))
    _note(club, dt.date(2026, 11, 13), _recorded("旧"))  # 早 was closed before the week
    _note(
        club,
        MONDAY,
        _recorded("旧"),
        _recorded("联通"),
        _recorded("电信", status="critical", since=dt.date(2026, 11, 10)),
    )
    _note(club, dt.date(2026, 11, 18), _recorded("旧"), _recorded("电信"))
    _note(club, FRIDAY, _recorded("旧"), _recorded("oa-db-1 /data", DISK, "critical"))
    _note(club, dt.date(2026, 11, 23), _recorded("后"))
    note, rows = _hazards(club)
    assert (
        note == "巡检 3 天：新增 ≥ 2 项，截至11月20日巡检，已消除 ≥ 2 项，未消除 2 项。11月17日、11月19日无巡检记录。"
    )
    assert rows == [
        ("critical", "oa-db-1 /data", "2026-11-20", 1, "本周新增", "截至11月20日未消除"),
        ("warning", "旧", "2026-11-12", 9, "上周遗留", "截至11月20日未消除"),
        ("critical", "电信", "2026-11-10", 10, "上周遗留", "11月20日已消除"),
        ("warning", "联通", "2026-11-16", 2, "本周新增", "11月18日已消除"),
    ]


def test_what_a_later_snapshot_alone_shows_has_an_unknown_begin(club: OaSite):
    shown = _today("联通", details={SNAPSHOT_ON: "2026-11-23"})
    state = _lifecycle(_report(club, Period.day(FRIDAY)), shown)
    assert onset_words(shown, state) == since_words(shown) == "未知（取自11月23日快照）"
    assert [(item.begun_on, item.is_older, item.snapshot_on) for item in state.lifecycles] == [
        (FRIDAY, True, dt.date(2026, 11, 23))
    ]
    noted = replace(_recorded("联通", since=dt.date(2026, 11, 23)), since_is_bound=True)
    _note(club, FRIDAY, noted)
    week = _week(club)
    [row] = _rows(hazards(week))
    assert (row["begun_on"], row["opened"]) == (None, "未知")
    [left] = left_open(week)
    assert onset_words(left, period_lifecycles(week)) == "未知（取自11月23日快照）"


def test_a_begin_that_an_earlier_inspection_knows_stays(club: OaSite):
    _note(club, dt.date(2026, 11, 19), _recorded("联通"))
    shown = _today("联通", details={SNAPSHOT_ON: "2026-11-23"})
    state = _lifecycle(_report(club, Period.day(FRIDAY)), shown)
    assert [(item.begun_on, item.snapshot_on) for item in state.lifecycles] == [(dt.date(2026, 11, 19), None)]


def test_an_event_of_a_day_is_not_said_to_last_until_the_last_inspection(club: OaSite):
    burst = _recorded("portal", "infra.error_burst", "critical", since=FRIDAY)
    _note(club, FRIDAY, burst, _recorded("oa-db-1 /data", DISK), codes={**CODES, "infra.error_burst": True})
    note, rows = _hazards(club)
    assert "未消除 1 项，另有当日事件 1 项。" in note
    assert {row[1]: row[-1] for row in rows} == {
        "portal": "11月20日发生，是否再现未知",
        "oa-db-1 /data": "截至11月20日未消除",
    }


def test_what_ended_on_the_day_of_the_last_inspection_is_not_left_open(club: OaSite):
    _note(club, dt.date(2026, 11, 19), _recorded("联通"), _recorded("电信"))
    _note(club, FRIDAY, replace(_recorded("联通"), is_over=True), replace(_recorded("电信"), is_over=False))
    note, rows = _hazards(club)
    assert "未消除 1 项，另有当日事件 1 项。" in note
    assert {row[1]: row[-1] for row in rows} == {"联通": "11月20日已恢复", "电信": "截至11月20日未消除"}
    assert [item.entity.key for item in left_open(_week(club))] == ["电信"]


def test_a_hazard_that_may_be_but_missing_data_says_so_until_an_inspection_sees_it_without_a_doubt(club: OaSite):
    doubted = [replace(_recorded(name), is_doubtful=True) for name in ("联通", "电信")]
    _note(club, dt.date(2026, 11, 19), *doubted, _recorded("移动"))
    _note(
        club, FRIDAY, doubted[0], replace(doubted[1], is_doubtful=False), replace(_recorded("移动"), is_doubtful=True)
    )
    told = {row["subject"]: row["check"] for row in _rows(hazards(_week(club)))}
    assert told == {"联通": "送达率（也可能是数据缺失）", "电信": "送达率", "移动": "送达率"}
    assert {item.entity.key for item in left_open(_week(club)) if item.details.get("is_doubtful")} == {"联通"}


@pytest.mark.parametrize(("left", "told"), [(0, "未消除未知"), (1, "未消除 ≥ 1 项")])
def test_of_an_inspection_with_unknown_checks_nobody_knows_what_else_is_left(club: OaSite, left: int, told: str):
    open_disks = [_recorded(f"{number}", DISK) for number in range(left)]
    _note(club, FRIDAY, _recorded("电信", status="unknown"), *open_disks, codes={**CODES, RATE: False})
    assert f"，{told}。" in _hazards(club)[0]


def test_a_week_without_inspections_says_so(club: OaSite):
    _note(club, dt.date(2026, 11, 12), _recorded("旧"))
    assert _hazards(club) == ("无每日巡检记录，隐患的新增与消除未知。", [])


def test_what_the_last_inspection_left_open_is_open_in_the_week_unless_its_own_checks_judge_it(club: OaSite):
    full = _recorded("oa-db-1 /data", DISK, "critical", since=dt.date(2026, 11, 12))
    _note(club, MONDAY, _recorded("联通"), _recorded("移动"))
    _note(club, FRIDAY, _recorded("联通"), _recorded("电信"), full)
    week = _week(club)
    assert {(item.code, item.entity.key, item.status) for item in left_open(week)} == {
        (RATE, "联通", "warning"),
        (RATE, "电信", "warning"),
        (DISK, "oa-db-1 /data", "critical"),
    }
    [disk] = [item for item in left_open(week) if item.code == DISK]
    assert (disk.since, disk.value) == (dt.date(2026, 11, 12), 0.9)
    judged = replace(week, findings=(_today("联通", "ok"), _today("电信", "unknown")))
    assert {item.entity.key for item in left_open(judged)} == {"电信", "oa-db-1 /data"}
    # whose rate the report asks about itself: what a day did is unknown of the week, and no open item
    assert {item.entity.key for item in left_open(replace(judged, codes=frozenset({RATE})))} == {"oa-db-1 /data"}


def test_of_a_past_that_is_not_known_nothing_is_left_open(club: OaSite):
    assert left_open(_week(club)) == []


def test_what_began_before_the_week_is_not_new_in_it_though_its_last_inspection_saw_it_first(club: OaSite):
    older = _recorded("旧", since=dt.date(2026, 11, 13))
    unsure = replace(_recorded("疑", since=FRIDAY), since_is_bound=True)
    _note(club, MONDAY)
    _note(club, FRIDAY, older, unsure, _recorded("新", since=FRIDAY))
    week = _week(club)
    assert [(row["subject"], row["opened"]) for row in _rows(hazards(week))] == [
        ("旧", "上周遗留"),
        ("疑", "本周或更早"),
        ("新", "本周新增"),
    ]
    state = period_lifecycles(week)
    told = {item.entity.key: onset_words(item, state).replace("\u00a0", "") for item in left_open(week)}
    assert told == {"旧": "11月13日（第10天）", "疑": "11月20日或更早", "新": "11月20日（第3天，新增）"}
