"""Load of hosts, backups, logs and patches: small cases worked by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ntanalytics.checks.check import DAY as DAY_SPAN
from ntanalytics.checks.suppression import suppress
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.judgement import evaluate_rules, judge_row
from ntanalytics.ledger import CoverageDay
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import case_list
from ntanalytics.subsystems.infra.checks import CHECKS
from ntanalytics.subsystems.infra.load_checks import disk_entity, with_busy_hours
from ntanalytics.subsystems.infra.retention_checks import (
    log_entity,
    log_finding,
    shown_logs,
    unpatched_findings,
    waiting_findings,
)
from tests.subsystems.infra.given import BEGIN, DAY, RULES, minutes
from tests.subsystems.made import ON, view

HOST = Entity("host", "oa-app-1", "oa-app-1")


def _status(code: str, **row: Any) -> str:
    [finding] = evaluate_rules([RULES[code]], case_list([row]), HOST)
    return finding.status


def test_a_batch_at_night_may_use_the_processors_and_the_day_may_not() -> None:
    assert _status("infra.cpu_by_night", held_by_night=0.847) == "ok"
    assert _status("infra.cpu_by_day", held_by_day=0.84) == "warning"
    assert _status("infra.cpu_by_day", held_by_day=0.965) == "critical"


def test_a_busy_host_is_told_with_its_hours() -> None:
    [finding] = evaluate_rules([RULES["infra.cpu_by_day"]], case_list([{"held_by_day": 0.96}]), HOST)
    means = {8: 0.4, 9: 0.96, 10: 0.97, 11: 0.5, 14: 0.9}
    hours = [{"host": "oa-app-1", "hour_at": BEGIN + minutes(60 * hour), "mean": mean} for hour, mean in means.items()]
    finding = with_busy_hours(DAY, finding, [*hours, {"host": "b", "hour_at": BEGIN, "mean": 1.0}])
    assert (finding.details["hours"], finding.since) == (("9时至11时", "14时至15时"), ON)


def test_the_key_of_a_disk_begins_with_its_host() -> None:
    disk = disk_entity({"host": "oa-db-1", "part": "/data"})
    assert (disk.key, disk.label) == ("oa-db-1/data", "oa-db-1 /data")


def test_a_disk_that_fills_by_one_percent_a_day_is_told_on_the_first_day() -> None:
    assert _status("infra.disk_growth", rise_beyond=0.0100) == "warning"
    assert _status("infra.disk_growth", rise_beyond=0.0008) == "ok"


@pytest.mark.parametrize(
    ("code", "row", "by", "by_row"),
    [
        ("infra.load", {"load_p95": 9, "load_hours": 24}, "infra.cpu_by_day", {"held_by_day": 0.99}),
        ("infra.load", {"load_p95": 9, "load_hours": 24}, "infra.cpu_by_night", {"held_by_night": 0.99}),
        ("infra.disk_growth", {"rise_beyond": 0.1}, "infra.disk_used", {"disk_used": 0.99}),
        ("infra.disk_growth", {"rise_beyond": 0.1}, "infra.days_until_full", {"days_until_full": 3}),
        ("infra.backup_failing", {"failed_since": 3}, "infra.backup_lateness", {"backup_lateness": 3.0}),
        (
            "infra.error_rate",
            {"error_rate": 0.5, "requests": 999},
            "infra.error_burst",
            {"errors": 999, "requests": 999},
        ),
        ("infra.slow_probes", {"slow_ratio": 9, "probed": 99}, "infra.slow_hours", {"slow_ratio": 9, "answered": 99}),
    ],
)
def test_a_condition_is_not_told_in_two_ways(code: str, row: dict[str, Any], by: str, by_row: dict[str, Any]) -> None:
    other = Entity("host", "b", "b")
    findings = [
        judge_row(RULES[code], FigureRow(row), HOST),
        judge_row(RULES[code], FigureRow(row), other),
        judge_row(RULES[by], FigureRow(by_row), HOST),
    ]
    left, _ = suppress(findings, CHECKS, [DAY_SPAN])
    assert [(finding.code, finding.entity.key) for finding in left] == [(code, "b"), (by, "oa-app-1")]


def test_a_backup_that_ran_late_was_made_and_one_that_did_not_run_was_not() -> None:
    assert _status("infra.backup_lateness", backup_lateness=1.4) == "ok"
    assert _status("infra.backup_lateness", backup_lateness=1.9) == "warning"
    assert _status("infra.size_drop", size_drop=0.31) == "warning"
    assert _status("infra.backup_failing", failed_since=0) == "ok"
    assert _status("infra.backup_failing", failed_since=1) == "warning"


def test_a_patch_that_failed_waits_for_another_try() -> None:
    rule, since = RULES["infra.failed_patches"], ON - dt.timedelta(days=16)
    waiting = {"host": "sms-app-1", "waiting_patches": 1, "patch": "KYSA-1", "since_on": since}
    [finding] = waiting_findings(rule, [waiting], view([]), view([]))
    assert (finding.entity.identity, finding.status, finding.since) == ("host/sms-app-1", "warning", since)
    [many] = waiting_findings(rule, [{**waiting, "waiting_patches": 3}], view([]), view([]))
    assert many.status == "critical"
    [none] = waiting_findings(rule, [], view([]), view([]))
    assert (none.entity.identity, none.status, none.value) == ("hosts/all", "ok", 0.0)
    gap = view([], is_complete=False)
    [unknown] = waiting_findings(rule, [], gap, gap)
    assert (unknown.status, unknown.unknown) == ("unknown", "incomplete")
    [at_host] = waiting_findings(rule, [waiting], gap, gap)
    assert (at_host.status, at_host.unknown) == ("unknown", "incomplete")


def test_a_patch_that_failed_before_the_data_begin_is_not_known() -> None:
    rule, before = RULES["infra.failed_patches"], view([], is_complete=False)
    waiting = {"host": "sms-app-1", "waiting_patches": 1, "patch": "KYSA-1", "since_on": ON}
    told = [waiting_findings(rule, known, view([]), before) for known in ([], [waiting])]
    assert [[(item.entity.identity, item.status) for item in findings] for findings in told] == [
        [("hosts/all", "unknown")],
        [("host/sms-app-1", "warning")],
    ]


def _unpatched(*ages: int | None, known_days: int) -> list[Finding]:
    rows = [{"host": f"host-{number}", "unpatched_days": age} for number, age in enumerate(ages)]
    return unpatched_findings(RULES["infra.unpatched"], rows, known_days, view([]))


def test_hosts_that_were_not_patched_for_long_are_one_finding() -> None:
    [finding] = _unpatched(100, 10, None, 120, known_days=190)
    assert (finding.entity.identity, finding.status, finding.value) == ("hosts/all", "critical", 190.0)
    assert (finding.details["hosts"], finding.figures["hosts"]) == (("host-2", "host-3", "host-0"), 3.0)
    assert _unpatched(10, 20, known_days=190) == []


def test_where_few_days_are_recorded_it_is_unknown_when_a_host_was_patched() -> None:
    [finding] = _unpatched(10, None, known_days=43)
    assert (finding.status, finding.unknown, finding.figures["known_days"]) == ("unknown", "short_history", 43.0)
    [late] = _unpatched(10, 150, known_days=43)  # an older record tells of one host
    assert (late.status, late.value) == ("warning", 150.0)


def _read(age: int, *, taken: int = 0, rows: int = 5, is_held: bool = True) -> CoverageDay:
    """Return the coverage of a day: its age, and how many days ago it was read, counted from the inspected day."""
    at = dt.datetime.combine(ON, dt.time(9), dt.UTC) - dt.timedelta(days=taken)
    day = ON - dt.timedelta(days=age)
    return CoverageDay(source="web", day=day, rows=rows, source_rows=rows, rejected=0, taken_at=at, is_held=is_held)


def _log(*days: CoverageDay, ran: int = 300) -> Finding:
    return log_finding(
        RULES["infra.log_retention"], log_entity("infra.requests", "web"), list(days), ON - dt.timedelta(days=ran)
    )


def test_logs_tell_how_long_they_are_kept_only_by_what_was_read_late() -> None:
    kept = _log(_read(200), _read(1))
    assert (kept.entity.identity, kept.status, kept.value) == ("log/web", "ok", 200.0)
    unknown = _log(_read(55), _read(1))
    assert (unknown.status, unknown.unknown, unknown.figures["reached_days"]) == ("unknown", "short_history", 55.0)


def test_a_log_without_older_days_is_not_kept_long_enough_where_the_platform_ran() -> None:
    lacking = _read(100, is_held=False, rows=0)
    short = _log(_read(55), lacking)
    assert (short.status, short.value, short.details["is_exhausted"]) == ("critical", 55.0, True)
    assert _log(_read(55), lacking, ran=60).status == "unknown"  # nothing ran then


@pytest.mark.parametrize(("age", "status"), [(183, "warning"), (184, "ok")])
def test_six_calendar_months_may_have_184_days(age: int, status: str) -> None:
    assert _log(_read(age), _read(200, is_held=False, rows=0)).status == status


def test_logs_of_which_nothing_can_be_told_are_told_once() -> None:
    rule = RULES["infra.log_retention"]
    days = {
        ("infra.requests", "web"): [_read(55)],
        ("identity.logins", "sso"): [_read(200)],
        ("sso.accesses", "sso"): [],
    }
    judged = {key: log_finding(rule, log_entity(*key), listed, ON) for key, listed in days.items()}
    shown = [(item.entity.key, item.entity.label, item.status) for item in shown_logs(rule, judged)]
    assert shown == [
        ("web", "访问日志（web）", "unknown"),
        ("identity.logins/sso", "认证日志（sso）", "ok"),
        ("others", "单点登录日志、数据库日志", "unknown"),
    ]


def test_each_kind_of_log_is_an_entity_of_its_own() -> None:
    entities = [
        log_entity(kind, source) for kind, source in (("infra.requests", "w"), ("seal.signings", "w"), ("database", ""))
    ]
    assert [(item.key, item.label) for item in entities] == [
        ("w", "访问日志（w）"),
        ("seal.signings/w", "签章日志（w）"),
        ("database", "数据库日志"),
    ]
