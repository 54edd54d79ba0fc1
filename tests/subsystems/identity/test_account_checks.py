"""Rules over accounts and their administration."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.periods import Period
from ntanalytics.report_content.contents import content_of, spans_of
from ntanalytics.subsystems import word
from ntanalytics.subsystems.identity import SUBSYSTEM
from tests.subsystems.made import ON, Data, Row, context_of, daily, events, judge, statuses

ENDS = context_of(Period.day(ON)).ends_at


def _changes(usual: float, today: float, action: str = "disabled", outcome: str = "success") -> Data:
    rows = [{**row, "events": row["amount"]} for row in daily("amount", usual, today)]
    changes = events("identity.account_changes", rows, action=action, subject="account", outcome=outcome)
    return {"identity.account_changes": changes}


@pytest.mark.parametrize(("today", "status"), [(30, None), (80, "warning"), (600, "critical")])
def test_disabling_many_accounts_is_told(today: float, status: str | None) -> None:
    findings = judge(SUBSYSTEM, ["identity.changes_rise"], _changes(10, today))
    assert statuses(findings) == ([("action/disabled", status)] if status else [])


def test_the_hour_in_which_they_are_disabled_is_told() -> None:
    [finding] = judge(SUBSYSTEM, ["identity.changes_rise"], _changes(10, 80))
    assert "narrower" not in finding.details  # at ten, as always
    usual = [{**row, "events": row["amount"], "slot": 9} for row in daily("amount", 10, 10)]
    rows = [*usual, {"day": ON, "slot": 21, "events": 70}]
    shared = {"action": "disabled", "subject": "account", "outcome": "success"}
    changes = {"identity.account_changes": events("identity.account_changes", rows, **shared)}
    [finding] = judge(SUBSYSTEM, ["identity.changes_rise"], changes)
    assert finding.details["narrower"] == "21时至22时"


def test_many_opened_accounts_and_few_changes_are_not_told() -> None:
    assert judge(SUBSYSTEM, ["identity.changes_rise"], _changes(10, 600, "opened")) == []
    assert judge(SUBSYSTEM, ["identity.changes_rise"], _changes(1, 19)) == []


@pytest.mark.parametrize(("today", "status"), [(3, None), (9, None), (12, "warning"), (60, "critical")])
def test_failed_changes_are_told_where_they_rise(today: float, status: str | None) -> None:
    findings = judge(SUBSYSTEM, ["identity.failed_changes"], _changes(3, today, outcome="failure"))
    assert statuses(findings) == ([("subsystem/identity", status)] if status else [])


def _unit(name: str, *, is_enabled: bool = True) -> Row:
    return {"unit_id": name, "unit": name, "is_enabled": is_enabled}


def _accounts(unit: str | None, count: int, **more: object) -> list[Row]:
    row = {"unit_id": unit, "is_enabled": True, "opened_at": ENDS - dt.timedelta(days=400), **more}
    return [{**row, "account_id": f"{unit}/{number}"} for number in range(count)]


def _stock(accounts: list[Row], units: list[Row]) -> Data:
    return {"identity.accounts": accounts, "identity.units": units}


CLOSED = [_unit("甲局"), *(_unit(f"{number} 局", is_enabled=False) for number in range(6))]


def test_accounts_of_closed_units_and_without_a_unit_are_told() -> None:
    accounts = [*_accounts("甲局", 9), *_accounts("1 局", 3), *_accounts("2 局", 501), *_accounts(None, 2)]
    findings = judge(
        SUBSYSTEM, ["identity.orphan_accounts"], _stock(accounts, CLOSED), former={"identity.units": CLOSED}
    )
    assert {(finding.entity.identity, finding.status, finding.value) for finding in findings} == {
        ("unit/1 局", "warning", 3.0),
        ("unit/2 局", "critical", 501.0),
        ("units/none", "warning", 2.0),
    }


@pytest.mark.parametrize("day", [None, dt.date(2026, 11, 23)])
def test_of_what_a_snapshot_of_a_later_day_shows_no_begin_is_known(day: dt.date | None) -> None:
    """Its unit may have been closed after the inspected day."""
    stock, former = _stock(_accounts("1 局", 3), CLOSED), {"identity.units": CLOSED}
    later = {} if day is None else {"identity.units": day}
    [finding] = judge(SUBSYSTEM, ["identity.orphan_accounts"], stock, former=former, later=later)
    assert (finding.status, finding.since, finding.snapshot_on) == ("warning", None, day)
    assert word(finding).since == ("" if day is None else "未知（取自11月23日快照）")


def test_many_closed_units_are_told_together() -> None:
    accounts = [row for number in range(6) for row in _accounts(f"{number} 局", 2)]
    stock = _stock(accounts, CLOSED)
    [finding] = judge(SUBSYSTEM, ["identity.orphan_accounts"], stock, former={"identity.units": CLOSED})
    assert (finding.entity.identity, finding.status, finding.value) == ("units/closed", "warning", 12.0)
    assert len(finding.details["units"]) == 6  # type: ignore[arg-type]


def test_a_unit_that_closed_on_the_day_is_not_told_yet_but_of_a_week_it_is() -> None:
    stock = _stock(_accounts("1 局", 3), CLOSED)
    former = {"identity.units": [_unit("1 局")]}
    [day] = judge(SUBSYSTEM, ["identity.orphan_accounts"], stock, former=former)
    assert (day.entity.identity, day.status, day.value) == ("subsystem/identity", "ok", 0.0)
    week = judge(SUBSYSTEM, ["identity.orphan_accounts"], stock, former=former, period=Period.week(ON))
    assert statuses(week) == [("unit/1 局", "warning")]


@pytest.mark.parametrize("unit", ["甲局", "1 局"])
def test_without_a_snapshot_orphans_are_unknown(unit: str) -> None:
    """A missing snapshot of units makes orphans of all accounts, and one of accounts hides them."""
    stock = _stock(_accounts(unit, 3), CLOSED)
    [finding] = judge(SUBSYSTEM, ["identity.orphan_accounts"], stock, former={"identity.units": CLOSED}, gaps=(ON,))
    assert (finding.entity.identity, finding.status) == ("subsystem/identity", "unknown")
    assert finding.unknown == "incomplete"


@pytest.mark.parametrize(("dormant", "status"), [(0, "ok"), (3, "warning"), (2001, "critical")])
def test_accounts_that_nobody_uses_are_told_by_weekly_and_recommendations_alike(dormant: int, status: str) -> None:
    used = _accounts("甲局", 5, last_login_at=ENDS - dt.timedelta(days=3))
    old = _accounts("乙局", dormant, last_login_at=ENDS - dt.timedelta(days=91))
    stock = _stock([*used, *old], [_unit("甲局"), _unit("乙局")])
    week = Period.week(ON)
    for report in ("weekly_service_report", "optimization_recommendations"):
        spans = spans_of(content_of(report), week.kind)
        [finding] = judge(SUBSYSTEM, ["identity.dormant_accounts"], stock, period=week, spans=spans)
        assert (finding.status, finding.value) == (status, float(dormant))
    assert judge(SUBSYSTEM, ["identity.dormant_accounts"], stock) == []  # of a day
