"""Planned work and the violations that it excuses: small cases worked by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.findings.finding import Entity, Excuse, Finding, Window, subsystem_entity
from ntanalytics.findings.maintenance_windows import MaintenanceWindow, maintenance_windows, suppress_maintenance
from ntanalytics.findings.threshold import Status
from ntanalytics.subsystems import RULES

ON = dt.date(2026, 11, 20)
#: The local midnight of the day.
BEGIN = dt.datetime(2026, 11, 19, 16, tzinfo=dt.UTC)
PLACES = {"exchange": "docexchange", "oa": "oa"}


def _window(begin: float, end: float) -> Window:
    return Window(ON, begin * 3600, end * 3600)


#: From 19:00 until 21:00.
WORK = MaintenanceWindow("BG1", "docexchange", _window(19, 21))

EXCHANGE, OA = subsystem_entity("docexchange"), subsystem_entity("oa")
UNIT = Entity("unit", "市水利局", "市水利局")


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
        "result": "success",
    } | more


def test_a_maintenance_that_was_confirmed_before_is_planned_work() -> None:
    assert maintenance_windows([_change()], BEGIN, ON) == [WORK]


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "workflow"},
        {"confirmed_at": None},
        {"confirmed_at": BEGIN + _hours(19)},  # while it began
        {"finished_at": None},  # nobody knows what it covers
        {"planned_at": None},
        {"result": "cancelled"},
        {"planned_at": BEGIN - _hours(9), "finished_at": BEGIN - _hours(7)},  # of the day before
    ],
)
def test_a_change_that_was_not_confirmed_or_not_of_the_day_is_none(more: dict[str, Any]) -> None:
    assert maintenance_windows([_change(**more)], BEGIN, ON) == []


def _finding(code: str, entity: Entity, window: Window | None = None, status: Status = "critical") -> Finding:
    return Finding(rule=RULES[code], entity=entity, status=status, value=0.9, window=window, since=ON)


def _judged(finding: Finding, *planned: MaintenanceWindow, trained: tuple[str, ...] = ()) -> Finding:
    [judged] = suppress_maintenance([finding], planned, trained, PLACES)
    return judged


def test_an_outage_within_the_hours_of_its_subsystem_is_excused_by_the_change() -> None:
    finding = _judged(_finding("infra.availability", EXCHANGE, _window(19, 21)), WORK)
    assert (finding.status, finding.since, finding.value) == ("ok", None, 0.9)
    assert finding.excuse == Excuse("maintenance", ("BG1",))


@pytest.mark.parametrize(
    ("begin", "end", "status"),
    [(19, 21.16, "ok"), (18.84, 21, "ok"), (19, 21.2, "critical"), (18.8, 20, "critical"), (9, 9.5, "critical")],
)
def test_an_outage_that_reaches_beyond_the_hours_by_more_than_a_check_is_not_excused(
    begin: float, end: float, status: str
) -> None:
    assert _judged(_finding("infra.availability", EXCHANGE, _window(begin, end)), WORK).status == status


@pytest.mark.parametrize(
    ("code", "entity", "status"),
    [
        ("infra.availability", OA, "critical"),  # another subsystem
        ("infra.requests_silent", Entity("service", "exchange.nantong.example", ""), "ok"),
        ("infra.reachable", Entity("host", "exchange-app-1", ""), "ok"),
        ("infra.reachable", Entity("host", "oa-app-1", ""), "critical"),
        ("docexchange.caller_lull", Entity("caller", "政务服务网", ""), "ok"),
        ("docexchange.overdue_deliveries", UNIT, "critical"),  # no outage looks like that
    ],
)
def test_a_change_excuses_its_own_subsystem_and_the_rules_of_an_outage(code: str, entity: Entity, status: str) -> None:
    assert _judged(_finding(code, entity, _window(19, 20)), WORK).status == status


def test_work_on_the_environment_excuses_every_host_but_no_finding_without_hours() -> None:
    everything = MaintenanceWindow("BG2", "infra", _window(19, 21))
    host, service = Entity("host", "oa-app-1", ""), Entity("service", "oa.nantong.example", "")
    assert _judged(_finding("infra.reachable", host, _window(19, 20)), everything).status == "ok"
    assert _judged(_finding("infra.requests_fall", service), everything).status == "critical"


def test_as_many_mailings_as_were_planned_are_excused() -> None:
    mailing = MaintenanceWindow("BG3", "sms", _window(9, 17))
    surge, other = (
        _finding("sms.application_rise", Entity("application", key, key), status="warning")
        for key in ("E2002", "E1001")
    )
    assert _judged(surge, mailing).excuse == Excuse("mailing", ("BG3",))
    assert _judged(surge, WORK).status == "warning"
    both = suppress_maintenance([surge, other], [mailing])
    assert [finding.status for finding in both] == ["warning", "warning"]


def test_a_unit_that_is_at_a_training_is_excused_and_another_is_not() -> None:
    fall = _finding("oa.unit_active_fall", UNIT, status="warning")
    assert _judged(fall, trained=("市水利局",)).excuse == Excuse("training")
    assert _judged(fall, trained=("市统计局",)).status == "warning"
    lull = _finding("oa.module_lull", Entity("module", "市水利局", "市水利局"))
    assert _judged(lull, trained=("市水利局",)).status == "critical"


def test_what_is_ok_needs_no_excuse() -> None:
    assert _judged(_finding("infra.availability", EXCHANGE, _window(19, 21), "ok"), WORK).excuse is None
