"""Changes that were made when something went wrong: named by what began during them, or soon after."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from ntanalytics.findings.concurrent_changes import applied_patches, concurrent_changes, name_changes
from ntanalytics.findings.finding import Entity, Finding, Window
from ntanalytics.findings.subjects import subject
from ntanalytics.findings.threshold import Status
from ntanalytics.subsystems import RULES, word

ON = dt.date(2026, 11, 17)
ZONE = dt.timezone(dt.timedelta(hours=8))
MIDNIGHT = dt.datetime(2026, 11, 17, tzinfo=ZONE)
PLACES = {"sms": "sms"}


def _at(hour: float | None) -> dt.datetime | None:
    return None if hour is None else MIDNIGHT + dt.timedelta(hours=hour)


def _change(begin: float | None, until: float | None, finished: float | None = None, **more: Any) -> dict[str, Any]:
    return {
        "change_no": "BG1", "planned_at": _at(begin), "planned_until_at": _at(until), "finished_at": _at(finished),
        "confirmed_at": None, "kind": "maintenance", "subsystem": "sms", "result": "success",
        "host": None, "application": None, "unit": None, **more,
    }  # fmt: skip


def _down(begin: float, end: float) -> Finding:
    window = Window(ON, begin * 3600, end * 3600)
    entity = Entity("target", "https://sms.city.example/", "sms.city.example")
    return Finding(rule=RULES["infra.slow_probes"], entity=entity, status="critical", value=2.0, window=window)


def _named(change: dict[str, Any], finding: Finding) -> object:
    [told] = name_changes([finding], concurrent_changes([change], MIDNIGHT, ON), PLACES)
    return told.details.get("concurrent_changes")


@pytest.mark.parametrize(
    ("begin", "end", "named"),
    [
        (19.2, 20.5, ("BG1",)),
        (19.2, 22.1, ("BG1（计划21时结束）",)),  # longer than planned
        (21.5, 23, ("BG1",)),  # within the hour after it
        (22.5, 23, None),
        (18, 22, None),  # began before it
    ],
)
def test_what_begins_during_a_change_or_soon_after_names_it(begin: float, end: float, named: object) -> None:
    assert _named(_change(19, 21), _down(begin, end)) == named


@pytest.mark.parametrize(
    "change",
    [
        _change(19, 21, result="cancelled"),
        _change(19, 21, subsystem="oa"),
        _change(19, 21, subsystem="oa", host="oa-app-1"),
        _change(None, None),
    ],
)
def test_a_change_that_was_not_made_or_is_of_something_else_is_not_named(change: dict[str, Any]) -> None:
    assert _named(change, _down(19.2, 20.5)) is None


def test_an_attack_during_a_change_has_another_cause() -> None:
    attack = Finding(rule=RULES["identity.sprayed_accounts"], entity=Entity("subsystem", "identity", ""),
                     status="critical", window=Window(ON, 19.2 * 3600, 20 * 3600))  # fmt: skip
    assert _named(_change(19, 21, subsystem="identity"), attack) is None


def test_a_change_without_a_planned_end_lasts_until_it_is_finished_and_the_words_name_it() -> None:
    change = _change(19, None, 20)
    [told] = name_changes([_down(20.8, 21.5)], concurrent_changes([change], MIDNIGHT, ON), PLACES)
    assert "同期变更 BG1" in word(told).evidence
    [ok] = name_changes([Finding(rule=told.rule, entity=told.entity, status="ok", window=told.window)], [], PLACES)
    assert "concurrent_changes" not in ok.details


def _day(dataset: str, *members: tuple[str, str], label: str = "", seen: float = 175, **more: Any) -> Finding:
    """Return a subject whose whole day departs from 100 events; the label is what the finding says."""
    return Finding(
        rule=RULES[f"{dataset.partition('.')[0]}.surveillance"],
        entity=subject(dataset, members, label),
        **{"status": "warning", **more},
        figures={"seen": seen, "expected": 100.0},
        details={"value": ""},
    )


#: Of an application that its data call by a code.
USED = _day("sso.accesses", ("app_id", "supervision"), label="应用编号 督查督办")

#: From 19:00 of the evening before until 22:00.
FEATURE = _change(-5, -2, subsystem="sso", kind="feature", application="督查督办")


def test_a_whole_day_of_an_application_names_the_change_of_the_evening_before() -> None:
    assert _named(FEATURE, USED) == ("BG1",)
    assert _named({**FEATURE, "application": "supervision"}, USED) == ("BG1",)
    # what nearly all of a departure is of is its subject, too
    tickets = _day("sso.accesses", ("outcome", "denied"), label="结果 拒绝").with_details(also="应用编号 督查督办")
    assert _named(FEATURE, tickets) == ("BG1",)
    # and what moved the other way
    other = _day("sso.accesses", ("app_id", "portal"), label="应用编号 portal").with_details(
        counterpart="应用编号 督查督办"
    )
    assert _named(FEATURE, other) == ("BG1",)


@pytest.mark.parametrize(
    "more",
    [
        {"application": "公积金服务"},
        {"host": "sso-app-1", "kind": "configuration"},  # a host of it alone
        {"kind": "mailing"},  # nothing is left of it
        {"result": "cancelled"},
        {"planned_at": _at(-197), "planned_until_at": _at(-169)},  # it ended eight days before
        {"planned_at": _at(19), "planned_until_at": _at(21)},  # this evening
    ],
)
def test_a_change_of_something_else_or_of_other_days_is_not_named_by_a_whole_day(more: dict[str, Any]) -> None:
    assert _named({**FEATURE, **more}, USED) is None


@pytest.mark.parametrize(
    ("more", "finding", "named"),
    [
        ({}, _day("im.sessions", ("client", "Spark")), ("BG1",)),
        ({"kind": "feature"}, _day("im.sessions"), ("BG1",)),
        ({"host": "im-app-1"}, _day("im.sessions"), ("BG1",)),  # new for all who use it
        ({"host": "im-app-1", "kind": "fix"}, _day("im.sessions"), None),
        ({"kind": "maintenance"}, _day("im.sessions"), None),
        ({"unit": "市水利局"}, _day("im.sessions"), None),  # it is of this unit
        ({"unit": "市水利局"}, _day("oa.activities", ("unit", "市水利局")), ("BG1",)),
        ({}, _day("oa.activities"), None),
        ({"planned_at": _at(-75), "planned_until_at": _at(-72)}, _day("im.sessions"), ("BG1",)),  # of three days before
        ({"planned_at": _at(-76), "planned_until_at": _at(-73)}, _day("im.sessions"), None),
    ],
)
def test_an_upgrade_of_a_subsystem_is_named_by_what_is_of_it_on_the_first_days(
    more: dict[str, Any], finding: Finding, named: object
) -> None:
    assert _named(_change(-5, -2, **{"subsystem": "im", "kind": "upgrade", **more}), finding) == named


def test_hours_name_the_change_before_them_and_not_after_them() -> None:
    hours = Window(ON, 14 * 3600, 17 * 3600)
    assert _named(FEATURE, replace(USED, window=hours)) == ("BG1",)
    assert _named({**FEATURE, "planned_at": _at(15), "planned_until_at": _at(18)}, replace(USED, window=hours)) is None


@pytest.mark.parametrize(
    ("more", "since", "named"),
    [
        ({}, 13, ("BG1",)),  # the day after the evening of the change
        ({}, 12, None),  # the day before that evening
        ({"planned_at": _at(-125), "planned_until_at": _at(-122)}, 13, ("BG1",)),  # two days before it began
        ({"kind": "maintenance"}, 13, None),
    ],
)
def test_what_departs_for_days_names_an_upgrade_that_was_made_before_it_began(
    more: dict[str, Any], since: int, named: object
) -> None:
    # of 19:00 until 22:00 on 12 November, five days before
    change = _change(-101, -98, **{"subsystem": "im", "kind": "upgrade", **more})
    gone = _day("im.sessions", ("client", "Spark"), seen=0)
    assert _named(change, replace(gone, since=dt.date(2026, 11, since))) == named
    assert _named(change, gone) is None


@pytest.mark.parametrize(
    ("more", "seen", "status"),
    [
        ({}, 900, "warning"),
        ({}, 0, "critical"),  # it is not used
        ({"confirmed_at": None}, 900, "critical"),
        ({"confirmed_at": _at(-4)}, 900, "critical"),  # when it had begun
        ({"result": "rolled_back"}, 900, "critical"),
        ({"kind": "fix"}, 900, "critical"),
        ({"application": None}, 900, "critical"),
        ({"application": "公积金服务"}, 900, "critical"),
    ],
)
def test_more_use_of_what_a_confirmed_feature_names_is_a_warning_at_most(
    more: dict[str, Any], seen: float, status: Status
) -> None:
    used = _day("sso.accesses", ("app_id", "supervision"), label="应用编号 督查督办", seen=seen, status="critical")
    change = {**FEATURE, "confirmed_at": _at(-100), **more}
    [told] = name_changes([used], concurrent_changes([change], MIDNIGHT, ON), PLACES)
    assert (told.status, told.excuse) == (status, None)


def _busy(host: str, since: dt.date) -> Finding:
    entity = subject("infra.metrics", (("host", host), ("metric", "cpu_rate")), f"主机 {host}、指标 处理器使用率")
    finding = Finding(rule=RULES["infra.surveillance"], entity=entity, status="warning", value=0.3, since=since)
    return finding.with_figures(seen=0.21, expected=0.16).with_details(dataset="infra.metrics", value="mean")


@pytest.mark.parametrize(
    ("host", "since", "patched", "outcome", "is_named"),
    [
        ("oa-db-1", ON, ON, "success", True),
        ("oa-db-1", ON, ON - dt.timedelta(days=1), "success", True),
        ("oa-db-1", ON - dt.timedelta(days=1), ON - dt.timedelta(days=1), "success", True),
        ("oa-db-1", ON - dt.timedelta(days=2), ON - dt.timedelta(days=1), "success", False),  # it was so before
        ("oa-db-1", ON, ON - dt.timedelta(days=5), "success", False),  # a week of nothing
        ("oa-db-1", ON, ON + dt.timedelta(days=1), "success", False),
        ("oa-db-1", ON, ON, "failure", False),
        ("oa-db-2", ON, ON, "success", False),
    ],
)
def test_what_a_host_does_since_its_patch_names_it(
    host: str, since: dt.date, patched: dt.date, outcome: str, is_named: bool
) -> None:
    patch = {"patched_on": patched, "host": "oa-db-1", "patch": "KYSA-1", "outcome": outcome}
    [told] = name_changes([_busy(host, since)], applied_patches([patch], ON), {"oa": "oa"})
    assert told.details.get("concurrent_changes") == (("补丁 KYSA-1",) if is_named else None)


def test_a_patch_of_a_host_is_not_named_by_a_service_in_whose_hours_it_was_applied() -> None:
    patch = {"patched_on": ON, "host": "sms-app-1", "patch": "KYSA-1", "outcome": "success"}
    [told] = name_changes([_down(9, 10)], applied_patches([patch], ON), PLACES)
    assert told.details.get("concurrent_changes") is None
