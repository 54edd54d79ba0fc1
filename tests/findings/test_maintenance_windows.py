"""What planned work excuses, and what it does not: by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.maintenance_windows import MaintenanceWindow, maintenance_windows, suppress_maintenance

#: The local midnight of 20 November.
BEGIN = dt.datetime(2026, 11, 19, 16, tzinfo=dt.UTC)
HOUR = 3600.0
PLACES = {"exchange": "docexchange", "oa": "oa"}
#: From 19:00 until 21:00.
WORK = MaintenanceWindow("BG1", "docexchange", 19 * HOUR, 21 * HOUR)


def _hours(count: float) -> dt.timedelta:
    return dt.timedelta(hours=count)


def _change(**more: Any) -> dict[str, Any]:
    return {
        "change_no": "BG1",
        "subsystem": "docexchange",
        "kind": "maintenance",
        "planned_at": BEGIN + _hours(19),
        "confirmed_at": BEGIN - _hours(32),
        "finished_at": BEGIN + _hours(21),
    } | more


def test_a_maintenance_that_was_confirmed_before_is_announced():
    assert maintenance_windows([_change()], BEGIN) == [WORK]


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "workflow"},
        {"confirmed_at": None},
        {"confirmed_at": BEGIN + _hours(19)},  # while it began
        {"finished_at": None},  # nobody knows what it covers
        {"planned_at": BEGIN - _hours(9), "finished_at": BEGIN - _hours(7)},  # of the day before
    ],
)
def test_what_was_not_confirmed_or_not_of_the_day_announces_nothing(more: dict[str, Any]):
    assert maintenance_windows([_change(**more)], BEGIN) == []


def _finding(code: str, subject: str, first: float | None = None, last: float | None = None, **more: Any) -> Finding:
    figures = {} if first is None or last is None else {"from_s": first * HOUR, "until_s": last * HOUR}
    told: dict[str, Any] = {"subsystem": code.partition(".")[0], "state": "critical"} | more
    return Finding(
        code,
        told["subsystem"],
        subject,
        "可用率",
        told["state"],
        0.9,
        "rate:2",
        "",
        "可用率 91.67%。",
        "11月20日",
        "处置",
        figures=figures,
    )


def _state(finding: Finding, *windows: MaintenanceWindow, trained: tuple[str, ...] = ()) -> str:
    [found] = suppress_maintenance([finding], windows, trained, PLACES)
    return found.state


def test_an_outage_within_the_hours_of_its_subsystem_is_in_order_and_names_the_change():
    [found] = suppress_maintenance([_finding("infra.availability", "公文交换", 19, 21)], [WORK], (), PLACES)
    assert (found.state, found.since, found.advice) == ("ok", None, "")
    assert found.evidence == "可用率 91.67%；计划维护（变更单 BG1），已事先书面确认。"


@pytest.mark.parametrize(
    ("first", "last", "state"),
    [(19, 21.16, "ok"), (18.84, 21, "ok"), (19, 21.2, "critical"), (18.8, 20, "critical"), (9, 9.5, "critical")],
)
def test_what_reaches_outside_of_the_hours_by_more_than_a_check_is_not_excused(first: float, last: float, state: str):
    assert _state(_finding("infra.availability", "公文交换", first, last), WORK) == state


@pytest.mark.parametrize(
    ("code", "subject", "state"),
    [
        ("infra.availability", "协同办公", "critical"),  # another subsystem
        ("infra.requests_silent", "exchange.nantong.example", "ok"),
        ("infra.reachable", "exchange-app-1", "ok"),
        ("infra.reachable", "oa-app-1", "critical"),
        ("docexchange.caller_lull", "政务服务网", "ok"),
        ("docexchange.overdue_deliveries", "甲局", "critical"),  # no outage looks like that
    ],
)
def test_the_change_excuses_its_own_subsystem_and_what_an_outage_looks_like(code: str, subject: str, state: str):
    assert _state(_finding(code, subject, 19, 20), WORK) == state


def test_work_on_the_environment_excuses_every_host_and_a_day_without_hours_none():
    everything = MaintenanceWindow("BG2", "infra", 19 * HOUR, 21 * HOUR)
    assert _state(_finding("infra.reachable", "oa-app-1", 19, 20), everything) == "ok"
    assert _state(_finding("infra.requests_fall", "oa.nantong.example"), everything) == "critical"


def test_as_many_mailings_as_were_announced_are_in_order():
    mailing = MaintenanceWindow("BG3", "sms", 9 * HOUR, 17 * HOUR)
    surge = _finding("sms.application_rise", "12345 热线（E2002）", state="warning")
    assert _state(surge, mailing) == "ok"
    assert _state(surge, WORK) == "warning"
    both = suppress_maintenance([surge, _finding("sms.application_rise", "公文（E1001）")], [mailing])
    assert [each.state for each in both] == ["warning", "critical"]


def test_a_unit_that_is_at_a_training_is_away_for_good_reason_and_another_is_not():
    away = _finding("oa.unit_active_fall", "市水利局", state="warning")
    assert _state(away, trained=("市水利局",)) == "ok"
    assert _state(away, trained=("市统计局",)) == "warning"
    assert _state(_finding("oa.module_lull", "市水利局"), trained=("市水利局",)) == "critical"
