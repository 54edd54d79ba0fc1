"""The pace of editions and units, and units whose use has long been low."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import NO_FIGURES, figures
from ntanalytics.periods import Period, PeriodKind
from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.oa import SUBSYSTEM
from ntanalytics.subsystems.oa.adoption_checks import city_findings, unit_findings
from tests.subsystems.made import ON, Row, days, judge, statuses, table_of

FRIDAYS_WEEK = Period.week(ON)


def _row(before: float | None = 45.0, now: float = 49.5, **more: Any) -> Row:
    rate = None if before is None else (now - before) / before
    return {"daily_active_before": before, "daily_active": now, "daily_active_change_rate": rate, **more}


def _unit(name: str, before: float = 20.0, now: float = 20.0, low_weeks: int = 0) -> Row:
    return _row(before, now, unit=name, enabled=50, low_weeks=low_weeks, is_complete=True, place=1)


UNITS = figures([_unit("低局", low_weeks=4), _unit("降局", 20.0, 5.0), _unit("平局")])


def test_the_units_that_fell_are_told_in_their_order_and_those_long_low_to_the_owner_alone() -> None:
    editions = [_row(edition="wecom", is_complete=False), _row(edition="party", is_complete=True)]
    plain = city_findings(RULES, FigureRow(_row()), figures(editions), UNITS)
    findings = city_findings(RULES, FigureRow(_row()), figures(editions), UNITS, is_for_owner=True)
    assert plain == findings[:-1]
    assert [(finding.entity.identity, finding.code, finding.status) for finding in findings] == [
        ("subsystem/oa", "oa.active_change_rate", "ok"),
        ("edition/wecom", "oa.active_change_rate", "unknown"),
        ("edition/party", "oa.active_change_rate", "ok"),
        ("unit/降局", "oa.unit_active_change_rate", "critical"),
        ("unit/低局", "oa.low_weeks", "critical"),
    ]
    assert [finding.value for finding in findings[3:]] == [-0.75, 4.0]


def test_without_the_period_before_the_pace_is_unknown() -> None:
    [finding] = city_findings(RULES, FigureRow(_row(None)), NO_FIGURES, NO_FIGURES)
    assert (finding.status, finding.unknown) == ("unknown", "no_previous")
    [gap] = city_findings(RULES, FigureRow(_row(), is_complete=False), NO_FIGURES, NO_FIGURES)
    assert (gap.status, gap.unknown) == ("unknown", "incomplete")


def test_units_over_a_gap_are_unknown_unless_one_fell() -> None:
    gaps = [{**_unit("缺局"), "is_complete": False, "place": None}, {**_unit("前缺局"), "was_complete": False}]
    for gap in gaps:
        findings = city_findings(RULES, FigureRow(_row()), NO_FIGURES, figures([_unit("平局"), gap]))
        assert statuses(findings[1:]) == [("subsystem/oa", "unknown")]
    fallen = figures([_unit("降局", 20.0, 5.0), gaps[0]])
    assert statuses(city_findings(RULES, FigureRow(_row()), NO_FIGURES, fallen)[1:]) == [("unit/降局", "critical")]


def test_a_unit_without_a_place_is_held_against_itself_as_in_every_report() -> None:
    small = figures([{**_unit("小局", 6.0, 3.0), "enabled": 9, "place": None, "left_out": "few"}])
    assert statuses(city_findings(RULES, FigureRow(_row()), NO_FIGURES, small)[1:]) == [("unit/小局", "warning")]


def test_a_unit_in_two_editions_is_one_unit() -> None:
    parts = [{**_unit("甲局", before, now), "edition": name} for name, before, now in (("a", 10, 2), ("b", 10, 13))]
    assert len(city_findings(RULES, FigureRow(_row()), NO_FIGURES, figures(parts))) == 1
    [_, fallen] = city_findings(RULES, FigureRow(_row()), NO_FIGURES, figures([parts[0], {**parts[1], **_row(10, 6)}]))
    assert (fallen.entity.identity, fallen.figures["count"]) == ("unit/甲局", 20)
    assert fallen.value == pytest.approx(-0.6)


@pytest.mark.parametrize(
    ("worked", "status", "is_applicable", "reason"),
    [((False, True), "ok", False, ""), ((True, False), "unknown", True, "no_value")],
)
def test_a_week_without_a_working_day_is_not_judged_by_its_pace(
    worked: tuple[bool, bool], status: str, is_applicable: bool, reason: str
) -> None:
    """The spring festival of 2026 takes a whole week."""
    findings = city_findings(RULES, FigureRow(_row(45.0, 0.0)), NO_FIGURES, UNITS, worked=worked)
    findings += unit_findings(RULES, FigureRow(_row(45.0, 0.0)), "甲局", worked)
    assert [finding.entity.identity for finding in findings] == ["subsystem/oa", "subsystem/oa", "unit/甲局"]
    assert {(item.status, item.is_applicable, item.unknown) for item in findings} == {(status, is_applicable, reason)}


def test_days_off_have_no_pace() -> None:
    """Two days off after a week of work, as the spring festival after the week before it."""
    rows = [{**row, "terminal": "pc", "actions": 1} for row in _activities({})]
    data = {"oa.activities": table_of("oa.activities", rows)}
    saturday = ON - dt.timedelta(days=6)
    off = Period(PeriodKind.WEEK, saturday, saturday + dt.timedelta(days=1))
    findings = judge(SUBSYSTEM, ["oa.active_change_rate", "oa.unit_active_change_rate"], data, period=off)
    assert [(item.entity.identity, item.status, item.is_applicable) for item in findings] == [
        ("subsystem/oa", "ok", False),
        ("subsystem/oa", "ok", False),
    ]


def test_one_edition_is_the_whole_and_is_not_told_again() -> None:
    edition = figures([_row(edition="party", is_complete=True)])
    findings = city_findings(RULES, FigureRow(_row()), edition, NO_FIGURES)
    assert statuses(findings) == [("subsystem/oa", "ok")]


def test_the_page_of_a_unit_has_its_own_pace_alone() -> None:
    [finding] = unit_findings(RULES, FigureRow(_row()), "低局")
    assert (finding.code, finding.entity.key, finding.status) == ("oa.unit_active_change_rate", "低局", "ok")


def _activities(today: dict[str, int], usual: int = 20) -> list[Row]:
    """Return the activities of two units, each usually of so many accounts; of the inspected week those given."""
    return [
        {"day": row["day"], "unit": unit, "account_id": f"{unit}{number}", "edition": "party", "module": "documents"}
        for row in days(14)
        if row["is_working_day"]
        for unit in ("甲局", "乙局")
        for number in range(today.get(unit, usual) if row["day"] >= FRIDAYS_WEEK.first else usual)
    ]


@pytest.mark.parametrize(
    ("today", "whole", "unit"), [(18, "ok", None), (12, "warning", "warning"), (5, "critical", "critical")]
)
def test_a_week_is_complete_against_the_week_before(today: int, whole: str, unit: str | None) -> None:
    rows = [{**row, "terminal": "pc", "actions": 1} for row in _activities({"甲局": today})]
    codes = ["oa.active_change_rate", "oa.unit_active_change_rate"]
    data = {"oa.activities": table_of("oa.activities", rows)}
    findings = judge(SUBSYSTEM, codes, data, period=FRIDAYS_WEEK)
    units = [("unit/甲局", unit)] if unit else []
    assert sorted(statuses(findings)) == [("edition/party", whole), ("subsystem/oa", whole), *units]
    gap = judge(SUBSYSTEM, codes, data, period=FRIDAYS_WEEK, gaps=(ON - dt.timedelta(days=1),))
    assert {finding.status for finding in gap} == {"unknown"}
