"""Planned work and the violations that it excuses: small cases worked by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from ntanalytics.findings.finding import Entity, Excuse, Finding, Window, subsystem_entity
from ntanalytics.findings.planned_work import PlannedHours, joining_units, planned_hours, suppress_planned
from ntanalytics.findings.subjects import subject
from ntanalytics.findings.threshold import Status
from ntanalytics.subsystems import RULES

ON = dt.date(2026, 11, 20)
#: The local midnight of the day.
BEGIN = dt.datetime(2026, 11, 19, 16, tzinfo=dt.UTC)
PLACES = {"exchange": "docexchange", "oa": "oa"}


def _window(begin: float, end: float) -> Window:
    return Window(ON, begin * 3600, end * 3600)


#: From 19:00 until 21:00.
WORK = PlannedHours("BG1", "docexchange", _window(19, 21))

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
        "planned_until_at": None,
        "finished_at": BEGIN + _hours(21),
        "result": "success",
        "application": None,
        "host": None,
        "unit": None,
    } | more


def test_a_maintenance_that_was_confirmed_before_is_planned_work() -> None:
    assert planned_hours([_change()], BEGIN, ON) == [WORK]


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
    assert planned_hours([_change(**more)], BEGIN, ON) == []


def _finding(code: str, entity: Entity, window: Window | None = None, status: Status = "critical") -> Finding:
    return Finding(rule=RULES[code], entity=entity, status=status, value=0.9, window=window, since=ON)


def _judged(finding: Finding, *planned: PlannedHours, trained: tuple[str, ...] = ()) -> Finding:
    [judged] = suppress_planned([finding], planned, trained, PLACES)
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
    everything = PlannedHours("BG2", "infra", _window(19, 21))
    host, service = Entity("host", "oa-app-1", ""), Entity("service", "oa.nantong.example", "")
    assert _judged(_finding("infra.reachable", host, _window(19, 20)), everything).status == "ok"
    assert _judged(_finding("infra.requests_silent", service), everything).status == "critical"


@pytest.mark.parametrize(
    ("entity", "status"),
    [
        (EXCHANGE, "critical"),  # the whole subsystem, and only a host was planned
        (Entity("host", "exchange-app-1", ""), "ok"),
        (Entity("disk", "exchange-app-1/data", ""), "ok"),
        (Entity("host", "exchange-app-2", ""), "critical"),
    ],
)
def test_a_change_of_a_host_excuses_that_host_alone(entity: Entity, status: str) -> None:
    work = PlannedHours("BG1", "docexchange", _window(19, 21), named="exchange-app-1")
    assert _judged(_finding("infra.reachable", entity, _window(19, 20)), work).status == status


@pytest.mark.parametrize(("label", "status"), [("应用编号 督查督办", "ok"), ("应用编号 公积金服务", "critical")])
def test_a_change_names_an_application_by_the_name_that_the_finding_says(label: str, status: str) -> None:
    work = PlannedHours("BG1", "sso", _window(19, 21), named="督查督办")
    entity = subject("sso.accesses", (("app_id", "supervision"),), label)
    assert _judged(_finding("sso.surveillance", entity, _window(19, 21)), work).status == status


def test_what_goes_on_after_the_planned_end_is_not_planned() -> None:
    [hours] = planned_hours([_change(planned_until_at=BEGIN + _hours(20))], BEGIN, ON)
    assert hours.window == _window(19, 20)
    assert _judged(_finding("infra.availability", EXCHANGE, _window(19, 21)), hours).status == "critical"


MAILING = PlannedHours("BG3", "sms", _window(9, 17), named="E2002", kind="mailing")


def test_a_mailing_is_one_of_its_application_and_needs_its_name() -> None:
    assert planned_hours([_change(kind="mailing", subsystem="sms")], BEGIN, ON) == []
    [hours] = planned_hours([_change(kind="mailing", subsystem="sms", application="E2002")], BEGIN, ON)
    assert (hours.named, hours.kind) == ("E2002", "mailing")
    surge, other = (
        _finding("sms.application_rise", Entity("application", key, key), status="warning")
        for key in ("E2002", "E1001")
    )
    assert _judged(surge, MAILING).excuse == Excuse("mailing", ("BG3",))
    assert _judged(other, MAILING).status == "warning"
    assert _judged(surge, WORK).status == "warning"


@pytest.mark.parametrize(
    ("hours", "seen", "status"),
    [
        ((10, 12), 900.0, "ok"),
        ((13, 18), 900.0, "critical"),  # it goes on after its hours
        ((10, 12), 3.0, "critical"),  # fewer than usual are no mailing
    ],
)
def test_a_mailing_excuses_more_messages_of_its_application_in_its_hours(
    hours: tuple[float, float], seen: float, status: str
) -> None:
    sent = _finding("sms.surveillance", subject("sms.messages", (("application", "E2002"),), ""), _window(*hours))
    assert _judged(replace(sent, figures={"seen": seen, "expected": 100.0}), MAILING).status == status


def test_a_maintenance_of_the_sms_platform_excuses_no_mailing() -> None:
    gateway = PlannedHours("BG4", "sms", _window(22, 23))
    sent = _finding("sms.application_rise", Entity("application", "E2002", "E2002"), _window(13, 14))
    assert _judged(sent, gateway).status == "critical"


def test_a_unit_that_is_at_a_training_is_excused_and_another_is_not() -> None:
    fall = _finding("oa.unit_active_fall", UNIT, status="warning")
    assert _judged(fall, trained=("市水利局",)).excuse == Excuse("training")
    assert _judged(fall, trained=("市统计局",)).status == "warning"
    lull = _finding("oa.module_lull", Entity("module", "市水利局", "市水利局"))
    assert _judged(lull, trained=("市水利局",)).status == "critical"


def _fewer(unit: str, window: Window | None, code: str = "oa.surveillance", **more: Any) -> Finding:
    """Return 40 of 100 events of a unit."""
    finding = _finding(code, subject("oa.activities", (("unit", unit),), ""), window, status="warning")
    return replace(finding, figures={"seen": 40.0, "expected": 100.0, **more}, details={"value": ""})


def test_fewer_events_of_a_unit_that_is_at_a_training_are_excused() -> None:
    told = _fewer("市水利局", _window(14, 17))
    assert _judged(told, trained=("市水利局",)).excuse == Excuse("training")
    assert _judged(told, trained=("市统计局",)).status == "warning"


#: From 13:00 until 18:00.
MOVE = PlannedHours("BG1", "oa", _window(13, 18), "市水利局", "unit_work")


def test_a_confirmed_change_that_names_a_unit_is_work_of_that_unit() -> None:
    moved = {"subsystem": "oa", "kind": "configuration", "unit": "市水利局", "planned_at": BEGIN + _hours(13)}
    assert planned_hours([_change(**moved, planned_until_at=BEGIN + _hours(18))], BEGIN, ON) == [MOVE]
    for more in ({"confirmed_at": None}, {"unit": None}, {"result": "cancelled"}, {"kind": "mailing"}):
        assert planned_hours([_change(**{**moved, **more}, planned_until_at=BEGIN + _hours(18))], BEGIN, ON) == []


@pytest.mark.parametrize(
    ("finding", "status"),
    [
        (_fewer("市水利局", _window(13, 18)), "ok"),
        (_fewer("市水利局", _window(14, 16)), "ok"),
        (_fewer("市水利局", _window(13, 18), "identity.surveillance"), "ok"),  # who moves does not log in
        (_fewer("市水利局", _window(13, 21)), "warning"),  # beyond its end
        (_fewer("市水利局", _window(9, 14)), "warning"),
        (_fewer("市水利局", None), "warning"),  # the morning is not planned
        (_fewer("市统计局", _window(13, 18)), "warning"),
        (_fewer("市水利局", _window(13, 18), seen=300.0), "warning"),  # more events
        (_fewer("市水利局", _window(13, 18), days=6.0), "warning"),  # a trend of days
        (_fewer("市水利局", _window(13, 18)).with_details(is_ending=True), "warning"),  # fewer that succeeded
        (_fewer("市水利局", _window(13, 18)).with_details(value="用时"), "warning"),  # shorter ones
        (_finding("infra.availability", OA, _window(13, 18), "warning"), "warning"),
        (_finding("identity.method_failures", Entity("method", "password", ""), _window(13, 18), "warning"), "warning"),
    ],
)
def test_work_of_a_unit_excuses_fewer_events_of_it_in_its_hours_and_nothing_else(finding: Finding, status: str) -> None:
    judged = _judged(finding, MOVE)
    assert judged.status == status
    assert judged.excuse == (Excuse("unit_work", ("BG1",)) if status == "ok" else None)


@pytest.mark.parametrize(
    ("finding", "begin", "end", "status"),
    [
        (_fewer("市水利局", None), 8.5, 18, "ok"),
        (_fewer("市水利局", None), -16, 48, "ok"),
        (_fewer("市水利局", None), 8.5, 17, "warning"),
        (replace(_finding("oa.unit_active_fall", UNIT, status="warning"), figures={"days": 1.0}), 8, 18, "ok"),
        (replace(_finding("oa.unit_active_fall", UNIT, status="warning"), figures={"days": 5.0}), 8, 18, "warning"),
    ],
)
def test_a_day_is_excused_by_work_of_all_office_hours(finding: Finding, begin: float, end: float, status: str) -> None:
    assert _judged(finding, replace(MOVE, window=_window(begin, end))).status == status


def test_days_that_a_unit_is_short_of_are_excused_by_its_training() -> None:
    fall = replace(_finding("oa.unit_active_fall", UNIT, status="warning"), figures={"days": 2.0})
    assert _judged(fall, trained=("市水利局",)).status == "ok"


def _onboarding(**more: object) -> dict[str, object]:
    steps = dict.fromkeys(("account_on", "permission_on", "seal_on", "training_on", "finished_on"))
    return {"unit": "市水利局", "noted_at": BEGIN - dt.timedelta(days=3), "ticket_no": "GD7", **steps, **more}


@pytest.mark.parametrize(
    ("row", "units"),
    [
        ({}, {"市水利局": "GD7"}),
        ({"ticket_no": None}, {}),
        ({"noted_at": BEGIN - dt.timedelta(days=8)}, {}),
        # a step moves the end
        ({"noted_at": BEGIN - dt.timedelta(days=20), "training_on": ON - dt.timedelta(days=7)}, {"市水利局": "GD7"}),
        ({"noted_at": BEGIN + dt.timedelta(days=1)}, {}),
    ],
)
def test_a_unit_joins_from_its_ticket_until_a_week_after_its_last_step(
    row: dict[str, object], units: dict[str, str]
) -> None:
    assert joining_units([_onboarding(**row)], ON, lambda moment: (moment + dt.timedelta(hours=8)).date()) == units


@pytest.mark.parametrize(
    ("unit", "seen", "status"),
    [("市水利局", 90.0, "ok"), ("市水利局", 3.0, "critical"), ("市统计局", 90.0, "critical")],
)
def test_more_use_of_a_unit_that_joins_is_announced(unit: str, seen: float, status: str) -> None:
    grown = _finding("oa.surveillance", subject("oa.activities", (("unit", unit),), ""), _window(9, 12))
    [judged] = suppress_planned(
        [replace(grown, figures={"seen": seen, "expected": 10.0})], [], joining={"市水利局": "GD7"}
    )
    assert judged.status == status


def test_what_is_ok_needs_no_excuse() -> None:
    assert _judged(_finding("infra.availability", EXCHANGE, _window(19, 21), "ok"), WORK).excuse is None


@pytest.mark.parametrize(
    ("opened", "seen", "status"),
    [
        ({"市水利局": 45}, 50.0, "ok"),
        ({"市水利局": 20}, 50.0, "critical"),  # others opened most of them
        ({}, 50.0, "critical"),
        ({"市水利局": 45}, 2.0, "critical"),  # fewer than usual is no onboarding
    ],
)
def test_accounts_that_were_opened_for_a_unit_that_joins_are_announced(
    opened: dict[str, int], seen: float, status: str
) -> None:
    entity = Entity("subject", "identity.account_changes/action=opened", "动作 新增")
    burst = replace(_finding("identity.surveillance", entity), figures={"seen": seen, "expected": 5.0})
    [judged] = suppress_planned([burst], [], joining={"市水利局": "GD7"}, opened=opened)
    assert judged.status == status


@pytest.mark.parametrize(
    ("system", "hours", "status"),
    [
        ("docexchange", (19, 21), "ok"),  # whole hours of a maintenance from 19:10 to 20:20
        ("docexchange", (18, 22), "ok"),  # with a failure near them; the availability tells what is longer
        ("docexchange", (19, 23), "warning"),
        ("docexchange", (17, 21), "warning"),
        ("oa", (19, 21), "warning"),
    ],
)
def test_checks_that_fail_while_the_system_that_they_are_of_is_maintained_are_planned(
    system: str, hours: tuple[float, float], status: str
) -> None:
    work = PlannedHours("BG1", "docexchange", _window(19.17, 20.33))
    entity = subject("infra.checks", (("is_up", "false"),), "可用 否")
    failing = Finding(rule=RULES["infra.surveillance"], entity=entity, status="warning", window=_window(*hours))
    [finding] = suppress_planned([failing.with_details(subsystem=system)], [work], places=PLACES)
    assert finding.status == status


@pytest.mark.parametrize(
    ("seen", "members", "status"),
    [
        (118.0, (), "ok"),
        (170.0, (), "warning"),
        (80.0, (), "warning"),
        (118.0, (("application", "政务办事"),), "warning"),
    ],
)
def test_a_mailing_of_one_application_explains_somewhat_more_messages_of_a_day(
    seen: float, members: tuple[tuple[str, str], ...], status: str
) -> None:
    mailing = PlannedHours("BG1", "sms", _window(9, 11), "苏服办", kind="mailing")
    finding = Finding(
        rule=RULES["sms.surveillance"],
        entity=subject("sms.messages", members, ""),
        status="warning",
        figures={"seen": seen, "expected": 100.0},
        details={"value": ""},
    )
    [told] = suppress_planned([finding], [mailing])
    assert told.status == status


def _used_less(dataset: str, begin: float, end: float, code: str = "sso.surveillance", **details: Any) -> Finding:
    """Return a finding of surveillance of half the events of some hours."""
    entity = subject(dataset, (), "全部")
    finding = Finding(rule=RULES[code], entity=entity, status="warning", value=0.5, format="rate:1")
    finding = replace(finding, window=_window(begin, end)).with_figures(seen=40.0, expected=80.0)
    return finding.with_details(dataset=dataset, value="", **details)


_DEPENDS_ON = {"sso": ("identity",), "oa": ("identity", "sso")}
_IDENTITY = PlannedHours("BG2", "identity", _window(19, 19.5))


@pytest.mark.parametrize(
    ("finding", "work", "status"),
    [
        (_used_less("sso.accesses", 19, 20), _IDENTITY, "ok"),
        (_used_less("sso.accesses", 18, 20), _IDENTITY, "warning"),  # an hour before
        (_used_less("sso.accesses", 19, 20).with_figures(seen=120.0), _IDENTITY, "warning"),  # more
        (_used_less("sso.accesses", 19, 20, is_ending=True), _IDENTITY, "warning"),  # failures
        (_used_less("sms.messages", 19, 20, "sms.surveillance"), _IDENTITY, "warning"),  # which needs it not, here
        (_used_less("sso.accesses", 19, 20), replace(_IDENTITY, named="identity-app-1"), "warning"),  # one of two hosts
        (_used_less("sso.accesses", 19, 20), replace(_IDENTITY, subsystem="oa"), "warning"),  # the other way round
    ],
)
def test_what_cannot_be_reached_without_the_system_that_is_maintained_is_used_less(
    finding: Finding, work: PlannedHours, status: Status
) -> None:
    [left] = suppress_planned([finding], [work], depends_on=_DEPENDS_ON)
    assert left.status == status


@pytest.mark.parametrize(
    ("due", "work", "status"),
    [
        (20, PlannedHours("BG3", "infra", _window(19, 36)), "ok"),  # it comes in the morning
        (20, PlannedHours("BG3", "infra", _window(19, 22)), "warning"),  # it could have come since
        (18, PlannedHours("BG3", "infra", _window(19, 36)), "warning"),  # it was due before
        (20, PlannedHours("BG3", "oa", _window(19, 36)), "warning"),
        (20, PlannedHours("BG3", "infra", _window(19, 36), "oa-db-1"), "warning"),
    ],
)
def test_a_run_that_is_due_while_its_storage_is_maintained_is_not_missed(
    due: float, work: PlannedHours, status: Status
) -> None:
    entity = Entity("plans", "offline", "离线备份计划")
    overdue = (24 - due) * 3600
    missed = Finding(
        rule=RULES["infra.backup_missed"], entity=entity, status="warning", value=overdue, format="seconds"
    )
    [left] = suppress_planned([missed], [work])
    assert left.status == status
